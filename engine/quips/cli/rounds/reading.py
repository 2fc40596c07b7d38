"""The commands by which cases are read: forms out, forms in, known cases, and what cannot wait for the round."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from quips.cli.rounds.shared import because_option, folder_argument, opened, tell_void, who_option
from quips.cli.shared import knowledge_options, progress
from quips.forms.filled import read_filled
from quips.peeraudit.formnames import FRESH, JUDGING, READING, URGENT
from quips.peeraudit.handingin import qualify as qualify_
from quips.peeraudit.imports import import_file
from quips.peeraudit.issuing import BEGUN, NOT_MADE, WRITTEN, Issued, issue, issue_known
from quips.peeraudit.steps import setting_up
from quips.peeraudit.steps.checks import case_of, known
from quips.problems import InputError, Problem

URGENT_FIRST = "If somebody may be at risk now and you have not done so: speak to your manager today."


@click.command()
@folder_argument
@click.option("--for", "who", default="", metavar="PERSON", help="Only this reader's forms, such as R07.")
@click.option("--case", default="", metavar="CASE", help="Only the forms of this case; also one that is complete, to change it.")
@click.option("--known", "is_known", is_flag=True, help="The forms of known cases, to see how a reader judges; needs --for.")
@click.option("--again", "is_again", is_flag=True, help="A new form beside one that is being filled in, under another name.")
@knowledge_options
def forms(folder: Path, who: str, case: str, is_known: bool, is_again: bool, rules: str | None, framework: str | None) -> None:
    """Write the spreadsheet forms that are to be filled in now: first the facts of a case, then the judgements.

    A form that somebody has begun to fill in is left alone.
    """
    from quips.reports.readingforms import known_form, reading_form  # what writes workbooks takes time to load

    if is_known and not who:
        raise click.UsageError("Say whose forms of known cases with --for.")
    with opened(folder, framework, rules) as book:
        if who:
            known(book.plan, who)
        if case and not is_known:
            case_of(book.folder.state(), case)
        if is_known:
            found = issue_known(book, known_form, who, case, is_again)
        else:
            found = issue(book, reading_form, who, case, is_again=is_again)
            tell_void(book, book.folder.state(), who, case)
    at = shlex.quote(str(folder))
    for one in found:
        if one.how != NOT_MADE:
            click.echo(f"{one.reader}  {one.case}  {one.stage}: {one.path}{_aside(one)}")
    if not found and is_known:
        click.echo(f"There is no such known case in {folder / 'known'}. Put case files there whose judgements are agreed.")
        return
    if not found:
        click.echo("No form is to be filled in now.")
        click.echo(f"Next: quips round status {at}")
        return
    written = sum(one.how == WRITTEN for one in found)
    to = f"quips round qualify {at} FORM --as {who}" if is_known else f"quips round import {at} FORM"
    click.echo(f"{written} written. Next: fill one in, and hand it in: {to}")
    if _tell_not_made(found):
        sys.exit(2)


@click.command("import")
@folder_argument
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--as", "who", default="", metavar="PERSON", help="Who hands it in, where the form does not say.")
@because_option
@knowledge_options
def import_(folder: Path, files: tuple[Path, ...], who: str, because: str, rules: str | None, framework: str | None) -> None:
    """Take in workbooks that were filled in: readings, what was settled, replies to feedback, signatures.

    Each goes in whole or not at all; those that are right go in though others are wrong. The same one twice changes nothing.
    """
    from quips.reports.readingforms import reading_form  # what writes workbooks takes time to load

    wrong: list[Problem] = []
    refused = 0
    lines: list[str] = []
    cases: set[str] = set()
    with opened(folder, framework, rules) as book:
        for path in progress(list(files), "Forms"):
            try:
                case, said = import_file(book, path, who, because)
            except InputError as error:
                refused += 1
                said = [problem.message for problem in error.problems if problem.name == "urgent"]
                wrong += [problem for problem in error.problems if problem.name != "urgent"]
            else:
                cases.add(case)
            for line in said:
                if line.startswith(URGENT):
                    click.echo(line)  # at once, before all else
                else:
                    lines.append(line)
        for line in lines:
            click.echo(line)
        for problem in wrong:
            click.echo(str(problem), err=True)
        due = issue(book, reading_form, among=cases) if cases else []
    for one in due:
        if one.how == WRITTEN:
            click.echo(f"A form for {one.reader} is written: {one.path}")
        elif one.how == BEGUN and one.stage == JUDGING:
            click.echo(f"{one.path} is being filled in, and was left alone. If the facts have changed, change them there too.")
    if _tell_not_made(due):
        click.echo("What was handed in is in. Put right what is told above; then: quips round forms", err=True)
    if refused:
        rest = "" if refused == len(files) else " The others are in."
        click.echo(f"{refused} of {len(files)} {'was' if refused == 1 else 'were'} not taken.{rest}", err=True)
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
        click.echo(f"Next: quips round forms {shlex.quote(str(folder))} --for {who}")


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


def _tell_not_made(found: Sequence[Issued]) -> bool:
    """Tell why forms cannot be made, and return whether there are any."""
    problems = list(dict.fromkeys(problem for one in found for problem in one.problems))
    for problem in problems:
        click.echo(str(problem), err=True)
    return bool(problems)


def _aside(one: Issued) -> str:
    return "  (being filled in, and left alone)" if one.how == BEGUN else ""
