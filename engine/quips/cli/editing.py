"""The commands that make an author's files: what an editor needs, and new rules, activities and editions."""

from __future__ import annotations

from pathlib import Path

import click

from quips.authoring.beginnings import new_activity, new_edition, new_rule
from quips.authoring.editor.folder import editor_files, write_editor_files
from quips.cli.shared import knowledge_options, load, told
from quips.knowledge import Knowledge
from quips.peeraudit.roundschema import round_schema
from quips.places import Place
from quips.problems import InputError, Problem
from quips.vocabulary import STAGES


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


@click.group()
def new() -> None:
    """Begin a rule, an activity or an edition, with a place for all that has still to be written.

    Each is put where it belongs, in the folders 'rules' and 'framework' where you stand or in those you name. It passes quips
    check as it is. Nothing is ever written over.
    """


@new.command("rule")
@click.argument("name", metavar="TOPIC/NAME")
@click.option(
    "--activity", "activities", metavar="NAME", multiple=True, help="What it expects; the first of the vocabulary, if left out."
)
@click.option("--new-topic", is_flag=True, help="Begin a new topic.")
@knowledge_options
def rule_(name: str, activities: tuple[str, ...], new_topic: bool, rules: str | None, framework: str | None) -> None:
    """Begin a rule: a draft, which is checked and finds nothing, with three examples.

    The name says what should be so, such as contact/oversight-after-call-out.
    """
    if len(activities) > 1:
        raise click.UsageError("Give one --activity, and write the others into the file: activity: [one, other].")
    with told():
        knowledge, into = _writable("rules", rules, framework)
        path = new_rule(knowledge, into, name, activities[0] if activities else None, new_topic)
    _tell_next(
        [path],
        "Write what it says TODO for, and begin with cites: the passage comes before the rule.",
        f"Check it: quips check{_options(rules, framework)}",
        f"When it is whole, say status: active, and run: quips test {path.stem} --coverage{_options(rules, framework)}",
    )


@new.command("activity")
@click.argument("name")
@click.option("--stage", type=click.Choice(STAGES), required=True, help="The stage of the work it belongs to.")
@knowledge_options
def activity_(name: str, stage: str, rules: str | None, framework: str | None) -> None:
    """Begin an activity, at the end of the vocabulary's file for its stage.

    Case files, forms, questions and pages know it as soon as it is there.
    """
    with told():
        knowledge, into = _writable("rules", rules, framework)
        path = new_activity(knowledge, into, name, stage)
    _tell_next(
        [path],
        "Write the question, what counts, and what can be said of it: look for TODO at the end of the file.",
        f"Have a rule ask for it: quips new rule TOPIC/NAME --activity {name}{_options(rules, framework)}",
        f"Have the editor know it: quips editor{_options(rules, framework)}",
    )


@new.command("edition")
@click.argument("name")
@knowledge_options
def edition_(name: str, rules: str | None, framework: str | None) -> None:
    """Begin an edition: a folder with one section, one criterion and one prompt.

    No case is audited under it unasked until it says from which day it is in use.
    """
    with told():
        knowledge, into = _writable("framework", framework, rules)
        paths = new_edition(knowledge, into, name)
    _tell_next(
        paths,
        "Write what it says TODO for, section by section, from the report; add its documents to sources.yaml.",
        f"See what it holds: quips list prompts --edition {name}{_options(rules, framework)}",
        f"See what nothing answers yet: quips coverage{_options(rules, framework)}",
    )


def _writable(name: str, given: str | None, other: str | None) -> tuple[Knowledge, Path]:
    """Return the knowledge base, and the folder of it that somebody may write in: the one given, or the one where they stand.

    Raises:
        InputError: There is no such folder; what came with Quips is not written into from elsewhere.
    """
    folder = Path(given or name)
    if not folder.is_dir():
        hint = (
            f"Go to the folder that holds yours, or name it with --{name}. How to have a copy: keep-your-own-copy in the pages."
        )
        raise InputError([Problem(Place(str(folder)), "no-such-folder", f"There is no folder '{folder}' here.", hint)])
    beside = {"rules": "framework", "framework": "rules"}[name]
    other = other or (beside if Path(beside).is_dir() else None)
    is_begun = name == "framework" or any(
        folder.rglob("*.yaml")
    )  # rules of one's own over the shipped ones begin as an empty folder
    found = {name: str(folder) if is_begun else None, beside: other}
    return load(found["framework"], found["rules"]), folder


def _options(rules: str | None, framework: str | None) -> str:
    """Return the options that name the same folders again."""
    named = {"rules": rules or _here("rules"), "framework": framework or _here("framework")}
    return "".join(f" --{name} {folder}" for name, folder in named.items() if folder)


def _here(name: str) -> str:
    return name if Path(name).is_dir() else ""


def _tell_next(paths: list[Path], *steps: str) -> None:
    for path in paths:
        click.echo(f"{path} written.")
    click.echo("Next:")
    for step in steps:
        click.echo(f"  {step}")
