"""Cases that were read twice: how far their readers agree, and where they differ, with what each said.

Readers are compared as first and second reader, not as persons. In a round many people read a few cases each, so that a table for
each two of them would hold one or two cases; what a team needs is one figure for each question over all cases read twice. Who is
first and who is second is drawn, so that Cohen's kappa of the two roles is close to Fleiss's, which is made for other readers of
each case (Psychological Bulletin 76, 1971); raw agreement and AC1 do not depend on who is who.

How far they agree is taken from what each said before both readings were in. Whoever changes a reading after that may have seen
the other's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quips.judged import READER, SECOND_READER, Answer, Judged, from_audits
from quips.peeraudit.book import Book
from quips.peeraudit.state import Reading, RoundCase, State

FIRST, SECOND = "first reader", "second reader"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A question on which the two readers of a case differ.

    Attributes:
        case: The case.
        prompt: The prompt.
        first: What the first reader answered, as a case file has it: ``answer``, ``reason``, ``evidence``, ``note``.
        second: What the second reader answered.
        settled: The answer that it was settled with; empty while it is not.
    """

    case: str
    prompt: str
    first: Mapping[str, Any]
    second: Mapping[str, Any]
    settled: str


def read_twice(state: State) -> list[RoundCase]:
    """Return the cases that two have read; until both are in, nothing is told of either."""
    return [case for case in state.cases.values() if case.second_reader and case.all_read]


def second_to_come(state: State) -> list[str]:
    """Return the cases that are to be read twice, and that one reader or both have not finished."""
    return [name for name, case in state.cases.items() if case.second_because and not case.all_read]


def judged_twice(book: Book, state: State) -> Judged:
    """Return what first and second readers answered of the cases that both have read, each under the name of their role."""
    answers: list[Answer] = []
    for case in read_twice(state):
        for reading, name, role in zip(read_blind(case), (FIRST, SECOND), (READER, SECOND_READER), strict=True):
            found = from_audits([book.audit(reading.file)], name).answers
            answers += [one._replace(role=role) for one in found if one.question in book.plan.prompts]
    return Judged(tuple(answers))


def read_blind(case: RoundCase) -> list[Reading]:
    """Return what each reader of a case had handed in when all readings were complete for the first time."""
    newest: dict[str, Reading] = {}
    for reading in sorted((one for who in case.readers for one in case.readings[who]), key=lambda one: one.row):
        newest[reading.reader] = reading
        if all(who in newest and newest[who].complete for who in case.readers):
            break
    return [newest[who] for who in case.readers]


def changed_after(state: State) -> list[str]:
    """Return the cases read twice of which a reading was changed after both were in."""
    return [case.reference for case in read_twice(state) if read_blind(case) != [case.newest(who) for who in case.readers]]


def disagreements(book: Book, state: State) -> Iterator[Disagreement]:
    """Yield the questions on which the two readers of a case differ, case by case in the order of the draw."""
    for case in read_twice(state):
        first, second = (book.judgements(case, reader) for reader in case.readers)
        for prompt in book.differing(case):
            settled = case.adjudicated.get(prompt)
            yield Disagreement(case.reference, prompt, first[prompt], second[prompt], settled.answer if settled else "")
