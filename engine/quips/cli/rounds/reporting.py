"""The commands that report on a round, and that see whether its folder is as its trail says."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from quips import __version__
from quips.audits import Auditor
from quips.cli.rounds.shared import folder_argument, opened, who_option
from quips.cli.shared import WIDTH, knowledge_options, load, output_option, progress, told, write
from quips.peeraudit.book import Book
from quips.peeraudit.figures import changed_since, figures_of
from quips.peeraudit.folder import RoundFolder
from quips.peeraudit.folding import state_of
from quips.peeraudit.reworking import Written
from quips.peeraudit.state import REPORTED, State
from quips.peeraudit.steps import signing
from quips.peeraudit.trail import Row
from quips.peeraudit.verifying import verify as verify_
from quips.problems import QuipsError
from quips.reports.blocktext import to_text
from quips.reports.roundpaper import RoundReport, paper
from quips.reports.roundreports import ROUND_FORMATS
from quips.reports.roundrows import SHAPE_VERSION, change_digest, figures_digest, said_digest
from quips.reports.verified import verified_json, verified_text
from quips.storage.files import told_plainly
from quips.storage.store import StorageError

TEXT = "text"
_TIMES = 3


@click.command()
@folder_argument
@who_option
@click.option(
    "--since", metavar="FOLDER", type=click.Path(path_type=Path, file_okay=False), help="Say what changed since this round."
)
@click.option(
    "--format",
    "forms",
    multiple=True,
    type=click.Choice([*ROUND_FORMATS, TEXT]),
    help="Only this form, and again for others; text is shown here, and not kept. All but text, if left out.",
)
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER", help="Put a copy there as well.")
@knowledge_options
def report(
    folder: Path,
    who: str,
    since: Path | None,
    forms: tuple[str, ...],
    output: Path | None,
    rules: str | None,
    framework: str | None,
) -> None:
    """Report on a round as it stands: a page, a Word document for the board, a workbook and JSON, kept in reports/.

    To look at it here, and keep nothing: --format text.
    """
    with opened(folder, framework, rules) as book, ExitStack() as stack:
        earlier = stack.enter_context(opened(since, framework, rules)) if since else None
        if earlier and earlier.folder.path.resolve() == folder.resolve():
            raise QuipsError("--since names this round itself. Name the folder of an earlier one.")
        kept = [form for form in dict.fromkeys(forms or ROUND_FORMATS) if form != TEXT]
        if not kept:
            found = _report(book, book.folder.state(), None, earlier)
            signing.report(book.plan, book.folder.state(), who, {}, {})  # whoever may not report is told
            write(to_text(paper(found), WIDTH), None)
            return
        if output is not None:
            with told_plainly(f"{output} cannot be used"):
                output.mkdir(parents=True, exist_ok=True)  # before a report is kept that could not be copied
        found, row = _kept(book, who, kept, earlier)
        for path in row.step.files:
            click.echo(f"{folder / path}")
            if output is not None:
                write(book.folder.read(path), output / Path(path).name)
        if TEXT in forms:
            write(to_text(paper(found), WIDTH), None)
        click.echo(f"Report {found.number} rests on row {found.figures.rows}, and is written down as row {row.number}.")
        click.echo("Next: read it. To see later that nothing was changed:")
        click.echo(f"  quips round verify {shlex.quote(str(folder))} --seal {found.seal}")


@click.command()
@folder_argument
@click.option(
    "--seal", "printed", default="", metavar="SEAL", help="A seal that a letter or a report prints, to look for in the trail."
)
@click.option(
    "--since",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the earlier round lies now that a report compares with.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The form.")
@output_option
@knowledge_options
def verify(
    folder: Path,
    printed: str,
    since: Path | None,
    form: str,
    output: Path | None,
    rules: str | None,
    framework: str | None,
) -> None:
    """See whether a round is as it was: its trail, its files, the draw, the readings, and the figures of its reports.

    Leaves with 1 if something is wrong, and tells everything that is.
    """
    with told(), ExitStack() as stack:
        there = RoundFolder(folder)
        earlier = stack.enter_context(opened(since, framework, rules)) if since else None
        auditor = Auditor(load(framework, rules), "reference")
        written = Written(SHAPE_VERSION, __version__, figures_digest, change_digest, said_digest)
        found = verify_(there, auditor, written, printed, earlier, lambda rows: progress(rows, "Forms"))
        write(verified_json(found) if form == "json" else verified_text(found, WIDTH), output)
    if not found.is_sound:
        sys.exit(1)


def _report(book: Book, state: State, number: int | None, earlier: Book | None) -> RoundReport:
    figures = figures_of(book, state, book.folder.today())
    if earlier is None:
        return RoundReport(book.plan.name, book.plan.marking, number, figures)
    then = earlier.folder.state()
    change = changed_since(book, state, earlier, then)
    return RoundReport(book.plan.name, book.plan.marking, number, figures, change, then.seal, then.rows)


def _kept(book: Book, who: str, forms: list[str], earlier: Book | None) -> tuple[RoundReport, Row]:
    """Make a report and keep it, and return it with its row.

    It is made before the turn is taken, so that others can go on meanwhile; if they have, it is made again.

    Raises:
        StorageError: Others took a step every time; nothing was written.
    """
    for _ in range(_TIMES):
        rows = book.folder.rows()
        state = state_of(rows)
        signing.report(book.plan, state, who, {}, {})  # whoever may not report is told at once
        found = _report(book, state, 1 + sum(row.step.did == REPORTED for row in rows), earlier)
        judged = book.judged(state)
        made = {f"reports/{found.number}/report.{form}": ROUND_FORMATS[form](found, judged) for form in forms}
        with book.folder.turn() as turn:
            if turn.state.seal == state.seal:
                files = {path: digest for name, data in made.items() for path, digest in turn.keep(name, data).items()}
                return found, turn.take(signing.report(book.plan, state, who, _made(found, earlier), files))
    raise StorageError(
        f"Somebody took a step each of the {_TIMES} times that the report was made, so it was out of date. Nothing was written. "
        "Run it again when fewer are at work."
    )


def _made(found: RoundReport, earlier: Book | None) -> Mapping[str, Any]:
    """Return what has to be known to work the figures of a report out again."""
    made: dict[str, Any] = {
        "figures": figures_digest(found.figures),
        "as_at": found.figures.as_at,
        "rules": found.figures.rules,
        "shape": SHAPE_VERSION,
        "quips": __version__,
    }
    if earlier is not None and found.change is not None:
        made["since"] = {
            "name": earlier.plan.name,
            "rows": found.earlier_rows,
            "seal": found.earlier,
            "change": change_digest(found.change),
        }
    return made
