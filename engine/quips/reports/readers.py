"""How far readers agree, on a screen and for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import click

from quips.judged import ANSWERS, words_of
from quips.readings import Reading
from quips.reliability import Pair
from quips.reports.wording import wrap
from quips.shares import CONFIDENCE, told

Json = dict[str, Any]

SHAPE_VERSION = 1
WHAT_IT_MEANS = (
    "Raw agreement comes first. Kappa and alpha allow for chance, and fall where almost every answer is the same, however well "
    "readers agree; AC1 does so far less. 1 is full agreement, 0 no more than chance."
)


def agree_text(found: Sequence[Reading], marking: str, width: int, confidence: float = CONFIDENCE) -> str:
    """Return how far readers agree as text, the questions least agreed on first.

    Args:
        found: The questions that two or more answered of a case.
        marking: The protective marking.
        width: The width of a line, in characters.
        confidence: The confidence of the intervals.
    """
    return "\n".join(_lines(found, marking, width, confidence)) + "\n"


def agree_json(found: Sequence[Reading], confidence: float = CONFIDENCE) -> str:
    """Return how far readers agree as JSON; ``agree.schema.json`` describes and versions its shape."""
    value = {"version": SHAPE_VERSION, "confidence": confidence, "questions": [_as_json(reading) for reading in found]}
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _lines(found: Sequence[Reading], marking: str, width: int, confidence: float) -> Iterator[str]:
    questions = f"{len(found)} question{'' if len(found) == 1 else 's'}"
    yield click.style(f"How far readers agree on {questions}", bold=True) + (f"   {marking}" if marking else "")
    yield from wrap(WHAT_IT_MEANS, width)
    for reading in found:
        yield ""
        yield click.style(reading.question, bold=True)
        yield f"  All readers gave the same answer: {told(reading.raw, confidence, least=1)}"
        yield from wrap(_by_chance(reading, confidence), width, initial_indent="  ", subsequent_indent="    ")
        for pair in reading.pairs:
            yield from (f"  {line}" for line in _table(pair))
        if reading.discuss:
            yield f"  To discuss ({len(reading.discuss)}):"
        for case, given in reading.discuss:
            said = "; ".join(f"{_named(reader)}: {words_of(answer)}" for reader, answer in sorted(given.items()))
            yield from wrap(f"{case}: {said}", width, initial_indent="    ", subsequent_indent="      ")


def _by_chance(reading: Reading, confidence: float) -> str:
    name = "Krippendorff's alpha" if reading.is_alpha else "Cohen's kappa"
    parts = [f"{name}: {reading.kappa:.2f}" if reading.kappa is not None else f"{name}: undefined"]
    if reading.fleiss is not None:
        parts.append(f"Fleiss's kappa: {reading.fleiss:.2f}")
    if reading.ac1 is None:
        parts.append("AC1: undefined")
    elif reading.ac1.low is None or reading.ac1.high is None:
        parts.append(f"AC1: {reading.ac1.value:.2f}")
    else:
        parts.append(
            f"AC1: {reading.ac1.value:.2f} ({confidence * 100:.6g}% interval {reading.ac1.low:.2f} to {reading.ac1.high:.2f})"
        )
    return ". ".join([*parts, reading.why_undefined]).strip() if reading.why_undefined else ". ".join(parts)


def _table(pair: Pair) -> Iterator[str]:
    """A row for each answer of the first reader, a column for each of the second."""
    first, second = _named(pair.first), _named(pair.second)
    yield f"{first} (down) and {second} (across), {pair.cases} case{'' if pair.cases == 1 else 's'}"
    answers = [answer for answer in ANSWERS if any(answer in key for key in pair.table)]
    yield "  " + " " * 16 + "".join(f"{words_of(answer):>16}" for answer in answers)
    for answer in answers:
        yield f"  {words_of(answer):<16}" + "".join(f"{pair.table.get((answer, other), 0):>16}" for other in answers)


def _named(reader: str) -> str:
    return reader or "reader not named"


def _as_json(reading: Reading) -> Json:
    ac1 = reading.ac1
    return {
        "question": reading.question,
        "agree": reading.raw.yes,
        "of": reading.raw.of,
        "measure": "alpha" if reading.is_alpha else "kappa",
        "value": None if reading.kappa is None else round(reading.kappa, 6),
        "fleiss": _rounded(reading.fleiss),
        "ac1": None if ac1 is None else {"value": round(ac1.value, 6), "low": _rounded(ac1.low), "high": _rounded(ac1.high)},
        "why_undefined": reading.why_undefined or None,
        "pairs": [
            {
                "first": pair.first,
                "second": pair.second,
                "cases": pair.cases,
                "table": [{"first": one, "second": other, "cases": count} for (one, other), count in pair.table.items()],
            }
            for pair in reading.pairs
        ],
        "discuss": [{"case": case, "answers": dict(sorted(given.items()))} for case, given in reading.discuss],
    }


def _rounded(end: float | None) -> float | None:
    return None if end is None else round(end, 6)
