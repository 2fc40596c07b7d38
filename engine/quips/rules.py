"""Rules as their authors write them: one file, one rule, its examples inside."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from quips.conditions import ALWAYS, AllOf, Condition, Not, Test, as_tuple, read_condition, read_tests
from quips.framework import Citation, read_citations
from quips.places import Place
from quips.source import Document


@dataclass(frozen=True, slots=True)
class Anchor:
    """A clock that starts on the date of a circumstance."""

    name: str
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Each:
    """A clock that starts each time something is done, or only the n-th time.

    Attributes:
        activity: The activity, or ``not_done``.
        where: Which of them count.
        nth: Only the n-th, counted as written; 0 for every one.
        span: For the n-th: the value and unit of the time within which they are counted; None for all time.
        since: For the n-th: the activity that sets the count back to nothing.
        place: Where it is written.
    """

    activity: str
    where: AllOf
    nth: int
    span: tuple[int, str] | None
    since: str | None
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Becomes:
    """A clock that starts when a circumstance changes into one of some values."""

    test: Test
    place: Place = field(compare=False)


Trigger = Anchor | Each | Becomes


@dataclass(frozen=True, slots=True)
class Expect:
    """What should be on the record; `docs/semantics.md` says what each word means.

    Attributes:
        activities: The activities of which any will do; empty where ``this`` is asked of the trigger itself.
        where: Which of them count.
        good_when: What a good one is like; None where only whether and when is asked.
        this: What the trigger itself has to be like; None otherwise.
        never: Whether the activities must not happen, rather than must.
        which: ``any``, ``first`` or ``latest``.
        same: Attributes in which the answer has to match the trigger.
        early_counts: Whether what was done before the clock started counts.
        within: The limit it has to be done within, by name.
        at_latest: Our own last day where the limit has no number: value and unit.
        until: An anchor, or ``trigger.attribute``, by which it has to be done.
        before: An anchor, or ``trigger``, strictly before which it has to be done.
        by: An anchor on or before which it has to be done.
        not_before: An anchor before which it does not count.
        every: The limit within which it has to be done again and again.
        each_period: The frequency it has to be done at, by name of the limit.
        at_least: How often it has to be done, by name of the limit.
        place: Where it is written.
    """

    activities: tuple[str, ...]
    where: AllOf
    good_when: AllOf | None
    this: AllOf | None
    never: bool
    which: str
    same: tuple[str, ...]
    early_counts: bool
    within: str | None
    at_latest: tuple[int, str] | None
    until: str | None
    before: str | None
    by: str | None
    not_before: str | None
    every: str | None
    each_period: str | None
    at_least: str | None
    place: Place

    @property
    def limits(self) -> tuple[str, ...]:
        """The names of the limits it uses."""
        named = (self.within, self.every, self.each_period, self.at_least)
        return tuple(name for name in named if name)

    @property
    def bounds(self) -> tuple[str, ...]:
        """What bounds it in time: anchors, ``trigger`` or ``trigger.attribute``."""
        return tuple(bound for bound in (self.until, self.before, self.by, self.not_before) if bound)

    @property
    def judged(self) -> AllOf | None:
        """What is asked of the quality of the work, or of the trigger itself; None where nothing is."""
        return self.this or self.good_when


@dataclass(frozen=True, slots=True)
class Conflict:
    """What cannot both be right.

    Attributes:
        pair: The activity of which each entry is compared with the next; None where the case itself is tested.
        where: Which entries of the pair count.
        when: What is a conflict.
        means: ``gap`` or ``query``.
    """

    pair: str | None
    where: AllOf
    when: Condition
    means: str


@dataclass(frozen=True, slots=True)
class Edge:
    """One rule resting on another (``rests_on``) or only coming after it (``follows``)."""

    rule: str
    kind: str
    ours: bool
    because: str
    cites: tuple[Citation, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule's finding can show of a prompt.

    Attributes:
        prompt: The prompt's full name, ``edition/node/prompt``.
        shows: ``no`` or ``yes_and_no``.
        timing: Whether being late shows a no in that edition.
        turn: ``any``, or only the ``first`` or ``later`` of a recurring rule.
        place: Where it is written.
    """

    prompt: str
    shows: str
    timing: bool
    turn: str
    place: Place


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; the attributes carry the names of the keys in its file.

    ``applies`` is ``when`` and not ``unless``; ``own`` is whether it is somebody's own, laid over the shipped ones.
    """

    name: str
    topic: str
    kind: str
    title: str
    status: str
    why: str
    applies: Condition
    triggers: tuple[Trigger, ...]
    expect: Expect | None
    conflict: Conflict | None
    derives: tuple[str, Any] | None
    otherwise: Any
    by_definition: bool
    bears: str
    concerns: tuple[str, ...]
    edges: tuple[Edge, ...]
    answers: tuple[Answer, ...]
    severity: str
    remedy: str
    cites: tuple[Citation, ...]
    standing: str
    cannot_see: str
    notes: str
    examples: tuple[dict[str, Any], ...]
    former_names: tuple[str, ...]
    place: Place
    document: Document
    own: bool = False


def read_rule(document: Document, topic: str) -> Rule:
    """Build a rule from a schema-valid document.

    Args:
        document: The rule's file.
        topic: The folder it lies in.
    """
    value = document.value
    derives = next(iter(value["derives"].items())) if "derives" in value else None
    return Rule(
        name=value["rule"],
        topic=topic,
        kind=value["kind"],
        title=value["title"],
        status=value["status"],
        why=value["why"],
        applies=_applies(document),
        triggers=_triggers(document),
        expect=_expect(document) if "expect" in value else None,
        conflict=_conflict(document) if "conflict" in value else None,
        derives=derives,
        otherwise=value.get("otherwise"),
        by_definition=value.get("by_definition", False),
        bears=value.get("bears", ""),
        concerns=tuple(value.get("concerns", ())),
        edges=(*_edges(document, "rests_on"), *_edges(document, "follows")),
        answers=_answers(document),
        severity=value.get("severity", "low"),
        remedy=value.get("remedy", ""),
        cites=read_citations(value["cites"], document, "cites"),
        standing=value.get("standing", "published"),
        cannot_see=value["cannot_see"],
        notes=value.get("notes", ""),
        examples=tuple(value["examples"]),
        former_names=tuple(value.get("former_ids", ())),
        place=document.place("rule"),
        document=document,
    )


def span(text: str) -> tuple[int, str]:
    """Return the value and unit of a length of time written out.

    Example:
        >>> span("12 months")
        (12, 'months')
    """
    number, unit = re.split(r"\s+", text.strip(), maxsplit=1)
    return int(number), unit


def _applies(document: Document) -> Condition:
    when = read_condition(document, "when") if "when" in document.value else None
    if "unless" not in document.value:
        return when or ALWAYS
    unless = Not(read_condition(document, "unless"), document.key_place("unless"))
    return AllOf((when, unless), document.key_place("when")) if when else unless


def _triggers(document: Document) -> tuple[Trigger, ...]:
    value = document.value.get("from")
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(_trigger(document, item, ("from", n)) for n, item in enumerate(value))
    return (_trigger(document, value, ("from",)),)


def _trigger(document: Document, value: Any, path: tuple[str | int, ...]) -> Trigger:
    place = document.place(*path)
    if isinstance(value, str):
        return Anchor(value, place)
    if "becomes" in value:
        test = read_condition(document, *path, "becomes")
        assert isinstance(test, Test)  # the schema allows one key, and it is a fact
        return Becomes(test, place)
    where = read_tests(document, *path, "where")
    within = span(value["in"]) if "in" in value else None
    return Each(value["each"], where, value.get("nth", 0), within, value.get("since"), place)


def _expect(document: Document) -> Expect:
    value = document.value["expect"]
    return Expect(
        activities=as_tuple(value.get("activity", value.get("never", []))),
        where=read_tests(document, "expect", "where"),
        good_when=read_tests(document, "expect", "good_when") if "good_when" in value else None,
        this=read_tests(document, "expect", "this") if "this" in value else None,
        never="never" in value,
        which=value.get("which", "any"),
        same=tuple(value.get("same", ())),
        early_counts=value.get("early") == "counts",
        within=value.get("within"),
        at_latest=span(value["at_latest"]) if "at_latest" in value else None,
        until=value.get("until"),
        before=value.get("before"),
        by=value.get("by"),
        not_before=value.get("not_before"),
        every=value.get("every"),
        each_period=value.get("each_period"),
        at_least=value.get("at_least"),
        place=document.key_place("expect"),
    )


def _conflict(document: Document) -> Conflict:
    value = document.value["conflict"]
    when = read_condition(document, "conflict", "conflict_when")
    where = read_tests(document, "conflict", "pair", "where")
    return Conflict(value.get("pair", {}).get("activity"), where, when, value["means"])


def _edges(document: Document, kind: str) -> list[Edge]:
    return [
        Edge(
            edge["rule"],
            kind,
            "reading" in edge,
            edge.get("because", ""),
            read_citations(edge.get("cites", []), document, kind, n, "cites"),
            document.place(kind, n),
        )
        for n, edge in enumerate(document.value.get(kind, []))
    ]


def _answers(document: Document) -> tuple[Answer, ...]:
    value = document.value.get("answers", [])
    if isinstance(value, list):
        return tuple(_answer(document, answer, "any", ("answers", n)) for n, answer in enumerate(value))
    return tuple(_answer(document, answer, turn, ("answers", turn, n)) for turn in value for n, answer in enumerate(value[turn]))


def _answer(document: Document, value: dict[str, Any], turn: str, path: tuple[str | int, ...]) -> Answer:
    return Answer(value["prompt"], value.get("shows", "no"), value.get("timing", False), turn, document.place(*path))
