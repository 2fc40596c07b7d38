"""The timeline: everything with a day stands at its day, what was due is told, and a full record is quick to look through."""

from __future__ import annotations

import json
import re
import time
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import ROOT, knowledge
from page_client import assert_sound, words_of
from pages_at_hand import pages, shown, written_in
from profiles import examples as n_examples
from quips.statuses import Status
from quips.vocabulary import STAGES

TV_0042 = (ROOT / "examples" / "cases" / "TV-0042.yaml").read_text(encoding="utf-8")
MONTHS = [date(2009, month, 1).strftime("%B") for month in range(1, 13)]
ACTIVITIES = sorted(knowledge().vocabulary.activities)
Item = tuple[str, date | None, str]


def items(page: str) -> list[Item]:
    """Return what stands on a timeline: title with its tag, day and all that is said, in the order of the page."""
    found = []
    for item in page.split('<div class="moj-timeline__item"')[1:]:
        head = words_of(item.partition('<div class="moj-timeline__header">')[2].partition("</div>")[0])
        day = re.search(r'moj-timeline__date">(\d+) (\w+) (\d+)<', item)
        on = date(int(day[3]), MONTHS.index(day[2]) + 1, int(day[1])) if day else None
        said = re.split('<p class="govuk-body quips-no-print">|</section>', item.partition("moj-timeline__description")[2])[0]
        found.append((head, on, words_of(said)))
    return found


def written(record: str) -> str:
    head = "case: TV-0042\nas_at: 2014-01-01\nrecord_complete: [court]\ncircumstances:\n  sentence: licence\n"
    return f"{head}  supervision_started: 2008-01-01\n  release: 2008-01-01\n  rosh_level: high\nrecord:{record or ' []'}\n"


def test_what_was_done_stands_at_its_day() -> None:
    page = shown("TV-0042").get("timeline")
    assert_sound(page)
    found = [(head, on) for head, on, _ in items(page)]
    for title, on in [
        ("Date of sentence", date(2008, 3, 3)),
        ("Start of supervision", date(2009, 7, 13)),
        ("Release from custody", date(2009, 7, 13)),
        ("RoSH screening", date(2009, 7, 14)),
        ("RoH analysis", date(2009, 8, 20)),
        ("Home visit Late", date(2009, 9, 1)),
        ("The record is read as at this day", date(2010, 4, 19)),
    ]:
        assert [one for head, one in found if head.startswith(title)] == [on], title
    [reason] = [(head, on, said) for head, on, said in items(page) if head.startswith("No MARAC referral")]
    assert reason[1] is None and "victim declined" in reason[2]
    assert page.index("No MARAC referral") > page.index('id="undated"')


def test_a_late_visit_says_when_it_was_due_and_by_how_much() -> None:
    """Supervision started on 13 July 2009; the longest time that any source gives for the visit had passed by 1 September."""
    [said] = [said for head, _, said in items(shown("TV-0042").get("timeline")) if head.startswith("Home visit")]
    due = re.search(r"due by (\d+) (\w+) 2009, (\d+) days late", said)
    assert due
    day = date(2009, MONTHS.index(due[2]) + 1, int(due[1]))
    assert date(2009, 9, 1) - day == timedelta(days=int(due[3]))


@pytest.mark.parametrize(
    "name", ["TV-0042", "composed-contact-and-enforcement", "composed-transfer", "composed-custody-and-release"]
)
def test_everything_due_and_not_there_is_told_in_words(name: str) -> None:
    at_hand = shown(name)
    found = items(at_hand.get("timeline"))
    for finding in at_hand.audit.findings:
        if finding.status is Status.MISSING and finding.due is not None:
            on = date.fromordinal(finding.due)
            assert (f"{finding.rule.title} Overdue", on) in [(head, day) for head, day, _ in found], finding.ref
        if finding.status is Status.NOT_YET_DUE and finding.due is not None:
            on = date.fromordinal(min([limit.due for limit in finding.limits if limit.due is not None] or [finding.due]))
            assert (f"{finding.rule.title} Not yet due", on) in [(head, day) for head, day, _ in found]
    assert all("not on the record" in said for head, _, said in found if head.endswith("Overdue"))


