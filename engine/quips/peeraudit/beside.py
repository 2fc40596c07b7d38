"""What has to stand beside the figures of a round so that nobody takes them for more than they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from quips.judged import Judged
from quips.peeraudit.book import Book, set_aside, title_of
from quips.peeraudit.feedback import Root, roots_of
from quips.peeraudit.leftaside import LeftAside
from quips.peeraudit.rereading import closed_late, done_late
from quips.peeraudit.state import DONE, Action, RoundCase, State
from quips.proposals import NO, YES
from quips.shares import LEAST, is_small
from quips.statuses import Status


@dataclass(frozen=True, slots=True)
class FewCases:
    """The questions that some cases are about, and fewer than can be shown.

    Attributes:
        titles: What they ask, in the edition's order. That few cases are about them is no figure of these cases.
        said_no: How many of them were answered no in so many cases, most cases first; empty where that could give a case away.
    """

    titles: tuple[str, ...] = ()
    said_no: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """What a rule asks for, of which a gap was not closed when cases were read again.

    Attributes:
        title: What it asks for.
        is_root: Whether it is a root gap in any of these cases.
        open: In how many cases it is still open.
        unsure: In how many it is for people to judge.
    """

    title: str
    is_root: bool
    open: int
    unsure: int


@dataclass(frozen=True, slots=True)
class NotClosed:
    """The gaps that were not closed when cases were read again, but for work that was only late.

    Attributes:
        rules: What they are of, root gaps first, of these what is still open in most cases.
        with_action: Of how many an action is open, on the gap itself or on one that it follows from.
        signed: In how many cases some are that a director has countersigned.
    """

    rules: tuple[Left, ...] = ()
    with_action: int = 0
    signed: int = 0


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the figures of a round.

    Attributes:
        few: The questions of few cases.
        no_on_aside: By question, how many of the answers of no rest only on findings that were set aside since.
        no_without_gap: How many answers of no no gap of the case shows.
        no_at_risk: How many of these are to questions about a child, a victim or MAPPA.
        most_in_one: How many gaps the case has that has most; None where several have as many.
        in_groups: How many of those who read are in one of the groups.
        mixed: Whether each group has people of more than one grade.
        set_again: How many actions ask for what an earlier letter on the same case had asked for.
        done_not_closed: Of how many actions that are reported done, each thing counted once, the gap was not closed.
        closed_late: How many of the closed gaps were closed by work done after the day by which it was due.
        not_closed: The gaps that were not closed.
        status_cases: By rule of a root gap, in how many cases it has which status, or which several.
        asked: By rule of a root gap, in how many of its cases the newest action that was set for it has which status.
    """

    few: FewCases
    no_on_aside: Mapping[str, int]
    no_without_gap: int
    no_at_risk: int
    most_in_one: int | None
    in_groups: int
    mixed: bool
    set_again: int
    done_not_closed: int
    closed_late: int
    not_closed: NotClosed
    status_cases: Mapping[str, Mapping[frozenset[Status], int]]
    asked: Mapping[str, Mapping[str, int]]


def beside(book: Book, state: State, judged: Judged, aside: Mapping[str, LeftAside]) -> Beside:
    """Return what stands beside the figures of a round.

    Args:
        book: The readings of the round.
        state: The round at the row that the report rests on.
        judged: What was answered of the settled cases.
        aside: What each score leaves aside, by its name.

    Raises:
        InputError: A settled record is no valid case file.
        StorageError: One cannot be read.
    """
    cases = [case for case in state.cases.values() if case.moderated is not None]
    no_gap = [name for case in cases for name, rules in book.gaps_behind_no(case).items() if not rules]
    rules = book.auditor.knowledge.rules.values()
    at_risk = {answer.prompt for rule in rules if rule.concerns for answer in rule.answers}
    gaps = sorted((len(book.gap_rules(case)) for case in cases), reverse=True)
    people = book.plan.people
    grades = [{people[who].grade for who in members if who in people} - {""} for members in state.groups.values()]
    readers = {who for case in state.cases.values() for who in case.readings}
    return Beside(
        _few(book, judged, aside),
        Counter(name for case in cases for name in book.no_on_set_aside(case)),
        *(len(no_gap), sum(name in at_risk for name in no_gap)),
        gaps[0] if gaps and gaps[0] > max(gaps[1:], default=0) else None,
        len(readers & {who for members in state.groups.values() for who in members}),
        bool(grades) and all(len(found) > 1 for found in grades),
        *(sum(_again(case) for case in cases), sum(_done_not_closed(book, case) for case in cases)),
        sum(len(closed_late(book, case)) for case in cases),
        _not_closed(book, cases),
        _status_cases(book, cases),
        _asked(book, cases),
    )


