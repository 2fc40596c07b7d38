"""What the steps ask before they are taken: whose work it is, whose case, and how far it has come.

Nothing in this package knows of files or of the clock, so that whatever drives a round (the command line, a test, a server)
goes the same way: each step takes the plan, the state and a wish, and gives the row to be written or says why not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from quips.peeraudit.plan import MODERATOR, READER, Person, Plan
from quips.peeraudit.state import RoundCase, State
from quips.problems import QuipsError, did_you_mean, listed


class StepRefusedError(QuipsError):
    """A step that may not be taken: by this person, or not now. Nothing was changed."""


def why_not_read(plan: Plan, state: State, who: str, case: RoundCase, members: Collection[str] = ()) -> str:
    """Return why somebody may not read a case; empty if they may.

    Args:
        plan: The plan.
        state: The round as it stands.
        who: The reader.
        case: The case.
        members: Their group, none of whom may be of the case either.
    """
    person = plan.people.get(who)
    if person is None or READER not in person.roles:
        return f"{who} is no reader of this round"
    for member in dict.fromkeys((who, *members)):
        other = plan.people.get(member)
        team = other.team if other else ""
        whose = member if member == who else f"{member} (of the same group)"
        if has_conflict(plan, state, member, case.reference):
            return f"{whose} has a conflict with {case.reference}"
        if member in (case.officer, case.senior):
            return f"{case.reference} is the own case of {whose}"
        if case.team and team == case.team:
            return f"{whose} is of team {team}, whose case {case.reference} is"
    return ""


def has_conflict(plan: Plan, state: State, who: str, case: str) -> bool:
    """Return whether somebody has a conflict with a case: by the list of people, or as they have said since."""
    person = plan.people.get(who)
    return case in (person.conflicts if person else frozenset()) | state.conflicts.get(who, frozenset())


def groups_of(plan: Plan, state: State) -> dict[str, tuple[str, ...]]:
    """Return the members of each group: as allocated, with the readers who came later and are given a group on the list."""
    groups = dict(state.groups)
    members = {member for group in groups.values() for member in group}
    for name, person in sorted(plan.people.items()):
        if groups and person.group and name not in members and READER in person.roles:
            groups[person.group] = (*groups.get(person.group, ()), name)
    return groups


def known(plan: Plan, who: str) -> Person:
    """Return somebody who takes part.

    Raises:
        StepRefusedError: They do not.
    """
    if who not in plan.people:
        hint = did_you_mean(who, plan.people) or "Add them to the list of people."
        raise StepRefusedError(f"'{who}' takes no part in this round. {hint}")
    return plan.people[who]


def has_role(plan: Plan, who: str, role: str, what: str) -> None:
    """See that somebody has a role, which ``what`` needs.

    Raises:
        StepRefusedError: They have not.
    """
    if role not in known(plan, who).roles:
        able = [name for name, person in plan.people.items() if role in person.roles]
        raise StepRefusedError(f"{who} cannot {what}; {listed(able) or 'nobody'} can, as {role}.")


def case_of(state: State, case: str) -> RoundCase:
    """Return a case of the round.

    Raises:
        StepRefusedError: There is no such case, or it was taken out.
    """
    if case not in state.cases:
        if case in state.gone:
            raise StepRefusedError(f"{case} was taken out: {state.gone[case].because}")
        raise StepRefusedError(f"There is no case {case} in this round. {did_you_mean(case, state.cases)}".rstrip())
    return state.cases[case]


def not_settled(case: RoundCase) -> None:
    """See that a case is not settled.

    Raises:
        StepRefusedError: It is, and so locked.
    """
    if case.moderated is not None:
        raise StepRefusedError(f"{case.reference} is {case.phase}: it is settled, and locked.")


def reasoned(because: str, message: str) -> None:
    """See that something was said.

    Raises:
        StepRefusedError: It was not; its message is the one given.
    """
    if not because.strip():
        raise StepRefusedError(message)


def not_own(plan: Plan, state: State, who: str, case: RoundCase, what: str) -> None:
    """See that a case is neither somebody's own nor their team's, and that they have no other conflict with it.

    Raises:
        StepRefusedError: It is.
    """
    person = plan.people[who]
    if who in (case.officer, case.senior):
        raise StepRefusedError(f"{case.reference} is {who}'s own case, and nobody can {what} their own.")
    if case.team and person.team == case.team:
        raise StepRefusedError(f"{case.reference} is a case of {who}'s own team, and nobody can {what} their own team's.")
    if has_conflict(plan, state, who, case.reference):
        raise StepRefusedError(f"{who} has a conflict with {case.reference}, so somebody else has to {what} it.")


def moderates(plan: Plan, state: State, who: str, case: str) -> RoundCase:
    """Return a case that somebody may settle: a moderator who did not read it, and whose own or whose team's it is not.

    Raises:
        StepRefusedError: They may not.
    """
    has_role(plan, who, MODERATOR, "settle a case")
    one = case_of(state, case)
    not_own(plan, state, who, one, "settle")
    if who in one.ever_read_by:
        raise StepRefusedError(f"{who} read {case}, so somebody else has to settle it.")
    return one


def with_officer(state: State, case: str) -> RoundCase:
    """Return a case of which feedback was given and stands.

    Raises:
        StepRefusedError: None was, or it was countersigned.
    """
    one = case_of(state, case)
    if one.signature is not None:
        raise StepRefusedError(f"{case} was countersigned, and nothing of it changes any more.")
    if one.feedback is None:
        raise StepRefusedError(f"{case} is {one.phase}; no feedback stands.")
    return one


def allocation_of(case: RoundCase) -> dict[str, str]:
    """Return who reads a case, as a step says it."""
    return {"group": case.group, "reader": case.reader, "second_reader": case.second_reader}


def check_allocation(
    plan: Plan, state: State, case: RoundCase, given: Mapping[str, str], groups: Mapping[str, Sequence[str]]
) -> None:
    """See that a case goes to people who may read it: of one group, none of whom it concerns, and the second of another.

    Raises:
        StepRefusedError: It does not.
    """
    group, reader, second = given.get("group", ""), given.get("reader", ""), given.get("second_reader", "")
    members = groups.get(group, ())
    if reader not in members:
        raise StepRefusedError(f"{reader or 'Nobody'} is of group {group or '?'}, so cannot read {case.reference} for it.")
    if second == reader or second in members:
        raise StepRefusedError(f"{case.reference} has to be read the second time by somebody of another group than {group}.")
    seconds = next((others for others in groups.values() if second in others), ())
    for who, others in ((reader, members), *(((second, seconds),) if second else ())):
        why_not = why_not_read(plan, state, who, case, others)
        if why_not:
            raise StepRefusedError(f"{why_not}. {case.reference} has to go to somebody else.")


def check_second(plan: Plan, state: State, case: RoundCase, given: Mapping[str, str]) -> None:
    """See that a second reading which the facts call for can be given: there is none yet, and the reader may read it.

    Raises:
        StepRefusedError: It cannot.
    """
    if given and (case.second_reader or set(given) - {"second_reader", "second_because"}):
        raise StepRefusedError(f"{case.reference} has a second reader already.")
    if given:
        check_allocation(plan, state, case, {**allocation_of(case), **given}, groups_of(plan, state))
