"""What findings say of days: how often somebody was seen, what comes due by which source, and what has to be looked at today."""

from __future__ import annotations

import re
from datetime import date, timedelta

import click
from hypothesis import given
from hypothesis import strategies as st

from desk_client import audited
from knowledge_base import knowledge
from profiles import examples as n_examples
from quips.audits import Audit
from quips.explain import day_in_words
from quips.findings import Finding
from quips.ordering import SEVERITIES
from quips.peeraudit.feedback import roots_of
from quips.reports.page import to_html
from quips.reports.text import TextReport
from quips.reports.wording import (
    answers_beside,
    edition_words,
    last_contact,
    not_yet_due,
    same_work_words,
    status_words,
    strength_words,
    strengths,
    timing_words,
    to_judge,
    told_only,
    told_words,
    undecided_words,
    urgent_roots,
    urgent_where,
    urgent_words,
)
from quips.statuses import Status, Verdict

FIRST_REVIEW = ("roh-review-on-time", "supervision_started/1")
START, READ = date(2010, 3, 1), date(2010, 6, 25)
CHILD = ", child_safeguarding: true"


def order(*record: str, as_at: date = READ, start: date = START, more: str = "", ended: str = "not_yet") -> Audit:
    """A community order, of 1 March 2010 where nothing else is said, with a record."""
    lines = "".join(f"\n  - {entry}" for entry in record)
    circumstances = f"{{sentence: community_order, supervision_started: {start}, supervision_ended: {ended}{more}}}"
    return audited(f"case: X-1\nas_at: {as_at}\ncircumstances: {circumstances}\nrecord:{lines or ' []'}\n")


def finding(audit: Audit, rule: str, key: str = "supervision_started") -> Finding:
    return next(one for one in audit.findings if one.ref == (rule, key))


def in_print(audit: Audit) -> str:
    """The report on a screen, in one line and with no styles."""
    return " ".join(click.unstyle(TextReport(knowledge()).render(audit)).split())


# How often -----------------------------------------------------------------------------------------------------------------


def test_how_often_somebody_was_seen_and_the_longest_time_without() -> None:
    """From 3 March to 20 April are 48 days; from 20 April to 25 June 66, and nobody was seen again."""
    told = finding(order("contact: 2010-03-03", "contact: 2010-04-20"), "contact-meets-standard")
    assert told.status is Status.TO_JUDGE
    assert told.why[0].endswith("on 2 days between 1 March 2010 and 25 June 2010.")
    first, second = (
        "66 days, from 20 April 2010 to 25 June 2010, and nothing since",
        "48 days, from 3 March 2010 to 20 April 2010",
    )
    assert told.why[1] == f"The longest times without: {first}; {second}."
    seen_again = finding(order("contact: 2010-03-03", "contact: 2010-06-24", "contact: unknown"), "contact-meets-standard")
    assert seen_again.why[0].endswith("on 2 days between 1 March 2010 and 25 June 2010, and once with no day.")
    assert seen_again.why[1] == "The longest time without: 113 days, from 3 March 2010 to 24 June 2010."
    assert seen_again.why[2] == "The last time: 24 June 2010, 1 day before 25 June 2010."
    on_the_day = finding(order("contact: 2010-03-03", "contact: 2010-06-25"), "contact-meets-standard")
    assert on_the_day.why[1] == "The longest time without: 114 days, from 3 March 2010 to 25 June 2010."


@given(st.lists(st.integers(0, 116), min_size=1, max_size=12))
@n_examples(0.5)
def test_the_longest_times_without_are_those_of_somebody_who_counts_day_by_day(days: list[int]) -> None:
    told = finding(order(*(f"contact: {START + timedelta(n)}" for n in days)), "contact-meets-standard")
    times, waited = [], 0
    for day in range((READ - START).days + 1):
        if day in days:
            times.append(waited)
            waited = 0
        waited += 1
    times = sorted([*times, waited - 1], reverse=True)
    [n_days] = re.findall(r"on (\d+) days? between", told.why[0])
    without = re.findall(r"(\d+) days?, from", told.why[1])
    assert int(n_days) == len(set(days))
    assert [int(n) for n in without] == [n for n in times[:3] if n and n >= times[0] / 2]


