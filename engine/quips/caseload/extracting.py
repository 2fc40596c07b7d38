"""Makes the tables of a caseload of an extract from a case system, as its mapping says, in DuckDB."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from quips.caseload.checking import NAMED, Notice
from quips.caseload.database import quoted, told_by_duckdb
from quips.caseload.sources import Sources
from quips.caseload.tables import CASES, CHANGES, RECORD, Source
from quips.extracts import Done, Extract, Fact
from quips.places import Place
from quips.problems import InputError, Problem, did_you_mean
from quips.vocabulary import Vocabulary

_ALWAYS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_SHOWN = 20


class Extracting:
    """One extract, read by one mapping.

    Attributes:
        notices: What should be looked at: codes that the mapping does not know, rows of cases that are not in the extract.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, extract: Extract, vocabulary: Vocabulary) -> None:
        """Find the tables of the extract, and see that they have the columns that the mapping names.

        Raises:
            InputError: They are not there, cannot be read, or hold days that are none.
        """
        self.connection, self.extract, self.vocabulary = connection, extract, vocabulary
        self.sources = Sources(path, connection).found(extract.tables)
        self.columns = {table: self._columns(source) for table, source in self.sources.items()}
        self._stop_at(self._missing_columns())
        for table, source in self.sources.items():
            self._ask(f"CREATE VIEW {_raw(table)} AS SELECT row_number() OVER () AS raw_row, * FROM {source.sql}")
        self._stop_at([*self._no_days(), *self._no_case()])
        self.notices = [*self._unknown_codes(), *self._conflicts(), *self._strangers()]

    def tables(self) -> dict[str, Source]:
        """Return the tables of a caseload that the extract gives."""
        own = self.sources[self.extract.table]
        changing = [fact for fact in self.extract.facts if fact.since]
        self._ask(f"CREATE VIEW mapped_cases AS {self._cases()}")
        self._ask(f"CREATE VIEW mapped_record AS {self._record()}")
        made = {CASES: replace(own, sql="mapped_cases"), RECORD: self._made("mapped_record", self.extract.record)}
        if changing:
            self._ask(f"CREATE VIEW mapped_changes AS {' UNION ALL '.join(map(self._changes, changing))}")
            made[CHANGES] = self._made("mapped_changes", changing)
        return made

    def _made(self, view: str, parts: Iterable[Fact | Done]) -> Source:
        """A table that is made of others, whose rows are not theirs."""
        files = dict.fromkeys(self.sources[part.table].file for part in parts)
        return Source(view, " and ".join(files), numbered=False)

    # What the tables are ---------------------------------------------------------------------------------------------

    def _cases(self) -> str:
        extract = self.extract
        own = [fact for fact in extract.facts if fact.table == extract.table and not fact.since and not fact.where]
        others = [fact for fact in extract.facts if not fact.since and fact not in own]
        columns = [f'{_text(column)} AS "{group}"' for group, column in extract.groups.items()]
        columns += [f'{self._value(fact)} AS "{fact.circumstance}"' for fact in own]
        columns += [f'f{n}.value AS "{fact.circumstance}"' for n, fact in enumerate(others)]
        one = "SELECT of_case, min(value) AS value FROM ({}) GROUP BY 1 HAVING min(value) = max(value)"
        joins = [
            f"LEFT JOIN ({one.format(self._given(fact))}) f{n} ON f{n}.of_case = {_text(extract.case)}"
            for n, fact in enumerate(others)
        ]
        given = ", ".join([f'{_text(extract.case)} AS "case"', *columns])
        return f"SELECT {given} FROM {_raw(extract.table)} {' '.join(joins)} ORDER BY raw_row"

    def _record(self) -> str:
        return " UNION ALL ".join(map(self._done, self.extract.record)) or (
            'SELECT NULL::VARCHAR AS "case", NULL::VARCHAR AS activity, NULL::VARCHAR AS "on", NULL::VARCHAR AS said WHERE false'
        )

    def _done(self, done: Done) -> str:
        codes = ", ".join(
            f"({quoted(code)}, {quoted(activity)}, {quoted(json.dumps(said)) if said else 'NULL'})"
            for code, (activity, said) in done.codes.items()
        )
        return (
            f'SELECT {_text(done.case)} AS "case", m.activity, coalesce({self._day(done.on)}, \'unknown\') AS "on", m.said '
            f"FROM {_raw(done.table)} r JOIN (VALUES {codes}) m(code, activity, said) ON {_text(done.column)} = m.code "
            f"WHERE {_where(done.where)} AND {self._is_case(done.case)}"
        )

    def _changes(self, fact: Fact) -> str:
        """The changes of a circumstance; two values from one day on are neither."""
        given = self._given(fact, f", {self._day(fact.since)} AS since")
        return (
            f'SELECT of_case AS "case", \'{fact.circumstance}\' AS circumstance, since AS "from", min(value) AS "is" '
            f"FROM ({given}) WHERE since IS NOT NULL GROUP BY 1, 2, 3 HAVING min(value) = max(value)"
        )

    def _given(self, fact: Fact, also: str = "") -> str:
        """The rows that say something of a circumstance: the case, and the value in the words of a case file."""
        return (
            f"SELECT {_text(fact.case)} AS of_case, {self._value(fact)} AS value{also} FROM {_raw(fact.table)} "
            f"WHERE {_where(fact.where)} AND {self._value(fact)} IS NOT NULL AND {self._is_case(fact.case)}"
        )

    def _value(self, fact: Fact) -> str:
        """What a column says of a circumstance, in the words of a case file; nothing where it says nothing."""
        text = _text(fact.column)
        if fact.codes:
            pairs = " ".join(f"WHEN {quoted(code)} THEN {quoted(_cell(value))}" for code, value in fact.codes.items())
            value = f"CASE {text} {pairs} END"
        elif self.vocabulary.circumstances[fact.circumstance].type == "date":
            value = self._day(fact.column)
        else:
            value = text
        if fact.empty is not None:
            value = f"CASE WHEN {text} IS NULL THEN {quoted(_cell(fact.empty))} ELSE {value} END"
        return value

    def _day(self, column: str) -> str:
        text = _text(column)
        tried = ", ".join(f"try_strptime({text}, {quoted(one)})" for one in (*_ALWAYS, *self.extract.dates))
        return f"coalesce({tried})::DATE::VARCHAR"

    def _is_case(self, column: str) -> str:
        return f"{_text(column)} IN (SELECT {_text(self.extract.case)} FROM {_raw(self.extract.table)})"

    # What is wrong, and what to look at ------------------------------------------------------------------------------

    @property
    def _parts(self) -> list[Fact | Done]:
        return [*self.extract.facts, *self.extract.record]

    def _used(self) -> Iterator[tuple[str, str, Place]]:
        """Yield each table and column that the mapping names, and where it does."""
        extract = self.extract
        for column in (extract.case, *extract.groups.values()):
            yield extract.table, column, extract.place
        for one in self._parts:
            last = one.since if isinstance(one, Fact) else one.on
            for column in (one.case, one.column, last, *one.where):
                if column:
                    yield one.table, column, one.place

    def _missing_columns(self) -> Iterator[Problem]:
        for table, column, place in dict.fromkeys(self._used()):
            if column.casefold() not in map(str.casefold, self.columns[table]):
                hint = did_you_mean(column, self.columns[table]) or "Rename it in the mapping to what the extract calls it."
                message = f"{self.sources[table].file} has no column '{column}'."
                yield Problem(place, "missing-column", message, hint)

    def _days_used(self) -> Iterator[tuple[str, str]]:
        terms = self.vocabulary.circumstances
        for fact in self.extract.facts:
            if terms[fact.circumstance].type == "date" and not fact.codes:
                yield fact.table, fact.column
            if fact.since:
                yield fact.table, fact.since
        for done in self.extract.record:
            yield done.table, done.on

    def _no_days(self) -> Iterator[Problem]:
        """Yield each different text that stands where a day should, at its first row."""
        for table, column in dict.fromkeys(self._days_used()):
            wrong = f"SELECT {_text(column)}, count(*), min(raw_row) FROM {_raw(table)} WHERE {_text(column)} IS NOT NULL"
            rows = self._ask(f"{wrong} AND {self._day(column)} IS NULL GROUP BY 1 ORDER BY 3")
            known = " or ".join(("year-month-day", *self.extract.dates))
            for text, count, row in rows[:_SHOWN]:
                also = f" So it is in {count:,} rows; this is the first." if count > 1 else ""
                message = f"'{text}' under {column} is no day as the mapping has it: {known}.{also}"
                yield Problem(self.sources[table].row(row), "not-a-date", message, "Correct it, or add its form to 'dates'.")
            if len(rows) > _SHOWN:
                message = f"{len(rows) - _SHOWN:,} more different texts under {column} are no days."
                yield Problem(self.sources[table].place, "not-a-date", message, "Is its form among the mapping's 'dates'?")

    def _no_case(self) -> Iterator[Problem]:
        """Yield the rows of what was done or is known that name no case."""
        for table, column in dict.fromkeys((one.table, one.case) for one in self._parts):
            if table != self.extract.table:
                [(count, row)] = self._ask(f"SELECT count(*), min(raw_row) FROM {_raw(table)} WHERE {_text(column)} IS NULL")
                if count:
                    message = f"{count:,} rows have no case under {column}; this is the first."
                    yield Problem(self.sources[table].row(row), "missing-key", message, "Give the case, or take them out.")

    def _unknown_codes(self) -> Iterator[Notice]:
        known: dict[tuple[str, str], set[str]] = {}
        for one in self._parts:
            if one.codes:
                known.setdefault((one.table, one.column), set()).update(one.codes, one.ignore)
            for column, values in one.where.items():
                known.setdefault((one.table, column), set()).update(values)
        for (table, column), codes in known.items():
            texts = ", ".join(quoted(code) for code in sorted(codes))
            unknown = self._ask(
                f"SELECT {_text(column)}, count(*) FROM {_raw(table)} WHERE {_text(column)} NOT IN ({texts}) "
                "GROUP BY 1 ORDER BY 2 DESC, 1"
            )
            if unknown:
                words = f"Rows of {table} with a code under {column} that the mapping does not know, so that they say nothing"
                listed = tuple(f"{code}: {count:,}" for code, count in unknown)
                yield Notice(words, sum(count for _, count in unknown), listed, more=False)

    def _conflicts(self) -> Iterator[Notice]:
        """Circumstances of which an extract says two things, so that nothing can be said of them."""
        for fact in self.extract.facts:
            if fact.table == self.extract.table and not fact.since:
                continue
            by = f"of_case, {'since' if fact.since else 'true'}"
            given = self._given(fact, f", {self._day(fact.since)} AS since" if fact.since else "")
            two = f"SELECT of_case FROM ({given}) GROUP BY {by} HAVING min(value) <> max(value) ORDER BY 1"
            yield from self._notice(
                f"Cases of which {fact.table} says two things under {fact.circumstance}, so that it is not known", two
            )
            if fact.since:
                words = f"Rows of {fact.table} that say {fact.circumstance} and not from which day, so that they say nothing"
                yield from self._notice(words, f"SELECT of_case FROM ({given}) WHERE since IS NULL ORDER BY 1")

    def _strangers(self) -> Iterator[Notice]:
        for table, column in dict.fromkeys((one.table, one.case) for one in self._parts):
            if table != self.extract.table:
                sql = f"SELECT {_text(column)} FROM {_raw(table)} WHERE NOT {self._is_case(column)} ORDER BY 1"
                yield from self._notice(f"Rows of {table} about cases that are not in {self.extract.table}", sql)

    def _notice(self, words: str, sql: str) -> Iterator[Notice]:
        [(count,)] = self._ask(f"SELECT count(*) FROM ({sql})")
        if count:
            yield Notice(words, count, tuple(case for (case,) in self._ask(f"{sql} LIMIT {NAMED}")), count > NAMED)

    def _columns(self, source: Source) -> list[str]:
        return [name for name, *_ in self._ask(f"DESCRIBE SELECT * FROM {source.sql}")]

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        with told_by_duckdb(source.file for source in self.sources.values()):
            return self.connection.execute(sql).fetchall()

    @staticmethod
    def _stop_at(problems: Any) -> None:
        found = list(problems)
        if found:
            raise InputError(found)


def _raw(table: str) -> str:
    return f"raw_{table}"


def _text(column: str) -> str:
    return "nullif(trim(" + '"' + column.replace('"', '""') + '"' + "::VARCHAR), '')"


def _where(where: Mapping[str, tuple[str, ...]]) -> str:
    tests = [f"{_text(column)} IN ({', '.join(map(quoted, values))})" for column, values in where.items()]
    return " AND ".join(tests) or "true"


def _cell(value: Any) -> str:
    """Return a value of a mapping as a cell says it."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
