"""Cases settled and signed: from the command line and from sheets, by whom, and not before all that has to be is in."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from quips.peeraudit.doublereading import changed_after, read_blind
from quips.peeraudit.folder import RoundFolder
from quips.peeraudit.state import Phase
from quips.peeraudit.steps import feeding_back, reading, setting_up
from round_at_hand import BEGAN, PROMPTS, RoundAtHand, case_text
from round_commands import Commands
from round_forms import InHand

FIRST, SECOND = PROMPTS[:2]


@pytest.fixture
def at_hand(tmp_path: Path) -> RoundAtHand:
    """A case read once, and one read twice by readers who differ on two questions."""
    found = RoundAtHand(tmp_path / "round")
    found.draw(["TV-1", "TV-2"])
    found.allocate(second=["TV-2"])
    found.submit("TV-1")
    one, other = found.case("TV-2").readers
    found.submit("TV-2", one, {FIRST: "no"})
    found.submit("TV-2", other, {SECOND: "not_applicable"})
    return found


@pytest.fixture
def run(at_hand: RoundAtHand, monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(at_hand, monkeypatch)


def sheet(at_hand: RoundAtHand, name: str) -> InHand:
    return InHand((at_hand.path / "forms" / name).read_bytes())


def keep(at_hand: RoundAtHand, name: str, hand: InHand) -> Path:
    path = at_hand.path / "forms" / name
    path.write_bytes(hand.saved())
    return path


def test_nothing_is_told_of_a_case_of_which_a_reading_is_to_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = RoundAtHand(tmp_path / "round")
    found.draw(["TV-1", "TV-2"])
    found.allocate(second=["TV-2"])
    found.submit("TV-2", found.case("TV-2").reader, {FIRST: "no"})
    told = Commands(found, monkeypatch).told("agree")
    assert "1 case to be read twice waits for a reading" in told and FIRST not in told and "TV-2" not in told


def test_agreement_and_every_difference_with_what_each_said(at_hand: RoundAtHand, run: Commands) -> None:
    value = json.loads(run.shown("agree", "--format", "json"))
    assert {(one["prompt"], one["first"]["answer"], one["second"]["answer"]) for one in value["differ"]} == {
        (FIRST, "no", "yes"),
        (SECOND, "yes", "not_applicable"),
    }
    counts = {one["question"]: (one["agree"], one["of"]) for one in value["questions"]}
    assert counts == {prompt: (0 if prompt in (FIRST, SECOND) else 1, 1) for prompt in PROMPTS}
    text = run.told("agree")
    assert "first reader: No (evidence: " in text and "As the file shows." in text


def test_where_readers_differ_is_told_first_and_no_measure_of_a_single_case(at_hand: RoundAtHand, run: Commands) -> None:
    text = run.told("agree")
    assert text.index("Where readers differ (2)") < text.index("How often both readers gave the same answer (6 questions)")
    assert f"{FIRST}: in 0 of 1" in text and "On 4 questions: in every case." in text
    assert "kappa" not in text and "undefined" not in text


def test_what_a_moderator_may_not_settle_is_not_passed_over_in_silence(at_hand: RoundAtHand, run: Commands) -> None:
    at_hand.take(lambda state: setting_up.declare(at_hand.plan, state, "M01", "TV-1", "I know her."))
    told = run.works("settle", "--all-agreed", who="M01")
    assert "Left to another moderator: M01 has a conflict with TV-1" in told


def test_what_readers_agree_on_is_settled_with_one_word(at_hand: RoundAtHand, run: Commands) -> None:
    assert "1 settled: TV-1." in run.works("settle", "--all-agreed", who="M01")
    assert (at_hand.case("TV-1").phase, at_hand.case("TV-2").phase) == (Phase.TO_FEED_BACK, Phase.TO_MODERATE)


def test_a_case_is_settled_by_options_once_every_difference_has_an_answer_and_a_reason(
    at_hand: RoundAtHand, run: Commands
) -> None:
    assert "while the readers differ on" in run.refused("settle", "TV-2", "--answer", f"{FIRST}=no: Seen on page 4.", who="M01")
    assert not at_hand.case("TV-2").adjudicated, "nothing of it was taken"
    assert "does not say an answer and why" in run.refused("settle", "TV-2", "--answer", f"{FIRST}=no", who="M01")
    assert "do not differ on" in run.refused("settle", "TV-2", "--answer", f"{PROMPTS[3]}=no: x", who="M01")
    both = ("--answer", f"{FIRST}=no: Seen on page 4.", "--answer", f"{SECOND}=not applicable: No such work.")
    run.works("settle", "TV-2", *both, who="M01")
    case = at_hand.case("TV-2")
    assert case.phase is Phase.TO_FEED_BACK and case.adjudicated[SECOND].answer == "not_applicable"
    judged = {one.question: one.answer for one in at_hand.book.judged(at_hand.state).settled}
    assert (judged[FIRST], judged[SECOND], judged[PROMPTS[2]]) == ("no", "not_applicable", "yes")


def test_whoever_read_a_case_does_not_settle_it(at_hand: RoundAtHand, run: Commands) -> None:
    assert "cannot settle a case" in run.refused("settle", "TV-1", who=at_hand.case("TV-1").reader)


def test_the_second_readers_record_needs_a_reason(at_hand: RoundAtHand, run: Commands) -> None:
    both = ("--answer", f"{FIRST}=no: x", "--answer", f"{SECOND}=yes: x")
    second = at_hand.case("TV-2").second_reader
    assert "Say why the second reader's record" in run.refused("settle", "TV-2", *both, "--record-of", second, who="M01")
    run.works("settle", "TV-2", *both, "--record-of", second, "--because", "The first missed volume 2.", who="M01")
    moderated = at_hand.case("TV-2").moderated
    assert moderated is not None and moderated.record_of == second


def test_a_sheet_settles_all_that_waits_and_twice_changes_nothing(at_hand: RoundAtHand, run: Commands) -> None:
    run.works("settle", "--sheet", who="M01")
    hand = sheet(at_hand, "settling-M01.xlsx")
    hand.write(("settle", "TV-1"), True)
    hand.write(("settle", "TV-2"), True)
    path = keep(at_hand, "settling-M01.xlsx", hand)
    told = run.refused("import", path, who="")
    cells = [hand.cells["answers", "TV-2", prompt, "answer"][0] for prompt in (FIRST, SECOND)]
    assert all(f"Where they differ!B{row}" in told for _, row, _, _ in cells)
    assert at_hand.case("TV-1").moderated is None, "a sheet goes in whole or not at all"
    for prompt in (FIRST, SECOND):
        hand.write(("answers", "TV-2", prompt, "answer"), "no")
        hand.write(("answers", "TV-2", prompt, "reason"), "Talked over.")
    keep(at_hand, "settling-M01.xlsx", hand)
    run.works("import", path, who="")
    assert {case.phase for case in at_hand.state.cases.values()} == {Phase.TO_FEED_BACK}
    before = (at_hand.path / "trail.jsonl").read_bytes()
    assert "settled before" in run.works("import", path, who="")
    assert (at_hand.path / "trail.jsonl").read_bytes() == before


def test_a_sheet_does_not_settle_a_reading_that_has_changed_since(at_hand: RoundAtHand, run: Commands) -> None:
    run.works("settle", "--sheet", who="M01")
    hand = sheet(at_hand, "settling-M01.xlsx")
    hand.write(("settle", "TV-1"), True)
    at_hand.submit("TV-1", answers={FIRST: "no"}, because="I had missed a page.")
    assert "read, given out or opened again since" in run.refused("import", keep(at_hand, "settling-M01.xlsx", hand), who="")


def test_a_settled_case_can_be_opened_again_with_a_reason(at_hand: RoundAtHand, run: Commands) -> None:
    run.works("settle", "--all-agreed", who="M01")
    assert "Say why" in run.refused("reopen", "TV-1", who="M01")
    run.works("reopen", "TV-1", "--because", "A volume was found.", who="M02")
    assert at_hand.case("TV-1").phase is Phase.TO_MODERATE


def test_a_sheet_from_before_a_case_was_opened_again_does_not_settle_it_again(at_hand: RoundAtHand, run: Commands) -> None:
    run.works("settle", "--sheet", who="M01")
    hand = sheet(at_hand, "settling-M01.xlsx")
    hand.write(("settle", "TV-1"), True)
    path = keep(at_hand, "settling-M01.xlsx", hand)
    run.works("import", path, who="")
    run.works("reopen", "TV-1", "--because", "A volume was found.", who="M02")
    assert "opened again since this sheet was made" in run.refused("import", path, who="")
    assert at_hand.case("TV-1").phase is Phase.TO_MODERATE


def test_a_new_sheet_leaves_alone_the_one_that_is_being_filled_in(at_hand: RoundAtHand, run: Commands) -> None:
    run.works("settle", "--sheet", who="M01")
    hand = sheet(at_hand, "settling-M01.xlsx")
    hand.write(("answers", "TV-2", FIRST, "reason"), "An afternoon's work.")
    path = keep(at_hand, "settling-M01.xlsx", hand)
    begun = path.read_bytes()
    assert "settling-M01-2.xlsx" in run.works("settle", "--sheet", who="M01")
    assert path.read_bytes() == begun


def test_the_sheet_shows_what_each_said_what_the_records_suggest_and_what_was_settled_before(
    at_hand: RoundAtHand, run: Commands
) -> None:
    second = at_hand.case("TV-2").second_reader
    at_hand.submit("TV-2", second, {SECOND: "not_applicable"}, "Another volume.", "composed-safeguarding")
    both = ("--answer", f"{FIRST}=no: Seen on page 4.", "--answer", f"{SECOND}=not applicable: No such work.")
    run.works("settle", "TV-2", *both, who="M01")
    run.works("reopen", "TV-2", "--because", "Looked at anew.", who="M01")
    run.works("settle", "--sheet", who="M01")
    hand = sheet(at_hand, "settling-M01.xlsx")
    _, row, _, _ = hand.cells["answers", "TV-2", FIRST, "answer"][0]
    shown = [str(cell.value or "") for cell in hand.book["Where they differ"][row]]
    assert shown[1:3] == ["No", "Seen on page 4."] and shown[4].startswith("No ") and shown[5].startswith("Yes ")
    first, other = (at_hand.book.audit(at_hand.case("TV-2").newest(who).file) for who in at_hand.case("TV-2").readers)
    for audit in (first, other):
        proposed = next(one.answer for one in audit.proposals if one.prompt.name == FIRST)
        assert proposed.replace("_", " ") in shown[6].lower()
    _, row, _, _ = hand.cells["settle", "TV-2"][0]
    under = str(hand.book["Cases"].cell(row, 1).value)
    for audit in (first, other):
        assert all(gap.finding.rule.title in under for gap in audit.gaps)


def test_nobody_learns_from_a_refusal_where_readers_differ_before_both_are_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = RoundAtHand(tmp_path / "round")
    found.draw(["TV-1", "TV-2"])
    found.allocate(second=["TV-2"])
    one, other = found.case("TV-2").readers
    found.submit("TV-2", one, {FIRST: "no"})
    found.submit("TV-2", other, complete=False)
    run = Commands(found, monkeypatch)
    for who in ("M01", other):
        told = run.refused("settle", "TV-2", "--answer", f"{SECOND}=no: x", who=who)
        assert FIRST not in told and ("They differ on nothing" in told or "cannot settle" in told)


def test_agreement_counts_what_each_said_before_both_were_in(at_hand: RoundAtHand, run: Commands) -> None:
    second = at_hand.case("TV-2").second_reader
    at_hand.submit("TV-2", second, {FIRST: "no"}, because="The first reader is right.")
    value = json.loads(run.shown("agree", "--format", "json"))
    assert {one["question"]: one["agree"] for one in value["questions"]}[FIRST] == 0
    assert value["changed_after"] == ["TV-2"] and not value["differ"]
    assert "In 1 case (TV-2) a reader changed a reading after both were in" in run.told("agree")


def test_a_reading_changed_before_the_other_is_in_is_still_blind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = RoundAtHand(tmp_path / "round")
    found.draw(["TV-1", "TV-2"])
    found.allocate(second=["TV-2"])
    one, other = found.case("TV-2").readers
    found.submit("TV-2", one, {FIRST: "no"})
    found.submit("TV-2", one, because="I had missed a page.")
    found.submit("TV-2", other)
    value = json.loads(Commands(found, monkeypatch).shown("agree", "--format", "json"))
    assert {one["question"]: one["agree"] for one in value["questions"]} == dict.fromkeys(PROMPTS, 1)
    assert value["changed_after"] == []


def test_with_nothing_read_twice_the_marking_stands_on_what_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = RoundAtHand(tmp_path / "round")
    found.draw(["TV-1"])
    assert Commands(found, monkeypatch).told("agree").startswith("No case has been read by two yet. OFFICIAL-SENSITIVE")


def test_a_case_that_waits_for_somebody_to_read_it_again_is_left_by_one_word(at_hand: RoundAtHand, run: Commands) -> None:
    marked = {"second_because": "gap: no plan"}
    at_hand.take(lambda state: setting_up.reallocate(at_hand.plan, state, "L01", "TV-1", marked, "A rule marks it."))
    told = run.works("settle", "--all-agreed", who="M01")
    assert "Left, as nobody has been found for a second reading: TV-1." in told
    assert at_hand.case("TV-1").moderated is None
    assert "nobody does yet" in run.refused("settle", "TV-1", who="M01")
    run.works("settle", "TV-1", "--because", "Nobody of another team is left.", who="M01")
    at_hand.feed_back("TV-1")
    told = run.works("countersign", "TV-1", who="D01")
    assert "A second reading was called for (gap: no plan), and was done without." in told
    assert "Nobody of another team is left." in told


# Signing ------------------------------------------------------------------------------------------------------------------


def fed_back(at_hand: RoundAtHand, done: bool = True) -> None:
    at_hand.settle("TV-1")
    at_hand.feed_back("TV-1")
    if done:
        at_hand.act("TV-1")


def test_a_director_sees_what_there_is_to_sign_and_what_keeps_it(at_hand: RoundAtHand, run: Commands) -> None:
    fed_back(at_hand, done=False)
    told = run.works("countersign", "TV-1", who="D01")
    assert "First causes:" in told and "Action 1, open" in told and "cannot be signed while action" in told
    at_hand.act("TV-1")
    assert "To sign: quips round countersign" in run.works("countersign", "TV-1", who="D01")
    assert at_hand.case("TV-1").signature is None


def test_a_director_signs_or_refuses_with_a_reason(at_hand: RoundAtHand, run: Commands) -> None:
    fed_back(at_hand)
    assert "Say why it is refused" in run.refused("countersign", "TV-1", "--refuse", who="D01")
    run.works("countersign", "TV-1", "--refuse", "--because", "Too thin.", who="D01")
    assert at_hand.case("TV-1").phase is Phase.TO_FEED_BACK
    at_hand.feed_back("TV-1")
    at_hand.act("TV-1")
    run.works("countersign", "TV-1", "--accept", who="D01")
    assert at_hand.case("TV-1").phase is Phase.COUNTERSIGNED


def test_nobody_signs_on_a_sheet_what_has_changed_since(at_hand: RoundAtHand, run: Commands) -> None:
    fed_back(at_hand)
    run.works("countersign", "--sheet", who="D01")
    hand = sheet(at_hand, "signing-D01.xlsx")
    hand.write(("sign", "TV-1"), "accept")
    path = keep(at_hand, "signing-D01.xlsx", hand)
    at_hand.sign("TV-1", accepts=False)
    at_hand.feed_back("TV-1")
    at_hand.act("TV-1")
    assert "has changed since" in run.refused("import", path, who="")
    told = run.works("countersign", "--sheet", who="D01")
    assert "signing-D01-2.xlsx" in told, "beside the one that is filled in"
    hand = sheet(at_hand, "signing-D01-2.xlsx")
    hand.write(("sign", "TV-1"), "accept")
    path = keep(at_hand, "signing-D01-2.xlsx", hand)
    run.works("import", path, who="")
    assert at_hand.case("TV-1").phase is Phase.COUNTERSIGNED
    assert "Nothing was changed" in run.works("import", path, who="")


def test_what_is_shown_on_a_sheet_to_sign_stands_in_rows_that_can_be_read_however_much_it_is(
    at_hand: RoundAtHand, run: Commands
) -> None:
    fed_back(at_hand, done=False)
    case, plan = at_hand.case("TV-1"), at_hand.plan
    rules = at_hand.book.gap_rules(case)
    said = [
        {"number": n, "status": "done", "done_on": "2026-11-20", "evidence": "Entry of that day. " * 800} for n in case.actions
    ]
    at_hand.take(lambda state: feeding_back.act(plan, state, case.officer, "TV-1", said))
    at_hand.read_again("TV-1")
    run.works("countersign", "--sheet", who="D01")
    page = openpyxl.load_workbook(at_hand.path / "forms" / "signing-D01.xlsx")["To sign"]
    asked = [one.error for one in page.data_validations.dataValidation]
    assert asked and not [words for words in asked if "Leave it blank" in words], "what has to be answered is not left blank"
    heights = [page.row_dimensions[n].height or 15 for n in range(1, page.max_row + 1)]
    assert max(heights) <= 409 and max(len(str(cell.value or "")) for cell in page["A"]) <= 2500
    told = [str(cell.value) for cell in page["A"]]
    titles = at_hand.book.auditor.knowledge.titles
    assert all(f"Still open: {titles[rule]}." in told for rule in rules) and len(rules) > 1
    hand = sheet(at_hand, "signing-D01.xlsx")
    hand.write(("sign", "TV-1"), "accept")
    run.works("import", keep(at_hand, "signing-D01.xlsx", hand), who="")


def test_a_refusal_on_a_sheet_needs_a_reason_at_its_cell(at_hand: RoundAtHand, run: Commands) -> None:
    fed_back(at_hand)
    run.works("countersign", "--sheet", who="D01")
    hand = sheet(at_hand, "signing-D01.xlsx")
    hand.write(("sign", "TV-1"), "refuse")
    row = hand.cells["because", "TV-1"][0][1]
    assert f"To sign!C{row}" in run.refused("import", keep(at_hand, "signing-D01.xlsx", hand), who="")


def test_of_a_case_that_is_not_settled_nothing_is_said_of_gaps(at_hand: RoundAtHand, run: Commands) -> None:
    told = run.works("countersign", "TV-1", who="D01")
    assert "Not settled yet." in told and "No gap" not in told


def test_a_director_sees_which_gaps_closed_what_was_set_aside_and_the_letters(at_hand: RoundAtHand, run: Commands) -> None:
    fed_back(at_hand, done=False)
    case, plan = at_hand.case("TV-1"), at_hand.plan
    titles = at_hand.book.auditor.knowledge.titles
    aside, closed = "home-visit-repeated", "home-visit-where-rosh-is-high"
    gaps = at_hand.book.gap_rules(case)
    at_hand.take(lambda state: feeding_back.dispute(plan, state, case.officer, "TV-1", aside, "On paper.", gaps))
    at_hand.take(lambda state: feeding_back.answer_dispute(plan, state, "M01", "TV-1", aside, "set_aside", "Seen."))
    at_hand.read_again("TV-1", {"home_visit": {"on": "2010-11-20", "purposeful": True}})
    told = run.works("countersign", "TV-1", who="D01")
    stays = "done on 20 November 2010; that it was late stays in the settled record"
    assert f"Closed: {titles[closed]}: {stays}." in told
    assert f"({titles[aside]}): On paper. Set aside by M01: Seen." in told
    assert "Letter" not in told, "no letter is kept of this feedback"
    assert titles[aside] not in told.partition("First causes:")[2].partition("Action 1")[0]


def test_a_director_is_told_first_of_gaps_that_are_open_and_of_work_done_before_the_feedback(
    at_hand: RoundAtHand, run: Commands
) -> None:
    fed_back(at_hand, done=False)
    titles = at_hand.book.auditor.knowledge.titles
    run.works("act", "TV-1", "1", "--done", "2001-02-03", "--evidence", "In the file.", who=at_hand.case("TV-1").officer)
    at_hand.read_again("TV-1", {"home_visit": {"on": "2010-11-20", "purposeful": False}})
    told = run.works("countersign", "TV-1", who="D01")
    assert "Look first: 1 gap is open at the last reading" in told.partition("First causes:")[0]
    assert f"Still open: {titles['home-visit-where-rosh-is-high']}." in told
    assert "on 3 February 2001 (before the feedback): In the file." in told
    at_hand.read_again("TV-1", {"home_visit": {"on": "2010-11-20", "purposeful": True}})
    assert "Look first" not in run.works("countersign", "TV-1", who="D01"), "the last reading counts"


def test_a_director_is_asked_only_of_what_they_may_sign(at_hand: RoundAtHand, run: Commands) -> None:
    at_hand.settle("TV-1", by="M02")  # a director as well
    at_hand.feed_back("TV-1")
    at_hand.act("TV-1")
    assert "Nothing waits for M02 to sign" in run.works("countersign", "--sheet", who="M02")
    assert "1 case to sign by D01" in run.works("countersign", "--sheet", who="D01")
    assert "M01 cannot countersign" in run.refused("countersign", "--sheet", who="M01")


def test_what_is_blind_goes_by_the_order_of_rows_and_not_by_the_clock(tmp_path: Path) -> None:
    """Handed in within one second, the first reader's second version still came after both were in."""
    found = RoundAtHand(tmp_path / "round")
    found.draw(["TV-1", "TV-2"])
    found.allocate(second=["TV-2"])
    found.folder = RoundFolder(found.path, lambda: BEGAN)
    one, other = found.case("TV-2").readers
    found.submit("TV-2", one, {FIRST: "no"})
    found.submit("TV-2", other)
    found.submit("TV-2", one, because="I have seen the other's.")
    assert [reading.version for reading in read_blind(found.case("TV-2"))] == [1, 1]
    assert changed_after(found.state) == ["TV-2"]


def test_a_reference_with_a_slash_makes_no_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = RoundAtHand(tmp_path / "round")
    found.draw(["TV/1"])
    found.allocate()
    path = f"readings/TV_1.{found.case('TV/1').reader}.1.yaml"
    with found.folder.turn() as turn:
        files = turn.keep(path, case_text("TV/1", dict.fromkeys(PROMPTS, "yes")).encode())
        turn.take(reading.submit(found.plan, turn.state, found.case("TV/1").reader, "TV/1", path, "", files, True))
    found.settle("TV/1")
    Commands(found, monkeypatch).works("feed-back", who="L01")
    assert {one.name for one in (found.path / "letters").iterdir()} == {"TV_1.officer.1.docx", "TV_1.senior.1.docx"}
    assert (found.path / "forms" / "reply-TV_1.1.xlsx").is_file()
