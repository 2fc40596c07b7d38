"""What auditors answered of cases, put together from case files and tables, with what the record suggested beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

from quips.audits import Audit
from quips.cases import History
from quips.places import NOWHERE, Place
from quips.problems import InputError, Level, Problem
from quips.proposals import FOR_THE_AUDITOR, NO, NOT_APPLICABLE, YES
from quips.shares import Share

ANSWERS = (YES, NO, NOT_APPLICABLE)
READER, SECOND_READER, AGREED = "reader", "second_reader", "agreed"
ROLES = (READER, SECOND_READER, AGREED)
NOT_GIVEN = "not given"


class Answer(NamedTuple):
    """One answer of one reader to one question about one case.

    Attributes:
        case: The case's reference.
        question: The full name of the prompt or key question, or of the criterion whose summary question it is.
        answer: ``yes``, ``no`` or ``not_applicable``.
        reader: Who answered; empty if that is not given.
        role: ``reader``, ``second_reader``, or ``agreed`` for what was settled after they had talked.
        reason: Why.
        evidence: What it rests on.
        proposal: What the record suggested: an answer, or empty where it suggested none.
        rules: The rules behind the proposal.
    """

    case: str
    question: str
    answer: str
    reader: str = ""
    role: str = READER
    reason: str = ""
    evidence: str = ""
    proposal: str = ""
    rules: tuple[str, ...] = ()


class Overturned(NamedTuple):
    """How often what the record suggested was judged otherwise.

    ``share`` counts as yes what was overturned; what both the record and the reader call not applicable counts for nothing.
    """

    name: str
    share: Share


@dataclass(frozen=True)
class Judged:
    """Judged cases.

    Attributes:
        answers: Every answer of every reader, in the order in which they were read.
        described: What is known of each case that was read, by name.
        warnings: What should be looked at, though it can be used.
    """

    answers: tuple[Answer, ...]
    described: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()

    @cached_property
    def by_question(self) -> dict[tuple[str, str], tuple[Answer, ...]]:
        """The answers to each question about each case that several were given to.

        A reader answers once, so where all answers are one reader's there is nothing to look for.
        """
        several: dict[tuple[str, str], tuple[Answer, ...]] = {}
        if len(set(map(_reader_and_role, self.answers))) > 1:
            times = Counter(map(_case_and_question, self.answers))
            for answer in self.answers:
                key = _case_and_question(answer)
                if times[key] > 1:
                    several[key] = (*several.get(key, ()), answer)
        return several

    @cached_property
    def settled(self) -> tuple[Answer, ...]:
        """One answer to each question about each case: the agreed one, else the one that every reader gave.

        Where readers differ and nothing was agreed there is none: neither of them is taken.
        """
        if not self.by_question:
            return self.answers
        alone = [answer for answer in self.answers if _case_and_question(answer) not in self.by_question]
        together = [_settled(answers) for answers in self.by_question.values()]
        return (*alone, *(answer for answer in together if answer is not None))

    @cached_property
    def undecided(self) -> tuple[tuple[str, str], ...]:
        """The cases and questions on which readers differ and nothing was agreed."""
        return tuple(key for key, answers in self.by_question.items() if _settled(answers) is None)

    @cached_property
    def cases(self) -> tuple[str, ...]:
        """The cases that were read, in order."""
        return tuple(sorted({*self.described, *map(itemgetter(0), self.answers)}))

    @cached_property
    def editions(self) -> tuple[str, ...]:
        """The editions that were answered, in order."""
        return tuple(sorted({name.partition("/")[0] for name in set(map(itemgetter(1), self.answers))}))

    def columns(self) -> list[str]:
        """Return what cases are described by, in order."""
        return sorted({column for described in self.described.values() for column in described})

    def of_edition(self, edition: str) -> Judged:
        """Return only what was answered under an edition; a case of which nothing was answered under it is not of it."""
        if self.editions == (edition,) and set(self.described) <= set(map(itemgetter(0), self.answers)):
            return self
        mine = {name for name in set(map(itemgetter(1), self.answers)) if name.partition("/")[0] == edition}
        answers = tuple(answer for answer in self.answers if answer.question in mine)
        cases = set(map(itemgetter(0), answers))
        return Judged(answers, {case: of for case, of in self.described.items() if case in cases}, self.warnings)

    def grouped(self, column: str) -> dict[str, Judged]:
        """Return the cases by what a column says of them, in the order of its values; last those of which it says nothing."""
        group_of = {case: self.described.get(case, {}).get(column, "") or NOT_GIVEN for case in self.cases}
        answers: dict[str, list[Answer]] = {group: [] for group in sorted(set(group_of.values()), key=_last_if_not_given)}
        for answer in self.settled:
            answers[group_of[answer.case]].append(answer)
        return {
            group: Judged(tuple(found), {case: self.described.get(case, {}) for case in self.cases if group_of[case] == group})
            for group, found in answers.items()
        }

    def shares(self) -> dict[str, Share]:
        """Return the share of relevant cases answered yes, by question."""
        counts = Counter(map(_question_and_answer, self.settled))
        questions = dict.fromkeys(question for question, _ in counts)
        return {name: Share(*(counts[name, answer] for answer in ANSWERS)) for name in questions}

    def overturned(self) -> tuple[list[Overturned], list[Overturned]]:
        """Return how often proposals were overturned, by prompt and by rule, the most often overturned first."""
        prompts: Counter[tuple[str, str]] = Counter()
        rules: Counter[tuple[str, str]] = Counter()
        for answer in (answer for answer in self.settled if answer.proposal):
            became = YES if answer.proposal != answer.answer else NOT_APPLICABLE if answer.answer == NOT_APPLICABLE else NO
            prompts[answer.question, became] += 1
            for rule in answer.rules:
                rules[rule, became] += 1
        return _overturned(prompts), _overturned(rules)


def from_audits(audits: Iterable[Audit], reader: str = "") -> Judged:
    """Return what the auditors answered in case files, beside what their audits propose.

    Args:
        audits: The audits of the case files.
        reader: Who answered in these files; empty if that is not known.
    """
    answers: list[Answer] = []
    described: dict[str, Mapping[str, str]] = {}
    warnings: list[Problem] = []
    for audit in audits:
        case = audit.case
        described[case.reference] = dict(_described(audit))
        proposed = {proposal.prompt.name: proposal for proposal in audit.proposals}
        for name, judgement in case.judgements.items():
            place = case.document.key_place("judgements", name) if case.document else NOWHERE
            proposal = proposed.get(name)
            suggested = proposal.answer if proposal and proposal.answer != FOR_THE_AUDITOR else ""
            rules = tuple(dict.fromkeys(finding.rule.name for finding in proposal.findings)) if proposal and suggested else ()
            reason = judgement.get("reason", "")
            answer = Answer(
                *(case.reference, name, judgement["answer"], reader, READER, reason, judgement.get("evidence", "")),
                *(suggested, rules),
            )
            answers.append(answer)
            if is_unexplained(answer):
                warnings.append(unexplained(answer, place))
    return Judged(tuple(answers), described, tuple(warnings))


def together(parts: Sequence[Judged]) -> Judged:
    """Return what was read from several places as one.

    Raises:
        InputError: The same reader answered a question about a case in two of them, or they describe a case differently.
    """
    if len(parts) == 1:
        return parts[0]
    problems = []
    seen: set[tuple[str, str, str]] = set()
    described: dict[str, dict[str, str]] = {}
    for part in parts:
        own = {(answer.case, answer.question, who(answer.reader, answer.role)) for answer in part.answers}
        for case, question, reader in sorted(seen & own):
            problems.append(judged_twice(case, question, reader, NOWHERE, "another file"))
        seen |= own
        for case, of in part.described.items():
            known = described.setdefault(case, {})
            problems += [described_twice(case, column, value, known[column]) for column, value in _differing(of, known)]
            known.update(of)
    if problems:
        raise InputError(problems)
    answers = tuple(answer for part in parts for answer in part.answers)
    return Judged(answers, described, tuple(warning for part in parts for warning in part.warnings))


def who(reader: str, role: str) -> str:
    """Return by whom an answer is: what was agreed is nobody's own."""
    return f" {AGREED}" if role == AGREED else reader


