"""Excel workbooks of one table on each sheet, without merged cells, and with charts that Excel draws itself."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Any

import xlsxwriter

from quips.scoring.measures import Measure
from quips.shares import whole_percent

Row = Sequence[str | float | None]

_LINE = 15


class TableBook:
    """A workbook that is being written."""

    def __init__(self, title: str, marking: str) -> None:
        """Begin a workbook.

        Args:
            title: What it is called.
            marking: The protective marking, at the top and foot of each printed page.
        """
        self.marking = marking
        self._data = io.BytesIO()
        self._book = xlsxwriter.Workbook(
            self._data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        )
        self._book.set_properties({"title": title, "created": datetime(2000, 1, 1)})  # the same input gives the same bytes
        self._cell = self._book.add_format({"text_wrap": True, "valign": "top"})

    def data(self) -> bytes:
        """Return the workbook as the bytes of a file; nothing can be added to it afterwards."""
        self._book.close()
        return self._data.getvalue()

    def table(self, name: str, head: Sequence[str], rows: Sequence[Row], widths: Sequence[int]) -> None:
        """Add a sheet with a table.

        Args:
            name: The name of the sheet.
            head: The headings.
            rows: The rows.
            widths: How wide each column is, in characters.
        """
        sheet = self._sheet(name)
        for n, width in enumerate(widths):
            sheet.set_column(n, n, width, self._cell)
        for n, row in enumerate(rows, 1):  # not every program makes a row as high as what is wrapped in it
            lines = max(ceil(1.15 * len(str(cell or "")) / width) for cell, width in zip(row, widths, strict=True))
            sheet.set_row(n, _LINE * max(1, lines))
        columns = [{"header": title, "format": self._cell} for title in head]
        sheet.add_table(
            0,
            0,
            max(1, len(rows)),
            len(head) - 1,
            {"columns": columns, "data": rows, "header_row": True, "style": "Table Style Light 1", "name": name.replace(" ", "")},
        )
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)

    def chart(self, name: str, head: tuple[str, str], measured: Sequence[tuple[str, Measure]]) -> None:
        """Add a sheet with a chart of scores and their intervals, beside a table of the same figures; none if there is no score.

        Args:
            name: The name of the sheet.
            head: The headings of what the scores are of, and of the scores.
            measured: The scores.
        """
        rows = [
            (
                label,
                whole_percent(m.value),
                whole_percent(m.value) - whole_percent(m.low),
                whole_percent(m.high) - whole_percent(m.value),
            )
            for label, m in measured
        ]
        if not rows:
            return
        self.table(
            name,
            (*head, "Down to low", "Up to high"),
            rows,
            (max(10, *(len(label) for label, _ in measured)), 10, 12, 12),
        )
        sheet = self._book.get_worksheet_by_name(name)
        chart = self._book.add_chart({"type": "bar"})
        last = len(rows)
        at = f"='{name}'!"
        errors = {"type": "custom", "plus_values": f"{at}$D$2:$D${last + 1}", "minus_values": f"{at}$C$2:$C${last + 1}"}
        series = {
            "name": head[1],
            "categories": [name, 1, 0, last, 0],
            "values": [name, 1, 1, last, 1],
            "gap": 60,
            "fill": {"color": "#C3D5E4"},
        }
        bounded = any(m.bounded for _, m in measured)
        chart.add_series({**series, **({"x_error_bars": errors} if bounded else {})})
        chart.set_x_axis({"min": 0, "max": 100, "major_gridlines": {"visible": True, "line": {"color": "#B1B4B6"}}})
        chart.set_y_axis({"reverse": True})
        chart.set_legend({"none": True})
        chart.set_title({"name": f"{name}, per cent{', with their intervals' if bounded else ''}"})
        chart.set_size({"width": 960, "height": max(300, 60 + 24 * last)})
        sheet.insert_chart("F2", chart, {"description": f"{name}. The table beside it has the same figures."})

    def _sheet(self, name: str) -> Any:
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_header(f"&C{self.marking.replace('&', '&&')}")
        sheet.set_footer(f"&L&A&C{self.marking.replace('&', '&&')}&R&P of &N")
        return sheet
