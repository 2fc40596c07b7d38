"""What comes in with forms, and what must not: nothing lost, nothing half taken, what cannot wait first."""

from __future__ import annotations

import io
import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from knowledge_base import knowledge
from quips.cli import main
from quips.peeraudit import issuing
from quips.reports import readingforms
from quips.source import read_yaml
from round_at_hand import PROMPTS, RoundAtHand, case_text, plan
from round_forms import InHand
from test_round_reading import YES, Desk, desk, saved

__all__ = ["desk"]
URGENT_CASE = "composed-safeguarding"


def with_head(data: bytes, **changes: Any) -> bytes:
    """A form that says something else of itself; None takes it out."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    cell = book["_meta"]["A1"]
    head = {**json.loads(str(cell.value)), **changes}
    cell.value = json.dumps({key: value for key, value in head.items() if value is not None})
    return saved(book)


def rewritten(path: Path, *said: tuple[Any, Any]) -> str:
    """Write answers into a form as it lies there, and return the last one's cell."""
    hand = InHand(path.read_bytes())
    cells = [hand.write(at, value) for at, value in said]
    path.write_bytes(hand.saved())
    return cells[-1]


# Facts ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("second", [False, True])
def test_facts_that_cannot_be_are_refused_at_their_cell_and_leave_nothing(desk: Desk, second: bool) -> None:
    reader = desk.round.case("TV-2").readers[second]
    form = desk.facts(reader, "TV-2")
    hand = InHand(form.read_bytes())
    dated = next(path for path in hand.cells if path[0] == "record" and path[-1] == "on" and any(hand.values(path)))
    cell = rewritten(form, (dated, "2031-01-01"))
    told = desk.refused("import", form)
    assert cell in told and "after the day the record was read" in told
    assert not desk.round.case("TV-2").records and not list((desk.path / "readings").glob("*"))


