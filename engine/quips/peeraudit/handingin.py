"""Takes in what readers hand in: the facts of a case, then the judgements, each with the form it was read from."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from quips.audits import Audit
from quips.casewords import day_words
from quips.forms.filled import Filled, read_filled
from quips.forms.reading import record_in, told_in
from quips.judged import words_of
from quips.peeraudit.allocation import second_for
from quips.peeraudit.book import Book
from quips.peeraudit.contradictions import FEWEST_WORDS, goes_against
from quips.peeraudit.folder import Turn
from quips.peeraudit.formnames import (
    BECAUSE,
    FACTS,
    FRESH,
    GOOD_PRACTICE,
    GOOD_PRACTICE_ROWS,
    JUDGING,
    KNOWN,
    READING,
    URGENT,
    made_for,
    named,
    of_round,
)
from quips.peeraudit.state import RECORDED, State
from quips.peeraudit.steps import reading, setting_up
from quips.places import Place
from quips.problems import InputError, Level, Problem, QuipsError, listed
from quips.source import Document, parse_yaml
from quips.statuses import Verdict
from quips.yamltext import as_yaml


@dataclass
class HandedIn:
    """A reading as it was handed in, and everything that is wrong with it.

    Attributes:
        book: The readings of the round.
        filled: The form.
        is_raised: Whether somebody has written down of the case what was done at once.
    """

    book: Book
    filled: Filled
    is_raised: bool = False

    @property
    def case(self) -> str:
        """The case it is about."""
        return str(self.filled.head["case"])

    @property
    def reader(self) -> str:
        """Who read it."""
        return str(self.filled.head["reader"])

    @property
    def stage(self) -> str:
        """``facts``, ``judging`` or ``known``."""
        return str(self.filled.head["stage"])

    @cached_property
    def _read(self) -> tuple[Document, Audit | None, Sequence[Problem]]:
        """The case file, its audit if it is a valid one, and all that is wrong with it."""
        found, problems = told_in(self.filled, self.book.auditor.knowledge, self._after_as_at)
        is_whole = not problems
        problems += self._of_the_record(found)
        if not is_whole:  # of what cannot all be read, nothing can be said that would hold
            return found, None, problems
        try:
            return found, self.book.auditor.audit_document(found, edition=self.book.plan.edition), problems
        except InputError as error:
            return found, None, [*problems, *error.problems]

    @property
    def record_problems(self) -> Sequence[Problem]:
        """All that is wrong with the case file it gives."""
        return self._read[2]

    @property
    def document(self) -> Document:
        """The case file it gives, with the judgements.

        Raises:
            InputError: Something in it cannot be read, or cannot be so; every such cell is told.
        """
        found, _, problems = self._read
        if problems:
            raise InputError(problems)
        return found

    @property
    def audit(self) -> Audit:
        """The audit of it.

        Raises:
            InputError: As for the document.
        """
        document, audit, problems = self._read
        if audit is None:
            raise InputError(problems or [Problem(Place(document.file), "not-valid", "It is no valid case file.")])
        return audit

    @property
    def urgent(self) -> str:
        """What to do before all else; empty if no open gap calls for it, or it cannot be read so far.

        Where it was written down that it was done, that stands in its place, and does not call out any more.
        """
        try:
            about = self.audit.urgent
        except InputError:
            return ""
        if not about:
            return ""
        what = listed([{"child": "a child", "victim": "a victim", "mappa": "MAPPA"}[one] for one in about], "and")
        concern = f"{self.case}: open gaps on this live case concern {what}."
        if self.is_raised:
            return f"{concern} What was done at once is written down; if there is more, speak to your manager today."
        return (
            f"{URGENT}: {concern} If somebody may be at risk now, speak to your manager today.\n"
            f"  Then: quips round urgent {shlex.quote(str(self.book.folder.path))} {self.case} "
            f'--as {self.reader} --concern "…" --told "…"'
        )

    @property
    def text(self) -> str:
        """The case file, as it is kept."""
        return as_yaml(self.document.value)

    @property
    def good_practice(self) -> list[str]:
        """What was good practice, in the reader's words."""
        said = (self.filled.one(GOOD_PRACTICE, n) for n in range(GOOD_PRACTICE_ROWS))
        return [words for words in said if words]

    @property
    def unanswered(self) -> list[str]:
        """The prompts in scope that are not answered."""
        return [prompt for prompt in self.book.plan.prompts if prompt not in self._read[0].value.get("judgements", {})]

    def judging_problems(self) -> Iterator[Problem]:
        """Yield all that is wrong with the record, and each answer that has no reason, or one of a word, and needs one.

        What an answer goes against in the facts is seen once these are right. With what is wrong it is said what is still to
        answer, which by itself keeps no form out.
        """
        problems = [*self.record_problems, *self._without_reason()]
        yield from problems
        left = [prompt for prompt in self.unanswered if ("judgements", prompt, "answer") not in self.filled.unread]
        if problems and left:
            place = self.filled.place("judgements", left[0], "answer")
            asked = f"{len(left)} question{'s are' if len(left) > 1 else ' is'} still to answer: {_some(left)}."
            yield Problem(place, "not-answered", asked, "The form can go in without, and the case waits.", Level.WARNING)

    def _without_reason(self) -> Iterator[Problem]:
        document, audit, _ = self._read
        for prompt, said in document.value.get("judgements", {}).items():
            path = ("judgements", prompt, "reason")
            if path in self.filled.unread:
                continue
            reason, place = str(said.get("reason", "")), self.filled.place(*path)
            against = goes_against(audit, prompt, said["answer"]) if audit is not None else ""
            if against and len(reason.split()) < FEWEST_WORDS:
                hint = (
                    f"Put the facts right on this form if they are not; or say why all the same, in {FEWEST_WORDS} words or more."
                )
                yield Problem(place, "no-reason", against, hint)
            elif said["answer"] == "no" and not reason:
                yield Problem(place, "no-reason", "The answer is No, and it is not said why.", "Say why.")

    def _after_as_at(self, name: str, on: str, as_at: str) -> str:
        activities = self.book.auditor.knowledge.vocabulary.activities
        title = activities[name].title if name in activities else "What was not done"
        return f"{title} is dated {day_words(on)}, after the day the record was read ({day_words(as_at)})."

    def _of_the_record(self, document: Document) -> Iterator[Problem]:
        if document.value["case"] != self.case and ("case",) in self.filled.given:
            message = f"This is the form of {self.case}, and the record on it is of {document.value['case']}."
            yield Problem(document.place("case"), "another-case", message, f"Write {self.case}, or use the other case's form.")
        if "as_at" not in document.value and ("as_at",) not in self.filled.unread:
            message = "Say on which day the record was read: later nobody could tell what was due by then."
            yield Problem(self.filled.place("as_at"), "not-answered", message, "Such as 26 November 2026.")


