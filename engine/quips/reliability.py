"""How far two or more readers of the same cases agree, and which cases they should talk about.

Raw agreement comes first, since it is what anybody means by agreement. The measures that allow for chance stand beside it: kappa
and alpha fall where almost every answer is the same, however well readers agree, and Gwet's AC1 does so far less.

The judgements of one question are a mapping: case, reader, answer. An answer that is not there is missing; a case with one
reader is passed over, except where a measure says otherwise. Where a measure divides by nothing it is None, and
``why_undefined`` says why: never a number that only looks like one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from quips.problems import QuipsError, listed
from quips.shares import CONFIDENCE, Share, critical

Judged = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two readers: their names, the cases both read, and for how many each pair of answers was given."""

    first: str
    second: str
    cases: int
    table: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure with its interval; no interval where the cases are too few for one."""

    value: float
    low: float | None = None
    high: float | None = None


def check_answers(judged: Judged, answers: Collection[str]) -> None:
    """See to it that every answer is one that may be given.

    Raises:
        QuipsError: If one is not; each is told, with its case and reader.
    """
    wrong = [
        f"{case}, {reader}: '{answer}' is no answer. Answer {listed(answers)}."
        for case, given in judged.items()
        for reader, answer in given.items()
        if answer not in answers
    ]
    if wrong:
        raise QuipsError("\n".join(wrong))


def agreement(judged: Judged) -> Share:
    """Return in how many cases all who read it gave the same answer; a case with one reader counts for nothing."""
    several = [set(given.values()) for given in judged.values() if len(given) > 1]
    same = sum(len(answers) == 1 for answers in several)
    return Share(same, len(several) - same)


def cohens_kappa(judged: Judged, first: str, second: str) -> float | None:
    """Return Cohen's kappa of two readers, over the cases both read; None if it is undefined.

    Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20 (1960).
    """
    pair = confusion(judged, first, second)
    if not pair.cases:
        return None
    ones, others = Counter[str](), Counter[str]()
    for (one, other), count in pair.table.items():
        ones[one] += count
        others[other] += count
    observed = sum(count for (one, other), count in pair.table.items() if one == other)
    # in whole numbers until the last step, so that chance agreement of exactly 1 is seen to be so
    by_chance, square = sum(ones[answer] * others[answer] for answer in ones), pair.cases**2
    return None if by_chance == square else (observed * pair.cases - by_chance) / (square - by_chance)


def fleiss_kappa(judged: Judged) -> float | None:
    """Return Fleiss's kappa, over cases that all have the same number of readers; None if it is undefined.

    Fleiss, Measuring nominal scale agreement among many raters, Psychological Bulletin 76 (1971).

    Raises:
        QuipsError: If cases have different numbers of readers. Krippendorff's alpha and AC1 take them.
    """
    counted = [Counter(given.values()) for given in judged.values()]
    sizes = {counts.total() for counts in counted}
    if not counted or sizes == {1}:
        return None
    if len(sizes) > 1:
        raise QuipsError("Fleiss's kappa needs the same number of readers for every case. Krippendorff's alpha does not.")
    totals = sum(counted, Counter[str]())
    everything = totals.total()
    by_chance, square = sum(count**2 for count in totals.values()), everything**2
    if by_chance == square:
        return None
    expected = by_chance / square
    return (_mean([_agreeing(counts) for counts in counted]) - expected) / (1 - expected)


def krippendorffs_alpha(judged: Judged) -> float | None:
    """Return Krippendorff's alpha for answers without an order, readers missing or not; None if it is undefined.

    Krippendorff, Computing Krippendorff's alpha-reliability (2011), section C.
    """
    counted = [Counter(given.values()) for given in judged.values() if len(given) > 1]
    totals = sum(counted, Counter[str]())
    n = totals.total()
    expected = n**2 - sum(count**2 for count in totals.values())
    if not expected:
        return None
    observed = sum((counts.total() ** 2 - sum(c**2 for c in counts.values())) / (counts.total() - 1) for counts in counted)
    return 1 - (n - 1) * observed / expected


def gwets_ac1(
    judged: Judged, answers: Sequence[str], confidence: float = CONFIDENCE, population: int | None = None
) -> Measured | None:
    """Return Gwet's AC1 with its interval, readers missing or not; None if no case has two readers.

    A case with one reader counts towards how common each answer is, not towards agreement. The interval is by Gwet's variance
    over cases, cut off at -1 and 1; of a caseload read whole it has no width. Normal curve, not Student's: the two part below
    about 30 cases, where neither is to be trusted.

    Gwet, Computing inter-rater reliability and its variance in the presence of high agreement, British Journal of Mathematical
    and Statistical Psychology 61 (2008).

    Args:
        judged: The judgements.
        answers: The answers that could be given, used or not: AC1 depends on how many there are.
        confidence: The confidence of the interval.
        population: How many cases there are in all; None if not known.

    Raises:
        QuipsError: If an answer is not one of these, there are not two, or the population is smaller than the sample.
    """
    check_answers(judged, answers)
    if len(set(answers)) < 2:
        raise QuipsError("Agreement can be measured only where at least two answers could be given.")
    counted = [Counter(given.values()) for given in judged.values() if given]
    n, several = len(counted), sum(counts.total() > 1 for counts in counted)
    if population is not None and population < n:
        raise QuipsError(f"The population ({population} cases) is smaller than the sample ({n} cases).")
    if not several:
        return None
    k = len(set(answers))
    common = {answer: _mean([counts[answer] / counts.total() for counts in counted]) for answer in answers}
    expected = sum(share * (1 - share) for share in common.values()) / (k - 1)
    observed = sum(_agreeing(counts) for counts in counted if counts.total() > 1) / several
    value = (observed - expected) / (1 - expected)
    if n < 2:
        return Measured(value)
    parts = []
    for counts in counted:
        of_case = (_agreeing(counts) - expected) / (1 - expected) * n / several if counts.total() > 1 else 0.0
        chance = sum(counts[answer] / counts.total() * (1 - common[answer]) for answer in common) / (k - 1)
        parts.append(of_case - 2 * (1 - value) * (chance - expected) / (1 - expected))
    unread = 1 - n / population if population is not None else 1.0
    spread = critical(confidence) * sqrt(unread / n * sum((part - value) ** 2 for part in parts) / (n - 1))
    return Measured(value, max(-1.0, value - spread), min(1.0, value + spread))


def confusion(judged: Judged, first: str, second: str) -> Pair:
    """Return how often each pair of answers was given by two readers, over the cases both read."""
    pairs = Counter((given[first], given[second]) for given in judged.values() if first in given and second in given)
    return Pair(first, second, pairs.total(), dict(sorted(pairs.items())))


def to_discuss(judged: Judged) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield each case whose readers differ, with who said what, those most at odds first."""
    differing = [(case, given) for case, given in judged.items() if len(set(given.values())) > 1]
    yield from sorted(differing, key=lambda one: (_agreeing(Counter(one[1].values())), one[0]))


def why_undefined(judged: Judged) -> str:
    """Return in words why measures that allow for chance are undefined here; empty if they are not."""
    several = [given for given in judged.values() if len(given) > 1]
    if not several:
        return "No case was read by two."
    said = {answer for given in several for answer in given.values()}
    if len(said) == 1:
        return (
            f"Every reader answered {next(iter(said)).replace('_', ' ')} in every case. They agree entirely, and nothing tells "
            "that from readers who always give this answer."
        )
    return ""


def _agreeing(counts: Counter[str]) -> float:
    """The share of pairs of readers of one case who gave the same answer."""
    n = counts.total()
    return sum(count * (count - 1) for count in counts.values()) / (n * (n - 1))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
