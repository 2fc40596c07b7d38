"""Entering what was done: what decides is asked in sight, and nothing is chosen for anybody."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest

from desk_client import Officer
from html_forms import form_of, links_of
from knowledge_base import ORDINARY
from pages_at_hand import words_of
from quips.web import showing
from quips.web.interview import ACTIVITY, aside_key

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
    officer.send(f"{CASE}/which?about=rosh_screening&about=oasys", {"there": ["rosh_screening"]})
    asked = f"{CASE}/activity/rosh_screening"
    before = form_of(officer.page(asked), "answer").filled({})
    assert ("answer", "yes") in before, "it was said to be on the file"
    day = {"when": ["date"], "on-day": ["8"], "on-month": ["10"], "on-year": ["2018"]}
    assert officer.send(f"{asked}/add", day).status_code == 303
    assert "answer" not in dict(form_of(officer.page(asked), "answer").filled({}))


def test_what_was_ticked_is_asked_though_something_else_has_answered_for_it(officer: Officer) -> None:
    """An OASys answers what an OGRS score would; that there is a score was said all the same."""
    officer.send(f"{CASE}/which?about=oasys&about=ogrs", {"there": ["oasys", "ogrs"]})
    day = {"when": ["date"], "on-day": ["8"], "on-month": ["10"], "on-year": ["2018"]}
    assert officer.send(f"{CASE}/activity/oasys/add", day).status_code == 303
    asked = [step.names for step in officer.desk.look("TV-1").steps if step.kind == ACTIVITY]
    assert ("ogrs",) in asked
    assert officer.send(f"{CASE}/activity/ogrs/add", day).status_code == 303
    assert ("ogrs",) not in [step.names for step in officer.desk.look("TV-1").steps if step.kind == ACTIVITY]


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
    officer.put(
        "TV-1",
        TEXT.replace("rosh_level: high", "child_safeguarding: true").replace(
            "record: []", "record: [{agency_check: {on: 2018-10-08, agency: childrens_services}}]"
        ),
    )
    said, heading = (
        "after 8 October 2018, our own last day: no source gives a number",
        "whether it was on time is for the auditor",
    )
    assert said not in words_of(officer.page(f"{CASE}/findings"))
    officer.put("TV-1", officer.text("TV-1").replace("2018-10-08", "2018-10-09"))
    _, _, timing = words_of(officer.page(f"{CASE}/findings")).rpartition(heading)
    assert said in timing.partition("Cannot tell yet")[0]


def test_where_something_was_evidenced_is_offered_as_answers_begin(officer: Officer) -> None:
    page = words_of(officer.page(f"{CASE}/activity/contact/add"))
    assert "The file Interview File and interview" in page
    assert "When was it?" in page


def test_lines_of_a_note_are_shown_as_they_were_written(officer: Officer) -> None:
    """The ends of lines are kept, and the indentation of the page around them is not taken for part of the note."""
    note = "Cynllun gofal plant.\nحضر مترجم.\n<b>Third line.</b>"
    day = {"when": ["date"], "on-day": ["8"], "on-month": ["10"], "on-year": ["2018"]}
    officer.send(f"{CASE}/activity/contact/add", day | {"note": [note]})
    said = officer.page(f"{CASE}/check").partition('<span class="quips-text" dir="auto">8 October 2018')[2]
    shown = said.partition('<span class="quips-text" dir="auto">')[2].partition("</span>")[0]
    assert unescape(shown) == note


def test_a_case_of_which_nothing_is_said_is_not_one_without_gaps(officer: Officer) -> None:
    officer.put("TV-2", "case: TV-2\nas_at: 2018-11-26\nrecord_complete: false\ncircumstances: {}\nrecord: []\n")
    assert "Nothing to read yet" in words_of(officer.page("/cases/TV-2/"))
    assert "Nothing to read yet" not in words_of(officer.page(f"{CASE}/"))
    assert words_of(officer.page("/")).count("Not begun") == 1


def test_a_date_that_may_be_a_slip_is_told_above_the_findings(officer: Officer) -> None:
    """A start that is still to come hides every gap that would be due from it."""
    officer.put("TV-1", TEXT.replace("2018-10-01", "2019-10-01"))
    page = words_of(officer.page(f"{CASE}/findings"))
    assert "Correct it if it is a slip" in page.partition("To put right")[0]
    officer.put("TV-1", TEXT)
    assert "if it is a slip" not in words_of(officer.page(f"{CASE}/findings"))


@pytest.mark.parametrize(("day", "asked_about"), [("2018-04-03", False), ("2018-04-01", True), ("unknown", False)])
def test_an_entry_long_before_every_date_of_the_case_is_asked_about(day: str, asked_about: bool, officer: Officer) -> None:
    officer.put("TV-1", TEXT.replace("record: []", f"record:\n  - home_visit: {{on: {day}}}"))
    page = words_of(officer.page(f"{CASE}/findings")).partition("To put right")[0]
    assert ("more than half a year before any date" in page) is asked_about


def test_a_warning_speaks_of_the_entry_in_words_and_leads_to_it(officer: Officer) -> None:
    reason = "not_done: {activity: home_visit, reason: on leave, on: 2017-01-04}"
    record = f"record:\n  - home_visit: 2018-10-05\n  - police_call_out: {{on: 2017-01-03}}\n  - {reason}\ndisputes: []"
    officer.put("TV-1", TEXT.replace("record: []", record).replace("release: 2018-10-01", "release: 2019-10-01"))
    page = officer.page(f"{CASE}/findings")
    above = page.partition("To put right")[0]
    assert "Police call-out: 3 January 2017 is more than half a year before" in words_of(above)
    assert f'href="{CASE}/record/1"' in above and f'href="{CASE}/circumstance/release"' in above
    assert "No home visit, for a reason: 4 January 2017 is more than half a year before" in words_of(above)
    assert "police_call_out" not in words_of(above) and "not_done" not in words_of(above)


def test_the_edition_in_use_is_shown_as_chosen(officer: Officer) -> None:
    page = officer.page(f"{CASE}/findings")
    assert ("edition", "") in form_of(page, "edition").as_it_stands()


def test_several_answers_are_told_as_one_sentence(officer: Officer) -> None:
    officer.put("TV-1", TEXT.replace("rosh_level: high", "risk_to: [children, known_adult]"))
    assert "Children and a known adult" in words_of(officer.page(f"{CASE}/check"))


def test_a_finding_from_two_clocks_of_one_day_is_told_once_on_the_timeline(officer: Officer) -> None:
    officer.put("TV-1", TEXT.replace("record: []", "record: [{rosh_screening: 2018-10-08}]"))
    page = words_of(officer.page(f"{CASE}/timeline"))
    assert page.count("the risk of harm screening is done promptly") == 1


def test_several_that_are_alike_are_added_from_one_page(officer: Officer) -> None:
    sent = {"when": ["date"], "on-day": ["8"], "on-month": ["10"], "on-year": ["2018"], "kind": ["office"]}
    days = "15/10/2018\n\n22 oct 2018\n2018-10-29\n"
    assert officer.send(f"{CASE}/activity/contact/add", {**sent, "other_days": [days]}).status_code == 303
    record = officer.value("TV-1")["record"]
    assert [one["contact"]["on"] for one in record] == ["2018-10-08", "2018-10-15", "2018-10-22", "2018-10-29"]
    assert all(one["contact"]["kind"] == "office" for one in record)


def test_days_that_cannot_be_are_told_by_their_lines_all_at_once_and_nothing_is_added(officer: Officer) -> None:
    sent = {"when": ["date"], "on-day": ["8"], "on-month": ["10"], "on-year": ["2018"]}
    days = "31 2 2018\n8 10 2018\nlast week\n27 11 2018\n1 1 18\n15 10 2018\n15 10 2018"
    answer = officer.send(f"{CASE}/activity/contact/add", {**sent, "other_days": [days]})
    assert answer.status_code == 422
    page = words_of(answer.text)
    for told in (
        "The others: line 1 must be a real date",
        "Line 2 gives 8 October 2018 again",
        "Line 3 must be a day, a month and a year",
        "Line 4 must be 26 November 2018, the day the record is read, or before",
        "Line 5 must have a year from 1950",
        "Line 7 gives 15 October 2018 again",
    ):
        assert told in page
    assert "Line 6" not in page
    assert officer.value("TV-1")["record"] == []
    many = "\n".join(f"{1 + n % 28} {1 + n // 28} 2017" for n in range(101))
    assert (
        "The others: give 100 days or fewer" in officer.send(f"{CASE}/activity/contact/add", {**sent, "other_days": [many]}).text
    )


# What is on the file, and when -------------------------------------------------------------------------------------------

WHICH = f"{CASE}/which?about=rosh_screening&about=oasys&about=contact&from=ask"


def test_the_days_of_what_is_ticked_become_entries_and_what_is_given_none_is_asked_next(officer: Officer) -> None:
    fields = form_of(officer.page(WHICH)).names()
    assert "days-rosh_screening" not in fields, "what the screening found decides what comes after it: its day is not enough"
    ticked = {"there": ["rosh_screening", "oasys", "contact"]}
    sent = officer.send(WHICH, {**ticked, "days-contact": ["15/10/2018\n22 oct 2018\n"], "days-oasys": ["8 10 2018"]})
    assert sent.status_code == 303
    record = officer.value("TV-1")["record"]
    days = {"oasys": ["2018-10-08"], "contact": ["2018-10-15", "2018-10-22"]}
    assert record == [{name: {"on": day}} for name in ("oasys", "contact") for day in days[name]]
    asked = [step.names for step in officer.desk.look("TV-1").steps if step.kind == ACTIVITY]
    assert asked == [("rosh_screening",)]


def test_a_page_that_is_opened_again_shows_what_is_there_and_asks_nothing_twice(officer: Officer) -> None:
    officer.send(WHICH, {"there": ["oasys"], "days-oasys": ["8 10 2018"]})
    again = officer.page(WHICH)
    assert "On the record already: 8 October 2018." in words_of(again)
    standing = form_of(again).as_it_stands()
    assert ("there", "oasys") in standing and ("days-oasys", "") in standing
    assert officer.send(WHICH, {}, "there").status_code == 303
    assert not [step for step in officer.desk.look("TV-1").steps if step.kind == ACTIVITY]
    assert len(officer.value("TV-1")["record"]) == 1
    refused = officer.send(WHICH, {"days-oasys": ["1 10 2018\n8 10 2018"]}, "there")
    assert refused.status_code == 422 and "OASys assessment: 8 October 2018 is on the record already" in words_of(refused.text)
    assert len(officer.value("TV-1")["record"]) == 1


def test_days_are_never_dropped_without_a_word(officer: Officer) -> None:
    """Without script the days of all stand open; with it, those of what is not ticked are sent though nobody sees them."""
    wrong = {"there": ["oasys"], "days-oasys": ["8 10 2018"], "days-contact": ["9 10 2018"]}
    refused = officer.send(WHICH, wrong)
    assert refused.status_code == 422
    assert "Contact: days were given and it was not ticked. Leave it ticked to enter them" in words_of(refused.text)
    assert ("there", "contact") in form_of(refused.text).as_it_stands(), "so that what is to be changed is in sight"
    refused = officer.send(
        WHICH, {"there": ["oasys", "contact"], "days-oasys": ["8 10"], "days-contact": ["9 10 2018\n31 2 2018"]}
    )
    page = words_of(refused.text)
    assert "OASys assessment: line 1 must be a day, a month and a year" in page
    assert "Contact: line 2 must be a real date" in page
    assert ("days-contact", "9 10 2018\n31 2 2018") in form_of(refused.text).as_it_stands()
    assert officer.value("TV-1")["record"] == []


def test_somebody_with_the_file_open_gives_the_days_of_several_at_once(officer: Officer) -> None:
    officer.send(f"{CASE}/which?about=oasys&about=contact", {"there": ["none"]})
    links = [link for link in links_of(officer.page(f"{CASE}/record")) if "/days?" in link]
    page = next(link for link in links if "about=contact" in link)
    assert "about=rosh_screening" not in "".join(links), "what it found has to be said of it as well"
    wrong = officer.send(page, {"days-contact": ["15 10 2018\n16 13 2018"]})
    assert wrong.status_code == 422 and "Contact: line 2 must be a real date" in words_of(wrong.text)
    saved = officer.send(page, {"days-contact": ["15 10 2018\n22 10 2018"]})
    assert (saved.status_code, saved.location) == (303, f"{CASE}/record")
    assert officer.value("TV-1")["record"] == [{"contact": {"on": day}} for day in ("2018-10-15", "2018-10-22")]
    assert f"{ACTIVITY}/contact" not in officer.desk.look("TV-1").aside, "that it is not in the file is no longer said"
    assert officer.send(page, {"days-contact": ["22 10 2018"]}).status_code == 422, "it is there already"
    assert officer.send(page, {}, "days-contact").status_code == 303 and len(officer.value("TV-1")["record"]) == 2


LATE = ORDINARY.read_text(encoding="utf-8").replace("TV-0100", "TV-1").replace("2009-11-05", "2009-11-20")
"""A first appointment of which only its day is given, and that is too late."""


def marks_asked(officer: Officer) -> list[str]:
    return [mark for step in officer.desk.look("TV-1").steps if step.kind == "more" for mark in step.names]


def test_of_what_gives_only_its_day_it_is_asked_once_whether_it_fell_short(officer: Officer) -> None:
    officer.put("TV-1", LATE)
    marks = marks_asked(officer)
    page = f"{CASE}/more?{'&'.join(f'about={mark}' for mark in marks)}&from=ask"
    said = words_of(officer.page(page))
    assert "First appointment, 20 November 2009 Late: due by 9 November 2009." in said
    assert "Sentence plan" not in said, "it is said of it that it was good enough"
    assert officer.send(page, {}, "more").status_code == 422
    assert officer.send(page, {"more": [marks[0], "none"]}).status_code == 422
    assert officer.send(page, {"more": [marks[0]]}).status_code == 303
    assert marks_asked(officer) == []
    waiting = [step.names for step in officer.desk.look("TV-1").steps if step.kind == "entry" and not step.wanted]
    assert waiting == [("3",)]
    officer.send(f"{CASE}/record/3?from=ask", {}, "when")
    again = [step for step in officer.desk.look("TV-1").steps if step.about("entry", "3")]
    assert not again, "left as it is, it is not asked again"


def test_that_all_that_is_missing_is_found_is_not_said_while_it_is_not_known_of_which_kind_something_was(
    officer: Officer,
) -> None:
    """A check with an agency that is not named may be that with children's services; whether a plan is good is another matter."""
    checked = LATE.replace("child_safeguarding: false", "child_safeguarding: true") + "  - agency_check: 2009-11-10\n"
    officer.put("TV-1", checked)
    steps = officer.desk.look("TV-1").steps
    [of_kind] = [step for step in steps if step.about("entry", "8")]
    assert "agency" in of_kind.wanted and not of_kind.how_well
    assert all(step.how_well for step in steps if step.about("entry", "4")), "the sentence plan"
    kinds = [(step.kind, step.how_well) for step in steps]
    assert kinds.index(("entry", False)) < kinds.index(("more", True)) < kinds.index(("entry", True))
    for step in [*steps]:
        if step.kind not in ("entry", "more"):
            officer.desk.put_all_aside("TV-1", {aside_key(step.kind, name): "dont_know" for name in step.names})
    page = words_of(officer.page(f"{CASE}/record/8?from=ask"))
    assert "is found" not in page and "Part 2 of 3" in page


