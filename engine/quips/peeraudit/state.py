"""What a round is at a row of its trail: its groups, its cases, and how far each has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

# What a row can say was done.
DREW, ALLOCATED, REALLOCATED, REPLACED = "drew", "allocated", "reallocated", "replaced"
DECLARED, QUALIFIED = "declared", "qualified"
RECORDED, SUBMITTED, RAISED = "recorded", "submitted", "raised"
ADJUDICATED, MODERATED, REOPENED = "adjudicated", "moderated", "reopened"
FED_BACK, ACTED, DISPUTED, ANSWERED, REREAD = "fed_back", "acted", "disputed", "answered", "reread"
COUNTERSIGNED, REFUSED, REPORTED = "countersigned", "refused", "reported"

STANDS, SET_ASIDE = "stands", "set_aside"
OPEN, DONE, WITHDRAWN, TAKEN_BACK = "open", "done", "withdrawn", "taken_back"


class Phase(StrEnum):
    """How far a case has come."""

    NOT_ALLOCATED = "not allocated"
    TO_READ = "to read"
    SECOND_TO_READ = "second reading to come"
    TO_MODERATE = "to moderate"
    TO_FEED_BACK = "to feed back"
    WITH_OFFICER = "with the officer"
    TO_COUNTERSIGN = "to countersign"
    COUNTERSIGNED = "countersigned"


@dataclass(frozen=True, slots=True)
class Reading:
    """One version of what one reader handed in about a case.

    Attributes:
        reader: Who read it.
        version: Which version, from 1.
        row: The row of the trail by which it was handed in.
        file: The reading, a case file, as a path within the round.
        form: The form it was read from, as a path within the round.
        complete: Whether every prompt in scope is answered.
        good_practice: What was good practice, in the reader's words.
        because: For a later version, why it was changed.
    """

    reader: str
    version: int
    row: int
    file: str
    form: str
    complete: bool
    good_practice: tuple[str, ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True)
class Adjudicated:
    """The answer to a prompt on which readers differed, with who settled it and why."""

    by: str
    answer: str
    reason: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Moderated:
    """That a case is settled: by whom, when, and whose record is the case's."""

    by: str
    at: str
    record_of: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """Something to put right.

    Attributes:
        number: Which of the case's actions, from 1.
        rule: The rule whose gap it puts right; empty for one that somebody added.
        title: What falls short, in words.
        remedy: What would put it right.
        owner: Who does it.
        due: By which day.
        status: ``open``, ``done`` or ``withdrawn``; ``taken_back`` where it was open when a director refused the feedback.
        done_on: The day it was done; empty until then.
        evidence: What shows that it was done, or why it was withdrawn.
    """

    number: int
    rule: str
    title: str
    remedy: str
    owner: str
    due: str
    status: str = OPEN
    done_on: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """That feedback was given: by whom, when, and which time, from 1."""

    by: str
    at: str
    number: int


@dataclass(frozen=True, slots=True)
class Dispute:
    """A finding that the officer or the senior does not agree with.

    Attributes:
        rule: The rule.
        by: Who disputes it.
        because: Why.
        answered_by: Who answered; empty while it is open.
        outcome: ``stands`` or ``set_aside``; empty while it is open.
        answer: The answer.
        answered_at: When it was answered, in UTC; empty while it is open.
    """

    rule: str
    by: str
    because: str
    answered_by: str = ""
    outcome: str = ""
    answer: str = ""
    answered_at: str = ""

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered it."""
        return not self.answered_by


@dataclass(frozen=True, slots=True)
class Reread:
    """The case file read again after the changes: the record then, and which gaps closed, stayed and are new, by rule.

    Attributes:
        by: Who read it.
        at: When, in UTC.
        file: The record then, as a path within the round.
        closed: The rules whose gaps were put right.
        still_open: The rules whose gaps were not, or of which nobody can tell.
        new: The rules of which there was no gap before.
        unsure: Of those still open, the ones of which the record does not show whether they were put right, each with why.
    """

    by: str
    at: str
    file: str
    closed: tuple[str, ...]
    still_open: tuple[str, ...]
    new: tuple[str, ...]
    unsure: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signature:
    """A director's answer to a case's feedback and changes."""

    by: str
    at: str
    because: str
    feedback: int


@dataclass(frozen=True, slots=True)
class Urgent:
    """A live risk that somebody raised at once, outside the round's own steps."""

    case: str
    by: str
    at: str
    concern: str
    told: str


