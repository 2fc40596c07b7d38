"""Citations are looked up in the reports, where their texts lie beside the checkout."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge_base import ROOT, knowledge
from quips.citations import citation_problems, every_citation

REPORTS = ROOT.parent / "shared" / "seeds"


def test_every_citation_of_a_report_has_words_to_find_it_by() -> None:
    assert [cite for cite, _ in every_citation(knowledge()) if cite.line and not cite.words] == []


@pytest.mark.skipif(not REPORTS.is_dir(), reason=f"the reports are not at {REPORTS}: citations were not looked up")
def test_every_citation_stands_in_its_line() -> None:
    assert citation_problems(knowledge(), REPORTS) == []


@pytest.mark.skipif(not REPORTS.is_dir(), reason=f"the reports are not at {REPORTS}: citations were not looked up")
def test_a_citation_that_does_not_stand_in_its_line_is_found() -> None:
    [name, rule] = next(iter(knowledge().rules.items()))
    cite = replace(next(cite for cite in rule.cites if cite.line), words="this is not what the report says")
    moved = replace(knowledge(), rules={name: replace(rule, cites=(cite,), edges=())})
    assert [problem.name for problem in citation_problems(moved, REPORTS)] == ["not-in-line"]


def test_reports_that_are_not_there_are_told(tmp_path) -> None:
    problems = citation_problems(knowledge(), tmp_path)
    assert {problem.name for problem in problems} == {"no-such-file"}
    assert len(problems) == 5
