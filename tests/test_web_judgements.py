"""The pages on which a person judges: the list in the framework's order, one prompt, and what is kept of an answer."""

from __future__ import annotations

import re

import pytest

from knowledge_base import knowledge
from page_client import Pages, assert_sound, words_of

LIST = "/cases/TV-0042/judgements"
# TV-0042 has an analysis of 20 August 2009 that is not sufficient, and no risk management plan: the one prompt has a finding
# that says no; of the level of risk of harm no rule says anything; the screening of 14 July 2009 is accurate.
SAYS_NO = f"{LIST}/omi-2/1.2/roh-analysis-sources"
SAYS_YES = f"{LIST}/omi-2/1.2/rosh-screening-accurate"
NO_RULE = f"{LIST}/omi-2/1.2/rosh-classification-agreed"


@pytest.fixture
def pages(tmp_path):
    made = Pages(tmp_path)
    made.copy()
    return made


def prompts_in(html: str) -> list[str]:
    return re.findall(rf'href="{LIST}/([^"?]+)', html)


def test_all_lists_every_prompt_about_the_case_in_the_order_of_the_edition(pages):
    own = [prompt.name for prompt in knowledge().editions["omi-2"].prompts() if prompt.about == "case"]
    assert prompts_in(pages.get(f"{LIST}?show=all")) == own


def test_still_to_judge_leaves_out_what_does_not_apply_and_what_is_judged(pages):
    left = prompts_in(pages.get(f"{LIST}?show=to_judge"))
    audit = pages.desk.look("TV-0042").audit
    assert left == [one.prompt.name for one in audit.proposals if one.answer != "not_applicable"]
    pages.send(NO_RULE, answer="yes", then="list")
    assert prompts_in(pages.get(f"{LIST}?show=to_judge")) == [name for name in left if not NO_RULE.endswith(name)]
    assert len(prompts_in(pages.get(f"{LIST}?show=all"))) == 253


def test_what_is_listed_first_is_what_the_record_bears_on_and_how_much_more_there_is_is_told(pages):
    proposals = [one for one in pages.desk.look("TV-0042").audit.proposals if one.answer != "not_applicable"]
    bearing = [one.prompt.name for one in proposals if one.findings]
    assert prompts_in(pages.get(LIST)) == bearing
    assert 0 < len(bearing) < len(proposals)
    words = words_of(pages.get(LIST))
    assert f"bears on {len(bearing)} of the {len(proposals)} questions still to judge" in words
    assert "The others are for a reader of the whole file" in words


def test_the_way_by_the_framework_leads_to_the_same_page_with_everything_on_it(pages):
    answer = pages.client.get("/cases/TV-0042/framework")
    assert (answer.status_code, answer.location) == (303, f"{LIST}?show=all")


@pytest.mark.parametrize("address", [LIST, f"{LIST}?show=all", SAYS_NO, SAYS_YES, NO_RULE])
def test_pages_are_sound(pages, address):
    assert_sound(pages.get(address))


@pytest.mark.parametrize("edition", ["omi-1", "standards-2018"])
def test_lists_of_the_other_editions_are_sound(pages, edition):
    pages.desk.keep_note("TV-0042", "edition", edition)
    page = assert_sound(pages.get(f"{LIST}?show=all"))
    assert any(f"/{edition}/" in link for link in page.links)


def test_a_prompt_shows_what_counts_and_what_was_found(pages):
    prompt = knowledge().prompts["omi-2/1.2/roh-analysis-sources"]
    words = words_of(pages.get(SAYS_NO))
    for text in (prompt.asks, prompt.sufficient_when, prompt.insufficient_when, *prompt.evidence, "Thames Valley 2010"):
        assert text in words
    assert "Suggested: no" in words
    assert "RoH analysis on 20 August 2009" in words


def test_a_prompt_that_no_rule_answers_says_why_it_stays_with_a_person(pages):
    judged = next(one for one in pages.desk.look("TV-0042").audit.proposals if one.prompt.judged and not one.findings)
    assert judged.prompt.judged in words_of(pages.get(f"{LIST}/{judged.prompt.name}"))


def test_the_population_is_told_with_how_it_came_out(pages):
    words = words_of(pages.get(f"{LIST}/omi-2/1.1/report-format"))
    assert "is on the record – not in this case" in words
    assert "this case is not one that it is asked of" in words


def test_open_findings_lead_to_the_questions_that_would_settle_them(pages):
    page = assert_sound(pages.get(f"{LIST}/omi-2/1.1/self-harm"))
    assert "/cases/TV-0042/circumstance/self_harm_risk?from=judgements" in page.links
    assert "/cases/TV-0042/circumstance/self_harm_risk?from=framework" in assert_sound(pages.get(f"{LIST}?show=all")).links