_MOST_TOLD = 5
_HEAD = ("round", "began", "case", "reader", "stage", "edition", "vocabulary", "rules")


def of_this_round(book: Book, state: State, filled: Filled) -> None:
    """See that a form belongs to this round, as it is now.

    Raises:
        InputError: It is of another round or edition, or of a case that is not in the round or was replaced; or what it says
            of itself was changed.
    """
    head, place = filled.head, Place(filled.file)
    if not all(isinstance(head.get(key), str) for key in _HEAD) or head["stage"] not in (FACTS, JUDGING, KNOWN):
        message = "The hidden sheet that says whose form this is was changed."
        raise InputError([Problem(place, "form-changed", message, f"Copy the answers into a new one. {FRESH}")])
    is_known = head["stage"] == KNOWN  # may be read before the draw, by which a round is told from any other
    if not is_known:
        of_round(filled, state)
    elif head["round"] != book.plan.name:
        message = f"This is of the round '{head['round']}', and this one is called '{book.plan.name}'."
        raise InputError([Problem(place, "another-round", message, "Hand it in to the round it belongs to.")])
    if head.get("edition") != book.plan.edition:
        message = f"This form asks what {head.get('edition')} asks, and the round is judged under {book.plan.edition}."
        raise InputError([Problem(place, "another-edition", message, FRESH)])
    if not is_known and head["case"] not in state.cases:
        gone = state.gone.get(str(head.get("case")))
        why = f"was taken out: {gone.because}" if gone else "is not read in this round."
        message = f"{head.get('case')} {why}"
        raise InputError([Problem(place, "not-in-the-round", message, "There is nothing to do with this form.")])


def hand_in(book: Book, filled: Filled, data: bytes, who: str = "", because: str = "") -> list[str]:
    """Take in a reading, and return what there is to say, a line each.

    Args:
        book: The readings of the round.
        filled: The form.
        data: The form's bytes, which are kept.
        who: Who hands it in; the reader it was made for, if left out.
        because: Why it is changed, for a later version; what the form says, if left out.

    Raises:
        InputError: Something on it is wrong; nothing was taken.
        StepRefusedError: It is not this reader's to read, or not now.
        StorageError: It cannot be kept.
    """
    with book.folder.turn() as turn:
        of_this_round(book, turn.state, filled)
        raised = any(one.case == filled.head["case"] for one in turn.state.urgent)
        given = HandedIn(book, filled, raised)
        if given.stage == KNOWN:
            message = f"{given.case} is a known case, which is read to see how a reader judges."
            hint = f"Hand it in with: quips round qualify {book.folder.path} {filled.file}"
            raise InputError([Problem(Place(filled.file), "known-case", message, hint)])
        try:
            made_for(filled, who, "reader")
            return [*_facts(turn, given, data)] if given.stage == FACTS else [*_judged(turn, given, data, because)]
        except QuipsError as error:
            raise _refused(given, error) from error


