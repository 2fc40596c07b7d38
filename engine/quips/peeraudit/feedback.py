"""Feedback on a settled case: which gaps are told, the actions that would put them right, and the step that gives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from quips.audits import Audit
from quips.ordering import Gap
from quips.peeraudit.book import Book, set_aside, title_of
from quips.peeraudit.formnames import named
from quips.peeraudit.rereading import last_change
from quips.peeraudit.standing import gaps_of, standing
from quips.peeraudit.state import Action, Phase, RoundCase, State
from quips.peeraudit.steps import feeding_back
from quips.peeraudit.steps.checks import StepRefusedError, case_of
from quips.problems import listed
from quips.rules import Rule
from quips.workdays import add

OFFICER, SENIOR = "officer", "senior"
_LOOK_AT = "Talk over with your senior what the readers say of it, and put on the record what you will do."
"""What is asked where readers judged something not good enough: no rule knows what would put it right."""
_WHY_LATE = (
    "It has been done, and nothing more is asked. If there was a reason for the delay, put it on the record; if there was none, "
    "say so in your reply."
)
"""What is asked where something was only late, so that it can be done whether or not there was a reason."""
_WITH_DIRECTOR = (
    "Work done since meets this, and whether it is enough is for the director who signs. If the director has asked for more, do "
    "that; if not, say in your reply what was done, and when."
)
"""What is asked where the case read again shows work that only people can say is enough."""
NO_STANDS = "The reader's no to this question still stands in the scores unless it is disputed too."
"""What is said of a question answered no where every gap that bears on it was set aside."""


@dataclass(frozen=True, slots=True)
class Root:
    """What a rule asks for and the record falls short of, where no other gap explains it.

    Attributes:
        rule: The rule.
        gaps: Its root gaps, one for each occasion.
        follows: The rules of which there is a gap only because of it.
        urgent: Whether it, or what follows from it, is about a child, a victim or MAPPA on a live case.
        for_people: What was done since and only people can say is enough, with what they judge; empty if nothing was.
    """

    rule: Rule
    gaps: tuple[Gap, ...]
    follows: tuple[Rule, ...]
    urgent: bool
    for_people: str = ""

    @property
    def occasions(self) -> str:
        """The occasions in words; empty if it is about the case as a whole."""
        return listed(dict.fromkeys(words for gap in self.gaps for words in gap.occasions), "and")

    @property
    def remedy(self) -> str:
        """What would put it right, on the occasion on which most is left to do; of what was done, what is asked of it still."""
        if self.for_people:
            return _WITH_DIRECTOR
        if all(gap.finding.done_late for gap in self.gaps):
            return _WHY_LATE
        on_each = [gap.finding.remedy for gap in self.gaps]
        return self.rule.remedy if self.rule.remedy in on_each else on_each[0]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Feedback that is about to be given.

    Attributes:
        case: The case.
        audit: The audit of the case as it was last read, with the gaps that stand.
        by: Who gives it.
        number: Which time feedback is given on the case, from 1.
        day: The day it is given.
        due: The day by which things are to be put right.
        seal: The last seal of the trail when it was prepared.
        began: What tells the round from any other.
        roots: What is to be put right, urgent gaps first.
        actions: The actions that do.
        judged: The questions that readers answered no beside these, by name, each with why.
        told: All that it is said to fall short of, by name and in words, in the order in which it is told.
        aside: What was set aside, in words, with the answer that set each aside.
        no_on_aside: The questions answered no on which only what was set aside bears, by name and in words.
        put_right: What was put right since the feedback before, in words, as seen when the case was read again.
    """

    case: RoundCase
    audit: Audit
    by: str
    number: int
    day: date
    due: date
    seal: str
    began: str
    roots: tuple[Root, ...]
    actions: tuple[Action, ...]
    judged: Mapping[str, str]
    told: Mapping[str, str]
    aside: Mapping[str, str]
    no_on_aside: Mapping[str, str]
    put_right: tuple[str, ...]

    @property
    def can_be_disputed(self) -> dict[str, str]:
        """All that the officer or the senior can dispute, by name and in words."""
        return {**self.told, **self.no_on_aside}

    @property
    def sheet(self) -> str:
        """Where the reply sheet stands, as a path within the round."""
        return f"forms/reply-{named(self.case.reference)}.{self.number}.xlsx"

    def letter(self, to: str) -> str:
        """Return where the letter to the officer or the senior stands, as a path within the round."""
        return f"letters/{named(self.case.reference)}.{to}.{self.number}.docx"


def to_feed_back(state: State) -> list[str]:
    """Return the cases that are settled and on which no feedback stands."""
    return [name for name, case in state.cases.items() if case.phase is Phase.TO_FEED_BACK]


