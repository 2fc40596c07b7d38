"""The steps that set a round up: the draw, who reads what, replacements, conflicts, known cases; and what is raised at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quips.peeraudit import state as did
from quips.peeraudit.plan import LEAD, READER, Plan
from quips.peeraudit.state import RoundCase, State
from quips.peeraudit.steps.checks import (
    StepRefusedError,
    allocation_of,
    case_of,
    check_allocation,
    groups_of,
    has_role,
    known,
    not_own,
    not_settled,
    reasoned,
)
from quips.peeraudit.trail import Step
from quips.problems import listed


def draw(plan: Plan, state: State, who: str, drawn: Mapping[str, Any], files: Mapping[str, str] | None = None) -> Step:
    """Return the step that draws the cases.

    Args:
        plan: The plan.
        state: The round as it stands.
        who: Who draws; has to be a lead.
        drawn: What is to be known of the draw, with its ``cases``.
        files: What was kept of the list, with its digest.

    Raises:
        StepRefusedError: Somebody else's work, or the cases were drawn before.
    """
    has_role(plan, who, LEAD, "draw the cases")
    if state.drawn is not None:
        raise StepRefusedError(
            "The cases of this round have been drawn. Replace a case that cannot be read, or begin a new round."
        )
    return Step(who, did.DREW, about=drawn, files=files or {})


def may_allocate(plan: Plan, state: State, who: str) -> None:
    """See that somebody may allocate the cases, now.

    Raises:
        StepRefusedError: Somebody else's work, or not now.
    """
    has_role(plan, who, LEAD, "allocate cases")
    if state.drawn is None:
        raise StepRefusedError("Draw the cases first: quips round draw.")
    if state.groups:
        raise StepRefusedError("The cases have been allocated. To change who reads one: quips round reallocate.")


def allocate(
    plan: Plan, state: State, who: str, groups: Mapping[str, Sequence[str]], cases: Mapping[str, Mapping[str, str]]
) -> Step:
    """Return the step that says who reads what.

    Args:
        plan: The plan.
        state: The round as it stands.
        who: Who allocates; has to be a lead.
        groups: The members of each group.
        cases: For each case, its ``group``, ``reader``, ``second_reader`` and ``second_because``.

    Raises:
        StepRefusedError: Not now, or a reader may not read the case.
    """
    may_allocate(plan, state, who)
    if set(cases) != set(state.cases):
        raise StepRefusedError("Every case has to be allocated, and no other.")
    for name, given in cases.items():
        check_allocation(plan, state, state.cases[name], given, groups)
    about = {"groups": {name: list(members) for name, members in groups.items()}, "cases": {k: dict(v) for k, v in cases.items()}}
    return Step(who, did.ALLOCATED, about=about)


def reallocate(plan: Plan, state: State, who: str, case: str, given: Mapping[str, str], because: str) -> Step:
    """Return the step that gives a case to another reader.

    Args:
        plan: The plan.
        state: The round as it stands.
        who: Who does it; has to be a lead.
        case: The case.
        given: What changes: ``group`` and ``reader``, or ``second_reader`` and ``second_because``.
        because: Why.

    Raises:
        StepRefusedError: Not now, or the new reader may not read the case.
    """
    has_role(plan, who, LEAD, "say who reads a case")
    one = case_of(state, case)
    not_settled(one)
    reasoned(because, "Say why somebody else is to read it.")
    check_allocation(plan, state, one, {**allocation_of(one), **given}, groups_of(plan, state))
    return Step(who, did.REALLOCATED, case, {"allocated": dict(given), "because": because})


def replace_case(
    plan: Plan,
    state: State,
    who: str,
    case: str,
    because: str,
    instead: Mapping[str, Any] | None,
    given: Mapping[str, str],
    not_eligible: bool = False,
) -> Step:
    """Return the step that takes out a case that cannot be read, or should not have been drawn, and brings in the next in line.

    One that was read can only be taken out because it should not have been drawn, by a lead who neither read it nor has a part
    in it; it is named in every report, so that nobody chooses the sample by what was found.

    Args:
        plan: The plan.
        state: The round as it stands.
        who: Who does it; has to be a lead.
        case: The case.
        because: Why.
        instead: The next in line, as the draw names a case; None if there is none left.
        given: Who reads it, if cases have been allocated.
        not_eligible: Whether it should not have been drawn.

    Raises:
        StepRefusedError: Not now, or a reader may not read the new case.
    """
    has_role(plan, who, LEAD, "replace a case")
    one = case_of(state, case)
    if not_eligible:
        _may_take_out(plan, state, who, one)
    not_settled(one)
    reasoned(because, "Say why the case should not have been drawn." if not_eligible else "Say why the case cannot be read.")
    if one.read_by and not not_eligible:
        raise StepRefusedError(
            f"{case} was read by {listed(one.read_by, 'and')}, and what was read stays in the round. If it should not have been "
            "drawn at all, say so: --not-eligible."
        )
    if instead is not None and instead["case"] in {**state.cases, **state.gone}:
        raise StepRefusedError(f"{instead['case']} is or was in the round already.")
    if instead is not None and given:
        new = RoundCase(
            instead["case"], instead["values"], instead.get("officer", ""), instead.get("senior", ""), instead.get("team", "")
        )
        check_allocation(plan, state, new, given, groups_of(plan, state))
    about = {"because": because, "instead": dict(instead) if instead else None, "allocated": dict(given)}
    return Step(who, did.REPLACED, case, about | ({"not_eligible": True} if not_eligible else {}))


def _may_take_out(plan: Plan, state: State, who: str, case: RoundCase) -> None:
    """See that somebody may say that a case should not have been drawn: it is not settled, and they have no part in it."""
    not_own(plan, state, who, case, "take out")
    if who in case.ever_read_by:
        raise StepRefusedError(f"{who} is a reader of {case.reference}, so another lead has to take it out.")
    if case.moderated is not None and case.feedback is None:
        raise StepRefusedError(f"{case.reference} is settled, and locked. A moderator opens it again first: quips round reopen.")


def declare(plan: Plan, state: State, who: str, case: str, because: str) -> Step:
    """Return the step by which somebody says that they may not read, settle or sign a case; it then goes to another.

    Raises:
        StepRefusedError: They take no part, or there is no such case.
    """
    known(plan, who)
    case_of(state, case)
    reasoned(because, "Say in a few words why, without names.")
    return Step(who, did.DECLARED, case, {"because": because})


def qualify(plan: Plan, state: State, who: str, known: str, agreed: int, of: int) -> Step:
    """Return the step that says how a reader judged a known case.

    Args:
        plan: The plan.
        state: The round as it stands.
        who: The reader.
        known: The known case.
        agreed: To how many of its prompts the reader gave the known answer.
        of: How many prompts have one.

    Raises:
        StepRefusedError: The plan asks nobody to, or they are no reader.
    """
    has_role(plan, who, READER, "read a known case")
    if plan.qualify is None:
        raise StepRefusedError("The plan asks nobody to read known cases first.")
    if not of:
        raise StepRefusedError(f"{known} has no known answer to any prompt in scope.")
    if (who, known) in state.known_read:
        raise StepRefusedError(f"{who} has handed in {known} already and was told its answers. Read another known case.")
    return Step(who, did.QUALIFIED, known, {"agreed": agreed, "of": of, "passed": agreed / of >= plan.qualify})


def raise_urgent(plan: Plan, who: str, case: str, concern: str, told: str) -> Step:
    """Return the step that keeps what was raised at once because somebody may be at risk now.

    Anybody who takes part may, at any time and of any case; it never waits for the round.

    Raises:
        StepRefusedError: It is not said what the concern is, or who was told.
    """
    known(plan, who)
    reasoned(case, "Say of which case: its reference.")
    reasoned(concern, "Say what the concern is, without names.")
    reasoned(told, "Say who was told and when. Tell them first: speaking to the manager today comes before this.")
    return Step(who, did.RAISED, case, {"concern": concern, "told": told})
