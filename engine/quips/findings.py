"""Findings: what an audit says. Built here and nowhere else, from an engine's decisions and the evaluation behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from quips.attempts import Attempt, Measure, Seen, Spells
from quips.cases import Case, Dispute, Entry
from quips.conditions import Condition
from quips.decisions import Decision, Ref
from quips.explain import Explainer, Fact, day_in_words, entry_in_words, in_sentence, lateness_in_words
from quips.framework import Citation, Row
from quips.knowledge import Knowledge
from quips.mending import Mending
from quips.occasions import Occasion, State, not_said
from quips.places import Place
from quips.reasons import Telling
from quips.reference import Evaluated, Evaluation, ReferenceEngine, status_of
from quips.rules import Answer, Rule
from quips.statuses import Status, Verdict, verdict_of
from quips.truth import World
from quips.vocabulary import Term


class LimitShown(NamedTuple):
    """One reading of a time limit, as it bears on a finding.

    Attributes:
        limit: The limit's name.
        reading: The reading's title.
        length: How long, in words.
        started: The day the clock started, as an ordinal.
        due: The last day, as an ordinal; None if there is no number.
        status: What this reading alone would give.
        standing: ``published``, ``reconstructed`` or ``unverified``.
        cites: Where the number comes from.
    """

    limit: str
    reading: str
    length: str
    started: int | None
    due: int | None
    status: Status
    standing: str
    cites: tuple[Citation, ...]


class Shown(NamedTuple):
    """What a finding shows of a prompt: ``yes``, ``no``, ``nothing`` or ``open``."""

    prompt: str
    shows: str


class EntryShown(NamedTuple):
    """An entry of the record that decided: in words, where it stands, if only told in interview, its note, why it came late."""

    words: str
    place: Place | None
    told: bool
    note: str
    late: str


_TURNS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_DONE_LATE = "It has been done, and that it was late cannot be changed now. If there was a good reason, put it on the record."


class Finding(NamedTuple):
    """What one rule says of one case and one occasion.

    Attributes:
        rule: The rule.
        key: The finding's key within the rule.
        occasion: The occasion in words; empty for the case as a whole.
        status: Its status.
        was: Its status before it was undermined.
        verdict: The kind of answer it is.
        root: Whether it is a gap that no other gap explains.
        because_of: The nearest gaps that explain it.
        undermined_by: The findings it rests on that fall short.
        provisional: Why it could still change; empty if it could not.
        why: Why it is so, in sentences.
        would_be_met: The smallest change that would make it met, in words.
        started: The day the clock started, as an ordinal.
        due: The last day it was due.
        at_latest: Our own last day where no source gives a number, after which absence is called missing.
        done: The day it was done.
        only_timing: Whether all that is open or wrong is when it was done.
        periods: For an unbroken absence of something recurring, how many due dates have passed.
        measure: For counts and frequencies.
        spells: For frequencies for which the limit has no number.
        limits: The readings of the time limit.
        entries: The entries of the record that decided.
        facts: The circumstances it looked at.
        settled_by: What would settle it, where it cannot be told: circumstances, activities or
            ``activity.attribute``, by name; ``activity.on`` is the day of an entry.
        shows: What it shows of prompts.
        disputes: What somebody says against it in the case file; it stays as it is.
    """

    rule: Rule
    key: str
    occasion: str
    status: Status
    was: Status
    verdict: Verdict
    root: bool
    because_of: tuple[Ref, ...]
    undermined_by: tuple[Ref, ...]
    provisional: tuple[str, ...]
    why: tuple[str, ...]
    would_be_met: tuple[str, ...]
    started: int | None
    due: int | None
    at_latest: int | None
    done: int | None
    only_timing: bool
    periods: int
    measure: Measure | None
    spells: Spells | None
    limits: tuple[LimitShown, ...]
    entries: tuple[EntryShown, ...]
    facts: tuple[Fact, ...]
    settled_by: tuple[str, ...]
    shows: tuple[Shown, ...]
    disputes: tuple[Dispute, ...]

    @property
    def ref(self) -> Ref:
        """The finding's name: its rule's and its own."""
        return self.rule.name, self.key

    @property
    def done_late(self) -> bool:
        """Whether it was done, and nothing is wrong but that it was late."""
        return self.status is Status.LATE and self.only_timing

    @property
    def after_own_day(self) -> bool:
        """Whether it is sufficient, but was done after our own last day, so that its timing is for the auditor."""
        done_after = self.done is not None and self.at_latest is not None and self.done > self.at_latest
        return self.verdict is Verdict.SUFFICIENT and done_after

    @property
    def waits_for_an_entry(self) -> bool:
        """Whether all that it waits for is something not said of the entry of the record that is its occasion."""
        about, _, _ = self.key.partition("@")
        return bool(self.settled_by and self.entries) and all(name.startswith(f"{about}.") for name in self.settled_by)

    @property
    def told(self) -> bool:
        """Whether an entry that decided was only told in interview, and the file does not show it."""
        return any(entry.told for entry in self.entries)

    @property
    def remedy(self) -> str:
        """What would put it right; nobody is asked to do again what was only late."""
        return _DONE_LATE if self.done_late else self.rule.remedy


class _Asks(NamedTuple):
    """What a rule's findings look at in every case.

    Attributes:
        conditions: The conditions that bear on any of them: whom the rule is for, and what is a conflict.
        names: The circumstances that these read.
        rows: The rows of its limits that are for some cases only.
        until: The circumstance up to which it goes on; empty if there is none.
        verdicts: The kind of answer that each status is.
    """

    conditions: tuple[Condition, ...]
    names: tuple[str, ...]
    rows: tuple[Row, ...]
    until: str
    verdicts: Mapping[Status, Verdict]


def _turn(number: int) -> str:
    """Which time something falls due, in words.

    Example:
        >>> _turn(1), _turn(12)
        ('the first time', 'time 12')
    """
    return f"the {_TURNS[number - 1]} time" if number <= len(_TURNS) else f"time {number}"


class FindingBuilder:
    """Builds the findings of one case."""

    def __init__(self, knowledge: Knowledge, engine: ReferenceEngine, case: Case) -> None:
        """Keep what findings are built from."""
        self.knowledge, self.engine, self.case = knowledge, engine, case
        self.world = World(case)
        self.titles = knowledge.titles
        self._entries: dict[str, EntryShown] = {}
        self._occasions: dict[tuple[str, int | None], str] = {}
        self.inferring = Explainer(engine.conditions, knowledge.vocabulary, self.world)
        self.given_only = Explainer(engine.given, knowledge.vocabulary, self.world)

    def findings(self, evaluation: Evaluation, decisions: Sequence[Decision]) -> list[Finding]:
        """Return a finding for each decision, in the program's order.

        Args:
            evaluation: The reference engine's evaluation of the case.
            decisions: The decisions of the engine whose word counts, in the same order.
        """
        evaluated = [finding for findings in evaluation for finding in findings]
        return [self.finding(one, decision) for one, decision in zip(evaluated, decisions, strict=True)]

    def finding(self, evaluated: Evaluated, decision: Decision) -> Finding:
        """Return the finding of one decision."""
        rule, status, observation = self.knowledge.rules[decision.rule], decision.status, evaluated.observation
        explainer, day, asks = self.explainer(rule), self.day(evaluated), self._asks(rule)
        conditions, names = asks.conditions, asks.names
        at_latest, measure, spells, incomplete = None, None, None, False
        limits: tuple[LimitShown, ...] = ()
        if observation is not None:  # of most findings there is none
            for attempt in observation.attempts:
                at_latest = attempt.at_latest if at_latest is None else at_latest
                measure = measure or attempt.measure
                spells = spells or attempt.spells
                incomplete = incomplete or attempt.incomplete
                if attempt.row is not None:
                    limits = (*limits, self.limit(rule, attempt))
            if asks.rows:
                found = dict.fromkeys(row.when for row in asks.rows if row.when is not None and row.in_force(day))
                conditions = (*conditions, *found)
                names = tuple(dict.fromkeys(name for condition in conditions for name in explainer.reads(condition)))
        facts = explainer.facts(names, day)
        verdict = asks.verdicts[status]
        only_timing = status in _OF_TIMING and evaluated.only_timing
        about = (rule, evaluated, self.case, explainer, day, self.titles)
        # By position: by name it takes Python as long to call this as to find some of what is passed.
        return Finding(
            rule,
            decision.key,
            self.occasion(evaluated),
            status,
            decision.was,
            verdict,
            decision.root,
            decision.because_of,
            decision.undermined_by,
            () if status is _NOT_APPLICABLE else self.provisional(rule, evaluated, decision, facts, asks.until, incomplete),
            tuple(Telling(*about).why()),
            tuple(Mending(*about).would_be_met()),
            evaluated.day,
            evaluated.due,
            at_latest,
            evaluated.done,
            only_timing,
            observation.periods if observation is not None else 0,
            measure,
            spells,
            limits,
            self.entries(evaluated),
            facts,
            self.settled_by(rule, evaluated, explainer, conditions, day) if evaluated.status is _CANNOT_TELL else (),
            shows(self.knowledge, evaluated, status, verdict),
            self.case.disputes_of(rule.name, decision.key) if self.case.disputes else (),
        )

    def explainer(self, rule: Rule) -> Explainer:
        """Return what explains a rule's conditions: conflicts read given values only."""
        return self.given_only if rule.kind == "conflict" else self.inferring

    def day(self, evaluated: Evaluated) -> int:
        """Return the day on which a finding read the circumstances."""
        occasion = evaluated.occasion
        return occasion.day if occasion.state is _NOW and occasion.day is not None else self.case.as_at

    def _asks(self, rule: Rule) -> _Asks:
        """What a rule's findings look at in every case, found once for all cases."""
        known: _Asks | None = self.knowledge.said.get(rule.name)
        if known is None:
            clash = rule.conflict.when if rule.conflict and rule.conflict.pair is None else None
            conditions = (rule.applies,) if clash is None else (rule.applies, clash)
            limits = [self.knowledge.limits[name] for name in rule.expect.limits] if rule.expect else []
            rows = (row for limit in limits for reading in limit.readings for row in reading.rows if row.when is not None)
            until = rule.expect.until if rule.expect else None
            known = self.knowledge.said[rule.name] = _Asks(
                conditions,
                tuple(dict.fromkeys(name for condition in conditions for name in self.inferring.reads(condition))),
                tuple(rows),
                until if until and not until.startswith("trigger") else "",
                {status: verdict_of(status, means(rule)) for status in Status},
            )
        return known

    def occasion(self, evaluated: Evaluated) -> str:
        """Return the occasion of a finding in words."""
        occasion, observation = evaluated.occasion, evaluated.observation
        turn = f", {_turn(observation.turn)}" if observation is not None and observation.turn else ""
        if occasion.entry is not None:
            return self._entry(occasion.entry).words + turn
        about = (occasion.about, occasion.day)
        words = self._occasions.get(about)
        if words is None:
            words = self._occasions[about] = self._occasion(*about)
        return words + turn

    def _occasion(self, about: str, day: int | None) -> str:
        term = self.knowledge.vocabulary.circumstances.get(about)
        if term is not None:
            return in_sentence(term.title) + (f" on {day_in_words(day)}" if day is not None else "")
        activity = self.knowledge.vocabulary.activities.get(about)
        return in_sentence(activity.title) if activity else ""

    def settled_by(
        self, rule: Rule, evaluated: Evaluated, explainer: Explainer, conditions: Iterable[Condition], day: int
    ) -> tuple[str, ...]:
        """Return what would settle a finding that cannot be told."""
        found = dict.fromkeys(explainer.unknown(rule.applies, day))
        if not found:
            found = dict.fromkeys(not_said(rule.triggers, evaluated.occasion))
        if evaluated.occasion.state is State.DATE_NOT_GIVEN:
            found[evaluated.occasion.about] = None
        elif not found:
            for condition in conditions:
                found.update(dict.fromkeys(explainer.unknown(condition, day)))
        if not found and rule.expect:
            found.update((name, None) for name in self._bounds_not_known(rule.expect.bounds, evaluated.occasion))
        return tuple(found)

    def _bounds_not_known(self, bounds: Iterable[str], occasion: Occasion) -> Iterator[str]:
        """Yield what would have to be known of what bounds it in time; of the occasion itself, its day or what it says."""
        for bound in bounds:
            trigger, _, attribute = bound.partition(".")
            if trigger != "trigger":
                if bound not in self.case.dates:
                    yield bound
            elif attribute:
                yield f"{occasion.about}.{attribute}"

    def provisional(
        self, rule: Rule, evaluated: Evaluated, decision: Decision, facts: Iterable[Fact], until: str, incomplete: bool
    ) -> tuple[str, ...]:
        """Return why a finding could still change: open work beneath it, an inference, or an incomplete record.

        Args:
            rule: Its rule.
            evaluated: The finding, as evaluated; one that applies.
            decision: Its decision.
            facts: The circumstances it looked at.
            until: The circumstance up to which it goes on; empty if there is none.
            incomplete: Whether the record is not complete where what it asks for would stand.
        """
        known, circumstances = self.knowledge, self.knowledge.vocabulary.circumstances
        found = []
        if decision.waits_for:
            beneath = [in_sentence(known.rules[name].title) for name, _ in decision.waits_for]
            found += [f"it rests on something that is still open: {title}" for title in beneath]
        inferred = [fact.name for fact in facts if fact.inferred and fact.name not in known.by_definition]
        found += [uses_inferred(circumstances[name]) for name in inferred]
        if until and until not in self.case.dates and verdict_of(decision.status) is Verdict.GAP:
            found.append(f"no {in_sentence(circumstances[until].title)} is given, so it is taken to be still to come")
        if incomplete and evaluated.observation is not None:
            latest = rule.expect is not None and rule.expect.which == "latest" and evaluated.observation.attempts[0].entry
            if latest or decision.status in (Status.LATE, Status.INSUFFICIENT):
                found.append("the record is not complete")
        return tuple(found)

    def limit(self, rule: Rule, attempt: Attempt) -> LimitShown:
        """Return one reading of the rule's limit, with its arithmetic."""
        assert rule.expect is not None and attempt.row is not None  # only attempts under a limit are shown
        [name] = rule.expect.limits
        reading = next(r for r in self.knowledge.limits[name].readings if r.name == attempt.reading)
        row = attempt.row
        return LimitShown(
            name, reading.title, row.in_words(), attempt.first, attempt.due, status_of(attempt), row.standing, row.cites
        )

    def entries(self, evaluated: Evaluated) -> tuple[EntryShown, ...]:
        """Return the entries of the record that decided, each once."""
        if evaluated.observation is None:
            occasion = evaluated.occasion
            if occasion.entry is None:
                return ()
            entries = [occasion.entry] if occasion.previous is None else [occasion.previous, occasion.entry]
        else:
            entries = [attempt.entry for attempt in evaluated.observation.attempts if attempt.entry is not None]
            if not entries and evaluated.occasion.entry is not None and evaluated.status is _CANNOT_TELL:
                entries = [evaluated.occasion.entry]  # what it does not say is what decides
        if len(entries) > 1:
            entries = list(dict.fromkeys(entries))
        return tuple([self._entry(entry) for entry in entries])

    def _entry(self, entry: Entry) -> EntryShown:
        known = self._entries.get(entry.key)
        if known is None:
            place = self.case.document.place(*entry.path) if self.case.document else None
            words = entry_in_words(entry.activity, entry.day, self.knowledge.vocabulary)
            told, note = entry.attributes.get("evidence") == "interview", str(entry.attributes.get("note", ""))
            known = self._entries[entry.key] = EntryShown(words, place, told, note, lateness_in_words(entry.attributes))
        return known


