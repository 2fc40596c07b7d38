"""The commands from feedback to the changes: letters, what was done, disputes and their answers, reading the case again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from quips.audits import read_record
from quips.cli.rounds.shared import because_option, folder_argument, opened, who_option
from quips.cli.shared import WIDTH, Day, knowledge_options, progress
from quips.peeraudit.book import Book, set_aside, title_of
from quips.peeraudit.feedback import Prepared, give, prepare, to_feed_back
from quips.peeraudit.progress import next_step
from quips.peeraudit.replysheet import reply_sheet
from quips.peeraudit.rereading import reread as read_again
from quips.peeraudit.state import DONE, SET_ASIDE, STANDS, WITHDRAWN, Dispute, RoundCase
from quips.peeraudit.steps import feeding_back
from quips.peeraudit.steps.checks import StepRefusedError
from quips.places import Place
from quips.problems import InputError, Problem, listed
from quips.workbooks import SUFFIXES

case_argument = click.argument("case")
rule_argument = click.argument("rule")


@click.command("feed-back")
@folder_argument
@click.argument("cases", nargs=-1, metavar="[CASE...]")
@who_option
@knowledge_options
def feed_back(folder: Path, cases: tuple[str, ...], who: str, framework: str | None, rules: str | None) -> None:
    """Give feedback on settled cases: a letter to the officer, one to the senior, actions and a reply sheet.

    On every settled case if none is named. Nothing is written unless all of it can be.
    """
    from quips.reports.letters import letters  # what writes Word documents takes time to load

    with opened(folder, framework, rules) as book:
        state = book.folder.state()
        names = list(dict.fromkeys(cases)) or to_feed_back(state)
        if not names:
            click.echo(f"No case is settled and waits for feedback. Next: quips round status {shlex.quote(str(folder))}")
            return
        prepared = _prepared(book, who, names)
        made = [
            (one, letters(book, one), reply_sheet(one, book.plan.name, book.plan.marking))
            for one in progress(prepared, "Letters")
        ]
        for one, both, sheet in made:
            give(book, one, both, sheet)
            for line in _given(one):
                click.echo(line)
        click.echo("Next: read the letters, and send them with the reply sheets. When a sheet comes back:")
        click.echo(f"  quips round import {shlex.quote(str(folder))} SHEET --as {who}")


def _prepared(book: Book, who: str, names: list[str]) -> list[Prepared]:
    """Return the feedback on each case.

    Raises:
        InputError: Of some it cannot be given; every one is told.
    """
    state, prepared, problems = book.folder.state(), [], []
    for name in names:
        try:
            prepared.append(prepare(book, state, who, name))
        except StepRefusedError as error:
            problems.append(Problem(Place(name), "refused", str(error), "No feedback was given on any case."))
    if problems:
        raise InputError(problems)
    return prepared


def _given(one: Prepared) -> Iterator[str]:
    n, name = len(one.actions), one.case.reference
    actions = f"{n} action{'' if n == 1 else 's'} by {one.due.isoformat()}" if n else "no action"
    urgent = (
        " URGENT: if somebody may be at risk now, speak to a manager today." if any(root.urgent for root in one.roots) else ""
    )
    yield f"{name}: feedback {one.number} given, {actions}.{urgent}"
    yield from (f"  {path}" for path in (one.letter("officer"), one.letter("senior"), one.sheet))


@click.command()
@folder_argument
@case_argument
@click.argument("number", type=int)
@click.option("--done", type=Day(), metavar="DAY", help="The day it was done.")
@click.option("--evidence", default="", metavar="WORDS", help="What shows that it was done.")
@click.option("--owner", metavar="PERSON", help="Who does it from now on; for the lead.")
@click.option("--due", type=Day(), metavar="DAY", help="The day by which it is to be done from now on; for the lead.")
@click.option("--withdraw", is_flag=True, help="Withdraw it; for the lead.")
@because_option
@who_option
@knowledge_options
def act(
    folder: Path, case: str, number: int, who: str, because: str, framework: str | None, rules: str | None, **given: Any
) -> None:
    """Say what became of an action: done, given to somebody else or another day, or withdrawn."""
    with opened(folder, framework, rules) as book:
        change = _change(number, because, book.folder.today(), **given)
        with book.folder.turn() as turn:
            turn.take(feeding_back.act(book.plan, turn.state, who, case, [change], because))
            one = turn.state.cases[case].actions[number]
            click.echo(f"{case}, action {number}: {one.status}. {one.owner or 'The officer'}, by {one.due}.")
            click.echo(next_step(book.plan, turn.state, case, shlex.quote(str(folder))))


def _change(
    number: int, because: str, today: str, done: date | None, evidence: str, owner: str | None, due: date | None, withdraw: bool
) -> dict[str, Any]:
    """Return what is said of an action, as the step takes it.

    Raises:
        InputError: What is said does not go together, or is still to come.
    """
    problems = []

    def problem(option: str, message: str) -> None:
        problems.append(Problem(Place(option), "wrong-options", message))

    if not (done or owner is not None or due or withdraw):
        problem("act", "Say what became of it: --done DAY --evidence WORDS, --owner, --due or --withdraw.")
    if withdraw and (done or owner is not None or due):
        problem("--withdraw", "An action that is withdrawn is neither done nor given to somebody else.")
    if evidence and not done:
        problem("--evidence", "Say on which day it was done too: --done DAY.")
    if done and done.isoformat() > today:
        problem("--done", f"{done.isoformat()} is still to come. Say it once it is done.")
    if owner is not None and not owner.strip():
        problem("--owner", "Say who does it.")
    if problems:
        raise InputError(problems)
    change: dict[str, Any] = {"number": number}
    if done:
        change |= {"status": DONE, "done_on": done.isoformat(), "evidence": evidence}
    if withdraw:
        change |= {"status": WITHDRAWN, "evidence": because}
    return change | ({"owner": owner} if owner else {}) | ({"due": due.isoformat()} if due else {})


@click.command()
@folder_argument
@case_argument
@rule_argument
@because_option
@who_option
@knowledge_options
def dispute(folder: Path, case: str, rule: str, because: str, who: str, framework: str | None, rules: str | None) -> None:
    """Dispute a finding, as the officer or the senior of the case."""
    with opened(folder, framework, rules) as book, book.folder.turn() as turn:
        told = book.can_be_disputed(turn.state.cases[case]) if case in turn.state.cases else {}
        turn.take(feeding_back.dispute(book.plan, turn.state, who, case, rule, because, told))
        click.echo(f"{case}: {rule} is disputed. The finding stays as it is until it is answered.")
        click.echo(next_step(book.plan, turn.state, case, shlex.quote(str(folder))))


@click.command()
@folder_argument
@case_argument
@rule_argument
@click.option("--stands", "outcome", flag_value=STANDS, help="The finding stands.")
@click.option("--set-aside", "outcome", flag_value=SET_ASIDE, help="The finding is set aside, and its action withdrawn.")
@because_option
@who_option
@knowledge_options
def answer(
    folder: Path, case: str, rule: str, outcome: str | None, because: str, who: str, framework: str | None, rules: str | None
) -> None:
    """Answer a dispute, as a moderator who did not read the case; without an answer, show what there is to answer."""
    if outcome is None and because:
        raise click.UsageError("Say what comes of it: --stands or --set-aside.")
    with opened(folder, framework, rules) as book, book.folder.turn() as turn:
        if outcome is None:
            found = feeding_back.to_answer(book.plan, turn.state, who, case, rule)
            for line in _to_answer(book, turn.state.cases[case], found, shlex.quote(str(folder)), who):
                click.echo(line)
            return
        turn.take(feeding_back.answer_dispute(book.plan, turn.state, who, case, rule, outcome, because))
        comes = "stands" if outcome == STANDS else "is set aside; it stays in the record's audit, and reports count it apart"
        click.echo(f"{case}: {rule} {comes}.")
        if outcome == SET_ASIDE:
            for line in _still_no(book, turn.state.cases[case], rule, shlex.quote(str(folder))):
                click.echo(line)
        click.echo(next_step(book.plan, turn.state, case, shlex.quote(str(folder))))


def _to_answer(book: Book, case: RoundCase, found: Dispute, folder: str, who: str) -> Iterator[str]:
    """Yield what a moderator is to know of a dispute before answering it, and how to answer."""
    yield f"{case.reference}: {title_of(book.auditor.knowledge, found.rule)}"
    yield f"Disputed by {found.by}: {found.because}"
    aside = replace(case, disputes={**case.disputes, found.rule: replace(found, outcome=SET_ASIDE)})
    yield from (f"If it is set aside: {line}" for line in list(_still_no(book, aside, found.rule, folder))[:1])
    yield f'To answer: quips round answer {folder} {case.reference} {found.rule} --stands --because "…" --as {who}'
    yield "or the same with --set-aside."


def _still_no(book: Book, case: RoundCase, rule: str, folder: str) -> Iterator[str]:
    """Yield the questions that the readers answered no and on which what was set aside bears, and how to change that."""
    behind = book.gaps_behind_no(case)
    named = [name for name, rules in behind.items() if rule in rules]
    if not named:
        return
    asked = "; ".join(f"{title_of(book.auditor.knowledge, name)} ({name})" for name in named)
    yield f"It bears on what the readers answered no, which still counts as no in the scores: {asked}."
    alone = [name for name in named if name in book.no_on_set_aside(case)]
    others = sorted({other for name in named if name not in alone for other in behind[name] - set_aside(case)})
    if alone:
        command = f'quips round dispute {folder} {case.reference} {alone[0]} --because "…" --as {case.officer or "PERSON"}'
        yield f"To change that, the officer or the senior disputes the question as well: {command}"
    if others:
        yield f"Of this {listed(others, 'and')} stands, and would have to be set aside first."
    yield (
        "Or it is settled again: once a director has refused the feedback, a moderator opens the case with "
        f"quips round reopen {folder} {case.reference}."
    )


@click.command()
@folder_argument
@case_argument
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@who_option
@knowledge_options
def reread(folder: Path, case: str, file: Path, who: str, framework: str | None, rules: str | None) -> None:
    """Read the record of a case again after the changes, and say which gaps closed, which did not, and which are new.

    FILE is the record now: a case file, or a filled spreadsheet form of the case.
    """
    from quips.reports.rereadtext import reread_text

    with opened(folder, framework, rules) as book:
        knowledge = book.auditor.knowledge
        form = file.read_bytes() if file.suffix.lower() in SUFFIXES else b""
        change = read_again(book, who, case, read_record(file, knowledge), form)
        for warning in change.audit.warnings:
            click.echo(str(warning), err=True)
        one = book.folder.state().cases[case]
        click.echo(reread_text(change, one, knowledge, book.plan.marking, WIDTH), nl=False)
        click.echo(f"\nThe record is kept as {one.rereads[-1].file}.")
        click.echo(next_step(book.plan, book.folder.state(), case, shlex.quote(str(folder))))
