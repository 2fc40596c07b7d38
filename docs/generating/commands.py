"""The page of the command line, made from the commands' own help."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from generating.words import page
from quips import cli

WIDTH = 100


def commands_page() -> str:
    """Return the page of every command with its options."""
    about = inspect.cleandoc(cli.__doc__ or "").replace("``", "`")
    colour = "Set `NO_COLOR` to have no colours. `python -m quips` is the same as `quips`."
    return page("The command line", about, colour, *map(_command, commands()))


def commands() -> Iterator[click.Context]:
    """Yield every command in its context, from which its help and its full name are read."""
    top = click.Context(cli.main, info_name="quips", terminal_width=WIDTH, **cli.main.context_settings)
    pending = [top]
    while pending:
        context = pending.pop(0)
        yield context
        if isinstance(context.command, click.Group):
            inner = sorted(context.command.commands.items())
            pending += [click.Context(found, info_name=name, parent=context) for name, found in inner]


def _command(context: click.Context) -> Iterator[str]:
    yield from (f"## {context.command_path}", "", "```text", *context.get_help().splitlines(), "```")
