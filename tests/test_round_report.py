"""The report of a round in every form: what it says, what it must not, and how it is kept."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from docx import Document

from knowledge_base import knowledge
from quips.cli import main
from quips.cli.rounds import reporting, shared
from quips.judged import Judged
from quips.knowledge import OwnRule
from quips.peeraudit.figures import Composed, Figures, figures_of
from quips.peeraudit.folder import digest_of
from quips.reports import roundtables
from quips.reports.blocks import Points, Table, Words
from quips.reports.roundpaper import RoundReport, paper
from quips.reports.roundreports import ROUND_FORMATS
from quips.reports.roundrows import figures_as_json
from quips.reports.roundsummary import summary
from quips.reports.wording import gap_words
from quips.scoring.cards import FEW_IN_COMMON
from quips.scoring.measures import Measure
from quips.scoring.tree import Scored
from quips.shares import Share
from quips.statuses import Status
from reported_round import DAY, PROMPTS, ReportedRound, settled, words
from round_at_hand import plan
from round_commands import Commands
from schemas import validator

MARKING = "OFFICIAL-SENSITIVE"
VISIT_WORDS = "an early, purposeful home visit where the risk of serious harm is high"


@pytest.fixture(scope="module")
def report(round_: ReportedRound) -> RoundReport:
    return RoundReport("Autumn <2026>", MARKING, 1, figures_of(round_.book, round_.state, DAY))


@pytest.fixture(scope="module")
def judged(round_: ReportedRound) -> Judged:
    return round_.book.judged(round_.state)


@pytest.fixture
def commands(round_: ReportedRound, monkeypatch: pytest.MonkeyPatch) -> Commands:
    for module in (reporting, shared):
        monkeypatch.setattr(module, "load", lambda *_: knowledge())
    return Commands(round_, monkeypatch)


# What it says --------------------------------------------------------------------------------------------------------------


def test_the_first_page_says_what_was_read_found_and_done_and_how_sure_one_can_be(report: RoundReport) -> None:
    text = words(report)
    page = text[: text.index("How far the cases are")]
    assert "The round has 12 cases, drawn by chance from the 60 that could be drawn" in page
    assert "2 cases were read twice, each time without seeing the other reading" in page
    visit = f"Not met in 4 of the 9 cases that it applies to (44%), missing and late in each: {VISIT_WORDS}."
    assert visit in page, "missing by one clock, and late by another"
    assert "Of 28 actions to put things right, 4 are reported done, 23 are open and 1 was withdrawn. 2 of them asked" in page
    assert "A director has countersigned 2 cases" in page and "7 of 8 (88%)" in page
    assert "Implementation of interventions: 67%" not in page, "a score of few of its questions heads no report"
    assert "In the tables alone, since they rest on fewer than half of their questions: " in page
    assert "2.2 Protecting the public by minimising risk of harm (1 of" in page
    assert (
        "2 cases were read again afterwards: 1 gap was closed; 1 was of work done late, which cannot be undone; 1 is for people "
        "to judge, as the record does not show whether it was put right; and 2 are still open."
    ) in page
    assert "This round is not finished, and its figures can still change. 12 of 12 cases are settled and 2 are" in page
    tables = [one for section in paper(report).sections for one in section.blocks if isinstance(one, Table)]
    [told] = [row[1] for one in tables if one.title == "Scores" for row in one.rows if row[0].startswith("2.2 ")]
    assert told.startswith("67% (95% interval 42 to 85); it rests on 1 of its")


def test_a_part_is_scored_where_the_whole_rests_on_too_few_questions(report: RoundReport) -> None:
    part = scored("1.2", 3, 4)
    other = scored("1.3", 1, 4)
    page = first_page(report, scored("1", 0, 9, part, other))
    assert "1.2 A part: 50%" in page and "it rests on 3 of its 4 questions" in page
    assert "1 A part" not in page and "1.3 A part (1 of 4)" in page


def test_what_was_judged_in_one_part_alone_does_not_stand_under_the_name_of_the_whole(
    report: RoundReport, judged: Judged
) -> None:
    page = first_page(report, scored("1", 0, 0, scored("1.2", 4, 4), scored("1.3", 0, 2)))
    assert "1.2 A part: 50%" in page and "1 A part: 50%" not in page, "though four of the six are over half"
    said = paper(report)
    rows = [row[0] for one in said.sections for table in one.blocks if isinstance(table, Table) for row in table.rows]
    assert any(row.startswith("2.2 ") for row in rows) and not any(row.startswith("2 ") for row in rows)
    for name in ("Scores", "Scores by group"):
        sheet = openpyxl.load_workbook(io.BytesIO(ROUND_FORMATS["xlsx"](report, judged)))[name]
        assert not any("2" in row[:4] for row in sheet.iter_rows(values_only=True)), name


def scored(number: str, answered: int, asked: int, *parts: Scored) -> Scored:
    """What stands under a number, half of it sufficient, with so many questions of its own, some answered of cases enough."""
    half = Measure(0.5, 0.4, 0.6)
    questions = [Scored(f"q-{n}", f"q-{n}", "prompt", "A question?", half if n < answered else None) for n in range(asked)]
    is_scored = answered or any(part.measure for part in parts)
    level = "section" if parts else "general criterion"
    return Scored(number, number, level, "A part", half if is_scored else None, told="50%", parts=(*parts, *questions))


def first_page(report: RoundReport, top: Scored) -> str:
    """The first page, had the round these scores."""
    assert report.figures.card is not None
    figures = replace(report.figures, card=replace(report.figures.card, scored=(top,)))
    return " ".join(line for one in summary(figures) if isinstance(one, Points) for line in one.lines)


def test_a_question_that_no_case_is_about_is_not_in_the_table(report: RoundReport) -> None:
    names = {PROMPTS[1]: Share(0, 0, 12), PROMPTS[3]: Share(8, 4)}
    asked = [Scored(name, name, "prompt", f"About {name}?", share=share, told="told") for name, share in names.items()]
    assert report.figures.card is not None
    figures = replace(report.figures, card=replace(report.figures.card, scored=tuple(asked)))
    assert [row[0] for row in roundtables.questions(figures).rows] == [f"About {PROMPTS[3]}?"]
    assert "neither shown nor counted" not in words(report) and "their figures are not shown" in words(report)


def test_gaps_are_never_told_as_if_they_were_achieved(report: RoundReport, judged: Judged) -> None:
    """Each says what it was, where what should be is said: the one status of its gaps, or that it is not met."""
    [late] = [gap for gap in report.figures.patterns.roots if gap.rule.name == "sentence-plan-completed"]
    assert gap_words(late.rule, late.statuses).endswith(": late")
    assert gap_words(late.rule, (Status.MISSING, Status.LATE)).endswith(": not met")
    [outcome] = [gap for gap in report.figures.patterns.roots if gap.rule.name == "no-further-call-outs"]
    assert gap_words(outcome.rule, outcome.statuses).endswith(": outcome not achieved")
    led = [gap_words(gap.rule, gap.statuses) for gap in report.figures.patterns.roots]
    assert [row[0].partition("\n")[0] for row in roundtables.gaps(report.figures).rows] == [
        f"{n}. {title}{' (missing and late in each)' if 'early' in title else ''}." for n, title in enumerate(led, 1)
    ]
    [common] = [one for one in roundtables.groups(report.figures, "grade") if isinstance(one, Table) and "gaps" in one.title]
    assert [row[0] for row in common.rows if len(row) == 1] == led[:5]
    sheet = openpyxl.load_workbook(io.BytesIO(ROUND_FORMATS["xlsx"](report, judged)))["Root gaps"]
    assert [row[2] for row in sheet.iter_rows(min_row=2, values_only=True)] == led


def test_bars_of_charts_are_called_by_titles_and_ten_gaps_at_most_are_drawn(report: RoundReport, judged: Judged) -> None:
    gaps = report.figures.patterns.roots
    many = replace(report.figures, patterns=replace(report.figures.patterns, roots=(*gaps, *gaps)))
    drawn = roundtables.gap_chart(many).rows
    assert len(drawn) == 10 and drawn[0].label == f"1. Not met: {VISIT_WORDS}"
    assert all(re.match(r"\d+\. [A-Z][a-z ]+: ", bar.label) for bar in drawn)
    book = openpyxl.load_workbook(io.BytesIO(ROUND_FORMATS["xlsx"](report, judged)))
    assert book["Chart of root gaps"]["A2"].value == drawn[0].label
    assert "2.2 Protecting the public by minimising risk of harm" in [
        row[0] for row in book["Chart of scores"].iter_rows(values_only=True)
    ]
    html = ROUND_FORMATS["html"](report, judged).decode()
    for line in ("2.2 Protecting the public by minimising risk", "of harm", "1. Not met: an early, purposeful home visit"):
        assert f">{line}</text>" in html, "a label goes on in a second line"


def test_marks_and_numbers_are_explained_in_words_that_need_no_explaining(report: RoundReport) -> None:
    text = words(report)
    assert "is known from memory and not from a printed source" in text
    assert not re.search("answered of enough cases|of which enough were wanted|remembered, not printed", text)
    kind = Composed("", "licence", 20, 8, None)
    _, composed, *_ = roundtables.cases(replace(report.figures, composition=(kind,)))
    assert isinstance(composed, Table)
    assert composed.rows[0] == ("Kinds of case of which there should not be too few",)


def test_of_few_cases_read_twice_only_the_same_answers_are_counted(report: RoundReport, judged: Judged) -> None:
    """Two cases were read twice, where five at the least say anything."""
    blocks = [one for section in paper(report).sections for one in section.blocks]
    [apart] = [one for one in blocks if isinstance(one, Table) and one.title == "Questions on which two readers differed"]
    differed = [one.question for one in report.figures.agreement.questions if one.raw.no]
    assert apart.head == ("Question", "Same answer") and {row[1].partition(" of ")[2] for row in apart.rows} == {"2"}
    assert {row[0] for row in apart.rows} == {knowledge().prompts[name].asks for name in differed}
    left = len(PROMPTS) - len(differed)
    assert left and f"On the other {left} question" in words(report)
    alike = report.figures.agreement.alike
    assert alike.of + alike.not_applicable == sum(one.raw.of for one in report.figures.agreement.questions)
    book = openpyxl.load_workbook(io.BytesIO(ROUND_FORMATS["xlsx"](report, judged)))
    head, *rows = book["Agreement"].iter_rows(values_only=True)
    said = [dict(zip(head, row, strict=True)) for row in rows]
    assert {one["Question"] for one in said} == {knowledge().prompts[name].asks for name in PROMPTS}
    assert {(one["Kappa"], one["AC1"]) for one in said} == {(None, None)}
    every = figures_with(report, cases=5)
    [agreed] = [one for one in roundtables.agreement(every) if isinstance(one, Table)]
    assert len(agreed.head) == 4


def figures_with(report: RoundReport, cases: int) -> Figures:
    """The same figures, had so many cases been read twice."""
    return replace(report.figures, agreement=replace(report.figures.agreement, cases=cases))


def test_what_follows_from_a_root_gap_stands_beside_it(report: RoundReport) -> None:
    gaps = words(report)
    assert re.search(
        r"A check with the police domestic abuse unit[^.]*?: missing\. With it fell short: "
        r"the risk of harm analysis draws on every source there is "
        r"\(2 cases\); "
        r"a spousal assault risk assessment \(SARA\) where domestic abuse features \(2 cases\)",
        gaps,
    )


def test_what_became_of_each_root_gap_stands_beside_its_actions(report: RoundReport) -> None:
    """Two cases were read again; what their files show of each gap is counted by gap."""
    became = [gap.became for gap in report.figures.patterns.roots]
    again = report.figures.put_right.reread
    assert again and all(sum(one.values()) <= again for one in became) and any(sum(one.values()) for one in became)
    for gap, row in zip(report.figures.patterns.roots, roundtables.gaps(report.figures).rows, strict=True):
        assert ("When read again: " in row[2]) is any(gap.became.values())
        assert all(f"{roundtables.BECAME_WORDS[which]} in {n}" in row[2] for which, n in gap.became.items() if n)


def test_nobody_is_told_to_have_been_asked_for_what_was_only_late(report: RoundReport, judged: Judged) -> None:
    [gap] = [one for one in report.figures.patterns.roots if one.rule.name == "sentence-plan-completed"]
    for form, render in ROUND_FORMATS.items():
        said = _words_of(form, render(report, judged))
        assert gap.remedies[0] in said and gap.rule.remedy not in said, form


def test_nothing_is_told_of_what_did_not_happen(report: RoundReport, tmp_path: Path) -> None:
    """No gaps closed where no case was read again, no bands where the edition has none, no limits where none stand in a table."""
    again = settled(tmp_path / "round")
    nothing = words(RoundReport("Spring", MARKING, 1, figures_of(again.book, again.state, DAY)))
    assert "Gaps closed by then" in words(report) and "Gaps closed by then" not in nothing
    assert "Cases read again after the changes" in nothing
    assert "more than one band" not in nothing and "Limits say" not in nothing


def test_every_form_is_marked_indicative_and_says_who_where_and_by_which_rules(
    report: RoundReport, judged: Judged, round_: ReportedRound
) -> None:
    for form, render in ROUND_FORMATS.items():
        said = _words_of(form, render(report, judged))
        assert MARKING in said and round_.state.seal[:16] in said and report.figures.rules in said, form
        assert "indicative" in said.casefold(), form
        if form != "json":
            assert "A round has no passwords" in said and report.figures.edition.title in said, form


def test_rules_of_the_regions_own_are_named_wherever_it_is_said_how_the_report_was_made(report: RoundReport) -> None:
    assert "region's own" not in words(report)
    own = OwnRule("home-visit-in-a-week", "A home visit within a week", "active", None)
    with_own = replace(report, figures=replace(report.figures, own_rules=(own,)))
    told = "More than are shipped: “A home visit within a week” (home-visit-in-a-week)."
    assert f"Read with rules of the region's own. {told}" in words(with_own)


def test_no_form_says_what_the_urgent_concern_was(report: RoundReport, judged: Judged) -> None:
    for form, render in ROUND_FORMATS.items():
        assert "by the gate" not in _words_of(form, render(report, judged)), form
    assert "In 1 case somebody might have been at risk. Somebody was told, and that was written down on the day" in words(report)


def test_groups_are_set_side_by_side_with_the_inspectorates_caveat(report: RoundReport) -> None:
    text = words(report)
    groups = text[text.index("Groups of cases side by side") :]
    assert report.figures.card and report.figures.card.caveat in groups
    assert "East (4 cases), North (4 cases) and South (4 cases): too few cases in a group to show" in groups
    assert "All settled cases are of one sentence: licence." in groups
    assert "PO: 33% (2 of 6; 95% interval 10 to 70)" in groups


def test_where_no_group_has_a_score_that_is_said_once(report: RoundReport) -> None:
    card = report.figures.by["grade"]
    none = [{key: replace(one, measure=None, told=FEW_IN_COMMON) for key, one in group.scores.items()} for group in card.groups]
    groups = tuple(replace(group, scores=scores) for group, scores in zip(card.groups, none, strict=True))
    blocks = [*roundtables.groups(replace(report.figures, by={"grade": replace(card, groups=groups)}), "grade")]
    assert any(isinstance(one, Words) and one.text.startswith("No score can be shown by grade") for one in blocks)
    assert not any(isinstance(one, Table) and one.title.startswith("Scores") for one in blocks)


def test_a_group_is_shown_beside_all_cases_on_the_same_questions(report: RoundReport, judged: Judged) -> None:
    [table] = [one for one in roundtables.groups(report.figures, "grade") if isinstance(one, Table) and "Scores" in one.title]
    card = report.figures.by["grade"]
    at = next(n for n, row in enumerate(table.rows) if row[0].startswith("2.2 "))
    whole = card.named("2.2")
    assert table.head[2:4] == ("On how many questions", "All cases, on the same questions")
    assert table.rows[at + 1][2:4] == ("1 of 1 question", whole.told)
    head, *rows = openpyxl.load_workbook(io.BytesIO(ROUND_FORMATS["xlsx"](report, judged)))["Scores by group"].iter_rows(
        values_only=True
    )
    said = [one for row in rows if (one := dict(zip(head, row, strict=True)))["Column"] == "grade"]
    assert {(one["Questions"], one["All cases on the same %"]) for one in said if one["Number"] == "2.2"} == {(1, 67)}


def test_a_round_with_nothing_settled_can_be_reported(tmp_path: Path) -> None:
    found = ReportedRound(tmp_path / "round", plan(PROMPTS))
    found.draw(["TV-01", "TV-02"])
    early = RoundReport("Autumn", MARKING, None, figures_of(found.book, found.state, DAY))
    for form, render in ROUND_FORMATS.items():
        assert render(early, found.book.judged(found.state)), form
    assert "0 of 2 cases are settled" in words(early) and "No case is settled yet" in words(early)


# The forms -----------------------------------------------------------------------------------------------------------------


def test_the_same_report_gives_the_same_bytes(report: RoundReport, judged: Judged) -> None:
    for form, render in ROUND_FORMATS.items():
        assert render(report, judged) == render(report, judged), form


def test_json_fits_its_schema_and_what_it_holds_of_others(report: RoundReport, judged: Judged) -> None:
    value = json.loads(ROUND_FORMATS["json"](report, judged))
    validator("round-report").validate(value)
    validator("score").validate(value["figures"]["scores"])
    for by in value["figures"]["scores_by"]:
        validator("score").validate(by["scores"])


def test_the_page_is_whole_fetches_nothing_and_escapes_what_it_is_given(report: RoundReport, judged: Judged) -> None:
    html = ROUND_FORMATS["html"](report, judged).decode()
    assert "<script" not in html and not re.search(r"(src|href)=\"(?!#)", html)
    assert "Autumn &lt;2026&gt;" in html and "Autumn <2026>" not in html
    charts = re.findall(r'<svg class="chart"[^>]*aria-label="([^"]+)".*?</svg>\s*<p [^>]*>[^<]*</p>\s*<table>', html, re.DOTALL)
    assert len(charts) == html.count("<svg") == 2


def test_the_word_document_has_its_marking_and_page_numbers_and_names_nobody(report: RoundReport, judged: Judged) -> None:
    document = Document(io.BytesIO(ROUND_FORMATS["docx"](report, judged)))
    section = document.sections[0]
    assert section.header.paragraphs[0].text == section.footer.paragraphs[0].text == MARKING
    assert {"PAGE", "NUMPAGES"} <= set(re.findall(r'instr="(\w+)"', section.footer._element.xml))
    assert document.core_properties.author == "Quips"
    headings = [one.text for one in document.paragraphs if one.style and one.style.name == "Heading 1"]
    assert headings[0] == "In short" and headings[-1] == "How this was worked out"
    assert all(table.rows[0]._tr.xpath("./w:trPr/w:tblHeader") for table in document.tables)


def test_the_workbook_has_a_row_for_each_case_and_prompt_and_a_table_on_each_sheet(report: RoundReport, judged: Judged) -> None:
    book = openpyxl.load_workbook(io.BytesIO(ROUND_FORMATS["xlsx"](report, judged)))
    for sheet in book.worksheets:
        assert len(sheet.tables) == 1 and not sheet.merged_cells.ranges, sheet.title
    answers = [*book["Answers"].iter_rows(values_only=True)]
    head, rows = answers[0], [dict(zip(answers[0], row, strict=True)) for row in answers[1:]]
    assert len(rows) == 12 * len(PROMPTS) and len(set(head)) == len(head)
    [one] = [row for row in rows if (row["Case"], row["Prompt"]) == ("TV-05", PROMPTS[0])]
    said = [one[name] for name in ("First reader", "Second reader", "Settled between them", "Settled answer")]
    assert said == ["yes", "no", "no", "no"] and one["Reason"] == "Talked over."
    assert len(book["Chart of root gaps"]._charts) == len(book["Chart of scores"]._charts) == 1
    gaps = [*book["Root gaps"].iter_rows(values_only=True)]
    assert gaps[1][4:7] == (4, 9, 44) and ("childrens-services-check-made", 1, 4, None) in [
        (*row[1:2], *row[4:7]) for row in gaps
    ]


def test_the_workbook_leaves_small_groups_blank(report: RoundReport, judged: Judged) -> None:
    book = openpyxl.load_workbook(io.BytesIO(ROUND_FORMATS["xlsx"](report, judged)))
    rows = [row for row in book["Root gaps by group"].iter_rows(values_only=True) if row[0] in ("team", "rosh_level")]
    assert rows and all(row[4] is None and row[5] is None for row in rows)


def test_the_workbook_has_a_row_for_each_action(report: RoundReport, round_: ReportedRound, judged: Judged) -> None:
    book = openpyxl.load_workbook(io.BytesIO(ROUND_FORMATS["xlsx"](report, judged)))
    head, *rows = book["Actions"].iter_rows(values_only=True)
    actions = [(case.reference, *asked) for case in round_.state.cases.values() for asked in case.ever_asked]
    assert [(row[0], row[1], row[2], row[5]) for row in rows] == [(case, n, one.number, one.owner) for case, n, one in actions]
    first = [row[head.index("State")] for row in rows if row[:2] == ("TV-02", 1)]
    assert first == ["done", "done"], "though a director refused that feedback, and it was given again"
    assert [*book["Refusals"].iter_rows(values_only=True)][1:] == [("TV-02", 1, "Too thin.")]
    late = sum(one.status == "open" and one.due < DAY for *_, one in actions)
    assert [row[head.index("State")] for row in rows].count("overdue") == late == report.figures.put_right.overdue


# The command ---------------------------------------------------------------------------------------------------------------


def test_the_lead_reports_and_the_report_is_kept_with_what_it_rests_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = settled(tmp_path / "round")
    commands = run_of(found, monkeypatch)
    rows = found.state.rows
    told = commands.works("report", "--output", tmp_path / "out", who="L01")
    row = found.folder.rows()[-1]
    assert row.number == rows + 1 and row.step.about["rows"] == rows and "quips round verify" in told
    assert set(row.step.files) == {f"reports/1/report.{form}" for form in ROUND_FORMATS}
    for path, digest in row.step.files.items():
        assert digest_of((found.path / path).read_bytes()) == digest
        assert (tmp_path / "out" / Path(path).name).read_bytes() == (found.path / path).read_bytes()
    commands.works("report", "--format", "json", who="L01")
    assert set(found.folder.rows()[-1].step.files) == {"reports/2/report.json"}


def test_text_is_shown_and_nothing_is_kept(commands: Commands, round_: ReportedRound) -> None:
    rows = round_.state.rows
    assert "In short" in commands.works("report", "--format", "text", who="L01")
    assert round_.state.rows == rows and not (round_.path / "reports").exists()


@pytest.mark.parametrize("form", ["text", "docx"])
def test_only_the_lead_reports(commands: Commands, round_: ReportedRound, form: str) -> None:
    assert "R01 cannot report; L01 can, as lead" in commands.refused("report", "--format", form, who="R01")
    assert not (round_.path / "reports").exists()


def test_a_copy_that_cannot_be_written_stops_the_report_before_it_is_kept(
    commands: Commands, round_: ReportedRound, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file")
    assert "cannot be used" in commands.refused("report", "--output", tmp_path / "taken" / "deep", who="L01")
    assert not (round_.path / "reports").exists()


def test_since_names_another_round(commands: Commands, round_: ReportedRound) -> None:
    assert "names this round itself" in commands.refused("report", "--since", round_.path, who="L01")
    assert "There is no folder" in commands.refused("report", "--since", round_.path / "gone", who="L01")


def test_change_since_an_earlier_round_is_told_kept_and_worked_out_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, earlier = settled(tmp_path / "autumn"), settled(tmp_path / "spring")
    commands = run_of(found, monkeypatch)
    told = commands.works("report", "--since", earlier.path, "--format", "json", "--format", "text", who="L01")
    assert ("Since Autumn 2026, earlier" in told and "Whether" in told) or "cannot tell" in told
    assert "12 cases of Autumn 2026 are in an earlier round as well" in told
    value = json.loads((found.path / "reports/1/report.json").read_text())
    validator("round-report").validate(value)
    validator("change").validate(value["change"])
    monkeypatch.setattr("quips.peeraudit.verifying.read_plan", lambda *_: found.plan)
    monkeypatch.setattr("quips.peeraudit.verifying.replay", lambda *_: [])
    assert verifies(found) == (0, True) and verifies(found, earlier.path) == (0, False)
    earlier.submit_more()
    assert verifies(found, earlier.path) == (0, False), "what came later in the earlier round changes nothing"
    lines = (earlier.path / "trail.jsonl").read_text().splitlines(keepends=True)
    (earlier.path / "trail.jsonl").write_text("".join(lines[:5]))
    (earlier.path / "trail.end").unlink()
    assert verifies(found, earlier.path)[0] in (1, 2)


def verifies(found: ReportedRound, earlier: Path | None = None) -> tuple[int, bool]:
    """The exit code of verify, and whether it says that the change was not worked out again."""
    since = ["--since", str(earlier)] if earlier else []
    result = CliRunner().invoke(main, ["round", "verify", str(found.path), *since], catch_exceptions=False)
    return result.exit_code, "was not worked out again" in " ".join(result.output.split())


def run_of(found: ReportedRound, monkeypatch: pytest.MonkeyPatch) -> Commands:
    for module in (reporting, shared):
        monkeypatch.setattr(module, "load", lambda *_: knowledge())
    return Commands(found, monkeypatch)


def _words_of(form: str, data: bytes) -> str:
    """Everything that a form says, its headers and properties too."""
    if form in ("html", "json"):
        return data.decode()
    if form == "docx":
        document = Document(io.BytesIO(data))
        section = document.sections[0]
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        edges = [one.text for part in (section.header, section.footer) for one in part.paragraphs]
        return " ".join([*(one.text for one in document.paragraphs), *cells, *edges])
    book = openpyxl.load_workbook(io.BytesIO(data))
    return " ".join(str(cell) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row)


def test_figures_are_the_same_in_json_and_in_the_report(report: RoundReport) -> None:
    value = figures_as_json(report.figures)
    assert value["gaps"]["roots"][0]["told"] in words(report)
