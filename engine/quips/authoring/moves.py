"""The single changes to a case that may change what a rule finds: answers that it reads, and entries that it looks for.

Each is one thing that somebody could have said or done otherwise. Which of them do change it is for `nearest` to find out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from quips.authoring.trials import Json, numbers, other_answers
from quips.conditions import ALWAYS, AllOf, Test, has_of, tests_of
from quips.explain import attribute_in_words, day_in_words, in_sentence
from quips.graph import facts_needed_by
from quips.knowledge import Knowledge
from quips.rules import Each, Rule
from quips.shapes import is_date


class Move(NamedTuple):
    """One change to a case.

    Attributes:
        about: What it changes; two moves about the same thing cannot be taken together.
        words: What is said otherwise, in words.
        path: Where in the case file the thing stands; empty for what is not there yet.
        take: Makes the change to what a case file says, without changing what it is given; an entry left out is None.
    """

    about: tuple[Any, ...]
    words: str
    path: tuple[str | int, ...]
    take: Callable[[Json], Json]


def taken(case: Json, moves: Iterable[Move]) -> Json:
    """Return a case with moves taken."""
    for move in moves:
        case = move.take(case)
    return {**case, "record": [item for item in case["record"] if item is not None]}


def can_go_together(moves: Iterable[Move]) -> bool:
    """Whether no two of some moves are about the same thing, or one about a part of what another is about."""
    abouts = [move.about for move in moves]
    return not any(n != m and one[: len(other)] == other for n, one in enumerate(abouts) for m, other in enumerate(abouts))


def moves_of(case: Json, rule: Rule, knowledge: Knowledge, days: Iterable[int]) -> list[Move]:
    """Return the moves that may change what a rule finds in a case, the most natural first.

    Args:
        case: What the case file says, with its day.
        rule: The rule.
        knowledge: The knowledge base.
        days: The days that bear on it, such as the last day of a limit; those after the day it is read are left out.
    """
    last = date.fromisoformat(case["as_at"]).toordinal()
    near = sorted({day for day in days if day <= last} | {last})
    beneath = [knowledge.rules[edge.rule] for edge in rule.edges if edge.kind == "rests_on" and edge.rule in knowledge.rules]
    wanted: dict[str, list[AllOf]] = {}
    for one in (rule, *beneath):
        for activity, asked in _looked_for(one):
            wanted.setdefault(activity, []).append(asked)
    moves: list[Move] = []
    for activity, tests in wanted.items():
        moves += _of_entries(case, activity, tests, near, knowledge)
    for name in facts_needed_by(knowledge.rule_graph, rule.name):
        moves += _of_answer(case, name, knowledge)
    for activity, tests in wanted.items():
        moves += _put_in(case, activity, tests, near, knowledge)
    for activity in wanted:
        moves += _left_out(case, activity, knowledge)
    if case.get("record_complete", True) is not True:
        moves.append(Move(("complete",), "the record is complete", ("record_complete",), _complete))
    return moves


def _looked_for(rule: Rule) -> Iterator[tuple[str, AllOf]]:
    """Each activity that a rule looks for or starts its clock with, with what it asks of an entry of it."""
    for trigger in rule.triggers:
        if isinstance(trigger, Each) and trigger.activity != "not_done":
            this = rule.expect.this if rule.expect and rule.expect.this else ALWAYS
            yield trigger.activity, AllOf((*trigger.where.parts, *this.parts))
    if rule.expect:
        for activity in rule.expect.activities:
            yield activity, AllOf((*rule.expect.where.parts, *(rule.expect.good_when or ALWAYS).parts))
    if rule.conflict and rule.conflict.pair:
        yield rule.conflict.pair, AllOf((*rule.conflict.where.parts, *tests_of(rule.conflict.when)))
    for condition in (rule.applies, *((rule.conflict.when,) if rule.conflict and not rule.conflict.pair else ())):
        for question in has_of(condition):
            yield from ((activity, question.where) for activity in question.activities)


def _of_answer(case: Json, name: str, knowledge: Knowledge) -> Iterator[Move]:
    term, given = knowledge.vocabulary.circumstances[name], case["circumstances"]
    about, path = ("circumstance", name), ("circumstances", name) if name in given else ()
    tests = numbers(knowledge, name) if term.type == "number" else ()
    for words, value in other_answers(term, given.get(name), case["as_at"], tests):
        yield Move(about, f"{in_sentence(term.title)}: {words}", path, _answering(name, value))
    if name in given:
        yield Move(about, f"{in_sentence(term.title)}: not given", path, _answering(name, None))


def _of_entries(case: Json, activity: str, wanted: list[AllOf], days: list[int], knowledge: Knowledge) -> Iterator[Move]:
    """What can be said otherwise of the entries that are there: another day, or an attribute that is asked about."""
    tests = list(dict.fromkeys(test for one in wanted for test in tests_of(one)))
    for n, item in enumerate(case["record"]):
        if activity not in item:
            continue
        said = item[activity] if isinstance(item[activity], dict) else {"on": item[activity]}
        which = _entry(activity, said.get("on"), knowledge)
        for test in tests:
            term = knowledge.vocabulary.attribute(activity, test.subject)
            path = ("record", n, activity, *((test.subject,) if test.subject in said else ()))
            about = ("entry", n, test.subject)
            for words, value in other_answers(term, said.get(test.subject), case["as_at"]) if term else ():
                titled = f"{which}: {in_sentence(term.title)}: {words}" if term else which
                yield Move(about, titled, path, _saying(n, activity, test.subject, value))
        for day in days:
            on = date.fromordinal(day).isoformat()
            if on != said.get("on"):
                words = f"{which}: on {day_in_words(day)} instead"
                yield Move(("entry", n, "on"), words, ("record", n, activity), _saying(n, activity, "on", on))


def _put_in(case: Json, activity: str, wanted: list[AllOf], days: list[int], knowledge: Knowledge) -> Iterator[Move]:
    title = in_sentence(knowledge.vocabulary.activities[activity].title)
    for day in days:
        on = date.fromordinal(day).isoformat()
        for tests in dict.fromkeys([*wanted, ALWAYS]):
            fitting = {test.subject: value for test in tests_of(tests) if (value := _fitting(test)) is not None}
            told = [
                attribute_in_words(test, knowledge.vocabulary, (activity,)) for test in tests_of(tests) if test.subject in fitting
            ]
            words = f"{title} put in, on {day_in_words(day)}" + (f" ({', '.join(told)})" if told else "")
            yield Move(("new", activity), words, (), _with_entry({activity: {"on": on, **fitting}}))
    for acceptable, words in ((True, "an acceptable"), (False, "no acceptable")):
        reason = {
            "activity": activity,
            "on": date.fromordinal(days[-1]).isoformat(),
            "reason": "recorded",
            "acceptable": acceptable,
        }
        yield Move(
            ("reason", activity), f"{title}: {words} reason recorded for not doing it", (), _with_entry({"not_done": reason})
        )


def _left_out(case: Json, activity: str, knowledge: Knowledge) -> Iterator[Move]:
    for n, item in enumerate(case["record"]):
        if activity in item:
            on = item[activity].get("on") if isinstance(item[activity], dict) else item[activity]
            yield Move(("entry", n), f"{_entry(activity, on, knowledge)}: left out", ("record", n, activity), _without(n))


def _fitting(test: Test) -> Any:
    """A value with which a test holds; None where that cannot be said from the test alone."""
    match test.op:
        case "one_of":
            return test.value[0]
        case "includes_any":
            return [test.value[0]]
        case "at_least" | "at_most":
            return test.value
        case _:
            return None


def _entry(activity: str, on: str | None, knowledge: Knowledge) -> str:
    title = in_sentence(knowledge.vocabulary.activities[activity].title)
    return f"{title} on {day_in_words(date.fromisoformat(on).toordinal())}" if on and is_date(on) else f"{title} with no day"


def _answering(name: str, value: Any) -> Callable[[Json], Json]:
    def take(case: Json) -> Json:
        others = {key: said for key, said in case["circumstances"].items() if key != name}
        return {**case, "circumstances": others if value is None else {**others, name: value}}

    return take


def _saying(n: int, activity: str, key: str, value: Any) -> Callable[[Json], Json]:
    def take(case: Json) -> Json:
        now = case["record"][n][activity]
        said = {**(now if isinstance(now, dict) else {"on": now}), key: value}
        return {**case, "record": [*case["record"][:n], {activity: said}, *case["record"][n + 1 :]]}

    return take


def _with_entry(item: Json) -> Callable[[Json], Json]:
    return lambda case: {**case, "record": [*case["record"], item]}


def _without(n: int) -> Callable[[Json], Json]:
    return lambda case: {**case, "record": [*case["record"][:n], None, *case["record"][n + 1 :]]}


def _complete(case: Json) -> Json:
    return {key: value for key, value in case.items() if key != "record_complete"}