def is_unexplained(answer: Answer) -> bool:
    """Whether an answer overturns what the record suggests and does not say why."""
    return overturns(answer.answer, answer.proposal) and not answer.reason


def overturns(answer: str, proposal: str) -> bool:
    """Whether an answer is another than the record suggests; what is left to the auditor, or not proposed, suggests nothing."""
    return proposal not in ("", FOR_THE_AUDITOR, answer)


def unexplained(answer: Answer, place: Place) -> Problem:
    """Return the warning that an answer overturns a proposal without a reason."""
    judged, suggested = words_of(answer.answer), words_of(answer.proposal)
    message = f"{answer.case}: {answer.question} is judged {judged}, where the record suggests {suggested}."
    return Problem(place, "no-reason", message, "Say why.", Level.WARNING)


def judged_twice(case: str, question: str, reader: str, place: Place, first: str) -> Problem:
    """Return the problem that the same reader answered one question about one case twice."""
    by = "as agreed" if reader == f" {AGREED}" else f"by {reader}" if reader else "by the same reader"
    message = f"{case} is judged twice {by} on {question}; first in {first}."
    return Problem(place, "judged-twice", message, "Leave one. If two people read the case, name each under 'reader'.")


def described_twice(case: str, column: str, value: str, before: str, place: Place = NOWHERE) -> Problem:
    """Return the problem that a case is described in two ways, so that nobody can say to which group it belongs."""
    message = f"{case} is described twice: {column} is '{value}' here and '{before}' before."
    return Problem(place, "described-twice", message, "Correct one of the two.")


