"""Composes cases from the examples in rules: put together by twos and threes, with days, answers and entries changed at random.

A case at random in the words of the vocabulary mostly meets no rule at its edges. An example is at one; what is put together from
examples, and changed a little, meets several at once.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from quips.knowledge import Knowledge
from quips.shapes import is_date
from quips.vocabulary import Term, Vocabulary

Json = dict[str, Any]


def composed(knowledges: Iterable[Knowledge], count: int, seed: str, about: Collection[str] = ()) -> Iterator[Json]:
    """Yield composed cases, as a case file says them; the same seed gives the same.

    Args:
        knowledges: Whose examples they are put together from.
        count: How many.
        seed: What chance follows from.
        about: Rules of which half of the cases begin with an example.
    """
    known = list(knowledges)
    pool = [(rule.name, example["given"]) for one in known for rule in one.rules.values() for example in rule.examples]
    pool.sort(key=lambda pair: (pair[0], repr(pair[1])))
    near = [given for name, given in pool if name in about]
    everything = [given for _, given in pool]
    random = Random(seed)  # noqa: S311 - nobody has to be kept from guessing it
    for n in range(count if everything else 0):
        parts = [random.choice(near if near and random.random() < 0.5 else everything)]
        parts += random.choices(everything, k=random.choice((0, 0, 1, 1, 2)))
        case = _together(f"COMPOSED-{n + 1}", parts)
        for _ in range(random.choice((0, 1, 1, 2, 3))):
            _change(case, random, known[-1].vocabulary)
        yield _in_order(case)


def _together(reference: str, parts: list[Json]) -> Json:
    case: Json = {"case": reference, "as_at": max(part["as_at"] for part in parts), "circumstances": {}, "record": []}
    for part in parts:
        given = copy.deepcopy(part)
        case["circumstances"] = given.get("circumstances", {}) | case["circumstances"]
        case["record"] += [item for item in given.get("record", []) if item not in case["record"]]
        if "record_complete" in given:
            case.setdefault("record_complete", given["record_complete"])
    return case


def _change(case: Json, random: Random, vocabulary: Vocabulary) -> None:
    """Change one thing: the day it is read, a day, an answer; or leave an answer or an entry out."""
    match random.choice(("read", "day", "answer", "answer", "leave out", "entry out", "quality")):
        case "read":
            case["as_at"] = _moved(case["as_at"], random)
        case "day":
            _move_a_day(case, random)
        case "answer":
            known = [name for name in case["circumstances"] if name in vocabulary.circumstances]
            if known:
                name = random.choice(known)
                case["circumstances"][name] = _another(vocabulary.circumstances[name], case["circumstances"][name], random)
        case "leave out":
            if case["circumstances"]:
                del case["circumstances"][random.choice(list(case["circumstances"]))]
        case "entry out":
            if case["record"]:
                case["record"].pop(random.randrange(len(case["record"])))
        case _:
            _change_an_entry(case, random, vocabulary)


def _move_a_day(case: Json, random: Random) -> None:
    spots: list[tuple[Any, Any]] = [
        (case["circumstances"], name) for name, said in case["circumstances"].items() if _is_day(said)
    ]
    for item in case["record"]:
        for name, said in item.items():
            if _is_day(said):
                spots.append((item, name))
            elif isinstance(said, dict):
                spots += [(said, key) for key, value in said.items() if _is_day(value)]
    if spots:
        holder, key = random.choice(spots)
        holder[key] = _moved(holder[key], random)


def _change_an_entry(case: Json, random: Random, vocabulary: Vocabulary) -> None:
    entries = [(name, said) for item in case["record"] for name, said in item.items() if isinstance(said, dict)]
    if entries:
        name, said = random.choice(entries)
        terms: Mapping[str, Term] = vocabulary.activities[name].attributes if name in vocabulary.activities else {}
        known = [key for key in said if key in terms]
        if known and random.random() < 0.7:
            key = random.choice(known)
            said[key] = _another(terms[key], said[key], random)
        elif name in vocabulary.activities:
            said["sufficient"] = random.random() < 0.5


def _another(term: Term, now: Any, random: Random) -> Any:
    """Return another answer to a question, where it can have one."""
    match term.type:
        case "yes_no":
            return not now if isinstance(now, bool) else random.random() < 0.5
        case "choice":
            return random.choice(list(term.values))
        case "choices":
            return sorted(random.sample(list(term.values), random.randint(0, min(3, len(term.values)))))
        case "number":
            return random.randint(*term.bounds)
        case "date":
            return _moved(now, random) if _is_day(now) else now
        case _:
            return now


def _moved(day: str, random: Random) -> str:
    """Return a day near another: mostly a day or two, at times weeks, since that is where limits lie."""
    by = random.choice((-1, 1, -2, 2, -7, 7, random.randint(-90, 90)))
    return (date.fromisoformat(day) + timedelta(days=by)).isoformat()


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and is_date(value)


def _in_order(case: Json) -> Json:
    """Read it no earlier than what it tells of, as a case file has to be."""
    done = [
        on for item in case["record"] for said in item.values() for on in [said.get("on") if isinstance(said, dict) else said]
    ]
    case["as_at"] = max([case["as_at"], *filter(_is_day, done)])
    return case
