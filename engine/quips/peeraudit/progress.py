"""How far a round is, and what is next for whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from quips.peeraudit.allocation import who_instead
from quips.peeraudit.plan import DIRECTOR, LEAD, MODERATOR, READER, Plan
from quips.peeraudit.state import Phase, RoundCase, State
from quips.peeraudit.steps import feeding_back, signing
from quips.peeraudit.steps.checks import StepRefusedError, has_conflict, moderates
from quips.peeraudit.steps.feeding_back import reread
from quips.problems import listed


@dataclass(frozen=True)
class Load:
    """What a reader has to read, and has read.

    Attributes:
        reader: The reader.
        group: Their group.
        given: How many cases they were given.
        judged: Of how many all questions are answered.
        facts: Of how many more the facts are in, and the judgements are not, or not all.
    """

    reader: str
    group: str
    given: int
    judged: int
    facts: int

    @property
    def to_read(self) -> int:
        """Of how many nothing is in yet."""
        return self.given - self.judged - self.facts


@dataclass(frozen=True)
class Overdue:
    """An action that is open after the day it was due."""

    case: str
    number: int
    owner: str
    due: str


@dataclass(frozen=True)
class Task:
    """What is to be done next.

    Attributes:
        who: Who can do it; any one of them is enough.
        what: What it is.
        cases: The cases it is about; none for the whole round.
        command: The command, for the first of them, as the first of these people.
    """

    who: tuple[str, ...]
    what: str
    cases: tuple[str, ...]
    command: str


@dataclass(frozen=True)
class Progress:
    """How far a round is.

    Attributes:
        phases: How many cases are in each phase, in the order of the phases.
        loads: What each reader has to read.
        overdue: The actions that are overdue.
        disputes: The case and the rule of each open dispute.
        seconds: The cases whose second reading is still to come.
        urgent: The cases of which something was raised at once.
        unanswered: The cases on which open gaps concern a child, a victim or MAPPA, and nobody has written down what was done.
        lacking: The roles that nobody has.
        tasks: What is next for whom.
    """

    phases: Mapping[Phase, int]
    loads: tuple[Load, ...]
    overdue: tuple[Overdue, ...]
    disputes: tuple[tuple[str, str], ...]
    seconds: tuple[str, ...]
    urgent: tuple[str, ...]
    unanswered: tuple[str, ...]
    lacking: tuple[str, ...]
    tasks: tuple[Task, ...]


def progress_of(plan: Plan, state: State, today: str, folder: str) -> Progress:
    """Return how far a round is.

    Nothing in it tells what was read of a case before all of its readings are in.

    Args:
        plan: The plan.
        state: The round as it stands.
        today: The day, year-month-day.
        folder: What the folder is called in commands.
    """
    cases = [*state.cases.values()]
    counts = Counter(case.phase for case in cases)
    groups = {case.reader: case.group for case in cases if case.reader}  # who came in for somebody else is in none of the round's
    groups |= {member: name for name, members in state.groups.items() for member in members}
    given = Counter(who for case in cases for who in case.readers)
    judged = Counter(who for case in cases for who in case.readers if _has_read(case, who))
    facts = Counter(who for case in cases for who in case.readers if _is_to_judge(case, who))
    roles = {role for person in plan.people.values() for role in person.roles}
    return Progress(
        phases={phase: counts[phase] for phase in Phase if counts[phase]},
        loads=tuple(Load(who, groups.get(who, ""), given[who], judged[who], facts[who]) for who in sorted({*groups, *given})),
        overdue=tuple(
            Overdue(case.reference, one.number, one.owner, one.due)
            for case in cases
            if case.feedback is not None
            for one in case.open_actions
            if one.due < today
        ),
        disputes=tuple((case.reference, one.rule) for case in cases for one in case.open_disputes),
        seconds=tuple(case.reference for case in cases if case.second_reader and not _has_read(case, case.second_reader)),
        urgent=tuple(dict.fromkeys(one.case for one in state.urgent)),
        unanswered=tuple(state.unanswered),
        lacking=tuple(role for role in (LEAD, READER, MODERATOR, DIRECTOR) if role not in roles),
        tasks=tuple(_gathered(_Tasks(plan, state, folder).all())),
    )


_NOTHING: tuple[str, dict[str, str], dict[str, list[str]]] = ("", {}, {"closed": [], "still_open": [], "new": []})
"""What somebody who reads a case again might find: nothing, to see who may."""


@dataclass(frozen=True)
class _Tasks:
    plan: Plan
    state: State
    folder: str

    def all(self) -> Iterator[Task]:
        if self.state.drawn is None:
            yield self.of_role(LEAD, "draw the cases", "draw")
        elif not self.state.groups:
            yield self.of_role(LEAD, "say who reads what", "allocate")
        else:
            for name in self.state.unanswered:
                case = self.state.cases[name]
                who = tuple(reader for reader, about in case.urgent.items() if about)
                told = '--concern "…" --told "…"'
                yield self.task(who, "speak to a manager today, and write down who was told", (name,), "urgent", told)
            yield from self.of_readers()
            for case in self.state.cases.values():
                yield from self.of_case(case)
            phases = {case.phase for case in self.state.cases.values()}
            if phases == {Phase.COUNTERSIGNED}:
                yield self.of_role(LEAD, "report", "report")
                yield Task(self.with_role(LEAD), "see that nothing was changed", (), f"quips round verify {self.folder}")

    def of_readers(self) -> Iterator[Task]:
        plan, state = self.plan, self.state
        for who in sorted({who for case in state.cases.values() for who in case.readers}):
            mine = [case for case in state.cases.values() if who in case.readers and not _has_read(case, who)]
            mine = [case for case in mine if not self.is_barred(case, who)]
            if mine and plan.qualify is not None and who not in state.qualified:
                yield Task((who,), "read a known case first", (), f"quips round forms {self.folder} --known --for {who}")
            elif mine:
                command = f"quips round forms {self.folder} --for {who}"
                for what, is_so in (("read", False), ("judge what you have read", True)):
                    names = tuple(case.reference for case in mine if _is_to_judge(case, who) is is_so)
                    if names:
                        yield Task((who,), what, names, command)

    def of_case(self, case: RoundCase) -> Iterator[Task]:
        plan, state, name = self.plan, self.state, case.reference
        leads = self.with_role(LEAD)
        because = '--because "…"'
        for who in case.readers:
            if case.moderated is None and self.is_barred(case, who):
                to = self.to_somebody_else(case, who == case.second_reader)
                what = "give it to another reader, since there is a conflict"
                yield self.task(leads, what, (name,), "reallocate", f"{to} {because}")
        if case.second_because and not case.second_reader and case.moderated is None:
            to = self.to_somebody_else(case, True)
            yield self.task(leads, "find a second reader", (name,), "reallocate", f"{to} {because}")
        match case.phase:
            case Phase.TO_MODERATE:
                able = self.able(MODERATOR, lambda who: moderates(plan, state, who, name))
                if case.second_reader:
                    yield self.task(able, "settle it, as two have read it", (), "settle", "--sheet", about=(name,))
                else:
                    yield self.task(able, "settle it", (name,), "settle")
            case Phase.TO_FEED_BACK:
                able = self.able(LEAD, lambda who: feeding_back.feed_back(plan, state, who, name, [], {}))
                others = self.able(MODERATOR, lambda who: feeding_back.feed_back(plan, state, who, name, [], {}))
                yield self.task(
                    tuple(dict.fromkeys((*able, *others))), "feed back to the officer and the senior", (name,), "feed-back"
                )
            case Phase.WITH_OFFICER:
                if case.open_disputes:
                    able = self.able(MODERATOR, lambda who: moderates(plan, state, who, name))
                    settled = {case.moderated.by if case.moderated else "", *(one.by for one in case.adjudicated.values())}
                    able = tuple(who for who in able if who not in settled) or able  # better not on what they settled themselves
                    disputed = f"{case.open_disputes[0].rule} --stands {because}"
                    yield self.task(able, "answer the dispute", (name,), "answer", disputed)
                if case.open_actions:
                    owners = tuple(dict.fromkeys(one.owner or case.officer for one in case.open_actions))
                    done = f'{case.open_actions[0].number} --done DAY --evidence "…"'
                    yield self.task(owners, "put right what is open", (name,), "act", done)
            case Phase.TO_COUNTERSIGN:
                if case.actions and not case.is_read_since_feedback:
                    able = self.may((*case.readers, *self.with_role(LEAD)), lambda who: reread(plan, state, who, name, *_NOTHING))
                    yield self.task(able, "read it again, now that it was put right", (name,), "reread", "FILE")
                # Who may refuse may accept, once nothing of the case itself is in the way.
                able = self.able(DIRECTOR, lambda who: signing.countersign(plan, state, who, name, False, "To see who may."))
                left = signing.in_the_way(state, case)
                what = f"countersign it, which cannot be done while {left}" if left else "countersign it"
                yield self.task(able, what, (name,), "countersign")

    def to_somebody_else(self, case: RoundCase, second: bool) -> str:
        """Return the options that give a case to whoever could read it; ``PERSON`` where nobody of the round could yet."""
        try:
            who = who_instead(self.plan, self.state, case, second)
        except StepRefusedError:
            who = "PERSON"
        return f"--to {who}{' --second' * second}"

    def is_barred(self, case: RoundCase, who: str) -> bool:
        """Whether somebody has a conflict with a case that they were given."""
        return has_conflict(self.plan, self.state, who, case.reference)

    def with_role(self, role: str) -> tuple[str, ...]:
        return tuple(name for name, person in sorted(self.plan.people.items()) if role in person.roles)

    def able(self, role: str, step: Callable[[str], object]) -> tuple[str, ...]:
        """Return those of a role who may take a step."""
        return self.may(self.with_role(role), step)

    def may(self, people: Iterable[str], step: Callable[[str], object]) -> tuple[str, ...]:
        """Return those of some people who may take a step."""
        found = []
        for who in dict.fromkeys(people):
            try:
                step(who)
            except StepRefusedError:
                continue
            found.append(who)
        return tuple(found)

    def of_role(self, role: str, what: str, command: str) -> Task:
        return self.task(self.with_role(role), what, (), command)

    def task(
        self,
        who: tuple[str, ...],
        what: str,
        cases: tuple[str, ...],
        command: str,
        more: str = "",
        about: tuple[str, ...] = (),
    ) -> Task:
        """Return a task; its command names the first case, and whoever is first, and PERSON where nobody is known."""
        words = ("quips round", command, self.folder, *cases[:1], more, "--as", who[0] if who and who[0] else "PERSON")
        return Task(tuple(filter(None, who)), what, about or cases, " ".join(filter(None, words)))


def _gathered(tasks: Iterator[Task]) -> Iterator[Task]:
    """Yield the tasks, what the same people can do in the same way put together; the command is that of the first case."""
    found: dict[tuple[tuple[str, ...], str], Task] = {}
    for task in tasks:
        before = found.get((task.who, task.what))
        found[task.who, task.what] = Task(task.who, task.what, (*before.cases, *task.cases), before.command) if before else task
    yield from found.values()


def next_step(plan: Plan, state: State, reference: str, folder: str) -> str:
    """Return what is next on a case of which feedback was given, with the command to type, as ``status`` has it.

    Args:
        plan: The plan.
        state: The round as it stands.
        reference: The case.
        folder: What the folder is called in commands.
    """
    task = next(iter(_Tasks(plan, state, folder).of_case(state.cases[reference])), None)
    return (
        f"Next: {listed(task.who, 'or') or 'somebody who may'}: {task.what}: {task.command}" if task else "Nothing is left to do."
    )


def _is_to_judge(case: RoundCase, who: str) -> bool:
    """Whether somebody has handed in the facts of a case, and not all of the judgements."""
    return (who in case.records or case.newest(who) is not None) and not _has_read(case, who)


def _has_read(case: RoundCase, who: str) -> bool:
    newest = case.newest(who)
    return newest is not None and newest.complete
