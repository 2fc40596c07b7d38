"""Readings as they come in: facts, then judgements, each whole or not at all."""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import click
import openpyxl
import pytest
from click.testing import CliRunner, Result

from forms import with_parts
from knowledge_base import knowledge
from quips.audits import Auditor
from quips.cli import main
from quips.cli.rounds import shared
from quips.explain import in_sentence
from quips.peeraudit import handingin
from quips.peeraudit.folder import RoundFolder
from quips.peeraudit.plan import SecondReadings
from quips.peeraudit.state import Phase
from quips.vocabulary import STAGES
from round_at_hand import EDITION, PROMPTS, RoundAtHand, case_text, plan
from round_forms import InHand, example

YES = dict.fromkeys(PROMPTS, "yes")
SOFFICE = shutil.which("soffice")


class Desk:
    """A round whose cases are given out, and readers who fill in forms."""

    def __init__(self, at_hand: RoundAtHand, monkeypatch: pytest.MonkeyPatch) -> None:
        self.round, self.path = at_hand, at_hand.path
        monkeypatch.setattr(shared, "read_plan", lambda folder, knowledge: at_hand.plan)
        monkeypatch.setattr(RoundFolder.__init__, "__defaults__", (at_hand._clock,))

    def run(self, *words: object) -> Result:
        return CliRunner().invoke(main, ["round", *map(str, words)], catch_exceptions=False)

    def works(self, command: str, *words: object) -> str:
        result = self.run(command, self.path, *words)
        assert result.exit_code == 0, result.output
        return " ".join(click.unstyle(result.output).split())

    def refused(self, command: str, *words: object) -> str:
        before = (self.path / "trail.jsonl").read_bytes()
        result = self.run(command, self.path, *words)
        assert result.exit_code == 2 and "Traceback" not in result.output, result.output
        assert (self.path / "trail.jsonl").read_bytes() == before, "what is refused leaves no row"
        return " ".join(click.unstyle(result.output).split())

    def form(self, reader: str, case: str, stage: str) -> Path:
        return self.path / "forms" / reader / f"{case}-{stage}.xlsx"

    def facts(self, reader: str, case: str, name: str = "composed-home-visits") -> Path:
        """The facts form of a case, filled in from an example."""
        self.works("forms", "--for", reader)
        return self.facts_in_hand(reader, case, name)

    def facts_in_hand(self, reader: str, case: str, name: str = "composed-home-visits") -> Path:
        """The facts form that lies there, filled in from an example."""
        path = self.form(reader, case, "facts")
        path.write_bytes(InHand(path.read_bytes()).record(example(name)).saved())
        return path

    def judging(self, reader: str, case: str, answers: dict[str, str] | None = None, reason: str = "As the file shows.") -> Path:
        path = self.form(reader, case, "judging")
        path.write_bytes(InHand(path.read_bytes()).judged(YES | (answers or {}), reason).saved())
        return path


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    at_hand = RoundAtHand(tmp_path / "round", replace(plan(), stages=("assessment",)))
    at_hand.draw(["TV-1", "TV-2"])
    at_hand.allocate(second=["TV-2"])
    return Desk(at_hand, monkeypatch)


