"""What became of the gaps of a case that was read again, on a screen: what closed, what did not, and what nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

from quips.knowledge import Knowledge
from quips.peeraudit.book import title_of
from quips.peeraudit.rereading import Change
from quips.peeraudit.state import RoundCase
from quips.reports.wording import INDICATIVE, as_at_words, urgent_words, wrap
from quips.rules import Rule


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


Part = tuple[str, list[str]]
"""What is said of some gaps before they are told, which may be nothing, and the gaps, a line each."""
_SELDOM = frozenset({"Late, and so it stays", "For people to judge"})
"""Headings that are told only where something stands under them."""
_LATE = "These were done late before the case was first read, and nothing that is done now undoes that. Nothing is left to do."
_PEOPLE = (
    "Something done since meets these, and no rule can say whether that is enough. Nothing is to be added to the record for it: "
    "the director judges it on signing, is shown it with why, and refuses if more is asked for. The report counts them apart, as "
    "for people to judge."
)
_PUT_BACK = "The record does not say any more what these rested on. Put back in it what still holds, and read it again."
_DECIDE = "What decides these is open. Say it in the record, or put right first what they rest on, and read it again."


def _not_clear(change: Change, rules: Mapping[str, Rule]) -> Iterator[Part]:
    """Yield the gaps of which the record does not show whether they were put right, by what there is to do about them."""
    for is_taken_out, advice in ((True, _PUT_BACK), (False, _DECIDE)):
        told = [name for name in change.not_clear if (name in change.taken_out) is is_taken_out]
        yield advice, [f"{rules[name].title}: {change.not_clear[name]}. {rules[name].remedy}" for name in told]


def _lines(change: Change, case: RoundCase, knowledge: Knowledge, marking: str, width: int) -> Iterator[str]:
    def wrapped(words: str, indent: str = "") -> Iterator[str]:
        yield from (f"{indent}{'  ' if n else ''}{line}" for n, line in enumerate(wrap(words, width - len(indent) - 2)))

    rules = knowledge.rules
    yield click.style(f"{case.reference} read again, as at {as_at_words(change.audit)}", bold=True) + f"   {marking}"
    urgent = urgent_words(change.audit)
    if urgent:
        yield from wrapped(urgent)
    yield from wrapped(INDICATIVE)
    parts: tuple[tuple[str, list[Part]], ...] = (
        ("Closed", [("", [f"{rules[name].title}: {shows}." for name, shows in change.closed.items()])]),
        (
            "Still open",
            [("", [f"{rules[name].title}. {rules[name].remedy}" for name in change.still_open])],
        ),
        ("Late, and so it stays", [(_LATE, [f"{rules[name].title}." for name in change.late])]),
        ("For people to judge", [(_PEOPLE, [f"{rules[name].title}: {why}." for name, why in change.for_people.items()])]),
        ("Not clear", [*_not_clear(change, rules)]),
        ("New", [("", [f"{rules[name].title}. {rules[name].remedy}" for name in change.new])]),
    )
    for heading, of_heading in parts:
        n = sum(len(lines) for _, lines in of_heading)
        if not n and heading in _SELDOM:
            continue
        yield ""
        yield click.style(f"{heading}: {n or 'none'}", bold=True)
        for under, lines in of_heading:
            if under and lines:
                yield from wrapped(under, "  ")
            for line in lines:
                yield from wrapped(line, "  ")
    aside = [title_of(knowledge, name) for name, one in case.disputes.items() if one.outcome == "set_aside"]
    if aside:
        yield ""
        yield from wrapped(f"Set aside on a dispute, and not counted: {'; '.join(aside)}.")
