"""What scoring works with and what comes of it: the results that go in, and a scored tree in the framework's own order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from quips.scoring.measures import Measure, measure_of, told_score
from quips.shares import CONFIDENCE, LEAST, Share, is_small, open_between, told

INDICATIVE, RECONSTRUCTED, UNVERIFIED = "indicative", "reconstructed", "unverified"
NO_ANSWER = Share(0, 0, 0)


@dataclass(frozen=True)
class Results:
    """What a scheme scores.

    Attributes:
        shares: The share of cases answered yes, by the full name of a prompt, key question or criterion's summary question.
        printed: The percentage that a report prints, by the number of a node or the name of a thread.
        verdicts: The rating, grade, comment or conclusion that a report prints, in the same way.
        recorded: The judgements that people recorded of nodes, by number: conclusions, grades, ratings by characteristics.
        confidence: The confidence of the intervals.
        least: Shares of fewer relevant cases are neither shown nor counted in a mean.
        population: How many cases the cases were drawn from; None if that is not known.
        hidden: The names of shares not to show, since another that is too small could be worked out from them.
    """

    shares: Mapping[str, Share] = field(default_factory=dict)
    printed: Mapping[str, float] = field(default_factory=dict)
    verdicts: Mapping[str, str] = field(default_factory=dict)
    recorded: Mapping[str, str] = field(default_factory=dict)
    confidence: float = CONFIDENCE
    least: int = LEAST
    population: int | None = None
    hidden: frozenset[str] = frozenset()

    def share(self, name: str) -> Share:
        """Return the share of a question; of no case if nobody answered it."""
        return self.shares.get(name, NO_ANSWER)

    def can_show(self, name: str) -> bool:
        """Whether a share rests on cases enough, and does not give another one away."""
        return not is_small(self.share(name), max(1, self.least)) and name not in self.hidden

    def relevant(self, share: Share) -> int | None:
        """Return how many cases of the population may be relevant at the most: all but those that are known not to be.

        How many of those not read are relevant is not known. To take as many of each hundred as of those read leaves out shares
        that can well be: where 1 of 5 relevant cases was answered yes and three more of the population were not read, up to
        four of eight may be.
        """
        return None if self.population is None else self.population - share.not_applicable

    def measure(self, name: str) -> Measure | None:
        """Return the score of a question; None if no case is relevant, or too few are."""
        share = self.share(name)
        return measure_of(share, self.confidence, self.relevant(share)) if self.can_show(name) else None

    def told(self, name: str) -> str:
        """Return the share of a question in words."""
        share = self.share(name)
        if name in self.hidden and not is_small(share, self.least):
            return "not shown, as another share could be worked out from it"
        return told(share, self.confidence, self.relevant(share), self.least)


@dataclass(frozen=True, slots=True)
class Points:
    """How many points a standard, or all of them, has, and the fewest and most it could have."""

    value: int | None
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Scored:
    """A node of the framework, a question in it, a headline or the whole, with its score.

    Attributes:
        name: Its full name, such as ``omi-1/1.2`` or ``omi-1/thread/roh``.
        number: Its number as printed; for a question or a headline, its short name.
        level: What the edition calls its layer; ``headline`` or ``overall`` above them.
        title: Its title, or what the question asks.
        measure: Its score; None if there is none.
        share: The share of cases it rests on, if it is answered case by case.
        told: The score in words.
        band: The band that the score itself lies in; empty if there is none.
        touched: Every band that its interval reaches into.
        points: Its points, where the edition gives any.
        recorded: The judgement that somebody recorded of it.
        printed: What a report prints of it.
        standing: ``indicative``, and ``reconstructed`` or ``unverified`` if it rests on such.
        how: How it was worked out.
        notes: What should be known with it.
        counts: Whether it counts in what stands above it.
        parts: What stands beneath it.
        questions: Of a headline, the questions that it is worked out from, which stand beneath something else.
    """

    name: str
    number: str
    level: str
    title: str
    measure: Measure | None = None
    share: Share | None = None
    told: str = ""
    band: str = ""
    touched: tuple[str, ...] = ()
    points: Points | None = None
    recorded: str = ""
    printed: str = ""
    standing: tuple[str, ...] = ()
    how: str = ""
    notes: tuple[str, ...] = ()
    counts: bool = True
    parts: tuple[Scored, ...] = ()
    questions: tuple[Scored, ...] = ()

    def walk(self) -> Iterator[Scored]:
        """Yield it and all beneath it, top down."""
        yield self
        for part in self.parts:
            yield from part.walk()

    @property
    def is_question(self) -> bool:
        """Whether it is a prompt or a summary question, and no node of the framework."""
        return self.level in ("prompt", "summary question")

    @property
    def rests_on(self) -> tuple[int, int]:
        """On how many of the questions that count in it its score rests, and how many there are."""
        questions = self.counted()
        return sum(one.measure is not None for one in questions), len(questions)

    def counted(self) -> list[Scored]:
        """Return the questions that count in it."""
        return [one for one in self.questions or self.walk() if one.is_question and one.counts]

    @property
    def rating(self) -> str:
        """Its rating in words: as recorded, in one band, or open between bands; empty if there is none."""
        return self.recorded or open_between(self.touched) or self.band


def score_words(results: Results, measure: Measure | None) -> str:
    """Return a score that is not a share in words; ``no score`` if there is none."""
    return told_score(measure, results.confidence) if measure else "no score"
