"""The commands about whole caseloads."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from time import monotonic

import click

from quips.cli.shared import WIDTH, Day, knowledge_options, load, marking_option, told, write
from quips.extracts import Extract, extract_problems, read_extract
from quips.knowledge import Knowledge
from quips.places import Place
from quips.problems import InputError, Problem, QuipsError, did_you_mean, listed
from quips.reports.blockpage import to_html
from quips.reports.blocktext import to_text
from quips.shapes import Shape
from quips.source import read_yaml
from quips.storage.files import told_plainly
from quips.yamltext import as_yaml

_EXTRA = "Whole caseloads need DuckDB and Arrow. Install them with: pip install 'quips[caseload]'."
_DUE_WITHIN = 28
_MADE_FOR = "2010-07-30"


@click.command()
@click.argument("input_", metavar="INPUT", type=click.Path(path_type=Path))
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FOLDER", help="The folder that holds the runs, one for each day."
)
@click.option("--as-at", type=Day(), metavar="DATE", help="The day to read every case as at; today, if left out.")
@click.option(
    "--case", metavar="REFERENCE", help="Write out the case file of one case, for quips audit to explain, and do nothing else."
)
@click.option(
    "--mapping",
    metavar="FILE",
    help="How an extract from another system becomes these tables: a file, or the name of a shipped one.",
)
@click.option("--check", "only_check", is_flag=True, help="Only say what is wrong with the tables and what to look at.")
@click.option(
    "--due-within",
    type=click.IntRange(0, 366),
    default=_DUE_WITHIN,
    show_default=True,
    metavar="DAYS",
    help="What falls due soon.",
)
@click.option(
    "--workers", type=click.IntRange(1, 256), metavar="N", help="How many processes; one for each processor, if left out."
)
@click.option("--from-the-start", is_flag=True, help="Do not go on with a run that was interrupted.")
@marking_option
@knowledge_options
def caseload(
    input_: Path,
    output: Path | None,
    as_at: date | None,
    case: str | None,
    mapping: str | None,
    only_check: bool,
    due_within: int,
    workers: int | None,
    from_the_start: bool,
    marking: str,
    rules: str | None,
    framework: str | None,
) -> None:
    """Audit every case of a caseload: a folder of Parquet or CSV tables, a workbook or a DuckDB file.

    The tables are cases (a row for each case), record (a row for each entry) and, where circumstances changed, changes.
    """
    if sum((output is not None, case is not None, only_check)) != 1:
        raise click.UsageError("Say one of --output FOLDER, --check and --case REFERENCE.")
    with told(), _extra():
        from quips.caseload import runs
        from quips.caseload.casefile import case_record
        from quips.caseload.checking import Notice, check_tables, notices
        from quips.caseload.crew import usual_workers
        from quips.caseload.database import connected
        from quips.caseload.extracting import Extracting
        from quips.caseload.sources import find_tables
        from quips.caseload.summing import sum_up
        from quips.caseload.tables import Tables
        from quips.reports.caseloadpaper import notice_words, paper

        day = as_at or date.today()
        knowledge = load(framework, rules)
        with connected() as connection:
            also: list[Notice] = []
            if mapping is None:
                sources = find_tables(input_, connection)
            else:
                extracting = Extracting(connection, input_, _mapping(mapping, knowledge), knowledge.vocabulary)
                sources, also = extracting.tables(), extracting.notices
            tables = Tables(connection, sources)
            check_tables(tables, knowledge)
            if case is not None:
                write(as_yaml(case_record(tables, case, knowledge.vocabulary, day.isoformat())), None)
                return
            found = [*also, *notices(tables, day.isoformat())]
            if output is None:
                click.echo("\n".join(["The tables can be used.", *(notice_words(one) for one in found)]))
                return
            if from_the_start:
                runs.forget_unfinished(output)
            loads, processes = partial(load, framework, rules), workers or usual_workers()
            with _going_on(output), _progress() as progress:
                run = runs.audit_all(tables, knowledge, loads, output, day, found, processes, progress)
                summary = sum_up(connection, run, runs.last_run(output, day), knowledge, due_within)
                overview = paper(summary, knowledge, marking)
                write(to_html(overview).encode(), run.path / "overview.html")
                run = runs.keep(run)
        write(to_text(overview, WIDTH), None)
        click.echo(f"\nWritten to {run.path}: overview.html, findings and summaries.", err=True)
        click.echo("To see why something was found of a case:", err=True)
        click.echo(f"  quips caseload {shlex.quote(str(input_))} --as-at {run.as_at} --case REFERENCE > case.yaml", err=True)
        click.echo("  quips audit case.yaml", err=True)


@click.command()
@click.argument("output", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option("--cases", type=click.IntRange(1, 10_000_000), default=1_000, show_default=True, help="How many cases.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The same seed draws the same cases.")
@click.option(
    "--as-at", type=Day(), default=_MADE_FOR, metavar="DATE", help="The day that the cases are made for; 2010-07-30, if left out."
)
def synthetic(output: Path, cases: int, seed: int, as_at: date) -> None:
    """Make a caseload of people who do not exist, with gaps planted in it and written down, to try quips caseload on."""
    with told(), _extra():
        from quips.synthetic.archetypes import read_archetypes
        from quips.synthetic.making import make_caseload

        if output.exists() and any(output.iterdir()):
            message = "The folder is not empty, and nothing is written over."
            raise InputError([Problem(Place(str(output)), "folder-not-empty", message, "Name a new one.")])
        with told_plainly(f"{output} cannot be written"):
            make_caseload(read_archetypes(), output, cases, seed, as_at)
        click.echo(f"{cases:,} synthetic cases are in {output}. To audit them:", err=True)
        click.echo(f"  quips caseload {shlex.quote(str(output))} --as-at {as_at.isoformat()} --output runs", err=True)


def _mapping(name: str, knowledge: Knowledge) -> Extract:
    """Return a mapping of the framework by its name, or one of somebody's own from its file.

    Raises:
        InputError: There is no such mapping, or it cannot be used.
    """
    if name in knowledge.extracts:
        return knowledge.extracts[name]
    if not Path(name).exists():
        hint = did_you_mean(name, knowledge.extracts) or f"There are {listed(knowledge.extracts, 'and')}; or give a file."
        raise InputError([Problem(Place("--mapping"), "no-such-file", f"There is no mapping '{name}'.", hint)])
    document = read_yaml(Path(name))
    schema = knowledge.files.schema("extract")
    assert schema is not None  # the knowledge base was loaded with it
    problems = Shape(schema).problems(document)
    if not problems:
        extract = read_extract(document)
        problems = [*extract_problems([extract], knowledge.vocabulary)]
    if problems:
        raise InputError(problems)
    return extract


@contextmanager
def _extra() -> Iterator[None]:
    """Say what to install where DuckDB or Arrow is not there."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in ("duckdb", "pyarrow"):
            raise
        raise QuipsError(_EXTRA) from error


@contextmanager
def _going_on(folder: Path) -> Iterator[None]:
    """Tell in plain words that something cannot be written, and that a run can be gone on with."""
    with told_plainly(f"{folder} cannot be used. What was audited is kept, and the same command goes on with it"):
        yield


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Say on a terminal how many cases are done and how long the rest will take."""
    started, shown = monotonic(), sys.stderr.isatty()

    def progress(done: int, of: int) -> None:
        if shown:
            left = (monotonic() - started) * (of - done) / done
            click.echo(f"\r{done:,} of {of:,} cases, {left:,.0f} s left   ", err=True, nl=False)

    yield progress
    if shown:
        click.echo("", err=True)
