"""The command line: results to standard output, progress and problems to standard error.

Exit codes: 0 nothing to report, 1 findings at or above ``--fail-on`` (or examples that ``test`` saw fail, figures that do not
add up, prompts that nothing covers, warnings of ``check --strict``), 2 input that cannot be used, or errors that ``check`` found.
"""

from __future__ import annotations

import click

from quips import __version__
from quips.cli import authoring, caseloads, cases, checks, editing, formatting, knowledge, scores
from quips.cli.rounds import round_
from quips.cli.shared import WIDTH


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDTH})
@click.version_option(__version__, prog_name="quips")
def main() -> None:
    """Read probation case records against HM Inspectorate of Probation's frameworks.

    Everything stays on this machine. What is found is indicative: the judgement is the auditor's.
    """


for command in (
    *(cases.audit, cases.form, cases.explain, cases.next_, cases.serve),
    *(checks.check, knowledge.list_, knowledge.show, knowledge.published, knowledge.coverage_),
    *(scores.score, scores.change_, scores.agree, scores.sample),
    caseloads.caseload,
    caseloads.synthetic,
    formatting.fmt,
    authoring.test_,
    authoring.diff,
    editing.editor,
    editing.new,
    authoring.impact_,
    authoring.graph_,
    round_,
):
    main.add_command(command)
