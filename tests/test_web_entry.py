"""Entering what was done: what decides is asked in sight, and nothing is chosen for anybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk_client import Officer
from html_forms import form_of
from pages_at_hand import words_of

CASE = "/cases/TV-1"
TEXT = """\
case: TV-1
as_at: 2018-11-26
record_complete: false
circumstances:
  sentence: licence
  provider: nps
  supervision_started: 2018-10-01
  release: 2018-10-01
  rosh_level: high
record: []
"""


@pytest.fixture
def officer(tmp_path: Path) -> Officer:
    officer = Officer(tmp_path)
    officer.put("TV-1", TEXT)
    return officer


@pytest.mark.parametrize(
    ("activity", "question"),
    [
        ("absence", "Was the absence judged acceptable?"),  # an unacceptable one starts a clock
        ("rosh_screening", "Did the screening indicate that a full risk of harm analysis was needed?"),  # infers a circumstance
    ],
)
def test_what_decides_whether_something_is_asked_at_all_is_asked_in_sight(officer: Officer, activity: str, question: str) -> None:
    in_sight, _, folded = words_of(officer.page(f"{CASE}/activity/{activity}/add")).partition("More that can be said of it")
    assert question in in_sight
    assert question not in folded


def test_whether_there_is_another_is_left_open_once_one_has_been_entered(officer: Officer) -> None:
    stage = f"{CASE}/stage/assessment/which"
    officer.send(stage, {"there": ["rosh_screening"]})
    asked = f"{CASE}/activity/rosh_screening"
    before = form_of(officer.page(asked), "answer").filled({})
    assert ("answer", "yes") in before, "it was said to be on the file"
    day = {"when": ["date"], "on-day": ["8"], "on-month": ["10"], "on-year": ["2018"]}
    assert officer.send(f"{asked}/add", day).status_code == 303
    assert "answer" not in dict(form_of(officer.page(asked), "answer").filled({}))


def test_that_there_is_no_other_is_still_chosen_when_the_page_is_opened_again(officer: Officer) -> None:
    asked = f"{CASE}/activity/home_visit"
    day = {"when": ["date"], "on-day": ["8"], "on-month": ["10"], "on-year": ["2018"]}
    officer.send(f"{asked}/add", day)
    officer.send(asked, {"answer": ["no"]})
    assert ("answer", "no") in form_of(officer.page(asked), "answer").filled({})


def test_a_reason_that_waits_for_a_judgement_can_be_opened_from_the_finding(officer: Officer) -> None:
    officer.send(f"{CASE}/activity/approved_premises_referral/reason", {"reason": ["There was no bed in the area."]})
    finding = f"{CASE}/findings/approved-premises-referral-made/release"
    assert "Open: the reason for no referral to approved premises" in words_of(officer.page(finding))
    officer.send(f"{CASE}/record/0", {"acceptable": ["yes"]})
    assert "Open: the reason" not in words_of(officer.page(finding))


def test_what_was_done_after_our_own_last_day_is_not_simply_told_as_done_well(officer: Officer) -> None:
    """It is asked within five working days of 1 October, by our own reading; 8 October is the last of them."""
    said = "our own last day; whether that was soon enough is for the auditor"
    officer.put(
        "TV-1",
        TEXT.replace("rosh_level: high", "child_safeguarding: true").replace(
            "record: []", "record: [{agency_check: {on: 2018-10-08, agency: childrens_services}}]"
        ),
    )
    assert said not in words_of(officer.page(f"{CASE}/findings"))
    officer.put("TV-1", officer.text("TV-1").replace("2018-10-08", "2018-10-09"))
    assert f"9 October 2018 (after 8 October 2018, {said})" in words_of(officer.page(f"{CASE}/findings"))


def test_where_something_was_evidenced_is_offered_as_answers_begin(officer: Officer) -> None:
    page = words_of(officer.page(f"{CASE}/activity/contact/add"))
    assert "The file Interview File and interview" in page
    assert "When was it?" in page
