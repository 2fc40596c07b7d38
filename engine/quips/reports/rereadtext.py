"""What became of the gaps of a case that was read again, on a screen: what closed, what did not, and what nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator

import click

from quips.knowledge import Knowledge
from quips.peeraudit.book import title_of
from quips.peeraudit.rereading import Change
from quips.peeraudit.state import RoundCase
from quips.reports.wording import INDICATIVE, as_at_words, urgent_words, wrap


def reread_text(change: Change, case: RoundCase, knowledge: Knowledge, marking: str, width: int) -> str:
    """Return what became of the gaps of a case as text.

    Args:
        change: What became of them.
        case: The case, as it stands.
        knowledge: The knowledge base.
        marking: The protective marking.
        width: The width of a line, in characters.
    """
    return "\n".join(_lines(change, case, knowledge, marking, width)) + "\n"


def _lines(change: Change, case: RoundCase, knowledge: Knowledge, marking: str, width: int) -> Iterator[str]:
    def wrapped(words: str, indent: str = "") -> Iterator[str]:
        yield from (f"{indent}{'  ' if n else ''}{line}" for n, line in enumerate(wrap(words, width - len(indent) - 2)))

    rules = knowledge.rules
    yield click.style(f"{case.reference} read again, as at {as_at_words(change.audit)}", bold=True) + f"   {marking}"
    urgent = urgent_words(change.audit)
    if urgent:
        yield from wrapped(urgent)
    yield from wrapped(INDICATIVE)
    parts = (
        ("Closed", "", [f"{rules[name].title}: {shows}." for name, shows in change.closed.items()]),
        ("Still open", "", [f"{rules[name].title}. {note or rules[name].remedy}" for name, note in change.still_open.items()]),
        (
            "Not clear, and so still open",
            "The record does not show whether these were put right. Put back in it what still holds, and read it again.",
            [f"{rules[name].title}: {why}. {rules[name].remedy}" for name, why in change.unsure.items()],
        ),
        ("New", "", [f"{rules[name].title}. {rules[name].remedy}" for name in change.new]),
    )
    for heading, under, lines in parts:
        yield ""
        yield click.style(f"{heading}: {len(lines) or 'none'}", bold=True)
        if under and lines:
            yield from wrapped(under, "  ")
        for line in lines:
            yield from wrapped(line, "  ")
    aside = [title_of(knowledge, name) for name, one in case.disputes.items() if one.outcome == "set_aside"]
    if aside:
        yield ""
        yield from wrapped(f"Set aside on a dispute, and not counted: {'; '.join(aside)}.")
