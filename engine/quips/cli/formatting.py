"""The command that lays files out."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from quips.authoring.formatting import formatted
from quips.cli.shared import knowledge_options, progress, told, write
from quips.knowledge import find_folder, find_rules
from quips.places import Place
from quips.problems import InputError, Problem
from quips.source import parse_yaml, read_text


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--check", "only_told", is_flag=True, help="Change nothing; name what would change, and end with 1 if there is any."
)
@knowledge_options
def fmt(paths: tuple[Path, ...], only_told: bool, rules: str | None, framework: str | None) -> None:
    """Lay YAML files out in one way; what they say and every comment stay as they are.

    Name files or folders; the rules and the framework are laid out if nothing is named. The keys of a rule come in the order of
    the rule language, lists are set in beneath their key, and blanks and empty lines that say nothing are taken out.
    """
    with told():
        shipped, own = find_rules(rules)
        published = find_folder("framework", framework)
        files = _files(paths or ((own,) if own else (shipped, published)))
        order = _order(published)
        laid_out: dict[Path, str] = {}
        problems: list[Problem] = []
        for path in progress(files, "Files"):
            try:
                text = read_text(path, str(path))
                after = formatted(text, str(path), order if _is_rule(text, path) else ())
                if after.encode() != path.read_bytes():
                    laid_out[path] = after
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(problems)  # before anything is written
        for path, after in laid_out.items():
            if not only_told:
                write(after.encode(), path)
            click.echo(f"{os.path.relpath(path)}: {'would be' if only_told else 'is'} laid out anew")
    were = f"{len(files) - len(laid_out)} of {len(files)} files were laid out as they should be"
    done = ", and the others are now" if laid_out and not only_told else ""
    click.echo(f"{were}{done}.", err=True)
    sys.exit(1 if only_told and laid_out else 0)


def _files(paths: tuple[Path, ...]) -> list[Path]:
    """Return the YAML files that are named, or lie in folders that are named."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(one for one in path.rglob("*") if one.suffix in (".yaml", ".yml") and one.is_file())
        else:
            found.append(path)
    if not found:
        raise InputError([Problem(Place(str(paths[0])), "nothing-to-run", "There is no YAML file here.", "Name another folder.")])
    return list(dict.fromkeys(found))


def _order(framework: Path) -> list[str]:
    """The order of the keys of a rule is that of its schema."""
    return list(json.loads((framework / "schema" / "rule.schema.json").read_text(encoding="utf-8"))["properties"])


def _is_rule(text: str, path: Path) -> bool:
    value = parse_yaml(text, str(path)).value
    return isinstance(value, dict) and value.keys() >= {"rule", "kind"}
