"""A settled case read again after the changes: which gaps closed, which did not, and which cannot be said to have closed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from quips.audits import Audit
from quips.explain import day_in_words, in_sentence
from quips.findings import Finding
from quips.peeraudit import state as did
from quips.peeraudit.book import Book, set_aside
from quips.peeraudit.restoring import Loss, Restored, lost_entries, restored
from quips.peeraudit.state import RoundCase
from quips.peeraudit.steps import feeding_back
from quips.peeraudit.steps.checks import with_officer
from quips.problems import InputError, Problem, listed
from quips.reasons import STATUS_WORDS
from quips.rules import Each, Rule
from quips.source import Document
from quips.statuses import Status, Verdict
from quips.yamltext import as_yaml

_MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the gaps of a settled case.

    Attributes:
        audit: The audit of the record now.
        closed: The rules whose gaps were put right, each with what shows it.
        still_open: The rules whose gaps are there still.
        not_seen: The rules whose gaps are not seen any more though nothing shows that they were put right, each with why.
        new: The rules of which there was no gap.
    """

    audit: Audit
    closed: Mapping[str, str]
    still_open: tuple[str, ...]
    not_seen: Mapping[str, str]
    new: tuple[str, ...]

    @property
    def step(self) -> dict[str, Sequence[str]]:
        """The rules as the step says them: a gap that is only not seen stays open."""
        return {"closed": [*self.closed], "still_open": [*self.still_open, *self.not_seen], "new": self.new}