def test_a_case_is_read_facts_first_and_judged_beside_what_was_found(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    assert f"forms/{reader}/TV-1-judging.xlsx" in desk.works("import", desk.facts(reader, "TV-1"))
    book = openpyxl.load_workbook(desk.form(reader, "TV-1", "judging"))
    found = "\n".join(str(cell.value) for row in book["What Quips found"].iter_rows() for cell in row if cell.value)
    with Auditor(knowledge(), "reference", EDITION) as auditor:
        audit = auditor.audit(desk.path / desk.round.case("TV-1").records[reader])
    for gap in audit.gaps:
        assert gap.finding.rule.title in found and gap.finding.rule.remedy in found
    assert desk.round.case("TV-1").phase is Phase.TO_READ
    told = desk.works("import", desk.judging(reader, "TV-1"))
    assert f"{len(PROMPTS)} of {len(PROMPTS)} questions answered" in told
    case = desk.round.case("TV-1")
    assert case.phase is Phase.TO_MODERATE
    newest = case.newest(reader)
    assert newest is not None and {p: s["answer"] for p, s in desk.round.book.judgements(case, reader).items()} == YES
    assert (desk.path / newest.form).read_bytes() == desk.form(reader, "TV-1", "judging").read_bytes(), "the form is kept"


ON_TIME, COMPLETED, TOLD = (
    f"omi-1/1.2/{name}" for name in ("rosh-screening-on-time", "roh-analysis-completed", "rosh-level-communicated")
)


def test_what_the_record_does_not_settle_says_what_stands_on_it(desk: Desk) -> None:
    """Else the question would say that nothing is settled, and the sheet beside it that it was done and is sufficient."""
    desk.round.plan = replace(desk.round.plan, prompts=(ON_TIME, COMPLETED, TOLD), stages=STAGES)
    reader = desk.round.case("TV-1").reader
    desk.works("import", desk.facts(reader, "TV-1"))
    form = InHand(desk.form(reader, "TV-1", "judging").read_bytes())
    asked = {str(cell.value).partition("\n")[2] for cell in form.book["Judgements"]["A"]}
    titles = {name: in_sentence(title) for name, title in knowledge().titles.items()}
    unsettled = "The record does not settle it."
    assert f"{ON_TIME}. {unsettled} Done, and whether it was on time is for you: {titles['screening-on-time']}." in asked
    inferred = "it uses what was inferred: full RoH analysis required"
    done = f"Done and sufficient: {titles['roh-analysis-completed']}. But this could change: {inferred}."
    assert f"{COMPLETED}. {unsettled} {done}" in asked
    [told] = [words for words in asked if words.startswith(TOLD)]
    assert told.endswith("That alone does not show a Yes.") and "Done and sufficient" in told


def test_what_was_read_is_what_the_example_says(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    desk.works("import", desk.facts(reader, "TV-1"))
    with Auditor(knowledge(), "reference", EDITION) as auditor:
        ours = auditor.audit(desk.path / desk.round.case("TV-1").records[reader])
        theirs = auditor.audit_document(example())
    activities = knowledge().vocabulary.activities
    assert ours.case.facts.keys() == theirs.case.facts.keys()
    for name, entries in theirs.case.entries.items():
        asked = activities[name].stage == "assessment"
        assert len(ours.case.entries.get(name, ())) == (len(entries) if asked else 0)


def test_the_same_form_twice_changes_nothing_whatever_program_saved_it(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    facts = desk.facts(reader, "TV-1")
    desk.works("import", facts)
    judged = desk.judging(reader, "TV-1")
    desk.works("import", judged)
    before = (desk.path / "trail.jsonl").read_bytes()
    assert "in already" in desk.works("import", judged)
    judged.write_bytes(InHand(judged.read_bytes()).saved())  # other bytes, the same answers
    assert "in already" in desk.works("import", judged)
    assert (desk.path / "trail.jsonl").read_bytes() == before
    assert "has judged TV-1 already" in desk.refused("import", facts)


def test_a_changed_reading_is_a_new_version_with_a_reason(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    desk.works("import", desk.facts(reader, "TV-1"))
    desk.works("import", desk.judging(reader, "TV-1"))
    changed = desk.judging(reader, "TV-1", {PROMPTS[0]: "no"})
    assert "Say why it is changed" in desk.refused("import", changed)
    desk.works("import", changed, "--because", "I had missed a page.")
    first, second = desk.round.case("TV-1").readings[reader]
    assert (first.version, second.version, second.because) == (1, 2, "I had missed a page.")
    assert (desk.path / first.file).is_file() and (desk.path / first.form).is_file(), "the earlier version stays"


def test_the_reason_may_stand_on_the_form(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    desk.works("import", desk.facts(reader, "TV-1"))
    desk.works("import", desk.judging(reader, "TV-1"))
    desk.works("forms", "--for", reader, "--case", "TV-1")
    path = desk.judging(reader, "TV-1", {PROMPTS[0]: "no"})
    hand = InHand(path.read_bytes())
    hand.write(("because",), "Talked to the officer.")
    path.write_bytes(hand.saved())
    desk.works("import", path)
    newest = desk.round.case("TV-1").newest(reader)
    assert newest is not None and newest.because == "Talked to the officer."


def test_every_no_needs_a_reason_and_all_is_told_at_once_by_its_cell(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    desk.works("import", desk.facts(reader, "TV-1"))
    path = desk.form(reader, "TV-1", "judging")
    hand = InHand(path.read_bytes()).judged(dict.fromkeys(PROMPTS, "no"), reason="")
    cells = [f"Judgements!{'C'}{hand.cells['judgements', prompt, 'reason'][0][1]}" for prompt in PROMPTS]
    path.write_bytes(hand.saved())
    told = desk.refused("import", path)
    assert all(cell in told for cell in cells) and told.count("Say why.") == len(PROMPTS)


def test_what_is_wrong_with_the_facts_is_told_in_one_go_and_in_words(desk: Desk) -> None:
    """A day to come, one that cannot be read, none on which the record was read, an edited question, a note beside the boxes."""
    reader = desk.round.case("TV-1").reader
    path = desk.facts(reader, "TV-1")
    hand = InHand(path.read_bytes())
    hand.write(("as_at",), None)
    screening = hand.write(("record", "rosh_screening", 0, "on"), "soon")
    page = hand.book["Assessment"]
    page["A1"], page["Z3"] = "Another title", "see file"
    path.write_bytes(hand.saved())
    told = desk.refused("import", path)
    assert "on which day the record was read" in told and screening in told
    assert "Assessment!A1" in told and "Assessment!Z3" in told and "outside-the-boxes" in told
    hand.write(("as_at",), "2010-11-12")
    later = hand.write(("record", "rosh_screening", 0, "on"), "2010-11-13")
    path.write_bytes(hand.saved())
    told = desk.refused("import", path)
    words = "is dated 13 November 2010, after the day the record was read (12 November 2010)"
    assert f"{later}: error: RoSH screening {words}" in told and "Assessment!A1" in told and "rosh_screening" not in told


def test_what_is_wrong_with_judgements_is_told_in_one_go_with_what_is_still_to_answer(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    desk.works("import", desk.facts(reader, "TV-1"))
    path = desk.form(reader, "TV-1", "judging")
    first, second, third, *others = PROMPTS
    hand = InHand(path.read_bytes()).judged(dict.fromkeys(others, "yes")).judged({first: "no"}, reason="")
    maybe = hand.write(("judgements", second, "answer"), "maybe")
    hand.book["Judgements"]["Z3"] = "ask her"
    path.write_bytes(hand.saved())
    told = desk.refused("import", path)
    row = hand.cells["judgements", first, "reason"][0][1]
    assert maybe in told and f"Judgements!C{row}: error: The answer is No" in told and "Judgements!Z3" in told
    assert f"warning: 1 question is still to answer: {third}. The form can go in without" in told


EXPLAINED = "omi-1/1.5/requirements-explained"


WARNED = "omi-1/2.7/discrimination-warned"


def case_without_induction(desk: Desk, asks: str = EXPLAINED) -> tuple[str, Path]:
    """A case of which the facts show no induction, and the form that asks whether the requirements were explained in it."""
    reader = desk.round.case("TV-1").reader
    desk.round.plan = replace(desk.round.plan, prompts=(asks,), stages=STAGES)
    desk.works("import", desk.facts(reader, "TV-1", "composed-custody-and-release"))
    desk.works("forms", "--for", reader)
    return reader, desk.form(reader, "TV-1", "judging")


@pytest.mark.parametrize("asks", [EXPLAINED, WARNED])  # one rule looks at each induction, the other whether one was like that
def test_a_yes_about_what_is_missing_needs_a_reason_of_more_than_a_word(desk: Desk, asks: str) -> None:
    """Nothing suggests an answer, for no rule looks at what is said in an induction; but there was none."""
    _, path = case_without_induction(desk, asks)
    sound = path.read_bytes()
    asked = [str(cell.value) for cell in InHand(sound).book["Judgements"]["A"] if asks in str(cell.value)]
    assert len(asked) == 1 and "a Yes needs its reason" in asked[0] and "an induction at the start of the licence" in asked[0]
    for reason in ("", "fine", "Seen it."):
        path.write_bytes(InHand(sound).judged({asks: "yes"}, reason=reason).saved())
        told = desk.refused("import", path)
        assert "Judgements!C" in told and "falls short: an induction at the start of the licence (missing)" in told, reason
    path.write_bytes(InHand(sound).judged({asks: "yes"}, reason="The prison did it.").saved())
    desk.works("import", path)


def test_a_no_about_what_is_missing_needs_a_reason_as_any_no_does(desk: Desk) -> None:
    _, path = case_without_induction(desk)
    path.write_bytes(InHand(path.read_bytes()).judged({EXPLAINED: "no"}, reason="Never.").saved())
    desk.works("import", path)


def test_a_yes_against_the_facts_is_not_settled_unseen(desk: Desk) -> None:
    _, path = case_without_induction(desk)
    path.write_bytes(InHand(path.read_bytes()).judged({EXPLAINED: "yes"}, reason="The prison did it.").saved())
    desk.works("import", path)
    told = desk.works("settle", "--all-agreed", "--as", "M01")
    assert "an answer goes against the facts: TV-1" in told and "The prison did it." in told
    assert desk.round.case("TV-1").moderated is None
    desk.works("settle", "--sheet", "--as", "M01")
    sheet = desk.path / "forms" / "settling-M01.xlsx"
    hand = InHand(sheet.read_bytes())
    assert any(
        "Look at this: " in str(cell.value) and "The prison did it." in str(cell.value) for cell in hand.book["Cases"]["A"]
    )
    hand.write(("settle", "TV-1"), True)
    sheet.write_bytes(hand.saved())
    desk.works("import", sheet)
    assert desk.round.case("TV-1").moderated is not None


def test_an_answer_against_the_record_needs_a_reason(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    desk.works("import", desk.facts(reader, "TV-1"))
    with Auditor(knowledge(), "reference", EDITION) as auditor:
        audit = auditor.audit(desk.path / desk.round.case("TV-1").records[reader])
    suggested = [one.prompt.name for one in audit.proposals if one.answer == "yes"][:3]
    desk.round.plan = replace(desk.round.plan, prompts=tuple(suggested))
    desk.works("forms", "--for", reader)
    path = desk.form(reader, "TV-1", "judging")
    sound = path.read_bytes()
    path.write_bytes(InHand(sound).judged(dict.fromkeys(suggested, "not_applicable"), reason="").saved())
    told = desk.refused("import", path)
    assert len(suggested) == 3 and told.count("The record suggests yes, and the answer is not applicable.") == 3
    path.write_bytes(InHand(sound).judged(dict.fromkeys(suggested, "not_applicable")).saved())
    desk.works("import", path)


def test_what_is_left_open_is_named_and_the_case_waits(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    desk.works("import", desk.facts(reader, "TV-1"))
    path = desk.form(reader, "TV-1", "judging")
    path.write_bytes(InHand(path.read_bytes()).judged(dict.fromkeys(PROMPTS[1:], "yes")).saved())
    told = desk.works("import", path)
    assert f"{len(PROMPTS) - 1} of {len(PROMPTS)}" in told and f"Still to answer: {PROMPTS[0]}" in told
    assert desk.round.case("TV-1").phase is Phase.TO_READ


def test_good_practice_is_kept_in_the_readers_words(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    desk.works("import", desk.facts(reader, "TV-1"))
    path = desk.judging(reader, "TV-1")
    hand = InHand(path.read_bytes())
    hand.write(("good_practice", 0), "A letter in plain words.")
    hand.write(("good_practice", 3), "Every door knocked on.")
    path.write_bytes(hand.saved())
    desk.works("import", path)
    newest = desk.round.case("TV-1").newest(reader)
    assert newest is not None and newest.good_practice == ("A letter in plain words.", "Every door knocked on.")


def test_a_second_reader_begins_with_nothing_of_the_firsts_nor_of_what_the_team_knows(desk: Desk) -> None:
    case = desk.round.case("TV-2")
    (desk.path / "cases").mkdir()
    (desk.path / "cases" / "TV-2.yaml").write_text(case_text("TV-2", {}), encoding="utf-8")
    desk.works("import", desk.facts(case.reader, "TV-2"))
    desk.works("import", desk.judging(case.reader, "TV-2"))
    desk.works("forms", "--for", case.second_reader)
    hand = InHand(desk.form(case.second_reader, "TV-2", "facts").read_bytes())
    assert [path for path in hand.cells if any(hand.values(path))] == [("case",)]
    written = desk.form(case.second_reader, "TV-2", "facts").read_bytes()
    assert case.reader.encode() not in written


def test_what_the_team_knows_beforehand_fills_in_the_first_readers_form(desk: Desk) -> None:
    (desk.path / "cases").mkdir()
    (desk.path / "cases" / "TV-1.yaml").write_text(case_text("TV-1", {}), encoding="utf-8")
    reader = desk.round.case("TV-1").reader
    desk.works("forms", "--for", reader)
    assert "the facts read by" in desk.works("import", desk.form(reader, "TV-1", "facts"))


def test_facts_can_call_for_a_second_reading(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = desk.round.case("TV-1").reader
    with Auditor(knowledge(), "reference", EDITION) as auditor:
        gaps = [gap.finding.rule.name for gap in auditor.audit_document(example("composed-risk-of-harm")).gaps]
    desk.round.plan = replace(desk.round.plan, second=SecondReadings(rules=frozenset(gaps)))
    told = desk.works("import", desk.facts(reader, "TV-1", "composed-risk-of-harm"))
    case = desk.round.case("TV-1")
    assert case.second_reader and f"a second time, by {case.second_reader}" in told
    groups = desk.round.state.groups
    assert case.second_reader not in groups[case.group]


def test_an_urgent_gap_is_told_before_all_else(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    lines = desk.run("import", desk.path, desk.facts(reader, "TV-1", "composed-safeguarding")).stdout.splitlines()
    with Auditor(knowledge(), "reference", EDITION) as auditor:
        is_urgent = bool(auditor.audit(desk.path / desk.round.case("TV-1").records[reader]).urgent)
    assert is_urgent == lines[0].startswith("URGENT") and is_urgent


def test_what_was_written_down_of_a_case_is_not_called_out_again(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    told = desk.works("import", desk.facts(reader, "TV-1", "composed-safeguarding"))
    assert told.startswith("URGENT: TV-1:") and "Then: quips round urgent" in told
    desk.works("urgent", "TV-1", "--as", reader, "--concern", "A child may live there.", "--told", "The SPO, at ten.")
    told = desk.works("import", desk.judging(reader, "TV-1"))
    assert "URGENT" not in told and "quips round urgent" not in told
    assert "What was done at once is written down; if there is more, speak to your manager today." in told


def test_what_cannot_wait_is_written_down_at_any_time_of_any_case(desk: Desk) -> None:
    told = desk.works("urgent", "TV-999", "--as", "R03", "--concern", "A child may be at risk.", "--told", "The SPO, 10:15.")
    assert told.startswith("If somebody may be at risk now") and [one.case for one in desk.round.state.urgent] == ["TV-999"]
    assert "who was told" in desk.refused("urgent", "TV-1", "--as", "R03", "--concern", "x", "--told", " ")


# What must not come in ----------------------------------------------------------------------------------------------------


def test_a_form_of_another_round_or_reader_is_refused(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = desk.round.case("TV-1").reader
    form = desk.facts(reader, "TV-1")
    assert f"made for {reader}" in desk.refused("import", form, "--as", "R06")
    other = RoundAtHand(tmp_path / "other")
    other.draw(["TV-1", "TV-3"])
    other.allocate()
    elsewhere = Desk(other, monkeypatch)
    assert "Hand it in to the round it belongs to" in elsewhere.refused("import", form)


def test_a_form_with_another_reference_is_refused_at_its_cell(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    path = desk.facts(reader, "TV-1")
    hand = InHand(path.read_bytes())
    cell = hand.write(("case",), "TV-2")
    path.write_bytes(hand.saved())
    assert cell in desk.refused("import", path)


def test_a_day_on_which_the_record_was_read_is_needed(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    path = desk.facts(reader, "TV-1")
    hand = InHand(path.read_bytes())
    cell = hand.write(("as_at",), None)
    path.write_bytes(hand.saved())
    told = desk.refused("import", path)
    assert cell in told and "on which day the record was read" in told


def test_macros_formulas_moved_rows_and_renamed_sheets_are_refused(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    desk.works("import", desk.facts(reader, "TV-1"))
    path = desk.judging(reader, "TV-1")
    sound = path.read_bytes()

    def attempt(data: bytes) -> str:
        path.write_bytes(data)
        return desk.refused("import", path)

    assert "macros" in attempt(with_parts(sound, lambda _, part: part, {"xl/vbaProject.bin": b"x"}))
    book = openpyxl.load_workbook(io.BytesIO(sound))
    book["Judgements"].title = "Answers"
    assert "renamed" in attempt(saved(book))
    book = openpyxl.load_workbook(io.BytesIO(sound))
    book["Judgements"].insert_rows(6)
    assert "rows may have been moved" in attempt(saved(book))
    book = openpyxl.load_workbook(io.BytesIO(sound))
    book["Judgements"]["C6"] = "=1+1"
    assert "formula" in attempt(saved(book))
    assert "not an Excel workbook" in attempt(b"no workbook")
    path.write_bytes(sound)
    desk.works("import", path)


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_those_that_are_right_go_in_though_others_are_wrong(desk: Desk) -> None:
    first, second = desk.round.case("TV-1").reader, desk.round.case("TV-2").reader
    right, wrong = desk.facts(first, "TV-1"), desk.facts(second, "TV-2")
    wrong.write_bytes(b"torn")
    result = desk.run("import", desk.path, wrong, right)
    assert result.exit_code == 2 and "1 of 2 was not taken. The others are in." in result.stderr
    assert first in desk.round.case("TV-1").records and not desk.round.case("TV-2").records


def test_a_form_that_is_being_filled_in_is_left_alone(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    path = desk.facts(reader, "TV-1")
    begun = path.read_bytes()
    assert "left alone" in desk.works("forms", "--for", reader)
    assert path.read_bytes() == begun
    desk.works("import", path)
    desk.works("forms", "--for", reader)
    assert path.read_bytes() == begun


def test_a_settled_case_takes_no_reading(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    desk.works("import", desk.facts(reader, "TV-1"))
    desk.works("import", desk.judging(reader, "TV-1"))
    desk.round.settle("TV-1")
    assert "settled, and locked" in desk.refused("import", desk.judging(reader, "TV-1", {PROMPTS[0]: "no"}), "--because", "x")


# Known cases --------------------------------------------------------------------------------------------------------------


def test_a_reader_qualifies_on_a_known_case(desk: Desk) -> None:
    desk.round.plan = replace(desk.round.plan, qualify=0.8)
    reader = desk.round.case("TV-1").reader
    (desk.path / "known").mkdir()
    for known in ("K-1", "K-2"):
        (desk.path / "known" / f"{known}.yaml").write_text(case_text(known, YES), encoding="utf-8")
    assert "No form is to be filled in" in desk.works("forms", "--for", reader)
    desk.works("forms", "--known", "--for", reader)
    form = desk.form(reader, "K-1", "known")
    hand = InHand(form.read_bytes())
    assert not any(value for path in hand.cells if path[0] == "judgements" for value in hand.values(path))
    form.write_bytes(hand.judged(YES | {PROMPTS[0]: "no", PROMPTS[1]: "no"}).saved())
    assert f"{len(PROMPTS) - 2} of {len(PROMPTS)}" in desk.works("qualify", form, "--as", reader)
    assert reader not in desk.round.state.qualified
    form.write_bytes(InHand(form.read_bytes()).judged(YES).saved())
    assert "was told its answers. Read another known case" in desk.refused("qualify", form, "--as", reader)
    another = desk.form(reader, "K-2", "known")
    another.write_bytes(InHand(another.read_bytes()).judged(YES | {PROMPTS[0]: "no"}).saved())
    assert f"{reader} can read now" in desk.works("qualify", another, "--as", reader)
    assert "TV-1-facts.xlsx" in desk.works("forms", "--for", reader)


def test_a_known_case_is_not_handed_in_as_a_reading(desk: Desk) -> None:
    (desk.path / "known").mkdir()
    (desk.path / "known" / "K-1.yaml").write_text(case_text("K-1", YES), encoding="utf-8")
    desk.works("forms", "--known", "--for", "R01")
    assert "quips round qualify" in desk.refused("import", desk.form("R01", "K-1", "known"))


# What verify will ask -----------------------------------------------------------------------------------------------------


def test_the_kept_form_gives_the_reading_again(desk: Desk) -> None:
    reader = desk.round.case("TV-1").reader
    desk.works("import", desk.facts(reader, "TV-1"))
    desk.works("import", desk.judging(reader, "TV-1"))
    newest = desk.round.case("TV-1").newest(reader)
    assert newest is not None
    again = handingin.reading_text(desk.round.book, (desk.path / newest.form).read_bytes(), newest.form)
    assert again == (desk.path / newest.file).read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
def test_forms_that_libreoffice_saved_come_in(desk: Desk, tmp_path: Path) -> None:
    reader = desk.round.case("TV-1").reader

    def opened_and_saved(path: Path) -> None:
        command = [
            str(SOFFICE),
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            str(tmp_path),
            str(path),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        shutil.move(tmp_path / path.name, path)

    facts = desk.facts(reader, "TV-1")
    opened_and_saved(facts)
    desk.works("import", facts)
    judged = desk.judging(reader, "TV-1")
    opened_and_saved(judged)
    assert f"{len(PROMPTS)} of {len(PROMPTS)}" in desk.works("import", judged)