def test_what_is_waited_for_can_be_added_from_where_it_stands() -> None:
    at_hand = shown("TV-0042")
    page = at_hand.get("timeline")
    waited = {f.rule.title: f.rule for f in at_hand.audit.findings if f.status in (Status.MISSING, Status.NOT_YET_DUE)}
    offered = 0
    for item in page.split('<div class="moj-timeline__item"')[1:]:
        head = words_of(item.partition('<div class="moj-timeline__header">')[2].partition("</div>")[0])
        rule = next((rule for title, rule in waited.items() if head.startswith(title)), None)
        links = re.findall(r'href="/cases/TV-0042/activity/(\w+)/add\?([^"]+)"', item)
        if rule is None or rule.expect is None or len(rule.expect.activities) != 1:
            assert not links, head
            continue
        [(activity, how)] = links
        assert (activity, "from=timeline" in how) == (rule.expect.activities[0], True)
        offered += 1
    assert offered > 3


def test_what_comes_due_next_stands_after_the_day_the_record_is_read() -> None:
    text = TV_0042.replace("as_at: 2010-04-19", "as_at: 2009-07-15").replace("on: 2009-08-20, ", "on: 2009-07-15, ")
    case = pages(text.replace("  - home_visit: {on: 2009-09-01, purposeful: true, evidence: both}\n", ""))
    found = items(case.get("timeline"))
    [read] = [n for n, (head, _, _) in enumerate(found) if head.startswith("The record is read")]
    dated = [(n, on) for n, (head, on, _) in enumerate(found) if head.endswith("Not yet due") and on is not None]
    assert len(dated) > 3 and all(n > read and on >= date(2009, 7, 15) for n, on in dated)
    assert any(on == date(2009, 7, 15) for _, on in dated)  # what is due on that very day can still be done


DAYS = st.dates(date(2008, 1, 1), date(2013, 12, 31))
ENTRIES = st.lists(st.tuples(st.sampled_from(ACTIVITIES), DAYS | st.none(), st.text("ab<>&\"'{}", max_size=8)), max_size=12)


@given(ENTRIES)
@n_examples(0.3)
def test_every_entry_stands_once_at_its_day_and_days_are_in_order(entries: list[tuple[str, date | None, str]]) -> None:
    lines = [f"\n  - {name}: {{on: {on or 'unknown'}, note: {json.dumps('n ' + note)}}}" for name, on, note in entries]
    case = written_in()
    case.write(written("".join(lines)))
    page = case.get("timeline")
    assert_sound(page)
    found = items(page)
    anchors = re.findall(r'id="entry-(\d+)"', page)
    assert sorted(map(int, anchors)) == list(range(len(entries)))
    order = [on for _, on, _ in found if on is not None]
    assert order == sorted(order) and all(on is not None for _, on, _ in found[: len(order)])
    at = dict(zip(re.findall(r'moj-timeline__item"(?: id="([^"]*)")?>', page), found, strict=True))
    for number, (name, on, note) in enumerate(entries):
        head, day, said = at[f"entry-{number}"]
        assert head.startswith(knowledge().vocabulary.activities[name].title) and day == on
        assert " ".join(f"n {note}".split()) in said
    headed = re.findall(r'<h2 class="govuk-heading-m" id="m-(\d+)-(\d+)">', page)
    assert all(before < after for before, after in pairwise((int(year), int(month)) for year, month in headed))


@pytest.mark.parametrize("stage", STAGES)
def test_one_stage_alone(stage: str) -> None:
    at_hand = shown("composed-contact-and-enforcement")
    activities = knowledge().vocabulary.activities
    page = at_hand.get(f"timeline?stage={stage}")
    assert_sound(page)
    numbers = set(map(int, re.findall(r'id="entry-(\d+)"', page)))
    record = [next(iter(item.items())) for item in at_hand.look.value["record"]]
    expected = {
        n for n, (name, said) in enumerate(record) if activities[said["activity"] if name == "not_done" else name].stage == stage
    }
    assert numbers == expected
    assert f"Shown here: everything in {stage}." in words_of(page)


