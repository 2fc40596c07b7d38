"""The picture of what a finding rests on and what rests on it, made on the server; the page lists the same beside it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from html import escape

from quips.findings import Finding
from quips.reports.wording import status_words
from quips.statuses import Verdict

MOST = 6
"""How many findings are drawn on either side; the list beside the picture has them all."""

_WIDTH, _RAIL, _LEFT, _LINE, _PAD, _GAP = 340, 12, 34, 18, 9, 14
_STROKE = 'stroke="#0b0c0c" stroke-width="2" fill="none"'
_BOLD = ' font-weight="bold"'
_COLOURS = {Verdict.GAP: "#942514", Verdict.OPEN: "#144e81", Verdict.SUFFICIENT: "#005a30", Verdict.NOT_APPLICABLE: "#484949"}


def drawn(finding: Finding, beneath: Sequence[Finding], above: Sequence[Finding]) -> str:
    """Return the picture as SVG: what the finding rests on at the top, the finding itself, what rests on it below.

    Nothing is told by colour alone: each box says its status, and what explains the finding says that it is its cause. Only
    presentation attributes are used, since the pages allow no style.
    """
    boxes: list[str] = []
    middles: list[int] = []
    top, own = _GAP, len(beneath[:MOST]) + (len(beneath) > MOST)
    rows = [
        *((_words(one, "cause of it" if one.ref in finding.because_of else ""), one) for one in beneath[:MOST]),
        *([([f"and {len(beneath) - MOST} more, listed on the page"], None)] if len(beneath) > MOST else []),
        (_words(finding, "this finding"), finding),
        *((_words(one, "explained by it" if finding.ref in one.because_of else ""), one) for one in above[:MOST]),
        *([([f"and {len(above) - MOST} more, listed on the page"], None)] if len(above) > MOST else []),
    ]
    for number, (lines, one) in enumerate(rows):
        height = len(lines) * _LINE + 2 * _PAD
        heavy = number == own or (one is not None and one.ref in finding.because_of)
        boxes.append(_box(lines, one, top, height, 4 if heavy else 1.5))
        middles.append(top + height // 2)
        top += height + _GAP
    branches = "".join(_branch(middle, number >= own) for number, middle in enumerate(middles) if number != own or beneath)
    rail = f'<path d="M{_RAIL} {middles[0]}V{middles[-1]}" {_STROKE}/>' if len(middles) > 1 else ""
    stub = f'<path d="M{_RAIL} {middles[own]}H{_LEFT}" {_STROKE}/>' if above else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{top}" viewBox="0 0 {_WIDTH} {top}" '
        f'font-family="Arial, Helvetica, sans-serif" font-size="14">'
        f'<rect width="{_WIDTH}" height="{top}" fill="#ffffff"/>{rail}{stub}{branches}{"".join(boxes)}</svg>\n'
    )


def _words(finding: Finding, part: str) -> list[str]:
    """The lines in a box: its title, then its status with the part that it plays."""
    title = textwrap.wrap(finding.rule.title, 38)
    status = status_words(finding) + (f" ({part})" if part else "")
    return [*title[:4], *textwrap.wrap(status, 38)]


def _box(lines: list[str], finding: Finding | None, top: int, height: int, stroke: float) -> str:
    colour = _COLOURS[finding.verdict] if finding else "#484949"
    n_title = len(lines) - 1 if finding else 0
    said = "".join(
        f'<text x="{_LEFT + _PAD}" y="{top + _PAD + _LINE * (n + 1) - 5}" fill="{"#0b0c0c" if n < n_title else colour}"'
        f"{'' if n < n_title else _BOLD}>{escape(line)}</text>"
        for n, line in enumerate(lines)
    )
    outline = f'x="{_LEFT}" y="{top}" width="{_WIDTH - _LEFT - 4}" height="{height}"'
    return f'<rect {outline} fill="#ffffff" stroke="{colour}" stroke-width="{stroke}"/>{said}'


def _branch(middle: int, arrow: bool) -> str:
    """A line between the rail and a box; with an arrow where it leads to what rests on what stands above."""
    tip = f'<path d="M{_LEFT - 8} {middle - 5}L{_LEFT} {middle}L{_LEFT - 8} {middle + 5}Z" fill="#0b0c0c"/>' if arrow else ""
    return f'<path d="M{_RAIL} {middle}H{_LEFT}" {_STROKE}/>{tip}'
