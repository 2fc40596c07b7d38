"""The commands about judged cases: samples, scores, what changed, and how far readers agree."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

import click

from quips.audits import Auditor
from quips.cli.shared import (
    WIDTH,
    confidence_option,
    knowledge_options,
    load,
    marking_option,
    one_of,
    output_option,
    progress,
    told,
    write,
)
from quips.judgedtables import read_judged
from quips.knowledge import Knowledge
from quips.places import Place
from quips.problems import InputError, Problem, QuipsError
from quips.readings import readings
from quips.reports.changes import CHANGE_FORMATS
from quips.reports.readers import agree_json, agree_text
from quips.reports.samples import sample_csv, sample_json, sample_text
from quips.reports.scores import SCORE_FORMATS, render_score
from quips.rounds import compare, read_rounds
from quips.sampling import Minimum, draw, minimums_of, population_of, sample_size
from quips.scoring.cards import Asked, edition_of, score_judged, score_published
from quips.shares import LEAST
from quips.tables import key_of, read_table

_MANY_WARNINGS = 20


@click.command()
@click.argument("cases", nargs=-1, metavar="CASES...", type=click.Path(path_type=Path))
@click.option("--published", "report", metavar="REPORT", help="Score what a published report prints, instead of cases.")
@click.option("--edition", metavar="NAME", help="The edition to score under; the one that was answered, if left out.")
@click.option("--variant", metavar="NAME", help="crc or nps, where the answers do not tell.")
@click.option("--by", metavar="COLUMN", help="Set groups of cases side by side, such as --by team.")
@click.option(
    "--recorded",
    multiple=True,
    metavar="NODE=JUDGEMENT",
    help="A rating, grade or conclusion that people gave, such as 1.1=Good; may be given again.",
)
@click.option(
    "--population",
    multiple=True,
    metavar="[GROUP=]N",
    help="How many cases these were drawn from, if it is known; with --by, also of a group, such as North=120, and again.",
)
@confidence_option
@click.option("--least", type=click.IntRange(1), default=LEAST, show_default=True, help="Shares of fewer cases are not shown.")
@click.option(
    "--format", "form", type=click.Choice(list(SCORE_FORMATS)), default="text", show_default=True, help="The form of the report."
)
@click.option("--full", is_flag=True, help="In text, print every question that was answered as well.")
@output_option
@marking_option
@knowledge_options
def score(
    cases: tuple[Path, ...],
    report: str | None,
    edition: str | None,
    variant: str | None,
    by: str | None,
    recorded: tuple[str, ...],
    population: tuple[str, ...],
    confidence: float,
    least: int,
    form: str,
    full: bool,
    output: Path | None,
    marking: str,
    rules: str | None,
    framework: str | None,
) -> None:
    """Score judged cases by an edition's own scheme: case files with judgements, folders of them, or tables of answers."""
    if bool(cases) == bool(report):
        raise click.UsageError("Name judged cases, or a report with --published; one of the two.")
    if form == "xlsx" and output is None:
        raise click.UsageError("A workbook is written to a file: name it with --output.")
    with told():
        knowledge = load(framework, rules)
        whole, of_groups = _populations(population, by or "")
        asked = Asked(variant or "", _recorded(recorded), by or "", confidence, least, whole, of_groups)
        if report is not None:
            publication = one_of(report, knowledge.publications, "report")
            card = score_published(knowledge.editions[publication.edition], publication, asked)
        else:
            with Auditor(knowledge, "reference") as auditor:
                judged = read_judged(cases, auditor, lambda files: progress(files, "Reading"))
            _warn(judged.warnings)
            card = score_judged(edition_of(judged, edition, knowledge.editions), judged, asked)
        write(render_score(card, form, marking, WIDTH, full), output)