def test_an_answer_is_kept_in_the_case_file_with_what_was_said_of_it(pages):
    answer = pages.send(
        NO_RULE, answer="no", reason="Too low for\r\nthe history", evidence="both", note="Raised with the senior", then="list"
    )
    assert (answer.status_code, answer.location) == (303, f"{LIST}#1.2-rosh-classification-agreed")
    kept = {"answer": "no", "reason": "Too low for\nthe history", "evidence": "both", "note": "Raised with the senior"}
    assert pages.kept()["judgements"] == {"omi-2/1.2/rosh-classification-agreed": kept}
    html = pages.get(NO_RULE)
    assert 'value="no" checked' in html and 'value="both" checked' in html and ">Raised with the senior</textarea>" in html


def test_saving_leads_on_in_the_order_of_the_list(pages):
    for part in ("", "?show=to_judge", "?show=all"):
        following = prompts_in(pages.get(f"{LIST}{part}"))
        here = following[3]
        answer = pages.send(f"{LIST}/{here}{part}", answer="not_applicable", reason="Seen in the file", then="next")
        assert answer.location == f"{LIST}/{following[4]}{part}"


def test_the_last_leads_back_to_the_list(pages):
    last = prompts_in(pages.get(LIST))[-1]
    assert pages.send(f"{LIST}/{last}", answer="yes", then="next").location.startswith(f"{LIST}#")


@pytest.mark.parametrize(("address", "other"), [(SAYS_NO, "yes"), (SAYS_NO, "not_applicable"), (SAYS_YES, "no")])
def test_judging_other_than_what_is_suggested_needs_a_reason(pages, address, other):
    before = pages.kept()
    answer = pages.send(address, answer=other, note="kept on the page")
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422 and 'href="#reason"' in html and ">kept on the page</textarea>" in html
    assert pages.kept() == before
    assert pages.send(address, answer=other, reason="Seen in the interview").status_code == 303
    assert [one["reason"] for one in pages.kept()["judgements"].values()] == ["Seen in the interview"]


@pytest.mark.parametrize(
    ("address", "answer"), [(SAYS_NO, "no"), (SAYS_YES, "yes"), (NO_RULE, "no"), (NO_RULE, "not_applicable")]
)
def test_judging_as_suggested_or_where_nothing_is_needs_none(pages, address, answer):
    assert pages.send(address, answer=answer).status_code == 303
    assert [*pages.kept()["judgements"].values()] == [{"answer": answer}]


@pytest.mark.parametrize("answer", ["", "maybe", "for_the_auditor"])
def test_only_an_answer_on_the_page_is_taken(pages, answer):
    assert pages.send(NO_RULE, answer=answer).status_code == 422
    assert "judgements" not in pages.kept()


def test_a_judgement_can_be_taken_back(pages):
    pages.send(NO_RULE, answer="no", reason="Too low")
    assert pages.send(NO_RULE, answer="not_yet", reason="Too low").status_code == 303
    assert not pages.kept().get("judgements")


def test_what_was_written_without_an_answer_is_not_lost(pages):
    answer = pages.send(NO_RULE, answer="not_yet", reason="I have to ask first")
    assert answer.status_code == 422 and "I have to ask first</textarea>" in answer.get_data(as_text=True)


def test_an_answer_made_on_another_version_is_not_written(pages):
    assert pages.client.post(NO_RULE, data={"version": "0" * 64, "answer": "no"}).status_code == 409
    assert "judgements" not in pages.kept()


@pytest.mark.parametrize("name", ["omi-2/1.2/no-such-prompt", "omi-1/1.2/rosh-classification-agreed", "omi-2/9.9/x"])
def test_a_prompt_that_the_edition_does_not_have_is_not_found(pages, name):
    pages.get(f"{LIST}/{name}", 404)


def test_hostile_text_stays_text(pages):
    hostile = "<script>alert(1)</script> {{ 7*7 }} \"'>\u202e"
    assert (
        pages.send(NO_RULE, answer="no", reason=hostile.replace("\u202e", ""), note="</textarea><img src=x>").status_code == 303
    )
    html = pages.get(NO_RULE)
    assert "<script>alert" not in html and "<img" not in html and "&lt;script&gt;alert(1)" in html
    assert_sound(html)
    assert pages.send(NO_RULE, answer="no", reason=hostile).status_code == 422  # it would turn the text around
