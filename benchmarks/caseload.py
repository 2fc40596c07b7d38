"""Draws cases for the benchmarks: plausible circumstances and about forty dated activities each, from a printed seed."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from quips.cases import Case, build_case
from quips.knowledge import Knowledge
from quips.source import Document
from quips.vocabulary import Term

AS_AT = date(2010, 4, 19)
N_ACTIVITIES = 40


def draw_cases(knowledge: Knowledge, n: int, seed: int = 1) -> list[Case]:
    """Return n cases, the same for the same seed and vocabulary."""
    draw = random.Random(seed)
    return [build_case(draw_case(knowledge, draw, number), knowledge.vocabulary, AS_AT) for number in range(n)]


def draw_case(knowledge: Knowledge, draw: random.Random, number: int) -> Document:
    """Return one case file as it would be read."""
    vocabulary = knowledge.vocabulary
    circumstances: dict[str, Any] = {}
    start = AS_AT - timedelta(days=draw.randint(60, 500))
    for name, term in vocabulary.circumstances.items():
        if draw.random() < 0.1:
            continue
        circumstances[name] = start.isoformat() if term.type == "date" else _value(term, draw)
    circumstances |= {"supervision_started": start.isoformat(), "supervision_ended": "not_yet"}
    names = sorted(vocabulary.activities)
    record = []
    for _ in range(N_ACTIVITIES):
        activity = vocabulary.activities[draw.choice(names)]
        on = start + timedelta(days=draw.randint(-5, (AS_AT - start).days))
        said: dict[str, Any] = {"on": min(on, AS_AT).isoformat()}
        said |= {name: _value(term, draw) for name, term in activity.attributes.items() if draw.random() < 0.8}
        record.append({activity.name: said})
    value = {"case": f"B-{number}", "circumstances": circumstances, "record": record}
    return Document("drawn", value, {}, {})


def _value(term: Term, draw: random.Random) -> Any:
    match term.type:
        case "yes_no":
            return draw.random() < 0.6
        case "choice":
            return draw.choice(list(term.values))
        case "choices":
            return draw.sample(list(term.values), k=draw.randint(0, min(2, len(term.values))))
        case _:
            return draw.randint(max(term.bounds[0], 1), min(term.bounds[1], 4))
