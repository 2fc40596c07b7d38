"""A round that somebody changed: every kind of file and row, edited, taken out, swapped or put in, is told by name."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from knowledge_base import knowledge
from quips.audits import Auditor
from quips.cli.rounds import reporting, shared
from quips.peeraudit.reworking import Written
from quips.peeraudit.trail import Step
from quips.peeraudit.verifying import verify
from quips.reports.roundrows import SHAPE_VERSION
from verified_round import PARTS, VerifiedRound, edited, whole_round

KINDS = ("drawn", "kept", "letters", "readings", "reports")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> VerifiedRound:
    return whole_round(tmp_path_factory.mktemp("whole") / "round", read=1)


@pytest.fixture(autouse=True)
def _knowledge_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load the knowledge base once for all tests."""
    for module in (reporting, shared):
        monkeypatch.setattr(module, "load", lambda *_: knowledge())


@pytest.fixture
def round_(whole: VerifiedRound, tmp_path: Path) -> VerifiedRound:
    return whole.copied(tmp_path / "round")


def test_a_round_as_it_was_is_sound_and_every_part_of_it_is_looked_at(whole: VerifiedRound) -> None:
    value = whole.verified()
    looked_at = {check["name"]: check["looked_at"] for check in value["checks"]}
    # draw, replace, allocate, two forms, settle, feed back, report
    assert value["sound"] and value["rows"] == 8 == looked_at["trail"]
    # the list; two readings with their forms; two letters; four reports
    assert looked_at["files"] == 1 + 4 + 2 + 4 and looked_at["draw"] == 6
    assert looked_at["readings"] == 2 and looked_at["reports"] == 1
    code, text = whole.says()
    assert code == 0 and "Nothing is wrong" in text and "same 6 cases" in text


# Files ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", KINDS)
def test_a_file_that_was_changed_is_named_with_its_row(round_: VerifiedRound, folder: str) -> None:
    path = round_.file_of(folder)
    (round_.path / path).write_bytes((round_.path / path).read_bytes() + b" ")
    row = next(row.number for row in round_.rows if path in row.step.files)
    code, text = round_.says()
    assert code == 1 and f"{path}, on which row {row} rests" in text and "was changed after that step" in text
    assert "file-changed" in round_.named()


@pytest.mark.parametrize("folder", KINDS)
def test_a_file_that_was_taken_out_is_named(round_: VerifiedRound, folder: str) -> None:
    path = round_.file_of(folder)
    (round_.path / path).unlink()
    code, text = round_.says()
    assert code == 1 and f"{path}, on which row" in text and "is not there" in text


def test_two_files_that_changed_places_are_both_named(round_: VerifiedRound) -> None:
    one, two = [path for row in round_.rows for path in row.step.files if path.startswith("readings/")]
    first, second = ((round_.path / path).read_bytes() for path in (one, two))
    (round_.path / one).write_bytes(second)
    (round_.path / two).write_bytes(first)
    text = round_.says()[1]
    assert f"{one}, on which" in text and f"{two}, on which" in text


@pytest.mark.parametrize("folder", [*KINDS, "rereads"])
def test_a_file_that_no_row_rests_on_is_told_and_is_no_fault(round_: VerifiedRound, folder: str) -> None:
    (round_.path / folder / "deep").mkdir(parents=True)
    (round_.path / folder / "deep" / "TV-9.R01.1.yaml").write_text("case: TV-9\n")
    (round_.path / folder / "~$open.docx").write_text("what Word leaves while a file is open")
    code, text = round_.says()
    assert code == 0 and f"No row of the trail rests on {folder}/deep/TV-9.R01.1.yaml" in text and "~$open" not in text


# The trail -----------------------------------------------------------------------------------------------------------------


def test_a_row_that_was_edited_taken_out_put_in_moved_or_cut_off_is_told(round_: VerifiedRound) -> None:
    trail = round_.path / "trail.jsonl"
    lines = trail.read_text().splitlines(keepends=True)
    changes: list[tuple[str, list[str]]] = [
        ("row-edited", [*lines[:2], lines[2].replace('"who": "L01"', '"who": "M01"'), *lines[3:]]),
        ("row-missing", [*lines[:3], *lines[4:]]),
        ("row-missing", [*lines[:3], lines[2], *lines[3:]]),
        ("row-missing", [*lines[:2], lines[3], lines[2], *lines[4:]]),
        ("rows-missing-at-end", lines[:-2]),
        ("not-a-row", [*lines[:3], "{}\n", *lines[3:]]),
    ]
    for name, changed in changes:
        trail.write_text("".join(changed))
        assert name in round_.named(), name
    trail.write_text("".join(lines))
    assert not round_.named()


def test_a_trail_of_nonsense_is_told_without_a_traceback(round_: VerifiedRound) -> None:
    round_.rewrite(lambda n, step: Step(step.who, "danced", step.case, {}, {}) if n == 4 else step)
    code, text = round_.says()
    assert code == 1 and "row-not-understood" in text
    round_.rewrite(lambda n, step: Step(step.who, step.did, step.case, {}, step.files))
    assert round_.says()[0] == 1


def test_a_row_that_names_a_file_elsewhere_is_told_and_nothing_elsewhere_is_read(round_: VerifiedRound) -> None:
    def change(n: int, step: Step) -> Step:
        return Step(step.who, step.did, step.case, step.about, {"../secret.yaml": "0" * 64}) if n == 3 else step

    round_.rewrite(change)
    assert "file-outside" in round_.named()


def test_whatever_is_wrong_is_told_at_once(round_: VerifiedRound) -> None:
    for folder in KINDS:
        (round_.path / round_.file_of(folder)).unlink()
    (round_.path / "trail.end").write_text("3 abc\n")
    named = [problem["name"] for check in round_.verified()["checks"] for problem in check["problems"]]
    assert named.count("file-missing") == len(KINDS) and "rows-missing-at-end" in named


