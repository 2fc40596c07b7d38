"""Where something stands: file, line and column, for messages and for findings."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A position in a file.

    Attributes:
        file: The file's name as a person would type it.
        line: The line, counted from 1; 0 where only the file is known.
        column: The column, counted from 1; 0 where only the line is known.
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Return ``file:line:column``, the form that editors open at a click."""
        return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])


NOWHERE = Place("")
