"""Looks citations up in the reports themselves, where their texts are at hand."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from quips.framework import Citation
from quips.knowledge import Knowledge
from quips.places import Place
from quips.problems import Problem

_MARKS = re.compile(r"</?[a-z]+>|[*_`|#]|\\")


def every_citation(knowledge: Knowledge) -> Iterator[Citation]:
    """Yield every citation of a report."""
    for rule in knowledge.rules.values():
        yield from rule.cites
        for edge in rule.edges:
            yield from edge.cites
    for edition in knowledge.editions.values():
        yield from edition.cites
        for node in edition.nodes():
            yield from node.cites
            for prompt in node.prompts:
                yield from prompt.cites
    for limit in knowledge.limits.values():
        for reading in limit.readings:
            for row in reading.rows:
                yield from row.cites
    for entry in knowledge.glossary:
        yield from entry.cites
    for publication in knowledge.publications.values():
        for figure in publication.figures:
            yield Citation(publication.seed, figure.line, figure.at, figure.words, figure.place)


def citation_problems(knowledge: Knowledge, reports: Path) -> list[Problem]:
    """Return a problem for each citation whose words do not stand in its line.

    Args:
        knowledge: The knowledge base.
        reports: The folder that holds the reports' texts, under the names that are cited.
    """
    problems = []
    lines: dict[str, list[str]] = {}
    for name, source in knowledge.sources.items():
        if not source.lines:
            continue
        try:
            data = (reports / name).read_bytes()
        except OSError:
            problems.append(Problem(Place(str(reports / name)), "no-such-file", "This report is not there.", "Put it there."))
            continue
        if hashlib.sha256(data).hexdigest() != source.sha256:
            message = "This is another copy of the report, so its lines may differ from those cited."
            problems.append(Problem(Place(str(reports / name)), "other-copy", message, "Use the copy with the digest listed."))
            continue
        lines[name] = data.decode("utf-8", errors="replace").split("\n")
    for cite in every_citation(knowledge):
        if cite.source not in lines:
            continue
        if not cite.words:
            problems.append(
                Problem(cite.place, "no-words", f"The citation of line {cite.line} has no words to find it by.", "Add them.")
            )
        elif plain(cite.words) not in plain(lines[cite.source][cite.line - 1]):
            message = f"'{cite.words}' does not stand in line {cite.line} of {cite.source}."
            problems.append(Problem(cite.place, "not-in-line", message, "Look the passage up again."))
    return problems


def plain(text: str) -> str:
    """Return text without marks of layout, in small letters and with single spaces.

    Example:
        >>> plain("In <b>86%</b> of  the *RoSH*")
        'in 86% of the rosh'
    """
    return " ".join(_MARKS.sub("", text).lower().split())
