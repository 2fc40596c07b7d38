"""Measures Quips against what one would take instead: ``python benchmarks/engines.py``; the results are kept in ``results``.

Every engine decides the same obligations of the same cases, in a process of its own, one after the other, on one core; the two
databases may use all. What each is given is made before the clock starts: for Quips a case with all its entries, for the others
one in which the first day of each activity has been looked up already. An engine that is not installed is left out, and named.
What any engine finds is compared with the definition of an obligation in plain Python, for every case it decided.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import obligations as ob
from machine import machine

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).parent / "results" / "engines.json"
N_RULES, N_CASES, ENOUGH = 200, 20_000, 4.0
"""How many obligations; how many cases at most; and after how many seconds of deciding an engine has decided enough."""


@dataclass
class Result:
    """What was measured of one engine."""

    name: str
    version: str
    rules: int
    cases: int
    cases_a_second: float
    peak_mb: float
    wrong: int


Decided = tuple[int, float, int]
"""How many cases were decided, in how many seconds, and how many decisions are not those of the definition."""


def one_by_one(
    given: Callable[[ob.Drawn], Any], decide: Callable[[Any], ob.Found], rules: Sequence[ob.Obligation], n: int
) -> Decided:
    """Let an engine decide case by case, until it has decided enough; three rounds, of which the best counts.

    Cases are drawn as they are needed, and only deciding is timed.
    """
    best, decided, wrong = float("inf"), n, 0
    for rounds in range(3):
        gc.collect()
        gc.freeze()  # the rules stay, so looking through them for garbage again and again would be no engine's own time
        taken = 0.0
        for number, case in enumerate(ob.draw_cases(decided), 1):
            ready = given(case)
            if not rounds and number == 1:
                decide(ready)  # what is done at the first use alone
            began = time.perf_counter()
            found = decide(ready)
            taken += time.perf_counter() - began
            if not rounds:
                wrong += sum(found[rule.name] != ob.independent(rule, case) for rule in rules)
                if taken > ENOUGH:
                    decided = number
                    break
        best = min(best, taken)
    return decided, best, wrong


def quips(rules: list[ob.Obligation], n: int, durable: bool = False) -> Decided:
    """Quips, by its reference engine or by durable_rules."""
    from quips.durable.engine import DurableEngine
    from quips.reference import ReferenceEngine

    with tempfile.TemporaryDirectory() as folder:
        knowledge = ob.knowledge_of(rules, Path(folder), ROOT / "framework" / "schema")
        engine = (DurableEngine if durable else ReferenceEngine)(knowledge.program)
        return one_by_one(lambda case: ob.quips_case(case, knowledge), ob.by_quips(knowledge, engine), rules, n)


def at_once(rules: list[ob.Obligation], n: int, query: Callable[[list[str], list[Any], str], tuple[list[Any], float]]) -> Decided:
    """Let a database decide all cases by one query."""
    cases = list(ob.draw_cases(n))
    columns, rows = ob.wide(cases)
    found, taken = query(columns, rows, ob.sql_of(rules))
    wrong = sum(
        status != ob.independent(rule, case)
        for case, row in zip(cases, found, strict=True)
        for rule, status in zip(rules, row, strict=True)
    )
    return len(found), taken, wrong


def in_sqlite(columns: list[str], rows: list[Any], sql: str) -> tuple[list[Any], float]:
    """Decide in SQLite, in memory."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE wide ({', '.join(columns)})")
    marks = ", ".join("?" * len(columns))
    connection.executemany(f"INSERT INTO wide VALUES ({marks})", rows)  # noqa: S608 - marks that hold places
    return best_of_three(lambda: connection.execute(sql).fetchall())


def in_duckdb(columns: list[str], rows: list[Any], sql: str) -> tuple[list[Any], float]:
    """Decide in DuckDB, from Parquet to Arrow."""
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/wide.parquet"
        pq.write_table(pa.table(dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))), path)
        connection = duckdb.connect()
        connection.read_parquet(path).create_view("wide")
        found, taken = best_of_three(lambda: connection.sql(sql).to_arrow_table())
        return list(zip(*(column.to_pylist() for column in found.columns), strict=True)), taken


