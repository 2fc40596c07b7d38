"""What changed from round to round on a screen: what cannot be told first, then the questions in the edition's own order."""

from __future__ import annotations

from collections.abc import Iterator

import click

from quips.problems import listed
from quips.reports.wording import wrap
from quips.rounds import Comparison

INDICATIVE = "Indicative: shares of the cases that were read, not ratings. What they mean is the judgement of people."


def change_text(compared: Comparison, marking: str, width: int) -> str:
    """Return a comparison as text.

    Args:
        compared: The comparison.
        marking: The protective marking.
        width: The width of a line, in characters.
    """
    return "\n".join(_lines(compared, marking, width)) + "\n"


def heading_of(compared: Comparison) -> str:
    """Return what is compared, in words."""
    first, last = compared.rounds[0].name, compared.rounds[-1].name
    n = len(compared.rounds)
    return f"{compared.edition.title}: from {first} to {last}" + (f", {n} rounds" if n > 2 else "")


def rounds_words(compared: Comparison) -> str:
    """Return the rounds and how many cases each has."""
    counts = [(one.name, len(one.judged.cases)) for one in compared.rounds]
    return "; ".join(f"{name}: {n} case{'' if n == 1 else 's'}" for name, n in counts) + "."


def left_out_words(compared: Comparison) -> str:
    """Return which questions cannot be compared since they were not answered at both ends; empty if there is none."""
    first, last = compared.rounds[0].name, compared.rounds[-1].name
    return f"Not answered both in {first} and in {last}: {listed(compared.left_out, 'and')}." if compared.left_out else ""


def _lines(compared: Comparison, marking: str, width: int) -> Iterator[str]:
    def wrapped(words: str, indent: str = "") -> Iterator[str]:
        yield from (f"{indent}{'  ' if n else ''}{line}" for n, line in enumerate(wrap(words, width - len(indent) - 2)))

    yield click.style(heading_of(compared), bold=True) + (f"   {marking}" if marking else "")
    for words in (INDICATIVE, rounds_words(compared), *compared.notes):
        yield from wrapped(words)
    node = ""
    for question in compared.questions:
        if question.node != node:
            node = question.node
            yield ""
            yield click.style(node, bold=True)
        yield from wrapped(question.title, "  ")
        if len(compared.rounds) > 2:
            for one, share in zip(compared.rounds, question.each, strict=True):
                yield from wrapped(f"{one.name}: {share}", "    ")
        yield from wrapped(question.told, "    ")
        if question.run:
            yield from wrapped(question.run.told, "    ")
    if compared.left_out:
        yield ""
        yield from wrapped(left_out_words(compared))
