"""Runs the examples of chosen rules on chosen engines, and keeps what each expected and found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from quips.durable.isolation import IsolatedDurable
from quips.examples import Decides, Example, ExampleRunner, Mismatch, examples_of
from quips.knowledge import Knowledge
from quips.places import Place
from quips.problems import InputError, Problem, did_you_mean
from quips.reached import Reached, reached
from quips.reference import ReferenceEngine

HOLDS, FAILS, TO_DO, TO_DO_HOLDS = "holds", "fails", "to do", "holds, though still to do"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one example on one engine.

    Attributes:
        example: The example.
        engine: The engine.
        differ: What it expected and what was found, where these differ.
    """

    example: Example
    engine: str
    differ: tuple[Mismatch, ...]

    @property
    def result(self) -> str:
        """``holds``, ``fails``, ``to do``, or ``holds, though still to do``."""
        if self.example.todo:
            return TO_DO if self.differ else TO_DO_HOLDS
        return FAILS if self.differ else HOLDS

    @property
    def is_wrong(self) -> bool:
        """Whether somebody has to do something about it now."""
        return self.result in (FAILS, TO_DO_HOLDS)


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of the examples of some rules.

    Attributes:
        outcomes: One for each example and engine, in the order of the rules.
        reached: How far the examples reach into the conditions of their rules.
    """

    outcomes: tuple[Outcome, ...]
    reached: Reached

    def count(self, result: str) -> int:
        """Return how many outcomes are of a kind."""
        return sum(outcome.result == result for outcome in self.outcomes)


def chosen(knowledge: Knowledge, words: Sequence[str]) -> list[str]:
    """Return the active rules that words name, in the order of the knowledge base; all of them if there is no word.

    Args:
        knowledge: The knowledge base.
        words: Rules by name, topics, or files and folders of rules.

    Raises:
        InputError: A word names nothing, or nothing active.
    """
    active = {name: rule for name, rule in knowledge.rules.items() if rule.status == "active"}
    drafts = [rule for rule in knowledge.rules.values() if rule.status == "draft"]
    topics = {rule.topic for rule in active.values()}
    files = {name: Path(rule.document.file).resolve() for name, rule in active.items()}
    found: set[str] = set() if words else set(active)
    problems = []
    for word in words:
        path = Path(word).resolve()
        of_word = {name for name, file in files.items() if path == file or path in file.parents}
        if not of_word:
            of_word = {word} & active.keys() | {name for name, rule in active.items() if rule.topic == word}
        if not of_word:
            draft = next((one for one in drafts if word == one.name or Path(one.document.file).resolve() == path), None)
            if draft is not None:
                message = f"'{draft.name}' is a draft: its examples are checked, and are not run."
                problems.append(Problem(draft.document.key_place("status"), "nothing-to-run", message, "Say status: active."))
                continue
            hint = did_you_mean(word, {*active, *topics}) or "Name a rule, a topic, or a file or folder of rules."
            problems.append(Problem(Place(word), "nothing-to-run", f"No active rule is called '{word}' or lies there.", hint))
        found |= of_word
    if problems:
        raise InputError(problems)
    return [name for name in active if name in found]


def run_examples(knowledge: Knowledge, rules: Iterable[str], durable: bool) -> Tested:
    """Run the examples of rules.

    Args:
        knowledge: The knowledge base.
        rules: The rules, by name.
        durable: Whether to run them on the durable engine too.

    Raises:
        InputError: There is no example to run.
        EngineError: The durable engine failed.
    """
    examples = examples_of(knowledge, rules)
    if not examples:
        raise InputError([Problem(Place("rules"), "nothing-to-run", "There is no example to run.", "Name rules that have some.")])
    reference = ReferenceEngine(knowledge.program)
    with ExitStack() as stack:
        engines: list[Decides] = [reference]
        if durable:
            engines.append(stack.enter_context(IsolatedDurable(knowledge.program)))
        runners = [ExampleRunner(knowledge, reference, engine) for engine in engines]
        outcomes = [
            Outcome(example, runner.engine.name, tuple(runner.mismatches(example))) for example in examples for runner in runners
        ]
    return Tested(tuple(outcomes), reached(examples, reference))
