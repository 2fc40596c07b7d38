"""Rules that say the same as others, say too little, or rest on what nobody has seen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from quips.conditions import Condition, Not
from quips.framework import Source
from quips.knowledge import Knowledge
from quips.knowledgefiles import passed_over, shown_as
from quips.places import NOWHERE, Place
from quips.problems import Problem, listed
from quips.rules import Rule
from quips.satisfiable import can_hold_together
from quips.statuses import VERDICTS, Status, Verdict
from quips.vocabulary import Term

_UNFINISHED = re.compile(r"\b(TODO|FIXME|TBC|TBD|XXX)\b|^[^A-Za-z]*$")
_TEXTS = ("title", "why", "remedy", "cannot_see", "notes")


def rule_doubts(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield what is doubtful about the active rules."""
    active = sorted((rule for rule in knowledge.rules.values() if rule.status == "active"), key=lambda rule: rule.name)
    yield from _of_files(knowledge)
    yield from _alike(active, knowledge.vocabulary.circumstances)
    for rule in active:
        yield from _of_texts(rule)
        yield from _of_sources(rule, knowledge.sources)
        yield from _of_answers(rule)
        yield from _of_edges(rule)
        yield from _of_examples(rule, knowledge)


def _of_files(knowledge: Knowledge) -> Iterator[Problem]:
    """Files that are not read, and rules that lie in no folder of a topic."""
    for folder in knowledge.files.rule_folders:
        for path in passed_over(folder):
            hint = f"Call it {path.name.partition('.')[0]}.yaml if it is a rule, or move it elsewhere."
            yield Problem(
                Place(shown_as(path), 1), "file-not-read", "This file is not read: its name does not end in .yaml.", hint
            )
    roots = {shown_as(folder): folder.name for folder in knowledge.files.rule_folders}
    for rule in knowledge.rules.values():
        if rule.topic == roots.get(str(Path(rule.document.file).parent)):
            message = "The rule lies in no folder of a topic, so it is listed under the folder's own name."
            yield Problem(rule.place, "rule-without-topic", message, "Put it in a folder within, named after its topic.")


def _alike(rules: Iterable[Rule], circumstances: Mapping[str, Term]) -> Iterator[Problem]:
    """Rules that ask the same of the same cases, or of some of the cases of another."""
    by_duty: dict[Any, list[Rule]] = {}
    for rule in rules:
        expect = replace(rule.expect, place=NOWHERE) if rule.expect else None
        by_duty.setdefault((rule.triggers, expect, rule.conflict, rule.derives), []).append(rule)

    def within(one: Condition, other: Condition) -> bool:
        return not can_hold_together([one, Not(other)], circumstances)

    for group in by_duty.values():
        told: set[str] = set()
        for rule in group:
            for other in group:
                if rule is other or rule.name in told or other.name in told or not within(rule.applies, other.applies):
                    continue
                same = within(other.applies, rule.applies)
                if same and rule.name < other.name:
                    continue  # told of the later one
                told.add(rule.name)
                words = "asks the same of the same cases" if same else "asks the same of all these cases and of others"
                hint = "Keep one, with the answers of both." if same else "Leave this one out, or have it ask for more."
                message = f"The rule '{other.name}' {words}."
                yield Problem(rule.place, "duplicate-rule" if same else "subsumed-rule", message, hint)


def _of_texts(rule: Rule) -> Iterator[Problem]:
    for key in _TEXTS:
        if key in rule.document.value and _UNFINISHED.search(rule.document.value[key]):
            message = f"'{key}' still has to be written."
            yield Problem(rule.document.key_place(key), "placeholder", message, "Write it, or make the rule a draft.")
    if Path(rule.document.file).stem != rule.name:
        message = f"The rule is called '{rule.name}', and its file is not."
        yield Problem(rule.place, "name-differs-from-file", message, f"Call the file {rule.name}.yaml.")


def _of_sources(rule: Rule, sources: Mapping[str, Source]) -> Iterator[Problem]:
    unseen = [cite for cite in rule.cites if sources[cite.source].standing == "unverified"]
    if rule.standing == "unverified":
        message = "The rule is active, and rests on what nobody has found in a document."
        place = rule.document.key_place("standing")
    elif unseen:
        message = f"The rule is active, and rests on '{unseen[0].source}', which was not at hand."
        place = unseen[0].place
    else:
        return
    yield Problem(place, "unverified-source", message, "Find it in a document, make the rule a draft, or say why it stands.")


