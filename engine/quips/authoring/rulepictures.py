"""Pictures of rules: the surroundings of one, and the chain of a topic."""

from __future__ import annotations

from collections.abc import Iterator

from quips.authoring.pictures import MOST, Arrow, Box, Picture, folded, topic_words
from quips.authoring.uses import Thing, Use, every_use
from quips.explain import in_sentence
from quips.knowledge import Knowledge
from quips.places import Place
from quips.rules import Rule


def of_rule(knowledge: Knowledge, rule: Rule) -> Picture:
    """Return the surroundings of a rule: what it reads, the rules before and after it, what it infers, the prompts it answers."""
    here = f"rule:{rule.name}"
    boxes = [rule_box(rule, "", "centre")]
    arrows: list[Arrow] = []
    for thing, use in _read_by(knowledge, rule):
        boxes.append(_thing_box(knowledge, thing))
        arrows.append(Arrow(thing.node, here, "reads", f"is read by ({use.how})", use.place))
    for edge in rule.edges:
        boxes.append(rule_box(knowledge.rules[edge.rule], "Rules before it"))
        arrows.append(_edge(f"rule:{edge.rule}", here, edge.kind, edge.place))
    for other in knowledge.rules.values():
        for edge in other.edges:
            if edge.rule == rule.name:
                boxes.append(rule_box(other, "Rules after it"))
                arrows.append(_edge(here, f"rule:{other.name}", edge.kind, edge.place))
    if rule.derives:
        name = rule.derives[0]
        term = knowledge.vocabulary.circumstances[name]
        note = f"inferred: {term.in_words(rule.derives[1])}"
        boxes.append(Box(f"inferred:{name}", "circumstance", term.title, note, "What it infers", place=term.place))
        arrows.append(Arrow(here, f"inferred:{name}", "infers", "infers", rule.document.key_place("derives", name)))
        for thing, use in every_use(knowledge):
            if thing == Thing("circumstance", name) and use.reader.kind == "rule" and use.reader.name != rule.name:
                boxes.append(rule_box(knowledge.rules[use.reader.name], "Rules that read what it infers"))
                arrows.append(Arrow(f"inferred:{name}", use.reader.node, "reads", f"is read by ({use.how})", use.place))
    for answer in rule.answers:
        prompt = knowledge.prompts[answer.prompt]
        shows = "shows a yes or a no" if answer.shows == "yes_and_no" else "shows a no"
        edition, node, _ = answer.prompt.split("/", 2)
        boxes.append(Box(f"prompt:{prompt.name}", "prompt", prompt.asks, node, f"Prompts of {edition}", place=prompt.place))
        arrows.append(Arrow(here, f"prompt:{prompt.name}", "answers", shows, answer.place))
    boxes, arrows, notes = _fold_groups(list(dict.fromkeys(boxes)), arrows, MOST)
    about = (
        "Read it from left to right: what the rule reads and what has to be there first, then the rule, then what comes after it "
        "and the prompts that its findings bear on."
    )
    return Picture(f"Around the rule: {in_sentence(rule.title)}", about, tuple(boxes), tuple(arrows), tuple(notes))


def of_topic(knowledge: Knowledge, topic: str) -> Picture:
    """Return the chain of a topic: which of its rules come before which, with the rules of other topics next to them."""
    inside = {rule.name: rule for rule in knowledge.rules.values() if rule.topic == topic}
    arrows: list[Arrow] = []
    for rule in knowledge.rules.values():
        near = [edge for edge in rule.edges if rule.name in inside or edge.rule in inside]
        arrows += [_edge(f"rule:{edge.rule}", f"rule:{rule.name}", edge.kind, edge.place) for edge in near]
    arrows += _inferences(knowledge, inside)
    joined = {end for arrow in arrows for end in (arrow.source, arrow.target)}
    here: list[Box] = []
    alone: list[Box] = []
    elsewhere: list[Box] = []
    for rule in knowledge.rules.values():
        if rule.name in inside:
            in_chain = f"rule:{rule.name}" in joined
            (here if in_chain else alone).append(rule_box(rule, topic_words(topic) if in_chain else "Rules that stand alone"))
        elif f"rule:{rule.name}" in joined:
            elsewhere.append(rule_box(rule, f"Of another topic: {in_sentence(topic_words(rule.topic))}", "elsewhere"))
    boxes = [*here, *sorted(elsewhere, key=lambda box: box.group), *alone]
    boxes, arrows, notes = _fold_groups(boxes, arrows, MOST)
    about = "Read it from left to right: each rule comes after those that lead to it, and a gap is explained by a gap before it."
    return Picture(f"{topic_words(topic)}: the chain of rules", about, tuple(boxes), tuple(arrows), tuple(notes))


