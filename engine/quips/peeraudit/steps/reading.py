"""The steps by which readers hand in what they read, and who may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from quips.peeraudit import state as did
from quips.peeraudit.plan import Plan
from quips.peeraudit.state import RoundCase, State
from quips.peeraudit.steps.checks import (
    StepRefusedError,
    case_of,
    check_second,
    known,
    not_settled,
    reasoned,
    why_not_read,
)
from quips.peeraudit.trail import Step
from quips.problems import listed


def record(
    plan: Plan,
    state: State,
    who: str,
    case: str,
    file: str,
    files: Mapping[str, str],
    given: Mapping[str, str],
    urgent: Sequence[str] = (),
) -> Step:
    """Return the step by which a reader hands in the facts of a case, before judging it.

    Args:
        plan: The plan.
        state: The round as it stands.
        who: The reader.
        case: The case.
        file: The record, as a path within the round.
        files: Every file of the step with its digest.
        given: A second reading that the facts call for; empty if they do not.
        urgent: Whom open gaps on the live case concern: ``child``, ``victim``, ``mappa``.

    Raises:
        StepRefusedError: They are not to read it, or not now.
    """
    one = _to_read(plan, state, who, case)
    check_second(plan, state, one, given)
    return Step(who, did.RECORDED, case, {"record": file, "allocated": dict(given), "urgent": [*urgent]}, files)


def submit(
    plan: Plan,
    state: State,
    who: str,
    case: str,
    reading: str,
    form: str,
    files: Mapping[str, str],
    complete: bool,
    good_practice: Sequence[str] = (),
    because: str = "",
    given: Mapping[str, str] | None = None,
    urgent: Sequence[str] = (),
) -> Step:
    """Return the step by which a reader hands in a reading, or a new version of one.

    Args:
        plan: The plan.
        state: The round as it stands.
        who: The reader.
        case: The case.
        reading: The reading, a case file with judgements, as a path within the round.
        form: The form it was read from, as a path within the round.
        files: Both with their digests.
        complete: Whether every prompt in scope is answered.
        good_practice: What was good practice.
        because: Why it was changed, for a later version.
        given: A second reading that the facts call for.
        urgent: Whom open gaps on the live case concern, as for the facts.

    Raises:
        StepRefusedError: They are not to read it, not now, or a later version has no reason.
    """
    one = _to_read(plan, state, who, case)
    before = one.newest(who)
    if before is not None and before.complete:
        reasoned(because, f'{case} was handed in by {who} before. Say why it is changed: --because "…".')
    given = given or {}
    check_second(plan, state, one, given)
    about = {
        "version": before.version + 1 if before else 1,
        "reading": reading,
        "form": form,
        "complete": complete,
        "good_practice": list(good_practice),
        "because": because,
        "allocated": dict(given),
        "urgent": [*urgent],
    }
    return Step(who, did.SUBMITTED, case, about, files)


def may_see(state: State, who: str, case: str, of: str) -> bool:
    """Whether somebody may see what a reader of a case handed in.

    A reader sees their own; everything else stays unseen until every reading of the case is complete.
    """
    one = state.cases.get(case)
    return one is not None and (who == of or one.all_read)


def _to_read(plan: Plan, state: State, who: str, case: str) -> RoundCase:
    one = case_of(state, case)
    known(plan, who)
    if who not in one.readers:
        raise StepRefusedError(f"{case} is not {who}'s to read; it was given to {listed(one.readers, 'and') or 'nobody yet'}.")
    not_settled(one)
    why_not = why_not_read(plan, state, who, one)
    if why_not:
        raise StepRefusedError(f"{why_not}. The lead can give it to somebody else: quips round reallocate.")
    if plan.qualify is not None and who not in state.qualified:
        raise StepRefusedError(
            f"{who} has not yet read a known case well enough ({plan.qualify:.0%} of its answers): quips round qualify."
        )
    return one
