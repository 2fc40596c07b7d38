"""What is worth asking next: nothing that cannot matter, and nothing before what it hangs on."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge_base import knowledge
from quips.audits import Audit, Auditor
from quips.cases import read_case
from quips.reports.text import TextReport
from quips.source import parse_yaml
from quips.statuses import Status

ONLY_AFTER_CUSTODY = {"through_the_gate", "release", "ties_at_risk", "sentence_length_months"}


def audited(record: str = "[]", **circumstances: str) -> Audit:
    given = "".join(f"  {name}: {value}\n" for name, value in circumstances.items())
    document = parse_yaml(f"case: TV-0001\nas_at: 2019-04-19\ncircumstances:\n{given}record: {record}\n", "case.yaml")
    case = read_case(document, knowledge().vocabulary, knowledge().case_shape, date(2019, 4, 19))
    with Auditor(knowledge(), "reference") as auditor:
        return auditor.audit_case(case, document)


def asked(**circumstances: str) -> set[str]:
    return {question.term.name for question in audited(**circumstances).questions}


@pytest.mark.parametrize("provider", ["trust", "crc", "nps"])
@pytest.mark.parametrize("sentence", ["community_order", "suspended_sentence"])
def test_what_only_custody_brings_is_not_asked_of_an_order_in_the_community(sentence: str, provider: str) -> None:
    found = audited(sentence=sentence, provider=provider, supervision_started="2019-01-07")
    assert not ONLY_AFTER_CUSTODY & {question.term.name for question in found.questions}
    waiting = {name for finding in found.findings if finding.status is Status.CANNOT_TELL for name in finding.settled_by}
    assert "through_the_gate" not in waiting
    assert "statutory_victim" in waiting  # an earlier sentence may have brought it: only the file can say that there is none


@pytest.mark.parametrize(("provider", "wanted"), [("crc", True), ("nps", True), ("trust", False)])
def test_through_the_gate_is_asked_only_where_there_was_such_a_service(provider: str, wanted: bool) -> None:
    found = asked(sentence="licence", provider=provider, sentenced="2018-01-08", release="2018-06-18")
    assert ("through_the_gate" in found) is wanted
    assert "statutory_victim" in found


def test_what_hangs_on_another_answer_is_asked_after_it() -> None:
    plain = {"sentence": "community_order", "provider": "nps", "supervision_started": "2019-01-07"}
    first = asked(**plain)
    assert {"domestic_abuse", "mappa_category"} <= first
    assert not {"partner_at_risk", "mappa_level"} & first
    then = asked(**plain, domestic_abuse="true", mappa_category="2")
    assert {"partner_at_risk", "mappa_level"} <= then
    never = asked(**plain, domestic_abuse="false", mappa_category="0")
    assert not {"partner_at_risk", "mappa_level"} & never


def test_the_sentence_is_asked_before_what_hangs_on_it() -> None:
    found = asked(provider="nps", supervision_started="2019-01-07")
    assert "sentence" in found
    assert not ONLY_AFTER_CUSTODY & found


def test_what_is_missing_of_an_entry_that_is_there_is_asked_for_and_not_the_entry() -> None:
    """A screening that does not say what it found leaves open whether a full analysis is called for."""
    found = audited("[{rosh_screening: 2019-01-09}]", sentence="community_order", supervision_started="2019-01-07")
    [analysis] = [f for f in found.findings if f.rule.name == "roh-analysis-completed" and f.status is Status.CANNOT_TELL]
    assert "rosh_screening.indicates_analysis" in analysis.settled_by
    assert "rosh_screening" not in analysis.settled_by
    said = "RoSH screening (Did the screening indicate that a full risk of harm analysis was needed?)"
    assert said in " ".join(analysis.why)
    assert "RoSH screening (Did the screening indicate" in " ".join(TextReport(knowledge()).render(found).split())


def test_an_entry_that_says_it_settles_it() -> None:
    record = "[{rosh_screening: {on: 2019-01-09, indicates_analysis: false}}]"
    found = audited(record, sentence="community_order", supervision_started="2019-01-07")
    assert not [name for finding in found.findings for name in finding.settled_by if name.startswith("rosh_screening.indicates")]
