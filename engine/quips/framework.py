"""What the inspectorate publishes: editions, time limits and the documents they are read from. No logic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from quips.conditions import Condition, read_condition
from quips.places import NOWHERE, Place
from quips.source import Document


@dataclass(frozen=True, slots=True)
class Citation:
    """A line of one of the five reports, or another document.

    Attributes:
        source: The report's file name, or the document's name in ``framework/sources.yaml``.
        line: The line of the report; 0 for another document.
        at: Where a reader of the printed report finds it.
        words: Up to eight words of the line by which the place is found.
        place: Where the citation is written.
    """

    source: str
    line: int = 0
    at: str = ""
    words: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Source:
    """A document that is cited.

    Attributes:
        name: Its file name or short name.
        title: Its title.
        short: What to call it in a sentence.
        standing: ``published`` for one of the five reports, ``unverified`` for what was not at hand.
        edition: The edition a report is of; empty for another document.
        lines: How many lines the text of a report has; 0 for another document.
        sha256: The digest of the text of a report.
    """

    name: str
    title: str
    short: str
    standing: str
    edition: str = ""
    lines: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a limit, for some cases, for some time.

    Attributes:
        when: Which cases it is for; None for all.
        value: How much; None where the source gives no number.
        unit: ``days``, ``weeks``, ``months``, ``working_days`` or ``times``.
        times: For a frequency, how many in each period.
        tolerance: How many may be missed.
        valid_from: The first day it is in force, as an ordinal.
        valid_until: The first day it is no longer in force; None while it is.
        standing: ``published``, ``reconstructed`` or ``unverified``.
        cites: Its sources.
        notes: What is doubtful about it.
        place: Where it is written.
    """

    when: Condition | None
    value: int | None
    unit: str
    times: int
    tolerance: int
    valid_from: int
    valid_until: int | None
    standing: str
    cites: tuple[Citation, ...]
    notes: str
    place: Place

    def in_force(self, day: int) -> bool:
        """Whether the row is in force on a day."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)

    def in_words(self) -> str:
        """Return the length of time, such as ``ten working days``."""
        if self.value is None:
            return "on time (no number is given)"
        return length_in_words(self.value, self.unit)


def length_in_words(value: int, unit: str) -> str:
    """Return a length of time in words.

    Example:
        >>> length_in_words(10, "working_days"), length_in_words(1, "months")
        ('10 working days', '1 month')
    """
    words = unit.replace("_", " ")
    return f"{value} {words[:-1] if value == 1 else words}"


@dataclass(frozen=True, slots=True)
class Reading:
    """One document's version of a limit."""

    name: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit, count or frequency, as every document has it."""

    name: str
    title: str
    clock: str
    readings: tuple[Reading, ...]
    place: Place
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """The lowest thing an inspector asks.

    Attributes:
        name: ``edition/node/slug``.
        asks: The question, in our own words.
        about: ``case`` or ``organisation``.
        standing: ``published``, ``reconstructed`` (from findings) or ``unverified``.
        applies_when: Its population; None for every case.
        purposes: Which of punish, help, change and control it serves.
        threads: Which headline threads it belongs to.
        sufficient_when: What counts as a yes.
        insufficient_when: What counts as a no.
        evidence: Where an auditor looks.
        judged: Why no rule answers it: what a machine cannot see; empty where one does or could.
        cites: Its sources.
        variant: ``crc`` or ``nps`` where only one of them has it.
        place: Where it is written.
    """

    name: str
    asks: str
    about: str
    standing: str
    applies_when: Condition | None
    purposes: tuple[str, ...]
    threads: tuple[str, ...]
    sufficient_when: str
    insufficient_when: str
    evidence: tuple[str, ...]
    judged: str
    cites: tuple[Citation, ...]
    variant: str
    place: Place


@dataclass(frozen=True, slots=True)
class Node:
    """A section, criterion, domain, standard or key question; ``depth`` 0 is the top."""

    id: str
    depth: int
    title: str
    statement: str
    standing: str
    scored: str
    applies_when: Condition | None
    purposes: tuple[str, ...]
    threads: tuple[str, ...]
    variant: str
    notes: str
    cites: tuple[Citation, ...]
    children: tuple[Node, ...]
    prompts: tuple[Prompt, ...]
    place: Place

    def walk(self) -> Iterator[Node]:
        """Yield the node and all beneath it, top down."""
        yield self
        for child in self.children:
            yield from child.walk()

    def populations(self, above: list[Condition]) -> Iterator[tuple[Node, list[Condition]]]:
        """Yield the node and all beneath it, each with the populations of the nodes above it and its own."""
        population = [*above, *([self.applies_when] if self.applies_when else [])]
        yield self, population
        for child in self.children:
            yield from child.populations(population)


@dataclass(frozen=True, slots=True)
class Edition:
    """One published framework.

    Attributes:
        name: ``omi-1``, ``omi-2`` or ``standards-2018``.
        title: Its title.
        summary: What it is, in a sentence or two.
        valid_from: The first day it was in use, as an ordinal; 0 if that is not known.
        valid_until: The first day it was no longer in use; None if it is, or if that is not known.
        levels: What it calls its layers, top to bottom.
        purposes: The purposes of sentences it tags, with their meaning.
        threads: The headline threads it tags, with their titles.
        variants: Its variants, with their titles.
        scoring: Its scoring scheme, as data.
        divisions: Its sections or domains.
        cites: Its sources.
        notes: What is doubtful about it.
        place: Where it is written.
    """

    name: str
    title: str
    summary: str
    valid_from: int
    valid_until: int | None
    levels: tuple[str, ...]
    purposes: Mapping[str, str]
    threads: Mapping[str, str]
    variants: Mapping[str, str]
    scoring: Mapping[str, Any]
    divisions: tuple[Node, ...]
    cites: tuple[Citation, ...]
    notes: str
    place: Place

    def nodes(self) -> Iterator[Node]:
        """Yield every node, in the edition's own order."""
        for division in self.divisions:
            yield from division.walk()

    def populations(self) -> Iterator[tuple[Node, list[Condition]]]:
        """Yield every node with its own population and those of the nodes above it, in the edition's own order."""
        for division in self.divisions:
            yield from division.populations([])

    def prompts(self) -> Iterator[Prompt]:
        """Yield every prompt, in the edition's own order."""
        for node in self.nodes():
            yield from node.prompts

    def judged_nodes(self) -> Iterator[Node]:
        """Yield the nodes that an auditor answers as a whole for a case: key questions, and criteria with a summary question."""
        criterion = self.scoring.get("criterion", {})
        weights = criterion.get("weights")
        sections = criterion.get("sections", ()) if isinstance(weights, dict) and "summary_question" in weights else ()
        for division in self.divisions:
            for node in division.walk():
                is_key_question = self.levels[node.depth] == "key question" and "key_question" in self.scoring
                is_criterion = self.levels[node.depth] != "section" and division.id in sections
                if node.scored == "percentage" and (is_key_question or is_criterion):
                    yield node


