"""Whether conditions can hold together, over the values that the vocabulary allows.

What a condition asks of the record (`has`) is held only against what else it asks of it, and how one circumstance compares with
another is left free: what is found not to hold can never hold, and some of what cannot hold is not found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from quips.conditions import AllOf, AnyOf, Condition, Has, Not, Test
from quips.vocabulary import Term

Literal = tuple[Test | Has, bool]
"""A test or a question about the record, and whether it has to hold or to fail."""

MAX_TERMS = 2_000


def can_hold_together(conditions: list[Condition], circumstances: Mapping[str, Term]) -> bool:
    """Return whether some case fits every condition; true where that would take too long to find out.

    Example:
        >>> rosh = Term("rosh", "RoSH", "choice", "Which?", values={"low": "Low", "high": "High"})
        >>> can_hold_together([Test("rosh", "one_of", ("low",)), Test("rosh", "one_of", ("high",))], {"rosh": rosh})
        False
    """
    for number, term in enumerate(_terms(AllOf(tuple(conditions)), True)):
        if number >= MAX_TERMS or _consistent(term, circumstances):
            return True
    return False


def _terms(condition: Condition, wanted: bool) -> Iterator[tuple[Literal, ...]]:
    """Yield conjunctions of literals of which one holds if and only if the condition is as wanted."""
    match condition:
        case Not(part):
            yield from _terms(part, not wanted)
        case AllOf(parts) | AnyOf(parts):
            if isinstance(condition, AllOf) is wanted:
                yield from _joined(parts, wanted)
            else:
                for part in parts:
                    yield from _terms(part, wanted)
        case Has() | Test():
            yield ((condition, wanted),)


def _joined(parts: tuple[Condition, ...], wanted: bool) -> Iterator[tuple[Literal, ...]]:
    if not parts:
        yield ()
        return
    for first in _terms(parts[0], wanted):
        for rest in _joined(parts[1:], wanted):
            yield (*first, *rest)


def _consistent(literals: tuple[Literal, ...], circumstances: Mapping[str, Term]) -> bool:
    by_fact: dict[str, list[tuple[Test, bool]]] = {}
    for test, wanted in literals:
        if isinstance(test, Test):
            by_fact.setdefault(test.subject, []).append((test, wanted))
    there = [question for question, wanted in literals if wanted and isinstance(question, Has)]
    absent = [question for question, wanted in literals if not wanted and isinstance(question, Has)]
    if any(_implies(one, other) for one in there for other in absent):
        return False
    return all(_value_exists(circumstances[name], found) for name, found in by_fact.items() if name in circumstances)


def _implies(one: Has, other: Has) -> bool:
    """Whether what the one asks for can only be on the record if what the other asks for is."""
    narrower = set(one.activities) <= set(other.activities) and set(other.where.parts) <= set(one.where.parts)
    return narrower and (one.up_to_trigger or not other.up_to_trigger)


def _value_exists(term: Term, literals: list[tuple[Test, bool]]) -> bool:
    if term.type == "choices":
        demanded = [set(test.value) for test, wanted in literals if test.op == "includes_any" and wanted]
        barred = {value for test, wanted in literals if test.op == "includes_any" and not wanted for value in test.value}
        return all(values - barred for values in demanded)
    if term.type == "date":
        return True
    values: Sequence[object] = [True, False] if term.type == "yes_no" else list(term.values)
    if term.type == "number":
        edges = {edge for test, _ in literals for edge in (test.value if test.op == "one_of" else (test.value,))}
        least, most = term.bounds
        near = {edge + step for edge in edges if isinstance(edge, int) for step in (-1, 0, 1)}
        values = [value for value in (*near, least, most) if least <= value <= most]
    return any(all(_holds(test, value) in (wanted, None) for test, wanted in literals) for value in values)


def _holds(test: Test, value: object) -> bool | None:
    """Whether a value passes a test; None where that does not depend on the value."""
    match test.op:
        case "one_of":
            return value in test.value
        case "at_least":
            return isinstance(value, int) and value >= test.value
        case "at_most":
            return isinstance(value, int) and value <= test.value
        case _:
            return None
