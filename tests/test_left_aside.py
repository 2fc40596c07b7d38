"""What a score leaves aside, counted by hand from a few answers about seven cases."""

from __future__ import annotations

from collections.abc import Mapping

from knowledge_base import knowledge
from quips.judged import Answer, Judged
from quips.peeraudit.leftaside import LeftAside, left_aside
from quips.scoring.cards import score_judged
from quips.shares import Share

EDITION = knowledge().editions["omi-1"]
ALL, FEW, OTHERS, NONE = (
    f"omi-1/1.2/{name}"
    for name in ("rosh-classification-agreed", "childrens-services-check", "roh-analysis-completed", "rosh-screening-completed")
)
VISIT = "omi-1/2.2/home-visit-high-roh"
CASES = [f"TV-{n}" for n in range(7)]


def aside(said: Mapping[str, str]) -> dict[str, LeftAside]:
    """What scores leave aside, by the answers about the seven cases: y, n or - for each."""
    words = {"y": "yes", "n": "no", "-": "not_applicable"}
    answers = [Answer(case, name, words[one]) for name, row in said.items() for case, one in zip(CASES, row, strict=True)]
    judged = Judged(tuple(answers), {case: {} for case in CASES})
    return left_aside(score_judged(EDITION, judged).scored, judged)


def test_what_was_not_asked_what_is_about_no_case_and_what_few_cases_are_about_are_told_apart() -> None:
    found = aside({ALL: "yyyyyyy", FEW: "yn-----", OTHERS: "--nnn--", NONE: "-------"})
    # 1.2 has 32 questions: four were asked; two are about five cases together, and one of these five answers is yes
    assert found["omi-1/1.2"] == LeftAside(28, 1, 2, Share(1, 4))


def test_answers_about_few_cases_are_not_told_together_either() -> None:
    found = aside({ALL: "yyyyyyy", FEW: "yn-----", OTHERS: "ynn----"})
    assert found["omi-1/1.2"] == LeftAside(29, 0, 2, None), "five answers, and of three cases"


def test_answers_are_told_of_one_of_two_scores_if_the_other_would_give_some_away() -> None:
    """The thread has one question more than the criterion: together they would tell how that one was answered."""
    found = aside({ALL: "yyyyyyy", FEW: "yn-----", OTHERS: "--nnn--", VISIT: "-----yn"})
    told = {name: one.answers for name, one in found.items()}
    assert told["omi-1/thread/roh"] == Share(2, 5) and told["omi-1/1.2"] is None and told["omi-1/1"] is None
