"""The pages of findings: nothing is lost, every reason is told, and what an officer says to a finding never changes it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date
from html import escape, unescape
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge_base import ROOT, knowledge
from page_client import assert_sound, words_of
from pages_at_hand import AtHand, pages, shown, written_in
from profiles import examples as n_examples
from quips.explain import day_in_words
from quips.reasons import STATUS_WORDS
from quips.source import parse_yaml
from quips.statuses import Status, Verdict
from quips.web import comparing, ways

TV_0042 = (ROOT / "examples" / "cases" / "TV-0042.yaml").read_text(encoding="utf-8")
HOSTILE = "<script>alert(1)</script>\" onload='x' {{ 7*7 }} </textarea> & \u202e"
SARA = "sara-completed/supervision_started"
POLICE = "police-check-made/supervision_started"


@pytest.fixture
def case() -> AtHand:
    return pages(TV_0042)


def address(rule: str, key: str) -> str:
    return f"findings/{rule}/{quote(key, safe='/@')}"


SHOWN = ("TV-0042", "composed-well-run", "composed-contact-and-enforcement", "composed-mappa", "composed-transfer")


# All findings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHOWN)
def test_every_gap_and_all_that_is_open_is_on_the_page(name: str) -> None:
    page = shown(name).get("findings")
    assert_sound(page)
    links = set(re.findall(rf'href="/cases/{name}/(findings/[^"#]+)"', page))
    titles = words_of(page)
    for finding in shown(name).audit.findings:
        if finding.verdict in (Verdict.GAP, Verdict.OPEN):
            assert finding.rule.title in titles
            same = [other for other in shown(name).audit.findings if other.rule is finding.rule]
            assert any(address(*other.ref) in links for other in same), finding.ref


def test_roots_come_first_and_what_follows_is_folded_beneath_its_cause() -> None:
    page = shown("TV-0042").get("findings")
    section = page.partition('id="to-put-right"')[2].partition("</section>")[0]
    roots = re.split('<div class="quips-root" id="gap-[0-9]+">', section)[1:]
    found = {root.partition("findings/")[2].partition('"')[0]: root for root in roots}
    # The violence assessment needs what the police know; the three MAPPA steps need the case to be identified as one.
    assert SARA in found[POLICE].partition("<details")[2]
    assert SARA not in found[POLICE].partition("<details")[0]
    mappa = found["mappa-identified/supervision_started"].partition("<details")[2]
    assert "What follows from it: 3 gaps" in words_of(mappa)
    severities = [re.findall(r"(high|medium|low) severity", words_of(root))[0] for root in roots]
    only_late = ["It has been done, and that it was late cannot be changed now" in words_of(root) for root in roots]
    place = [(late, ["high", "medium", "low"].index(severity)) for late, severity in zip(only_late, severities, strict=True)]
    assert place == sorted(place)
    assert len(roots) == len(shown("TV-0042").audit.gaps)


def test_all_that_is_to_be_put_right_stands_above_a_line_for_each_and_leads_to_it() -> None:
    page = shown("TV-0042").get("findings")
    above, _, below = page.partition('<section aria-labelledby="to-put-right"')
    leads = re.findall(r'href="#(gap-[0-9]+)">([^<]+)<', above)
    assert [unescape(title) for _, title in leads] == [gap.finding.rule.title for gap in shown("TV-0042").audit.gaps]
    assert all(f'id="{anchor}"' in below for anchor, _ in leads)


def test_nobody_is_asked_to_do_again_what_was_done_late() -> None:
    [late] = [gap for gap in shown("TV-0042").audit.gaps if gap.finding.rule.name == "home-visit-where-rosh-is-high"]
    assert late.finding.status is Status.LATE and late.finding.only_timing
    words = words_of(shown("TV-0042").get(address("home-visit-where-rosh-is-high", "supervision_started")))
    assert "What would put it right. It has been done, and that it was late cannot be changed now." in words
    assert late.finding.rule.remedy not in words


def test_strengths_stand_with_their_status_as_gaps_do() -> None:
    page = shown("composed-well-run").get("findings")
    good = page.partition('id="sufficient"')[2]
    title = "A risk of harm screening at the start of the sentence, on release and on transfer in"
    assert title in shown("TV-0042").get("findings").partition('id="sufficient"')[2]
    assert good.count("quips-good") == good.count("govuk-tag--green") > 10
    assert page.index('id="to-put-right"') < page.index('id="sufficient"')


def test_what_cannot_be_told_leads_to_the_question_that_settles_it() -> None:
    at_hand = shown("TV-0042")
    page = at_hand.get("findings").partition('id="cannot-tell"')[2]
    for finding in at_hand.audit.findings:
        for name in finding.settled_by:
            kind = "circumstance" if name in knowledge().vocabulary.circumstances else "activity"
            link = f"/cases/TV-0042/{kind}/{name}?from=findings"
            assert link in page
            at_hand.get(link.removeprefix("/cases/TV-0042/"))


def test_the_edition_that_is_chosen_counts_and_changes_no_finding(case: AtHand) -> None:
    before = [(*finding.ref, finding.status) for finding in case.audit.findings]
    page = case.get(address("home-visit-where-rosh-is-high", "supervision_started"))
    assert "omi-2/2.2/home-visit-high-roh" in page and "omi-1/2.2/home-visit-high-roh" not in page
    case.post("edition?from=findings", edition="omi-1")
    page = case.get(address("home-visit-where-rosh-is-high", "supervision_started"))
    assert "omi-1/2.2/home-visit-high-roh" in page and "omi-2/2.2/home-visit-high-roh" not in page
    assert [(*finding.ref, finding.status) for finding in case.audit.findings] == before


# One finding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHOWN)
def test_a_finding_is_told_whole(name: str) -> None:
    """Every sentence of why, every reading of the limit with its days, every circumstance that was looked at."""
    at_hand = shown(name)
    for number, finding in enumerate(at_hand.audit.findings):
        if number % (20 if finding.verdict is Verdict.NOT_APPLICABLE else 2):
            continue
        page = at_hand.get(address(*finding.ref))
        assert_sound(page)
        words = words_of(page)
        assert all(" ".join(sentence.split()) in words for sentence in (*finding.why, *finding.would_be_met))
        assert " ".join(finding.rule.cannot_see.split()) in words
        for limit in finding.limits:
            due = day_in_words(limit.due) if limit.due is not None else "no last day is given"
            assert f"Length {limit.length}" in words and f"Due by {due}" in words
            assert f"By this reading {STATUS_WORDS[limit.status]}" in words
        condition = words.partition("Condition by condition")[2]
        for fact in finding.facts:
            if finding.rule.expect is None or not finding.rule.expect.limits:
                assert fact.value in condition
        for shows in finding.shows:
            if shows.prompt.startswith(f"{at_hand.audit.edition.name}/"):
                assert shows.prompt in page


def test_figures_that_were_printed_stand_with_their_caveat() -> None:
    words = words_of(shown("TV-0042").get(address("high-risk-work-countersigned", "supervision_started")))
    assert "Thames Valley 2010, 1.2, area for improvement (e): 6 of 37" in words  # as the report prints it
    assert "The inspectorate warns against comparing areas closely." in words


def test_no_finding_is_not_found() -> None:
    shown("TV-0042").get("findings/no-such-rule/case", 404)
    shown("TV-0042").get("findings/police-check-made/release", 404)
    shown("TV-0042").get("chains/police-check-made/release", 404)
    shown("TV-0042").get("disputes/police-check-made/release", 404)


@pytest.mark.parametrize("name", SHOWN)
def test_the_picture_says_what_the_list_says(name: str) -> None:
    at_hand = shown(name)
    by_ref = {finding.ref: finding for finding in at_hand.audit.findings}
    for finding in at_hand.audit.with_verdict(Verdict.GAP):
        page = at_hand.get(address(*finding.ref))
        picture = ET.fromstring(at_hand.get(address(*finding.ref).replace("findings", "chains", 1)))
        assert not [e for e in picture.iter() if e.tag.rpartition("}")[2] not in ("svg", "rect", "path", "text")]
        assert not [key for e in picture.iter() for key in e.attrib if key in ("style", "class") or key.startswith("on")]
        said = " ".join(e.text or "" for e in picture.iter() if e.tag.endswith("text"))
        assert "(this finding)" in said
        causes = [by_ref[ref] for ref in finding.because_of]
        assert said.count("(cause of it)") == min(len(causes), 6)
        listing = page.partition("It rests on or follows")[2]
        for cause in causes:
            after = listing.partition(f"/{address(*cause.ref)}")[2]
            assert "(a cause of this gap)" in after.partition("</li>")[0]


def test_a_picture_is_drawn_within_its_frame() -> None:
    at_hand = shown("TV-0042")
    for finding in at_hand.audit.findings[::3]:
        picture = ET.fromstring(at_hand.get(address(*finding.ref).replace("findings", "chains", 1)))
        width, height = int(picture.attrib["width"]), int(picture.attrib["height"])
        boxes = [e for e in picture if e.tag.endswith("rect")][1:]
        edges = [(int(b.attrib["x"]) + int(b.attrib["width"]), int(b.attrib["y"]) + int(b.attrib["height"])) for b in boxes]
        assert all(right < width and bottom < height for right, bottom in edges)
        tops = [int(box.attrib["y"]) for box in boxes]
        assert all(top > bottom for top, (_, bottom) in zip(tops[1:], edges, strict=False))  # no box lies on another


# What can be done ----------------------------------------------------------------------------------------------------


def test_what_is_missing_can_be_added_told_or_explained(case: AtHand) -> None:
    page = case.get(address("police-check-made", "supervision_started"))
    links = re.findall(r'href="(/cases/TV-0042/activity/[^"]+)"', page)
    assert [link.partition("?")[0].rpartition("/activity/")[2] for link in links] == [
        "agency_check/add",
        "agency_check/add",
        "agency_check/reason",
    ]
    form = case.client.get(links[0].replace("&amp;", "&"), base_url="http://localhost").get_data(as_text=True)
    checked = re.findall(r"<input[^>]*\bchecked\b[^>]*>", form)
    kinds = [box for box in checked if 'name="when"' not in box]
    assert ['value="police_domestic_abuse"' in box for box in kinds] == [True]  # of what kind it is, and nothing else


def test_what_was_only_told_needs_what_shows_it(case: AtHand) -> None:
    add = "activity/agency_check/add?from=findings&agency=police_domestic_abuse&evidence=interview"
    said = {
        "when": "date",
        "on-day": "1",
        "on-month": "8",
        "on-year": "2009",
        "agency": "police_domestic_abuse",
        "evidence": "interview",
    }
    refused = case.post(add, 422, **said).get_data(as_text=True)
    assert "Enter what shows that it was done" in refused and "agency_check" not in case.look.kept.text
    case.post(add, **said, note="The reply is in the unit's log.")
    [entry] = [item for item in case.look.value["record"] if "agency_check" in item]
    told = "told in interview; the file does not show it"  # the finding is met, and what it is met by is said beside it
    assert told in case.get(address("police-check-made", "supervision_started"))
    assert told in case.get("timeline").lower()
    findings = words_of(case.get("findings"))
    _, _, section = findings.rpartition("Told in interview, not on the file")
    assert "Open: check with another agency on 1 August 2009 (told in interview; the file does not show it)" in section
    assert "put it on the file today" in words_of(case.get("")), "it concerns a victim, and the case is live"
    assert entry["agency_check"]["evidence"] == "interview" and entry["agency_check"]["note"] == "The reply is in the unit's log."


def test_only_kinds_are_filled_in_beforehand() -> None:
    """A kind is one of several that the activity can be of; that something was good, or is so, is never filled in."""
    vocabulary = knowledge().vocabulary
    found = 0
    for rule in knowledge().rules.values():
        for activity, given_ in ways._kind_asked_for(rule, vocabulary).items():
            for name, value in given_.items():
                term = vocabulary.activities[activity].attributes[name]
                assert term.type == "choice" and value in term.values
                found += 1
    assert found > 5


@pytest.mark.parametrize("name", SHOWN)
def test_every_gap_has_a_way_on_and_every_way_leads_somewhere(name: str) -> None:
    at_hand = shown(name)
    with at_hand.app.test_request_context():
        offered = {finding.ref: ways.ways(at_hand.look, finding) for finding in at_hand.audit.findings}
    seen = set()
    for finding in at_hand.audit.findings:
        if finding.verdict is Verdict.GAP and finding.rule.bears != "outcome":
            assert offered[finding.ref], finding.ref
        if finding.verdict is Verdict.SUFFICIENT:
            assert not offered[finding.ref]
        for way in offered[finding.ref]:
            seen |= {link.href.partition("#")[0] for link in way.links}
    for href in seen:
        assert at_hand.client.get(href, base_url="http://localhost").status_code == 200, href


# Disputes ------------------------------------------------------------------------------------------------------------


def test_a_dispute_is_kept_shown_and_withdrawn_and_the_finding_stays(case: AtHand) -> None:
    text, findings = case.look.kept.text, case.audit.findings
    assert_sound(case.get(f"disputes/{SARA}"))
    refused = case.post(f"disputes/{SARA}", 422, why="  ").get_data(as_text=True)
    assert 'href="#why"' in refused and case.look.kept.text == text
    answer = case.post(f"disputes/{SARA}", why="It is in the old system.\r\nPage 3.", about="finding")
    assert answer.headers["Location"] == f"/cases/TV-0042/findings/{SARA}"
    [kept] = parse_yaml(case.look.kept.text, "x").value["disputes"]
    assert (kept["rule"], kept["key"], kept["why"]) == (*SARA.split("/"), "It is in the old system.\nPage 3.")
    for page in (f"findings/{SARA}", "findings"):
        assert "It is in the old system. Page 3." in words_of(case.get(page))
    assert [f._replace(disputes=()) for f in case.audit.findings] == [f._replace(disputes=()) for f in findings]
    mark = re.search(r'name="dispute" value="(\w+)"', case.get(f"findings/{SARA}"))
    assert mark
    case.post(f"disputes/{SARA}/withdraw", dispute=mark[1])
    assert case.look.kept.text == text


def test_a_whole_rule_can_be_disputed_and_other_disputes_are_left_alone(case: AtHand) -> None:
    case.post(f"disputes/{SARA}", why="One.", about="finding")
    case.post(f"disputes/{POLICE}", why="Two.", about="rule")
    disputes = case.look.value["disputes"]
    assert [(said["rule"], said.get("key"), said["why"]) for said in disputes] == [
        ("sara-completed", "supervision_started", "One."),
        ("police-check-made", None, "Two."),
    ]
    page = case.get(f"findings/{POLICE}")
    assert "This is said of every finding of the rule." in words_of(page)
    mark = re.search(r'name="dispute" value="(\w+)"', page)
    assert mark
    case.post(f"disputes/{POLICE}/withdraw", dispute=mark[1])
    assert [said["why"] for said in case.look.value["disputes"]] == ["One."]


def test_a_dispute_made_on_an_older_version_is_not_written_unseen(case: AtHand) -> None:
    old = case.look.kept.version
    case.change("tier: 4", "tier: 3")
    text = case.look.kept.text
    page = case.post(f"disputes/{SARA}", 409, version=old, why="Too late.").get_data(as_text=True)
    assert "Too late." in page and case.look.kept.text == text


@given(st.text(max_size=60))
@example(HOSTILE)
@example("a: b # c\n- d\n\n  e")
@example("ends \\ \"quoted\" 'so'")
@n_examples(0.3)
def test_whatever_is_typed_is_kept_as_it_was_or_refused_and_never_becomes_part_of_the_page(typed: str) -> None:
    case = written_in()
    case.write(TV_0042)
    why = f"<b id='no'>{typed}"
    response = case.client.post(
        f"/cases/TV-0042/disputes/{SARA}", data={"version": case.look.kept.version, "why": why}, base_url="http://localhost"
    )
    pages_shown = [
        response.get_data(as_text=True),
        case.get(f"findings/{SARA}"),
        case.get("findings"),
        case.get(f"disputes/{SARA}"),
    ]
    assert all("<b id='no'>" not in page and "49 </textarea>" not in page for page in pages_shown)
    if response.status_code == 303:
        [kept] = case.look.value["disputes"]
        assert kept["why"] == why.strip().replace("\r\n", "\n").replace("\r", "\n")
        assert escape("<b id='no'>") in pages_shown[1].replace("&#34;", "&quot;").replace("&#39;", "&#x27;")
    else:
        assert response.status_code == 422 and case.look.kept.text == TV_0042


# Comparing -----------------------------------------------------------------------------------------------------------


def test_what_closed_and_what_is_new_since_the_officer_compared(case: AtHand) -> None:
    assert case.get("findings").count("Since ") == 0
    case.post("findings/compare?from=findings")
    assert re.search(r"Since \d+ \w+ \d{4}: 0 closed, 0 new\.", words_of(case.get("findings")))
    case.change("record:\n", "record:\n  - agency_check: {on: 2009-07-15, agency: police_domestic_abuse}\n")
    words = words_of(case.get("findings")).partition("What has changed")[2].partition("To put right")[0]
    closed = words.partition("Closed: ")[2].partition("New: ")[0]
    assert "A check with the police domestic abuse unit where domestic abuse features" in closed
    assert "was missing, is now" in closed
    case.change("  - rosh_screening: {on: 2009-07-14, accurate: true, indicates_analysis: true}\n", "")
    words = words_of(case.get("findings")).partition("What has changed")[2].partition("To put right")[0]
    title = "A risk of harm screening at the start of the sentence, on release and on transfer in"
    assert title in words.partition("New: ")[2]


def test_a_gap_that_nobody_can_tell_of_any_more_is_not_called_closed(case: AtHand) -> None:
    case.post("findings/compare?from=findings")
    case.change("as_at: 2010-04-19\n", "as_at: 2010-04-19\nrecord_complete: false\n")
    words = words_of(case.get("findings")).partition("What has changed")[2].partition("To put right")[0]
    assert ": 0 closed" in words and "No longer a gap, but open: " in words
    assert "was missing, is now not on the record so far" in words


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["2010-01-01", "0001-01-01", "missing", "gap"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["on", "as_at", "rules", "findings"]), inner),
    max_leaves=12,
)


@given(JSON)
@example({"on": "2010-01-01", "as_at": "2010-01-01", "rules": "", "findings": [["a", "b", "c", "missing", "gap"]]})
@example({"on": "2010-01-01", "as_at": "2010-01-01", "rules": "", "findings": [["a", ["b"], {}, "missing", "gap"]]})
def test_a_note_that_was_spoilt_never_stops_the_page(note: object) -> None:
    found = comparing.compared(shown("TV-0042").audit, note)
    assert found is None or isinstance(found.any, bool)


def test_nothing_has_changed_since_a_moment_ago() -> None:
    for name in SHOWN:
        audit = shown(name).audit
        found = comparing.compared(audit, comparing.taken(audit, date(2026, 1, 1)))
        assert found is not None and not found.any and found.same_rules and found.as_at == audit.case.as_at
