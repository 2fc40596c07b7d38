"""The trail and the folder of a round: what cannot be kept is refused, what several share all can use, nothing is half done."""

from __future__ import annotations

import os
import resource
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from quips.peeraudit.folder import END, TRAIL, RoundFolder
from quips.peeraudit.folding import StrangeRowError
from quips.peeraudit.trail import BEGINNING, Step, read_rows, seal
from quips.problems import QuipsError
from quips.storage.store import StorageError


@pytest.fixture
def folder(tmp_path: Path) -> RoundFolder:
    path = tmp_path / "round"
    path.mkdir()
    (path / "round.yaml").write_text("round: x\n", encoding="utf-8")
    return RoundFolder(path)


def raised(folder: RoundFolder, concern: str = "x") -> None:
    with folder.turn() as turn:
        turn.take(Step("R01", "raised", "TV-1", {"concern": concern, "told": "y"}))


def files(folder: RoundFolder) -> dict[str, bytes]:
    """Every file of the round, but for the lock."""
    found = [path for path in folder.path.rglob("*") if path.is_file() and path.name != "lock"]
    return {str(path.relative_to(folder.path)): path.read_bytes() for path in found}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_whoever_shares_the_folder_can_use_all_that_is_in_it(folder: RoundFolder) -> None:
    """A folder for a group, and people whose new files are by themselves for them alone."""
    folder.path.chmod(0o2770)
    before = os.umask(0o077)
    try:
        with folder.turn() as turn:
            kept = turn.keep("readings/deep/TV-1.yaml", b"case: TV-1\n")
            turn.take(Step("R01", "raised", "TV-1", {"concern": "x", "told": "y"}, kept))
    finally:
        os.umask(before)
    made = {path: stat.S_IMODE(path.stat().st_mode) for path in folder.path.rglob("*") if path.name != "round.yaml"}
    assert {mode for path, mode in made.items() if path.is_dir()} == {0o2770}
    assert {mode for path, mode in made.items() if path.is_file()} == {0o660}
    assert {path.name for path in made} >= {TRAIL, END, "lock", "TV-1.yaml", "deep"}


@pytest.mark.parametrize("strange", ["\\ud800", "NaN", "1e999", "[" * 5000 + "]" * 5000, "\\u0000"])
def test_an_edit_to_what_no_file_can_hold_is_told_and_not_stumbled_over(folder: RoundFolder, strange: str) -> None:
    raised(folder)
    raised(folder)
    value = f'"{strange}"' if strange.startswith("\\") else strange
    text = (folder.path / TRAIL).read_text(encoding="utf-8").replace('"x"', value, 1)
    _, problems = read_rows(text, "trail.jsonl")
    assert problems and problems[0].place.line == 1


def test_half_a_character_on_the_command_line_is_refused_in_words(folder: RoundFolder) -> None:
    raised(folder)
    before = files(folder)
    with pytest.raises(StorageError, match="no file can hold"):
        raised(folder, "what a terminal gives for a byte that is none: \udcff")
    assert files(folder) == before


@pytest.mark.parametrize(
    "step", [Step("R01", "danced"), Step("R01", "acted", "TV-9", {"actions": []}), Step("R01", "raised", "TV-1")]
)
def test_a_row_that_could_not_be_read_again_is_never_written(folder: RoundFolder, step: Step) -> None:
    raised(folder)
    before = files(folder)
    with folder.turn() as turn, pytest.raises(StrangeRowError, match="Row 2"):
        turn.take(step)
    assert files(folder) == before
    raised(folder)
    assert len(folder.rows()) == 2


def test_a_row_of_a_later_version_is_told_in_words(folder: RoundFolder) -> None:
    row = seal(1, "2026-10-01T09:00:00Z", Step("R01", "danced"), BEGINNING)
    (folder.path / TRAIL).write_text(f"{row.line}\n", encoding="utf-8")
    with pytest.raises(QuipsError, match="bring Quips up to date"):
        folder.state()


def test_what_was_kept_for_a_step_that_was_not_taken_is_taken_away(folder: RoundFolder) -> None:
    raised(folder)
    (folder.path / "readings").mkdir()
    (folder.path / "readings/mine.yaml").write_text("somebody put it there")
    before = files(folder)
    with pytest.raises(ZeroDivisionError), folder.turn() as turn:
        turn.keep("readings/TV-1.yaml", b"case: TV-1\n")
        raise ZeroDivisionError
    assert files(folder) == before
    with folder.turn() as turn:
        kept = turn.keep("readings/TV-1.yaml", b"case: TV-1\n")
        turn.take(Step("R01", "raised", "TV-1", {"concern": "x", "told": "y"}, kept))
    assert "readings/TV-1.yaml" in files(folder)


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file grow beyond a size: a write then fails half way, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("left", [0, 1, 60, 300])
def test_a_row_for_which_there_is_no_room_is_not_taken_and_leaves_nothing(folder: RoundFolder, left: int) -> None:
    raised(folder)
    before = files(folder)
    not_taken = pytest.raises(StorageError, match="cannot be written down, and was not taken")
    with room_for(len(before[TRAIL]) + left), not_taken, folder.turn() as turn:
        kept = turn.keep("readings/TV-1.yaml", b"case: TV-1\n")
        turn.take(Step("R01", "raised", "TV-1", {"concern": "x" * 400, "told": "y"}, kept))
    assert files(folder) == before
    raised(folder)
    assert len(folder.rows()) == 2


def test_a_row_that_comes_through_in_pieces_is_whole(folder: RoundFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system may write less than it was given."""
    real = Path.open

    def in_pieces(path: Path, mode: str = "r", *rest: object, **more: object) -> object:
        file = real(path, mode, *rest, **more)
        if "a" not in mode:
            return file

        class Slow:
            def __getattr__(self, name: str) -> object:
                return getattr(file, name)

            def __enter__(self) -> Slow:
                return self

            def __exit__(self, *failure: object) -> None:
                file.close()

            def write(self, data: bytes) -> int:
                return file.write(data[:7])

        return Slow()

    monkeypatch.setattr(Path, "open", in_pieces)
    raised(folder)
    raised(folder)
    assert len(folder.rows()) == 2