def uses_inferred(term: Term) -> str:
    """Return what is said of a finding that rests on a circumstance that was inferred, and not by definition."""
    return f"it uses what was inferred: {in_sentence(term.title)}"


def shows(knowledge: Knowledge, evaluated: Evaluated, status: Status, verdict: Verdict) -> tuple[Shown, ...]:
    """Return what a finding shows of each prompt that its rule answers [20]; found once for all that are alike in this.

    Args:
        knowledge: The knowledge base.
        evaluated: The finding, as evaluated.
        status: Its status.
        verdict: The kind of answer that is.
    """
    name, observation = knowledge.program.duties[evaluated.number].name, evaluated.observation
    only_timing, poor, turn = False, False, 0
    if observation is not None:  # of most findings there is none
        only_timing = status in _OF_TIMING and evaluated.only_timing
        poor = any(attempt.quality is _BAD for attempt in observation.attempts)
        turn = observation.turn
    alike = (name, status, only_timing, poor, min(turn, 2))
    known: tuple[Shown, ...] | None = knowledge.said.get(alike)
    if known is None:
        rule = knowledge.rules[name]
        known = knowledge.said[alike] = tuple(
            Shown(answer.prompt, _shows(status, verdict, rule, only_timing, poor, answer))
            for answer in rule.answers
            if not (answer.turn == "first" and turn > 1) and not (answer.turn == "later" and turn == 1)
        )
    return known


