"""The commands of ``quips round``: a peer audit from its plan to the report."""

from __future__ import annotations

import click

from quips.cli.rounds import feedback, planning, reading, reporting, settling


@click.group("round")
def round_() -> None:
    """Run a peer audit round: draw, allocate, read, settle, feed back, countersign, report.

    A round is a folder, which may be on a shared drive. To see what is to be done next: quips round status FOLDER.
    """


for command in (
    *(planning.new, planning.draw, planning.replace, planning.allocate, planning.reallocate, planning.conflict),
    *(reading.forms, reading.import_, reading.qualify, reading.urgent),
    *(settling.agree, settling.settle, settling.reopen),
    *(feedback.feed_back, feedback.act, feedback.dispute, feedback.answer, feedback.reread),
    settling.countersign,
    *(reporting.report, reporting.verify),
    *(planning.status, planning.log),
):
    round_.add_command(command)
