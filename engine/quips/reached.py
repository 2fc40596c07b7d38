"""Which parts of each rule's conditions its own examples have seen true, and which false.

A part that no example has seen false could be left out, and one that none has seen true could be anything, and no example
would notice.
Every test counts, every branch of an ``any``, what a ``not`` denies, and the whole of ``when`` and ``unless``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from quips.cases import Case, Entry, History
from quips.conditions import ALWAYS, AllOf, AnyOf, Condition, Has, Not, Test, has_of
from quips.examples import Example
from quips.places import Place
from quips.problems import Level, Problem, listed
from quips.reference import ReferenceEngine
from quips.rules import Becomes, Each, Rule
from quips.truth import Asks, AsksEntry, Conditions, Truth, World, asks_attribute, asks_entry, pair_asks

Sees = Callable[[World, Iterable[int]], Iterable[Truth]]
"""What a part has been in one example, on the days that count."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a rule's conditions.

    Attributes:
        rule: The rule.
        words: What it asks, as the file has it.
        place: Where it stands.
        seen: What it has been in the rule's examples: true, false, both or neither.
    """

    rule: str
    words: str
    place: Place
    seen: frozenset[bool]

    @property
    def never(self) -> tuple[bool, ...]:
        """What it has never been."""
        return tuple(truth for truth in (True, False) if truth not in self.seen)


@dataclass(frozen=True, slots=True)
class Reached:
    """How far the examples of some rules reach.

    Attributes:
        parts: Every part, in the order of the rules and as written.
    """

    parts: tuple[Part, ...]

    @property
    def of(self) -> int:
        """How many times a part could be seen true or false: two for each."""
        return 2 * len(self.parts)

    @property
    def seen(self) -> int:
        """How many of these were seen."""
        return sum(len(part.seen) for part in self.parts)

    @property
    def percent(self) -> float:
        """The share that was seen, in per cent; 100 where there is nothing to see."""
        return 100 * self.seen / self.of if self.of else 100.0

    def problems(self) -> list[Problem]:
        """Return a problem for each part that the examples have not seen both true and false."""
        return [
            Problem(
                part.place,
                "not-reached",
                f"No example of '{part.rule}' has '{part.words}' {listed(str(truth).lower() for truth in part.never)}.",
                "Add an example that does, or leave it out if it changes nothing.",
                Level.WARNING,
            )
            for part in self.parts
            if part.never
        ]


def reached(examples: Sequence[Example], reference: ReferenceEngine) -> Reached:
    """Return how far examples reach into the conditions of their rules.

    Args:
        examples: All examples of some rules.
        reference: The engine whose program the rules are of.
    """
    by_rule: dict[str, list[Example]] = {}
    for example in examples:
        by_rule.setdefault(example.rule.name, []).append(example)
    numbers = {duty.name: n for n, duty in enumerate(reference.program.duties)}
    parts = [part for name, found in by_rule.items() for part in _parts(found, reference, numbers[name])]
    return Reached(tuple(parts))


def _parts(examples: Sequence[Example], reference: ReferenceEngine, number: int) -> Iterator[Part]:
    rule = examples[0].rule
    conditions = reference.given if rule.kind == "conflict" else reference.conditions
    asked = [*_of_case(rule, conditions), *_of_entries(rule), *_of_pairs(rule)]
    seen: list[set[bool]] = [set() for _ in asked]
    for example in examples:
        world = World(example.case)
        days = {example.case.as_at, *(one.day for one in reference.evaluate(example.case)[number] if one.day is not None)}
        for (_, sees), truths in zip(asked, seen, strict=True):
            truths |= {truth for truth in sees(world, days) if truth is not None}
    for (condition, _), truths in zip(asked, seen, strict=True):
        yield Part(rule.name, _words(condition), condition.place, frozenset(truths))


def _of_case(rule: Rule, conditions: Conditions) -> Iterator[tuple[Condition, Sees]]:
    """What is asked of the case as a whole, on the day it is read and on each day on which the rule's clock starts."""
    whole = [] if rule.applies == ALWAYS else [rule.applies]
    if rule.conflict is not None and rule.conflict.pair is None:
        whole.append(rule.conflict.when)
    for condition in (part for one in whole for part in _within(one)):
        yield condition, _on_days(conditions.asks(condition))
    for trigger in rule.triggers:
        if isinstance(trigger, Becomes):
            yield trigger.test, _when_it_changes(conditions.asks(trigger.test), trigger.test.subject)


def _of_entries(rule: Rule) -> Iterator[tuple[Condition, Sees]]:
    """What is asked of the attributes of entries."""
    each = tuple(trigger.activity for trigger in rule.triggers if isinstance(trigger, Each))
    asked: list[tuple[tuple[str, ...], AllOf]] = [
        ((trigger.activity,), trigger.where) for trigger in rule.triggers if isinstance(trigger, Each)
    ]
    if rule.expect is not None:
        asked += [(rule.expect.activities, rule.expect.where), (rule.expect.activities, rule.expect.good_when or ALWAYS)]
        asked.append((each, rule.expect.this or ALWAYS))
    if rule.conflict is not None and rule.conflict.pair is not None:
        asked.append(((rule.conflict.pair,), rule.conflict.where))
    conditions = (rule.applies, *((rule.conflict.when,) if rule.conflict is not None and rule.conflict.pair is None else ()))
    asked += [(question.activities, question.where) for condition in conditions for question in has_of(condition)]
    for activities, where in asked:
        for test in where.parts:
            assert isinstance(test, Test)  # entries are asked for attributes, one by one
            yield test, _in_entries(asks_attribute(test), activities)


def _of_pairs(rule: Rule) -> Iterator[tuple[Condition, Sees]]:
    """What is asked of an entry and the one before it."""
    if rule.conflict is None or rule.conflict.pair is None:
        return
    where = asks_entry(rule.conflict.where)
    for condition in _within(rule.conflict.when):
        yield condition, _in_pairs(pair_asks(condition), rule.conflict.pair, where)


def _on_days(asks: Asks) -> Sees:
    return lambda world, days: [asks(world, day) for day in days]


def _when_it_changes(asks: Asks, name: str) -> Sees:
    def sees(world: World, _: Iterable[int]) -> list[Truth]:
        given = world.case.facts.get(name)
        return [asks(world, day) for day in given.days] if isinstance(given, History) else []

    return sees


def _in_entries(asks: AsksEntry, names: Sequence[str]) -> Sees:
    return lambda world, _: [asks(entry.attributes) for entry in _entries(world.case, names)]


def _in_pairs(asks: Callable[[Entry, Entry], Truth], name: str, where: AsksEntry) -> Sees:
    def sees(world: World, _: Iterable[int]) -> list[Truth]:
        return [asks(*pair) for pair in pairwise(one for one in _entries(world.case, (name,)) if where(one.attributes))]

    return sees


def _within(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and everything in it, but for what a ``not`` only turns round."""
    if not isinstance(condition, Not):
        yield condition
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _within(part)
        case Not(part):
            yield from _within(part)


def _entries(case: Case, names: Iterable[str]) -> Iterator[Entry]:
    for name in names:
        if name == "not_done":
            yield from (entry for entries in case.reasons.values() for entry in entries)
        else:
            yield from case.entries.get(name, ())


def _words(condition: Condition) -> str:
    match condition:
        case Test(subject):
            return subject
        case Has(activities):
            return f"has: {listed(activities)}"
        case AnyOf():
            return "any"
        case _:
            return "all of this"