def rule_box(rule: Rule, group: str, look: str = "") -> Box:
    """Return the box of a rule: what kind it is shows in its look."""
    note = "draft: finds nothing yet" if rule.status == "draft" else ""
    return Box(f"rule:{rule.name}", look or rule.kind, rule.title, note, group, place=rule.place)


def _edge(source: str, target: str, kind: str, place: Place) -> Arrow:
    words = "holds up" if kind == "rests_on" else "is followed by"
    return Arrow(source, target, kind, words, place)


def _read_by(knowledge: Knowledge, rule: Rule) -> Iterator[tuple[Thing, Use]]:
    """What a rule reads, each once, for the first thing it is read for."""
    seen = set()
    for thing, use in every_use(knowledge):
        whole = Thing("activity", thing.name.partition(".")[0]) if thing.kind == "attribute" else thing
        reads = use.reader == Thing("rule", rule.name) and thing.kind in ("circumstance", "activity", "attribute", "limit")
        if reads and use.how != "infers it" and whole not in seen and whole.name != "not_done":
            seen.add(whole)
            yield whole, use


def _thing_box(knowledge: Knowledge, thing: Thing) -> Box:
    if thing.kind == "limit":
        limit = knowledge.limits[thing.name]
        lengths = dict.fromkeys(row.in_words() for reading in limit.readings for row in reading.rows)
        return Box(thing.node, "limit", limit.title, ", ".join(lengths), "What it reads", place=limit.place)
    if thing.kind == "activity":
        activity = knowledge.vocabulary.activities[thing.name]
        return Box(thing.node, "activity", activity.title, "", "What it reads", place=activity.place)
    term = knowledge.vocabulary.circumstances[thing.name]
    inferring = [rule for rule in knowledge.rules.values() if rule.derives and rule.derives[0] == thing.name]
    note = "inferred where it is not given" if inferring else ""
    return Box(thing.node, "circumstance", term.title, note, "What it reads", place=term.place)


def _inferences(knowledge: Knowledge, inside: dict[str, Rule]) -> Iterator[Arrow]:
    """From each rule that infers a circumstance to the rules that read it, where one of the two is in the topic."""
    inferring = [(rule, rule.derives[0]) for rule in knowledge.rules.values() if rule.derives]
    readers: dict[str, dict[str, Use]] = {}
    for thing, use in every_use(knowledge):
        if thing.kind == "circumstance" and use.reader.kind == "rule" and use.how != "infers it":
            readers.setdefault(thing.name, {}).setdefault(use.reader.name, use)
    for rule, name in inferring:
        for reader, use in readers.get(name, {}).items():
            if reader != rule.name and (rule.name in inside or reader in inside):
                title = in_sentence(knowledge.vocabulary.circumstances[name].title)
                yield Arrow(f"rule:{rule.name}", f"rule:{reader}", "infers", f"infers {title}, which is read by", use.place)


def _fold_groups(boxes: list[Box], arrows: list[Arrow], most: int) -> tuple[list[Box], list[Arrow], list[str]]:
    """Fold the largest groups of things that have nothing but one neighbour, until what is left can be followed."""
    notes: list[str] = []
    while len(boxes) > most:
        groups: dict[tuple[str, str], list[Box]] = {}
        ends: dict[str, set[tuple[str, str]]] = {box.name: set() for box in boxes}
        for arrow in arrows:
            ends[arrow.source].add(("to", arrow.target))
            ends[arrow.target].add(("from", arrow.source))
        for box in boxes:
            if box.look not in ("centre", "folded"):
                groups.setdefault((box.group, box.look), []).append(box)
        # what has least to do with the rest is folded first, and of that the largest group
        (group, look), members = max(
            groups.items(), key=lambda item: (len(item[1]) > 1, -max(len(ends[box.name]) for box in item[1]), len(item[1]))
        )
        if len(members) < 2:
            break
        into = Box(f"folded:{group}:{look}", "folded", group or look, f"{len(members)} folded", group)
        boxes, arrows = folded(boxes, arrows, [box.name for box in members], into)
        notes.append(f"Folded into one box, {group}: {'; '.join(sorted(in_sentence(box.title) for box in members))}.")
    return boxes, arrows, notes
