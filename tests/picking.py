"""Choices drawn from Hypothesis one small number at a time: far quicker than strategies made of strategies, and they shrink.

Whatever comes first in a list, and what is not so by chance, is the simpler choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

_T = TypeVar("_T")
_UP_TO = [st.integers(0, most) for most in range(200)]


class Pick:
    """Draws choices; everything it draws comes from one of Hypothesis's `draw` functions."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def up_to(self, most: int) -> int:
        """Return a whole number from 0."""
        return int(self._draw(_UP_TO[most])) if most else 0

    def between(self, least: int, most: int) -> int:
        """Return a whole number, both ends inside."""
        return least + self.up_to(most - least)

    def of(self, choices: Sequence[_T]) -> _T:
        """Return one of several."""
        return choices[self.up_to(len(choices) - 1)]

    def chance(self, of: int = 2) -> bool:
        """Return true once in so many times."""
        return self.up_to(of - 1) == of - 1

    def some(self, choices: Sequence[_T], most: int, least: int = 0) -> list[_T]:
        """Return up to so many different ones of several, in any order."""
        left = list(choices)
        return [left.pop(self.up_to(len(left) - 1)) for _ in range(self.between(least, min(most, len(left))))]

    def shuffled(self, things: Sequence[_T]) -> list[_T]:
        """Return all of them in any order."""
        return self.some(things, len(things), len(things))
