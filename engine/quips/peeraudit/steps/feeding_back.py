"""The steps from feedback to the changes: actions, disputes and their answers, and reading the file again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from quips.peeraudit import state as did
from quips.peeraudit.plan import LEAD, MODERATOR, Plan
from quips.peeraudit.state import DONE, OPEN, SET_ASIDE, STANDS, WITHDRAWN, Action, Dispute, Phase, RoundCase, State
from quips.peeraudit.steps.checks import (
    StepRefusedError,
    case_of,
    known,
    moderates,
    not_own,
    reasoned,
    with_officer,
)
from quips.peeraudit.trail import Step
from quips.problems import did_you_mean, listed

_OF_ACTION = frozenset({"number", "owner", "due", "status", "done_on", "evidence"})  # what can change of it


def feed_back(plan: Plan, state: State, who: str, case: str, actions: Sequence[Action], files: Mapping[str, str]) -> Step:
    """Return the step that gives feedback to the officer and the senior.

    Args:
        plan: The plan.
        state: The round as it stands.
        who: The lead, a moderator, or a reader of the case.
        case: The case.
        actions: What is to be put right.
        files: The letters with their digests.

    Raises:
        StepRefusedError: Somebody else's work, or not now.
    """
    one = case_of(state, case)
    person = known(plan, who)
    if who not in one.readers and not person.roles & {LEAD, MODERATOR}:
        raise StepRefusedError(f"{who} gives no feedback on {case}: the lead, a moderator or one of its readers does.")
    not_own(plan, state, who, one, "give feedback on")
    if one.phase is not Phase.TO_FEED_BACK:
        raise StepRefusedError(f"{case} is {one.phase}; feedback is given once it is settled.")
    if any(action.number != n for n, action in enumerate(actions, 1)) or any(action.status != OPEN for action in actions):
        raise StepRefusedError("Actions are numbered from 1, and all are open when feedback is given.")
    return Step(who, did.FED_BACK, case, {"actions": [asdict(action) for action in actions]}, files)


def act(
    plan: Plan, state: State, who: str, case: str, changes: Sequence[Mapping[str, Any]], because: str = "", handed_in: str = ""
) -> Step:
    """Return the step that says what became of actions.

    Args:
        plan: The plan.
        state: The round as it stands.
        who: The officer, the senior, the owner of each of them, or the lead.
        case: The case.
        changes: For each its ``number``, and what changes: ``owner``, ``due``; or ``status`` with ``done_on`` and ``evidence``.
        because: Why its owner or its day is changed, which only the lead does.
        handed_in: Who handed it in for them; empty if they did.

    Raises:
        StepRefusedError: Somebody else's work, not now, no such action, done or withdrawn without saying what shows it, or
            another owner or day without a reason.
    """
    one = with_officer(state, case)
    for change in changes:
        action = one.actions.get(change["number"])
        if action is None:
            raise StepRefusedError(f"{case} has no action {change['number']}; it has {listed(one.actions, 'and') or 'none'}.")
        is_lead = who in plan.people and LEAD in plan.people[who].roles
        if not (is_lead or (who and who in (one.officer, one.senior, action.owner))):
            raise StepRefusedError(
                f"{who or 'Somebody unnamed'} cannot change action {action.number} of {case}: "
                "its owner, the officer, the senior or the lead can."
            )
        status = change.get("status", action.status)
        if status not in (OPEN, DONE, WITHDRAWN) or set(change) - _OF_ACTION:
            raise StepRefusedError(f"An action is open, done or withdrawn; '{status}' is none of these.")
        if status == WITHDRAWN and not is_lead:
            raise StepRefusedError(
                f"Only the lead withdraws an action. If action {action.number} is not right, dispute the finding."
            )
        if change.keys() & {"owner", "due"}:
            if not is_lead:
                raise StepRefusedError(f"Only the lead changes who does action {action.number} of {case}, or by when.")
            if action.status == DONE and status == DONE:
                raise StepRefusedError(f"Action {action.number} of {case} is done, so who does it and by when stay as they are.")
            reasoned(because, f"Say why action {action.number} of {case} is given to somebody else, or another day.")
        if "status" in change and action.status == WITHDRAWN:
            raise StepRefusedError(f"Action {action.number} of {case} was withdrawn: {action.evidence}")
        if status == DONE and not (change.get("done_on") and str(change.get("evidence", "")).strip()):
            raise StepRefusedError(f"Say on which day action {action.number} of {case} was done, and what shows it.")
        if status == WITHDRAWN:
            reasoned(str(change.get("evidence", "")), f"Say why action {action.number} of {case} is withdrawn.")
    about = {"actions": [dict(change) for change in changes], **({"because": because} if because else {})}
    return Step(who, did.ACTED, case, {**about, **_handed_in(plan, one, who, handed_in)})


def dispute(
    plan: Plan, state: State, who: str, case: str, rule: str, because: str, told: Collection[str], handed_in: str = ""
) -> Step:
    """Return the step by which the officer or the senior disputes a gap, or what readers judged.

    Args:
        plan: The plan.
        state: The round as it stands.
        who: The officer or the senior of the case.
        case: The case.
        rule: The rule whose gap it is, or the question that was answered no.
        because: Why.
        told: All that the case is said to fall short of, by name.
        handed_in: Who handed it in for them; empty if they did.

    Raises:
        StepRefusedError: Somebody else's case, not now, no such gap, or no reason.
    """
    one = with_officer(state, case)
    if not who or who not in (one.officer, one.senior):
        raise StepRefusedError(
            f"{who or 'Somebody unnamed'} is neither the officer nor the senior of {case}, and only they dispute a finding on it."
        )
    if rule not in told:
        hint = did_you_mean(rule, told) or f"It has {listed(sorted(told), 'and') or 'none'}."
        raise StepRefusedError(f"{case} has no gap, and no question answered no, that is called {rule}. {hint}")
    if rule in one.disputes:
        raise StepRefusedError(f"{rule} is disputed on {case} already.")
    reasoned(because, "Say why the finding is not right.")
    return Step(who, did.DISPUTED, case, {"rule": rule, "because": because, **_handed_in(plan, one, who, handed_in)})


def to_answer(plan: Plan, state: State, who: str, case: str, rule: str) -> Dispute:
    """Return the dispute that somebody may answer.

    Args:
        plan: The plan.
        state: The round as it stands.
        who: A moderator who did not read the case.
        case: The case.
        rule: The rule in dispute.

    Raises:
        StepRefusedError: Somebody else's work, or no such dispute is open.
    """
    one = moderates(plan, state, who, case)
    with_officer(state, case)
    found = one.disputes.get(rule)
    if found is None or not found.is_open:
        raise StepRefusedError(f"No dispute about {rule} is open on {case}.")
    return found


def answer_dispute(plan: Plan, state: State, who: str, case: str, rule: str, outcome: str, because: str) -> Step:
    """Return the step that answers a dispute: the finding stands, or is set aside.

    Args:
        plan: The plan.
        state: The round as it stands.
        who: A moderator who did not read the case.
        case: The case.
        rule: The rule in dispute.
        outcome: ``stands`` or ``set_aside``.
        because: Why.

    Raises:
        StepRefusedError: Somebody else's work, no such dispute, or no reason.
    """
    to_answer(plan, state, who, case, rule)
    if outcome not in (STANDS, SET_ASIDE):
        raise StepRefusedError(f"A finding stands, or is set aside; '{outcome}' is neither.")
    reasoned(because, "Say why.")
    return Step(who, did.ANSWERED, case, {"rule": rule, "outcome": outcome, "because": because})


def reread(
    plan: Plan,
    state: State,
    who: str,
    case: str,
    file: str,
    files: Mapping[str, str],
    change: Mapping[str, Sequence[str]],
    unsure: Mapping[str, str] | None = None,
) -> Step:
    """Return the step by which the case file was read again after the changes.

    Args:
        plan: The plan.
        state: The round as it stands.
        who: A reader of the case, a moderator or the lead; never its officer or senior.
        case: The case.
        file: The record then, as a path within the round.
        files: It with its digest.
        change: The rules whose gaps are ``closed``, ``still_open`` and ``new``.
        unsure: Of those still open, the rules of which the record does not show whether the gap was put right, each with why.

    Raises:
        StepRefusedError: Somebody else's work, not now, or a gap of which nobody can tell would not count as open.
    """
    one = with_officer(state, case)
    person = known(plan, who)
    if who not in one.readers and not person.roles & {LEAD, MODERATOR}:
        raise StepRefusedError(f"{who} does not read {case} again: one of its readers, a moderator or the lead does.")
    not_own(plan, state, who, one, "read again")
    uncounted = sorted(set(unsure or {}) - set(change["still_open"]))
    if uncounted:
        raise StepRefusedError(f"{listed(uncounted, 'and')}: a gap of which the record does not show that it closed stays open.")
    about = {"record": file, **{key: list(change[key]) for key in ("closed", "still_open", "new")}}
    return Step(who, did.REREAD, case, {**about, "unsure": dict(unsure or {})}, files)


def _handed_in(plan: Plan, case: RoundCase, who: str, handed_in: str) -> dict[str, str]:
    """Return who handed in what somebody else said, as a step says it; nothing if they did it themselves.

    Raises:
        StepRefusedError: Whoever handed it in has nothing to do with the round or the case.
    """
    if handed_in in ("", who):
        return {}
    if handed_in not in (case.officer, case.senior):
        known(plan, handed_in)
    return {"handed_in_by": handed_in}
