"""Compiled rules for durable_rules, as plain data, in the narrow form in which it can be trusted, and checks of that form.

Outside this form durable_rules fires wrongly, misses, hangs or crashes the process.
In it, a rule is a list of patterns: first a trigger that closes a phase, then facts that have to be there, then facts that must
not be. A fact is a mapping with a ``kind``; every fact carries ``one: 1``, which the guard of a joined pattern compares.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from quips.problems import QuipsError

Pattern = dict[str, Any]
Test = dict[str, Any]
Template = Mapping[str, Any]
"""The fact that a rule emits: each property a constant, or ``{alias: property}`` to take it from a fact that matched."""

TRIGGER, PHASE, NOT = "zt", "phase", "$not"
GUARD: Test = {"one": {TRIGGER: "one"}}
HEARTBEAT = "heartbeat"
RESERVED = frozenset({"s", "m", "host"})
MAX_RULES, MAX_AT_ONCE, MAX_BELOW, MAX_POSITIVE, MAX_JOINS, MAX_OR = 200, 60, 500, 16, 28, 120
_ORDER = ("$lt", "$lte", "$gt", "$gte", "$neq")


class LoweringError(QuipsError):
    """A rule cannot be written in the form that durable_rules can be trusted with."""


@dataclass(frozen=True)
class Compiled:
    """One compiled rule.

    Attributes:
        name: Its name; that of the author's rule comes first where it has one.
        phase: The phase whose trigger closes it.
        all: Its patterns, the trigger first.
        emits: The fact it emits when it fires.
    """

    name: str
    phase: int
    all: tuple[Pattern, ...]
    emits: Template

    @cached_property
    def reads(self) -> tuple[tuple[str, str, str], ...]:
        """The facts that its patterns after the trigger ask for: the kind, the alias, and the first test if it is exclusive.

        A fact satisfies one of several tests for equality, and those that are the same share a node.
        """
        found = []
        for alias, body in _parts(self.all[1:]):
            tests = body.get("$and", [body])[1:]
            exclusive = bool(tests) and _is_equality(tests[0]) and not _joins(tests)
            found.append((kind_of(body), alias, repr(tests[0]) if exclusive else ""))
        return tuple(found)


@dataclass(frozen=True)
class Ruleset:
    """Compiled rules that are run together.

    Attributes:
        name: Its name.
        rules: Its rules.
    """

    name: str
    rules: tuple[Compiled, ...]

    @cached_property
    def phases(self) -> int:
        """How many phases it has."""
        return max((rule.phase for rule in self.rules), default=1)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of fact it reads, in order of name."""
        return tuple(sorted({kind_of(body) for rule in self.rules for _, body in _parts(rule.all[1:])}))

    @cached_property
    def chained(self) -> frozenset[str]:
        """The kinds of fact that its rules emit and other rules of it read."""
        return frozenset(rule.emits["kind"] for rule in self.rules) & frozenset(self.kinds)

    def definition(self) -> dict[str, Any]:
        """Return the rules as durable_rules takes them, without their actions, and a heartbeat that always fires."""
        rules = {rule.name: {"all": list(rule.all)} for rule in self.rules}
        return {**rules, HEARTBEAT: {"all": [{TRIGGER: {"kind": PHASE}}]}}

    def without(self, names: frozenset[str]) -> Ruleset:
        """Return the ruleset with some rules left out."""
        kept = tuple(rule for rule in self.rules if rule.name not in names)
        return self if len(kept) == len(self.rules) else replace(self, rules=kept)


def rule(name: str, phase: int, patterns: Iterable[Pattern], **emits: Any) -> Compiled:
    """Return a compiled rule, its trigger put before its patterns."""
    trigger = {TRIGGER: {"$and": [{"kind": PHASE}, {"n": phase}]}}
    return Compiled(name, phase, (trigger, *patterns), emits)


def fact(alias: str, kind: str, *tests: Test, joins: Sequence[Test] = ()) -> Pattern:
    """Return a pattern for a fact that has to be there: joins first, then the guard, then tests of constants."""
    conjuncts = [{"kind": kind}, *joins, *([GUARD] if joins else []), *tests]
    return {alias: conjuncts[0] if len(conjuncts) == 1 else {"$and": conjuncts}}


def no_fact(alias: str, kind: str, *tests: Test, joins: Sequence[Test] = ()) -> Pattern:
    """Return a pattern for a fact that must not be there."""
    [body] = fact(alias, kind, *tests, joins=joins).values()
    return {alias + NOT: body}


def among(name: str, values: Iterable[Any]) -> Test:
    """Return a test that a property is one of some values."""
    tests = [{name: value} for value in values]
    return tests[0] if len(tests) == 1 else {"$or": tests}


def kind_of(body: Test) -> str:
    """Return the kind of fact that a pattern's body asks for."""
    return str(body["$and"][0]["kind"] if "$and" in body else body["kind"])


def check(ruleset: Ruleset) -> None:
    """Check that a ruleset keeps to the form and to the limits of durable_rules.

    Raises:
        LoweringError: It does not; says which rule and why.
    """
    repeated = [name for name, count in Counter(rule.name for rule in ruleset.rules).items() if count > 1]
    if repeated:
        raise LoweringError(f"{ruleset.name}: two compiled rules are called '{repeated[0]}'.")
    for compiled in ruleset.rules:
        for wrong in _faults(compiled):
            raise LoweringError(f"{compiled.name}: {wrong}.")
    wrong_size = too_large(ruleset.rules)
    if wrong_size:
        raise LoweringError(f"{ruleset.name}: {wrong_size}.")
    for wrong in _unstratified(ruleset.rules):
        raise LoweringError(f"{ruleset.name}: {wrong}.")


