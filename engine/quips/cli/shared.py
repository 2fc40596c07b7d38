"""What the commands share: options, loading, writing, and telling a mistake in plain words."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click

from quips.cases import in_time
from quips.knowledge import Knowledge, find_folder, find_rules, load_knowledge
from quips.places import Place
from quips.problems import InputError, Problem, QuipsError, did_you_mean
from quips.readbefore import ReadOnDisk
from quips.shapes import is_date
from quips.shares import CONFIDENCE

WIDTH = 100
"""How wide a line on the screen may be, in characters."""


class Day(click.ParamType[date]):
    """A day that exists, written year-month-day, in a year that a case can be of."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day that was typed, or tell what is wrong with it."""
        if isinstance(value, date):
            return value
        if not is_date(value):
            self.fail(f"'{value}' is not a day that exists. Write year-month-day, such as 2010-04-19.", param, ctx)
        if not in_time(value):
            self.fail(f"'{value}' is in a year that no case can be of.", param, ctx)
        return date.fromisoformat(value)


output_option = click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file, not to the screen."
)
marking_option = click.option("--marking", default="OFFICIAL-SENSITIVE", show_default=True, help="The protective marking on it.")
confidence_option = click.option(
    "--confidence", type=click.FloatRange(0.5, 0.999), default=CONFIDENCE, show_default=True, help="The confidence of intervals."
)


engine_option = click.option(
    "--engine",
    type=click.Choice(["both", "reference"]),
    default="reference",
    show_default=True,
    help="Which engines run the examples; both take much longer.",
)


def knowledge_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that name other copies of the framework and the rules."""
    command = click.option("--framework", metavar="FOLDER", help="Another copy of the framework files.")(command)
    own = "Rules of your own over the shipped ones, or a whole copy of them."
    return click.option("--rules", metavar="FOLDER", help=own)(command)


def load(framework: str | None, rules: str | None, fresh: bool = False) -> Knowledge:
    """Return the knowledge base of these folders; with ``fresh``, every file is checked again."""
    shipped, own = find_rules(rules)
    before = ReadOnDisk()
    knowledge = load_knowledge(find_folder("framework", framework), shipped, fresh, own, before)
    before.keep()
    gc.freeze()  # it stays to the end, so that no later look for garbage has to go through it
    return knowledge


def write(content: str | bytes, output: Path | None) -> None:
    """Write to a file all at once or not at all, or, if it is text, to the screen."""
    if output is None:
        click.echo(content, nl=False, color=None if sys.stdout.isatty() and "NO_COLOR" not in os.environ else False)
        return
    partial = output.with_name(f".{output.name}.partial")
    try:
        partial.write_bytes(content if isinstance(content, bytes) else click.unstyle(content).encode())
        partial.replace(output)
    except OSError as error:
        partial.unlink(missing_ok=True)
        message = f"The report cannot be written: {error.strerror or error}."
        raise InputError([Problem(Place(str(output)), "cannot-write", message, "Choose another file.")]) from error


def one_of(name: str, known: Any, what: str) -> Any:
    """Return what is known by a name, or say that there is no such thing, and what was probably meant.

    Raises:
        InputError: There is no such thing.
    """
    if name not in known:
        message = f"There is no {what} '{name}'."
        raise InputError([Problem(Place(name), f"unknown-{what}", message, did_you_mean(name, known))])
    return known[name]


def progress(items: list[Any], label: str) -> Iterator[Any]:
    """Yield items, with a bar on a terminal where there are many."""
    if len(items) < 20 or not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, label=label, file=sys.stderr) as bar:
        yield from bar


@contextmanager
def told() -> Iterator[None]:
    """Tell a user's mistake in plain words, and leave with 2."""
    try:
        yield
    except InputError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        sys.exit(2)
    except QuipsError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
