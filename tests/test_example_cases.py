"""The example cases, held to what the inspector said of them, or to the gaps that were planted in them.

What is expected was read against the comment at the head of each case, not copied from what was found.
"""

from __future__ import annotations

from datetime import date

import pytest

from knowledge_base import CASES, ROOT, knowledge, reference
from quips.audits import Auditor
from quips.cases import Case, read_case
from quips.decisions import Decision
from quips.explain import in_sentence
from quips.privacy import privacy_warnings
from quips.source import read_yaml
from quips.statuses import Status

FALLS_SHORT = {Status.MISSING, Status.LATE, Status.INSUFFICIENT, Status.UNDERMINED, Status.CONFLICT}

GAPS: dict[str, list[tuple[str, str, set[str]]]] = {
    "ce-thames-valley-crc-2018-low-risk-no-checks": [
        ("call-out-prompts-check", "missing", set()),
        ("childrens-services-check-made", "missing", set()),
        ("police-check-made", "missing", set()),
        ("roh-analysis-considers-previous-behaviour", "insufficient", set()),
        ("roh-analysis-draws-on-sources", "undermined", {"childrens-services-check-made", "police-check-made"}),
        ("roh-analysis-sufficient", "insufficient", set()),
        ("roh-review-consults-agencies", "insufficient", set()),
    ],
    "composed-contact-and-enforcement": [
        ("absence-judged", "insufficient", set()),
        ("breach-started-in-time", "late", set()),
        ("reengagement-after-breach", "missing", set()),
    ],
    "composed-custody-and-release": [
        ("induction-after-release", "missing", set()),
        ("prison-told-of-self-harm", "missing", set()),
        ("risk-management-plan-before-release", "late", set()),
        ("roh-review-in-custody", "late", set()),
    ],
    "composed-domestic-abuse": [
        ("call-out-prompts-check", "missing", set()),
        ("marac-referral-made", "missing", set()),
        ("no-further-call-outs", "insufficient", set()),
        ("police-check-made", "missing", set()),
        ("roh-analysis-draws-on-sources", "undermined", {"police-check-made"}),
        ("sara-completed", "undermined", {"police-check-made"}),
    ],
    "composed-home-visits": [
        ("home-visit-repeated", "missing", set()),
        ("home-visit-where-rosh-is-high", "late", set()),
        ("home-visit-where-rosh-is-high", "missing", set()),
    ],
    "composed-mappa": [
        ("mappa-actions-in-risk-management-plan", "insufficient", set()),
        ("mappa-actions-in-sentence-plan", "insufficient", set()),
        ("mappa-referred-to-level-2-or-3", "missing", set()),
    ],
    "composed-planning": [
        ("sentence-plan-completed", "late", set()),
        ("sentence-plan-sequenced", "insufficient", set()),
        ("sentence-plan-states-contact-level", "insufficient", set()),
    ],
    "composed-reviewing": [
        ("lor-review-after-change", "missing", set()),
        ("plan-review-rewritten", "insufficient", set()),
        ("roh-review-after-change", "missing", set()),
        ("roh-review-rewritten", "insufficient", set()),
    ],
    "composed-risk-of-harm": [
        ("countersigned-work-sufficient", "insufficient", set()),
        ("risk-management-plan-completed", "undermined", {"roh-analysis-completed"}),
        ("risk-management-plan-comprehensive", "insufficient", {"roh-analysis-completed"}),
        ("roh-analysis-completed", "missing", set()),
        ("sentence-plan-addresses-risk-of-harm", "undermined", {"roh-analysis-completed"}),
        ("victim-safety-in-plan", "undermined", {"roh-analysis-completed"}),
    ],
    "composed-safeguarding": [
        ("childrens-services-check-made", "missing", set()),
        ("management-oversight-given", "missing", set()),
        ("roh-analysis-draws-on-sources", "insufficient", {"childrens-services-check-made"}),
        ("roh-review-consults-agencies", "insufficient", set()),
        ("safeguarding-objective-in-plan", "insufficient", {"childrens-services-check-made"}),
    ],
    "composed-through-the-gate-2018": [
        ("handover-to-local-services", "missing", set()),
        ("prison-contact-before-release", "missing", set()),
        ("sentence-plan-states-contact-level", "insufficient", set()),
    ],
    "composed-transfer": [
        ("first-appointment-after-transfer", "late", set()),
        ("oasys-current-at-transfer", "late", set()),
        ("risk-management-plan-after-transfer", "late", {"oasys-current-at-transfer"}),
        ("risk-management-plan-completed", "late", set()),
    ],
    "composed-unpaid-work-crc-2018": [
        ("restraining-order-shared", "missing", set()),
        ("risk-considered-before-unpaid-work", "undermined", {"roh-analysis-completed"}),
        ("roh-analysis-completed", "missing", set()),
    ],
    "composed-victims": [
        ("victim-contact-offered", "late", set()),
        ("victim-views-on-conditions", "missing", set()),
    ],
    "composed-well-run": [],
}
"""For each case, the rules that find a gap, with the status and the rules that explain it; a root is explained by none."""

