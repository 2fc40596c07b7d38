"""Forms and reports are made while others can go on, and never show a round other than the one that they rest on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from knowledge_base import knowledge
from quips.cli.rounds import reporting, shared
from quips.peeraudit import folder
from quips.peeraudit.steps import setting_up
from quips.reports import readingforms
from quips.reports.roundreports import ROUND_FORMATS
from reported_round import settled
from round_at_hand import RoundAtHand, plan
from round_commands import Commands
from test_round_reading import Desk


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a turn gives up soon, so that a turn which lasts too long is seen."""
    monkeypatch.setattr(folder, "_WAIT_SECONDS", 0.2)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, impatient: None) -> Desk:
    at_hand = RoundAtHand(tmp_path / "round", replace(plan(), stages=("assessment",)))
    at_hand.draw(["TV-1", "TV-2"])
    at_hand.allocate()
    return Desk(at_hand, monkeypatch)


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, impatient: None) -> Commands:
    for module in (reporting, shared):
        monkeypatch.setattr(module, "load", lambda *_: knowledge())
    return Commands(settled(tmp_path / "round"), monkeypatch)


def meanwhile(monkeypatch: pytest.MonkeyPatch, does: Callable[[], None], times: int) -> None:
    """Let somebody take a step while the JSON of a report is made, so many times."""
    whole, left = ROUND_FORMATS["json"], [times]

    def made(*given: Any) -> bytes:
        if left[0]:
            left[0] -= 1
            does()
        return whole(*given)

    monkeypatch.setitem(ROUND_FORMATS, "json", made)


def test_others_take_their_steps_while_forms_are_made(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One reader hands in the facts of a case while all forms are made: theirs is then the form that judges it."""
    reader = desk.round.case("TV-1").reader
    facts = desk.facts(reader, "TV-1")
    whole, made = readingforms.reading_form, []

    def and_hands_in(*given: Any) -> bytes:
        made.append((given[2].reference, given[4]))
        if len(made) == 1:
            desk.works("import", facts)
        return whole(*given)

    monkeypatch.setattr(readingforms, "reading_form", and_hands_in)
    told = desk.works("forms")
    assert "TV-1 judging" in told and "TV-1 facts" not in told and "TV-2 facts" in told
    assert made.count(("TV-2", "facts")) == 1, "of the case that nobody touched the form is made once"
    assert desk.form(reader, "TV-1", "judging").exists()


def test_others_take_their_steps_while_a_report_is_made(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    def raised() -> None:
        commands.works("urgent", "TV-07", "--concern", "Nobody knows where he is.", "--told", "The SPO, at ten.", who="R01")

    meanwhile(monkeypatch, raised, 1)
    commands.works("report", "--format", "json", who="L01")
    *_, raising, reported = folder.RoundFolder(commands.folder).rows()
    assert (raising.step.did, reported.step.did) == ("raised", "reported")
    assert reported.step.about["rows"] == raising.number, "the report is of the round with what was raised"
    told = json.loads((commands.folder / "reports/1/report.json").read_text(encoding="utf-8"))["figures"]["raised"]
    assert told["cases"] == 1


def test_a_report_that_is_out_of_date_each_time_is_not_written(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    def raised() -> None:
        commands.works("urgent", "TV-07", "--concern", "Nobody knows where he is.", "--told", "The SPO, at ten.", who="R01")

    meanwhile(monkeypatch, raised, 99)
    told = commands.refused("report", "--format", "json", who="L01")
    assert "Nothing was written. Run it again" in told
    assert not (commands.folder / "reports").exists()
    assert folder.RoundFolder(commands.folder).rows()[-1].step.did == "raised"


def test_whoever_only_looks_never_takes_a_step_for_missing_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody takes two steps between the reading of the trail and of its end: nothing is missing."""
    at_hand = RoundAtHand(tmp_path / "round")
    at_hand.draw(["TV-1"])
    whole, left = folder.RoundFolder._trail, [1]

    def and_others_go_on(self: folder.RoundFolder) -> bytes:
        found = whole(self)
        if left[0]:
            left[0] = 0
            for _ in range(2):
                at_hand.take(lambda state: setting_up.raise_urgent(at_hand.plan, "R01", "TV-1", "He waits.", "The SPO."))
        return found

    monkeypatch.setattr(folder.RoundFolder, "_trail", and_others_go_on)
    assert [row.step.did for row in at_hand.folder.rows()] == ["drew", "raised", "raised"]
