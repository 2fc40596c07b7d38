"""The durable engine decides as the reference engine does, and each of its compiled rules is needed by some example."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from functools import cache, cached_property, lru_cache
from random import Random

import pytest

from knowledge_base import CASES, conformance, examples_by_rule, knowledge, reference
from quips.cases import Case, read_case
from quips.conditions import facts_of
from quips.decisions import Decision
from quips.durable import isolation
from quips.durable.engine import DurableEngine, EngineError, _fnv1a, _identifier, durable_available
from quips.durable.isolation import IsolatedDurable
from quips.durable.normalform import MAX_AT_ONCE, MAX_RULES, LoweringError, Ruleset, check, fact, no_fact, rule
from quips.examples import Example, ExampleRunner, examples_of
from quips.knowledge import Knowledge
from quips.reference import ReferenceEngine
from quips.source import read_yaml
from random_cases import random_case

pytestmark = pytest.mark.skipif(not durable_available(), reason="durable_rules cannot be imported by this Python")
RULES = sorted(examples_by_rule())


@cache
def durable() -> DurableEngine:
    return DurableEngine(knowledge().program)


def first_case() -> Case:
    return examples_by_rule()[RULES[0]][0].case


# The same decisions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RULES)
def test_the_examples_of_each_rule_are_decided_alike(name: str) -> None:
    for example in examples_by_rule()[name]:
        assert durable().decide(example.case) == reference().decide(example.case), example.name


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_whole_cases_are_decided_alike(path) -> None:
    document = read_yaml(path)
    as_at = date.fromisoformat(document.value.get("as_at", "2018-01-01"))
    case = read_case(document, knowledge().vocabulary, knowledge().case_shape, as_at)
    assert durable().decide(case) == reference().decide(case)


@pytest.mark.parametrize("seed", range(60))
def test_random_cases_are_decided_alike(seed: int) -> None:
    random = Random(seed)
    case = random_case(random, knowledge().vocabulary, random.choice([0, 10, 40]), random.choice([0.3, 0.7, 0.95]))
    assert durable().decide(case) == reference().decide(case)


# What each compiled rule is good for ----------------------------------------------------------------------------------


class Base:
    """A knowledge base with its examples, and the engine without one compiled rule or edge."""

    def __init__(self, known: Knowledge) -> None:
        self.known = known
        self.reference = ReferenceEngine(known.program)
        self.durable = DurableEngine(known.program)
        self.names = self.durable.names()

    @cached_property
    def generic(self) -> list[str]:
        """The compiled rules that no author's rule alone is behind."""
        heads = {ruleset.name for ruleset in self.durable.lowered.rulesets} | {"status", "graph"}
        return [name for name in self.names if name.split("/")[0] in heads]

    @cached_property
    def edges(self) -> list[str]:
        return [name for name in self.names if name.startswith("edge:")]

    @cached_property
    def authored(self) -> list[str]:
        return [name for name in self.names if name not in {*self.generic, *self.edges}]

    def needs(self, name: str) -> bool:
        """Whether an example fails without a compiled rule or edge, and holds with it."""
        rules = self.concerned(name)
        base = self if name in self.generic else self.beneath(rules)
        without = DurableEngine(base.known.program, frozenset({name}), like=base.durable)
        return any(base.is_red(one, without) and not base.is_red(one, base.durable) for one in examples_of(base.known, rules))

    def is_red(self, example: Example, engine: DurableEngine) -> bool:
        try:
            return bool(ExampleRunner(self.known, self.reference, engine).mismatches(example))
        except EngineError:
            return True

    def concerned(self, name: str) -> frozenset[str]:
        """The rule itself; for what is inferred, the rules that read it; for a rule that serves all, all."""
        active = frozenset(duty.name for duty in self.known.program.duties)
        if name in self.generic:
            return active
        head, word = name.removeprefix("edge:").split("/")[:2]
        inferred = head if word == "otherwise" else None
        if word == "infers":
            inferred = next(duty.derives[0] for duty in self.known.program.duties if duty.name == head and duty.derives)
        readers = frozenset(duty.name for duty in self.known.program.duties if inferred in facts_of(duty.applies))
        return readers or frozenset({head})

    @lru_cache(maxsize=4)  # noqa: B019 - the two bases live as long as the tests
    def beneath(self, rules: frozenset[str]) -> Base:
        """Some rules with everything that bears on their findings: what they rest on or follow, and what is inferred."""
        wanted = set(rules) | {rule.name for rule in self.known.rules.values() if rule.derives}
        pending = list(wanted)
        while pending:
            beyond = {edge.rule for edge in self.known.rules[pending.pop()].edges} - wanted
            wanted |= beyond
            pending += beyond
        return Base(replace(self.known, rules={name: rule for name, rule in self.known.rules.items() if name in wanted}))


