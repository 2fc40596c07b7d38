"""Cuts the tables of a caseload into batches of cases, and makes cases of a batch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from quips.caseload.cells import ANY_DAY, UNKNOWN, circumstance_of, complete_of, entry_of, said_of
from quips.caseload.tables import COMPLETE
from quips.cases import Case, Entry, History, Value, attributes_of, dates_of, fact_of, incomplete_stages, order_of, ordinal_of
from quips.vocabulary import Vocabulary

_SPACE = "\x1f"


class Batch(NamedTuple):
    """Some cases, with what is on record of each: rows that bear the case's number, in the order of these.

    Attributes:
        number: Which batch of the caseload it is, from 0.
        cases: A row for each case.
        record: A row for each entry.
        changes: A row for each change of a circumstance; None if there is no such table.
    """

    number: int
    cases: pa.Table
    record: pa.Table
    changes: pa.Table | None

    def digest(self) -> str:
        """Return a digest of all that it says."""
        found = hashlib.sha256()
        for table in (self.cases, self.record, self.changes):
            if table is not None:
                sink = pa.BufferOutputStream()
                with pa.ipc.new_stream(sink, table.schema) as writer:
                    writer.write_table(table.combine_chunks())
                found.update(sink.getvalue())
        return found.hexdigest()


def batches(streams: tuple[Iterator[pa.Table], Iterator[pa.Table], Iterator[pa.Table]], size: int, last: int) -> Iterator[Batch]:
    """Cut streams of rows into batches.

    Args:
        streams: The rows of cases, of the record and of changes, each in the order of the cases' numbers.
        size: How many cases make a batch.
        last: How many cases there are.
    """
    cases, record, changes = (_Cut(stream) for stream in streams)
    for number, start in enumerate(range(0, last, size)):
        stop = min(start + size, last)
        rows = cases.up_to(stop), record.up_to(stop), changes.up_to(stop)
        assert rows[0] is not None  # each batch has a case
        yield Batch(number, rows[0], rows[1] if rows[1] is not None else _NOTHING, rows[2])


_NOTHING = pa.table({name: pa.array([], pa.string()) for name in ("activity", "on", "said")}).add_column(
    0, "number", pa.array([], pa.int64())
)


class _Cut:
    """A stream of rows from which those of the next cases are cut."""

    def __init__(self, stream: Iterator[pa.Table]) -> None:
        self.stream = stream
        self.rest: pa.Table | None = None

    def up_to(self, stop: int) -> pa.Table | None:
        """Return the rows of cases with a number below this that were not returned before; None if the stream has none at all."""
        pieces: list[pa.Table] = [] if self.rest is None else [self.rest]
        while not pieces or not len(pieces[-1]) or pieces[-1]["number"][-1].as_py() < stop:
            piece = next(self.stream, None)
            if piece is None:
                break
            pieces.append(piece)
        if not pieces:
            return None
        whole = pa.concat_tables(pieces)
        n = pc.sum(pc.less(whole["number"], stop)).as_py() or 0
        self.rest = whole.slice(n)
        return whole.slice(0, n)


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said of entries that are alike in everything but their day.

    Attributes:
        activity: What was done.
        attributes: What is said of it.
        not_done: For a reason, the activity that was not done; else empty.
    """

    activity: str
    attributes: dict[str, Any]
    not_done: str