def _refused(given: HandedIn, error: QuipsError) -> InputError:
    """Return why a form was refused; what is urgent on it is said first, for it does not wait until the form is right."""
    place = Place(given.filled.file)
    problems = error.problems if isinstance(error, InputError) else [Problem(place, "refused", str(error))]
    urgent = [Problem(place, "urgent", given.urgent)] if given.urgent else []
    return InputError([*urgent, *problems])


def _facts(turn: Turn, given: HandedIn, data: bytes) -> Iterator[str]:
    case, reader = turn.state.cases.get(given.case), given.reader
    text = given.text
    assert case is not None  # it was looked at above
    if case.newest(reader) is not None:
        message = f"{reader} has judged {given.case} already. To correct a fact, correct it on the form with the judgements."
        raise InputError([Problem(Place(given.filled.file), "judged-already", message)])
    number = 1 + sum(row.step.did == RECORDED and (row.step.case, row.step.who) == (given.case, reader) for row in turn.rows)
    if reader in case.records and _same(turn, case.records[reader], text):
        yield from filter(None, [given.urgent])
        yield f"{given.case}: these facts of {reader} are in already. Nothing was changed."
        return
    name = f"{named(given.case)}.{named(reader)}.facts.{number}"
    path = f"readings/{name}.yaml"
    second, told = _second(turn, given)
    about = given.audit.urgent
    reading.record(given.book.plan, turn.state, reader, given.case, path, {}, second)  # before anything is kept
    files = {**turn.keep(path, text.encode()), **turn.keep(f"kept/{name}.xlsx", data)}
    turn.take(reading.record(given.book.plan, turn.state, reader, given.case, path, files, second, about))
    yield from filter(None, [given.urgent])
    yield f"{given.case}: the facts read by {reader} are in."
    yield from told


def _judged(turn: Turn, given: HandedIn, data: bytes, because: str) -> Iterator[str]:
    case, reader = turn.state.cases[given.case], given.reader
    problems = [*given.judging_problems()]
    if given.record_problems:
        raise InputError(problems)
    text, newest = given.text, case.newest(reader)
    if newest and _same(turn, newest.file, text) and list(newest.good_practice) == given.good_practice:
        yield f"{given.case}: this reading by {reader} is in already. Nothing was changed."
        return
    problems = [*_older(turn, given), *problems]
    if problems:
        raise InputError(problems)
    name = f"{named(given.case)}.{named(reader)}.{newest.version + 1 if newest else 1}"
    path, form = f"readings/{name}.yaml", f"kept/{name}.xlsx"
    second, told = _second(turn, given)
    left = given.unanswered
    why = because or str(given.filled.one(BECAUSE) or "")
    step = (given.book.plan, turn.state, reader, given.case, path, form)
    rest = (not left, given.good_practice, why, second, given.audit.urgent)
    reading.submit(*step, {}, *rest)  # before anything is kept
    files = {**turn.keep(path, text.encode()), **turn.keep(form, data)}
    turn.take(reading.submit(*step, files, *rest))
    yield from filter(None, [given.urgent])
    asked = len(given.book.plan.prompts)
    yield f"{given.case}: the reading by {reader} is in, {asked - len(left)} of {asked} questions answered."
    if given.filled.head["rules"] != given.book.auditor.knowledge.digest:
        yield "  The rules have changed since this form was made: what Quips finds now may differ from what the form showed."
        yield f"  See what it finds: quips audit {shlex.quote(str(given.book.folder.path / path))}"
    if left:
        yield f"  Still to answer: {_some(left)}. Hand the form in again when it is complete."
    yield from told


def _some(prompts: Sequence[str]) -> str:
    """Return a few prompts, and how many more there are."""
    more = f" and {len(prompts) - _MOST_TOLD} more" if len(prompts) > _MOST_TOLD else ""
    return f"{', '.join(prompts[:_MOST_TOLD])}{more}"


def _older(turn: Turn, given: HandedIn) -> Iterator[Problem]:
    """Yield that a form was made from facts which the reader has put right since, and does not say them as they are now."""
    newest = turn.state.cases[given.case].records.get(given.reader, "")
    if given.filled.head.get("record", newest) == newest:
        return
    said = {key: value for key, value in given.document.value.items() if key != "judgements"}
    if as_yaml(said).encode() != turn.folder.read(newest):
        message = (
            f"{given.reader} has handed in other facts of {given.case} since this form was made, and it has the earlier ones."
        )
        hint = "Put the facts right on this form too; or have a new form beside it, and copy your answers: "
        command = f"quips round forms {shlex.quote(str(given.book.folder.path))} --for {given.reader} --case {given.case} --again"
        yield Problem(Place(given.filled.file), "earlier-facts", message, f"{hint}{command}")


