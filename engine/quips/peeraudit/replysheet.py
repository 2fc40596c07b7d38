"""The sheet on which an officer or senior replies to feedback: what was done, what shows it, and what they do not agree with."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quips.casewords import day_words
from quips.forms.filled import Filled
from quips.forms.sheets import DAY, TEXT, YES_NO, Builder, Sheet
from quips.forms.workbook import workbook_bytes
from quips.peeraudit import state as did
from quips.peeraudit.book import Book
from quips.peeraudit.feedback import NO_STANDS, Prepared
from quips.peeraudit.folder import Turn
from quips.peeraudit.formnames import of_round
from quips.peeraudit.plan import LEAD
from quips.peeraudit.progress import next_step
from quips.peeraudit.state import DONE, RoundCase
from quips.peeraudit.steps import feeding_back
from quips.peeraudit.steps.checks import StepRefusedError, case_of
from quips.places import Place
from quips.problems import InputError, Problem
from quips.source import Path_

KIND = "reply"
FRESH = "A reply sheet is with its case: the lead has it, in the folder forms of the round."


def reply_sheet(prepared: Prepared, round_name: str, marking: str) -> bytes:
    """Return the reply sheet of a case as the bytes of an ``.xlsx`` file; the same feedback gives the same bytes.

    Args:
        prepared: The feedback.
        round_name: What the round is called.
        marking: The protective marking.
    """
    reference = prepared.case.reference
    sheets = [_start(prepared, round_name, marking)]
    sheets += [_actions(prepared, marking)] if prepared.actions else []
    sheets += [_findings(prepared, marking)] if prepared.can_be_disputed else []
    head = {"round": round_name, "case": reference, "feedback": prepared.number, "began": prepared.began}
    return workbook_bytes(sheets, KIND, head, {}, marking, f"Reply on {reference}")


def _start(prepared: Prepared, round_name: str, marking: str) -> Sheet:
    advice = (
        "Write only in the boxes with a border. Leave blank what there is nothing to say of yet: you can hand it in again. "
        "Write no names, dates of birth or addresses anywhere."
    )
    title = f"Reply on {prepared.case.reference}, feedback {prepared.number}"
    build = Builder("Reply", title, advice, ["About this reply", "Answer", "How to answer"], [74, 26, 44], marking)
    build.ask("Who replies?", "Your reference, never a name.", [(("who",), TEXT, 1)], "Such as O03")
    where = ["What was done: the sheet Actions."] if prepared.actions else ["Nothing is to be put right, so no reply is needed."]
    disputes = f"No finding counts against the case, so there is none to dispute. If something is not right, tell {prepared.by}."
    where += ["What you do not agree with: the sheet Findings."] if prepared.can_be_disputed else [disputes]
    build.heading("Where to write", " ".join(where))
    build.heading("The round", round_name)
    return build.sheet()


def _actions(prepared: Prepared, marking: str) -> Sheet:
    heads = ["What would put it right", "Done on (day)", "What shows it?"]
    advice = "Give the day and what shows it, such as the entry on the record. Both are needed."
    build = Builder("Actions", "What was done", advice, heads, [84, 20, 60], marking)
    for one in prepared.actions:
        under = f"{one.remedy} By {day_words(one.due)}."
        answers = [(("actions", one.number, "done_on"), DAY, 1), (("actions", one.number, "evidence"), TEXT, 1)]
        build.ask(f"{one.number}. {one.title}", under, answers)
    return build.sheet()


def _findings(prepared: Prepared, marking: str) -> Sheet:
    heads = ["What was found to fall short", "Do you dispute it?", "If so: why is it not right?"]
    advice = "Only for what you do not agree with. Leave the rest blank. Somebody who did not read the case answers."
    build = Builder("Findings", "What you do not agree with", advice, heads, [84, 20, 60], marking)
    for name, title in prepared.can_be_disputed.items():
        answers = [(("disputes", name, "disputed"), YES_NO, 1), (("disputes", name, "because"), TEXT, 1)]
        under = name
        if name in prepared.judged:
            under = f"The readers judged: no. {prepared.judged[name]} ({name})"
        elif name in prepared.no_on_aside:
            under = f"What it rests on was set aside. {NO_STANDS} ({name})"
        build.ask(title, under, answers)
    return build.sheet()


def hand_in(book: Book, filled: Filled, who: str) -> list[str]:
    """Take what a reply sheet says that was not said before, and return it in lines with what is to be done next.

    Args:
        book: The readings of the round.
        filled: The sheet.
        who: Who hands it in; who replies is what the sheet says.

    Raises:
        InputError: Something in the sheet is wrong, or it replies to feedback that was taken back; nothing was taken.
        StorageError: A step cannot be written down.
    """
    with book.folder.turn() as turn:
        case = _case(turn, filled)
        reply = _Reply(book, turn, filled, case, who)
        changes, disputes = reply.changes(), reply.disputes()
        problems = [*filled.problems, *reply.problems]
        if problems:
            raise InputError(problems)
        name, lines = case.reference, []
        if changes:
            turn.take(feeding_back.act(book.plan, turn.state, reply.by, name, changes, handed_in=who))
        lines += [f"{name}: action {one['number']} was done on {day_words(one['done_on'])}." for one in changes]
        for rule, why in disputes.items():
            told = book.can_be_disputed(case)
            turn.take(feeding_back.dispute(book.plan, turn.state, reply.by, name, rule, why, told, who))
            lines.append(f"{name}: {rule} is disputed by {reply.by}.")
        if not lines:
            lines.append(f"{filled.file} says nothing of {name} that was not said before. Nothing was changed.")
        return [*lines, next_step(book.plan, turn.state, name, shlex.quote(str(book.folder.path)))]


def _case(turn: Turn, filled: Filled) -> RoundCase:
    """Return the case that a sheet is about.

    Raises:
        InputError: It is of another round, or replies to feedback that does not stand.
    """
    of_round(filled, turn.state)
    name, number = str(filled.head.get("case")), filled.head.get("feedback")
    case = case_of(turn.state, name)
    if case.feedback is None or case.feedback.number != number:
        message = f"This replies to feedback {number} on {name}, which was taken back."
        hint = (
            f"Reply on the sheet of feedback {case.feedback.number}."
            if case.feedback
            else "There will be new feedback, with a sheet."
        )
        raise InputError([Problem(Place(filled.file), "feedback-taken-back", message, hint)])
    return case


@dataclass
class _Reply:
    """What a sheet says that was not said before, and everything that is wrong with it."""

    book: Book
    turn: Turn
    filled: Filled
    case: RoundCase
    who: str

    def __post_init__(self) -> None:
        self.problems: list[Problem] = []
        said = str(self.filled.one("who") or "").strip()
        parties = [one for one in (self.case.officer, self.case.senior) if one]
        self.by = said or (self.who if self.who in parties else "")
        if not self.by and ("who",) not in self.filled.unread:
            hint = f"The officer is {self.case.officer or 'not known'}, and the senior {self.case.senior or 'not known'}."
            self.problem(("who",), "not-answered", "Say who replies.", hint)
        elif self.by and not self.may_reply(parties):
            message = f"{self.by} is neither the officer nor the senior of {self.case.reference}, and has no action on it."
            hint = f"The officer is {self.case.officer or 'not known'}, and the senior {self.case.senior or 'not known'}."
            self.problem(("who",), "not-a-party", message, hint)
            self.by = ""  # said once, and not again of every answer

    def may_reply(self, parties: Collection[str]) -> bool:
        """Whether somebody may say anything of the case: its officer or senior, whoever has an action, or the lead."""
        owners = {action.owner for action in self.case.actions.values()}
        person = self.book.plan.people.get(self.by)
        return self.by in parties or self.by in owners or (person is not None and LEAD in person.roles)

    def problem(self, path: Path_, name: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.filled.place(*path), name, message, hint))

    def rows(self, kind: str) -> Iterator[int | str]:
        """Yield the numbers of the actions, or the rules, that the sheet asks about."""
        for path in dict.fromkeys(path[:2] for path in self.filled.cells if path[0] == kind):
            yield path[1]

    def is_there(self, path: Path_) -> bool:
        """Whether something stands in a box, also if it cannot be read, which is told by itself."""
        return bool(self.filled.one(*path)) or path in self.filled.unread

    def before(self, kind: str) -> Iterator[Mapping[str, Any]]:
        """Yield what steps of a kind said of the case since feedback was given, the newest first."""
        for row in reversed(self.turn.rows):
            if row.step.case == self.case.reference and row.step.did == did.FED_BACK:
                return
            if row.step.case == self.case.reference and row.step.did == kind:
                yield row.step.about

    def changes(self) -> list[dict[str, Any]]:
        """Return what became of actions."""
        today, found = self.book.folder.today(), []
        said = [change for about in self.before(did.ACTED) for change in about["actions"]]
        for number in self.rows("actions"):
            day, shows = (("actions", number, key) for key in ("done_on", "evidence"))
            done_on, evidence = self.filled.one(*day), self.filled.one(*shows)
            if not self.is_there(day) and not self.is_there(shows):
                continue
            if not self.is_there(shows):
                self.problem(shows, "not-answered", f"Say what shows that action {number} was done.", "Or clear the day.")
            if not self.is_there(day):
                self.problem(day, "not-answered", f"Say on which day action {number} was done.", "Or clear what is said of it.")
            elif done_on and done_on > today:
                self.problem(day, "after-today", f"{day_words(done_on)} is still to come.", "Write it here once it is done.")
            elif done_on and evidence:
                change = {"number": number, "status": DONE, "done_on": done_on, "evidence": evidence}
                if change not in said and self.may_act(change, day):
                    found.append(change)
        return found

    def may_act(self, change: Mapping[str, Any], at: Path_) -> bool:
        try:
            if self.by:
                feeding_back.act(self.book.plan, self.turn.state, self.by, self.case.reference, [change], handed_in=self.who)
        except StepRefusedError as error:
            self.problem(at, "refused", str(error))
            return False
        return bool(self.by)

    def disputes(self) -> dict[str, str]:
        """Return what is disputed, with why."""
        found = {}
        said = [(about["rule"], about["because"]) for about in self.before(did.DISPUTED)]
        for rule in map(str, self.rows("disputes")):
            box, reason = (("disputes", rule, key) for key in ("disputed", "because"))
            disputed, why = self.filled.one(*box), self.filled.one(*reason)
            if disputed and not self.is_there(reason):
                self.problem(reason, "not-answered", "Say why this finding is not right.", "Or clear the answer beside it.")
            elif why and not self.is_there(box):
                self.problem(
                    box, "not-answered", "Say Yes if you dispute this finding.", "If you do not, clear what is said beside it."
                )
            elif disputed and why and (rule, why) not in said and self.may_dispute(rule, why, box):
                found[rule] = why
        return found

    def may_dispute(self, rule: str, why: str, at: Path_) -> bool:
        plan, state, told = self.book.plan, self.turn.state, self.book.can_be_disputed(self.case)
        try:
            if self.by:
                feeding_back.dispute(plan, state, self.by, self.case.reference, rule, why, told, self.who)
        except StepRefusedError as error:
            self.problem(at, "refused", str(error))
            return False
        return bool(self.by)