def too_large(rules: Sequence[Compiled]) -> str:
    """Say which limit of one ruleset some rules would exceed together; empty if none."""
    if len(rules) > MAX_RULES:
        return f"{len(rules)} rules are more than {MAX_RULES}"
    below: dict[str, set[str]] = {}
    at_once: Counter[str] = Counter()
    for number, compiled in enumerate(rules):
        for kind, alias, test in compiled.reads:
            below.setdefault(kind, set()).add(test or f"{number}:{alias}")
            at_once[kind] += not test  # every joined pattern has a node of its own
    for kind, nodes in below.items():
        if at_once[kind] + 1 > MAX_AT_ONCE or len(nodes) > MAX_BELOW:
            return f"{len(nodes)} patterns read facts of the kind '{kind}'"
    return ""


def _parts(patterns: Iterable[Pattern]) -> Iterator[tuple[str, Test]]:
    for pattern in patterns:
        yield from pattern.items()


def _faults(compiled: Compiled) -> Iterator[str]:
    """What is not as it should be in one rule; the first word of each joined alias has to have come before."""
    seen: dict[str, list[Test]] = {TRIGGER: []}
    negative = False
    for pattern in compiled.all[1:]:
        if len(pattern) != 1:
            yield "a pattern has more than one name"
        [(name, body)] = pattern.items()
        alias = name.removesuffix(NOT)
        if alias in RESERVED:
            yield f"'{alias}' means something else to an action"
        if alias in seen:
            yield f"two patterns are called '{alias}'"
        if negative and alias == name:
            yield "a fact that has to be there comes after one that must not"
        negative = negative or alias != name
        conjuncts = body.get("$and", [body])
        if list(conjuncts[0]) != ["kind"]:
            yield f"the pattern '{alias}' does not start with its kind"
        yield from _faults_of_tests(alias, conjuncts[1:], seen)
        if alias == name:
            seen[alias] = conjuncts
    if len(seen) > MAX_POSITIVE:
        yield f"it asks for {len(seen)} facts at once; {MAX_POSITIVE} is the most"
    for value in compiled.emits.values():
        if isinstance(value, dict) and not set(value) <= set(seen):
            yield "it emits a property of a fact that it does not match"


def _faults_of_tests(alias: str, tests: Sequence[Test], seen: Mapping[str, list[Test]]) -> Iterator[str]:
    joins = _joins(tests)
    if joins and (list(tests[: len(joins)]) != joins or joins[-1] != GUARD or joins.count(GUARD) != 1):
        yield f"the joins of '{alias}' do not come first, with the guard as the last of them"
    if len(joins) > MAX_JOINS:
        yield f"'{alias}' has {len(joins)} joins"
    for join in joins:
        operator, ours, earlier, theirs = _join(join)
        if earlier not in seen:
            yield f"'{alias}' is joined to '{earlier}', which does not come before it"
        elif operator in _ORDER and operator != "$neq" and {"$ex": {theirs: 1}} not in seen[earlier]:
            yield f"'{alias}' is compared with '{earlier}.{theirs}', which need not be there"
        if {ours, theirs} & {"id", "sid"}:
            yield f"'{alias}' is joined by an identifier"
    for test in tests[len(joins) :]:
        if len(test) != 1 or any(not _is_constant(part) for part in test.get("$or", [test])):
            yield f"'{alias}' has a test that is not of one property and a constant"
        if len(test.get("$or", ())) > MAX_OR:
            yield f"'{alias}' has {len(test['$or'])} alternatives"


def _is_equality(test: Test) -> bool:
    return not any(key.startswith("$") for key in test)


def _is_constant(test: Test) -> bool:
    [(key, value)] = test.items()
    if key in ("$and", "$or"):
        return all(_is_constant(part) for part in value)
    if key.startswith("$"):
        [value] = value.values()
    return isinstance(value, str) or type(value) is int


def _joins(tests: Iterable[Test]) -> list[Test]:
    return [test for test in tests if _join(test) is not None]


def _join(test: Test) -> Any:
    """The operator, our property, the earlier pattern and its property, if a test is a join; else None."""
    if len(test) != 1:
        return None
    [(key, value)] = test.items()
    if key in _ORDER and isinstance(value, dict):
        [(key, value)] = value.items()
        operator = next(iter(test))
    else:
        operator = ""
    if key.startswith("$") or not isinstance(value, dict):
        return None
    [(earlier, theirs)] = value.items()
    return operator, key, earlier, theirs


def _unstratified(rules: Sequence[Compiled]) -> Iterator[str]:
    """What is read in a phase before everything that makes it has been emitted."""
    writers: dict[str, list[Compiled]] = {}
    for writer in rules:
        writers.setdefault(str(writer.emits["kind"]), []).append(writer)
    for reader in rules:
        for name, body in _parts(reader.all[1:]):
            latest = reader.phase - 1 if name.endswith(NOT) else reader.phase
            for writer in writers.get(kind_of(body), ()):
                if writer.phase > latest and _may_make(writer.emits, body):
                    yield f"'{reader.name}' reads in phase {reader.phase} what '{writer.name}' emits in phase {writer.phase}"


def _may_make(emits: Template, body: Test) -> bool:
    conjuncts = body.get("$and", [body])
    wanted = {key: value for test in conjuncts for key, value in test.items() if type(value) in (str, int)}
    return all(name in emits and (isinstance(emits[name], dict) or emits[name] == value) for name, value in wanted.items())
