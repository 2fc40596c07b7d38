"""How things look in a picture: nothing is told by colour alone, so each has a shape, a colour and a word of its own."""

from __future__ import annotations

import textwrap
from typing import NamedTuple

from quips.authoring.pictures import Box

LINE, MOST_LINES = 26, 4


class Look(NamedTuple):
    """How one kind of thing looks.

    Attributes:
        word: What it is, for the legend.
        shape: Its shape, as Graphviz calls it.
        style: How it is drawn, as Graphviz calls it.
        fill: The colour inside.
        stroke: The colour of its line.
        mermaid: What stands before and after its words in Mermaid.
        ink: The colour of its words.
        lines: How many lines are drawn around it.
        heavy: How thick its line is.
    """

    word: str
    shape: str
    style: str
    fill: str
    stroke: str
    mermaid: tuple[str, str]
    ink: str = "#0b0c0c"
    lines: int = 1
    heavy: float = 1.2


LOOKS = {
    "centre": Look("this rule", "box", "rounded,filled", "#144e81", "#0b2a46", ('("', '")'), "#ffffff", heavy=2),
    "expectation": Look("a rule that expects something", "box", "rounded,filled", "#e1ecf4", "#144e81", ('("', '")')),
    "derivation": Look("a rule that infers something", "hexagon", "filled", "#ece5f5", "#4c2c92", ('{{"', '"}}')),
    "conflict": Look("a rule about what cannot both be right", "octagon", "filled", "#fbe9d7", "#8a4b00", ('[["', '"]]')),
    "elsewhere": Look("a rule of another topic", "box", "rounded,filled,dashed", "#ffffff", "#5a6268", ('("', '")')),
    "circumstance": Look("a circumstance", "ellipse", "filled", "#f3f2f1", "#5a6268", ('(["', '"])')),
    "activity": Look("an activity", "box", "filled", "#ffffff", "#5a6268", ('["', '"]')),
    "limit": Look("a time limit", "note", "filled", "#fff4c9", "#7a5a00", ('[/"', '"/]')),
    "prompt": Look("a prompt of an edition", "tab", "filled", "#e3f0e6", "#00592f", ('>"', '"]')),
    "folded": Look("several, folded into one box", "box3d", "filled,dashed", "#ffffff", "#5a6268", ('[["', '"]]')),
    "root": Look("a root gap", "box", "filled", "#f9d9d3", "#942514", ('[["', '"]]'), lines=2, heavy=2),
    "consequence": Look("a gap that follows from it", "box", "rounded,filled", "#fdf1ee", "#942514", ('("', '")')),
    "top": Look("where it begins", "box", "rounded,filled", "#144e81", "#0b2a46", ('("', '")'), "#ffffff", heavy=2),
    "covered": Look(
        "every prompt about a case has a rule, or a reason why not", "box", "rounded,filled", "#f4f8fb", "#144e81", ('("', '")')
    ),
    "lacking": Look(
        "prompts have neither a rule nor a reason", "octagon", "filled", "#f9d9d3", "#942514", ('{{"', '"}}'), heavy=2
    ),
    "organisation": Look("not about a case, so no record answers it", "box", "filled,dashed", "#f3f2f1", "#5a6268", ('["', '"]')),
    "with rule": Look("a prompt that a rule answers", "tab", "filled", "#e3f0e6", "#00592f", ('>"', '"]')),
    "judged": Look("a prompt that stays a judgement, for a reason", "note", "filled", "#fff4c9", "#7a5a00", ('[/"', '"/]')),
    "neither": Look("a prompt with neither", "octagon", "filled", "#f9d9d3", "#942514", ('{{"', '"}}'), heavy=2),
}


class Line(NamedTuple):
    """How one kind of relation looks: a word for the legend, its style and colour, and its end."""

    word: str
    style: str
    stroke: str
    end: str = "normal"


LINES = {
    "reads": Line("is read by", "solid", "#5a6268"),
    "rests_on": Line("holds up what comes after it, which rests on it", "bold", "#942514"),
    "follows": Line("only comes first", "dashed", "#942514", "vee"),
    "explains": Line("explains, through what lies between", "dotted", "#942514"),
    "infers": Line("infers", "dashed", "#4c2c92"),
    "answers": Line("bears on the prompt", "solid", "#00592f"),
    "contains": Line("has the part", "solid", "#5a6268", "none"),
}


def title_lines(box: Box) -> list[str]:
    """Return a box's title in short lines; what is too long ends in dots, and stands whole in the list."""
    return textwrap.wrap(box.title, LINE, max_lines=MOST_LINES, placeholder=" …")


def note_lines(box: Box) -> list[str]:
    """Return a box's second line, in short lines."""
    return textwrap.wrap(box.note, LINE + 4, max_lines=3, placeholder=" …")
