"""The steps by which a moderator settles a case on which readers differ, and locks it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from quips.judged import ANSWERS, words_of
from quips.peeraudit import state as did
from quips.peeraudit.plan import Plan
from quips.peeraudit.state import Phase, RoundCase, State
from quips.peeraudit.steps.checks import (
    StepRefusedError,
    moderates,
    not_settled,
    reasoned,
)
from quips.peeraudit.trail import Step
from quips.problems import did_you_mean, listed


def adjudicate(
    plan: Plan, state: State, who: str, case: str, answers: Mapping[str, Mapping[str, str]], differing: Collection[str]
) -> Step:
    """Return the step that settles prompts on which the two readers differ.

    Args:
        plan: The plan.
        state: The round as it stands.
        who: Who settles them; a moderator who did not read the case.
        case: The case.
        answers: The ``answer``, ``reason`` and ``evidence`` to each.
        differing: The prompts on which the readers differ.

    Raises:
        StepRefusedError: Somebody else's work, not now, a prompt on which they do not differ, or no reason.
    """
    one = _to_moderate(plan, state, who, case)
    for prompt, said in answers.items():
        if prompt not in differing:
            hint = did_you_mean(prompt, differing) or f"They differ on {listed(sorted(differing), 'and') or 'nothing'}."
            raise StepRefusedError(f"The readers of {one.reference} do not differ on {prompt}. {hint}")
        if said.get("answer") not in ANSWERS:
            raise StepRefusedError(f"Settle {prompt} with {listed(map(words_of, ANSWERS))}.")
        reasoned(said.get("reason", ""), f"Say why {prompt} is settled so.")
    return Step(who, did.ADJUDICATED, case, {"answers": {prompt: dict(said) for prompt, said in answers.items()}})


def moderate(
    plan: Plan, state: State, who: str, case: str, record_of: str, differing: Collection[str], because: str = ""
) -> Step:
    """Return the step that settles a case, which locks it.

    Args:
        plan: The plan.
        state: The round as it stands.
        who: A moderator who did not read the case.
        case: The case.
        record_of: The reader whose record of the facts is the case's.
        differing: The prompts on which the readers differ.
        because: Why it is the second reader's, if it is; or why a second reading that was called for is done without.

    Raises:
        StepRefusedError: Somebody else's work, not now, or something is not settled.
    """
    one = _to_moderate(plan, state, who, case)
    left = sorted(set(differing) - set(one.adjudicated))
    if left:
        raise StepRefusedError(
            f"{case} cannot be settled while the readers differ on {listed(left, 'and')}. "
            "Settle these first: with --answer, or on the sheet that --sheet writes."
        )
    if one.second_because and not one.second_reader:
        reasoned(
            because,
            f"{case} is to be read a second time ({one.second_because}), and nobody does yet. The lead gives it to somebody: "
            f"quips round reallocate --second. If nobody can, say why it is settled without.",
        )
    if record_of not in one.readers:
        raise StepRefusedError(f"{record_of} did not read {case}; it was read by {listed(one.readers, 'and')}.")
    if record_of != one.reader:
        reasoned(because, "Say why the second reader's record is taken.")
    return Step(who, did.MODERATED, case, {"record_of": record_of, "because": because})


def reopen(plan: Plan, state: State, who: str, case: str, because: str) -> Step:
    """Return the step that opens a settled case again, before feedback or after a director refused.

    Raises:
        StepRefusedError: Somebody else's work, not now, or no reason.
    """
    one = moderates(plan, state, who, case)
    if one.phase is not Phase.TO_FEED_BACK:
        raise StepRefusedError(f"{case} is {one.phase}; it can be opened again only between settling it and feeding back.")
    reasoned(because, "Say why it is opened again.")
    return Step(who, did.REOPENED, case, {"because": because})


def _to_moderate(plan: Plan, state: State, who: str, case: str) -> RoundCase:
    one = moderates(plan, state, who, case)
    not_settled(one)
    if not one.all_read:
        waiting = [r for r in one.readers if (reading := one.newest(r)) is None or not reading.complete]
        raise StepRefusedError(
            f"{case} cannot be settled yet: the reading of {listed(waiting, 'and') or 'anybody'} is not in or not complete."
        )
    return one


def differing_prompts(first: Mapping[str, str], second: Mapping[str, str]) -> list[str]:
    """Return the prompts on which two readers differ, in order.

    Example:
        >>> differing_prompts({"a": "yes", "b": "no"}, {"a": "yes", "b": "yes", "c": "no"})
        ['b']
    """
    return [prompt for prompt in first if prompt in second and first[prompt] != second[prompt]]
