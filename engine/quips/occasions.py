"""When a rule asks: each occasion on which its clock starts in one case.

A rule always has at least one occasion, and an occasion's key never depends on what is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from quips.cases import Case, Entry, History
from quips.conditions import tests_of
from quips.program import Duty, Program
from quips.rules import Anchor, Becomes, Each, Trigger
from quips.truth import Conditions, Truth, World, asks_entry
from quips.vocabulary import DAY, NONE, NOT_YET
from quips.workdays import add


class State(StrEnum):
    """Whether an occasion is there."""

    NOW = "now"
    """The clock has started (or the rule has none)."""
    FUTURE = "future"
    """It starts later, or has not started yet."""
    DATE_NOT_GIVEN = "date_not_given"
    """The date that starts it is not known."""
    UNDATED = "undated"
    """It was done, but nobody can say when."""
    DOUBTFUL = "doubtful"
    """It may be one: an attribute that decides is not given."""
    NOT_SEEN = "not_seen"
    """None is on the record, but the record is not complete."""
    NONE = "none"
    """There is none."""


class Occasion(NamedTuple):
    """One occasion on which a rule asks.

    Attributes:
        key: Its stable name within the rule.
        state: Whether it is there.
        day: The day the clock starts, as an ordinal; None where there is none.
        entry: The entry of the record that is the occasion, if one is.
        about: The name of the circumstance or activity that makes the occasion; empty for the case as a whole.
        previous: For a pair, the entry of the same kind before it.
    """

    key: str
    state: State
    day: int | None = None
    entry: Entry | None = None
    about: str = ""
    previous: Entry | None = None


FindsOccasions = Callable[[World], list[Occasion]]


def occasions(duty: Duty, program: Program, conditions: Conditions) -> FindsOccasions:
    """Compile a rule's triggers into a function that finds its occasions in a case, in a fixed order."""
    if duty.conflict is not None and duty.conflict.pair is not None:
        return _pairs(duty.conflict.pair, asks_entry(duty.conflict.where), program.stages)
    if not duty.triggers:
        whole = [Occasion("case", State.NOW)]
        return lambda world: whole
    finders = [_finder(trigger, program, conditions) for trigger in duty.triggers]
    about = [_about(trigger) for trigger in duty.triggers]
    find = finders[0] if len(finders) == 1 else _each_once(finders) if len(set(about)) < len(about) else _all(finders)
    return _first_turns(find) if duty.expect is not None and duty.expect.every else find


def not_said(triggers: Sequence[Trigger], occasion: Occasion) -> list[str]:
    """Return what is not said of the entry that is an occasion, and decides what it calls for and from when.

    Args:
        triggers: What starts the rule's clocks.
        occasion: The occasion.

    Returns:
        The names: ``activity.attribute``, and ``activity.on`` for the day.
    """
    entry = occasion.entry
    if entry is None:
        return []
    wheres = [one.where for one in triggers if isinstance(one, Each) and one.activity == occasion.about]
    doubtful = occasion.state is State.DOUBTFUL
    asked = dict.fromkeys(test.subject for where in wheres for test in tests_of(where)) if doubtful else {}
    found = [f"{occasion.about}.{name}" for name in asked if entry.attributes.get(name) is None]
    return [*found, f"{occasion.about}.{DAY}"] if entry.day is None else found


def _about(trigger: Trigger) -> str:
    """The name of the circumstance or activity that starts a clock."""
    match trigger:
        case Anchor(name):
            return name
        case Becomes(test):
            return test.subject
        case Each(activity):
            return activity


def _all(finders: list[FindsOccasions]) -> FindsOccasions:
    """What clocks of different kinds find; no two can find the same."""
    return lambda world: [occasion for finder in finders for occasion in finder(world)]


def _each_once(finders: list[FindsOccasions]) -> FindsOccasions:
    """What two clocks find is one occasion, and that one clock finds none says nothing if another does."""

    def find(world: World) -> list[Occasion]:
        found: dict[str, Occasion] = {}
        for finder in finders:
            for occasion in finder(world):
                known = found.get(occasion.key)
                if known is None or known.state in _NOTHING_THERE:
                    found[occasion.key] = occasion
        there = {occasion.about for occasion in found.values() if occasion.state not in _NOTHING_THERE}
        return [o for o in found.values() if o.state not in _NOTHING_THERE or o.about not in there]

    return find


def _first_turns(find: FindsOccasions) -> FindsOccasions:
    """The occasions of something recurring bear the key of its first turn, whatever is known."""
    return lambda world: [occasion._replace(key=f"{occasion.key}/1") for occasion in find(world)]


_NOW = State.NOW
_NOTHING_THERE = (State.NONE, State.NOT_SEEN)


def _finder(trigger: Trigger, program: Program, conditions: Conditions) -> FindsOccasions:
    match trigger:
        case Anchor(name):
            return _anchor(name, program, conditions)
        case Becomes():
            return _changes(trigger, conditions)
        case Each():
            return _nth(trigger, program.stages) if trigger.nth else _each(trigger, program.stages)


