"""Scores of an edition from judged cases or from what a report prints, whole and by groups of cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from quips.change import Area, side_by_side
from quips.framework import Edition
from quips.judged import Judged, Overturned
from quips.places import Place
from quips.problems import InputError, Problem, did_you_mean, listed
from quips.published import Publication
from quips.scoring.schemes import bands_of, score
from quips.scoring.tree import UNVERIFIED, Results, Scored
from quips.shares import CONFIDENCE, LEAST, Share, is_small

JUDGED, PUBLISHED = "judged", "published"
FEW_IN_COMMON = "too few questions in common"
"""Said of a group instead of a score that rests on fewer than half of the questions that the score of all cases rests on."""
_CAVEAT = (
    "Do not compare closely. Samples differ in size and in the cases they hold. The report of this edition prints no such "
    "warning; those of the others do, and we keep to it."
)


@dataclass(frozen=True)
class Asked:
    """How to score.

    Attributes:
        variant: ``crc`` or ``nps``, where an edition has variants; what was answered tells, if left out.
        recorded: The judgements that people recorded of nodes, by number.
        by: The column to set groups of cases side by side by; empty for none.
        confidence: The confidence of the intervals.
        least: Shares of fewer relevant cases are neither shown nor counted in a mean.
        population: How many cases the cases were drawn from; None if that is not known.
        populations: How many cases those of each group were drawn from, by group; of one that is not there it is not known.
    """

    variant: str = ""
    recorded: Mapping[str, str] | None = None
    by: str = ""
    confidence: float = CONFIDENCE
    least: int = LEAST
    population: int | None = None
    populations: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """A group of cases.

    Attributes:
        name: What the column says of its cases.
        cases: How many cases.
        scores: Its scores by full name and level: a criterion and its summary question have one name.
        areas: Its shares that can be shown, by question, beside all groups together.
        alike: The scores of all cases on the questions that its own scores rest on, by full name and level.
    """

    name: str
    cases: int
    scores: Mapping[tuple[str, str], Scored]
    areas: Mapping[str, Area]
    alike: Mapping[tuple[str, str], Scored]

    def score_of(self, scored: Scored) -> Scored | None:
        """Return the score of the group for what is scored of all; None if it has none."""
        return self.scores.get((scored.name, scored.level))

    def alike_of(self, scored: Scored) -> Scored | None:
        """Return the score of all cases on the questions that the group's own rests on; None where the group has no score."""
        own = self.score_of(scored)
        return self.alike[own.name, own.level] if own is not None and own.measure is not None else None

    def area_of(self, scored: Scored) -> Area | None:
        """Return the group beside all together for what is scored; None if that is no share of cases, or not shown."""
        return self.areas.get(scored.name) if scored.share is not None else None


@dataclass(frozen=True)
class Scorecard:
    """An edition, scored.

    Attributes:
        edition: The edition.
        variant: ``crc`` or ``nps``; empty if it has no variants or that is not said.
        source: ``judged`` or ``published``.
        report: The published report; empty for judged cases.
        cases: How many cases were read; 0 for a published report.
        scored: Headlines or the whole first, then the framework in its own order.
        groups: The groups of cases, where they are set side by side.
        asked: How it was scored.
        by_prompt: How often proposals were overturned, by prompt.
        by_rule: How often, by rule.
        undecided: Cases and questions on which readers differ, which count for nothing.
        notes: What should be known of the scheme.
        caveat: What the inspectorate says against comparing.
    """

    edition: Edition
    variant: str
    source: str
    report: str
    cases: int
    scored: tuple[Scored, ...]
    groups: tuple[Group, ...]
    asked: Asked
    by_prompt: tuple[Overturned, ...]
    by_rule: tuple[Overturned, ...]
    undecided: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    caveat: str

    def walk(self) -> Iterator[Scored]:
        """Yield everything that is scored, in order."""
        for scored in self.scored:
            yield from scored.walk()

    def named(self, number: str) -> Scored:
        """Return what is scored under a number, a thread's name or ``overall``.

        Raises:
            LookupError: There is no such thing.
        """
        return next(scored for scored in self.walk() if scored.number == number and not scored.is_question)


