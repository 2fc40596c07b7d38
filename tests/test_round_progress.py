"""How far a round is, what is next for whom, and the trail in plain words; and that neither breaks a blind reading."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

import click
import pytest

from quips.cli import main
from quips.peeraudit import state as did
from quips.peeraudit.progress import Progress, next_step, progress_of
from quips.peeraudit.state import Phase
from quips.peeraudit.steps import feeding_back, reading, setting_up
from quips.peeraudit.steps.checks import StepRefusedError
from quips.reports.roundlog import _WORDS, log_text
from quips.reports.roundstatus import status_json, status_text
from round_at_hand import PROMPTS, RoundAtHand, case_text
from round_files import OTHERS, RoundFiles, readers

NOTHING: dict[str, list[str]] = {"closed": [], "still_open": [], "new": []}


@pytest.fixture
def round_(tmp_path: Path) -> RoundAtHand:
    found = RoundAtHand(tmp_path / "round")
    found.draw(["TV-1", "TV-2", "TV-3"])
    found.allocate(second=["TV-2"])
    return found


def progress(round_: RoundAtHand, today: str = "2026-11-01") -> Progress:
    return progress_of(round_.plan, round_.state, today, "F")


def tasks(round_: RoundAtHand) -> dict[str, tuple[tuple[str, ...], tuple[str, ...], str]]:
    return {task.what: (task.who, task.cases, task.command) for task in progress(round_).tasks}


def test_before_the_draw_and_before_the_allocation_the_lead_is_told_what_to_do(tmp_path: Path) -> None:
    found = RoundAtHand(tmp_path / "round")
    assert tasks(found) == {"draw the cases": (("L01",), (), "quips round draw F --as L01")}
    found.draw(["TV-1"])
    assert tasks(found) == {"say who reads what": (("L01",), (), "quips round allocate F --as L01")}


def test_what_is_next_follows_a_case_to_the_signature(round_: RoundAtHand) -> None:
    reader = round_.case("TV-1").reader
    assert ((reader,), "TV-1") in [(task.who, task.cases[0]) for task in progress(round_).tasks if task.what == "read"]
    round_.submit("TV-1")
    assert tasks(round_)["settle it"] == (("M01", "M02"), ("TV-1",), "quips round settle F TV-1 --as M01")
    round_.settle("TV-1", by="M02")
    assert tasks(round_)["feed back to the officer and the senior"][0] == ("L01", "M01", "M02")
    round_.feed_back("TV-1")
    officer = round_.case("TV-1").officer
    assert tasks(round_)["put right what is open"] == (
        (officer,),
        ("TV-1",),
        f'quips round act F TV-1 1 --done DAY --evidence "…" --as {officer}',
    )
    round_.act("TV-1")
    what = "read it again, now that it was put right"
    assert tasks(round_)[what][2] == f"quips round reread F TV-1 FILE --as {reader}" and "L01" in tasks(round_)[what][0]
    assert next_step(round_.plan, round_.state, "TV-1", "F").endswith(tasks(round_)[what][2])
    round_.take(lambda state: feeding_back.reread(round_.plan, state, "L01", "TV-1", "", {}, NOTHING))
    assert what not in tasks(round_)
    # M02 is a director too, but settled it.
    assert tasks(round_)["countersign it"] == (("D01",), ("TV-1",), "quips round countersign F TV-1 --as D01")
    round_.sign("TV-1")
    assert "countersign it" not in tasks(round_) and progress(round_).phases[Phase.COUNTERSIGNED] == 1


def test_once_every_case_is_signed_the_report_is_next(tmp_path: Path) -> None:
    found = RoundAtHand(tmp_path / "round")
    found.draw(["TV-1"])
    found.allocate()
    for step in (found.submit, found.settle, found.feed_back, found.act, found.sign):
        step("TV-1")
    assert tasks(found) == {
        "report": (("L01",), (), "quips round report F --as L01"),
        "see that nothing was changed": (("L01",), (), "quips round verify F"),
    }


FILLED_IN = {"DAY": "2026-11-01", "PERSON": "R02", "FILE": "now.yaml", "…": "As the file shows."}


def test_every_command_that_is_offered_can_be_typed_at_every_stage(tmp_path: Path) -> None:
    found = RoundAtHand(tmp_path / "round")
    seen: set[str] = set()

    def look() -> None:
        for task in progress(found).tasks:
            words = [FILLED_IN.get(word, word) for word in shlex.split(task.command)]
            assert words[:2] == ["quips", "round"], task.command
            group = main.get_command(click.Context(main), "round")
            assert isinstance(group, click.Group)
            command = group.get_command(click.Context(group), words[2])
            assert command is not None, task.command
            command.make_context(words[2], words[3:])  # raises what it would tell somebody who types it
            seen.add(words[2])

    look()
    found.draw(["TV-1", "TV-2"])
    look()
    found.allocate(second=["TV-2"])
    look()
    for name in ("TV-1", "TV-2"):
        for reader in found.case(name).readers:
            found.submit(name, reader)
            look()
        for step in (found.settle, found.feed_back):
            step(name)
            look()
        officer, rule = found.case(name).officer, found.book.gap_rules(found.case(name))[0]
        found.take(lambda state, o=officer, n=name, r=rule: feeding_back.dispute(found.plan, state, o, n, r, "No.", [r]))
        look()
        found.take(lambda state, n=name, r=rule: feeding_back.answer_dispute(found.plan, state, "M01", n, r, "stands", "Yes."))
        for step in (found.act, found.sign):
            step(name)
            look()
    wanted = {"draw", "allocate", "forms", "settle", "feed-back", "answer", "act", "reread", "countersign", "report", "verify"}
    assert wanted <= seen


def test_loads_count_first_and_second_readings(round_: RoundAtHand) -> None:
    for load in progress(round_).loads:
        given = [case for case in round_.state.cases.values() if load.reader in case.readers]
        assert (load.given, load.judged, load.facts, load.to_read) == (len(given), 0, 0, len(given))
    first, second = round_.case("TV-2").readers
    round_.submit("TV-2", first, complete=False)
    assert [(load.judged, load.facts) for load in progress(round_).loads if load.reader == first] == [(0, 1)]
    assert [task.cases for task in progress(round_).tasks if task.what == "judge what you have read"] == [("TV-2",)]
    round_.submit("TV-2", first, because="Finished.")
    assert [(load.judged, load.facts) for load in progress(round_).loads if load.reader == first] == [(1, 0)]
    assert progress(round_).seconds == ("TV-2",)
    round_.submit("TV-2", second)
    assert progress(round_).seconds == ()


def test_actions_that_are_late_and_disputes_are_told(round_: RoundAtHand) -> None:
    for step in (round_.submit, round_.settle, round_.feed_back):
        step("TV-1")
    one = round_.case("TV-1")
    late = progress(round_, "2026-12-02").overdue
    assert ("TV-1", 1, one.officer, "2026-12-01") == (late[0].case, late[0].number, late[0].owner, late[0].due)
    assert progress(round_, "2026-12-01").overdue == ()
    rule = one.actions[1].rule
    round_.take(lambda state: feeding_back.dispute(round_.plan, state, one.officer, "TV-1", rule, "Not so.", [rule]))
    assert progress(round_).disputes == (("TV-1", rule),)
    who, _, command = tasks(round_)["answer the dispute"]
    assert who == ("M02",) and command.endswith("--as M02"), "not the one who settled it, as there is another"
    round_.plan = replace(round_.plan, people={name: one for name, one in round_.plan.people.items() if name != "M02"})
    assert tasks(round_)["answer the dispute"][0] == ("M01",), "unless there is nobody else"
    text = status_text(round_.plan, round_.state, progress(round_, "2026-12-02"), "F", 100)
    assert f"TV-1: {rule}" in text and f"TV-1, action 1: {one.officer}, due 2026-12-01" in text


def test_a_reader_with_a_conflict_is_not_asked_to_read_and_the_lead_is_asked_to_give_it_away(round_: RoundAtHand) -> None:
    reader = round_.case("TV-1").reader
    round_.take(lambda state: setting_up.declare(round_.plan, state, reader, "TV-1", "I know the family."))
    who, cases, command = tasks(round_)["give it to another reader, since there is a conflict"]
    assert (who, cases) == (("L01",), ("TV-1",)) and command.startswith("quips round reallocate F TV-1 --to R0")
    assert all("TV-1" not in task.cases for task in progress(round_).tasks if task.what == "read" and task.who == (reader,))


def test_a_known_case_comes_first_where_the_plan_asks_for_it(round_: RoundAtHand) -> None:
    round_.plan = replace(round_.plan, qualify=0.8)
    reader = round_.case("TV-1").reader
    assert (("read a known case first",), (reader,)) in [((task.what,), task.who) for task in progress(round_).tasks]
    round_.take(lambda state: setting_up.qualify(round_.plan, state, reader, "KN-1", 9, 10))
    assert "read" in [task.what for task in progress(round_).tasks if task.who == (reader,)]


def test_urgent_cases_come_first_of_all(round_: RoundAtHand) -> None:
    round_.take(lambda state: setting_up.raise_urgent(round_.plan, "R01", "TV-3", "A child at home.", "The duty manager, 10:00."))
    text = status_text(round_.plan, round_.state, progress(round_), "F", 100)
    assert text.index("Raised at once: TV-3.") < text.index("Cases")


def test_nothing_tells_what_was_read_before_both_readings_are_in(round_: RoundAtHand) -> None:
    first, second = round_.case("TV-2").readers
    round_.submit("TV-2", first, {PROMPTS[0]: "no"})
    round_.submit("TV-2", first, {PROMPTS[1]: "no"}, because="The screening was SECRET.")
    round_.take(lambda state: setting_up.raise_urgent(round_.plan, first, "TV-2", "SECRET concern.", "The duty manager."))

    def shown() -> str:
        found, state = progress(round_), round_.state
        texts = [status_text(round_.plan, state, found, "F", 100), status_json(round_.plan, state, found)]
        return "\n".join([*texts, *(log_text(round_.plan, round_.folder.rows(), state, case, 100) for case in ("", "TV-2"))])

    text = shown()
    assert first in text and "SECRET" not in text and PROMPTS[0] not in text and "Letters in plain words" not in text
    round_.submit("TV-2", second)
    assert "SECRET concern." in shown() and "The screening was SECRET." in shown()


def test_why_the_facts_call_for_a_second_reading_is_not_told(round_: RoundAtHand) -> None:
    case = round_.case("TV-1")
    group = next(name for name in round_.state.groups if name not in (case.group, case.team))
    given = {"second_reader": round_.state.groups[group][0], "second_because": "a gap of rule-secret"}
    with round_.folder.turn() as turn:
        files = turn.keep("readings/TV-1.record.yaml", b"case: TV-1\n")
        turn.take(reading.record(round_.plan, turn.state, case.reader, "TV-1", "readings/TV-1.record.yaml", files, given))
    found, state = progress(round_), round_.state
    text = log_text(round_.plan, round_.folder.rows(), state, "TV-1", 100) + status_json(round_.plan, state, found)
    assert f"a second reading is called for, by {given['second_reader']}" in text and "rule-secret" not in text


def test_a_second_reading_that_nobody_has_is_asked_of_the_lead(round_: RoundAtHand) -> None:
    case = round_.case("TV-1")
    with round_.folder.turn() as turn:
        files = turn.keep("readings/TV-1.record.yaml", b"case: TV-1\n")
        given = {"second_because": "a gap"}
        turn.take(reading.record(round_.plan, turn.state, case.reader, "TV-1", "readings/TV-1.record.yaml", files, given))
    who, cases, command = tasks(round_)["find a second reader"]
    assert (who, cases) == (("L01",), ("TV-1",)) and "--second" in command


def test_every_step_has_its_words(round_: RoundAtHand) -> None:
    steps = {value for name, value in vars(did).items() if name.isupper() and isinstance(value, str)}
    steps -= {did.STANDS, did.SET_ASIDE, did.OPEN, did.DONE, did.WITHDRAWN, did.TAKEN_BACK}
    assert steps == set(_WORDS)
    for step in (round_.submit, round_.settle, round_.feed_back, round_.act):
        step("TV-1")
    round_.sign("TV-1", accepts=False)
    text = log_text(round_.plan, round_.folder.rows(), round_.state, "TV-1", 100)
    lines = [line for line in text.splitlines() if " TV-1: " in line]
    assert [line.split("TV-1: ")[1].split()[0] for line in lines] == ["handed", "settled,", "fed", "action", "refused"]
    assert "refused to countersign. Too thin." in text and round_.state.seal[:16] in text
    assert "TV-3" not in text


# The commands ------------------------------------------------------------------------------------------------------------


def test_status_and_log_from_the_command_line(tmp_path: Path) -> None:
    found = RoundFiles(tmp_path / "a round")
    text = found.run("status").stdout
    assert f"quips round draw '{found.path}' --as L01" in text
    found.run("draw")
    found.run("allocate")
    said = json.loads(found.run("status", "--format", "json").stdout)
    assert said["cases"] == {"to read": 10} and sum(load["given"] for load in said["readers"]) == 12
    assert said["seal"] == found.folder.state().seal and {task["what"] for task in said["next"]} == {"read"}
    case = next(iter(found.folder.state().cases))
    log = found.run("log", case).stdout
    assert "drew 10 cases, by the seed autumn" in log and "gave 10 cases" in log and "no passwords" in log
    assert "There is no case TV-1 in this round." in found.run("log", "TV-1", fails=True).stderr
    found.people([*readers(), *OTHERS[:1]])
    assert "Nobody on the list of people is moderator or director yet." in found.run("status").stdout


def test_a_folder_that_is_no_round_and_a_trail_that_was_changed_are_told(tmp_path: Path) -> None:
    found = RoundFiles(tmp_path / "round")
    found.run("draw")
    path = found.path / "trail.jsonl"
    path.write_text(path.read_text().replace("autumn", "winter"))
    assert "Row 1 was changed after it was written." in found.run("log", fails=True).stderr
    found.path = tmp_path / "nothing"
    assert "quips round new" in found.run("status", fails=True).stderr
    with pytest.raises(StepRefusedError):
        setting_up.may_allocate(RoundAtHand(tmp_path / "other").plan, RoundAtHand(tmp_path / "other").state, "L01")


def test_what_a_form_raises_is_followed_up_until_somebody_says_what_was_done(round_: RoundAtHand) -> None:
    reader, path = round_.case("TV-1").reader, "readings/TV-1.yaml"

    def hand_in(*urgent: str) -> None:
        round_.take(lambda state: reading.record(round_.plan, state, reader, "TV-1", path, {}, {}, urgent))

    what = "speak to a manager today, and write down who was told"
    hand_in()
    assert progress(round_).unanswered == () and what not in tasks(round_)
    hand_in("child")
    assert progress(round_).unanswered == ("TV-1",)
    assert tasks(round_)[what] == (
        (reader,),
        ("TV-1",),
        f'quips round urgent F TV-1 --concern "…" --told "…" --as {reader}',
    )
    assert "TV-1. If somebody may be at risk now" in status_text(round_.plan, round_.state, progress(round_), "F", 100)
    hand_in()
    assert progress(round_).unanswered == (), "put right on a later form, it is not urgent any more"
    hand_in("child")
    round_.take(lambda state: setting_up.raise_urgent(round_.plan, reader, "TV-1", "A child at home.", "The SPO, at ten."))
    assert progress(round_).unanswered == () and what not in tasks(round_)


def test_nobody_signs_while_a_risk_that_a_form_raised_is_not_answered(round_: RoundAtHand) -> None:
    reader = round_.case("TV-1").reader
    round_.take(lambda state: reading.record(round_.plan, state, reader, "TV-1", "readings/TV-1.yaml", {}, {}, ["victim"]))
    with round_.folder.turn() as turn:
        files = turn.keep("readings/TV-1.1.yaml", case_text("TV-1", dict.fromkeys(PROMPTS, "yes")).encode())
        step = (round_.plan, turn.state, reader, "TV-1", "readings/TV-1.1.yaml", "", files, True)
        turn.take(reading.submit(*step, urgent=["victim"]))
    for take in (round_.settle, round_.feed_back, round_.act):
        take("TV-1")
    in_the_way = "nobody has written down what was done at once"
    with pytest.raises(StepRefusedError, match=in_the_way):
        round_.sign("TV-1")
    [(who, what)] = [(task.who, task.what) for task in progress(round_).tasks if task.what.startswith("countersign it")]
    assert who == ("D01", "M02") and f"cannot be done while {in_the_way}" in what
    told = status_text(round_.plan, round_.state, progress(round_), "F", 300)
    assert f"D01 or M02: {what} (TV-1)" in told and "nobody who may" not in told
    round_.take(lambda state: setting_up.raise_urgent(round_.plan, reader, "TV-1", "She was followed.", "The SPO, at ten."))
    assert tasks(round_)["countersign it"][0] == ("D01", "M02")
    round_.sign("TV-1")
    assert round_.case("TV-1").phase is Phase.COUNTERSIGNED
