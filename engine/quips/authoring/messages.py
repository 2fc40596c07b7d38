"""The catalogue of messages: a page for each, which says how much it matters, what it means and how to mend it.

A page is a file in ``messages``, named after its message. Nothing else has to be changed to add one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from quips.problems import Level, Problem

FOLDER = Path(__file__).resolve().parent.parent / "messages"


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of problem, told at length.

    Attributes:
        name: Its stable name, such as ``unknown-activity``.
        level: How much it matters.
        means: What is wrong, in a sentence or two.
        page: Why it matters, a wrong and a right example, and how to mend it: Markdown, each under its heading.
    """

    name: str
    level: Level
    means: str
    page: str

    def section(self, heading: str) -> str:
        """Return what stands under a heading of the page, without an example's fences."""
        found = re.search(rf"^## {heading}\n\n(.*?)(?=\n## |\Z)", self.page, re.MULTILINE | re.DOTALL)
        return re.sub(r"^```.*\n?", "", found[1], flags=re.MULTILINE).strip("\n") if found else ""


@cache
def message(name: str) -> Message:
    """Return a message by its name.

    Raises:
        LookupError: There is no such message.

    Example:
        >>> message("unknown-activity").level
        <Level.ERROR: 'error'>
    """
    path = FOLDER / f"{name}.md"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file():
        raise LookupError(name)
    level, means, page = path.read_text(encoding="utf-8").split("\n\n", 2)
    return Message(name, Level(level.removeprefix("level: ")), " ".join(means.split()), page)


def every_name() -> list[str]:
    """Return the names of all messages, in order."""
    return sorted(path.stem for path in FOLDER.glob("*.md"))


def levelled(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems in the order of their places, each with the level that its page gives it."""
    return sorted(replace(problem, level=message(problem.name).level) for problem in problems)