def test_contact_of_another_time_is_not_counted() -> None:
    told = finding(order("contact: 2010-02-20", "contact: 2010-06-20"), "contact-meets-standard")
    assert "on 1 day between 1 March 2010 and 25 June 2010." in told.why[0]
    assert "111 days, from 1 March 2010 to 20 June 2010" in told.why[1]


def test_the_last_contact_stands_before_all_else_on_a_live_case() -> None:
    assert last_contact(order("contact: 2010-03-03", "contact: 2010-04-20")) == (
        "Last contact on the record: 20 April 2010, 66 days before the record was read."
    )
    assert last_contact(order("home_visit: 2010-06-25")).endswith("25 June 2010, the day the record was read.")
    assert last_contact(order("contact: unknown")) == (
        "No contact on the record since 1 March 2010, 116 days before the record was read. An entry with no day is not counted."
    )
    assert last_contact(order("contact: 2010-03-03", ended="2010-06-01")) == ""
    in_custody = audited("case: X-1\nas_at: 2010-06-25\ncircumstances: {sentence: custody, sentenced: 2010-03-01}\nrecord: []\n")
    assert last_contact(in_custody) == ""


# What comes due ------------------------------------------------------------------------------------------------------------


def coming(audit: Audit, rule: str) -> list[tuple[str, str]]:
    dated, _ = not_yet_due(audit.findings)
    return [(day_in_words(day), whose) for day, whose, one in dated if one.rule.name == rule]


def test_where_sources_give_different_limits_the_soonest_day_is_told_with_the_other_beside_it() -> None:
    """Sixteen weeks from 1 March end on 21 June, four months on 1 July."""
    before = order(as_at=date(2010, 6, 21))
    assert coming(before, "roh-review-on-time") == [("21 June 2010", " (by one source; by another 1 July 2010)")]
    between = order(as_at=date(2010, 6, 22))
    assert finding(between, "roh-review-on-time", "supervision_started/1").status is Status.TO_JUDGE
    assert coming(between, "roh-review-on-time") == [("1 July 2010", " (by one source; by another it was due by 21 June 2010)")]
    assert coming(order(as_at=date(2010, 7, 2)), "roh-review-on-time") == []


# What would have it met ----------------------------------------------------------------------------------------------------


def test_each_change_stands_by_itself_and_a_reason_last_and_once() -> None:
    told = finding(order(), "roh-review-on-time", "supervision_started/1")
    assert told.would_be_met == (
        "review of the risk of harm on record by 1 July 2010",
        "review of the risk of harm on record by 21 June 2010",
        "an acceptable reason on record",
    )


def test_what_only_came_afterwards_is_not_asked_to_be_put_right() -> None:
    """The full analysis is there, and sufficient; the assessment for unpaid work was made without it, which cannot be undone."""
    text = """\
case: X-1
as_at: 2010-06-25
circumstances:
  sentence: community_order
  requirements: [unpaid_work]
  sentenced: 2010-03-01
  supervision_started: 2010-03-01
  roh_analysis_required: true
record:
  - unpaid_work_assessment: {on: 2010-03-10, risk_considered: true}
  - unpaid_work_start: 2010-03-20
  - roh_analysis: {on: LATER, sufficient: true}
"""
    for later, day in (("2010-03-12", "12 March 2010"), ("2010-05-05", "5 May 2010")):  # in time by itself, and late
        found = audited(text.replace("LATER", later)).findings
        told = next(one for one in found if one.rule.name == "risk-considered-before-unpaid-work" and one.done)
        assert told.status is Status.UNDERMINED
        assert told.why[0].endswith(f"That was done only afterwards, on {day}.")
        [change] = told.would_be_met
        assert change.startswith("this looked at again, and done anew or said to stand, since it came before what it rests on:")


