"""How two versions of the knowledge base differ, on a screen, as JSON, and as a page fit for a review."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

import click

from quips.authoring.behaviour import Behaviour, Changed
from quips.authoring.structure import HOWS, Difference
from quips.authoring.versions import Version
from quips.problems import listed
from quips.reports.templates import environment_of
from quips.reports.wording import wrap
from quips.yamltext import as_yaml

_MOST_NAMED = 8
KINDS = {
    "rule": "Rules",
    "limit": "Time limits",
    "circumstance": "Circumstances",
    "activity": "Activities",
    "prompt": "Prompts",
    "node": "Criteria, standards and key questions",
    "edition": "Editions",
}


@dataclass(frozen=True)
class Compared:
    """Two versions compared.

    Attributes:
        old: The old version.
        new: The new one.
        written: What differs as written.
        found: What differs in what is found.
        seed: What the composed cases follow from.
        marking: The protective marking, since stored cases are named.
    """

    old: Version
    new: Version
    written: Sequence[Difference]
    found: Behaviour
    seed: str
    marking: str

    def place(self, difference: Difference) -> str:
        """Return where a difference stands, in the version it stands in."""
        return (self.old if difference.how == "removed" else self.new).shown(difference.place)

    @property
    def cases_words(self) -> str:
        """How many cases were read, and of how many a finding changes."""
        found = self.found
        left = f" {found.left_out} more composed cases can be read by one version only." if found.left_out else ""
        moved = "no finding changes" if not found.moved else f"findings change in {_counted(found.moved, 'case')}"
        read = f"{_counted(found.stored, 'stored case')} and {_counted(found.composed, 'composed case')} (seed {self.seed})"
        return f"{read} were read by both: {moved}.{left}"

    @property
    def by_kind(self) -> list[tuple[str, list[tuple[str, list[Difference]]]]]:
        """What differs as written, by kind of thing and by how it differs."""
        found = []
        for kind, title in KINDS.items():
            of_kind = [difference for difference in self.written if difference.kind == kind]
            hows = [(how, [one for one in of_kind if one.how == how]) for how in HOWS]
            if of_kind:
                found.append((title, [(how, ones) for how, ones in hows if ones]))
        return found

    @property
    def by_rule(self) -> list[tuple[str, list[Changed]]]:
        """What differs in what is found, by rule."""
        return [(rule, list(changes)) for rule, changes in groupby(self.found.changed, attrgetter("kind.rule"))]


def to_text(compared: Compared, width: int) -> str:
    """Return two versions compared, as text.

    Args:
        compared: What they differ in.
        width: The width to wrap at.
    """
    return "\n".join(_lines(compared, width)) + "\n"


def to_json(compared: Compared, width: int) -> str:
    """Return two versions compared, as JSON."""
    found = compared.found
    value: dict[str, Any] = {
        "version": 1,
        "marking": compared.marking,
        "old": {"name": compared.old.name, "digest": compared.old.knowledge.digest},
        "new": {"name": compared.new.name, "digest": compared.new.knowledge.digest},
        "written": [
            {"kind": one.kind, "name": one.name, "how": one.how, "what": one.what, "place": compared.place(one)}
            for one in compared.written
        ],
        "found": {
            "seed": compared.seed,
            "stored": found.stored,
            "composed": found.composed,
            "moved": found.moved,
            "left_out": found.left_out,
            "unreadable": dict(found.unreadable),
            "changed": [
                {
                    "rule": one.kind.rule,
                    "before": one.kind.before,
                    "after": one.kind.after,
                    "stored": one.stored,
                    "composed": one.composed,
                    "smallest": one.smallest,
                }
                for one in found.changed
            ],
        },
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def to_html(compared: Compared, width: int) -> str:
    """Return two versions compared, as one self-contained page."""
    environment = environment_of()
    environment.globals.update(yaml=case_text, cases=cases_of)
    return environment.get_template("versions.html.j2").render(compared=compared, marking=compared.marking)


FORMATS = {"text": to_text, "json": to_json, "html": to_html}


def case_text(changed: Changed) -> str:
    """Return the smallest case of a change, as a case file says it."""
    return as_yaml({"case": "SMALLEST-1", **changed.smallest})


def cases_of(changed: Changed) -> str:
    """Return in words which cases change so."""
    parts = []
    if changed.stored:
        named = changed.stored[:_MOST_NAMED]
        more = f" and {len(changed.stored) - len(named)} more" if len(changed.stored) > len(named) else ""
        parts.append(f"{_counted(len(changed.stored), 'stored case')} ({', '.join(named)}{more})")
    if changed.composed:
        parts.append(_counted(changed.composed, "composed case"))
    return listed(parts, "and")


def _lines(compared: Compared, width: int) -> Iterator[str]:
    old, new = (f"{version.name} ({version.knowledge.digest})" for version in (compared.old, compared.new))
    yield click.style(f"From {old} to {new}", bold=True) + (f"   {compared.marking}" if compared.marking else "")
    yield ""
    yield click.style("As written", bold=True)
    if not compared.written:
        yield "  Nothing differs."
    for title, hows in compared.by_kind:
        for how, ones in hows:
            yield f"  {title}, {how} ({len(ones)})"
            for one in ones:
                what = f": {one.what}" if one.what else ""
                yield f"    {one.name}{what}  {compared.place(one)}"
    yield ""
    yield click.style("As found", bold=True)
    yield from wrap(compared.cases_words, width, initial_indent="  ", subsequent_indent="  ")
    for case, problem in compared.found.unreadable.items():
        yield from wrap(
            f"{case} can be read by one version only: {problem}", width, initial_indent="  ", subsequent_indent="    "
        )
    for rule, changes in compared.by_rule:
        yield ""
        yield f"  {rule}"
        for change in changes:
            yield f"    {change.kind.before} -> {change.kind.after}".replace("_", " ")
            yield from wrap(cases_of(change), width, initial_indent="      ", subsequent_indent="        ")
            yield "      The smallest case that changes so:"
            yield from (f"        {line}" for line in case_text(change).splitlines())


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
