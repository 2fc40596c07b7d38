"""The commands by which cases are read: forms out, forms in, known cases, and what cannot wait for the round."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from quips.cli.rounds.shared import because_option, folder_argument, opened, who_option
from quips.cli.shared import knowledge_options, progress
from quips.forms.filled import read_filled
from quips.peeraudit.book import Book
from quips.peeraudit.formnames import FRESH, KNOWN, READING, form_path, named
from quips.peeraudit.handingin import known_answers
from quips.peeraudit.handingin import qualify as qualify_
from quips.peeraudit.imports import import_file
from quips.peeraudit.issuing import BEGUN, WRITTEN, Issued, issue
from quips.peeraudit.steps import setting_up
from quips.peeraudit.steps.checks import case_of, known
from quips.problems import InputError
from quips.source import read_yaml

URGENT_FIRST = "If somebody may be at risk now and you have not done so: speak to your manager today."


@click.command()
@folder_argument
@click.option("--as", "who", default="", metavar="PERSON", envvar="QUIPS_AS", help="Only this reader's forms, such as R07.")
@click.option("--case", default="", metavar="CASE", help="Only the forms of this case; also one that is complete, to change it.")
@click.option("--known", "is_known", is_flag=True, help="The forms of known cases, to see how a reader judges; needs --as.")
@knowledge_options
def forms(folder: Path, who: str, case: str, is_known: bool, rules: str | None, framework: str | None) -> None:
    """Write the spreadsheet forms that are to be filled in now: first the facts of a case, then the judgements.

    A form that somebody has begun to fill in is left alone.
    """
    from quips.reports.readingforms import reading_form  # what writes workbooks takes time to load

    with opened(folder, framework, rules) as book:
        state = book.folder.state()
        if who:
            known(book.plan, who)
        if case and not is_known:
            case_of(state, case)
        if is_known:
            if not who:
                raise click.UsageError("Say whose forms of known cases with --as.")
            _known_forms(book, who, case)
            return
        with book.folder.turn() as turn:
            found = issue(book, turn, reading_form, who, case)
    for one in found:
        click.echo(f"{one.reader}  {one.case}  {one.stage}: {one.path}{_aside(one)}")
    if not found:
        click.echo("No form is to be filled in now.")
        click.echo(f"Next: quips round status {shlex.quote(str(folder))}")
        return
    written = sum(one.how == WRITTEN for one in found)
    click.echo(f"{written} written. Next: fill one in, and hand it in: quips round import {shlex.quote(str(folder))} FORM")


@click.command("import")
@folder_argument
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--as", "who", default="", metavar="PERSON", envvar="QUIPS_AS", help="Who hands it in, where the form does not say."
)
@because_option
@knowledge_options
def import_(folder: Path, files: tuple[Path, ...], who: str, because: str, rules: str | None, framework: str | None) -> None:
    """Take in workbooks that were filled in: readings, what was settled, replies to feedback, signatures.

    Each goes in whole or not at all; those that are right go in though others are wrong. The same one twice changes nothing.
    """
    from quips.reports.readingforms import reading_form  # what writes workbooks takes time to load

    wrong: list[InputError] = []
    with opened(folder, framework, rules) as book:
        for path in progress(list(files), "Forms"):
            try:
                for line in import_file(book, path, who, because):
                    click.echo(line)
            except InputError as error:
                wrong.append(error)
        with book.folder.turn() as turn:
            new = [one for one in issue(book, turn, reading_form) if one.how == WRITTEN]
    for one in new:
        click.echo(f"A form for {one.reader} is written: {one.path}")
    for problem in (problem for refused in wrong for problem in refused.problems):
        click.echo(str(problem), err=True)
    if wrong:
        click.echo(f"{len(wrong)} of {len(files)} went in not at all.", err=True)
        sys.exit(2)
    click.echo(f"Next: quips round status {shlex.quote(str(folder))}")


@click.command()
@folder_argument
@click.argument("form", metavar="FORM", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@who_option
@knowledge_options
def qualify(folder: Path, form: Path, who: str, rules: str | None, framework: str | None) -> None:
    """Hand in how a reader judged a known case; whoever gives enough of its answers can read."""
    with opened(folder, framework, rules) as book:
        for line in qualify_(book, read_filled(form, str(form), {READING: FRESH}), who):
            click.echo(line)
        click.echo(f"Next: quips round forms {shlex.quote(str(folder))} --as {who}")


@click.command()
@folder_argument
@click.argument("case", metavar="CASE")
@who_option
@click.option("--concern", required=True, metavar="WORDS", help="What the concern is, without names.")
@click.option("--told", "told_", required=True, metavar="WORDS", help="Who was told of it, and when.")
@knowledge_options
def urgent(folder: Path, case: str, who: str, concern: str, told_: str, rules: str | None, framework: str | None) -> None:
    """Write down a live risk that was raised at once, outside the round; of any case, at any time.

    Tell your manager first. This only keeps that you did.
    """
    click.echo(URGENT_FIRST)
    with opened(folder, framework, rules) as book, book.folder.turn() as turn:
        row = turn.take(setting_up.raise_urgent(book.plan, who, case, concern, told_))
        click.echo(f"{case}: written down as row {row.number}. It stands in the trail, and reports only count it.")


def _known_forms(book: Book, who: str, case: str) -> None:
    from quips.reports.readingforms import known_form  # what writes workbooks takes time to load

    state = book.folder.state()
    paths = sorted((book.folder.path / "known").glob("*.yaml"))
    chosen = [path for path in paths if case in ("", path.stem)]
    if not chosen:
        click.echo(f"There is no known case in {book.folder.path / 'known'}. Put case files there whose judgements are agreed.")
        return
    for path in chosen:
        document = read_yaml(path)
        reference = str(document.value["case"])
        if named(reference) == path.stem and known_answers(book, reference):
            to = form_path(who, reference, KNOWN)
            book.folder.write(to, known_form(book, state, reference, who, document))
            click.echo(f"{who}  {reference}: {to}")
    click.echo(f"Next: fill one in: quips round qualify {shlex.quote(str(book.folder.path))} FORM --as {who}")


def _aside(one: Issued) -> str:
    return "  (being filled in, and left alone)" if one.how == BEGUN else ""
