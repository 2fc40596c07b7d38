"""The commands by which cases are settled and signed: agreement, moderation, the director's countersignature."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from quips.cli.rounds.shared import because_option, folder_argument, opened, who_option
from quips.cli.shared import WIDTH, knowledge_options, output_option, write
from quips.judged import ANSWERS
from quips.peeraudit.book import Book
from quips.peeraudit.contradictions import to_look_at
from quips.peeraudit.differingfacts import differing_facts, facts_words
from quips.peeraudit.doublereading import changed_after, disagreements, judged_twice, read_twice, second_to_come
from quips.peeraudit.formnames import named
from quips.peeraudit.issuing import lay_out_sheet
from quips.peeraudit.plan import DIRECTOR, LEAD, MODERATOR
from quips.peeraudit.settlingsheet import not_theirs, settle_case, settling_sheet, to_settle, waits_for_second
from quips.peeraudit.signingsheet import shown, signing_sheet, to_sign
from quips.peeraudit.state import State
from quips.peeraudit.steps import agreeing, signing
from quips.peeraudit.steps.checks import StepRefusedError, case_of, has_role, moderates
from quips.problems import QuipsError, did_you_mean, listed
from quips.readings import readings
from quips.reports.roundagreement import Agreement, agreement_json, agreement_text


@click.command()
@folder_argument
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The form.")
@output_option
@knowledge_options
def agree(folder: Path, form: str, output: Path | None, rules: str | None, framework: str | None) -> None:
    """Say how far the readers of cases that were read twice agree, and where they differ, with what each said.

    Nothing is said of a case before both its readings are in.
    """
    with opened(folder, framework, rules) as book:
        state = book.folder.state()
        agreement = Agreement(
            list(readings(judged_twice(book, state))),
            list(disagreements(book, state)),
            [fact for case in read_twice(state) for fact in differing_facts(book, case)],
            second_to_come(state),
            changed_after(state),
        )
        if form == "json":
            write(agreement_json(agreement, book.plan.marking), output)
            return
        write(agreement_text(agreement, book.plan.marking, WIDTH), output)
        if any(not one.settled for one in agreement.differ):
            click.echo(f"Next: quips round settle {shlex.quote(str(folder))} --sheet --as MODERATOR")


@click.command()
@folder_argument
@click.argument("case", metavar="[CASE]", default="")
@click.option("--sheet", is_flag=True, help="Write a sheet of all cases that wait, to be filled in and handed in.")
@click.option("--all-agreed", is_flag=True, help="Settle every case that was read once, or on which the readers agree.")
@click.option(
    "--answer", "answers", multiple=True, metavar="PROMPT=ANSWER: REASON", help="Which answer holds, and why; may be given again."
)
@click.option(
    "--record-of", default="", metavar="PERSON", help="Whose record of the facts is the case's, if not the first reader's."
)
@because_option
@who_option
@knowledge_options
def settle(
    folder: Path,
    case: str,
    sheet: bool,
    all_agreed: bool,
    answers: tuple[str, ...],
    record_of: str,
    because: str,
    who: str,
    rules: str | None,
    framework: str | None,
) -> None:
    """Settle cases, as a moderator who did not read them: which answer holds where readers differ. A settled case is locked."""
    if bool(case) + sheet + all_agreed != 1:
        raise click.UsageError("Name a case, or say --sheet, or --all-agreed; one of the three.")
    with opened(folder, framework, rules) as book:
        if sheet:
            with book.folder.turn() as turn:
                has_role(book.plan, who, MODERATOR, "settle a case")
                count = len(to_settle(book, turn.state, who))
                path = lay_out_sheet(book, turn, f"forms/settling-{named(who)}.xlsx", settling_sheet(book, turn, who))
            click.echo(f"{count} case{'' if count == 1 else 's'} to settle by {who}: {path}")
            click.echo(f"Next: fill it in, and hand it in: quips round import {shlex.quote(str(folder))} {folder / path}")
            return
        with book.folder.turn() as turn:
            if all_agreed:
                has_role(book.plan, who, MODERATOR, "settle a case")
                waiting = [one for one in to_settle(book, turn.state, who) if not book.differing(one)]
                left = [one.reference for one in waiting if waits_for_second(one)]
                unseen = {one.reference: to_look_at(book, one) for one in waiting if one.reference not in left}
                apart = {name: [*differing_facts(book, turn.state.cases[name])] for name in unseen}
                done = [name for name, seen in unseen.items() if not seen and not apart[name]]
                for name in done:
                    settle_case(book, turn, who, name, {})
                for words in not_theirs(book, turn.state, who).values():
                    click.echo(f"Left to another moderator: {words}")
                if left:
                    click.echo(f"Left, as nobody has been found for a second reading: {listed(left, 'and')}.")
                for name, seen in unseen.items():
                    for words in seen.values():
                        click.echo(f"Left to be looked at, as an answer goes against the facts: {name}: {words}")
                for name, facts in apart.items():
                    for fact in facts:
                        click.echo(f"Left to be looked at, as it matters whose record is taken: {name}: {facts_words(fact)}")
                if any(unseen.values()) or any(apart.values()):
                    click.echo(f"Next: quips round settle {shlex.quote(str(folder))} --sheet --as {who}")
                click.echo(
                    f"{len(done)} settled: {listed(done, 'and')}." if done else "No case with nothing to settle waits for you."
                )
            else:
                given = _answers(answers, book.differing(moderates(book.plan, turn.state, who, case)))
                settle_case(book, turn, who, case, given, record_of, because)
                click.echo(f"{case} is settled.")
        lead = min((who for who, person in book.plan.people.items() if LEAD in person.roles), default="LEAD")
        click.echo(f"Next: quips round feed-back {shlex.quote(str(folder))} --as {lead}")


def _answers(given: tuple[str, ...], differing: list[str]) -> dict[str, dict[str, str]]:
    """Return what was settled, by prompt, from ``PROMPT=ANSWER: REASON``."""
    found = {}
    for one in given:
        prompt, _, rest = one.partition("=")
        answer, _, reason = rest.partition(":")
        said = answer.strip().lower().replace(" ", "_")
        if said not in ANSWERS or not reason.strip():
            raise QuipsError(f"'{one}' does not say an answer and why. Write --answer \"{prompt or 'PROMPT'}=no: Nobody asked.\"")
        name = prompt.strip()
        if name not in differing:
            hint = did_you_mean(name, differing) or f"They differ on {listed(differing, 'and') or 'nothing'}."
            raise QuipsError(f"The readers do not differ on {name}. {hint}")
        found[name] = {"answer": said, "reason": reason.strip()}
    return found


@click.command()
@folder_argument
@click.argument("case", metavar="CASE")
@because_option
@who_option
@knowledge_options
def reopen(folder: Path, case: str, because: str, who: str, rules: str | None, framework: str | None) -> None:
    """Open a settled case again, before feedback or after a director refused."""
    with opened(folder, framework, rules) as book, book.folder.turn() as turn:
        turn.take(agreeing.reopen(book.plan, turn.state, who, case, because))
        click.echo(f"{case} is open again. Its readers can change their readings.")
        click.echo(f"Next: quips round settle {shlex.quote(str(folder))} {case} --as {who}")


@click.command()
@folder_argument
@click.argument("case", metavar="[CASE]", default="")
@click.option("--accept", "accepts", flag_value=True, type=bool, default=None, help="Accept the feedback and the changes.")
@click.option(
    "--refuse", "accepts", flag_value=False, type=bool, help="Refuse them; needs --because. The feedback is taken back."
)
@click.option("--sheet", is_flag=True, help="Write a sheet of all cases that wait for a director.")
@because_option
@click.option(
    "--as", "who", default="", metavar="PERSON", envvar="QUIPS_AS", help="Your reference, such as D01; or set QUIPS_AS."
)
@knowledge_options
def countersign(
    folder: Path,
    case: str,
    accepts: bool | None,
    sheet: bool,
    because: str,
    who: str,
    rules: str | None,
    framework: str | None,
) -> None:
    """Accept or refuse a case's feedback and changes, as a director; without --accept or --refuse, show what there is to sign."""
    if sheet == bool(case) or (not who and (sheet or accepts is not None)):
        raise click.UsageError("Name a case, or say --sheet; and say who you are with --as to sign, or for a sheet.")
    with opened(folder, framework, rules) as book:
        if sheet:
            with book.folder.turn() as turn:
                has_role(book.plan, who, DIRECTOR, "countersign")
                waiting = len(to_sign(book.plan, turn.state, who))
                if not waiting:
                    click.echo(f"Nothing waits for {who} to sign, so no sheet was made.")
                    return
                path = lay_out_sheet(book, turn, f"forms/signing-{named(who)}.xlsx", signing_sheet(book, turn, who))
            click.echo(f"{waiting} case{'' if waiting == 1 else 's'} to sign by {who}: {path}")
            click.echo(f"Next: fill it in, and hand it in: quips round import {shlex.quote(str(folder))} {folder / path}")
            return
        with book.folder.turn() as turn:
            one = case_of(turn.state, case)
            if accepts is None:
                click.echo(f"{case}, {one.phase}   {book.plan.marking}")
                for line in shown(book, turn.rows, one):
                    click.echo(f"  {line}")
                _what_keeps(book, turn.state, case, who)
                return
            turn.take(signing.countersign(book.plan, turn.state, who, case, accepts, because))
        click.echo(f"{case} is countersigned by {who}." if accepts else f"{case} is refused; its feedback is taken back.")
        click.echo(f"Next: quips round status {shlex.quote(str(folder))}")


def _what_keeps(book: Book, state: State, case: str, who: str) -> None:
    """Say what keeps a case from being signed, or how to sign it."""
    try:
        if who:
            signing.countersign(book.plan, state, who, case, True)
    except StepRefusedError as error:
        click.echo(str(error))
        return
    click.echo(f"To sign: quips round countersign {shlex.quote(str(book.folder.path))} {case} --accept --as {who or 'DIRECTOR'}")
