"""What findings say of days: how often somebody was seen, what comes due by which source, and what has to be looked at today."""

from __future__ import annotations

import re
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from desk_client import audited
from profiles import examples as n_examples
from quips.audits import Audit
from quips.explain import day_in_words
from quips.findings import Finding
from quips.peeraudit.feedback import roots_of
from quips.reports.wording import not_yet_due, same_work_words, urgent_roots, urgent_where, urgent_words
from quips.statuses import Status, Verdict

START, READ = date(2010, 3, 1), date(2010, 6, 25)


def order(*record: str, as_at: date = READ, start: date = START, more: str = "") -> Audit:
    """A community order, of 1 March 2010 where nothing else is said, with a record."""
    lines = "".join(f"\n  - {entry}" for entry in record)
    circumstances = f"{{sentence: community_order, supervision_started: {start}, supervision_ended: not_yet{more}}}"
    return audited(f"case: X-1\nas_at: {as_at}\ncircumstances: {circumstances}\nrecord:{lines or ' []'}\n")


def finding(audit: Audit, rule: str, key: str = "supervision_started") -> Finding:
    return next(one for one in audit.findings if one.ref == (rule, key))


# How often -----------------------------------------------------------------------------------------------------------------


def test_how_often_somebody_was_seen_and_the_longest_time_without() -> None:
    """From 3 March to 20 April are 48 days; from 20 April to 25 June 66, and nobody was seen again."""
    told = finding(order("contact: 2010-03-03", "contact: 2010-04-20"), "contact-meets-standard")
    assert told.status is Status.TO_JUDGE
    assert told.why[0].endswith("on 2 days between 1 March 2010 and 25 June 2010.")
    assert told.why[1] == "The longest time without: 66 days, from 20 April 2010 to 25 June 2010, and nothing since."
    seen_again = finding(order("contact: 2010-03-03", "contact: 2010-06-24", "contact: unknown"), "contact-meets-standard")
    assert seen_again.why[0].endswith("on 2 days between 1 March 2010 and 25 June 2010, and once with no day.")
    assert seen_again.why[1] == "The longest time without: 113 days, from 3 March 2010 to 24 June 2010."
    assert seen_again.why[2] == "The last time: 24 June 2010, 1 day before 25 June 2010."
    on_the_day = finding(order("contact: 2010-03-03", "contact: 2010-06-25"), "contact-meets-standard")
    assert on_the_day.why[1] == "The longest time without: 114 days, from 3 March 2010 to 25 June 2010."


@given(st.lists(st.integers(0, 116), min_size=1, max_size=12))
@n_examples(0.5)
def test_the_longest_time_without_is_that_of_somebody_who_counts_day_by_day(days: list[int]) -> None:
    told = finding(order(*(f"contact: {START + timedelta(n)}" for n in days)), "contact-meets-standard")
    longest = waited = 0
    for day in range((READ - START).days + 1):
        longest = max(longest, waited)
        waited = 1 if day in days else waited + 1
    [n_days] = re.findall(r"on (\d+) days? between", told.why[0])
    [without] = re.findall(r"without: (\d+) days?", told.why[1])
    assert (int(n_days), int(without)) == (len(set(days)), longest)


def test_contact_of_another_time_is_not_counted() -> None:
    told = finding(order("contact: 2010-02-20", "contact: 2010-06-20"), "contact-meets-standard")
    assert "on 1 day between 1 March 2010 and 25 June 2010." in told.why[0]
    assert "111 days, from 1 March 2010 to 20 June 2010" in told.why[1]


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


def test_what_was_done_after_our_own_last_day_says_so() -> None:
    """Our own last day for it is fifteen working days from 1 March."""
    in_time, after = order("diversity_assessment: 2010-03-22"), order("diversity_assessment: 2010-03-23")
    assert finding(in_time, "diversity-assessed").why == ("Assessment of diversity needs on 22 March 2010.",)
    told = finding(after, "diversity-assessed")
    assert told.status is Status.MET
    assert told.why[1].startswith("That is after 22 March 2010, our own last day")


def test_what_should_not_have_happened_is_not_met_by_taking_it_off_the_record() -> None:
    audit = order("police_call_out: 2010-04-01", more=", domestic_abuse: true, sentenced: 2010-03-01")
    told = next(one for one in audit.findings if one.rule.name == "no-further-call-outs" and one.verdict is Verdict.GAP)
    assert told.would_be_met == ("no police call-out, if the record is wrong about it",)


# What is urgent ------------------------------------------------------------------------------------------------------------

CHILD = ", child_safeguarding: true"


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
