"""What a team decided before the draw: the plan of a round, and who takes part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LEAD, READER, MODERATOR, DIRECTOR = "lead", "reader", "moderator", "director"
ROLES = (LEAD, READER, MODERATOR, DIRECTOR)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part; officers whose cases are read need not be listed.

    Attributes:
        reference: Their reference, such as R07; never a name.
        grade: Their grade, such as PO or SPO.
        team: Their team; empty for somebody of none.
        roles: What they do in the round; of `ROLES`.
        group: The group they are to be in; empty if it is left to Quips.
        most: How many cases they can read at most, first and second readings together; None for as many as come.
        conflicts: The cases they may not read, beside their own and their team's.
    """

    reference: str
    grade: str
    team: str
    roles: frozenset[str]
    group: str = ""
    most: int | None = None
    conflicts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Population:
    """The list of cases, and what counts in it.

    Attributes:
        file: The list, as a path within the round.
        sheet: The sheet, if it is a workbook of several.
        reference: The column of references.
        team: The column of the team.
        officer: The column of the officer's reference.
        senior: The column of the reference of the officer's senior; empty if there is none.
        eligible: By column, the values that a case may have to be eligible, as they are matched; all if a column is not named.
        exclude: Cases that are left out, with the reason.
        breakdowns: The other columns by which the report counts, such as the grade of the officer.
    """

    file: str
    sheet: str = ""
    reference: str = "reference"
    team: str = "team"
    officer: str = "officer"
    senior: str = ""
    eligible: Mapping[str, frozenset[str]] = field(default_factory=dict)
    exclude: Mapping[str, str] = field(default_factory=dict)
    breakdowns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SecondReadings:
    """Which cases are read a second time.

    Attributes:
        share: Which share of the cases, from 0 to 1.
        columns: By column, the values with which a case always is, as they are matched.
        rules: The rules with a gap by which a case always is.
        urgent: Whether a case always is whose gaps concern a child, a victim or MAPPA while it is live.
    """

    share: float = 0.0
    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rules: frozenset[str] = frozenset()
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a round, as ``round.yaml`` says it.

    Attributes:
        name: What the round is called.
        edition: The edition that cases are judged under.
        prompts: The prompts in scope, by full name, in the edition's order.
        stages: The stages of the work that forms ask about, in their order.
        population: The list of cases.
        people: Everybody who takes part, by reference.
        size: How many cases to draw; None if it follows from the next two.
        confidence: How sure a share is to be within the margin, from 0 to 1.
        margin: Within how much either way, from 0 to 1.
        by: The columns that the draw keeps in proportion.
        at_least: Minimum numbers, as ``quips sample --at-least`` takes them.
        seed: What the draw follows from.
        group_size: How many readers a group has, more or less.
        second: Which cases are read a second time.
        qualify: The share of known answers that a reader has to give before reading; None if nobody has to.
        due_days: In how many days after feedback actions are due.
        marking: The protective marking on everything.
        scope: What says which prompts are in scope, as it is written.
        headings: What columns of the list are called, as the plan writes them, by the column as it is matched.
        digest: The SHA-256 of the plan and of the list of people as they were read.
    """

    name: str
    edition: str
    prompts: tuple[str, ...]
    stages: tuple[str, ...]
    population: Population
    people: Mapping[str, Person]
    size: int | None = None
    confidence: float = 0.8
    margin: float = 0.05
    by: tuple[str, ...] = ()
    at_least: tuple[str, ...] = ()
    seed: str = ""
    group_size: int = 3
    second: SecondReadings = field(default_factory=SecondReadings)
    qualify: float | None = None
    due_days: int = 28
    marking: str = "OFFICIAL-SENSITIVE"
    scope: Mapping[str, Any] = field(default_factory=dict)
    headings: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the list of cases that the plan names, but for the reference's and those of minimum numbers."""
        listed = self.population
        named = [listed.team, listed.officer, listed.senior, *self.by, *listed.eligible, *self.second.columns]
        return tuple(dict.fromkeys(filter(None, (*named, *listed.breakdowns))))

    @property
    def essence(self) -> dict[str, Any]:
        """What the draw rests on, by where it stands in ``round.yaml``, as JSON holds it; not to be changed after the draw."""
        listed, second = self.population, self.second
        return {
            "edition": self.edition,
            "scope": dict(self.scope),
            "cases.columns": [listed.reference, listed.team, listed.officer, listed.senior],
            "cases.eligible": _sorted(listed.eligible),
            "cases.exclude": dict(sorted(listed.exclude.items())),
            "cases.breakdowns": list(listed.breakdowns),
            "draw.size": self.size,
            "draw.confidence": round(self.confidence * 100, 6),
            "draw.margin": round(self.margin * 100, 6),
            "draw.by": list(self.by),
            "draw.at_least": list(self.at_least),
            "draw.seed": self.seed,
            "second_readings.share": round(second.share * 100, 6),
            "second_readings.always": {
                "columns": _sorted(second.columns),
                "rules": sorted(second.rules),
                "urgent": second.urgent,
            },
        }


def _sorted(values: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    return {column: sorted(counted) for column, counted in sorted(values.items())}
