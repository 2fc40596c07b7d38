"""Scores as an Excel workbook: one table on each sheet, no merged cells, and charts that Excel draws itself."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from math import ceil
from typing import Any

import xlsxwriter

from quips.change import Area
from quips.reports.scorepage import answered, areas_of, grouped
from quips.reports.scoretext import INDICATIVE, heading_of, overturned_words, rating_words, standing_words, undecided_words
from quips.scoring.cards import Scorecard
from quips.scoring.tree import Scored
from quips.shares import whole_percent

Row = Sequence[str | int | None]

_HEAD = ("Number", "Level", "Title", "Score %", "Low %", "High %", "Yes", "Relevant cases", "Not applicable", "Rating", "Printed")
_WIDTHS = (10, 14, 54, 8, 8, 8, 8, 10, 12, 36, 18)
_LIMITS = ("95% limits from", "95% limits to", "99.8% limits from", "99.8% limits to", "Lies")
_HOW, _HOW_WIDTHS = ("Number", "Title", "Rests on", "How", "Notes"), (10, 46, 34, 46, 46)
_LINE = 15


def to_workbook(card: Scorecard, marking: str) -> bytes:
    """Return a scorecard as the bytes of a workbook.

    Args:
        card: The scorecard.
        marking: The protective marking, in the header of each printed page and on the first sheet.
    """
    data = io.BytesIO()
    book = xlsxwriter.Workbook(
        data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": heading_of(card), "created": datetime(2000, 1, 1)})  # the same input gives the same bytes
    writer = _Writer(book, marking)
    writer.table("About", ("What", "Said"), list(_about(card, marking)), (26, 110))
    nodes = [scored for scored in card.walk() if not scored.is_question]
    writer.table("Scores", _HEAD, [_row(scored) for scored in nodes], _WIDTHS)
    writer.table("How", _HOW, [_how(scored) for scored in nodes], _HOW_WIDTHS)
    writer.chart("Chart", [scored for scored in nodes if scored.measure])
    questions = [question for top in card.scored for _, found in answered(top) for question in found]
    if questions:
        writer.table(
            "Questions",
            ("Name", *_HEAD[1:]),
            [(question.name, *_row(question)[1:]) for question in questions],
            (46, *_WIDTHS[1:]),
        )
    if card.groups:
        writer.table(
            "Groups",
            ("Number", "Title", card.asked.by.capitalize(), "Cases in group", *_HEAD[3:10], *_LIMITS),
            list(_groups(card)),
            (9, 60, 20, 10, *_WIDTHS[3:10], *(10 for _ in _LIMITS[:-1]), 16),
        )
    for title, found in (("Overturned by prompt", card.by_prompt), ("Overturned by rule", card.by_rule)):
        if found:
            rows = [(one.name, overturned_words(one, card)) for one in found]
            writer.table(title, ("Name", "Suggestions overturned"), rows, (60, 60))
    book.close()
    return data.getvalue()


def _about(card: Scorecard, marking: str) -> Iterator[Row]:
    yield "Scores", heading_of(card)
    yield "Marking", marking
    yield "Standing", INDICATIVE
    yield from (("Note", note) for note in card.notes)
    if undecided_words(card):
        yield "Readers differ", undecided_words(card)
    if card.groups:
        yield "On comparing", card.caveat
    yield "Intervals", f"{card.asked.confidence * 100:g}%; shares of fewer than {card.asked.least} relevant cases are left blank."


def _row(scored: Scored) -> list[str | int | None]:
    measure, share = scored.measure, scored.share if scored.measure else None
    bounded = measure if measure and measure.bounded else None
    return [
        *(scored.number, scored.level, scored.title),
        whole_percent(measure.value) if measure else None,
        whole_percent(bounded.low) if bounded else None,
        whole_percent(bounded.high) if bounded else None,
        *((share.yes, share.of, share.not_applicable) if share else (None, None, None)),
        *(rating_words(scored) or (scored.told if measure is None else ""), scored.printed),
    ]


def _how(scored: Scored) -> Row:
    return scored.number, scored.title, standing_words(scored), scored.how, " ".join(scored.notes)


def _groups(card: Scorecard) -> Iterator[Row]:
    sizes = {group.name: group.cases for group in card.groups}
    for scored, rows in grouped(card):
        areas = areas_of(card, scored)
        yield from (
            (scored.number, scored.title, name, sizes[name], *_row(one)[3:10], *_limits(areas.get(name))) for name, one in rows
        )


def _limits(area: Area | None) -> Row:
    """Between which numbers of yes a group would mostly lie if it were like all together, and whether it does."""
    if area is None:
        return (None,) * len(_LIMITS)
    return (area.limits_95.lower, area.limits_95.upper, area.limits_998.lower, area.limits_998.upper, area.stands)


class _Writer:
    def __init__(self, book: Any, marking: str) -> None:
        self.book, self.marking = book, marking
        self.cell = book.add_format({"text_wrap": True, "valign": "top"})

    def sheet(self, name: str) -> Any:
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_header(f"&C{self.marking.replace('&', '&&')}")
        sheet.set_footer(f"&L&A&C{self.marking.replace('&', '&&')}&R&P of &N")
        return sheet

    def table(self, name: str, head: Sequence[str], rows: Sequence[Row], widths: Sequence[int]) -> None:
        sheet = self.sheet(name)
        for n, width in enumerate(widths):
            sheet.set_column(n, n, width, self.cell)
        for n, row in enumerate(rows, 1):  # not every program makes a row as high as what is wrapped in it
            lines = max(ceil(1.15 * len(str(cell or "")) / width) for cell, width in zip(row, widths, strict=True))
            sheet.set_row(n, _LINE * max(1, lines))
        columns = [{"header": title, "format": self.cell} for title in head]
        sheet.add_table(
            0,
            0,
            max(1, len(rows)),
            len(head) - 1,
            {"columns": columns, "data": rows, "header_row": True, "style": "Table Style Light 1", "name": name.replace(" ", "")},
        )
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)

    def chart(self, name: str, nodes: Sequence[Scored]) -> None:
        """A chart of scores with their intervals, over a table of the same figures on its own sheet."""
        rows = [
            (
                scored.number,
                whole_percent(m.value),
                whole_percent(m.value) - whole_percent(m.low),
                whole_percent(m.high) - whole_percent(m.value),
            )
            for scored in nodes
            if (m := scored.measure)
        ]
        if not rows:
            return
        self.table(name, ("Number", "Score %", "Down to low", "Up to high"), rows, (10, 10, 12, 12))
        sheet = self.book.get_worksheet_by_name(name)
        chart = self.book.add_chart({"type": "bar"})
        last = len(rows)
        errors = {"type": "custom", "plus_values": f"={name}!$D$2:$D${last + 1}", "minus_values": f"={name}!$C$2:$C${last + 1}"}
        series = {
            "name": "Score %",
            "categories": [name, 1, 0, last, 0],
            "values": [name, 1, 1, last, 1],
            "gap": 60,
            "fill": {"color": "#C3D5E4"},
        }
        bounded = any(scored.measure and scored.measure.bounded for scored in nodes)
        chart.add_series({**series, **({"x_error_bars": errors} if bounded else {})})
        chart.set_x_axis({"min": 0, "max": 100, "major_gridlines": {"visible": True, "line": {"color": "#B1B4B6"}}})
        chart.set_y_axis({"reverse": True})
        chart.set_legend({"none": True})
        chart.set_title({"name": "Scores, per cent" + (", with their intervals" if bounded else "")})
        chart.set_size({"width": 760, "height": max(300, 60 + 24 * last)})
        sheet.insert_chart("F2", chart, {"description": "Chart of the scores. The table beside it has the same figures."})
