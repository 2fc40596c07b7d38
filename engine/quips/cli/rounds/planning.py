"""The commands that set a round up and say how far it is."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from quips.cli.rounds.shared import because_option, folder_argument, opened, tell_void, who_option
from quips.cli.shared import WIDTH, knowledge_options, load, one_of, told
from quips.peeraudit import allocation, drawing
from quips.peeraudit.beginning import begin_round
from quips.peeraudit.plan import DIRECTOR, LEAD, MODERATOR, READER
from quips.peeraudit.progress import progress_of
from quips.peeraudit.state import RoundCase
from quips.peeraudit.steps import setting_up
from quips.peeraudit.steps.checks import StepRefusedError, case_of, groups_of, known
from quips.problems import QuipsError, listed
from quips.reports.roundlog import log_text
from quips.reports.roundstatus import allocation_text, status_json, status_text
from quips.reports.samples import sample_text

_DOES = {READER: "read", MODERATOR: "settle", LEAD: "feed back on", DIRECTOR: "sign"}
"""What people of each role do with a case."""
case_argument = click.argument("case", metavar="CASE")


@click.command()
@folder_argument
@click.option("--edition", default="omi-1", show_default=True, metavar="NAME", help="The edition that cases are judged under.")
@knowledge_options
def new(folder: Path, edition: str, rules: str | None, framework: str | None) -> None:
    """Begin a round: make a folder with a plan to edit, a list of people and a list of cases."""
    from quips.reports.lettertemplates import default_templates  # what writes Word documents takes time to load

    with told():
        made = begin_round(folder, one_of(edition, load(framework, rules).editions, "edition"), default_templates())
        click.echo(f"{folder} holds {', '.join(made)}.")
        click.echo("Edit round.yaml, and put your people and your cases in the place of the examples.")
        _next(folder, "draw", "--dry-run --as L01", "To see whether all is right")


@click.command()
@folder_argument
@who_option
@click.option("--dry-run", is_flag=True, help="Show what would be drawn, and write nothing.")
@knowledge_options
def draw(folder: Path, who: str, dry_run: bool, rules: str | None, framework: str | None) -> None:
    """Draw the cases of a round, once, so that anybody can draw the same again."""
    with opened(folder, framework, rules) as book:
        round_, plan, knowledge = book.folder, book.plan, book.auditor.knowledge
        with round_.turn() as turn:
            setting_up.draw(plan, turn.state, who, {})  # whoever may not draw is told before anything is shown
            pool = drawing.pool_of(round_, plan, knowledge)
            drawn = drawing.draw_cases(pool, plan, plan.seed or drawing.made_up_seed())
            sized_by = drawing.sized_by(plan, drawn)
            text = sample_text(drawn, sized_by, drawing.notes_on(pool), plan.marking, WIDTH)
            if dry_run:
                click.echo(text)
                seed = "" if plan.seed else " With no seed in the plan, the next draw is another."
                click.echo(f"Nothing was written, and nothing is drawn yet.{seed}")
                _next(folder, "draw", f"--as {who}", "To draw")
                return
            about = drawing.row_of(pool, plan, drawn, round_.read(plan.population.file))
            kept = turn.keep(drawing.KEPT, pool.cases.as_csv(plan.population.reference))
            row = turn.take(setting_up.draw(plan, turn.state, who, about, kept))
        click.echo(text)
        click.echo(f"Written down as row {row.number}, with the seal {row.seal[:16]}.")
        click.echo(f"Anybody can make the draw again: quips round verify {_shown(folder)}")
        _next(folder, "allocate", f"--as {who}")


@click.command()
@folder_argument
@case_argument
@who_option
@because_option
@click.option(
    "--not-eligible",
    is_flag=True,
    help="It should not have been drawn. Also for a case that was read; every report then names it, and why.",
)
@knowledge_options
def replace(
    folder: Path, case: str, who: str, because: str, not_eligible: bool, rules: str | None, framework: str | None
) -> None:
    """Take out a case that cannot be read, or should not have been drawn, and bring in the next in line of its group."""
    with opened(folder, framework, rules) as book:
        round_, plan, knowledge = book.folder, book.plan, book.auditor.knowledge
        with round_.turn() as turn:
            setting_up.replace_case(plan, turn.state, who, case, because, None, {}, not_eligible)
            before = case_of(turn.state, case)
            instead = drawing.next_in_line(round_, plan, knowledge, turn.state, case)
            given: dict[str, str] = {}
            if instead is not None and turn.state.groups:
                coming = RoundCase(*(instead[key] for key in ("case", "values", "officer", "senior", "team")))
                in_share = before.second_because.startswith("in the share")
                why = before.second_because if in_share else allocation.always_twice(plan, coming)
                given = allocation.reader_for(plan, turn.state, coming, case, why)
            turn.take(setting_up.replace_case(plan, turn.state, who, case, because, instead, given, not_eligible))
        if instead is None:
            click.echo(f"{case} is taken out. No case like it is left, so the round has one fewer.")
        else:
            click.echo(f"{case} is taken out, and {instead['case']} comes in for it.")
        if before.read_by or before.records:
            click.echo(f"What was read of {case} is kept and counts for nothing, and nobody gets feedback on it.")
            click.echo("If it showed that somebody may be at risk: speak to the manager today, before anything else.")
        if given:
            click.echo(_given(instead["case"] if instead else "", given))
            _next(folder, "forms", f"--for {given['reader']}")
        else:
            _next(folder, "status")


@click.command()
@folder_argument
@who_option
@knowledge_options
def allocate(folder: Path, who: str, rules: str | None, framework: str | None) -> None:
    """Form the groups and say who reads what: nobody their own or their own team's, loads as even as they can be."""
    with opened(folder, framework, rules) as book:
        round_, plan = book.folder, book.plan
        with round_.turn() as turn:
            setting_up.may_allocate(plan, turn.state, who)
            found = allocation.allocate(plan, turn.state)
            turn.take(setting_up.allocate(plan, turn.state, who, found.groups, found.cases))
        click.echo(allocation_text(plan, found, WIDTH))
        _next(folder, "forms", f"--for {min(found.loads)}", "Next, for each reader")


