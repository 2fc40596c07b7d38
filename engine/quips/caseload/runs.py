"""One run over a caseload: a folder named after its day, made beside it and renamed once it is whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from quips import __version__
from quips.caseload.batches import Batch, batches
from quips.caseload.checking import Notice, check_tables, notices
from quips.caseload.crew import Job, Task, audited
from quips.caseload.findingrows import COLUMNS, read_about
from quips.caseload.sources import quoted
from quips.caseload.tables import CASES, Source, Tables
from quips.extracts import GROUPS
from quips.knowledge import Knowledge
from quips.problems import QuipsError
from quips.proposals import edition_for
from quips.shapes import is_date

FINDINGS, RUN = "findings", "run.json"
UNFINISHED = ".unfinished"
BATCH_SIZE = 1_000
_FEW = 2_000
"""Up to how many cases no other process is worth its start."""


class RunError(QuipsError):
    """A run that cannot be made or read."""


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run.

    Attributes:
        path: Its folder.
        as_at: The day that the caseload was read as at, as year-month-day.
        edition: The edition that is in force on that day.
        digest: The digest of the framework and rules.
        version: The version of Quips.
        cases: How many cases there were.
        findings: How many findings apply.
        notices: What should be looked at in the tables.
        own_rules: The rules that are somebody's own, laid over the shipped ones.
    """

    path: Path
    as_at: str
    edition: str
    digest: str
    version: str
    cases: int
    findings: int
    notices: tuple[Notice, ...]
    own_rules: tuple[str, ...]

    @property
    def findings_sql(self) -> str:
        """What DuckDB reads the findings from."""
        return f"read_parquet({quoted(str(self.path / FINDINGS / '*.parquet'))})"

    @property
    def cases_sql(self) -> str:
        """What DuckDB reads the cases from."""
        return f"read_parquet({quoted(str(self.path / 'cases.parquet'))})"


def run_folder(output: Path, as_at: date) -> Path:
    """Return where the run of a day lies."""
    return output / as_at.isoformat()


def make_run(
    connection: duckdb.DuckDBPyConnection,
    sources: dict[str, Source],
    knowledge: Knowledge,
    load: Callable[[], Knowledge],
    output: Path,
    as_at: date,
    also: Iterable[Notice],
    workers: int,
    progress: Callable[[int, int], None],
    finish: Callable[[Run], None],
) -> Run:
    """Audit every case of a caseload, and keep what is found.

    Args:
        connection: Where the tables can be read.
        sources: The tables.
        knowledge: The knowledge base.
        load: Loads it again, in another process.
        output: The folder that holds the runs.
        as_at: The day that cases are read as at.
        also: What else should be looked at, such as codes that a mapping does not know.
        workers: How many processes to use.
        progress: Is told how many cases are done, and of how many.
        finish: Adds what belongs to a run before it is whole, into its folder.

    Raises:
        InputError: The tables cannot be used; nothing was written.
        RunError: There is a run of that day already.
        BatchError: A batch could not be audited.
        OSError: Something cannot be written.
    """
    whole = run_folder(output, as_at)
    if whole.exists():
        raise RunError(f"{whole} is there already. Choose another --as-at, or take it away first.")
    tables = Tables(connection, sources)
    check_tables(tables, knowledge)
    found = [*also, *notices(tables, as_at.isoformat())]
    n_cases = int(tables.one(f"SELECT count(*) FROM {CASES}"))
    folder = output / UNFINISHED
    (folder / FINDINGS).mkdir(parents=True, exist_ok=True)
    task = Task(load, knowledge.digest, as_at.toordinal())
    about = {"quips": __version__, "rules": knowledge.digest, "as_at": as_at.isoformat(), "cases": str(n_cases)}
    n_findings, done = 0, 0
    names: set[str] = set()

    def jobs() -> Iterator[Job]:
        nonlocal n_findings, done
        for batch in batches(tables.streams(), BATCH_SIZE, n_cases):
            job = _job(batch, folder, about)
            names.add(job.path.name)
            there = read_about(job.path)
            if there.items() >= job.about.items():
                n_findings, done = n_findings + int(there["findings"]), done + len(batch.cases)
                progress(done, n_cases)
            else:
                yield job

    for job, count in audited(jobs(), task, workers if n_cases > _FEW else 1):
        n_findings, done = n_findings + count, done + len(job.batch.cases)
        progress(done, n_cases)
    for path in (folder / FINDINGS).iterdir():
        if path.name not in names:
            path.unlink()  # of an earlier attempt at other tables
    _keep_cases(tables, folder)
    edition = edition_for(knowledge, as_at.toordinal()).name
    own = tuple(rule.name for rule in knowledge.own)
    run = Run(folder, as_at.isoformat(), edition, knowledge.digest, __version__, n_cases, n_findings, tuple(found), own)
    finish(run)
    (folder / RUN).write_text(json.dumps(_as_json(run), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    folder.replace(whole)
    return read_run(whole)


def read_run(path: Path) -> Run:
    """Read what is known of a run.

    Raises:
        RunError: It is no run.
    """
    try:
        found = json.loads((path / RUN).read_text(encoding="utf-8"))
        return Run(
            path,
            found["as_at"],
            found["edition"],
            found["digest"],
            found["version"],
            found["cases"],
            found["findings"],
            tuple(Notice(one["words"], one["count"], tuple(one["first"]), one["more"]) for one in found["notices"]),
            tuple(found["own_rules"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path} is no run over a caseload: its {RUN} cannot be read.") from error


def last_run(output: Path, before: date) -> Run | None:
    """Return the latest run before a day, if there is one."""
    days = (
        sorted(path.name for path in output.iterdir() if is_date(path.name) and path.name < before.isoformat())
        if output.is_dir()
        else []
    )
    return read_run(output / days[-1]) if days else None


def forget_unfinished(output: Path) -> None:
    """Take away what an interrupted run has left."""
    shutil.rmtree(output / UNFINISHED, ignore_errors=True)


def _job(batch: Batch, folder: Path, about: dict[str, str]) -> Job:
    return Job(batch, folder / FINDINGS / f"{batch.number:06}.parquet", {**about, "batch": batch.digest()})


def _keep_cases(tables: Tables, folder: Path) -> None:
    """Keep which cases there are, with what they are grouped by."""
    groups = [name for name in GROUPS if name in tables.columns[CASES]]
    columns = ", ".join(f'"{name}"' for name in ("case", *groups))
    tables.ask(
        f"COPY (SELECT {columns} FROM {CASES} ORDER BY number) TO {quoted(str(folder / 'cases.parquet'))} (FORMAT parquet)"
    )


def _as_json(run: Run) -> dict[str, Any]:
    columns = [{"name": name, "type": str(kind), "meaning": meaning} for name, kind, meaning in COLUMNS]
    return {
        **{name: value for name, value in asdict(run).items() if name != "path"},
        "columns": columns,
    }
