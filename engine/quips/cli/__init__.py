"""The command line: results to standard output, progress and problems to standard error.

Exit codes: 0 nothing to report, 1 findings at or above ``--fail-on`` (or examples that ``test`` saw fail, figures that do not
add up, prompts that nothing covers, warnings of ``check --strict``), 2 input that cannot be used, or errors that ``check`` found.
"""

from __future__ import annotations

from collections import UserDict
from collections.abc import Iterator
from importlib import import_module

import click

from quips import __version__
from quips.cli.shared import WIDTH

_WHERE = {
    "agree": "scores:agree",
    "audit": "cases:audit",
    "caseload": "caseloads:caseload",
    "change": "scores:change_",
    "check": "checks:check",
    "coverage": "knowledge:coverage_",
    "diff": "authoring:diff",
    "editor": "editing:editor",
    "explain": "cases:explain",
    "fmt": "formatting:fmt",
    "form": "cases:form",
    "graph": "authoring:graph_",
    "impact": "authoring:impact_",
    "list": "knowledge:list_",
    "new": "editing:new",
    "next": "cases:next_",
    "published": "knowledge:published",
    "round": "rounds:round_",
    "sample": "scores:sample",
    "score": "scores:score",
    "serve": "cases:serve",
    "show": "knowledge:show",
    "synthetic": "caseloads:synthetic",
    "test": "authoring:test_",
}
"""Where each command is: its module of this package, and its name there."""


class _Commands(UserDict[str, click.Command]):
    """The commands by name. A module is imported when a command of it is asked for: nobody waits for what they do not use."""

    def __missing__(self, name: str) -> click.Command:
        module, _, attribute = _WHERE[name].partition(":")
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), attribute)
        self.data[name] = command
        return command

    def __contains__(self, name: object) -> bool:
        return name in _WHERE

    def __iter__(self) -> Iterator[str]:
        return iter(_WHERE)

    def __len__(self) -> int:
        return len(_WHERE)


@click.group(commands=_Commands(), context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDTH})
@click.version_option(__version__, prog_name="quips")
def main() -> None:
    """Read probation case records against HM Inspectorate of Probation's frameworks.

    Everything stays on this machine. What is found is indicative: the judgement is the auditor's.
    """
