"""Every engine that is installed finds what `tests/conformance` says, which was worked out by hand from `docs/semantics.md`.

An engine of another kind is added to `ENGINES`, and has to find the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from knowledge_base import CONFORMANCE, ROOT, conformance
from quips.durable.engine import DurableEngine, durable_available
from quips.examples import Decides, Example, ExampleRunner, examples_of
from quips.program import Program
from quips.reference import ReferenceEngine

ENGINES: dict[str, Callable[[Program], Decides]] = {"reference": ReferenceEngine}
if durable_available():
    ENGINES["durable"] = DurableEngine
EXAMPLES = examples_of(conformance())
RULE_FILES = sorted(path for path in (CONFORMANCE / "rules").rglob("*.yaml") if path.parent.name != "vocabulary")
NOT_DECIDED_BY_ENGINES = {15, 20, 21, 22, 23, 24, 25, 26}
"""How files are read, and what findings suggest for prompts."""


@cache
def engine(name: str) -> Decides:
    return ENGINES[name](conformance().program)


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_engine_finds_what_was_worked_out_by_hand(example: Example, name: str) -> None:
    runner = ExampleRunner(conformance(), ReferenceEngine(conformance().program), engine(name))
    assert runner.mismatches(example) == []


@pytest.mark.parametrize("name", ENGINES)
def test_every_finding_of_every_example_is_the_same_on_all_engines(name: str) -> None:
    for example in EXAMPLES:
        assert engine(name).decide(example.case) == engine("reference").decide(example.case), example.name


def proves(path: Path) -> set[int]:
    """The decisions that the comment at the head of a rule file says it proves."""
    head = re.match(r"(#.*\n)+", path.read_text(encoding="utf-8"))
    return {int(number) for number in re.findall(r"\[(\d+)\]", head.group())} if head else set()


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda path: path.stem)
def test_a_rule_says_which_decision_it_proves(path: Path) -> None:
    assert proves(path)


def test_every_decision_that_engines_take_is_proved() -> None:
    text = (ROOT / "docs" / "semantics.md").read_text(encoding="utf-8")
    decisions = {int(number) for number in re.findall(r"^\*\*\[(\d+)\]", text, re.MULTILINE)}
    proved = set().union(*map(proves, RULE_FILES))
    assert decisions - proved == NOT_DECIDED_BY_ENGINES
    assert proved <= decisions
