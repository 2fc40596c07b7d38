"""Scores as an Excel workbook: one table on each sheet, no merged cells, and charts that Excel draws itself."""

from __future__ import annotations

from collections.abc import Iterator

from quips.change import Area
from quips.reports.scorepage import answered, areas_of, grouped
from quips.reports.scoretext import INDICATIVE, heading_of, overturned_words, rating_words, standing_words, undecided_words
from quips.reports.tablebook import Row, TableBook
from quips.scoring.cards import Scorecard
from quips.scoring.tree import Scored
from quips.shares import whole_percent

_HEAD = ("Number", "Level", "Title", "Score %", "Low %", "High %", "Yes", "Relevant cases", "Not applicable", "Rating", "Printed")
_WIDTHS = (10, 14, 54, 8, 8, 8, 8, 10, 12, 36, 18)
_LIMITS = ("95% limits from", "95% limits to", "99.8% limits from", "99.8% limits to", "Lies")
_HOW, _HOW_WIDTHS = ("Number", "Title", "Rests on", "How", "Notes"), (10, 46, 34, 46, 46)


def to_workbook(card: Scorecard, marking: str) -> bytes:
    """Return a scorecard as the bytes of a workbook.

    Args:
        card: The scorecard.
        marking: The protective marking, in the header of each printed page and on the first sheet.
    """
    writer = TableBook(heading_of(card), marking)
    writer.table("About", ("What", "Said"), list(_about(card, marking)), (26, 110))
    nodes = [scored for scored in card.walk() if not scored.is_question]
    writer.table("Scores", _HEAD, [_row(scored) for scored in nodes], _WIDTHS)
    writer.table("How", _HOW, [_how(scored) for scored in nodes], _HOW_WIDTHS)
    writer.chart("Chart", ("Number", "Score %"), [(scored.number, scored.measure) for scored in nodes if scored.measure])
    questions = [question for top in card.scored for _, found in answered(top) for question in found]
    if questions:
        writer.table(
            "Questions",
            ("Name", *_HEAD[1:]),
            [(question.name, *_row(question)[1:]) for question in questions],
            (46, *_WIDTHS[1:]),
        )
    if card.groups:
        writer.table(
            "Groups",
            ("Number", "Title", card.asked.by.capitalize(), "Cases in group", *_HEAD[3:10], *_LIMITS),
            list(_groups(card)),
            (9, 60, 20, 10, *_WIDTHS[3:10], *(10 for _ in _LIMITS[:-1]), 16),
        )
    for title, found in (("Overturned by prompt", card.by_prompt), ("Overturned by rule", card.by_rule)):
        if found:
            rows = [(one.name, overturned_words(one, card)) for one in found]
            writer.table(title, ("Name", "Suggestions overturned"), rows, (60, 60))
    return writer.data()


def _about(card: Scorecard, marking: str) -> Iterator[Row]:
    yield "Scores", heading_of(card)
    yield "Marking", marking
    yield "Standing", INDICATIVE
    yield from (("Note", note) for note in card.notes)
    if undecided_words(card):
        yield "Readers differ", undecided_words(card)
    if card.groups:
        yield "On comparing", card.caveat
    yield "Intervals", f"{card.asked.confidence * 100:g}%; shares of fewer than {card.asked.least} relevant cases are left blank."


def _row(scored: Scored) -> list[str | int | None]:
    measure, share = scored.measure, scored.share if scored.measure else None
    bounded = measure if measure and measure.bounded else None
    return [
        *(scored.number, scored.level, scored.title),
        whole_percent(measure.value) if measure else None,
        whole_percent(bounded.low) if bounded else None,
        whole_percent(bounded.high) if bounded else None,
        *((share.yes, share.of, share.not_applicable) if share else (None, None, None)),
        *(rating_words(scored) or (scored.told if measure is None else ""), scored.printed),
    ]


def _how(scored: Scored) -> Row:
    return scored.number, scored.title, standing_words(scored), scored.how, " ".join(scored.notes)


def _groups(card: Scorecard) -> Iterator[Row]:
    for scored, rows in grouped(card):
        areas = areas_of(card, scored)
        yield from (
            (scored.number, scored.title, group.name, group.cases, *_row(one)[3:10], *_limits(areas.get(group.name)))
            for group, one in rows
        )


def _limits(area: Area | None) -> Row:
    """Between which numbers of yes a group would mostly lie if it were like all together, and whether it does."""
    if area is None:
        return (None,) * len(_LIMITS)
    return (area.limits_95.lower, area.limits_95.upper, area.limits_998.lower, area.limits_998.upper, area.stands)
