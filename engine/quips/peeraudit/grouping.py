"""Forms the groups that read cases: mixed grades, and between them able to read every case.

A group can read a case if it is no member's own, none of their teams' and in conflict with none. So a group drawn from few
teams can read more cases, and one drawn from all teams can read none. Arrangements are tried in an order that follows from the
seed, each made better by changing two readers about while that helps, and the best is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import ceil

from quips.peeraudit.plan import Person
from quips.places import letters
from quips.sampling import number_of

_STARTS = 8
_MOST_TRIED = 1500

Arrangement = list[list[str]]


@dataclass(frozen=True)
class Wanted:
    """What is wanted of groups.

    Attributes:
        cases: How many cases there are.
        able: For each reader the cases that they may read, a bit for each case.
        twice: The cases that have to be read twice, a bit for each.
        share: How many cases in all are to be read twice.
        size: How many readers a group has, more or less.
        seed: What follows from nothing else follows from this.
    """

    cases: int
    able: Mapping[str, int]
    twice: int
    share: int
    size: int
    seed: str


def form_groups(readers: Iterable[Person], wanted: Wanted) -> dict[str, tuple[str, ...]]:
    """Return the members of each group, by its name: those that the list of people names, and the others formed.

    Where no arrangement of groups of the size lets every case be read, smaller ones are tried.

    Args:
        readers: Everybody who reads.
        wanted: What is wanted.
    """
    people = {person.reference: person for person in sorted(readers, key=lambda one: one.reference)}
    fixed: dict[str, list[str]] = {}
    for name, person in people.items():
        if person.group:
            fixed.setdefault(person.group, []).append(name)
    loose = [name for name, person in people.items() if not person.group]
    formed = _formed(people, loose, [*fixed.values()], wanted)
    names = (name for name in map(letters, range(1, len(people) + len(fixed) + 1)) if name not in fixed)
    groups = fixed | dict(zip(names, sorted(formed), strict=False))
    return {name: tuple(sorted(groups[name])) for name in sorted(groups)}


def readable(members: Iterable[str], able: Mapping[str, int]) -> int:
    """Return the cases that a group can read, a bit for each."""
    found = -1
    for member in members:
        found &= able[member]
    return found


def _formed(people: Mapping[str, Person], loose: list[str], fixed: Arrangement, wanted: Wanted) -> Arrangement:
    if not loose:
        return []
    fewest = max(1, round(len(loose) / wanted.size))
    if wanted.share or wanted.twice:
        fewest = min(len(loose), max(fewest, 2 - len(fixed)))
    best: tuple[tuple[float, ...], Arrangement] | None = None
    for count in range(fewest, len(loose) + 1):
        found = min(
            (_improved(start, fixed, people, wanted) for start in _starts(people, loose, count, wanted)), key=lambda one: one[0]
        )
        if best is None or found[0][:2] < best[0][:2]:
            best = found
        if best[0][:2] == (0, 0):
            break
    assert best is not None
    return best[1]


def _starts(people: Mapping[str, Person], loose: list[str], count: int, wanted: Wanted) -> Iterator[Arrangement]:
    """Yield arrangements to begin from: the first by team, the others shuffled."""
    by_team = sorted(loose, key=lambda name: (people[name].team, name))
    for n in range(_STARTS):
        order = by_team if not n else sorted(loose, key=lambda name: number_of(wanted.seed, "arrangement", str(n), name))
        bounds = [round(len(order) * i / count) for i in range(count + 1)]
        yield [order[start:end] for start, end in pairwise(bounds)]


def _improved(
    groups: Arrangement, fixed: Arrangement, people: Mapping[str, Person], wanted: Wanted
) -> tuple[tuple[float, ...], Arrangement]:
    """Return an arrangement after every change of two readers that makes it better, with how bad it is."""
    best = _badness([*fixed, *groups], people, wanted)
    tried, better = 0, True
    while better and tried < _MOST_TRIED // _STARTS:
        better = False
        for one, other in combinations(range(len(groups)), 2):
            for i in range(len(groups[one])):
                for j in range(len(groups[other])):
                    changed = [list(group) for group in groups]
                    changed[one][i], changed[other][j] = groups[other][j], groups[one][i]
                    found = _badness([*fixed, *changed], people, wanted)
                    tried += 1
                    if found < best:
                        best, groups, better = found, changed, True
    return best, sorted(sorted(group) for group in groups)


def _badness(groups: Arrangement, people: Mapping[str, Person], wanted: Wanted) -> tuple[float, ...]:
    """Return how bad an arrangement is, the weightiest first.

    Cases that nobody can read; second readings that nobody can do; groups of one grade; the most that a reader would have to
    read, roughly; how far grades are from being mixed; and how few cases groups can read.
    """
    masks = [readable(group, wanted.able) for group in groups]
    kinds: dict[frozenset[int], int] = {}
    unpaired = paired = 0
    for case in range(wanted.cases):
        able = frozenset(n for n, mask in enumerate(masks) if mask >> case & 1)
        kinds[able] = kinds.get(able, 0) + 1
        paired += len(able) > 1
        unpaired += len(able) < 2 and wanted.twice >> case & 1
    grades = [len({people[name].grade for name in group}) for group in groups]
    unmixed = sum(count == 1 and len(group) > 1 for count, group in zip(grades, groups, strict=True))
    again = min(1.0, max(wanted.share, wanted.twice.bit_count()) / paired) if paired else 0.0
    peak = _peak(kinds, [len(group) for group in groups], again)
    open_to = sum(len(able) * count for able, count in kinds.items())
    return kinds.get(frozenset(), 0), unpaired + max(0, wanted.share - paired), unmixed, peak, -sum(grades), -open_to


def _peak(kinds: Mapping[frozenset[int], int], sizes: Sequence[int], again: float) -> int:
    """Return roughly how many cases the busiest reader has: what one group, two of them, or all of them cannot pass to others.

    Args:
        kinds: How many cases each set of groups can read.
        sizes: How many readers each group has.
        again: The share of the cases that are read twice.
    """
    every = range(len(sizes))
    most = 0.0
    for some in (*combinations(every, 1), *combinations(every, 2), tuple(every)):
        forced = 0.0
        for able, count in kinds.items():
            others = len(able.difference(some))
            if able and others < 2:
                forced += count * (again if others else 1 + again * (len(able) > 1))
        most = max(most, forced / sum(sizes[n] for n in some))
    return ceil(round(most, 9))
