"""What a name matters for: what reads it, what it reaches, and which stored cases would move if it were otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from quips.authoring.behaviour import NOTHING, SAYS_NOTHING, Side
from quips.authoring.trials import Json, of_case, of_knowledge
from quips.authoring.uses import Thing, Use, uses_of
from quips.cases import build_case, case_problems
from quips.findings import FindingBuilder
from quips.graph import reached_from
from quips.knowledge import Knowledge
from quips.places import Place
from quips.source import Document


class Reached(NamedTuple):
    """A rule or circumstance that something reaches.

    Attributes:
        thing: What is reached.
        via: What it is reached through; None if it reads the thing itself.
    """

    thing: Thing
    via: Thing | None


class Change(NamedTuple):
    """One finding that changes: its rule and key, and what it says before and after."""

    rule: str
    key: str
    before: str
    after: str


class Moved(NamedTuple):
    """What one trial changes in a case.

    Attributes:
        words: What was said otherwise.
        changes: The findings that change, by rule.
    """

    words: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Impact:
    """What one thing matters for.

    Attributes:
        thing: The thing.
        title: What it is, in words.
        place: Where it is defined.
        read_by: Where it is read.
        reached: The rules and inferred circumstances that it reaches, the nearest first.
        prompts: The prompts that it reaches.
        moved: For each stored case that would move, what moves it; None if no cases were given.
        read: How many cases were read.
        unreadable: The cases that are no valid case records, with what is wrong.
    """

    thing: Thing
    title: str
    place: Place
    read_by: tuple[Use, ...]
    reached: tuple[Reached, ...]
    prompts: tuple[str, ...]
    moved: Mapping[str, tuple[Moved, ...]] | None
    read: int
    unreadable: Mapping[str, str]


def impact(knowledge: Knowledge, thing: Thing, stored: Mapping[str, Any] | None = None) -> Impact:
    """Return what a thing matters for.

    Args:
        knowledge: The knowledge base.
        thing: Something of it.
        stored: Cases as their files say them, each with an ``as_at``, by name; None to try none.
    """
    read_by = uses_of(knowledge, thing)
    reached = _reached(knowledge, thing, read_by)
    rules = [one.thing.name for one in reached if one.thing.kind == "rule"]
    rules += [thing.name] * (thing.kind == "rule")
    prompts = {answer.prompt for name in rules for answer in knowledge.rules[name].answers}
    prompts |= _within(knowledge, {use.reader for use in read_by}) | ({thing.name} if thing.kind == "prompt" else set())
    unreadable = {name: problem for name, case in (stored or {}).items() if (problem := problem_of(knowledge, case))}
    readable = {name: case for name, case in (stored or {}).items() if name not in unreadable}
    title, place = about(knowledge, thing)
    return Impact(
        thing,
        title,
        place,
        tuple(read_by),
        reached,
        tuple(name for name in knowledge.prompts if name in prompts),
        None if stored is None else _moved(knowledge, thing, readable),
        len(readable),
        unreadable,
    )


def about(knowledge: Knowledge, thing: Thing) -> tuple[str, Place]:
    """Return what a thing is called in sentences, and where it is defined."""
    match thing.kind:
        case "circumstance":
            term = knowledge.vocabulary.circumstances[thing.name]
            return term.title, term.place
        case "activity":
            activity = knowledge.vocabulary.activities[thing.name]
            return activity.title, activity.place
        case "attribute":
            name, attribute = thing.name.split(".")
            known, asked = knowledge.vocabulary.activities.get(name), knowledge.vocabulary.attribute(name, attribute)
            assert asked is not None  # the name was looked up
            place = asked.place if asked.place.file or known is None else known.place
            return f"{known.title if known else 'reason recorded'}: {asked.title}", place
        case "limit":
            return knowledge.limits[thing.name].title, knowledge.limits[thing.name].place
        case "rule":
            return knowledge.rules[thing.name].title, knowledge.rules[thing.name].place
        case _:
            return knowledge.prompts[thing.name].asks, knowledge.prompts[thing.name].place


def _reached(knowledge: Knowledge, thing: Thing, read_by: list[Use]) -> tuple[Reached, ...]:
    """What the thing reaches: what reads it, and whatever depends on that."""
    starts = {use.reader for use in read_by if use.reader.kind in ("rule", "limit")}
    starts |= {use.reader for use in read_by if use.how == "where its clock runs"}
    inferring = {use.reader for use in read_by if use.how == "infers it"}
    if thing.kind == "prompt":
        return ()  # rules point at prompts, and nothing follows from one
    found = [Reached(reader, None) for reader in sorted(starts - inferring)]
    known = {one.thing for one in found} | {thing} | inferring
    for node, via in reached_from(knowledge.rule_graph, [one.node for one in (thing, *starts - inferring)]).items():
        one = Thing(*node.split(":", 1))
        if one not in known:
            known.add(one)
            found.append(Reached(one, Thing(*via.split(":", 1))))
    return tuple(found)


def _within(knowledge: Knowledge, readers: set[Thing]) -> set[str]:
    """The prompts whose population reads it: their own, or that of a criterion above them."""
    nodes = {reader.name for reader in readers if reader.kind == "node"}
    found = {reader.name for reader in readers if reader.kind == "prompt"}
    for name, edition in knowledge.editions.items():
        for node in edition.nodes():
            if f"{name}/{node.id}" in nodes:
                found |= {prompt.name for below in node.walk() for prompt in below.prompts}
    return found


def _moved(knowledge: Knowledge, thing: Thing, stored: Mapping[str, Json]) -> dict[str, tuple[Moved, ...]]:
    tries = _trying(knowledge, thing)
    moved = {name: tuple(one for one in tries(case) if one.changes) for name, case in stored.items()}
    return {name: found for name, found in moved.items() if found}


def _trying(knowledge: Knowledge, thing: Thing) -> Callable[[Json], Iterator[Moved]]:
    """What is tried on a case to see whether it hangs on a thing."""
    here = Side(knowledge)
    others = [(one.words, Side(one.knowledge)) for one in of_knowledge(knowledge, thing)]

    def tries(case: Json) -> Iterator[Moved]:
        found = here.found(case)
        for words, other in others:
            yield Moved(words, changes(found, other.found(case)))
        for trial in of_case(case, thing, knowledge):
            if not problem_of(knowledge, trial.case):
                yield Moved(trial.words, changes(found, here.found(trial.case)))

    def shows(case: Json) -> Iterator[Moved]:
        yield Moved("without the prompt", tuple(_shown(here, thing.name, case)))

    return shows if thing.kind == "prompt" else tries


def changes(before: Mapping[tuple[str, str], str], after: Mapping[tuple[str, str], str]) -> tuple[Change, ...]:
    """Return the findings that change; that a rule does not apply and that it has no finding is the same."""
    found = []
    for rule, key in sorted(before.keys() | after.keys()):
        was, now = before.get((rule, key), NOTHING), after.get((rule, key), NOTHING)
        if was != now and not (was in SAYS_NOTHING and now in SAYS_NOTHING):
            found.append(Change(rule, key, was.replace("_", " "), now.replace("_", " ")))
    return tuple(found)


def problem_of(knowledge: Knowledge, case: Any) -> str:
    """Return what is wrong with what a case file says; empty if nothing is."""
    problems = case_problems(Document("case", case, {}, {}), knowledge.case_shape)
    return problems[0].message if problems else ""


def _shown(side: Side, prompt: str, case: Json) -> Iterator[Change]:
    """What each finding of a case shows of a prompt, as what would be lost without it."""
    built = build_case(Document("case", case, {}, {}), side.knowledge.vocabulary, date.fromisoformat(case["as_at"]))
    evaluation = side.engine.evaluate(built)
    findings = FindingBuilder(side.knowledge, side.engine, built).findings(evaluation, side.engine.decisions(evaluation))
    for finding in findings:
        for one in finding.shows:
            if one.prompt == prompt and one.shows != "nothing":
                yield Change(
                    finding.rule.name, finding.key, f"{finding.status}, shows {one.shows}".replace("_", " "), "not asked"
                )
