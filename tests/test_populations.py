"""Whom prompts are asked of, where the record changes it: worked out by hand from what the prompts say."""

from __future__ import annotations

import pytest

from desk_client import audited
from quips.proposals import FOR_THE_AUDITOR, NO, NOT_APPLICABLE, Proposal

MEETING = "mappa_meeting: {on: 2010-03-20, minuted: false}"
LOWERED = "[{from: 2010-03-01, is: 2}, {from: 2010-05-01, is: 1}]"


def asked(edition: str, prompt: str, circumstances: str, *record: str) -> bool:
    """Whether a case of an edition's years is one that a prompt is asked of."""
    day = {"omi-1": "2009-06-25", "omi-2": "2010-06-25", "standards-2018": "2018-06-25"}[edition]
    year = day[:4]
    lines = "".join(f"\n  - {entry}" for entry in record).replace("2010", year)
    given = f"{{sentence: community_order, supervision_started: {year}-03-01, {circumstances.replace('2010', year)}}}"
    audit = audited(f"case: X-1\nas_at: {day}\ncircumstances: {given}\nrecord:{lines or ' []'}\n")
    assert audit.edition.name == edition
    [proposal] = [one for one in audit.proposals if one.prompt.name == f"{edition}/{prompt}"] or [None]
    return proposal is not None and proposal.answer != NOT_APPLICABLE


@pytest.mark.parametrize(
    ("edition", "prompt"),
    [
        ("omi-1", "1.2/mappa-actions-in-plans"),
        ("omi-1", "2.2/mappa-meeting-in-time"),
        ("omi-2", "1.2/mappa-actions-in-plans"),
        ("omi-2", "1.2/mappa-actions-communicated"),
        ("omi-2", "2.2/mappa-minutes"),
        ("omi-2", "2.2/mappa-decisions-recorded"),
        ("omi-2", "2.2/mappa-actions-acted-on"),
        ("standards-2018", "2.2.3/mappa-actions-in-plans"),
    ],
)
def test_what_a_mappa_meeting_agreed_is_asked_about_also_once_the_level_has_come_down(edition: str, prompt: str) -> None:
    eligible = "provider: nps, " if edition == "standards-2018" else "provider: trust, "
    lowered = f"{eligible}mappa_category: 2, mappa_level: {LOWERED}"
    assert asked(edition, prompt, lowered, MEETING)
    assert not asked(edition, prompt, lowered)
    assert not asked(edition, prompt, f"{eligible}mappa_eligible: false", "contact: 2010-03-05")


def test_a_mappa_case_is_one_in_which_others_have_to_be_kept_safe_however_low_the_risk_reads() -> None:
    given = "provider: nps, mappa_category: 1, mappa_level: 2, rosh_level: low, domestic_abuse: false, child_safeguarding: false"
    assert asked("standards-2018", "2.2.3/mappa-actions-in-plans", f"{given}, violence_history: false, restraining_order: false")


@pytest.mark.parametrize(
    ("edition", "prompt"),
    [("omi-1", "2.2/mappa-referral"), ("omi-2", "1.2/mappa-referral"), ("standards-2018", "2.3.3/mappa-referral")],
)
def test_whether_a_case_was_referred_is_asked_where_the_risk_is_high_at_whatever_level_it_was_kept(
    edition: str, prompt: str
) -> None:
    provider = "nps" if edition == "standards-2018" else "trust"
    kept_low = f"provider: {provider}, mappa_category: 2, mappa_level: 1"
    assert asked(edition, prompt, f"{kept_low}, rosh_level: high")
    assert not asked(edition, prompt, f"{kept_low}, rosh_level: medium")
    assert asked(edition, prompt, f"{kept_low}, rosh_level: medium", "mappa_referral: {on: 2010-03-10, level: level_2}")
    assert asked(edition, prompt, f"provider: {provider}, mappa_category: 2, mappa_level: 2, rosh_level: medium")


@pytest.mark.parametrize(
    ("edition", "prompt"),
    [
        ("omi-1", "1.2/domestic-abuse-check"),
        ("omi-2", "1.2/domestic-abuse-check"),
        ("standards-2018", "2.3.3/police-told-and-asked"),
    ],
)
def test_a_call_out_asks_about_the_police_whatever_was_said_of_domestic_abuse(edition: str, prompt: str) -> None:
    no_sign = (
        "rosh_level: low, domestic_abuse: false, child_safeguarding: false, violence_history: false, mappa_eligible: false, "
        "registered_sex_offender: false, restraining_order: false"
    )
    assert asked(edition, prompt, no_sign, "police_call_out: 2010-04-10")
    assert not asked(edition, prompt, no_sign)


# What was asked of the case once --------------------------------------------------------------------------------------------


def plan_prompt(rosh_level: str, *record: str) -> Proposal:
    """What is suggested for whether the risk management plan was completed."""
    lines = "".join(f"\n  - {entry}" for entry in record)
    given = f"{{sentence: community_order, provider: trust, supervision_started: 2010-03-01, rosh_level: {rosh_level}}}"
    audit = audited(f"case: X-1\nas_at: 2010-06-25\nrecord_complete: true\ncircumstances: {given}\nrecord:{lines or ' []'}\n")
    [proposal] = [one for one in audit.proposals if one.prompt.name == "omi-2/1.2/rmp-completed"]
    return proposal


def test_a_plan_that_was_missing_is_for_the_auditor_though_the_risk_has_come_down() -> None:
    lowered = "[{from: 2010-03-01, is: high}, {from: 2010-05-20, is: medium}]"
    missing = plan_prompt(lowered)
    assert (missing.answer, missing.only_earlier) == (FOR_THE_AUDITOR, True)
    assert plan_prompt("high").answer == NO
    made = plan_prompt(lowered, "risk_management_plan: {on: 2010-03-03}")
    assert (made.answer, made.only_earlier) == (NOT_APPLICABLE, False), "nothing shows a no"
    never = plan_prompt("medium")
    assert (never.answer, never.only_earlier) == (NOT_APPLICABLE, False)
