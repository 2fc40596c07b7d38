"""The commands about cases: audit, explain, what to ask next, forms, and the pages."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from quips.audits import Audit, Auditor, case_files, read_record
from quips.authoring.laidopen import laid_open
from quips.cases import case_problems
from quips.caseschema import is_reference
from quips.cli.shared import WIDTH, Day, knowledge_options, load, marking_option, one_of, output_option, progress, told, write
from quips.explanations import explain as explain_rule
from quips.findings import FindingBuilder
from quips.forms.layout import TIMES, Choices, prompts_of
from quips.forms.sheets import MOST_TIMES
from quips.forms.writing import form_bytes, stages_of
from quips.knowledge import Knowledge
from quips.places import Place
from quips.problems import InputError, Problem, QuipsError
from quips.reports import catalogue
from quips.reports.authorexplanation import author_text
from quips.reports.explanation import explanation_text
from quips.reports.formats import FORMATS, render
from quips.reports.wording import as_at_words
from quips.source import Document
from quips.statuses import Verdict
from quips.vocabulary import STAGES
from quips.yamltext import as_yaml

_LEVELS = ("none", "high", "medium", "low")
_MANY = 10  # of more cases than this, one line each is printed, unless the whole reports are asked for


@click.command()
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
@click.option("--as-at", type=Day(), metavar="DATE", help="The day to read the cases as at; their own if left out.")
@click.option(
    "--fail-on",
    type=click.Choice(_LEVELS),
    default="none",
    show_default=True,
    help="Exit with 1 if there is a gap of this severity or above.",
)
@output_option
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
@marking_option
@knowledge_options
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
    with told():
        knowledge = load(framework, rules)
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
            write(render(audits, "brief" if brief else form, knowledge, marking, WIDTH), output)
        for problem in failed:
            click.echo(str(problem), err=True)
        if len(files) > 1:
            click.echo(f"{len(audits)} of {len(files)} cases audited.", err=True)
    sys.exit(2 if failed else _exit_code(audits, fail_on))


@click.command()
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
@marking_option
@knowledge_options
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
    with told():
        suffix = output.suffix.lower()
        if suffix not in (".xlsx", ".yaml", ".yml"):
            message = "The name has to end in .xlsx for a form, or in .yaml for a case file."
            raise InputError([Problem(Place(str(output)), "wrong-name", message)])
        if case is None and suffix != ".xlsx":
            message = "A case file is made from a filled form, and none is given."
            raise InputError(
                [Problem(Place(str(output)), "no-case", message, "Give the form: quips form FORM.xlsx -o CASE.yaml.")]
            )
        if reference and not is_reference(reference):
            hint = "Use capital letters and figures, such as TV-0042."
            raise InputError([Problem(Place("--reference"), "wrong-form", f"'{reference}' is not a reference.", hint)])
        knowledge = load(framework, rules)
        judged = [] if edition is None else [one_of(edition, knowledge.editions, "edition")]
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


@click.command()
@click.argument("case", type=click.Path(path_type=Path))
@click.argument("rule")
@click.option("--as-at", type=Day(), metavar="DATE", help="The day to read the case as at.")
@click.option(
    "--author", is_flag=True, help="Say more, for the author of the rule: facts, entries, sums, and what would change it."
)
@knowledge_options
def explain(case: Path, rule: str, as_at: date | None, author: bool, rules: str | None, framework: str | None) -> None:
    """Say why a rule found what it found in a case, and why not something else.

    With --author it also says what was known and where in the case file it stands, what was asked of each entry, how the limit
    was counted, and the fewest changes to the case that would make each finding something else. These were tried, not guessed.
    """
    if Path(rule).is_file() and not case.exists():
        raise click.UsageError(f"The case comes first, then the rule: quips explain {rule} {case}")
    with told():
        knowledge = load(framework, rules)
        chosen = one_of(rule, knowledge.rules, "rule")
        if chosen.status != "active":
            message = f"The rule '{rule}' is a draft, so it is not evaluated."
            raise InputError([Problem(chosen.place, "draft-rule", message)])
        with Auditor(knowledge) as auditor:
            result = auditor.audit(case, as_at)
            builder = FindingBuilder(knowledge, auditor.reference, result.case)
            explanations = explain_rule(auditor.reference, result, chosen, builder)
            opened = laid_open(auditor.reference, result, chosen, builder) if author else []
        click.echo(f"{result.case.reference}, read as at {as_at_words(result)}\n")
        click.echo(explanation_text(explanations, knowledge, WIDTH), nl=False)
        if opened:
            click.echo()
            click.echo(author_text(opened, result.case, WIDTH), nl=False)


@click.command("next")
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--as-at", type=Day(), metavar="DATE", help="The day to read the case as at.")
@knowledge_options
def next_(case: Path, as_at: date | None, rules: str | None, framework: str | None) -> None:
    """Say which circumstances are worth asking next: those that settle most."""
    with told():
        knowledge = load(framework, rules)
        with Auditor(knowledge) as auditor:
            result = auditor.audit(case, as_at)
        click.echo(catalogue.questions_text(result, WIDTH), nl=False)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="cases")
@click.option("--port", type=click.IntRange(1, 65535), default=8040, show_default=True, help="The port on this computer.")
@click.option("--edition", metavar="NAME", help="Read cases under this edition; the one in use on the day, if left out.")
@click.option(
    "--engine", type=click.Choice(["both", "reference", "durable"]), default="both", show_default=True, help="Which engines."
)
@click.option("--browser/--no-browser", default=True, help="Open the page in the browser.")
@knowledge_options
def serve(
    folder: Path, port: int, edition: str | None, engine: str, browser: bool, rules: str | None, framework: str | None
) -> None:
    """Open the cases of a folder in the browser; nothing leaves this computer."""
    from quips.web.serving import serve as serve_pages  # the web framework takes time to load, and no other command needs it

    with told(), Auditor(load(framework, rules), engine, edition) as auditor:
        serve_pages(auditor, folder, port, browser, click.echo)


def _audit_all(
    knowledge: Knowledge, files: list[Path], engine: str, edition: str | None, as_at: date | None
) -> tuple[list[Audit], list[Problem]]:
    """Audit each file; what is wrong with one does not stop the others."""
    audits: list[Audit] = []
    failed: list[Problem] = []
    with Auditor(knowledge, engine, edition) as auditor:
        for path in progress(files, "Auditing"):
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
