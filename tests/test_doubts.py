"""What is doubtful is held to a definition of its own: every small case is tried, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import chain, combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breaking import check, laid_out
from profiles import examples
from quips.authoring.conditiondoubts import _Doubts
from quips.authoring.messages import levelled
from quips.authoring.waivers import Waiver, sorted_by_waiver
from quips.conditions import ALWAYS, AllOf, AnyOf, Condition, Has, Not, Test
from quips.places import Place
from quips.problems import Problem
from quips.vocabulary import Term

TERMS = {
    "level": Term("level", "Level", "choice", "?", values={"low": "", "medium": "", "high": ""}),
    "tier": Term("tier", "Tier", "number", "?", bounds=(1, 3)),
}
ENTRIES = [("plan", None), ("plan", True), ("visit", None), ("visit", True)]
EVERY_CASE = [
    (level, tier, set(record))
    for level in ("low", "medium", "high")
    for tier in (1, 2, 3)
    for record in chain.from_iterable(combinations(ENTRIES, n) for n in range(len(ENTRIES) + 1))
]
FULL = AllOf((Test("full", "one_of", (True,)),))
LEAVES = st.one_of(
    st.sets(st.sampled_from(["low", "medium", "high"]), min_size=1).map(lambda v: Test("level", "one_of", tuple(sorted(v)))),
    st.integers(0, 4).map(lambda v: Test("tier", "at_least", v)),
    st.integers(0, 4).map(lambda v: Test("tier", "at_most", v)),
    st.builds(
        lambda names, where: Has(tuple(sorted(names)), where, False),
        st.sets(st.sampled_from(["plan", "visit"]), min_size=1),
        st.sampled_from([ALWAYS, FULL]),
    ),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=6,
)


def holds(condition: Condition, case: tuple[str, int, set[tuple[str, bool | None]]]) -> bool:
    level, tier, record = case
    match condition:
        case AllOf(parts):
            return all(holds(part, case) for part in parts)
        case AnyOf(parts):
            return any(holds(part, case) for part in parts)
        case Not(part):
            return not holds(part, case)
        case Test("level", _, value):
            return level in value
        case Test("tier", "at_least", value):
            return tier >= value
        case Test("tier", "at_most", value):
            return tier <= value
        case Has(names, where):
            return any(name in names and (full or not where.parts) for name, full in record)
    raise AssertionError(condition)


def numbered(condition: Condition, numbers: Iterator[int]) -> Condition:
    """Give every part of a condition a line of its own."""
    place = Place("x.yaml", next(numbers))
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return replace(condition, parts=tuple(numbered(part, numbers) for part in parts), place=place)
        case Not(part):
            return Not(numbered(part, numbers), place)
        case _:
            return replace(condition, place=place)


def without(condition: Condition, line: int) -> Condition | None:
    """Leave out of a condition the part on a line."""
    if condition.place.line == line:
        return None
    match condition:
        case AllOf(parts) | AnyOf(parts):
            kept = [without(part, line) for part in parts]
            return replace(condition, parts=tuple(part for part in kept if part is not None))
        case Not(part):
            left = without(part, line)
            return Not(left, condition.place) if left is not None else None
        case _:
            return condition


@examples(2)
@given(CONDITIONS)
def test_what_is_said_of_a_condition_is_true_of_every_case(drawn: Condition) -> None:
    condition = numbered(drawn, iter(range(1, 100)))
    truths = [holds(condition, case) for case in EVERY_CASE]
    found = list(_Doubts("x", TERMS).of(condition, []))
    for problem in found:
        if problem.place.line == 1:
            assert truths == [problem.name == "always-holds"] * len(EVERY_CASE)
            continue
        shorter = without(condition, problem.place.line)
        assert shorter is not None and [holds(shorter, case) for case in EVERY_CASE] == truths
    asks_record = "Has(" in repr(condition)
    if not asks_record and len(set(truths)) == 1:
        assert [problem.place.line for problem in found] == [1]


# Waivers -------------------------------------------------------------------------------------------------------------

TODAY = date(2026, 11, 26)
NAMES = ["answers-nothing", "placeholder", "circle", "no-such-message"]
PROBLEMS = st.lists(
    st.builds(
        lambda file, line, name, about: Problem(Place(file, line, 1), name, f"This is about '{about}'.", "Mend it."),
        st.sampled_from(["a.yaml", "b.yaml"]),
        st.integers(1, 9),
        st.sampled_from(NAMES[:3]),
        st.sampled_from(["one", "two"]),
    ),
    max_size=6,
)
WAIVERS = st.lists(
    st.builds(
        lambda name, about, days, file, line: Waiver(
            name, about, "x", "author", date.fromordinal(TODAY.toordinal() + days), Place(file, 100 + line, 1)
        ),
        st.sampled_from(NAMES),
        st.sampled_from(["", "one", "two"]),
        st.sampled_from([-1, 0, 1]),
        st.sampled_from(["a.yaml", "b.yaml"]),
        st.integers(1, 3),
    ),
    max_size=3,
)


@examples(4)
@given(PROBLEMS, WAIVERS)
def test_a_waiver_takes_out_what_it_names_in_its_own_file_and_nothing_else(
    problems: list[Problem], waivers: list[Waiver]
) -> None:
    problems = levelled(problems)
    found = sorted_by_waiver(problems, waivers, TODAY)
    named = {
        problem
        for problem in problems
        for waiver in waivers
        if problem.name == waiver.message != "circle"
        and problem.place.file == waiver.place.file
        and (not waiver.about or waiver.about in problem.message)
    }
    own = [problem for problem in found.left if problem.place.line > 100]
    assert {problem for problem in found.left if problem.place.line <= 100} == set(problems) - named
    assert {problem for problem, waiver in found.waived} <= named
    assert all(waiver.until >= TODAY and waiver.covers(problem) for problem, waiver in found.waived)
    # Every waiver lets something stand that is told no more, or is told of itself.
    for waiver in waivers:
        at_work = any(one is waiver for _, one in found.waived)
        assert at_work or any(problem.place == waiver.place for problem in own)
    assert not any(problem.name == "circle" for problem, _ in found.waived)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return laid_out(tmp_path)


def with_waiver(folder: Path, until: str) -> None:
    path = folder / "rules" / "visits" / "visit-made.yaml"
    text = path.read_text(encoding="utf-8")
    waiver = f"waivers: [{{message: unverified-source, because: It asks., owner: framework author, until: {until}}}]"
    path.write_text(text.replace("standing: published", f"standing: unverified\n{waiver}"), encoding="utf-8")


def test_a_waiver_holds_to_the_end_of_its_last_day(folder: Path) -> None:
    with_waiver(folder, "2026-12-31")
    assert check(folder, "--as-at", "2026-12-31", "--strict") == []
    [problem] = check(folder, "--as-at", "2027-01-01", "--strict")
    assert problem["name"] == "waiver-out-of-date" and "'unverified-source' (line " in problem["message"]
