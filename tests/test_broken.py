"""One fault, one message: at its line, with its name, and with what to do about it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breaking import BROKEN, broken, check, faults, laid_out
from profiles import examples
from quips.authoring.messages import every_name, message
from quips.source import parse_yaml

FAULTS = faults()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return laid_out(tmp_path_factory.mktemp("sound"))


def test_nothing_is_said_of_the_sound_files(folder: Path) -> None:
    assert check(folder) == []


def test_there_are_many_faults_each_with_its_own_name() -> None:
    assert len(FAULTS) >= 120
    assert [name for name, n in Counter(fault["fault"] for fault in FAULTS).items() if n > 1] == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["fault"])
def test_a_fault_gives_one_message_at_its_line_with_a_remedy(folder: Path, fault: dict[str, Any]) -> None:
    with broken(folder, fault) as (file, line):
        problems = check(folder, *fault.get("options", []))
    assert [(one["name"], one["file"], one["line"]) for one in problems] == [(fault["gives"], file, line)]
    [problem] = problems
    assert problem["hint"].strip() and problem["message"].endswith(".")
    assert problem["level"] == message(fault["gives"]).level


def of_one_line(*names: str) -> list[dict[str, Any]]:
    """The faults of a rule that give one of some messages where the change begins."""
    of_rules = (one for one in FAULTS if one["file"].startswith("rules/") and "vocabulary" not in one["file"] and "at" not in one)
    return [fault for fault in of_rules if fault["gives"] in names]


UNREADABLE = of_one_line("not-yaml", "duplicate-key", "unknown-key", "wrong-value", "wrong-type")
MISNAMED = of_one_line("unknown-fact", "unknown-activity", "unknown-limit", "unknown-rule")


@pytest.mark.parametrize(("first", "second"), [*zip(UNREADABLE, cycle(MISNAMED), strict=False)], ids=lambda fault: fault["fault"])
def test_a_rule_that_cannot_be_read_hides_no_fault_of_another(folder: Path, first: Any, second: Any) -> None:
    if first["file"] == second["file"]:
        pytest.skip("the two faults are of one file")
    with broken(folder, first) as one, broken(folder, second) as other:
        found = {(problem["name"], problem["file"], problem["line"]) for problem in check(folder)}
    assert found == {(first["gives"], *one), (second["gives"], *other)}


# What cannot be broken in a file of the small knowledge base, and where it is tested instead.
ELSEWHERE = {
    "cannot-read": "test_source.py",
    "file-too-large": "test_source.py",
    "not-a-file": "test_source.py",
    "no-such-folder": "test_messages.py",
    "no-words": "test_citations.py",
    "not-in-line": "test_citations.py",
    "other-copy": "test_citations.py",
    "not-reached": "test_reached.py",
    "ended-before-start": "test_cli.py",
    "nothing-to-run": "test_broken.py",
}


def test_every_message_is_given_by_some_fault() -> None:
    given = {fault["gives"] for fault in FAULTS}
    assert sorted(set(every_name()) - given - set(ELSEWHERE)) == []
    for name, where in ELSEWHERE.items():
        assert name in (Path(__file__).parent / where).read_text(encoding="utf-8"), name


# Faults nobody thought of -----------------------------------------------------------------------------------------------

FILES = sorted(path.relative_to(BROKEN / "base") for path in (BROKEN / "base").rglob("*.yaml"))
ODD = [
    None,
    True,
    0,
    -1,
    10**9,
    1.5,
    "",
    "x",
    "not_yet",
    "2010-02-30",
    "trigger",
    "trigger.due",
    "memory",
    [],
    [[]],
    {},
    {"x": 1},
]


def paths_in(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a value, itself left out."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        yield (*here, key)
        yield from paths_in(child, (*here, key))


def changed(value: Any, path: tuple[Any, ...], how: str, to: Any) -> Any:
    """Change a value in one place."""
    copy = json.loads(json.dumps(value))
    parent = copy
    for step in path[:-1]:
        parent = parent[step]
    match how:
        case "put":
            parent[path[-1]] = to
        case "leave out":
            del parent[path[-1]]
        case "wrap":
            parent[path[-1]] = [parent[path[-1]]]
        case "rename" if isinstance(parent, dict):
            parent[str(to)] = parent.pop(path[-1])
        case "double" if isinstance(parent, list):
            parent.append(parent[path[-1]])
    return copy


@examples(0.5)
@given(st.data())
def test_whatever_is_changed_is_told_in_words(folder: Path, data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(FILES))
    path = folder / file
    before = path.read_text(encoding="utf-8")
    value = parse_yaml(before, "x.yaml").value
    where = data.draw(st.sampled_from(list(paths_in(value))))
    how = data.draw(st.sampled_from(["put", "put", "leave out", "wrap", "rename", "double"]))
    after = changed(value, where, how, data.draw(st.sampled_from(ODD)))
    path.write_text(json.dumps(after, indent=1), encoding="utf-8")
    try:
        for problem in check(folder):
            assert problem["message"].strip() and problem["hint"].strip(), problem
            assert problem["file"], problem
            assert message(problem["name"]).level == problem["level"]
    finally:
        path.write_text(before, encoding="utf-8")
