"""The folder of a round: its files, its trail, and one person's step at a time.

```text
round.yaml, people.csv, the list of cases    what the team writes
trail.jsonl, trail.end                       what happened
drawn/                                       the list that was drawn from, with the columns that the plan names
forms/                                       forms to fill in
kept/                                        every form as it was handed in
readings/, rereads/                          what was read out of them: case files
templates/, letters/, reports/               what goes out
.quips/                                      the lock; files on their way
```
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout

from quips.peeraudit.folding import after, state_of
from quips.peeraudit.state import State
from quips.peeraudit.trail import BEGINNING, Row, Step, end_of, end_problems, read_rows, seal
from quips.problems import InputError, Problem, QuipsError
from quips.storage.files import sync_folder, told_plainly, write_whole
from quips.storage.store import StorageError

PLAN, TRAIL, END = "round.yaml", "trail.jsonl", "trail.end"
OWN = ".quips"
_WAIT_SECONDS = 30
_LOOKS = 20


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class Turn:
    """One person's turn: nobody else takes a step while it lasts.

    Attributes:
        rows: The rows of the trail.
        state: The round as it stands.
    """

    folder: RoundFolder
    rows: tuple[Row, ...]
    state: State
    _kept: set[str] = field(default_factory=set)

    def keep(self, path: str, data: bytes) -> dict[str, str]:
        """Write a file of the step that is about to be taken, whole, and return its path with its digest.

        Args:
            path: Where, within the round; nothing that a row rests on stands there yet.
            data: What it holds.

        Raises:
            StorageError: It cannot be written, or would replace what a row rests on.
        """
        if any(path in row.step.files for row in self.rows):
            raise StorageError(f"{path} belongs to an earlier step and is never replaced.")
        if not (self.folder.path / PurePosixPath(path)).exists():
            self._kept.add(path)
        self.folder.write(path, data)
        return {path: digest_of(data)}

    def take(self, step: Step) -> Row:
        """Take a step: when this returns, its row is on the disk.

        Args:
            step: The step, whose files are kept already.

        Raises:
            StorageError: It cannot be written; the step is not taken.
            StrangeRowError: Nobody could read it again; the step is not taken.
        """
        self.folder.say_end(self.rows)  # so that a crash after the row leaves it one row behind at most
        try:
            row = seal(len(self.rows) + 1, self.folder.now(), step, self.rows[-1].seal if self.rows else BEGINNING)
        except ValueError as error:
            raise StorageError("What is said holds a character that no file can hold. Type it again.") from error
        state = after(self.state, row)  # a row that cannot be understood would be in everybody's way for ever
        self.folder.append(row)
        self.rows, self.state = (*self.rows, row), state
        with suppress(StorageError):  # the step is taken, whatever becomes of this
            self.folder.say_end(self.rows)
        return row

    def tidy(self) -> None:
        """Take away what was kept for a step that was not taken, by what the trail says now."""
        rested_on = {path for row in self.folder.rows() for path in row.step.files} if self._kept else set()
        for path in self._kept - rested_on:
            (self.folder.path / PurePosixPath(path)).unlink(missing_ok=True)


class RoundFolder:
    """A round's folder; several people, on several machines, may share it."""

    def __init__(self, path: Path, clock: Callable[[], datetime] = _clock) -> None:
        """Open a folder; nothing is written.

        Args:
            path: The folder.
            clock: What the time is, in UTC.

        Raises:
            StorageError: It is not there, or holds no plan.
        """
        self.path = path
        self._clock = clock
        if not path.is_dir():
            raise StorageError(f"There is no folder {path}. To begin a round: quips round new {path}")
        if not (path / PLAN).is_file():
            raise StorageError(f"{path} is no round: it has no {PLAN}. To begin one: quips round new {path}")

    def now(self) -> str:
        """Return the time in UTC, to the second."""
        return self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def today(self) -> str:
        """Return the day here, year-month-day."""
        return self._clock().astimezone().date().isoformat()

    def rows(self) -> tuple[Row, ...]:
        """Return the rows of the trail.

        Raises:
            InputError: It was edited, or rows are missing.
            StorageError: It cannot be read.
        """
        rows, problems = self.rows_and_faults()
        if problems:
            raise InputError(problems)
        return tuple(rows)

    def rows_and_faults(self) -> tuple[list[Row], list[Problem]]:
        """Return the rows of the trail that can be read, and all that shows that it is not as it was written.

        Raises:
            StorageError: It cannot be read.
        """
        name = str(self.path / TRAIL)
        for _ in range(_LOOKS):
            end, trail = self._bytes(END), self._trail()
            if self._bytes(END) == end:  # else somebody took a step between the two
                break
        rows, problems = read_rows(trail.decode(errors="replace"), name)
        return rows, problems + end_problems(rows, end.decode(errors="replace"), name)

    def state(self) -> State:
        """Return the round as it stands.

        Raises:
            InputError, StorageError: As for `rows`.
        """
        return state_of(self.rows())

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """Take a turn: wait for others, then look and step with nobody else doing so.

        Raises:
            InputError, StorageError: As for `rows`; or others are still busy.
        """
        with told_plainly(f"{self.path} cannot be used"):
            self._make(self.path / OWN)
            lock = FileLock(self.path / OWN / "lock", timeout=_WAIT_SECONDS, mode=self._mode)
            try:
                lock.acquire()
            except Timeout:
                raise StorageError(
                    f"Somebody else has been at work in {self.path} for {_WAIT_SECONDS} seconds. Nothing was changed. Try again."
                ) from None
            try:
                rows = self.rows()
                turn = Turn(self, rows, state_of(rows))
                try:
                    yield turn
                finally:
                    with suppress(QuipsError, OSError):  # what is left over does no harm
                        turn.tidy()
            finally:
                lock.release()

    def read(self, path: str) -> bytes:
        """Return what a file of the round holds.

        Raises:
            StorageError: It is not there, or cannot be read.
        """
        with told_plainly(f"{path} cannot be read"):
            return (self.path / PurePosixPath(path)).read_bytes()

    def write(self, path: str, data: bytes) -> None:
        """Write a file of the round, whole or not at all; those who can use the folder can use it.

        Raises:
            StorageError: It cannot be written.
        """
        target = self.path / PurePosixPath(path)
        with told_plainly(f"{path} cannot be written"):
            for folder in (self.path / OWN, target.parent):
                self._make(folder)
            write_whole(target, data, self.path / OWN, self._clock(), mode=self._mode)

    def append(self, row: Row) -> None:
        """Add a row to the trail; when this returns, it is on the disk.

        Raises:
            StorageError: It cannot be written; the trail is as it was.
        """
        path = self.path / TRAIL
        with told_plainly("The step cannot be written down, and was not taken"):
            is_new = not path.exists()
            with path.open("ab", buffering=0) as file:  # or what cannot be written now would be tried again on closing
                if is_new:
                    path.chmod(self._mode)
                whole, data = len(self._trail()), f"{row.line}\n".encode()
                try:
                    file.truncate(whole)  # what a crash left without an end was never acknowledged
                    while data:
                        data = data[file.write(data) :]
                    os.fsync(file.fileno())
                except BaseException:
                    file.truncate(whole)
                    raise
            if is_new:
                sync_folder(self.path)

    def say_end(self, rows: Sequence[Row]) -> None:
        """Write down how many rows the trail has, and the last seal, unless that stands there.

        Raises:
            StorageError: It cannot be written.
        """
        end = end_of(rows).encode()
        if self._bytes(END) != end and rows:
            self.write(END, end)

    @property
    def _mode(self) -> int:
        """The permissions of files: whoever can use the folder can use them."""
        return self.path.stat().st_mode & 0o666

    def _make(self, folder: Path) -> None:
        """Make a folder within the round, unless it is there, that those can use who can use the round's."""
        if not folder.is_dir():
            self._make(folder.parent)
            folder.mkdir(exist_ok=True)
            folder.chmod(stat.S_IMODE(self.path.stat().st_mode))

    def _trail(self) -> bytes:
        """The lines of the trail that have an end."""
        found = self._bytes(TRAIL)
        return found[: found.rfind(b"\n") + 1]

    def _bytes(self, name: str) -> bytes:
        path = self.path / name
        with told_plainly(f"{path} cannot be read"):
            return path.read_bytes() if path.exists() else b""


def digest_of(data: bytes) -> str:
    """Return the SHA-256 of what a file holds."""
    return hashlib.sha256(data).hexdigest()
