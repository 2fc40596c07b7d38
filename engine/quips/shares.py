"""The one way in which a share of cases is counted, bounded and told, in every form of output.

A share is of the cases to which a question is relevant: those answered yes or no. It is told with the cases it rests on and with
its interval, since a percentage of few cases says little. Where no case is relevant there is no share, which is not 0%.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor, isfinite, sqrt
from statistics import NormalDist
from typing import NamedTuple

from quips.problems import QuipsError, listed

CONFIDENCE = 0.95
LEAST = 5


class Band(NamedTuple):
    """A band of an edition: its name, and the lowest whole percentage that is in it."""

    name: str
    at_least: float


class Edge(NamedTuple):
    """The edge of a band, and how many percentage points above it a proportion is; below it is negative."""

    at: float
    points: float


@dataclass(frozen=True, slots=True)
class Share:
    """How many cases were answered yes, out of those to which the question is relevant.

    Attributes:
        yes: The cases answered yes.
        no: The cases answered no.
        not_applicable: The cases to which the question is not relevant; they count for nothing.

    Raises:
        QuipsError: If a number is below nought.

    Example:
        >>> Share(yes=63, no=47, not_applicable=3).percent
        57
    """

    yes: int
    no: int
    not_applicable: int = 0

    def __post_init__(self) -> None:
        for name, count in (("yes", self.yes), ("no", self.no), ("not applicable", self.not_applicable)):
            if count < 0:
                raise QuipsError(f"A number of cases cannot be below 0: {name} is {count}.")

    @property
    def of(self) -> int:
        """How many cases are relevant."""
        return self.yes + self.no

    @property
    def proportion(self) -> float:
        """The share, from 0 to 1.

        Raises:
            QuipsError: If no case is relevant.
        """
        return self.yes / self._relevant()

    @property
    def percent(self) -> int:
        """The share as a whole percentage, rounded half up.

        Raises:
            QuipsError: If no case is relevant.
        """
        of = self._relevant()
        return (200 * self.yes + of) // (2 * of)

    def _relevant(self) -> int:
        if not self.of:
            raise QuipsError("There is no relevant case, so there is no share. Ask first whether 'of' is 0.")
        return self.of


def whole_percent(proportion: float) -> int:
    """Return a proportion as a whole percentage, rounded half up.

    Half up is our reading: the reports print whole percentages and do not say how they were rounded.

    Raises:
        QuipsError: If it is not from 0 to 1.

    Example:
        >>> whole_percent(0.575), whole_percent(0.5749)
        (58, 57)
    """
    if not 0 <= proportion <= 1:
        raise QuipsError(f"A proportion lies between 0 and 1, and {proportion} does not.")
    # 0.575 is a hair less than 57.5% to a computer; nine digits are far finer than any count of cases can tell apart
    return floor(round(proportion * 100, 9) + 0.5)


def interval(share: Share, confidence: float = CONFIDENCE, population: int | None = None) -> tuple[float, float]:
    """Return the lowest and highest proportion that the cases read are compatible with, by Wilson's score interval.

    Where the number of relevant cases in the whole population is known, the interval is that of a sample of n(N-1)/(N-n) cases,
    the finite-population correction: half of a small caseload tells more than a few cases of a large one. What cannot be
    is left out: if 1 of 10 was answered no, it is not all 16 that are yes. Where all were read, both ends are the share.

    Args:
        share: The share.
        confidence: From 0 to 1, both excluded; 0.95 for 95%.
        population: How many relevant cases there are in all; None if that is not known, or far more than were read.

    Raises:
        QuipsError: If no case is relevant, the population is smaller than the sample, or the confidence is out of range.
    """
    z = critical(confidence)
    p, n = share.proportion, float(share.of)
    if population is not None:
        if population < share.of:
            raise QuipsError(f"The population ({population} cases) is smaller than the sample ({share.of} relevant cases).")
        if population == share.of:
            return p, p
        n *= (population - 1) / (population - n)
    spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    middle = p + z * z / (2 * n)
    # at 0 and at 1 the end is exactly there, whatever a computer's arithmetic makes of it
    low = 0.0 if share.yes == 0 else min(p, (middle - spread) / scale)
    high = 1.0 if share.no == 0 else max(p, (middle + spread) / scale)
    if population is not None:
        low, high = max(low, share.yes / population), min(high, (population - share.no) / population)
    return low, high


def critical(confidence: float) -> float:
    """Return how many standard errors either side of the middle of a normal curve hold that much of it.

    Raises:
        QuipsError: If it is not between 0 and 1, such as 95 for 95%.

    Example:
        >>> round(critical(0.95), 6)
        1.959964
    """
    if not (isfinite(confidence) and 0 < confidence < 1):
        raise QuipsError(f"A confidence lies between 0 and 1, and {confidence:g} does not. Write 0.95 for 95%.")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def is_small(share: Share, least: int = LEAST) -> bool:
    """Whether a share rests on too few cases to print: a reader who knows them could tell who they are."""
    return share.of < least


def to_nearest_edge(proportion: float, edges: Iterable[float]) -> Edge | None:
    """Return the nearest edge of a band, as a percentage, and how far above it the proportion is, in percentage points.

    An edge at 0 or 100 is none, since nothing lies beyond it. Of two as near, the lower is returned; None where there is none.

    Example:
        >>> to_nearest_edge(0.57, [50, 65, 80])
        Edge(at=50, points=7.0)
        >>> to_nearest_edge(0.64, [50, 65, 80])
        Edge(at=65, points=-1.0)
    """
    distances = [Edge(edge, round(proportion * 100 - edge, 9)) for edge in edges if 0 < edge < 100]
    return min(distances, key=lambda edge: (abs(edge.points), edge.at), default=None)


def bands_touched(bounds: tuple[float, float], bands: Sequence[Band]) -> tuple[str, ...]:
    """Return the names of the bands that an interval reaches into, in the order of the bands.

    Bands are of whole percentages, as the reports print and rate them, so each end is rounded first.

    Args:
        bounds: The lowest and the highest proportion.
        bands: The bands; the lowest of them begins at 0.

    Raises:
        QuipsError: If the bands do not cover every percentage, or two begin at the same one.

    Example:
        >>> bands = [Band("Good", 65), Band("Requires improvement", 50), Band("Inadequate", 0)]
        >>> bands_touched((0.48, 0.66), bands)
        ('Good', 'Requires improvement', 'Inadequate')
        >>> bands_touched((0.496, 0.64), bands)
        ('Requires improvement',)
    """
    starts = sorted(band.at_least for band in bands)
    if not starts or starts[0] != 0:
        raise QuipsError("The lowest band has to begin at 0, so that every percentage is in a band.")
    if len(set(starts)) < len(starts):
        raise QuipsError("Two bands begin at the same percentage.")
    low, high = map(whole_percent, bounds)
    ends = dict(zip(starts, [*starts[1:], 101.0], strict=True))
    return tuple(band.name for band in bands if band.at_least <= high and low < ends[band.at_least])


def told(share: Share, confidence: float = CONFIDENCE, population: int | None = None, least: int = LEAST) -> str:
    """Return a share in words, the only way in which any output prints one.

    Args:
        share: The share.
        confidence: The confidence of its interval.
        population: How many relevant cases there are in all; None if that is not known.
        least: Fewer relevant cases than this are not printed; 1 prints any.

    Raises:
        QuipsError: As for ``interval``.

    Example:
        >>> told(Share(yes=63, no=47, not_applicable=3))
        '57% (63 of 110; 95% interval 48 to 66; 3 not applicable)'
        >>> told(Share(yes=2, no=1))
        'fewer than 5 cases'
        >>> told(Share(yes=0, no=0, not_applicable=12))
        'no relevant case (12 not applicable)'
        >>> told(Share(yes=299, no=1))
        'over 99% (299 of 300; 95% interval 98 to 100)'
        >>> told(Share(yes=20, no=5), population=25)
        '80% (20 of 25, which is every relevant case)'
    """
    aside = [f"{share.not_applicable} not applicable"] if share.not_applicable else []
    if not share.of:
        return " ".join(["no relevant case", *(f"({words})" for words in aside)])
    if is_small(share, least):
        return f"fewer than {least} cases"
    counts = f"{share.yes} of {share.of}"
    low, high = interval(share, confidence, population)
    if population == share.of:
        counts += ", which is every relevant case"
    else:
        aside.insert(0, f"{confidence * 100:.6g}% interval {whole_percent(low)} to {whole_percent(high)}")
    return f"{percentage(share)} ({'; '.join([counts, *aside])})"


def open_between(touched: Sequence[str]) -> str:
    """Return in words where an interval that reaches into several bands leaves the rating; empty if it is in one only.

    Example:
        >>> open_between(("Good", "Requires improvement"))
        'open between Good and Requires improvement'
    """
    return f"open between {listed(touched, 'and')}" if len(touched) > 1 else ""


def percentage(share: Share) -> str:
    """Return a share as a percentage; all and none are said only where it is all or none.

    Raises:
        QuipsError: If no case is relevant.

    Example:
        >>> percentage(Share(yes=299, no=1)), percentage(Share(yes=1, no=1))
        ('over 99%', '50%')
    """
    if share.no and share.percent == 100:
        return "over 99%"
    if share.yes and share.percent == 0:
        return "under 1%"
    return f"{share.percent}%"
