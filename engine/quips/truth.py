"""Evaluates conditions in three-valued (Kleene) logic: true, false, or None where what is known does not settle it.

Conditions are compiled once into closures. `World` is one case together with what is inferred of it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from quips.cases import Case, Entry, History, Value
from quips.conditions import AllOf, AnyOf, Condition, Has, Not, Test
from quips.program import Derived, Program

Truth = bool | None
Asks = Callable[["World", int], Truth]
AsksEntry = Callable[[Mapping[str, Any]], Truth]


class World:
    """A case and what is inferred of it; inferences are made when they are first asked for.

    Attributes:
        case: The case.
        facts: What is given, as `Case.facts`.
        inferred: What has been inferred so far, by circumstance and day.
        started: What many rules ask alike and has been found so far: the occasions that a clock gives, by what starts it.
        done: The entries that may answer, by what rules ask for, likewise.
    """

    __slots__ = ("case", "done", "facts", "inferred", "started")

    def __init__(self, case: Case) -> None:
        """Start with what is given."""
        self.case = case
        self.facts = case.facts
        self.inferred: dict[tuple[str, int], Value | None] = {}
        self.started: dict[str, list[Any]] = {}
        self.done: dict[int, list[tuple[Entry, Truth]]] = {}


class Conditions:
    """Compiles the conditions of one program."""

    def __init__(self, program: Program) -> None:
        """Compile what every condition may need: the inferences, in their order."""
        self.program = program
        self._stages = program.stages
        self._compiled: dict[Condition, Asks] = {}
        self._known: dict[int, tuple[Condition, Asks]] = {}
        self._parts: dict[int, list[tuple[Condition, Asks]]] = {}
        self._numbers: dict[Hashable, int] = {}
        self.words: dict[Hashable, str] = {}
        """Words that depend on no case, once asked for: of each condition, by its identity, and of what rules ask for."""
        self.reads: dict[int, tuple[str, ...]] = {}
        """Which circumstances each condition reads, likewise."""
        self._premises = {
            name: [program.duties[number].applies for number, _ in derived.rules] for name, derived in program.derived.items()
        }
        self._infer: dict[str, Callable[[World, int], Value | None]] = {}
        for name, derived in program.derived.items():
            holds = [(self.asks(program.duties[number].applies), value) for number, value in derived.rules]
            self._infer[name] = _inference(derived, holds)

    def value(self, name: str) -> Callable[[World, int], Value | None]:
        """Return a function that gives a circumstance on a day: as given, else as inferred, else None."""
        infer = self._infer.get(name)

        def given(world: World, day: int) -> Value | None:
            found = world.facts.get(name)
            return found.on(day) if isinstance(found, History) else found

        if infer is None:
            return given

        def given_or_inferred(world: World, day: int) -> Value | None:
            found = given(world, day)
            return infer(world, day) if found is None else found

        return given_or_inferred

    def inferred_from(self, name: str) -> list[Condition]:
        """Return the conditions from which a circumstance is inferred; empty if it is only ever given."""
        return self._premises.get(name, [])

    def asks(self, condition: Condition) -> Asks:
        """Compile a condition about a case on a day; conditions that ask the same are compiled once."""
        known = self._known.get(id(condition))  # to compare trees takes longer than to ask one
        if known is None:
            asks = self._compiled.get(condition)
            if asks is None:
                asks = self._compiled[condition] = self._compile(condition)
            known = self._known[id(condition)] = (condition, asks)
        return known[1]

    def parts(self, condition: AllOf | AnyOf) -> list[tuple[Condition, Asks]]:
        """Return the parts of a condition, each with what asks it."""
        known = self._parts.get(id(condition))
        if known is None:
            self.asks(condition)  # which keeps it, so that no other can come to have its identity
            known = self._parts[id(condition)] = [(part, self.asks(part)) for part in condition.parts]
        return known

    def number(self, asked: Hashable) -> int:
        """Return a number for what rules ask for, the same for all that ask for the same."""
        return self._numbers.setdefault(asked, len(self._numbers))

    def _compile(self, condition: Condition) -> Asks:
        match condition:
            case Test():
                return self._test(condition)
            case AllOf(parts):
                return _all([self.asks(part) for part in parts])
            case AnyOf(parts):
                return _any([self.asks(part) for part in parts])
            case Not(part):
                inner = self.asks(part)

                def negated(world: World, day: int) -> Truth:
                    found = inner(world, day)
                    return None if found is None else not found

                return negated
            case Has():
                return self._has(condition)

    def _test(self, test: Test) -> Asks:
        if test.op == "known":
            name = test.subject

            def known(world: World, day: int) -> Truth:
                return world.case.fact(name, day) is not None

            return known
        if test.op == "not_same_as":
            value, other = self.value(test.subject), self.value(test.value)

            def differs(world: World, day: int) -> Truth:
                left, right = value(world, day), other(world, day)
                return None if left is None or right is None else left != right

            return differs
        name, infer, holds = test.subject, self._infer.get(test.subject), _comparison(test)

        def compared(world: World, day: int) -> Truth:
            # As `value` has it, without the calls: most of what is asked of a case is this.
            found = world.facts.get(name)
            if isinstance(found, History):
                found = found.on(day)
            if found is None and infer is not None:
                found = infer(world, day)
            return None if found is None else holds(found)

        return compared

    def _has(self, question: Has) -> Asks:
        names = question.activities
        where = asks_entry(question.where)
        open_stages = {self._stages[name] for name in names}
        up_to_trigger = question.up_to_trigger

        def has(world: World, day: int) -> Truth:
            unsure = False
            for name in names:
                for entry in world.case.entries.get(name, ()):
                    if up_to_trigger and entry.day is not None and entry.day > day:
                        continue
                    matches = where(entry.attributes)
                    if matches and not (up_to_trigger and entry.day is None):
                        return True
                    unsure = unsure or matches is not False
            return None if unsure or not open_stages.isdisjoint(world.case.incomplete) else False

        return has


def asks_entry(tests: AllOf) -> AsksEntry:
    """Compile tests of an entry's attributes; true if there is no test."""
    compiled = [asks_attribute(test) for test in tests.parts if isinstance(test, Test)]
    if not compiled:
        return lambda attributes: True
    if len(compiled) == 1:
        return compiled[0]

    def every(attributes: Mapping[str, Any]) -> Truth:
        result: Truth = True
        for test in compiled:
            found = test(attributes)
            if found is False:
                return False
            if found is None:
                result = None
        return result

    return every


