"""Reads a filled workbook back: what it says of itself, and the answer in each of its boxes with the cell it stands in."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from quips.forms.answers import AnswerError, answer
from quips.forms.sheets import FORMAT, LISTS, META, Expects, Sheet, digest_of_lines, sheets_from
from quips.places import Place
from quips.problems import InputError, Problem, did_you_mean, listed
from quips.source import Path_
from quips.workbooks import Grid, read_workbook


@dataclass(frozen=True)
class Given:
    """An answer, and the cell it stands in."""

    value: Any
    place: Place


@dataclass
class Filled:
    """A filled workbook.

    Attributes:
        file: What it is called in messages.
        head: How it was made, as it says of itself.
        sheets: Its sheets as they were made, by name.
        problems: What is wrong with its answers.
        given: The answers, by path.
        cells: By path, the first cell of it, what it expects, and whether there are several.
        unread: The paths with an answer that cannot be read.
    """

    file: str
    head: Mapping[str, Any]
    sheets: Mapping[str, Sheet]
    problems: list[Problem] = field(default_factory=list)
    given: dict[Path_, list[Given]] = field(default_factory=dict)
    cells: dict[Path_, tuple[Place, Expects, bool]] = field(default_factory=dict)
    unread: set[Path_] = field(default_factory=set)

    def _note(self, sheet: Sheet, grid: Grid) -> None:
        """Read the answers of one sheet."""
        for one in sheet.answers:
            for row, column, path in one.cells():
                place = Place(self.file, row, column, sheet.name)
                several = path in self.cells
                self.cells[path] = (
                    self.cells[path][0] if several else place,
                    one.expects if not several else self.cells[path][1],
                    several,
                )
                if (row, column) not in grid:
                    continue
                try:
                    self.given.setdefault(path, []).append(Given(answer(one.expects, grid[row, column]), place))
                except AnswerError as error:
                    self.problems.append(Problem(place, error.name, error.message, error.hint))
                    self.unread.add(path)
        self.given = {path: given for path, given in self.given.items() if given}

    def one(self, *path: str | int) -> Any:
        """Return the answer to a question; None if there is none."""
        return self.given[path][0].value if path in self.given else None

    def place(self, *path: str | int) -> Place:
        """Return the cell that an answer stands in, or would stand in."""
        return self.cells[path][0] if path in self.cells else Place(self.file)


def is_to_be_filled_in(path: Path) -> bool:
    """Whether a workbook says of itself how it was made, as those do that are made to be filled in; anything else is none."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("xl/workbook.xml") as part:
            return f'name="{META}"' in part.read(1_000_000).decode(errors="replace")
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return False  # whoever reads it will say what is wrong with it


def read_filled(source: Path | bytes, shown_as: str, kinds: Mapping[str, str]) -> Filled:
    """Read a workbook that somebody has filled in.

    Args:
        source: The file, or its bytes.
        shown_as: What to call it in messages.
        kinds: The kinds that it can be, each with what to do to have a new one.

    Returns:
        What it says. Answers that cannot be read are in its ``problems``, and stand nowhere else; so is what was written
        outside the boxes, or over a question.

    Raises:
        InputError: It is no such workbook, not safe to read, or rows or sheets of it were moved or renamed.
    """
    grids = read_workbook(source, shown_as)
    head, sheets = _made(grids, shown_as, kinds)
    found = Filled(shown_as, head, sheets)
    fresh = kinds[head["kind"]]
    unread = [*_missing_sheets(grids, sheets, shown_as, fresh)]
    found.problems += _added_sheets(grids, sheets, shown_as)
    for sheet in sheets.values():
        grid = grids.get(sheet.name, {})
        edited = _edited(sheet, grid) if sheet.name in grids else []
        if len(edited) > 1:  # rows may have been moved: what stands where cannot be told
            unread.append(_moved(sheet, grid, edited, shown_as, fresh))
            continue
        if edited:
            found.problems.append(_changed(sheet, grid, edited[0], shown_as))
        found.problems += _outside(sheet, grid, shown_as)
        found._note(sheet, grid)
    if unread:
        raise InputError([*unread, *found.problems])
    return found