def test_the_reason_given_for_lateness_is_told_with_what_it_excuses() -> None:
    given = {
        ", acceptable: true": "said to be acceptable",
        ", acceptable: false": "said not to be acceptable",
        "": "with no word",
    }
    for acceptable, said in given.items():
        late = f"diversity_assessment: {{on: 2010-03-23, late_reason: {{reason: officer on leave{acceptable}}}}}"
        told = finding(order(late), "diversity-assessed")
        assert any(f"reason given for its lateness, {said}" in words and "“officer on leave”" in words for words in told.why)
        assert any("“officer on leave”" in words for words in timing_words(told))
    told = finding(
        order("roh_review: {on: 2010-07-05, late_reason: {reason: officer on leave}}", as_at=date(2010, 7, 9)),
        *FIRST_REVIEW,
    )
    assert told.status is Status.LATE and "“officer on leave”" in " ".join(told.why)


def test_what_was_late_for_an_acceptable_reason_is_not_said_not_to_have_been_done() -> None:
    reason = "reason: officer on leave, acceptable: true"
    late = finding(order(f"roh_review: {{on: 2010-07-05, late_reason: {{{reason}}}}}", as_at=date(2010, 7, 9)), *FIRST_REVIEW)
    assert (late.status, status_words(late)) == (Status.EXCEPTED, "Late, for an acceptable reason")
    given = "the reason given for its lateness, said to be acceptable: “officer on leave”"
    assert strength_words([late]) == f"5 July 2010 (late, for an acceptable reason; {given})"


def test_two_clocks_of_one_day_that_say_the_same_are_put_to_the_auditor_once() -> None:
    text = """\
case: X-1
as_at: 2010-06-25
circumstances:
  {sentence: licence, sentenced: 2009-06-01, supervision_started: 2010-03-01, release: 2010-03-01, oasys_required: true}
record: [{oasys: 2010-02-10}]
"""
    audit = audited(text)
    early = [one for one in audit.findings if one.rule.name == "oasys-completed-where-required" and one.status is Status.TO_JUDGE]
    assert len(early) == 2, "one from the start of supervision, one from release"
    assert [one.rule.name for one in to_judge(audit)[0]].count("oasys-completed-where-required") == 1


def test_what_was_done_after_our_own_last_day_says_so() -> None:
    """Our own last day for it is fifteen working days from 1 March."""
    in_time, after = order("diversity_assessment: 2010-03-22"), order("diversity_assessment: 2010-03-23")
    assert finding(in_time, "diversity-assessed").why == ("Assessment of diversity needs on 22 March 2010.",)
    told = finding(after, "diversity-assessed")
    assert told.status is Status.MET
    assert told.why[1].startswith("That is after 22 March 2010, our own last day")


def test_what_was_done_after_our_own_last_day_stands_with_what_is_judged_for_its_timing_and_not_with_what_is_sufficient() -> None:
    in_time, after = order("diversity_assessment: 2010-03-22"), order("diversity_assessment: 2010-03-23")
    for audit, timing in ((in_time, False), (after, True)):
        told = finding(audit, "diversity-assessed")
        assert (told in to_judge(audit)[1]) is timing
        assert (told.rule.title in dict(strengths(audit))) is not timing
    assert timing_words(finding(after, "diversity-assessed")) == [
        "after 22 March 2010, our own last day: no source gives a number"
    ]


# What was only told --------------------------------------------------------------------------------------------------------

CHECK = "agency_check: {{on: 2010-03-02, agency: childrens_services, evidence: {}, note: heard from the officer}}"
CHECKED = "childrens-services-check-made"


def test_what_was_only_told_counts_and_is_to_be_put_on_the_file_and_the_warning_stays() -> None:
    for evidence, told in (("interview", True), ("file", False), ("both", False)):
        audit = order(CHECK.format(evidence), more=CHILD)
        assert next(one for one in audit.findings if one.rule.name == CHECKED).verdict is Verdict.SUFFICIENT
        assert audit.told_urgent == (("child",) if told else ())
        assert bool(told_words(audit)) is told
        assert ("put it on the file today" in in_print(audit)) is told
        assert bool(told_only(audit)) is told
    [(entry, titles)] = told_only(order(CHECK.format("interview"), more=CHILD))
    assert (entry.words, entry.note) == ("check with another agency on 2 March 2010", "heard from the officer")
    assert knowledge().rules[CHECKED].title in titles