def test_the_reason_for_lateness_is_asked_in_sight_where_something_was_late(officer: Officer) -> None:
    officer.put("TV-1", LATE)
    in_sight, _, folded = words_of(officer.page(f"{CASE}/record/3?from=ask")).partition("More that can be said of it")
    assert "What reason is recorded for its being late? It was due by 9 November 2009." in in_sight
    assert "being late" not in folded and "If it was late" not in folded
    in_sight, _, folded = words_of(officer.page(f"{CASE}/record/0?from=ask")).partition("More that can be said of it")
    assert "late?" not in in_sight and "If it was late: what reason is recorded?" in folded


def test_what_was_entered_on_its_own_page_is_not_asked_about_again(officer: Officer) -> None:
    officer.send(f"{CASE}/activity/oasys/add", {"when": ["date"], "on-day": ["8"], "on-month": ["10"], "on-year": ["2018"]})
    assert marks_asked(officer) == []


def test_what_a_change_affects_is_asked_in_sight_also_of_the_first_one_on_a_record_that_is_complete(officer: Officer) -> None:
    """No occasion is on the record for a review after a change; the change that is being entered may be one."""
    officer.put("TV-1", TEXT.replace("record_complete: false", "record_complete: true"))
    in_sight, _, folded = words_of(officer.page(f"{CASE}/activity/significant_change/add")).partition(
        "More that can be said of it"
    )
    assert "What might it affect?" in in_sight and "What might it affect?" not in folded