@cache
def shipped_base() -> Base:
    return Base(knowledge())


@cache
def conformance_base() -> Base:
    return Base(conformance())


def uncovered(names: Iterable[str], base: Callable[[], Base]) -> list[str]:
    """Return the compiled rules and edges that no example needs, each tried in a process forked from this one.

    durable_rules does not give back the memory of a ruleset, so a process tries a few batches and ends.
    """
    base().durable.decide(examples_of(base().known)[0].case)  # the rulesets that are loaded now are shared by all processes
    with multiprocessing.get_context("fork").Pool(os.cpu_count(), maxtasksperchild=5) as pool:
        tried = pool.imap_unordered(_tried, [(name, base) for name in names], chunksize=4)
        return sorted(name for name, needed in tried if not needed)


def _tried(task: tuple[str, Callable[[], Base]]) -> tuple[str, bool]:
    name, base = task
    return name, base().needs(name)


@pytest.mark.slow
def test_each_compiled_rule_of_an_author_turns_an_example_red() -> None:
    assert len(shipped_base().authored) > len(RULES)
    assert uncovered(shipped_base().authored, shipped_base) == []


@pytest.mark.slow
def test_each_edge_turns_an_example_red() -> None:
    assert uncovered(shipped_base().edges, shipped_base) == []


@pytest.mark.slow
def test_each_generic_rule_turns_an_example_red() -> None:
    """Those that the conformance suite shares are tried on its few rules, whose cases are decided fast; the rest as shipped."""
    shipped, suite = shipped_base(), conformance_base()
    assert (shipped.durable.lowered.record, shipped.durable.lowered.graph) == (
        suite.durable.lowered.record,
        suite.durable.lowered.graph,
    )
    assert uncovered(suite.names, conformance_base) == []
    assert uncovered([name for name in shipped.generic if name not in suite.names], shipped_base) == []


def test_only_what_there_is_can_be_left_out() -> None:
    with pytest.raises(ValueError, match="status/none"):
        DurableEngine(knowledge().program, frozenset({"status/none"}))


def test_an_engine_takes_over_the_rulesets_that_are_the_same() -> None:
    engine = DurableEngine(knowledge().program, frozenset({"status/late"}), like=durable())
    assert {name for name, network in engine._networks.items() if network is not durable()._networks[name]} == {"record"}


# The form that durable_rules can be trusted with ------------------------------------------------------------------------

JOIN = {"at": {"c": "at"}}


@pytest.mark.parametrize(
    ("patterns", "why"),
    [
        ([{"c": {"kind": "x"}}, {"d": {"$and": [{"kind": "y"}, JOIN]}}], "guard"),
        ([{"c": {"kind": "x"}}, {"d": {"$and": [{"kind": "y"}, {"v": 1}, JOIN, {"one": {"zt": "one"}}]}}], "come first"),
        ([fact("d", "y", joins=[JOIN])], "does not come before"),
        ([no_fact("c", "x"), fact("d", "y", joins=[JOIN])], "comes after one that must not"),
        ([fact("c", "x"), fact("d", "y", joins=[{"$gt": {"n": {"c": "n"}}}])], "need not be there"),
        ([fact("c", "x"), fact("d", "y", joins=[{"id": {"c": "v"}}])], "identifier"),
        ([fact("c", "x"), fact("d", "y", {"$or": [{"v": 1}, JOIN]})], "not of one property and a constant"),
        ([fact("c", "x", {"v": 1.5})], "not of one property and a constant"),
        ([fact("c", "x", {"v": 1, "w": 2})], "not of one property and a constant"),
        ([{"c": {"v": 1}}], "start with its kind"),
        ([fact("c", "x"), fact("c", "y")], "two patterns"),
        ([fact("s", "x")], "something else"),
        ([fact(f"p{n}", "x") for n in range(16)], "at once"),
    ],
)
def test_what_is_not_safe_is_refused(patterns, why: str) -> None:
    with pytest.raises(LoweringError, match=why):
        check(Ruleset("r", (rule("a", 1, patterns, kind="z"),)))


