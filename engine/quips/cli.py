"""The command line: results to standard output, progress and problems to standard error.

Exit codes: 0 nothing to report, 1 findings at or above ``--fail-on`` (or examples that fail, figures that do not add
up, prompts that nothing covers), 2 input that cannot be used.
"""

from __future__ import annotations

import gc
import os
import re
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace as replace_
from datetime import date
from pathlib import Path
from typing import Any

import click

from quips import __version__
from quips.audits import Audit, Auditor, case_files, read_record
from quips.cases import case_problems, in_time
from quips.caseschema import REFERENCE_PATTERN
from quips.checking import check_examples
from quips.citations import citation_problems
from quips.coverage import coverage
from quips.durable.engine import durable_available
from quips.explanations import explain as explain_rule
from quips.findings import FindingBuilder
from quips.forms.layout import MOST_TIMES, TIMES, Choices, prompts_of
from quips.forms.writing import form_bytes, stages_of
from quips.judgedtables import read_judged
from quips.knowledge import Knowledge, find_folder, load_knowledge
from quips.places import Place
from quips.problems import InputError, Problem, QuipsError, did_you_mean
from quips.readings import readings
from quips.reports import catalogue, printed
from quips.reports.changes import CHANGE_FORMATS
from quips.reports.explanation import explanation_text
from quips.reports.formats import FORMATS, render
from quips.reports.readers import agree_json, agree_text
from quips.reports.samples import sample_csv, sample_json, sample_text
from quips.reports.scores import SCORE_FORMATS, render_score
from quips.reports.wording import as_at_words
from quips.rounds import compare, read_rounds
from quips.sampling import Minimum, draw, population_of, sample_size
from quips.scoring.cards import Asked, edition_of, score_judged, score_published
from quips.shapes import is_date
from quips.shares import CONFIDENCE, LEAST
from quips.source import Document
from quips.statuses import Verdict
from quips.tables import key_of, read_table
from quips.vocabulary import STAGES
from quips.yamltext import as_yaml

_LEVELS = ("none", "high", "medium", "low")
_WIDTH = 100
_MANY = 10  # of more cases than this, one line each is printed, unless the whole reports are asked for
_MANY_WARNINGS = 20


class _Day(click.ParamType[date]):
    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        if not is_date(value):
            self.fail(f"'{value}' is not a day that exists. Write year-month-day, such as 2010-04-19.", param, ctx)
        if not in_time(value):
            self.fail(f"'{value}' is in a year that no case can be of.", param, ctx)
        return date.fromisoformat(value)


