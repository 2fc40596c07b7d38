"""One function for each scheme of scoring, chosen by the name in the edition's ``scoring``; every number is read from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from quips.framework import Edition, Node, Prompt
from quips.problems import listed
from quips.scoring.measures import Measure, lowest, mean, measure_printed
from quips.scoring.tree import INDICATIVE, NO_ANSWER, RECONSTRUCTED, UNVERIFIED, Points, Results, Scored, score_words
from quips.shares import Band, bands_touched, to_nearest_edge, whole_percent

Json = Mapping[str, Any]

_AS_PRINTED = "As the report prints it."


def score(edition: Edition, results: Results, variant: str = "") -> tuple[Scored, ...]:
    """Score an edition by its own scheme.

    Args:
        edition: The edition.
        results: What was found.
        variant: ``crc`` or ``nps`` where an edition has variants; empty for what all of them have.

    Returns:
        The headlines or the whole, then the sections or domains in the framework's order.
    """
    return _SCHEMES[edition.scoring["scheme"]](edition, results, variant)


def bands_of(scoring: Json) -> tuple[Band, ...]:
    """Return the bands of a scheme, or of its overall rating, best first."""
    found = [Band(band["name"], band["at_least"]) for band in scoring.get("bands", ()) if "at_least" in band]
    return tuple(sorted(found, key=lambda band: -band.at_least))


def band_at(bands: Sequence[Band], at: float) -> str:
    """Return the band that a whole percentage or a number of points lies in; empty if there are no bands.

    Example:
        >>> band_at([Band("Good", 65), Band("Inadequate", 0)], 64)
        'Inadequate'
    """
    return next((band.name for band in bands if at >= band.at_least), "")


class _Scheme:
    """What the schemes have in common: questions, bands and recorded judgements."""

    def __init__(self, edition: Edition, results: Results, variant: str) -> None:
        self.edition, self.results, self.variant = edition, results, variant
        self.scoring = edition.scoring
        self.bands = bands_of(edition.scoring)
        are_unverified = any(band.get("standing") == UNVERIFIED for band in edition.scoring.get("bands", ()))
        self.standing_of_bands = (UNVERIFIED,) if are_unverified else ()

    def is_in(self, variant: str) -> bool:
        return not variant or variant == self.variant

    def questions(self, node: Node) -> tuple[Scored, ...]:
        """The prompts about a case, each with its share."""
        asked = [prompt for prompt in node.prompts if prompt.about == "case" and (self.is_in(prompt.variant) or not self.variant)]
        return tuple(self.question(prompt) for prompt in asked)

    def question(self, prompt: Prompt, counts: bool = True) -> Scored:
        standing = (INDICATIVE,) if prompt.standing == "published" else (INDICATIVE, prompt.standing)
        return self.answered(prompt.name, prompt.name.rsplit("/", 1)[1], "prompt", prompt.asks, standing, counts=counts)

    def answered(self, name: str, number: str, level: str, title: str, standing: tuple[str, ...], **other: Any) -> Scored:
        """What is answered case by case: a share."""
        results = self.results
        share = results.share(name)
        shown = share if results.can_show(name) or not share.of else None
        return Scored(
            *(name, number, level, title, results.measure(name), shown, results.told(name)),
            standing=standing,
            how=other.pop("how", "The share of relevant cases that were answered yes."),
            **other,
        )

    def node(
        self, node: Node, measure: Measure | None, parts: tuple[Scored, ...], how: str, banded: bool = False, **other: Any
    ) -> Scored:
        """A node that is worked out from its parts; where that cannot be done, what a report prints of it stands in."""
        results = self.results
        if measure is None and node.id in results.printed:
            measure, how = measure_printed(results.printed[node.id]), _AS_PRINTED
            other["standing"] = self.standing((), banded)
        return Scored(
            *(f"{self.edition.name}/{node.id}", node.id, self.edition.levels[node.depth], node.title, measure),
            **{"told": score_words(results, measure), "standing": self.standing(parts, banded), **other},
            printed=self.printed(node.id),
            how=how,
            parts=parts,
        )

    def printed(self, name: str) -> str:
        percent = [f"{self.results.printed[name]:g}%"] if name in self.results.printed else []
        return ", ".join([*percent, *([self.results.verdicts[name]] if name in self.results.verdicts else [])])

    def banded(self, measure: Measure | None) -> dict[str, Any]:
        """The band of a score, every band that its interval touches, and how near the next edge is."""
        if measure is None or not self.bands:
            return {}
        return {
            "band": band_at(self.bands, whole_percent(measure.value)),
            "touched": bands_touched((measure.low, measure.high), self.bands),
            "notes": tuple(self.near_edge(measure)),
        }

    def near_edge(self, measure: Measure) -> Iterator[str]:
        at = whole_percent(measure.value)
        nearest = to_nearest_edge(at / 100, [band.at_least for band in self.bands])
        if nearest is None:
            return
        points, name = abs(round(nearest.points)), band_at(self.bands, nearest.at)
        if points:
            way = "below" if nearest.points < 0 else "above"
            yield f"{_counted(points, 'point')} {way} the edge of {name} ({nearest.at:g}%)."
        else:
            yield f"At the edge of {name} ({nearest.at:g}%)."

    def standing(self, parts: Sequence[Scored], banded: bool = False) -> tuple[str, ...]:
        """What a node rests on: what its counted parts rest on, and the bands if it is put in one."""
        rests = {word for part in parts if part.counts for word in part.standing} | {INDICATIVE}
        rests |= set(self.standing_of_bands) if banded else set()
        return tuple(word for word in (INDICATIVE, RECONSTRUCTED, UNVERIFIED) if word in rests)

    def judged(self, node: Node, scale: Sequence[str], how: str, points: Mapping[str, int] | None = None) -> Scored:
        """A node that people judge as a whole: nothing is worked out."""
        recorded = self.results.recorded.get(node.id) or self.results.verdicts.get(node.id, "")
        recorded = next((word for word in scale if word.lower() == recorded.lower()), recorded)
        given = Points(points[recorded], points[recorded], points[recorded]) if points and recorded in points else None
        return Scored(
            *(f"{self.edition.name}/{node.id}", node.id, self.edition.levels[node.depth], node.title),
            told=recorded or "not recorded",
            points=given,
            recorded=recorded,
            printed=self.printed(node.id),
            standing=(INDICATIVE,),
            how=how if recorded else f"{how} None is recorded.",
        )


class _OffenderManagement(_Scheme):
    """Means of the shares of questions: by criterion, section and thread."""

    def tree(self) -> tuple[Scored, ...]:
        sections = self.scoring["criterion"]["sections"]
        scored = tuple(
            self.section(division) if division.id in sections else self.graded(division) for division in self.edition.divisions
        )
        headlines = (self.headline(name, thread, scored) for name, thread in self.scoring["threads"].items())
        return (*headlines, *scored)

    def criterion(self, node: Node) -> Scored:
        questions = self.questions(node)
        counted = [question.measure for question in questions if question.measure]
        measure = mean(counted) if counted else None
        how = f"The mean of the shares of {_counted(len(counted), 'question')}{_left_out(questions)}."
        parts = questions
        weights = self.scoring["criterion"]["weights"]
        if isinstance(weights, Mapping) and "summary_question" in weights:
            parts, measure, more = self.with_summary(node, questions, measure, weights)
            how = f"{how} {more}"
        if measure is None:
            how = (
                f"No question has {self.enough()}."
                if any(q.share is None or q.share.of for q in questions)
                else "Nobody answered a question of it."
            )
        banded = self.applies("criterion")
        concluded = self.results.verdicts.get(node.id, "") if "conclusions" in self.scoring else ""
        recorded = self.results.recorded.get(node.id, concluded)
        found = self.node(node, measure, parts, how, banded, recorded=recorded)
        more_of_it = self.banded(found.measure) if banded else {"notes": tuple(self.conclusions_beside(found.measure))}
        return replace(found, **more_of_it)

    def enough(self) -> str:
        least = self.results.least
        return f"as many as {least} relevant cases" if least > 1 else "a relevant case"

    def with_summary(
        self, node: Node, questions: tuple[Scored, ...], measure: Measure | None, weights: Mapping[str, float]
    ) -> tuple[tuple[Scored, ...], Measure | None, str]:
        """Weigh the questions against the summary question, if it was answered."""
        name = f"{self.edition.name}/{node.id}"
        title = "On the whole, was the work of this criterion sufficient?"
        summary = self.answered(name, node.id, "summary question", title, (INDICATIVE, RECONSTRUCTED))
        if summary.measure is None or measure is None:
            none = "No summary judgement was given" if summary.share == NO_ANSWER else "Too few cases have a summary judgement"
            return questions, measure, f"{none}, so only the questions count."
        weighed = mean([measure, summary.measure], [weights["questions"], weights["summary_question"]])
        more = (
            f"They weigh {weights['questions']:g} and the summary question weighs {weights['summary_question']:g} of a hundred."
        )
        return (summary, *questions), weighed, more

    def section(self, division: Node) -> Scored:
        criteria = tuple(self.criterion(node) for node in division.children)
        counted = [criterion for criterion in criteria if criterion.measure]
        measure = mean([criterion.measure for criterion in counted if criterion.measure]) if counted else None
        left = [criterion.number for criterion in criteria if not criterion.measure]
        how = f"The mean of the scores of {listed((criterion.number for criterion in counted), 'and')}."
        if left:
            how = (
                f"{how} {listed(left, 'and')} {'has' if len(left) == 1 else 'have'} no score."
                if counted
                else "No criterion has a score."
            )
        return self.node(division, measure, criteria, how)

    def headline(self, name: str, thread: Json, sections: Sequence[Scored]) -> Scored:
        """The mean of every question of some sections that carries a thread."""
        carrying = {prompt.name for prompt in self.edition.prompts() if name in prompt.threads}
        within = [section for section in sections if section.number in thread["sections"]]
        questions = [part for section in within for part in section.walk() if part.level == "prompt" and part.name in carrying]
        counted = [question.measure for question in questions if question.measure]
        measure = mean(counted) if counted else None
        how = (
            f"The mean of the shares of {_counted(len(counted), 'question')} of sections {listed(thread['sections'], 'and')}"
            f"{_left_out(questions)}. Which questions count is our reading."
        )
        if measure is None:
            how = "No question of it can be scored."
            if name in self.results.printed:
                measure, how, questions = measure_printed(self.results.printed[name]), _AS_PRINTED, []
        banded = self.applies("thread")
        return Scored(
            *(f"{self.edition.name}/thread/{name}", name, "headline"),
            *(thread.get("title", self.edition.threads[name]), measure),
            **{**(self.banded(measure) if banded else {}), "told": score_words(self.results, measure)},
            printed=self.printed(name),
            standing=self.standing(questions, banded),
            how=how,
            questions=tuple(questions),
        )

    def graded(self, division: Node) -> Scored:
        grades = self.scoring["grades"]
        how = "A grade that people give; it is never worked out."
        parts = tuple(self.judged(node, grades["scale"], how) for node in division.children)
        return self.node(division, None, parts, "Its criteria are graded by judgement; it has no score.", told="no score")

    def applies(self, level: str) -> bool:
        return bool(self.bands) and level in self.scoring.get("bands_apply_to", {}).get("levels", ())

    def conclusions_beside(self, measure: Measure | None) -> Iterator[str]:
        """What the reports concluded at such a score; the ranges overlap, so nothing follows from it."""
        labels = self.scoring.get("conclusions", {}).get("labels", ())
        if measure is None or not labels:
            return
        at = whole_percent(measure.value)
        alike = [
            f"{label['name']} (given between {label['seen']['lowest']}% and {label['seen']['highest']}%)"
            for label in labels
            if label["seen"]["lowest"] <= at <= label["seen"]["highest"]
        ]
        said = (
            f"At such a score the reports concluded: {listed(alike)}."
            if alike
            else "No report has a criterion with such a score."
        )
        yield f"{said} A conclusion is a judgement and never follows from the score."


class _Standards(_Scheme):
    """Key questions by their shares, standards by their lowest key question, the whole by points."""

    def __init__(self, edition: Edition, results: Results, variant: str) -> None:
        super().__init__(edition, results, variant)
        self.points: Mapping[str, int] = edition.scoring["overall"]["points"]
        self.sub_sample = edition.scoring["key_question"]["sub_sample"]
        self.characteristics = edition.scoring["characteristics"]["standards"]

    def tree(self) -> tuple[Scored, ...]:
        divisions = tuple(self.domain(node) for node in self.edition.divisions if self.is_in(node.variant))
        return self.overall([standard for domain in divisions for standard in domain.parts]), *divisions

    def domain(self, division: Node) -> Scored:
        parts = tuple(self.standard(node) for node in division.children if self.is_in(node.variant))
        return self.node(division, None, parts, "A domain has no rating of its own.", told="no rating")

    def standard(self, node: Node) -> Scored:
        if node.id in self.characteristics:
            how = "A rating that people give by the published characteristics; no percentage stands behind it."
            return self.judged(node, list(self.points), how, self.points)
        parts = tuple(self.key_question(child) for child in node.children)
        without = [part.number for part in parts if part.measure is None]
        standing = tuple(word for word in (INDICATIVE, UNVERIFIED) if word in {INDICATIVE, self.scoring["standing"]})
        if without or not parts:
            how = f"No rating: {listed(without, 'and')} {'has' if len(without) == 1 else 'have'} no score."
            return self.node(node, None, parts, how, told="no rating", standing=standing)
        measure = lowest([part.measure for part in parts if part.measure])
        at_lowest = [part.number for part in parts if part.measure and part.measure.value == measure.value]
        how = f"The band of its lowest key question: {listed(at_lowest, 'and')}, {whole_percent(measure.value)}%."
        banded = self.banded(measure)
        points = [self.points[name] for name in (banded["band"], *banded["touched"])]
        banded["notes"] = (*banded["notes"], *self.discretion(measure))
        return self.node(
            *(node, measure, parts, how), standing=standing, points=Points(points[0], min(points), max(points)), **banded
        )

    def key_question(self, node: Node) -> Scored:
        name = f"{self.edition.name}/{node.id}"
        prompts = tuple(replace(question, counts=False) for question in self.questions(node))
        of = f" Only {self.sub_sample['only']} are relevant." if node.id in self.sub_sample["key_questions"] else ""
        share = self.results.share(name)
        notes: list[str] = []
        if node.id in self.results.printed and not share.of:
            found = self.node(node, None, prompts, "", banded=True)
        else:
            how = f"The share of relevant cases that were answered yes.{of}"
            level, standing = self.edition.levels[node.depth], self.standing((), True)
            found = self.answered(
                name, node.id, level, node.title, standing, how=how, parts=prompts, printed=self.printed(node.id)
            )
            notes += self.of_its_cases(node, found)
        banded = self.banded(found.measure)
        return replace(found, **{**banded, "notes": (*notes, *banded.get("notes", ()))})

    def of_its_cases(self, node: Node, found: Scored) -> Iterator[str]:
        """What should be known of the cases that a key question was, or was not, answered for."""
        share = self.results.share(found.name)
        if not share.of + share.not_applicable:
            yield "Nobody answered this key question; its prompts are not counted in its place."
        elif not share.of:
            yield "It is relevant to no case that was read, which is not 0%."
        elif share.not_applicable and node.id in self.sub_sample["all_cases"]:
            yield "The report counts every case here, and some were answered not applicable."

    def discretion(self, measure: Measure) -> Iterator[str]:
        within = self.scoring["discretion"]["within"]
        at = whole_percent(measure.value)
        above = [band for band in self.bands if 0 < band.at_least - at <= within]
        if above:
            band = min(above, key=lambda band: band.at_least)
            yield (
                f"Within {within} points of {band.name}: a ratings panel may round up, mindful of the size of the sample. "
                "Quips never does."
            )

    def overall(self, standards: Sequence[Scored]) -> Scored:
        scheme = self.scoring["overall"]
        bands = bands_of(scheme)
        most = max(self.points.values())
        without = [standard.number for standard in standards if standard.points is None]
        given = [standard.points for standard in standards if standard.points]
        absent = scheme["standards"] - len(given)
        low, high = sum(points.low for points in given), sum(points.high for points in given) + most * absent
        total = None if absent else sum(points.value or 0 for points in given)
        touched = tuple(band.name for band in _between(bands, low, high))
        how = f"The points of {scheme['standards']} standards, at most {most} for each."
        if without:
            how = f"{how} {listed(without, 'and')} {'has' if len(without) == 1 else 'have'} no rating."
        if len(standards) < scheme["standards"]:
            how = f"{how} Of which provider the rest are is not said."
        told = f"{total} points" if total is not None else "no rating"
        if low != high:
            told = f"{told} (between {low} and {high}{'' if total is not None else ' points'})"
        return Scored(
            *(f"{self.edition.name}/overall", "overall", "overall", "Overall rating"),
            told=told,
            band=band_at(bands, total) if total is not None else "",
            touched=touched,
            points=Points(total, low, high),
            printed=self.printed("overall"),
            standing=(INDICATIVE, UNVERIFIED) if scheme["standing"] == UNVERIFIED else (INDICATIVE,),
            how=how,
        )


_SCHEMES: dict[str, Callable[[Edition, Results, str], tuple[Scored, ...]]] = {
    "omi-1": lambda *what: _OffenderManagement(*what).tree(),
    "omi-2": lambda *what: _OffenderManagement(*what).tree(),
    "standards-2018": lambda *what: _Standards(*what).tree(),
}
SCHEMES = frozenset(_SCHEMES)


def _between(bands: Sequence[Band], low: float, high: float) -> list[Band]:
    """The bands that a range of points reaches into, best first."""
    return [band for n, band in enumerate(bands) if band.at_least <= high and (n == 0 or low < bands[n - 1].at_least)]


def _left_out(questions: Sequence[Scored]) -> str:
    """What no share could be taken of, in words."""
    none = sum(1 for question in questions if question.share is not None and not question.share.of)
    small = sum(1 for question in questions if question.share is None)
    said = [f"{none} without a relevant case"] if none else []
    said += [f"{small} with too few cases to show"] if small else []
    return f"; {listed(said, 'and')} left out" if said else ""


def _counted(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
