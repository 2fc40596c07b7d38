"""What two or more shares side by side can tell, and what they cannot: rounds of one team, and areas beside one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, lgamma, log, log1p, sqrt
from statistics import median

from quips.problems import QuipsError
from quips.shares import CONFIDENCE, LEAST, Share, interval, is_small, told

NO_RANKING = "What lies outside the limits is worth asking about; it is no ranking."
SHIFT, TREND, FEWEST = 6, 5, 10


@dataclass(frozen=True, slots=True)
class Change:
    """The difference of two shares, the later less the earlier, as proportions.

    Attributes:
        difference: The difference.
        low: The lowest difference that the cases read are compatible with.
        high: The highest.
    """

    difference: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out no change."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Run:
    """Rounds that follow one another, and what sets them apart: the first and last of them, counted from 0."""

    kind: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which numbers of yes an area of this size would mostly lie, if it were like all of them together."""

    lower: int
    upper: int


@dataclass(frozen=True, slots=True)
class Area:
    """One area's share beside all: whether it is ``inside``, ``outside 95%`` or ``outside 99.8%``; ``small`` if too few cases.

    ``whole`` is the share of all of them together, from 0 to 1.
    """

    name: str
    share: Share
    limits_95: Limits
    limits_998: Limits
    stands: str
    whole: float


def change(
    before: Share,
    after: Share,
    confidence: float = CONFIDENCE,
    populations: tuple[int | None, int | None] = (None, None),
) -> Change:
    """Return the difference of two shares of different cases, with Newcombe's hybrid score interval.

    Newcombe, Interval estimation for the difference between independent proportions, Statistics in Medicine 17 (1998), method 10.

    Args:
        before: The earlier share.
        after: The later share.
        confidence: The confidence of the interval.
        populations: How many relevant cases there were in all, each time; None if not known.

    Raises:
        QuipsError: If a share has no relevant case, or a population is smaller than its sample.
    """
    (low_1, high_1), (low_2, high_2) = (
        interval(share, confidence, population) for share, population in zip((before, after), populations, strict=True)
    )
    p_1, p_2 = before.proportion, after.proportion
    difference = p_2 - p_1
    low = difference - sqrt((p_2 - low_2) ** 2 + (high_1 - p_1) ** 2)
    high = difference + sqrt((high_2 - p_2) ** 2 + (p_1 - low_1) ** 2)
    return Change(difference, max(-1.0, low), min(1.0, high))


def change_told(
    before: Share,
    after: Share,
    confidence: float = CONFIDENCE,
    populations: tuple[int | None, int | None] = (None, None),
) -> str:
    """Return a change in words, with what the cases read cannot tell.

    Example:
        >>> change_told(Share(3, 1), Share(0, 0))
        'From fewer than 5 cases to no relevant case: nothing to compare.'
    """
    first, second = (told(share, confidence, population) for share, population in zip((before, after), populations, strict=True))
    opening = f"From {first} to {second}"
    if not (before.of and after.of):
        return f"{opening}: nothing to compare."
    if is_small(before) or is_small(after):
        return f"{opening}: too few cases to compare."
    found = change(before, after, confidence, populations)
    points = _points(found.difference)
    if found.low == found.high:
        return f"{opening}: {points}. Every relevant case was read both times."
    bounds = f"{confidence * 100:.6g}% interval {_bounds(found)}"
    last = (
        "That is more than chance would mostly make. Whether the work changed or the mix of cases, it cannot tell."
        if found.is_clear
        else "The interval takes in no change: these cases cannot tell whether anything changed."
    )
    return f"{opening}: {points} ({bounds}). {last}"


def runs(values: Sequence[float]) -> list[Run]:
    """Return what a run chart shows that chance would seldom make, by two rules.

    A *shift* is six or more values in a row on one side of the median; a value on the median neither adds to it nor ends it. A
    *trend* is five or more in a row that all rise or all fall; a value like the one before neither adds to it nor ends it.
    Perla, Provost and Murray, The run chart: a simple analytical tool for learning from variation in healthcare processes, BMJ
    Quality and Safety 20 (2011), as the health service in England uses it. This is our reading of these rules, from memory; no
    report of the inspectorate has them.

    Raises:
        QuipsError: If there are fewer than ten values: by then the rules mean little.
    """
    if len(values) < FEWEST:
        raise QuipsError(f"A run chart needs at least {FEWEST} rounds, and there are {len(values)}.")
    middle = median(values)
    sides = [_sign(value - middle) for value in values]
    steps = [_sign(later - earlier) for earlier, later in pairwise(values)]
    found = [Run("shift", first, last) for first, last in _alike(sides, SHIFT)]
    # a run of steps from one value to the next begins at the value before its first step
    found += [Run("trend", first, last + 1) for first, last in _alike(steps, TREND - 1)]
    return sorted(found, key=lambda run: (run.first, run.kind))


