"""A settled case read again after the changes: which gaps closed, which did not, and which cannot be said to have closed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from quips.audits import Audit
from quips.explain import day_in_words, in_sentence
from quips.findings import Finding
from quips.forms.reading import read_form
from quips.knowledge import Knowledge
from quips.peeraudit import state as did
from quips.peeraudit.book import Book, set_aside
from quips.peeraudit.formnames import named
from quips.peeraudit.restoring import Loss, Restored, restored
from quips.peeraudit.state import Reread, RoundCase
from quips.peeraudit.steps import feeding_back
from quips.peeraudit.steps.checks import with_officer
from quips.problems import InputError, Problem, listed
from quips.reasons import STATUS_WORDS
from quips.rules import Each, Rule
from quips.shapes import is_date
from quips.source import Document, parse_yaml
from quips.statuses import Status, Verdict
from quips.vocabulary import Vocabulary
from quips.yamltext import as_yaml

_MOST_TOLD = 3
_JUDGES = "is for the director who signs to judge"


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the gaps of a settled case.

    Attributes:
        audit: The audit of the record now.
        closed: The rules whose gaps were put right, each with what shows it.
        still_open: The rules whose gaps are there still.
        late: The rules of which all that is wrong is that something was done late before the case was first read.
        for_people: The rules that something done since meets, where only people can say whether that is enough, each with why.
        not_clear: The others of which the record does not show whether the gaps were put right, each with why.
        new: The rules of which there was no gap.
        taken_out: Of those not clear, the rules of which the record does not say any more what it said.
    """

    audit: Audit
    closed: Mapping[str, str]
    still_open: tuple[str, ...]
    late: tuple[str, ...]
    for_people: Mapping[str, str]
    not_clear: Mapping[str, str]
    new: tuple[str, ...]
    taken_out: frozenset[str] = frozenset()

    @property
    def unsure(self) -> dict[str, str]:
        """The rules of which the record does not show whether the gaps were put right, each with why."""
        return {**self.for_people, **self.not_clear}

    @property
    def step(self) -> dict[str, Sequence[str]]:
        """The rules as the step says them: a gap of which nobody can tell stays open, and so does what was late."""
        return {"closed": [*self.closed], "still_open": [*self.still_open, *self.late, *self.unsure], "new": self.new}


def reread(book: Book, who: str, reference: str, document: Document, form: bytes = b"") -> Change:
    """Compare the record of a case now with its settled one, keep it, and take the step.

    Args:
        book: The readings of the round.
        who: Who read it again.
        reference: The case.
        document: The record now. Where it does not say as at which day it was read, that is today; so it is where it still has
            the day of the settled record that somebody began from, and entries of later days.
        form: The form that the record was read from, which is kept too; empty for a case file.

    Raises:
        InputError: It is no valid case record, of another case, or older than the settled one.
        StepRefusedError: Somebody else's work, or not now.
        StorageError: Something cannot be written; the step is not taken.
    """
    with book.folder.turn() as turn:
        case = with_officer(turn.state, reference)
        nothing: dict[str, Sequence[str]] = {"closed": (), "still_open": (), "new": ()}
        feeding_back.reread(book.plan, turn.state, who, reference, "", {}, nothing)  # before anything is worked out
        settled = book.settled(case)
        assert settled is not None  # no feedback stands on a case that is not settled
        document = _dated(document, settled, book.folder.today())
        now = book.auditor.audit_document(document, edition=book.plan.edition)
        _stop_at_another(case, settled, now, document, book.folder.today())
        change = compare(book, case, settled, now)
        times = sum(row.step.did == did.REREAD and row.step.case == reference for row in turn.rows)
        path = f"rereads/{named(reference)}.{times + 1}.yaml"
        files = turn.keep(path, as_yaml(document.value).encode())
        if form:
            files |= turn.keep(f"kept/{named(reference)}.reread.{times + 1}.xlsx", form)
        step = feeding_back.reread(book.plan, turn.state, who, reference, path, files, change.step, change.unsure)
        turn.take(step)
    return change