def test_of_what_merely_happened_it_is_not_asked_whether_it_was_good_or_late(officer: Officer) -> None:
    asked = ("Was it good enough?", "If it was late: what reason is recorded?", "It was not done, or")
    work, event = (words_of(officer.page(f"{CASE}/activity/{name}/add")) for name in ("home_visit", "police_call_out"))
    assert all(question in work for question in asked)
    assert not any(question in event for question in asked)
    assert "It is not in the file" in event


def test_what_is_said_already_of_what_merely_happened_can_still_be_changed(officer: Officer) -> None:
    said = "{on: 2018-10-08, sufficient: true, late_reason: {reason: a full diary}}"
    officer.put("TV-1", TEXT.replace("record: []", f"record: [{{police_call_out: {said}}}]"))
    assert officer.send(f"{CASE}/record/0", {}).status_code == 303
    [entry] = officer.value("TV-1")["record"]
    assert entry["police_call_out"] == {"on": "2018-10-08", "sufficient": True, "late_reason": {"reason": "a full diary"}}


def test_what_was_typed_of_a_day_does_not_count_once_nobody_can_tell_it(officer: Officer) -> None:
    """The boxes of the day are hidden then, so that nobody could clear them."""
    part = {"when": ["unknown"], "on-month": ["10"], "on-year": ["2018"]}
    assert officer.send(f"{CASE}/activity/home_visit/add", part).status_code == 303
    assert officer.send(f"{CASE}/activity/contact/add", {**part, "on-day": ["8"]}).status_code == 303
    assert officer.value("TV-1")["record"] == [{"home_visit": {"on": "unknown"}}, {"contact": {"on": "unknown"}}]