def score_judged(edition: Edition, judged: Judged, asked: Asked | None = None) -> Scorecard:
    """Score judged cases.

    Args:
        edition: The edition; what was answered under another is left out.
        judged: The judged cases.
        asked: How to score.

    Raises:
        InputError: No case was judged under the edition, there is no such column, variant or node, or a recorded judgement is not
            one that there is.
    """
    asked = asked or Asked()
    mine = judged.of_edition(edition.name)
    if not mine.answers:
        message = f"No case was judged under {edition.name}."
        hint = f"There are judgements under {listed(judged.editions, 'and')}." if judged.editions else ""
        raise InputError([Problem(Place("--edition"), "nothing-judged", message, hint)])
    _check(edition, mine, asked)
    shares = mine.shares()
    variant = asked.variant or _variant_of(edition, shares)
    whole = Results(
        shares=shares,
        recorded=asked.recorded or {},
        confidence=asked.confidence,
        least=asked.least,
        population=asked.population,
    )
    by_prompt, by_rule = (sorted(found, key=lambda one: is_small(one.share, asked.least)) for found in mine.overturned())
    scored = score(edition, whole, variant)
    return Scorecard(
        *(edition, variant, JUDGED, "", len(mine.cases), scored),
        tuple(_groups(edition, mine, asked, variant, whole, _by_name(scored))) if asked.by else (),
        asked,
        tuple(by_prompt),
        tuple(by_rule),
        mine.undecided,
        tuple(_notes(edition)),
        caveat_of(edition),
    )


def score_published(edition: Edition, publication: Publication, asked: Asked | None = None) -> Scorecard:
    """Score what a report prints: whatever can be is worked out from the figures beneath it, as it would be from cases."""
    results = results_of(publication)
    variant = (asked.variant if asked else "") or _variant_of(
        edition, dict.fromkeys(f"{edition.name}/{node}" for node in results.printed)
    )
    return Scorecard(
        *(edition, variant, PUBLISHED, publication.name, 0, score(edition, results, variant), (), asked or Asked(), (), (), ()),
        tuple(_notes(edition)),
        caveat_of(edition),
    )


def results_of(publication: Publication) -> Results:
    """Return what a report prints as what a scheme scores."""
    found = (*publication.results, *publication.headlines)
    named = [(one.node or one.thread, one) for one in found]
    return Results(
        printed={name: one.percent for name, one in named if one.percent is not None},
        verdicts={name: one.verdict for name, one in named if one.verdict},
    )


def caveat_of(edition: Edition) -> str:
    """Return what the inspectorate says against comparing areas, in our words."""
    caveats = [caveat["statement"].strip() for caveat in edition.scoring.get("caveats", ()) if caveat["name"] == "no-comparison"]
    return caveats[0] if caveats else _CAVEAT


def _groups(
    edition: Edition, judged: Judged, asked: Asked, variant: str, whole: Results, of_all: Mapping[tuple[str, str], Scored]
) -> Iterator[Group]:
    grouped = judged.grouped(asked.by)
    shares = {name: group.shares() for name, group in grouped.items()}
    hidden = hidden_shares(shares, asked.least)
    beside = _beside(shares, asked.least)
    for name, group in grouped.items():
        results = Results(
            shares=shares[name],
            confidence=asked.confidence,
            least=asked.least,
            population=asked.populations.get(name),
            hidden=hidden[name],
        )
        own = _by_name(score(edition, results, variant))
        apart = frozenset(question for question in whole.shares if not results.can_show(question))
        alike = _by_name(score(edition, replace(whole, recorded={}, hidden=apart), variant))
        areas = {question: areas[name] for question, areas in beside.items() if name in areas and results.can_show(question)}
        yield Group(name, len(group.cases), {key: _comparable(one, of_all[key]) for key, one in own.items()}, areas, alike)


def _by_name(scored: Sequence[Scored]) -> dict[tuple[str, str], Scored]:
    return {(part.name, part.level): part for top in scored for part in top.walk()}


