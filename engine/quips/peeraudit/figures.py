"""Everything that the report of a round says, as plain data, worked out from the folder: the same folder, the same figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quips.explain import in_sentence
from quips.framework import Edition
from quips.judged import NOT_GIVEN, Judged
from quips.knowledge import OwnRule
from quips.peeraudit.atonce import RaisedAtOnce, raised_at_once
from quips.peeraudit.beside import Beside, beside
from quips.peeraudit.book import Book, title_of
from quips.peeraudit.doublereading import judged_twice, read_twice
from quips.peeraudit.leftaside import LeftAside, left_aside
from quips.peeraudit.patterns import Patterns, patterns_of
from quips.peeraudit.rereading import done_late
from quips.peeraudit.state import DONE, OPEN, TAKEN_BACK, WITHDRAWN, Action, Gone, Phase, State
from quips.problems import QuipsError
from quips.proposals import NOT_APPLICABLE
from quips.readings import Reading, readings
from quips.rounds import Comparison, Round, compare
from quips.scoring.cards import Asked, Scorecard, score_judged
from quips.shares import Share
from quips.tables import key_of
from quips.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a round is.

    Attributes:
        cases: How many cases are in the round.
        replaced: How many that were drawn could not be read and were replaced.
        not_eligible: How many that were drawn were taken out because they should not have been.
        phases: How many cases have come how far, in the order of the work.
        settled: How many cases are settled.
        read_twice: How many of the cases that everybody has read were read twice.
        readers: How many people have read a case.
        groups: How many groups of readers there are.
        outside: How many cases somebody has read who is in none of these groups.
        fed_back: On how many cases feedback stands.
        countersigned: How many are countersigned.
    """

    cases: int
    replaced: int
    not_eligible: int
    phases: Mapping[Phase, int]
    settled: int
    read_twice: int
    readers: int
    groups: int
    outside: int
    fed_back: int
    countersigned: int

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do on any case."""
        return self.countersigned == self.cases


@dataclass(frozen=True, slots=True)
class Composed:
    """How one value of a column is represented: its cases in the list, in the draw, and among the settled.

    ``settled`` is None where it is not known which cases are of a kind of which a minimum number was asked for.
    """

    column: str
    value: str
    in_list: int
    in_sample: int
    settled: int | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far first and second readers agree.

    Attributes:
        cases: How many cases both have read.
        alike: To how many of the questions that both answered, and at least one found applicable, they gave the same answer; the
            others count as no. Those that both found not applicable stand apart: to agree that there is nothing to judge is easy.
        questions: How far they agree on each question, those least agreed on first.
    """

    cases: int
    alike: Share
    questions: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Disputed:
    """A gap or a judgement that was disputed; ``outcome`` is empty while nobody has answered."""

    case: str
    name: str
    title: str
    because: str
    outcome: str
    answer: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A time that a director refused to sign."""

    case: str
    feedback: int
    because: str


@dataclass(frozen=True, slots=True)
class PutRight:
    """What was done about what was found, over all feedback that was ever given.

    Attributes:
        done: How many actions are done.
        open: How many are open.
        overdue: How many of these should have been done before the day of the report.
        withdrawn: How many were withdrawn.
        taken_back: How many were open when a director refused their feedback.
        refused: How many of all these are of feedback that a director refused.
        reread: How many cases were read again.
        closed: How many gaps were closed when they were read again.
        late: How many were of work that had been done, and only late: a matter of record, which nothing closes.
        unsure: Of how many the record did not show whether they were put right, which is for people to judge.
        still_open: How many others were not closed.
        new: How many gaps there were then that were not there before.
    """

    done: int
    open: int
    overdue: int
    withdrawn: int
    taken_back: int
    refused: int
    reread: int
    closed: int
    late: int
    unsure: int
    still_open: int
    new: int


@dataclass(frozen=True)
class Figures:
    """What the report of a round says.

    Attributes:
        edition: The edition that cases were judged under.
        rules: The digest of the framework and the rules.
        as_at: The day of the report, year-month-day.
        rows: How many rows of the trail they rest on.
        seal: The seal of the last of them.
        eligible: How many cases there were to draw from; None if the draw does not say.
        left_out: The cases that the plan left out before the draw, each with why.
        gone: The cases that were drawn and taken out again.
        progress: How far the round is.
        composition: The sample beside the list, as the draw says, and the settled cases.
        card: The scores; None while nothing is settled.
        aside: What each score leaves aside, by its name.
        by: The scores of groups of cases, by column.
        patterns: The root gaps.
        agreement: How far readers agree.
        good_practice: What was good practice in settled cases, in the readers' words, by case.
        put_right: What was done about what was found.
        actions: Every action that was ever asked for, by case, each with the number of its feedback.
        disputes: What was ever disputed, and the answers; also where the feedback was taken back since.
        refusals: The times that a director refused.
        raised: How soon it was written down who was told, where somebody might have been at risk.
        unanswered: On how many cases open gaps concern somebody at risk, and nobody has written down what was done at once.
        titles: What the rules behind suggestions ask for, by rule.
        named: What each column that is counted by is called in a sentence.
        own_rules: The rules that are somebody's own, laid over the shipped ones.
        looked_at: That the round looked at a part of the edition, in words; empty if at all of it.
        beside: What has to stand beside these figures on paper.
    """

    edition: Edition
    rules: str
    as_at: str
    rows: int
    seal: str
    eligible: int | None
    left_out: Mapping[str, str]
    gone: Mapping[str, Gone]
    progress: Progress
    composition: tuple[Composed, ...]
    card: Scorecard | None
    aside: Mapping[str, LeftAside]
    by: Mapping[str, Scorecard]
    patterns: Patterns
    agreement: Agreement
    good_practice: Mapping[str, tuple[str, ...]]
    put_right: PutRight
    actions: Mapping[str, tuple[tuple[int, Action], ...]]
    disputes: tuple[Disputed, ...]
    refusals: tuple[Refused, ...]
    raised: RaisedAtOnce
    unanswered: int
    titles: Mapping[str, str]
    named: Mapping[str, str]
    own_rules: tuple[OwnRule, ...]
    looked_at: str
    beside: Beside


def figures_of(book: Book, state: State, as_at: str) -> Figures:
    """Return what the report of a round says.

    Args:
        book: The readings of the round.
        state: The round at the row that the report rests on.
        as_at: The day of the report, by which an action is overdue or not.

    Raises:
        InputError: A reading is no valid case file.
        StorageError: One cannot be read.
        QuipsError: Nothing was drawn.
    """
    drawn = state.drawn
    if drawn is None:
        raise QuipsError("Nothing has been drawn, so there is nothing to report.")
    knowledge = book.auditor.knowledge
    edition = knowledge.editions[book.plan.edition]
    judged = book.judged(state)
    columns = breakdowns(book, judged)
    eligible = drawn.get("eligible")
    populations = _populations(drawn, judged, columns)
    variant = str(book.plan.scope.get("variant", ""))
    card = score_judged(edition, judged, Asked(variant, population=eligible)) if judged.answers else None
    aside = left_aside(card.scored, judged) if card else {}
    by = {}
    for column in columns if card else ():
        asked = Asked(variant, by=column, population=eligible, populations=populations[column])
        by[column] = score_judged(edition, judged, asked)
    return Figures(
        *(edition, knowledge.digest, as_at, state.rows, state.seal, eligible),
        *(dict(drawn.get("left_out", {})), state.gone, _progress(state)),
        tuple(_composition(drawn, state)),
        *(card, aside, by),
        *(patterns_of(book, state, columns, eligible, populations), _agreement(book, state)),
        dict(_good_practice(state)),
        _put_right(book, state, as_at),
        {case.reference: tuple(case.ever_asked) for case in state.cases.values() if case.ever_asked},
        tuple(
            Disputed(case.reference, one.rule, title_of(knowledge, one.rule), one.because, one.outcome, one.answer)
            for case in state.cases.values()
            for one in (*case.past_disputes, *case.disputes.values())
        ),
        tuple(Refused(case.reference, one.feedback, one.because) for case in state.cases.values() for one in case.refusals),
        raised_at_once(state),
        len(state.unanswered),
        {one.name: knowledge.rules[one.name].title for one in (card.by_rule if card else ())},
        dict(_named(columns, drawn, knowledge.vocabulary, book.plan.headings)),
        knowledge.own,
        book.looked_at,
        beside(book, state, judged, aside),
    )


def changed_since(book: Book, state: State, earlier: Book, then: State) -> Comparison:
    """Return what changed in the settled cases since an earlier round, question by question, with what that cannot tell.

    Args:
        book: The readings of the round.
        state: The round at the row that the report rests on.
        earlier: The readings of the earlier round.
        then: The earlier round as it stands.

    Raises:
        InputError: One of them has nothing settled under the edition, or they share no question.
    """
    names = [earlier.plan.name, book.plan.name]
    if names[0] == names[1]:
        names[0] += ", earlier"
    rounds = [
        Round(name, of.folder.path, of.judged(at)) for name, of, at in zip(names, (earlier, book), (then, state), strict=True)
    ]
    return compare(rounds, book.plan.edition, book.auditor.knowledge.editions)


def breakdowns(book: Book, judged: Judged) -> list[str]:
    """Return the columns by which a report counts: the team, those that the plan names for it, and those of the draw."""
    population = book.plan.population
    there = judged.columns()
    return [column for column in dict.fromkeys((population.team, *population.breakdowns, *book.plan.by)) if column in there]


def _populations(drawn: Mapping[str, Any], judged: Judged, columns: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return from how many cases those of each group were drawn, as far as the row of the draw says."""
    found: dict[str, dict[str, int]] = {}
    for column in columns:
        sizes = {name: len(group.cases) for name, group in judged.grouped(column).items()}
        rows = [(row["value"] or NOT_GIVEN, row["in_list"]) for row in drawn.get("composition", ()) if row["column"] == column]
        found[column] = {value: number for value, number in rows if 0 < sizes.get(value, 0) <= number}
    return found


