"""Reads lists from CSV files and Excel workbooks: a row of headings, and below it one row for each case, or for each answer."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from quips.places import Place, letters
from quips.problems import InputError, Problem, did_you_mean, listed
from quips.workbooks import FORMULA, LIST, read_workbook

MAX_BYTES = 200_000_000
SAVE_AS = "In Excel, save it as 'Excel Workbook (.xlsx)' or as 'CSV UTF-8'."


Row = tuple[int, Sequence[str]]
"""The number of a row, or the line it begins on, and its cells."""


@dataclass(frozen=True, slots=True)
class Table:
    """A list as it was read, with only the columns that were asked for.

    Attributes:
        file: The file's name.
        sheet: The sheet, if it is a workbook; else empty.
        columns: The headings asked for, as they are matched: lower case, with ``_`` for spaces.
        rows: The number of each row, the headings being row 1 as a rule, and its cells, in the order of the columns.
        numbers: Where each column stands, counted from 1.
        left_unread: The other headings; nothing under them was kept.
    """

    file: str
    sheet: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    numbers: tuple[int, ...]
    left_unread: tuple[str, ...]

    def place(self, row: int, column: str) -> Place:
        """Return where a cell stands."""
        return Place(self.file, row, self.numbers[self.columns.index(column)], self.sheet)

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
            are no rows. Everything that is wrong with it is told.
    """
    name, title = str(path), ""
    grid: Iterator[Row]
    if path.suffix.lower() == ".xlsx":
        title, grid = workbook_rows(path, sheet)
    else:  # rows are counted as a spreadsheet counts them, so a cell with a line break in it is still one row
        grid = ((n, cells) for n, (_, cells) in enumerate(csv_rows(path), 1))
    squeezed = ((n, [" ".join(cell.split()) for cell in cells]) for n, cells in grid)
    filled = ((n, cells) for n, cells in squeezed if any(cells))
    head_row, headings = next(filled, (0, []))
    if not head_row:
        raise refused(path, "empty-list", "The list is empty.", "Its first row has to be the headings.")
    keys = [key_of(heading) for heading in headings]
    there = [heading for heading in also if key_of(heading) in keys]
    columns = tuple(dict.fromkeys(key_of(heading) for heading in [*wanted, *there]))
    problems = [*_heading_problems(Place(name, head_row, 1, title), keys, headings, columns)]
    if problems:
        raise InputError(problems)
    at = [keys.index(column) for column in columns]
    rows = [(n, [cells[i] if i < len(cells) else "" for i in at]) for n, cells in filled]
    if not rows:
        raise refused(path, "no-cases", "There is no case under the headings.")
    left = tuple(heading for i, heading in enumerate(headings) if heading and i not in at)
    table = Table(name, title, columns, _one_spelling(rows), tuple(i + 1 for i in at), left)
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


def csv_rows(path: Path) -> Iterator[Row]:
    """Yield the records of a CSV file, each with the line it begins on.

    Raises:
        InputError: It cannot be read, or is no CSV in UTF-8.
    """
    reader = csv.reader(io.StringIO(text_of_file(path), newline=""), strict=True)
    line = 1
    try:
        for record in reader:
            yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"This is not CSV as it should be: {error}."
        raise InputError([Problem(Place(str(path), line), "not-csv", message, SAVE_AS)]) from error


def workbook_rows(path: Path, sheet: str | None = None, prefer: str = "") -> tuple[str, Iterator[Row]]:
    """Return the name of a sheet of a workbook, and its rows, empty ones among them.

    Args:
        path: The workbook.
        sheet: The sheet; its only one, if left out.
        prefer: Where there are several and none is asked for, the one of this name, else the first.

    Raises:
        InputError: It cannot be read, is not safe to read, or it is not said which of its sheets.
    """
    grids = read_workbook(path, str(path), LIST)
    if sheet is None and len(grids) == 1:
        sheet = next(iter(grids))
    elif sheet is None and grids and prefer:
        sheet = next((title for title in grids if key_of(title) == prefer), next(iter(grids)))
    if sheet is None or sheet not in grids:
        named = listed((f"'{title}'" for title in grids), "and") or "none"
        message = f"There is no sheet '{sheet}' in it; its sheets are {named}." if sheet else f"It has the sheets {named}."
        raise refused(path, "which-sheet", message, "Say which with --sheet.")
    rows: dict[int, dict[int, str]] = {}
    for (row, column), value in grids[sheet].items():
        rows.setdefault(row, {})[column] = text_of_value(value)
    last = max(rows, default=0)
    wide = {n: max(cells) for n, cells in rows.items()}
    return sheet, ((n, [rows[n].get(c, "") for c in range(1, wide[n] + 1)] if n in rows else []) for n in range(1, last + 1))


def text_of_value(value: Any) -> str:
    """Return what a cell holds as text; of a formula, which is never worked out, the sign that it begins with.

    Example:
        >>> text_of_value(True), text_of_value(4.0), text_of_value(datetime(2010, 4, 19, 9, 30)), text_of_value(None)
        ('yes', '4', '2010-04-19', '')
    """
    if value is FORMULA:
        return "="
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def text_of_file(path: Path) -> str:
    """Return the text of a file in UTF-8.

    Raises:
        InputError: It cannot be read, is too large, or is not text.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise refused(path, "too-large", f"The file is larger than {MAX_BYTES // 1_000_000} megabytes.")
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        message = f"The list cannot be read: {error.strerror or error}."
        raise refused(path, "cannot-read", message, "Check the name and the folder.") from error
    except UnicodeDecodeError as error:
        raise refused(path, "not-utf-8", "This is not text in UTF-8.", SAVE_AS) from error


def refused(path: Path, name: str, message: str, hint: str = "") -> InputError:
    """Return the error that says why a whole file cannot be used."""
    return InputError([Problem(Place(str(path)), name, message, hint)])
