"""Forms filled in by hand, as far as a test can: cells are found by what a person reads beside them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from building import VOCABULARY
from knowledge_base import knowledge
from quips.forms.layout import Choices
from quips.forms.writing import form_bytes
from quips.knowledge import Knowledge


@cache
def small() -> Knowledge:
    """The shipped knowledge base with the small vocabulary of the tests, so that forms are small."""
    return replace(knowledge(), vocabulary=VOCABULARY)


@cache
def blank(stages: tuple[str, ...] = ("assessment", "planning"), times: int = 2) -> bytes:
    return form_bytes(small(), choices=Choices(stages, times), reference="T-1")


def row_of(sheet: Worksheet, question: str, beneath: str = "") -> int:
    """Return the row whose first cell begins with a question, the first one beneath a heading."""
    rows = [(cell.row, str(cell.value or "").strip()) for cell in sheet["A"]]
    start = next(row for row, text in rows if text == beneath) if beneath else 0
    return next(row for row, text in rows if row > start and text.startswith(question))


class Filled:
    """A form in the hands of somebody who fills it in."""

    def __init__(self, data: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(data))

    def write(self, sheet: str, question: str, value: Any, beneath: str = "", column: int = 2) -> str:
        """Write an answer, and return the cell it went to as a message would name it."""
        row = row_of(self.book[sheet], question, beneath)
        cell = self.book[sheet].cell(row, column)
        cell.value = value
        if isinstance(value, str) and value.startswith("="):
            cell.data_type = "f"
        return f"{sheet}!{cell.coordinate}"

    def complete(self, answer: str = "Yes") -> Filled:
        sheet = self.book["Start here"]
        for cell in sheet["A"]:
            if str(cell.value or "").endswith("is the record complete?"):
                sheet.cell(cell.row, 2).value = answer
        return self

    def saved(self) -> bytes:
        buffer = io.BytesIO()
        self.book.save(buffer)
        return buffer.getvalue()


def with_parts(data: bytes, change: Callable[[str, bytes], bytes], more: dict[str, bytes] | None = None) -> bytes:
    """Return a workbook with its parts changed, and more parts added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(part, old.read(part)))
        for part, content in (more or {}).items():
            new.writestr(part, content)
    return buffer.getvalue()
