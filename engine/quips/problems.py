"""What can be wrong with a file, told so that its author can put it right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from quips.places import Place

_SMALL_WORDS = frozenset({"and", "for", "from", "not", "the", "was", "with"})


class Level(StrEnum):
    """How much a problem matters: an error stops the work, a warning should be looked at, advice may be followed."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


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


def did_you_mean(word: str, known: Iterable[str], about: Mapping[str, tuple[str, str]] | None = None) -> str:
    """Return a hint at what was meant; empty if nothing is like it.

    Only a slip of the pen is named as what was meant. A name that merely has a word in common may mean something else, so up
    to three such names are listed with their titles, to be chosen from.

    Args:
        word: What was written.
        known: The names that there are.
        about: For a name, its title and words about it, in which words of what was written are looked for too.

    Example:
        >>> did_you_mean("rosh_levl", ["rosh_level", "tier"])
        "Did you mean 'rosh_level'?"
        >>> did_you_mean("appointment", ["first_appointment", "tier"])
        'Is one of these meant: first_appointment?'
    """
    names = sorted(known)
    slips = [(distance, name) for name in names for distance in [_slip(word, name)] if distance is not None]
    if slips:
        return f"Did you mean '{min(slips)[1]}'?"
    alike = _alike(word, names, about or {})
    titles = [f"{name} ({about[name][0]})" if about and name in about else name for name in alike]
    return f"Is one of these meant: {listed(titles)}?" if titles else ""


def _slip(word: str, name: str) -> int | None:
    """How many letters a word is from a name, if no word of it is further than a slip of the pen; None if it is."""
    if len(word) >= 0.75 * len(name) and name.startswith(word):
        return len(name) - len(word)
    found, wanted = _words(word), _words(name)
    if len(found) != len(wanted):  # a separator left out or put in
        apart = _letters_apart("".join(found), "".join(wanted))
        return apart if apart <= 1 else None
    pairs = list(zip(found, wanted, strict=True))
    total = sum(_letters_apart(one, other) for one, other in pairs)
    slips = all(_letters_apart(one, other) <= _slips_allowed(max(len(one), len(other))) for one, other in pairs)
    return total if slips and total <= 3 else None


def _slips_allowed(length: int) -> int:
    return 0 if length < 3 else 1 if length < 8 else 2


def _letters_apart(one: str, other: str) -> int:
    """How many letters have to be put in, taken out, changed, or exchanged with the next, to make one word the other."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            row.append(min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != wanted)))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                row[j] = min(row[j], before[j - 2] + 1)
        before, last = last, row
    return last[-1]


def _alike(word: str, names: list[str], about: Mapping[str, tuple[str, str]]) -> list[str]:
    """Return up to three names that have a word in common with what was written; a word that few have counts for more."""
    worth: dict[str, float] = {}
    for one in dict.fromkeys(_words(word)):
        if len(one) < 3 or one in _SMALL_WORDS:
            continue
        named = [name for name in names if one in _words(name)]
        told = [name for name in names if name not in named and _is_told(one, " ".join(about.get(name, ())))]
        for group, weight in ((named, 2.0), (told, 1.0)):
            for name in group:
                worth[name] = worth.get(name, 0) + weight / (len(named) + len(told))
    return sorted(worth, key=lambda name: (-worth[name], name))[:3]


def _is_told(word: str, text: str) -> bool:
    return any(word == other or (len(word) > 4 and other.endswith(word)) for other in _words(text))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


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
