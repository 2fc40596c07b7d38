"""Forms of a round filled in as people do: the cells are those that the workbook itself says each question has."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import openpyxl

from knowledge_base import ROOT, knowledge
from quips.forms.filling import answers_of
from quips.forms.layout import Choices
from quips.source import Document, Path_, read_yaml

WORDS = {True: "Yes", False: "No", "yes": "Yes", "no": "No", "not_applicable": "Not applicable"}


class InHand:
    """A workbook in the hands of whoever fills it in."""

    def __init__(self, data: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(data))
        meta = [json.loads(cell.value) for cell in self.book["_meta"]["A"]]
        self.head: dict[str, Any] = meta[0]
        self.cells: dict[Path_, list[tuple[str, int, int, Mapping[str, Any]]]] = {}
        for kind, sheet, row, column, *rest in meta[1:]:
            if kind == "answer":
                times, path, (_, words, _) = rest
                for n in range(times):
                    where = tuple(n if step == "#" else step for step in path)
                    self.cells.setdefault(where, []).append((sheet, row, column + n, words))

    def write(self, path: Path_, value: Any, nth: int = 0) -> str:
        """Write an answer, and return its cell as a message names it."""
        sheet, row, column, words = self.cells[path][nth]
        cell = self.book[sheet].cell(row, column)
        said = next((word for word, means in words.items() if means == value and type(means) is type(value)), value)
        cell.value = said
        return f"{sheet}!{cell.coordinate}"

    def values(self, path: Path_) -> list[Any]:
        """What stands in the cells of a question."""
        return [self.book[sheet].cell(row, column).value for sheet, row, column, _ in self.cells[path]]

    def record(self, document: Document) -> InHand:
        """Write all that a case file says of circumstances and of what was done."""
        answers = answers_of(document, knowledge().vocabulary, Choices())
        for path, given in answers.items():
            if path in self.cells and path != ("case",) and path[0] != "judgements":
                for nth, (value, _) in enumerate(given):
                    self.write(path, value, nth)
        for path in self.cells:
            if path[0] == "complete":
                self.write(path, True)
        return self

    def judged(self, answers: Mapping[str, str], reason: str = "As the file shows.") -> InHand:
        for prompt, answer in answers.items():
            self.write(("judgements", prompt, "answer"), answer)
            if reason:
                self.write(("judgements", prompt, "reason"), reason)
        return self

    def saved(self) -> bytes:
        buffer = io.BytesIO()
        self.book.save(buffer)
        return buffer.getvalue()


def example(name: str = "composed-home-visits") -> Document:
    return read_yaml(ROOT / "examples" / "cases" / f"{name}.yaml")