def _second(turn: Turn, given: HandedIn) -> tuple[Mapping[str, str], Sequence[str]]:
    """Return a second reading that the facts call for, and what to say of it."""
    plan, case = given.book.plan, turn.state.cases[given.case]
    if given.reader != case.reader or case.second_reader or case.second_because:
        return {}, ()
    gaps = {finding.rule.name: finding.rule.title for finding in given.audit.with_verdict(Verdict.GAP)}
    marked = [title for name, title in gaps.items() if name in plan.second.rules]
    if marked:
        because = f"gap: {marked[0]}"
    elif plan.second.urgent and given.audit.urgent:
        because = "an open gap concerns a child, a victim or MAPPA"
    else:
        return {}, ()
    found = second_for(plan, turn.state, given.case, because)
    who = found.get("second_reader")
    if who:
        return found, [f"{given.case} is to be read a second time, by {who} ({because})."]
    return found, [f"{given.case} is to be read a second time ({because}), and nobody can: the lead has to find somebody."]


def _same(turn: Turn, path: str, text: str) -> bool:
    """Whether a case file that is kept says the same, whatever program saved the form."""
    return turn.folder.read(path) == text.encode()


def reading_text(book: Book, form: bytes, shown_as: str) -> str:
    """Return the case file that a form gives, as it was kept when the form was handed in.

    Args:
        book: The readings of the round.
        form: The form's bytes.
        shown_as: What to call it in messages.

    Raises:
        InputError: It is no such form, or something on it cannot be read.
    """
    filled = read_filled(form, shown_as, {READING: FRESH})
    return as_yaml(record_in(filled, book.auditor.knowledge).value)


def qualify(book: Book, filled: Filled, who: str = "") -> list[str]:
    """Take in a reader's judgements of a known case, and return how many of its answers they gave.

    Args:
        book: The readings of the round.
        filled: The form.
        who: Who hands it in; the reader it was made for, if left out.

    Raises:
        InputError: It is not the form of a known case, or something on it is wrong.
        StepRefusedError: The plan asks nobody to.
    """
    with book.folder.turn() as turn:
        of_this_round(book, turn.state, filled)
        given = HandedIn(book, filled)
        place = Place(filled.file)
        if given.stage != KNOWN or (who and who != given.reader):
            message = (
                "This is not the form of a known case." if given.stage != KNOWN else f"This form was made for {given.reader}."
            )
            hint = f"Make one with: quips round forms {shlex.quote(str(book.folder.path))} --known --for {who or given.reader}"
            raise InputError([Problem(place, "not-a-known-case", message, hint)])
        known = known_answers(book, given.case)
        said = {prompt: one["answer"] for prompt, one in given.document.value.get("judgements", {}).items()}
        left = [prompt for prompt in known if prompt not in said]
        if left:
            places = [given.filled.place("judgements", prompt, "answer") for prompt in left]
            raise InputError(
                [Problem(at, "not-answered", "This question is not answered.", "Answer every one.") for at in places]
            )
        agreed = sum(said[prompt] == answer for prompt, answer in known.items())
        row = turn.take(setting_up.qualify(book.plan, turn.state, given.reader, given.case, agreed, len(known)))
    passed = row.step.about["passed"]
    needed = f"{book.plan.qualify or 0:.0%}"
    lines = [f"{given.reader} gave {agreed} of {len(known)} known answers to {given.case}; {needed} are asked for."]
    lines.append(
        f"{given.reader} can read now." if passed else "Talk through the answers that differ, and read another known case:"
    )
    if not passed:
        differ = [prompt for prompt, answer in known.items() if said[prompt] != answer]
        lines += [f"  {prompt}: {words_of(said[prompt])}, and the team agreed on {words_of(known[prompt])}" for prompt in differ]
    return lines


def known_answers(book: Book, reference: str) -> dict[str, str]:
    """Return what the team agreed on for a known case, for the prompts in scope.

    Raises:
        InputError, StorageError: There is no such known case, or it cannot be read.
    """
    path = f"known/{named(reference)}.yaml"
    value = parse_yaml(book.folder.read(path).decode(), str(book.folder.path / path)).value
    judged: dict[str, Any] = value.get("judgements", {})
    return {prompt: judged[prompt]["answer"] for prompt in book.plan.prompts if prompt in judged}
