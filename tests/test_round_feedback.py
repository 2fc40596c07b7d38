"""Feedback on settled cases, what officers do about it, and what they do not agree with."""

from __future__ import annotations

import hashlib
from pathlib import Path

import openpyxl
import pytest

from knowledge_base import knowledge
from quips.peeraudit.feedback import NO_STANDS, give, prepare
from quips.peeraudit.state import Phase
from quips.peeraudit.steps import agreeing, feeding_back
from quips.peeraudit.steps.checks import StepRefusedError
from quips.reports.letters import says
from round_at_hand import RoundAtHand, plan
from round_commands import Commands

CHECK = "childrens-services-check-made"


@pytest.fixture
def round_(tmp_path: Path) -> RoundAtHand:
    found = RoundAtHand(tmp_path / "round")
    found.draw(["TV-1", "TV-2", "TV-3"])
    found.allocate()
    for name, source in (("TV-1", "composed-safeguarding"), ("TV-2", "composed-home-visits")):
        found.submit(name, source=source)
        found.settle(name)
    return found


@pytest.fixture
def commands(round_: RoundAtHand, monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(round_, monkeypatch)


def test_every_settled_case_gets_its_letters_its_actions_and_a_reply_sheet(round_, commands):
    told = commands.works("feed-back", who="L01")
    assert "TV-1: feedback 1 given, 3 actions" in told and "TV-2: feedback 1 given, 2 actions" in told and "TV-3" not in told
    assert "URGENT" in told.split("TV-2")[0] and "URGENT" not in told.split("TV-2")[1]
    for name in ("TV-1", "TV-2"):
        for path in (f"letters/{name}.officer.1.docx", f"letters/{name}.senior.1.docx", f"forms/reply-{name}.1.xlsx"):
            assert (round_.path / path).is_file()
        assert round_.case(name).phase is Phase.WITH_OFFICER
    assert "No case is settled" in commands.works("feed-back", who="L01")


def test_the_letters_are_kept_with_their_digests_and_the_reply_sheet_is_free_to_be_filled_in(round_, commands):
    commands.works("feed-back", "TV-1", who="L01")
    files = round_.folder.rows()[-1].step.files
    assert set(files) == {"letters/TV-1.officer.1.docx", "letters/TV-1.senior.1.docx"}
    for path, digest in files.items():
        assert hashlib.sha256((round_.path / path).read_bytes()).hexdigest() == digest


def test_actions_are_numbered_from_the_root_gaps_urgent_first_and_go_to_the_officer(round_):
    found = prepare(round_.book, round_.state, "L01", "TV-1")
    assert [one.number for one in found.actions] == [1, 2, 3]
    assert found.actions[0].rule == CHECK
    assert {one.owner for one in found.actions} == {"O00"}
    assert (found.due - found.day).days == 28
    urgent = {root.rule.name for root in found.roots if root.urgent}
    assert urgent and {one.due for one in found.actions if one.rule in urgent} == {found.day.isoformat()}, (
        "today, as it is urgent"
    )
    assert {one.due for one in found.actions if one.rule not in urgent} == {found.due.isoformat()}
    said = says(round_.book, found, "officer")
    assert {one["title"]: one["due"] for one in said["gaps"]}.items() <= {
        one["title"].partition(" (")[0]: one["due"] for one in said["actions"]
    }.items(), "the table says the same day as the letter"
    led = {rule.name for root in found.roots for rule in root.follows}
    assert led and not led & {one.rule for one in found.actions} and led <= set(found.told)


def test_a_rule_with_several_root_gaps_makes_one_action(round_):
    [first, second] = prepare(round_.book, round_.state, "L01", "TV-2").actions
    assert "release from custody on 17 September 2010 and start of supervision on 14 September 2009" in first.title
    assert first.rule != second.rule


def test_if_one_case_cannot_be_fed_back_none_is_and_each_is_told(round_, commands):
    before = round_.folder.rows()
    told = commands.refused("feed-back", "TV-1", "TV-3", "TV-9", who="L01")
    assert "TV-3: error: TV-3 is to read" in told and "TV-9: error: There is no case TV-9" in told
    assert round_.folder.rows() == before and not (round_.path / "letters").exists() and not (round_.path / "forms").exists()


def test_a_broken_template_stops_everything_before_anything_is_written(round_, commands):
    (round_.path / "templates").mkdir()
    (round_.path / "templates" / "senior.docx").write_bytes(b"PK")
    before = round_.folder.rows()
    assert "senior.docx: error: This is no Word document." in commands.refused("feed-back", who="L01")
    assert round_.folder.rows() == before and not (round_.path / "letters").exists()


@pytest.mark.parametrize(("who", "told"), [("D01", "D01 gives no feedback"), ("O00", "takes no part"), ("R09", "takes no part")])
def test_only_the_lead_a_moderator_or_a_reader_feeds_back(round_, commands, who, told):
    assert told in commands.refused("feed-back", "TV-1", who=who)


def test_an_action_is_done_with_its_day_and_what_shows_it(round_, commands):
    commands.works("feed-back", "TV-1", who="L01")
    day = round_.folder.today()
    assert "what shows it" in commands.refused("act", "TV-1", 1, "--done", day, who="O00")
    assert "still to come" in commands.refused("act", "TV-1", 1, "--done", "2035-01-01", "--evidence", "Entry.", who="O00")
    assert "cannot change action" in commands.refused("act", "TV-1", 1, "--done", day, "--evidence", "Entry.", who="O02")
    assert "has no action 9" in commands.refused("act", "TV-1", 9, "--done", day, "--evidence", "Entry.", who="O00")
    told = commands.works("act", "TV-1", 1, "--done", day, "--evidence", "Entry.", who="O00")
    assert (
        "action 1: done" in told and "Next: O00: put right what is open: quips round act" in told and "TV-1 2 --done DAY" in told
    )
    assert round_.case("TV-1").actions[1].evidence == "Entry."


def test_only_the_lead_gives_an_action_to_somebody_else_or_another_day_or_withdraws_it_and_says_why(round_, commands):
    commands.works("feed-back", "TV-1", who="L01")
    assert "Only the lead changes" in commands.refused("act", "TV-1", 1, "--due", "2026-12-18", "--because", "Leave.", who="O00")
    assert "Say why" in commands.refused("act", "TV-1", 1, "--owner", "S00", who="L01")
    commands.works("act", "TV-1", 1, "--owner", "S00", "--due", "2026-12-18", "--because", "Leave.", who="L01")
    one = round_.case("TV-1").actions[1]
    assert (one.owner, one.due, one.status) == ("S00", "2026-12-18", "open")
    assert round_.folder.rows()[-1].step.about["because"] == "Leave."
    assert "Only the lead withdraws" in commands.refused("act", "TV-1", 2, "--withdraw", "--because", "Moved.", who="O00")
    assert "Say why" in commands.refused("act", "TV-1", 2, "--withdraw", who="L01")
    commands.works("act", "TV-1", 2, "--withdraw", "--because", "Moved.", who="L01")
    day = round_.folder.today()
    assert "was withdrawn: Moved." in commands.refused("act", "TV-1", 2, "--done", day, "--evidence", "Entry.", who="O00")


def test_options_that_do_not_go_together_are_all_told(round_, commands):
    commands.works("feed-back", "TV-1", who="L01")
    told = commands.refused("act", "TV-1", 1, "--withdraw", "--evidence", "Entry.", "--owner", " ", who="L01")
    assert "--withdraw: error" in told and "--evidence: error" in told and "--owner: error" in told
    assert "Say what became of it" in commands.refused("act", "TV-1", 1, who="L01")


def test_nobody_without_a_reference_acts_or_disputes(round_):
    round_.feed_back("TV-1")
    change = {"number": 1, "status": "done", "done_on": "2026-10-02", "evidence": "Entry."}
    with pytest.raises(StepRefusedError, match="cannot change action"):
        round_.take(lambda state: feeding_back.act(round_.plan, state, "", "TV-1", [change]))
    with pytest.raises(StepRefusedError, match="neither the officer nor the senior"):
        round_.take(lambda state: feeding_back.dispute(round_.plan, state, "", "TV-1", CHECK, "So.", [CHECK]))


def test_a_dispute_is_answered_and_what_is_set_aside_is_no_gap_and_no_action_any_more(round_, commands):
    commands.works("feed-back", "TV-1", who="L01")
    assert "Did you mean" in commands.refused("dispute", "TV-1", "childrens-services-check-mad", "--because", "x", who="O00")
    assert "neither the officer" in commands.refused("dispute", "TV-1", CHECK, "--because", "Paper file.", who="O02")
    assert "Say why" in commands.refused("dispute", "TV-1", CHECK, who="O00")
    told = commands.works("dispute", "TV-1", CHECK, "--because", "Paper file.", who="O00")
    assert f"quips round answer {round_.path} TV-1 {CHECK}" in told
    assert "cannot settle a case" in commands.refused("answer", "TV-1", CHECK, "--stands", "--because", "x", who="R01")
    assert "--stands or --set-aside" in commands.refused("answer", "TV-1", CHECK, "--because", "x", who="M01")
    commands.works("answer", "TV-1", CHECK, "--set-aside", "--because", "Seen.", who="M01")
    case = round_.case("TV-1")
    assert case.actions[1].status == "withdrawn" and case.disputes[CHECK].outcome == "set_aside"
    assert CHECK not in round_.book.gap_rules(case)
    assert CHECK in {finding.rule.name for finding in round_.book.settled(case).findings if finding.verdict == "gap"}


def test_what_was_set_aside_makes_no_action_again_but_what_hung_on_it_still_does(round_, commands):
    led = {rule.name for rule in prepare(round_.book, round_.state, "L01", "TV-1").roots[0].follows}
    commands.works("feed-back", "TV-1", who="L01")
    commands.works("dispute", "TV-1", CHECK, "--because", "Paper file.", who="S00")
    commands.works("answer", "TV-1", CHECK, "--set-aside", "--because", "Seen.", who="M01")
    round_.sign("TV-1", accepts=False)
    before = prepare(round_.book, round_.state, "L01", "TV-1")
    assert CHECK not in {one.rule for one in before.actions} and CHECK not in before.told
    assert before.aside == {"A check with children's services where a child may be at risk": "Seen."}
    assert len(led) == 2 and led <= {one.rule for one in before.actions}
    commands.works("feed-back", "TV-1", who="L01")
    assert (round_.path / "letters" / "TV-1.officer.2.docx").is_file()
    assert CHECK not in {one.rule for one in round_.case("TV-1").actions.values()}


def test_what_was_set_aside_is_looked_at_anew_when_the_case_is_opened_again(round_):
    round_.feed_back("TV-1")
    round_.take(lambda state: feeding_back.dispute(round_.plan, state, "O00", "TV-1", CHECK, "Paper.", [CHECK]))
    round_.take(lambda state: feeding_back.answer_dispute(round_.plan, state, "M01", "TV-1", CHECK, "set_aside", "Seen."))
    round_.sign("TV-1", accepts=False)
    round_.take(lambda state: agreeing.reopen(round_.plan, state, "M01", "TV-1", "The director doubts it."))
    round_.settle("TV-1")
    assert CHECK in {one.rule for one in prepare(round_.book, round_.state, "L01", "TV-1").actions}


def test_nothing_is_given_if_somebody_else_was_at_work_on_the_case_meanwhile(round_):
    found = prepare(round_.book, round_.state, "L01", "TV-1")
    round_.feed_back("TV-1")
    with pytest.raises(StepRefusedError, match="Somebody else has just been at work on TV-1"):
        give(round_.book, found, {"officer": b"x", "senior": b"y"}, b"z")
    assert not (round_.path / "letters").exists() and not (round_.path / "forms").exists()


# What readers judged -------------------------------------------------------------------------------------------------------

ASKED = "omi-1/1.2/rosh-classification-agreed"


@pytest.fixture
def judged(tmp_path: Path) -> RoundAtHand:
    """A well-run case with no gap, of which one question was answered no; and one with a gap that answers its question no."""
    found = RoundAtHand(tmp_path / "judged", plan((ASKED, "omi-1/2.2/home-visit-high-roh")))
    found.draw(["TV-1", "TV-2"])
    found.allocate()
    found.submit("TV-1", answers={ASKED: "no"}, source="composed-well-run")
    found.submit("TV-2", answers={"omi-1/2.2/home-visit-high-roh": "no"})
    for name in ("TV-1", "TV-2"):
        found.settle(name)
    return found


def test_a_no_that_no_gap_covers_is_told_asks_for_something_and_can_be_disputed(judged, monkeypatch):
    run, asks = Commands(judged, monkeypatch), knowledge().prompts[ASKED].asks
    case = judged.case("TV-1")
    assert judged.book.gap_rules(case) == [] and judged.book.judged_no(case) == {ASKED: "As the file shows."}
    found = prepare(judged.book, judged.state, "L01", "TV-1")
    assert [(one.rule, one.title, one.owner) for one in found.actions] == [(ASKED, asks, case.officer)]
    assert found.told == {ASKED: asks}
    for to in ("officer", "senior"):
        said = says(judged.book, found, to)
        assert said["judged"] == [{"question": asks, "reason": "As the file shows."}]
        assert [one["title"] for one in said["actions"]] == [asks]
    assert any("action 1" in one["what"] for one in says(judged.book, found, "senior")["oversight"])
    run.works("feed-back", "TV-1", who="L01")
    shown = run.works("countersign", "TV-1", who="D01")
    assert f"The readers judged no: {asks} As the file shows." in shown.replace("\n", " ")
    run.works("dispute", "TV-1", ASKED, "--because", "It was agreed in May.", who=case.officer)
    assert "disputed" in run.refused("countersign", "TV-1", "--accept", who="D01")
    run.works("answer", "TV-1", ASKED, "--set-aside", "--because", "The entry of May shows it.", who="M01")
    case = judged.case("TV-1")
    assert case.actions[1].status == "withdrawn" and judged.book.judged_no(case) == {}
    assert not [one for one in judged.book.judged(judged.state).answers if (one.case, one.question) == ("TV-1", ASKED)]
    assert [one for one in judged.book.judged(judged.state).answers if (one.case, one.question) == ("TV-2", ASKED)]


def test_a_no_that_a_gap_covers_is_told_once_with_the_gap(judged):
    case = judged.case("TV-2")
    assert judged.book.answered_no(case) == {"omi-1/2.2/home-visit-high-roh": "As the file shows."}
    assert judged.book.judged_no(case) == {}
    found = prepare(judged.book, judged.state, "L01", "TV-2")
    assert list(found.told) == judged.book.gap_rules(case) and all("/" not in one.rule for one in found.actions)


def test_a_no_that_only_a_gap_that_was_set_aside_covers_is_told_with_it_and_makes_nothing(judged, monkeypatch):
    asked, visit = "omi-1/2.2/home-visit-high-roh", "home-visit-where-rosh-is-high"
    run, officer = Commands(judged, monkeypatch), judged.case("TV-2").officer
    [*others] = judged.book.gaps_behind_no(judged.case("TV-2"))[asked] - {visit}
    run.works("feed-back", "TV-2", who="L01")
    for rule in (visit, *others):
        run.works("dispute", "TV-2", rule, "--because", "It is on the paper file.", who=officer)
        run.works("answer", "TV-2", rule, "--set-aside", "--because", "Seen there.", who="M01")
    judged.sign("TV-2", accepts=False)
    found = prepare(judged.book, judged.state, "L01", "TV-2")
    assert asked not in {one.rule for one in found.actions} and asked not in found.judged and asked not in found.told
    said = says(judged.book, found, "officer")
    assert said["judged"] == [] and {"title": knowledge().prompts[asked].asks, "answer": NO_STANDS} in said["set_aside"]
    run.works("feed-back", "TV-2", who="L01")
    shown = run.works("countersign", "TV-2", who="D01")
    assert "The readers judged no" not in shown and NO_STANDS in shown
    sheet = openpyxl.load_workbook(judged.path / "forms/reply-TV-2.2.xlsx")["Findings"]
    [under] = [str(cell.value) for cell in sheet["A"] if asked in str(cell.value)]
    assert NO_STANDS in under
    assert [one for one in judged.book.judged(judged.state).answers if (one.case, one.question) == ("TV-2", asked)]
    run.works("dispute", "TV-2", asked, "--because", "So this is right too.", who=officer)
    run.works("answer", "TV-2", asked, "--set-aside", "--because", "It is.", who="M01")
    assert not [one for one in judged.book.judged(judged.state).answers if (one.case, one.question) == ("TV-2", asked)]
    assert judged.book.no_on_set_aside(judged.case("TV-2")) == {}


def test_setting_a_finding_aside_names_what_was_answered_no_because_of_it_and_how_to_change_that(judged, monkeypatch):
    asked = "omi-1/2.2/home-visit-high-roh"
    run, officer = Commands(judged, monkeypatch), judged.case("TV-2").officer
    rules = sorted(judged.book.gaps_behind_no(judged.case("TV-2"))[asked])
    run.works("feed-back", "TV-2", who="L01")
    for n, rule in enumerate(rules, 1):
        run.works("dispute", "TV-2", rule, "--because", "It is on the paper file.", who=officer)
        told = run.works("answer", "TV-2", rule, who="M01")
        assert (
            f"Disputed by {officer}: It is on the paper file. If it is set aside: It bears on what the readers answered no"
            in told
        )
        assert f"({asked})" in told and f"{rule} --stands" in told and judged.case("TV-2").disputes[rule].is_open
        told = run.works("answer", "TV-2", rule, "--set-aside", "--because", "Seen there.", who="M01")
        assert f"which still counts as no in the scores: {knowledge().prompts[asked].asks} ({asked})." in told
        assert "quips round reopen" in told
        assert (f"quips round dispute {judged.path} TV-2 {asked} " in told) is (n == len(rules))
        assert ("would have to be set aside first" in told) is (n < len(rules))
    run.works("feed-back", "TV-1", who="L01")
    run.works("dispute", "TV-1", ASKED, "--because", "It was agreed in May.", who=judged.case("TV-1").officer)
    assert "counts as no" not in run.works("answer", "TV-1", ASKED, "--set-aside", "--because", "So it was.", who="M01")


def test_what_is_neither_a_gap_nor_answered_no_cannot_be_disputed(judged, monkeypatch):
    run = Commands(judged, monkeypatch)
    run.works("feed-back", "TV-1", who="L01")
    told = run.refused("dispute", "TV-1", "omi-1/2.2/home-visit-high-roh", "--because", "No.", who=judged.case("TV-1").officer)
    assert "no gap, and no question answered no" in told
