"""The words that why a finding is as it is, and what would have it met, have in common."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

from quips.attempts import Attempt
from quips.cases import Case, Entry
from quips.explain import Explainer, attribute_in_words, day_in_words, entry_in_words, in_sentence, kind_in_words
from quips.problems import listed
from quips.reference import Evaluated
from quips.rules import Rule
from quips.statuses import Status

WEAK = frozenset({Status.MISSING, Status.INSUFFICIENT, Status.UNDERMINED})
"""What work may be that undermines what rests on it; work that is none of these does so only if it came afterwards."""


@dataclass(slots=True, eq=False)
class Phrases:
    """One finding, what is needed to tell of it, and its parts in words.

    Attributes:
        rule: The rule.
        evaluated: The finding, as evaluated.
        case: The case.
        explainer: Explains the rule's conditions about the case.
        day: The day on which the circumstances were read, as an ordinal.
        titles: The title of every rule, by name.
    """

    rule: Rule
    evaluated: Evaluated
    case: Case
    explainer: Explainer
    day: int
    titles: Mapping[str, str]

    def _rules_beneath(self) -> list[str]:
        duties = self.explainer.conditions.program.duties
        return [duties[found.number].name for found in self.evaluated.undermined_by]

    def _activities(self) -> tuple[str, ...]:
        return self.rule.expect.activities if self.rule.expect else ()

    def _bounds(self) -> list[str]:
        expect = self.rule.expect
        return [bound for bound in expect.bounds if not bound.startswith("trigger")] if expect else []

    def _title(self, name: str) -> str:
        vocabulary = self.explainer.vocabulary
        known = vocabulary.circumstances.get(name) or vocabulary.activities.get(name)
        return known.title if known else name.replace("_", " ")

    def _entry(self, entry: Entry | None) -> str:
        if entry is None:
            return "Something done"
        words = entry_in_words(entry.activity, entry.day, self.explainer.vocabulary)
        return words[:1].upper() + words[1:]

    def _what(self) -> str:
        """The activities that count."""
        names = self._activities()
        return self._once(
            ("what", names), lambda: listed([in_sentence(self.explainer.vocabulary.activities[n].title) for n in names])
        )

    def _which(self) -> str:
        """What kind of activity counts, in brackets."""
        tests = self.rule.expect.where.parts if self.rule.expect else ()
        if not tests:
            return ""
        vocabulary, names = self.explainer.vocabulary, self._activities()
        return self._once(("which", self.rule.name), lambda: kind_in_words(tests, vocabulary, names))

    def _wanted(self) -> str:
        """What a good one is like."""
        tests, names = self.rule.expect.judged if self.rule.expect else None, self._judged_activities()
        if not tests:
            return ""
        return self._once(
            ("wanted", self.rule.name, names),
            lambda: listed(
                [in_sentence(attribute_in_words(test, self.explainer.vocabulary, names)) for test in tests.parts], "and"
            ),
        )

    def _once(self, key: Hashable, words: Callable[[], str]) -> str:
        """Words that depend on no case, found once for all."""
        known = self.explainer.conditions.words
        if key not in known:
            known[key] = words()
        return known[key]

    def _judged_activities(self) -> tuple[str, ...]:
        entry = self.evaluated.occasion.entry
        return (entry.activity,) if self.rule.expect and self.rule.expect.this and entry else self._activities()

    def _limit(self, attempt: Attempt) -> str:
        due = f"due by {day_in_words(attempt.due)}" if attempt.due is not None else "no last day"
        if attempt.row is None or attempt.row.value is None:
            return due[:1].upper() + due[1:]
        since = f" from {day_in_words(attempt.first)}" if attempt.first is not None else ""
        unverified = ", a number that is not verified" if attempt.row.standing == "unverified" else ""
        length = attempt.row.in_words()
        return f"{length[:1].upper()}{length[1:]}{since}: {due}{unverified}"
