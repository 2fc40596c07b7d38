"""A report as one self-contained, printable page: no script, nothing fetched, every chart with a table beside it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from quips.reports.blocks import Block, Chart, Paper, Table
from quips.reports.charts import bars
from quips.reports.templates import environment_of


def to_html(paper: Paper) -> str:
    """Return a report as one HTML page.

    Args:
        paper: The report.
    """
    environment = environment_of()
    environment.globals.update(kind_of=_kind_of, drawn=_drawn, grouped=_grouped)
    return environment.get_template("blocks.html.j2").render(paper=paper, marking=paper.marking)


def _kind_of(block: Block) -> str:
    return type(block).__name__


def _drawn(chart: Chart) -> Markup:
    return bars(chart.rows, chart.bands, chart.title)


def _grouped(table: Table) -> list[list[Sequence[str]]]:
    """Return the rows of a table, each row of one cell with those that belong to it."""
    groups: list[list[Sequence[str]]] = []
    for row in table.rows:
        if len(row) == 1 or not groups:
            groups.append([])
        groups[-1].append(row)
    return groups
