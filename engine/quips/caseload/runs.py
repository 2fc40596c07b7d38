"""One run over a caseload: a folder named after its day, made beside it and renamed once it is whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from quips import __version__
from quips.caseload.batches import Batch, batches
from quips.caseload.checking import Notice
from quips.caseload.crew import Job, Task, audited
from quips.caseload.database import quoted
from quips.caseload.findingrows import COLUMNS, read_about
from quips.caseload.tables import CASES, Tables
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


def audit_all(
    tables: Tables,
    knowledge: Knowledge,
    load: Callable[[], Knowledge],
    output: Path,
    as_at: date,
    found: Sequence[Notice],
    workers: int,
    progress: Callable[[int, int], None],
) -> Run:
    """Audit every case of a caseload into a folder beside that of the run; `keep` makes it the run's once it is whole.

    Args:
        tables: The tables, checked.
        knowledge: The knowledge base.
        load: Loads it again, in another process.
        output: The folder that holds the runs.
        as_at: The day that cases are read as at.
        found: What should be looked at in the tables.
        workers: How many processes to use.
        progress: Is told how many cases are done, and of how many.

    Raises:
        InputError: The tables cannot be read.
        RunError: There is a run of that day already.
        BatchError: A batch could not be audited.
        OSError: Something cannot be written.
    """
    if (output / as_at.isoformat()).exists():
        raise RunError(f"{output / as_at.isoformat()} is there already. Choose another --as-at, or take it away first.")
    n_cases = int(tables.one(f"SELECT count(*) FROM {CASES}"))
    folder = output / UNFINISHED
    (folder / FINDINGS).mkdir(parents=True, exist_ok=True)
    about = {"quips": __version__, "rules": knowledge.digest, "as_at": as_at.isoformat(), "cases": str(n_cases)}
    counts: dict[Path, int] = {}
    done = 0

    def count(job: Job, findings: int) -> None:
        nonlocal done
        counts[job.path] = findings
        done += len(job.batch.cases)
        progress(done, n_cases)

    def to_do() -> Iterator[Job]:
        for batch in batches(tables.streams(), BATCH_SIZE, n_cases):
            job = _job(batch, folder, about)
            there = read_about(job.path)
            if there.items() >= job.about.items():
                count(job, int(there["findings"]))  # done before the run was interrupted
            else:
                yield job

    for job, findings in audited(to_do(), Task(load, knowledge.digest, as_at.toordinal()), workers if n_cases > _FEW else 1):
        count(job, findings)
    if done != n_cases:
        raise RunError(f"{n_cases - done:,} of {n_cases:,} cases were not audited. Nothing was kept as a run; please tell us.")
    for path in (folder / FINDINGS).iterdir():
        if path not in counts:
            path.unlink()  # of an earlier attempt at other tables
    _keep_cases(tables, folder)
    edition = edition_for(knowledge, as_at.toordinal()).name
    own = tuple(rule.name for rule in knowledge.own)
    about_run = as_at.isoformat(), edition, knowledge.digest, __version__
    return Run(folder, *about_run, n_cases, sum(counts.values()), tuple(found), own)


def keep(run: Run) -> Run:
    """Make a run whole, with all that lies in its folder, and return it.

    Raises:
        OSError: It cannot be written.
    """
    (run.path / RUN).write_text(json.dumps(_as_json(run), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    whole = run.path.with_name(run.as_at)
    run.path.replace(whole)
    return replace(run, path=whole)


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
    names = [path.name for path in output.iterdir()] if output.is_dir() else []
    days = [name for name in names if is_date(name) and name < before.isoformat()]
    return read_run(output / max(days)) if days else None


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
