"""The sheet on which a moderator settles cases: which answer holds where readers differ, and whose record is the case's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quips.forms.filled import Filled
from quips.forms.layout import JUDGED, expects
from quips.forms.sheets import TEXT, YES_NO, Builder, Expects, Sheet
from quips.forms.workbook import Answers, workbook_bytes
from quips.judged import words_of
from quips.peeraudit import state as did
from quips.peeraudit.book import Book
from quips.peeraudit.contradictions import to_look_at
from quips.peeraudit.differingfacts import differing_facts, facts_words
from quips.peeraudit.folder import Turn
from quips.peeraudit.formnames import made_for, of_round
from quips.peeraudit.state import Phase, RoundCase, State
from quips.peeraudit.steps import agreeing
from quips.peeraudit.steps.checks import StepRefusedError, moderates
from quips.peeraudit.trail import Row
from quips.problems import InputError, Problem
from quips.proposals import FOR_THE_AUDITOR
from quips.vocabulary import COMMON_ATTRIBUTES

KIND = "settling"
_CHANGES = (did.RECORDED, did.SUBMITTED, did.REALLOCATED, did.REOPENED)
FRESH = "For a new sheet to settle on: quips round settle FOLDER --sheet --as PERSON."
_RECORD = Expects("word", {"The first reader's": "first", "The second reader's": "second"})


def to_settle(book: Book, state: State, who: str) -> list[RoundCase]:
    """Return the cases that wait to be settled, and that somebody may settle, in the order of the draw."""
    found = []
    for name, case in state.cases.items():
        if case.phase is Phase.TO_MODERATE:
            try:
                found.append(moderates(book.plan, state, who, name))
            except StepRefusedError:
                continue  # another moderator's
    return found


def not_theirs(book: Book, state: State, who: str) -> dict[str, str]:
    """Return the cases that wait to be settled and that somebody may not settle, each with why."""
    found = {}
    for name, case in state.cases.items():
        if case.phase is Phase.TO_MODERATE:
            try:
                moderates(book.plan, state, who, name)
            except StepRefusedError as error:
                found[name] = str(error)
    return found


def waits_for_second(case: RoundCase) -> bool:
    """Whether a second reading was called for that nobody has been found for."""
    return bool(case.second_because) and not case.second_reader


def settling_sheet(book: Book, turn: Turn, who: str) -> bytes:
    """Return the sheet of all cases that somebody can settle, as the bytes of a workbook.

    Args:
        book: The readings of the round.
        turn: The round as it stands.
        who: The moderator.
    """
    plan, state, cases = book.plan, turn.state, to_settle(book, turn.state, who)
    sheets = [_cases(book, cases), *([_differing(book, cases, plan.marking)] if any(map(book.differing, cases)) else [])]
    head = {
        "round": plan.name,
        "began": state.began,
        "who": who,
        "seen": {case.reference: seen(turn.rows, case.reference) for case in cases},
    }
    before: Answers = {
        ("answers", case.reference, prompt, key): [(getattr(said, key), ())]
        for case in cases
        for prompt, said in case.adjudicated.items()
        for key in ("answer", "reason", "evidence")
        if getattr(said, key)
    }
    return workbook_bytes(sheets, KIND, head, before, plan.marking, f"To settle, by {who}")


def seen(rows: Sequence[Row], case: str) -> int:
    """Return the last row that changed what there is to settle of a case, so that nobody settles what they have not seen."""
    return max((row.number for row in rows if row.step.case == case and row.step.did in _CHANGES), default=0)


def _cases(book: Book, cases: list[RoundCase]) -> Sheet:
    advice = (
        "A case that is settled is locked. Settle one once every question on which its readers differ has an answer on the next "
        "sheet. Where an answer goes against the facts and is not right, the reader hands the form in again. Leave a row blank "
        "to come back to it."
    )
    heads = ["Case", "Settle it?", "Whose record of the facts?", "Why, if the second reader's"]
    build = Builder("Cases", "Cases to settle", advice, heads, [84, 14, 26, 60], book.plan.marking)
    for case in cases:
        name = case.reference
        answers = [(("settle", name), YES_NO, 1)]
        if case.second_reader:
            answers += [(("record", name), _RECORD, 1), (("because", name), TEXT, 1)]
        under = [*_read(book, case)]
        under += [f"Look at this: {words}" for words in to_look_at(book, case).values()]
        under += [facts_words(fact) for fact in differing_facts(book, case)]
        if waits_for_second(case):
            under.append(
                f"To be read a second time ({case.second_because}), and nobody does yet. The lead can find somebody. "
                f"If nobody can: quips round settle FOLDER {name} --because WHY."
            )
        build.ask(name, "\n".join(under), answers if not waits_for_second(case) else [], wanted=("settle", name))
    return build.sheet()


def _read(book: Book, case: RoundCase) -> Iterator[str]:
    """Yield what each reader's record of a case comes to, so that the moderator sees which of them to take."""
    for reader, which in zip(case.readers, ("Read", "Read a second time"), strict=False):
        newest = case.newest(reader)
        roots = dict.fromkeys(gap.finding.rule.title for gap in book.in_scope(book.audit(newest.file)).gaps) if newest else {}
        yield f"{which} by {reader}. First causes in this record: {'; '.join(roots) or 'none'}."


