"""Cases settled and signed: from the command line and from sheets, by whom, and not before all that has to be is in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from quips.peeraudit.state import Phase
from round_at_hand import PROMPTS, RoundAtHand
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
    assert "was changed since" in run.refused("import", keep(at_hand, "settling-M01.xlsx", hand), who="")


def test_a_settled_case_can_be_opened_again_with_a_reason(at_hand: RoundAtHand, run: Commands) -> None:
    run.works("settle", "--all-agreed", who="M01")
    assert "Say why" in run.refused("reopen", "TV-1", who="M01")
    run.works("reopen", "TV-1", "--because", "A volume was found.", who="M02")
    assert at_hand.case("TV-1").phase is Phase.TO_MODERATE


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
    run.works("countersign", "--sheet", who="D01")
    hand = sheet(at_hand, "signing-D01.xlsx")
    hand.write(("sign", "TV-1"), "accept")
    path = keep(at_hand, "signing-D01.xlsx", hand)
    run.works("import", path, who="")
    assert at_hand.case("TV-1").phase is Phase.COUNTERSIGNED
    assert "Nothing was changed" in run.works("import", path, who="")


def test_a_refusal_on_a_sheet_needs_a_reason_at_its_cell(at_hand: RoundAtHand, run: Commands) -> None:
    fed_back(at_hand)
    run.works("countersign", "--sheet", who="D01")
    hand = sheet(at_hand, "signing-D01.xlsx")
    hand.write(("sign", "TV-1"), "refuse")
    row = hand.cells["because", "TV-1"][0][1]
    assert f"To sign!C{row}" in run.refused("import", keep(at_hand, "signing-D01.xlsx", hand), who="")
