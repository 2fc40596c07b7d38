"""An explanation on a screen: the evaluation tree with its facts, the arithmetic of the limit, why and why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from quips.explain import Step, day_in_words, in_sentence
from quips.explanations import Explanation
from quips.findings import Finding
from quips.knowledge import Knowledge
from quips.problems import listed
from quips.reasons import STATUS_WORDS, status_in_words
from quips.reports.wording import cited, dispute_words, status_words, waiting_words, wrap
from quips.statuses import Status

TRUTH = {True: "yes", False: "no ", None: "?  "}


def explanation_text(explanations: list[Explanation], knowledge: Knowledge, width: int = 100) -> str:
    """Return the explanations of one rule's findings as text."""
    rule = explanations[0].finding.rule
    lines = [click.style(rule.title, bold=True), f"{rule.name}, {rule.place}"]
    lines += wrap(rule.why, width)
    for explanation in explanations:
        lines += ["", *_explanation(explanation, knowledge, width)]
    lines += ["", *wrap(f"What this rule cannot see: {rule.cannot_see}", width)]
    lines += wrap(f"Source: {'; '.join(cited(rule.cites, knowledge.sources))}.", width)
    return "\n".join(lines) + "\n"


def _explanation(explanation: Explanation, knowledge: Knowledge, width: int) -> Iterator[str]:
    finding = explanation.finding
    root = ", a root gap" if finding.root else ""
    occasion = f"{finding.occasion[:1].upper()}{finding.occasion[1:]}: " if finding.occasion else ""
    yield click.style(f"{occasion}{status_words(finding).lower()}{root}", bold=True)
    yield from _section("Does it apply?", tree_lines(explanation.applies, 1))
    if explanation.clash is not None:
        yield from _section("Can both be right?", tree_lines(explanation.clash, 1))
    yield from _section("When was it due?", _limits(finding, knowledge))
    yield from _section("What is on the record?", (f"  {entry.words}  ({entry.place})" for entry in finding.entries))
    beneath = (
        f"  {'rests on' if item.kind == 'rests_on' else 'follows'}: {in_sentence(item.finding.rule.title)}"
        f" ({STATUS_WORDS[item.finding.status]})  [{item.finding.rule.name}]"
        for item in explanation.beneath
    )
    yield from _section("What does it rest on?", beneath)
    yield from _section("Why?", _wrapped(finding.why, width))
    yield from _section("Is it disputed?", _wrapped(dispute_words([finding]), width))
    if finding.provisional:
        yield from _section("Could it change?", _wrapped([f"Yes: {words}." for words in finding.provisional], width))
    if finding.status not in (Status.MET, Status.CONSISTENT, Status.EXCEPTED):
        yield from _section("Why not met?", _wrapped(_why_not(explanation, knowledge), width))


def _why_not(explanation: Explanation, knowledge: Knowledge) -> Iterator[str]:
    finding, decisive = explanation.finding, explanation.decisive
    if finding.status is Status.CANNOT_TELL:
        yield f"First of all this is not known: {waiting_words(finding, knowledge) or 'what decides'}."
        if explanation.would_apply:
            yield f"It would apply if {listed(explanation.would_apply, 'and')}."
    elif finding.status is Status.NOT_APPLICABLE and decisive is not None:
        yield f"The first condition that failed: {decisive.words} (here: {decisive.found or 'no'}), {decisive.place}."
        if explanation.would_apply:
            yield f"The smallest change: {listed(explanation.would_apply, 'and')}."
    elif finding.would_be_met:
        yield f"The smallest change that would have it met: {'; or '.join(finding.would_be_met)}."
    else:
        yield "Nothing in this case calls for it."


def tree_lines(step: Step, depth: int) -> Iterator[str]:
    """Yield a condition and its parts, a line each: how it came out, what was found, and where it is written.

    What is denied stands in one line with its denial: *yes* before *not* and *no* before what is beneath it reads as neither.
    """
    if step.words == "not":
        [denied] = step.steps
        step = denied._replace(truth=step.truth, words=f"not: {denied.words}", place=step.place)
    found = f"; here: {step.found}" if step.found else ""
    yield f"{'  ' * depth}{TRUTH[step.truth]} {step.words}{found}" + (f"  ({step.place})" if step.place.line else "")
    for part in step.steps:
        yield from tree_lines(part, depth + 1)


def _limits(finding: Finding, knowledge: Knowledge) -> Iterator[str]:
    for limit in finding.limits:
        due = f"due by {day_in_words(limit.due)}" if limit.due is not None else "no last day"
        since = f" from {day_in_words(limit.started)}" if limit.started is not None else ""
        source = "; ".join(cited(limit.cites[:1], knowledge.sources))
        yield f"  {limit.reading}: {limit.length}{since}, {due}: {status_in_words(limit.status, finding.done)}  ({source})"
    if not finding.limits and finding.due is not None:
        yield f"  by {day_in_words(finding.due)}"


def _section(heading: str, lines: Iterator[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield heading
        yield from found


def _wrapped(sentences: Iterable[str], width: int) -> Iterator[str]:
    for sentence in sentences:
        yield from wrap(sentence, width, initial_indent="  ", subsequent_indent="    ")
