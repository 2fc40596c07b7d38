"""Where what a reader judged goes against the facts that the same reader wrote down."""

from __future__ import annotations

from collections.abc import Iterator

from quips.audits import Audit
from quips.conditions import AllOf, Condition, Has
from quips.explain import in_sentence
from quips.findings import Finding
from quips.judged import overturns, words_of
from quips.peeraudit.book import Book
from quips.peeraudit.state import RoundCase
from quips.proposals import YES, Proposal
from quips.reasons import STATUS_WORDS
from quips.rules import Each, Rule
from quips.statuses import Status, Verdict

FEWEST_WORDS = 3
"""Of how many words the reason is, at the least, for an answer that goes against the facts."""


def goes_against(audit: Audit, prompt: str, answer: str) -> str:
    """Return what in the facts an answer goes against, in words; empty if nothing.

    Args:
        audit: The audit of the facts.
        prompt: The question.
        answer: What the reader answered.
    """
    proposal = next((one for one in audit.proposals if one.prompt.name == prompt), None)
    if proposal is None:  # it is not asked of such a case
        return ""
    short = falling_short(audit, proposal) if answer == YES else ""
    if short:
        return f"The answer is yes, and on these facts something that bears on it falls short: {short}."
    if overturns(answer, proposal.answer):
        return f"The record suggests {words_of(proposal.answer)}, and the answer is {words_of(answer)}."
    return ""


def falling_short(audit: Audit, proposal: Proposal) -> str:
    """Return what a yes to a question would have to answer for, in words; empty if nothing.

    That is a gap that bears on it; and where what the question is about is itself missing, such as the plan of which it asks
    what stands in it, that. What is not on a record that is not complete goes against nothing.
    """
    found = (*_bearing(proposal), *_not_there(audit, proposal.prompt.name))
    return "; ".join(dict.fromkeys(f"{in_sentence(one.rule.title)} ({STATUS_WORDS[one.status]})" for one in found))


def _bearing(proposal: Proposal) -> Iterator[Finding]:
    for finding in proposal.findings:
        counts = any(shown.prompt == proposal.prompt.name and shown.shows in ("no", "open") for shown in finding.shows)
        if counts and finding.verdict is Verdict.GAP:
            yield finding


def _not_there(audit: Audit, prompt: str) -> Iterator[Finding]:
    """Yield the findings that something is missing which the question is about, so that there is nothing to judge."""
    about = {
        activity
        for finding in audit.findings
        if finding.verdict is Verdict.NOT_APPLICABLE and any(shown.prompt == prompt for shown in finding.shows)
        for activity in _looks_at(finding.rule)
        if activity not in audit.case.entries
    }
    for finding in audit.findings if about else ():
        expect = finding.rule.expect
        if finding.status is Status.MISSING and expect is not None and about.intersection(expect.activities):
            yield finding


def _looks_at(rule: Rule) -> Iterator[str]:
    """Yield the activities of which a rule looks at each, or at whether one of them was as it should be."""
    for trigger in rule.triggers:
        if isinstance(trigger, Each):
            yield trigger.activity
    for has in _needed(rule.applies):
        yield from has.activities


def _needed(condition: Condition) -> Iterator[Has]:
    """Yield what has to be on the record for a condition to hold, whatever else does."""
    match condition:
        case Has():
            yield condition
        case AllOf(parts):
            for part in parts:
                yield from _needed(part)


def to_look_at(book: Book, case: RoundCase) -> dict[str, str]:
    """Return the questions that a reader of a case answered yes against their own facts, each with what was said.

    Args:
        book: The readings of the round.
        case: The case.
    """
    found: dict[str, str] = {}
    for reader in case.readers:
        newest, said = case.newest(reader), book.judgements(case, reader)
        audit = book.audit(newest.file) if newest else None
        for proposal in audit.proposals if audit else ():
            given = said.get(proposal.prompt.name)
            short = falling_short(audit, proposal) if audit and given and given["answer"] == YES else ""
            if given and short:
                why = given.get("reason", "no reason given")
                words = f"{proposal.prompt.asks} {reader} answered yes: {why} On the facts: {short}."
                found.setdefault(proposal.prompt.name, words)
    return found
