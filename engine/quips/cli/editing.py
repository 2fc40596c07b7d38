"""The commands that make an author's files: what an editor needs, and new rules, activities and editions."""

from __future__ import annotations

from pathlib import Path

import click

from quips.authoring.editor.folder import editor_files, write_editor_files
from quips.cli.shared import knowledge_options, load, told
from quips.peeraudit.roundschema import round_schema


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True), default=".")
@knowledge_options
def editor(folder: Path, rules: str | None, framework: str | None) -> None:
    """Have VS Code know every name, in the folder that it opens.

    Writes FOLDER/.vscode: schemas of every kind of file with the names of all circumstances, activities, limits, prompts and
    rules, the settings that tie them to the files, a task for each check, and snippets. Run it again after a name was added or
    changed.
    Settings that are there already are left as they are.

    The names are those of 'rules' and 'framework' in FOLDER where it has them, else those that Quips comes with.
    """
    with told():
        own = [str(folder / name) if (folder / name).is_dir() else None for name in ("framework", "rules")]
        knowledge = load(framework or own[0], rules or own[1])
        written, left = write_editor_files(folder, editor_files(knowledge, round_schema(knowledge)))
    click.echo(f"{len(written)} files written to {folder / '.vscode'}." if written else "Everything is up to date.")
    for path in left:
        click.echo(f"{path} is there already and was left as it is; quips editor in an empty folder shows what it would say.")
