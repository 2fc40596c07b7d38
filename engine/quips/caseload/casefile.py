"""The case file of one case of a caseload: what `quips audit` reads, so that what is found of it can be explained."""

from __future__ import annotations

from typing import Any

from quips.caseload.cells import UNKNOWN, circumstance_of, complete_of, entry_of, said_of
from quips.caseload.tables import CASES, CHANGES, COMPLETE, RECORD, Tables
from quips.problems import QuipsError
from quips.vocabulary import Vocabulary


class NoSuchCaseError(QuipsError):
    """There is no such case in the caseload."""


def case_record(tables: Tables, case: str, vocabulary: Vocabulary, as_at: str) -> dict[str, Any]:
    """Return what the tables say of one case, as a case file says it; entries after the day are left out, as in the caseload.

    Args:
        tables: The tables, checked.
        case: Its reference.
        vocabulary: What a case record can say.
        as_at: The day that it is read as at, as year-month-day.

    Raises:
        NoSuchCaseError: There is no such case.
    """
    terms, columns = vocabulary.circumstances, tables.columns[CASES]
    names = ", ".join(f'"{name}"' for name in columns)
    rows = tables.ask(f'SELECT {names} FROM {CASES} WHERE "case" = ?', case)
    if not rows:
        raise NoSuchCaseError(f"There is no case {case} in this caseload.")
    cells = dict(zip(columns, rows[0], strict=True))
    given: dict[str, Any] = {
        name: circumstance_of(terms[name], cell) for name, cell in cells.items() if name in terms and cell is not None
    }
    if CHANGES in tables.sources:
        changes = f'SELECT circumstance, "from", "is" FROM {CHANGES} WHERE "case" = ? ORDER BY ALL'
        for name, since, value in tables.ask(changes, case):
            given.setdefault(name, []).append({"from": since, "is": circumstance_of(terms[name], value)})
    complete = {COMPLETE: complete_of(cells[COMPLETE])} if cells.get(COMPLETE) else {}
    seen = f"""("case" = ? AND ("on" IS NULL OR "on" = '{UNKNOWN}' OR "on" <= ?))"""
    entries = tables.ask(f'SELECT activity, said, "on" FROM {RECORD} WHERE {seen} ORDER BY "on", activity, said', case, as_at)
    record = [{activity: entry_of(said_of(said), on)} for activity, said, on in entries]
    return {"case": case, "as_at": as_at, **complete, "circumstances": given, "record": record}