def test_a_change_of_which_nobody_can_tell_the_day_is_asked_for_it_once_more_and_stays_in_sight(officer: Officer) -> None:
    change = {"when": ["unknown"], "affects": ["risk_of_harm"], "note": ["moved in with a new partner"]}
    assert officer.send(f"{CASE}/activity/significant_change/add", change).status_code == 303
    assert "Somebody may be at risk, and what decides is not given: significant change, day not known." in words_of(
        officer.page(CASE)
    )
    again = words_of(officer.page(f"{CASE}/record/0"))
    assert "give the last day that it can have been" in again
    findings = officer.page(f"{CASE}/findings")
    assert "the day of the significant change" in words_of(findings).lower() and f"{CASE}/record/0?from=findings" in findings
    day = {"when": ["date"], "on-day": ["15"], "on-month": ["10"], "on-year": ["2018"]}
    officer.send(f"{CASE}/record/0", {**change, **day})
    after = words_of(officer.page(f"{CASE}/findings"))
    assert "what decides is not given" not in after
    finding = officer.page(f"{CASE}/findings/roh-review-after-change/significant_change@2018-10-15")
    assert "Noted on the significant change: “moved in with a new partner”." in words_of(finding)


def test_what_a_change_may_affect_is_asked_in_sight_also_when_it_is_looked_at_again(officer: Officer) -> None:
    day = {"when": ["date"], "on-day": ["15"], "on-month": ["10"], "on-year": ["2018"]}
    officer.send(f"{CASE}/activity/significant_change/add", day)
    in_sight, _, folded = words_of(officer.page(f"{CASE}/record/0")).partition("More that can be said of it")
    assert "What might it affect?" in in_sight and "What might it affect?" not in folded
    assert "what decides is not given: significant change on 15 October 2018" in words_of(officer.page(CASE))


