"""What was done about what a round found, in plain words: who was told at once, the actions, and what is not closed yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from quips.explain import in_sentence
from quips.peeraudit.beside import Left
from quips.peeraudit.figures import Figures
from quips.peeraudit.state import OPEN, Phase
from quips.problems import listed
from quips.reports.blocks import Block, Heading, Points, Words
from quips.reports.roundcounts import be, cases_words, counted, were
from quips.shares import LEAST


def at_risk(found: Figures) -> Iterator[Block]:
    """Yield what a board asks first: whether somebody may be at risk, and how soon it is written down who was told.

    Args:
        found: The figures of the round.
    """
    raised = found.raised
    if raised.cases:
        when = "on the day on which it was seen"
        if raised.days:
            others = f" in {'the other' if len(raised.days) == 1 else 'the others'}" if raised.same_day else ""
            after = f"{listed(raised.days, 'and')} day{'' if raised.days == (1,) else 's'} after it was seen{others}"
            when = f"{when} in {raised.same_day}, and {after}" if raised.same_day else after
        each = " in each" if raised.cases > 1 else ""
        yield Words(
            f"In {cases_words(raised.cases)} somebody might have been at risk. Somebody was told{each}, and that was written "
            f"down {when}. Who was told, and when, is in the round's log."
        )
    if found.unanswered:
        cases = cases_words(found.unanswered)
        yield Words(
            f"On {cases} open gaps concern a child, a victim or MAPPA, and nobody has written down what was done at once.", True
        )


def done(found: Figures) -> Iterator[Block]:
    """Yield what became of what was found: the actions, the cases read again, and what is left.

    Args:
        found: The figures of the round.
    """
    right, progress = found.put_right, found.progress
    yield Heading("What was done about it")
    if not progress.fed_back and not found.refusals:
        yield Words("No feedback has been given yet.")
    else:
        yield Words(" ".join(_done_words(found)))
        left = found.beside.not_closed.rules
        if left and found.patterns.cases >= LEAST:  # of fewer no gap is told at all
            yield Words("Not closed when read again:")
            yield Points([*_named(left)])
    if right.overdue:
        yield Words(f"{counted(right.overdue, 'action')} {be(right.overdue)} overdue.", stands_out=True)


def _done_words(found: Figures) -> Iterator[str]:
    done, progress = found.put_right, found.progress
    yield f"The officers and their seniors were given feedback on {cases_words(progress.fed_back)}."
    total = done.done + done.open + done.withdrawn + done.taken_back
    if total:
        parts = [f"{done.done} {be(done.done)} reported done"]
        parts += [f"{done.open} {be(done.open)} {OPEN}"] if done.open else []
        parts += [f"{done.withdrawn} {were(done.withdrawn)} withdrawn"] if done.withdrawn else []
        parts += [f"{done.taken_back} {were(done.taken_back)} taken back with the feedback"] if done.taken_back else []
        yield f"Of {counted(total, 'action')} to put things right, {listed(parts, 'and')}."
        again = found.beside.set_again
        if again:
            yield f"{again} of them asked again for what an earlier letter had asked for; {total - again} are different ones."
    if done.refused:
        yield f"{done.refused} of these {total} {were(done.refused)} set in feedback that a director then refused."
    if done.reread:
        became = [f"{counted(done.closed, 'gap')} {were(done.closed)} closed"]
        if done.late:
            became.append(f"{done.late} {were(done.late)} of work done late, which cannot be undone")
        if done.unsure:
            became.append(
                f"{done.unsure} {be(done.unsure)} for people to judge, as the record does not show whether "
                f"{'it was' if done.unsure == 1 else 'they were'} put right"
            )
        became.append(f"{done.still_open or 'none'} {be(done.still_open)} still open")
        if done.new:
            became.append(f"{counted(done.new, 'new gap')} {were(done.new)} found")
        yield (
            f"{cases_words(done.reread).capitalize()} {were(done.reread)} read again afterwards: "
            f"{'; '.join(became[:-1])}; and {became[-1]}. An action is done on its owner's word, and a gap is closed only where "
            "the record shows it; what follows from a gap is counted too."
        )
        late, left = found.beside.closed_late, found.beside.done_not_closed
        if done.closed:
            of = f"{late} of these {done.closed}" if late < done.closed else "all of these" if late > 1 else "this one"
            which = f"; {of} {were(late)} of work done after the day by which it was due" if late else ""
            yield f"Closed means that the work is there now, however late{which}."
        if left:
            yield f"Of the different actions that are reported done, {left} {be(left)} for a gap that was not closed."
    signed = progress.phases[Phase.COUNTERSIGNED]
    yield f"A director has countersigned {cases_words(signed) if signed else 'none so far'}."


def not_closed_words(found: Figures) -> str:
    """Return of how many of the gaps that were not closed an action is open, and in how many cases a director has signed.

    Args:
        found: The figures of the round.
    """
    left = found.beside.not_closed
    total = sum(one.open + one.unsure for one in left.rules)
    these = "this gap" if total == 1 else f"these {total} gaps"
    number = left.with_action
    action = f"An action is open for {number} of {these}." if number else f"No action is open for {these}."
    if number == total:
        action = f"An action is open for {'it' if total == 1 else 'each of them'}."
    signed = f" {cases_words(left.signed).capitalize()} with such a gap {were(left.signed)} countersigned by a director."
    return f"{action}{signed if left.signed else ''}"


def left_words(one: Left) -> str:
    """Return a rule whose gap was not closed, with in how many cases.

    Args:
        one: The rule and its cases.
    """
    told = [f"still open in {cases_words(one.open)}"] if one.open else []
    told += [f"for people to judge in {cases_words(one.unsure)}"] if one.unsure else []
    return f"{in_sentence(one.title)} ({', '.join(told)})"


def _named(left: Sequence[Left]) -> Iterator[str]:
    """Yield the rules of which a gap was not closed, root gaps and what follows from another told apart."""
    for is_root, what in ((True, "Root gaps"), (False, "What follows from another gap")):
        some = [left_words(one) for one in left if one.is_root is is_root]
        if some:
            yield f"{what}: {'; '.join(some)}."
