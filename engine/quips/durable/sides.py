"""The two sides of a condition: the facts that make it true, and the facts that make it false.

Each side is a disjunction of conjunctions of facts that have to be there, so that what durable_rules matches is positive
throughout; a condition of which neither side holds is not known. What cannot be seen by matching facts (an absence, a window,
a list that holds none of some values) is told by facts of its own, which `casefacts` works out before the rules run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from quips.conditions import AllOf, AnyOf, Condition, Has, Not, Test
from quips.durable.normalform import LoweringError, Pattern, among, fact
from quips.durable.normalform import Test as Tested
from quips.vocabulary import NONE, NOT_YET

MAX_ALTERNATIVES = 100
YES, NO = "yes", "no"
Aspect = Literal["value", "given", "unsettled", "item", "lacks", "known", "has", "same"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a kind of fact tells of a case on a day, or of an entry of the record.

    Attributes:
        aspect: ``value`` (given, else inferred), ``given``, ``unsettled`` (not given), ``item`` (one of a list), ``lacks`` (the
            list holds none of some values), ``known`` (whether it is given), ``has`` (whether it is on the record), or ``same``
            (whether an attribute is the same in the entry before).
        name: The circumstance or attribute.
        operand: The values that are lacking, or the question about the record.
        of_entry: Whether it is an attribute of an entry.
    """

    aspect: Aspect
    name: str = ""
    operand: Any = None
    of_entry: bool = False


