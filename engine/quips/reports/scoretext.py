"""Scores on a screen: the whole first, then the framework in its own order, then groups side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from quips.change import NO_RANKING, Area, Limits
from quips.judged import Overturned
from quips.reports.wording import wrap
from quips.scoring.cards import PUBLISHED, Group, Scorecard
from quips.scoring.tree import RECONSTRUCTED, UNVERIFIED, Scored
from quips.shares import told

INDICATIVE = "What is worked out here is indicative: ratings and conclusions are the judgement of people."
STANDING = {
    RECONSTRUCTED: "rests on questions in our own wording, which no report prints",
    UNVERIFIED: "rests on a wording, or on where a rating begins, that is known from memory and not from a printed source",
}
MARKS_MEAN = f"* {STANDING[RECONSTRUCTED]}. † {STANDING[UNVERIFIED]}."
LIMITS = (
    "Limits say between which numbers of yes a group of that size would mostly lie if it were like all groups together: in "
    f"95 or more of 100 such samples, and in 998 or more of 1000. {NO_RANKING}"
)
MOST_OVERTURNED = 10


def score_text(card: Scorecard, marking: str, width: int, full: bool = False) -> str:
    """Return a scorecard as text.

    Args:
        card: The scorecard.
        marking: The protective marking.
        width: The width of a line, in characters.
        full: Whether to print the questions beneath key questions and criteria as well.
    """
    return "\n".join(_Text(card, width, full).lines(marking)) + "\n"


def heading_of(card: Scorecard) -> str:
    """Return what is scored, in words."""
    variant = f" ({card.edition.variants[card.variant]})" if card.variant else ""
    what = (
        f"as {card.report} prints it" if card.source == PUBLISHED else f"{card.cases} judged case{'' if card.cases == 1 else 's'}"
    )
    return f"{card.edition.title}{variant}: {what}"


def rating_words(scored: Scored) -> str:
    """Return the rating of a node: open between bands, or in which; a recorded one is called so."""
    if scored.recorded:
        return f"{scored.recorded} (recorded)" if scored.recorded != scored.told else scored.recorded
    if len(scored.touched) > 1:
        return f"{scored.rating}; the score itself is {scored.band}" if scored.band else scored.rating
    return scored.rating


def printed_words(scored: Scored) -> str:
    """Return what a report prints of a node, if it is not what stands there anyway; else empty."""
    known = ", ".join(dict.fromkeys(filter(None, (scored.told, scored.rating))))
    return "" if scored.printed in (known, scored.told, scored.rating) else scored.printed


def standing_words(scored: Scored) -> str:
    """Return what a score rests on that is not published, in words; empty if it is all published."""
    return "; ".join(STANDING[word] for word in scored.standing if word in STANDING)


def marks(scored: Scored) -> str:
    """Return the marks of what a score rests on: ``*`` for our wording, ``†`` for memory."""
    return "".join(mark for word, mark in ((RECONSTRUCTED, "*"), (UNVERIFIED, "†")) if word in scored.standing)


def limits_words(area: Area) -> str:
    """Return between which numbers of yes a group would mostly lie, and, in words, if it lies outside.

    Example:
        >>> from quips.shares import Share
        >>> limits_words(Area("North", Share(4, 16), Limits(6, 14), Limits(3, 17), "outside 95%", 0.5))
        'Of 20, 6 to 14 yes (95%) or 3 to 17 (99.8%). 4 is outside the 95% limits, below them.'
    """
    words = f"Of {area.share.of}, {_between(area.limits_95)} yes (95%) or {_between(area.limits_998)} (99.8%)."
    if area.stands == "inside":
        return words
    which = area.limits_998 if area.stands == "outside 99.8%" else area.limits_95
    way = "below" if area.share.yes < which.lower else "above"
    return f"{words} {area.share.yes} is {area.stands.replace('outside', 'outside the')} limits, {way} them."


def _between(limits: Limits) -> str:
    return f"{limits.lower} to {limits.upper}" if limits.lower < limits.upper else str(limits.lower)


def undecided_words(card: Scorecard) -> str:
    """Return how many answers count for nothing because readers differ; empty if there is none."""
    n = len(card.undecided)
    if not n:
        return ""
    count = "it counts" if n == 1 else "they count"
    return f"On {n} answer{'' if n == 1 else 's'} readers differ and nothing was agreed, so {count} for nothing: see quips agree."


def overturned_words(found: Overturned, card: Scorecard) -> str:
    """Return how often a proposal was overturned, in words."""
    return told(found.share, card.asked.confidence, least=card.asked.least)


class _Text:
    def __init__(self, card: Scorecard, width: int, full: bool) -> None:
        self.card, self.width, self.full = card, width, full

    def lines(self, marking: str) -> Iterator[str]:
        yield click.style(heading_of(self.card), bold=True) + (f"   {marking}" if marking else "")
        yield from self.wrapped(INDICATIVE)
        for note in self.card.notes:
            yield from self.wrapped(note)
        undecided = undecided_words(self.card)
        if undecided:
            yield from self.wrapped(undecided)
        for scored in self.card.scored:
            yield ""
            yield from self.scored(scored, 0)
        yield ""
        yield from self.wrapped(MARKS_MEAN)
        if self.card.groups:
            yield from self.groups(self.card.groups)
        yield from self.overturned("prompt", self.card.by_prompt)
        yield from self.overturned("rule", self.card.by_rule)

    def scored(self, scored: Scored, depth: int) -> Iterator[str]:
        if scored.is_question and not (self.full and (scored.share is None or scored.share.of + scored.share.not_applicable)):
            return
        indent = "  " * depth
        number = "" if scored.level in ("headline", "overall", "prompt", "summary question") else f"{scored.number} "
        head = f"{number}{scored.title}"
        for n, line in enumerate(wrap(head, self.width - len(indent))):
            yield indent + (click.style(line, bold=True) if depth < 2 else line) if not n else f"{indent}  {line}"
        mark = marks(scored)
        rating = rating_words(scored)
        parts = [scored.told] if scored.told not in ("no score", "no rating") or not scored.parts else []
        if rating and rating != scored.told:
            parts = [*(f"{told}{mark.strip('†')}" for told in parts), f"{rating}{mark.strip('*')}"]
        elif parts and scored.measure:
            parts = [f"{scored.told}{mark}"]
        if printed_words(scored):
            parts.append(f"printed: {printed_words(scored)}")
        if parts:
            yield from self.wrapped("; ".join(parts), f"{indent}  ")
        if scored.level == "overall" or (
            not scored.is_question and scored.level != "key question" and self.says_how(scored, depth)
        ):
            yield from self.wrapped(scored.how, f"{indent}  ")
        for note in scored.notes:
            yield from self.wrapped(note, f"{indent}  ")
        for part in scored.parts:
            yield from self.scored(part, depth + 1)

    def says_how(self, scored: Scored, depth: int) -> bool:
        return scored.measure is not None or (depth > 0 and scored.told in ("no score", "no rating"))

    def groups(self, groups: Sequence[Group]) -> Iterator[str]:
        yield ""
        yield click.style(f"By {self.card.asked.by}", bold=True)
        yield from self.wrapped(self.card.caveat)
        yield from self.wrapped(", ".join(f"{group.name}: {group.cases} cases" for group in groups))
        if any(group.areas for group in groups):
            yield from self.wrapped(LIMITS)
        for scored in self.card.walk():
            if scored.is_question and not self.full:
                continue
            rows = [(group, one) for group in groups if (one := group.score_of(scored))]
            if not any(one.measure for _, one in rows):
                continue
            yield ""
            yield from self.wrapped(
                scored.title if scored.is_question or scored.level == "headline" else f"{scored.number} {scored.title}"
            )
            for group, one in rows:
                rating = rating_words(one)
                yield from self.wrapped(f"{group.name}: {one.told}{f'; {rating}' if rating else ''}", "  ")
                area = group.area_of(one)
                if area:
                    yield from self.wrapped(limits_words(area), "    ")

    def overturned(self, what: str, found: Sequence[Overturned]) -> Iterator[str]:
        if not found:
            return
        yield ""
        yield click.style(f"What the record suggested and auditors judged otherwise, by {what}", bold=True)
        for one in found[:MOST_OVERTURNED]:
            yield from self.wrapped(f"{one.name}: {overturned_words(one, self.card)}")
        if len(found) > MOST_OVERTURNED:
            yield f"{len(found) - MOST_OVERTURNED} more, overturned less often."

    def wrapped(self, words: str, indent: str = "") -> Iterator[str]:
        yield from (f"{indent}{'  ' if n else ''}{line}" for n, line in enumerate(wrap(words, self.width - len(indent) - 2)))
