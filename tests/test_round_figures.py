"""The figures of a round, counted by hand from its composed cases: see ``reported_round`` for what each of them lacks."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from knowledge_base import knowledge
from quips.judged import Answer, Judged
from quips.peeraudit.atonce import RaisedAtOnce, raised_at_once
from quips.peeraudit.book import Book
from quips.peeraudit.figures import Figures, changed_since, figures_of
from quips.peeraudit.patterns import RootGap
from quips.peeraudit.state import DONE, OPEN, SET_ASIDE, STANDS, TAKEN_BACK, WITHDRAWN, RoundCase, State, Urgent
from quips.peeraudit.steps import agreeing, reading
from quips.problems import InputError, QuipsError
from quips.readings import readings
from quips.reports.roundrows import figures_as_json, figures_digest
from quips.shares import Share, interval
from reported_round import CHECK, DAY, ELIGIBLE, POLICE, PROMPTS, SOURCES, VISIT, ReportedRound, settled
from round_at_hand import RoundAtHand, plan


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> ReportedRound:
    return settled(tmp_path_factory.mktemp("settled") / "round")


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
    assert gap(found, VISIT).told == "44% (4 of 9; 95% interval 20 to 72; 3 not applicable)"
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
    # Three cases without visits have feedback, two actions each. TV-03's are done, and so were TV-02's, which a director
    # refused; they were given anew.
    assert gap(found, VISIT).actions == {OPEN: 2, DONE: 2, WITHDRAWN: 0, TAKEN_BACK: 0}
    assert gap(found, CHECK).actions == {OPEN: 1, DONE: 0, WITHDRAWN: 1, TAKEN_BACK: 0}
    done = found.put_right
    # two each for TV-01 to 03, three for TV-04 and 05, four for TV-06 and 07, two for TV-08, three for TV-11;
    # and one for the question that was settled as no in TV-05, on which no gap bears
    # and two that TV-02 had before
    assert done.done + done.open + done.withdrawn == 3 * 2 + 2 * 3 + 2 * 4 + 2 + 3 + 1 + 2
    assert (done.done, done.withdrawn, done.overdue, done.refused, done.taken_back) == (4, 1, done.open, 2, 0)
    # in TV-11 read again the sentence plan is still late, its order cannot be told, and its level of contact is still missing
    assert (done.reread, done.closed, done.late, done.unsure, done.still_open, done.new) == (2, 1, 1, 1, 2, 0)


def test_what_was_set_and_done_before_a_director_refused_stays_in_every_figure(tmp_path: Path) -> None:
    """Also where nothing is asked for any more, or nothing is fed back yet: a board would read it as neglect."""
    found = settled(tmp_path / "round")
    found.feed_back("TV-01")
    found.act("TV-01")
    gaps = found.book.gap_rules(found.case("TV-01"))
    found.reread("TV-01", {"closed": gaps, "still_open": [], "new": []}, {})
    found.sign("TV-01", accepts=False)
    before = figures_of(found.book, found.state, DAY)
    assert gap(before, VISIT).actions[DONE] == 1 and (before.put_right.done, before.put_right.refused) == (2, 2)
    found.feed_back("TV-02")
    found.sign("TV-02", accepts=False)
    undone = figures_of(found.book, found.state, DAY)
    assert gap(undone, VISIT).actions == {OPEN: 0, DONE: 1, WITHDRAWN: 0, TAKEN_BACK: 1}
    assert (undone.put_right.open, undone.put_right.overdue, undone.put_right.taken_back) == (0, 0, 2)
    found.feed_back("TV-01")
    after = figures_of(found.book, found.state, DAY)
    assert not found.case("TV-01").actions and gap(after, VISIT).actions[DONE] == 1
    assert [(feedback, one.number, one.status) for feedback, one in after.actions["TV-01"]] == [(1, 1, DONE), (1, 2, DONE)]
    assert before.put_right.closed == after.put_right.closed == len(gaps)


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
    assert found.raised == RaisedAtOnce(1, 1, ()) and "by the gate" not in json.dumps(figures_as_json(found)).casefold()


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


def test_judged_otherwise_is_held_to_the_record_that_the_case_was_settled_with(tmp_path: Path) -> None:
    """By the first reader's facts there was no visit, by the second's there was, and the moderator takes the second's."""
    found = ReportedRound(tmp_path / "round", plan(PROMPTS))
    found.draw(["TV-01"])
    found.allocate(second=["TV-01"])
    first, second = found.case("TV-01").readers
    found.submit("TV-01", first, {PROMPTS[3]: "no"}, source="composed-home-visits")
    found.submit("TV-01", second, source="composed-well-run")
    [differing] = found.book.differing(found.case("TV-01"))
    why = "The visit is on the file."
    said = {differing: {"answer": "yes", "reason": why}}
    found.take(lambda state: agreeing.adjudicate(found.plan, state, "M01", "TV-01", said, [differing]))
    found.take(lambda state: agreeing.moderate(found.plan, state, "M01", "TV-01", second, [differing], why))
    settled_as = {one.question: one for one in found.book.judged(found.state).settled}
    assert (settled_as[PROMPTS[3]].answer, settled_as[PROMPTS[3]].proposal) == ("yes", "yes")
    card = figures_of(found.book, found.state, DAY).card
    assert card is not None and not any(one.share.yes for one in card.by_prompt if one.name == PROMPTS[3])
    assert settled_as[PROMPTS[2]].proposal == "yes", "both answered yes; by the first reader's facts there was no child"


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


