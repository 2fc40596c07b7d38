"""Which root gaps a round found most often, what they lead to, and how they lie in groups of cases."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from quips.audits import Audit
from quips.judged import NOT_GIVEN
from quips.ordering import SEVERITIES
from quips.peeraudit.book import Book, set_aside, title_of
from quips.peeraudit.feedback import Root, roots_of
from quips.peeraudit.rereading import done_late
from quips.peeraudit.state import DONE, OPEN, TAKEN_BACK, WITHDRAWN, RoundCase, State
from quips.rules import Rule
from quips.scoring.cards import hidden_shares
from quips.scoring.measures import Measure
from quips.scoring.tree import Results
from quips.shares import Share
from quips.statuses import Status, Verdict

CLOSED, LATE, UNSURE, STILL_OPEN = "closed", "late", "unsure", "still_open"
BECAME = (CLOSED, LATE, UNSURE, STILL_OPEN)
"""What became of a gap, as the case file read again shows: named as the counts of all gaps are in `PutRight`."""


@dataclass(frozen=True, slots=True)
class RootGap:
    """What a rule asks for and settled cases fall short of, where no other gap explains it.

    Attributes:
        rule: The rule.
        statuses: What its gaps are, such as missing or late, each once, that of most gaps first.
        share: In how many of the settled cases that the rule applies to it is a root gap; the others of these count as no.
        told: That in words; how many of how many and no percentage of few cases, or where for most the record does not tell.
        measure: The same with its interval; None where there is no percentage.
        also_follows: In how many others it is a gap that follows from another.
        open: In how many others nobody can tell, from the record, whether it is a gap.
        leads_to: The rules of which there is a gap only because of it, each with in how many cases, most often first.
        became: What the case files of these cases show of it when they were read again, with in how many.
        remedies: What officers are asked to do about it, each once, that of most cases first: not what the rule asks for where
            it was only late.
        actions: How many actions were ever set to put it right, by status.
    """

    rule: Rule
    statuses: tuple[Status, ...]
    share: Share
    told: str
    measure: Measure | None
    also_follows: int
    open: int
    leads_to: tuple[tuple[Rule, int], ...]
    became: Mapping[str, int]
    remedies: tuple[str, ...]
    actions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class GapsOfGroup:
    """How often a group of cases has each root gap.

    Attributes:
        name: What the column says of its cases.
        cases: How many settled cases are in it.
        told: The share of them that has each root gap, in words, by rule.
        shares: The shares that can be shown, by rule.
    """

    name: str
    cases: int
    told: Mapping[str, str]
    shares: Mapping[str, Share]


@dataclass(frozen=True, slots=True)
class SetAside:
    """What was set aside on disputes, by name and in words, and in how many cases."""

    name: str
    title: str
    cases: int


@dataclass(frozen=True)
class Patterns:
    """The gaps of the settled cases of a round.

    Attributes:
        cases: How many cases are settled.
        gaps: How many gaps they have, a rule counted once for each case: root gaps and what follows from them.
        roots: The root gaps, those of most cases first, then by severity.
        by: By column, how often each group of cases has each.
        aside: What was set aside.
        without: In how many settled cases no gap was found.
    """

    cases: int
    gaps: int
    roots: tuple[RootGap, ...]
    by: Mapping[str, tuple[GapsOfGroup, ...]]
    aside: tuple[SetAside, ...]
    without: int


def patterns_of(
    book: Book, state: State, columns: Iterable[str], population: int | None, populations: Mapping[str, Mapping[str, int]]
) -> Patterns:
    """Return the gaps of the settled cases of a round.

    Args:
        book: The readings of the round.
        state: The round as it stands.
        columns: The columns to set groups of cases side by side by.
        population: How many cases they were drawn from; None if that is not known.
        populations: The same of each group, by column and group.

    Raises:
        InputError: A settled record is no valid case file.
        StorageError: One cannot be read.
    """
    audits = {case.reference: audit for case in state.cases.values() if (audit := book.settled(case)) is not None}
    settled = [state.cases[name] for name in audits]
    roots = {case.reference: roots_of(audits[case.reference], set_aside(case)) for case in settled}
    has = {name: frozenset(root.rule.name for root in found) for name, found in roots.items()}
    by_rule: dict[str, list[Root]] = {}
    for found in roots.values():
        for root in found:
            by_rule.setdefault(root.rule.name, []).append(root)
    # whatever the round looks at: in a case that meets it, what is a gap in another may bear on none of its questions
    said = {case.reference: _verdicts(audit) for case in settled if (audit := book.whole(case)) is not None}
    applying = Counter(
        name for found in said.values() for name, verdicts in found.items() if verdicts != {Verdict.NOT_APPLICABLE}
    )
    became = _became(book, settled, has)
    counted = [
        _root_gap(name, of_rule, settled, said, has, applying[name], became[name], population)
        for name, of_rule in by_rule.items()
    ]
    # Of those in as many cases, the one from which most follows comes first.
    counted.sort(key=lambda one: (-one.share.yes, -len(one.leads_to), SEVERITIES.index(one.rule.severity), one.rule.name))
    names = [one.rule.name for one in counted]
    aside = Counter(name for case in settled for name in set_aside(case))
    return Patterns(
        len(settled),
        sum(len(book.gap_rules(case)) for case in settled),
        tuple(counted),
        {column: tuple(_groups(column, settled, has, names, populations.get(column, {}))) for column in columns},
        tuple(
            SetAside(name, title_of(book.auditor.knowledge, name), n)
            for name, n in sorted(aside.items(), key=lambda one: (-one[1], one[0]))
        ),
        sum(not found for found in roots.values()),
    )


def _verdicts(audit: Audit) -> dict[str, set[Verdict]]:
    found: dict[str, set[Verdict]] = {}
    for finding in audit.findings:
        found.setdefault(finding.rule.name, set()).add(finding.verdict)
    return found


def _became(book: Book, settled: Sequence[RoundCase], has: Mapping[str, frozenset[str]]) -> dict[str, Counter[str]]:
    """Return for each root gap what became of it in the cases that were read again, with in how many."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for case in settled:
        again = case.read_again
        if again is not None:
            late = done_late(book, case)
            for name in has[case.reference]:
                held = ((CLOSED, again.closed), (UNSURE, again.unsure), (LATE, late))
                found[name][next((which for which, names in held if name in names), STILL_OPEN)] += 1
    return found


