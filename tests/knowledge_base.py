"""The shipped knowledge base and the conformance suite's, with their engines and examples, loaded once for all tests."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from quips.examples import Example, examples_of
from quips.knowledge import Knowledge, load_knowledge
from quips.reference import ReferenceEngine

ROOT = Path(__file__).resolve().parent.parent
CASES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
CONFORMANCE = Path(__file__).resolve().parent / "conformance"
ORDINARY = Path(__file__).resolve().parent / "ordinary_case.yaml"


@cache
def knowledge() -> Knowledge:
    return load_knowledge(ROOT / "framework", ROOT / "rules", fresh=True)


@cache
def reference() -> ReferenceEngine:
    return ReferenceEngine(knowledge().program)


@cache
def examples_by_rule() -> dict[str, list[Example]]:
    return _by_rule(knowledge())


@cache
def conformance() -> Knowledge:
    """The rules of the conformance suite, read as any others are, and held to the schemas that are shipped."""
    with TemporaryDirectory() as folder:
        framework = Path(folder) / "framework"
        shutil.copytree(CONFORMANCE / "framework", framework)
        shutil.copytree(ROOT / "framework" / "schema", framework / "schema")
        return load_knowledge(framework, CONFORMANCE / "rules", fresh=True)


def _by_rule(knowledge: Knowledge) -> dict[str, list[Example]]:
    found: dict[str, list[Example]] = {}
    for example in examples_of(knowledge):
        found.setdefault(example.rule.name, []).append(example)
    return found
