"""Several at work at once, a crash at any moment, a full disk, and a trail that somebody edited."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_base import ROOT
from quips.peeraudit.folder import END, TRAIL, RoundFolder
from quips.peeraudit.trail import Step, end_problems, read_rows
from quips.problems import InputError
from quips.storage.store import StorageError

# Takes one step after another, each resting on a file, and says so once it is taken.
WORKER = """
import sys
from pathlib import Path
from quips.peeraudit.folder import RoundFolder
from quips.peeraudit.trail import Step
folder, who, times = RoundFolder(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])
for n in range(times):
    with folder.turn() as turn:
        path = f"readings/{who}.{len(turn.rows)}.yaml"
        files = turn.keep(path, b"case: TV-1\\n" * 200)
        row = turn.take(Step(who, "raised", "TV-1", {"concern": "x", "told": "y"}, files))
    print(row.number, flush=True)
"""


def begun(path: Path) -> RoundFolder:
    path.mkdir()
    (path / "round.yaml").write_text("round: x\n", encoding="utf-8")
    return RoundFolder(path)


def worker(folder: Path, who: str, times: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "engine")}
    command = [sys.executable, "-c", WORKER, str(folder), who, str(times)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def raised(folder: RoundFolder, who: str = "R01") -> None:
    with folder.turn() as turn:
        turn.take(Step(who, "raised", "TV-1", {"concern": "x", "told": "y"}))


def test_two_at_once_take_turns_and_nothing_is_lost(tmp_path: Path) -> None:
    folder = begun(tmp_path / "round")
    both = [worker(folder.path, who, 25) for who in ("R01", "R02")]
    said = [int(line) for one in both for line in one.communicate(timeout=120)[0].split()]
    assert [one.returncode for one in both] == [0, 0]
    rows = folder.rows()
    assert sorted(said) == [row.number for row in rows] == list(range(1, 51))
    assert all((folder.path / path).is_file() for row in rows for path in row.step.files)


def test_killed_at_any_moment_nothing_that_was_acknowledged_is_lost(tmp_path: Path) -> None:
    folder, chance, acknowledged = begun(tmp_path / "round"), random.Random(7), 0
    for n in range(12):
        one = worker(folder.path, f"R{n:02}", 10_000)
        assert one.stdout is not None
        acknowledged = int(one.stdout.readline())  # it is at work
        time.sleep(chance.random() / 20)
        one.send_signal(signal.SIGKILL)
        rest = one.communicate(timeout=60)[0].split("\n")
        acknowledged = max([acknowledged, *(int(line) for line in rest[:-1] if line)])
        rows = folder.rows()  # sound, or this would say what is wrong
        assert len(rows) in (acknowledged, acknowledged + 1)
        assert all((folder.path / path).read_bytes() for row in rows for path in row.step.files)
    raised(folder)
    assert len(folder.rows()) > acknowledged >= 12


@pytest.mark.parametrize("which", range(1, 12))
def test_a_full_disk_leaves_the_step_taken_or_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: int) -> None:
    """Each flush to the disk fails in turn; the folder is sound, and once there is room again the next step goes."""
    folder = begun(tmp_path / "round")
    raised(folder)
    before, count, real = len(folder.rows()), 0, os.fsync

    def full(descriptor: int) -> None:
        nonlocal count
        count += 1
        if count == which:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    failed = False
    try:
        with folder.turn() as turn:
            files = turn.keep("readings/TV-1.R01.1.yaml", b"case: TV-1\n")
            turn.take(Step("R01", "raised", "TV-1", {"concern": "x", "told": "y"}, files))
    except StorageError as error:
        failed = True
        assert "no room left" in str(error)
    monkeypatch.setattr(os, "fsync", real)
    assert len(folder.rows()) == before + (not failed)
    raised(folder)
    assert len(folder.rows()) == before + (not failed) + 1


def test_a_row_that_was_not_finished_is_no_row(tmp_path: Path) -> None:
    folder = begun(tmp_path / "round")
    raised(folder)
    whole = (folder.path / TRAIL).read_bytes()
    for length in (1, 20, len(whole) - 1):
        (folder.path / TRAIL).write_bytes(whole + whole[:length])
        assert len(folder.rows()) == 1
    raised(folder)
    assert len(folder.rows()) == 2 and (folder.path / TRAIL).read_bytes().startswith(whole)


def trail(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = begun(tmp_path_factory.mktemp("trail") / "round")
    for n in range(6):
        raised(folder, f"R{n:02}")
    return (folder.path / TRAIL).read_text(encoding="utf-8"), (folder.path / END).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    return trail(tmp_path_factory)


def is_found(text: str, end: str) -> bool:
    rows, problems = read_rows(text, "trail.jsonl")
    return bool(problems or end_problems(rows, end, "trail.jsonl"))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_character_is_found(sound: tuple[str, str], data: st.DataObject) -> None:
    text, end = sound
    at = data.draw(st.integers(0, len(text) - 2))
    other = data.draw(st.characters(codec="utf-8", exclude_characters=text[at]))
    assert is_found(text[:at] + other + text[at + 1 :], end)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_row_taken_out_doubled_or_moved_is_found(sound: tuple[str, str], data: st.DataObject) -> None:
    text, end = sound
    lines = text.splitlines(keepends=True)
    at, to = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    without = lines[:at] + lines[at + 1 :]
    assert is_found("".join(without), end)
    assert is_found("".join([*lines[:at], lines[at], *lines[at:]]), end)
    moved = [*without[:to], lines[at], *without[to:]]
    assert moved == lines or is_found("".join(moved), end)


def test_the_commands_refuse_to_go_on_from_an_edited_trail(tmp_path: Path) -> None:
    folder = begun(tmp_path / "round")
    for n in range(3):
        raised(folder, f"R{n:02}")
    path = folder.path / TRAIL
    path.write_text(path.read_text(encoding="utf-8").replace('"who": "R01"', '"who": "R09"'), encoding="utf-8")
    with pytest.raises(InputError, match=r"Row 2 was changed after it was written"):
        raised(folder)