def _comparable(one: Scored, of_all: Scored) -> Scored:
    """Return a group's score; without a figure where it rests on few of the questions that the score of all cases rests on.

    A mean of other questions is no mean of other cases: of the easy ones alone every group would stand above the whole.
    """
    if one.is_question or of_all.measure is None or 2 * one.rests_on[0] >= of_all.rests_on[0]:
        return one
    return replace(one, measure=None, told=FEW_IN_COMMON, band="", touched=(), points=None, notes=())


def _beside(shares: Mapping[str, Mapping[str, Share]], least: int) -> dict[str, dict[str, Area]]:
    """Return each group beside all of them together, by question; without limits where all together are too few to show."""
    found = {}
    for question in dict.fromkeys(question for of in shares.values() for question in of):
        answered = {group: of[question] for group, of in shares.items() if question in of}
        if sum(share.of for share in answered.values()) >= max(1, least):
            found[question] = {area.name: area for area in side_by_side(answered, least)}
    return found


def hidden_shares(shares: Mapping[str, Mapping[str, Share]], least: int = LEAST) -> dict[str, frozenset[str]]:
    """Return which shares of which groups not to show, so that those too small cannot be had by subtraction from the whole.

    Nor is it shown that all of those left over were answered alike: then it would be known of each.

    Args:
        shares: The shares of each group, by what they are of.
        least: Shares of fewer relevant cases are too small.
    """
    hidden: dict[str, set[str]] = {group: set() for group in shares}
    for question in {question for of in shares.values() for question in of}:
        sizes = sorted((of[question].of, group) for group, of in shares.items() if question in of and of[question].of)
        away = sum(1 for _, group in sizes if is_small(shares[group][question], least))
        while 0 < away < len(sizes):
            left_over = [shares[group][question] for _, group in sizes[:away]]
            cases, yes = sum(share.of for share in left_over), sum(share.yes for share in left_over)
            if away > 1 and cases >= least and 0 < yes < cases:
                break
            hidden[sizes[away][1]].add(question)
            away += 1
    return {group: frozenset(questions) for group, questions in hidden.items()}


def _variant_of(edition: Edition, answered: Mapping[str, object]) -> str:
    """Return the variant whose own nodes something is known of; empty if there is none or it is more than one."""
    own = {f"{edition.name}/{node.id}": node.variant for node in edition.nodes() if node.variant}
    own |= {prompt.name: prompt.variant for prompt in edition.prompts() if prompt.variant}
    found = {own[name] for name in answered if name in own}
    return found.pop() if len(found) == 1 else ""


def _check(edition: Edition, judged: Judged, asked: Asked) -> None:
    """Stop at what was asked for and is not there."""
    problems = []
    if asked.by and asked.by not in judged.columns():
        hint = (
            did_you_mean(asked.by, judged.columns()) or f"They are described by {listed(judged.columns(), 'and') or 'nothing'}."
        )
        problems.append(Problem(Place("--by"), "unknown-column", f"The cases are not described by '{asked.by}'.", hint))
    if asked.variant and asked.variant not in edition.variants:
        known = f"There are {listed(edition.variants, 'and')}." if edition.variants else "Leave it out."
        message = f"{edition.name} has no variant '{asked.variant}'."
        problems.append(Problem(Place("--variant"), "unknown-variant", message, known))
    if asked.population is not None and asked.population < len(judged.cases):
        message = f"The population ({asked.population}) is smaller than the {len(judged.cases)} cases that were read."
        problems.append(Problem(Place("--population"), "too-few", message, "Say how many cases they were drawn from."))
    problems += _population_problems(judged, asked)
    scales = scales_of(edition)
    for number, said in (asked.recorded or {}).items():
        place = Place("--recorded")
        if number not in scales:
            message = f"Nothing is recorded of '{number}' in {edition.name}."
            problems.append(Problem(place, "unknown-node", message, f"It is of {listed(scales, 'and')}."))
        elif said.lower() not in map(str.lower, scales[number]):
            message = f"'{said}' is not what {number} can be: {listed(scales[number])}."
            problems.append(Problem(place, "wrong-value", message, did_you_mean(said, scales[number])))
    if problems:
        raise InputError(problems)


