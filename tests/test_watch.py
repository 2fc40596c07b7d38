"""``quips check --watch``: what is noticed, that what was read once is read right again, and the command as an editor runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from breaking import broken, check, faults, laid_out
from knowledge_base import ROOT
from quips.authoring.checkup import check_up
from quips.authoring.watching import Checker, changes
from served import hear_interrupts


def watched(folder: Path, *steps: Callable[[], object]) -> list[list[Path]]:
    """What is noticed after each step, and before the first; a step after which nothing is noticed gives nothing."""
    waiting = iter(steps)

    def wait() -> None:
        step = next(waiting, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    seen: list[list[Path]] = []
    with pytest.raises(KeyboardInterrupt):
        seen.extend(changes([folder], wait))
    return seen


def test_files_that_are_written_added_and_removed_are_noticed_once(tmp_path: Path) -> None:
    first, second, other = tmp_path / "a.yaml", tmp_path / "deep" / "b.yaml", tmp_path / "notes.txt"
    first.write_text("a: 1\n", encoding="utf-8")
    second.parent.mkdir()

    def renamed() -> None:
        first.rename(tmp_path / "c.yaml")

    seen = watched(
        tmp_path,
        lambda: None,
        lambda: second.write_text("b: 1\n", encoding="utf-8"),
        lambda: other.write_text("x", encoding="utf-8"),
        lambda: first.write_text("a: 12\n", encoding="utf-8"),
        lambda: os.utime(second, ns=(1, 1)),
        renamed,
        second.unlink,
    )
    assert seen == [[first], [second], [first], [second], sorted([first, tmp_path / "c.yaml"]), [second]]


def test_a_checker_says_the_same_as_a_check_from_nothing_through_many_edits(tmp_path: Path) -> None:
    folder = laid_out(tmp_path)
    checker = Checker(str(folder / "framework"), str(folder / "rules"), partial(check_up, durable=False))
    for fault in faults()[::7]:
        with broken(folder, fault):
            found = [(one.name, one.place.file, one.place.line, one.message) for one in checker.check().problems]
            fresh = [(one["name"], one["file"], one["line"], one["message"]) for one in check(folder)]
            assert found == fresh and len(found) == 1
        assert checker.check().problems == ()


def test_the_command_checks_when_a_file_is_saved_and_ends_quietly(tmp_path: Path) -> None:
    folder = laid_out(tmp_path)
    command = [sys.executable, "-m", "quips", "check", "--watch", "--format", "concise"]
    command += ["--rules", str(folder / "rules"), "--framework", str(folder / "framework")]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "engine"), "PYTHONUNBUFFERED": "1"}

    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, preexec_fn=hear_interrupts
    )
    assert process.stdout is not None
    try:
        lines = iter(process.stdout.readline, "")
        assert next(lines).startswith("Checking ") and next(lines).startswith("Waiting ")
        path = folder / "rules" / "visits" / "visit-made.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("severity: high", "severity: hihg"), encoding="utf-8")
        began = time.perf_counter()
        assert next(lines) == f"Checking {os.path.relpath(path)}.\n"
        assert next(lines).startswith(f"{path}:15:11: error wrong-value: ")
        assert time.perf_counter() - began < 5
        assert next(lines).startswith("Waiting ")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
        assert process.returncode == 0 and "Traceback" not in errors
    finally:
        process.kill()
        process.communicate()