def _root_gap(
    name: str,
    roots: Sequence[Root],
    settled: Sequence[RoundCase],
    said: Mapping[str, Mapping[str, set[Verdict]]],
    has: Mapping[str, frozenset[str]],
    applies: int,
    became: Mapping[str, int],
    population: int | None,
) -> RootGap:
    beneath = {rule.name: rule for root in roots for rule in root.follows}
    follows = Counter(rule.name for root in roots for rule in root.follows)
    others = [case for case in settled if name not in has[case.reference] and name not in set_aside(case)]
    verdicts = [said[case.reference].get(name, set()) for case in others]
    also = sum(Verdict.GAP in found for found in verdicts)
    cannot_tell = sum(Verdict.OPEN in found and Verdict.GAP not in found for found in verdicts)
    actions = Counter(action.status for case in settled for _, action in case.ever_asked if action.rule == name)
    share = Share(len(roots), applies - len(roots), len(settled) - applies)
    results = Results(shares={name: share}, population=population)
    # Of cases that are mostly not known no percentage says anything.
    is_told = results.can_show(name) and 2 * cannot_tell < share.of
    told = results.told(name) if is_told else f"{share.yes} of {share.of}"
    statuses = tuple(one for one, _ in Counter(gap.finding.status for root in roots for gap in root.gaps).most_common())
    return RootGap(
        *(roots[0].rule, statuses, share, told, results.measure(name) if is_told else None, also, cannot_tell),
        tuple((beneath[one], n) for one, n in sorted(follows.items(), key=lambda found: (-found[1], found[0]))),
        {which: became[which] for which in BECAME},
        tuple(text for text, _ in Counter(root.remedy for root in roots).most_common()),
        {status: actions[status] for status in (OPEN, DONE, WITHDRAWN, TAKEN_BACK)},
    )


def _groups(
    column: str,
    settled: Sequence[RoundCase],
    has: Mapping[str, frozenset[str]],
    names: Sequence[str],
    populations: Mapping[str, int],
) -> Iterable[GapsOfGroup]:
    """Yield the groups by name, those of which the list says nothing last; no small group can be had by subtraction."""
    groups: dict[str, list[RoundCase]] = {}
    for case in settled:
        groups.setdefault(case.values.get(column, "") or NOT_GIVEN, []).append(case)
    shares = {group: {name: _share(cases, has, name) for name in names} for group, cases in groups.items()}
    hidden = hidden_shares(shares)
    for group in sorted(groups, key=lambda name: (name == NOT_GIVEN, name)):
        results = Results(shares=shares[group], population=populations.get(group), hidden=hidden[group])
        shown = {name: share for name, share in shares[group].items() if results.can_show(name)}
        yield GapsOfGroup(group, len(groups[group]), {name: results.told(name) for name in names}, shown)


def _share(cases: Sequence[RoundCase], has: Mapping[str, frozenset[str]], name: str) -> Share:
    yes = sum(name in has[case.reference] for case in cases)
    return Share(yes, len(cases) - yes)
