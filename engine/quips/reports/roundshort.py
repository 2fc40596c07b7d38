"""What a board needs of a round before all else, in a few lines: how many cases, the scores, the commonest gaps, what is open."""

from __future__ import annotations

from collections.abc import Iterator

from quips.peeraudit.figures import Figures
from quips.problems import listed
from quips.reports.blocks import Block, Points, Words
from quips.reports.roundcounts import cases_words, counted, were
from quips.reports.rounddone import at_risk, left_words, not_closed_words
from quips.reports.roundsummary import (
    MOST,
    UNFINISHED,
    commonest,
    fell_short,
    gaps_words,
    headed,
    left_to_do,
    score_line,
)
from quips.shares import LEAST

_LEFT_NAMED = 5


def in_short(found: Figures) -> Iterator[Block]:
    """Yield what somebody has to know who reads a few lines only; nothing in it is a recommendation.

    Args:
        found: The figures of the round.
    """
    if not found.progress.is_finished:
        yield Words(f"{UNFINISHED} {left_to_do(found)}", stands_out=True)
    yield from at_risk(found)
    yield Points([*_lines(found)])


def _lines(found: Figures) -> Iterator[str]:
    settled = found.patterns.cases
    of = f" of the {found.eligible} that could be drawn" if found.eligible else ""
    yield f"{cases_words(settled) if settled else 'No case'}{of} {'was' if settled < 2 else 'were'} read and settled."
    if settled < LEAST:
        return
    yield from (score_line(found, one) for one in headed(found)[:MOST])
    most = [fell_short(found, gap) for gap in commonest(found)[:MOST]]
    if found.patterns.roots:
        often = f"Most often, {'; '.join(most)}." if most else "No root gap is in more than one case."
        yield f"{gaps_words(found)} {often}"
    else:
        yield "No gap was found in what is on the records."
    yield from _open(found)


def _open(found: Figures) -> Iterator[str]:
    """Say what is not done, of what was fed back and of what was read again."""
    done = found.put_right
    overdue = "all" if done.overdue == done.open else done.overdue or "none"
    parts = [f"{counted(done.open, 'action')} open ({overdue} overdue)"] if done.open else []
    if done.still_open:
        parts.append(
            f"{counted(done.still_open, 'gap')} still open when {cases_words(done.reread)} {were(done.reread)} read again"
        )
    if done.unsure:
        parts.append(f"{counted(done.unsure, 'gap')} for people to judge")
    waiting = found.progress.cases - found.progress.countersigned
    if waiting:
        parts.append(f"{cases_words(waiting)} that no director has countersigned")
    if parts:
        yield f"Not done yet: {listed(parts, 'and')}."
    left = found.beside.not_closed.rules
    if left:
        more = len(left) - _LEFT_NAMED
        rest = [f"{more} more, named under 'What was done about it'"] if more > 0 else []
        named = "; ".join([*(left_words(one) for one in left[:_LEFT_NAMED]), *rest])
        yield f"Not closed when read again, root gaps first: {named}. {not_closed_words(found)}"
