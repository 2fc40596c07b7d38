"""Rules broken in every way that the language allows, to see whether their examples notice.

A rule is broken by one change of what its file says: a part of a condition is dropped, turned round or compared otherwise, a
number is one more or one less, one limit stands for another, an edge is gone. What could not be used as a rule is not tried. A
broken rule whose examples all still hold is a survivor.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from quips.examples import Example, ExampleRunner, examples_of
from quips.graph import build_graph, derived_in_order, rules_in_order
from quips.knowledge import Knowledge
from quips.problems import InputError
from quips.program import compile_program
from quips.reference import ReferenceEngine
from quips.rules import Rule, read_rule
from quips.shapes import Shape
from quips.source import Document

Json = dict[str, Any]
PARTS = ("when", "unless", "from", "expect", "conflict", "derives", "otherwise", "rests_on", "follows")
"""The parts of a rule by which it decides; the others are for people, or say what its findings mean for prompts."""
_TURNED = {"at_least": "at_most", "at_most": "at_least", "all": "any", "any": "all"}
_CONDITIONS = ("when", "unless", "where", "good_when", "this", "conflict_when", "not")
_FOR_PEOPLE = ("because", "reading", "cites", "means", "note")
_SPAN = re.compile(r"(\d+) (\w+)")


class Change(NamedTuple):
    """One change of a rule.

    Attributes:
        rule: The rule's name.
        what: The change, in words that stay the same as long as the rule does.
    """

    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}"


class Others(NamedTuple):
    """What may stand for what a rule names, each in its order: the next of them does."""

    limits: list[str]
    anchors: list[str]
    activities: list[str]

    def instead(self, said: Any, path: tuple[str | int, ...]) -> str:
        """Return what could stand in a place instead; empty if nothing could."""
        last = next(step for step in reversed(path) if isinstance(step, str))
        kinds = {"within": self.limits, "from": self.anchors, "activity": self.activities, "each": self.activities}
        of_kind = kinds.get(last, [])
        return of_kind[(of_kind.index(said) + 1) % len(of_kind)] if said in of_kind else ""


def changes(value: Json, others: Others) -> Iterator[tuple[str, Json]]:
    """Yield each change of what a rule's file says: in words, and the content changed."""
    for part in PARTS:
        if part in value:
            for what, changed in _changed(value[part], (part,), others):
                yield what, {**value, part: changed}
    for part in ("when", "unless", "rests_on", "follows"):
        if part in value:
            yield f"without {part}", {key: said for key, said in value.items() if key != part}


def _changed(said: Any, path: tuple[str | int, ...], others: Others) -> Iterator[tuple[str, Any]]:
    at = "/".join(map(str, path))
    instead = others.instead(said, path) if isinstance(said, str) else ""
    if path[-1] in _FOR_PEOPLE:
        return
    if isinstance(said, dict):
        for key, inner in said.items():
            if _is_condition(path) and key not in ("all", "any", "not"):
                rest = [{other: value} for other, value in said.items() if other != key]
                turned = {"not": {key: inner}}
                yield f"{at}/{key} turned round", {"all": [turned, *rest]} if rest else turned
        for key, inner in said.items():
            rest = {other: value for other, value in said.items() if other != key}
            if rest and key not in _FOR_PEOPLE:
                yield f"without {at}/{key}", rest
            if key == "not":
                yield f"{at} not turned round", inner
            if key in _TURNED and _TURNED[key] not in said:
                yield f"{at}/{key} as {_TURNED[key]}", {_TURNED.get(k, k) if k == key else k: v for k, v in said.items()}
            for what, changed in _changed(inner, (*path, key), others):
                yield what, {**said, key: changed}
    elif isinstance(said, list):
        for n, inner in enumerate(said):
            if len(said) > 1:
                yield f"without {at}/{n}", said[:n] + said[n + 1 :]
            for what, changed in _changed(inner, (*path, n), others):
                yield what, [*said[:n], changed, *said[n + 1 :]]
    elif isinstance(said, bool):
        yield f"{at} {not said}", not said
    elif isinstance(said, int):
        yield f"{at} one more", said + 1
        yield f"{at} one less", said - 1
    elif instead:
        yield f"{at} as {instead}", instead
    elif isinstance(said, str) and (span := _SPAN.fullmatch(said)):
        yield f"{at} one more", f"{int(span[1]) + 1} {span[2]}"
        yield f"{at} one less", f"{int(span[1]) - 1} {span[2]}"


def _is_condition(path: tuple[str | int, ...]) -> bool:
    return path[-1] in _CONDITIONS or (len(path) > 1 and path[-2] in ("all", "any"))


@dataclass(frozen=True)
class Breaker:
    """Breaks the rules of a knowledge base one change at a time."""

    knowledge: Knowledge

    @cached_property
    def _shape(self) -> Shape:
        schema = self.knowledge.files.schema("rule")
        assert schema is not None
        return Shape(schema)

    @cached_property
    def _others(self) -> Others:
        vocabulary = self.knowledge.vocabulary
        return Others(sorted(self.knowledge.limits), vocabulary.anchors(), sorted(vocabulary.activities))

    @cached_property
    def _inferring(self) -> dict[str, Rule]:
        return {name: rule for name, rule in self.knowledge.rules.items() if rule.derives}

    @cached_property
    def examples(self) -> dict[str, list[Example]]:
        found: dict[str, list[Example]] = {}
        for example in examples_of(self.knowledge):
            found.setdefault(example.rule.name, []).append(example)
        return found

    def broken(self, name: str) -> Iterator[tuple[Change, Rule]]:
        """Yield a rule broken in every way, without what cannot be read as a rule."""
        rule = self.knowledge.rules[name]
        seen = [rule.document.value]
        for what, value in changes(copy.deepcopy(rule.document.value), self._others):
            document = Document(rule.document.file, value, {}, {})
            if value in seen or self._shape.problems(document):
                continue
            seen.append(value)
            try:
                broken = read_rule(document, rule.topic)
                self.engine(self.around(broken))
            except (InputError, LookupError, ValueError, TypeError):
                continue
            yield Change(name, what), broken

    def around(self, rule: Rule) -> dict[str, Rule]:
        """Return a rule, what it rests on and follows, and what infers something: all that its examples depend on."""
        found = {**self._inferring, rule.name: rule}
        waiting = [*rule.edges, *(edge for one in self._inferring.values() for edge in one.edges)]
        while waiting:
            edge = waiting.pop()
            if edge.rule not in found and edge.rule in self.knowledge.rules:
                found[edge.rule] = self.knowledge.rules[edge.rule]
                waiting += found[edge.rule].edges
        return found

    def engine(self, rules: dict[str, Rule]) -> tuple[Knowledge, ReferenceEngine]:
        """Return an engine for a few rules, and the knowledge base as if it had no others."""
        few = replace(self.knowledge, rules=rules)
        active = {name: rule for name, rule in rules.items() if rule.status == "active"}
        graph = build_graph(rules, {}, self.knowledge.limits, self.knowledge.vocabulary)
        order = [rule for rule in rules_in_order(graph, rules) if rule.name in active]
        program = compile_program(order, derived_in_order(active), self.knowledge.limits, self.knowledge.vocabulary)
        return few, ReferenceEngine(program)

    def noticed(self, rule: Rule) -> bool:
        """Whether an example of a rule no longer holds once it is broken."""
        few, engine = self.engine(self.around(rule))
        runner = ExampleRunner(few, engine)
        return any(runner.mismatches(example) for example in self.examples[rule.name] if not example.todo)
