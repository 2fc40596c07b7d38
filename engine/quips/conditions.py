"""Conditions as data: what a rule asks of a case, in three-valued (Kleene) logic.

A condition is a tree of tests. Nothing here evaluates one; the engines do, each in its own way. Two that ask the same are equal,
wherever they are written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from quips.places import NOWHERE, Place
from quips.source import Document


@dataclass(frozen=True, slots=True)
class Test:
    """A test of one fact, or of one attribute of an activity.

    Attributes:
        subject: The name of the circumstance or attribute.
        op: ``one_of``, ``at_least``, ``at_most``, ``before``, ``includes_any``, ``known``, ``not_same_as`` or
            ``same_as_previous``.
        value: What it is compared with: a tuple of values for ``one_of`` and ``includes_any``, a number, a day as an
            ordinal for ``before``, another fact's name for ``not_same_as``, true or false for the others.
        place: Where it is written.
    """

    __test__: ClassVar[bool] = False  # pytest is not to take it for a test of the project

    subject: str
    op: str
    value: Any
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; true if there is no part."""

    parts: tuple[Condition, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Has:
    """An activity is on the record.

    Attributes:
        activities: Any of these will do.
        where: Tests of the activity's attributes, all of which have to hold.
        up_to_trigger: Only what was done on or before the day of the trigger counts.
        place: Where it is written.
    """

    activities: tuple[str, ...]
    where: AllOf
    up_to_trigger: bool
    place: Place = field(default=NOWHERE, compare=False)


Condition = Test | AllOf | AnyOf | Not | Has
ALWAYS = AllOf(())


def read_condition(document: Document, *path: str | int) -> Condition:
    """Build a condition from a mapping of a schema-valid document.

    Args:
        document: The document.
        path: Where in it the mapping stands.
    """
    value = document.at(*path)
    parts = [_read_key(document, key, value[key], (*path, key)) for key in value]
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts), document.place(*path))


def read_tests(document: Document, *path: str | int) -> AllOf:
    """Build the tests of an activity's attributes from a mapping, or an empty conjunction if there is none."""
    value = document.value
    for step in path:
        if isinstance(value, dict) and step not in value:
            return ALWAYS
        value = value[step]
    tests = [_read_test(document, key, value[key], (*path, key)) for key in value]
    return AllOf(tuple(tests), document.place(*path))


def as_tuple(value: Any) -> tuple[Any, ...]:
    """Return a list as a tuple, and anything else as a tuple of one."""
    return tuple(value) if isinstance(value, list) else (value,)


def tests_of(condition: Condition) -> Iterator[Test]:
    """Yield every test in a condition, left to right; the tests within questions about the record are left out."""
    match condition:
        case Test():
            yield condition
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from tests_of(part)
        case Not(part):
            yield from tests_of(part)


def has_of(condition: Condition) -> Iterator[Has]:
    """Yield every question about the record in a condition, left to right."""
    match condition:
        case Has():
            yield condition
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from has_of(part)
        case Not(part):
            yield from has_of(part)


def facts_of(condition: Condition) -> Iterator[str]:
    """Yield the name of every circumstance that a condition reads."""
    for test in tests_of(condition):
        yield test.subject
        if test.op == "not_same_as":
            yield test.value


def _read_key(document: Document, key: str, value: Any, path: tuple[str | int, ...]) -> Condition:
    place = document.key_place(*path)
    match key:
        case "all":
            return AllOf(tuple(read_condition(document, *path, n) for n in range(len(value))), place)
        case "any":
            return AnyOf(tuple(read_condition(document, *path, n) for n in range(len(value))), place)
        case "not":
            return Not(read_condition(document, *path), place)
        case "has":
            where = read_tests(document, *path, "where")
            return Has(as_tuple(value["activity"]), where, value.get("up_to") == "trigger", place)
        case _:
            return _read_test(document, key, value, path)


def _read_test(document: Document, subject: str, value: Any, path: tuple[str | int, ...]) -> Test:
    place = document.key_place(*path)
    if not isinstance(value, dict):
        return Test(subject, "one_of", as_tuple(value), place)
    [(op, operand)] = value.items()
    if op in ("includes", "includes_any"):
        return Test(subject, "includes_any", as_tuple(operand), place)
    if op == "before":
        return Test(subject, "before", date.fromisoformat(operand).toordinal(), place)
    return Test(subject, op, operand, place)
