"""What an author is told of a finding beyond what an officer is: entries, facts, sums, and what would make it something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from quips.authoring.laidopen import LaidOpen
from quips.authoring.moves import Move
from quips.authoring.nearest import MOST_TRIED, Search
from quips.cases import Case
from quips.places import Place
from quips.problems import listed
from quips.reasons import STATUS_WORDS
from quips.reports.explanation import TRUTH, tree_lines
from quips.reports.wording import status_words, wrap
from quips.statuses import Status


def author_text(opened: Sequence[LaidOpen], case: Case, width: int) -> str:
    """Return what the author of a rule is told of its findings, as text.

    Args:
        opened: The findings, laid open.
        case: The case.
        width: The width to wrap at.
    """
    lines = [click.style("For the author of the rule", bold=True)]
    for one in opened:
        lines += ["", *_finding(one, case, width)]
    return "\n".join(lines) + "\n"


def _finding(one: LaidOpen, case: Case, width: int) -> Iterator[str]:
    key = one.finding.key
    yield click.style(f"{key}: {status_words(one.finding).lower()}", bold=True)
    if one.facts:
        yield "What is known"
    for fact in one.facts:
        where = str(fact.place) if fact.place else "inferred" if fact.inferred else "not given"
        yield f"  {fact.name}: {fact.value}  ({where})"
    if one.entries:
        yield "What was asked of each entry"
    for entry in one.entries:
        yield f"  {entry.words}" + (f"  ({entry.place})" if entry.place else "")
        if not entry.asked:
            yield "    nothing but that it is there, and its day"
        for asked in entry.asked:
            yield f"    {TRUTH[asked.truth]} {asked.words}; here: {asked.found}  ({asked.place})"
    if one.counted:
        yield "How the limit was counted"
    for counted in one.counted:
        yield from wrap(f"{counted.words}  ({counted.row})", width, initial_indent="  ", subsequent_indent="    ")
        if counted.left_out:
            yield from wrap(f"Not counted: {counted.left_out}.", width, initial_indent="    ", subsequent_indent="    ")
        if counted.when:
            yield from tree_lines(counted.when, 2)
    yield from _search(one.search, case, width)


def _search(search: Search, case: Case, width: int) -> Iterator[str]:
    yield "What would make it something else"
    for nearest in search.nearest:
        yield f"  {_status(nearest.status)}, with {_counted(len(nearest.ways[0]))}:"
        for n, way in enumerate(nearest.ways):
            words = f"{listed([_words(move, case) for move in way], 'and')}"
            yield from wrap(f"{'or ' if n else ''}{words}", width, initial_indent="    ", subsequent_indent="      ")
    if not search.nearest:
        yield "  Nothing of what was tried."
    several = {0: "not all of them", 1: "each alone", 2: "each alone and every two together"}
    tried = several.get(search.whole, "each alone, and every two and three together")
    further = f"; of more together only some, since {MOST_TRIED:,} trials are enough" if search.tried == MOST_TRIED else ""
    words = f"Tried: {search.moves} changes to what the rule reads, {tried}{further}."
    yield from wrap(words, width, initial_indent="  ", subsequent_indent="    ")


def _words(move: Move, case: Case) -> str:
    place = _place(move, case)
    return f"{move.words} ({place})" if place else move.words


def _place(move: Move, case: Case) -> Place | None:
    return case.document.key_place(*move.path) if move.path and case.document else None


def _status(status: str) -> str:
    return STATUS_WORDS[Status(status)] if status in set(Status) else status


def _counted(count: int) -> str:
    return {1: "one change", 2: "two changes"}.get(count, f"{count} changes")
