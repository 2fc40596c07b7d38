"""What a report that is shown in several forms is made of, so that all of them say the same in the same words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quips.reports.charts import Bar
from quips.shares import Band


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; ``stands_out`` for what nobody should miss."""

    text: str
    stands_out: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """A list, a line for each thing."""

    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading beneath that of the section."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        title: What it holds.
        head: The headings of its columns; the first column names the rows.
        rows: The rows; a row of one cell stands above those that belong to it.
        widths: How wide the columns are, one against another.
    """

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of scores; the table after it has the same figures."""

    title: str
    rows: Sequence[Bar]
    bands: Sequence[Band]


Block = Words | Points | Heading | Table | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Paper:
    """A report.

    Attributes:
        title: Its title.
        under: What stands under the title.
        marking: The protective marking on every page.
        foot: What stands at the foot of every page beside its number.
        sections: Its parts.
    """

    title: str
    under: Sequence[str]
    marking: str
    foot: str
    sections: Sequence[Section]