# What was rewritten with care: files, digests and seals that fit --------------------------------------------------------------


def test_a_reading_forged_with_its_digest_is_held_to_its_form(round_: VerifiedRound) -> None:
    path = next(path for path in (row.step.about.get("reading", "") for row in round_.rows) if path)
    text = (round_.path / path).read_text()
    round_.forge(path, edited(text, [("answer: yes", "answer: no")]).encode())
    value = round_.verified()
    problems = {problem["name"]: problem["message"] for check in value["checks"] for problem in check["problems"]}
    assert f"{path} is not what its form says" in problems["reading-differs"]
    assert "report-differs" in problems, "its figures do not come out again either"


def test_a_form_forged_with_its_digest_cannot_be_read_again(round_: VerifiedRound) -> None:
    round_.forge(round_.file_of("kept"), b"no workbook")
    assert "form-not-read" in round_.named()


def test_a_draw_forged_with_its_digest_does_not_come_out_again(round_: VerifiedRound) -> None:
    path = round_.file_of("drawn")
    lines = (round_.path / path).read_text().splitlines(keepends=True)
    round_.forge(path, "".join([*lines[:-3], *lines[-2:]]).encode())
    assert "draw-differs" in round_.named()


def test_figures_forged_in_a_report_are_held_to_its_row(round_: VerifiedRound) -> None:
    path = "reports/1/report.json"
    value = json.loads((round_.path / path).read_text())
    value["figures"]["unanswered"] = 7
    round_.forge(path, json.dumps(value).encode())
    assert "report-differs" in round_.named()


def test_figures_forged_in_a_report_and_in_its_row_do_not_come_out_again(round_: VerifiedRound) -> None:
    def change(_: int, step: Step) -> Step:
        if step.did != "reported":
            return step
        return Step(step.who, step.did, step.case, {**step.about, "figures": "0" * 64}, {})

    round_.rewrite(change)
    code, text = round_.says()
    assert code == 1 and "The figures in the report of row 8 do not come out again" in text


def test_a_report_of_another_row_than_the_one_before_it_is_told(round_: VerifiedRound) -> None:
    round_.rewrite(lambda _, step: Step(step.who, step.did, step.case, {**step.about, "rows": 5}, step.files))
    assert "report-row" in round_.named()


def test_a_report_made_with_other_rules_is_not_held_to_these_and_that_is_said(round_: VerifiedRound) -> None:
    def change(_: int, step: Step) -> Step:
        about = {**step.about, "rules": "f" * 16, "figures": "0" * 64} if step.did == "reported" else step.about
        return Step(step.who, step.did, step.case, about, {} if step.did == "reported" else step.files)

    round_.rewrite(change)
    code, text = round_.says()
    assert code == 0 and "was made with another framework or other rules" in text and "Nothing that was looked at" in text


def test_a_plan_whose_draw_was_changed_is_told_and_what_needs_it_is_not_done(round_: VerifiedRound) -> None:
    round_.plan(**{**PARTS, "draw": {"size": 9}})
    code, text = round_.says()
    assert code == 1 and "Plan: 1 wrong" in text and "The draw could not be made again" in text
    assert "Files: 11 files" in text, "what does not need it is looked at"


def test_a_later_step_leaves_the_figures_of_an_earlier_report_as_they_are(round_: VerifiedRound) -> None:
    round_.run("report")
    value = round_.verified()
    assert value["sound"] and {c["name"]: c["looked_at"] for c in value["checks"]}["reports"] == 2


# A printed seal ------------------------------------------------------------------------------------------------------------


def test_a_printed_seal_is_found_with_its_row_and_its_time(round_: VerifiedRound) -> None:
    row = round_.rows[4]
    for printed in (row.seal[:16], f" {row.seal[:8]} {row.seal[8:16].upper()}…"):
        code, text = round_.says("--seal", printed)
        assert code == 0 and f"it is that of row 5, {row.at[:10]}" in text and "3 steps were taken since" in text


@pytest.mark.parametrize(
    ("printed", "name"), [("0123456789abcdef", "seal-not-found"), ("abc", "no-seal"), ("12345xyz", "no-seal")]
)
def test_a_seal_that_is_not_there_is_told(round_: VerifiedRound, printed: str, name: str) -> None:
    code, text = round_.says("--seal", printed)
    assert code == 1 and name in text


def test_a_trail_rewritten_whole_fits_itself_and_not_the_printed_seal(round_: VerifiedRound) -> None:
    printed = round_.rows[5].seal
    round_.rewrite(lambda n, step: Step("M02", step.did, step.case, step.about, step.files) if n == 6 else step)
    assert round_.says("--seal", printed)[0] == 1
    assert not {"row-edited", "row-missing"} & round_.named(), "from the folder alone it cannot be seen"


def test_verifying_writes_nothing(round_: VerifiedRound) -> None:
    def digests() -> dict[str, str]:
        files = (path for path in round_.path.rglob("*") if path.is_file())
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    before = digests()
    round_.says()
    assert digests() == before


def test_an_engine_that_writes_figures_in_another_shape_compares_none(round_: VerifiedRound) -> None:
    def never(_: object) -> str:
        raise AssertionError("nothing is to be worked out")

    def said(_: bytes) -> str:
        return str(round_.rows[-1].step.about["figures"])

    with Auditor(knowledge(), "reference") as auditor:
        found = verify(round_.folder, auditor, Written(SHAPE_VERSION + 1, "9", never, never, said))
    assert found.is_sound and any("another shape" in words for check in found.checks for words in check.not_done)
