"""Who reads what: groups formed, and each case given to a reader so that loads differ by as little as they can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

import networkx as nx

from quips.peeraudit.grouping import Wanted, form_groups
from quips.peeraudit.plan import MODERATOR, READER, Plan
from quips.peeraudit.state import RoundCase, State
from quips.peeraudit.steps.checks import StepRefusedError, groups_of, moderates, why_not_read
from quips.places import Place
from quips.problems import InputError, Problem, listed
from quips.sampling import NOT_GIVEN, number_of
from quips.tables import key_of

Groups = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Allocation:
    """Who reads what.

    Attributes:
        groups: The members of each group.
        cases: For each case its ``group``, ``reader``, ``second_reader`` and ``second_because``.
        notes: What else the lead should know.
    """

    groups: Groups
    cases: Mapping[str, dict[str, str]]
    notes: tuple[str, ...] = ()

    @property
    def loads(self) -> dict[str, int]:
        """How many cases each reader has, first and second readings together."""
        given = Counter(who for case in self.cases.values() for who in (case["reader"], case.get("second_reader", "")) if who)
        return {member: given[member] for members in self.groups.values() for member in members}


def allocate(plan: Plan, state: State) -> Allocation:
    """Return who reads what, which follows from the people, the cases and the seed alone.

    Args:
        plan: The plan.
        state: The round as it stands, drawn and not yet allocated.

    Raises:
        InputError: Some cases cannot be given to anybody; each is named, with why and what would help.
    """
    cases = [state.cases[name] for name in sorted(state.cases)]
    readers = [person for name, person in sorted(plan.people.items()) if READER in person.roles]
    always = {case.reference: why for case in cases if (why := always_twice(plan, case))}
    share = ceil(round(plan.second.share * len(cases), 9))
    may = {
        person.reference: sum(1 << n for n, case in enumerate(cases) if not why_not_read(plan, state, person.reference, case))
        for person in readers
    }
    twice = sum(1 << n for n, case in enumerate(cases) if case.reference in always)
    groups = form_groups(readers, Wanted(len(cases), may, twice, share, plan.group_size, plan.seed))
    able = {case.reference: groups_able(plan, state, case, groups) for case in cases}
    problems = [*_unreadable(plan, state, cases, groups, able, always)]
    seconds, notes = _seconds(plan, able, share)
    if len(seconds) < share:
        message = f"{share} cases are to be read twice, and only {len(seconds)} can be read by two groups."
        hint = "Add readers of other teams, make groups smaller (groups: size), or lower second_readings: share."
        problems.append(Problem(Place("second readings"), "too-few-groups", message, hint))
    seconds = {**always, **seconds}
    if problems:
        raise InputError(problems)
    loose = {person.reference for person in readers if not person.group}
    largest = max((len(members) for members in groups.values() if loose & set(members)), default=0)
    if largest < min(plan.group_size, len(loose)):
        notes.append(f"Groups are smaller than {plan.group_size}, so that each case has as many that can read it as it needs.")
    given = _given(plan, groups, able, {name: 2 if name in seconds else 1 for name in able})
    if any(MODERATOR in person.roles for person in plan.people.values()):  # that there is none is told as such
        notes += _nobody_settles({name: _may_moderate(plan, state, name, to.values()) for name, to in given.items()})
    return Allocation(groups, {name: {**to, "second_because": seconds.get(name, "")} for name, to in given.items()}, tuple(notes))


def _may_moderate(plan: Plan, state: State, case: str, readers: Collection[str]) -> list[str]:
    """Return the moderators who may settle a case once these have read it."""
    found = []
    for who, person in sorted(plan.people.items()):
        if MODERATOR in person.roles and who not in readers:
            with suppress(StepRefusedError):
                moderates(plan, state, who, case)
                found.append(who)
    return found


def _nobody_settles(able: Mapping[str, Collection[str]]) -> list[str]:
    """What the lead should know at once of cases that no moderator could settle."""
    stuck = sorted(name for name, people in able.items() if not people)
    if not stuck:
        return []
    first = listed(stuck[:5], "and") + (f" and {len(stuck) - 5} more" if len(stuck) > 5 else "")
    why = (
        "each moderator reads it, or has it in the team"
        if len(stuck) == 1
        else "each moderator reads them, or has them in the team"
    )
    return [f"Nobody could settle {first}: {why}. Make somebody else a moderator before the readings are in."]


def groups_able(plan: Plan, state: State, case: RoundCase, groups: Groups) -> tuple[str, ...]:
    """Return the groups that can read a case: that is no member's own nor their team's, and with which none is in conflict."""
    return tuple(
        name
        for name, members in groups.items()
        if members and not any(why_not_read(plan, state, member, case, members) for member in members)
    )


def reader_for(plan: Plan, state: State, case: RoundCase, leaving: str, second_because: str = "") -> dict[str, str]:
    """Return who reads a case that comes in after the others were allocated: whoever has least to read.

    Args:
        plan: The plan.
        state: The round as it stands.
        case: The case.
        leaving: The case it comes in for, which nobody has to read any more.
        second_because: Why it is read twice; empty if it is not.

    Raises:
        StepRefusedError: Nobody may read it, or has room for it.
    """
    state = replace(state, cases={name: other for name, other in state.cases.items() if name != leaving})
    found = _least_loaded(plan, state, case)
    if found is None:
        reasons = listed(_reasons(plan, state, case, groups_of(plan, state)), "and")
        raise StepRefusedError(
            f"Nobody can read {case.reference}: {reasons}. Add a reader to the list of people, with a group of their own."
        )
    group, reader = found
    given = {"group": group, "reader": reader, "second_reader": "", "second_because": ""}
    return given | (_second(plan, state, case, group, second_because) if second_because else {})


def who_instead(plan: Plan, state: State, case: RoundCase, second: bool) -> str:
    """Return who could read a case in the place of one of its readers: of those who may, whoever has least to read.

    Args:
        plan: The plan.
        state: The round as it stands.
        case: The case.
        second: Whether it is the second reader who does not read it.

    Raises:
        StepRefusedError: Nobody may, or has room for it; why of each group.
    """
    groups = groups_of(plan, state)
    other = case.reader if second else case.second_reader
    found = _least_loaded(plan, state, case, next((name for name, members in groups.items() if other in members), ""))
    if found is None:
        raise StepRefusedError(
            f"Nobody else can read {case.reference}: {listed(_reasons(plan, state, case, groups), 'and')}. Add a reader to the "
            "list of people, in a group of their own, and give it to them; or the lead takes the case out: quips round replace."
        )
    return found[1]


def second_for(plan: Plan, state: State, case: str, because: str) -> dict[str, str]:
    """Return what a step says of a second reading that turns out to be called for: who does it, and why.

    If nobody can do it, only the reason is returned, so that the need stays on the case for the lead to see; if the case has a
    second reader already, nothing is.

    Args:
        plan: The plan.
        state: The round as it stands.
        case: The case.
        because: Why it is to be read twice.
    """
    one = state.cases[case]
    return {} if one.second_reader else _second(plan, state, one, one.group, because)


def always_twice(plan: Plan, case: RoundCase) -> str:
    """Return what the list of cases says by which a case is always read twice, in words; empty if it says nothing of the kind."""
    for column, values in plan.second.columns.items():
        if key_of(case.values.get(column, NOT_GIVEN)) in values:
            return f"{column.replace('_', ' ')} is {case.values[column]}"
    return ""


def _second(plan: Plan, state: State, case: RoundCase, group: str, because: str) -> dict[str, str]:
    found = _least_loaded(plan, state, case, group)
    return ({"second_reader": found[1]} if found else {}) | {"second_because": because}


def _least_loaded(plan: Plan, state: State, case: RoundCase, but_group: str = "") -> tuple[str, str] | None:
    """Return the group and the reader with least to read of those who may read a case and have room; None if there is none."""
    loads = Counter(who for other in state.cases.values() for who in other.readers)
    groups = groups_of(plan, state)
    free = [
        (loads[member], number_of(plan.seed, "reader", case.reference, member), name, member)
        for name in groups_able(plan, state, case, groups)
        if name != but_group
        for member in groups[name]
        if (most := plan.people[member].most) is None or loads[member] < most
    ]
    return min(free)[2:] if free else None


def _seconds(plan: Plan, able: Mapping[str, Sequence[str]], share: int) -> tuple[dict[str, str], list[str]]:
    """Return the cases of the share that is read twice, with why, and what to say of those that only one group can read."""
    chosen: dict[str, str] = {}
    passed: list[str] = []
    for name in sorted(able, key=lambda name: (number_of(plan.seed, "second", name), name)):
        if len(chosen) == share:
            break
        if len(able[name]) > 1:
            chosen[name] = f"in the share of {plan.second.share * 100:g}%"
        else:
            passed.append(name)
    told = f"Only one group can read {listed(passed, 'and')}, next in line to be read twice, so others are in their place."
    return chosen, [told] if passed else []


def _unreadable(
    plan: Plan,
    state: State,
    cases: Iterable[RoundCase],
    groups: Groups,
    able: Mapping[str, Sequence[str]],
    always: Mapping[str, str],
) -> Iterator[Problem]:
    """Yield a problem for each case that no group can read, or that has to be read twice and only one can."""
    for case in cases:
        can = able[case.reference]
        if not can:
            message = f"No group can read it: {'; '.join(_reasons(plan, state, case, groups))}."
            hint = "Add a reader of another team, make groups smaller (groups: size), or leave group empty on the list of people."
            yield Problem(Place(case.reference), "nobody-to-read", message, hint)
        elif len(can) < 2 and case.reference in always:
            message = f"It has to be read twice, since {always[case.reference]}, and only group {can[0]} can read it."
            hint = "Add readers of another team, or make groups smaller (groups: size)."
            yield Problem(Place(case.reference), "nobody-to-read-again", message, hint)


def _reasons(plan: Plan, state: State, case: RoundCase, groups: Groups) -> list[str]:
    """Return why each group cannot read a case, or has no room for it."""
    found = []
    for name, members in groups.items():
        barred = next(filter(None, (why_not_read(plan, state, member, case) for member in members)), "")
        reads = next((f"{member} reads it already" for member in members if member in case.readers), "")
        found.append(f"group {name}: {barred or reads or 'everybody has enough'}")
    return found


# The flow ------------------------------------------------------------------------------------------------------------------


def _given(plan: Plan, groups: Groups, able: Mapping[str, Sequence[str]], times: Mapping[str, int]) -> dict[str, dict[str, str]]:
    """Return the group, reader and second reader of each case.

    Cases that the same groups can read, and as often, are of one kind. How many of each kind go to each reader is a flow of
    least cost, where each further case costs a reader more than the one before; so loads differ by as little as they can. Where
    that leaves a choice, the cases of a kind are spread over the groups. Then they are dealt out.

    Raises:
        InputError: Readers have no room for all of them.
    """
    kinds: dict[tuple[tuple[str, ...], int], list[str]] = {}
    for name in sorted(able, key=lambda name: (number_of(plan.seed, "case", name), name)):
        kinds.setdefault((tuple(able[name]), times[name]), []).append(name)
    counts = {kind: len(names) for kind, names in sorted(kinds.items())}
    total, readers = sum(times.values()), sum(map(len, groups.values()))
    to_group, to_reader, no_room = _flow(plan, groups, counts, 2 * ceil(total / readers) + 2)  # few find no room within that
    if no_room:
        to_group, to_reader, no_room = _flow(plan, groups, counts, total)
    if no_room:
        raise InputError(_no_room(kinds, no_room))
    slots: dict[str, list[str]] = {name: [] for name in groups}
    for kind, names in sorted(kinds.items()):
        # A group has at most one reading of each case, so these, laid end to end and cut in two, never give a group a case twice.
        turns = [group for group in kind[0] for _ in range(to_group.get((kind, group), 0))]
        for n, group in enumerate(turns):
            slots[group].append(names[n % len(names)])
    readings: dict[str, list[tuple[str, str]]] = {name: [] for name in able}
    for group, dealt in slots.items():
        left = {member: to_reader[member] for member in groups[group]}
        for name in sorted(dealt, key=lambda name: number_of(plan.seed, group, name)):
            member = max(left, key=lambda who: (left[who], number_of(plan.seed, "reader", name, who)))
            left[member] -= 1
            readings[name].append((group, member))
    found = {}
    for name, pairs in readings.items():
        if len(pairs) > 1 and number_of(plan.seed, "first", name) < 0.5:
            pairs.reverse()
        found[name] = {"group": pairs[0][0], "reader": pairs[0][1], "second_reader": pairs[1][1] if len(pairs) > 1 else ""}
    return found


_Kind = tuple[tuple[str, ...], int]


def _flow(
    plan: Plan, groups: Groups, kinds: Mapping[_Kind, int], room: int
) -> tuple[dict[tuple[_Kind, str], int], dict[str, int], dict[_Kind, int]]:
    """Return how many readings of each kind go to each group, how many to each reader, and how many find no room.

    Args:
        plan: The plan.
        groups: The members of each group.
        kinds: How many cases there are of each kind.
        room: How many a reader may be given at most.
    """
    total = sum(count * kind[1] for kind, count in kinds.items())
    weighty = total * total + 1  # how even loads are comes before how the kinds are spread
    network: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    network.add_node("end", demand=total)
    for kind, count in kinds.items():
        network.add_node(kind, demand=-count * kind[1])
        for group in kind[0]:
            for n in range(count):
                network.add_edge(kind, ("group", group), capacity=1, weight=2 * n + 1)
        network.add_edge(kind, "end", key="no room", weight=4 * (total + 1) * weighty)
    for group, members in groups.items():
        for member in members:
            network.add_edge(("group", group), ("reader", member), weight=0)
            most = plan.people[member].most
            for n in range(room if most is None else min(most, room)):
                network.add_edge(("reader", member), "end", key=n, capacity=1, weight=(2 * n + 1) * weighty)
    _, flow = nx.network_simplex(network)
    to_group = {(kind, group): sum(flow[kind].get(("group", group), {}).values()) for kind in kinds for group in kind[0]}
    to_reader = {
        member: sum(flow[("reader", member)].get("end", {}).values()) for members in groups.values() for member in members
    }
    no_room = {kind: left for kind in kinds if (left := flow[kind]["end"].get("no room", 0))}
    return to_group, to_reader, no_room


def _no_room(kinds: Mapping[_Kind, Sequence[str]], no_room: Mapping[_Kind, int]) -> Iterator[Problem]:
    for kind, left in sorted(no_room.items()):
        for name in kinds[kind][-min(left, len(kinds[kind])) :]:
            message = f"There is no room for it: everybody in group {listed(kind[0])} has as many cases as they can read."
            hint = "Raise 'most' on the list of people, add readers, or draw fewer cases."
            yield Problem(Place(name), "no-room", message, hint)
