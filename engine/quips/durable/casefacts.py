"""The facts of one case that compiled rules are given: what is known on each day that matters, and what is not there.

Days on which the same is known are one *moment*. Absences and windows cannot be matched, so they are worked out here and told
as facts: that a list holds none of some values, that something is or is not on the record, that nothing is given.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from quips.cases import Entry, History, Value
from quips.durable.sides import NO, YES, Reading, told
from quips.truth import Conditions, Truth, World

Fact = dict[str, Any]
Tells = Callable[["Moments", "Moment"], list[Fact]]


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A day on which rules ask, or an entry and the one before it.

    Attributes:
        number: Its number in the case.
        day: A day on which just this is known.
        entry: The entry, for questions about a pair.
        previous: The entry of the same kind before it.
    """

    number: int
    day: int
    entry: Entry | None = None
    previous: Entry | None = None


@dataclass(slots=True)
class Moments:
    """The moments of one case.

    Attributes:
        world: The case.
        days: Gives what sets a day apart from others; days with the same are one moment.
        all: Every moment so far, by number.
        inferred: What the rules have inferred, by circumstance and moment.
    """

    world: World
    days: DaysApart
    all: list[Moment] = field(default_factory=list)
    inferred: dict[tuple[str, int], Value] = field(default_factory=dict)
    _by_day: dict[int, Moment] = field(default_factory=dict)
    _by_knowledge: dict[tuple[Any, ...], Moment] = field(default_factory=dict)

    def on(self, day: int) -> Moment:
        """Return the moment of a day."""
        found = self._by_day.get(day)
        if found is None:
            knowledge = self.days(self.world, day)
            found = self._by_knowledge.get(knowledge)
            if found is None:
                found = self._by_knowledge[knowledge] = self._new(day)
            self._by_day[day] = found
        return found

    def of_pair(self, entry: Entry | None, previous: Entry | None, day: int) -> Moment:
        """Return a new moment for an entry and the one before it."""
        return self._new(day, entry, previous)

    def _new(self, day: int, entry: Entry | None = None, previous: Entry | None = None) -> Moment:
        self.all.append(Moment(len(self.all), day, entry, previous))
        return self.all[-1]


DaysApart = Callable[[World, int], tuple[Any, ...]]


class CaseFacts:
    """Tells what the rules read of a case."""

    def __init__(self, readings: Mapping[str, Reading], conditions: Conditions) -> None:
        """Compile what each kind of fact has to tell."""
        self._tells = {
            of_entry: {kind: _tells(reading, conditions) for kind, reading in readings.items() if reading.of_entry is of_entry}
            for of_entry in (False, True)
        }
        self._names = {reading.name for reading in readings.values() if reading.name and not reading.of_entry}
        self._dated = [
            conditions.asks(reading.operand)
            for reading in readings.values()
            if reading.aspect == "has" and reading.operand.up_to_trigger
        ]

    def moments(self, world: World) -> Moments:
        """Return the moments of a case; there is none until a day is asked for."""
        histories = [value.days for name, value in world.facts.items() if isinstance(value, History) and name in self._names]
        dated = self._dated

        def days_apart(world: World, day: int) -> tuple[Any, ...]:
            return (*[bisect_right(days, day) for days in histories], *[asks(world, day) for asks in dated])

        return Moments(world, days_apart)

    def of(self, moments: Moments, moment: Moment, kinds: Iterable[str]) -> list[Fact]:
        """Return the facts of some kinds that hold at a moment; a day has circumstances, an entry attributes."""
        tells = self._tells[moment.entry is not None]
        return [
            {"kind": kind, "at": moment.number, **fact}
            for kind in kinds
            if kind in tells
            for fact in tells[kind](moments, moment)
        ]


def _tells(reading: Reading, conditions: Conditions) -> Tells:
    match reading:
        case Reading("has", _, question):
            asks = conditions.asks(question)
            return lambda moments, moment: _answer(asks(moments.world, moment.day))
        case Reading("same", name):
            return lambda moments, moment: _same(moment, name)
        case Reading("value", name, _, True):
            return lambda moments, moment: _value(_attribute(moment, name))
        case Reading("value", name):
            return lambda moments, moment: _value(_given_or_inferred(moments, moment, name))
        case Reading("unsettled", name):
            return lambda moments, moment: [{}] if _given(moments, moment, name) is None else []
        case Reading(aspect, name, operand, of_entry):
            known = _of_entry if of_entry else _given
            tell = _TELL[aspect]
            return lambda moments, moment: tell(known(moments, moment, name), operand)


def _given(moments: Moments, moment: Moment, name: str) -> Value | None:
    return moments.world.case.fact(name, moment.day)


def _given_or_inferred(moments: Moments, moment: Moment, name: str) -> Value | None:
    found = _given(moments, moment, name)
    return moments.inferred.get((name, moment.number)) if found is None else found


def _of_entry(moments: Moments, moment: Moment, name: str) -> Any:
    return _attribute(moment, name)


def _attribute(moment: Moment, name: str) -> Any:
    return moment.entry.attributes.get(name) if moment.entry else None


def _same(moment: Moment, name: str) -> list[Fact]:
    if moment.entry is None or moment.previous is None:
        return []
    left, right = moment.previous.attributes.get(name), moment.entry.attributes.get(name)
    return _answer(None if left is None or right is None else left == right)


def _answer(truth: Truth) -> list[Fact]:
    return [] if truth is None else [{"v": YES if truth else NO}]


def _value(value: Any) -> list[Fact]:
    return [] if value is None else [told(value)]


def _items(value: Any) -> list[Fact]:
    return [told(item) for item in sorted(value, key=str)] if isinstance(value, frozenset) else []


def _lacks(value: Any, wanted: frozenset[Any]) -> list[Fact]:
    return [{}] if isinstance(value, frozenset) and wanted.isdisjoint(value) else []


_TELL: Mapping[str, Callable[[Any, Any], list[Fact]]] = {
    "given": lambda value, _: _value(value),
    "item": lambda value, _: _items(value),
    "lacks": _lacks,
    "known": lambda value, _: _answer(value is not None),
}
