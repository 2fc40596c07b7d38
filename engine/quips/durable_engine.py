"""The durable engine: durable_rules decides each case by the rules that `lowering` compiles, and nothing else imports it.

What it infers itself: the circumstances, whether each rule applies, the status that the record gives, and what undermines, explains
and holds up what. What is worked out for it, in Python: on which occasions a rule asks, what the record shows in its windows, and
which findings an edge joins. Numbers in brackets refer to the decisions in `docs/semantics.md`.
"""

from __future__ import annotations

import importlib
from functools import cache

from quips.problems import QuipsError


class EngineError(QuipsError):
    """The durable engine failed on a case: there is no answer, which is never the answer "no gap"."""


@cache
def durable_available() -> bool:
    """Return whether durable_rules is installed and can be imported."""
    try:
        importlib.import_module("durable.engine")
    except ImportError:
        return False
    return True


class DurableEngine:
    """Decides cases by one program, with durable_rules.

    It is not meant for several threads at once; one case is decided at a time.
    """

    name = "durable"

    def __init__(
        self, program: Program, without: frozenset[str] = frozenset(), like: DurableEngine | None = None
    ) -> None:
        """Compile the program; its rulesets are loaded when they are first used.

        Args:
            program: The program.
            without: Names of compiled rules and edges to leave out, to see what they are good for.
            like: Another engine, from which the rulesets that are the same are taken over rather than loaded again.

        Raises:
            EngineError: durable_rules cannot be imported.
            LoweringError: A rule asks for more than durable_rules can be trusted with.
        """
        if not durable_available():
            raise EngineError("durable_rules is not installed, or cannot be imported by this Python.")
        self.program = program
        self._whole: Lowered = like._whole if like is not None and like.program is program else lower(program)
        unknown = without - set(self._whole.names()) - set(_edge_names(program))
        if unknown:
            raise ValueError(f"there is no compiled rule or edge called {sorted(unknown)[0]}")
        self._without = without
        self.lowered = self._whole.without(without)
        self._networks = {
            ruleset.name: _taken_over(like, ruleset) or _Network(ruleset) for ruleset in self.lowered.rulesets
        }
        conditions = Conditions(program)
        given = Conditions(replace(program, derived={}))
        self._rules = [
            _Rule(number, duty, program, self.lowered, given if duty.kind == "conflict" else conditions)
            for number, duty in enumerate(program.duties)
        ]
        self._queries = frozenset(rule.number for rule in self._rules if rule.is_query)
        self._facts = CaseFacts(self.lowered.readings, conditions)
        self._lock = Lock()

    def names(self) -> tuple[str, ...]:
        """Return the name of every compiled rule and edge that it has."""
        return tuple(n for n in (*self.lowered.names(), *_edge_names(self.program)) if n not in self._without)

    def decide(self, case: Case) -> list[Decision]:
        """Return a decision for each finding of a case, in the order of the program.

        Raises:
            EngineError: The engine failed; names the case.
        """
        try:
            with self._lock:
                return self._decide(case)
        except Exception as error:
            raise EngineError(f"The durable engine failed on case {case.reference or '(no reference)'}: {error!r}") from error

    def _decide(self, case: Case) -> list[Decision]:
        world = World(case)
        asked = [rule.asked(world) for rule in self._rules]
        answers = self._settle(world, asked)
        findings = self._findings(world, asked, answers)
        return self._concluded(findings)