def compare(book: Book, case: RoundCase, settled: Audit, now: Audit) -> Change:
    """Return what became of the gaps of a settled case, those set aside on a dispute left out.

    A gap closed if its finding is sufficient now, or what was missing was done late, and would be if the record still said
    everything that it said then. Every entry of its kind has to be there still, since neither a past day nor a judgement of past
    work is changed by anything that is done now. Where a later piece of work is as it should be, whether that puts the earlier
    one right is for people: a new plan does, and an absence that was looked into does not make up for one that was not.

    Args:
        book: The readings of the round.
        case: The case.
        settled: The audit of its settled record.
        now: The audit of the record now.
    """
    assert settled.case.document is not None and now.case.document is not None  # both were read from a file
    day = date.fromordinal(settled.case.as_at).isoformat()
    vocabulary = book.auditor.knowledge.vocabulary
    back = restored(settled.case.document.value, now.case.document.value, day, vocabulary)
    compared = _Compared(settled, now, _audited(book, back, now), back.losses, vocabulary)
    was = _gaps_by_rule(settled)
    rules = book.gap_rules(case)
    left = {name: _left(was[name], now) for name in rules}
    whys = {name: compared.why_not_closed(was[name]) for name in rules}
    why_not = {name: listed(dict.fromkeys(why.words for why in found), "and") for name, found in whys.items()}
    for_people = {name: words for name in rules if (words := compared.for_people(left[name], whys[name]))}
    _follow_what_rests(rules, was, why_not, for_people, set_aside(case), book.auditor.knowledge.titles)
    closed, still_open, late, not_clear = {}, [], [], {}
    for name in rules:
        if name in for_people:
            continue
        if left[name]:
            still_open.append(name)
        elif why_not[name]:
            not_clear[name] = f"no longer seen, since {why_not[name]}"
        elif shows := compared.what_shows(was[name]):
            closed[name] = shows
        else:
            late.append(name)
    there = {finding.ref for findings in was.values() for finding in findings}
    gaps = book.in_scope(now).with_verdict(Verdict.GAP)
    new = dict.fromkeys(f.rule.name for f in gaps if f.ref not in there and f.rule.name not in rules)
    taken_out = frozenset(name for name in not_clear if any(why.is_taken_out for why in whys[name]))
    return Change(now, closed, tuple(still_open), tuple(late), for_people, not_clear, tuple(new), taken_out)


def last_change(book: Book, case: RoundCase) -> Change | None:
    """Return what became of the gaps of a case when it was last read again; None if it was not since it was settled.

    Args:
        book: The readings of the round.
        case: The case.

    Raises:
        InputError, StorageError: A record cannot be read.
    """
    found = _read_again(book, case)
    return compare(book, case, found[0], found[1]) if found else None


def _read_again(book: Book, case: RoundCase) -> tuple[Audit, Audit, Reread] | None:
    """Return the audits of a case as settled and as last read again, with what was said then; None if it was not read again."""
    settled, again = book.settled(case), case.read_again
    return (settled, book.audit(again.file), again) if settled is not None and again is not None else None


@dataclass(frozen=True, slots=True)
class _Why:
    """Why a gap cannot be said to have closed.

    Attributes:
        words: Why, in words.
        is_taken_out: Whether that is what the record does not say any more.
        is_done: Whether it was done, and all that is open is whether that was in time.
    """

    words: str
    is_taken_out: bool = False
    is_done: bool = False


def done_late(book: Book, case: RoundCase) -> set[str]:
    """Return the rules of which a case read again shows only what was done late before it was first read: nothing closes that.

    Args:
        book: The readings of the round.
        case: The case.

    Raises:
        InputError, StorageError: A record cannot be read.
    """
    found = _read_again(book, case)
    if found is None:
        return set()
    settled, now, again = found
    was = _gaps_by_rule(settled)
    open_ = [name for name in again.still_open if name not in again.unsure and name in was]
    return {name for name in open_ if not _left(was[name], now)}


