"""The list of who takes part in a round, read from CSV or a workbook."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from quips.peeraudit.caselist import reference_problem
from quips.peeraudit.plan import LEAD, READER, ROLES, Person
from quips.places import Place
from quips.problems import Problem, did_you_mean, listed
from quips.tables import Table, key_of, read_table

COLUMNS = ("person", "grade", "team", "roles")
MAY_BE_THERE = ("group", "most", "conflicts")


def read_people(path: Path, sheet: str = "") -> tuple[dict[str, Person], Table, list[Problem]]:
    """Return everybody who takes part, by reference, the table they were read from, and all that is wrong with it.

    Somebody is wrong who is named or stands there twice, a role or a number that is none, and that there is nobody to lead or to
    read. What is right is returned whatever else is wrong, so that it can be held to the list of cases.

    Args:
        path: The list.
        sheet: Its sheet, if it is a workbook of several.

    Raises:
        InputError: It cannot be read.
    """
    table = read_table(path, COLUMNS, sheet or None, MAY_BE_THERE)
    problems: list[Problem] = []
    people: dict[str, Person] = {}
    rows: dict[str, int] = {}
    every: set[str] = set()
    are_known = True
    for row, cells in table.rows:
        said = dict(zip(table.columns, cells, strict=True))
        name = said["person"]
        wrong = _person_problem(table, row, name, rows)
        if wrong:
            problems.append(wrong)
        roles, unknown = _roles(table, row, said["roles"])
        most, not_a_number = _most(table, row, said.get("most", ""))
        problems += [*unknown, *not_a_number]
        every |= roles
        are_known = are_known and not unknown
        if not wrong:
            rows[name] = row
            conflicts = frozenset(_parts(said.get("conflicts", "")))
            people[name] = Person(name, said["grade"], said["team"], roles, said.get("group", ""), most, conflicts)
    if are_known:  # a role that is misspelt may be the one that nobody else has
        problems += _lacking(Place(str(path), sheet=table.sheet), every)
    return people, table, problems


def place_of(table: Table, reference: str, column: str) -> Place:
    """Return where a list of people says something of somebody."""
    at = table.columns.index("person")
    return next(table.place(row, column) for row, cells in table.rows if cells[at] == reference)


def _person_problem(table: Table, row: int, name: str, rows: dict[str, int]) -> Problem | None:
    place = table.place(row, "person")
    if not name:
        message = f"The person in row {row} has no reference."
        return Problem(place, "no-reference", message, "Give them one such as R07, or take the row out.")
    if name in rows:
        return Problem(place, "person-twice", f"{name} stands in row {rows[name]} already.", "Each person may be there once.")
    return reference_problem(place, name, "person")


def _roles(table: Table, row: int, text: str) -> tuple[frozenset[str], list[Problem]]:
    place, parts = table.place(row, "roles"), [key_of(part) for part in _parts(text)]
    problems = [
        Problem(place, "unknown-role", f"There is no role '{part}'.", did_you_mean(part, ROLES) or f"It is {listed(ROLES)}.")
        for part in parts
        if part not in ROLES
    ]
    if not parts:
        problems.append(Problem(place, "no-role", f"The person in row {row} has no role.", f"It is {listed(ROLES)}."))
    return frozenset(parts), problems


def _most(table: Table, row: int, text: str) -> tuple[int | None, list[Problem]]:
    if not text:
        return None, []
    if text.isascii() and text.isdecimal() and len(text) < 6:
        return int(text), []
    message = f"'{text}' is not how many cases somebody can read."
    return None, [Problem(table.place(row, "most"), "not-a-number", message, "Write a whole number, or leave it empty.")]


def _lacking(place: Place, roles: Collection[str]) -> list[Problem]:
    lacking = {
        LEAD: "Nobody is the lead, who draws the cases and says who reads them.",
        READER: "Nobody is a reader.",
    }
    return [
        Problem(place, f"no-{role}", message, f"Write {role} under roles for somebody.")
        for role, message in lacking.items()
        if role not in roles
    ]


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;,]", text) if part.strip()]
