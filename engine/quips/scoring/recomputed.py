"""What a report prints that can be worked out from its other figures, and whether it comes out as printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from quips.framework import Edition
from quips.published import Publication, Result
from quips.scoring.cards import score_published
from quips.scoring.measures import Measure
from quips.scoring.tree import Scored
from quips.shares import whole_percent

_HALF = 0.5  # how far rounding takes a figure
_WHOLE = 0.999999  # how far two that are both rounded may lie apart: a whole point is just too far


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A printed figure that can be worked out from others.

    Attributes:
        publication: The report.
        what: What was worked out.
        printed: What is printed.
        found: What comes out.
        agrees: Whether they agree.
        within: How many percentage points either way they may lie apart, since what is printed is rounded; 0 for words.
        explained: The reason on record if they do not; empty if there is none.
        line: The line of the printed figure.
    """

    publication: str
    what: str
    printed: str
    found: str
    agrees: bool
    within: float
    explained: str
    line: int


def recompute(publication: Publication, edition: Edition) -> Iterator[Recomputed]:
    """Work out again what can be: shares from counts, means from scores, bands from scores, the whole from ratings."""
    for figure in publication.figures:
        if figure.percent is not None and figure.n is not None and figure.of:
            share = 100 * figure.n / figure.of
            what = f"{figure.n} of {figure.of} ({figure.prompt.rsplit('/', 1)[1]})"
            yield _percentage(publication, what, figure.percent, share, _HALF, figure.line)
    printed = {result.node or result.thread: result for result in (*publication.results, *publication.headlines)}
    for scored in score_published(edition, publication).walk():
        if scored.number in printed and not scored.is_question:
            yield from _node(publication, scored, printed[scored.number])


def _node(publication: Publication, scored: Scored, printed: Result) -> Iterator[Recomputed]:
    """Work out a node's score from its parts, and its band from its score."""
    parts = [part for part in scored.parts if part.measure]
    if parts and scored.measure and printed.percent is not None:
        what = f"{scored.number} as the mean of {', '.join(part.number for part in parts)}"
        yield _percentage(publication, what, printed.percent, 100 * scored.measure.value, _WHOLE, printed.line)
    if scored.band and printed.verdict:
        yield _words(publication, _by(scored, parts), printed.verdict, scored.band, printed.line)


def _by(scored: Scored, parts: list[Scored]) -> str:
    """Say what a band follows from."""
    measure: Measure | None = scored.measure
    if scored.points and measure is None:
        return f"{scored.number} by its {scored.points.value} points"
    percent = f"{whole_percent(measure.value)}%" if measure else ""
    return (
        f"{scored.number} by its lowest key question, {percent}"
        if scored.points and parts
        else f"{scored.number} by its score, {percent}"
    )


def _percentage(publication: Publication, what: str, printed: float, found: float, within: float, line: int) -> Recomputed:
    # half a point down is another whole percentage only where half is rounded up, which no report says: both are let pass
    agrees = abs(found - printed) <= within + 1e-9
    decimals = 1 if within == _HALF else 2
    return _told(
        Recomputed(publication.name, what, f"{printed:g}%", f"{found:.{decimals}f}%", agrees, within, "", line), publication
    )


def _words(publication: Publication, what: str, printed: str, found: str, line: int) -> Recomputed:
    return _told(Recomputed(publication.name, what, printed, found, printed.lower() == found.lower(), 0, "", line), publication)


def _told(found: Recomputed, publication: Publication) -> Recomputed:
    why = next((c.why for c in publication.contradictions if found.line in c.lines), "") if not found.agrees else ""
    return replace(found, explained=why)