def _differing(of: Mapping[str, str], known: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(column, value) for column, value in of.items() if known.get(column, value) != value]


def words_of(answer: str) -> str:
    """Return an answer as people say it.

    Example:
        >>> words_of("not_applicable")
        'not applicable'
    """
    return answer.replace("_", " ")


_case_and_question = itemgetter(0, 1)
_question_and_answer = itemgetter(1, 2)
_reader_and_role = itemgetter(3, 4)


def _settled(answers: Sequence[Answer]) -> Answer | None:
    agreed = [answer for answer in answers if answer.role == AGREED]
    if agreed:
        said = [answer for answer in answers if answer.proposal]
        return agreed[0] if agreed[0].proposal or not said else agreed[0]._replace(proposal=said[0].proposal, rules=said[0].rules)
    return answers[0] if len({answer.answer for answer in answers}) == 1 else None


def _overturned(counts: Counter[tuple[str, str]]) -> list[Overturned]:
    shares = {name: Share(*(counts[name, became] for became in ANSWERS)) for name, _ in counts}
    found = [Overturned(name, share) for name, share in shares.items() if share.of]
    return sorted(found, key=lambda one: (-one.share.yes / one.share.of, -one.share.of, one.name))


def _described(audit: Audit) -> Iterator[tuple[str, str]]:
    """What a case file says of its case: every circumstance that is one value on the day it is read."""
    for name, value in audit.case.facts.items():
        is_now = value.on(audit.case.as_at) if isinstance(value, History) else value
        if isinstance(is_now, bool):
            yield name, YES if is_now else NO
        elif isinstance(is_now, str | int):
            yield name, str(is_now)


def _last_if_not_given(group: str) -> tuple[bool, str]:
    return group == NOT_GIVEN, group