def _made(grids: Mapping[str, Grid], file: str, kinds: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Sheet]]:
    """Return how a form was made.

    Raises:
        InputError: It is not a form, or its hidden sheet was changed, or a later version made it.
    """

    def refused(name: str, message: str, hint: str) -> InputError:
        return InputError([Problem(Place(file), name, message, hint)])

    fresh = " ".join(dict.fromkeys(kinds.values()))  # each is a sentence
    if META not in grids:
        message = "This workbook is not a form that Quips made, or the sheet that says so was taken out."
        raise refused("not-a-form", message, fresh)
    grid = grids[META]
    lines = [str(grid[row, 1]) for row in range(1, len(grid) + 1) if (row, 1) in grid]
    changed = refused(
        "form-changed",
        "The hidden sheet that says what stands where was changed.",
        f"Copy the answers into a new one. {fresh}",
    )
    try:
        head = json.loads(lines[0])
        if int(head["form"]) > FORMAT:
            message = f"This form was made by a later version of Quips ({head['quips']})."
            raise refused(
                "later-version", message, "Ask whoever sent it for a form made with your version, or bring Quips up to date."
            )
        if head["layout"] != digest_of_lines(lines[1:]) or len(lines) != len(grid):
            raise changed
        if head["kind"] not in kinds:
            message = f"This workbook asks for something else than what is wanted here: it is of the kind '{head['kind']}'."
            raise refused("another-kind", message, f"There may be a command for that kind. {fresh}")
        return head, sheets_from(lines[1:])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise changed from error


def _missing_sheets(grids: Mapping[str, Grid], sheets: Mapping[str, Sheet], file: str, fresh: str) -> Iterator[Problem]:
    added = _added(grids, sheets)
    for name in (name for name in sheets if name not in grids):
        hint = f"The sheets that are not of the form are called {listed(map(repr, added), 'and')}." if added else _copy(fresh)
        yield Problem(Place(file), "sheet-missing", f"The sheet '{name}' is not there; it was renamed or taken out.", hint)


def _added_sheets(grids: Mapping[str, Grid], sheets: Mapping[str, Sheet], file: str) -> Iterator[Problem]:
    missing = [name for name in sheets if name not in grids]
    renamed = f"If it is {listed(map(repr, missing))}, give it that name again. Otherwise take" if missing else "Take"
    for name in _added(grids, sheets):
        hint = did_you_mean(name, missing) or f"{renamed} it out; write what it says where the form asks for it."
        yield Problem(Place(file, sheet=name), "sheet-added", "This sheet is not part of the form, so it is not read.", hint)


def _added(grids: Mapping[str, Grid], sheets: Mapping[str, Sheet]) -> list[str]:
    return [name for name, grid in grids.items() if grid and name not in sheets and name not in (META, LISTS)]


def _edited(sheet: Sheet, grid: Grid) -> list[tuple[int, int]]:
    """Return the cells in which a sheet does not say what it was made with."""
    labels = {(one.row, one.column): one.text for one in sheet.labels}
    return [cell for cell, text in sorted(labels.items()) if even(grid.get(cell, "")) != even(text)]


def _moved(sheet: Sheet, grid: Grid, edited: Sequence[tuple[int, int]], file: str, fresh: str) -> Problem:
    """Return that rows of a sheet may have been moved, at the first cell that differs."""
    more = f" {len(edited) - 1} more cells of this sheet differ too; rows may have been moved."
    hint = f"Undo that, or copy the answers into a new form. Nothing on this sheet was read. {fresh}"
    at, message = _differs(sheet, grid, edited[0], file)
    return Problem(at, "question-changed", message + more, hint)


def _changed(sheet: Sheet, grid: Grid, cell: tuple[int, int], file: str) -> Problem:
    """Return that one question of a sheet was changed, which leaves all others where they were."""
    at, message = _differs(sheet, grid, cell, file)
    return Problem(at, "question-changed", message, "Undo that: write in the cell what the form says.")


def _differs(sheet: Sheet, grid: Grid, cell: tuple[int, int], file: str) -> tuple[Place, str]:
    said = first_line(next(one.text for one in sheet.labels if (one.row, one.column) == cell))
    there = first_line(str(grid.get(cell, ""))[:60])
    now = f"and now it says '{there}'" if there else "and that is gone"
    return Place(file, *cell, sheet.name), f"Here the form says '{said}', {now}."


def _outside(sheet: Sheet, grid: Grid, file: str) -> Iterator[Problem]:
    """Yield what is written outside the boxes of a sheet."""
    boxes = {(row, column) for one in sheet.answers for row, column, _ in one.cells()}
    for row, column in sorted(set(grid) - boxes - {(one.row, one.column) for one in sheet.labels}):
        message, hint = "This stands outside the boxes, so it is not read.", "Move it to the box it belongs in."
        yield Problem(Place(file, row, column, sheet.name), "outside-the-boxes", message, hint)


def _copy(fresh: str) -> str:
    return f"Copy the answers into a new one. {fresh}"


def even(text: object) -> str:
    """Return text with its spaces and line breaks made even."""
    return " ".join(str(text).split())


def first_line(text: str) -> str:
    """Return the first line of a text, as far as a message has room for it."""
    return text.splitlines()[0].strip()[:80] if text.strip() else ""