@click.command("change")
@click.argument("rounds", nargs=-1, required=True, metavar="EARLIER LATER [MORE]...", type=click.Path(path_type=Path))
@click.option("--edition", metavar="NAME", help="The edition to compare under; the one that was answered, if left out.")
@click.option("--name", "names", multiple=True, metavar="NAME", help="What to call a round; once for each, in the same order.")
@click.option(
    "--format", "form", type=click.Choice(list(CHANGE_FORMATS)), default="text", show_default=True, help="The form of the report."
)
@output_option
@marking_option
@knowledge_options
def change_(
    rounds: tuple[Path, ...],
    edition: str | None,
    names: tuple[str, ...],
    form: str,
    output: Path | None,
    marking: str,
    rules: str | None,
    framework: str | None,
) -> None:
    """Compare rounds of judged cases, question by question: the last with the first, and what that cannot tell.

    Each round is a file or folder as quips score takes them; give them in order of time, the earliest first. With five or more
    rounds each question has its run chart as well.
    """
    with told():
        if output is not None and any(output.resolve() == path.resolve() for path in rounds):
            message = "This is one of the rounds, and the report would replace it."
            raise InputError([Problem(Place(str(output)), "would-replace-round", message, "Choose another file.")])
        knowledge = load(framework, rules)
        with Auditor(knowledge, "reference") as auditor:
            found = read_rounds(rounds, names, auditor, lambda files: progress(files, "Reading"))
        _warn([warning for one in found for warning in one.judged.warnings])
        compared = compare(found, edition, knowledge.editions)
        write(CHANGE_FORMATS[form](compared, marking, WIDTH), output)


@click.command()
@click.argument("tables", nargs=-1, required=True, metavar="TABLE...", type=click.Path(path_type=Path))
@confidence_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The form.")
@output_option
@marking_option
@knowledge_options
def agree(
    tables: tuple[Path, ...],
    confidence: float,
    form: str,
    output: Path | None,
    marking: str,
    rules: str | None,
    framework: str | None,
) -> None:
    """Say how far readers of the same cases agree, question by question, and which cases they should talk about."""
    with told():
        knowledge = load(framework, rules)
        with Auditor(knowledge, "reference") as auditor:
            found = list(readings(read_judged(tables, auditor), confidence))
        if not found:
            hint = "Each row needs a 'reader', and some cases two."
            message = "No question was answered by two readers of the same case."
            raise InputError([Problem(Place(str(tables[0])), "one-reader", message, hint)])
        text = agree_text(found, marking, WIDTH, confidence) if form == "text" else agree_json(found, confidence)
        write(text, output)


