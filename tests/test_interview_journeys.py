"""The example cases, answered through the interview from nothing, have to give the findings that the audit of the file gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk_client import Officer, audited
from interviewing import Interview
from knowledge_base import CASES, knowledge
from quips.audits import Audit
from quips.source import parse_yaml
from quips.statuses import Status


@pytest.fixture
def officer(tmp_path: Path) -> Officer:
    return Officer(tmp_path)


def shown(audit: Audit) -> dict[tuple[str, str], tuple[object, ...]]:
    """What an audit says, by rule and occasion, without the places in the file, which are not the same.

    Whom a rule is not for, or may not be for, it is not for on any occasion: an entry that was never asked for then changes
    nothing but the name of the occasion, which is left out.
    """
    circumstances = knowledge().vocabulary.circumstances
    found = {}
    for one in audit.findings:
        if_it_applies = one.status is Status.CANNOT_TELL and set(one.settled_by) <= set(circumstances)
        occasion = "any" if if_it_applies or one.status is Status.NOT_APPLICABLE else one.key
        found[one.rule.name, occasion] = (one.status, one.root, one.because_of)
    return {key: said for key, said in found.items() if said[0] is not Status.NOT_APPLICABLE}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_an_example_answered_through_the_interview_gives_the_same_findings(path: Path, officer: Officer) -> None:
    text = path.read_text(encoding="utf-8")
    interview = Interview(officer, dict(parse_yaml(text, path.name).value))
    interview.run()
    assert shown(audited(officer.text(interview.name))) == shown(audited(text))
