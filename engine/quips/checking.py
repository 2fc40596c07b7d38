"""Runs the examples of a knowledge base on its engines, all cores at work, without those that are known to pass.

The examples of a rule pass or fail by the rule itself, the rules it rests on or follows, those that infer something, the limits,
the vocabulary, and the code. Where all of that is what it was when they passed, to run them again would say nothing new.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import NamedTuple

from quips.durable.isolation import IsolatedDurable
from quips.examples import Decides, Example, ExampleRunner, examples_of
from quips.knowledge import Knowledge
from quips.passed import digest_of_code, known_examples, remember_examples
from quips.problems import Problem
from quips.reference import ReferenceEngine
from quips.rules import Rule

Examples = Iterable[Example]


class Checked(NamedTuple):
    """What came of the examples of a knowledge base.

    Attributes:
        problems: One for each example that fails on an engine.
        n_examples: How many there are.
        n_known: How many were not run, because they are known to pass on every engine.
    """

    problems: list[Problem]
    n_examples: int
    n_known: int


def check_examples(
    knowledge: Knowledge, durable: bool, again: bool = False, progress: Callable[[list[Example]], Examples] = iter
) -> Checked:
    """Run every example that is not known to pass.

    Args:
        knowledge: The knowledge base.
        durable: Whether to run them on the durable engine too.
        again: Run those that are known to pass as well.
        progress: Shows a person how far it has come, as it yields the examples.

    Raises:
        EngineError: The durable engine failed.
    """
    digests = digests_of_rules(knowledge)
    to_run = {name: _to_run(name, knowledge, digests, again) for name in ("reference", "durable")[: 1 + durable]}
    reference = ReferenceEngine(knowledge.program)
    left = to_run.get("durable", [])
    with ExitStack() as stack:
        workers = [stack.enter_context(IsolatedDurable(knowledge.program)) for _ in range(min(os.cpu_count() or 1, len(left)))]
        for worker in workers:
            worker.start()  # before there are threads, since a process is forked
        pool = stack.enter_context(ThreadPoolExecutor(max(1, len(workers))))
        runs = [pool.submit(_run, knowledge, reference, worker, left[n :: len(workers)]) for n, worker in enumerate(workers)]
        failed = {"reference": _run(knowledge, reference, reference, progress(to_run["reference"]))}
        if durable:
            failed["durable"] = [failure for run in runs for failure in run.result()]
    problems: list[Problem] = []
    for engine, failures in failed.items():
        rules = dict.fromkeys(example.rule.name for example in to_run[engine])
        failing = {example.rule.name for example, _ in failures}
        remember_examples(engine, [digests[name] for name in rules if name not in failing])
        order = {id(example): n for n, example in enumerate(to_run[engine])}
        problems += [problem for _, problem in sorted(failures, key=lambda failure: order[id(failure[0])])]
    ran = {(example.rule.name, example.number) for examples in to_run.values() for example in examples}
    n_examples = sum(len(rule.examples) for rule in knowledge.rules.values() if rule.status == "active")
    return Checked(problems, n_examples, n_examples - len(ran))


def digests_of_rules(knowledge: Knowledge) -> dict[str, str]:
    """Return for each rule a digest of everything by which its examples pass or fail."""
    common = hashlib.sha256(digest_of_code().encode())
    for shape in ("vocabulary", "limits"):
        for document in knowledge.files.of_shape(shape):
            common.update(_text(document.value))
    for rule in knowledge.rules.values():
        if rule.derives:
            common.update(_text(rule.document.value))
    texts = {name: _text(rule.document.value) for name, rule in knowledge.rules.items()}
    digests = {}
    for name in knowledge.rules:
        digest = common.copy()
        for reached in sorted(_reached(knowledge.rules[name], knowledge, {})):
            digest.update(texts[reached])
        digests[name] = digest.hexdigest()
    return digests


def _reached(rule: Rule, knowledge: Knowledge, found: dict[str, Rule]) -> dict[str, Rule]:
    """The rule and all that its edges lead to."""
    if rule.name not in found:
        found[rule.name] = rule
        for edge in rule.edges:
            if edge.rule in knowledge.rules:
                _reached(knowledge.rules[edge.rule], knowledge, found)
    return found


def _text(value: object) -> bytes:
    return json.dumps(value).encode()


def _to_run(engine: str, knowledge: Knowledge, digests: dict[str, str], again: bool) -> list[Example]:
    known = frozenset(() if again else known_examples(engine))
    return examples_of(knowledge, [name for name in knowledge.rules if digests[name] not in known])


def _run(knowledge: Knowledge, reference: ReferenceEngine, engine: Decides, examples: Examples) -> list[tuple[Example, Problem]]:
    """Return what is wrong, with the example."""
    runner = ExampleRunner(knowledge, reference, engine)
    return [(example, problem) for example in examples for problem in runner.problems([example])]