def _few(book: Book, judged: Judged, aside: Mapping[str, LeftAside]) -> FewCases:
    """Return the questions of few cases, and in how many cases how many of them were answered no.

    The numbers are told as the answers to them together are: where they are of as many cases as can be shown. They are not told
    where they would be the figure of one question, or of each; nor beside the answers to some of them, which would tell those to
    the others.
    """
    shares = judged.shares()
    few = [name for name in book.plan.prompts if name in shares and shares[name].of and is_small(shares[name])]
    titles = tuple(title_of(book.auditor.knowledge, name) for name in few)
    given = {one.case for one in judged.settled if one.question in few and one.answer in (YES, NO)}
    counts = Counter(shares[name].no for name in few if shares[name].no)
    told_of_some = any(one.answers is not None and one.of_few != len(few) for one in aside.values())
    if len(given) < LEAST or told_of_some or not 1 < counts.total() < len(few):
        return FewCases(titles)
    return FewCases(titles, tuple(sorted(counts.items(), reverse=True)))


def _thing(action: Action) -> str:
    """Return what an action puts right; one that somebody added is known by its words alone."""
    return action.rule or action.title


def _again(case: RoundCase) -> int:
    asked = [_thing(action) for _, action in case.ever_asked]
    return len(asked) - len(set(asked))


def _done_not_closed(book: Book, case: RoundCase) -> int:
    return len({action.rule for _, action in case.ever_asked if action.status == DONE} & _left(book, case))


def _left(book: Book, case: RoundCase) -> set[str]:
    """Return the rules of which a gap was not closed when a case was read again, but for what was only late."""
    again = case.read_again
    return set(again.still_open) - done_late(book, case) if again else set()


def _not_closed(book: Book, cases: Sequence[RoundCase]) -> NotClosed:
    found: dict[str, list[tuple[bool, bool]]] = {}
    signed = with_action = 0
    for case in cases:
        left, again, settled = _left(book, case), case.read_again, book.settled(case)
        if again is None or settled is None or not left:
            continue
        roots = {root.rule.name: {rule.name for rule in root.follows} for root in roots_of(settled, set_aside(case))}
        at_work = {action.rule for action in case.open_actions}
        at_work |= {name for rule in at_work for name in roots.get(rule, ())}
        signed += case.signature is not None
        with_action += len(left & at_work)
        for name in left:
            found.setdefault(name, []).append((name in roots, name in again.unsure))
    titles = book.auditor.knowledge.titles
    rules = [
        Left(titles[name], any(root for root, _ in of), sum(not unsure for _, unsure in of), sum(unsure for _, unsure in of))
        for name, of in found.items()
    ]
    rules.sort(key=lambda one: (not one.is_root, -one.open, -one.unsure, one.title))
    return NotClosed(tuple(rules), with_action, signed)


def _status_cases(book: Book, cases: Sequence[RoundCase]) -> dict[str, Counter[frozenset[Status]]]:
    found: dict[str, Counter[frozenset[Status]]] = {}
    for root, _ in _roots(book, cases):
        found.setdefault(root.rule.name, Counter())[frozenset(gap.finding.status for gap in root.gaps)] += 1
    return found


def _asked(book: Book, cases: Sequence[RoundCase]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for root, case in _roots(book, cases):
        set_for_it = [action.status for _, action in case.ever_asked if action.rule == root.rule.name]
        if set_for_it:
            found.setdefault(root.rule.name, Counter())[set_for_it[-1]] += 1
    return found


def _roots(book: Book, cases: Sequence[RoundCase]) -> Iterator[tuple[Root, RoundCase]]:
    for case in cases:
        settled = book.settled(case)
        yield from ((root, case) for root in (roots_of(settled, set_aside(case)) if settled else ()))
