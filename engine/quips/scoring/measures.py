"""A score with the lowest and the highest that it could be, and the two ways in which scores are put together.

What stands above a question is worked out three times, in the same way: from the shares themselves, from the low ends of their
intervals, and from the high ends. So the interval of a mean is as wide as if all its questions rose and fell together. They are
answered of the same cases, so they do so in part; how far is not known, and an interval that is too wide calls a rating open that
may be settled, where one too narrow would call one settled that is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import NamedTuple

from quips.problems import QuipsError
from quips.shares import CONFIDENCE, Share, interval, whole_percent


class Measure(NamedTuple):
    """A score from 0 to 1, and how low and how high it could be.

    Attributes:
        value: The score.
        low: The lowest that the cases read are compatible with.
        high: The highest.
        bounded: Whether there is an interval; there is none for a figure that is printed without its number of cases.
    """

    value: float
    low: float
    high: float
    bounded: bool = True


def measure_of(share: Share, confidence: float = CONFIDENCE, population: int | None = None) -> Measure:
    """Return a share of cases as a score.

    Raises:
        QuipsError: As for ``shares.interval``.
    """
    return Measure(share.proportion, *interval(share, confidence, population))


def measure_printed(percent: float) -> Measure:
    """Return a printed percentage as a score without an interval.

    Raises:
        QuipsError: If it is not from 0 to 100.
    """
    whole_percent(percent / 100)
    return Measure(percent / 100, percent / 100, percent / 100, bounded=False)


def mean(measures: Sequence[Measure], weights: Sequence[float] | None = None) -> Measure:
    """Return the mean of scores, each counting the same unless weights are given.

    Raises:
        QuipsError: If there is none, or the weights come to nothing.

    Example:
        >>> mean([Measure(0.5, 0.25, 0.75), Measure(1.0, 0.75, 1.0)])
        Measure(value=0.75, low=0.5, high=0.875, bounded=True)
        >>> mean([Measure(1.0, 0.5, 1.0), Measure(0.0, 0.0, 0.5)], [80, 20])
        Measure(value=0.8, low=0.4, high=0.9, bounded=True)
    """
    parts = list(weights) if weights is not None else [1.0] * len(measures)
    whole = fsum(parts)
    if not measures or whole <= 0:
        raise QuipsError("There is nothing to take the mean of.")
    value, low, high = (
        min(1.0, fsum(weight * end for weight, end in zip(parts, ends, strict=True)) / whole)
        for ends in zip(*(measure[:3] for measure in measures), strict=True)
    )
    return Measure(value, min(low, value), max(high, value), all(measure.bounded for measure in measures))


def lowest(measures: Sequence[Measure]) -> Measure:
    """Return the lowest of scores; its interval goes from the lowest of the low ends to the lowest of the high ends.

    Raises:
        QuipsError: If there is none.

    Example:
        >>> lowest([Measure(0.5, 0.25, 0.75), Measure(0.625, 0.125, 0.875)])
        Measure(value=0.5, low=0.125, high=0.75, bounded=True)
    """
    if not measures:
        raise QuipsError("There is nothing to take the lowest of.")
    value, low, high = (min(ends) for ends in zip(*(measure[:3] for measure in measures), strict=True))
    return Measure(value, low, high, all(measure.bounded for measure in measures))


def told_score(measure: Measure, confidence: float = CONFIDENCE) -> str:
    """Return a score that is not a share of cases in words.

    Example:
        >>> told_score(Measure(0.6749, 0.58, 0.751))
        '67% (95% interval 58 to 75)'
        >>> told_score(measure_printed(74))
        '74%'
    """
    words = f"{whole_percent(measure.value)}%"
    if not measure.bounded:
        return words
    return f"{words} ({confidence * 100:.6g}% interval {whole_percent(measure.low)} to {whole_percent(measure.high)})"
