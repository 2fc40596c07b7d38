"""The trail of a round: every step that was taken, a row for each, sealed to the row before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from quips.places import Place
from quips.problems import Problem

BEGINNING = "0" * 64
"""What stands for the seal before the first row."""
SEAL_SHOWN = 16
"""How much of a seal is printed: enough that no two rows share it."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is about to be taken.

    Attributes:
        who: The reference of the person who takes it.
        did: What is done; a name of `quips.peeraudit.state`.
        case: The case it is about; empty for the whole round.
        about: What else is to be known of it, as JSON holds it.
        files: The files it rests on: path within the round, and SHA-256.
    """

    who: str
    did: str
    case: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A step that was taken.

    Attributes:
        number: Which row it is, from 1.
        at: When, in UTC, such as ``2026-11-26T10:00:00Z``.
        step: The step.
        before: The seal of the row before it.
        seal: The digest of all that.
    """

    number: int
    at: str
    step: Step
    before: str
    seal: str

    @property
    def line(self) -> str:
        """The row as it stands in the file, without the end of the line."""
        return _text({**_said(self.number, self.at, self.step, self.before), "seal": self.seal})


def seal(number: int, at: str, step: Step, before: str) -> Row:
    """Return a step as the row that follows another.

    Args:
        number: Which row it is, from 1.
        at: When, in UTC.
        step: The step.
        before: The seal of the row before it; `BEGINNING` for the first.

    Raises:
        ValueError: It says something that no file can hold: half a character, or a number that is none.
    """
    said = _text(_said(number, at, step, before))
    return Row(number, at, step, before, hashlib.sha256(said.encode()).hexdigest())


def read_rows(text: str, file: str) -> tuple[list[Row], list[Problem]]:
    """Return the rows of a trail, and everything that shows that they were edited or are not all there.

    Args:
        text: The trail, each line with its end.
        file: What to call it in messages.
    """
    rows: list[Row] = []
    problems: list[Problem] = []
    before, number = BEGINNING, 0
    for line_number, line in enumerate(text.split("\n")[:-1], 1):
        row = _row(line)
        if row is None:
            problems.append(_fault(file, line_number, "not-a-row", "This line is no row of a trail."))
            before = ""
            continue
        number += 1
        if not _is_sealed(row, line):
            problems.append(_fault(file, line_number, "row-edited", f"Row {row.number} was changed after it was written."))
        if (before and row.before != before) or row.number != number:
            message = f"Row {row.number} does not follow the one above it: a row was changed, taken out, put in or moved."
            problems.append(_fault(file, line_number, "row-missing", message))
            number = row.number
        before = row.seal
        rows.append(row)
    return rows, problems


def end_of(rows: Sequence[Row]) -> str:
    """Return what ``trail.end`` says of these rows: how many there are, and the last seal."""
    return f"{len(rows)} {rows[-1].seal if rows else BEGINNING}\n"


def end_problems(rows: Sequence[Row], end: str, file: str) -> list[Problem]:
    """Return what shows that rows at the end of a trail are gone.

    A crash after a row was written leaves an end that says one row fewer, which is as it should be.

    Args:
        rows: The rows there are.
        end: What ``trail.end`` says; empty if it is not there.
        file: What to call the trail in messages.
    """
    said = {end_of(rows), end_of(rows[:-1])}
    if end in said or (not end and len(rows) < 2):
        return []
    count = end.partition(" ")[0]
    there = (
        f"The trail has {len(rows)} rows, and trail.end says {count or 'nothing'}"
        if count.isdecimal()
        else "trail.end was changed"
    )
    return [_fault(file, len(rows), "rows-missing-at-end", f"{there}: rows were taken out, or the two are not of one round.")]


def holds_seal(rows: Sequence[Row], printed: str) -> Row | None:
    """Return the row that a printed seal, or the beginning of one, is of; None if there is none."""
    return next((row for row in rows if printed and row.seal.startswith(printed.lower())), None)


def _said(number: int, at: str, step: Step, before: str) -> dict[str, Any]:
    said = {"row": number, "at": at, "who": step.who, "did": step.did, "case": step.case}
    return {**said, "about": step.about, "files": step.files, "before": before}


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=False, separators=(", ", ": "), allow_nan=False)


def _row(line: str) -> Row | None:
    try:
        value = json.loads(line)
        step = Step(*(value[key] for key in ("who", "did", "case", "about", "files")))
        row = Row(value["row"], value["at"], step, value["before"], value["seal"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    texts = (row.at, row.before, row.seal, step.who, step.did, step.case)
    is_row = isinstance(row.number, int) and isinstance(step.about, dict) and isinstance(step.files, dict)
    return row if is_row and all(isinstance(text, str) for text in texts) else None


def _is_sealed(row: Row, line: str) -> bool:
    try:
        return seal(row.number, row.at, row.step, row.before).seal == row.seal and row.line == line
    except (ValueError, RecursionError):
        return False


def _fault(file: str, line: int, name: str, message: str) -> Problem:
    return Problem(Place(file, line), name, message, "Bring back the trail from a backup, and find out who changed it.")
