"""What is found of a batch of cases, as rows: one for each finding that applies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from quips.cases import Case
from quips.decisions import Ref
from quips.findings import shows
from quips.knowledge import Knowledge
from quips.reference import Evaluated, ReferenceEngine
from quips.statuses import Status, Verdict

_EPOCH = date(1970, 1, 1).toordinal()
_STATUSES, _VERDICTS = list(Status), list(Verdict)
_WORD, _REFS = pa.dictionary(pa.int32(), pa.string()), pa.list_(pa.string())

COLUMNS: tuple[tuple[str, pa.DataType, str], ...] = (
    ("case", _WORD, "The case."),
    ("rule", _WORD, "The rule. Case, rule and key together name a finding, the same from run to run."),
    ("key", pa.string(), "Which of the rule's findings: the occasion it answers, such as home_visit@2009-09-01."),
    ("status", _WORD, "Its status, as in a report on one case."),
    ("was", _WORD, "Its status before it was undermined."),
    ("verdict", _WORD, "The kind of answer that is: gap, open or sufficient."),
    ("root", pa.bool_(), "Whether it is a gap that no other gap explains."),
    ("because_of", _REFS, "The nearest gaps that explain it, each as rule/key."),
    ("roots", _REFS, "The root gaps that it goes back to, each as rule/key; empty for a root."),
    ("undermined_by", _REFS, "The findings it rests on that fall short, each as rule/key."),
    ("waits_for", _REFS, "The open findings it rests on, each as rule/key."),
    (
        "shows_no",
        _REFS,
        "The prompts of every edition that it answers no; late work is no such answer where timing is not asked.",
    ),
    ("started", pa.date32(), "The day the clock started."),
    ("due", pa.date32(), "The last day it was due."),
    ("at_latest", pa.date32(), "Where no source gives a number: our own last day, after which absence is called missing."),
    ("done", pa.date32(), "The day it was done."),
)
"""The columns of the findings: name, type and meaning."""
SCHEMA = pa.schema([pa.field(name, kind, metadata={"meaning": meaning}) for name, kind, meaning in COLUMNS])


class FindingRows:
    """Makes rows of what the reference engine finds of cases."""

    def __init__(self, knowledge: Knowledge, engine: ReferenceEngine) -> None:
        """Keep the engine, and the knowledge base whose rules it has."""
        self.knowledge, self.engine = knowledge, engine
        self.rules = pa.array([duty.name for duty in engine.program.duties], pa.string())
        self._kinds: dict[_Kind, int] = {}

    def of(self, cases: Sequence[Case]) -> pa.Table:
        """Return the findings of cases that apply to them, by case and then in the order of the program."""
        at: list[int] = []
        kinds: list[int] = []
        keys: list[str] = []
        started: list[int | None] = []
        due: list[int | None] = []
        at_latest: list[int | None] = []
        done: list[int | None] = []
        because_of, roots, undermined_by, waits_for = _Lists(), _Lists(), _Lists(), _Lists()
        engine, none, gap, numbers = self.engine, Status.NOT_APPLICABLE, Verdict.GAP, self._kinds
        for n, case in enumerate(cases):
            evaluation = engine.evaluate(case)
            ultimate: dict[Ref, tuple[Ref, ...]] = {}
            for findings in evaluation:
                for finding in findings:
                    status = finding.status
                    if status is none:
                        continue
                    verdict, decision = engine.verdict(finding), engine.decision(finding, evaluation)
                    rule, key, _, was, undermines, explains, root, beneath = decision
                    # Only a gap answers no, and only a gap has a root.
                    no = self._shows_no(finding, status, verdict) if verdict is gap else ()
                    kind = finding.number, status, was, verdict, root, no
                    number = numbers.get(kind)
                    if number is None:
                        number = numbers[kind] = len(numbers)
                    at.append(n)
                    kinds.append(number)
                    keys.append(key)
                    started.append(finding.day)
                    due.append(finding.due)
                    at_latest.append(_at_latest(finding))
                    done.append(finding.done)
                    because_of.add(explains)
                    roots.add(_roots((rule, key), root, explains, ultimate) if verdict is gap else ())
                    undermined_by.add(undermines)
                    waits_for.add(beneath)
        of_cases = pa.array([case.reference for case in cases], pa.string())
        columns: list[pa.Array] = [
            pa.DictionaryArray.from_arrays(pa.array(at, pa.int32()), of_cases),
            pa.array(keys, pa.string()),
            *self._common(pa.array(kinds, pa.int32())),
            because_of.column(),
            roots.column(),
            undermined_by.column(),
            waits_for.column(),
            *map(_days, (started, due, at_latest, done)),
        ]
        return pa.Table.from_arrays(columns, _MADE).select(SCHEMA.names).cast(SCHEMA)

    def _common(self, kinds: pa.Array) -> list[pa.Array]:
        """Return the columns of what findings have in common: of each kind it is written once, and taken by its number."""
        rules, statuses, were, verdicts, roots, no = zip(*self._kinds, strict=True) if self._kinds else ((),) * 6
        shows_no = _Lists()
        for prompts in no:
            shows_no.add_texts(prompts)
        coded = (
            (pa.array(rules, pa.int32()), self.rules),
            (pa.array(map(_STATUSES.index, statuses), pa.int32()), pa.array(map(str, _STATUSES), pa.string())),
            (pa.array(map(_STATUSES.index, were), pa.int32()), pa.array(map(str, _STATUSES), pa.string())),
            (pa.array(map(_VERDICTS.index, verdicts), pa.int32()), pa.array(map(str, _VERDICTS), pa.string())),
        )
        return [
            *(pa.DictionaryArray.from_arrays(codes.take(kinds), words) for codes, words in coded),
            pa.array(roots, pa.bool_()).take(kinds),
            shows_no.column().take(kinds),
        ]

    def _shows_no(self, finding: Evaluated, status: Status, verdict: Verdict) -> tuple[str, ...]:
        return tuple([one.prompt for one in shows(self.knowledge, finding, status, verdict) if one.shows == "no"])


_Kind = tuple[int, Status, Status, Verdict, bool, tuple[str, ...]]
"""What very many findings have in common: the rule's number, what it is and was, root or not, prompts answered no."""
_MADE = (
    *("case", "key", "rule", "status", "was", "verdict", "root", "shows_no"),
    *("because_of", "roots", "undermined_by", "waits_for", "started", "due", "at_latest", "done"),
)
"""The columns in the order in which they are made."""


