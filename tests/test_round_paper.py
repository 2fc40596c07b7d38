"""The paper of a round as a board reads it: what it begins with, how few cases are told, and how it lies on the page."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from docx import Document

from knowledge_base import knowledge
from quips.judged import Judged
from quips.peeraudit.atonce import RaisedAtOnce
from quips.peeraudit.figures import Figures
from quips.peeraudit.leftaside import LeftAside
from quips.peeraudit.patterns import RootGap
from quips.reports import roundtables
from quips.reports.blockpaper import to_docx
from quips.reports.blocks import Heading, Paper, Points, Section, Table, Words
from quips.reports.roundpaper import RoundReport, paper
from quips.reports.roundreports import ROUND_FORMATS
from quips.reports.roundshort import in_short
from quips.reports.roundsummary import applying_words, summary
from quips.reports.wording import in_use_words
from quips.scoring.measures import Measure
from quips.scoring.tree import Scored
from quips.shares import Share
from reported_round import ReportedRound, said, words


def autumn(figures: Figures) -> RoundReport:
    return RoundReport("Autumn", "OFFICIAL", 1, figures)


def with_progress(found: Figures, **changes: int) -> Figures:
    return replace(found, progress=replace(found.progress, **changes))


def with_roots(found: Figures, *roots: RootGap) -> Figures:
    return replace(found, patterns=replace(found.patterns, roots=roots))


def test_a_paper_begins_with_what_a_board_needs(found: Figures) -> None:
    first, *_ = paper(RoundReport("Autumn", "OFFICIAL", 1, found)).sections
    assert first.title == "In short"
    short = said(first.blocks)
    assert short.index("not finished") < short.index("might have been at risk") < short.index("12 cases of the 60")
    assert "38 gaps were found. 28 are root gaps, of 16 kinds; 10 follow from another. In 2 cases none was found." in short
    assert "Most often, not met in 4 of the 9 cases that it applies to (44%), missing and late in each: an early" in short
    assert "Not done yet: 23 actions open (all overdue), 2 gaps still open when 2 cases were read again, 1 gap for" in short


def test_a_score_stands_with_how_its_other_questions_were_answered(found: Figures) -> None:
    questions = [Scored(f"q-{n}", f"q-{n}", "prompt", "A?", Measure(0.9, 0.8, 1.0) if n < 3 else None) for n in range(5)]
    part = Scored("omi-1/1.2", "1.2", "general criterion", "A part", Measure(0.9, 0.8, 1.0), told="90%", parts=tuple(questions))
    assert found.card is not None
    card = replace(found.card, scored=(part,))
    few = replace(found, card=card, aside={"omi-1/1.2": LeftAside(0, 0, 2, Share(3, 4))})
    line, others = (
        "1.2 A part: 90%; it rests on 3 of its 5 questions.",
        "The 2 others are about fewer than 5 cases each; of the 7 answers to these 3 were yes (43%).",
    )
    assert f"{line} {others}" in said(in_short(few))
    assert line in said(summary(few)) and others not in said(summary(few)), "once is enough"
    mixed = replace(few, aside={"omi-1/1.2": LeftAside(3, 1, 2, None)})
    assert "Of the 6 others 3 were not asked, 1 is about no case and 2 are about fewer than 5 cases each." in said(
        in_short(mixed)
    )


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (RaisedAtOnce(5, 5, ()), "In 5 cases .* told in each, and that was written down on the day on which it was seen\\."),
        (RaisedAtOnce(3, 1, (2, 5)), "on the day on which it was seen in 1, and 2 and 5 days after it was seen in the others"),
        (RaisedAtOnce(1, 0, (1,)), "In 1 case .* Somebody was told, and that was written down 1 day after it was seen\\."),
    ],
)
def test_it_is_told_how_soon_somebody_was_told(found: Figures, raised: RaisedAtOnce, told: str) -> None:
    assert re.search(told, said(in_short(replace(found, raised=raised))))


def test_who_read_a_case_from_outside_the_groups_is_not_said_to_be_of_them(found: Figures) -> None:
    some = replace(with_progress(found, readers=7, groups=2, outside=1), beside=replace(found.beside, in_groups=6))
    told = "7 colleagues read them: 6 in 2 groups of mixed grades and 1 from outside these, who read 1 case. Nobody"
    assert told in said(summary(some))
    alike = replace(some, beside=replace(some.beside, in_groups=7, mixed=False))
    assert "7 colleagues read them, in 2 groups. Nobody" in said(summary(alike)), "a group of one grade is not mixed"


def test_the_reason_for_leaving_a_case_out_never_stands_beside_its_number_on_paper(found: Figures, round_: ReportedRound) -> None:
    left = replace(found, left_out={"TV-77": "file with the court", "TV-78": "file with the court", "TV-79": "transferred"})
    text = words(autumn(left))
    assert "Left out by the plan before the draw, and in no figure: file with the court (2 cases); transferred (1 case)." in text
    assert "3 were left out before the draw, with a reason" in text and "TV-77" not in text
    report, judged = RoundReport("Autumn", "OFFICIAL", 1, left), round_.book.judged(round_.state)
    book = openpyxl.load_workbook(io.BytesIO(ROUND_FORMATS["xlsx"](report, judged)))
    assert [*book["Left out"].iter_rows(values_only=True)][1] == ("TV-77", "file with the court")
    assert {"case": "TV-79", "because": "transferred"} in json.loads(ROUND_FORMATS["json"](report, judged))["figures"]["left_out"]


def test_the_edition_is_told_with_its_years_as_the_one_that_was_chosen(found: Figures) -> None:
    assert "(OMI 1), in use from 2006 to 2009: the edition that was chosen for this round." in words(autumn(found))
    edition = knowledge().editions["omi-1"]
    assert in_use_words(replace(edition, valid_until=None)) == "in use from 2006"
    assert in_use_words(replace(edition, valid_from=0)) == ""


def case_words(found: Figures, share: Share, **changes: Any) -> tuple[str, str]:
    """What the table and the first pages say of a gap in so many cases, of which there is no percentage."""
    fields: Mapping[str, Any] = {"also_follows": 0, "open": 0, **changes}
    one = replace(found.patterns.roots[0], share=share, told=f"{share.yes} of {share.of}", measure=None, **fields)
    return roundtables.gaps(with_roots(found, one)).rows[0][1], applying_words(one)


def test_few_cases_are_told_as_people_say_it(found: Figures) -> None:
    assert case_words(found, Share(1, 0, 9)) == ("1 of 1.", "the one case that it applies to")
    assert case_words(found, Share(2, 0, 8))[1] == "both cases that it applies to"
    assert case_words(found, Share(3, 0, 0))[1] == "all 3 cases"
    assert case_words(found, Share(1, 1, 8), also_follows=1)[0] == "1 of 2; in the other it follows from another gap."
    assert case_words(found, Share(1, 4, 5), also_follows=2)[0] == "1 of 5; in 2 of the others it follows from another gap."
    assert case_words(found, Share(1, 4, 5), open=4)[0] == "1 case; in the 4 others it is not known."
    assert (
        case_words(found, Share(1, 4, 5), open=3)[1] == "1 of the 5 cases that it applies to; in 3 of the others it is not known"
    )


def test_gaps_of_one_case_each_are_told_in_one_line(found: Figures) -> None:
    first, *_ = found.patterns.roots
    once = [gap for gap in found.patterns.roots if gap.share.yes == 1]
    page = said(summary(with_roots(found, first, *once)))
    assert re.search(
        r"In 1 case each, missing: a full risk of harm analysis [^;]*; [^;]*; [^;]*; 5 others, which are in the", page
    )
    assert "No root gap is in more than one case." in said(in_short(with_roots(found, *once)))


def test_questions_answered_alike_are_not_passed_over(found: Figures) -> None:
    def page(*shares: Share) -> str:
        questions = [Scored(f"q-{n}", "", "prompt", f"About {n}?", share=one, told="told") for n, one in enumerate(shares)]
        assert found.card is not None
        return said(summary(replace(found, card=replace(found.card, scored=tuple(questions)))))

    alike = page(*[Share(10, 0)] * 4, Share(8, 0), Share(9, 1))
    assert "2 others of these were answered yes in every case that they are about." in alike
    assert "1 other of these was answered yes as often." in page(*[Share(6, 4)] * 4)
    assert "2 others of these were answered no in as many cases." in page(*[Share(6, 4)] * 5)
    assert not re.search("others? of these", page(*[Share(10, 0)] * 3))


def test_a_chart_of_gaps_never_leaves_out_the_commonest_and_names_what_it_leaves_out(found: Figures) -> None:
    first, second, third, *_ = found.patterns.roots
    assert first.measure and second.measure and third.measure is None
    assert roundtables.measured(with_roots(found, third, first)) == []
    assert "Number 2 is in the table alone" in roundtables.gap_chart(with_roots(found, first, third, second)).title
    assert "alone" not in roundtables.gap_chart(with_roots(found, first, second, third)).title
    assert "Root gaps, those of most cases first" in words(autumn(with_roots(found, third, first)))


def test_what_follows_stands_beneath_its_gap_and_nothing_is_said_of_what_did_not(found: Figures) -> None:
    table = roundtables.gaps(found)
    assert len(table.head) == 3 and not any("Nothing" in cell for row in table.rows for cell in row)
    for gap, row in zip(found.patterns.roots, table.rows, strict=True):
        assert ("\nWith it fell short: " in row[0]) is bool(gap.leads_to)


def test_a_heading_and_the_words_beneath_it_stay_with_their_table(found: Figures, round_: ReportedRound) -> None:
    table = Table("Cases", ("Case", "Told"), [("A", "first\nsecond")], (1, 1))
    blocks = [Heading("By team"), Words("Too few."), Heading("By grade"), Words("Two."), table, Words("After."), Points(["x"])]
    data = to_docx(Paper("A paper", (), "OFFICIAL", "", [Section("Groups", blocks)]), datetime(2026, 1, 1))
    document = Document(io.BytesIO(data))
    kept = {one.text: one.paragraph_format.keep_with_next for one in document.paragraphs}
    assert (kept["Too few."], kept["Two."], kept["After."]) == (False, True, False)
    head, row = document.tables[0].rows
    assert all(cell.paragraphs[0].paragraph_format.keep_with_next for cell in head.cells)
    assert row.cells[1].text == "first\nsecond"


def test_charts_in_the_workbook_say_what_their_figures_are(found: Figures, round_: ReportedRound) -> None:
    judged: Judged = round_.book.judged(round_.state)
    book = openpyxl.load_workbook(io.BytesIO(ROUND_FORMATS["xlsx"](RoundReport("Autumn", "OFFICIAL", 1, found), judged)))
    assert [book[f"Chart of {what}"]["B1"].value for what in ("root gaps", "scores")] == [
        "Of the cases it applies to, %",
        "Score %",
    ]
