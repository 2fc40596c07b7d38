"""The commands about what Quips knows: listed, shown, what the reports printed, what it covers."""

from __future__ import annotations

import sys

import click

from quips.cli.shared import WIDTH, knowledge_options, load, one_of, told
from quips.coverage import coverage
from quips.places import Place
from quips.problems import InputError, Problem, did_you_mean
from quips.reports import catalogue, printed


@click.command("list")
@click.argument("what", type=click.Choice(catalogue.KINDS))
@click.option("--edition", metavar="NAME", help="Only the prompts of this edition, or the rules that answer one of them.")
@knowledge_options
def list_(what: str, edition: str | None, rules: str | None, framework: str | None) -> None:
    """List editions, prompts, rules, limits, circumstances or activities."""
    if edition is not None and what not in ("prompts", "rules"):
        raise click.UsageError(f"--edition goes with prompts and rules; all editions share the {what}.")
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