# Who read, who was told, what was left out ---------------------------------------------------------------------------------


def test_a_case_read_by_somebody_in_none_of_the_groups_is_counted(round_: ReportedRound) -> None:
    groups = {name: members for name, members in round_.state.groups.items() if name != "East"}
    figures = figures_of(round_.book, replace(round_.state, groups=groups), DAY)
    # cases of South and of North may be read by the first other team; those of North and two second readings are given to East
    theirs = [case for case in round_.state.cases.values() if set(case.readings) & set(round_.state.groups["East"])]
    assert (figures.progress.groups, figures.progress.outside) == (2, len(theirs)) and theirs


def test_how_soon_it_was_written_down_who_was_told_is_counted_by_case() -> None:
    at = ("2026-10-01T23:50:00Z", "2026-10-02T08:00:00Z", "2026-10-03T08:00:00Z")
    cases = {name: RoundCase(name, {}, urgent_since=seen) for name, seen in zip("ABC", (at[0], at[1], ""), strict=True)}
    raised = (Urgent("A", "R01", at[2], "", ""), Urgent("B", "R01", at[0], "", ""), Urgent("C", "R01", at[2], "", ""))
    again = (Urgent("A", "R02", "2026-11-01T08:00:00Z", "", ""), Urgent("GONE", "R02", at[1], "", ""))
    # A two days after it was seen, B before the form was in, C that no form shows, and one that is not in the round any more
    assert raised_at_once(State(cases=cases, urgent=(*raised, *again))) == RaisedAtOnce(4, 3, (2,))


def test_a_case_is_urgent_since_the_first_form_that_says_so(tmp_path: Path) -> None:
    found = ReportedRound(tmp_path / "round", plan(PROMPTS))
    found.draw(["TV-01"])
    found.allocate()
    reader = found.case("TV-01").reader
    since = []
    for urgent in ((), ("child",), ()):
        with found.folder.turn() as turn:
            path = f"readings/TV-01.{reader}.{len(since) + 1}.yaml"
            files = turn.keep(path, b"case: TV-01\n")
            turn.take(reading.record(found.plan, turn.state, reader, "TV-01", path, files, {}, urgent))
        since.append(found.case("TV-01").urgent_since)
    assert since == ["", found.folder.rows()[-2].at, found.folder.rows()[-2].at]


def test_a_kind_of_case_is_counted_among_the_settled(round_: ReportedRound) -> None:
    drawn = {**(round_.state.drawn or {})}
    kind = {"column": "", "value": "of high risk", "in_list": 40, "in_sample": 8}
    drawn["composition"] = [*drawn["composition"], kind, {**kind, "value": "of no known kind"}]
    drawn["kinds"] = [{"name": "of high risk", "column": "rosh_level", "values": ["high", "very_high"]}]
    composed = figures_of(round_.book, replace(round_.state, drawn=drawn), DAY).composition
    assert [(one.value, one.settled) for one in composed[-2:]] == [("of high risk", 8), ("of no known kind", None)]


def test_what_the_plan_left_out_is_known_with_why(round_: ReportedRound) -> None:
    drawn = {**(round_.state.drawn or {}), "left_out": {"TV-77": "file with the court"}}
    figures = figures_of(round_.book, replace(round_.state, drawn=drawn), DAY)
    assert figures_as_json(figures)["left_out"] == [{"case": "TV-77", "because": "file with the court"}]


def test_gaps_are_told_apart_into_roots_and_what_follows(before: ReportedRound) -> None:
    figures = figures_of(before.book, before.state, DAY)
    by_hand = {name: len(before.book.gap_rules(before.case(name))) for name in SOURCES}
    assert figures.patterns.gaps == sum(by_hand.values()) and by_hand["TV-09"] == 0 and by_hand["TV-01"] == 2


def test_no_percentage_of_cases_that_are_mostly_not_known(tmp_path: Path) -> None:
    """In one of six the visit is missing; of three the record is not complete, so that nobody can tell."""
    found = ReportedRound(tmp_path / "round", plan(PROMPTS))
    found.draw([f"TV-0{n}" for n in range(1, 7)])
    found.allocate()
    for n, name in enumerate(found.state.cases):
        changed = ("record:", "record_complete: false\nrecord:") if 0 < n < 4 else ("", "")
        found.submit(name, source="composed-home-visits" if n < 4 else "composed-well-run", changed=changed)
        found.settle(name)
    visit = gap(figures_of(found.book, found.state, DAY), "home-visit-repeated")
    assert (visit.share.yes, visit.open) == (1, 3)
    assert visit.measure is None and visit.told == f"1 of {visit.share.of}"