def _knowledge_options(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option("--framework", metavar="FOLDER", help="Another copy of the framework files.")(command)
    return click.option("--rules", metavar="FOLDER", help="Another copy of the rule files.")(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": _WIDTH})
@click.version_option(__version__, prog_name="quips")
def main() -> None:
    """Read probation case records against HM Inspectorate of Probation's frameworks.

    Everything stays on this machine. What is found is indicative: the judgement is the auditor's.
    """


@main.command()
@click.argument("cases", nargs=-1, required=True, metavar="CASE...", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice([form for form in FORMATS if form != "brief"]),
    default="text",
    show_default=True,
    help="The form of the report.",
)
@click.option("--edition", metavar="NAME", help="The edition to read under; the one in use on the day, if left out.")
@click.option("--as-at", type=_Day(), metavar="DATE", help="The day to read the cases as at; their own if left out.")
@click.option(
    "--fail-on",
    type=click.Choice(_LEVELS),
    default="none",
    show_default=True,
    help="Exit with 1 if there is a gap of this severity or above.",
)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file, not to the screen.")
@click.option(
    "--brief/--full",
    default=None,
    help=f"A line for each case, or the whole reports. [default: --full; --brief for text on the screen of over {_MANY} cases]",
)
@click.option(
    "--engine",
    type=click.Choice(["both", "reference", "durable"]),
    default="both",
    show_default=True,
    help="Which engine decides.",
)
@click.option("--marking", default="OFFICIAL-SENSITIVE", show_default=True, help="The marking on each report.")
@_knowledge_options
def audit(
    cases: tuple[Path, ...],
    form: str,
    edition: str | None,
    as_at: date | None,
    fail_on: str,
    output: Path | None,
    brief: bool | None,
    engine: str,
    marking: str,
    rules: str | None,
    framework: str | None,
) -> None:
    """Audit case files, or every case file in a folder.

    A case file is a YAML file, or a spreadsheet form (.xlsx) that was made with: quips form.
    """
    if brief and form != "text":
        raise click.UsageError(f"--brief is for the text report; leave it out, or leave out --format {form}.")
    with _told():
        knowledge = _load(framework, rules)
        files = list(case_files(cases))
        if form == "docx" and output is None:
            message = "A Word document cannot be shown on the screen."
            raise InputError([Problem(Place("--output"), "no-output", message, "Say where to write it: --output FILE.docx.")])
        if not files:
            raise InputError(
                [Problem(Place(str(cases[0])), "no-case", "There is no case file here.", "Case files end in .yaml or .xlsx.")]
            )
        if output is not None and any(output.resolve() == file.resolve() for file in files):
            message = "This is one of the case files, and the report would replace it."
            raise InputError([Problem(Place(str(output)), "would-replace-case", message, "Choose another file.")])
        audits, failed = _audit_all(knowledge, files, engine, edition, as_at)
        if brief is None:
            brief = form == "text" and output is None and len(audits) > _MANY
        if audits:
            _write(render(audits, "brief" if brief else form, knowledge, marking, _WIDTH), output)
        for problem in failed:
            click.echo(str(problem), err=True)
        if len(files) > 1:
            click.echo(f"{len(audits)} of {len(files)} cases audited.", err=True)
    sys.exit(2 if failed else _exit_code(audits, fail_on))


@main.command()
@click.argument("case", required=False, type=click.Path(path_type=Path))
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The file to write: a form if its name ends in .xlsx, a case file if it ends in .yaml. It must not exist yet.",
)
@click.option("--stage", "stages", multiple=True, type=click.Choice(STAGES), help="Ask about this stage only; may be repeated.")
@click.option("--reference", metavar="REFERENCE", default="", help="The reference of the case, such as TV-0042.")
@click.option("--edition", metavar="NAME", help="Ask for the auditor's judgements of this edition's prompts too.")
@click.option(
    "--times",
    type=click.IntRange(1, MOST_TIMES),
    default=TIMES,
    show_default=True,
    help="How many times each piece of work can be recorded.",
)
@click.option("--marking", default="OFFICIAL-SENSITIVE", show_default=True, help="The marking on each sheet.")
@_knowledge_options
def form(
    case: Path | None,
    output: Path,
    stages: tuple[str, ...],
    reference: str,
    edition: str | None,
    times: int,
    marking: str,
    rules: str | None,
    framework: str | None,
) -> None:
    """Write a spreadsheet form of a case, or turn a filled form into a case file.

    Without CASE the form is empty. CASE may be a case file, or a form: then what it says is filled in.
    """
    with _told():
        suffix = output.suffix.lower()
        if suffix not in (".xlsx", ".yaml", ".yml"):
            message = "The name has to end in .xlsx for a form, or in .yaml for a case file."
            raise InputError([Problem(Place(str(output)), "wrong-name", message)])
        if case is None and suffix != ".xlsx":
            message = "A case file is made from a filled form, and none is given."
            raise InputError(
                [Problem(Place(str(output)), "no-case", message, "Give the form: quips form FORM.xlsx -o CASE.yaml.")]
            )
        if reference and not re.search(REFERENCE_PATTERN, reference):
            hint = "Use capital letters and figures, such as TV-0042."
            raise InputError([Problem(Place("--reference"), "wrong-form", f"'{reference}' is not a reference.", hint)])
        knowledge = _load(framework, rules)
        judged = [] if edition is None else [_one_of(edition, knowledge.editions, "edition")]
        document = None if case is None else _valid(case, knowledge)
        if suffix == ".xlsx":
            choices = Choices(stages_of(stages), times, prompts_of(judged), marking=marking)
            _create(output, form_bytes(knowledge, document, choices, reference))
        elif document is not None:
            _create(output, as_yaml(document.value).encode())
    click.echo(f"Written: {output}", err=True)


def _valid(path: Path, knowledge: Knowledge) -> Document:
    """Read a case file, and tell on the way what should be looked at in it.

    Raises:
        InputError: It is not a valid case record.
    """
    document = read_record(path, knowledge)
    problems = case_problems(document, knowledge.case_shape)
    if problems:
        raise InputError(problems)
    for warning in document.warnings:
        click.echo(str(warning), err=True)
    return document


@main.command()
@click.argument("case", type=click.Path(path_type=Path))
@click.argument("rule")
@click.option("--as-at", type=_Day(), metavar="DATE", help="The day to read the case as at.")
@_knowledge_options
def explain(case: Path, rule: str, as_at: date | None, rules: str | None, framework: str | None) -> None:
    """Say why a rule found what it found in a case, and why not something else."""
    with _told():
        knowledge = _load(framework, rules)
        chosen = _one_of(rule, knowledge.rules, "rule")
        if chosen.status != "active":
            message = f"The rule '{rule}' is a draft, so it is not evaluated."
            raise InputError([Problem(chosen.place, "draft-rule", message)])
        with Auditor(knowledge) as auditor:
            result = auditor.audit(case, as_at)
            builder = FindingBuilder(knowledge, auditor.reference, result.case)
            explanations = explain_rule(auditor.reference, result, chosen, builder)
        click.echo(f"{result.case.reference}, read as at {as_at_words(result)}\n")
        click.echo(explanation_text(explanations, knowledge, _WIDTH), nl=False)


@main.command("next")
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--as-at", type=_Day(), metavar="DATE", help="The day to read the case as at.")
@_knowledge_options
def next_(case: Path, as_at: date | None, rules: str | None, framework: str | None) -> None:
    """Say which circumstances are worth asking next: those that settle most."""
    with _told():
        knowledge = _load(framework, rules)
        with Auditor(knowledge) as auditor:
            result = auditor.audit(case, as_at)
        click.echo(catalogue.questions_text(result, _WIDTH), nl=False)


@main.command()
@click.option(
    "--engine",
    type=click.Choice(["both", "reference"]),
    default="reference",
    show_default=True,
    help="Which engines run the examples; both take much longer.",
)
@click.option("--again", is_flag=True, help="Run every example, those that are known to pass as well.")
@click.option("--reports", type=click.Path(path_type=Path), metavar="FOLDER", help="Look every citation up in the reports there.")
@_knowledge_options
def check(engine: str, again: bool, reports: Path | None, rules: str | None, framework: str | None) -> None:
    """Validate the framework and the rules, and run every example.

    They are run on the reference engine, which defines the right answer. An audit always has both engines agree, and gives no
    report if they do not; to know that they agree on the examples before you hand rules on, say --engine both.

    An example that has passed is not run again while nothing that it rests on has changed: its rule, those that this rests on
    or follows, the inferences, the limits, the vocabulary and Quips itself.
    """
    with _told():
        knowledge = _load(framework, rules, fresh=True)
        durable = engine == "both" and durable_available()
        checked = check_examples(knowledge, durable, again, lambda examples: _progress(examples, "Examples"))
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


@main.command("list")
@click.argument("what", type=click.Choice(catalogue.KINDS))
@click.option("--edition", metavar="NAME", help="Only what belongs to this edition.")
@_knowledge_options
def list_(what: str, edition: str | None, rules: str | None, framework: str | None) -> None:
    """List editions, prompts, rules, limits, circumstances or activities."""
    with _told():
        knowledge = _load(framework, rules)
        if edition is not None:
            _one_of(edition, knowledge.editions, "edition")
        click.echo(catalogue.list_text(knowledge, what, edition), nl=False)


@main.command()
@click.argument("name")
@_knowledge_options
def show(name: str, rules: str | None, framework: str | None) -> None:
    """Show an edition, criterion, prompt, rule, limit, circumstance or activity by its name."""
    with _told():
        knowledge = _load(framework, rules)
        text = catalogue.show_text(knowledge, name, _WIDTH)
        if text is None:
            hint = did_you_mean(name, catalogue.every_name(knowledge)) or "Try: quips list rules."
            raise InputError([Problem(Place(name), "unknown-name", f"There is nothing called '{name}'.", hint)])
        click.echo(text, nl=False)


@main.command()
@click.option("--audit", "worked_out", is_flag=True, help="Work out again what can be, and list what does not add up.")
@_knowledge_options
def published(worked_out: bool, rules: str | None, framework: str | None) -> None:
    """Say what is held of the five published inspections."""
    with _told():
        knowledge = _load(framework, rules)
        if not worked_out:
            click.echo(printed.published_text(knowledge), nl=False)
            return
        found = printed.recomputed(knowledge)
        click.echo(printed.recomputed_text(found), nl=False)
    sys.exit(1 if any(not one.agrees and not one.explained for one in found) else 0)


@main.command()
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
@click.option("--population", type=click.IntRange(1), metavar="N", help="How many cases these were drawn from, if it is known.")
@click.option(
    "--confidence", type=click.FloatRange(0.5, 0.999), default=CONFIDENCE, show_default=True, help="The confidence of intervals."
)
@click.option("--least", type=click.IntRange(1), default=LEAST, show_default=True, help="Shares of fewer cases are not shown.")
@click.option(
    "--format", "form", type=click.Choice(list(SCORE_FORMATS)), default="text", show_default=True, help="The form of the report."
)
@click.option("--full", is_flag=True, help="In text, print every question that was answered as well.")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file, not to the screen.")
@click.option("--marking", default="OFFICIAL-SENSITIVE", show_default=True, help="The marking on each report.")
@_knowledge_options
def score(
    cases: tuple[Path, ...],
    report: str | None,
    edition: str | None,
    variant: str | None,
    by: str | None,
    recorded: tuple[str, ...],
    population: int | None,
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
    with _told():
        knowledge = _load(framework, rules)
        asked = Asked(variant or "", _recorded(recorded), by or "", confidence, least, population)
        if report is not None:
            publication = _one_of(report, knowledge.publications, "report")
            card = score_published(knowledge.editions[publication.edition], publication, asked)
        else:
            with Auditor(knowledge, "reference") as auditor:
                judged = read_judged(cases, auditor, lambda files: _progress(files, "Reading"))
            _warn(judged.warnings)
            card = score_judged(edition_of(judged, edition, knowledge.editions), judged, asked)
        _write(render_score(card, form, marking, _WIDTH, full), output)


@main.command("change")
@click.argument("rounds", nargs=-1, required=True, metavar="EARLIER LATER [MORE]...", type=click.Path(path_type=Path))
@click.option("--edition", metavar="NAME", help="The edition to compare under; the one that was answered, if left out.")
@click.option("--name", "names", multiple=True, metavar="NAME", help="What to call a round; once for each, in the same order.")
@click.option(
    "--format", "form", type=click.Choice(list(CHANGE_FORMATS)), default="text", show_default=True, help="The form of the report."
)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file, not to the screen.")
@click.option("--marking", default="OFFICIAL-SENSITIVE", show_default=True, help="The marking on each report.")
@_knowledge_options
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
    with _told():
        if output is not None and any(output.resolve() == path.resolve() for path in rounds):
            message = "This is one of the rounds, and the report would replace it."
            raise InputError([Problem(Place(str(output)), "would-replace-round", message, "Choose another file.")])
        knowledge = _load(framework, rules)
        with Auditor(knowledge, "reference") as auditor:
            found = read_rounds(rounds, names, auditor, lambda files: _progress(files, "Reading"))
        _warn([warning for one in found for warning in one.judged.warnings])
        compared = compare(found, edition, knowledge.editions)
        _write(CHANGE_FORMATS[form](compared, marking, _WIDTH), output)


@main.command()
@click.argument("tables", nargs=-1, required=True, metavar="TABLE...", type=click.Path(path_type=Path))
@click.option(
    "--confidence", type=click.FloatRange(0.5, 0.999), default=CONFIDENCE, show_default=True, help="The confidence of intervals."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The form.")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file, not to the screen.")
@click.option("--marking", default="OFFICIAL-SENSITIVE", show_default=True, help="The marking on the report.")
@_knowledge_options
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
    with _told():
        knowledge = _load(framework, rules)
        with Auditor(knowledge, "reference") as auditor:
            found = list(readings(read_judged(tables, auditor), confidence))
        if not found:
            hint = "Each row needs a 'reader', and some cases two."
            message = "No question was answered by two readers of the same case."
            raise InputError([Problem(Place(str(tables[0])), "one-reader", message, hint)])
        text = agree_text(found, marking, _WIDTH, confidence) if form == "text" else agree_json(found, confidence)
        _write(text, output)


@main.command("coverage")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The form.")
@_knowledge_options
def coverage_(form: str, rules: str | None, framework: str | None) -> None:
    """Say what the knowledge base covers, and what it does not."""
    with _told():
        covered = coverage(_load(framework, rules))
        click.echo(printed.coverage_text(covered) if form == "text" else printed.coverage_json(covered), nl=False)
    sys.exit(1 if any(edition.neither for edition in covered.editions) or any(covered.uncited.values()) else 0)


@main.command()
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
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file, not to the screen.")
@click.option("--marking", default="OFFICIAL-SENSITIVE", show_default=True, help="The marking on it.")
@_knowledge_options
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
    with _told():
        if output is not None and output.resolve() == population.resolve():
            message = "This is the list, and the sample would replace it."
            raise InputError([Problem(Place(str(output)), "would-replace-list", message, "Choose another file.")])
        if size is not None and (confidence is not None or margin is not None):
            raise QuipsError("Give either --size, or --confidence and --margin: the one follows from the others.")
        minimums = _minimums(_load(framework, rules), edition, at_least)
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
                _write(sample_text(drawn, sized_by, notes, marking, _WIDTH), output)
            case "json":
                _write(sample_json(drawn, sized_by, notes, marking), output)
            case _:
                _write(sample_csv(drawn), output)
                for words in [f"Seed: {drawn.seed}", *drawn.shortfalls, *notes]:
                    click.echo(words, err=True)


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="cases")
@click.option("--port", type=click.IntRange(1, 65535), default=8040, show_default=True, help="The port on this computer.")
@click.option("--edition", metavar="NAME", help="Read cases under this edition; the one in use on the day, if left out.")
@click.option(
    "--engine", type=click.Choice(["both", "reference", "durable"]), default="both", show_default=True, help="Which engines."
)
@click.option("--browser/--no-browser", default=True, help="Open the page in the browser.")
@_knowledge_options
def serve(
    folder: Path, port: int, edition: str | None, engine: str, browser: bool, rules: str | None, framework: str | None
) -> None:
    """Open the cases of a folder in the browser; nothing leaves this computer."""
    from quips.web.serving import serve as serve_pages  # the web framework takes time to load, and no other command needs it

    with _told(), Auditor(_load(framework, rules), engine, edition) as auditor:
        serve_pages(auditor, folder, port, browser, click.echo)


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


def _minimums(knowledge: Knowledge, edition: str | None, at_least: tuple[str, ...]) -> list[Minimum]:
    """Return the kinds of cases of an edition, and those asked for, with the numbers asked for."""
    kinds: dict[str, Minimum] = {}
    if edition is not None:
        for kind in _one_of(edition, knowledge.editions, "edition").scoring.get("sampling", {}).get("enough_of", []):
            counted = frozenset(map(key_of, kind["values"]))
            kinds[kind["kind"]] = Minimum(kind["name"], kind["column"], counted, kind.get("at_least"))
    problems = []
    for asked in at_least:
        kind, _, number = asked.rpartition("=")
        column, _, values = kind.partition(":")
        if not (kind and number.isdecimal() and int(number)):
            message = f"'{asked}' is not a kind of case and a number."
            problems.append(Problem(Place("--at-least"), "no-number", message, "Write ppo=5, or rosh_level:high,very_high=12."))
        elif values:
            counted = frozenset(key_of(value) for value in values.split(","))
            name = f"{key_of(column)} {values.replace('_', ' ').replace(',', ' or ')}"
            kinds[kind] = Minimum(name, key_of(column), counted, int(number))
        elif kind in kinds:
            kinds[kind] = replace_(kinds[kind], at_least=int(number))
        else:
            hint = did_you_mean(kind, kinds) or "Write COLUMN:VALUE,VALUE=NUMBER, or name the --edition that has the kind."
            problems.append(Problem(Place("--at-least"), "unknown-kind", f"There is no kind of case '{kind}'.", hint))
    if problems:
        raise InputError(problems)
    return list(kinds.values())


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


def _load(framework: str | None, rules: str | None, fresh: bool = False) -> Knowledge:
    # All that is loaded stays, so looking for garbage in it, now or later, would take a third of the time and find none.
    gc.disable()
    try:
        return load_knowledge(find_folder("framework", framework), find_folder("rules", rules), fresh)
    finally:
        gc.freeze()
        gc.enable()


def _audit_all(
    knowledge: Knowledge, files: list[Path], engine: str, edition: str | None, as_at: date | None
) -> tuple[list[Audit], list[Problem]]:
    """Audit each file; what is wrong with one does not stop the others."""
    audits: list[Audit] = []
    failed: list[Problem] = []
    with Auditor(knowledge, engine, edition) as auditor:
        for path in _progress(files, "Auditing"):
            try:
                audits.append(auditor.audit(path, as_at))
            except InputError as error:
                failed += error.problems
            except QuipsError as error:
                failed.append(Problem(Place(str(path)), "not-audited", str(error)))
    return audits, failed


def _exit_code(audits: list[Audit], fail_on: str) -> int:
    severe = _LEVELS[1 : _LEVELS.index(fail_on) + 1]
    return int(any(f.rule.severity in severe for result in audits for f in result.with_verdict(Verdict.GAP)))


def _write(content: str | bytes, output: Path | None) -> None:
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


def _create(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, all at once or not at all.

    Raises:
        InputError: It is there, or it cannot be written.
    """
    if path.exists():
        message = "There is a file of this name already, and somebody's answers may be in it."
        raise InputError([Problem(Place(str(path)), "would-replace", message, "Choose another name.")])
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        message = f"The file cannot be written: {error.strerror or error}."
        raise InputError([Problem(Place(str(path)), "cannot-write", message, "Choose another file.")]) from error


def _one_of(name: str, known: Any, what: str) -> Any:
    if name not in known:
        message = f"There is no {what} '{name}'."
        raise InputError([Problem(Place(name), f"unknown-{what}", message, did_you_mean(name, known))])
    return known[name]


def _progress(items: list[Any], label: str) -> Iterator[Any]:
    """Yield items, with a bar on a terminal where there are many."""
    if len(items) < 20 or not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, label=label, file=sys.stderr) as bar:
        yield from bar


@contextmanager
def _told() -> Iterator[None]:
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
