"""The commands about what Quips knows: checked, listed, shown, what the reports printed, what it covers."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from quips.checking import check_examples
from quips.citations import citation_problems
from quips.cli.shared import WIDTH, engine_option, knowledge_options, load, one_of, progress, told
from quips.coverage import coverage
from quips.durable.engine import durable_available
from quips.places import Place
from quips.problems import InputError, Problem, did_you_mean
from quips.reports import catalogue, printed


@click.command()
@engine_option
@click.option("--again", is_flag=True, help="Run every example, those that are known to pass as well.")
@click.option("--reports", type=click.Path(path_type=Path), metavar="FOLDER", help="Look every citation up in the reports there.")
@knowledge_options
def check(engine: str, again: bool, reports: Path | None, rules: str | None, framework: str | None) -> None:
    """Validate the framework and the rules, and run every example.

    They are run on the reference engine, which defines the right answer. An audit always has both engines agree, and gives no
    report if they do not; to know that they agree on the examples before you hand rules on, say --engine both.

    An example that has passed is not run again while nothing that it rests on has changed: its rule, those that this rests on
    or follows, the inferences, the limits, the vocabulary and Quips itself.
    """
    with told():
        knowledge = load(framework, rules, fresh=True)
        durable = engine == "both" and durable_available()
        checked = check_examples(knowledge, durable, again, lambda examples: progress(examples, "Examples"))
        if not checked.n_examples:
            raise InputError([Problem(Place("rules"), "nothing-to-run", "There is no example to run.")])
        problems = [*checked.problems, *(citation_problems(knowledge, reports) if reports else [])]
        engines = "the reference and durable engines" if durable else "the reference engine"
    for problem in problems:
        click.echo(str(problem), err=True)
    if checked.n_known:
        click.echo(f"{checked.n_known} examples not run again: they passed, and nothing they rest on has changed.", err=True)
    active = sum(1 for rule in knowledge.rules.values() if rule.status == "active")
    click.echo(
        f"{knowledge.n_files} files, {active} active rules, {checked.n_examples} examples on {engines}: {len(problems)} fail."
    )
    sys.exit(1 if problems else 0)


@click.command("list")
@click.argument("what", type=click.Choice(catalogue.KINDS))
@click.option("--edition", metavar="NAME", help="Only what belongs to this edition.")
@knowledge_options
def list_(what: str, edition: str | None, rules: str | None, framework: str | None) -> None:
    """List editions, prompts, rules, limits, circumstances or activities."""
    with told():
        knowledge = load(framework, rules)
        if edition is not None:
            one_of(edition, knowledge.editions, "edition")
        click.echo(catalogue.list_text(knowledge, what, edition), nl=False)


@click.command()
@click.argument("name")
@knowledge_options
def show(name: str, rules: str | None, framework: str | None) -> None:
    """Show an edition, criterion, prompt, rule, limit, circumstance or activity by its name."""
    with told():
        knowledge = load(framework, rules)
        text = catalogue.show_text(knowledge, name, WIDTH)
        if text is None:
            hint = did_you_mean(name, catalogue.every_name(knowledge)) or "Try: quips list rules."
            raise InputError([Problem(Place(name), "unknown-name", f"There is nothing called '{name}'.", hint)])
        click.echo(text, nl=False)


@click.command()
@click.option("--audit", "worked_out", is_flag=True, help="Work out again what can be, and list what does not add up.")
@knowledge_options
def published(worked_out: bool, rules: str | None, framework: str | None) -> None:
    """Say what is held of the five published inspections."""
    with told():
        knowledge = load(framework, rules)
        if not worked_out:
            click.echo(printed.published_text(knowledge), nl=False)
            return
        found = printed.recomputed(knowledge)
        click.echo(printed.recomputed_text(found), nl=False)
    sys.exit(1 if any(not one.agrees and not one.explained for one in found) else 0)


@click.command("coverage")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The form.")
@knowledge_options
def coverage_(form: str, rules: str | None, framework: str | None) -> None:
    """Say what the knowledge base covers, and what it does not."""
    with told():
        covered = coverage(load(framework, rules))
        click.echo(printed.coverage_text(covered) if form == "text" else printed.coverage_json(covered), nl=False)
    sys.exit(1 if any(edition.neither for edition in covered.editions) or any(covered.uncited.values()) else 0)