def _anchor(name: str, program: Program, conditions: Conditions) -> FindsOccasions:
    relevant = program.relevant.get(name)
    runs = conditions.asks(relevant) if relevant else None
    missing = [Occasion(name, State.DATE_NOT_GIVEN, about=name)]
    future = [Occasion(name, State.FUTURE, about=name)]
    none = [Occasion(name, State.NONE, about=name)]

    def find(world: World) -> list[Occasion]:
        given = world.case.dates.get(name)
        if given == NONE or (given in (None, NOT_YET) and runs and runs(world, world.case.as_at) is False):
            return none
        if given is None:
            return missing
        if given == NOT_YET:
            return future
        known = world.started.get(name)
        if known is None:
            as_at = world.case.as_at
            known = world.started[name] = [
                Occasion(name if n == 0 else f"{name}#{n + 1}", _NOW if day <= as_at else State.FUTURE, day, about=name)
                for n, day in enumerate(given)
                if isinstance(day, int)
            ]
        return known

    return find


def _each(trigger: Each, stages: Mapping[str, str]) -> FindsOccasions:
    name, nothing = trigger.activity, _nothing(trigger.activity, stages)
    if not trigger.where.parts:
        return _every_entry(name, nothing)
    where = asks_entry(trigger.where)

    def find(world: World) -> list[Occasion]:
        found = []
        for entry in _entries(world.case, name):
            matches = where(entry.attributes)
            if matches is not False:
                found.append(_occasion(entry, matches))
        return found or nothing(world)

    return find


def _every_entry(name: str, nothing: FindsOccasions) -> FindsOccasions:
    def find(world: World) -> list[Occasion]:
        known = world.started.get(name)
        if known is None:
            found = [_occasion(entry, True) for entry in _entries(world.case, name)]
            known = world.started[name] = found or nothing(world)
        return known

    return find


def _nth(trigger: Each, stages: Mapping[str, str]) -> FindsOccasions:
    name, where, since = trigger.activity, asks_entry(trigger.where), trigger.since
    nothing = _nothing(name, stages)

    def find(world: World) -> list[Occasion]:
        marked = [(entry, where(entry.attributes)) for entry in _entries(world.case, name)]
        maybe = [entry for entry, matches in marked if matches is not False]
        dated = [entry for entry in maybe if entry.day is not None]
        sure = [entry for entry, matches in marked if matches and entry.day is not None]
        resets = [entry.day for entry in world.case.entries.get(since or "", ()) if entry.day is not None]
        n_undated = len(maybe) - len(dated)
        found = []
        for entry in dated:
            counts = any(one is entry for one in sure)
            fewest = _counted(sure, entry, resets, trigger) + (not counts)  # it can only be the n-th if it counts itself
            most = _counted(dated, entry, resets, trigger) + n_undated
            if fewest <= trigger.nth <= most:
                certain = fewest == most and counts
                found.append(_occasion(entry, True if certain else None))
        if found:
            return found
        if n_undated and len(maybe) >= trigger.nth:
            return [Occasion(name, State.DOUBTFUL, about=name)]
        return nothing(world)

    return find


def _counted(entries: list[Entry], last: Entry, resets: list[int], trigger: Each) -> int:
    """How many there are up to an entry, within the span that ends with it and since the count was last set back."""
    assert last.day is not None  # the callers pass dated entries only
    start = max((day for day in resets if day < last.day), default=0)
    counted = 0
    for entry in entries:
        assert entry.day is not None
        if (entry.day, entry.key) <= (last.day, last.key) and entry.day > start:
            counted += trigger.span is None or add(entry.day, *trigger.span) >= last.day
    return counted


def _changes(trigger: Becomes, conditions: Conditions) -> FindsOccasions:
    name = trigger.test.subject
    asks = conditions.asks(trigger.test)

    def find(world: World) -> list[Occasion]:
        history = world.facts.get(name)
        if history is None:
            return [Occasion(name, State.DATE_NOT_GIVEN, about=name)]
        found = []
        if isinstance(history, History):
            before: Truth = None
            for n, day in enumerate(history.days):
                now = asks(world, day)
                if n and now and before is False:
                    key = f"{name}@{date.fromordinal(day).isoformat()}"
                    found.append(Occasion(key, State.NOW, day, about=name))
                before = now
        return found or [Occasion(name, State.NONE, about=name)]

    return find


def _pairs(name: str, where: Callable[..., Truth], stages: Mapping[str, str]) -> FindsOccasions:
    nothing = _nothing(name, stages)

    def find(world: World) -> list[Occasion]:
        counted = [entry for entry in _entries(world.case, name) if where(entry.attributes) is not False]
        found = []
        for earlier, later in pairwise(counted):
            sure = where(earlier.attributes) and where(later.attributes)
            found.append(_occasion(later, sure)._replace(previous=earlier))
        return found or nothing(world)

    return find


def _entries(case: Case, name: str) -> Sequence[Entry]:
    if name == "not_done":
        return [entry for entries in case.reasons.values() for entry in entries]
    return case.entries.get(name, ())


def _occasion(entry: Entry, matches: Truth) -> Occasion:
    state = _NOW if matches and entry.day is not None else State.DOUBTFUL if matches is None else State.UNDATED
    return Occasion(entry.key, state, entry.day, entry, entry.activity)


def _nothing(name: str, stages: Mapping[str, str]) -> FindsOccasions:
    """What is found where no entry starts the clock: the same in all cases whose record is as complete."""
    stage = stages.get(name)
    none, not_seen = [Occasion(name, State.NONE, about=name)], [Occasion(name, State.NOT_SEEN, about=name)]

    def find(world: World) -> list[Occasion]:
        incomplete = world.case.incomplete
        return not_seen if incomplete and (stage is None or stage in incomplete) else none

    return find
