"""The formats in which changes can be had; each is one function, listed here."""

from __future__ import annotations

from collections.abc import Callable

from quips.reports import changerows, changetext
from quips.rounds import Comparison

Renders = Callable[[Comparison, str, int], str]


def _html(compared: Comparison, marking: str, width: int) -> str:
    from quips.reports.changepage import to_html  # the template takes time to load

    return to_html(compared, marking)


CHANGE_FORMATS: dict[str, Renders] = {
    "text": changetext.change_text,
    "json": lambda compared, marking, width: changerows.to_json(compared),
    "html": _html,
}