PRAISED: dict[str, dict[str, str]] = {
    "gp-gwent-2008-refugee-needs-assessed": {"sentence-plan-considers-diversity": "met"},
    "gp-gwent-2008-transfer-with-shadow-manager": {"risk-management-plan-shared": "met", "victim-safety-in-plan": "met"},
    "gp-gwent-2008-joint-work-with-prison": {"sentence-plan-participation": "to_judge"},
    "gp-kent-2008-part-in-own-plan": {"sentence-plan-participation": "met"},
    "gp-kent-2008-risk-managed-through-recall": {
        "risk-management-plan-comprehensive": "met",
        "mappa-actions-in-risk-management-plan": "cannot_tell",  # praised, but no day says that the plan came after a meeting
    },
    "gp-west-mercia-2008-victim-involved-throughout": {"restrictive-conditions-proportionate": "to_judge"},
}
"""What the record shows of the good work that a report describes, where it gives enough to show anything."""


def case_called(name: str) -> Case:
    document = read_yaml(ROOT / "examples" / "cases" / f"{name}.yaml")
    as_at = date.fromisoformat(document.value["as_at"])
    return read_case(document, knowledge().vocabulary, knowledge().case_shape, as_at)


def decided(name: str) -> list[Decision]:
    return reference().decide(case_called(name))


@pytest.mark.parametrize("name", GAPS)
def test_the_gaps_that_were_planted_are_found_and_no_others(name: str) -> None:
    found = [
        (decision.rule, str(decision.status), {rule for rule, _ in decision.because_of})
        for decision in decided(name)
        if decision.status in FALLS_SHORT
    ]
    assert sorted(found, key=repr) == sorted(GAPS[name], key=repr)


@pytest.mark.parametrize("path", [path for path in CASES if path.stem.startswith("gp-")], ids=lambda path: path.stem)
def test_work_that_an_inspector_praised_is_no_gap(path) -> None:
    assert [decision for decision in decided(path.stem) if decision.status in FALLS_SHORT] == []


@pytest.mark.parametrize("name", PRAISED)
def test_what_an_inspector_praised_is_seen(name: str) -> None:
    found = {decision.rule: str(decision.status) for decision in decided(name)}
    assert {rule: found[rule] for rule in PRAISED[name]} == PRAISED[name]


OF_NO_ONE_CASE = {
    ("gwent-2008", 223),  # cards with codes for the supervisors of unpaid work
    ("gwent-2008", 229),  # a project with other organisations
    ("thames-valley-2010", 211),  # advice and guidance for everybody
    ("thames-valley-2010", 241),  # the audit process
    ("west-mercia-2008", 258),  # an unpaid work project
}


def test_every_good_practice_box_that_tells_of_a_case_has_a_case() -> None:
    """A case names its report in its file name, and the line of the box in its comment; the report of 2018 tells of none."""
    publications = {name: held for name, held in knowledge().publications.items() if held.edition != "standards-2018"}
    boxes = {(name, box["line"]) for name, held in publications.items() for box in held.others["good_practice"]}
    cases = set()
    for path in CASES:
        if path.stem.startswith("gp-"):
            text = " ".join(path.read_text(encoding="utf-8").replace("#", "").split())
            [name] = [name for name in publications if path.stem.startswith(f"gp-{name}-")]
            cases.add((name, int(text.partition(".txt, line ")[2].partition(".")[0])))
    assert len(publications) == 4
    assert cases == boxes - OF_NO_ONE_CASE


def test_the_low_risk_level_of_the_case_without_checks_is_put_to_the_auditor() -> None:
    """The inspector: low risk, without explanation. The record does not say whether anybody agreed with the level."""
    found = {decision.rule: decision.status for decision in decided("ce-thames-valley-crc-2018-low-risk-no-checks")}
    assert found["rosh-classification-agreed"] is Status.TO_JUDGE
    assert found["rosh-low-despite-history"] is Status.CANNOT_TELL


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_an_example_case_says_where_it_comes_from_and_names_nobody(path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("#")
    document = read_yaml(path)
    assert privacy_warnings(document) == []
    if path.stem.startswith(("gp-", "ce-")):
        assert ".txt" in text.partition("\ncase:")[0]
        assert document.value["record_complete"] is False
    else:
        assert document.value["composed"]


def test_what_rests_on_several_gaps_is_met_only_when_all_are_put_right() -> None:
    """Any one of the changes told will do, so what is needed together is one change."""
    several = 0
    with Auditor(knowledge(), "reference") as auditor:
        for finding in (finding for path in CASES for finding in auditor.audit(path).findings if finding.undermined_by):
            [change] = finding.would_be_met
            beneath = {knowledge().rules[rule].title for rule, _ in finding.undermined_by}
            assert all(in_sentence(title) in change for title in beneath)
            several += len(beneath) > 1
    assert several
