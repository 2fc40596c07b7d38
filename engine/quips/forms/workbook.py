"""Writes a workbook to be filled in. Every answer is a locked sheet's unlocked cell; nothing written is read as a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from textwrap import wrap
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from quips.forms.sheets import LISTS, META, Answer, Expects, Label, Sheet, cell_name, lines_of
from quips.source import Path_
from quips.workdays import FIRST_YEAR, LAST_YEAR

Answers = dict[Path_, list[tuple[Any, Path_]]]
"""The values that stand in the cells of a path, in order, each with where in the record it is from."""

_FONT = {"font_name": "Arial", "font_size": 11, "valign": "top"}
_BLACK, _DARK, _QUIET, _PALE, _BAND, _WANTED = "#000000", "#1D3557", "#4A4A4A", "#F3F2F1", "#DCE6F0", "#FFF4C2"
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": _DARK},
    "marking": {"bold": True},
    "advice": {"text_wrap": True, "font_color": _QUIET},
    "head": {"bold": True, "text_wrap": True, "bg_color": _DARK, "font_color": "#FFFFFF", "valign": "vcenter"},
    "heading": {"bold": True, "text_wrap": True, "bg_color": _BAND, "top": 2, "font_size": 12},
    "question": {"text_wrap": True, "bg_color": _PALE},
    "told": {"text_wrap": True},
    "link": {"font_color": "#0B5394", "underline": 1},
}
_ANSWER = {**_FONT, "locked": False, "border": 1, "border_color": "#505050", "text_wrap": True, "bg_color": "#FFFFFF"}
_NUMBER_FORMATS = {"date": "d mmm yyyy", "text": "@", "number": "0", "word": "@"}
_MADE = datetime(2000, 1, 1)  # the same input gives the same bytes, so the day it was made is not kept


def workbook_bytes(
    sheets: Sequence[Sheet], kind: str, head: Mapping[str, Any], answers: Answers, marking: str, title: str
) -> bytes:
    """Return a workbook as the bytes of an ``.xlsx`` file; the same input gives the same bytes.

    Args:
        sheets: Its sheets, in their order.
        kind: What it is, such as ``case``.
        head: What else it says of how it was made.
        answers: What is filled in already, by path; used up as it is written.
        marking: The marking on each sheet.
        title: Its title.
    """
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    workbook.set_properties({"title": title, "created": _MADE})
    _Writer(workbook, marking, answers).write(sheets, lines_of(sheets, kind, head))
    workbook.close()
    return buffer.getvalue()


@dataclass
class _Writer:
    workbook: xlsxwriter.Workbook
    marking: str
    answers: Answers

    def __post_init__(self) -> None:
        add = self.workbook.add_format
        self.styles = {name: add({**_FONT, **style}) for name, style in _STYLES.items()}
        self.boxes = {
            kind: add({**_ANSWER, "num_format": form, "align": "left", "indent": 1}) for kind, form in _NUMBER_FORMATS.items()
        }
        self.help = add({**_FONT, "font_size": 9, "font_color": _QUIET})
        self.plain = {
            name: add({**_FONT, **{k: v for k, v in _STYLES[name].items() if k in ("bold", "font_size")}}) for name in _STYLES
        }
        self.unanswered = add({"bg_color": _WANTED})
        self.lists: dict[tuple[str, ...], str] = {}

    def write(self, sheets: Iterable[Sheet], meta: list[str]) -> None:
        written = [(sheet, self.workbook.add_worksheet(sheet.name)) for sheet in sheets]
        hidden = self.workbook.add_worksheet(META)
        self.hidden_lists = self.workbook.add_worksheet(LISTS)
        for n, line in enumerate(meta):
            hidden.write_string(n, 0, line)
        for sheet, worksheet in written:
            self.sheet(sheet, worksheet)
        for worksheet in (hidden, self.hidden_lists):
            worksheet.hide()
            worksheet.protect()

    def sheet(self, sheet: Sheet, worksheet: Worksheet) -> None:
        for column, width in enumerate(sheet.widths):
            worksheet.set_column(column, column, width)
        heights: dict[int, float] = {}
        for label in sheet.labels:
            self.label(worksheet, label.row - 1, label.column - 1, label)
            heights[label.row] = max(heights.get(label.row, 0), _label_height(label, sheet.widths))
        for answer in sheet.answers:
            self.validate(worksheet, answer)
            if answer.wanted:
                at = (answer.row - 1, answer.column - 1, answer.row - 1, answer.column + answer.times - 2)
                worksheet.conditional_format(*at, {"type": "blanks", "format": self.unanswered})
            for row, column, path in answer.cells():
                given = self.answers.get(path)
                value = given.pop(0)[0] if given else None
                self.answer(worksheet, row - 1, column - 1, answer.expects, value)
                heights[row] = max(heights.get(row, 0), _box_height(answer.expects, value, sheet.widths[column - 1]))
        for row, height in heights.items():
            worksheet.set_row(row - 1, min(height, _HIGHEST))
        self.page(sheet, worksheet)

    def label(self, worksheet: Worksheet, row: int, column: int, label: Label) -> None:
        style = self.styles[label.style]
        if label.link:
            worksheet.write_url(row, column, f"internal:{label.link}", style, label.text)
        elif label.help:
            worksheet.write_rich_string(row, column, self.plain[label.style], label.text, self.help, f"\n{label.help}", style)
        else:
            worksheet.write_string(row, column, label.text, style)

    def answer(self, worksheet: Worksheet, row: int, column: int, expects: Expects, value: Any) -> None:
        box: Format = self.boxes[expects.kind]
        said = next((said for said, means in expects.words.items() if value is not None and means == value), None)
        if value is None:
            worksheet.write_blank(row, column, None, box)
        elif said is not None:
            worksheet.write_string(row, column, said, box)
        elif expects.kind == "date":
            worksheet.write_datetime(row, column, datetime.combine(date.fromisoformat(value), datetime.min.time()), box)
        elif expects.kind == "number":
            worksheet.write_number(row, column, int(value), box)
        else:
            worksheet.write_string(row, column, str(value).replace("\r\n", "\n").replace("\r", "\n"), box)

    def validate(self, worksheet: Worksheet, answer: Answer) -> None:
        """Let a cell be filled in only with what it expects, as far as a spreadsheet can tell."""
        first_row, first, last = answer.row - 1, answer.column - 1, answer.column + answer.times - 2
        expects = answer.expects
        rule: dict[str, Any]
        if expects.kind == "word":
            told = f"Choose {_listed(expects.words)}." if len(expects.words) < 4 else "Choose a line from the list."
            rule = {"validate": "list", "source": self.list_of(tuple(expects.words))}
        elif expects.kind == "date":
            cell = cell_name(answer.row, answer.column)
            words = "".join(f',LOWER(TRIM({cell}))="{word.lower()}"' for word in expects.words)
            first_day, last_day = f"DATE({FIRST_YEAR},1,1)", f"DATE({LAST_YEAR - 10},12,31)"
            in_time = f"IF(ISNUMBER({cell}),AND({cell}>={first_day},{cell}<={last_day}),FALSE)"
            rule = {"validate": "custom", "value": f"=OR({in_time}{words})"}
            told = f"Write {_listed(['a day, such as 13 July 2009', *expects.words])}."
        elif expects.kind == "number":
            least, greatest = expects.bounds
            rule = {"validate": "integer", "criteria": "between", "minimum": least, "maximum": greatest}
            told = f"Write a whole number from {least} to {greatest}."
        else:
            return
        more = "" if answer.wanted else " Leave it blank if it is not known."
        rule |= {"ignore_blank": True, "error_title": "This does not fit here", "error_message": f"{told}{more}"}
        worksheet.data_validation(first_row, first, first_row, last, rule)

    def list_of(self, words: tuple[str, ...]) -> str:
        """Return where a list of words stands on the hidden sheet, and put it there when it is first needed."""
        if words not in self.lists:
            column = len(self.lists)
            for row, word in enumerate(words):
                self.hidden_lists.write_string(row, column, word)
            name = cell_name(1, column + 1).rstrip("1")
            self.lists[words] = f"='{LISTS}'!${name}$1:${name}${len(words)}"
        return self.lists[words]

    def page(self, sheet: Sheet, worksheet: Worksheet) -> None:
        """Set how a sheet is protected, printed and scrolled."""
        is_wide = sum(sheet.widths) > _PAGE_WIDTH
        worksheet.protect("", {"format_columns": True, "format_rows": True, "format_cells": False})
        worksheet.freeze_panes(3, 1)
        worksheet.hide_gridlines(2)
        worksheet.repeat_rows(2)
        worksheet.set_paper(9)
        worksheet.set_landscape()
        worksheet.set_margins(0.5, 0.5, 0.75, 0.75)
        if is_wide:
            worksheet.repeat_columns(0)
            worksheet.set_print_scale(75)
        else:
            worksheet.fit_to_pages(1, 0)
        marking = self.marking.replace("&", "&&")
        worksheet.set_header(f'&C&"Arial,Bold"&11{marking}')
        worksheet.set_footer(f'&L&"Arial,Regular"&9&A&C&"Arial,Bold"&11{marking}&R&"Arial,Regular"&9Page &P of &N')
        first = min(((one.row, one.column) for one in sheet.answers), default=(1, 1))
        worksheet.set_selection(first[0] - 1, first[1] - 1, first[0] - 1, first[1] - 1)


_PAGE_WIDTH = 210  # characters that fit on a landscape page at a size one can read
_HIGHEST = 409.0  # the height of a row in points that no spreadsheet goes beyond
_LINE, _SMALL_LINE = 14.5, 12.0  # the heights of lines in points; no program makes a row fit by itself when it opens a file


def _label_height(label: Label, widths: tuple[int, ...]) -> float:
    width = widths[label.column - 1]
    if label.style == "title":
        return 24
    if label.style in ("marking", "link"):
        return _LINE
    heavier = 0.92 if label.style in ("heading", "head") else 1
    space = 5 if label.style in ("heading", "head") else 3
    return _lines(label.text, width * 1.12 * heavier) * _LINE + _lines(label.help, width * 1.4) * _SMALL_LINE + space


def _box_height(expects: Expects, value: Any, width: int) -> float:
    texts = [*expects.words, "x" * width if expects.kind == "text" else "", str(value or "")]
    return max(_lines(text, width * 0.95) for text in texts) * _LINE + 3


def _lines(text: str, width: float) -> int:
    return sum(max(1, len(wrap(line, max(1, int(width))))) for line in text.splitlines())


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
