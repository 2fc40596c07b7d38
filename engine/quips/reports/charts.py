"""Charts as SVG, made here: nothing is fetched, they print, and what they show stands in a table beside them as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from quips.scoring.measures import Measure
from quips.shares import Band

_LEFT, _WIDE, _TOP, _ROW = 74, 560, 42, 24


class Bar(NamedTuple):
    """A row of a chart: what it is called, its score, and the score in words."""

    label: str
    measure: Measure
    told: str


def bars(rows: Sequence[Bar], bands: Sequence[Band], title: str) -> Markup:
    """Return a chart of scores from 0 to 100: a bar for each, its interval as a line, and the edges of the bands.

    Args:
        rows: The rows, top to bottom; with none there is no chart.
        bands: The bands, whose edges are drawn and named.
        title: What it shows, for those who do not see it; the table beside it says the rest.
    """
    if not rows:
        return Markup()
    height = _TOP + _ROW * len(rows) + 8
    drawn = [
        Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(_LEFT + _WIDE + 20, height, title),
        *(_edge(edge, name, height, n % 2 * 13) for n, (edge, name) in enumerate(_edges(bands))),
        *(_row(row, _TOP + n * _ROW) for n, row in enumerate(rows)),
        Markup("</svg>"),
    ]
    return Markup("\n").join(drawn)


def _edges(bands: Sequence[Band]) -> list[tuple[float, str]]:
    inner = [(band.at_least, band.name) for band in bands if 0 < band.at_least < 100]
    return sorted(inner) or [(edge, "") for edge in (0, 25, 50, 75, 100)]


def _x(percent: float) -> float:
    return round(_LEFT + _WIDE * percent / 100, 1)


def _edge(edge: float, name: str, height: int, higher: int) -> Markup:
    """An edge, named above the bars; every other name stands higher, so that long ones do not run into each other."""
    return Markup('<line class="edge" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/><text class="band" x="{3}" y="{4}">{5}</text>').format(
        _x(edge), _TOP - 12 - higher, height - 6, _x(edge) + 3, _TOP - 14 - higher, f"{edge:g}% {name}".strip()
    )


def _row(row: Bar, top: int) -> Markup:
    value, low, high = (100 * end for end in row.measure[:3])
    middle = top + _ROW / 2
    parts = [
        Markup("<g><title>{}: {}</title>").format(row.label, row.told),
        Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(_LEFT - 10, middle + 4, row.label),
        Markup('<rect class="bar" x="{}" y="{}" width="{}" height="{}"/>').format(
            _LEFT, top + 6, round(_WIDE * value / 100, 1), _ROW - 12
        ),
    ]
    if row.measure.bounded:
        parts.append(
            Markup('<path class="interval" d="M{0} {2}V{3}M{0} {4}H{1}M{1} {2}V{3}"/>').format(
                _x(low), _x(high), top + 4, top + _ROW - 4, middle
            )
        )
    parts.append(Markup('<circle class="score" cx="{}" cy="{}" r="4"/></g>').format(_x(value), middle))
    return Markup("").join(parts)
