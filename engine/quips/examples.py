"""Runs the examples that stand in the rules' own files, on any engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from quips.cases import Case, build_case
from quips.decisions import Decision
from quips.findings import FindingBuilder
from quips.knowledge import Knowledge
from quips.names import example_document
from quips.places import Place
from quips.problems import Problem, listed
from quips.reference import ReferenceEngine
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

    @property
    def todo(self) -> str:
        """What has to be done before it holds; empty if it has to hold now."""
        return str(self.rule.examples[self.number].get("todo", ""))


class Mismatch(NamedTuple):
    """What an example says and what was found, where the two differ.

    Attributes:
        what: What of it: the key of a finding, ``status``, ``because_of``, ``undermined_by``, ``root`` or ``provisional``.
        expected: What the example says; empty where it says that there is none.
        found: What was found; empty where there is none.
    """

    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.what}: expected {self.expected or 'none'}, found {self.found or 'none'}"


def examples_of(knowledge: Knowledge, rules: Iterable[str] | None = None) -> list[Example]:
    """Return the examples of some rules, or of every active rule, in order of topic and name."""
    chosen = [knowledge.rules[name] for name in rules] if rules is not None else list(knowledge.rules.values())
    return [
        Example(rule, n, build_case(document, knowledge.vocabulary, date.fromisoformat(document.value["as_at"])))
        for rule in sorted(chosen, key=lambda rule: (rule.topic, rule.name))
        if rule.status == "active"
        for n, document in ((n, example_document(rule, n)) for n in range(len(rule.examples)))
    ]


class ExampleRunner:
    """Runs examples on an engine; the reference engine says what is provisional, from the engine's decisions."""

    def __init__(self, knowledge: Knowledge, reference: ReferenceEngine, engine: Decides | None = None) -> None:
        """Keep the engines; the one that is run is the reference engine if left out."""
        self.knowledge, self.reference, self.engine = knowledge, reference, engine or reference

    def problems(self, examples: Iterable[Example]) -> list[Problem]:
        """Return a problem for each example on which the engine finds something else than it says.

        One that is still to do may differ; that it does not any more is a problem too, since nobody would notice it fail again.
        """
        problems = []
        for example in examples:
            differ = self.mismatches(example)
            name = example.rule.examples[example.number]["name"]
            if differ and not example.todo:
                message = f"The example '{name}' fails on {self.engine.name}: {'; '.join(map(str, differ))}."
                problems.append(Problem(example.place, "example-fails", message, "Correct the rule or the example."))
            elif example.todo and not differ:
                message = f"The example '{name}' holds, and is marked as still to do."
                problems.append(Problem(example.place, "todo-holds", message, "Take 'todo' out."))
        return problems

    def mismatches(self, example: Example) -> list[Mismatch]:
        """Return how what is decided differs from what the example says; empty if they agree."""
        decisions = self.engine.decide(example.case)
        differ = decision_mismatches(example, decisions)
        expected = example.rule.examples[example.number]
        if "provisional" in expected:
            evaluation = self.reference.evaluate(example.case)
            findings = FindingBuilder(self.knowledge, self.reference, example.case).findings(evaluation, decisions)
            provisional = any(finding.provisional for finding in findings if finding.rule.name == example.rule.name)
            if provisional != expected["provisional"]:
                differ.append(Mismatch("provisional", _word(expected["provisional"]), _word(provisional)))
        return differ


def decision_mismatches(example: Example, decisions: Sequence[Decision]) -> list[Mismatch]:
    """Return how the decisions of an engine differ from what the example says of them; empty if they agree."""
    expected = example.rule.examples[example.number]
    own = [decision for decision in decisions if decision.rule == example.rule.name]
    found = {decision.key: str(decision.status) for decision in own}
    differ = []
    if "findings" in expected:
        keys = dict.fromkeys([*expected["findings"], *found])
        pairs = [(key, expected["findings"].get(key, ""), found.get(key, "")) for key in keys]
        differ += [Mismatch(*pair) for pair in pairs if pair[1] != pair[2]]
    elif list(found.values()) != [expected["status"]]:
        differ.append(Mismatch("status", expected["status"], ", ".join(f"{key}: {status}" for key, status in found.items())))
    for word in ("because_of", "undermined_by"):
        if word in expected:
            rules = sorted({rule for decision in own for rule, _ in getattr(decision, word)})
            if rules != sorted(expected[word]):
                differ.append(Mismatch(word, listed(expected[word], "and"), listed(rules, "and")))
    if "root" in expected:
        gaps = [decision.root for decision in own if VERDICTS[decision.status] is Verdict.GAP]
        if not gaps or any(root != expected["root"] for root in gaps):
            differ.append(Mismatch("root", _word(expected["root"]), listed(map(_word, dict.fromkeys(gaps)), "and") or "no gap"))
    return differ


def _word(truth: bool) -> str:
    return str(truth).lower()
