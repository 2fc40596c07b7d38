"""Scores as one self-contained, printable page, laid out as the reports lay out theirs: no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator

from quips.change import Area
from quips.reports import scoretext
from quips.reports.charts import Bar, Dot, bars, funnel
from quips.reports.templates import environment_of
from quips.scoring.cards import FEW_IN_COMMON, Group, Scorecard
from quips.scoring.schemes import bands_of
from quips.scoring.tree import Scored


def to_html(card: Scorecard, marking: str) -> str:
    """Return a scorecard as one HTML page.

    Args:
        card: The scorecard.
        marking: The protective marking that stands on every page.
    """
    environment = environment_of()
    environment.globals.update(
        words=scoretext,
        chart=lambda top: _chart(card, top),
        rows_of=rows_of,
        answered=answered,
        grouped=grouped,
        has_limits=lambda card: any(group.areas for group in card.groups),
        limits=lambda scored: areas_of(card, scored),
        funnel=lambda scored: _funnel(card, scored),
    )
    return environment.get_template("scores.html.j2").render(card=card, marking=marking)


def rows_of(division: Scored) -> Iterator[Scored]:
    """Yield a section or domain and its nodes down to key questions and criteria, in order."""
    return (scored for scored in division.walk() if not scored.is_question)


def answered(division: Scored) -> list[tuple[Scored, list[Scored]]]:
    """Return the nodes of a section or domain that have questions with answers, with those questions."""
    found = [(node, [part for part in node.parts if part.is_question and _was_answered(part)]) for node in rows_of(division)]
    return [(node, questions) for node, questions in found if questions]


def grouped(card: Scorecard) -> list[tuple[Scored, list[tuple[Group, Scored]]]]:
    """Return what is scored in any group of cases, or of too few questions in each, by group; the whole has no groups."""
    found = []
    for scored in card.walk():
        rows = [(group, one) for group in card.groups if (one := group.score_of(scored))]
        is_told = any(one.measure or one.told == FEW_IN_COMMON for _, one in rows)
        if not scored.is_question and scored.level != "overall" and is_told:
            found.append((scored, rows))
    return found


def _was_answered(question: Scored) -> bool:
    return question.share is None or bool(question.share.of + question.share.not_applicable)


def _chart(card: Scorecard, division: Scored) -> str:
    nodes = [scored for scored in rows_of(division) if scored.measure]
    rows = [Bar(scored.number, scored.measure, scored.told) for scored in nodes if scored.measure]
    interval = ", with their intervals" if any(row.measure.bounded for row in rows) else ""
    return bars(
        rows,
        bands_of(card.edition.scoring),
        f"Chart of the scores of {division.title}{interval}. The table has the same figures.",
    )


def areas_of(card: Scorecard, scored: Scored) -> dict[str, Area]:
    """Return the groups that have limits for what is scored, by name."""
    return {group.name: area for group in card.groups if (area := group.area_of(scored))}


def _funnel(card: Scorecard, scored: Scored) -> str:
    areas = areas_of(card, scored)
    dots = [Dot(area.name, area.share, scoretext.limits_words(area)) for area in areas.values()]
    whole = next((area.whole for area in areas.values()), 0.0)
    return funnel(
        dots, whole, f"Funnel chart of {scored.number} {scored.title} by {card.asked.by}. The table has the same figures."
    )
