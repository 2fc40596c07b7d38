"""The figures of a round, counted by hand from its composed cases: see ``reported_round`` for what each of them lacks."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from knowledge_base import knowledge
from quips.judged import Answer, Judged
from quips.peeraudit.book import Book
from quips.peeraudit.figures import Figures, changed_since, figures_of
from quips.peeraudit.patterns import RootGap
from quips.peeraudit.state import DONE, OPEN, SET_ASIDE, STANDS, WITHDRAWN
from quips.peeraudit.steps import agreeing
from quips.problems import InputError, QuipsError
from quips.readings import readings
from quips.reports.roundrows import figures_as_json, figures_digest
from quips.shares import Share, interval
from reported_round import CHECK, ELIGIBLE, POLICE, PROMPTS, SOURCES, VISIT, ReportedRound, fed_back, settled
from round_at_hand import RoundAtHand, plan

DAY = "2026-12-10"


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> ReportedRound:
    return settled(tmp_path_factory.mktemp("settled") / "round")


@pytest.fixture(scope="module")
def round_(tmp_path_factory: pytest.TempPathFactory) -> ReportedRound:
    return fed_back(tmp_path_factory.mktemp("fed-back") / "round")


@pytest.fixture(scope="module")
def found(round_: ReportedRound) -> Figures:
    return figures_of(round_.book, round_.state, DAY)


def gap(figures: Figures, rule: str) -> RootGap:
    return next(one for one in figures.patterns.roots if one.rule.name == rule)


def leads(one: RootGap) -> dict[str, int]:
    return {rule.name: cases for rule, cases in one.leads_to}


def test_a_root_gap_is_counted_once_for_each_case(before: ReportedRound) -> None:
    figures = figures_of(before.book, before.state, DAY)
    # TV-01, 02, 03 and 12 are the case without the visits; in it the first visit is missing from two clocks
    assert gap(figures, VISIT).share == Share(4, 5, 3)
    assert gap(figures, CHECK).share == Share(2, 2, 8) and gap(figures, POLICE).share == Share(2, 2, 8)
    assert [one.rule.name for one in figures.patterns.roots][:2] == [VISIT, "home-visit-repeated"]
    assert figures.patterns.cases == 12 and figures.patterns.without == 2


def test_a_root_gap_is_told_of_the_cases_that_it_applies_to_and_of_few_without_a_percentage(found: Figures) -> None:
    # a child may be at risk in TV-04, 05, 09 and 10, the cases of safeguarding and the well run ones
    assert gap(found, CHECK).told == "1 of 4" and gap(found, CHECK).measure is None
    assert gap(found, VISIT).told == "44% (4 of 9; 95% interval 21 to 71; 3 not applicable)"
    roots = {one["rule"]: one for one in figures_as_json(found)["gaps"]["roots"]}
    assert roots[CHECK]["interval"] is None and roots[VISIT]["interval"]
    assert [one.share.yes for one in found.patterns.roots] == sorted(
        (one.share.yes for one in found.patterns.roots), reverse=True
    )


def test_a_round_of_a_part_counts_the_cases_that_a_gap_outside_it_applies_to(tmp_path: Path, before: ReportedRound) -> None:
    """What is met and bears on no question of the round is not told, and the gap of another case is still one of as many."""
    part = replace(before.plan, prompts=PROMPTS[3:], scope={"prompts": list(PROMPTS[3:])})
    figures = figures_of(Book(before.folder, part, before.book.auditor), before.state, DAY)
    assert gap(figures, CHECK).share == Share(2, 2, 8)


def test_what_a_gap_leads_to_is_counted_by_case(before: ReportedRound) -> None:
    figures = figures_of(before.book, before.state, DAY)
    assert leads(gap(figures, CHECK)) == {"roh-analysis-draws-on-sources": 2, "safeguarding-objective-in-plan": 2}
    assert leads(gap(figures, POLICE)) == {"roh-analysis-draws-on-sources": 2, "sara-completed": 2}
    assert not leads(gap(figures, VISIT))
    assert "roh-analysis-draws-on-sources" not in {one.rule.name for one in figures.patterns.roots}


def test_what_officers_were_asked_to_do_is_what_their_letters_said(round_: ReportedRound, found: Figures) -> None:
    late = gap(found, "sentence-plan-completed")
    [asked] = [action.remedy for action in round_.case("TV-11").actions.values() if action.rule == late.rule.name]
    assert late.remedies == (asked,) and asked.startswith("It has been done, and nothing more is asked.")
    assert gap(found, VISIT).remedies == (gap(found, VISIT).rule.remedy,), "each remedy once, however many cases"
    roots = {one["rule"]: one for one in figures_as_json(found)["gaps"]["roots"]}
    assert roots[late.rule.name]["remedies"] == [asked]


def test_what_was_set_aside_stands_apart_and_what_hung_on_it_stays(found: Figures) -> None:
    assert gap(found, CHECK).share == Share(1, 3, 8)  # TV-05 alone, now that TV-04's is set aside
    assert [(one.name, one.cases) for one in found.patterns.aside] == [(CHECK, 1)]
    sources = gap(found, "roh-analysis-draws-on-sources")
    # a root in TV-04; it follows from other gaps in TV-05, 06 and 07
    assert sources.share == Share(1, 9, 2) and sources.also_follows == 3
    assert gap(found, VISIT).share == Share(4, 5, 3), "a finding that stands is counted"


def test_actions_are_counted_by_what_became_of_them(found: Figures) -> None:
    # Three cases without visits have feedback, two actions each; only TV-03's are done, since TV-02's were taken back with
    # its feedback, and given anew.
    assert gap(found, VISIT).actions == {OPEN: 2, DONE: 1, WITHDRAWN: 0}
    assert gap(found, CHECK).actions == {OPEN: 1, DONE: 0, WITHDRAWN: 1}
    done = found.put_right
    # two each for TV-01 to 03, three for TV-04 and 05, four for TV-06 and 07, two for TV-08, three for TV-11;
    # and one for the question that was settled as no in TV-05, on which no gap bears
    assert done.done + done.open + done.withdrawn == 3 * 2 + 2 * 3 + 2 * 4 + 2 + 3 + 1
    assert (done.done, done.withdrawn, done.overdue) == (2, 1, done.open)
    # in TV-11 read again the sentence plan is still late, its order cannot be told, and its level of contact is still missing
    assert (done.reread, done.closed, done.late, done.unsure, done.still_open, done.new) == (2, 1, 1, 1, 2, 0)


def test_an_action_is_overdue_from_the_day_after_it_was_due(round_: ReportedRound) -> None:
    dues = {action.due for case in round_.state.cases.values() for action in case.open_actions}
    day_after = (date.fromisoformat(max(dues)) + timedelta(days=1)).isoformat()
    assert figures_of(round_.book, round_.state, min(dues)).put_right.overdue == 0
    assert figures_of(round_.book, round_.state, max(dues)).put_right.overdue < 23
    assert figures_of(round_.book, round_.state, day_after).put_right.overdue == 23


def test_disputes_refusals_and_urgent_cases_are_told(found: Figures) -> None:
    assert [(one.case, one.name, one.outcome) for one in found.disputes] == [
        ("TV-01", VISIT, "stands"),
        ("TV-04", CHECK, "set_aside"),
    ]
    assert [(one.case, one.feedback, one.because) for one in found.refusals] == [("TV-02", 1, "Too thin.")]
    assert found.urgent == 1 and "by the gate" not in json.dumps(figures_as_json(found)).casefold()


def test_what_was_disputed_and_answered_is_told_also_once_the_feedback_is_taken_back(tmp_path: Path) -> None:
    found = settled(tmp_path / "round")
    found.feed_back("TV-01")
    found.dispute("TV-01", VISIT, STANDS)
    found.sign("TV-01", accepts=False)
    found.feed_back("TV-01")
    found.dispute("TV-01", VISIT, SET_ASIDE)

    def told() -> list[tuple[str, str]]:
        return [(one.name, one.outcome) for one in figures_of(found.book, found.state, DAY).disputes]

    assert told() == [(VISIT, "stands"), (VISIT, "set_aside")]
    found.sign("TV-01", accepts=False)
    assert told() == [(VISIT, "stands"), (VISIT, "set_aside")], "what holds is told once"
    found.take(lambda state: agreeing.reopen(found.plan, state, "M01", "TV-01", "The director doubts it."))
    assert told() == [(VISIT, "stands"), (VISIT, "set_aside")]


def test_shares_rest_on_settled_cases_and_are_bounded_by_what_they_were_drawn_from(found: Figures) -> None:
    assert found.card is not None
    visit = next(one for one in found.card.walk() if one.name == PROMPTS[3])
    assert visit.share == Share(8, 4) and visit.measure is not None
    assert visit.measure[1:3] == interval(Share(8, 4), population=ELIGIBLE)
    # TV-05's readers differ on the first, and it was settled as no
    assert next(one for one in found.card.walk() if one.name == PROMPTS[0]).share == Share(11, 1)


def test_first_and_second_readers_are_compared_whoever_they_are(found: Figures) -> None:
    agreed = found.agreement
    assert agreed.cases == 2 and agreed.alike == Share(7, 1)
    first = agreed.questions[0]
    assert first.question == PROMPTS[0] and first.raw == Share(1, 1) and not first.is_alpha
    assert [(pair.first, pair.second) for pair in first.pairs] == [("first reader", "second reader")]
    said = [("TV-01", "yes", "yes"), ("TV-05", "yes", "no")]
    answers = [Answer(case, PROMPTS[0], answer, who) for case, one, two in said for who, answer in (("a", one), ("b", two))]
    [alone] = readings(Judged(tuple(answers)))
    assert first.kappa == alone.kappa and first.ac1 == alone.ac1


def test_a_reading_that_waits_for_a_second_one_is_in_no_figure(tmp_path: Path) -> None:
    found = ReportedRound(tmp_path / "round", plan(PROMPTS, by=("rosh_level",)))
    found.draw([*SOURCES])
    found.allocate(second=["TV-01", "TV-02"])
    for name in ("TV-01", "TV-02"):
        found.submit(name, answers={PROMPTS[0]: "no"})
    found.submit("TV-02", found.case("TV-02").second_reader)
    figures = figures_of(found.book, found.state, DAY)
    assert figures.card is None and not figures.patterns.roots and not figures.good_practice
    assert figures.agreement.cases == 1 and figures.agreement.alike == Share(3, 1)


# Small numbers -------------------------------------------------------------------------------------------------------------


def shown(figures: Figures, column: str) -> dict[str, Share | None]:
    return {group.name: group.shares.get(VISIT) for group in figures.patterns.by[column]}


def test_groups_that_are_too_small_are_not_shown_nor_can_be_had_by_subtraction(found: Figures) -> None:
    assert shown(found, "team") == {"East": None, "North": None, "South": None}, "four cases each"
    # four of low RoSH are too few, and the eight others would give them away
    assert shown(found, "rosh_level") == {"high": None, "low": None}
    # officers' grades take turns: TV-01 and 03 are of one, TV-02 and 12 of the other
    assert shown(found, "grade") == {"PO": Share(2, 4), "PSO": Share(2, 4)}


def test_json_holds_no_figure_of_a_group_that_is_not_shown(found: Figures) -> None:
    by = {one["column"]: one["groups"] for one in figures_as_json(found)["gaps"]["by"]}
    assert all(gap["share"] is None for group in by["team"] + by["rosh_level"] for gap in group["gaps"])
    assert all(gap["share"] for group in by["grade"] for gap in group["gaps"])


def test_fewer_than_five_settled_cases_give_no_gaps(tmp_path: Path) -> None:
    found = RoundAtHand(tmp_path / "round", plan(PROMPTS))
    found.draw(["TV-1", "TV-2", "TV-3", "TV-4"])
    found.allocate()
    for name in found.state.cases:
        found.submit(name)
        found.settle(name)
    value = figures_as_json(figures_of(found.book, found.state, DAY))
    assert value["gaps"]["settled"] == 4 and value["gaps"]["roots"] == [] and value["gaps"]["by"] == []


# A round as a whole --------------------------------------------------------------------------------------------------------


def test_the_composition_sets_the_sample_and_the_settled_beside_the_list(found: Figures) -> None:
    rows = [(one.value, one.in_list, one.in_sample, one.settled) for one in found.composition]
    assert rows == [("high", 40, 8, 8), ("low", 20, 4, 4)]


def test_the_same_folder_gives_the_same_figures_and_a_step_gives_others(round_: ReportedRound, found: Figures) -> None:
    again = Book(round_.folder, round_.plan, round_.book.auditor)
    assert figures_digest(figures_of(again, round_.state, DAY)) == figures_digest(found)
    assert figures_digest(figures_of(again, round_.state, "2026-12-11")) != figures_digest(found)


def test_nothing_is_reported_before_the_draw(tmp_path: Path) -> None:
    found = RoundAtHand(tmp_path / "round")
    with pytest.raises(QuipsError, match="Nothing has been drawn"):
        figures_of(found.book, found.state, DAY)


def test_change_since_an_earlier_round_says_what_it_cannot_tell(round_: ReportedRound, tmp_path: Path) -> None:
    earlier = RoundAtHand(tmp_path / "spring", replace(plan(PROMPTS), name="Spring 2026"))
    earlier.draw([f"SP-{n}" for n in range(1, 7)])
    earlier.allocate()
    for name in earlier.state.cases:
        earlier.submit(name, answers={PROMPTS[3]: "no"})
        earlier.settle(name)
    change = changed_since(round_.book, round_.state, earlier.book, earlier.state)
    assert [one.name for one in change.rounds] == ["Spring 2026", "Autumn 2026"]
    visit = next(one for one in change.questions if one.name == PROMPTS[3])
    assert visit.shares == (Share(0, 6), Share(8, 4)) and visit.change is not None
    # Newcombe's method 10 by hand, from the Wilson limits of 0 of 6 and of 8 of 12
    low_1, high_1, low_2, high_2 = *interval(Share(0, 6)), *interval(Share(8, 4))
    assert visit.change.low == pytest.approx(2 / 3 - ((2 / 3 - low_2) ** 2 + high_1**2) ** 0.5)
    assert visit.change.high == pytest.approx(2 / 3 + ((high_2 - 2 / 3) ** 2 + low_1**2) ** 0.5)
    assert "it cannot tell" in visit.told


def test_a_round_with_nothing_settled_cannot_be_compared_with(round_: ReportedRound, tmp_path: Path) -> None:
    earlier = RoundAtHand(tmp_path / "spring", replace(plan(PROMPTS), name="Spring 2026"))
    earlier.draw(["SP-1"])
    with pytest.raises(InputError, match="No case in it was judged under omi-1"):
        changed_since(round_.book, round_.state, earlier.book, earlier.state)


def test_columns_are_called_as_the_plan_writes_them(before: ReportedRound) -> None:
    spelt = replace(before.plan, headings={"grade": "Officer grade", "team": "PDU"})
    named = figures_of(Book(before.folder, spelt, before.book.auditor), before.state, DAY).named
    assert (named["grade"], named["team"]) == ("officer grade", "PDU")


def test_titles_are_those_of_the_knowledge_base(found: Figures) -> None:
    assert found.named["rosh_level"] == knowledge().vocabulary.circumstances["rosh_level"].title
