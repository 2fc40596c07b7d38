"""What the framework holds beside its editions, and the checks of it; each check is shown to find what it is for."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import knowledge
from quips import holdings
from quips.conditions import AllOf, AnyOf, Condition, Not, Test
from quips.coverage import coverage
from quips.framework import Meets
from quips.places import NOWHERE
from quips.published import Figure
from quips.reports.printed import figure_words, recomputed
from quips.satisfiable import can_hold_together
from quips.scoring.recomputed import recompute
from quips.vocabulary import Term


def test_every_prompt_about_a_case_has_a_rule_or_a_reason() -> None:
    assert [name for edition in coverage(knowledge()).editions for name in edition.neither] == []


def test_every_paragraph_with_a_finding_is_cited_by_a_prompt() -> None:
    assert {seed: lines for seed, lines in coverage(knowledge()).uncited.items() if lines} == {}


def test_what_is_printed_in_words_does_not_run_on_into_whom_it_is_of() -> None:
    figures = [figure for publication in knowledge().publications.values() for figure in publication.figures]
    told = [figure_words("A report", figure) for figure in figures if figure.population]
    assert any("% of " in words for words in told), "a share is of somebody"
    assert [words for words in told if "cases of cases" in words or " of of " in words] == []
    assert any("“most of these cases” answered no, of cases whose" in words for words in told)


def test_what_does_not_add_up_has_its_reason_on_record() -> None:
    assert [found for found in recomputed(knowledge()) if not found.agrees and not found.explained] == []


def test_the_contradictions_that_everybody_knows_are_found() -> None:
    wrong = {(found.publication, found.line) for found in recomputed(knowledge()) if not found.agrees}
    assert {("kent-2008", 458), ("kent-2008", 606), ("thames-valley-2010", 125)} <= wrong


def test_the_ratings_of_2018_follow_from_their_key_questions() -> None:
    ratings = [found for found in recomputed(knowledge()) if "lowest key question" in found.what]
    assert len(ratings) >= 6
    assert all(found.agrees for found in ratings)


def test_how_ratings_follow_is_read_from_the_scoring_scheme_and_not_from_the_editions_name() -> None:
    [publication] = [found for found in knowledge().publications.values() if found.edition == "standards-2018"]
    edition = knowledge().editions["standards-2018"]
    another = replace(edition, name="standards-of-some-other-year")
    assert list(recompute(publication, another)) == list(recompute(publication, edition))


def figure(**changes: object) -> Figure:
    some = next(iter(knowledge().publications.values())).figures[0]
    return replace(some, line=0, percent=None, n=None, of=None, **changes)


def found_in(*figures: Figure) -> list[str]:
    publication = replace(next(iter(knowledge().publications.values())), figures=figures)
    return [problem.name for problem in holdings.publication_problems({"x": publication}, knowledge().editions)]


def test_a_figure_that_cannot_be_is_an_error() -> None:
    assert found_in(replace(figure(), percent=141.0)) == ["impossible-share"]
    assert found_in(replace(figure(), n=292, of=173)) == ["impossible-share"]
    assert found_in(figure(prompt="omi-1/1.2/no-such-prompt")) == ["unknown-prompt"]
    assert found_in(replace(figure(), percent=100.0, n=3, of=3)) == []


def test_a_crosswalk_joins_two_editions_once() -> None:
    first, second = (name for name in knowledge().prompts if name.startswith("omi-1/1.2/")), knowledge().prompts
    one, two = next(first), next(name for name in second if name.startswith("omi-2/1.2/"))
    meets = Meets(one, two, "exact", "", NOWHERE)
    problems = holdings.crosswalk_problems([meets, replace(meets, source=two, target=one)], knowledge().prompts)
    assert [problem.name for problem in problems] == ["defined-twice"]
    problems = holdings.crosswalk_problems([replace(meets, target=one)], knowledge().prompts)
    assert [problem.name for problem in problems] == ["one-edition"]


TERMS = {
    "level": Term("level", "Level", "choice", "?", values={"low": "", "medium": "", "high": ""}),
    "flag": Term("flag", "Flag", "yes_no", "?"),
    "tier": Term("tier", "Tier", "number", "?"),
    "needs": Term("needs", "Needs", "choices", "?", values={"a": "", "b": ""}),
}
TESTS = st.one_of(
    st.sets(st.sampled_from(["low", "medium", "high"]), min_size=1).map(lambda v: Test("level", "one_of", tuple(sorted(v)))),
    st.booleans().map(lambda v: Test("flag", "one_of", (v,))),
    st.integers(1, 4).map(lambda v: Test("tier", "at_least", v)),
    st.integers(1, 4).map(lambda v: Test("tier", "at_most", v)),
    st.sets(st.sampled_from(["a", "b"]), min_size=1).map(lambda v: Test("needs", "includes_any", tuple(sorted(v)))),
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=6,
)


def holds(condition: Condition, case: dict[str, object]) -> bool:
    match condition:
        case AllOf(parts):
            return all(holds(part, case) for part in parts)
        case AnyOf(parts):
            return any(holds(part, case) for part in parts)
        case Not(part):
            return not holds(part, case)
        case Test(subject, "one_of", value):
            return case[subject] in value
        case Test(subject, "at_least", value):
            return case[subject] >= value
        case Test(subject, "at_most", value):
            return case[subject] <= value
        case Test(subject, "includes_any", value):
            return bool(set(value) & case[subject])
    raise AssertionError(condition)


EVERY_CASE = [
    {"level": level, "flag": flag, "tier": tier, "needs": needs}
    for level in ("low", "medium", "high")
    for flag in (True, False)
    for tier in range(6)
    for needs in (set(), {"a"}, {"b"}, {"a", "b"})
]


@given(CONDITIONS, CONDITIONS)
def test_conditions_can_hold_together_if_and_only_if_some_case_fits_both(one: Condition, other: Condition) -> None:
    fits = any(holds(one, case) and holds(other, case) for case in EVERY_CASE)
    assert can_hold_together([one, other], TERMS) is fits
