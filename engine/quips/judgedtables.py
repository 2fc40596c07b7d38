"""Reads judged cases from a table: CSV, an Excel workbook, or JSON, one row for each answer of one reader about one case.

The columns ``case``, ``prompt`` and ``answer`` have to be there; ``reason``, ``evidence``, ``role``, ``reader``, ``proposal`` and
``rules`` may be. Every other column describes the case: its team, its sentence, the grade of its officer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from operator import itemgetter
from pathlib import Path
from sys import intern
from typing import Any

from quips.audits import Auditor, case_files, unknown_question
from quips.caseschema import LONGEST_REFERENCE, is_reference
from quips.forms.filled import is_to_be_filled_in
from quips.garbage import all_kept
from quips.judged import (
    ANSWERS,
    READER,
    ROLES,
    Answer,
    Judged,
    described_twice,
    from_audits,
    is_unexplained,
    judged_twice,
    together,
    unexplained,
    who,
    words_of,
)
from quips.knowledge import Knowledge
from quips.places import Place
from quips.problems import InputError, Level, Problem, did_you_mean, listed
from quips.proposals import FOR_THE_AUDITOR, NOT_APPLICABLE
from quips.source import parse_yaml
from quips.tables import SAVE_AS, Row, csv_rows, key_of, refused, text_of_file, text_of_value, workbook_rows

SUFFIXES = (".csv", ".xlsx", ".json")
NEEDED = ("case", "prompt", "answer")
KNOWN = (*NEEDED, "reason", "evidence", "role", "reader", "proposal", "rules")
MAX_PROBLEMS = 100

_ALSO = {"n/a": NOT_APPLICABLE, "na": NOT_APPLICABLE, "y": "yes", "n": "no"}
_ANSWERS, _ROLES = frozenset(ANSWERS), frozenset(ROLES)

Where = Callable[[int, str], Place]


def read_judged(paths: Sequence[Path], auditor: Auditor, progress: Callable[[list[Path]], Iterable[Path]] = iter) -> Judged:
    """Read judged cases from wherever they are kept: case files, folders of them, and tables.

    Args:
        paths: Files ending in ``.yaml``, ``.csv``, ``.xlsx`` or ``.json``, and folders of case files. A workbook may
            be a table or a spreadsheet form of a case.
        auditor: What audits the case files, for what it proposes.
        progress: What shows how far the reading of case files is.

    Raises:
        InputError: With everything that is wrong in any of them.
    """
    tables = [path for path in paths if path.suffix.lower() in SUFFIXES and not is_to_be_filled_in(path)]
    files = list(case_files(path for path in paths if path not in tables))
    problems: list[Problem] = []
    parts: list[Judged] = []
    for path in tables:
        try:
            parts.append(read_judged_table(path, auditor.knowledge))
        except InputError as error:
            problems += error.problems
    audits = []
    for path in progress(files):
        try:
            audits.append(auditor.audit(path))
        except InputError as error:
            problems += error.problems
    first: dict[str, str] = {}
    for audit in audits:
        file = audit.case.document.file if audit.case.document else ""
        if audit.case.reference in first:
            message = f"The case {audit.case.reference} is in {first[audit.case.reference]} as well."
            problems.append(Problem(Place(file), "judged-twice", message, "Leave one. Two readers' answers go into a table."))
        first.setdefault(audit.case.reference, file)
    try:
        parts += [from_audits(audits)] if audits else []
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)
    if not parts:
        raise InputError([Problem(Place(str(paths[0])), "no-case", "There is no case file here.", "Case files end in .yaml.")])
    return together(parts)


def read_judged_table(path: Path, knowledge: Knowledge) -> Judged:
    """Read judged cases from a table.

    Rows without an answer are passed over, and how many there were is a warning.

    Args:
        path: A file ending in ``.csv``, ``.xlsx`` or ``.json``.
        knowledge: The knowledge base, whose prompts, key questions and summary questions can be answered.

    Raises:
        InputError: With everything that is wrong with it, each in its row.
    """
    columns, rows, where = _READERS[path.suffix.lower()](path)
    keys = [key_of(column) for column in columns]
    problems = list(_heading_problems(keys, where))
    if problems:
        raise InputError(problems)
    with all_kept():
        return _Reading(keys, where, knowledge).judged(rows)


class _Names(dict[str, str]):
    """Names without the space around them, each kept once: there are few, and they stand in very many rows."""

    def __missing__(self, name: str) -> str:
        self[name] = found = intern(name.strip())
        return found


_answer: Callable[[tuple[object, ...]], Answer] = partial(tuple.__new__, Answer)
"""Makes an answer in a third of the time that its own way of making one takes; there may be a million."""


class _Reading:
    """Goes through the rows once, and keeps what is wrong with them."""

    def __init__(self, keys: list[str], where: Where, knowledge: Knowledge) -> None:
        self.at = {key: n for n, key in enumerate(keys) if key}
        self.describing = [(key, n) for n, key in enumerate(keys) if key and key not in KNOWN]
        self.where, self.knowledge = where, knowledge
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.told: set[str] = set()
        self.known = knowledge.judged_names

    def judged(self, rows: Iterator[Row]) -> Judged:
        answers: list[Answer] = []
        first: dict[tuple[str, str, str], int] = {}
        described: dict[str, dict[str, str]] = {}
        width = max(self.at.values(), default=0) + 1
        at = itemgetter(*(self.at.get(key, width) for key in KNOWN))  # what is not there is read from a blank cell after the last
        without = 0
        blank, names = [""], _Names()
        for number, cells in rows:
            padded = [*cells, ""] if len(cells) == width else [*cells, *blank * (width + 1 - len(cells))]
            case, name, said, reason, evidence, role, reader, proposal, rules = at(padded)
            if said not in _ANSWERS:
                if not said.strip():
                    without += any(cells)
                    continue
                said = self.one_of(number, "answer", said, ANSWERS)
            if role not in _ROLES:
                role = self.one_of(number, "role", role or READER, ROLES)
            if proposal and proposal not in _ANSWERS:
                proposal = self.proposed(number, proposal)
            case, name = names[case], names[name]
            reader = names[reader] or ("" if role == READER else words_of(role))
            by = (case, name, reader if role == READER else who(reader, role))
            if first.setdefault(by, number) != number:
                place = self.where(number, "prompt")
                self.problems.append(judged_twice(*by, place, str(self.where(first[by], "prompt"))))
            if case not in described or name not in self.known:
                self.look_at(number, case, name, described)
            for key, n in self.describing:
                value = cells[n] if n < len(cells) else ""
                if value and value != described[case].get(key):
                    self.describe(number, case, key, value.strip(), described[case])
            of_rules = tuple(rules.split()) if rules else ()
            answer = _answer((case, name, said, reader, role, reason.strip(), evidence.strip(), proposal, of_rules))
            if proposal and is_unexplained(answer):
                self.warnings.append(unexplained(answer, self.where(number, "reason" if "reason" in self.at else "answer")))
            answers.append(answer)
        self.stop_if_wrong()
        if not answers:
            place = self.where(0, "answer")
            raise InputError(
                [
                    Problem(
                        place, "no-answers", "There is no answer in it.", "Each row needs an answer: yes, no or not applicable."
                    )
                ]
            )
        if without:
            words = "1 row has" if without == 1 else f"{without} rows have"
            message = f"{words} no answer, and {'counts' if without == 1 else 'count'} for nothing."
            self.warnings.append(Problem(self.where(0, "answer"), "no-answer", message, "", Level.WARNING))
        return Judged(tuple(answers), described, tuple(self.warnings))

    def look_at(self, number: int, case: str, name: str, described: dict[str, dict[str, str]]) -> None:
        """Look at a case that is new and a question that is not known; a name that is wrong is told once."""
        if case not in described:
            described[case] = {}
            if not is_reference(case):
                message = f"'{case[:LONGEST_REFERENCE]}' is not a reference." if case else "Which case it is of is not said."
                hint = "A reference has capital letters, figures and hyphens, such as TV-0042; it is never a name."
                self.problems.append(Problem(self.where(number, "case"), "wrong-form", message, hint))
        if name not in self.known and name not in self.told:
            self.told.add(name)
            self.problems.append(unknown_question(name, self.where(number, "prompt"), self.knowledge))

    def describe(self, number: int, case: str, column: str, value: str, described: dict[str, str]) -> None:
        """Keep what a row says of its case; it has to say the same in every row."""
        if not value:
            return
        known = described.setdefault(column, intern(value))
        if known != value:
            self.problems.append(described_twice(case, column, value, known, self.where(number, column)))

    def one_of(self, number: int, column: str, given: str, allowed: Sequence[str]) -> str:
        """Return what was meant by a value, whatever its case and spacing; anything else is a problem."""
        key = key_of(given)
        key = _ALSO.get(key, key) if allowed is ANSWERS else key
        if key in allowed:
            return next(value for value in allowed if value == key)
        message = f"'{given[:40]}' is no {column}: {listed(map(words_of, allowed))}."
        self.problems.append(Problem(self.where(number, column), "wrong-value", message, did_you_mean(key, allowed)))
        return allowed[0]

    def proposed(self, number: int, given: str) -> str:
        return "" if key_of(given) == FOR_THE_AUDITOR else self.one_of(number, "proposal", given, ANSWERS)

    def stop_if_wrong(self) -> None:
        """Stop with what is wrong; of very many alike the first are told, and how many there are in all."""
        if len(self.problems) > MAX_PROBLEMS:
            more = f"There are {len(self.problems) - MAX_PROBLEMS} more things wrong with it."
            first = sorted(self.problems)[:MAX_PROBLEMS]
            raise InputError([*first, Problem(self.where(0, "case"), "and-more", more, "Put these right, and try again.")])
        if self.problems:
            raise InputError(self.problems)


def _heading_problems(keys: list[str], where: Where) -> Iterator[Problem]:
    for column in NEEDED:
        if column not in keys:
            shown = listed((f"'{key}'" for key in keys if key), "and")
            message = f"There is no column '{column}'; the columns are {shown or 'none'}."
            yield Problem(where(1, column), "unknown-column", message, did_you_mean(column, [key for key in keys if key]))
    for column in sorted({key for key in keys if key and keys.count(key) > 1}):
        yield Problem(where(1, column), "column-twice", f"The column '{column}' is there more than once.", "Leave one.")


def _of_csv(path: Path) -> tuple[list[str], Iterator[Row], Where]:
    found = csv_rows(path)
    _line, columns = next(found, (0, []))
    if len(columns) == 1 and any(mark in columns[0] for mark in ";\t"):
        raise refused(path, "not-csv", "The columns are not parted by commas.", SAVE_AS)
    return list(columns), found, lambda number, _: Place(str(path), number)


def _of_workbook(path: Path) -> tuple[list[str], Iterator[Row], Where]:
    title, found = workbook_rows(path, prefer="judgements")
    _row, columns = next(found, (0, []))
    rows, keys = list(found), [key_of(column) for column in columns]

    def where(number: int, column: str) -> Place:
        return Place(str(path), number, keys.index(column) + 1 if column in keys else 1, title)

    formulas = [
        Problem(Place(str(path), row, column, title), "formula", "This cell holds a formula.", "Write the value itself.")
        for row, cells in [(1, columns), *rows]
        for column, cell in enumerate(cells, 1)
        if cell.startswith("=")
    ]
    if formulas:
        raise InputError(formulas[:MAX_PROBLEMS])
    return list(columns), iter(rows), where


def _of_json(path: Path) -> tuple[list[str], Iterator[Row], Where]:
    text = text_of_file(path)
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        place = Place(str(path), getattr(error, "lineno", 0), getattr(error, "colno", 0))
        raise InputError(
            [Problem(place, "not-json", f"This is not JSON: {getattr(error, 'msg', 'it is nested too deeply')}.")]
        ) from error
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise refused(
            path, "not-a-table", "This is not a list of answers.", 'It has to be [{"case": …, "prompt": …, "answer": …}, …].'
        )
    columns = list(dict.fromkeys(column for item in value for column in item))

    def where(number: int, column: str) -> Place:
        try:  # JSON is YAML, whose reader knows where everything stands; only what is wrong has to be looked up
            return parse_yaml(text, str(path)).place(number - 1, column)
        except InputError:
            return Place(str(path))

    rows = ((n, [_text(item.get(column)) for column in columns]) for n, item in enumerate(value, 1))
    return columns, rows, where


_READERS: dict[str, Callable[[Path], tuple[list[str], Iterator[Row], Where]]] = {
    ".csv": _of_csv,
    ".xlsx": _of_workbook,
    ".json": _of_json,
}


def _text(value: Any) -> str:
    return " ".join(map(_text, value)) if isinstance(value, list) else text_of_value(value)
