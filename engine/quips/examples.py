"""Runs the examples that stand in the rules' own files, on any engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from quips.cases import Case, build_case
from quips.decisions import Decision
from quips.knowledge import Knowledge
from quips.names import example_document
from quips.places import Place
from quips.problems import Problem, listed
from quips.rules import Rule
from quips.statuses import VERDICTS, Verdict


class Decides(Protocol):
    """Anything that decides a case: an engine."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    def decide(self, case: Case) -> list[Decision]:
        """Return a decision for each finding of a case."""
        ...


@dataclass(frozen=True, slots=True)
class Example:
    """One example of a rule.

    Attributes:
        rule: The rule it stands in.
        number: Its place among the rule's examples, from 0.
        case: The case it gives.
    """

    rule: Rule
    number: int
    case: Case

    @property
    def name(self) -> str:
        """What it is called: the rule's name and its own."""
        return f"{self.rule.name}: {self.rule.examples[self.number]['name']}"

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.rule.document.place("examples", self.number)


def examples_of(knowledge: Knowledge, rules: Iterable[str] | None = None) -> list[Example]:
    """Return the examples of some rules, or of every active rule, in order of topic and name."""
    chosen = [knowledge.rules[name] for name in rules] if rules is not None else list(knowledge.rules.values())
    return [
        Example(rule, n, build_case(document, knowledge.vocabulary, date.fromisoformat(document.value["as_at"])))
        for rule in sorted(chosen, key=lambda rule: (rule.topic, rule.name))
        if rule.status == "active"
        for n, document in ((n, example_document(rule, n)) for n in range(len(rule.examples)))
    ]


def mismatches(example: Example, decisions: Sequence[Decision]) -> list[str]:
    """Return in words how the decisions of an engine differ from what the example says; empty if they agree."""
    expected = example.rule.examples[example.number]
    own = [decision for decision in decisions if decision.rule == example.rule.name]
    found = {decision.key: str(decision.status) for decision in own}
    differ = []
    if "findings" in expected:
        if found != expected["findings"]:
            differ.append(f"expected {_drawn(expected['findings'])}, found {_drawn(found)}")
    elif list(found.values()) != [expected["status"]]:
        differ.append(f"expected {expected['status']}, found {_drawn(found)}")
    for word in ("because_of", "undermined_by"):
        if word in expected:
            rules = sorted({rule for decision in own for rule, _ in getattr(decision, word)})
            if rules != sorted(expected[word]):
                differ.append(
                    f"{word}: expected {listed(expected[word], 'and')}, found {listed(rules, 'and') or 'none'}"
                )
    if "root" in expected:
        gaps = [decision.root for decision in own if VERDICTS[decision.status] is Verdict.GAP]
        if not gaps or any(root != expected["root"] for root in gaps):
            differ.append(f"root: expected {expected['root']}, found {gaps or 'no gap'}")
    if "provisional" in expected:
        provisional = any(decision.waits_for for decision in own) or (
            bool(example.case.incomplete) and any(d.status in ("late", "insufficient") for d in own)
        )
        if provisional != expected["provisional"]:
            differ.append(f"provisional: expected {expected['provisional']}, found {provisional}")
    return differ


def example_problems(examples: Iterable[Example], engine: Decides) -> list[Problem]:
    """Return a problem for each example on which an engine finds something else than it says."""
    problems = []
    for example in examples:
        for words in mismatches(example, engine.decide(example.case)):
            message = f"The example '{example.rule.examples[example.number]['name']}' fails on {engine.name}: {words}."
            problems.append(Problem(example.place, "example-fails", message, "Correct the rule or the example."))
    return problems


def _drawn(found: dict[str, str]) -> str:
    return ", ".join(f"{key}: {status}" for key, status in found.items()) or "no finding"
