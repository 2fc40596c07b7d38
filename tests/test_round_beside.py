"""What stands beside the figures of a round, so that nobody takes them for more than they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from knowledge_base import knowledge
from quips.judged import Answer, Judged
from quips.peeraudit.beside import FewCases, Left, NotClosed, beside
from quips.peeraudit.figures import Disputed, Figures
from quips.peeraudit.leftaside import LeftAside
from quips.peeraudit.state import DONE, SET_ASIDE, STANDS
from quips.reports import roundtables
from quips.reports.blocks import Table
from quips.reports.rounddone import done
from quips.reports.roundpaper import RoundReport, paper
from quips.reports.roundshort import in_short
from quips.reports.roundsummary import gaps_words, repeats, same_questions, status_cases, summary
from quips.scoring.measures import Measure
from quips.scoring.tree import Scored
from quips.shares import Share
from quips.statuses import Status
from reported_round import PROMPTS, VISIT, ReportedRound, said, words


def with_beside(found: Figures, **changes: Any) -> Figures:
    return replace(found, beside=replace(found.beside, **changes))


def with_questions(found: Figures, *shares: Share) -> Figures:
    questions = [Scored(f"q-{n}", "", "prompt", f"About {n}?", share=one, told="told") for n, one in enumerate(shares)]
    assert found.card is not None
    return replace(found, card=replace(found.card, scored=tuple(questions)))


# Of which questions a list is --------------------------------------------------------------------------------------------


def judged(answers: Mapping[str, Mapping[str, str]]) -> Judged:
    """So many answers: by question, by case."""
    return Judged(tuple(Answer(case, name, answer) for name, of in answers.items() for case, answer in of.items()))


def few(round_: ReportedRound, answers: Mapping[str, Sequence[str]], aside: Mapping[str, LeftAside] | None = None) -> FewCases:
    """What is told of the questions of few cases, of answers by question; each is about cases of its own."""
    of = {name: {f"{name}-{n}": answer for n, answer in enumerate(given)} for name, given in answers.items()}
    return beside(round_.book, round_.state, judged(of), aside or {}).few


def test_questions_of_few_cases_are_counted_by_how_often_they_were_answered_no(round_: ReportedRound) -> None:
    some = {PROMPTS[0]: ["no", "no", "yes"], PROMPTS[1]: ["no", "yes"], PROMPTS[2]: ["yes"], PROMPTS[3]: ["no"] * 5}
    told = few(round_, some)
    assert told.said_no == ((2, 1), (1, 1)), "of the first two, and not of the fourth, which five cases are about"
    asked = {one.name: one.asks for one in knowledge().editions["omi-1"].prompts()}
    assert told.titles == tuple(asked[name] for name in PROMPTS[:3])


def test_no_number_gives_away_how_one_question_of_few_cases_was_answered(round_: ReportedRound) -> None:
    """Nothing is told of fewer than five cases, of one question alone, where all were answered no, or beside some of them."""
    assert few(round_, {PROMPTS[0]: ["no", "yes"], PROMPTS[1]: ["no"], PROMPTS[2]: ["yes"]}).said_no == (), "four cases"
    assert few(round_, {PROMPTS[0]: ["no", "no"], PROMPTS[1]: ["yes", "yes"], PROMPTS[2]: ["yes"]}).said_no == (), "one of them"
    assert few(round_, {PROMPTS[0]: ["no", "yes"], PROMPTS[1]: ["no"] * 3}).said_no == (), "each of them"
    able = {PROMPTS[0]: ["no", "no", "yes"], PROMPTS[1]: ["no", "yes"], PROMPTS[2]: ["yes"]}
    assert few(round_, able, {"1.2": LeftAside(0, 0, 3, Share(3, 3))}).said_no == ((2, 1), (1, 1))
    assert few(round_, able, {"1.2": LeftAside(0, 0, 2, Share(2, 3))}).said_no == (), "the third could be worked out"


def test_a_list_of_questions_says_of_which_it_is_and_what_the_others_come_to(found: Figures) -> None:
    asked = with_questions(found, Share(6, 2), Share(8, 0), Share(1, 2))
    page = said(summary(with_beside(asked, few=FewCases(("A?", "B?", "C?", "D?"), ((2, 2), (1, 1))))))
    assert page.count("Of the 2 questions that at least 5 cases are about:") == 2
    assert "Of the 4 about fewer cases, 2 were answered no in 2 cases each and 1 in 1 case." in page
    assert "4 questions that fewer than 5 cases are about: A? B? C? D?" in page
    hidden = said(summary(with_beside(asked, few=FewCases(("A?", "B?"), ()))))
    assert "2 other questions are about fewer cases, and how each was answered is not shown." in hidden


def test_a_no_that_rests_on_what_was_set_aside_is_told_beside_its_number(found: Figures, round_: ReportedRound) -> None:
    asked = with_questions(found, Share(5, 3), Share(6, 2), Share(6, 1))
    page = said(summary(with_beside(asked, no_on_aside={"q-0": 1, "q-2": 1})))
    assert "No in 3 of 8 cases (38%); 1 of these 3 rests only on what was set aside since, after a dispute." in page
    assert "No in 1 of 7 cases (14%); this one rests only on" in page and "No in 2 of 8 cases (25%)." in page


def test_a_no_where_no_rule_found_a_gap_is_counted(found: Figures) -> None:
    """Of the second reading of TV-05 the level of risk of serious harm is not the right one, and no gap of it says so."""
    assert (found.beside.no_without_gap, found.beside.no_at_risk) == (1, 0)
    assert "1 answer of no is in none of the gaps below: a reader gave it where no rule found a gap." in said(summary(found))
    page = said(summary(with_beside(found, no_without_gap=3, no_at_risk=2)))
    assert "3 answers of no, 2 of them about a child, a victim or MAPPA, are in none of the gaps below" in page


# Scores ------------------------------------------------------------------------------------------------------------------


def part(name: str, level: str, *questions: str, asked: int = 0, told: str = "92%") -> Scored:
    measure = Measure(0.92, 0.7, 0.95)
    some = [Scored(one, one, "prompt", f"{one}?", measure) for one in questions]
    rest = [Scored(f"{name}-{n}", "", "prompt", "Other?") for n in range(asked)]
    return Scored(name, name, level, f"Of {name}", measure, told=told, questions=(*some, *rest))


def test_a_headline_on_the_questions_of_one_part_has_no_score_beside_it(found: Figures) -> None:
    assert found.card is not None
    thread, node = part("roh", "headline", "a", "b", asked=6), part("1.2", "criterion", "a", "b", asked=1)
    other = part("1.3", "criterion", "a", "c", asked=1)
    same = replace(found, card=replace(found.card, scored=(thread, node, other)))
    assert repeats(same) == {"roh": node}
    assert same_questions(same) == (
        "Of roh would rest on 2 of its 8 questions, the same as 1.2 Of 1.2, so it has no score of its own here."
    )
    text = words(RoundReport("Autumn", "OFFICIAL", 1, same))
    assert "Of roh: 92%" not in text and "Of roh (2 of 8)" not in text and "1.3 Of 1.3: 92%" in text
    wider = part("roh", "headline", "a", "b", "c", asked=6)
    assert not repeats(replace(found, card=replace(found.card, scored=(wider, node, other))))


# Gaps --------------------------------------------------------------------------------------------------------------------


def test_one_root_gap_is_told_as_one(found: Figures) -> None:
    alone = [replace(gap, share=Share(1, 4, 7)) for gap in found.patterns.roots[:1]]
    assert "6 gaps were found. 1 is a root gap; 5 follow from another." in gaps_words(
        replace(found, patterns=replace(found.patterns, gaps=6, roots=tuple(alone)))
    )


def test_it_is_told_how_gaps_are_spread_over_cases(found: Figures) -> None:
    """Three cases of the round have six gaps each, and no case has more; TV-09 and TV-10 have none."""
    assert found.beside.most_in_one is None
    assert gaps_words(found).endswith("10 follow from another. In 2 cases none was found.")
    one = with_beside(found, most_in_one=20)
    assert gaps_words(one).endswith("20 of them are in one case; in 2 cases none was found.")


def test_gaps_that_are_not_alike_are_told_by_what_they_are(found: Figures) -> None:
    [gap] = [one for one in found.patterns.roots if one.rule.name == VISIT]
    missing, late = frozenset({Status.MISSING}), frozenset({Status.LATE})
    apart = with_beside(found, status_cases={VISIT: {late: 1, missing: 2, missing | late: 1}})
    assert status_cases(apart, gap) == "missing in 2, late in 1 and missing and late in 1"
    assert status_cases(found, gap) == "missing and late in each"
    assert "(missing in 2, late in 1 and missing and late in 1)" in roundtables.gaps(apart).rows[0][0]
    alike = [one for one in found.patterns.roots if len(one.statuses) == 1]
    assert alike and not any(status_cases(found, one) for one in alike)


# What was done -----------------------------------------------------------------------------------------------------------


def test_what_was_asked_for_twice_is_told_once(found: Figures) -> None:
    """TV-02 was refused with both actions done, and both were set again; TV-03 has one done whose gap is still open."""
    assert (found.beside.set_again, found.beside.done_not_closed) == (2, 1)
    page = said(done(found))
    assert "Of 28 actions" in page and "2 of them asked again for what an earlier letter had asked for; 26 are different" in page
    assert "Of the different actions that are reported done, 1 is for a gap that was not closed." in page
    assert found.beside.asked[VISIT] == {"open": 2, DONE: 1}, "TV-12 was not fed back, and TV-02 counts by its newest letter"
    [row] = [one for one in roundtables.gaps(found).rows if one[0].startswith("1. ")]
    assert "Action done in 1 case and open in 2 cases. When read again: closed in 1." in row[2]


def test_what_closed_means_is_said_and_what_was_closed_after_its_day_is_counted(found: Figures) -> None:
    assert "Closed means that the work is there now, however late. Of the" in said(done(found))
    right = replace(found, put_right=replace(found.put_right, closed=17))
    late = "however late; 4 of these 17 were of work done after the day by which it was due."
    assert late in said(done(with_beside(right, closed_late=4)))
    assert "however late; this one was of work" in said(done(with_beside(found, closed_late=1)))


def test_what_was_not_closed_is_named_in_how_many_cases_and_who_has_it(found: Figures) -> None:
    """Of TV-03, which is signed, one is open; of TV-11 one is, and one is for people, and both have an action open."""
    left = found.beside.not_closed
    assert [(one.is_root, one.open, one.unsure) for one in left.rules] == [(True, 1, 0), (True, 1, 0), (True, 0, 1)]
    assert (left.with_action, left.signed) == (2, 1)
    short = said(in_short(found))
    assert (
        "root gaps first: another home visit after a change that bears on the risk of harm (still open in 1 case); the" in short
    )
    assert "An action is open for 2 of these 3 gaps. 1 case with such a gap was countersigned by a director." in short
    rules = tuple(Left(f"Title {n}", n < 4, 1, int(n == 6)) for n in range(7))
    many = with_beside(found, not_closed=NotClosed(rules, 0, 0))
    assert "title 4 (still open in 1 case); 2 more, named under" in said(in_short(many))
    assert "No action is open for these 8 gaps." in said(in_short(many)) and "with such a gap" not in said(in_short(many))
    page = said(done(many))
    assert "Root gaps: title 0 (still open in 1 case)" in page
    assert (
        "another gap: title 4 (still open in 1 case); title 5 (still open in 1 case); title 6 (still open in 1 case, for" in page
    )


def test_of_fewer_cases_than_can_be_counted_no_gap_is_named(found: Figures) -> None:
    few = replace(found, patterns=replace(found.patterns, cases=4))
    assert "Not closed when read again" in said(done(found)) and "still open in" not in said((*done(few), *in_short(few)))


def test_a_finding_that_was_disputed_in_several_cases_stands_in_one_row(found: Figures) -> None:
    def answers(*disputes: tuple[str, str]) -> str:
        some = tuple(Disputed(case, "a", "A finding", "Why.", outcome, "So.") for case, outcome in disputes)
        tables = [one for one in roundtables.put_right(replace(found, disputes=some)) if isinstance(one, Table)]
        [row] = tables[1].rows
        return row[1]

    assert answers(("A", STANDS)) == "The finding stands"
    assert answers(("A", SET_ASIDE), ("B", STANDS)) == "In 2 cases: set aside in 1 and stands in 1"
    assert answers(("A", STANDS), ("A", STANDS), ("B", "")) == "In 2 cases, 3 times: stands in 2 and not answered yet in 1"


# The paper ---------------------------------------------------------------------------------------------------------------


def test_a_later_report_says_which_it_replaces_and_what_an_interval_of_a_score_is(found: Figures) -> None:
    def under(number: int | None) -> str:
        return paper(RoundReport("Autumn", "OFFICIAL", number, found)).under[1]

    assert "made on 10 December 2026. Seal" in under(1) and "10 December 2026. Seal" in under(None)
    assert "It replaces report 1." in under(2) and "It replaces reports 1 and 2." in under(3)
    assert "It replaces reports 1 to 3." in under(4)
    how = said(paper(RoundReport("Autumn", "OFFICIAL", 1, found)).sections[-1].blocks)
    assert "That of a score is worked out from the ends of those of its questions, so it is wider than a 95% interval" in how
    assert "Scores here are indicative" in said(summary(found)), "the edition gives no ratings"
