"""A picture in the language of Mermaid, which code hosts draw where it stands in a text."""

from __future__ import annotations

import json
from collections.abc import Iterator

from quips.authoring.pictures import Box, Picture
from quips.reports.looks import LOOKS, note_lines, title_lines

_ARROWS = {
    "rests_on": "==>|holds up|",
    "follows": "-.->|then|",
    "explains": "-.->|explains|",
    "infers": "-.->|infers|",
    "contains": "---",
}


def to_mermaid(picture: Picture) -> str:
    """Return a picture as Mermaid reads it, left to right."""
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    number = {box.name: f"n{n}" for n, box in enumerate(picture.boxes)}
    if picture.marking:
        title = " | ".join(filter(None, (picture.marking, picture.title, picture.first)))
        yield from ("---", f"title: {json.dumps(title, ensure_ascii=False)}", "---")
    yield "flowchart LR"
    for n, (group, boxes) in enumerate(picture.groups.items()):
        if group:
            yield f'  subgraph g{n}["{_text(group)}"]'
        yield from (f"  {'  ' * bool(group)}{number[box.name]}{_box(box)}" for box in boxes)
        if group:
            yield "  end"
    for arrow in picture.arrows:
        yield f"  {number[arrow.source]} {_ARROWS.get(arrow.kind, '-->')} {number[arrow.target]}"
    for name in picture.looks:
        look = LOOKS[name]
        style = f"fill:{look.fill},stroke:{look.stroke},color:{look.ink},stroke-width:{look.heavy + 0.5}px"
        yield f"  classDef {_class(name)} {style}"


def _box(box: Box) -> str:
    before, after = LOOKS[box.look].mermaid
    words = "<br/>".join(map(_text, (*title_lines(box), *note_lines(box))))
    return f"{before}{words}{after}:::{_class(box.look)}"


def _class(look: str) -> str:
    return f"look_{look.replace(' ', '_')}"  # a word such as `end` alone would be one of Mermaid's own


def _text(words: str) -> str:
    """Return words so that nothing in them is taken for Mermaid."""
    return "".join(f"#{ord(letter)};" if letter in '"#;<>&`[]{}|\\' else letter for letter in words)