@dataclass(frozen=True, slots=True)
class Needed:
    """A fact that has to be there.

    Attributes:
        kind: Its kind.
        op: ``in`` or ``not_in`` some values, ``bound`` by a comparison, or ``any``.
        prop: The property that is tested.
        values: The values; for a bound, the operator, the number and the words that hold as well.
    """

    kind: str
    op: Literal["in", "not_in", "bound", "any"]
    prop: str = "v"
    values: tuple[Any, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of fact that it reads."""
        return (self.kind,)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two facts have to be there, with values that are the same, or that differ."""

    kind: str
    other: str
    same: bool

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of fact that it reads."""
        return (self.kind, self.other)


Part = Needed | Compared
Side = tuple[tuple[Part, ...], ...]
"""Alternatives, each the parts that hold together; one without parts always holds, and no alternative never does."""

ALWAYS: Side = ((),)


class Sides:
    """Compiles the conditions of a program, and keeps what each kind of fact that they read has to tell."""

    def __init__(self, inferred: Iterable[str]) -> None:
        """Start with the names of the circumstances that are inferred."""
        self.inferred = frozenset(inferred)
        self.readings: dict[str, Reading] = {}
        self._questions: dict[Any, str] = {}

    def of(self, condition: Condition, *, given_only: bool = False, of_entry: bool = False) -> tuple[Side, Side]:
        """Return what makes a condition true and what makes it false.

        Args:
            condition: The condition.
            given_only: Whether it reads what is given and nothing that is inferred.
            of_entry: Whether it is about an entry of the record, and the one before it, rather than about the case.

        Raises:
            LoweringError: There are too many ways of settling it, or it tests what cannot be tested.
        """
        true, false = self._of(condition, given_only, of_entry)
        return _simplified(true), _simplified(false)

    def kind(self, kind: str, reading: Reading) -> str:
        """Note what a kind of fact tells, and return the kind."""
        self.readings[kind] = reading
        return kind

    def value(self, name: str, given_only: bool = False, of_entry: bool = False) -> str:
        """Return the kind of fact that tells the value of a circumstance or attribute."""
        if of_entry:
            return self.kind(f"entry:{name}", Reading("value", name, of_entry=True))
        if given_only and name in self.inferred:
            return self.given(name)
        return self.kind(f"value:{name}", Reading("value", name))

    def given(self, name: str) -> str:
        """Return the kind of fact that tells what is given of a circumstance that may be inferred."""
        return self.kind(f"given:{name}", Reading("given", name))

    def not_given(self, name: str) -> str:
        """Return the kind of fact that tells that nothing is given of a circumstance."""
        return self.kind(f"unsettled:{name}", Reading("unsettled", name))

    def _of(self, condition: Condition, given_only: bool, of_entry: bool) -> tuple[Side, Side]:
        match condition:
            case Test():
                return self._test(condition, given_only, of_entry)
            case Has():
                return self._has(condition, of_entry)
            case Not(part):
                true, false = self._of(part, given_only, of_entry)
                return false, true
            case AllOf(parts):
                sides = [self._of(part, given_only, of_entry) for part in parts]
                return _together(true for true, _ in sides), _either(false for _, false in sides)
            case AnyOf(parts):
                sides = [self._of(part, given_only, of_entry) for part in parts]
                return _either(true for true, _ in sides), _together(false for _, false in sides)

    def _has(self, question: Has, of_entry: bool) -> tuple[Side, Side]:
        if of_entry:
            raise LoweringError("A pair of entries cannot ask about the rest of the record.")
        tests = tuple((test.subject, test.op, test.value) for test in question.where.parts if isinstance(test, Test))
        key = (question.activities, tests, question.up_to_trigger)
        kind = self._questions.setdefault(key, f"has:{len(self._questions)}")
        return _yes_or_no(self.kind(kind, Reading("has", operand=question)))

    def _test(self, test: Test, given_only: bool, of_entry: bool) -> tuple[Side, Side]:
        name, prefix = test.subject, "entry/" if of_entry else ""
        match test.op:
            case "known":
                return _yes_or_no(self.kind(f"{prefix}known:{name}", Reading("known", name, of_entry=of_entry)))
            case "same_as_previous":
                true, false = _yes_or_no(self.kind(f"{prefix}same:{name}", Reading("same", name, of_entry=True)))
                return (true, false) if test.value else (false, true)
            case "includes_any":
                values = tuple(sorted(text(value) for value in test.value))
                item = self.kind(f"{prefix}item:{name}", Reading("item", name, of_entry=of_entry))
                lacks = f"{prefix}lacks:{name}:{'|'.join(values)}"
                self.kind(lacks, Reading("lacks", name, frozenset(test.value), of_entry))
                return ((Needed(item, "in", "v", values),),), ((Needed(lacks, "any"),),)
            case "not_same_as":
                kinds = sorted([self.value(name, given_only, of_entry), self.value(test.value, given_only, of_entry)])
                return ((Compared(kinds[0], kinds[1], False),),), ((Compared(kinds[0], kinds[1], True),),)
            case _:
                return _compared_with_constant(test, self.value(name, given_only, of_entry))


def patterns(parts: Iterable[Part], joined_to: str) -> list[Pattern]:
    """Return a pattern for each fact of a conjunction, joined by ``at`` to the pattern called ``joined_to``.

    One fact never fills two patterns, so all that is asked of one fact goes into one pattern.
    """
    tests: dict[tuple[str, int], list[Tested]] = {}
    compared: list[Compared] = []
    items = 0
    for part in parts:
        if isinstance(part, Compared):
            compared.append(part)
            tests.setdefault((part.kind, 0), [])
            tests.setdefault((part.other, 0), [])
        else:
            # Each item of a list is a fact of its own; two that are asked for are two facts.
            items += _is_item(part.kind)
            tests.setdefault((part.kind, items if _is_item(part.kind) else 0), []).extend(_tests(part))
    alias = {kind: f"p{number}" for number, (kind, _) in enumerate(tests)}
    found = []
    for number, ((kind, _), constants) in enumerate(tests.items()):
        joins: list[Tested] = [{"at": {joined_to: "at"}}]
        for pair in compared:
            if kind in (pair.kind, pair.other):
                earlier = alias[pair.kind if kind == pair.other else pair.other]
                if int(earlier[1:]) < number:
                    join = {"v": {earlier: "v"}}
                    joins.append(join if pair.same else {"$neq": join})
        found.append(fact(f"p{number}", kind, *constants, joins=joins))
    return found


def text(value: Any) -> str:
    """Return a value as facts carry it."""
    match value:
        case bool():
            return YES if value else NO
        case frozenset():
            return "|".join(sorted(text(item) for item in value))
        case tuple():
            return ",".join(text(item) for item in value)
        case _:
            return str(value)


def told(value: Any) -> dict[str, Any]:
    """Return the properties that tell a value: as text, and as a number where it is one; a date is told by its first day."""
    if isinstance(value, int) and not isinstance(value, bool):
        return {"v": text(value), "n": value}
    if isinstance(value, tuple):
        return {"v": text(value), "n": value[0]}
    return {"v": text(value)}


def _is_item(kind: str) -> bool:
    return kind.removeprefix("entry/").startswith("item:")


def _yes_or_no(kind: str) -> tuple[Side, Side]:
    return ((Needed(kind, "in", "v", (YES,)),),), ((Needed(kind, "in", "v", (NO,)),),)


def _compared_with_constant(test: Test, kind: str) -> tuple[Side, Side]:
    def bound(operator: str, *words: str) -> Side:
        return ((Needed(kind, "bound", "n", (operator, test.value, *words)),),)

    match test.op:
        case "at_least":
            return bound("$gte"), bound("$lt")
        case "at_most":
            return bound("$lte"), bound("$gt")
        case "before":
            # A date that has not come, or that there is none of, is not before any day.
            return bound("$lt"), bound("$gte", NOT_YET, NONE)
        case "one_of":
            numbers = all(isinstance(value, int) and not isinstance(value, bool) for value in test.value)
            values = test.value if numbers else tuple(text(value) for value in test.value)
            prop = "n" if numbers else "v"
            return ((Needed(kind, "in", prop, values),),), ((Needed(kind, "not_in", prop, values),),)
        case _:
            raise LoweringError(f"'{test.subject}' cannot be tested with {test.op}.")


def _tests(part: Needed) -> list[Tested]:
    match part.op:
        case "in":
            return [among(part.prop, part.values)]
        case "not_in":
            return [{"$neq": {part.prop: value}} for value in part.values]
        case "bound":
            operator, number, *words = part.values
            alternatives: list[Tested] = [{operator: {part.prop: number}}, *({"v": word} for word in words)]
            return [{"$or": alternatives}] if words else alternatives
        case "any":
            return []


def _either(sides: Iterable[Side]) -> Side:
    return tuple(dict.fromkeys(alternative for side in sides for alternative in side))


def _together(sides: Iterable[Side]) -> Side:
    product: Side = ALWAYS
    for side in sides:
        joined = [tuple(dict.fromkeys((*one, *two))) for one in product for two in side]
        product = _without_larger(merged for parts in joined for merged in _merged(parts))
        if len(product) > MAX_ALTERNATIVES:
            raise LoweringError(f"A condition has more than {MAX_ALTERNATIVES} ways of being settled.")
    return product


def _simplified(side: Side) -> Side:
    return _without_larger(merged for parts in side for merged in _merged(parts))


def _without_larger(alternatives: Iterable[tuple[Part, ...]]) -> Side:
    """Leave out what asks for all that another alternative asks for, and more."""
    unique = list(dict.fromkeys(alternatives))
    sets = [frozenset(parts) for parts in unique]
    return tuple(
        parts
        for number, parts in enumerate(unique)
        if not any(other < sets[number] or (other == sets[number] and n < number) for n, other in enumerate(sets))
    )


def _merged(parts: tuple[Part, ...]) -> list[tuple[Part, ...]]:
    """Put together what is asked of the same fact; nothing if that cannot be."""
    allowed: dict[tuple[str, str], tuple[Any, ...]] = {}
    barred: dict[tuple[str, str], tuple[Any, ...]] = {}
    for part in parts:
        if isinstance(part, Needed) and not _is_item(part.kind):
            key = (part.kind, part.prop)
            if part.op == "in":
                allowed[key] = tuple(value for value in allowed.get(key, part.values) if value in part.values)
            elif part.op == "not_in":
                barred[key] = tuple(dict.fromkeys((*barred.get(key, ()), *part.values)))
    merged: list[Part] = []
    for part in parts:
        if isinstance(part, Compared):
            if part.kind == part.other and not part.same:
                return []
            merged.append(Needed(part.kind, "any") if part.kind == part.other else part)
        elif part.op not in ("in", "not_in") or _is_item(part.kind):
            merged.append(part)
        else:
            test = _one_test(part, allowed, barred)
            if test.op == "in" and not test.values:
                return []
            merged.append(test)
    return [tuple(dict.fromkeys(apart)) for apart in _items_apart(tuple(merged))]


def _one_test(part: Needed, allowed: Mapping[Any, tuple[Any, ...]], barred: Mapping[Any, tuple[Any, ...]]) -> Needed:
    key = (part.kind, part.prop)
    out = barred.get(key, ())
    if key in allowed:
        return Needed(part.kind, "in", part.prop, tuple(value for value in allowed[key] if value not in out))
    return Needed(part.kind, "not_in", part.prop, out)


def _items_apart(parts: tuple[Part, ...]) -> list[tuple[Part, ...]]:
    """Split what is asked of the items of a list until no item could answer two of the questions.

    Both "one of a, b" and "one of b, c" hold if there is b, or if there are a and c.
    """
    items = [part for part in parts if isinstance(part, Needed) and _is_item(part.kind)]
    for number, one in enumerate(items):
        for two in items[number + 1 :]:
            both = tuple(value for value in one.values if value in two.values)
            if one.kind != two.kind or not both:
                continue
            rest = tuple(part for part in parts if part is not one and part is not two)
            found = _items_apart((*rest, Needed(one.kind, "in", "v", both)))
            left, right = (tuple(v for v in part.values if v not in both) for part in (one, two))
            if left and right:
                found += _items_apart((*rest, Needed(one.kind, "in", "v", left), Needed(one.kind, "in", "v", right)))
            return found
    return [parts]
