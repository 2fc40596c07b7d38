"""How extracts from case systems become a caseload: columns and codes, and what they are in the words of the vocabulary."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quips.places import Place
from quips.problems import Problem, did_you_mean
from quips.source import Document
from quips.vocabulary import Term, Vocabulary

GROUPS = ("team", "office", "officer", "gender", "ethnicity")
"""By what a caseload can be summed up; references, never names."""
UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Fact:
    """A circumstance, from a column.

    Attributes:
        circumstance: The circumstance.
        table: The table of the extract that holds it.
        case: The column that names the case.
        column: The column.
        codes: What its codes mean; empty if the column says it as a case file does.
        ignore: Codes that say nothing of it.
        where: For other columns, the values with which a row counts.
        since: The column with the day from which it holds; empty for what does not change.
        empty: What it is where the column is empty; None if that leaves it unknown.
        place: Where it is written.
    """

    circumstance: str
    table: str
    case: str
    column: str
    codes: Mapping[str, Any]
    ignore: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]]
    since: str
    empty: Any
    place: Place


@dataclass(frozen=True, slots=True)
class Done:
    """Activities, from a table that has a row for each thing done.

    Attributes:
        table: The table of the extract.
        case: The column that names the case.
        on: The column with the day.
        column: The column that says what was done.
        codes: For each of its codes, the activity and what is said of it.
        ignore: Codes that are nothing that Quips looks for.
        where: For other columns, the values with which a row counts.
        place: Where it is written.
    """

    table: str
    case: str
    on: str
    column: str
    codes: Mapping[str, tuple[str, Mapping[str, Any]]]
    ignore: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]]
    place: Place


@dataclass(frozen=True, slots=True)
class Extract:
    """How an extract becomes a caseload.

    Attributes:
        name: Its name.
        title: What it is called.
        note: What an extract has to hold, and what is not known.
        standing: ``published`` or ``unverified``.
        dates: How days are written, as strptime has it.
        table: The table that has a row for each case.
        case: The column that names the case.
        groups: The columns that cases are grouped by.
        facts: The circumstances, those of the table of cases first.
        record: What was done.
        place: Where it is written.
    """

    name: str
    title: str
    note: str
    standing: str
    dates: tuple[str, ...]
    table: str
    case: str
    groups: Mapping[str, str]
    facts: tuple[Fact, ...]
    record: tuple[Done, ...]
    place: Place

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of the extract that are read."""
        others = [*(fact.table for fact in self.facts), *(done.table for done in self.record)]
        return tuple(dict.fromkeys([self.table, *others]))


def read_extract(document: Document) -> Extract:
    """Build an extract's mapping from a schema-valid document."""
    value = document.value
    cases = value["cases"]
    own = [_fact(document, name, cases, ("cases", "circumstances", name)) for name in cases.get("circumstances", {})]
    others = [_fact(document, fact["circumstance"], fact, ("facts", n)) for n, fact in enumerate(value.get("facts", []))]
    return Extract(
        value["extract"],
        value["title"],
        value.get("note", ""),
        value.get("standing", UNVERIFIED),
        tuple(value.get("dates", ())),
        cases["table"],
        cases["case"],
        {name: cases[name] for name in GROUPS if name in cases},
        (*own, *others),
        tuple(_done(document, one, n) for n, one in enumerate(value.get("record", []))),
        document.key_place("extract"),
    )


def _fact(document: Document, name: str, table: Mapping[str, Any], path: tuple[str | int, ...]) -> Fact:
    value = document.at(*path)
    where = {column: tuple(values) for column, values in value.get("where", {}).items()}
    return Fact(
        name,
        table["table"],
        table["case"],
        value["column"],
        value.get("codes", {}),
        tuple(value.get("ignore", ())),
        where,
        value.get("from", ""),
        value.get("empty"),
        document.place(*path),
    )


def _done(document: Document, value: Mapping[str, Any], number: int) -> Done:
    codes = {
        code: (means, {}) if isinstance(means, str) else (means["activity"], means.get("said", {}))
        for code, means in value["codes"].items()
    }
    where = {column: tuple(values) for column, values in value.get("where", {}).items()}
    place = document.place("record", number)
    return Done(value["table"], value["case"], value["on"], value["column"], codes, tuple(value.get("ignore", ())), where, place)


def extract_problems(extracts: Iterable[Extract], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield what mappings say that the vocabulary does not know, or that they say twice."""
    for extract in extracts:
        given: set[str] = set()
        for fact in extract.facts:
            term = vocabulary.circumstances.get(fact.circumstance)
            if term is None:
                message = f"There is no circumstance '{fact.circumstance}'."
                yield Problem(fact.place, "unknown-fact", message, did_you_mean(fact.circumstance, vocabulary.circumstances))
                continue
            if fact.circumstance in given:
                yield Problem(fact.place, "defined-twice", f"'{fact.circumstance}' is mapped twice.", "Keep one of them.")
            given.add(fact.circumstance)
            if fact.since and not term.may_change:
                yield Problem(fact.place, "cannot-change", f"'{term.name}' is not something that changes.", "Leave out 'from'.")
            values = [*fact.codes.values(), *([fact.empty] if fact.empty is not None else [])]
            yield from (_not_a_value(fact.place, term, value) for value in values if not _fits(term, value))
        for done in extract.record:
            for activity, said in done.codes.values():
                yield from _said_problems(done, activity, said, vocabulary)


def _said_problems(done: Done, activity: str, said: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[Problem]:
    if activity not in vocabulary.activities:
        message = f"There is no activity '{activity}'."
        yield Problem(done.place, "unknown-activity", message, did_you_mean(activity, vocabulary.activities))
        return
    for name, value in said.items():
        term = vocabulary.attribute(activity, name)
        if term is None:
            message = f"'{name}' cannot be said of {activity}."
            hint = did_you_mean(name, vocabulary.activities[activity].attributes)
            yield Problem(done.place, "unknown-attribute", message, hint)
        elif not _fits(term, value):
            yield _not_a_value(done.place, term, value)


def _fits(term: Term, value: Any) -> bool:
    match term.type:
        case "yes_no":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int) and not isinstance(value, bool) and term.bounds[0] <= value <= term.bounds[1]
        case "date":
            return value in ("not_yet", "none")
        case "choice" | "choices":
            return value in term.values
        case _:
            return isinstance(value, str)


def _not_a_value(place: Place, term: Term, value: Any) -> Problem:
    hint = did_you_mean(str(value), term.values) if term.values else ""
    return Problem(
        place,
        "wrong-value",
        f"'{term.name}' cannot be {json.dumps(value)}.",
        hint or f"To see what it can be: quips show {term.name}.",
    )
