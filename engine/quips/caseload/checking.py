"""Everything that is wrong with the tables of a caseload, found before any case is evaluated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from quips.caseload.cells import ANY_DAY, UNKNOWN, CellChecks
from quips.caseload.database import quoted
from quips.caseload.tables import CASES, CHANGES, COLUMNS, COMPLETE, RECORD, Tables
from quips.caseschema import is_reference
from quips.extracts import GROUPS
from quips.knowledge import Knowledge
from quips.places import NOWHERE, Place
from quips.problems import InputError, Problem, did_you_mean
from quips.tables import key_of
from quips.vocabulary import Term

NAMED = 3
"""How many cases a notice names."""
_SHOWN = 20
"""How many of a kind are told; the rest are counted."""
_KIND = f'CASE WHEN "on" IS NULL OR "on" = \'{UNKNOWN}\' THEN "on" ELSE \'{ANY_DAY}\' END'
_STARTED, _ENDED = "supervision_started", "supervision_ended"


@dataclass(frozen=True, slots=True)
class Notice:
    """What should be looked at in a caseload, though it can be used.

    Attributes:
        words: What it is.
        count: How many there are.
        first: The cases of the first of them, or all the codes there are, each with its count.
        more: Whether there are others.
    """

    words: str
    count: int
    first: tuple[str, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What is wrong with some rows of the record: which rows, by a test and its values; how many; and what.

    Attributes:
        where: The test.
        values: Its values.
        count: How many rows there are.
        problems: What is wrong with each.
    """

    where: str
    values: tuple[Any, ...]
    count: int
    problems: list[Problem]


def check_tables(tables: Tables, knowledge: Knowledge) -> None:
    """Lay out the tables of a caseload and see that they can be used.

    Each different value is checked once, by the schema of a case record.

    Raises:
        InputError: They cannot be read, or say what a case record cannot say. Everything that is wrong is told.
    """
    terms = knowledge.vocabulary.circumstances
    _stop_at(problem for table in tables.sources for problem in _headings(tables, table, terms))
    tables.lay_out()
    checks = CellChecks(knowledge.vocabulary, knowledge.case_shape)
    _stop_at([*_cases(tables, checks, terms), *_record(tables, checks), *_changes(tables, checks, terms)])


def notices(tables: Tables, as_at: str) -> list[Notice]:
    """Return what should be looked at: entries after the day, entries that are there twice, cases with no start or no entry.

    Args:
        tables: The tables, checked.
        as_at: The day that the caseload is read as at, as year-month-day.
    """
    no_start = f'"{_STARTED}" IS NULL' if _STARTED in tables.columns[CASES] else "true"
    alike = f'SELECT "case" FROM {RECORD} GROUP BY "case", activity, "on", said HAVING count(*) > 1'
    asked = (
        (
            f"Entries dated after {as_at}, which were not looked at",
            f'SELECT "case" FROM {RECORD} WHERE "on" > {quoted(as_at)} AND "on" <> {quoted(UNKNOWN)}',
        ),
        ("Entries that are there more than once, the same in everything; each is counted", alike),
        (
            "Cases without the day on which supervision started, so that what is due from then cannot be told",
            f'SELECT "case" FROM {CASES} WHERE {no_start} ORDER BY number',
        ),
        ("Cases without an entry in the record", f'SELECT "case" FROM {CASES} ANTI JOIN {RECORD} USING ("case") ORDER BY number'),
    )
    found = []
    for words, sql in asked:
        count = tables.one(f"SELECT count(*) FROM ({sql})")
        if count:
            first = tuple(case for (case,) in tables.ask(f"{sql} LIMIT {NAMED}"))
            found.append(Notice(words, count, first, count > NAMED))
    return found


def _headings(tables: Tables, table: str, terms: Mapping[str, Term]) -> Iterator[Problem]:
    found, place = tables.columns[table], tables.sources[table].place
    known = (*COLUMNS[table], *((*terms, *GROUPS, COMPLETE) if table == CASES else ()))
    for name in COLUMNS[table]:
        if name not in found:
            yield Problem(place, "missing-column", f"There is no column '{name}'.", did_you_mean(name, found))
    for name, count in Counter(map(key_of, tables.headings[table])).items():
        if count > 1:
            yield Problem(place, "column-twice", f"The column '{name}' is there {count} times.", "Leave one.")
    unknown = [name for name in found if name not in known]
    for name in unknown[:_SHOWN]:
        hint = did_you_mean(name, known) or "Leave it out, or call it what the vocabulary does: quips list circumstances."
        yield Problem(place, "unknown-column", f"The column '{name}' means nothing to Quips.", hint)
    if len(unknown) > _SHOWN:
        message = f"{len(unknown) - _SHOWN:,} more columns mean nothing to Quips."
        yield Problem(place, "unknown-column", message, "Is this the right file?")


def _cases(tables: Tables, checks: CellChecks, terms: Mapping[str, Term]) -> Iterator[Problem]:
    source = tables.sources[CASES]
    cases = tables.ask(f'SELECT number, "case" FROM {CASES}')
    if not cases:
        yield Problem(source.place, "no-cases", "There is no case in it.")
    for number, case in cases:
        if case is None:
            yield Problem(source.row(number + 1), "missing-key", "The row has no case.", "Give its reference.")
        elif not is_reference(case):
            message = "The case is no reference: capital letters, figures and hyphens, with at least one figure."
            yield Problem(source.row(number + 1), "no-reference", message, "Use a reference such as TV-0042; never a name.")
    twice = f'SELECT "case", min(number), max(number) FROM {CASES} WHERE "case" IS NOT NULL GROUP BY 1 HAVING count(*) > 1'
    for case, first, last in tables.ask(twice):
        message = f"{case} is in row {source.row(first + 1).line} already."
        yield Problem(source.row(last + 1), "case-twice", message, "Keep one row for each case.")
    for column, name in enumerate(tables.columns[CASES], 1):
        if name in terms or name == COMPLETE:
            values = f'SELECT "{name}", count(*), min(number) FROM {CASES} WHERE "{name}" IS NOT NULL GROUP BY 1'
            for text, count, number in tables.ask(values):
                place = source.row(number + 1, column)
                found = checks.complete(text) if name == COMPLETE else checks.circumstance(name, text)
                yield from (_told(problem, place, count) for problem in found)
    yield from _ended_before_start(tables)