def test_facts_put_right_are_not_undone_by_a_form_made_before(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    facts = desk.facts(reader, "TV-1")
    desk.works("import", facts)
    judging = desk.judging(reader, "TV-1")
    rewritten(facts, (("as_at",), "2026-11-01"))
    assert "being filled in, and was left alone" in desk.works("import", facts)
    told = desk.refused("import", judging)
    assert "has the earlier ones" in told and f"--for {reader} --case TV-1 --again" in told
    rewritten(judging, (("as_at",), "2026-11-01"))
    desk.works("import", judging)
    newest = desk.round.case("TV-1").newest(reader)
    assert newest is not None and read_yaml(desk.path / newest.file).value["as_at"] == "2026-11-01"


def test_facts_may_be_put_right_on_the_form_with_the_judgements(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    desk.works("import", desk.facts(reader, "TV-1"))
    judging = desk.judging(reader, "TV-1")
    rewritten(judging, (("as_at",), "2026-11-01"))
    desk.works("import", judging)
    newest = desk.round.case("TV-1").newest(reader)
    assert newest is not None and read_yaml(desk.path / newest.file).value["as_at"] == "2026-11-01"


# What cannot wait --------------------------------------------------------------------------------------------------------------


def test_what_is_urgent_comes_first_whichever_form_it_is_on(desk: Desk) -> None:
    calm = desk.facts(desk.round.case("TV-1").reader, "TV-1")
    urgent = desk.facts(desk.round.case("TV-2").reader, "TV-2", URGENT_CASE)
    lines = desk.run("import", desk.path, calm, urgent).stdout.splitlines()
    assert lines[0].startswith("URGENT: TV-2") and "speak to your manager today" in lines[0] and "round urgent" in lines[1]
    assert sum(line.startswith("URGENT") for line in lines) == 1


def test_what_is_urgent_is_said_though_the_form_is_refused(desk: Desk) -> None:
    form = desk.facts(desk.round.case("TV-1").reader, "TV-1", URGENT_CASE)
    assert desk.refused("import", form, "--as", "R06").startswith("URGENT: TV-1")
    rewritten(form, (("as_at",), None))
    before = (desk.path / "trail.jsonl").read_bytes()
    result = desk.run("import", desk.path, form)
    assert result.exit_code == 2 and (desk.path / "trail.jsonl").read_bytes() == before
    assert result.stdout.startswith("URGENT: TV-1")
    assert "which day the record was read" in result.stderr


def test_what_may_name_somebody_is_told_at_its_cell_and_the_form_still_goes_in(desk: Desk) -> None:
    form = desk.facts(desk.round.case("TV-1").reader, "TV-1")
    hand = InHand(form.read_bytes())
    note = next(path for path in hand.cells if path[0] == "record" and path[-1] == "note")
    cell = rewritten(form, (note, "Mr Tom Baker of 07700 900123 came."))
    told = desk.works("import", form)
    assert f"{cell}" in told and "looks as if it holds" in told and "a name" in told
    assert desk.round.case("TV-1").records


def test_a_concern_is_of_some_case(desk: Desk) -> None:
    assert "of which case" in desk.refused("urgent", "", "--as", "R03", "--concern", "A child.", "--told", "The SPO, 10:15.")


# What a form says of itself -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["round", "began", "case", "reader", "stage", "edition", "vocabulary", "rules"])
@pytest.mark.parametrize("value", [None, [], {"a": 1}, 7, "../../x"])
def test_whatever_a_form_is_made_to_say_of_itself_is_refused_in_words(desk: Desk, key: str, value: Any) -> None:
    form = desk.facts(desk.round.case("TV-1").reader, "TV-1")
    form.write_bytes(with_head(form.read_bytes(), **{key: value}))
    if value == "../../x" and key in ("round", "vocabulary", "rules"):
        desk.works("import", form)  # another name of the same round; an older vocabulary or rule set
    else:
        assert str(form) in desk.refused("import", form)


def test_of_a_workbook_that_is_none_of_a_round_it_is_said_in_sentences_how_to_have_each(desk: Desk, tmp_path: Path) -> None:
    book = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(book)
    told = desk.refused("import", book)
    assert ".," not in told and ". or" not in told
    for sentence in (
        "For a new form: quips round forms FOLDER.",
        "For a new sheet to settle on: quips round settle FOLDER --sheet --as PERSON.",
        "A reply sheet is with its case: the lead has it, in the folder forms of the round.",
        "For a new sheet to sign on: quips round countersign FOLDER --sheet --as PERSON.",
    ):
        assert sentence in told


def test_a_device_or_a_folder_is_no_form(desk: Desk) -> None:
    told = desk.refused("import", "/dev/zero", desk.path, desk.path / "none.xlsx")
    assert told.count("a folder or a device") == 2 and "3 of 3" in told


def test_what_the_rules_found_then_and_now_may_differ_and_that_is_said(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    desk.works("import", desk.facts(reader, "TV-1"))
    form = desk.judging(reader, "TV-1")
    sound = form.read_bytes()
    form.write_bytes(with_head(sound, rules="another"))
    assert "rules have changed since this form was made" in desk.works("import", form)
    assert "rules have changed" not in desk.works("import", form)  # it is in already


def test_whose_form_it_is_is_what_the_form_says_whoever_is_at_the_desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = desk.round.case("TV-1").reader
    monkeypatch.setenv("QUIPS_AS", "L01")
    desk.works("forms")
    desk.works("import", desk.facts(reader, "TV-1"))
    assert reader in desk.round.case("TV-1").records


# Forms laid out -----------------------------------------------------------------------------------------------------------------


def test_a_case_file_that_is_wrong_keeps_no_other_form_from_being_made(desk: Desk) -> None:
    (desk.path / "cases").mkdir()
    (desk.path / "cases" / "TV-2.yaml").write_text("case: [TV-2\n", encoding="utf-8")
    first = desk.round.case("TV-1").reader
    result = desk.run("forms", desk.path)
    assert result.exit_code == 2 and "TV-2.yaml:1" in result.stderr and desk.form(first, "TV-1", "facts").is_file()
    assert f"{first}/TV-1-judging.xlsx" in desk.works("import", desk.facts_in_hand(first, "TV-1"))


def test_a_case_file_of_another_case_fills_in_nothing(desk: Desk) -> None:
    (desk.path / "cases").mkdir()
    (desk.path / "cases" / "TV-1.yaml").write_text(case_text("TV-9", {}), encoding="utf-8")
    result = desk.run("forms", desk.path, "--case", "TV-1")
    assert result.exit_code == 2 and "the case in it TV-9" in result.stderr
    assert not desk.form(desk.round.case("TV-1").reader, "TV-1", "facts").exists()


def test_what_the_team_judged_of_a_case_beforehand_is_not_shown(desk: Desk) -> None:
    (desk.path / "cases").mkdir()
    (desk.path / "cases" / "TV-1.yaml").write_text(case_text("TV-1", YES), encoding="utf-8")
    reader = desk.round.case("TV-1").reader
    desk.works("forms", "--for", reader)
    hand = InHand(desk.form(reader, "TV-1", "facts").read_bytes())
    assert "Judgements" not in hand.book.sheetnames and not any(path[0] == "judgements" for path in hand.cells)
    desk.works("import", desk.form(reader, "TV-1", "facts"))
    hand = InHand(desk.form(reader, "TV-1", "judging").read_bytes())
    assert not any(any(hand.values(path)) for path in hand.cells if path[0] == "judgements")


def test_a_new_form_is_laid_beside_one_that_is_being_filled_in(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    begun = desk.facts(reader, "TV-1")
    kept = begun.read_bytes()
    for _ in range(2):  # the second time it lies there already
        assert "TV-1-facts-2.xlsx" in desk.works("forms", "--for", reader, "--case", "TV-1", "--again")
    assert begun.read_bytes() == kept
    assert sorted(path.name for path in begun.parent.glob("TV-1-*")) == ["TV-1-facts-2.xlsx", "TV-1-facts.xlsx"]


@pytest.mark.parametrize("list_of_forms", [None, "{", "[1, 2]"])
def test_a_list_of_forms_that_is_lost_or_torn_loses_no_work(desk: Desk, list_of_forms: str | None) -> None:
    desk.works("forms")
    begun = desk.facts(desk.round.case("TV-1").reader, "TV-1")
    kept = begun.read_bytes()
    if list_of_forms is None:
        (desk.path / issuing.ISSUED).unlink()
    else:
        (desk.path / issuing.ISSUED).write_text(list_of_forms, encoding="utf-8")
    told = desk.works("forms")
    assert told.count("left alone") == 1 and begun.read_bytes() == kept


def test_handing_in_makes_forms_of_that_case_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_hand = RoundAtHand(tmp_path / "round", replace(plan(), stages=("assessment",)))
    at_hand.draw([f"TV-{n}" for n in range(1, 7)])
    at_hand.allocate()
    desk = Desk(at_hand, monkeypatch)
    reader = at_hand.case("TV-1").reader
    form = desk.facts(reader, "TV-1")
    made: list[str] = []
    whole = readingforms.reading_form
    monkeypatch.setattr(readingforms, "reading_form", lambda *given: made.append(given[2].reference) or whole(*given))
    desk.works("import", form)
    assert made == ["TV-1"]


# Known cases --------------------------------------------------------------------------------------------------------------------


def known(desk: Desk, reference: str = "K-1", name: str = "") -> None:
    desk.round.plan = replace(desk.round.plan, qualify=0.8)
    (desk.path / "known").mkdir(exist_ok=True)
    (desk.path / "known" / f"{name or reference}.yaml").write_text(case_text(reference, YES), encoding="utf-8")


def test_a_known_case_may_be_read_before_the_draw_and_handed_in_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_hand = RoundAtHand(tmp_path / "round")
    desk = Desk(at_hand, monkeypatch)
    known(desk)
    desk.works("forms", "--known", "--for", "R01")
    form = desk.form("R01", "K-1", "known")
    form.write_bytes(InHand(form.read_bytes()).judged(YES).saved())
    at_hand.draw(["TV-1"])
    assert f"{len(PROMPTS)} of {len(PROMPTS)}" in desk.works("qualify", form, "--as", "R01")


def test_a_known_case_that_is_being_judged_is_left_alone(desk: Desk) -> None:
    known(desk)
    desk.works("forms", "--known", "--for", "R01")
    form = desk.form("R01", "K-1", "known")
    form.write_bytes(InHand(form.read_bytes()).judged(YES).saved())
    begun = form.read_bytes()
    assert "left alone" in desk.works("forms", "--known", "--for", "R01")
    assert form.read_bytes() == begun


def test_known_cases_that_cannot_be_used_are_told_and_the_others_laid_out(desk: Desk) -> None:
    known(desk)
    known(desk, "K-9", name="K-2")
    (desk.path / "known" / "K-3.yaml").write_text("case: [", encoding="utf-8")
    result = desk.run("forms", desk.path, "--known", "--for", "R01")
    assert result.exit_code == 2 and "the case in it K-9" in result.stderr and "K-3.yaml" in result.stderr
    assert desk.form("R01", "K-1", "known").is_file()


def test_a_form_of_a_round_says_how_it_is_handed_in_and_that_the_day_is_needed(desk: Desk) -> None:
    book = InHand(desk.facts(desk.round.case("TV-1").reader, "TV-1").read_bytes()).book
    said = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if sheet.title != "_meta")
    assert "quips round import" in said and "speak to your manager today" in said
    assert "quips audit FILE" not in said and "If you leave it blank, the record is read" not in said


def test_a_form_gives_the_command_for_what_is_urgent_as_it_has_to_be_typed_and_says_what_may_be_left_blank(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    said = " ".join(
        str(cell) for row in openpyxl.load_workbook(desk.facts(reader, "TV-1"))["About this reading"].values for cell in row
    )
    command = said[said.index("quips round urgent") :].partition("\n")[0]
    words = shlex.split(command.replace("…", "Somebody was told.").replace("ROUND", str(desk.path)))
    assert f"TV-1 --as {reader}" in command
    told = CliRunner().invoke(main, words[1:])
    assert told.exit_code == 0, told.output
    assert (
        "Leave blank what is not known; that never means no." in said
        and "Answer at the least on what day the record was read" in said
    )


def test_the_forms_say_which_rules_made_them(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    head = InHand(desk.facts(reader, "TV-1").read_bytes()).head
    assert (head["rules"], head["reader"], head["stage"]) == (knowledge().digest, reader, "facts")
