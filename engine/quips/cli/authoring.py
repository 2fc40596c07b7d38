"""The commands of those who write rules."""

from __future__ import annotations

import sys

import click

from quips.cli.shared import knowledge_options, load, told
from quips.durable.engine import durable_available
from quips.reports.tested import tested_json, tested_text
from quips.testing import chosen, run_examples


@click.command("test")
@click.argument("what", nargs=-1, metavar="[RULE|TOPIC|PATH]...")
@click.option(
    "--engine",
    type=click.Choice(["both", "reference"]),
    default="reference",
    show_default=True,
    help="Which engines run the examples; both take much longer.",
)
@click.option("--coverage", is_flag=True, help="Name each part of a condition that no example has seen true, or false.")
@click.option(
    "--least", type=click.FloatRange(0, 100), default=0, metavar="PERCENT", help="Fail if the examples reach less than this."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The form.")
@knowledge_options
def test_(
    what: tuple[str, ...], engine: str, coverage: bool, least: float, form: str, rules: str | None, framework: str | None
) -> None:
    """Run the examples of rules, and say how far they reach into the rules' conditions.

    Name rules, topics, or files and folders of rules; all are run if nothing is named. An example that is marked 'todo:' may fail
    until it is done. Every example is run, whether or not it passed before.
    """
    with told():
        knowledge = load(framework, rules)
        tested = run_examples(knowledge, chosen(knowledge, what), engine == "both" and durable_available())
        click.echo(tested_text(tested, coverage) if form == "text" else tested_json(tested), nl=False)
    is_short = tested.reached.percent < least
    if is_short:
        click.echo(f"The examples reach {tested.reached.percent:.1f}%, and {least:g}% is asked for.", err=True)
    sys.exit(1 if is_short or any(outcome.is_wrong for outcome in tested.outcomes) else 0)