@dataclass(frozen=True, slots=True)
class Entry:
    """A term or abbreviation of the reports.

    Attributes:
        term: The term.
        short: Its abbreviation; empty if it has none.
        means: What it means, in our words.
        used_as: The circumstances and activities of the vocabulary that are this term.
        standing: ``published``, ``reconstructed`` or ``unverified``.
        cites: Its sources.
        place: Where it is written.
    """

    term: str
    short: str
    means: str
    used_as: tuple[str, ...]
    standing: str
    cites: tuple[Citation, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Meets:
    """A prompt of one edition that meets a prompt of another.

    Attributes:
        source: The one prompt.
        target: The other.
        how: What the second is to the first: ``exact``, ``broader``, ``narrower`` or ``related``.
        notes: What is doubtful about it.
        place: Where it is written.
    """

    source: str
    target: str
    how: str
    notes: str
    place: Place

    def seen_from(self, prompt: str) -> tuple[str, str]:
        """Return the other prompt, and what it is to the one it is seen from.

        Example:
            >>> from quips.places import NOWHERE
            >>> Meets("omi-1/1.2/a", "omi-2/1.2/b", "broader", "", NOWHERE).seen_from("omi-2/1.2/b")
            ('omi-1/1.2/a', 'narrower')
        """
        if prompt == self.source:
            return self.target, self.how
        return self.source, {"broader": "narrower", "narrower": "broader"}.get(self.how, self.how)


def read_glossary(document: Document) -> list[Entry]:
    """Build the glossary from its schema-valid file."""
    return [
        Entry(
            value["term"],
            value.get("short", ""),
            value["means"],
            tuple(value.get("used_as", ())),
            value["standing"],
            read_citations(value.get("cites", []), document, "terms", n, "cites"),
            document.place("terms", n),
        )
        for n, value in enumerate(document.value["terms"])
    ]


def read_crosswalk(document: Document) -> list[Meets]:
    """Build the crosswalk from its schema-valid file."""
    return [
        Meets(value["from"], value["to"], value["how"], value.get("notes", ""), document.place("crosswalk", n))
        for n, value in enumerate(document.value["crosswalk"])
    ]


def read_citations(values: list[dict[str, Any]], document: Document | None = None, *path: str | int) -> tuple[Citation, ...]:
    """Build citations from the value of a ``cites`` key.

    Args:
        values: The value.
        document: The file it stands in; None if that does not matter.
        path: Where in it.
    """
    return tuple(
        Citation(
            value["seed"] if "seed" in value else value["document"],
            value.get("line", 0),
            value.get("at", ""),
            value.get("words", ""),
            document.place(*path, n) if document else NOWHERE,
        )
        for n, value in enumerate(values)
    )


def read_sources(document: Document) -> dict[str, Source]:
    """Build the list of cited documents, by name, from a ``sources.yaml``: the framework's, or that of somebody's own rules."""
    seeds = {
        name: Source(
            name,
            seed["title"],
            seed.get("short", seed["title"]),
            "published",
            seed["edition"],
            seed["lines"],
            seed["sha256"],
        )
        for name, seed in document.value.get("seeds", {}).items()
    }
    others = {
        name: Source(name, other["title"], other["title"], other["standing"])
        for name, other in document.value["documents"].items()
    }
    return seeds | others


def read_limits(document: Document) -> list[Limit]:
    """Build the limits of one schema-valid file."""
    return [_limit(document, n) for n in range(len(document.value["limits"]))]


def read_edition(document: Document, divisions: list[Document]) -> Edition:
    """Build an edition from its own file and those of its sections or domains, in order."""
    value = document.value
    name = value["edition"]
    return Edition(
        name=name,
        title=value["title"],
        summary=value.get("summary", ""),
        valid_from=_ordinal(value.get("in_use", {}).get("valid_from")) or 0,
        valid_until=_ordinal(value.get("in_use", {}).get("valid_until")),
        levels=tuple(value["levels"]),
        purposes=value["purposes"],
        threads={key: thread["title"] for key, thread in value["threads"].items()},
        variants={key: variant["title"] for key, variant in value.get("variants", {}).items()},
        scoring=value["scoring"],
        divisions=tuple(_node(division, (), name, 0, "") for division in divisions),
        cites=read_citations(value["cites"], document, "cites"),
        notes=value.get("notes", ""),
        place=document.place(),
    )


def _limit(document: Document, n: int) -> Limit:
    value = document.value["limits"][n]
    readings = tuple(
        Reading(
            reading["reading"],
            reading.get("title", value["title"]),
            tuple(_row(document, row, ("limits", n, "readings", r, "rows", k)) for k, row in enumerate(reading["rows"])),
        )
        for r, reading in enumerate(value["readings"])
    )
    place = document.place("limits", n)
    return Limit(value["limit"], value["title"], value["clock"], readings, place, value.get("notes", ""))


def _row(document: Document, value: dict[str, Any], path: tuple[str | int, ...]) -> Row:
    return Row(
        when=read_condition(document, *path, "when") if "when" in value else None,
        value=value.get("value"),
        unit=value.get("unit", "days"),
        times=value.get("times", 1),
        tolerance=value.get("tolerance", 0),
        valid_from=date.fromisoformat(value["valid_from"]).toordinal(),
        valid_until=_ordinal(value.get("valid_until")),
        standing=value["standing"],
        cites=read_citations(value["cites"], document, *path, "cites"),
        notes=value.get("notes", ""),
        place=document.place(*path),
    )


def _node(document: Document, path: tuple[str | int, ...], edition: str, depth: int, variant: str) -> Node:
    value = document.at(*path)
    variant = value.get("variant", variant)
    children = tuple(
        _node(document, (*path, "contains", n), edition, depth + 1, variant) for n in range(len(value.get("contains", [])))
    )
    prompts = tuple(
        _prompt(document, prompt, (*path, "prompts", n), f"{edition}/{value['id']}", variant)
        for n, prompt in enumerate(value.get("prompts", []))
    )
    return Node(
        id=value["id"],
        depth=depth,
        title=value["title"],
        statement=value.get("statement", ""),
        standing=value["standing"],
        scored=value.get("scored", ""),
        applies_when=read_condition(document, *path, "applies_when") if "applies_when" in value else None,
        purposes=tuple(value.get("purposes", ())),
        threads=tuple(value.get("threads", ())),
        variant=variant,
        notes=value.get("notes", ""),
        cites=read_citations(value.get("cites", []), document, *path, "cites"),
        children=children,
        prompts=prompts,
        place=document.place(*path, "id"),
    )


def _prompt(document: Document, value: dict[str, Any], path: tuple[str | int, ...], node: str, variant: str) -> Prompt:
    return Prompt(
        name=f"{node}/{value['prompt']}",
        asks=value["asks"],
        about=value["about"],
        standing=value["standing"],
        applies_when=read_condition(document, *path, "applies_when") if "applies_when" in value else None,
        purposes=tuple(value.get("purposes", ())),
        threads=tuple(value.get("threads", ())),
        sufficient_when=value.get("sufficient_when", ""),
        insufficient_when=value.get("insufficient_when", ""),
        evidence=tuple(value.get("evidence", ())),
        judged=value.get("judged", ""),
        cites=read_citations(value.get("cites", []), document, *path, "cites"),
        variant=value.get("variant", variant),
        place=document.place(*path, "prompt"),
    )


def _ordinal(day: str | None) -> int | None:
    return date.fromisoformat(day).toordinal() if day else None
