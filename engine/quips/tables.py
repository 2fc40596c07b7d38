"""Reads a list of cases from a CSV file or an Excel workbook: a row of headings, and below it one row for each case."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from quips.places import Place
from quips.problems import InputError, Problem, did_you_mean, listed

MAX_BYTES = 20_000_000
_SAVE_AS = "In Excel, save it as 'Excel Workbook (.xlsx)' or as 'CSV UTF-8'."


@dataclass(frozen=True, slots=True)
class Table:
    """A list as it was read, with only the columns that were asked for.

    Attributes:
        file: The file's name, with the sheet if it is a workbook.
        columns: The headings asked for, as they are matched: lower case, with ``_`` for spaces.
        rows: The number of each row, the headings being row 1 as a rule, and its cells, in the order of the columns.
        numbers: Where each column stands, counted from 1.
        left_unread: The other headings; nothing under them was kept.
    """

    file: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    numbers: tuple[int, ...]
    left_unread: tuple[str, ...]

    def place(self, row: int, column: str) -> Place:
        """Return where a cell stands."""
        return Place(self.file, row, self.numbers[self.columns.index(column)])

    def cell(self, row: int, column: str) -> str:
        """Return what a spreadsheet calls a cell, such as ``C14``."""
        return f"{letters(self.numbers[self.columns.index(column)])}{row}"


def read_table(path: Path, wanted: Iterable[str], sheet: str | None = None, also: Iterable[str] = ()) -> Table:
    """Read the wanted columns of a list.

    A heading is matched whatever its case and spacing. What is written differently in case or spacing only is the same value, and
    is shown as it is written most often. Rows that are empty are passed over.

    Args:
        path: A CSV file in UTF-8, or a workbook ending in ``.xlsx``.
        wanted: The headings that are needed.
        sheet: The sheet of a workbook; its only one, if left out.
        also: Headings that are read if they are there.

    Raises:
        InputError: If the file cannot be read, a wanted column is not there or is there twice, a cell holds a formula, or there
        are
            no rows. Everything that is wrong with it is told.
    """
    name, grid = _workbook(path, sheet) if path.suffix.lower() == ".xlsx" else (str(path), _comma_separated(path))
    filled = ((n, cells) for n, cells in grid if any(cells))
    head_row, headings = next(filled, (0, []))
    if not head_row:
        raise _refused(name, "empty-list", "The list is empty.", "Its first row has to be the headings.")
    keys = [key_of(heading) for heading in headings]
    there = [heading for heading in also if key_of(heading) in keys]
    columns = tuple(dict.fromkeys(key_of(heading) for heading in [*wanted, *there]))
    problems = [*_heading_problems(Place(name, head_row), keys, headings, columns)]
    if problems:
        raise InputError(problems)
    at = [keys.index(column) for column in columns]
    rows = [(n, [cells[i] if i < len(cells) else "" for i in at]) for n, cells in filled]
    if not rows:
        raise _refused(name, "no-cases", "There is no case under the headings.")
    left = tuple(heading for i, heading in enumerate(headings) if heading and i not in at)
    table = Table(name, columns, _one_spelling(rows), tuple(i + 1 for i in at), left)
    formulas = [
        Problem(table.place(n, column), "formula", f"Cell {table.cell(n, column)} holds a formula.", "Write the value itself.")
        for n, cells in table.rows
        for column, value in zip(columns, cells, strict=True)
        if value.startswith("=")
    ]
    if formulas:
        raise InputError(formulas)
    return table


def key_of(words: str) -> str:
    """Return a heading or a value as it is matched.

    Example:
        >>> key_of("  RoSH  level ")
        'rosh_level'
    """
    return "_".join(words.replace("_", " ").split()).casefold()


def letters(column: int) -> str:
    """Return the letters of a spreadsheet's column, counted from 1.

    Example:
        >>> letters(3), letters(28)
        ('C', 'AB')
    """
    found = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def _heading_problems(place: Place, keys: Sequence[str], headings: Sequence[str], wanted: Sequence[str]) -> Iterator[Problem]:
    for column in wanted:
        times = keys.count(column)
        if times > 1:
            twice = listed((letters(i + 1) for i, key in enumerate(keys) if key == column), "and")
            yield Problem(place, "column-twice", f"The column '{column}' is there more than once: {twice}.", "Leave one.")
        elif not times:
            hint = did_you_mean(column, [key for key in keys if key])
            if len(keys) == 1 and any(mark in headings[0] for mark in ";\t|"):
                hint = "The columns have to be parted by commas."
            shown = listed((f"'{heading}'" for heading in headings if heading), "and")
            yield Problem(place, "unknown-column", f"There is no column '{column}'; the headings are {shown}.", hint)


def _one_spelling(rows: list[tuple[int, list[str]]]) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Spell each value as it is spelled most often in its column."""
    spelled: dict[tuple[int, str], Counter[str]] = {}
    for _, cells in rows:
        for i, cell in enumerate(cells):
            spelled.setdefault((i, key_of(cell)), Counter())[cell] += 1
    chosen = {key: min(counts, key=lambda cell: (-counts[cell], cell)) for key, counts in spelled.items()}
    return tuple((n, tuple(chosen[i, key_of(cell)] for i, cell in enumerate(cells))) for n, cells in rows)


def _comma_separated(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        text = _bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(str(path), "not-utf-8", "This is not text in UTF-8.", _SAVE_AS) from error
    try:
        # rows are counted as a spreadsheet counts them, so a cell with a line break in it is still one row
        records = [*csv.reader(io.StringIO(text, newline=""), strict=True)]
    except csv.Error as error:
        raise _refused(str(path), "not-csv", f"This is not CSV as it should be: {error}.", _SAVE_AS) from error
    return ((n, [" ".join(cell.split()) for cell in record]) for n, record in enumerate(records, 1))


def _workbook(path: Path, sheet: str | None) -> tuple[str, Iterator[tuple[int, list[str]]]]:
    import openpyxl  # takes time to load, and most lists are CSV

    data = _bytes(path)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        sheets = {one.title: one for one in book.worksheets}
        if sheet is None and len(sheets) == 1:
            sheet = next(iter(sheets))
        grid = []
        if sheet in sheets:
            sheets[sheet].reset_dimensions()  # some programs write them wrong
            grid = [[_text(value) for value in row] for row in sheets[sheet].iter_rows(values_only=True)]
    except Exception as error:  # the library raises whatever it meets in a file that is not as it should be
        message = "The workbook is damaged, protected with a password, or no workbook, and cannot be read."
        raise _refused(str(path), "not-a-workbook", message, _SAVE_AS) from error
    if sheet not in sheets:
        named = listed((f"'{title}'" for title in sheets), "and")
        message = f"There is no sheet '{sheet}' in it; its sheets are {named}." if sheet else f"It has the sheets {named}."
        raise _refused(str(path), "which-sheet", message, "Say which with --sheet.")
    return f"{path} ({sheet})", iter(enumerate(grid, 1))


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else " ".join(str(value).split())


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _refused(str(path), "too-large", f"The file is larger than {MAX_BYTES // 1_000_000} megabytes.")
        return path.read_bytes()
    except OSError as error:
        message = f"The list cannot be read: {error.strerror or error}."
        raise _refused(str(path), "cannot-read", message, "Check the name and the folder.") from error


def _refused(file: str, name: str, message: str, hint: str = "") -> InputError:
    return InputError([Problem(Place(file), name, message, hint)])