def _named(
    columns: Sequence[str], drawn: Mapping[str, Any], vocabulary: Vocabulary, headings: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield what columns are called: as the vocabulary calls the circumstance of that name, else as the list does."""
    for column in dict.fromkeys((*columns, *(row["column"] for row in drawn.get("composition", ()) if row["column"]))):
        known = vocabulary.circumstances.get(key_of(column))
        yield column, in_sentence(known.title if known else headings.get(column, column).replace("_", " "))


def _progress(state: State) -> Progress:
    cases = [*state.cases.values()]
    counts = Counter(case.phase for case in cases)
    in_groups = {member for members in state.groups.values() for member in members}
    return Progress(
        len(cases),
        sum(not one.not_eligible for one in state.gone.values()),
        sum(one.not_eligible for one in state.gone.values()),
        {phase: counts[phase] for phase in Phase},
        sum(case.moderated is not None for case in cases),
        len(read_twice(state)),
        len({reader for case in cases for reader in case.readings}),
        len(state.groups),
        sum(not in_groups.issuperset(case.readings) for case in cases),
        sum(case.feedback is not None for case in cases),
        counts[Phase.COUNTERSIGNED],
    )


def _composition(drawn: Mapping[str, Any], state: State) -> Iterator[Composed]:
    settled = [case for case in state.cases.values() if case.moderated is not None]
    kinds = {one["name"]: one for one in drawn.get("kinds", ())}
    for row in drawn.get("composition", ()):
        column, value = row["column"], row["value"]
        kind = kinds.get(value)
        held = (column, [value]) if column else (kind["column"], kind["values"]) if kind else None
        of = held and sum(key_of(case.values.get(held[0], "")) in {key_of(one) for one in held[1]} for case in settled)
        yield Composed(column, value, row["in_list"], row["in_sample"], of)


def _agreement(book: Book, state: State) -> Agreement:
    """Say how far first and second readers agree, over the cases that both have read; others stay unseen."""
    found = tuple(readings(judged_twice(book, state)))
    neither = sum(pair.table.get((NOT_APPLICABLE, NOT_APPLICABLE), 0) for one in found for pair in one.pairs)
    alike, otherwise = sum(one.raw.yes for one in found) - neither, sum(one.raw.no for one in found)
    return Agreement(len(read_twice(state)), Share(alike, otherwise, neither), found)


def _good_practice(state: State) -> Iterator[tuple[str, tuple[str, ...]]]:
    for case in state.cases.values():
        newest = [case.newest(reader) for reader in case.readers] if case.moderated is not None else []
        words = tuple(dict.fromkeys(words for reading in newest if reading for words in reading.good_practice))
        if words:
            yield case.reference, words


def _put_right(book: Book, state: State, as_at: str) -> PutRight:
    actions = [action for case in state.cases.values() for _, action in case.ever_asked]
    counts = Counter(action.status for action in actions)
    refused = sum(len(asked) for case in state.cases.values() for asked in case.past_actions.values())
    cases = [case for case in state.cases.values() if case.moderated is not None]
    again = [case.read_again for case in cases if case.read_again is not None]
    late, unsure = sum(len(done_late(book, case)) for case in cases), sum(len(one.unsure) for one in again)
    return PutRight(
        *(counts[DONE], counts[OPEN], sum(action.status == OPEN and action.due < as_at for action in actions)),
        *(counts[WITHDRAWN], counts[TAKEN_BACK], refused, len(again)),
        *(sum(len(one.closed) for one in again), late, unsure),
        *(sum(len(one.still_open) for one in again) - late - unsure, sum(len(one.new) for one in again)),
    )
