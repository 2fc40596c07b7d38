"""What a score leaves aside: its questions that were not asked, that no case is about, and that too few cases are about.

Questions that few cases are about are often those about somebody at risk. A score without them says nothing of how these were
answered, and may look better than the work is; so all their answers together are told, where that gives no case away.
"""

from __future__ import annotations

from dataclasses import dataclass

from quips.judged import Judged
from quips.proposals import NO, YES
from quips.scoring.tree import Scored
from quips.shares import LEAST, Share


@dataclass(frozen=True, slots=True)
class LeftAside:
    """The questions that count in a score and that it does not rest on.

    Attributes:
        not_asked: How many were not asked of any case.
        of_none: How many were asked, and no case is about them.
        of_few: How many are about fewer cases than can be shown.
        answers: The answers to these, all together; None where they are too few, or of too few cases, or would tell the answers
            to some of them beside another score.
    """

    not_asked: int
    of_none: int
    of_few: int
    answers: Share | None


def left_aside(scored: tuple[Scored, ...], judged: Judged) -> dict[str, LeftAside]:
    """Return what each score leaves aside, by its name; those that rest on all of their questions are not in it.

    Args:
        scored: The scores, in the order in which they are told.
        judged: The answers that they were worked out from.
    """
    found: dict[str, LeftAside] = {}
    shown: list[frozenset[str]] = []
    shares = judged.shares()
    resting = [(*one.rests_on, one) for top in scored for one in top.walk() if not one.is_question and one.measure is not None]
    # those that rest on half of their questions head the report, so where only one of two can be told, it is theirs
    for _, _, one in sorted((one for one in resting if one[0] < one[1]), key=lambda one: 2 * one[0] < one[1]):
        aside = [question for question in one.counted() if question.measure is None]
        few = frozenset(question.name for question in aside if question.name in shares and shares[question.name].of)
        asked = sum(question.name in shares for question in aside)
        answers = _together(few, judged)
        if answers and all(few == other or not few & other for other in shown):
            shown.append(few)
        else:
            answers = None
        found[one.name] = LeftAside(len(aside) - asked, asked - len(few), len(few), answers)
    return found


def _together(questions: frozenset[str], judged: Judged) -> Share | None:
    """Return all answers to some questions together; None where they are of fewer cases than can be shown."""
    given = [one for one in judged.settled if one.question in questions and one.answer in (YES, NO)]
    if len({one.case for one in given}) < LEAST:
        return None
    yes = sum(one.answer == YES for one in given)
    return Share(yes, len(given) - yes)
