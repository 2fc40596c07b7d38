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
    """Return how far readers agree, and where they differ, as text with a protective marking, wrapped at a width."""
    found = agreement.found
    parts = [agree_text(found, marking, width) if found else f"No case has been read by two yet.   {marking}\n"]
    lines = _lines(agreement.differ, agreement.waiting, agreement.changed, width)
    parts.append("\n".join((*lines, *_fact_lines(agreement.facts, width))) + "\n")
    return "\n".join(parts)


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
