"""What the inspectorate printed of the five inspections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from quips.places import Place
from quips.source import Document


@dataclass(frozen=True, slots=True)
class Figure:
    """A share that a report prints of one prompt.

    Attributes:
        prompt: The prompt's full name.
        shows: ``yes`` if it counts the cases answered yes, ``no`` if it prints the negative.
        percent: The share as printed, even where it is wrong; None if only a count or words are printed.
        n: How many cases; None if not printed.
        of: Of how many; None if not printed.
        in_words: What is printed where there is no number, such as ``almost all``.
        population: Of which cases.
        group: The sub-sample it is given for; empty for the whole.
        line: The line of the report.
        at: Where a reader of the printed report finds it.
        words: The words of the line by which the place is found.
        notes: What is doubtful about it.
        place: Where it is written.
    """

    prompt: str
    shows: str
    percent: float | None
    n: int | None
    of: int | None
    in_words: str
    population: str
    group: str
    line: int
    at: str
    words: str
    notes: str
    place: Place

    @property
    def printed(self) -> str:
        """The figure as printed, such as ``35% (13 of 37)``."""
        counts = f"{self.n} of {self.of}" if self.n is not None and self.of is not None else "" if self.n is None else str(self.n)
        share = f"{self.percent:g}%" if self.percent is not None else ""
        if share and counts:
            return f"{share} ({counts})"
        return share or counts or self.in_words


@dataclass(frozen=True, slots=True)
class Result:
    """A printed score, grade, comment or rating of a node, or a headline.

    Attributes:
        node: The section, criterion, standard or key question; empty for a headline.
        thread: The headline's thread; empty for a node.
        percent: The score; None where there is none.
        verdict: The comment, conclusion, grade or rating; empty if none is printed.
        line: The line of the report.
        notes: What is doubtful about it.
        place: Where it is written.
    """

    node: str
    thread: str
    percent: int | None
    verdict: str
    line: int
    notes: str
    place: Place


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A place where a report does not add up or contradicts itself; both figures are kept."""

    what: str
    lines: tuple[int, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Publication:
    """What one report prints.

    Attributes:
        name: Its short name, such as ``kent-2008``.
        seed: The report's file name.
        edition: The edition it is of.
        results: Its scores, grades, comments and ratings.
        headlines: Its headline scores and overall rating.
        figures: Its shares and counts, each of a prompt.
        contradictions: What does not add up in it, with the reason.
        others: Sample facts, recommendations and good practice, as they stand in the files.
    """

    name: str
    seed: str
    edition: str
    results: tuple[Result, ...]
    headlines: tuple[Result, ...]
    figures: tuple[Figure, ...]
    contradictions: tuple[Contradiction, ...]
    others: Mapping[str, tuple[Mapping[str, Any], ...]]


def read_publications(documents: Iterable[Document]) -> dict[str, Publication]:
    """Build the publications from their schema-valid parts, by name."""
    ordered = sorted(documents, key=lambda document: (document.value["report"], document.file))
    return {name: _publication(name, list(parts)) for name, parts in groupby(ordered, lambda document: document.value["report"])}


def _publication(name: str, parts: list[Document]) -> Publication:
    first = parts[0].value
    edition = first["edition"]
    results, headlines, figures, contradictions = [], [], [], []
    others: dict[str, list[Mapping[str, Any]]] = {"sample": [], "recommendations": [], "good_practice": []}
    for part in parts:
        value = part.value
        results += [_result(part, "scores", n) for n in range(len(value.get("scores", [])))]
        headlines += [_result(part, "headlines", n) for n in range(len(value.get("headlines", [])))]
        figures += [_figure(part, n, edition) for n in range(len(value.get("figures", [])))]
        contradictions += [
            Contradiction(found["what"], tuple(found["lines"]), found["why"]) for found in value.get("contradictions", [])
        ]
        for kind, found in others.items():
            found += value.get(kind, [])
    return Publication(
        name,
        first["seed"],
        edition,
        tuple(results),
        tuple(headlines),
        tuple(figures),
        tuple(contradictions),
        {kind: tuple(found) for kind, found in others.items()},
    )


def _result(document: Document, key: str, n: int) -> Result:
    value = document.value[key][n]
    verdict = value.get("rating") or value.get("grade") or value.get("comment") or ""
    thread = value.get("thread", "")
    place = document.place(key, n)
    return Result(value.get("node", ""), thread, value.get("percent"), verdict, value["line"], value.get("notes", ""), place)


def _figure(document: Document, n: int, edition: str) -> Figure:
    value = document.value["figures"][n]
    return Figure(
        f"{edition}/{value['prompt']}",
        value["shows"],
        value.get("percent"),
        value.get("n"),
        value.get("of"),
        value.get("words_only", ""),
        value.get("population", ""),
        value.get("group", ""),
        value["line"],
        value["at"],
        value["words"],
        value.get("notes", ""),
        document.place("figures", n),
    )