def _ended_before_start(tables: Tables) -> Iterator[Problem]:
    if not {_STARTED, _ENDED} <= {*tables.columns[CASES]}:
        return
    source = tables.sources[CASES]
    days = "list_filter(string_split({0}, ';'), lambda one: regexp_matches(one, '[0-9]{{4}}-'))"
    started, ended = f"trim(list_min({days.format(_STARTED)}))", f"trim(list_max({days.format(_ENDED)}))"
    for number, case in tables.ask(f'SELECT number, "case" FROM {CASES} WHERE {ended} < {started}'):
        message = f"Supervision of {case} is said to have ended before it started."
        yield Problem(source.row(number + 1), "ended-before-start", message, "Correct one of the two dates.")


def _record(tables: Tables, checks: CellChecks) -> Iterator[Problem]:
    source = tables.sources[RECORD]
    wrong = sorted(_wrong_entries(tables, checks), key=lambda one: -one.count)
    for one in wrong[:_SHOWN]:
        numbered = f"SELECT row_number() OVER () AS row, * FROM {RECORD}"
        place = source.row(tables.one(f"SELECT min(row) FROM ({numbered}) WHERE {one.where}", *one.values))
        yield from (_told(problem, place, one.count) for problem in one.problems)
    if len(wrong) > _SHOWN:
        message = f"{len(wrong) - _SHOWN:,} more different things are wrong with the record."
        yield Problem(source.place, "more", message, "Put right what is told here, and run it again.")


def _wrong_entries(tables: Tables, checks: CellChecks) -> Iterator[_Wrong]:
    """Check each different thing that is said of an activity once, and each different day."""
    same = f"activity IS NOT DISTINCT FROM ? AND said IS NOT DISTINCT FROM ? AND {_KIND} IS NOT DISTINCT FROM ?"
    for activity, said, kind, count in tables.ask(f"SELECT activity, said, {_KIND} AS kind, count(*) FROM {RECORD} GROUP BY ALL"):
        found = checks.entry(activity or "", said, kind)
        if found:
            told = [replace(problem, message=f"{activity or 'No activity'}: {problem.message}") for problem in found]
            yield _Wrong(same, (activity, said, kind), count, told)
    for on, count in tables.ask(f'SELECT "on", count(*) FROM {RECORD} WHERE "on" <> {quoted(UNKNOWN)} GROUP BY 1'):
        found = checks.day(on)
        if found:
            yield _Wrong('"on" = ?', (on,), count, found)
    for case, count in tables.ask(f'SELECT "case", count(*) FROM {RECORD} ANTI JOIN {CASES} USING ("case") GROUP BY 1'):
        message = f"There is no case {case} in the table of cases." if case else "The row has no case."
        problem = Problem(NOWHERE, "no-such-case", message, "Add the case, or take the row out.")
        yield _Wrong('"case" IS NOT DISTINCT FROM ?', (case,), count, [problem])


def _changes(tables: Tables, checks: CellChecks, terms: Mapping[str, Term]) -> Iterator[Problem]:
    if CHANGES not in tables.sources:
        return
    source, cases = tables.sources[CHANGES], {case for (case,) in tables.ask(f'SELECT "case" FROM {CASES}')}
    rows = f'SELECT row_number() OVER () AS row, "case", circumstance, "from", "is" FROM {CHANGES}'
    given = {
        (case, name)
        for name in tables.columns[CASES]
        if name in terms and terms[name].may_change
        for (case,) in tables.ask(f'SELECT "case" FROM {CASES} WHERE "{name}" IS NOT NULL')
    }
    said: set[tuple[str, str, str]] = set()
    for row, case, name, since, value in tables.ask(rows):
        place = source.row(row)
        if case not in cases:
            yield Problem(place, "no-such-case", f"There is no case {case} in the table of cases.", "Add the case.")
        if name not in terms:
            yield Problem(place, "unknown-fact", f"There is no circumstance '{name}'.", did_you_mean(name or "", terms))
        elif not terms[name].may_change:
            yield Problem(place, "cannot-change", f"'{name}' is not something that changes.", "Give it in the table of cases.")
        elif not since or not value:
            yield Problem(place, "missing-key", "A change needs the day from which it holds, and a value.", "Fill both in.")
        elif (case, name) in given:
            message = f"'{name}' of {case} is given in the table of cases too."
            yield Problem(place, "said-twice", message, "Give it in one of the two tables.")
        elif (case, name, since) in said:
            message = f"'{name}' of {case} changes twice on {since}."
            yield Problem(place, "said-twice", message, "Keep what held at the end of the day.")
        else:
            said.add((case, name, since))
            yield from (_told(problem, place, 1) for problem in checks.change(name, since, value))


def _told(problem: Problem, place: Place, count: int) -> Problem:
    """Return a problem at the first row that has it, with how many have."""
    also = "" if count == 1 else f" So it is in {count:,} rows{'; this is the first' if place.line else ''}."
    message = problem.message + also
    return Problem(place, problem.name, message, problem.hint, problem.level)


def _stop_at(problems: Any) -> None:
    found = list(problems)
    if found:
        raise InputError(found)
