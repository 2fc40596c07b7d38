"""Hypothesis profiles, and the shipped knowledge base read once for all commands that tests give in their own process.

The profiles: `ci`, the same examples every time, and `thorough`, many more and new ones on each run; for the larger one run
``pytest --hypothesis-profile=thorough``.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from knowledge_base import ROOT, knowledge
from quips.cli import shared
from quips.knowledge import Knowledge, load_knowledge
from quips.peeraudit.figures import Figures, figures_of
from quips.readbefore import ReadBefore
from reported_round import DAY, ReportedRound, fed_back

_SLOW_DATA = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

settings.register_profile(
    "ci", max_examples=100, derandomize=True, deadline=None, print_blob=True, suppress_health_check=_SLOW_DATA
)
settings.register_profile(
    "thorough",
    max_examples=3000,
    derandomize=False,
    deadline=None,
    print_blob=True,
    suppress_health_check=_SLOW_DATA,
)
settings.load_profile("ci")


def pytest_collection_finish() -> None:
    """What has been loaded stays to the end: Python is not to look through all of it for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture(scope="session")
def round_(tmp_path_factory: pytest.TempPathFactory) -> ReportedRound:
    """A round that is fed back, for tests that only look at it."""
    return fed_back(tmp_path_factory.mktemp("fed-back") / "round")


@pytest.fixture(scope="session")
def found(round_: ReportedRound) -> Figures:
    """The figures of that round."""
    return figures_of(round_.book, round_.state, DAY)


@pytest.fixture(autouse=True, scope="session")
def _shipped_is_read_once() -> Iterator[None]:
    """Some thousand commands are given to the shipped files as they are; that these are read from disk is seen by the others."""

    def loaded(framework: Path, rules: Path, fresh: bool, own: Path | None, before: ReadBefore) -> Knowledge:
        as_shipped = framework.resolve() == ROOT / "framework" and rules.resolve() == ROOT / "rules"
        if as_shipped and own is None and not fresh:
            return knowledge()
        return load_knowledge(framework, rules, fresh, own, before)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared, "load_knowledge", loaded)
        yield