def test_limits_of_a_ruleset_are_kept() -> None:
    many = tuple(rule(f"a{n}", 1, [fact("c", f"k{n}")], kind="z") for n in range(MAX_RULES + 1))
    with pytest.raises(LoweringError, match="more than"):
        check(Ruleset("r", many))
    crowded = tuple(rule(f"a{n}", 1, [fact("c", "x"), fact("d", "y", joins=[JOIN])], kind="z") for n in range(MAX_AT_ONCE))
    with pytest.raises(LoweringError, match="patterns read facts of the kind"):
        check(Ruleset("r", crowded))


def test_what_is_denied_has_to_be_settled_before() -> None:
    makes = rule("makes", 2, [fact("c", "x")], kind="y")
    denies = rule("denies", 2, [fact("c", "x"), no_fact("d", "y")], kind="z")
    with pytest.raises(LoweringError, match="reads in phase 2"):
        check(Ruleset("r", (makes, denies)))


def test_every_shipped_ruleset_keeps_to_the_form() -> None:
    for ruleset in durable().lowered.rulesets:
        check(ruleset)


# Failures are reported, and are never "no gap" --------------------------------------------------------------------------


def test_a_failure_names_the_case_and_the_next_case_is_decided(monkeypatch) -> None:
    engine, case = DurableEngine(knowledge().program), first_case()
    expected = engine.decide(case)
    network = engine._networks["record"]

    def fails(given, sid):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(network, "_whole", fails)
        with pytest.raises(EngineError, match=f"'{case.reference}'.*MemoryError"):
            engine.decide(case)
    assert engine.decide(case) == expected


def test_an_exception_in_an_action_is_not_swallowed(monkeypatch) -> None:
    engine, case = DurableEngine(knowledge().program), first_case()

    class Full(dict):
        def __setitem__(self, key, value):
            raise MemoryError("full")

    run = type(engine._networks["record"])._whole

    def whole(network, given, sid):
        network._emitted = Full()
        return run(network, given, sid)

    monkeypatch.setattr(type(engine._networks["record"]), "_whole", whole)
    with pytest.raises(EngineError, match="full"):
        engine.decide(case)


def test_a_question_without_an_answer_is_an_error() -> None:
    names = [name for name in durable().names() if name.endswith("/cannot-tell")]
    engine = DurableEngine(knowledge().program, frozenset(names), like=durable())
    unknown = random_case(Random(1), knowledge().vocabulary, 0, 0.0)
    with pytest.raises(EngineError, match="has no answer"):
        engine.decide(unknown)


def test_identifiers_do_not_share_a_hash() -> None:
    names = [_identifier(number) for number in range(5000)]
    assert len({_fnv1a(name) for name in names}) == len(names)


# In a process of its own ------------------------------------------------------------------------------------------------


def test_the_isolated_engine_decides_alike() -> None:
    with IsolatedDurable(knowledge().program) as engine:
        for example in examples_by_rule()[RULES[0]]:
            assert engine.decide(example.case) == reference().decide(example.case)


class Crashing:
    """An engine that crashes, hangs or fails on some cases."""

    def __init__(self, program) -> None:
        pass

    def decide(self, case: Case) -> list[Decision]:
        match len(case.entries):
            case 0:
                faulthandler.disable()
                os.kill(os.getpid(), signal.SIGSEGV)
            case 1:
                time.sleep(60)
            case 2:
                raise EngineError("told by the engine")
        return []


def some_case(n_entries: int) -> Case:
    random, vocabulary = Random(n_entries), knowledge().vocabulary
    while len((case := random_case(random, vocabulary, 3 * n_entries)).entries) != n_entries:
        pass
    return case


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="the crash is planted before the fork")
def test_a_crash_is_an_error_that_names_the_case(monkeypatch) -> None:
    monkeypatch.setattr(isolation, "DurableEngine", Crashing)
    with IsolatedDurable(knowledge().program, patience=2) as engine:
        with pytest.raises(EngineError, match=r"'R-1'.*SIGSEGV"):
            engine.decide(some_case(0))
        with pytest.raises(EngineError, match=r"'R-1'.*2 seconds"):
            engine.decide(some_case(1))
        with pytest.raises(EngineError, match="told by the engine"):
            engine.decide(some_case(2))
        assert engine.decide(some_case(3)) == []