def reread(book: Book, who: str, reference: str, document: Document) -> Change:
    """Compare the record of a case now with its settled one, keep it, and take the step.

    Args:
        book: The readings of the round.
        who: Who read it again.
        reference: The case.
        document: The record now. Where it does not say as at which day it was read, that is today.

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
        document = _dated(document, book.folder.today())
        now = book.auditor.audit_document(document, edition=book.plan.edition)
        _stop_at_another(case, settled, now, document, book.folder.today())
        change = compare(book, case, settled, now)
        times = sum(row.step.did == did.REREAD and row.step.case == reference for row in turn.rows)
        path = f"rereads/{reference}.{times + 1}.yaml"
        files = turn.keep(path, as_yaml(document.value).encode())
        step = feeding_back.reread(book.plan, turn.state, who, reference, path, files, change.step, change.not_seen)
        turn.take(step)
    return change


def compare(book: Book, case: RoundCase, settled: Audit, now: Audit) -> Change:
    """Return what became of the gaps of a settled case, those set aside on a dispute left out.

    A gap closed if its finding is sufficient now, or what was missing was done late, and would be if the record still said
    everything that it said then. What the gap rested on has to be there still, since a past day or a judgement of past work does
    not change by anything that is done now.

    Args:
        book: The readings of the round.
        case: The case.
        settled: The audit of its settled record.
        now: The audit of the record now.
    """
    assert settled.case.document is not None and now.case.document is not None  # both were read from a file
    day = date.fromordinal(settled.case.as_at).isoformat()
    back = restored(settled.case.document.value, now.case.document.value, day, book.auditor.knowledge.vocabulary)
    compared = _Compared(now, _audited(book, back, now), back.losses)
    was: dict[str, list[Finding]] = {}
    for finding in settled.with_verdict(Verdict.GAP):
        was.setdefault(finding.rule.name, []).append(finding)
    rules = book.gap_rules(case)
    why_not = {name: compared.why_not_closed(was[name]) for name in rules}
    _follow_what_rests(rules, was, why_not, set_aside(case), book.auditor.knowledge.titles)
    still_open = tuple(name for name in rules if compared.is_open(was[name]))
    not_seen = {name: why_not[name] for name in rules if why_not[name] and name not in still_open}
    closed = {name: compared.what_shows(was[name]) for name in rules if name not in still_open and name not in not_seen}
    there = {finding.ref for findings in was.values() for finding in findings}
    new = dict.fromkeys(f.rule.name for f in now.with_verdict(Verdict.GAP) if f.ref not in there and f.rule.name not in rules)
    return Change(now, closed, still_open, not_seen, tuple(new))


@dataclass(frozen=True, slots=True)
class _Compared:
    """The record now, and with everything put back that it said before."""

    now: Audit
    back: Mapping[Any, Finding] | None
    losses: tuple[Loss, ...]

    def finding(self, was: Finding) -> Finding | None:
        return next((finding for finding in self.now.findings if finding.ref == was.ref), None)

    def is_open(self, was: Iterable[Finding]) -> bool:
        """Whether a rule has a gap now that is more than work done late."""
        before = {finding.ref: finding for finding in was}
        [name] = {finding.rule.name for finding in before.values()}
        gaps = [finding for finding in self.now.with_verdict(Verdict.GAP) if finding.rule.name == name]
        return any(gap.ref not in before or not _is_put_right(before[gap.ref], gap) for gap in gaps)

    def why_not_closed(self, was: Iterable[Finding]) -> str:
        """Return why gaps of a rule cannot be said to be closed; empty if they can."""
        return listed(dict.fromkeys(why for finding in was if (why := self._why_not(finding))), "and")

    def _why_not(self, was: Finding) -> str:
        now = self.finding(was)
        if now is None:
            what = was.occasion or "what it was about"
            return self._with_losses(f"'{what}' is not in the record any more", was)
        if not _is_put_right(was, now):
            return self._with_losses(_stands_now(now), was)
        rested = {entry.words for entry in was.entries} & {*lost_entries(self.losses)}
        if rested:
            return listed((loss.words for loss in self.losses if loss.entry in rested), "and")
        back = self.back.get(was.ref) if self.back is not None else None
        if back is None or not _is_put_right(was, back):
            return self._with_losses("", was) or "the record cannot be put beside what it said before"
        return ""

    def _with_losses(self, words: str, was: Finding) -> str:
        """Return why, with what the record no longer says that bears on it."""
        about = {fact.name for fact in was.facts} | _activities(was.rule)
        bearing = [loss.words for loss in self.losses if loss.about in about] or [loss.words for loss in self.losses]
        told = bearing[:_MOST_TOLD] + ([f"{len(bearing) - _MOST_TOLD} more"] if len(bearing) > _MOST_TOLD else [])
        return listed([*([words] if words else []), *told], "and")

    def what_shows(self, was: Iterable[Finding]) -> str:
        """Return what shows that gaps of a rule were put right, in words."""
        found = [now for finding in was if (now := self.finding(finding)) is not None]
        told = [f"done on {day_in_words(one.done)}" for one in found if one.done is not None]
        notes = (
            ("an acceptable reason is recorded", any(one.status is Status.EXCEPTED for one in found)),
            ("told in interview, and not shown by the file", any(entry.told for one in found for entry in one.entries)),
            ("provisional", any(one.provisional for one in found)),
            ("that it was late stays in the settled record", any(one.status is Status.LATE for one in found)),
        )
        return "; ".join(dict.fromkeys([*told, *(words for words, holds in notes if holds)])) or "as the record now shows"


def _is_put_right(was: Finding, now: Finding) -> bool:
    """Whether a gap is sufficient now; or what was missing was done, and all that is wrong with it is that it was late."""
    done_late = was.status is Status.MISSING and now.status is Status.LATE and now.only_timing and now.done is not None
    return now.verdict is Verdict.SUFFICIENT or done_late


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
    aside: Collection[str],
    titles: Mapping[str, str],
) -> None:
    """Keep open what was undermined by a gap that did not close: it cannot have closed by itself."""
    changed = True
    while changed:
        changed = False
        for name in rules:
            beneath = {rule for finding in was[name] for rule, _ in finding.undermined_by if rule not in aside}
            open_beneath = sorted(rule for rule in beneath if rule != name and why_not.get(rule))
            if not why_not[name] and open_beneath:
                resting = listed((f"'{in_sentence(titles[rule])}'" for rule in open_beneath), "and")
                why_not[name] = f"it rests on {resting}, which cannot be said to be put right"
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


def _dated(document: Document, today: str) -> Document:
    value = document.value
    return replace(document, value={**value, "as_at": value.get("as_at", today)}) if isinstance(value, dict) else document


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
