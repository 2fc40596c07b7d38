"""What the commands of a round share: the folder, and who is at work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from quips.audits import Auditor
from quips.cli.shared import load, told
from quips.peeraudit.book import Book
from quips.peeraudit.folder import RoundFolder
from quips.peeraudit.issuing import void
from quips.peeraudit.planfile import read_plan
from quips.peeraudit.state import State

folder_argument = click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path, file_okay=False))
who_option = click.option(
    "--as", "who", required=True, metavar="PERSON", envvar="QUIPS_AS", help="Your reference, such as R07; or set QUIPS_AS."
)
because_option = click.option("--because", default="", metavar="WORDS", help="Why.")


@contextmanager
def opened(folder: Path, framework: str | None, rules: str | None) -> Iterator[Book]:
    """Open a round with what audits its cases; a user's mistake is told."""
    with told():
        there, knowledge = RoundFolder(folder), load(framework, rules)
        plan = read_plan(there, knowledge)
        with Auditor(knowledge, "reference", plan.edition) as auditor:
            yield Book(there, plan, auditor)


def tell_void(book: Book, state: State, reader: str = "", case: str = "") -> None:
    """Tell which forms that lie in the folder nobody is to fill in any more, and why."""
    for path, why in void(book, state, reader, case).items():
        click.echo(f"Void, not to be filled in, as {why}: {path}")
