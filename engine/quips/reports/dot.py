"""A picture in the language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import pairwise

from quips.authoring.pictures import Arrow, Box, Picture
from quips.reports.looks import LINES, LOOKS, note_lines, title_lines

_HEAD = """\
  graph [rankdir=LR, bgcolor="white", fontname="Arial", fontsize=13, fontcolor="#484d50"]
  graph [labeljust="l", nodesep=0.14, ranksep=0.9, pad=0.2]
  node [fontname="Arial", fontsize=12, margin="0.14,0.08"]
  edge [fontname="Arial", fontsize=10, fontcolor="#484d50", arrowsize=0.7, headport="w"]"""
_BAR, _COLUMNS = 150, 3
_CELLS = (("#144e81", "#ffffff", ""), ("#b7cfe2", "#0b0c0c", ""), ("#942514", "#ffffff", "✕"))


def to_dot(picture: Picture) -> str:
    """Return a picture as Graphviz reads it, left to right, its groups framed."""
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    number = {box.name: f"n{n}" for n, box in enumerate(picture.boxes)}
    joined = {end for arrow in picture.arrows for end in (arrow.source, arrow.target)}
    yield "digraph {"
    yield _HEAD
    # Graphviz puts what hangs on nothing from the bottom up, and what it is given first lowest.
    groups = sorted(picture.groups.items(), key=lambda item: item[1][0].name in joined)
    loose = [item for item in groups if item[1][0].name not in joined]
    for n, (group, boxes) in enumerate([*reversed(loose), *groups[len(loose) :]]):
        indent = "    " if group else "  "
        if group:
            yield f"  subgraph cluster_{n} {{"
            yield f'    label={_text(group)}; style="rounded,filled"; fillcolor="#fafafa"; color="#c8ccce"; margin=10'
        for row in reversed(_rows(boxes)) if boxes[0].name not in joined else [boxes]:
            yield from (f"{indent}{number[box.name]} [{_node(box)}]" for box in row)
            if boxes[0].name not in joined:  # they stand in rows, not in one long column
                yield from (f"{indent}{number[left.name]} -> {number[right.name]} [style=invis]" for left, right in pairwise(row))
        if group:
            yield "  }"
    for arrow in picture.arrows:
        yield f"  {number[arrow.source]} -> {number[arrow.target]} [{_edge(arrow)}]"
    if picture.marking:  # it goes with the picture wherever this is taken; said last, so that no frame takes it for its own
        words = "<BR/>".join(map(escape, filter(None, (picture.marking, picture.title, picture.first))))
        yield f'  label=<{words}>; labelloc="t"; labeljust="c"; fontcolor="#0b0c0c"'
    yield "}"


def _rows(boxes: list[Box]) -> list[list[Box]]:
    return [boxes[n : n + _COLUMNS] for n in range(0, len(boxes), _COLUMNS)]


def _node(box: Box) -> str:
    look = LOOKS[box.look]
    parts = [
        f"label=<{_label(box, look.ink)}>",
        f'shape="{look.shape}"',
        f'style="{look.style}"',
        f'fillcolor="{look.fill}"',
        f'color="{look.stroke}"',
        f"penwidth={look.heavy}",
        f"tooltip={_text(f'{box.title} ({look.word})')}",
    ]
    if look.shape in ("hexagon", "octagon"):  # what these leave empty at their corners is room enough
        parts.append("margin=0")
    if look.lines > 1:
        parts.append(f"peripheries={look.lines}")
    return ", ".join(parts)


def _label(box: Box, ink: str) -> str:
    title = "<BR/>".join(f"<B>{escape(line)}</B>" for line in title_lines(box))
    rows = [f'<TR><TD><FONT COLOR="{ink}">{title}</FONT></TD></TR>']
    if box.note:
        note = "<BR/>".join(escape(line) for line in note_lines(box))
        rows.append(f'<TR><TD><FONT POINT-SIZE="10.5" COLOR="{ink}">{note}</FONT></TD></TR>')
    if sum(box.shares):
        rows.append(f"<TR><TD>{_bar(box.shares)}</TD></TR>")
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{"".join(rows)}</TABLE>'


def _bar(shares: tuple[int, ...]) -> str:
    """A bar of what has a rule, is judged, or has neither."""
    whole, cells = sum(shares), []
    for count, (fill, ink, mark) in zip(shares, _CELLS, strict=True):
        if count:
            width = max(round(_BAR * count / whole), 18)
            cells.append(
                f'<TD BGCOLOR="{fill}" WIDTH="{width}" HEIGHT="12"><FONT POINT-SIZE="9" COLOR="{ink}">{mark}{count}</FONT></TD>'
            )
    return f'<TABLE BORDER="1" COLOR="#ffffff" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1"><TR>{"".join(cells)}</TR></TABLE>'


def _edge(arrow: Arrow) -> str:
    line = LINES[arrow.kind]
    label = {"rests_on": "holds up", "follows": "then", "infers": "infers"}.get(arrow.kind, "")
    said = f", label={_text(label)}" if label else ""
    said += ', tailport="e"' if arrow.kind == "contains" else ""
    return f'style="{line.style}", color="{line.stroke}", arrowhead="{line.end}"{said}, tooltip={_text(arrow.words)}'


def _text(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'