def _population_problems(judged: Judged, asked: Asked) -> Iterator[Problem]:
    """Yield what is wrong with the populations of groups."""
    if not asked.populations or asked.by not in judged.columns():
        return
    sizes = {name: len(group.cases) for name, group in judged.grouped(asked.by).items()}
    for name, number in asked.populations.items():
        if name not in sizes:
            hint = did_you_mean(name, sizes) or f"There are {listed(sizes, 'and')}."
            problem = Problem(Place("--population"), "unknown-group", f"No case has '{name}' for {asked.by}.", hint)
            yield problem
        elif number < sizes[name]:
            message = f"The population of {name} ({number}) is smaller than the {sizes[name]} cases of it that were read."
            yield Problem(Place("--population"), "too-few", message, "Say how many cases they were drawn from.")


def scales_of(edition: Edition) -> dict[str, tuple[str, ...]]:
    """Return the nodes of which people record a judgement, with what it can be, best first."""
    scoring = edition.scoring
    scales: dict[str, tuple[str, ...]] = {}
    grades, conclusions, by_characteristics = (scoring.get(name, {}) for name in ("grades", "conclusions", "characteristics"))
    for division in edition.divisions:
        for node in division.children:
            if division.id in grades.get("sections", ()):
                scales[node.id] = tuple(grades["scale"])
            elif division.id in conclusions.get("sections", ()):
                scales[node.id] = tuple(label["name"] for label in conclusions["labels"])
            elif node.id in by_characteristics.get("standards", ()):
                scales[node.id] = tuple(scoring["overall"]["points"])
    return scales


def _notes(edition: Edition) -> Iterator[str]:
    """Say where the bands begin, and what that rests on."""
    scoring = edition.scoring
    bands = bands_of(scoring)
    if bands:
        edges = listed((f"{band.name} from {band.at_least:g}%" for band in bands if band.at_least), "and")
        unverified = any(band.get("standing") == UNVERIFIED for band in scoring["bands"])
        rests = " The report prints the words; where they begin is remembered, not printed." if unverified else ""
        yield f"{edges}; below that {bands[-1].name}.{rests}"
        bounded = [*_bracketed(scoring)]
        if bounded:
            yield f"What the report alone says of the edges: {'; '.join(bounded)}."
    if scoring.get("notes"):
        yield " ".join(scoring["notes"].split())


def _bracketed(scoring: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a report's own figures say of where bands begin."""
    for bracket in scoring.get("brackets", ()):
        most = f" and at most {bracket['at_most']}%" if "at_most" in bracket else ""
        yield f"{bracket['band']} begins above {bracket['above']}%{most}"
    seen = scoring.get("bands_seen", {})
    for name in (band["name"] for band in scoring.get("bands", ()) if band["name"] in seen):
        yield f"{name} was given between {seen[name]['lowest']}% and {seen[name]['highest']}%"


def edition_of(judged: Judged, asked: str | None, editions: Mapping[str, Edition]) -> Edition:
    """Return the edition to score: the one asked for, else the only one that was answered.

    Raises:
        InputError: There is no such edition, nothing was answered, or several editions were.
    """
    place = Place("--edition")
    if asked is not None and asked not in editions:
        hint = did_you_mean(asked, editions) or f"There are {listed(editions, 'and')}."
        raise InputError([Problem(place, "unknown-edition", f"There is no edition '{asked}'.", hint)])
    if asked is None and not judged.editions:
        raise InputError(
            [Problem(place, "nothing-judged", "No case has a judgement.", "Answers stand under 'judgements' in a case file.")]
        )
    if asked is None and len(judged.editions) > 1:
        message = f"Cases were judged under {listed(judged.editions, 'and')}."
        raise InputError([Problem(place, "several-editions", message, "Say which to score with --edition.")])
    return editions[asked or judged.editions[0]]
