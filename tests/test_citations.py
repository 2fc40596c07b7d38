"""Citations are looked up in the reports, where their texts lie beside the checkout."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from breaking import laid_out
from knowledge_base import ROOT, knowledge
from quips.citations import citation_problems, every_citation
from quips.knowledge import load_knowledge

REPORTS = ROOT.parent / "shared" / "seeds"


def test_every_citation_of_a_report_has_words_to_find_it_by() -> None:
    assert [cite for cite in every_citation(knowledge()) if cite.line and not cite.words] == []


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


def test_words_that_are_not_there_no_words_and_another_copy_are_told_at_the_citation(tmp_path: Path) -> None:
    """The small report says `words N` in its line N; one citation has the right words, one has wrong ones, the others none."""
    report = "".join(f"words {n}\n" for n in range(1, 101))
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "report.txt").write_text(report, encoding="utf-8")
    folder = laid_out(tmp_path / "base")
    sources = folder / "framework" / "sources.yaml"
    said, digest = sources.read_text(encoding="utf-8"), hashlib.sha256(report.encode()).hexdigest()
    sources.write_text(said.replace("0" * 64, digest), encoding="utf-8")
    path = folder / "rules" / "checks" / "review-is-new.yaml"
    text = path.read_text(encoding="utf-8")
    both = "{seed: report.txt, line: 67, words: words 67}\n  - {seed: report.txt, line: 67, words: words 66}"
    path.write_text(text.replace("{seed: report.txt, line: 67}", both), encoding="utf-8")
    problems = citation_problems(load_knowledge(folder / "framework", folder / "rules"), reports)
    [wrong] = [problem for problem in problems if problem.name == "not-in-line" and problem.place.file == str(path)]
    assert path.read_text(encoding="utf-8").splitlines()[wrong.place.line - 1].endswith("words: words 66}")
    others = [problem for problem in problems if problem.name == "no-words"]
    assert all("line: " in Path(one.place.file).read_text("utf-8").splitlines()[one.place.line - 1] for one in others)
    assert len(others) > 15 and str(path) not in {one.place.file for one in others}

    sources.write_text(said, encoding="utf-8")
    [problem] = citation_problems(load_knowledge(folder / "framework", folder / "rules"), reports)
    assert problem.name == "other-copy" and problem.place.file == str(reports / "report.txt")
