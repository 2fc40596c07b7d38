"""The shipped knowledge base and engines, loaded once for all tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from quips.examples import Example, examples_of
from quips.knowledge import Knowledge, load_knowledge
from quips.reference import ReferenceEngine

ROOT = Path(__file__).resolve().parent.parent
CASES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))


@cache
def knowledge() -> Knowledge:
    return load_knowledge(ROOT / "framework", ROOT / "rules", fresh=True)


@cache
def reference() -> ReferenceEngine:
    return ReferenceEngine(knowledge().program)


@cache
def examples_by_rule() -> dict[str, list[Example]]:
    found: dict[str, list[Example]] = {}
    for example in examples_of(knowledge()):
        found.setdefault(example.rule.name, []).append(example)
    return found
