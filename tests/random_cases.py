"""Random cases in the words of a vocabulary: everything that a record can say, in every state of knowledge."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from quips.cases import Case, build_case
from quips.source import Document
from quips.vocabulary import STAGES, Term, Vocabulary

AS_AT = date(2010, 4, 19)


def random_case(random: Random, vocabulary: Vocabulary, n_entries: int, known: float = 0.7) -> Case:
    """Return a case with a number of entries, in which a share of the circumstances is given."""
    given = {name: _circumstance(random, term) for name, term in vocabulary.circumstances.items() if random.random() < known}
    record = [_entry(random, vocabulary) for _ in range(n_entries)]
    complete = random.choice([True, True, True, False, random.sample(STAGES, 3)])
    value = {"case": "R-1", "circumstances": given, "record": record, "record_complete": complete}
    return build_case(Document("random", value, {}, {}), vocabulary, AS_AT)


def _day(random: Random) -> str:
    return (AS_AT - timedelta(days=random.randint(-20, 330))).isoformat()


def _circumstance(random: Random, term: Term) -> Any:
    if term.type == "date":
        days = sorted({_day(random), _day(random)})
        return random.choice(["not_yet", "none", days if term.many else days[0], days[0], days[-1]])
    if term.may_change and random.random() < 0.4:
        return [{"from": _day(random), "is": _value(random, term)} for _ in range(random.randint(1, 3))]
    return _value(random, term)


def _value(random: Random, term: Term) -> Any:
    match term.type:
        case "yes_no":
            return random.random() < 0.6
        case "choice":
            return random.choice(list(term.values))
        case "choices":
            return random.sample(list(term.values), random.randint(0, min(3, len(term.values))))
        case "number":
            return random.randint(1, 4) if random.random() < 0.8 else random.randint(5, 30)
        case "date":
            return _day(random)
        case _:
            return "x"


def _entry(random: Random, vocabulary: Vocabulary) -> dict[str, Any]:
    name = random.choice(list(vocabulary.activities))
    attributes = vocabulary.activities[name].attributes
    said = {key: _value(random, term) for key, term in attributes.items() if random.random() < 0.7}
    said["on"] = _day(random) if random.random() < 0.93 else "unknown"
    if random.random() < 0.5:
        said["sufficient"] = random.random() < 0.6
    if random.random() < 0.08:
        said["stands"] = "x"
    if random.random() < 0.15:
        said["late_reason"] = {"reason": "x", **_acceptable(random)}
    elif random.random() < 0.1:
        if said["on"] == "unknown" or random.random() < 0.4:
            del said["on"]
        return {"not_done": {**said, "activity": name, "reason": "x", "reason_code": "unavailable", **_acceptable(random)}}
    return {name: said}


def _acceptable(random: Random) -> dict[str, bool]:
    return {"acceptable": random.random() < 0.6} if random.random() < 0.7 else {}
