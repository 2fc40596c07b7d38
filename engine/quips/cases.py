"""A case record, read and made ready for evaluation.

Days are ordinals (``datetime.date.toordinal``). What is dated after the day the case is read as at is not seen.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from quips.problems import InputError, Problem
from quips.shapes import Shape
from quips.source import Document, Path_
from quips.vocabulary import DAY, NONE, NOT_YET, STAGES, Vocabulary
from quips.workdays import FIRST_YEAR, LAST_YEAR

Value = str | int | bool | frozenset[str] | tuple[int, ...]


class History:
    """A circumstance that changes: what it is from each day on, and unknown before the first."""

    __slots__ = ("days", "values")

    def __init__(self, changes: Iterable[tuple[int, Value]]) -> None:
        """Keep the changes in the order of their days."""
        ordered = sorted(changes, key=lambda change: change[0])
        self.days = [day for day, _ in ordered]
        self.values = [value for _, value in ordered]

    def on(self, day: int) -> Value | None:
        """Return what it is on a day, or None if that is not known."""
        at = bisect_right(self.days, day)
        return self.values[at - 1] if at else None


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One entry of the record: something done, or something not done for a reason.

    Attributes:
        activity: What was done; ``not_done`` for a reason.
        day: When, as an ordinal; None if it was done but nobody can say when.
        attributes: What is said of it, by name.
        key: A name for it that does not depend on where in the file it stands: ``home_visit@2009-09-01``.
        path: Where in the file it stands.
    """

    activity: str
    day: int | None
    attributes: Mapping[str, Any]
    key: str
    path: Path_ = ()


class Dispute(NamedTuple):
    """What somebody says against a finding, which stays as it is.

    Attributes:
        rule: The rule.
        key: Which of its findings; empty for all of them.
        day: The day it was said, as an ordinal.
        why: Why the finding is not right.
        path: Where in the file it stands.
    """

    rule: str
    key: str
    day: int
    why: str
    path: Path_


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A case record as at a day.

    Attributes:
        reference: Its reference.
        as_at: The day it is read as at.
        facts: What is known of each circumstance; what is unknown is not there.
        dates: Those of them that are dates, as ordinals in order, or ``not_yet`` or ``none``.
        entries: What was done, by activity, in the order of days; what has no known day comes last.
        reasons: Why something was not done, by the activity that was not done.
        incomplete: The stages of the work of which the record is not complete.
        judgements: The auditor's answers, by prompt.
        disputes: What is said against findings, in the order of the file.
        document: The file it was read from.
    """

    reference: str
    as_at: int
    facts: Mapping[str, Value | History]
    dates: Mapping[str, tuple[int, ...] | str]
    entries: Mapping[str, tuple[Entry, ...]]
    reasons: Mapping[str, tuple[Entry, ...]]
    incomplete: frozenset[str]
    judgements: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    disputes: tuple[Dispute, ...] = ()
    document: Document | None = None

    def fact(self, name: str, day: int) -> Value | None:
        """Return what is given of a circumstance on a day, or None if it is not known."""
        value = self.facts.get(name)
        return value.on(day) if isinstance(value, History) else value

    def disputes_of(self, rule: str, key: str) -> tuple[Dispute, ...]:
        """Return what is said against a finding, by its rule's name and its own key."""
        return tuple(dispute for dispute in self.disputes if dispute.rule == rule and dispute.key in ("", key))


def after_as_at(name: str, on: str, as_at: str) -> str:
    """Return that an activity is dated on a day after the day the record was read, as files call it."""
    return f"{name} is dated {on}, after the day the record was read ({as_at})."


def case_problems(document: Document, shape: Shape, after_as_at: Callable[[str, str, str], str] = after_as_at) -> list[Problem]:
    """Return everything that is wrong with a case record: its shape, and what was done after the day it was read.

    Args:
        document: The record.
        shape: What a record looks like.
        after_as_at: Says that an activity is dated on a day after the day the record was read; in the names of files, if left
            out.
    """
    problems = shape.problems(document)
    if problems:
        return problems
    as_at = document.value.get("as_at")
    problems += _out_of_time(document)
    problems += _ended_before_start(document)
    for n, item in enumerate(document.value["record"]):
        on = _on(item)
        if as_at and on and on != "unknown" and on > as_at:
            [name] = item
            message = after_as_at(name, on, as_at)
            problems.append(Problem(document.place("record", n, name), "after-as-at", message, "Correct one of the two dates."))
    return problems


def _out_of_time(document: Document) -> list[Problem]:
    """Return a problem for each day in a year that no case can be of; it is most likely a slip of the pen."""
    first, last = str(FIRST_YEAR), str(LAST_YEAR - 10)
    return [
        Problem(
            document.place(*path),
            "out-of-time",
            f"'{day}' is in a year that no case can be of.",
            f"Years go from {first} to {last}.",
        )
        for path, day in _days(document.value, ())
        if not in_time(day)
    ]


def in_time(day: str) -> bool:
    """Whether a day, written year-month-day, is in a year that a case can be of.

    Example:
        >>> in_time("2010-04-19"), in_time("9999-12-31")
        (True, False)
    """
    return FIRST_YEAR <= int(day[:4]) <= LAST_YEAR - 10


def _ended_before_start(document: Document) -> list[Problem]:
    given = document.value["circumstances"]
    started, ended = (dates_of(given.get(name, NONE)) for name in ("supervision_started", "supervision_ended"))
    if isinstance(started, str) or isinstance(ended, str) or ended[-1] >= started[0]:
        return []
    place = document.place("circumstances", "supervision_ended")
    message = "Supervision is said to have ended before it started."
    return [Problem(place, "ended-before-start", message, "Correct one of the two dates.")]


