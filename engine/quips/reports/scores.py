"""The formats in which scores can be had; each is one function, listed here."""

from __future__ import annotations

from collections.abc import Callable

from quips.reports import scorerows, scoretext
from quips.scoring.cards import Scorecard

Renders = Callable[[Scorecard, str, int, bool], str | bytes]


def _html(card: Scorecard, marking: str, width: int, full: bool) -> str:
    from quips.reports.scorepage import to_html  # the template takes time to load

    return to_html(card, marking)


def _workbook(card: Scorecard, marking: str, width: int, full: bool) -> bytes:
    from quips.reports.scorebook import to_workbook  # the library takes time to load

    return to_workbook(card, marking)


SCORE_FORMATS: dict[str, Renders] = {
    "text": scoretext.score_text,
    "json": lambda card, marking, width, full: scorerows.to_json(card),
    "html": _html,
    "xlsx": _workbook,
}


def render_score(card: Scorecard, form: str, marking: str, width: int, full: bool = False) -> str | bytes:
    """Return a scorecard in a format.

    Args:
        card: The scorecard.
        form: One of `SCORE_FORMATS`.
        marking: The protective marking.
        width: The width of a line of text, in characters.
        full: Whether text has every question as well.
    """
    return SCORE_FORMATS[form](card, marking, width, full)