def pair_asks(condition: Condition) -> Callable[[Entry, Entry], Truth]:
    """Compile what is asked of an entry and the one before it of its kind; tests read the later one's attributes.

    Raises:
        ValueError: The condition asks about the rest of the record.
    """
    match condition:
        case Test(subject, "same_as_previous", wanted):

            def same(previous: Entry, entry: Entry) -> Truth:
                left, right = previous.attributes.get(subject), entry.attributes.get(subject)
                return None if left is None or right is None else (left == right) is wanted

            return same
        case Test():
            test = asks_attribute(condition)
            return lambda previous, entry: test(entry.attributes)
        case Not(part):
            inner = pair_asks(part)

            def negated(previous: Entry, entry: Entry) -> Truth:
                found = inner(previous, entry)
                return None if found is None else not found

            return negated
        case AllOf(parts) | AnyOf(parts):
            decisive = isinstance(condition, AnyOf)
            compiled = [pair_asks(part) for part in parts]

            def joined(previous: Entry, entry: Entry) -> Truth:
                found = [ask(previous, entry) for ask in compiled]
                return decisive if decisive in found else None if None in found else not decisive

            return joined
        case Has():
            raise ValueError("a pair cannot ask about the rest of the record")


def asks_attribute(test: Test) -> AsksEntry:
    """Compile a test of one attribute of an entry."""
    subject, holds = test.subject, _comparison(test)
    if test.op == "known":
        return lambda attributes: attributes.get(subject) is not None

    def compared(attributes: Mapping[str, Any]) -> Truth:
        found = attributes.get(subject)
        return None if found is None else holds(found)

    return compared


def _comparison(test: Test) -> Callable[[Any], bool]:
    operand = test.value
    match test.op:
        case "one_of":
            return frozenset(operand).__contains__
        case "includes_any":
            wanted = frozenset(operand)
            return lambda found: not wanted.isdisjoint(found)
        case "at_least":
            return lambda found: bool(found >= operand)
        case "at_most":
            return lambda found: bool(found <= operand)
        case "before":
            return lambda found: _first_day(found) < operand
        case _:
            return lambda found: False


def _first_day(found: Value) -> float:
    """The first day of a date, which an entry gives as one day and a circumstance as several; never, if it has not come."""
    first = found[0] if isinstance(found, tuple) else found
    return first if isinstance(first, int) else float("inf")


def _all(parts: list[Asks]) -> Asks:
    if not parts:
        return lambda world, day: True
    if len(parts) == 1:
        return parts[0]

    def every(world: World, day: int) -> Truth:
        result: Truth = True
        for part in parts:
            found = part(world, day)
            if found is False:
                return False
            if found is None:
                result = None
        return result

    return every


def _any(parts: list[Asks]) -> Asks:
    if len(parts) == 1:
        return parts[0]

    def some(world: World, day: int) -> Truth:
        result: Truth = False
        for part in parts:
            found = part(world, day)
            if found:
                return True
            if found is None:
                result = None
        return result

    return some


def _inference(derived: Derived, holds: list[tuple[Asks, Any]]) -> Callable[[World, int], Value | None]:
    name, otherwise = derived.name, derived.otherwise

    def infer(world: World, day: int) -> Value | None:
        key = (name, day)
        if key in world.inferred:
            return world.inferred[key]
        values, unsure = set(), False
        for asks, value in holds:
            truth = asks(world, day)
            if truth:
                values.add(value)
            unsure = unsure or truth is None
        result = None
        if len(values) == 1:
            [result] = values
        elif not values and not unsure:
            result = otherwise
        world.inferred[key] = result
        return result

    return infer
