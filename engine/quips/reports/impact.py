"""What a name matters for, on a screen and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import click

from quips.authoring.impact import Change, Impact, Moved, Reached
from quips.authoring.uses import Thing
from quips.explain import in_sentence
from quips.knowledge import Knowledge
from quips.problems import listed
from quips.reports.wording import wrap

_MOST_CHANGES = 6
_KINDS = {"node": "part"}
"""What is called otherwise than inside: a section, criterion, standard or key question is a part of an edition."""


def impact_text(found: list[Impact], knowledge: Knowledge, marking: str, width: int) -> str:
    """Return what the things of one name matter for, as text.

    Args:
        found: What each of them matters for.
        knowledge: The knowledge base.
        marking: The protective marking, shown where cases are named.
        width: The width to wrap at.
    """
    return "\n\n".join("\n".join(_lines(one, knowledge, marking, width)) for one in found) + "\n"


def impact_json(found: list[Impact], marking: str) -> str:
    """Return what the things of one name matter for, as JSON."""
    value = {"version": 1, "marking": marking, "things": [_as_data(one) for one in found]}
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _lines(one: Impact, knowledge: Knowledge, marking: str, width: int) -> Iterator[str]:
    shown = f"   {marking}" if marking and one.moved is not None else ""
    yield click.style(f"{one.thing.name}, {_a(one.thing.kind)}", bold=True) + shown
    yield from wrap(one.title, width)
    yield str(one.place) if one.place.file else "It can be said of every activity."
    yield ""
    yield click.style(f"Read in {_counted(len(one.read_by), 'place')}" if one.read_by else "Nothing reads it", bold=True)
    for use in one.read_by:
        yield f"  {_KINDS.get(use.reader.kind, use.reader.kind)} {use.reader.name}: {use.how}  {use.place}"
    yield ""
    yield click.style("Reaches", bold=True)
    yield from _reached(one, knowledge, width)
    yield ""
    yield from _cases(one, width)


def _reached(one: Impact, knowledge: Knowledge, width: int) -> Iterator[str]:
    direct = [each for each in one.reached if each.via is None and each.thing.kind == "rule"]
    further = [each for each in one.reached if each.via is not None and each.thing.kind == "rule"]
    inferred = [each.thing.name for each in one.reached if each.thing.kind == "circumstance"]
    if direct:
        yield f"  {_counted(len(direct), 'rule')} at once:"
        yield from (f"    {_rule(each, knowledge)}" for each in direct)
    if further:
        yield f"  {_counted(len(further), 'rule')} through others:"
        yield from (f"    {_rule(each, knowledge)}, through {each.via.name}" for each in further if each.via)
    if inferred:
        yield from wrap(
            f"What is inferred from it: {listed(inferred, 'and')}.", width, initial_indent="  ", subsequent_indent="    "
        )
    editions = Counter(name.partition("/")[0] for name in one.prompts)
    for edition, count in editions.items():
        nodes = dict.fromkeys(name.split("/")[1] for name in one.prompts if name.startswith(f"{edition}/"))
        yield from wrap(
            f"{_counted(count, 'prompt')} of {edition}, in {listed(nodes, 'and')}.",
            width,
            initial_indent="  ",
            subsequent_indent="    ",
        )
    if not one.reached and not one.prompts:
        yield "  Nothing else."


def _cases(one: Impact, width: int) -> Iterator[str]:
    if one.moved is None:
        yield "Name case files or folders of them to see which cases would move."
        return
    yield click.style(f"{_counted(len(one.moved), 'case')} of {one.read} would move", bold=True)
    for name, problem in one.unreadable.items():
        yield from wrap(f"{name} was not read: {problem}", width, initial_indent="  ", subsequent_indent="    ")
    for name, moved in one.moved.items():
        yield f"  {name}"
        for each in moved:
            one_only = len(each.changes) == 1
            yield f"    {each.words}: {_counted(len(each.changes), 'finding')} {'changes' if one_only else 'change'}"
            for change in each.changes[:_MOST_CHANGES]:
                yield f"      {_change(change)}"
            if len(each.changes) > _MOST_CHANGES:
                yield f"      and {len(each.changes) - _MOST_CHANGES} more; all are in --format json"


def _change(change: Change) -> str:
    return f"{change.rule}{f' ({change.key})' if change.key else ''}: {change.before} -> {change.after}"


def _rule(reached: Reached, knowledge: Knowledge) -> str:
    rule = knowledge.rules[reached.thing.name]
    return f"{rule.name}: {in_sentence(rule.title)}" + (" (draft)" if rule.status == "draft" else "")


def _as_data(one: Impact) -> dict[str, Any]:
    value: dict[str, Any] = {
        "kind": one.thing.kind,
        "name": one.thing.name,
        "title": one.title,
        "place": str(one.place),
        "read_by": [
            {"kind": use.reader.kind, "name": use.reader.name, "how": use.how, "place": str(use.place)} for use in one.read_by
        ],
        "reaches": [{"kind": each.thing.kind, "name": each.thing.name, "through": _node(each.via)} for each in one.reached],
        "prompts": list(one.prompts),
    }
    if one.moved is not None:
        value["cases"] = {
            "read": one.read,
            "unreadable": dict(one.unreadable),
            "moved": [{"case": name, "tried": [_moved(each) for each in moved]} for name, moved in one.moved.items()],
        }
    return value


def _moved(moved: Moved) -> dict[str, Any]:
    return {"otherwise": moved.words, "changes": [change._asdict() for change in moved.changes]}


def _node(thing: Thing | None) -> str:
    return thing.node if thing else ""


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
