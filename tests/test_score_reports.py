"""Scores as text, JSON, pages and workbooks: what each has to say, and what none may."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from knowledge_base import knowledge
from quips.cli import main
from quips.judged import Answer, Judged
from quips.reports.charts import Bar, bars
from quips.reports.scores import SCORE_FORMATS, render_score
from quips.scoring.cards import Asked, Scorecard, score_judged, score_published
from quips.scoring.measures import Measure
from quips.shares import Band
from schemas import validator

KEYS = ("2.1.1", "2.1.2", "2.1.3")


def card(**asked: object) -> Scorecard:
    """110 cases of two teams and one of three cases; 74%, 79% and 57% yes."""
    answers, described = [], {}
    for n in range(110):
        case = f"TV-{n}"
        described[case] = {"team": "<East>" if n < 3 else "North" if n % 2 else "South"}
        for key, yes in zip(KEYS, (81, 87, 63), strict=True):
            answers.append(Answer(case, f"standards-2018/{key}", "yes" if n < yes else "no"))
    return score_judged(knowledge().editions["standards-2018"], Judged(tuple(answers), described), Asked(**asked))


def published(name: str) -> Scorecard:
    report = knowledge().publications[name]
    return score_published(knowledge().editions[report.edition], report)


def rendered(found: Scorecard, form: str) -> str:
    result = render_score(found, form, "OFFICIAL-SENSITIVE", 100)
    assert isinstance(result, str)
    return result


def test_text_tells_the_share_its_interval_and_that_the_rating_is_open() -> None:
    text = " ".join(rendered(card(), "text").split())
    # 63 of 110 is 57%; its 95% interval goes from 48 to 66, as worked out in domain notes
    assert "57% (63 of 110; 95% interval 48 to 66)" in text
    assert "open between Good, Requires improvement and Inadequate" in text
    assert "indicative" in text and "OFFICIAL-SENSITIVE" in text and "remembered" in text


def test_areas_set_side_by_side_come_with_the_warning_not_to_compare() -> None:
    for form in ("text", "html"):
        assert "Do not compare closely" in " ".join(rendered(card(by="team"), form).split())
        assert "Do not compare closely" not in rendered(card(), form)
    omi = published("kent-2008")
    assert "Do not compare" in json.loads(rendered(omi, "json"))["caveat"]


@pytest.mark.parametrize(
    "name", sorted(["kent-2008", "gwent-2008", "west-mercia-2008", "thames-valley-2010", "thames-valley-crc-2018"])
)
def test_every_published_inspection_can_be_had_in_every_form(name: str) -> None:
    found = published(name)
    for form in SCORE_FORMATS:
        assert render_score(found, form, "", 100)
    validator("score").validate(json.loads(rendered(found, "json")))


def test_json_fits_its_schema_and_holds_nothing_of_too_few_cases() -> None:
    value = json.loads(rendered(card(by="team"), "json"))
    validator("score").validate(value)
    [east] = [group for group in value["groups"] if group["name"] == "<East>"]
    key = next(one for one in east["scored"] if one["number"] == "2.1.3")
    assert key["share"] is None and key["score"] is None and key["told"] == "fewer than 5 cases"


def test_the_schemas_describe_every_field_and_allow_no_other() -> None:
    for name in ("score", "change", "agree", "round-report", "round-verify"):
        for part in validator(name).schema["$defs"].values():
            assert part["description"] and part["additionalProperties"] is False
            assert all(field.get("description") or "$ref" in field for field in part["properties"].values())


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "line", "rect", "path", "circle"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            assert self.open.pop() == tag


def test_the_page_is_whole_fetches_nothing_and_escapes_what_it_is_given() -> None:
    html = rendered(card(by="team"), "html")
    page = _Page()
    page.feed(html)
    assert page.open == []
    assert not re.search(r"(src|href)=\"(?!#)", html) and "<script" not in html and "url(" not in html
    assert "&lt;East&gt;" in html and "<East>" not in html


def test_every_chart_is_named_and_has_a_table_after_it() -> None:
    for found in (card(), published("thames-valley-2010"), published("thames-valley-crc-2018")):
        html = rendered(found, "html")
        charts = re.findall(r'<svg class="chart"[^>]*role="img" aria-label="([^"]+)".*?</svg>\s*<table>', html, re.DOTALL)
        assert charts and len(charts) == html.count("<svg")


def test_the_page_is_laid_out_as_the_reports_are() -> None:
    annex = re.sub(r"\s+", " ", rendered(published("thames-valley-crc-2018"), "html"))
    assert "Requires improvement</p>" in annex and "11 points" in annex
    assert re.search(r"2\.2\.3 Does planning focus.*?<td>57%</td>", annex)
    summary = rendered(published("thames-valley-2010"), "html")
    assert summary.index("Summary of scores") < summary.index("Risk of Harm to others score") < summary.index("1.1 Preparing")
    assert "Overall score: 75%" in summary and "Printed: 74%" in summary


def test_a_chart_puts_a_score_where_it_belongs() -> None:
    drawn = str(bars([Bar("2.1", Measure(0.5, 0.25, 0.75), "50%")], [Band("Good", 65), Band("Inadequate", 0)], "Chart"))
    # the scale begins at 74 and is 560 wide: a half is at 354, a quarter at 214, three quarters at 494, 65% at 438
    assert 'cx="354.0"' in drawn and "M214.0" in drawn and "H494.0" in drawn and 'x1="438.0"' in drawn
    assert str(bars([], [], "Chart")) == ""


def test_the_workbook_has_one_table_on_each_sheet_and_no_merged_cells() -> None:
    data = render_score(card(by="team"), "xlsx", "OFFICIAL-SENSITIVE", 100)
    assert isinstance(data, bytes)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert {"About", "Scores", "How", "Chart", "Groups"} <= set(book.sheetnames)
    for sheet in book.worksheets:
        assert len(sheet.tables) == 1 and not sheet.merged_cells.ranges
    assert len(book["Chart"]._charts) == 1
    rows = {row[0].value: [cell.value for cell in row] for row in book["Scores"].iter_rows(min_row=2)}
    # number, level, title, score, low, high, yes, relevant, not applicable
    assert rows["2.1.3"][3:9] == [57, 48, 66, 63, 110, 0] and rows["2.1"][3:6] == [57, 48, 66]
    assert [row[2].value for row in book["Groups"].iter_rows(min_row=2)].count("<East>") == 4
    assert data == render_score(card(by="team"), "xlsx", "OFFICIAL-SENSITIVE", 100)


def table(tmp_path: Path, rows: str) -> str:
    path = tmp_path / "answers.csv"
    path.write_text(f"case,prompt,answer,reader\n{rows}", encoding="utf-8")
    return str(path)


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, arguments)
    return result.exit_code, result.stdout, result.stderr


def test_score_and_agree_are_commands(tmp_path: Path) -> None:
    answers = table(
        tmp_path, "".join(f"TV-{n},standards-2018/2.1.1,{'yes' if n else 'no'},{r}\n" for n in range(6) for r in "AB")
    )
    code, out, _ = run("score", answers, "--recorded", "1.1=Good")
    assert code == 0 and "83% (5 of 6" in out
    code, out, _ = run("agree", answers, "--format", "json")
    assert code == 0
    validator("agree").validate(json.loads(out))
    output = tmp_path / "scores.xlsx"
    assert run("score", answers, "--format", "xlsx", "--output", str(output))[0] == 0 and output.read_bytes().startswith(b"PK")


def test_mistakes_on_the_command_line_are_told_and_leave_with_2(tmp_path: Path) -> None:
    answers = table(tmp_path, "TV-1,standards-2018/2.1.1,yes,A\n")
    for arguments, words in (
        (("score",), "one of the two"),
        (("score", answers, "--published", "kent-2008"), "one of the two"),
        (("score", answers, "--format", "xlsx"), "--output"),
        (("score", "--published", "kent-2009"), "Did you mean 'kent-2008'"),
        (("score", answers, "--by", "team"), "not described by 'team'"),
        (("score", answers, "--recorded", "Good"), "1.1=Good"),
        (("score", answers, "--edition", "omi-1"), "No case was judged under omi-1"),
        (("score", str(tmp_path / "none.csv")), "No such file"),
        (("agree", answers), "No question was answered by two readers"),
    ):
        code, _, err = run(*arguments)
        assert code == 2 and words in " ".join(err.split()) and "Traceback" not in err, (arguments, err)


def test_the_workbook_says_between_which_limits_groups_lie() -> None:
    whole = card(by="team")
    data = render_score(whole, "xlsx", "OFFICIAL-SENSITIVE", 100)
    assert isinstance(data, bytes)
    [head, *rows] = openpyxl.load_workbook(io.BytesIO(data))["Groups"].iter_rows(values_only=True)
    at = {title: n for n, title in enumerate(head)}
    areas = {
        (area.name, question): area
        for group in whole.groups
        for question, area in group.areas.items()
        if question.count("/") == 1
    }
    shown = {(row[2], f"standards-2018/{row[0]}"): row for row in rows if row[at["Lies"]]}
    assert shown and set(shown) <= set(areas)
    for key, row in shown.items():
        area = areas[key]
        assert [row[at[f"95% limits {way}"]] for way in ("from", "to")] == [area.limits_95.lower, area.limits_95.upper]
        assert [row[at[f"99.8% limits {way}"]] for way in ("from", "to")] == [area.limits_998.lower, area.limits_998.upper]
        assert row[at["Lies"]] == area.stands


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["many"], "gives no number"),
        (["0"], "gives no number"),
        (["North=120"], "Say by what, with --by"),
        (["20", "30"], "given twice"),
    ],
)
def test_populations_that_cannot_be_are_told(tmp_path: Path, given: list[str], told: str) -> None:
    answers = table(tmp_path, "".join(f"TV-{n},standards-2018/2.1.1,yes,A\n" for n in range(6)))
    code, out, problem = run("score", answers, *(word for one in given for word in ("--population", one)))
    assert (code, out) == (2, "") and told in problem
