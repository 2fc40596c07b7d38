"""The spreadsheet form: whatever a record says survives it, and whatever is wrong with one is told by sheet and cell."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from building import VOCABULARY, shape
from forms import Filled, blank, row_of, small, with_parts
from knowledge_base import CASES, ROOT, knowledge, reference
from profiles import examples
from quips.cases import build_case, case_problems
from quips.cli import main
from quips.forms.layout import Choices, prompts_of
from quips.forms.reading import read_form
from quips.forms.writing import form_bytes
from quips.problems import InputError, Problem
from quips.source import Document, parse_yaml, read_yaml
from quips.vocabulary import STAGES
from quips.workbooks import MAX_BYTES
from quips.yamltext import as_yaml
from random_cases import AS_AT, random_case

Json = dict[str, Any]
FORM = "FORM.xlsx"


def document(value: Json) -> Document:
    return Document("x.yaml", value, {}, {})


def read(data: bytes) -> Json:
    value: Json = read_form(data, FORM, small()).value
    return value


def problems(data: bytes) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read_form(data, FORM, small())
    return caught.value.problems


def only_problem(data: bytes) -> Problem:
    [problem] = problems(data)
    return problem


def same(value: Json) -> Json:
    """A record without what does not matter: the order of entries, and the two ways of writing some things."""
    record = []
    for item in value["record"]:
        [(name, said)] = item.items()
        record.append(json.dumps([name, said if isinstance(said, dict) else {"on": said}], sort_keys=True))
    complete = value.get("record_complete", True)
    complete = list(STAGES) if complete is True else complete or []
    circumstances = {
        name: given[0] if isinstance(given, list) and len(given) == 1 and VOCABULARY.circumstances[name].many else given
        for name, given in value["circumstances"].items()
        if name in VOCABULARY.circumstances
    } or value["circumstances"]
    return {**value, "circumstances": circumstances, "record": sorted(record), "record_complete": sorted(complete)}


# Whatever a record says survives -------------------------------------------------------------------------------------

DAYS = st.dates(datetime(1950, 1, 1).date(), datetime(2059, 12, 31).date()).map(str)
TEXTS = (
    (
        st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp", "Cn"]), min_size=1, max_size=60)
        | st.sampled_from(
            [
                "=1+1",
                "+44",
                "-1",
                "@SUM(A1)",
                "007",
                "1e5",
                "2010-04-19",
                "yes",
                "_x0041_",
                "two\nlines",
                "<b>&amp;",
                "http://x.invalid",
            ]
        )
    )
    .map(str.strip)
    .filter(bool)
)


@st.composite
def records(draw: Any) -> Json:
    """Any record that fits the schema and has room on a form, in every way of saying things."""
    given = {name: draw(_circumstance(term)) for name, term in VOCABULARY.circumstances.items() if draw(st.booleans())}
    value: Json = {"case": draw(st.from_regex(r"[A-Z]{1,3}-[0-9]{1,4}", fullmatch=True)), "circumstances": given}
    value["record"] = draw(st.lists(_entry(), max_size=6))
    if draw(st.booleans()):
        value["as_at"] = "2059-12-31"
    if draw(st.booleans()):
        value["composed"] = draw(TEXTS)
    complete = draw(st.sampled_from([None, True, False, "some"]))
    if complete is not None:
        value["record_complete"] = draw(st.lists(st.sampled_from(STAGES), unique=True)) if complete == "some" else complete
    if draw(st.booleans()):
        judgement = st.fixed_dictionaries(
            {"answer": st.sampled_from(["yes", "no", "not_applicable"])},
            optional={"reason": TEXTS, "note": TEXTS, "evidence": st.sampled_from(["file", "interview", "both"])},
        )
        value["judgements"] = draw(st.dictionaries(st.sampled_from(["omi-2/1.2/a", "omi-1/2.1/b-c"]), judgement, min_size=1))
    return value


def _value(term: Any) -> st.SearchStrategy[Any]:
    match term.type:
        case "yes_no":
            return st.booleans()
        case "choice":
            return st.sampled_from(list(term.values))
        case "choices":
            return st.lists(st.sampled_from(list(term.values)), unique=True)
        case "number":
            return st.integers(*term.bounds)
        case "date":
            return DAYS
        case _:
            return TEXTS


def _circumstance(term: Any) -> st.SearchStrategy[Any]:
    value = _value(term)
    if term.type == "date":
        value = value | st.sampled_from(["not_yet", "none"])
        return value | st.lists(DAYS, min_size=1, max_size=5, unique=True) if term.many else value
    if term.may_change:
        return value | st.lists(st.fixed_dictionaries({"from": DAYS, "is": value}), min_size=1, max_size=5)
    return value


@st.composite
def _entry(draw: Any) -> Json:
    activity = draw(st.sampled_from(list(VOCABULARY.activities.values())))
    own = {name: _value(term) for name, term in activity.attributes.items()}
    common = {"evidence": st.sampled_from(["file", "interview", "both"]), "note": TEXTS}
    if draw(st.integers(0, 3)) == 0:
        optional = {**own, **common, "on": DAYS, "acceptable": st.booleans(), "reason_code": TEXTS}
        return {"not_done": {"activity": activity.name, **draw(st.fixed_dictionaries({"reason": TEXTS}, optional=optional))}}
    on = draw(DAYS | st.just("unknown"))
    late = st.fixed_dictionaries({"reason": TEXTS}, optional={"acceptable": st.booleans()})
    optional = {**own, **common, "sufficient": st.booleans(), "stands": TEXTS, "late_reason": late}
    said = draw(st.fixed_dictionaries({}, optional=optional))
    return {activity.name: {"on": on, **said} if said or draw(st.booleans()) else on}


def _in_order(value: Json) -> bool:
    return not case_problems(document(value), shape("case"))


@given(records().filter(_in_order))
@examples(0.6)
def test_a_record_survives_a_form(value: Json) -> None:
    back = read(form_bytes(small(), document(value), Choices(times=1)))
    assert same(back) == same(value)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_an_example_case_is_decided_alike_through_a_form(case: Path) -> None:
    yaml = read_yaml(case)
    form = read_form(form_bytes(knowledge(), yaml), FORM, knowledge())
    assert same(form.value) == same(yaml.value)
    as_at = datetime.fromisoformat(yaml.value["as_at"]).date() if "as_at" in yaml.value else AS_AT
    built = [build_case(one, knowledge().vocabulary, as_at) for one in (yaml, form)]
    first, second = (reference().decide(one) for one in built)
    assert first == second
    assert len(first) > 50


@given(st.integers(0, 10**9))
@examples(0.06)
def test_a_random_case_of_the_shipped_vocabulary_is_decided_alike_through_a_form(seed: int) -> None:
    random = random_case(Random(seed), knowledge().vocabulary, 25).document
    assert random is not None
    yaml = document(_that_fits(random.value))
    assert case_problems(yaml, knowledge().case_shape) == []
    form = read_form(form_bytes(knowledge(), yaml), FORM, knowledge())
    first, second = (reference().decide(build_case(one, knowledge().vocabulary, AS_AT)) for one in (yaml, form))
    assert first == second


def _that_fits(value: Json) -> Json:
    """A random case without what no case file can say: numbers out of range, and the quality of what was not done."""
    terms = knowledge().vocabulary.circumstances
    given = {
        name: said
        for name, said in value["circumstances"].items()
        if terms[name].type != "number"
        or all(
            terms[name].bounds[0] <= one <= terms[name].bounds[1]
            for one in ([change["is"] for change in said] if isinstance(said, list) else [said])
        )
    }
    record = [
        {
            name: {
                key: one for key, one in said.items() if name != "not_done" or key not in ("sufficient", "stands", "late_reason")
            }
        }
        for item in value["record"]
        for name, said in item.items()
    ]
    case = {**value, "circumstances": given, "record": record}
    if case_problems(document(case), knowledge().case_shape):
        del case["circumstances"]["supervision_ended"]
    return case


@given(records())
def test_a_record_survives_as_yaml(value: Json) -> None:
    assert parse_yaml(as_yaml(value), "x.yaml").value == value


@given(st.text())
def test_any_text_survives_as_yaml(text: str) -> None:
    assert parse_yaml(as_yaml({"note": text, "all": [text], "each": {"it": text}}), "x.yaml").value["all"] == [text]


def test_the_same_record_gives_the_same_bytes() -> None:
    value = document({"case": "T-1", "circumstances": {"tier": 2}, "record": [{"plan": "2010-01-01"}]})
    assert form_bytes(small(), value) == form_bytes(small(), value)


def test_a_form_for_some_stages_asks_about_those_and_leaves_the_others_open() -> None:
    value = {
        "case": "T-1",
        "circumstances": {},
        "record": [{"plan": "2010-01-01"}, {"visit": "2010-01-02"}, {"breach": "unknown"}],
    }
    data = form_bytes(small(), document(value), Choices(("planning",)))
    assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames == [
        "Start here",
        "Circumstances",
        "Changes",
        "Planning",
        "_meta",
        "_lists",
    ]
    back = read(data)
    assert back["record"] == [{"plan": "2010-01-01"}]
    assert back["record_complete"] == ["planning"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"not_done": {"activity": "breach", "reason": "x", "agency": "police"}}, "'agency' is not asked of 'breach'"),
        ({"visit": {"on": "2010-01-01", "note": "x" * 32_768}}, "longer than the 32767 characters"),
        ({"visit": {"on": "2010-01-01", "note": "  "}}, "nothing but spaces"),
        ({"visit": {"on": "2010-01-01", "note": "a\x07b"}}, "characters that cannot be seen"),
    ],
)
def test_what_a_form_has_no_room_for_is_not_lost_but_refused(entry: Json, said: str) -> None:
    with pytest.raises(InputError) as caught:
        form_bytes(small(), document({"case": "T-1", "circumstances": {}, "record": [entry]}))
    [problem] = caught.value.problems
    assert said in problem.message
    assert problem.place.file == "x.yaml"


def test_disputes_are_not_lost_in_a_form_but_refused() -> None:
    dispute = {"rule": "r", "on": "2010-01-01", "why": "It was done."}
    with pytest.raises(InputError, match="no room") as caught:
        form_bytes(small(), document({"case": "T-1", "circumstances": {}, "record": [], "disputes": [dispute]}))
    assert [problem.name for problem in caught.value.problems] == ["no-room"]


def test_more_times_than_a_form_has_room_for_are_refused() -> None:
    record = [{"visit": "2010-01-01"}] * 102
    with pytest.raises(InputError, match="more than 100 times"):
        form_bytes(small(), document({"case": "T-1", "circumstances": {}, "record": record}))
    assert len(read(form_bytes(small(), document({"case": "T-1", "circumstances": {}, "record": record[:100]})))["record"]) == 100


# What is written -----------------------------------------------------------------------------------------------------


def test_answers_can_be_typed_and_nothing_else_can_be_changed() -> None:
    book = openpyxl.load_workbook(io.BytesIO(blank(STAGES)))
    for sheet in book:
        assert sheet.protection.sheet, sheet.title
        unlocked = [cell for row in sheet.iter_rows() for cell in row if not cell.protection.locked]
        assert all(cell.border.left.style == "thin" for cell in unlocked)
        assert all(cell.column > 1 for cell in unlocked)
        assert bool(unlocked) == (sheet.sheet_state == "visible")
    assert [sheet.title for sheet in book if sheet.sheet_state == "hidden"] == ["_meta", "_lists"]


def test_every_sheet_is_marked_and_its_head_stays_in_view_and_on_paper() -> None:
    book = openpyxl.load_workbook(io.BytesIO(form_bytes(small(), choices=Choices(marking="OFFICIAL & MORE"))))
    for sheet in book:
        if sheet.sheet_state == "visible":
            assert sheet.freeze_panes == "B4"
            assert sheet.print_title_rows == "$3:$3"
            assert "OFFICIAL && MORE" in str(sheet.oddHeader.center.text)
            assert "OFFICIAL && MORE" in str(sheet.oddFooter.center.text)
            assert sheet["B1"].value == "OFFICIAL & MORE"


def test_nothing_that_is_written_is_a_formula() -> None:
    nasty = ['=HYPERLINK("http://x.invalid")', "+1", "-1+2", "@SUM(1)", "{=1}", "http://x.invalid"]
    record = [{"visit": {"on": "2010-01-01", "note": text}} for text in nasty]
    data = form_bytes(small(), document({"case": "T-1", "circumstances": {}, "record": record}))
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if "worksheets/" in name]
    assert sheets
    assert not [sheet for sheet in sheets if "<f>" in sheet or "<f " in sheet or 'TargetMode="External"' in sheet]
    assert sorted(entry["visit"]["note"] for entry in read(data)["record"]) == sorted(nasty)


def test_judgements_are_asked_for_an_edition() -> None:
    prompts = prompts_of([knowledge().editions["omi-2"]])
    form = Filled(form_bytes(small(), choices=Choices(("court",), 1, prompts), reference="T-1")).complete()
    name, asks = next(iter(prompts.items()))
    form.write("Judgements", asks, "not applicable")
    form.write("Judgements", asks, "too young", column=3)
    assert read(form.saved())["judgements"] == {name: {"answer": "not_applicable", "reason": "too young"}}


# What is read --------------------------------------------------------------------------------------------------------


def test_a_form_filled_in_by_hand_is_a_record() -> None:
    form = Filled(blank()).complete()
    form.write("Start here", "On what day", datetime(2010, 4, 19))
    form.book["Start here"].cell(row_of(form.book["Start here"], "Planning: is"), 2).value = "no"
    rows = list(form.book["Circumstances"].iter_rows(max_col=1))
    places = {name: row for row, name in enumerate(["", "", "", *_circumstance_rows()], 1)}
    sheet = form.book["Circumstances"]
    for name, written in {
        "started": "13/07/2009",
        "ended": " NOT YET ",
        "release": "none",
        "flag": " yes",
        "child": False,
        "level": "HIGH",
        "tier": "4",
        "tier_before": 3.0,
        "needs": "None of these",
    }.items():
        assert rows[places[name] - 1][0].value
        sheet.cell(places[name], 2).value = written
    sheet.cell(places["started"] + 1, 2).value = datetime(2009, 8, 1)
    form.write("Assessment", "Was it done?", "2009-08-20", "analysis")
    form.write("Assessment", "Was it good enough?", "No", "analysis")
    form.write("Assessment", "Where was it evidenced?", "file and interview", "analysis")
    form.write("Assessment", "Anything to add?", 12, "analysis")
    form.write("Assessment", "Was it done?", "not known", "analysis", column=3)
    form.write("Planning", "Was it done?", "Not done", "plan")
    form.write("Planning", "If it was late or not done", "ill", "plan")
    form.write("Planning", "Is that reason acceptable?", "Yes", "plan")
    form.write("Planning", "Was it done?", "3 Sep 2009", "plan", column=3)
    form.write("Planning", "If it was late or not done", "staff away", "plan", column=3)
    assert read(form.saved()) == {
        "case": "T-1",
        "as_at": "2010-04-19",
        "record_complete": ["assessment"],
        "circumstances": {
            "started": ["2009-07-13", "2009-08-01"],
            "ended": "not_yet",
            "release": "none",
            "flag": True,
            "child": False,
            "level": "high",
            "tier": 4,
            "tier_before": 3,
            "needs": [],
        },
        "record": [
            {"analysis": {"on": "2009-08-20", "sufficient": False, "evidence": "both", "note": "12"}},
            {"analysis": "unknown"},
            {"not_done": {"activity": "plan", "reason": "ill", "acceptable": True}},
            {"plan": {"on": "2009-09-03", "late_reason": {"reason": "staff away"}}},
        ],
    }


def _circumstance_rows() -> list[str]:
    """The rows of the sheet, by circumstance: those that hold several have several."""
    rows: list[str] = []
    for name, term in VOCABULARY.circumstances.items():
        more = 2 if term.many else len(term.values) - 1 if term.type == "choices" else 0
        rows += [name, *[f"{name} again"] * more]
    return rows


def test_changes_are_dated_values() -> None:
    form = Filled(blank()).complete()
    for value, start, first, second in [(1, "01/02/2010", "drugs", "housing"), (2, "02/03/2010", "None of these", None)]:
        form.write("Changes", f"Needs, value {value}", start)
        form.write("Changes", f"Needs, value {value}", first, column=3)
        form.write("Changes", f"Needs, value {value}", second, column=4)
    assert read(form.saved())["circumstances"] == {
        "needs": [{"from": "2010-02-01", "is": ["drugs", "housing"]}, {"from": "2010-03-02", "is": []}]
    }


WRONG: dict[str, tuple[str, str, str, Any, str]] = {
    "a word that is not offered": ("Planning", "Is it full?", "plan", "Yep", "Choose Yes or No, not 'Yep'."),
    "a near miss": ("Planning", "Whose?", "plan", "polise", "Did you mean 'police'?"),
    "a number for a choice": ("Planning", "Whose?", "plan", 3, "Choose police or prison, not '3'."),
    "a day that does not exist": ("Planning", "By when?", "plan", "31/02/2010", "'31/02/2010' is not a day that exists"),
    "the month first": ("Planning", "By when?", "plan", "07/13/2009", "not a day that exists"),
    "a year of two figures": ("Planning", "By when?", "plan", "07/08/09", "could be several days"),
    "a year that cannot be": ("Planning", "By when?", "plan", datetime(2109, 7, 13), "in a year that no case can be of"),
    "words for a day": ("Planning", "By when?", "plan", "last week", "Write a day, not 'last week'."),
    "yes for a day": ("Planning", "By when?", "plan", True, "Write a day, not 'Yes'."),
    "part of a number": ("Assessment", "Which?", "analysis", 2.5, "Write a whole number from 0 to 1000, not '2.5'."),
    "a number too great": ("Assessment", "Which?", "analysis", 1001, "Write a whole number from 0 to 1000, not '1001'."),
    "a word for a number": ("Assessment", "Which?", "analysis", "four", "Write a whole number from 0 to 1000, not 'four'."),
    "an error": ("Planning", "Anything to add?", "plan", "#REF!", "The cell holds an error (#REF!)"),
    "good enough though not done": ("Planning", "Was it good enough?", "plan", "Yes", "cannot have been good enough"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_answer_is_told_with_its_cell(what: str) -> None:
    sheet, question, beneath, written, said = WRONG[what]
    form = Filled(blank()).complete()
    form.write(sheet, "Was it done?", "Not done", beneath)
    form.write(sheet, "If it was late or not done", "x", beneath)
    cell = form.write(sheet, question, written, beneath)
    problem = only_problem(form.saved())
    assert str(problem).startswith(f"FORM.xlsx: {cell}: error: ")
    assert said in str(problem)


def test_a_number_that_is_not_shown_as_a_day_is_not_taken_for_one() -> None:
    form = Filled(blank()).complete()
    form.write("Planning", "Was it done?", 40007, "plan")
    assert read(form.saved())["record"] == [{"plan": "2009-07-13"}]
    form.book["Planning"].cell(row_of(form.book["Planning"], "Was it done?", "plan"), 2).number_format = "General"
    assert "Write a day, Not known or Not done, not '40007'." in only_problem(form.saved()).message


MISSING = {
    "no day": ([("Is it full?", "Yes")], "Was it done?", "Say when this was done"),
    "not done, without a reason": ([("Was it done?", "Not done")], "If it was late or not done", "what reason is recorded"),
    "an acceptable reason that is none": (
        [("Was it done?", "2010-01-01"), ("Is that reason acceptable?", "No")],
        "If it was late or not done",
        "what reason is recorded",
    ),
    "a day of not being done, though done": (
        [("Was it done?", "2010-01-01"), ("If it was not done: on what day", "2010-01-01")],
        "If it was not done: on what day",
        "This was done on a day",
    ),
}


@pytest.mark.parametrize("what", MISSING)
def test_what_does_not_go_together_is_told_at_the_cell_that_is_wanting(what: str) -> None:
    written, wanting, said = MISSING[what]
    form = Filled(blank()).complete()
    for question, value in written:
        form.write("Planning", question, value, "plan", column=3)
    problem = only_problem(form.saved())
    assert said in problem.message
    assert problem.place.cell == f"Planning!C{row_of(form.book['Planning'], wanting, 'plan')}"


def test_all_that_is_wrong_is_told_at_once_with_what_the_schema_says() -> None:
    form = Filled(form_bytes(small(), choices=Choices(("planning",), 2)))
    cells = [
        form.write("Start here", "Reference", "John Smith"),
        form.write("Start here", "On what day", "2010-04-19"),
        form.write("Planning", "Was it done?", "2010-05-01", "plan"),
        form.write("Planning", "Is it full?", "perhaps", "plan"),
    ]
    complete = f"Start here!B{row_of(form.book['Start here'], 'Planning: is')}"
    found = problems(form.saved())
    assert {(one.place.cell, one.name) for one in found} == {
        (cells[0], "wrong-form"),
        (complete, "not-answered"),
        (cells[3], "wrong-value"),
    }
    form.write("Start here", "Reference", "TV-1")
    form.complete().write("Planning", "Is it full?", "Yes", "plan")
    document_read = read_form(form.saved(), FORM, small())
    [late] = case_problems(document_read, small().case_shape)
    assert (late.place.cell, late.name) == (cells[2], "after-as-at")


def test_what_is_said_in_two_places_is_refused() -> None:
    form = Filled(blank()).complete()
    form.book["Circumstances"].cell(4 + _circumstance_rows().index("flag"), 2).value = "Yes"
    form.write("Changes", "Flag, value 1", "2010-01-01")
    form.write("Changes", "Flag, value 1", "No", column=3)
    assert only_problem(form.saved()).name == "given-twice"


@pytest.mark.parametrize(
    ("cells", "name"),
    [
        (["drugs", "drugs", None], "repeated"),
        (["drugs", "None of these", None], "contradiction"),
        (["None of these", "drugs"], "contradiction"),
    ],
)
def test_several_answers_have_to_go_together(cells: list[Any], name: str) -> None:
    form = Filled(blank()).complete()
    first = 4 + _circumstance_rows().index("needs")
    for n, written in enumerate(cells):
        form.book["Circumstances"].cell(first + n, 2).value = written
    assert only_problem(form.saved()).name == name


# A form that is no longer as it was made -----------------------------------------------------------------------------


def test_a_renamed_sheet_is_named() -> None:
    form = Filled(blank()).complete()
    form.write("Planning", "Was it done?", "2010-01-01", "plan")
    form.book["Planning"].title = "Plans"
    names = {(one.name, one.place.sheet): one for one in problems(form.saved())}
    assert set(names) == {("sheet-missing", ""), ("sheet-added", "Plans")}
    assert "'Planning'" in names["sheet-missing", ""].message
    assert "Planning" in names["sheet-added", "Plans"].hint


@pytest.mark.parametrize("change", ["insert", "delete"])
def test_moved_rows_are_found_and_nothing_of_the_sheet_is_read(change: str) -> None:
    form = Filled(blank()).complete()
    form.write("Planning", "Was it done?", "no day at all", "plan")
    sheet = form.book["Planning"]
    sheet.insert_rows(5) if change == "insert" else sheet.delete_rows(5)
    problem = only_problem(form.saved())
    assert (problem.name, problem.place.cell) == ("question-changed", "Planning!A5")
    assert "more cells of this sheet" in problem.message


def test_an_edited_question_is_found() -> None:
    form = Filled(blank()).complete()
    row = row_of(form.book["Planning"], "Is it full?")
    form.book["Planning"].cell(row, 1).value = "Is it empty?"
    problem = only_problem(form.saved())
    assert str(problem.place) == f"FORM.xlsx: Planning!A{row}"
    assert "says 'Is it full?', and now it says 'Is it empty?'" in problem.message


def test_what_stands_outside_the_boxes_is_found() -> None:
    form = Filled(blank()).complete()
    form.book["Planning"].cell(5, 9).value = "by telephone"
    assert only_problem(form.saved()).place.cell == "Planning!I5"


@pytest.mark.parametrize("cell", ["A1", "A2", "B1", "A9000"])
def test_a_changed_hidden_sheet_is_found(cell: str) -> None:
    form = Filled(blank()).complete()
    form.book["_meta"][cell] = "[]"
    assert only_problem(form.saved()).name == "form-changed"


@pytest.mark.parametrize(
    "choices",
    [{"times": 10**9}, {"times": "8"}, {"stages": ["elsewhere"]}, {"rows": {"levels": 10**9}}, {"rows": []}, {"prompts": 1}],
)
def test_a_form_that_says_to_have_been_made_in_no_way_a_form_is_made_is_refused(choices: Json) -> None:
    form = Filled(blank()).complete()
    head = json.loads(form.book["_meta"]["A1"].value)
    changed = {**head, "vocabulary": "another", "choices": {**head["choices"], **choices}}
    form.book["_meta"]["A1"] = json.dumps(changed)
    assert only_problem(form.saved()).name == "form-changed"


def test_a_form_of_a_later_version_is_told_plainly() -> None:
    form = Filled(blank()).complete()
    head = json.loads(form.book["_meta"]["A1"].value)
    form.book["_meta"]["A1"] = json.dumps({**head, "form": 99, "quips": "9.0"})
    assert "later version of Quips (9.0)" in only_problem(form.saved()).message


def test_another_workbook_is_no_form() -> None:
    book = openpyxl.Workbook()
    buffer = io.BytesIO()
    book.save(buffer)
    assert only_problem(buffer.getvalue()).name == "not-a-form"


def test_a_form_made_with_another_vocabulary_says_what_changed() -> None:
    before = Filled(blank()).complete()
    before.write("Planning", "Was it done?", "2010-01-01", "plan")
    full = before.write("Planning", "Is it full?", "Yes", "plan")
    whose = before.write("Planning", "Whose?", "prison", "plan")
    plan = VOCABULARY.activities["plan"]
    changed = {
        "full": replace(plan.attributes["full"], ask="Is it complete?"),
        "agency": replace(plan.attributes["agency"], values={"police": "police", "court": "court"}),
        "due": plan.attributes["due"],
        "signed": replace(plan.attributes["full"], name="signed", ask="Is it signed?"),
    }
    activities = {**VOCABULARY.activities, "plan": replace(plan, attributes=changed)}
    later = replace(small(), vocabulary=replace(VOCABULARY, activities=activities))
    form = read_form(before.saved(), FORM, later)
    warned = {one.place.cell: one for one in form.warnings}
    assert set(warned) == {"", full, whose}
    assert "another vocabulary" in warned[""].message
    assert "'Is it signed?'" in warned[""].hint
    assert "It now says: Is it complete?" in warned[full].message
    [refused] = case_problems(form, later.case_shape)
    assert (refused.place.cell, refused.name) == (whose, "wrong-value")
    del changed["full"]
    with pytest.raises(InputError) as caught:
        read_form(before.saved(), FORM, later)
    assert full in {one.place.cell for one in caught.value.problems if one.name == "no-longer-asked"}


# What is not safe to read --------------------------------------------------------------------------------------------

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
_RELATION = (
    b'<Relationship Id="rId99" Type="http://x.invalid/link" Target="http://x.invalid/" TargetMode="External"/></Relationships>'
)


def _as_it_is(_: str, data: bytes) -> bytes:
    return data


def _in_sheets(old: bytes, new: bytes) -> Any:
    return lambda part, data: data.replace(old, new, 1) if part.endswith("worksheets/sheet2.xml") else data


def _far_out() -> bytes:
    row = b'<row r="900000"><c r="XFD900000"><v>1</v></c></row></sheetData>'
    return with_parts(blank(), _in_sheets(b"</sheetData>", row))


def _encrypted() -> bytes:
    data = bytearray(blank())
    for start in (b"PK\x03\x04", b"PK\x01\x02"):
        at = data.find(start)
        while at >= 0:
            data[at + (6 if start == b"PK\x03\x04" else 8)] |= 1
            at = data.find(start, at + 4)
    return bytes(data)


def _bomb() -> bytes:
    return with_parts(blank(), _as_it_is, {"xl/worksheets/sheet99.xml": b" " * 60_000_000})


def _lying_bomb() -> bytes:
    """A workbook whose directory says that a part is small."""
    data = bytearray(_bomb())
    size = (60_000_000).to_bytes(4, "little")
    at = data.find(size)
    while at >= 0:
        data[at : at + 4] = (1000).to_bytes(4, "little")
        at = data.find(size, at + 4)
    return bytes(data)


UNSAFE: dict[str, tuple[Any, str]] = {
    "nothing": (lambda: b"", "not-a-workbook"),
    "text": (lambda: b"case: TV-1", "not-a-workbook"),
    "an old workbook": (lambda: _OLE, "old-workbook"),
    "a password": (lambda: _OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    "an encrypted archive": (_encrypted, "encrypted"),
    "half a file": (lambda: blank()[: len(blank()) // 2], "damaged"),
    "another archive": (lambda: with_parts(blank(), _as_it_is)[:0] + _archive({"a.txt": b"x"}), "not-a-workbook"),
    "a Word document": (lambda: _archive({"word/document.xml": b"<x/>"}), "not-a-workbook"),
    "macros": (lambda: with_parts(blank(), _as_it_is, {"xl/vbaProject.bin": b"x"}), "macros"),
    "a workbook for macros": (
        lambda: with_parts(blank(), lambda part, data: data.replace(b"spreadsheetml.sheet.main+xml", b"x.macroEnabled.main+xml")),
        "macros",
    ),
    "another workbook": (
        lambda: with_parts(blank(), _as_it_is, {"xl/externalLinks/externalLink1.xml": b"<x/>"}),
        "external-links",
    ),
    "a link outside": (
        lambda: with_parts(
            blank(), lambda part, data: data.replace(b"</Relationships>", _RELATION) if part.endswith(".rels") else data
        ),
        "external-links",
    ),
    "an embedded object": (lambda: with_parts(blank(), _as_it_is, {"xl/embeddings/oleObject1.bin": b"x"}), "embedded-objects"),
    "a control": (lambda: with_parts(blank(), _as_it_is, {"xl/activeX/activeX1.xml": b"<x/>"}), "embedded-objects"),
    "a connection": (lambda: with_parts(blank(), _as_it_is, {"xl/connections.xml": b"<x/>"}), "connections"),
    "comments": (lambda: with_parts(blank(), _as_it_is, {"xl/comments1.xml": b"<x/>"}), "comments"),
    "a picture": (lambda: with_parts(blank(), _as_it_is, {"xl/media/image1.png": b"x"}), "pictures"),
    "a bomb": (_bomb, "file-too-large"),
    "a bomb that says it is small": (_lying_bomb, "damaged"),
    "too many parts": (lambda: with_parts(blank(), _as_it_is, {f"x/{n}.txt": b"" for n in range(400)}), "not-a-workbook"),
    "a cell too far out": (_far_out, "too-large"),
    "too large a file": (lambda: b"PK" + b"\0" * MAX_BYTES, "file-too-large"),
    "broken XML": (lambda: with_parts(blank(), _in_sheets(b"</sheetData>", b"</sheetDat>")), "damaged"),
    "an entity": (
        lambda: with_parts(blank(), _in_sheets(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet')),
        "entities",
    ),
    "a file named as an entity": (
        lambda: with_parts(blank(), _in_sheets(b"<worksheet", b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet')),
        "entities",
    ),
    "no sheets": (
        lambda: with_parts(blank(), lambda part, data: b"<x/>" if part.endswith("workbook.xml") else data),
        "not-a-form",
    ),
}


def _archive(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return buffer.getvalue()


@pytest.mark.parametrize("what", UNSAFE)
def test_what_is_not_safe_to_read_is_refused(what: str) -> None:
    make, name = UNSAFE[what]
    assert only_problem(make()).name == name


def test_a_list_of_answers_as_excel_saves_it_is_no_formula() -> None:
    """Excel moves a list that stands on another sheet into an extension, where its place is called ``f`` as a formula is."""
    moved = (
        b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" xmlns:x14="http://schemas.microsoft.com/office/x14">'
        b'<x14:dataValidations xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidation type="list">'
        b"<x14:formula1><xm:f>_lists!$A$1:$A$2</xm:f></x14:formula1><xm:sqref>B4</xm:sqref></x14:dataValidation>"
        b"</x14:dataValidations></ext></extLst></worksheet>"
    )
    form = Filled(blank()).complete().saved()
    assert read(with_parts(form, _in_sheets(b"</worksheet>", moved))) == read(form)


def test_a_formula_in_a_cell_that_does_not_say_where_it_stands_is_refused() -> None:
    row = b"<row><c><f>1+1</f><v>2</v></c></row></sheetData>"
    assert only_problem(with_parts(blank(), _in_sheets(b"</sheetData>", row))).name == "formula"


@pytest.mark.parametrize("what", ["an old workbook", "macros", "half a file"])
def test_what_is_not_safe_to_read_is_told_in_plain_words(what: str, tmp_path: Path) -> None:
    make, name = UNSAFE[what]
    path = tmp_path / FORM
    path.write_bytes(make())
    result = quips("audit", path, "--engine", "reference")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{path}: error: ")
    assert f"[{name}]" in result.stderr
    assert result.stdout == ""


def test_a_formula_is_refused_with_its_cell_and_never_worked_out() -> None:
    form = Filled(blank()).complete()
    cells = [
        form.write("Planning", "Was it done?", "=TODAY()", "plan"),
        form.write("Assessment", "Anything to add?", '=WEBSERVICE("http://x.invalid")', "analysis"),
    ]
    found = problems(form.saved())
    assert {one.place.cell for one in found} == set(cells)
    assert {one.name for one in found} == {"formula"}


@given(st.data())
@examples(0.5)
def test_a_damaged_form_is_read_or_refused_but_never_fails(data: st.DataObject) -> None:
    whole = bytearray(blank(("court",), 1))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(whole))
    except InputError as error:
        assert error.problems


PARTS = ["xl/workbook.xml", "xl/worksheets/sheet2.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]


@given(
    st.sampled_from(PARTS),
    st.integers(0, 10**9),
    st.sampled_from([b"", b"9", b"-1", b"s", b"zz", b"<x/>", b'"', b"1e999", b"\xff"]),
)
@examples(1)
def test_a_part_that_is_not_as_it_should_be_is_refused_but_never_fails(part: str, at: int, instead: bytes) -> None:
    def change(name: str, content: bytes) -> bytes:
        start = at % len(content)
        return content[:start] + instead + content[start + len(instead) + 1 :] if name == part else content

    try:
        read(with_parts(blank(("court",), 1), change))
    except InputError as error:
        assert error.problems


@pytest.mark.parametrize("encoding", [b"TF-8", b"shift_jis"])
def test_a_part_in_an_encoding_that_is_none_or_is_not_read_is_refused(encoding: bytes) -> None:
    def change(name: str, content: bytes) -> bytes:
        return content.replace(b"UTF-8", encoding, 1) if name == "xl/workbook.xml" else content

    with pytest.raises(InputError) as refused:
        read(with_parts(blank(("court",), 1), change))
    assert "damaged" in {problem.name for problem in refused.value.problems}


# The command line ----------------------------------------------------------------------------------------------------


def quips(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


TV = ROOT / "examples" / "cases" / "TV-0042.yaml"


def test_a_case_goes_to_a_form_and_back(tmp_path: Path) -> None:
    form, again, back = tmp_path / "a.xlsx", tmp_path / "b.xlsx", tmp_path / "c.yaml"
    assert quips("form", TV, "-o", form).exit_code == 0
    assert quips("form", form, "-o", again, "--times", 11).exit_code == 0
    assert quips("form", again, "-o", back).exit_code == 0
    assert same(read_yaml(back).value) == same(read_yaml(TV).value)
    texts = [quips("audit", path, "--engine", "reference").stdout for path in (TV, form, again, back)]
    assert texts[0]
    assert len(set(texts)) == 1


def test_an_empty_form_asks_for_what_an_audit_cannot_do_without(tmp_path: Path) -> None:
    assert quips("form", "-o", tmp_path / "a.xlsx", "--reference", "TV-0007", "--stage", "court").exit_code == 0
    result = quips("audit", tmp_path / "a.xlsx", "--engine", "reference")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "Say whether the record is complete for court" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["-o", "x.txt"], "wrong-name"),
        (["-o", "x.yaml"], "no-case"),
        (["-o", "x.xlsx", "--reference", "John Smith"], "wrong-form"),
        (["-o", "x.xlsx", "--edition", "omi-9"], "unknown-edition"),
        (["nothing.yaml", "-o", "x.xlsx"], "no-such-file"),
        (["nothing.xlsx", "-o", "x.yaml"], "no-such-file"),
        (["-o", "no/such/folder/x.xlsx"], "cannot-write"),
        (["-o", "there.xlsx"], "would-replace"),
    ],
)
def test_a_form_that_cannot_be_written_is_told_and_nothing_is_left(
    arguments: list[str], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there.xlsx").write_bytes(b"answers")
    result = quips("form", *arguments)
    assert result.exit_code == 2
    assert f"[{name}]" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["there.xlsx"]
    assert Path("there.xlsx").read_bytes() == b"answers"


def test_a_folder_holds_forms_and_case_files_and_not_what_a_spreadsheet_program_leaves(tmp_path: Path) -> None:
    shutil.copy(TV, tmp_path / "one.yaml")
    quips("form", TV, "-o", tmp_path / "two.xlsx")
    (tmp_path / "~$two.xlsx").write_bytes(b"x")
    (tmp_path / ".~lock.two.xlsx#").write_bytes(b"x")
    result = quips("audit", tmp_path, "--engine", "reference", "--format", "json")
    assert result.exit_code == 0
    assert len(json.loads(result.stdout)) == 2
    sheets = {entry["place"]["sheet"] for one in json.loads(result.stdout)[1]["findings"] for entry in one["entries"]}
    assert sheets == {"Assessment", "Delivery"}


def test_a_warning_about_a_form_names_the_cell(tmp_path: Path) -> None:
    form = Filled(form_bytes(knowledge(), read_yaml(TV)))
    cell = form.write("Delivery", "Anything to add?", "Call Mr Smith", "Home visit")
    (tmp_path / FORM).write_bytes(form.saved())
    result = quips("audit", tmp_path / FORM, "--engine", "reference")
    assert f"{FORM}: {cell}" in " ".join(result.stdout.split())


SOFFICE = shutil.which("soffice")


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed, so no form was opened and saved by it")
def test_a_form_that_libreoffice_saved_is_read_as_it_was(tmp_path: Path) -> None:
    case = ROOT / "examples" / "cases" / "composed-victims.yaml"
    (tmp_path / FORM).write_bytes(form_bytes(knowledge(), read_yaml(case)))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        str(SOFFICE),
        "--headless",
        profile,
        "--convert-to",
        "xlsx",
        "--outdir",
        str(tmp_path / "saved"),
        str(tmp_path / FORM),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    saved = tmp_path / "saved" / FORM
    back = read_form(saved, FORM, knowledge())
    assert same(back.value) == same(read_yaml(case).value)
    sheet = openpyxl.load_workbook(saved)["Planning"]
    assert sheet.protection.sheet
    assert sheet.data_validations.dataValidation
    assert not sheet["B5"].protection.locked