def test_only_what_is_open() -> None:
    at_hand = shown("composed-contact-and-enforcement")
    everything, only = (items(at_hand.get(page)) for page in ("timeline", "timeline?only=open"))
    left_out = [item for item in everything if item not in only]
    assert any(head.endswith(" Met") for head, _, _ in left_out)
    assert not any(head.endswith(("Met", "Start of supervision")) for head, _, _ in only)
    assert not any(head.endswith(("Overdue", "Late", "Not good enough", "For the auditor to judge")) for head, _, _ in left_out)


def test_a_filter_that_is_not_offered_is_none() -> None:
    assert items(shown("TV-0042").get("timeline?stage=<b>&only=x")) == items(shown("TV-0042").get("timeline"))


def test_adding_from_the_timeline_leads_to_the_activity_and_back() -> None:
    at_hand = shown("TV-0042")
    response = at_hand.client.get("/cases/TV-0042/timeline/add?activity=home_visit", base_url="http://localhost")
    assert (response.status_code, response.headers["Location"]) == (303, "/cases/TV-0042/activity/home_visit?from=timeline")
    for wrong in ("", "?activity=", "?activity=<script>"):
        page = at_hand.get(f"timeline/add{wrong}", 422)
        assert 'href="#activity"' in page and "<script>" not in page
        assert_sound(page)


def test_dated_changes_of_a_circumstance_are_on_it() -> None:
    text = TV_0042.replace("rosh_level: high", "rosh_level: [{from: 2009-07-13, is: medium}, {from: 2009-10-02, is: high}]")
    found = [(head, on) for head, on, _ in items(pages(text).get("timeline"))]
    assert ("RoSH level: medium", date(2009, 7, 13)) in found and ("RoSH level: high", date(2009, 10, 2)) in found


def test_five_hundred_entries_take_less_than_a_fifth_of_a_second() -> None:
    """Time of this process alone, as the median of five, so that what else runs on the computer does not count."""
    first = date(2008, 1, 1)
    entries = [(ACTIVITIES[n % len(ACTIVITIES)] if n % 3 else "contact", first + timedelta(days=4 * n)) for n in range(500)]
    case = pages(written("".join(f"\n  - {name}: {{on: {on}, note: seen}}" for name, on in entries)))
    page = case.get("timeline")
    assert len(re.findall(r'id="entry-\d+"', page)) == 500
    assert len(re.findall(r'href="#m-\d+-\d+"', page)) == len({(on.year, on.month) for _, on in entries} | {(2014, 1)})
    took = []
    for _ in range(5):
        start = time.process_time()
        case.get("timeline")
        took.append(time.process_time() - start)
    assert median(took) < 0.2


def test_months_with_nothing_in_them_are_told_and_not_skipped() -> None:
    case = written_in()
    case.write(written("\n  - contact: 2008-01-15\n  - contact: 2008-06-15\n  - contact: 2008-08-15"))
    page = words_of(case.get("timeline"))
    on = {(day.year, day.month) for _, day, _ in items(case.get("timeline")) if day}
    told = re.findall(r"Nothing (?:in|from) (\w+ \d+)(?: to (\w+ \d+): (\d+) months)?\.", page)
    empty = [(year, month) for year in range(2008, 2014) for month in range(1, 13) if (year, month) not in on]
    assert sum(int(n or 1) for _, _, n in told) == len(empty) > 0
    assert {first for first, _, _ in told} == {
        f"{MONTHS[month - 1]} {year}" for year, month in empty if before(year, month) not in empty
    }


def before(year: int, month: int) -> tuple[int, int]:
    return (year, month - 1) if month > 1 else (year - 1, 12)