def suggested(book: Book, case: RoundCase, prompt: str) -> str:
    """Return in words what the records of a case suggest for a prompt, each reader's own if they suggest different answers."""
    found = {}
    for reader in case.readers:
        newest = case.newest(reader)
        answers = [one.answer for one in book.audit(newest.file).proposals if one.prompt.name == prompt] if newest else []
        found[reader] = words_of(answers[0]) if answers else words_of(FOR_THE_AUDITOR)
    if len(set(found.values())) == 1:
        return next(iter(found.values())).capitalize()
    return "\n".join(f"{words.capitalize()}, by {reader}'s record" for reader, words in found.items())


def _differing(book: Book, cases: list[RoundCase], marking: str) -> Sheet:
    advice = "Where two readers differ. Say which answer holds, and why, once you have talked to both."
    heads = [
        "Question",
        "Settled answer",
        "Why?",
        COMMON_ATTRIBUTES["evidence"].ask,
        "First reader",
        "Second reader",
        "What the record suggests",
    ]
    build = Builder("Where they differ", "Where readers differ", advice, heads, [60, 18, 50, 20, 50, 50, 26], marking)
    for case in cases:
        prompts = book.differing(case)
        if prompts:
            build.heading(case.reference)
        first, second = (book.judgements(case, reader) for reader in case.readers) if prompts else ({}, {})
        for prompt in prompts:
            paths = [
                (("answers", case.reference, prompt, "answer"), JUDGED, 1),
                (("answers", case.reference, prompt, "reason"), TEXT, 1),
                (("answers", case.reference, prompt, "evidence"), expects(COMMON_ATTRIBUTES["evidence"]), 1),
            ]
            build.ask_beside(
                *(book.auditor.knowledge.prompts[prompt].asks, prompt, paths),
                *(
                    [said_words(first[prompt]), said_words(second[prompt]), suggested(book, case, prompt)],
                    ("answers", case.reference, prompt, "answer"),
                ),
            )
    return build.sheet()


def said_words(said: Mapping[str, Any]) -> str:
    """Return what a reader answered, in words."""
    evidence = f" (evidence: {COMMON_ATTRIBUTES['evidence'].values[said['evidence']]})" if said.get("evidence") else ""
    more = " ".join(filter(None, (said.get("reason", ""), said.get("note", ""))))
    return f"{words_of(said['answer']).capitalize()}{evidence}. {more}".strip()


