"""What can be wrong with a file, told so that its author can put it right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum

from quips.places import Place


class Level(StrEnum):
    """How much a problem matters: an error stops the work, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, where, and what to do about it.

    Attributes:
        place: Where it stands.
        name: The stable name of this kind of problem, such as ``unknown-key``.
        message: What is wrong, in plain words.
        hint: What to do, or what was probably meant; may be empty.
        level: Whether it stops the work.
    """

    place: Place
    name: str
    message: str
    hint: str = ""
    level: Level = field(default=Level.ERROR)

    def __str__(self) -> str:
        """Return the problem on one line, location first."""
        tail = f" {self.hint}" if self.hint else ""
        return f"{self.place}: {self.level}: {self.message}{tail} [{self.name}]"


class QuipsError(Exception):
    """Any failure that Quips can explain to the person at the keyboard."""


class InputError(QuipsError):
    """Files that cannot be used; carries every problem found, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems in the order of their places."""
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest known word, or an empty string.

    Example:
        >>> did_you_mean("rosh_levl", ["rosh_level", "tier"])
        "Did you mean 'rosh_level'?"
    """
    near = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"Did you mean '{near[0]}'?" if near else ""


def listed(words: Iterable[object], last: str = "or") -> str:
    """Return words as English prose.

    Example:
        >>> listed(["low", "medium", "high"])
        'low, medium or high'
    """
    items = [str(word) for word in words]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"