class CaseReader:
    """Makes cases of batches; what many cells say alike is read once.

    What is said is taken to have been checked.
    """

    def __init__(self, vocabulary: Vocabulary, as_at: int) -> None:
        """Keep what cells are read by.

        Args:
            vocabulary: What a case record can say.
            as_at: The day that the caseload is read as at; what is dated later is not seen.
        """
        self.vocabulary, self.as_at = vocabulary, as_at
        self._facts: dict[str, dict[str, Any]] = {name: {} for name in vocabulary.circumstances}
        self._complete: dict[str | None, frozenset[str]] = {None: frozenset()}
        self._said: dict[str, tuple[str, _Said]] = {}
        self._days: dict[str, int] = {}

    def cases(self, batch: Batch) -> list[Case]:
        """Return the cases of a batch, in its order."""
        columns, terms = {name: batch.cases[name].to_pylist() for name in batch.cases.column_names}, self.vocabulary.circumstances
        numbers = columns["number"]
        facts: list[dict[str, Value | History]] = [{} for _ in numbers]
        dates: list[dict[str, tuple[int, ...] | str]] = [{} for _ in numbers]
        for name, cells in columns.items():
            if name not in terms:
                continue
            known, is_date = self._facts[name], terms[name].type == "date"
            for n, cell in enumerate(cells):
                if cell is not None:
                    if cell not in known:
                        known[cell] = self._fact(name, cell)
                    facts[n][name] = known[cell]
                    if is_date:
                        dates[n][name] = known[cell]
        first = numbers[0] if numbers else 0
        for number, name, history in self._histories(batch.changes):
            facts[number - first][name] = history
        entries, reasons = self._record(batch.record, first, len(numbers))
        incomplete = [self._incomplete(cell) for cell in columns.get(COMPLETE, [None] * len(numbers))]
        return [
            Case(*each)
            for each in zip(columns["case"], [self.as_at] * len(numbers), facts, dates, entries, reasons, incomplete, strict=True)
        ]

    def _fact(self, name: str, cell: str) -> Any:
        term = self.vocabulary.circumstances[name]
        given = circumstance_of(term, cell)
        return dates_of(given) if term.type == "date" else fact_of(given, self.as_at)

    def _incomplete(self, cell: str | None) -> frozenset[str]:
        known = self._complete.get(cell)
        if known is None:
            known = self._complete[cell] = incomplete_stages(complete_of(cell or ""))
        return known

    def _histories(self, changes: pa.Table | None) -> Iterator[tuple[int, str, History]]:
        given: dict[tuple[int, str], list[dict[str, Any]]] = {}
        for row in changes.to_pylist() if changes is not None else ():
            value = circumstance_of(self.vocabulary.circumstances[row["circumstance"]], row["is"])
            given.setdefault((row["number"], row["circumstance"]), []).append({"from": row["from"], "is": value})
        for (number, name), changed in given.items():
            history = fact_of(changed, self.as_at)
            if isinstance(history, History):
                yield number, name, history

    def _record(
        self, record: pa.Table, first: int, n_cases: int
    ) -> tuple[list[dict[str, tuple[Entry, ...]]], list[dict[str, tuple[Entry, ...]]]]:
        entries: list[dict[str, Any]] = [{} for _ in range(n_cases)]
        reasons: list[dict[str, Any]] = [{} for _ in range(n_cases)]
        days, at, before = self._days, -1, -1
        used: dict[str, int] = {}
        for number, on, said in self._in_order(record):
            if number != before:
                before, at = number, number - first
                used = {}
                ours, not_done = entries[at], reasons[at]
            day = None
            if on is not None and on != UNKNOWN:
                day = days.get(on)
                if day is None:
                    day = days[on] = ordinal_of(on)
                if day > self.as_at:
                    continue
            activity = said.activity
            key = f"{activity}@{on or 'undated'}"
            times = used[key] = used.get(key, 0) + 1
            entry = Entry(activity, day, said.attributes, key if times == 1 else f"{key}#{times}")
            if said.not_done:
                not_done.setdefault(said.not_done, []).append(entry)
            else:
                ours.setdefault(activity, []).append(entry)
        for each in (entries, reasons):
            for found in each:
                for name, those in found.items():
                    found[name] = tuple(those)
        return entries, reasons

    def _in_order(self, record: pa.Table) -> Iterable[tuple[int, str | None, _Said]]:
        """Return the number, day and content of each entry: by case, then day, then all that is said, as `order_of` has it."""
        if not len(record):
            return ()
        on = record["on"].combine_chunks()
        # Entries of one day are put in order as if all were of another: the order is the same, and is found once.
        has_day = pc.and_kleene(pc.is_valid(on), pc.not_equal(on, UNKNOWN))
        kind = pc.if_else(pc.fill_null(has_day, False), ANY_DAY, pc.fill_null(on, ""))
        words = pc.binary_join_element_wise(
            record["activity"].combine_chunks(), pc.fill_null(record["said"].combine_chunks(), ""), kind, _SPACE
        )
        coded = words.dictionary_encode()
        found = [self._alike(text) for text in coded.dictionary.to_pylist()]
        ranks = _ranks([order for order, _ in found])
        sorting = pa.table(
            {
                "number": record["number"].combine_chunks(),
                "day": pc.if_else(pc.fill_null(has_day, False), on, "9999"),
                "order": pc.take(pa.array(ranks, pa.int32()), coded.indices),
            }
        )
        order = pc.sort_indices(sorting, [(name, "ascending") for name in sorting.column_names])
        numbers, days, codes = (pc.take(column, order).to_pylist() for column in (sorting["number"], on, coded.indices))
        said = [one for _, one in found]
        return zip(numbers, days, [said[code] for code in codes], strict=True)

    def _alike(self, text: str) -> tuple[str, _Said]:
        known = self._said.get(text)
        if known is None:
            activity, words, kind = text.split(_SPACE)
            said = entry_of(said_of(words), kind or None)
            what = _Said(
                activity, attributes_of(activity, said, self.vocabulary), said["activity"] if activity == "not_done" else ""
            )
            known = order_of(activity, said)[1], what
            if len(self._said) < _KEPT:
                self._said[text] = known
        return known


_KEPT = 100_000
"""How many different things that are said of entries a process keeps: notes in people's own words are without end."""


def _ranks(keys: list[str]) -> list[int]:
    """Return the place of each key among all of them."""
    ranks = [0] * len(keys)
    for rank, n in enumerate(sorted(range(len(keys)), key=keys.__getitem__)):
        ranks[n] = rank
    return ranks