def test_what_was_told_of_a_case_that_has_ended_is_not_for_today() -> None:
    audit = order(CHECK.format("interview"), more=CHILD, ended="2010-06-01")
    assert (audit.told_urgent, told_words(audit)) == ((), "")
    assert told_only(audit)


def test_the_note_of_an_entry_is_printed_beside_what_rests_on_it() -> None:
    page = to_html([order(CHECK.format("interview"), more=CHILD)], knowledge(), "")
    assert page.count("heard from the officer") >= 1


# What was answered ---------------------------------------------------------------------------------------------------------


def test_an_answer_stands_beside_what_bears_on_it() -> None:
    prompt = "omi-2/2.1/contact-frequency"
    text = (
        "case: X-1\nas_at: 2010-06-25\n"
        "circumstances: {sentence: community_order, supervision_started: 2010-03-01, supervision_ended: not_yet}\n"
        "record:\n  - contact: 2010-03-03\n"
    )
    answered = audited(f"{text}judgements:\n  {prompt}: {{answer: no, reason: 'nobody saw her for months'}}\n")
    assert answers_beside(answered, finding(answered, "contact-meets-standard")) == [f"{prompt}: no"]
    assert f"Answered: {prompt}: no" in in_print(answered)
    open_ = audited(text)
    assert answers_beside(open_, finding(open_, "contact-meets-standard")) == []


# By what is it read --------------------------------------------------------------------------------------------------------


def test_it_is_said_that_no_later_edition_is_held_once_the_last_is_a_year_old() -> None:
    """The 2018 standards were new on 1 April 2018; those before them were followed by others, which we hold."""
    assert edition_words(order(as_at=date(2018, 8, 1), start=date(2018, 6, 1)), knowledge()) == ""
    assert edition_words(order(), knowledge()) == ""
    assert edition_words(order(as_at=date(2007, 8, 1), start=date(2007, 6, 1)), knowledge()) == ""
    now = order(as_at=date(2026, 8, 1), start=date(2026, 6, 1))
    assert "It came into use in 2018, and is the latest that Quips holds" in edition_words(now, knowledge())


def test_what_would_settle_what_rests_on_an_entry_with_no_day_is_that_entry() -> None:
    more = ", domestic_abuse: true, provider: crc"
    audit = order(
        "rosh_classification: unknown",
        "agency_check: {on: 2018-04-01, agency: police_domestic_abuse}",
        as_at=date(2018, 9, 25),
        start=date(2018, 5, 1),
        more=more,
    )
    told = next(one for one in audit.findings if one.rule.name == "police-asked-before-level-settled")
    assert (told.status, told.settled_by) == (Status.CANNOT_TELL, ("rosh_classification.on",))


# In which order ------------------------------------------------------------------------------------------------------------


def test_what_was_done_and_was_only_late_comes_after_all_that_can_still_be_put_right() -> None:
    visit = "home_visit: {on: 2026-09-20, purposeful: true}"
    audit = order(visit, as_at=date(2026, 11, 20), start=date(2026, 7, 20), more=f"{CHILD}, rosh_level: high")
    late = [all(gap.finding.done_late for gap in root.walk()) for root in audit.gaps]
    assert late == sorted(late)
    assert audit.gaps[-1].finding.rule.name.startswith("home-visit")


def test_of_gaps_as_severe_those_about_a_child_a_victim_or_mappa_come_first() -> None:
    audit = order(as_at=date(2026, 11, 20), start=date(2026, 7, 20), more=f"{CHILD}, domestic_abuse: true, rosh_level: high")
    for severity in SEVERITIES:
        roots = [root for root in audit.gaps if root.finding.rule.severity == severity]
        concern = [any(gap.finding.rule.concerns for gap in root.walk()) for root in roots]
        assert concern == sorted(concern, reverse=True)
    assert [SEVERITIES.index(root.finding.rule.severity) for root in audit.gaps] == sorted(
        SEVERITIES.index(root.finding.rule.severity) for root in audit.gaps
    )


