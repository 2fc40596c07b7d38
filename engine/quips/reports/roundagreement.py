"""How far the readers of a round agree, and where they differ with what each said, on a screen and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import click

from quips.peeraudit.differingfacts import DifferingFact
from quips.peeraudit.doublereading import Disagreement
from quips.peeraudit.settlingsheet import said_words
from quips.readings import Reading
from quips.reports.readers import agree_json, agree_text
from quips.reports.wording import wrap
from quips.shares import LEAST


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the readings of the cases that are read twice come to, beside each other.

    Attributes:
        found: How far readers agree on each question.
        differ: Where they differ in what they judged.
        facts: Where they differ in the facts, and a gap hangs on it.
        waiting: The cases that are read twice and of which a reading is still to come.
        changed: The cases of which a reading was changed after both were in.
    """

    found: Sequence[Reading]
    differ: Sequence[Disagreement]
    facts: Sequence[DifferingFact]
    waiting: Sequence[str]
    changed: Sequence[str]


def agreement_text(agreement: Agreement, marking: str, width: int) -> str:
    """Return where readers differ, and how far they agree, as text with a protective marking, wrapped at a width.

    Of questions that too few cases were read twice on, only how often both gave the same answer is told.
    """
    found = agreement.found
    few = [one for one in found if one.raw.of < LEAST]
    rest = [one for one in found if one not in few]
    head = click.style("What two readers of a case say", bold=True) if found else "No case has been read by two yet."
    lines = [f"{head}   {marking}", "", *_lines(agreement.differ, agreement.waiting, agreement.changed, width)]
    lines += [*_fact_lines(agreement.facts, width), *_few_lines(few, width)]
    parts = ["\n".join(lines) + "\n"]
    if rest:
        parts.append(agree_text(rest, marking, width))
    return "\n".join(parts)


def _few_lines(few: Sequence[Reading], width: int) -> Iterator[str]:
    """Yield how often readers agree on questions that few cases were read twice on, each on which they differ by itself."""
    if not few:
        return
    yield ""
    yield click.style(f"How often both readers gave the same answer ({len(few)} questions)", bold=True)
    for one in few:
        if one.raw.yes < one.raw.of:
            yield f"  {one.question}: in {one.raw.yes} of {one.raw.of}"
    same = sum(one.raw.yes == one.raw.of for one in few)
    if same:
        yield from wrap(f"On {same} question{'' if same == 1 else 's'}: in every case.", width, initial_indent="  ")
    yield from wrap(
        f"Measures that allow for chance are told from {LEAST} cases on, as of fewer they say next to nothing.", width
    )


def agreement_json(agreement: Agreement, marking: str) -> str:
    """Return the same as JSON: ``questions`` is as ``quips agree`` has it."""
    value: dict[str, Any] = {"version": 1, "marking": marking, "questions": json.loads(agree_json(agreement.found))["questions"]}
    value |= {"differ": [asdict(one) for one in agreement.differ], "differing_facts": [asdict(one) for one in agreement.facts]}
    value |= {"waiting": list(agreement.waiting), "changed_after": list(agreement.changed)}
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _lines(differ: Sequence[Disagreement], waiting: Sequence[str], changed: Sequence[str], width: int) -> Iterator[str]:
    if waiting:
        n = len(waiting)
        yield from wrap(f"{n} case{'' if n == 1 else 's'} to be read twice {'waits' if n == 1 else 'wait'} for a reading.", width)
    if changed:
        alone = len(changed) == 1
        yield from wrap(
            f"In {len(changed)} case{'' if alone else 's'} ({', '.join(changed)}) a reader changed a reading after both were in. "
            "How far readers agree is counted from what each said before; where they differ is told as it stands now.",
            width,
        )
    if not differ:
        yield "Nowhere do two readers of a case judge differently."
        return
    yield click.style(f"Where readers differ ({len(differ)})", bold=True)
    for one in differ:
        yield f"{one.case}  {one.prompt}" + (f"   settled: {one.settled.replace('_', ' ')}" if one.settled else "")
        for who, said in (("first reader", one.first), ("second reader", one.second)):
            yield from wrap(f"{who}: {said_words(said)}", width, initial_indent="  ", subsequent_indent="    ")


def _fact_lines(facts: Sequence[DifferingFact], width: int) -> Iterator[str]:
    if not facts:
        return
    yield ""
    yield click.style(f"Where their facts differ, and a gap hangs on it ({len(facts)})", bold=True)
    for one in facts:
        yield f"{one.case}  {one.title}"
        for what, said in (
            ("first reader", one.first),
            ("second reader", one.second),
            ("gaps that hang on it", "; ".join(one.gaps)),
        ):
            yield from wrap(f"{what}: {said}", width, initial_indent="  ", subsequent_indent="    ")