@click.command()
@folder_argument
@case_argument
@click.option("--to", "to", required=True, metavar="PERSON", help="Who is to read it.")
@click.option("--second", is_flag=True, help="It is the second reading that they are to do.")
@who_option
@because_option
@knowledge_options
def reallocate(
    folder: Path, case: str, to: str, second: bool, who: str, because: str, rules: str | None, framework: str | None
) -> None:
    """Give a case to another reader, or find it a second one."""
    with opened(folder, framework, rules) as book:
        round_, plan = book.folder, book.plan
        with round_.turn() as turn:
            one = case_of(turn.state, case)
            known(plan, to)
            if second:
                given = {"second_reader": to, "second_because": one.second_because or because}
            else:
                groups = groups_of(plan, turn.state)
                group = next((name for name, members in groups.items() if to in members), "")
                if not group:
                    raise QuipsError(f"{to} is of no group. Give {to} the role of a reader and a group on the list of people.")
                given = {"group": group, "reader": to}
            turn.take(setting_up.reallocate(plan, turn.state, who, case, given, because))
            state = turn.state
        click.echo(_given(case, given))
        tell_void(book, state, case=case)
        _next(folder, "forms", f"--for {to}")


@click.command()
@folder_argument
@case_argument
@who_option
@because_option
@knowledge_options
def conflict(folder: Path, case: str, who: str, because: str, rules: str | None, framework: str | None) -> None:
    """Say that you should not read a case, so that the lead gives it to somebody else."""
    with opened(folder, framework, rules) as book:
        round_, plan = book.folder, book.plan
        with round_.turn() as turn:
            one = case_of(turn.state, case)
            turn.take(setting_up.declare(plan, turn.state, who, case, because))
            state = turn.state
        roles = plan.people[who].roles
        does = [words for role, words in _DOES.items() if role in roles]
        click.echo(f"It is written down that {who} is not to {listed(does)} {case}.")
        tell_void(book, state, who, case)
        if who in one.readers and one.moderated is None:
            is_second = who == one.second_reader
            lead = next(name for name, person in sorted(plan.people.items()) if LEAD in person.roles)
            try:
                to = allocation.who_instead(plan, state, case_of(state, case), is_second)
            except StepRefusedError as refused:
                click.echo(str(refused))
                return
            arguments = f'{case} --to {to}{" --second" * is_second} --as {lead} --because "conflict"'
            _next(folder, "reallocate", arguments, "Next, the lead")
        else:
            _next(folder, "status")


@click.command()
@folder_argument
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The form.")
@knowledge_options
def status(folder: Path, form: str, rules: str | None, framework: str | None) -> None:
    """Say how far a round is, and what is next for whom."""
    with opened(folder, framework, rules) as book:
        round_, plan = book.folder, book.plan
        state = round_.state()
        progress = progress_of(plan, state, round_.today(), _shown(folder))
        is_text = form == "text"
        click.echo(
            status_text(plan, state, progress, _shown(folder), WIDTH) if is_text else status_json(plan, state, progress), nl=False
        )


@click.command()
@folder_argument
@click.argument("case", metavar="[CASE]", default="")
@knowledge_options
def log(folder: Path, case: str, rules: str | None, framework: str | None) -> None:
    """Tell what was done in a round, step by step, or in one case of it."""
    with opened(folder, framework, rules) as book:
        round_, plan = book.folder, book.plan
        rows, state = round_.rows(), round_.state()
        if case and case not in state.gone:
            case_of(state, case)
        click.echo(log_text(plan, rows, state, case, WIDTH))
        _next(folder, "status")


def _given(case: str, given: dict[str, str]) -> str:
    """Say who reads a case."""
    words = [f"{given['reader']} of group {given['group']} reads it"] if "reader" in given else []
    if given.get("second_reader"):
        words.append(f"{given['second_reader']} reads it a second time, blind")
    elif given.get("second_because"):
        words.append("it is to be read twice, and nobody has room to; see quips round status")
    return f"{case}: {'; '.join(words)}."


def _next(folder: Path, command: str, more: str = "", words: str = "Next") -> None:
    """End with what is to be done next."""
    click.echo(f"{words}: quips round {command} {_shown(folder)} {more}".rstrip())


def _shown(folder: Path) -> str:
    return shlex.quote(str(folder))