def test_what_should_not_have_happened_is_not_met_by_taking_it_off_the_record() -> None:
    audit = order("police_call_out: 2010-04-01", more=", domestic_abuse: true, sentenced: 2010-03-01")
    told = next(one for one in audit.findings if one.rule.name == "no-further-call-outs" and one.verdict is Verdict.GAP)
    assert told.would_be_met == ("no police call-out, if the record is wrong about it",)


# What is urgent ------------------------------------------------------------------------------------------------------------


def test_a_visit_that_was_made_late_and_is_good_is_not_urgent_and_one_that_was_not_made_is() -> None:
    """Ten working days were allowed from 20 July 2026."""
    begun, read = date(2026, 7, 20), date(2026, 11, 20)
    for visit, urgent in (("purposeful: true", False), ("purposeful: false", True)):
        audit = order(f"home_visit: {{on: 2026-09-20, {visit}}}", as_at=read, start=begun, more=f"{CHILD}, rosh_level: high")
        late = finding(audit, "home-visit-for-safeguarding")
        assert (late.status, late.verdict) == (Status.LATE, Verdict.GAP)
        assert (late in audit.urgent_gaps) is urgent
    audit = order(as_at=read, start=begun, more=f"{CHILD}, rosh_level: high")
    assert finding(audit, "home-visit-for-safeguarding") in audit.urgent_gaps


def test_a_letter_marks_as_urgent_what_the_warning_is_about_and_nothing_else() -> None:
    visit = "home_visit: {on: 2026-09-20, purposeful: true}"
    more = f"{CHILD}, rosh_level: high"
    audit = order(visit, "rosh_screening: 2026-07-22", as_at=date(2026, 11, 20), start=date(2026, 7, 20), more=more)
    urgent = {root.rule.name: root.urgent for root in roots_of(audit, frozenset())}
    assert urgent["home-visit-for-safeguarding"] is False
    assert urgent["childrens-services-check-made"] is True


def test_every_urgent_gap_stands_beneath_one_of_the_numbers_that_are_named() -> None:
    audit = order("home_visit: {on: 2010-06-01, purposeful: false}", more=f"{CHILD}, domestic_abuse: true, rosh_level: high")
    named = urgent_roots(audit)
    beneath = {gap.finding.rule.name for _, root in named for gap in root.walk()}
    assert audit.urgent == ("child", "victim")
    assert {one.rule.name for one in audit.urgent_gaps} <= beneath
    assert all(audit.gaps[number - 1] is root for number, root in named)
    assert [int(n) for n in re.findall(r"\d+", urgent_where(audit))] == [number for number, _ in named]
    calm = order(as_at=START)
    assert (urgent_words(calm), urgent_where(calm), urgent_roots(calm)) == ("", "", [])


# What one piece of work would answer twice ---------------------------------------------------------------------------------


def same_work(audit: Audit) -> dict[str, set[str]]:
    """For each rule whose root gap is said to be the same work as others, the rules of those."""
    found = {}
    for gap in audit.gaps:
        numbers = [int(n) for n in re.findall(r"\d+", same_work_words(audit, gap))]
        if numbers:
            found[gap.finding.rule.name] = {audit.gaps[n - 1].finding.rule.name for n in numbers}
    return found


def test_one_visit_that_two_rules_ask_for_is_said_to_be_one() -> None:
    begun, read, more = date(2026, 7, 20), date(2026, 11, 20), f"{CHILD}, rosh_level: high"
    both = {"home-visit-for-safeguarding", "home-visit-where-rosh-is-high"}
    screened = "rosh_screening: 2026-07-22"
    late = order(screened, "home_visit: {on: 2026-09-20, purposeful: true}", as_at=read, start=begun, more=more)
    missing = order(screened, as_at=read, start=begun, more=more)
    for audit in (late, missing):
        found = same_work(audit)
        assert {rule: {rule, *others} for rule, others in found.items() if rule in both} == dict.fromkeys(both, both)


def test_what_is_wrong_with_one_analysis_in_two_ways_is_not_one_piece_of_work() -> None:
    analysed = "roh_analysis: {on: 2010-03-04, nature_described: false, previous_behaviour_considered: false}"
    audit = order("rosh_screening: {on: 2010-03-03, indicates_analysis: true}", analysed, more=", rosh_level: high")
    about_it = [gap for gap in audit.gaps if gap.finding.status is Status.INSUFFICIENT]
    assert len(about_it) > 1
    assert [same_work_words(audit, gap) for gap in about_it] == [""] * len(about_it)


