"""How far readers of the same cases agree, question by question, and which cases they should talk about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from quips.judged import AGREED, ANSWERS, Judged
from quips.reliability import (
    Measured,
    Pair,
    agreement,
    cohens_kappa,
    confusion,
    fleiss_kappa,
    gwets_ac1,
    krippendorffs_alpha,
    to_discuss,
    why_undefined,
)
from quips.shares import CONFIDENCE, Share


@dataclass(frozen=True, slots=True)
class Reading:
    """One question, read by several.

    Attributes:
        question: Its full name.
        raw: In how many of the cases that two or more read all gave the same answer.
        kappa: Cohen's kappa of two readers, Krippendorff's alpha of more; None if it is undefined.
        is_alpha: Whether it is alpha.
        fleiss: Fleiss's kappa of more than two, where as many read each case; None otherwise, and if it is undefined.
        ac1: Gwet's AC1 with its interval; None if it is undefined.
        why_undefined: Why what is undefined is; empty if nothing is.
        pairs: For each two readers, how often each pair of answers was given.
        discuss: The cases on which readers differ, with who said what, those most at odds first.
    """

    question: str
    raw: Share
    kappa: float | None
    is_alpha: bool
    fleiss: float | None
    ac1: Measured | None
    why_undefined: str
    pairs: tuple[Pair, ...]
    discuss: tuple[tuple[str, Mapping[str, str]], ...]


def readings(judged: Judged, confidence: float = CONFIDENCE) -> Iterator[Reading]:
    """Yield how far readers agree on each question that two or more answered of a case, those least agreed on first.

    What was agreed afterwards is left out: it is nobody's own answer.

    Args:
        judged: The judged cases.
        confidence: The confidence of the intervals.
    """
    given: dict[str, dict[str, dict[str, str]]] = {}
    for answer in judged.answers:
        if answer.role != AGREED:
            given.setdefault(answer.question, {}).setdefault(answer.case, {})[answer.reader] = answer.answer
    found = [_reading(question, cases, confidence) for question, cases in given.items()]
    yield from sorted(filter(None, found), key=lambda one: (one.raw.proportion, one.question))


def _reading(question: str, cases: dict[str, dict[str, str]], confidence: float) -> Reading | None:
    raw = agreement(cases)
    if not raw.of:
        return None
    readers = sorted({reader for by in cases.values() for reader in by})
    pairs = [confusion(cases, one, other) for one, other in combinations(readers, 2)]
    is_alpha = len(readers) > 2
    kappa = krippendorffs_alpha(cases) if is_alpha else cohens_kappa(cases, readers[0], readers[1])
    several = {case: by for case, by in cases.items() if len(by) > 1}
    alike = len({len(by) for by in several.values()}) == 1
    fleiss = fleiss_kappa(several) if is_alpha and alike else None
    return Reading(
        *(question, raw, kappa, is_alpha, fleiss, gwets_ac1(cases, ANSWERS, confidence), why_undefined(cases)),
        tuple(pair for pair in pairs if pair.cases),
        tuple(to_discuss(cases)),
    )
