"""Judged cases from tables and case files: what is read, and what is told of what cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xlsxwriter

from knowledge_base import knowledge
from quips.audits import Auditor
from quips.forms.writing import form_bytes
from quips.judged import AGREED, Answer, Judged
from quips.judgedtables import read_judged, read_judged_table
from quips.problems import InputError
from quips.readings import readings
from quips.shares import Share
from quips.source import read_yaml

HEAD = "case,prompt,answer,reason,evidence,role,reader,proposal,team\n"
KEY = "standards-2018/2.1.1"
CASE = """case: TV-1
as_at: 2010-04-19
circumstances: {sentence: licence, rosh_level: high, supervision_started: 2009-07-13}
record: []
judgements:
"""


def read(tmp_path: Path, text: str, name: str = "answers.csv") -> Judged:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_judged_table(path, knowledge())


def wrong(tmp_path: Path, text: str, name: str = "answers.csv") -> list[tuple[str, str]]:
    with pytest.raises(InputError) as told:
        read(tmp_path, text, name)
    return [(str(problem.place).removeprefix(f"{tmp_path}/"), problem.name) for problem in told.value.problems]


def test_a_row_is_an_answer_and_other_columns_describe_the_case(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + f"TV-1,{KEY}, Not  applicable ,not asked,file,Second reader,R2,yes,North\n")
    assert found.answers == (Answer("TV-1", KEY, "not_applicable", "R2", "second_reader", "not asked", "file", "yes"),)
    assert found.described == {"TV-1": {"team": "North"}}


@pytest.mark.parametrize("name", ["omi-1/1.2", KEY, "omi-2/1.2/rosh-screening-completed"])
def test_prompts_key_questions_and_summary_questions_can_be_answered(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, f"case,prompt,answer\nTV-1,{name},yes\n").shares() == {name: Share(1, 0)}


def test_everything_wrong_with_a_table_is_told_at_once_each_in_its_line(tmp_path: Path) -> None:
    rows = [
        f"TV-1,{KEY},yes,,,,R1,,North",
        f"TV-1,{KEY},no,,,,R1,,North",
        f"John Smith,{KEY},no,,,,R1,,North",
        "TV-2,standards-2018/2.1.9,no,,,,R1,,North",
        "TV-2,omi-2/1.2,no,,,,R1,,North",
        f"TV-2,{KEY},maybe,,,,R1,,North",
        f"TV-3,{KEY},yes,,,chair,R1,,North",
        f"TV-1,{KEY},yes,,,,R2,,South",
    ]
    assert wrong(tmp_path, HEAD + "\n".join(rows)) == [
        ("answers.csv:3", "judged-twice"),
        ("answers.csv:4", "wrong-form"),
        ("answers.csv:5", "unknown-prompt"),
        ("answers.csv:6", "unknown-prompt"),
        ("answers.csv:7", "wrong-value"),
        ("answers.csv:8", "wrong-value"),
        ("answers.csv:9", "described-twice"),
    ]


def test_a_line_break_in_a_cell_does_not_shift_the_lines_that_are_told(tmp_path: Path) -> None:
    assert wrong(tmp_path, f'case,prompt,answer,reason\nTV-1,{KEY},yes,"two\nlines"\nTV-2,{KEY},maybe,\n') == [
        ("answers.csv:4", "wrong-value")
    ]


def test_a_missing_column_and_a_column_twice_are_told(tmp_path: Path) -> None:
    assert wrong(tmp_path, "case,promt,answer,team,Team\nTV-1,x,yes,a,b\n") == [
        ("answers.csv:1", "column-twice"),
        ("answers.csv:1", "unknown-column"),
    ]
    assert wrong(tmp_path, "case;prompt;answer\n") == [("answers.csv", "not-csv")]
    assert wrong(tmp_path, "case,prompt,answer\n") == [("answers.csv", "no-answers")]


def test_an_overturned_proposal_without_a_reason_is_a_warning(tmp_path: Path) -> None:
    name = "omi-2/1.2/rosh-screening-completed"
    found = read(
        tmp_path,
        HEAD + f"TV-1,{name},no,,,,R1,yes,\nTV-2,{name},no,seen on paper,,,R1,yes,\nTV-3,{name},no,,,,R1,for the auditor,\n",
    )
    assert [(warning.name, warning.place.line) for warning in found.warnings] == [("no-reason", 2)]
    assert found.overturned()[0] == [(name, Share(2, 0))]


def test_rows_without_an_answer_are_counted_and_told(tmp_path: Path) -> None:
    found = read(tmp_path, f"case,prompt,answer\nTV-1,{KEY},yes\nTV-2,{KEY},\n,,\n")
    assert [warning.message for warning in found.warnings] == ["1 row has no answer, and counts for nothing."]


def test_a_workbook_is_read_and_its_cells_are_named(tmp_path: Path) -> None:
    path = tmp_path / "answers.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Notes").write(0, 0, "anything")
        sheet = book.add_worksheet("Judgements")
        for n, row in enumerate([["Case", "Prompt", "Answer", "Grade"], ["TV-1", KEY, "Yes", 4], ["TV-2", KEY, "perhaps", 4]]):
            sheet.write_row(n, 0, row)
    with pytest.raises(InputError) as told:
        read_judged_table(path, knowledge())
    [problem] = told.value.problems
    assert problem.place.cell == "Judgements!C3"


def test_a_formula_is_refused_by_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "answers.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Judgements")
        sheet.write_row(0, 0, ["case", "prompt", "answer"])
        sheet.write_row(1, 0, ["TV-1", KEY])
        sheet.write_formula(1, 2, '=IF(1,"yes","no")')
    with pytest.raises(InputError) as told:
        read_judged_table(path, knowledge())
    assert [(problem.name, problem.place.cell) for problem in told.value.problems] == [("formula", "Judgements!C2")]


def test_json_is_read_and_its_places_are_told(tmp_path: Path) -> None:
    rows = [{"case": "TV-1", "prompt": KEY, "answer": "yes", "team": "North"}]
    assert read(tmp_path, json.dumps(rows), "answers.json").shares() == {KEY: Share(1, 0)}
    spoiled = json.dumps([*rows, {"case": "TV-2", "prompt": KEY, "answer": "often"}], indent=1)
    assert wrong(tmp_path, spoiled, "answers.json") == [("answers.json:11:13", "wrong-value")]
    assert wrong(tmp_path, "{", "answers.json")[0][1] == "not-json"
    assert wrong(tmp_path, "{}", "answers.json") == [("answers.json", "not-a-table")]


def test_case_files_are_judged_with_what_their_audits_propose(tmp_path: Path) -> None:
    name = "omi-2/1.2/rosh-screening-completed"
    path = tmp_path / "TV-1.yaml"
    path.write_text(f"{CASE}  {name}: {{answer: yes}}\n  {KEY}: {{answer: no, reason: thin}}\n", encoding="utf-8")
    with Auditor(knowledge(), "reference") as auditor:
        found = read_judged([tmp_path], auditor)
    by_name = {answer.question: answer for answer in found.answers}
    # nothing is on the record, so the screening is missing and the record suggests a no
    assert by_name[name].proposal == "no" and by_name[name].rules
    assert by_name[KEY].proposal == "" and found.described["TV-1"]["rosh_level"] == "high"
    assert [(w.name, w.place.line) for w in found.warnings] == [("no-reason", 6)]


def test_what_is_wrong_in_several_files_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"{CASE}  standards-2018/2.9.9: {{answer: yes}}\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text(f"{CASE}  {KEY}: {{answer: yes}}\n", encoding="utf-8")
    (tmp_path / "c.csv").write_text(f"case,prompt,answer\nTV-9,{KEY},maybe\n", encoding="utf-8")
    (tmp_path / "d.yaml").write_text(f"{CASE}  {KEY}: {{answer: yes}}\n", encoding="utf-8")
    with Auditor(knowledge(), "reference") as auditor, pytest.raises(InputError) as told:
        read_judged([tmp_path, tmp_path / "c.csv"], auditor)
    assert sorted(problem.name for problem in told.value.problems) == ["judged-twice", "unknown-prompt", "wrong-value"]


def test_a_case_in_two_tables_by_one_reader_is_told(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(f"case,prompt,answer,reader\nTV-1,{KEY},yes,R1\n", encoding="utf-8")
    with Auditor(knowledge(), "reference") as auditor, pytest.raises(InputError) as told:
        read_judged([tmp_path / "a.csv", tmp_path / "b.csv"], auditor)
    assert [problem.name for problem in told.value.problems] == ["judged-twice"]


def test_a_case_that_two_tables_describe_differently_is_told(tmp_path: Path) -> None:
    for name, team in (("a.csv", "North"), ("b.csv", "South")):
        (tmp_path / name).write_text(f"case,prompt,answer,reader,team\nTV-1,{KEY},yes,{name},{team}\n", encoding="utf-8")
    with Auditor(knowledge(), "reference") as auditor, pytest.raises(InputError) as told:
        read_judged([tmp_path / "a.csv", tmp_path / "b.csv"], auditor)
    [problem] = told.value.problems
    assert problem.name == "described-twice"
    assert problem.message == "TV-1 is described twice: team is 'South' here and 'North' before."


def test_readings_compare_readers_and_leave_out_what_was_agreed() -> None:
    def answers(case: str, *given: str) -> list[Answer]:
        return [Answer(case, KEY, answer, reader) for reader, answer in zip("AB", given, strict=True)]

    both = [*answers("T-1", "yes", "yes"), *answers("T-2", "yes", "no"), *answers("T-3", "no", "no"), *answers("T-4", "no", "no")]
    [found] = readings(Judged((*both, Answer("T-2", KEY, "no", "", AGREED))))
    assert found.raw == Share(3, 1) and [case for case, _ in found.discuss] == ["T-2"]
    # by chance both yes 2/4 x 1/4, both no 2/4 x 3/4: 1/2; so (3/4 - 1/2) / (1 - 1/2) = 1/2
    assert found.kappa == 0.5 and not found.is_alpha
    assert list(readings(Judged(tuple(answer for answer in both if answer.reader == "A")))) == []


def test_three_readers_of_every_case_have_fleiss_kappa_too_and_readers_missing_have_not(tmp_path: Path) -> None:
    """By hand: shares agreeing 1, 1/3 and 1, so 7/9; 5 yes and 4 no of 9, so 41/81 by chance; (63 - 41) / (81 - 41) = 0.55."""
    answers = {"TV-1": "yes yes yes", "TV-2": "yes no yes", "TV-3": "no no no"}
    head = "case,prompt,answer,reader\n"
    rows = [f"{case},{KEY},{said},r{n}" for case, given in answers.items() for n, said in enumerate(given.split())]
    [whole] = readings(read(tmp_path, head + "\n".join(rows)))
    assert whole.fleiss == pytest.approx(0.55)
    [missing] = readings(read(tmp_path, head + "\n".join(rows[:-1])))
    assert missing.fleiss is None and missing.kappa is not None


def test_a_spreadsheet_form_is_read_as_the_case_file_it_stands_for(tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    case.write_text(CASE + f"  {KEY}: {{answer: no, reason: Nobody asked., evidence: file}}\n", encoding="utf-8")
    form = tmp_path / "form.xlsx"
    form.write_bytes(form_bytes(knowledge(), read_yaml(case)))
    with Auditor(knowledge(), "reference") as auditor:
        of_form, of_file = (read_judged([path], auditor) for path in (form, case))
    assert of_form.answers == of_file.answers and of_form.answers
    assert of_form.described == of_file.described
