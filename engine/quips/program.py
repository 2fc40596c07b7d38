"""The compiled program: what the engines are given. It is data; it holds no function and no file.

The compiler checks nothing that `knowledge` has checked already. It drops the words, turns names into numbers, and puts the
rules into an order in which each comes after those it rests on or follows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quips.conditions import Condition, has_of
from quips.framework import Limit
from quips.rules import Conflict, Each, Expect, Rule, Trigger
from quips.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Duty:
    """What is left of a rule when it is compiled.

    Attributes:
        name: The rule's name.
        topic: The folder it lies in.
        kind: ``expectation``, ``derivation`` or ``conflict``.
        applies: To which cases.
        triggers: What starts its clocks; empty for the case as a whole.
        expect: What should be on the record.
        conflict: What cannot both be right.
        derives: The circumstance and value that a derivation infers.
        edges: The rules it rests on or follows: number in the program, and ``rests_on`` or ``follows``.
        stages: The stages of the work its activities belong to.
    """

    name: str
    topic: str
    kind: str
    applies: Condition
    triggers: tuple[Trigger, ...]
    expect: Expect | None
    conflict: Conflict | None
    derives: tuple[str, Any] | None
    edges: tuple[tuple[int, str], ...]
    stages: frozenset[str]


@dataclass(frozen=True, slots=True)
class Derived:
    """A circumstance that is inferred where it is not given.

    Attributes:
        name: The circumstance.
        rules: The rules that infer it: number in the program, and the value each infers.
        otherwise: What it is if none of them holds; None if that leaves it unknown.
    """

    name: str
    rules: tuple[tuple[int, Any], ...]
    otherwise: Any


@dataclass(frozen=True, slots=True)
class Program:
    """Everything an engine needs.

    Attributes:
        duties: The compiled rules; each comes after those its edges lead to.
        derived: The circumstances that are inferred, each after those it is inferred from.
        limits: The time limits, by name.
        relevant: For each date circumstance, where its clock runs; None where it always does.
        stages: For each activity, the stage of the work it belongs to.
    """

    duties: tuple[Duty, ...]
    derived: Mapping[str, Derived]
    limits: Mapping[str, Limit]
    relevant: Mapping[str, Condition | None]
    stages: Mapping[str, str]


def compile_program(
    rules: Sequence[Rule],
    derived_order: Sequence[str],
    limits: Mapping[str, Limit],
    vocabulary: Vocabulary,
) -> Program:
    """Compile rules into a program.

    Args:
        rules: The rules, each after those it rests on or follows.
        derived_order: The circumstances that are inferred, each after those it is inferred from.
        limits: Every time limit, by name.
        vocabulary: What a case record can say.
    """
    number = {rule.name: n for n, rule in enumerate(rules)}
    stages = {name: activity.stage for name, activity in vocabulary.activities.items()}
    duties = tuple(
        Duty(
            rule.name,
            rule.topic,
            rule.kind,
            rule.applies,
            rule.triggers,
            rule.expect,
            rule.conflict,
            rule.derives,
            tuple((number[edge.rule], edge.kind) for edge in rule.edges if edge.rule in number),
            _stages_of(rule, stages),
        )
        for rule in rules
    )
    derived = {name: _derived(name, rules) for name in derived_order}
    relevant = {name: vocabulary.circumstances[name].relevant_when for name in vocabulary.anchors()}
    used = {name for rule in rules if rule.expect for name in rule.expect.limits}
    return Program(duties, derived, {name: limits[name] for name in sorted(used)}, relevant, stages)


def _derived(name: str, rules: Sequence[Rule]) -> Derived:
    members = [(n, rule) for n, rule in enumerate(rules) if rule.derives and rule.derives[0] == name]
    values = tuple((n, rule.derives[1]) for n, rule in members if rule.derives)
    otherwise = next((rule.otherwise for _, rule in members if rule.otherwise is not None), None)
    if otherwise is None and all(value is True for _, value in values):
        otherwise = False
    return Derived(name, values, otherwise)


def _stages_of(rule: Rule, stages: Mapping[str, str]) -> frozenset[str]:
    names = {name for question in has_of(rule.applies) for name in question.activities}
    if rule.expect:
        names |= set(rule.expect.activities)
    names |= {trigger.activity for trigger in rule.triggers if isinstance(trigger, Each)}
    if rule.conflict and rule.conflict.pair:
        names.add(rule.conflict.pair)
    return frozenset(stages[name] for name in names if name in stages)