def _of_answers(rule: Rule) -> Iterator[Problem]:
    if rule.kind != "derivation" and not rule.answers:
        message = "The rule answers no prompt, so its findings bear on nothing that is judged."
        yield Problem(rule.place, "answers-nothing", message, "Name the prompts under 'answers', or say why there is none.")
    counted: Counter[tuple[str, str]] = Counter()
    for answer in rule.answers:
        counted[answer.prompt, answer.turn] += 1
        if counted[answer.prompt, answer.turn] == 2:
            message = f"'{answer.prompt}' is answered twice."
            yield Problem(answer.place, "answered-twice", message, "Keep one of them.")
    if rule.concerns and rule.severity == "low":
        message = f"The rule concerns {listed(rule.concerns, 'and')}, and its severity is low."
        hint = "Make it medium or high: what concerns them is said first."
        yield Problem(rule.document.key_place("severity"), "mild-concern", message, hint)


def _of_edges(rule: Rule) -> Iterator[Problem]:
    seen: set[str] = set()
    shown = {name for example in rule.examples for key in ("because_of", "undermined_by") for name in example.get(key, [])}
    provisional = any(example.get("provisional") for example in rule.examples)
    for edge in rule.edges:
        if edge.rule in seen:
            yield Problem(edge.place, "edge-twice", f"'{edge.rule}' is named twice.", "Keep the edge that says more.")
            continue
        seen.add(edge.rule)
        if not edge.because:
            message = f"It is not said why this rests on or follows '{edge.rule}'."
            yield Problem(edge.place, "edge-without-reason", message, "Add 'because', in a sentence.")
        if edge.rule not in shown and not (provisional and edge.kind == "rests_on"):
            message = f"No example shows what '{edge.rule}' has to do with this rule."
            hint = "Add one in which it falls short, with 'undermined_by' or 'because_of'."
            yield Problem(edge.place, "edge-not-shown", message, hint)


def _of_examples(rule: Rule, knowledge: Knowledge) -> Iterator[Problem]:
    place = rule.document.key_place("examples")
    shown = {
        Status(status)
        for example in rule.examples
        for status in ([example["status"]] if "status" in example else example["findings"].values())
    }
    for what, wanted in _owed(rule, knowledge).items():
        if not shown & wanted:
            hint = f"Add one with the status {listed(sorted(wanted))}."
            yield Problem(place, "status-not-shown", f"No example of the rule shows {what}.", hint)
    names: set[str] = set()
    given: dict[str, str] = {}
    for n, example in enumerate(rule.examples):
        case = repr(sorted(example["given"].items(), key=lambda pair: pair[0]))
        if example["name"] in names or case in given:
            again = f"has the same case as '{given[case]}'" if case in given else "has the name of one before it"
            message = f"The example '{example['name']}' {again}."
            yield Problem(rule.document.place("examples", n), "example-repeated", message, "Change it, or leave it out.")
        names.add(example["name"])
        given.setdefault(case, example["name"])


def _owed(rule: Rule, knowledge: Knowledge) -> dict[str, set[Status]]:
    """What the examples of a rule have to show between them: for each, the statuses that show it."""
    gaps = {status for status in Status if VERDICTS[status] is Verdict.GAP}
    good = {status for status in Status if VERDICTS[status] is Verdict.SUFFICIENT}
    owed = {"a case to which it does not apply": {Status.NOT_APPLICABLE}}
    if rule.kind == "derivation":
        return {"what it infers": {Status.CONSISTENT}, "a case that says otherwise": {Status.CONFLICT}, **owed}
    limits = [knowledge.limits[name] for name in (rule.expect.limits if rule.expect else ())]
    rows = [row for limit in limits for reading in limit.readings for row in reading.rows]
    if rows and all(row.value is None for row in rows):
        return {"that it was done": {*good, Status.TO_JUDGE}, **owed}  # without a number, being late can only be judged
    return {"a gap": gaps, "none": good, **owed}