def _days(value: Any, path: Path_) -> Iterator[tuple[Path_, str]]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _days(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _days(child, (*path, index))
    elif isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        yield path, value


def read_case(document: Document, vocabulary: Vocabulary, shape: Shape, as_at: date) -> Case:
    """Build a case from a document.

    Args:
        document: The case file.
        vocabulary: What a case record can say.
        shape: The schema of a case record, made from the vocabulary.
        as_at: The day it is read as at; what is dated later is not seen.

    Raises:
        InputError: The document is not a valid case record.
    """
    problems = case_problems(document, shape)
    if problems:
        raise InputError(problems)
    return build_case(document, vocabulary, as_at)


def build_case(document: Document, vocabulary: Vocabulary, as_at: date) -> Case:
    """Build a case from a document that is known to be valid."""
    value, last = document.value, as_at.toordinal()
    facts: dict[str, Value | History] = {}
    dates: dict[str, tuple[int, ...] | str] = {}
    for name, given in value.get("circumstances", {}).items():
        if vocabulary.circumstances[name].type == "date":
            facts[name] = dates[name] = dates_of(given)
        else:
            fact = fact_of(given, last)
            if fact is not None:
                facts[name] = fact
    entries, reasons = _record(value.get("record", []), last, vocabulary)
    return Case(
        value.get("case", ""),
        last,
        facts,
        dates,
        entries,
        reasons,
        incomplete_stages(value.get("record_complete", True)),
        value.get("judgements", {}),
        tuple(
            Dispute(said["rule"], said.get("key", ""), ordinal_of(said["on"]), said["why"], ("disputes", number))
            for number, said in enumerate(value.get("disputes", []))
        ),
        document,
    )


def fact_of(given: Any, last: int) -> Value | History | None:
    """Return what a circumstance that is no date is said to be, as it is evaluated; changes after the last day are not seen."""
    if isinstance(given, list):
        if given and isinstance(given[0], dict):
            changes = [(ordinal_of(change["from"]), _plain(change["is"])) for change in given]
            seen = [change for change in changes if change[0] <= last]
            return History(seen) if seen else None
        return frozenset(given)
    return _plain(given)


def _plain(given: Any) -> Value:
    if isinstance(given, float):
        return int(given)  # to JSON Schema 2.0 is a whole number, and so it has to be to both engines
    return frozenset(given) if isinstance(given, list) else given


def dates_of(given: Any) -> tuple[int, ...] | str:
    """Return the days that a circumstance is said to be, in order, or ``not_yet`` or ``none``."""
    if given in (NOT_YET, NONE):
        return str(given)
    return tuple(sorted(ordinal_of(day) for day in (given if isinstance(given, list) else [given])))


def incomplete_stages(complete: bool | list[str]) -> frozenset[str]:
    """Return the stages of which the record is not complete, from what a case file says of it."""
    if isinstance(complete, bool):
        return frozenset() if complete else frozenset(STAGES)
    return frozenset(STAGES) - frozenset(complete)


def _record(
    items: list[dict[str, Any]], last: int, vocabulary: Vocabulary
) -> tuple[dict[str, tuple[Entry, ...]], dict[str, tuple[Entry, ...]]]:
    entries: dict[str, list[Entry]] = {}
    reasons: dict[str, list[Entry]] = {}
    used: dict[str, int] = {}
    for _, number, name, said in sorted(_sortable(n, item) for n, item in enumerate(items)):
        on = said.get("on")
        day = ordinal_of(on) if on and on != "unknown" else None
        if day is not None and day > last:
            continue
        key = f"{name}@{on or 'undated'}"
        used[key] = used.get(key, 0) + 1
        if used[key] > 1:
            key = f"{key}#{used[key]}"
        entry = Entry(name, day, attributes_of(name, said, vocabulary), key, ("record", number, name))
        if name == "not_done":
            reasons.setdefault(said["activity"], []).append(entry)
        else:
            entries.setdefault(name, []).append(entry)
    return {k: tuple(v) for k, v in entries.items()}, {k: tuple(v) for k, v in reasons.items()}


def _sortable(number: int, item: dict[str, Any]) -> tuple[tuple[str, str], int, str, dict[str, Any]]:
    """Order entries by day and then by content, so that their order in the file does not matter."""
    [(name, given)] = item.items()
    said = entry_said(given)
    return order_of(name, said), number, name, said


def entry_said(given: Any) -> dict[str, Any]:
    """Return what a case file says of an entry; a day by itself is short for one of which nothing more is said.

    Example:
        >>> entry_said("2010-03-01")
        {'on': '2010-03-01'}
    """
    return given if isinstance(given, dict) else {DAY: given}


def order_of(name: str, said: dict[str, Any]) -> tuple[str, str]:
    """Return by what entries are put in order: their day, and then all that is said of them."""
    on = said.get("on", "")
    return ("9999" if on in ("", "unknown") else on), json.dumps([name, said], sort_keys=True)


def attributes_of(activity: str, said: dict[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
    """Return what is said of an entry beyond its day, as it is evaluated."""
    attributes: dict[str, Any] = {}
    for name, given in said.items():
        if name == "on":
            continue
        if name == "late_reason":
            attributes["late_acceptable"] = given.get("acceptable")
            attributes["late_reason"] = given["reason"]
            continue
        term = vocabulary.attribute(activity, name)
        attributes[name] = ordinal_of(given) if term is not None and term.type == "date" else _plain(given)
    return attributes


def _on(item: dict[str, Any]) -> str | None:
    [given] = item.values()
    on = entry_said(given).get(DAY)
    return str(on) if on else None


def ordinal_of(day: str) -> int:
    """Return a day, written year-month-day, as an ordinal."""
    return date.fromisoformat(day).toordinal()