_BAD, _NOW, _NOT_APPLICABLE, _CANNOT_TELL = Seen.BAD, State.NOW, Status.NOT_APPLICABLE, Status.CANNOT_TELL
"""Python 3.11 takes longer to look a member up in its class than is spent on most of what is asked with it."""
_OF_TIMING = frozenset({Status.LATE, Status.TO_JUDGE})


def means(rule: Rule) -> str:
    """Return whether a conflict that a rule finds is a ``gap`` or a ``query``; inferences that differ are queries."""
    if rule.conflict is not None:
        return rule.conflict.means
    return "query" if rule.kind == "derivation" else "gap"


def _shows(status: Status, verdict: Verdict, rule: Rule, only_timing: bool, poor: bool, answer: Answer) -> str:
    """What a finding shows of a prompt; when it was done matters only where the edition's prompt asks about timing."""
    yes = "yes" if answer.shows == "yes_and_no" else "nothing"
    if verdict is Verdict.NOT_APPLICABLE or status is Status.EXCEPTED:
        return "nothing"
    if not answer.timing and only_timing:
        return yes
    if not answer.timing and status is Status.LATE:
        return "no" if poor else "open"
    if verdict is Verdict.OPEN or (rule.expect is not None and rule.expect.never and verdict is Verdict.SUFFICIENT):
        return "open"  # that something is not on the record never shows that it did not happen
    return "no" if verdict is Verdict.GAP else yes