def settle_case(
    book: Book,
    turn: Turn,
    who: str,
    name: str,
    answers: Mapping[str, Mapping[str, str]],
    record_of: str = "",
    because: str = "",
) -> None:
    """Settle a case: the questions on which its readers differ, and the case itself.

    Args:
        book: The readings of the round.
        turn: The turn in which it is done.
        who: The moderator.
        name: The case.
        answers: What is settled now, by prompt: ``answer``, ``reason``, ``evidence``.
        record_of: Whose record of the facts is the case's; the first reader's if left out.
        because: Why it is the second reader's.

    Raises:
        StepRefusedError: Somebody else's work, not now, or something is left to settle; nothing was taken.
    """
    plan, state = book.plan, turn.state
    case = moderates(plan, state, who, name)
    differing = book.differing(case) if case.all_read else []
    unsettled = sorted(set(differing) - set(answers) - set(case.adjudicated))
    agreeing.moderate(plan, state, who, name, record_of or case.reader, unsettled, because)  # refuses before anything is taken
    if answers:
        turn.take(agreeing.adjudicate(plan, state, who, name, answers, differing))
    turn.take(agreeing.moderate(plan, turn.state, who, name, record_of or case.reader, differing, because))


def hand_in(book: Book, filled: Filled, who: str) -> list[str]:
    """Settle the cases that a sheet settles, and return what there is to say, a line each.

    Args:
        book: The readings of the round.
        filled: The sheet.
        who: Who hands it in; the moderator it was made for, if left out.

    Raises:
        InputError: Something in it is wrong; nothing was settled.
    """
    by = made_for(filled, who)
    with book.folder.turn() as turn:
        of_round(filled, turn.state)
        rows = [_Row(book, turn, filled, by, name, since) for name, since in filled.head.get("seen", {}).items()]
        problems = [*filled.problems, *(problem for row in rows for problem in row.problems())]
        if problems:
            raise InputError(problems)
        lines = []
        for row in rows:
            if row.is_settled:
                lines.append(f"{row.name} was settled before. Nothing was changed.")
            elif row.wanted:
                settle_case(book, turn, by, row.name, row.answers, row.record_of, row.because)
                lines.append(f"{row.name} is settled.")
    return lines or ["No case is settled on this sheet yet. Nothing was changed."]


@dataclass
class _Row:
    """What a sheet says of one case."""

    book: Book
    turn: Turn
    filled: Filled
    who: str
    name: str
    since: int

    @property
    def case(self) -> RoundCase | None:
        return self.turn.state.cases.get(self.name)

    @property
    def wanted(self) -> bool:
        return bool(self.filled.one("settle", self.name))

    @property
    def is_settled(self) -> bool:
        return self.wanted and self.case is not None and self.case.moderated is not None

    @property
    def answers(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for path in self.filled.given:
            if path[:2] == ("answers", self.name):
                found.setdefault(str(path[2]), {})[str(path[3])] = self.filled.one(*path)
        return found

    @property
    def record_of(self) -> str:
        second = self.filled.one("record", self.name) == "second"
        return self.case.second_reader if self.case and second else ""

    @property
    def because(self) -> str:
        return str(self.filled.one("because", self.name) or "")

    def problems(self) -> Iterator[Problem]:
        case = self.case
        if case is None:
            at, gone = self.filled.place("settle", self.name), self.turn.state.gone.get(self.name)
            why = f"was taken out: {gone.because}" if gone else "is not in this round."
            yield Problem(at, "not-in-the-round", f"{self.name} {why}", "Clear its row.")
            return
        if not self.wanted or self.is_settled:
            return
        if seen(self.turn.rows, self.name) != self.since:
            message = f"{self.name} was read, given out or opened again since this sheet was made."
            yield Problem(self.filled.place("settle", self.name), "changed-since", message, FRESH)
            return
        left = set(self.book.differing(case)) - set(case.adjudicated)
        for prompt in sorted(left):
            said = self.answers.get(prompt, {})
            for key, what in (("answer", "Say which answer holds."), ("reason", "Say why.")):
                if not said.get(key):
                    at = self.filled.place("answers", self.name, prompt, key)
                    yield Problem(at, "not-answered", what, "Or do not settle the case yet.")
        if self.record_of and not self.because:
            at = self.filled.place("because", self.name)
            yield Problem(at, "not-answered", "Say why the second reader's record is taken.", "Or take the first reader's.")
            return
        try:
            agreeing.moderate(
                *(self.book.plan, self.turn.state, self.who, self.name, self.record_of or case.reader, (), self.because)
            )
        except StepRefusedError as error:
            yield Problem(self.filled.place("settle", self.name), "refused", str(error))