# What decides and is not given of an entry --------------------------------------------------------------------------------

CHANGE = "roh-review-after-change"


def test_a_change_that_leaves_open_what_decides_is_told_before_all_else() -> None:
    """Each is a change that may put somebody at risk; what would make a gap of it is not given."""
    for entry, key, wants, words in (
        ("significant_change: 2010-05-03", "significant_change@2010-05-03", "affects", "significant change on 3 May 2010"),
        (
            "significant_change: {on: unknown, affects: [risk_of_harm]}",
            "significant_change@unknown",
            "on",
            "significant change, day not known",
        ),
    ):
        audit = order(entry)
        found = finding(audit, CHANGE, key)
        assert (found.status, found.settled_by) == (Status.CANNOT_TELL, (f"significant_change.{wants}",))
        assert undecided_words(audit) in in_print(audit) and f"is not given: {words}." in undecided_words(audit)
        assert not order(entry, ended="2010-06-01").undecided, "nobody can be at risk any more by this case"
    assert not order("significant_change: {on: 2010-05-03, affects: [reoffending]}").undecided
    assert not order("significant_change: {on: 2010-05-03, affects: [risk_of_harm]}").undecided, "it is a gap, and urgent"


def test_what_waits_for_a_circumstance_is_not_said_to_wait_for_an_entry() -> None:
    audit = order("significant_change: {on: 2010-05-03, affects: [risk_of_harm]}")
    asked = finding(audit, "childrens-services-asked-after-change", "significant_change@2010-05-03")
    assert asked.settled_by == ("provider", "child_safeguarding") and asked.entries and not asked.waits_for_an_entry


def test_a_finding_tells_what_is_noted_on_the_change_that_calls_for_it() -> None:
    note = "moved in with a partner who has two children"
    audit = order(f"significant_change: {{on: 2010-05-03, affects: [risk_of_harm], note: {note}}}")
    assert f"Noted on the significant change: “{note}”." in finding(audit, CHANGE, "significant_change@2010-05-03").why
    long = order(f"significant_change: {{on: 2010-05-03, affects: [risk_of_harm], note: {'word ' * 400}end}}")
    [told] = [line for line in finding(long, CHANGE, "significant_change@2010-05-03").why if "Noted" in line]
    assert len(told) < 400 and told.endswith("…”.")


def test_work_that_was_done_too_early_does_not_hide_the_next_that_came_late() -> None:
    """The plan is due by Monday 22 March 2010, 15 working days from Monday 1 March."""
    circumstances = "sentence: community_order, provider: trust, requirements: [supervision], tier: 2"
    given = f"circumstances: {{{circumstances}, supervision_started: 2010-03-01}}"
    later = "\n  - sentence_plan: 2010-03-30"
    for rest, said in (("", False), (later, True)):
        audit = audited(f"case: E-1\nas_at: 2010-06-25\n{given}\nrecord:\n  - sentence_plan: 2010-02-10{rest}\n")
        why = " ".join(finding(audit, "sentence-plan-completed").why)
        assert "Sentence plan on 10 February 2010, 19 days before the clock started. Does it still hold?" in why
        assert ("If not, the next is the sentence plan on 30 March 2010, 8 days late." in why) is said


def test_what_falls_short_and_what_is_missing_are_told_in_the_words_of_the_vocabulary() -> None:
    found = audited("""\
case: X-1
as_at: 2010-06-25
circumstances: {sentence: community_order, supervision_started: 2010-03-01, domestic_abuse: true, rosh_level: high}
record:
  - roh_analysis: {on: 2010-03-10, sources_used: false, sufficient: true}
""").findings
    why = "\n".join(" ".join(one.why) for one in found)
    assert "RoH analysis on 10 March 2010. Did it draw on all the sources that were there to be used? No." in why
    assert "Nothing on the record: check with another agency (police domestic abuse unit) between" in why
    assert "information passed on (with all staff involved in the case, about RoSH level) between" in why