def closed_late(book: Book, case: RoundCase) -> set[str]:
    """Return the rules of which a case read again closed the gap by work done after the day by which it was due.

    Args:
        book: The readings of the round.
        case: The case.

    Raises:
        InputError, StorageError: A record cannot be read.
    """
    found = _read_again(book, case)
    if found is None:
        return set()
    settled, now, again = found
    missing = {one.ref for one in settled.findings if one.status is Status.MISSING and one.rule.name in again.closed}
    return {one.rule.name for one in now.findings if one.ref in missing and one.status is Status.LATE}


def _gaps_by_rule(audit: Audit) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in audit.with_verdict(Verdict.GAP):
        found.setdefault(finding.rule.name, []).append(finding)
    return found


def _left(was: Sequence[Finding], now: Audit) -> list[Finding]:
    """Return the gaps of a rule now that are more than something done late, now or before."""
    before = {finding.ref: finding for finding in was}
    gaps = _gaps_by_rule(now).get(was[0].rule.name, [])
    return [gap for gap in gaps if gap.ref not in before or not _is_over(before[gap.ref], gap)]


@dataclass(frozen=True, slots=True)
class _Compared:
    """The record now, and with everything put back that it said before."""

    settled: Audit
    now: Audit
    back: Mapping[Any, Finding] | None
    losses: tuple[Loss, ...]
    vocabulary: Vocabulary

    def finding(self, was: Finding) -> Finding | None:
        return next((finding for finding in self.now.findings if finding.ref == was.ref), None)

    def for_people(self, left: Sequence[Finding], whys: Sequence[_Why]) -> str:
        """Return what was done since that only people can say is enough, with what they are to judge; empty if that is not all.

        Args:
            left: The gaps of a rule that are there still.
            whys: Why its gaps cannot be said to be closed.
        """
        later = [self._later(gap) for gap in left]
        if left and all(later):
            words = listed(dict.fromkeys(later), "and")
            return f"{words} meets it; whether that puts the earlier one right {_JUDGES}"
        if not left and whys and all(why.is_done for why in whys):
            words = listed(dict.fromkeys(why.words for why in whys), "and")
            return f"{words}; whether that was in time {_JUDGES}"
        return ""

    def _later(self, gap: Finding) -> str:
        """Return the newest work of the same kind, done since the case was read, if it is as it should be; empty if not."""
        kind = gap.key.partition("@")[0]
        if kind not in {trigger.activity for trigger in gap.rule.triggers if isinstance(trigger, Each)}:
            return ""
        since = [
            (one.started, one)
            for one in self.now.findings
            if one.rule is gap.rule and one.key.startswith(f"{kind}@") and one.started and one.started > self.settled.case.as_at
        ]
        newest = max(since, key=lambda pair: pair[0], default=(0, None))[1]
        return newest.occasion if newest is not None and newest.verdict is Verdict.SUFFICIENT else ""

    def why_not_closed(self, was: Iterable[Finding]) -> list[_Why]:
        """Return why gaps of a rule cannot be said to be closed; empty if they can."""
        return [why for finding in was if (why := self._why_not(finding)) is not None]

    def _why_not(self, was: Finding) -> _Why | None:
        now = self.finding(was)
        if now is None:
            what = was.occasion or "what it was about"
            return _Why(self._with_losses(f"'{what}' is not in the record any more", was), is_taken_out=True)
        if _is_past(was, now):
            return None
        is_met = _is_done_since if _is_done_since(was, now) else _is_put_right
        if not is_met(was, now):
            return _Why(self._with_losses(_stands_now(now), was), bool(self._bearing(was)))
        rested, kinds = {entry.words for entry in was.entries}, _activities(was.rule)
        moved = [loss.words for loss in self.losses if loss.entry and (loss.entry in rested or loss.about in kinds)]
        if moved:  # an entry that was given another day would else stand for work that was never done
            return _Why(listed(moved[:_MOST_TOLD], "and"), is_taken_out=True)
        could_change = [words for words in now.provisional if words not in was.provisional]
        if could_change:
            return _Why(f"it could still change: {listed(could_change, 'and')}")
        back = self.back.get(was.ref) if self.back is not None else None
        if back is None or not is_met(was, back):
            words = self._with_losses("", was) or "the record cannot be put beside what it said before"
            return _Why(words, bool(self._bearing(was)))
        return _Why(f"done on {day_in_words(now.done)}", is_done=True) if is_met is _is_done_since else None

    def _with_losses(self, words: str, was: Finding) -> str:
        """Return why, with what the record no longer says that bears on it, or with all of that if none does."""
        bearing = self._bearing(was) or [loss.words for loss in self.losses]
        told = bearing[:_MOST_TOLD] + ([f"{len(bearing) - _MOST_TOLD} more"] if len(bearing) > _MOST_TOLD else [])
        return listed([*([words] if words else []), *told], "and")

    def _bearing(self, was: Finding) -> list[str]:
        """Return what the record no longer says that bears on a gap, in words."""
        activities = _activities(was.rule)
        about = {fact.name for fact in was.facts} | activities | {self.vocabulary.activities[name].stage for name in activities}
        return [loss.words for loss in self.losses if loss.about in about]

    def what_shows(self, was: Iterable[Finding]) -> str:
        """Return what shows that gaps of a rule were put right, in words; empty if there was nothing that can be."""
        pairs = [(finding, now) for finding in was if (now := self.finding(finding)) is not None]
        found = [now for finding, now in pairs if not _is_past(finding, now)]
        if not found:
            return ""
        told = [f"done on {day_in_words(one.done)}" for one in found if one.done is not None]
        could_change = listed(dict.fromkeys(words for one in found for words in one.provisional), "and")
        notes = (
            ("an acceptable reason is recorded", any(one.status is Status.EXCEPTED for one in found)),
            ("told in interview, and not shown by the file", any(entry.told for one in found for entry in one.entries)),
            (f"this could change: {could_change}", bool(could_change)),
            ("that it was late stays in the settled record", any(one.status is Status.LATE for one in found)),
        )
        return "; ".join(dict.fromkeys([*told, *(words for words, holds in notes if holds)])) or "as the record now shows"


