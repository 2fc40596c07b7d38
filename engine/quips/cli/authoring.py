"""The commands of those who write rules."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from quips.audits import Auditor, case_files, read_record
from quips.authoring.behaviour import Side, behaviour
from quips.authoring.casepictures import of_case
from quips.authoring.composed import composed
from quips.authoring.editionpictures import of_edition
from quips.authoring.impact import impact
from quips.authoring.rulepictures import of_rule, of_topic
from quips.authoring.structure import differences, former_names
from quips.authoring.uses import names, things_called
from quips.authoring.versions import version
from quips.cli.shared import (
    WIDTH,
    Day,
    engine_option,
    knowledge_options,
    load,
    marking_option,
    one_of,
    output_option,
    progress,
    told,
    write,
)
from quips.durable.engine import durable_available
from quips.knowledge import Knowledge
from quips.places import Place
from quips.problems import InputError, Problem, did_you_mean
from quips.reports import pictures, versions
from quips.reports.impact import impact_json, impact_text
from quips.reports.tested import tested_json, tested_text
from quips.reports.wording import urgent_words
from quips.testing import chosen, run_examples


@click.command("test")
@click.argument("what", nargs=-1, metavar="[RULE|TOPIC|PATH]...")
@engine_option
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


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "--cases",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="Stored cases to read by both: case files, or folders of them; may be repeated.",
)
@click.option("--composed", "count", type=click.IntRange(0), default=2000, show_default=True, help="How many cases to make up.")
@click.option("--seed", default="quips", show_default=True, metavar="WORD", help="What the composed cases follow from.")
@click.option("--format", "form", type=click.Choice(list(versions.FORMATS)), default="text", show_default=True, help="The form.")
@output_option
@marking_option
def diff(
    old: str, new: str, cases: tuple[Path, ...], count: int, seed: str, form: str, output: Path | None, marking: str
) -> None:
    """Compare two versions of the framework and the rules: as they are written, and in what they find.

    Each is a folder that holds 'framework' and 'rules', or a git revision such as main or HEAD~1. Both versions read the stored
    cases, and cases made up from the examples in the rules. Ends with 1 if a finding changes.
    """
    with told(), version(old) as before, version(new) as after:
        written = differences(before.knowledge, after.knowledge)
        renamed = former_names(before.knowledge, after.knowledge)
        sides = Side(before.knowledge, renamed), Side(after.knowledge)
        near = {one.name for one in written if one.kind == "rule"}
        made_up = progress(list(composed((before.knowledge, after.knowledge), count, seed, near)), "Cases")
        found = behaviour(*sides, dict(_stored(cases, after.knowledge)), made_up)
        compared = versions.Compared(before, after, written, found, seed, marking)
        write(versions.FORMATS[form](compared, WIDTH), output)
    sys.exit(1 if found.moved or found.unreadable else 0)


@click.command("impact")
@click.argument("name")
@click.argument("cases", nargs=-1, type=click.Path(path_type=Path, exists=True), metavar="[CASES]...")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The form.")
@output_option
@marking_option
@knowledge_options
def impact_(
    name: str,
    cases: tuple[Path, ...],
    form: str,
    output: Path | None,
    marking: str,
    rules: str | None,
    framework: str | None,
) -> None:
    """Say what a name matters for: what reads it, what it reaches, and which stored cases would move.

    NAME is a circumstance, an activity, one of its attributes (such as home_visit.purposeful), a limit, a rule or a prompt. Where
    several have the name, write the kind before it, such as limit:induction. CASES are case files, or folders of them.

    A case moves if a finding of it changes when a circumstance, entry or attribute is left out, put in or answered otherwise,
    when a limit is one longer or shorter or has no number, or when the rule is taken away. A case moves for a prompt if a
    finding shows something of it.
    """
    with told():
        knowledge = load(framework, rules)
        things = things_called(knowledge, name)
        if not things:
            every = set().union(*names(knowledge).values())
            hint = did_you_mean(name.rpartition(":")[2], every) or "Try: quips list rules."
            raise InputError([Problem(Place(name), "unknown-name", f"There is nothing called '{name}'.", hint)])
        stored = dict(_stored(cases, knowledge)) if cases else None
        found = [impact(knowledge, thing, stored) for thing in things]
        write(impact_text(found, knowledge, marking, WIDTH) if form == "text" else impact_json(found, marking), output)


@click.command("graph")
@click.option("--rule", metavar="NAME", help="One rule with what it reads, needs, leads to and answers.")
@click.option("--topic", metavar="NAME", help="The rules of a topic, each after those it needs.")
@click.option("--edition", metavar="NAME", help="An edition, or a part of one such as omi-1/1.2, with what rules cover.")
@click.option("--case", type=click.Path(path_type=Path), metavar="FILE", help="A case's root gaps and what follows from them.")
@click.option("--as-at", type=Day(), metavar="DATE", help="The day to read the case as at.")
@click.option("--format", "form", type=click.Choice(list(pictures.FORMATS)), default="list", show_default=True, help="The form.")
@output_option
@marking_option
@knowledge_options
def graph_(
    rule: str | None,
    topic: str | None,
    edition: str | None,
    case: Path | None,
    as_at: date | None,
    form: str,
    output: Path | None,
    marking: str,
    rules: str | None,
    framework: str | None,
) -> None:
    """Draw how things hang together: around a rule, along a topic, down an edition, or through a case.

    'html' is a page that draws the picture by itself, without a network, with the same as a list beneath. 'svg' needs Graphviz.
    'mermaid' is drawn by code hosts where it stands in a text.
    """
    named = [name for name, given in (("--rule", rule), ("--topic", topic), ("--edition", edition), ("--case", case)) if given]
    with told():
        if len(named) != 1:
            message = "One thing is drawn at a time." if named else "Nothing is named to be drawn."
            raise InputError(
                [Problem(Place("graph"), "one-subject", message, "Name one of --rule, --topic, --edition and --case.")]
            )
        knowledge = load(framework, rules)
        if rule:
            picture = of_rule(knowledge, one_of(rule, knowledge.rules, "rule"))
        elif topic:
            picture = of_topic(knowledge, one_of(topic, {one.topic: one.topic for one in knowledge.rules.values()}, "topic"))
        elif edition:
            name, _, part = edition.partition("/")
            found = one_of(name, knowledge.editions, "edition")
            nodes = {f"{name}/{node.id}": node for node in found.nodes()}
            picture = of_edition(knowledge, found, one_of(edition, nodes, "part") if part else None)
        else:
            assert case is not None  # one of the four is named
            with Auditor(knowledge, "reference") as auditor:
                audit = auditor.audit(case, as_at)
            picture = of_case(audit, marking, urgent_words(audit))
        write(pictures.FORMATS[form](picture, WIDTH), output)


def _stored(paths: tuple[Path, ...], knowledge: Knowledge) -> Iterator[tuple[str, Any]]:
    """Yield stored cases, by their files, as these say them; one that gives no day is read as at today."""
    for path in case_files(paths):
        value = read_record(path, knowledge).value
        yield str(path), {"as_at": date.today().isoformat(), **value} if isinstance(value, dict) else value
