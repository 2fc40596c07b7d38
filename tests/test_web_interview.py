"""What the interview asks at once, what it takes for granted only once that is confirmed, and how one goes back in it."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from desk_client import Officer
from html_forms import form_of, text_of
from knowledge_base import ORDINARY
from page_client import words_of
from quips.source import parse_yaml
from quips.statuses import Status

CASE = "/cases/TV-1"
TEXT = "case: TV-1\nas_at: 2010-04-19\ncircumstances: {}\nrecord: []\n"


@pytest.fixture
def officer(tmp_path: Path) -> Officer:
    officer = Officer(tmp_path)
    officer.put("TV-1", TEXT)
    return officer


def day(prefix: str, day: str, month: str, year: str) -> dict[str, list[str]]:
    return {f"{prefix}-day": [day], f"{prefix}-month": [month], f"{prefix}-year": [year]}


def back_of(officer: Officer, address: str) -> str:
    """Where the link back of a page leads."""
    [link] = re.findall(r'<a href="([^"]*)" class="govuk-back', officer.page(address))
    return unescape(link)


SENTENCE = f"{CASE}/circumstances?about=sentence&about=requirements&about=sentenced&from=ask"


def test_all_that_is_wrong_on_a_page_of_several_questions_is_told_and_nothing_is_kept(officer: Officer) -> None:
    sent = {"sentence": ["licence"], "sentenced": ["date"], **day("sentenced-1", "31", "2", "2010")}
    answer = officer.send(SENTENCE, sent)
    assert answer.status_code == 422
    said = text_of(answer.text)
    assert "Choose an answer to 'Which requirements are on the order" in said and "must be a real date" in said
    assert officer.value("TV-1")["circumstances"] == {}


def test_the_answers_of_a_page_are_kept_together(officer: Officer) -> None:
    sent = {"sentence": ["licence"], "requirements": ["dont_know"], "sentenced": ["date"], **day("sentenced-1", "3", "3", "2008")}
    assert officer.send(SENTENCE, sent).status_code == 303
    assert officer.value("TV-1")["circumstances"] == {"sentence": "licence", "sentenced": "2008-03-03"}
    again = form_of(officer.page(SENTENCE), "requirements").as_it_stands()
    assert ("requirements", "dont_know") in again and ("sentence", "licence") in again


DATES = f"{CASE}/circumstances?about=sentenced&about=supervision_started&from=ask"


def test_a_date_that_is_that_of_the_question_above_need_not_be_typed_again(officer: Officer) -> None:
    sent = {"sentenced": ["date"], **day("sentenced-1", "3", "3", "2008"), "supervision_started": ["same_day"]}
    assert "Same as the date of sentence" in text_of(officer.page(DATES))
    assert officer.send(DATES, sent).status_code == 303
    assert officer.value("TV-1")["circumstances"] == {"sentenced": "2008-03-03", "supervision_started": "2008-03-03"}
    assert ("supervision_started-1-day", "3") in form_of(officer.page(DATES), "sentenced").as_it_stands()


def test_what_is_wrong_with_the_date_above_is_told_where_it_was_typed_and_once(officer: Officer) -> None:
    sent = {"sentenced": ["date"], **day("sentenced-1", "31", "2", "2008"), "supervision_started": ["same_day"]}
    answer = officer.send(DATES, sent)
    assert answer.status_code == 422 and text_of(answer.text).count("must be a real date") == 2  # above all, and at the field
    assert ("supervision_started", "same_day") in form_of(answer.text, "sentenced").as_it_stands()


def test_the_first_date_of_a_page_has_none_above_it_to_be_the_same_as(officer: Officer) -> None:
    assert "same_day" not in form_of(officer.page(DATES), "sentenced").offered("sentenced")
    assert "Same as" not in text_of(officer.page(f"{CASE}/circumstance/supervision_started?from=ask"))


@pytest.mark.parametrize(
    ("term", "sent"),
    [
        ("supervision_started", {"supervision_started": ["date"], **day("supervision_started-1", "20", "4", "2010")}),
        (
            "tier",
            {"tier": ["changed"], **day("tier-change-1-from", "20", "4", "2010"), "tier-change-1-is": ["3"]},
        ),
    ],
)
def test_a_day_after_the_one_on_which_the_record_is_read_is_refused(
    officer: Officer, term: str, sent: dict[str, list[str]]
) -> None:
    answer = officer.send(f"{CASE}/circumstance/{term}", sent)
    assert answer.status_code == 422 and "19 April 2010, the day the record is read" in text_of(answer.text)
    assert officer.value("TV-1")["circumstances"] == {}


def test_what_is_still_to_come_is_named_as_the_way_to_say_so(officer: Officer) -> None:
    sent = {"supervision_started": ["date"], **day("supervision_started-1", "20", "4", "2010")}
    said = text_of(officer.send(f"{CASE}/circumstance/supervision_started", sent).text)
    assert "Choose 'It is still to come', or correct the date" in said


def test_back_leads_through_the_pages_that_were_answered(officer: Officer) -> None:
    first, second = f"{CASE}/circumstance/tier?from=ask", f"{CASE}/circumstance/ppo?from=ask"
    third = f"{CASE}/circumstance/in_wales?from=ask"
    assert back_of(officer, first) == f"{CASE}/"
    officer.send(first, {"tier": ["2"]})
    officer.send(second, {"ppo": ["no"]})
    assert back_of(officer, third) == second
    assert back_of(officer, second) == first
    assert back_of(officer, first) == f"{CASE}/"
    officer.send(first, {"tier": ["3"]})
    assert back_of(officer, third) == second, "answering one again does not change the way"


def test_back_from_what_follows_an_entry_opens_the_entry_and_does_not_add_another(officer: Officer) -> None:
    officer.send(f"{CASE}/activity/contact/add?from=ask", day("on", "9", "4", "2010"))
    back = back_of(officer, f"{CASE}/circumstance/ppo?from=ask")
    assert back == f"{CASE}/record/0?from=ask"
    officer.send(back, day("on", "8", "4", "2010"), "on-day")
    assert [list(entry) for entry in officer.value("TV-1")["record"]] == [["contact"]] and "2010-04-08" in officer.text("TV-1")
    officer.send(f"{CASE}/record/0/remove?from=ask", {})
    assert back_of(officer, f"{CASE}/circumstance/ppo?from=ask") == f"{CASE}/"


def test_another_of_the_same_kind_is_added_at_once(officer: Officer) -> None:
    add = f"{CASE}/activity/contact/add?from=ask"
    form = form_of(officer.page(add), "on-day")
    assert [button.name for button in form.buttons] == ["another", "leave"]
    answer = officer.post(add, [*form.filled(day("on", "9", "4", "2010")), ("another", "yes")])
    assert answer.status_code == 303 and answer.location == add
    assert len(officer.value("TV-1")["record"]) == 1


def test_what_cannot_have_been_is_not_asked_and_is_asked_again_once_it_can(officer: Officer) -> None:
    assert not asked_of(officer, {}) & {"unpaid_work_start", "sara", "prison_move", "drug_review_hearing", "mappa_meeting"}
    assert "first_appointment" in asked_of(officer, {})
    licence = {"sentence": "licence", "release": "2009-11-02", "requirements": ["drug_rehabilitation"]}
    assert {"prison_move", "drug_review_hearing"} <= asked_of(officer, licence)
    assert "sara" in asked_of(officer, {"domestic_abuse": None}), "what is not known may be"


def asked_of(officer: Officer, other: dict[str, Any]) -> set[str]:
    """The activities of which the interview would come to ask whether they are on the file, of a case with an empty record."""
    case = dict(parse_yaml(ORDINARY.read_text(encoding="utf-8"), "case.yaml").value)
    given = {name: value for name, value in {**case["circumstances"], **other}.items() if value is not None}
    officer.put("TV-1", json.dumps({**case, "case": "TV-1", "circumstances": given, "record": [], "record_complete": False}))
    steps = officer.desk.look("TV-1").steps
    return {name for step in steps if step.kind == "which" for name in step.names}


HIGH = TEXT.replace("circumstances: {}", "circumstances: {sentence: licence, rosh_level: high, supervision_started: 2009-07-13}")


def inferred_of(officer: Officer) -> set[str]:
    steps = officer.desk.look("TV-1").steps
    return {name for step in steps if step.kind == "inferred" for name in step.names}


def test_what_was_inferred_is_confirmed_without_becoming_an_answer_and_asked_again_once_it_is_another(officer: Officer) -> None:
    officer.put("TV-1", HIGH)
    asked = inferred_of(officer)
    assert "risk_management_plan_required" in asked
    address = f"{CASE}/inferred?{'&'.join(f'about={name}' for name in sorted(asked))}&from=ask"
    assert officer.send(address, {}, *asked).status_code == 303
    assert officer.text("TV-1") == HIGH, "it stays inferred, so that it follows the answers it rests on"
    assert not inferred_of(officer)
    officer.send(f"{CASE}/circumstance/risk_management_plan_required", {"risk_management_plan_required": ["no"]})
    assert officer.value("TV-1")["circumstances"]["risk_management_plan_required"] is False


def test_a_no_that_was_inferred_is_confirmed_as_well_for_it_keeps_a_plan_from_being_missed(officer: Officer) -> None:
    given = "{sentence: community_order, rosh_level: medium, supervision_started: 2009-07-13, domestic_abuse: true}"
    officer.put("TV-1", TEXT.replace("circumstances: {}", f"circumstances: {given}"))
    plan = [one for one in officer.desk.look("TV-1").audit.findings if one.rule.name == "risk-management-plan-completed"]
    assert [one.status for one in plan] == [Status.NOT_APPLICABLE]
    assert "risk_management_plan_required" in inferred_of(officer)


def test_what_rests_on_an_inference_that_somebody_said_is_right_is_no_longer_provisional_for_it(officer: Officer) -> None:
    officer.put("TV-1", HIGH.replace("record_complete: false", "record_complete: true"))
    page, asked = f"{CASE}/findings", inferred_of(officer)
    assert "it uses what was inferred" in words_of(officer.page(page))
    address = f"{CASE}/inferred?{'&'.join(f'about={name}' for name in sorted(asked))}&from=ask"
    officer.send(address, {}, *asked)
    assert "it uses what was inferred" not in words_of(officer.page(page))
    assert "it uses what was inferred" not in words_of(officer.page(f"{CASE}/takeaway/report")), "nor in print"
    officer.put("TV-1", officer.text("TV-1").replace("rosh_level: high", "rosh_level: very_high"))
    still = {fact.name for one in officer.desk.look("TV-1").audit.findings for fact in one.facts if fact.inferred}
    assert still, "what was confirmed was of the case as it was"


GAP = """\
case: TV-1
as_at: 2010-04-19
record_complete: true
circumstances: {sentence: licence, rosh_level: high, supervision_started: 2009-07-13, release: 2009-07-13, provider: trust}
record: []
"""


def test_what_an_answer_changed_in_the_findings_is_told_once(officer: Officer) -> None:
    officer.put("TV-1", GAP)
    add = f"{CASE}/activity/home_visit/add?from=findings"
    seen = day("on", "15", "7", "2009") | {"purposeful": ["yes"], "sufficient": ["yes"]}
    told = text_of(officer.send(add, seen, follow=True).text)
    assert "What that changed Saved. Closed: an early, purposeful home visit" in told
    assert "What that changed" not in officer.page(f"{CASE}/findings")
    nothing = text_of(officer.send(f"{CASE}/record/0?from=findings", {"note": ["Seen."]}, follow=True).text)
    assert "No gap has changed by it." in nothing


def test_what_is_done_late_is_told_as_done(officer: Officer) -> None:
    officer.put("TV-1", GAP)
    seen = day("on", "15", "3", "2010") | {"purposeful": ["yes"], "sufficient": ["yes"]}
    told = text_of(officer.send(f"{CASE}/activity/home_visit/add?from=findings", seen, follow=True).text)
    assert "Saved. Done now, and late: an early, purposeful home visit" in told


def test_the_page_of_an_entry_says_what_is_on_the_record_already(officer: Officer) -> None:
    assert "On the record already" not in officer.page(f"{CASE}/activity/contact/add")
    for n in range(1, 10):
        officer.send(f"{CASE}/activity/contact/add", day("on", str(n), "3", "2010"))
        said = text_of(officer.page(f"{CASE}/activity/contact/add"))
        if n == 2:
            assert "On the record already: 1 March 2010 and 2 March 2010." in said
    assert "On the record already: 9, the latest 9 March 2010." in said


def test_each_earlier_version_says_what_was_changed_after_it(officer: Officer) -> None:
    officer.send(f"{CASE}/circumstance/tier", {"tier": ["3"]})
    officer.send(f"{CASE}/circumstance/tier", {"tier": ["4"]})
    page = text_of(officer.page(f"{CASE}/versions"))
    assert "was “3”, is now “4”" in page and "was “not answered”, is now “3”" in page
