"""The commands of ``quips round``: a peer audit from its plan to the report."""

from __future__ import annotations

import click

from quips.cli.rounds import planning


@click.group("round")
def round_() -> None:
    """Run a peer audit round: draw, allocate, read, settle, feed back, countersign, report.

    A round is a folder, which may be on a shared drive. To see what is to be done next: quips round status FOLDER.
    """


for command in (
    *(planning.new, planning.draw, planning.replace, planning.allocate, planning.reallocate, planning.conflict),
    *(planning.status, planning.log),
):
    round_.add_command(command)