def funnel_limits(of: int, proportion: float, confidence: float) -> Limits:
    """Return the numbers of yes, out of so many cases, beyond which lies at most half of what is left over on either side.

    Exact, by the binomial distribution. Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in
    Medicine 24 (2005), without his interpolation between whole cases.

    Raises:
        QuipsError: If there is no case, or the proportion or the confidence is out of range.

    Example:
        >>> funnel_limits(22, 0.55, 0.95)
        Limits(lower=8, upper=17)
    """
    if of < 1:
        raise QuipsError("There is no relevant case, so there are no limits.")
    if not (0 <= proportion <= 1 and 0 < confidence < 1):
        raise QuipsError(f"A proportion and a confidence lie between 0 and 1, and {proportion:g} and {confidence:g} do not both.")
    tail = (1 - confidence) / 2
    # the least number at or below which there is more than the tail, from either end
    lower = _quantile(of, proportion, tail)
    upper = of - _quantile(of, 1 - proportion, tail)
    return Limits(lower, upper)


def side_by_side(shares: Mapping[str, Share], least: int = LEAST) -> list[Area]:
    """Return each area beside all of them together, by name, never by rank; to be shown with ``NO_RANKING``.

    Args:
        shares: The share of each area.
        least: Areas of fewer relevant cases are ``small``.

    Raises:
        QuipsError: If there are no areas, or none has a relevant case.
    """
    together = Share(sum(share.yes for share in shares.values()), sum(share.no for share in shares.values()))
    proportion = together.proportion
    found = []
    for name in sorted(shares):
        share = shares[name]
        if not share.of:
            found.append(Area(name, share, Limits(0, 0), Limits(0, 0), "small", proportion))
            continue
        narrow, wide = (funnel_limits(share.of, proportion, confidence) for confidence in (0.95, 0.998))
        stands = "inside"
        if is_small(share, least):
            stands = "small"
        elif not wide.lower <= share.yes <= wide.upper:
            stands = "outside 99.8%"
        elif not narrow.lower <= share.yes <= narrow.upper:
            stands = "outside 95%"
        found.append(Area(name, share, narrow, wide, stands, proportion))
    return found


def _quantile(of: int, proportion: float, tail: float) -> int:
    if proportion in (0, 1):
        return of * int(proportion)
    below = 0.0
    for yes in range(of + 1):
        ways = lgamma(of + 1) - lgamma(yes + 1) - lgamma(of - yes + 1)
        below += exp(ways + yes * log(proportion) + (of - yes) * log1p(-proportion))
        if below > tail:
            return yes
    return of


def _alike(signs: Sequence[int], least: int) -> list[tuple[int, int]]:
    """Return the first and last of each run of at least so many of one sign; a nought is passed over."""
    found: list[tuple[int, int]] = []
    sign, members = 0, list[int]()
    for n, one in enumerate([*signs, 0]):
        ends = n == len(signs)
        if one == sign and one:
            members.append(n)
        elif one or ends:
            if len(members) >= least:
                found.append((members[0], members[-1]))
            sign, members = one, [n]
    return found


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _points(difference: float) -> str:
    points, way = _way(difference)
    return f"{points} {'point' if points == '1' else 'points'}{way}"


def _bounds(found: Change) -> str:
    (low, low_way), (high, high_way) = _way(found.low), _way(found.high)
    if low_way == high_way:
        low, high = (high, low) if found.high < 0 else (low, high)
        return f"{low} to {high}{high_way}"
    return f"{low}{low_way} to {high}{high_way}"


def _way(difference: float) -> tuple[str, str]:
    """Return a difference in whole points, rounded half away from nought, and its direction."""
    points = int(round(abs(difference) * 100, 9) + 0.5)
    return str(points), "" if not points else " up" if difference > 0 else " down"
