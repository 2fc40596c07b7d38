"""The command that checks the framework and the rules."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import click

from quips.authoring.checkup import CheckUp, check_up, stopped
from quips.authoring.messages import every_name, message
from quips.authoring.watching import Checker, changes
from quips.cli.shared import Day, engine_option, knowledge_options, load, progress, told
from quips.durable.engine import durable_available
from quips.knowledge import Knowledge
from quips.places import Place
from quips.problems import InputError, Level, Problem, did_you_mean
from quips.reports import checked

_LOOK_EVERY = 0.2
"""Seconds; a look at some three hundred files takes some milliseconds."""


@click.command()
@engine_option
@click.option("--again", is_flag=True, help="Run every example, those that are known to pass as well.")
@click.option("--reports", type=click.Path(path_type=Path), metavar="FOLDER", help="Look every citation up in the reports there.")
@click.option("--as-at", type=Day(), metavar="DATE", help="The day on which waivers have to hold; today if left out.")
@click.option("--strict", is_flag=True, help="End with 1 if there are warnings.")
@click.option("--explain", metavar="NAME", help="Say what a message means and how to mend it, and check nothing.")
@click.option("--watch", is_flag=True, help="Go on: check again whenever a file is saved. Ctrl-C ends it.")
@click.option("--format", "form", type=click.Choice(list(checked.FORMATS)), default="text", show_default=True, help="The form.")
@knowledge_options
def check(
    engine: str,
    again: bool,
    reports: Path | None,
    as_at: date | None,
    strict: bool,
    explain: str | None,
    watch: bool,
    form: str,
    rules: str | None,
    framework: str | None,
) -> None:
    """Validate the framework and the rules, run every example, and say what is doubtful.

    Each message has a name, which stands at its end; --explain with the name tells more. Errors have to be mended, and end with
    2. Warnings should be looked at, and with --strict end with 1. Advice may be followed.
    A file can let a warning or advice stand, with the reason, under 'waivers'.

    Examples are run on the reference engine, which defines the right answer. An audit always has both engines agree, and gives no
    report if they do not; to know that they agree on the examples before you hand rules on, say --engine both.

    An example that has passed is not run again while nothing that it rests on has changed: its rule, those that this rests on
    or follows, the inferences, the limits, the vocabulary and Quips itself.
    """
    durable = engine == "both" and durable_available()
    show = checked.FORMATS[form]
    with told():
        if explain is not None:
            click.echo(_page(explain), nl=False)
            return
        if watch:
            _go_on(Checker(framework, rules, partial(check_up, durable=durable, reports=reports, as_at=as_at)), show)
            return
        found = _found(partial(load, framework, rules, fresh=True), durable, again, reports, as_at)
    click.echo(show(found), nl=False)
    if found.n_known:
        click.echo(f"{found.n_known} examples not run again: they passed, and nothing they rest on has changed.", err=True)
    if found.n_files and reports is None:
        click.echo("No citation was looked up: with --reports FOLDER each is, in the texts of the reports.", err=True)
    sys.exit(2 if found.count(Level.ERROR) else 1 if strict and found.count(Level.WARNING) else 0)


def _found(read: Callable[[], Knowledge], durable: bool, again: bool, reports: Path | None, as_at: date | None) -> CheckUp:
    try:
        knowledge = read()
    except InputError as error:
        return stopped(error.problems)
    return check_up(knowledge, durable, again, reports, as_at, lambda examples: progress(examples, "Examples"))


def _go_on(checker: Checker, show: Callable[[CheckUp], str]) -> None:
    """Check whenever a file changes, until the user ends it; each time begins and ends with a line that editors can look for."""
    try:
        for changed in changes(checker.folders, _wait):
            what = os.path.relpath(changed[0]) if len(changed) == 1 else f"{len(changed)} files"
            click.echo(f"Checking {what}.")
            click.echo(show(checker.check()), nl=False)
            click.echo("Waiting for a file to be saved. Ctrl-C ends it.")
            sys.stdout.flush()
    except KeyboardInterrupt:
        click.echo(err=True)


def _wait() -> None:
    time.sleep(_LOOK_EVERY)


def _page(name: str) -> str:
    try:
        return checked.explained(message(name))
    except LookupError:
        hint = did_you_mean(name, every_name()) or "The name stands in brackets at the end of a message."
        raise InputError([Problem(Place(name), "unknown-name", f"There is no message '{name}'.", hint)]) from None