def prepare(book: Book, state: State, who: str, reference: str) -> Prepared:
    """Return the feedback on a case as it would be given now; nothing is written.

    Args:
        book: The readings of the round.
        state: The round as it stands.
        who: Who gives it.
        reference: The case.

    Raises:
        StepRefusedError: Somebody else's work, or not now.
        InputError, StorageError: Its settled record cannot be read.
    """
    case = case_of(state, reference)
    feeding_back.feed_back(book.plan, state, who, reference, (), {})
    audit = standing(book, case)
    if audit is None:  # the step has seen to it
        raise StepRefusedError(f"{reference} is not settled.")
    aside = set_aside(case)
    change = last_change(book, case)
    for_people = change.for_people if change is not None else {}
    roots = [replace(root, for_people=for_people.get(root.rule.name, "")) for root in roots_of(audit)]
    again, knowledge = case.read_again, book.auditor.knowledge
    today = date.fromisoformat(book.folder.today())
    due = due_on(today, book.plan.due_days)
    judged = book.judged_no(case)
    gaps = dict.fromkeys(gap.finding.rule.name for root in audit.gaps for gap in root.walk())
    told = {name: title_of(knowledge, name) for name in (*gaps, *judged)}
    asked = [(root.rule.name, _title(root), root.remedy, today if root.urgent else due) for root in roots]
    asked += [(name, told[name], _LOOK_AT, due) for name in judged]
    actions = tuple(
        Action(n, name, title, remedy, case.officer, day.isoformat()) for n, (name, title, remedy, day) in enumerate(asked, 1)
    )
    return Prepared(
        *(case, audit, who, case.times_fed_back + 1, today, due, state.seal, state.began, tuple(roots), actions, judged, told),
        {title_of(knowledge, name): case.disputes[name].answer for name in sorted(aside)},
        book.no_on_set_aside(case),
        tuple(title_of(knowledge, name) for name in again.closed if name not in aside) if again else (),
    )


def due_on(day: date, days: int) -> date:
    """Return the day by which what is asked for on a day is due: so many days on, or the next working day.

    Example:
        >>> due_on(date(2026, 11, 27), 28).isoformat()  # Christmas Day; Boxing Day and the weekend come after it
        '2026-12-29'
    """
    return date.fromordinal(add(day.toordinal() + days - 1, 1, "working_days"))


def give(book: Book, prepared: Prepared, letters: Mapping[str, bytes], sheet: bytes) -> None:
    """Give the feedback that was prepared, as one step.

    Args:
        book: The readings of the round.
        prepared: The feedback.
        letters: The letter to each, ``officer`` and ``senior``, as the bytes of a Word document.
        sheet: The reply sheet. It is filled in where it lies, so it is no file that the step rests on.

    Raises:
        StepRefusedError: Somebody else took a step on the case meanwhile.
        StorageError: Something cannot be written; no feedback was given.
    """
    case = prepared.case
    with book.folder.turn() as turn:
        if turn.state.cases.get(case.reference) != case:
            raise StepRefusedError(f"Somebody else has just been at work on {case.reference}. Look at it, and feed back again.")
        book.folder.write(prepared.sheet, sheet)
        files: dict[str, str] = {}
        for to, data in letters.items():
            files |= turn.keep(prepared.letter(to), data)
        turn.take(feeding_back.feed_back(book.plan, turn.state, prepared.by, case.reference, prepared.actions, files))


def roots_of(audit: Audit, aside: frozenset[str] = frozenset()) -> list[Root]:
    """Return what is to be put right: a root for each rule, urgent ones first, else in the order in which gaps are told.

    Args:
        audit: The audit of a settled case.
        aside: The rules whose findings were set aside; what hangs on these stays, as nobody has disputed it.
    """
    by_rule: dict[str, list[Gap]] = {}
    for gap in gaps_of(audit.gaps, lambda gap: gap.rule.name not in aside):
        by_rule.setdefault(gap.finding.rule.name, []).append(gap)
    roots = [_root(gaps, audit) for gaps in by_rule.values()]
    return sorted(roots, key=lambda root: not root.urgent)


def _root(gaps: Sequence[Gap], audit: Audit) -> Root:
    rule = gaps[0].finding.rule
    following = [found.finding.rule for gap in gaps for child in gap.consequences for found in child.walk()]
    beneath = {one.name: one for one in following}
    urgent = {finding.ref for finding in audit.urgent_gaps}
    follows = tuple(one for name, one in beneath.items() if name != rule.name)
    return Root(rule, tuple(gaps), follows, any(found.finding.ref in urgent for gap in gaps for found in gap.walk()))


def _title(root: Root) -> str:
    return f"{root.rule.title} ({root.occasions})" if root.occasions else root.rule.title