class _Lists:
    """A column of lists of texts: they are written one after another, which is far faster than list by list."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.ends: list[int] = [0]

    def add(self, refs: tuple[Ref, ...]) -> None:
        """Add the findings of one row."""
        if refs:
            self.texts.extend([f"{rule}/{key}" for rule, key in refs])
        self.ends.append(len(self.texts))

    def add_texts(self, texts: tuple[str, ...]) -> None:
        """Add the texts of one row."""
        self.texts.extend(texts)
        self.ends.append(len(self.texts))

    def column(self) -> pa.Array:
        return pa.ListArray.from_arrays(pa.array(self.ends, pa.int32()), pa.array(self.texts, pa.string()))


def _roots(gap: Ref, root: bool, because_of: tuple[Ref, ...], ultimate: dict[Ref, tuple[Ref, ...]]) -> tuple[Ref, ...]:
    """Return the roots that a gap goes back to; the gaps that explain it come before it in the program."""
    if root:
        ultimate[gap] = (gap,)
        return ()
    found = tuple(dict.fromkeys([origin for cause in because_of for origin in ultimate[cause]]))
    ultimate[gap] = found
    return found


def _at_latest(finding: Evaluated) -> int | None:
    for attempt in finding.observation.attempts if finding.observation is not None else ():
        if attempt.at_latest is not None:
            return attempt.at_latest
    return None


def _days(days: list[int | None]) -> pa.Array:
    return pa.array([None if day is None else day - _EPOCH for day in days], pa.int32()).cast(pa.date32())


def write_rows(rows: pa.Table, path: Path, about: dict[str, str]) -> None:
    """Write findings to a Parquet file, all at once or not at all, with what they were made from in its head.

    Raises:
        OSError: It cannot be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    pq.write_table(
        rows.replace_schema_metadata({**about, "findings": str(len(rows))}), partial, compression="zstd", compression_level=1
    )
    partial.replace(path)


def read_about(path: Path) -> dict[str, str]:
    """Return what a file of findings was made from; nothing if it cannot be read."""
    try:
        found: dict[bytes, Any] = pq.read_schema(path).metadata or {}
    except (OSError, pa.ArrowException):
        return {}
    return {key.decode(): value.decode() for key, value in found.items()}
