"""Where something stands: file, line and column, or sheet and cell, for messages and for findings."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A position in a file.

    Attributes:
        file: The file's name as a person would type it.
        line: The line, or the row of a sheet, counted from 1; 0 where only the file is known.
        column: The column, counted from 1; 0 where only the line is known.
        sheet: In a spreadsheet, the name of the sheet; empty for any other file.
    """

    file: str
    line: int = 0
    column: int = 0
    sheet: str = ""

    def __str__(self) -> str:
        """Return ``file:line:column``, the form that editors open at a click, or ``file: sheet!cell``.

        Example:
            >>> str(Place("case.yaml", 3, 5)), str(Place("FORM.xlsx", 14, 3, "Circumstances"))
            ('case.yaml:3:5', 'FORM.xlsx: Circumstances!C14')
        """
        if self.sheet:
            return f"{self.file}: {self.cell}"
        return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])

    def __lt__(self, other: tuple[object, ...]) -> bool:
        """Order by file, then sheet, then line and column, so that what stands on one sheet stays together."""
        if not isinstance(other, Place):
            return NotImplemented
        mine, others = ((one.file, one.sheet, one.line, one.column) for one in (self, other))
        return mine < others

    @property
    def cell(self) -> str:
        """The sheet and the cell, such as ``Circumstances!C14``; empty for a file that is no spreadsheet."""
        if not self.sheet or not self.line:
            return self.sheet
        return f"{self.sheet}!{letters(self.column)}{self.line}"

    @property
    def where(self) -> str:
        """Where in its file it stands, in words: ``line 14`` or ``Circumstances!C14``."""
        return self.cell or f"line {self.line}"


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


NOWHERE = Place("")