@dataclass(frozen=True, slots=True)
class RoundCase:
    """A case of the round and how far it has come.

    Attributes:
        reference: Its reference.
        values: What the list of cases says of it, by column.
        officer: The reference of its officer; empty if the list does not say.
        senior: The reference of the officer's senior; may be empty.
        team: Its team; may be empty.
        group: The group that reads it; empty until it is allocated.
        reader: Who reads it.
        second_reader: Who reads it a second time; empty if nobody does.
        second_because: Why it is read twice.
        records: The newest record of the facts of each reader, before the judgements, as a path within the round.
        readings: What each reader handed in, every version in order.
        urgent: Whom open gaps on the live case concern by what each reader handed in last: ``child``, ``victim``, ``mappa``.
        urgent_since: When a form first said so of anybody, in UTC; empty if none did.
        adjudicated: What was settled between two readers, by prompt.
        moderated: That it is settled; None until it is.
        feedback: The feedback that stands; None if there is none, or it was taken back.
        times_fed_back: How often feedback was given.
        actions: What is to be put right, by number.
        past_actions: What was asked for in feedback that a director refused, by the number of the feedback.
        disputes: What is disputed, by rule; what was set aside stays until the case is opened again.
        past_disputes: What was disputed, and does not hold any more since the feedback was taken back or the case opened again.
        rereads: The times the case file was read again, in order.
        signature: The director's signature; None until then.
        refusals: The times that a director refused.
    """

    reference: str
    values: Mapping[str, str]
    officer: str = ""
    senior: str = ""
    team: str = ""
    group: str = ""
    reader: str = ""
    second_reader: str = ""
    second_because: str = ""
    records: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, tuple[Reading, ...]] = field(default_factory=dict)
    urgent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    urgent_since: str = ""
    adjudicated: Mapping[str, Adjudicated] = field(default_factory=dict)
    moderated: Moderated | None = None
    feedback: Feedback | None = None
    times_fed_back: int = 0
    actions: Mapping[int, Action] = field(default_factory=dict)
    past_actions: Mapping[int, tuple[Action, ...]] = field(default_factory=dict)
    disputes: Mapping[str, Dispute] = field(default_factory=dict)
    past_disputes: tuple[Dispute, ...] = ()
    rereads: tuple[Reread, ...] = ()
    signature: Signature | None = None
    refusals: tuple[Signature, ...] = ()

    @property
    def readers(self) -> tuple[str, ...]:
        """Who reads it: the reader, and the second one if there is."""
        return tuple(filter(None, (self.reader, self.second_reader)))

    @property
    def ever_read_by(self) -> frozenset[str]:
        """Who reads it or has handed in anything of it, those from whom it was taken again too."""
        return frozenset((*self.readers, *self.readings, *self.records))

    def newest(self, reader: str) -> Reading | None:
        """Return what a reader last handed in; None if nothing."""
        versions = self.readings.get(reader, ())
        return versions[-1] if versions else None

    @property
    def read_by(self) -> tuple[str, ...]:
        """Who has ever handed in a complete reading."""
        return tuple(who for who, versions in self.readings.items() if any(reading.complete for reading in versions))

    @property
    def all_read(self) -> bool:
        """Whether every reader has handed in a complete reading."""
        newest = [self.newest(reader) for reader in self.readers]
        return bool(newest) and all(reading is not None and reading.complete for reading in newest)

    @property
    def read_again(self) -> Reread | None:
        """The last time that it was read again since it was settled; None if it was not."""
        since = self.moderated.at if self.moderated else ""
        return next((again for again in reversed(self.rereads) if again.at >= since), None)

    @property
    def new_gaps(self) -> list[str]:
        """The rules of which there was a new gap when it was last read, but for those set aside since, not before."""
        again = self.read_again
        since = {one.rule for one in self.disputes.values() if again and one.outcome == SET_ASIDE and one.answered_at >= again.at}
        return [name for name in again.new if name not in since] if again else []

    @property
    def is_read_since_feedback(self) -> bool:
        """Whether it was read again after the feedback that stands was given."""
        return bool(self.feedback and self.read_again and self.read_again.at >= self.feedback.at)

    @property
    def ever_asked(self) -> list[tuple[int, Action]]:
        """Every action that was ever asked for, each with the number of its feedback, those of refused feedback first."""
        now = {self.feedback.number: (*self.actions.values(),)} if self.feedback else {}
        return [(number, action) for number, actions in {**self.past_actions, **now}.items() for action in actions]

    @property
    def open_disputes(self) -> list[Dispute]:
        """The disputes that nobody has answered."""
        return [dispute for dispute in self.disputes.values() if dispute.is_open]

    @property
    def open_actions(self) -> list[Action]:
        """The actions that are neither done nor withdrawn."""
        return [action for action in self.actions.values() if action.status == OPEN]

    @property
    def phase(self) -> Phase:
        """How far it has come."""
        if self.signature is not None:
            return Phase.COUNTERSIGNED
        if self.feedback is not None:
            return Phase.WITH_OFFICER if self.open_disputes or self.open_actions else Phase.TO_COUNTERSIGN
        if self.moderated is not None:
            return Phase.TO_FEED_BACK
        if self.all_read:
            return Phase.TO_MODERATE
        if not self.reader:
            return Phase.NOT_ALLOCATED
        first = self.newest(self.reader)
        return Phase.SECOND_TO_READ if first is not None and first.complete else Phase.TO_READ


@dataclass(frozen=True, slots=True)
class Gone:
    """A case that was drawn and is not in the round any more.

    Attributes:
        because: Why.
        not_eligible: Whether it should not have been drawn; else it could not be read.
        was_read: Whether somebody had handed in a complete reading of it.
    """

    because: str
    not_eligible: bool = False
    was_read: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """A round as it stands.

    Attributes:
        rows: How many rows its trail has.
        seal: The seal of the last row; empty before the first.
        drawn: What the row of the draw says; None before the draw.
        began: The seal of that row, which no other round has; empty before the draw.
        groups: The members of each group, by the group's name.
        cases: The cases that are in the round, in the order of the draw.
        gone: The cases that were drawn and taken out again, in the order in which they were.
        conflicts: The cases that people have said they may not read, by person.
        qualified: Who has read the known cases well enough.
        known_read: Who has handed in which known case, and so has been told its answers.
        urgent: What was raised at once.
    """

    rows: int = 0
    seal: str = ""
    drawn: Mapping[str, Any] | None = None
    began: str = ""
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cases: Mapping[str, RoundCase] = field(default_factory=dict)
    gone: Mapping[str, Gone] = field(default_factory=dict)
    conflicts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    qualified: frozenset[str] = frozenset()
    known_read: frozenset[tuple[str, str]] = frozenset()
    urgent: tuple[Urgent, ...] = ()

    @property
    def unanswered(self) -> list[str]:
        """The cases on which open gaps concern somebody at risk, and of which nobody has written down what was done at once."""
        raised = {one.case for one in self.urgent}
        return [name for name, case in self.cases.items() if name not in raised and any(case.urgent.values())]