def test_what_is_sent_twice_is_added_once(officer: Officer) -> None:
    """Back and Save would count a contact twice without a word."""
    day = {"when": ["date"], "on-day": ["15"], "on-month": ["10"], "on-year": ["2018"]}
    assert officer.send(f"{CASE}/activity/contact/add", day).status_code == 303
    again = officer.send(f"{CASE}/activity/contact/add", day)
    assert again.status_code == 422 and "What this says is on the record already" in words_of(again.text)
    others = {**day, "on-day": ["16"], "other_days": ["15 10 2018"]}
    assert officer.send(f"{CASE}/activity/contact/add", others).status_code == 422
    assert officer.send(f"{CASE}/activity/contact/add", {**day, "note": ["in the afternoon, at home"]}).status_code == 303
    assert len(officer.value("TV-1")["record"]) == 2


# Leaving in the middle -----------------------------------------------------------------------------------------------------


def test_what_has_been_answered_of_a_page_is_kept_by_somebody_who_leaves(officer: Officer) -> None:
    page = f"{CASE}/circumstances?about=domestic_abuse&about=child_safeguarding&from=ask"
    assert officer.send(page, {"domestic_abuse": ["yes"]}).status_code == 422, "in passing, each is to be answered"
    left = officer.send(page, {"domestic_abuse": ["yes"], "leave": ["yes"]}, "domestic_abuse")
    assert (left.status_code, left.location) == (303, f"{CASE}/")
    assert officer.value("TV-1")["circumstances"]["domestic_abuse"] is True
    assert "child_safeguarding" not in officer.value("TV-1")["circumstances"]
    officer.send(f"{CASE}/which?about=rosh_screening&about=oasys&from=ask", {"there": ["oasys"], "leave": ["yes"]}, "there")
    kept = officer.desk.look("TV-1").aside
    assert kept[f"{ACTIVITY}/oasys"] == "to_enter" and f"{ACTIVITY}/rosh_screening" not in kept
    wrong = officer.send(f"{CASE}/activity/contact/add?from=ask", {"note": ["at home"], "leave": ["yes"]}, "note")
    assert wrong.status_code == 422, "an entry without a day cannot be kept; the page says so, and how to leave all the same"
    assert "Leave without saving" in words_of(wrong.text)


def test_what_may_be_a_slip_leads_to_the_entry_in_which_it_stands(officer: Officer) -> None:
    """A visit of 2008 in a case that began in 2018 is most likely one of 2018, with a slip of the pen."""
    officer.put(
        "TV-1", TEXT.replace("record: []", "record: [{contact: 2018-10-08}, {home_visit: 2008-10-15}, {contact: 2018-10-22}]")
    )
    [(warning, what)] = showing.to_look_at(officer.desk.look("TV-1"))
    assert what == 1 and "15 October 2008" in warning.message
    assert f"{CASE}/record/1" in links_of(officer.page(f"{CASE}/"))
