"""The draw of a round: made once, written down so that anybody can make it again, and continued where a case cannot be read."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from quips.knowledge import Knowledge
from quips.peeraudit.caselist import CaseList, cases_of, columns_of, given, kinds_of, read_list
from quips.peeraudit.folder import PLAN, RoundFolder, digest_of
from quips.peeraudit.plan import Plan, Population
from quips.peeraudit.state import State
from quips.places import Place
from quips.problems import InputError, Level, Problem, QuipsError, listed
from quips.sampling import Draw, Drawn, Listed, Minimum, draw, in_order, next_for, sample_size

KEPT = "drawn/list.csv"
"""Where the list that was drawn from is kept, with the columns that the plan names and no other."""


@dataclass(frozen=True)
class Pool:
    """What a draw is made from.

    Attributes:
        cases: The list.
        kinds: The kinds of cases wanted.
        not_eligible: Why each case that is not eligible is not, by reference.
        left_out: The cases that the plan leaves out, with the reason; but for those that are not eligible anyway.
    """

    cases: CaseList
    kinds: tuple[Minimum, ...]
    not_eligible: Mapping[str, str]
    left_out: Mapping[str, str]

    @property
    def eligible(self) -> list[Listed]:
        """The cases that are eligible, those that the plan leaves out among them."""
        return [case for case in self.cases.cases if case.reference not in self.not_eligible]

    def dealt(self, by: Sequence[str]) -> list[Listed]:
        """Return the eligible cases with the columns alone that the draw is divided by, and those of kinds."""
        columns = dict.fromkeys((*by, *(kind.column for kind in self.kinds)))
        return [Listed(case.reference, {column: case.values[column] for column in columns}) for case in self.eligible]


def pool_of(folder: RoundFolder, plan: Plan, knowledge: Knowledge, drawn: Mapping[str, Any] | None = None) -> Pool:
    """Return what a draw is made from.

    Args:
        folder: The round.
        plan: Its plan.
        knowledge: Whose edition names kinds of cases.
        drawn: What the row of the draw says, to take the list that was kept and the kinds as they were then; None to take the
            plan's own list.

    Raises:
        InputError: The list cannot be read, or something is wrong with it.
    """
    population = plan.population
    if drawn is None:
        kinds = kinds_of(plan, knowledge.editions[plan.edition], lambda _: Place(str(folder.path / PLAN)))
    else:
        population = replace(population, file=drawn["list"]["kept"], sheet="")
        kinds = [Minimum(**{**kind, "values": frozenset(kind["values"])}) for kind in drawn["kinds"]]
    columns = columns_of(plan, kinds)
    table = read_list(folder.path / PurePosixPath(population.file), population, columns)
    missing = [column for column in (population.reference, *columns) if column not in table.columns]
    if missing:
        message = f"The list has no column {listed(missing, 'and')}."
        raise InputError([Problem(Place(table.file, sheet=table.sheet), "unknown-column", message, "Bring it back as it was.")])
    cases = cases_of(table, population)
    not_eligible = cases.not_eligible(population.eligible)
    left_out = {name: why for name, why in population.exclude.items() if name not in not_eligible}
    return Pool(cases, tuple(kinds), not_eligible, left_out)


def draw_cases(pool: Pool, plan: Plan, seed: str) -> Draw:
    """Return the draw that follows from a seed.

    Raises:
        QuipsError: There are fewer cases than are to be drawn, or none.
    """
    can_be = len(pool.eligible) - len(pool.left_out)
    size = plan.size or sample_size(can_be, plan.confidence, plan.margin)
    return draw(pool.dealt(plan.by), size, seed, plan.by, pool.kinds, pool.left_out)


def made_up_seed() -> str:
    """Return a seed for a plan that gives none."""
    return secrets.token_hex(4)


def sized_by(plan: Plan, drawn: Draw) -> str:
    """Say how the size came about."""
    if plan.size:
        return f"{plan.size}, as the plan says."
    return (
        f"{drawn.size}, enough of {drawn.eligible} for a share of all of them to be within {plan.margin * 100:g} points at "
        f"{plan.confidence * 100:g}% confidence; a share of fewer cases, such as one team's, is less sure."
    )


def notes_on(pool: Pool) -> list[str]:
    """Say which cases were not eligible, by reason."""
    reasons = Counter(pool.not_eligible.values())
    told = "; ".join(f"{why} ({count})" for why, count in sorted(reasons.items(), key=lambda one: (-one[1], one[0])))
    return (
        [f"{len(pool.not_eligible)} of the {len(pool.cases.cases)} cases on the list are not eligible: {told}."] if told else []
    )


def row_of(pool: Pool, plan: Plan, drawn: Draw, list_bytes: bytes) -> dict[str, Any]:
    """Return what the row of the draw says: everything that is needed to make it again, and what came of it.

    Args:
        pool: What it was made from.
        plan: The plan.
        drawn: The draw.
        list_bytes: The list of cases as the team wrote it.
    """
    values = {case.reference: case.values for case in pool.cases.cases}
    reasons = Counter(pool.not_eligible.values())
    return {
        "essence": plan.essence,
        "prompts": list(plan.prompts),
        "stages": list(plan.stages),
        "seed": drawn.seed,
        "size": drawn.size,
        "sized_by": sized_by(plan, drawn),
        "list": {"file": plan.population.file, "sha256": digest_of(list_bytes), "kept": KEPT},
        "kinds": [{**asdict(kind), "values": sorted(kind.values)} for kind in pool.kinds],
        "listed": len(pool.cases.cases),
        "not_eligible": dict(sorted(reasons.items())),
        "left_out": dict(pool.left_out),
        "eligible": drawn.eligible,
        "digest": drawn.digest,
        "composition": [asdict(row) for row in drawn.composition],
        "shortfalls": list(drawn.shortfalls),
        "cases": [case_row(one, values[one.case.reference], plan.population) for one in drawn.drawn],
    }


def case_row(one: Drawn, values: Mapping[str, str], population: Population) -> dict[str, Any]:
    """Return what a row says of a case that was drawn."""
    people = {name: given(values, getattr(population, name)) for name in ("officer", "senior", "team")}
    return {"case": one.case.reference, **people, "values": dict(values), "taken_for": one.taken_for}


def standing(pool: Pool, plan: Plan, drawn: Draw, gone: Sequence[str]) -> tuple[list[Drawn], list[Listed]]:
    """Return the cases of a round after those that were replaced, in the order in which they were, and the cases still in line.

    Args:
        pool: What the draw was made from.
        plan: The plan.
        drawn: The draw.
        gone: The references of the cases that were replaced.

    Raises:
        QuipsError: A case was replaced that was not in the round.
    """
    inside = list(drawn.drawn)
    taken = {one.case.key for one in inside} | {name.casefold() for name in pool.left_out}
    waiting = [case for case in in_order(pool.dealt(plan.by), plan.by, drawn.seed) if case.key not in taken]
    for name in gone:
        at = next((n for n, one in enumerate(inside) if one.case.reference == name), None)
        if at is None:
            raise QuipsError(f"{name} was replaced, and is not in the draw.")
        instead = next_for(inside[at], waiting, plan.by, pool.kinds)
        inside[at : at + 1] = [instead] if instead else []
        if instead:
            waiting.remove(instead.case)
    return inside, waiting


def next_in_line(folder: RoundFolder, plan: Plan, knowledge: Knowledge, state: State, case: str) -> dict[str, Any] | None:
    """Return the case that is next in line for one that cannot be read, as a row says it; None if there is none left.

    Args:
        folder: The round.
        plan: Its plan.
        knowledge: Whose edition names kinds of cases.
        state: The round as it stands, with the case in it.
        case: The case that cannot be read.

    Raises:
        InputError: The list that was kept cannot be read.
        QuipsError: The list that was kept was changed.
    """
    assert state.drawn is not None
    pool = pool_of(folder, plan, knowledge, state.drawn)
    inside, waiting = standing(pool, plan, draw_cases(pool, plan, state.drawn["seed"]), list(state.gone))
    if [one.case.reference for one in inside] != list(state.cases):
        raise QuipsError(
            "The list that was kept does not give the cases of this round. To see what is wrong: quips round verify."
        )
    one = next(one for one in inside if one.case.reference == case)
    instead = next_for(one, waiting, plan.by, pool.kinds)
    if instead is None:
        return None
    values = next(listed_.values for listed_ in pool.cases.cases if listed_.reference == instead.case.reference)
    return case_row(instead, values, plan.population)


def replay(folder: RoundFolder, plan: Plan, knowledge: Knowledge, state: State) -> list[Problem]:
    """Make the draw of a round again, with its replacements, and return whatever does not come out as its trail says.

    Also says, as a warning, if the list of cases has been changed since the draw, which changes nothing of the round.

    Args:
        folder: The round.
        plan: Its plan.
        knowledge: Whose edition names kinds of cases.
        state: The round as it stands.
    """
    if state.drawn is None:
        return []
    said = state.drawn
    place = Place(str(folder.path / said["list"]["kept"]))
    try:
        pool = pool_of(folder, plan, knowledge, said)
        drawn = draw_cases(pool, plan, said["seed"])
        again = row_of(pool, plan, drawn, b"")
        inside, _ = standing(pool, plan, drawn, list(state.gone))
    except InputError as error:
        return error.problems
    except QuipsError as error:
        return [Problem(place, "draw-differs", f"The draw does not come out again: {error}")]
    hint = "The list that was kept, or the trail, was changed. Bring both back from a backup, and find out who changed them."
    problems = [
        Problem(place, "draw-differs", f"Drawn again, {_WORDS[key]} is not what the trail says.", hint)
        for key in _WORDS
        if again[key] != said[key]
    ]
    references = [one.case.reference for one in inside]
    if not problems and references != list(state.cases):
        message = "Drawn again, the cases that came in for others are not those that the trail says."
        problems.append(Problem(place, "draw-differs", message, hint))
    return [*problems, *_changed_since(folder, plan, knowledge, pool, said)]


_WORDS = {
    "cases": "the sample",
    "digest": "the digest of the list",
    "composition": "the composition of the sample",
    "size": "its size",
    "eligible": "the number of cases that could be drawn",
    "listed": "the number of cases on the list",
    "not_eligible": "which cases were not eligible",
    "left_out": "which cases were left out",
}


def _changed_since(folder: RoundFolder, plan: Plan, knowledge: Knowledge, then: Pool, said: Mapping[str, Any]) -> list[Problem]:
    path = folder.path / PurePosixPath(plan.population.file)
    if not path.is_file():
        message = "The list of cases is not there any more; the draw rests on what was kept of it."
        return [Problem(Place(str(path)), "list-gone", message, "Nothing is to be done.", Level.WARNING)]
    if digest_of(path.read_bytes()) == said["list"]["sha256"]:
        return []
    try:
        now = {case.reference: case.values for case in pool_of(folder, plan, knowledge).cases.cases}
    except InputError as error:
        return [replace(problem, level=Level.WARNING) for problem in error.problems]
    was = {case.reference: case.values for case in then.cases.cases}
    changes = {
        "came in": sorted(set(now) - set(was)),
        "went out": sorted(set(was) - set(now)),
        "changed": sorted(name for name in set(now) & set(was) if now[name] != was[name]),
    }
    told = "; ".join(f"{what}: {_first(names)}" for what, names in changes.items() if names)
    if not told:
        return []
    message = f"The list of cases was changed after the draw, which rests on what was kept of it. {told}."
    return [Problem(Place(str(path)), "list-changed", message, "Nothing is to be done.", Level.WARNING)]


def _first(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
