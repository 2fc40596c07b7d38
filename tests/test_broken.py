"""One fault, one message: at its line, with its name, and with what to do about it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from breaking import broken, check, faults, laid_out
from quips.authoring.messages import every_name, message

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
