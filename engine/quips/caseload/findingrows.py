"""What is found of a batch of cases, as rows: one for each finding that applies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from quips.cases import Case
from quips.decisions import Decision, Ref
from quips.findings import shows
from quips.knowledge import Knowledge
from quips.reference import Evaluated, ReferenceEngine
from quips.statuses import Status, Verdict

_EPOCH = date(1970, 1, 1).toordinal()
_STATUSES, _VERDICTS = list(Status), list(Verdict)
_STATUS_CODES = {status: n for n, status in enumerate(_STATUSES)}
_VERDICT_CODES = {verdict: n for n, verdict in enumerate(_VERDICTS)}
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

    def of(self, cases: Sequence[Case]) -> pa.Table:
        """Return the findings of cases that apply to them, by case and then in the order of the program."""
        # A few at a time: what was evaluated is let go while it is still at hand for the processor.
        return pa.concat_tables(
            [self._of(cases[n : n + _AT_ONCE]) for n in range(0, len(cases), _AT_ONCE)] or [SCHEMA.empty_table()]
        )

    def _of(self, cases: Sequence[Case]) -> pa.Table:
        at: list[int] = []
        found: list[Evaluated] = []
        decided: list[Decision] = []
        roots: list[tuple[Ref, ...]] = []
        engine, none = self.engine, Status.NOT_APPLICABLE
        for n, case in enumerate(cases):
            evaluation = engine.evaluate(case)
            decisions = engine.decisions(evaluation)
            ultimate: dict[Ref, tuple[Ref, ...]] = {}
            flat = [finding for findings in evaluation for finding in findings]
            for finding, decision in zip(flat, decisions, strict=True):
                if finding.status is not none:
                    at.append(n)
                    found.append(finding)
                    decided.append(decision)
                    roots.append(_roots(decision, ultimate) if decision.because_of or decision.root else ())
        verdicts = [engine.verdict(finding) for finding in found]
        told = zip(found, decided, verdicts, strict=True)
        no = [self._shows_no(*one) if one[2] is Verdict.GAP else () for one in told]  # only a gap answers no
        of_cases, of_rules = [case.reference for case in cases], [finding.number for finding in found]
        columns: list[pa.Array] = [
            pa.DictionaryArray.from_arrays(pa.array(at, pa.int32()), pa.array(of_cases, pa.string())),
            pa.DictionaryArray.from_arrays(pa.array(of_rules, pa.int32()), self.rules),
            pa.array([decision.key for decision in decided], pa.string()),
            _coded([_STATUS_CODES[decision.status] for decision in decided], _STATUSES),
            _coded([_STATUS_CODES[decision.was] for decision in decided], _STATUSES),
            _coded([_VERDICT_CODES[verdict] for verdict in verdicts], _VERDICTS),
            pa.array([decision.root for decision in decided], pa.bool_()),
            _refs([decision.because_of for decision in decided]),
            _refs(roots),
            _refs([decision.undermined_by for decision in decided]),
            _refs([decision.waits_for for decision in decided]),
            _lists(no, [prompt for prompts in no for prompt in prompts]),
            _days([finding.day for finding in found]),
            _days([finding.due for finding in found]),
            _days([_at_latest(finding) for finding in found]),
            _days([finding.done for finding in found]),
        ]
        return pa.Table.from_arrays(columns, schema=SCHEMA)

    def _shows_no(self, finding: Evaluated, decision: Decision, verdict: Verdict) -> list[str]:
        return [one.prompt for one in shows(self.knowledge, finding, decision.status, verdict) if one.shows == "no"]


def _roots(decision: Decision, ultimate: dict[Ref, tuple[Ref, ...]]) -> tuple[Ref, ...]:
    """Return the roots that a gap goes back to; the gaps that explain it come before it in the program."""
    me = (decision.rule, decision.key)
    if decision.root:
        ultimate[me] = (me,)
        return ()
    found = tuple(dict.fromkeys(root for cause in decision.because_of for root in ultimate[cause]))
    ultimate[me] = found
    return found


def _at_latest(finding: Evaluated) -> int | None:
    for attempt in finding.observation.attempts if finding.observation is not None else ():
        if attempt.at_latest is not None:
            return attempt.at_latest
    return None


def _coded(codes: list[int], words: Sequence[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array([str(word) for word in words], pa.string()))


def _days(days: list[int | None]) -> pa.Array:
    return pa.array([None if day is None else day - _EPOCH for day in days], pa.int32()).cast(pa.date32())


def _refs(each: Sequence[Sequence[Ref]]) -> pa.Array:
    return _lists(each, [f"{rule}/{key}" for refs in each for rule, key in refs])


def _lists(each: Sequence[Sequence[object]], texts: list[str]) -> pa.Array:
    """Return a column of lists as long as these, of the texts one after another: far faster than list by list."""
    ends = list(accumulate(map(len, each), initial=0))
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pa.array(texts, pa.string()))


_AT_ONCE = 20


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
