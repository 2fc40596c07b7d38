"""Findings: what an audit says. Built here and nowhere else, from an engine's decisions and the evaluation behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from quips.attempts import Attempt, Measure, Seen
from quips.cases import Case, Dispute
from quips.conditions import Condition
from quips.decisions import Decision, Ref
from quips.explain import Explainer, Fact, day_in_words, entry_in_words, in_sentence
from quips.framework import Citation
from quips.knowledge import Knowledge
from quips.occasions import State
from quips.places import Place
from quips.reasons import Telling
from quips.reference import Evaluated, Evaluation, ReferenceEngine, status_of
from quips.rules import Answer, Rule
from quips.statuses import Status, Verdict, verdict_of
from quips.truth import World


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
    """An entry of the record that decided: in words, and where it stands."""

    words: str
    place: Place | None


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
        limits: The readings of the time limit.
        entries: The entries of the record that decided.
        facts: The circumstances it looked at.
        settled_by: What would settle it, where it cannot be told: circumstances, activities or
            ``activity.attribute``, by name.
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


class FindingBuilder:
    """Builds the findings of one case."""

    def __init__(self, knowledge: Knowledge, engine: ReferenceEngine, case: Case) -> None:
        """Keep what findings are built from."""
        self.knowledge, self.engine, self.case = knowledge, engine, case
        self.world = World(case)
        self.titles = knowledge.titles
        self._entries: dict[str, EntryShown] = {}
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
        rule = self.knowledge.rules[decision.rule]
        explainer = self.explainer(rule)
        day = self.day(evaluated)
        attempts = evaluated.observation.attempts if evaluated.observation else []
        conditions = list(self.conditions(rule, evaluated))
        facts = explainer.facts(conditions[0], day)
        if len(conditions) > 1:
            facts = tuple(dict.fromkeys(fact for condition in conditions for fact in explainer.facts(condition, day)))
        verdict = verdict_of(decision.status, means(rule))
        at_latest = measure = None
        limits: tuple[LimitShown, ...] = ()
        if attempts:  # of most findings there is none
            at_latest = next((attempt.at_latest for attempt in attempts if attempt.at_latest is not None), None)
            measure = next((attempt.measure for attempt in attempts if attempt.measure), None)
            limits = tuple(self.limit(rule, attempt) for attempt in attempts if attempt.row is not None)
        telling = Telling(rule, evaluated, self.case, explainer, day, self.titles)
        return Finding(
            rule=rule,
            key=decision.key,
            occasion=self.occasion(evaluated),
            status=decision.status,
            was=decision.was,
            verdict=verdict,
            root=decision.root,
            because_of=decision.because_of,
            undermined_by=decision.undermined_by,
            provisional=tuple(self.provisional(rule, evaluated, decision, facts)),
            why=tuple(telling.why()),
            would_be_met=tuple(telling.would_be_met()),
            started=evaluated.day,
            due=evaluated.due,
            at_latest=at_latest,
            done=evaluated.done,
            only_timing=evaluated.only_timing and decision.status in (Status.LATE, Status.TO_JUDGE),
            periods=evaluated.observation.periods if evaluated.observation else 0,
            measure=measure,
            limits=limits,
            entries=tuple(self.entries(evaluated)),
            facts=facts,
            settled_by=tuple(self.settled_by(rule, evaluated, explainer, conditions, day)),
            shows=self.shows(rule, evaluated, decision, verdict),
            disputes=self.case.disputes_of(rule.name, decision.key),
        )

    def explainer(self, rule: Rule) -> Explainer:
        """Return what explains a rule's conditions: conflicts read given values only."""
        return self.given_only if rule.kind == "conflict" else self.inferring

    def day(self, evaluated: Evaluated) -> int:
        """Return the day on which a finding read the circumstances."""
        occasion = evaluated.occasion
        return occasion.day if occasion.state is State.NOW and occasion.day is not None else self.case.as_at

    def conditions(self, rule: Rule, evaluated: Evaluated) -> Iterator[Condition]:
        """Yield the conditions that bore on a finding: whom the rule is for, and whom its limit is for."""
        yield rule.applies
        if rule.conflict and rule.conflict.pair is None:
            yield rule.conflict.when
        if evaluated.observation is None or rule.expect is None:
            return
        seen = set()
        for name in rule.expect.limits:
            for reading in self.knowledge.limits[name].readings:
                for row in reading.rows:
                    if row.when is not None and row.in_force(self.day(evaluated)) and row.when not in seen:
                        seen.add(row.when)
                        yield row.when

    def occasion(self, evaluated: Evaluated) -> str:
        """Return the occasion of a finding in words."""
        occasion = evaluated.occasion
        vocabulary = self.knowledge.vocabulary
        turn = f", time {evaluated.observation.turn}" if evaluated.observation and evaluated.observation.turn else ""
        if occasion.entry is not None:
            return entry_in_words(occasion.entry.activity, occasion.entry.day, vocabulary) + turn
        term = vocabulary.circumstances.get(occasion.about)
        if term is not None:
            when = f" on {day_in_words(occasion.day)}" if occasion.day is not None else ""
            return in_sentence(term.title) + when + turn
        activity = vocabulary.activities.get(occasion.about)
        return in_sentence(activity.title) if activity else ""

    def settled_by(
        self, rule: Rule, evaluated: Evaluated, explainer: Explainer, conditions: list[Condition], day: int
    ) -> list[str]:
        """Return what would settle a finding that cannot be told."""
        if evaluated.status is not Status.CANNOT_TELL:
            return []
        found = dict.fromkeys(explainer.unknown(rule.applies, day))
        if evaluated.occasion.state is State.DATE_NOT_GIVEN:
            found[evaluated.occasion.about] = None
        elif not found:
            for condition in conditions:
                found.update(dict.fromkeys(explainer.unknown(condition, day)))
        if not found and rule.expect:
            found.update((bound, None) for bound in rule.expect.bounds if bound not in self.case.dates)
        return list(found)

    def provisional(self, rule: Rule, evaluated: Evaluated, decision: Decision, facts: Iterable[Fact]) -> Iterator[str]:
        """Yield why a finding could still change: open work beneath it, an inference, or an incomplete record."""
        if decision.status is Status.NOT_APPLICABLE:
            return
        for name, _ in decision.waits_for:
            yield f"it rests on something that is still open: {in_sentence(self.knowledge.rules[name].title)}"
        certain = self.knowledge.by_definition
        inferred = [fact.name for fact in facts if fact.inferred and fact.name not in certain]
        for name in inferred:
            yield f"it uses what was inferred: {in_sentence(self.knowledge.vocabulary.circumstances[name].title)}"
        until = rule.expect.until if rule.expect else None
        goes_on = until is not None and until not in self.case.dates and not until.startswith("trigger")
        if goes_on and until and verdict_of(decision.status) is Verdict.GAP:
            title = in_sentence(self.knowledge.vocabulary.circumstances[until].title)
            yield f"no {title} is given, so it is taken to be still to come"
        attempts = evaluated.observation.attempts if evaluated.observation else []
        latest = rule.expect is not None and rule.expect.which == "latest" and bool(attempts[:1]) and attempts[0].entry
        if any(attempt.incomplete for attempt in attempts) and (decision.status in (Status.LATE, Status.INSUFFICIENT) or latest):
            yield "the record is not complete"

    def limit(self, rule: Rule, attempt: Attempt) -> LimitShown:
        """Return one reading of the rule's limit, with its arithmetic."""
        assert rule.expect is not None and attempt.row is not None  # only attempts under a limit are shown
        [name] = rule.expect.limits
        reading = next(r for r in self.knowledge.limits[name].readings if r.name == attempt.reading)
        row = attempt.row
        return LimitShown(
            name, reading.title, row.in_words(), attempt.first, attempt.due, status_of(attempt), row.standing, row.cites
        )

    def entries(self, evaluated: Evaluated) -> Iterator[EntryShown]:
        """Yield the entries of the record that decided."""
        attempts = evaluated.observation.attempts if evaluated.observation else []
        entries = [attempt.entry for attempt in attempts]
        if evaluated.observation is None:
            entries = [evaluated.occasion.previous, evaluated.occasion.entry]
        seen = set()
        for entry in entries:
            if entry is not None and entry.key not in seen:
                seen.add(entry.key)
                known = self._entries.get(entry.key)
                if known is None:
                    place = self.case.document.place(*entry.path) if self.case.document else None
                    words = entry_in_words(entry.activity, entry.day, self.knowledge.vocabulary)
                    known = self._entries[entry.key] = EntryShown(words, place)
                yield known

    def shows(self, rule: Rule, evaluated: Evaluated, decision: Decision, verdict: Verdict) -> tuple[Shown, ...]:
        """Return what a finding shows of each prompt that its rule answers [20]; the same for all that are alike in these."""
        turn = min(evaluated.observation.turn, 2) if evaluated.observation else 0
        poor = any(attempt.quality is Seen.BAD for attempt in evaluated.observation.attempts) if evaluated.observation else False
        alike = (rule.name, decision.status, evaluated.only_timing, poor, turn)
        known: tuple[Shown, ...] | None = self.knowledge.said.get(alike)
        if known is None:
            known = self.knowledge.said[alike] = tuple(
                Shown(answer.prompt, _shows(decision.status, verdict, rule, evaluated.only_timing, poor, answer))
                for answer in rule.answers
                if not (answer.turn == "first" and turn > 1) and not (answer.turn == "later" and turn == 1)
            )
        return known


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
    if not answer.timing and only_timing and status in (Status.LATE, Status.TO_JUDGE):
        return yes
    if not answer.timing and status is Status.LATE:
        return "no" if poor else "open"
    if verdict is Verdict.OPEN or (rule.expect is not None and rule.expect.never and verdict is Verdict.SUFFICIENT):
        return "open"  # that something is not on the record never shows that it did not happen
    return "no" if verdict is Verdict.GAP else yes
