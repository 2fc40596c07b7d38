"""What a picture holds, before it is drawn: boxes in groups, arrows between them, and what was folded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from quips.places import NOWHERE, Place

MOST = 40
"""How many boxes one picture has at most. More than that nobody follows; the rest is folded, and what is folded is said."""


class Box(NamedTuple):
    """Something in a picture.

    Attributes:
        name: What it is called there; no other box is called so.
        look: What kind of thing it is, which decides its shape, colour and word in the legend.
        title: What it says, in words.
        note: A second line: its verdict, what it covers, how many it stands for; may be empty.
        group: The group it belongs to; empty for none.
        shares: How many of it have a rule, are judged, or have neither, to be shown as a bar; empty for none.
        place: Where it is written.
    """

    name: str
    look: str
    title: str
    note: str = ""
    group: str = ""
    shares: tuple[int, ...] = ()
    place: Place = NOWHERE


class Arrow(NamedTuple):
    """A relation between two boxes, from what comes first to what follows.

    Attributes:
        source: The box it starts from.
        target: The box it leads to.
        kind: What kind of relation it is, which decides how it is drawn.
        words: The relation as it is read from source to target, such as ``is followed by``.
        place: Where it is written.
    """

    source: str
    target: str
    kind: str
    words: str
    place: Place = NOWHERE


@dataclass(frozen=True)
class Picture:
    """A picture, before it is drawn.

    Attributes:
        title: What it shows.
        about: How it is to be read, in a sentence or two.
        boxes: What is in it.
        arrows: How they are related.
        folded: What was folded or left out, a sentence each.
        marking: The protective marking, where it tells of a case; empty otherwise.
        first: What has to be said before anything else; empty if there is nothing.
    """

    title: str
    about: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    folded: tuple[str, ...] = ()
    marking: str = ""
    first: str = ""

    @property
    def groups(self) -> dict[str, list[Box]]:
        """The boxes by group, in order."""
        found: dict[str, list[Box]] = {}
        for box in self.boxes:
            found.setdefault(box.group, []).append(box)
        return found

    @property
    def looks(self) -> list[str]:
        """Every kind of thing that is in it, once."""
        return list(dict.fromkeys(box.look for box in self.boxes))

    @property
    def kinds(self) -> list[str]:
        """Every kind of relation that is in it, once."""
        return list(dict.fromkeys(arrow.kind for arrow in self.arrows))


def topic_words(topic: str) -> str:
    """Return what a topic is called.

    Example:
        >>> topic_words("risk-of-harm"), topic_words("mappa")
        ('Risk of harm', 'MAPPA')
    """
    return topic.upper() if topic == "mappa" else topic.replace("-", " ").capitalize()


def folded(boxes: Iterable[Box], arrows: Iterable[Arrow], members: Iterable[str], into: Box) -> tuple[list[Box], list[Arrow]]:
    """Return boxes and arrows with several boxes made one; arrows between them are gone, and of those alike one is left.

    Args:
        boxes: The boxes.
        arrows: The arrows.
        members: The boxes that are made one, by name.
        into: What they are made.
    """
    gone = set(members)
    kept: list[Box] = []
    for box in boxes:
        if box.name not in gone:
            kept.append(box)
        elif into not in kept:
            kept.append(into)
    moved: dict[tuple[str, str, str], Arrow] = {}
    for arrow in arrows:
        source, target = (into.name if end in gone else end for end in (arrow.source, arrow.target))
        if source != target:
            moved.setdefault((source, target, arrow.kind), arrow._replace(source=source, target=target))
    return kept, list(moved.values())
