"""The list of cases that a round is drawn from: read with only the columns that the plan names, and looked over."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from quips.caseschema import is_reference
from quips.framework import Edition
from quips.peeraudit.plan import Plan, Population
from quips.places import Place
from quips.problems import InputError, Problem
from quips.sampling import NOT_GIVEN, Listed, Minimum, minimums_of, population_of
from quips.tables import Table, key_of, read_table

EXAMPLE = "EXAMPLE-"
"""What the references begin with in the rows that a new round comes with."""
_MOST_TOLD = 20


@dataclass(frozen=True)
class CaseList:
    """A list of cases.

    Attributes:
        table: The table it was read from.
        cases: Its cases, in the order of the list.
    """

    table: Table
    cases: tuple[Listed, ...]

    def not_eligible(self, eligible: Mapping[str, frozenset[str]]) -> dict[str, str]:
        """Return why each case that is not eligible is not, by reference."""
        why = {}
        for case in self.cases:
            for column, values in eligible.items():
                if key_of(case.values[column]) not in values:
                    why[case.reference] = f"{column.replace('_', ' ')} is {case.values[column]}"
                    break
        return why

    def values_of(self, column: str) -> list[str]:
        """Return the values of a column, the commonest first; what is empty is left out."""
        counts = Counter(case.values[column] for case in self.cases)
        return sorted((value for value in counts if value != NOT_GIVEN), key=lambda value: (-counts[value], value))

    def as_csv(self, reference: str) -> bytes:
        """Return the list as CSV, with the columns that were read and no other."""
        columns = [column for column in self.table.columns if column != reference]
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([reference, *columns])
        for case in self.cases:
            given = (case.values[column] for column in columns)
            writer.writerow([case.reference, *("" if value == NOT_GIVEN else value for value in given)])
        return out.getvalue().encode()


def kinds_of(plan: Plan, edition: Edition, place: Callable[[str], Place]) -> list[Minimum]:
    """Return the kinds of cases that the plan wants enough of, and those of the edition that its columns show.

    Args:
        plan: The plan.
        edition: Its edition.
        place: Where each minimum number is written.

    Raises:
        InputError: A minimum number is of no kind; each is told.
    """
    kinds = minimums_of(edition.scoring.get("sampling", {}).get("enough_of", []), plan.at_least, place)
    asked = {kind.column for kind in kinds if kind.at_least is not None}
    return [kind for kind in kinds if kind.column in asked or kind.column in plan.columns]


def columns_of(plan: Plan, kinds: Iterable[Minimum]) -> tuple[str, ...]:
    """Return every column that is read beside the reference's."""
    return tuple(dict.fromkeys((*plan.columns, *(kind.column for kind in kinds))))


def read_list(path: Path, population: Population, columns: Sequence[str]) -> Table:
    """Return the table of a list of cases, with those of the columns that are there.

    Args:
        path: The file.
        population: What its column of references is called, and its sheet.
        columns: The other columns, as they are matched.

    Raises:
        InputError: It cannot be read.
    """
    return read_table(path, (), population.sheet or None, [population.reference, *columns])


def headings(table: Table) -> list[str]:
    """Return every heading of a table, as they are matched."""
    return [*table.columns, *map(key_of, table.left_unread)]


def cases_of(table: Table, population: Population) -> CaseList:
    """Return the cases of a table that has every column that is needed.

    Args:
        table: The table.
        population: What its columns are called.

    Raises:
        InputError: A case has no reference or one that is not of the form, two have the same, or somebody is named; everything
            that is wrong is told.
    """
    problems = [*_form_problems(table, population)]
    try:
        cases = population_of(table, population.reference)
    except InputError as error:
        raise InputError([*few(error.problems), *problems]) from None
    if problems:
        raise InputError(problems)
    return CaseList(table, tuple(cases))


def as_far_as_read(table: Table, population: Population) -> CaseList:
    """Return the cases of a list in which something is wrong, each reference once, so that what else is wrong can be looked for.

    Args:
        table: The table, with every column that is needed.
        population: What its columns are called.
    """
    at = table.columns.index(population.reference)
    rows: dict[str, tuple[int, tuple[str, ...]]] = {}
    for row, cells in table.rows:
        if cells[at]:
            rows.setdefault(cells[at].casefold(), (row, cells))
    table = replace(table, rows=tuple(rows.values()))
    return CaseList(table, tuple(population_of(table, population.reference)))


def given(values: Mapping[str, str], column: str) -> str:
    """Return what a case says under a column; empty if that is not given, or there is no such column."""
    value = values.get(column, "")
    return "" if value == NOT_GIVEN else value


def gaps_in(cases: CaseList, population: Population, left_out: Iterable[str]) -> list[Problem]:
    """Return a problem for each case that could be drawn and has no officer or no team.

    Args:
        cases: The list.
        population: What its columns are called.
        left_out: The references of the cases that cannot be drawn.
    """
    out = {reference.casefold() for reference in left_out}
    table = cases.table
    rows = {cells[table.columns.index(population.reference)].casefold(): row for row, cells in table.rows}
    problems = []
    for case in cases.cases:
        for column, what in ((population.officer, "officer"), (population.team, "team")):
            if case.key not in out and not given(case.values, column):
                message = f"{case.reference} has no {what}, so nobody could tell whose own case it is."
                place = table.place(rows[case.key], column)
                problems.append(
                    Problem(place, f"no-{what}", message, f"Write the {what} in, or leave the case out with a reason.")
                )
    return few(problems)


def reference_problem(place: Place, value: str, what: str) -> Problem | None:
    """Return what is wrong with a reference; None if it is of the right form.

    Args:
        place: Where it stands.
        value: The reference.
        what: Whose it is: ``case``, ``person``, ``officer`` or ``senior``.
    """
    if value.startswith(EXAMPLE):
        message = f"{value} is an example that came with the folder."
        return Problem(place, "example-row", message, "Put your own in its place.")
    if is_reference(value):
        return None
    form = "Use capital letters, figures and hyphens with at least one figure, such as"
    example = "TV-0042" if what == "case" else "R07"
    message = f"'{value}' is not a reference of {'an' if what == 'officer' else 'a'} {what}."
    return Problem(place, "not-a-reference", message, f"{form} {example}; never a name.")


def few(problems: list[Problem]) -> list[Problem]:
    """Return the first of many problems of one kind, and how many more there are."""
    if len(problems) <= _MOST_TOLD:
        return problems
    last = problems[_MOST_TOLD - 1]
    more = f"There are {len(problems) - _MOST_TOLD} more like this."
    return [*problems[: _MOST_TOLD - 1], Problem(last.place, last.name, f"{last.message} {more}", last.hint)]


def _form_problems(table: Table, population: Population) -> Iterator[Problem]:
    kinds = ((population.reference, "case"), (population.officer, "officer"), (population.senior, "senior"))
    for column, what in kinds:
        if column in table.columns:
            at = table.columns.index(column)
            found = (reference_problem(table.place(row, column), cells[at], what) for row, cells in table.rows if cells[at])
            yield from few([problem for problem in found if problem])
