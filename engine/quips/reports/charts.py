"""Charts as SVG, made here: nothing is fetched, they print, and what they show stands in a table beside them as well."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import NamedTuple

from markupsafe import Markup

from quips.change import funnel_limits
from quips.scoring.measures import Measure
from quips.shares import Band, Share

_LEFT, _WIDE, _TOP, _ROW = 74, 560, 42, 24
_LETTER = 6.6
"""How wide a letter of a label is, more or less."""
_LABEL, _LINE = 44, 15
"""How many letters a line of a label has at the most, and how high it is."""
_TALL, _BOTTOM = 180, 194


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
    labels = [wrap(row.label, _LABEL) or [""] for row in rows]
    left = max(_LEFT, round(16 + _LETTER * max(len(line) for lines in labels for line in lines)))
    tall = _ROW + _LINE * (max(map(len, labels)) - 1)
    height = _TOP + tall * len(rows) + 8
    drawn = [
        Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(left + _WIDE + 36, height, title),
        *(_edge(_x(edge, left), height, n % 2 * 13) for n, (edge, _) in enumerate(_edges(bands))),
        *(_edge_name(_x(edge, left), edge, name, n % 2 * 13) for n, (edge, name) in enumerate(_edges(bands))),
        *(_row(row, lines, left, _TOP + n * tall, tall) for n, (row, lines) in enumerate(zip(rows, labels, strict=True))),
        Markup("</svg>"),
    ]
    return Markup("\n").join(drawn)


def _edges(bands: Sequence[Band]) -> list[tuple[float, str]]:
    inner = [(band.at_least, band.name) for band in bands if 0 < band.at_least < 100]
    return sorted(inner) or [(edge, "") for edge in (0, 25, 50, 75, 100)]


def _x(percent: float, left: float) -> float:
    return round(left + _WIDE * percent / 100, 1)


def _edge(x: float, height: int, higher: int) -> Markup:
    """An edge; every other begins higher, where its name stands, so that long names do not run into each other."""
    return Markup('<line class="edge" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>').format(x, _TOP - 12 - higher, height - 6)


def _edge_name(x: float, edge: float, name: str, higher: int) -> Markup:
    """The name of an edge, drawn after all edges so that none goes through it."""
    return Markup('<text class="band" x="{}" y="{}">{}</text>').format(x + 3, _TOP - 14 - higher, f"{edge:g}% {name}".strip())


def _row(row: Bar, lines: Sequence[str], left: float, top: int, tall: int) -> Markup:
    value, low, high = (100 * end for end in row.measure[:3])
    middle = top + tall / 2
    first = middle + 4 - _LINE * (len(lines) - 1) / 2
    parts = [
        Markup("<g><title>{}: {}</title>").format(row.label, row.told),
        *(
            Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(left - 10, first + _LINE * n, line)
            for n, line in enumerate(lines)
        ),
        Markup('<rect class="bar" x="{}" y="{}" width="{}" height="{}"/>').format(
            left, middle - _ROW / 2 + 6, round(_WIDE * value / 100, 1), _ROW - 12
        ),
    ]
    if row.measure.bounded:
        parts.append(
            Markup('<path class="interval" d="M{0} {2}V{3}M{0} {4}H{1}M{1} {2}V{3}"/>').format(
                _x(low, left), _x(high, left), middle - _ROW / 2 + 4, middle + _ROW / 2 - 4, middle
            )
        )
    parts.append(Markup('<circle class="score" cx="{}" cy="{}" r="4"/></g>').format(_x(value, left), middle))
    return Markup("").join(parts)


class Dot(NamedTuple):
    """A group in a funnel chart: what it is called, its share, and in words how it lies."""

    label: str
    share: Share
    told: str


def funnel(dots: Sequence[Dot], whole: float, title: str) -> Markup:
    """Return a funnel chart: shares by the number of cases they rest on, with the limits for each number.

    Args:
        dots: The groups; with fewer than two there is no chart.
        whole: The share of all groups together, from 0 to 1.
        title: What it shows.
    """
    if len(dots) < 2:
        return Markup()
    most = max(dot.share.of for dot in dots)
    # about forty sizes, and those of the groups, so that a dot is beyond a line just where its group is outside the limits
    sizes = sorted({*range(1, most + 1, max(1, most // 40)), most, *(dot.share.of for dot in dots)})

    def x(of: int) -> float:
        return round(_LEFT + _WIDE * of / (most * 1.1), 1)

    drawn = [*_frame(title), _median(whole)]
    for confidence, kind in ((0.95, "limit"), (0.998, "limit wide")):
        limits = [funnel_limits(of, whole, confidence) for of in sizes]
        for ends in ([one.lower for one in limits], [one.upper for one in limits]):
            points = (f"{x(of)} {_y(end / of)}" for of, end in zip(sizes, ends, strict=True))
            drawn.append(Markup('<path class="{}" d="M{}"/>').format(kind, " L".join(points)))
    drawn += [_below(x(of), str(of)) for of in sorted({1, most // 2 or 1, most})]
    drawn.append(_below(_LEFT - 10, "cases", "end"))
    for dot in dots:
        at, high = x(dot.share.of), _y(dot.share.proportion)
        side, anchor = (-8, "end") if dot.share.of > most / 2 else (8, "start")
        drawn += [
            Markup('<g><title>{}: {}</title><circle class="score" cx="{}" cy="{}" r="5"/>').format(dot.label, dot.told, at, high),
            Markup('<text class="name" x="{}" y="{}" text-anchor="{}">{}</text></g>').format(
                at + side, high + 4, anchor, dot.label
            ),
        ]
    return Markup("\n").join([*drawn, Markup("</svg>")])


def run_chart(values: Sequence[tuple[int, float]], n_rounds: int, median: float, title: str) -> Markup:
    """Return a run chart: the share of each round in order of time, and their median.

    Args:
        values: The rounds that are shown, counted from 0, with their shares from 0 to 1.
        n_rounds: How many rounds there are in all; one that is not shown leaves a gap.
        median: The median of the shares.
        title: What it shows.
    """
    points = [(round(_LEFT + _WIDE * (n + 0.5) / n_rounds, 1), _y(value)) for n, value in values]
    drawn = [*_frame(title), _median(median)]
    drawn.append(Markup('<path class="run" d="M{}"/>').format(" L".join(f"{x} {y}" for x, y in points)))
    drawn += [Markup('<circle class="score" cx="{}" cy="{}" r="4"/>').format(x, y) for x, y in points]
    drawn += [_below(x, str(n + 1)) for (x, _), (n, _) in zip(points, values, strict=True)]
    drawn.append(_below(_LEFT - 10, "round", "end"))
    return Markup("\n").join([*drawn, Markup("</svg>")])


def _below(x: float, words: str, anchor: str = "middle") -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(x, _BOTTOM + 18, anchor, words)


def _y(proportion: float) -> float:
    return round(_BOTTOM - _TALL * proportion, 1)


def _frame(title: str) -> list[Markup]:
    """The beginning of a chart with a scale from 0 to 100% on its left."""
    lines = [
        Markup('<line class="grid" x1="{}" x2="{}" y1="{y}" y2="{y}"/><text x="{}" y="{}" text-anchor="end">{}%</text>').format(
            _LEFT, _LEFT + _WIDE, _LEFT - 10, _y(percent / 100) + 4, percent, y=_y(percent / 100)
        )
        for percent in (0, 50, 100)
    ]
    opening = Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">')
    return [opening.format(_LEFT + _WIDE + 20, _BOTTOM + 28, title), *lines]


def _median(value: float) -> Markup:
    return Markup('<line class="median" x1="{}" x2="{}" y1="{y}" y2="{y}"/>').format(_LEFT, _LEFT + _WIDE, y=_y(value))
