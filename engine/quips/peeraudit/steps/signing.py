"""The steps by which a director countersigns or refuses, and by which a report is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quips.peeraudit import state as did
from quips.peeraudit.plan import DIRECTOR, LEAD, Plan
from quips.peeraudit.state import RoundCase, State
from quips.peeraudit.steps.checks import (
    StepRefusedError,
    case_of,
    has_role,
    known,
    not_own,
    reasoned,
)
from quips.peeraudit.trail import Step
from quips.problems import listed


def countersign(plan: Plan, state: State, who: str, case: str, accepts: bool, because: str = "") -> Step:
    """Return the step by which a director accepts or refuses a case's feedback and changes.

    Args:
        plan: The plan.
        state: The round as it stands.
        who: A director who had no hand in it.
        case: The case.
        accepts: Whether they accept; if not, the feedback is taken back.
        because: Why; needed to refuse.

    Raises:
        StepRefusedError: Somebody else's work, something is still open, or no reason.
    """
    person = known(plan, who)
    if DIRECTOR not in person.roles:
        raise StepRefusedError(f"{who} is no director of this round, and only a director countersigns.")
    one = case_of(state, case)
    not_own(plan, state, who, one, "countersign")
    if one.signature is not None:
        raise StepRefusedError(f"{case} was countersigned by {one.signature.by} before.")
    hands = one.ever_read_by | {one.moderated.by if one.moderated else "", one.feedback.by if one.feedback else ""}
    hands |= {said.by for said in one.adjudicated.values()} | {said.answered_by for said in one.disputes.values()}
    hands |= {again.by for again in one.rereads} | {action.owner for action in one.actions.values()}
    if who in hands:
        raise StepRefusedError(f"{who} read, settled, fed back on or put right {case}, and nobody signs their own work.")
    if one.feedback is None:
        raise StepRefusedError(f"{case} is {one.phase}; there is no feedback to sign yet.")
    if accepts:
        left = in_the_way(state, one)
        if left:
            raise StepRefusedError(f"{case} cannot be signed while {left}.")
    else:
        reasoned(because, "Say why it is refused.")
    about = {"because": because, "feedback": one.feedback.number}
    return Step(who, did.COUNTERSIGNED if accepts else did.REFUSED, case, about)


def report(plan: Plan, state: State, who: str, made: Mapping[str, Any], files: Mapping[str, str]) -> Step:
    """Return the step that keeps a report.

    Args:
        plan: The plan.
        state: The round as it stands, which the report rests on.
        who: The lead.
        made: How it was made, so that its figures can be worked out again: their SHA-256 as ``figures``, and what they rest on.
        files: The reports with their digests.

    Raises:
        StepRefusedError: Somebody else's work, or the cases were not drawn.
    """
    has_role(plan, who, LEAD, "report")
    if state.drawn is None:
        raise StepRefusedError("Nothing has been drawn, so there is nothing to report.")
    return Step(who, did.REPORTED, about={**made, "rows": state.rows}, files=files)


def in_the_way(state: State, case: RoundCase) -> str:
    """Return in words what keeps a case from being accepted, whoever the director is; empty if nothing does.

    Args:
        state: The round as it stands.
        case: The case.
    """
    disputed, acting, is_unanswered = case.open_disputes, case.open_actions, case.reference in state.unanswered
    left = ["nobody has written down what was done at once about a child, a victim or MAPPA"] if is_unanswered else []
    if disputed:
        left.append(f"{listed((one.rule for one in disputed), 'and')} {'is' if len(disputed) == 1 else 'are'} disputed")
    if acting:
        numbers = listed((one.number for one in acting), "and")
        left.append(f"action{'' if len(acting) == 1 else 's'} {numbers} {'is' if len(acting) == 1 else 'are'} open")
    if not case.all_read:
        left.append("a reading is not in")
    return listed(left, "and")
