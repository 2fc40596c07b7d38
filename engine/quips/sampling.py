"""How many cases to read, and which: a draw that anybody can repeat from its seed.

Every case gets a number from a keyed digest of the seed and its reference, so neither the order of the list nor another case
can change it. Cases are put in one order: within a group by their numbers, and the groups dealt into one another in proportion
to their size. The first n of that order are the sample. So a larger sample holds the smaller one, a case that joins or leaves
the list moves hardly any other, and each case has nearly the same chance.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from quips.places import Place
from quips.problems import InputError, Problem, QuipsError, did_you_mean, listed
from quips.shares import critical
from quips.tables import Table, key_of

NOT_GIVEN = "not given"


@dataclass(frozen=True, slots=True)
class Listed:
    """A case on the list to draw from: its reference, and its value in each column that matters."""

    reference: str
    values: Mapping[str, str]

    @property
    def key(self) -> str:
        """The reference as it is matched, whatever its case."""
        return self.reference.casefold()


@dataclass(frozen=True, slots=True)
class Minimum:
    """A kind of case of which at least so many are wanted.

    Attributes:
        name: What the kind is called.
        column: The column that says whether a case is of it.
        values: The values in that column that count, as they are matched.
        at_least: How many are wanted; None where no number was given, and the kind is only shown.
    """

    name: str
    column: str
    values: frozenset[str]
    at_least: int | None = None

    def has(self, case: Listed) -> bool:
        """Whether a case is of this kind."""
        return key_of(case.values[self.column]) in self.values


@dataclass(frozen=True, slots=True)
class Drawn:
    """A case that was drawn, and what for.

    Attributes:
        case: The case.
        group: Its values in the columns that the draw was divided by.
        taken_for: The minimum number it was taken in for; empty where it came up in proportion.
        instead_of: The reference of the case it replaces; empty if it replaces none.
    """

    case: Listed
    group: tuple[str, ...]
    taken_for: str = ""
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """How one value of a column is represented: its cases in the list and in the sample."""

    column: str
    value: str
    in_list: int
    in_sample: int


@dataclass(frozen=True, slots=True)
class Draw:
    """A sample, and everything needed to repeat and to judge it.

    Attributes:
        seed: The seed.
        size: How many cases were to be drawn.
        by: The columns it was divided by, the first kept in proportion most closely.
        eligible: How many cases it was drawn from.
        drawn: The cases, in the order in which they were drawn.
        next_in_line: For each group, the cases to take next, in order.
        excluded: Cases that were left out before the draw, with the reason.
        replaced: Cases that were drawn and cannot be read, with the reason.
        composition: The sample beside the list.
        shortfalls: What could not be had, in words.
        digest: The SHA-256 of the references and values drawn from, so that it can be seen whether a list is the same one.
    """

    seed: str
    size: int
    by: tuple[str, ...]
    eligible: int
    drawn: tuple[Drawn, ...]
    next_in_line: Mapping[tuple[str, ...], tuple[str, ...]]
    excluded: Mapping[str, str]
    replaced: Mapping[str, str]
    composition: tuple[Row, ...]
    shortfalls: tuple[str, ...]
    digest: str


def sample_size(population: int | None, confidence: float = 0.8, margin: float = 0.05) -> int:
    """Return how many cases to read for a share to be within a margin, at a confidence.

    By the normal approximation, for the share that needs most cases (a half), with the finite-population correction:
    n = n0 / (1 + (n0 - 1) / N), rounded up, where n0 = z² / (4 margin²). 80% and 5 points are what the 2018 report states; the
    formula is our reading, and the reports do not print it.

    Args:
        population: How many cases are eligible; None for more than can be counted.
        confidence: From 0 to 1, both excluded.
        margin: From 0 to 1, both excluded; 0.05 for five percentage points either way.

    Raises:
        QuipsError: If a figure is out of range, or there is no eligible case.

    Example:
        >>> [sample_size(n) for n in (25, 100, 500, 4750, None)]
        [22, 63, 124, 159, 165]
    """
    if population is not None and population < 1:
        raise QuipsError("There is no eligible case to draw from.")
    if not 0 < margin < 1:
        raise QuipsError(f"A margin lies between 0 and 1, and {margin:g} does not. Write 0.05 for five percentage points.")
    most = (critical(confidence) / margin) ** 2 / 4
    if population is None:
        return ceil(round(most, 9))
    return min(population, ceil(round(most / (1 + (most - 1) / population), 9)))


def population_of(table: Table, reference: str) -> list[Listed]:
    """Return the cases of a list.

    Args:
        table: The list, with the column of references and those that matter.
        reference: The column of references.

    Raises:
        InputError: If a case has no reference, or two have the same; every one is told.
    """
    column, others = key_of(reference), [name for name in table.columns if name != key_of(reference)]
    problems: list[Problem] = []
    first: dict[str, int] = {}
    cases = []
    for row, cells in table.rows:
        values = dict(zip(table.columns, cells, strict=True))
        case = Listed(values[column], {name: values[name] or NOT_GIVEN for name in others})
        cell = table.cell(row, column)
        if not case.reference:
            message = f"The case in row {row} has no reference (cell {cell} is empty)."
            problems.append(Problem(table.place(row, column), "no-reference", message, "Give it one, or take the row out."))
        elif case.key in first:
            message = f"The reference '{case.reference}' in cell {cell} stands in row {first[case.key]} already."
            problems.append(Problem(table.place(row, column), "reference-twice", message, "Each case may be there once."))
        else:
            first[case.key] = row
            cases.append(case)
    if problems:
        raise InputError(problems)
    return cases


def minimums_of(kinds: Iterable[Mapping[str, Any]], at_least: Iterable[str], place: Callable[[str], Place]) -> list[Minimum]:
    """Return the kinds of cases of an edition, and those asked for, with the numbers asked for.

    Args:
        kinds: The kinds that an edition wants enough of, as its scoring scheme lists them.
        at_least: What is asked for, such as ``ppo=5`` or ``rosh_level:high,very_high=12``.
        place: Where each of these is written.

    Raises:
        InputError: Something asked for is no kind and number; everything that is wrong is told.
    """
    found = {
        kind["kind"]: Minimum(kind["name"], kind["column"], frozenset(map(key_of, kind["values"])), kind.get("at_least"))
        for kind in kinds
    }
    problems = []
    for asked in at_least:
        kind, _, number = asked.rpartition("=")
        column, _, values = kind.partition(":")
        if not (kind and number.isdecimal() and int(number)):
            message = f"'{asked}' is not a kind of case and a number."
            problems.append(Problem(place(asked), "no-number", message, "Write ppo=5, or rosh_level:high,very_high=12."))
        elif values:
            counted = frozenset(key_of(value) for value in values.split(","))
            name = f"{' '.join(column.split())} {values.replace('_', ' ').replace(',', ' or ')}"
            found[kind] = Minimum(name, key_of(column), counted, int(number))
        elif kind in found:
            found[kind] = replace(found[kind], at_least=int(number))
        else:
            hint = did_you_mean(kind, found) or "Write COLUMN:VALUE,VALUE=NUMBER, or name an edition that has the kind."
            problems.append(Problem(place(asked), "unknown-kind", f"There is no kind of case '{kind}'.", hint))
    if problems:
        raise InputError(problems)
    return list(found.values())


def in_order(cases: Iterable[Listed], by: Sequence[str], seed: str) -> list[Listed]:
    """Return cases in the order in which they are drawn.

    Each group of the first column, put in order by the columns that follow, is dealt into the others: its s-th case (counted
    from 0) stands at (s + u) / size, where u is a number from 0 to 1 out of the seed and the group's name. So among the first n
    each group has its share to within about one case, and a group too small for a share of its own still has its chance.
    """
    return [case for _, case in _dealt([*cases], tuple(by), seed, ())]


def draw(
    cases: Sequence[Listed],
    size: int,
    seed: str,
    by: Sequence[str] = (),
    minimums: Sequence[Minimum] = (),
    excluded: Mapping[str, str] | None = None,
    replaced: Mapping[str, str] | None = None,
    in_line: int = 3,
) -> Draw:
    """Draw a sample.

    First in proportion. Then, for each minimum number that is not met, the next case of that kind is taken in, for the last
    case in the order that no minimum needs: the sample keeps its size. Last, a case that cannot be read gives way to the next
    of its group (of the next larger group, where its own is used up), and nothing else moves.

    Args:
        cases: The list.
        size: How many cases to draw.
        seed: The seed.
        by: The columns to divide the draw by, the one that has to be in proportion most closely first.
        minimums: Kinds of cases wanted.
        excluded: References of cases to leave out before the draw, with the reason.
        replaced: References of drawn cases that cannot be read, with the reason.
        in_line: How many cases to name, for each group, that would be next.

    Raises:
        QuipsError: If the size is below 1 or more than there are, a reference is on no list, or a case to replace was not drawn.
    """
    excluded, replaced = dict(excluded or {}), dict(replaced or {})
    known = {case.key: case for case in cases}
    _check_references([*excluded, *replaced], known)
    out = {reference.casefold() for reference in excluded}
    eligible = [case for case in cases if case.key not in out]
    if size < 1:
        raise QuipsError("A sample has at least one case.")
    if size > len(eligible):
        raise QuipsError(f"{size} cases cannot be drawn from {len(eligible)} eligible ones. Draw them all, or fewer.")
    ordered = in_order(eligible, by, seed)
    chosen, shortfalls = _with_minimums(ordered, size, minimums)
    drawn = [Drawn(case, _group(case, by), chosen[case.key]) for case in ordered if case.key in chosen]
    drawn, not_replaced = _with_replacements(drawn, ordered, by, replaced, minimums)
    taken = {one.case.key for one in drawn}
    gone = {reference.casefold() for reference in replaced}
    line: dict[tuple[str, ...], list[str]] = {}
    for case in ordered:
        waiting = line.setdefault(_group(case, by), [])
        if case.key not in taken | gone and len(waiting) < in_line:
            waiting.append(case.reference)
    return Draw(
        seed=seed,
        size=size,
        by=tuple(by),
        eligible=len(eligible),
        drawn=tuple(drawn),
        next_in_line={group: tuple(line[group]) for group in sorted(line)},
        excluded=excluded,
        replaced=replaced,
        composition=tuple(_composition(eligible, [one.case for one in drawn], by, minimums)),
        shortfalls=(*shortfalls, *not_replaced),
        digest=_digest(eligible),
    )


def next_for(one: Drawn, waiting: Iterable[Listed], by: Sequence[str], minimums: Sequence[Minimum]) -> Drawn | None:
    """Return what replaces a case that cannot be read: the next of its group, or of the next larger one; None if none is left.

    Args:
        one: The case; one that was taken in for a minimum number gives way to one of the same kind.
        waiting: The cases that are neither drawn nor replaced, in order.
        by: The columns that the draw is divided by.
        minimums: The kinds of cases wanted.
    """
    kinds = [minimum for minimum in minimums if minimum.name == one.taken_for]
    fit = [case for case in waiting if all(minimum.has(case) for minimum in kinds)]
    near = (case for depth in range(len(by), -1, -1) for case in fit if _group(case, by)[:depth] == one.group[:depth])
    new = next(near, None)
    return Drawn(new, _group(new, by), one.taken_for, one.case.reference) if new else None


def number_of(seed: str, *words: str) -> float:
    """Return a number above 0 and below 1 that follows from the seed and the words alone."""
    digest = hmac.new(seed.encode(), "\0".join(words).encode(), hashlib.sha256).digest()
    return (int.from_bytes(digest[:6], "big") + 0.5) / 2**48


def _dealt(cases: list[Listed], by: tuple[str, ...], seed: str, above: tuple[str, ...]) -> list[tuple[float, Listed]]:
    if not by:
        ordered = sorted(cases, key=lambda case: (number_of(seed, "case", case.key), case.key))
        return [(float(n), case) for n, case in enumerate(ordered)]
    groups: dict[str, list[Listed]] = {}
    for case in cases:
        groups.setdefault(key_of(case.values[by[0]]), []).append(case)
    dealt = []
    for value, members in groups.items():
        name = (*above, value)
        start = number_of(seed, "group", *name)
        inner = _dealt(members, by[1:], seed, name)
        dealt += [((n + start) / len(members), value, case) for n, (_, case) in enumerate(inner)]
    dealt.sort(key=lambda one: one[:2])
    return [(at, case) for at, _, case in dealt]


def _with_minimums(ordered: list[Listed], size: int, minimums: Sequence[Minimum]) -> tuple[dict[str, str], list[str]]:
    """Return the cases chosen, with the minimum each was taken in for, and what could not be had."""
    chosen = {case.key: "" for case in ordered[:size]}
    shortfalls = []
    asked = [(minimum, minimum.at_least) for minimum in minimums if minimum.at_least is not None]
    for minimum, wanted in asked:
        while (count := sum(minimum.has(case) for case in ordered if case.key in chosen)) < wanted:
            taken = next((case for case in ordered if case.key not in chosen and minimum.has(case)), None)
            if taken is None:
                shortfalls.append(f"{minimum.name}: {wanted} were wanted, and the list has only {count}.")
                break
            inside = [case for case in ordered if case.key in chosen]
            tight = [other for other, least in asked if other is minimum or sum(map(other.has, inside)) <= least]
            given_up = next((case for case in reversed(inside) if not any(other.has(case) for other in tight)), None)
            if given_up is None:
                shortfalls.append(f"{minimum.name}: {wanted} were wanted, and {count} fit beside the other minimum numbers.")
                break
            del chosen[given_up.key]
            chosen[taken.key] = minimum.name
    return chosen, shortfalls


def _with_replacements(
    drawn: list[Drawn], ordered: list[Listed], by: Sequence[str], replaced: Mapping[str, str], minimums: Sequence[Minimum]
) -> tuple[list[Drawn], list[str]]:
    """Return the sample with each case that cannot be read replaced, and what could not be."""
    gone = {reference.casefold(): reference for reference in replaced}
    inside = {one.case.key for one in drawn}
    waiting = [case for case in ordered if case.key not in inside]
    result, failed = [], []
    for one in drawn:
        instead: Drawn | None = one
        while instead is not None and gone.pop(instead.case.key, ""):  # one that comes in may turn out unreadable as well
            new = next_for(one, waiting, by, minimums)
            if new is None:
                failed.append(f"{one.case.reference} could not be replaced: no case like it is left.")
            else:
                waiting.remove(new.case)
            instead = new
        result += [instead] if instead else []
    if gone:
        raise QuipsError(f"Only a case that was drawn can be replaced, and {listed(gone.values(), 'and')} was not drawn.")
    return result, failed


def _check_references(references: Collection[str], known: Mapping[str, Listed]) -> None:
    for reference in references:
        if reference.casefold() not in known:
            hint = did_you_mean(reference, [case.reference for case in known.values()])
            raise QuipsError(f"There is no case '{reference}' on the list. {hint}".rstrip())


def _group(case: Listed, by: Sequence[str]) -> tuple[str, ...]:
    return tuple(case.values[column] for column in by)


def _composition(
    eligible: Sequence[Listed], drawn: Sequence[Listed], by: Sequence[str], minimums: Sequence[Minimum]
) -> Iterator[Row]:
    for column in by:
        in_list, in_sample = (Counter(case.values[column] for case in cases) for cases in (eligible, drawn))
        yield from (Row(column, value, in_list[value], in_sample[value]) for value in sorted(in_list))
    for minimum in minimums:
        yield Row("", minimum.name, sum(map(minimum.has, eligible)), sum(map(minimum.has, drawn)))


def _digest(cases: Iterable[Listed]) -> str:
    lines = ["\0".join([case.key, *(f"{name}={key_of(case.values[name])}" for name in sorted(case.values))]) for case in cases]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