def _is_put_right(was: Finding, now: Finding) -> bool:
    """Whether a gap is sufficient now; or what was missing was done, and all that is wrong with it is that it was late."""
    done_late = was.status is Status.MISSING and now.status is Status.LATE and now.only_timing and now.done is not None
    return now.verdict is Verdict.SUFFICIENT or done_late


def _is_done_since(was: Finding, now: Finding) -> bool:
    """Whether what was missing was done after it was called for, and all that is open is whether that was in time."""
    is_open = now.status is Status.TO_JUDGE and now.only_timing and now.started is not None
    return was.status is Status.MISSING and is_open and now.done is not None and now.done >= (now.started or 0)


def _is_past(was: Finding, now: Finding) -> bool:
    """Whether all that is wrong is that something was done late before the case was read, which cannot be undone."""
    both = (was, now)
    return was.done == now.done and all(one.status is Status.LATE and one.only_timing for one in both)


def _is_over(was: Finding, now: Finding) -> bool:
    return _is_put_right(was, now) or _is_past(was, now)


def _stands_now(now: Finding) -> str:
    return (
        f"it is {STATUS_WORDS[now.status]}"
        if now.verdict is Verdict.OPEN
        else f"it {STATUS_WORDS[now.status]} as the record stands"
    )


def _follow_what_rests(
    rules: Collection[str],
    was: Mapping[str, Sequence[Finding]],
    why_not: dict[str, str],
    for_people: dict[str, str],
    aside: Collection[str],
    titles: Mapping[str, str],
) -> None:
    """Keep open what was undermined by a gap that did not close: it cannot have closed by itself.

    Where only people can say whether what it rests on was put right, so it is with what rests on it.
    """
    changed = True
    while changed:
        changed = False
        for name in rules:
            beneath = {rule for finding in was[name] for rule, _ in finding.undermined_by if rule not in aside}
            open_beneath = sorted(rule for rule in beneath if rule != name and why_not.get(rule))
            if not why_not[name] and open_beneath:
                resting = listed((f"'{in_sentence(titles[rule])}'" for rule in open_beneath), "and")
                why_not[name] = f"it rests on {resting}, which cannot be said to be put right"
                if all(rule in for_people for rule in open_beneath):
                    for_people[name] = f"put right, but it rests on {resting}; whether that is put right {_JUDGES}"
                changed = True