@click.command()
@click.argument("population", metavar="LIST", type=click.Path(path_type=Path))
@click.option("--size", type=click.IntRange(1), help="How many cases to draw; worked out from the two below, if left out.")
@click.option(
    "--confidence",
    type=click.FloatRange(0, 100, True, True),
    help="How sure a share is to be within the margin, in per cent; 80 if left out.",
)
@click.option("--margin", type=click.FloatRange(0, 100, True, True), help="Within how many points either way; 5 if left out.")
@click.option(
    "--by", multiple=True, metavar="COLUMN", help="Keep this column in proportion; may be repeated, the closest kept first."
)
@click.option("--seed", metavar="WORD", help="What the draw follows from; one is made up and shown, if left out.")
@click.option("--edition", metavar="NAME", help="Show the kinds of cases of which this edition wants enough.")
@click.option(
    "--at-least",
    multiple=True,
    metavar="KIND=NUMBER",
    help="At least so many of a kind of the edition, or of COLUMN:VALUE,VALUE; may be repeated.",
)
@click.option("--exclude", multiple=True, metavar="CASE=REASON", help="Leave this case out before the draw; may be repeated.")
@click.option("--replace", multiple=True, metavar="CASE=REASON", help="Replace this case, which was drawn; may be repeated.")
@click.option("--reference", default="reference", show_default=True, metavar="COLUMN", help="The column of references.")
@click.option("--sheet", metavar="NAME", help="The sheet of a workbook; not needed if it has one.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True, help="The form.")
@output_option
@marking_option
@knowledge_options
def sample(
    population: Path,
    size: int | None,
    confidence: float | None,
    margin: float | None,
    by: tuple[str, ...],
    seed: str | None,
    edition: str | None,
    at_least: tuple[str, ...],
    exclude: tuple[str, ...],
    replace: tuple[str, ...],
    reference: str,
    sheet: str | None,
    form: str,
    output: Path | None,
    marking: str,
    rules: str | None,
    framework: str | None,
) -> None:
    """Draw cases to read from a list: CSV, or an Excel workbook, with a row for each case.

    Without --size, as many as a share needs to be within --margin at --confidence: 80% and 5 points are what the inspectorate
    stated in 2018. Only the columns that are named are read; leave names and dates of birth out of the list.
    """
    with told():
        if output is not None and output.resolve() == population.resolve():
            message = "This is the list, and the sample would replace it."
            raise InputError([Problem(Place(str(output)), "would-replace-list", message, "Choose another file.")])
        if size is not None and (confidence is not None or margin is not None):
            raise QuipsError("Give either --size, or --confidence and --margin: the one follows from the others.")
        minimums = _minimums(load(framework, rules), edition, at_least)
        needed = [one.column for one in minimums if one.at_least is not None]
        table = read_table(population, [reference, *by, *needed], sheet, [one.column for one in minimums])
        cases = population_of(table, reference)
        excluded, replaced = _reasons(exclude, "--exclude"), _reasons(replace, "--replace")
        notes = [
            f"The list has no column '{one.column}', so whether there are enough {one.name} cannot be seen."
            for one in minimums
            if one.column not in table.columns
        ]
        sized_by = f"{size}, as asked for."
        if size is None:
            sure, within = confidence or 80, margin or 5
            eligible = len(cases) - len({name.casefold() for name in excluded})
            size = sample_size(eligible, sure / 100, within / 100)
            sized_by = (
                f"{size}, enough of {eligible} for a share of all of them to be within {within:g} points at {sure:g}% "
                "confidence; a share of fewer cases, such as one team's, is less sure."
            )
        drawn = draw(
            cases,
            size,
            seed or secrets.token_hex(4),
            [key_of(column) for column in by],
            [one for one in minimums if one.column in table.columns],
            excluded,
            replaced,
        )
        match form:
            case "text":
                write(sample_text(drawn, sized_by, notes, marking, WIDTH), output)
            case "json":
                write(sample_json(drawn, sized_by, notes, marking), output)
            case _:
                write(sample_csv(drawn), output)
                for words in [f"Seed: {drawn.seed}", *drawn.shortfalls, *notes]:
                    click.echo(words, err=True)


def _warn(warnings: Sequence[Problem]) -> None:
    """Print what should be looked at, the first of it where it is much."""
    for warning in warnings[:_MANY_WARNINGS]:
        click.echo(str(warning), err=True)
    if len(warnings) > _MANY_WARNINGS:
        click.echo(f"{len(warnings) - _MANY_WARNINGS} more warnings.", err=True)


def _recorded(given: tuple[str, ...]) -> dict[str, str]:
    """Return recorded judgements by node."""
    parts = [one.partition("=") for one in given]
    wrong = [
        Problem(Place("--recorded"), "wrong-form", f"'{''.join(part)}' names no node and judgement.", "Write it as 1.1=Good.")
        for part in parts
        if not all(piece.strip() for piece in part)
    ]
    if wrong:
        raise InputError(wrong)
    return {node.strip(): judgement.strip() for node, _, judgement in parts}


def _populations(given: tuple[str, ...], by: str) -> tuple[int | None, dict[str, int]]:
    """Return how many cases all were drawn from, None if that is not said, and those of each group that is named."""
    whole: int | None = None
    of_groups: dict[str, int] = {}
    problems = []
    for one in given:
        group, _, number = one.rpartition("=")
        if not (number.strip().isdecimal() and int(number)):
            problems.append(
                ("no-number", f"'{one}' gives no number of cases.", "Write --population 331, or --population North=120.")
            )
        elif group and not by:
            problems.append(("no-groups", f"'{one}' is of a group, and none are set side by side.", "Say by what, with --by."))
        elif group.strip() in of_groups or (not group and whole is not None):
            problems.append(("said-twice", f"The population of {group.strip() or 'all cases'} is given twice.", "Leave one."))
        elif group:
            of_groups[group.strip()] = int(number)
        else:
            whole = int(number)
    if problems:
        raise InputError([Problem(Place("--population"), *problem) for problem in problems])
    return whole, of_groups


def _minimums(knowledge: Knowledge, edition: str | None, at_least: tuple[str, ...]) -> list[Minimum]:
    """Return the kinds of cases of an edition, and those asked for, with the numbers asked for."""
    scoring = one_of(edition, knowledge.editions, "edition").scoring if edition is not None else {}
    return minimums_of(scoring.get("sampling", {}).get("enough_of", []), at_least, lambda _: Place("--at-least"))


def _reasons(given: tuple[str, ...], option: str) -> dict[str, str]:
    """Return references with reasons, from ``CASE=REASON``."""
    pairs = [(name.strip(), why.strip()) for name, _, why in (one.partition("=") for one in given)]
    problems = [
        Problem(Place(option), "no-reason", f"'{name}' has no reason.", f'Write {option} "{name or "X123"}=transferred out".')
        for name, why in pairs
        if not (name and why)
    ]
    if problems:
        raise InputError(problems)
    return dict(pairs)
