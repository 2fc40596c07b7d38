"""A report on a screen."""

from __future__ import annotations

from collections.abc import Iterator

import click

from quips.reports.blocks import Block, Heading, Paper, Points, Table, Words
from quips.reports.wording import wrap


def to_text(paper: Paper, width: int) -> str:
    """Return a report as text.

    Args:
        paper: The report.
        width: The width of a line, in characters.
    """
    lines = [click.style(paper.title, bold=True) + (f"   {paper.marking}" if paper.marking else "")]
    for words in paper.under:
        lines += wrap(words, width)
    for section in paper.sections:
        lines += ["", click.style(section.title, bold=True)]
        for block in section.blocks:
            lines += _lines(block, width)
    return "\n".join(lines) + "\n"


def _lines(block: Block, width: int) -> Iterator[str]:
    match block:
        case Words(text, stands_out):
            yield from (click.style(line, bold=stands_out) for line in wrap(text, width))
        case Points(lines):
            for line in lines:
                yield from wrap(line, width, initial_indent="- ", subsequent_indent="  ")
        case Heading(text):
            yield from ("", click.style(text, bold=True))
        case Table():
            yield from _table(block, width)


def _table(block: Table, width: int) -> Iterator[str]:
    """A row is told line by line: what it is of, then each column with its heading; a table of two columns on one line."""
    yield from ("", block.title)
    for row in block.rows:
        first, rest = row[0], [*zip(block.head[1:], row[1:], strict=len(row) > 1)]
        if len(rest) == 1:
            yield from wrap(f"{first}: {rest[0][1]}", width, initial_indent="  ", subsequent_indent="      ")
            continue
        yield from wrap(first, width, initial_indent="  ", subsequent_indent="      ")
        for head, cell in rest:
            if cell:
                yield from wrap(f"{head}: {cell}", width, initial_indent="      ", subsequent_indent="        ")