def _activities(rule: Rule) -> set[str]:
    found = set(rule.expect.activities) if rule.expect is not None else set()
    if rule.conflict is not None and rule.conflict.pair:
        found.add(rule.conflict.pair)
    return found | {trigger.activity for trigger in rule.triggers if isinstance(trigger, Each)}


def _audited(book: Book, back: Restored, now: Audit) -> Mapping[Any, Finding] | None:
    """Return the findings of the record with everything put back; None if that is no record."""
    day = date.fromordinal(now.case.as_at)
    document = Document("the record with everything put back", {**back.record, "as_at": day.isoformat()}, {}, {})
    try:
        audit = book.auditor.audit_document(document, edition=book.plan.edition)
    except InputError:
        return None
    return {finding.ref: finding for finding in audit.findings}


def _dated(document: Document, settled: Audit, today: str) -> Document:
    value, began = document.value, date.fromordinal(settled.case.as_at).isoformat()
    if not isinstance(value, dict):
        return document
    is_older = value.get("as_at") == began and any(day > began for day in _days(value.get("record")))
    return replace(document, value={**value, "as_at": today}) if is_older or "as_at" not in value else document


def _days(record: object) -> Iterator[str]:
    """Yield the days of the entries of a record that may not be a valid one."""
    for entry in record if isinstance(record, list) else ():
        for said in entry.values() if isinstance(entry, dict) else ():
            day = said.get("on") if isinstance(said, dict) else said
            if isinstance(day, str) and is_date(day):
                yield day


def is_from(form: bytes, shown_as: str, record: bytes, knowledge: Knowledge) -> bool:
    """Whether a record that was read again is what its form says, but for its day, which may be that of the re-reading.

    Raises:
        InputError: It is no such form, or something on it cannot be read.
    """
    said, kept = read_form(form, shown_as, knowledge).value, parse_yaml(record.decode(), shown_as).value
    return {**said, "as_at": ""} == {**kept, "as_at": ""}


def _stop_at_another(case: RoundCase, settled: Audit, now: Audit, document: Document, today: str) -> None:
    """Stop at a record of another case, or of another time.

    Raises:
        InputError: It is one.
    """
    problems = []
    if now.case.reference != case.reference:
        message = f"This is the record of {now.case.reference}, and {case.reference} is to be read again."
        problems.append(Problem(document.place("case"), "another-case", message, "Give the record of that case."))
    if now.case.as_at < settled.case.as_at:
        message = (
            f"This record is as at {day_in_words(now.case.as_at)}, before it was first read ({day_in_words(settled.case.as_at)})."
        )
        problems.append(Problem(document.place("as_at"), "older-record", message, "Give the record as it is now, and its day."))
    if date.fromordinal(now.case.as_at).isoformat() > today:
        message = f"This record is as at {day_in_words(now.case.as_at)}, which is still to come."
        problems.append(Problem(document.place("as_at"), "after-today", message, "Correct the day."))
    if problems:
        raise InputError(problems)