def scan(columns: list[str], rows: list[Any], sql: str) -> tuple[list[Any], float]:
    """Only read the columns from Parquet: what no engine can be faster than. The statuses are then found without the clock."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/wide.parquet"
        pq.write_table(pa.table(dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))), path)
        taken = best_of_three(lambda: pq.read_table(path))[1]
    return in_duckdb(columns, rows, sql)[0], taken


def best_of_three(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what the work comes to, and the seconds that the fastest of three rounds took."""
    best, found = float("inf"), None
    for _ in range(3):
        began = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - began)
    return found, best


def _facts(by: Callable[[list[ob.Obligation]], Callable[[Any], ob.Found]]) -> Callable[[list[ob.Obligation], int], Decided]:
    return lambda rules, n: one_by_one(ob.facts_of, by(rules), rules, n)


ENGINES: dict[str, tuple[str, Callable[[list[ob.Obligation], int], Decided]]] = {
    "Quips, reference engine": ("quips", quips),
    "Quips, durable_rules": ("durable-rules", lambda rules, n: quips(rules, n, durable=True)),
    "CLIPS (clipspy)": ("clipspy", _facts(ob.by_clips)),
    "JsonLogic (datalogic-py)": ("datalogic-py", _facts(ob.by_json_logic)),
    "zen-engine": ("zen-engine", _facts(ob.by_zen)),
    "Rego (regopy)": ("regopy", _facts(ob.by_rego)),
    "SQL by hand, SQLite": ("sqlite3", lambda rules, n: at_once(rules, n, in_sqlite)),
    "SQL by hand, DuckDB": ("duckdb", lambda rules, n: at_once(rules, n, in_duckdb)),
    "only reading the columns (Arrow)": ("pyarrow", lambda rules, n: at_once(rules, n, scan)),
}
_MODULES = {"durable-rules": "durable", "clipspy": "clips", "datalogic-py": "datalogic_py", "zen-engine": "zen"}


def measured(name: str, n_rules: int, n_cases: int) -> Result:
    """Measure one engine in this process."""
    package, work = ENGINES[name]
    n, taken, wrong = work(ob.draw_obligations(n_rules), n_cases)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    its = sqlite3.sqlite_version if package == "sqlite3" else version(package)
    return Result(name, its, n_rules, n, n / taken, peak, wrong)


def alone(name: str, n_rules: int, n_cases: int) -> Result | None:
    """Measure one engine in a process of its own; None if it is not installed."""
    if importlib.util.find_spec(_MODULES.get(ENGINES[name][0], ENGINES[name][0])) is None:
        return None
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(measured, name, n_rules, n_cases).result()


def all_of_it() -> Iterator[tuple[str, str, int, int]]:
    """What is measured: the table it goes into, the engine, how many rules and how many cases."""
    for name in ENGINES:
        yield "engines", name, N_RULES, N_CASES
    for n_rules in (50, 100, 200, 400):
        yield "growth_with_rules", "Quips, reference engine", n_rules, 5_000


def main() -> int:
    """Measure everything, print it, and keep it."""
    about = machine()
    kept: dict[str, Any] = {"machine": about, "left_out": [], "enough_seconds": ENOUGH}
    for table, name, n_rules, n_cases in all_of_it():
        result = alone(name, n_rules, n_cases)
        if result is None:
            kept["left_out"].append(name)
            print(f"{name:<36} is not installed")
            continue
        kept.setdefault(table, []).append(asdict(result))
        of = f"{n_rules:>5} rules {result.cases:>8,} cases"
        print(f"{name:<36}{of} {result.cases_a_second:>12,.0f} cases/s {result.peak_mb:>7,.0f} MB  {result.wrong} wrong")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return 1 if any(one["wrong"] for table in ("engines", "growth_with_rules") for one in kept[table]) else 0


if __name__ == "__main__":
    sys.exit(main())
