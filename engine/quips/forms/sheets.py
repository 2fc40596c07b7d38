"""The sheets of a workbook to be filled in: plain data, written by one module, read back by another, whatever it asks about.

A workbook says of itself, on a hidden sheet, how it was made and what stands in each cell, so that it is read by what it says and
not by what a later version would ask.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from quips import __version__
from quips.places import letters
from quips.source import Path_

FORMAT = 1
META, LISTS = "_meta", "_lists"
MOST_TIMES = 100
_FIRST_ROW = 4  # beneath a sheet's title, its advice and the heads of its columns

Word = str | bool


@dataclass(frozen=True)
class Expects:
    """What a cell expects.

    Attributes:
        kind: ``word`` (one of a list), ``date``, ``number`` or ``text``.
        words: The words that can be chosen or written, and what each means.
        bounds: For a number, the least and the greatest it can be.
    """

    kind: str
    words: Mapping[str, Word] = field(default_factory=dict)
    bounds: tuple[int, int] = (0, 0)

    def plain(self) -> list[Any]:
        """Return it as JSON can hold it."""
        return [self.kind, dict(self.words), list(self.bounds)]


YES_NO = Expects("word", {"Yes": True, "No": False})
TEXT = Expects("text")
DAY = Expects("date")


@dataclass(frozen=True)
class Label:
    """A locked cell.

    Attributes:
        row: Its row, from 1.
        column: Its column, from 1.
        text: What it says.
        help: What it says beneath that, in smaller letters; may be empty.
        style: How it looks: ``title``, ``marking``, ``advice``, ``head``, ``heading``, ``question`` or ``told``.
        link: The cell of this workbook it leads to, such as ``'Delivery'!A5``; may be empty.
    """

    row: int
    column: int
    text: str
    help: str = ""
    style: str = "question"
    link: str = ""

    @property
    def whole(self) -> str:
        """The whole text of the cell."""
        return f"{self.text}\n{self.help}" if self.help else self.text


@dataclass(frozen=True)
class Answer:
    """A cell to be filled in, or several side by side that ask the same of the first time, the second time and so on.

    Attributes:
        row: Its row, from 1.
        column: The column of the first, from 1.
        path: Where in the record it belongs; ``#`` stands for the number of the time, from 0.
        expects: What it expects.
        times: How many cells.
        wanted: Whether it stands out until it is filled in.
    """

    row: int
    column: int
    path: Path_
    expects: Expects
    times: int = 1
    wanted: bool = False

    def cells(self) -> Iterator[tuple[int, int, Path_]]:
        """Yield the row, the column and the path of each cell."""
        for n in range(self.times):
            yield self.row, self.column + n, tuple(n if step == "#" else step for step in self.path)


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Attributes:
        name: Its name.
        widths: The widths of its columns, in characters.
        labels: Its locked cells.
        answers: Its cells to be filled in.
    """

    name: str
    widths: tuple[int, ...]
    labels: tuple[Label, ...]
    answers: tuple[Answer, ...]


class Builder:
    """Lays out one sheet from top to bottom."""

    def __init__(self, name: str, title: str, advice: str, heads: list[str], widths: list[int], marking: str) -> None:
        self.name, self.widths, self.row = name, tuple(widths), _FIRST_ROW
        self.labels = [Label(1, 1, title, style="title"), Label(2, 1, advice, style="advice")]
        self.labels.append(Label(1, 2, marking, style="marking"))
        self.labels += [Label(3, n, head, style="head") for n, head in enumerate(heads, 1)]
        self.answers: list[Answer] = []

    def heading(self, text: str, under: str = "") -> None:
        """Add a row that heads the rows below it."""
        self.labels.append(Label(self.row, 1, text, under, "heading"))
        self.row += 1

    def ask(
        self, text: str, under: str, answers: Iterable[tuple[Path_, Expects, int]], advice: str = "", wanted: Path_ = ()
    ) -> None:
        """Add a row: a question, the cells that answer it, and how to answer it; what is wanted stands out until it is there."""
        self.labels.append(Label(self.row, 1, text, under))
        column = 2
        for path, expects, times in answers:
            self.answers.append(Answer(self.row, column, path, expects, times, path == wanted))
            column += times
        if advice:
            self.labels.append(Label(self.row, column, advice, style="advice"))
        self.row += 1

    def ask_beside(
        self, text: str, under: str, answers: Sequence[tuple[Path_, Expects, int]], beside: Iterable[str], wanted: Path_ = ()
    ) -> None:
        """Add a row: a question, the cells that answer it, and what is to be read beside them."""
        column = 2 + sum(times for _, _, times in answers)
        self.labels += [Label(self.row, at, words, style="told") for at, words in enumerate(beside, column) if words]
        self.ask(text, under, answers, wanted=wanted)

    def row_of(self, text: str, under: str, more: Iterable[str]) -> None:
        """Add a row in which there is nothing to fill in: a text, and what stands in the columns beside it."""
        self.labels.append(Label(self.row, 1, text, under))
        self.labels += [Label(self.row, column, words, style="told") for column, words in enumerate(more, 2) if words]
        self.row += 1

    def sheet(self) -> Sheet:
        """Return the sheet."""
        return Sheet(self.name, self.widths, tuple(self.labels), tuple(self.answers))


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell, such as ``C14``."""
    return f"{letters(column)}{row}"


def lines_of(sheets: Sequence[Sheet], kind: str, head: Mapping[str, Any]) -> list[str]:
    """Return what a workbook says of itself, a line to a cell: first how it was made, then what stands in each cell.

    The first line holds a digest of all the others, so that a change to any of them is found.

    Args:
        sheets: Its sheets.
        kind: What it is, such as ``case``.
        head: What else is to be known of how it was made.
    """
    lines = []
    for sheet in sheets:
        lines += [json.dumps(["label", sheet.name, one.row, one.column, one.whole]) for one in sheet.labels]
        for one in sheet.answers:
            lines.append(json.dumps(["answer", sheet.name, one.row, one.column, one.times, list(one.path), one.expects.plain()]))
    made = {"form": FORMAT, "kind": kind, "quips": __version__, **head, "layout": digest_of_lines(lines)}
    return [json.dumps(made), *lines]


def sheets_from(lines: Sequence[str]) -> dict[str, Sheet]:
    """Return the sheets that the lines after the first describe, by name.

    Raises:
        ValueError, KeyError, TypeError, IndexError, AttributeError: They are not such lines.
    """
    labels: dict[str, list[Label]] = {}
    answers: dict[str, list[Answer]] = {}
    for line in lines:
        kind, sheet, row, column, *rest = json.loads(line)
        if kind == "label":
            [text] = rest
            labels.setdefault(str(sheet), []).append(Label(int(row), int(column), str(text)))
            continue
        times, path, (expected, words, bounds) = rest
        if not 1 <= int(times) <= MOST_TIMES or not path:
            raise ValueError(line)
        expects = Expects(str(expected), {str(word): value for word, value in words.items()}, (int(bounds[0]), int(bounds[1])))
        answers.setdefault(str(sheet), []).append(Answer(int(row), int(column), tuple(path), expects, int(times)))
    return {name: Sheet(name, (), tuple(labels[name]), tuple(answers.get(name, ()))) for name in labels}


def digest_of_lines(lines: Iterable[str]) -> str:
    """Return a digest of lines."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
