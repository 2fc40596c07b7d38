"""What differs between two versions as they are written: what was added, removed, renamed, moved, reworded or changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quips.knowledge import Knowledge
from quips.places import Place
from quips.problems import listed

ADDED, REMOVED, RENAMED, MOVED = "added", "removed", "renamed", "moved"
REWORDED, REDATED, DECIDES, EXAMPLES = "reworded", "re-dated", "decides otherwise", "examples"
HOWS = (ADDED, REMOVED, RENAMED, MOVED, DECIDES, REDATED, REWORDED, EXAMPLES)

_WORDS = frozenset(
    {"title", "why", "remedy", "cannot_see", "notes", "ask", "help", "asks", "clock", "cites", "judged", "standing"}
)
_NAMES = frozenset({"rule", "former_ids"})
_DATES = frozenset({"valid_from", "valid_to", "in_use"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs.

    Attributes:
        kind: ``rule``, ``limit``, ``circumstance``, ``activity``, ``prompt``, ``node`` or ``edition``.
        name: Its name now; of what was removed, its name before.
        how: One of `HOWS`.
        what: What of it, in words; may be empty.
        place: Where it stands now; of what was removed, where it stood.
    """

    kind: str
    name: str
    how: str
    what: str
    place: Place


@dataclass(frozen=True, slots=True)
class _Thing:
    value: Any
    place: Place
    home: str = ""


def differences(old: Knowledge, new: Knowledge) -> list[Difference]:
    """Return what differs between two versions as they are written, by kind, how, and name."""
    renamed = former_names(old, new)
    found: list[Difference] = []
    for kind in ("rule", "limit", "circumstance", "activity", "prompt", "node", "edition"):
        before, after = _things(old, kind), _things(new, kind)
        if kind == "rule":
            before = {renamed.get(name, name): thing for name, thing in before.items()}
            found += [Difference(kind, name, RENAMED, f"was {was}", after[name].place) for was, name in renamed.items()]
        found += [Difference(kind, name, ADDED, "", after[name].place) for name in after.keys() - before.keys()]
        found += [Difference(kind, name, REMOVED, "", before[name].place) for name in before.keys() - after.keys()]
        for name in before.keys() & after.keys():
            found += [Difference(kind, name, how, what, after[name].place) for how, what in _changes(before[name], after[name])]
    return sorted(found, key=lambda one: (one.kind, HOWS.index(one.how), one.name))


def former_names(old: Knowledge, new: Knowledge) -> dict[str, str]:
    """Return the name that each rule has now which was called otherwise in the old version."""
    return {
        was: rule.name
        for rule in new.rules.values()
        for was in rule.former_names
        if was in old.rules and was not in new.rules and rule.name not in old.rules
    }


def _things(knowledge: Knowledge, kind: str) -> dict[str, _Thing]:
    match kind:
        case "rule":
            return {name: _Thing(rule.document.value, rule.place, rule.topic) for name, rule in knowledge.rules.items()}
        case "limit":
            return _limits(knowledge)
        case "circumstance" | "activity":
            return _words_of(knowledge, "circumstances" if kind == "circumstance" else "activities")
        case "prompt":
            return {
                prompt.name: _Thing(_plain(prompt), prompt.place)
                for edition in knowledge.editions.values()
                for prompt in edition.prompts()
            }
        case "node":
            return {
                f"{edition.name}/{node.id}": _Thing({"title": node.title}, node.place)
                for edition in knowledge.editions.values()
                for node in edition.nodes()
            }
        case _:
            return {
                name: _Thing({"title": edition.title, "scoring": edition.scoring}, edition.place)
                for name, edition in knowledge.editions.items()
            }


def _limits(knowledge: Knowledge) -> dict[str, _Thing]:
    return {
        value["limit"]: _Thing(value, document.place("limits", n), document.file)
        for document in knowledge.files.of_shape("limits")
        for n, value in enumerate(document.value["limits"])
    }


def _words_of(knowledge: Knowledge, part: str) -> dict[str, _Thing]:
    return {
        name: _Thing(value, document.key_place(part, name), "")
        for document in knowledge.files.of_shape("vocabulary")
        for name, value in document.value.get(part, {}).items()
    }


def _plain(prompt: Any) -> dict[str, Any]:
    keys = ("asks", "applies_when", "about", "judged", "cites", "standing", "variant")
    return {key: getattr(prompt, key) for key in keys}


def _changes(before: _Thing, after: _Thing) -> Iterator[tuple[str, str]]:
    if before.home and before.home.rpartition("/")[2] != after.home.rpartition("/")[2]:
        yield MOVED, f"from {before.home} to {after.home}"
    by_how: dict[str, list[str]] = {}
    for path in _differing(before.value, after.value):
        top = str(path[0])
        last = next((str(step) for step in reversed(path) if isinstance(step, str)), top)
        if top in _NAMES:
            continue
        if top == "examples":
            how = EXAMPLES
        elif last in _DATES:
            how = REDATED
        elif top in _WORDS or last in _WORDS:
            how = REWORDED
        else:
            how = DECIDES
        by_how.setdefault(how, []).append(top if how != REDATED else last)
    for how, keys in by_how.items():
        yield how, "" if how == EXAMPLES else listed(dict.fromkeys(keys), "and")


def _differing(one: Any, other: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of each part that differs."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in dict.fromkeys([*one, *other]):
            if key not in one or key not in other:
                yield (*path, key)
            else:
                yield from _differing(one[key], other[key], (*path, key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for n, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _differing(left, right, (*path, n))
    elif one != other:
        yield path or ("",)
