"""Whether a round is as it was: its trail, the files it rests on, the draw, the readings, and the figures of its reports."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from quips.audits import Auditor
from quips.peeraudit.book import Book
from quips.peeraudit.drawing import replay
from quips.peeraudit.folder import TRAIL, RoundFolder, digest_of
from quips.peeraudit.folding import StrangeRowError, state_of
from quips.peeraudit.handingin import reading_text
from quips.peeraudit.planfile import read_plan
from quips.peeraudit.rereading import is_from
from quips.peeraudit.reworking import BACK_AGAIN, Reworked, Written
from quips.peeraudit.state import RECORDED, REPORTED, REREAD, SUBMITTED, State
from quips.peeraudit.trail import Row, holds_seal
from quips.places import Place
from quips.problems import InputError, Level, Problem, QuipsError
from quips.storage.store import StorageError

KEPT_FOLDERS = ("drawn", "kept", "letters", "readings", "reports", "rereads")
_SHORTEST = 8
_NOT_SO = (LookupError, TypeError, ValueError, AttributeError)
"""What comes of a row that holds other things than a step writes."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: What: ``trail``, ``files``, ``left_over``, ``plan``, ``draw``, ``readings``, ``reports`` or ``seal``.
        looked_at: How many of them were looked at.
        problems: What is wrong, or should be looked at.
        not_done: What could not be looked at, and why, a line for each.
    """

    name: str
    looked_at: int
    problems: tuple[Problem, ...] = ()
    not_done: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verified:
    """What came of looking at a round.

    Attributes:
        rows: The rows of its trail.
        checks: What was looked at, in order.
        asked: The printed seal that was asked for; empty if none was.
        found: The row that it is of; None if there is none.
    """

    rows: tuple[Row, ...]
    checks: tuple[Check, ...]
    asked: str = ""
    found: Row | None = None

    @property
    def wrong(self) -> list[Problem]:
        """What is wrong."""
        return [problem for check in self.checks for problem in check.problems if problem.level is Level.ERROR]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong


def verify(
    folder: RoundFolder,
    auditor: Auditor,
    written: Written,
    printed: str = "",
    earlier: Book | None = None,
    progress: Callable[[list[Row]], Iterable[Row]] = iter,
) -> Verified:
    """Look at all of a round, and return whatever is not as its trail says; nothing is written.

    Args:
        folder: The round.
        auditor: What audits its cases.
        written: How figures are written down.
        printed: A printed seal to look for; empty for none.
        earlier: The earlier round that reports compare with; None if it is not at hand.
        progress: What shows how far the reading of forms is.

    Raises:
        StorageError: The trail cannot be read.
    """
    rows, faults = folder.rows_and_faults()
    checks = [Check("trail", len(rows), tuple(faults)), _files(folder, rows), _left_over(folder, rows)]
    book, plan = _plan(folder, auditor, faults)
    state, unfit = _state(folder, rows)
    checks.append(replace(plan, problems=(*plan.problems, *unfit)))
    checks.append(_draw(folder, book, state))
    checks.append(_readings(folder, book, rows, progress))
    checks.append(_reports(folder, book, rows, written, earlier))
    found = None
    if printed:
        found, problems = _seal(folder, rows, printed)
        checks.append(Check("seal", 1, tuple(problems)))
    return Verified(tuple(rows), tuple(checks), printed, found)


# Files ---------------------------------------------------------------------------------------------------------------------


def _files(folder: RoundFolder, rows: Sequence[Row]) -> Check:
    problems: list[Problem] = []
    first: dict[str, Row] = {}
    for row in rows:
        for path, digest in row.step.files.items():
            place = Place(str(folder.path / path))
            if path in first:
                message = f"Row {row.number} and row {first[path].number} both rest on {path}, and no file belongs to two steps."
                problems.append(Problem(place, "file-of-two-rows", message, BACK_AGAIN))
            first.setdefault(path, row)
            problems += _file_problems(folder, row, path, digest, place)
    return Check("files", len(first), tuple(problems))


def _file_problems(folder: RoundFolder, row: Row, path: str, digest: object, place: Place) -> Iterator[Problem]:
    what = f"{path}, on which row {row.number} rests ({row.step.did}{f', {row.step.case}' if row.step.case else ''}),"
    parts = PurePosixPath(path).parts
    if PurePosixPath(path).is_absolute() or ".." in parts or "\0" in path:
        yield Problem(place, "file-outside", f"{what} lies outside the round.", BACK_AGAIN)
        return
    if not (folder.path / path).is_file():
        yield Problem(place, "file-missing", f"{what} is not there.", BACK_AGAIN)
        return
    try:
        data = folder.read(path)
    except StorageError as error:
        yield Problem(place, "file-not-read", f"{what} cannot be read: {error}", "Bring it back from a backup.")
        return
    if digest_of(data) != digest:
        yield Problem(place, "file-changed", f"{what} was changed after that step.", BACK_AGAIN)


def _left_over(folder: RoundFolder, rows: Sequence[Row]) -> Check:
    """Say which files no row rests on: what a crash left before its row was written, or what somebody put there."""
    known = {path for row in rows for path in row.step.files}
    there = [
        path
        for name in KEPT_FOLDERS
        for path in sorted((folder.path / name).rglob("*"))
        if path.is_file() and not path.name.startswith((".", "~$"))
    ]
    over = [path for path in there if path.relative_to(folder.path).as_posix() not in known]
    return Check("left_over", len(there), tuple(_over(folder, path) for path in over))


def _over(folder: RoundFolder, path: Path) -> Problem:
    message = (
        f"No row of the trail rests on {path.relative_to(folder.path).as_posix()}: it was left by a step that was broken off, or "
        "somebody put it there."
    )
    return Problem(
        Place(str(path)), "left-over", message, "It counts for nothing. Take it out if nobody needs it.", Level.WARNING
    )


# The plan and the draw -----------------------------------------------------------------------------------------------------


def _plan(folder: RoundFolder, auditor: Auditor, faults: Sequence[Problem]) -> tuple[Book | None, Check]:
    try:
        plan = read_plan(folder, auditor.knowledge)
        return Book(folder, plan, auditor), Check("plan", 1)
    except InputError as error:
        return None, Check("plan", 1, tuple(one for one in error.problems if one not in faults))
    except QuipsError as error:
        return None, Check("plan", 1, (Problem(Place(str(folder.path)), "plan-not-read", str(error)),))
    except _NOT_SO:
        return None, Check("plan", 1, (_not_understood(folder, "of the draw"),))


def _state(folder: RoundFolder, rows: Sequence[Row]) -> tuple[State | None, list[Problem]]:
    try:
        return state_of(rows), []
    except StrangeRowError:
        return None, [_not_understood(folder, "was done")]


def _draw(folder: RoundFolder, book: Book | None, state: State | None) -> Check:
    if book is None or state is None:
        return Check("draw", 0, not_done=("The draw could not be made again: the plan or the trail has to be put right first.",))
    if state.drawn is None:
        return Check("draw", 0)
    try:
        return Check("draw", len(state.cases), tuple(replay(folder, book.plan, book.auditor.knowledge, state)))
    except _NOT_SO:
        return Check("draw", 0, (_not_understood(folder, "of the draw"),))


def _not_understood(folder: RoundFolder, what: str) -> Problem:
    message = f"What the trail says {what} cannot be understood: a row holds other things than a step writes."
    return Problem(Place(str(folder.path / TRAIL)), "row-not-understood", message, BACK_AGAIN)


# Readings ------------------------------------------------------------------------------------------------------------------

_FILE_OF: Mapping[str, str] = {RECORDED: "record", SUBMITTED: "reading", REREAD: "record"}


def _readings(
    folder: RoundFolder, book: Book | None, rows: Sequence[Row], progress: Callable[[list[Row]], Iterable[Row]]
) -> Check:
    """Read every form that was kept again, and hold what it says to the reading that was taken from it."""
    handed_in = [row for row in rows if row.step.did in _FILE_OF]
    if book is None:
        told = ("The readings could not be read again from their forms: the plan has to be put right first.",)
        return Check("readings", 0, not_done=told if handed_in else ())
    problems: list[Problem] = []
    looked_at = 0
    without = 0
    for row in progress(handed_in):
        said = str(row.step.about.get(_FILE_OF[row.step.did]))
        if said not in row.step.files:
            message = f"Row {row.number} names {said} as what was read, and does not say its digest."
            problems.append(Problem(Place(str(folder.path / TRAIL), row.number), "no-digest", message, BACK_AGAIN))
            continue
        form = next((path for path in row.step.files if path.startswith("kept/")), None)
        if form is None:
            without += row.step.did != REREAD  # the case file that was read again is kept as it was given
        elif all(digest_of(data) == row.step.files[path] for path, data in _held(folder, (said, form))):
            looked_at += 1
            problems += _read_again(folder, book, row, said, form)
    told = (f"{without} {'was' if without == 1 else 'were'} taken from no form, so there is nothing to read again.",)
    return Check("readings", looked_at, tuple(problems), told if without else ())


def _held(folder: RoundFolder, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        try:
            yield path, folder.read(path)
        except StorageError:
            yield path, b""  # which is told with the files


def _read_again(folder: RoundFolder, book: Book, row: Row, reading: str, form: str) -> Iterator[Problem]:
    place = Place(str(folder.path / form))
    data, kept, shown_as = folder.read(form), folder.read(reading), str(folder.path / form)
    try:
        if row.step.did == REREAD:
            is_so = is_from(data, shown_as, kept, book.auditor.knowledge)
        else:
            is_so = reading_text(book, data, shown_as).encode() == kept
    except QuipsError as error:
        message = f"The form of row {row.number} cannot be read again: {error}"
        yield Problem(place, "form-not-read", message, "If Quips or its vocabulary has changed since, verify with those of then.")
        return
    if not is_so:
        message = f"{reading} is not what its form says ({form}, row {row.number}, {row.step.case}, read by {row.step.who})."
        yield Problem(place, "reading-differs", message, "One of the two was changed with its row. Find out who changed them.")


# Reports -------------------------------------------------------------------------------------------------------------------


def _reports(folder: RoundFolder, book: Book | None, rows: Sequence[Row], written: Written, earlier: Book | None) -> Check:
    made = [row for row in rows if row.step.did == REPORTED]
    if book is None:
        told = ("The figures of the reports could not be worked out again: the plan has to be put right first.",)
        return Check("reports", 0, not_done=told if made else ())
    problems: list[Problem] = []
    not_done: list[str] = []
    looked_at = 0
    for row in made:
        one = Reworked(folder, book, rows, row, written, earlier)
        try:
            looked_at += not one.why_not
            problems += one.problems()
            not_done += one.not_done()
        except _NOT_SO:
            problems.append(_not_understood(folder, f"of the report of row {row.number}"))
    return Check("reports", looked_at, tuple(problems), tuple(not_done))


# A printed seal ------------------------------------------------------------------------------------------------------------


def _seal(folder: RoundFolder, rows: Sequence[Row], printed: str) -> tuple[Row | None, list[Problem]]:
    place = Place("--seal")
    seal = "".join(printed.split()).rstrip(".…").lower()
    if len(seal) < _SHORTEST or set(seal) - set(string.hexdigits):
        message = f"'{printed}' is no seal: that is {_SHORTEST} or more of the digits 0 to 9 and the letters a to f."
        return None, [Problem(place, "no-seal", message, "Type what the letter or the report prints.")]
    found = holds_seal(rows, seal)
    if found is not None:
        return found, []
    message = f"No row of {folder.path / TRAIL} has the seal {seal}: the trail is not the one that it was printed from."
    hint = "It may be of another round, or mistyped. If it is neither, the trail was rewritten: bring it back from a backup."
    return None, [Problem(place, "seal-not-found", message, hint)]
