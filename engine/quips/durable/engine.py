"""The durable engine: durable_rules decides each case by the rules that `lowering` compiles, and nothing else imports it.

What it infers itself: the circumstances, whether each rule applies, the status that the record gives, and what undermines,
explains and holds up what. What is worked out for it, in Python: on which occasions a rule asks, what the record shows in its
windows, and which findings an edge joins. The adapter at the end keeps to what was found to be safe.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from threading import Lock
from typing import Any

from quips.cases import Case
from quips.decisions import Decision, Ref
from quips.durable.asking import AskedRule
from quips.durable.casefacts import CaseFacts, Fact
from quips.durable.findingfacts import Finding, Shown, attempt_facts, edge_name, graph_facts, joins
from quips.durable.lowering import Lowered, lower
from quips.durable.normalform import HEARTBEAT, PHASE, Compiled, Ruleset
from quips.durable.settling import Settler
from quips.problems import QuipsError
from quips.program import Program
from quips.statuses import Status
from quips.truth import Conditions, World


class EngineError(QuipsError):
    """The durable engine failed on a case: there is no answer, which is never the answer "no gap"."""


@cache
def durable_available() -> bool:
    """Return whether durable_rules is installed and can be imported."""
    try:
        from durable import engine  # noqa: F401 - imported only to see whether it can be
    except ImportError:
        return False
    return True


class DurableEngine:
    """Decides cases by one program, with durable_rules; one case at a time."""

    name = "durable"

    def __init__(self, program: Program, without: frozenset[str] = frozenset(), like: DurableEngine | None = None) -> None:
        """Compile the program; a ruleset is loaded when it is first used.

        Args:
            program: The program.
            without: Names of compiled rules and edges to leave out, to see what they are good for.
            like: Another engine, from which the rulesets that are the same are taken over rather than loaded again.

        Raises:
            EngineError: durable_rules cannot be imported.
            LoweringError: A rule asks for more than durable_rules can be trusted with.
            ValueError: Something that is to be left out is not there.
        """
        if not durable_available():
            raise EngineError("durable_rules is not installed, or this Python cannot import it.")
        self.program = program
        self._whole: Lowered = like._whole if like is not None and like.program is program else lower(program)
        unknown = without.difference(self._whole.names(), _edges(program))
        if unknown:
            raise ValueError(f"there is no compiled rule or edge called '{min(unknown)}'")
        self._without = without
        self.lowered = self._whole.without(without)
        known = like._networks if like is not None else {}
        self._networks: dict[str, _Network] = {ruleset.name: _network(ruleset, known) for ruleset in self.lowered.rulesets}
        conditions = Conditions(program)
        given = Conditions(replace(program, derived={}))
        self._rules = [
            AskedRule(number, duty, program, self.lowered, given if duty.kind == "conflict" else conditions)
            for number, duty in enumerate(program.duties)
        ]
        self._queries = frozenset(rule.number for rule in self._rules if rule.is_query)
        self._facts = CaseFacts(self.lowered.readings, conditions)
        self._settler = Settler(program, self.lowered, self._facts, self._run)
        self._lock = Lock()

    def names(self) -> tuple[str, ...]:
        """Return the name of every compiled rule and edge that it has, in order."""
        return tuple(name for name in (*self.lowered.names(), *_edges(self.program)) if name not in self._without)

    def decide(self, case: Case) -> list[Decision]:
        """Return a decision for each finding of a case, in the order of the program.

        Raises:
            EngineError: The engine failed; names the case.
        """
        try:
            with self._lock:
                return self._decide(case)
        except Exception as error:  # whatever fails in durable_rules is an error that names the case, never "no gap"
            said = f"{type(error).__name__}: {error}"
            raise EngineError(
                f"The durable engine failed on the case '{case.reference}', so there is no answer. {said}"
            ) from error

    def _run(self, ruleset: Ruleset, facts: list[Fact]) -> list[Fact]:
        return self._networks[ruleset.name].run(facts)

    def _decide(self, case: Case) -> list[Decision]:
        world = World(case)
        moments = self._facts.moments(world)
        moments.on(case.as_at)
        asked = [rule.asked(world, moments) for rule in self._rules]
        answers = self._settler.settle(moments, (question for each in asked for one in each for question in one.questions))
        found: list[list[Finding]] = []
        looks: dict[Shown, int] = {}
        awaiting: list[tuple[Finding, int]] = []
        for rule, occasions_asked in zip(self._rules, asked, strict=True):
            own: list[Finding] = []
            for one in occasions_asked:
                for finding, look in rule.findings(world, one, answers, len(occasions_asked)):
                    own.append(finding)
                    if look is not None:
                        awaiting.append((finding, looks.setdefault(look, len(looks))))
            found.append(own)
        statuses = self._statuses(looks)
        for finding, number in awaiting:
            finding.status = statuses[number]
        return self._decisions(found)

    def _statuses(self, looks: Mapping[Shown, int]) -> dict[int, Status]:
        """Have a status inferred for each way that the record looks."""
        facts = [fact for look, number in looks.items() for fact in attempt_facts(number, look)]
        emitted = self._run(self.lowered.record, facts) if facts else []
        given = [(fact["of"], Status(fact["status"])) for fact in emitted if fact["kind"] == "status"]
        if len(given) != len(looks):
            raise EngineError(f"{len(given)} statuses were inferred for {len(looks)} ways that the record looks")
        return dict(given)

    def _decisions(self, found: list[list[Finding]]) -> list[Decision]:
        """Have it inferred what rests on what, and put the decisions together."""
        findings = [finding for own in found for finding in own]
        for number, finding in enumerate(findings):
            finding.number = number
        edges = joins(self.program.duties, found, self._without)
        facts = graph_facts(findings, edges, self._queries)
        linked: dict[tuple[str, int], set[int]] = {}
        roots: set[int] = set()
        for fact in self._run(self.lowered.graph, facts) if facts else []:
            match fact["kind"]:
                case "root":
                    roots.add(fact["n"])
                case "undermined":
                    linked.setdefault(("undermined", fact["n"]), set()).add(fact["by"])
                case "cause" | "waits":
                    linked.setdefault((fact["kind"], fact["of"]), set()).add(fact["by"])

        def refs(kind: str, number: int) -> tuple[Ref, ...]:
            others = linked.get((kind, number))
            if others is None:
                return ()
            ordered = sorted({(findings[other].duty, findings[other].key) for other in others})
            return tuple((self.program.duties[duty].name, key) for duty, key in ordered)

        return [
            Decision(
                self.program.duties[finding.duty].name,
                finding.key,
                Status.UNDERMINED if ("undermined", number) in linked else finding.status,
                finding.status,
                refs("undermined", number),
                refs("cause", number),
                number in roots,
                refs("waits", number),
            )
            for number, finding in enumerate(findings)
        ]


class _Network:
    """One ruleset, loaded into durable_rules when it is first run; it outlives any number of cases, but no failure.

    Attributes:
        ruleset: The ruleset.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        from durable import engine

        self.ruleset = ruleset
        self._engine = engine
        self._host: Any = None
        self._emitted: dict[frozenset[tuple[str, Any]], Fact] = {}
        self._errors: list[BaseException] = []
        self._beats = self._cases = self._ids = 0

    def run(self, facts: Iterable[Fact]) -> list[Fact]:
        """Assert facts, close one phase after the other, and return every fact that the rules emitted."""
        if self._host is None:
            self._host = self._loaded()
        try:
            return self._ran(facts)
        except BaseException:
            # Its state may be broken, and to take that apart could crash the process: it is left behind.
            self._host = None
            raise

    def _ran(self, facts: Iterable[Fact]) -> list[Fact]:
        name = self.ruleset.name
        rules = self._host.get_ruleset(name)
        self._emitted, self._errors, self._ids = {}, [], 0
        # Each case has a state of its own, which is gone before the next; far fewer than 1,024 states are ever alive.
        sid = _identifier(self._cases % 512)
        self._cases += 1
        for fact in facts:
            # Nothing can fire before a trigger, so there is no action to look for yet. A fact that no rule has any use for is
            # refused, which is no fault.
            with suppress(self._engine.MessageNotHandledException):
                rules.assert_fact(self._whole(fact, sid))
        for phase in range(1, self.ruleset.phases + 1):
            self._beats = 0
            self._host.assert_fact(name, self._whole({"kind": PHASE, "n": phase}, sid))
            if self._errors:
                raise self._errors[0]
            if self._beats != 1:
                raise EngineError(f"Phase {phase} of {name} was closed {self._beats} times.")
        self._host.delete_state(name, sid)
        return list(self._emitted.values())

    def _whole(self, fact: Fact, sid: str) -> Fact:
        self._ids += 1
        return {**fact, "one": 1, "id": _identifier(self._ids), "sid": sid}

    def _loaded(self) -> Any:
        # The stock host starts two threads that never end, and that run actions of their own accord.
        host = type("QuietHost", (self._engine.Host,), {"_run": lambda self: None})()
        definition = copy.deepcopy(self.ruleset.definition())
        definition[HEARTBEAT]["run"] = self._heartbeat()
        for compiled in self.ruleset.rules:
            definition[compiled.name]["run"] = self._action(compiled)
        host.set_rulesets({self.ruleset.name: definition})
        return host

    def _heartbeat(self) -> Any:
        """Return the action of the rule that always fires: a state in which none ever did cannot be deleted safely."""

        def beat(c: Any) -> None:
            self._beats += 1

        return beat

    def _action(self, compiled: Compiled) -> Any:
        """Return the action of a rule: a function of one parameter, since any other would be run asynchronously.

        What an action raises is swallowed by durable_rules, so it is kept and raised later.
        """
        constants = {name: value for name, value in compiled.emits.items() if not isinstance(value, dict)}
        taken = [
            (name, alias, source)
            for name, value in compiled.emits.items()
            if isinstance(value, dict)
            for alias, source in value.items()
        ]
        chained = compiled.emits["kind"] in self.ruleset.chained

        def act(c: Any) -> None:
            try:
                found = {**constants, **{name: getattr(c, alias)[source] for name, alias, source in taken}}
                content = frozenset(found.items())
                if content not in self._emitted:
                    self._emitted[content] = found
                    if chained:
                        c.assert_fact(self._whole(found, c.s.sid))
            except self._engine.MessageNotHandledException:
                pass  # no rule has any use for what was inferred
            except BaseException as error:
                self._errors.append(error)

        return act


def _network(ruleset: Ruleset, known: Mapping[str, _Network]) -> _Network:
    found = known.get(ruleset.name)
    return found if found is not None and found.ruleset == ruleset else _Network(ruleset)


def _edges(program: Program) -> list[str]:
    return [edge_name(duty, program.duties[n], kind) for duty in program.duties for n, kind in duty.edges]


_identifiers: list[str] = []
_hashes: set[int] = set()


def _identifier(number: int) -> str:
    """Return an identifier by its number; durable_rules tells identifiers apart by a 32-bit hash only, so no two share one."""
    while len(_identifiers) <= number:
        candidate = str(len(_hashes) + 1)
        while _fnv1a(candidate) in _hashes:
            candidate += "-"
        _hashes.add(_fnv1a(candidate))
        _identifiers.append(candidate)
    return _identifiers[number]


def _fnv1a(text: str) -> int:
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value
