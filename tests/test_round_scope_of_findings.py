"""A round that looks at a part of an edition: what bears on nothing in it is left out, but never somebody at risk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from quips.audits import Audit
from quips.peeraudit.feedback import Prepared, prepare
from quips.peeraudit.figures import figures_of
from quips.reports.blocktext import to_text
from quips.reports.letters import says
from quips.reports.roundpaper import RoundReport, paper
from quips.statuses import Verdict
from round_at_hand import RoundAtHand, plan

VISIT, AGAIN = "home-visit-where-rosh-is-high", "home-visit-repeated"
ON_VISITS, ON_SCREENING = "omi-1/2.2/home-visit-high-roh", "omi-1/1.2/rosh-screening-completed"
CHECK = "childrens-services-check-made"


def settled(path: Path, prompt: str, scope: dict[str, list[str]], source: str = "composed-home-visits") -> RoundAtHand:
    """A round of one question, whose plan says so by its scope, with five cases of the same record settled."""
    found = RoundAtHand(path / "round", plan((prompt,), scope=scope))
    names = [f"TV-{n}" for n in range(5)]
    found.draw(names)
    found.allocate()
    for name in names:
        found.submit(name, source=source)
        found.settle(name)
    return found


def fed(found: RoundAtHand) -> Prepared:
    return prepare(found.book, found.state, "L01", "TV-0")


def whole(found: RoundAtHand) -> Audit:
    newest = found.case("TV-0").newest(found.case("TV-0").reader)
    assert newest is not None
    return found.book.audit(newest.file)


def test_a_gap_that_bears_on_no_question_in_scope_is_in_no_letter_action_or_table(tmp_path: Path) -> None:
    """The record has gaps about home visits and no other; the round asks about the screening."""
    found = settled(tmp_path, ON_SCREENING, {"prompts": [ON_SCREENING]})
    assert {gap.finding.rule.name for gap in whole(found).gaps} == {VISIT, AGAIN}
    given = fed(found)
    assert given.roots == () and given.actions == () and given.told == {}
    letter = says(found.book, given, "officer")
    assert letter["gaps"] == [] and not any("home visit" in line for line in letter["not_settled"])
    assert "This round looked at 1 of the " in letter["looked_at"]
    figures = figures_of(found.book, found.state, "2026-12-10")
    assert figures.patterns.roots == () and figures.patterns.without == 5
    text = " ".join(to_text(paper(RoundReport("Autumn", "OFFICIAL", None, figures)), 100).split())
    assert "This round looked at 1 of the " in text[: text.index("How far the cases are")]


def test_a_gap_that_bears_on_it_stays(tmp_path: Path) -> None:
    found = settled(tmp_path, ON_VISITS, {"prompts": [ON_VISITS]})
    rules = {rule.name: rule for rule in found.book.auditor.knowledge.rules.values()}
    wanted = {name for name in (VISIT, AGAIN) if ON_VISITS in {answer.prompt for answer in rules[name].answers}}
    assert VISIT in wanted and {root.rule.name for root in fed(found).roots} == wanted


def test_a_round_that_looks_at_all_leaves_nothing_out_and_says_nothing(tmp_path: Path) -> None:
    found = settled(tmp_path, ON_SCREENING, {})
    given = fed(found)
    assert {root.rule.name for root in given.roots} == {VISIT, AGAIN}
    assert says(found.book, given, "officer")["looked_at"] == ""


def test_what_may_put_somebody_at_risk_is_never_left_out(tmp_path: Path) -> None:
    """Children's services were not asked about a child who may be at risk, on a live case; the round asks about home visits."""
    found = settled(tmp_path, ON_VISITS, {"prompts": [ON_VISITS]}, "composed-safeguarding")
    urgent = {finding.rule.name for finding in whole(found).urgent_gaps}
    given = fed(found)
    assert CHECK in urgent and urgent <= set(found.book.gap_rules(found.case("TV-0")))
    assert CHECK in {action.rule for action in given.actions} and given.audit.urgent == whole(found).urgent
    assert "today" in says(found.book, given, "officer")["urgent"]


def test_what_was_only_left_out_is_not_new_when_the_case_is_read_again(tmp_path: Path) -> None:
    from quips.peeraudit.rereading import compare

    found = settled(tmp_path, ON_SCREENING, {"prompts": [ON_SCREENING]})
    now = whole(found)
    kept = found.book.settled(found.case("TV-0"))
    assert kept is not None and now.with_verdict(Verdict.GAP) and not kept.with_verdict(Verdict.GAP)
    assert compare(found.book, found.case("TV-0"), kept, now).new == ()


@pytest.mark.parametrize("prompt", [ON_SCREENING, ON_VISITS])
def test_the_last_day_and_the_case_itself_are_as_they_were(tmp_path: Path, prompt: str) -> None:
    found = settled(tmp_path, prompt, {"prompts": [prompt]})
    kept = found.book.settled(found.case("TV-0"))
    assert kept is not None and date.fromordinal(kept.case.as_at) == date(2010, 11, 12)
    assert replace(kept, findings=(), gaps=()) == replace(whole(found), findings=(), gaps=())
