"""How soon it was written down who was told, where somebody might have been at risk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from quips.peeraudit.state import State


@dataclass(frozen=True, slots=True)
class RaisedAtOnce:
    """The cases in which somebody might have been at risk and of which it is written down who was told.

    Attributes:
        cases: How many cases.
        same_day: In how many that was written down by the day on which it was first seen.
        days: How many days it took in the others, the fewest first.
    """

    cases: int
    same_day: int
    days: tuple[int, ...]


def raised_at_once(state: State) -> RaisedAtOnce:
    """Return how soon it was written down who was told, by case.

    It was first seen when a form with such an open gap was handed in; or when it was raised, where that was before, or no form
    has one.

    Args:
        state: The round as it stands.
    """
    first: dict[str, str] = {}
    for one in state.urgent:
        first.setdefault(one.case, one.at)
    days = sorted(_days(state.cases[name].urgent_since if name in state.cases else "", at) for name, at in first.items())
    return RaisedAtOnce(len(days), days.count(0), tuple(day for day in days if day))


def _days(seen: str, raised: str) -> int:
    return max(0, (_day(raised) - _day(seen)).days) if seen else 0


def _day(at: str) -> date:
    return date.fromisoformat(at[:10])
