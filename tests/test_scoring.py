"""Scores: each scheme worked by hand, the published inspections again, and what always holds."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import comb, isclose, isfinite
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import knowledge
from profiles import examples
from quips.framework import Edition
from quips.judged import AGREED, Answer, Judged
from quips.problems import InputError
from quips.published import Publication
from quips.scoring.cards import Asked, Scorecard, hidden_shares, score_judged, score_published
from quips.scoring.measures import Measure, lowest, mean, measure_of
from quips.scoring.recomputed import recompute
from quips.scoring.schemes import SCHEMES, score
from quips.scoring.tree import RECONSTRUCTED, UNVERIFIED, Results, Scored
from quips.shares import LEAST, Share, interval


def edition(name: str) -> Edition:
    return knowledge().editions[name]


def prompts_of(name: str, node: str) -> list[str]:
    return [p.name for p in edition(name).prompts() if p.name.split("/")[1] == node and p.about == "case"]


def named(scored: tuple[Scored, ...], number: str) -> Scored:
    return next(part for top in scored for part in top.walk() if part.number == number and not part.is_question)


def scored(name: str, shares: dict[str, Share], number: str, variant: str = "", **results: object) -> Scored:
    return named(score(edition(name), Results(shares=shares, **results), variant), number)


def test_every_edition_names_a_scheme_that_there_is() -> None:
    assert {found.scoring["scheme"] for found in knowledge().editions.values()} == SCHEMES


# OMI 1 -----------------------------------------------------------------------------------------------------------------


def test_a_criterion_of_omi_1_is_the_mean_of_its_questions() -> None:
    one, two, three = prompts_of("omi-1", "1.2")[:3]
    # 40 of 80 is 50%, 30 of 40 is 75%, and the third is relevant to nobody: (50 + 75) / 2 = 62.5, not 70 of 120
    found = scored("omi-1", {one: Share(40, 40), two: Share(30, 10), three: Share(0, 0, 120)}, "1.2")
    assert found.measure is not None and isclose(found.measure.value, 0.625)
    assert "the mean of the shares of 2 questions" in found.how.lower() and "left out" in found.how
    low, high = ((a + b) / 2 for a, b in zip(interval(Share(40, 40)), interval(Share(30, 10)), strict=True))
    assert isclose(found.measure.low, low) and isclose(found.measure.high, high)


def test_a_summary_question_of_omi_1_weighs_20_where_it_is_answered() -> None:
    one, two = prompts_of("omi-1", "1.2")[:2]
    shares = {one: Share(40, 40), two: Share(30, 10), "omi-1/1.2": Share(9, 1)}
    # 80 parts of 62.5 and 20 parts of 90: (80 x 62.5 + 20 x 90) / 100 = (5000 + 1800) / 100 = 68
    found = scored("omi-1", shares, "1.2")
    assert found.measure is not None and isclose(found.measure.value, 0.68)
    without = scored("omi-1", {name: share for name, share in shares.items() if name != "omi-1/1.2"}, "1.2")
    assert without.measure is not None and isclose(without.measure.value, 0.625) and "only the questions" in without.how


def test_a_section_of_omi_1_is_the_mean_of_its_criteria_and_not_of_its_questions() -> None:
    one, two = prompts_of("omi-1", "1.2")[:2]
    other = prompts_of("omi-1", "1.3")[0]
    # 1.2 is (50 + 75) / 2 = 62.5, 1.3 is 90: (62.5 + 90) / 2 = 76.25; over the three questions it would be 71.67
    found = scored("omi-1", {one: Share(40, 40), two: Share(30, 10), other: Share(90, 10)}, "1")
    assert found.measure is not None and isclose(found.measure.value, 0.7625)
    assert "1.1, 1.4 and 1.5 have no score" in found.how


def test_the_thread_of_omi_1_takes_its_questions_from_sections_1_and_2_without_80_and_20() -> None:
    carrying = [p.name for p in edition("omi-1").prompts() if "roh" in p.threads and p.about == "case"]
    first = next(name for name in carrying if name.startswith("omi-1/1."))
    second = next(name for name in carrying if name.startswith("omi-1/2."))
    third = next(p.name for p in edition("omi-1").prompts() if "roh" not in p.threads and p.name.startswith("omi-1/1."))
    # 60% and 20%; a question without the thread and the summary question do not count: (60 + 20) / 2 = 40
    shares = {first: Share(6, 4), second: Share(2, 8), third: Share(10, 0), "omi-1/1.2": Share(10, 0)}
    found = scored("omi-1", shares, "roh")
    assert found.measure is not None and isclose(found.measure.value, 0.4)


def test_a_conclusion_is_recorded_and_what_was_concluded_at_such_a_score_stands_beside_it() -> None:
    shares = {prompts_of("omi-1", "1.2")[0]: Share(64, 36)}
    found = scored("omi-1", shares, "1.2", recorded={"1.2": "good"})
    # 64% was called a priority and an urgent priority, and never good; the recorded word stays
    assert found.rating == "good" and not found.band
    assert "urgent priority (given between 49% and 64%)" in found.notes[0] and "good (" not in found.notes[0]
    assert scored("omi-1", shares, "1.2").rating == ""


# OMI 2 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "band"),
    [
        (Share(80, 20), "MINIMUM"),
        (Share(795, 205), "MINIMUM"),  # 79.5 is 80 as a whole percentage
        (Share(794, 206), "MODERATE"),
        (Share(65, 35), "MODERATE"),
        (Share(64, 36), "SUBSTANTIAL"),
        (Share(45, 55), "SUBSTANTIAL"),
        (Share(44, 56), "DRASTIC"),
        (Share(0, 100), "DRASTIC"),
    ],
)
def test_the_words_of_omi_2_begin_where_its_file_says(share: Share, band: str) -> None:
    found = scored("omi-2", {prompts_of("omi-2", "1.2")[0]: share}, "1.2")
    assert found.band == band and band in found.touched
    assert UNVERIFIED in found.standing and RECONSTRUCTED in found.standing


def test_omi_2_has_three_headlines_and_no_summary_question() -> None:
    by_thread = {
        thread: next(
            p.name for p in edition("omi-2").prompts() if thread in p.threads and p.about == "case" and p.name[6] in "12"
        )
        for thread in ("roh", "lor", "compliance")
    }
    for thread, name in by_thread.items():
        found = scored("omi-2", {name: Share(30, 10)}, thread)
        assert found.level == "headline" and found.measure is not None and found.measure.value == 0.75
    assert not any(part.level == "summary question" for top in score(edition("omi-2"), Results()) for part in top.walk())


# 2018 ------------------------------------------------------------------------------------------------------------------


def of_2018(**percent: int) -> dict[str, Share]:
    return {f"standards-2018/{node.replace('_', '.')[1:]}": Share(share, 100 - share) for node, share in percent.items()}


def test_a_standard_of_2018_takes_the_band_of_its_lowest_key_question() -> None:
    # 74, 79 and 57: the lowest is 57, which is Requires improvement; the mean of 70 would be Good
    found = scored("standards-2018", of_2018(k2_1_1=74, k2_1_2=79, k2_1_3=57), "2.1")
    assert found.band == "Requires improvement" and found.points is not None and found.points.value == 1
    assert "2.1.3, 57%" in found.how


def test_a_rating_whose_interval_touches_two_bands_is_open_between_them() -> None:
    # 57 of 100: Wilson's interval is 47 to 66, from below 50 to above 65
    found = scored("standards-2018", of_2018(k2_1_1=74, k2_1_2=79, k2_1_3=57), "2.1")
    assert found.rating == "open between Good, Requires improvement and Inadequate"
    assert found.points is not None and (found.points.low, found.points.high) == (0, 2)


def test_a_key_question_within_five_points_is_shown_and_never_rounded_up() -> None:
    near = scored("standards-2018", of_2018(k2_1_1=74, k2_1_2=79, k2_1_3=60), "2.1")
    assert near.band == "Requires improvement" and any("may round up" in note for note in near.notes)
    far = scored("standards-2018", of_2018(k2_1_1=74, k2_1_2=79, k2_1_3=59), "2.1")
    assert not any("may round up" in note for note in far.notes)


def test_prompts_do_not_stand_in_for_a_key_question() -> None:
    prompts = {name: Share(100, 0) for name in prompts_of("standards-2018", "2.1.1")}
    found = scored("standards-2018", {**prompts, **of_2018(k2_1_2=79, k2_1_3=68)}, "2.1")
    assert found.measure is None and not found.band and "2.1.1 has no score" in found.how
    assert "Nobody answered" in found.parts[0].notes[0]


def test_a_key_question_without_a_relevant_case_is_told_and_is_not_nought() -> None:
    shares = {**of_2018(k2_2_1=80, k2_2_2=80), "standards-2018/2.2.3": Share(0, 0, 110)}
    found = scored("standards-2018", shares, "2.2")
    assert found.measure is None and found.told == "no rating"
    question = found.parts[2]
    assert question.told == "no relevant case (110 not applicable)" and "not 0%" in question.notes[0]
    assert "risk of serious harm issues apply" in question.how


def test_the_overall_rating_is_open_while_standards_have_no_rating() -> None:
    found = scored("standards-2018", of_2018(k2_1_1=90, k2_1_2=90, k2_1_3=90), "overall", variant="crc")
    assert found.points is not None and found.points.value is None and found.rating.startswith("open between")
    # nine standards can be anything from 0 to 3 points, the tenth has 2 or 3 as 90 of 100 reaches from 83 to 94
    assert (found.points.low, found.points.high) == (3, 30)


@pytest.mark.parametrize(("variant", "there", "absent"), [("crc", "4.1.1", "3.1"), ("nps", "3.1", "4.1.1")])
def test_each_provider_has_its_own_domain_three(variant: str, there: str, absent: str) -> None:
    numbers = {part.number for top in score(edition("standards-2018"), Results(), variant) for part in top.walk()}
    assert there in numbers and absent not in numbers


# The published inspections --------------------------------------------------------------------------------------------


def publication(name: str) -> tuple[Publication, Edition]:
    found = knowledge().publications[name]
    return found, edition(found.edition)


def test_thames_valley_crc_2018_comes_out_as_printed() -> None:
    """Ten standards and the overall rating; pages and lines are in framework/published."""
    report, of = publication("thames-valley-crc-2018")
    card = score_published(of, report)
    assert {n: card.named(n).rating for n in ("1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "2.3", "2.4", "4.1", "4.2")} == {
        "1.1": "Good",
        "1.2": "Good",
        "1.3": "Requires improvement",
        "1.4": "Good",
        "2.1": "Good",
        "2.2": "Requires improvement",
        "2.3": "Inadequate",
        "2.4": "Inadequate",
        "4.1": "Inadequate",
        "4.2": "Requires improvement",
    }
    # 2 + 2 + 1 + 2, then 2 + 1 + 0 + 0, then 0 + 1: 11 of 30
    overall = card.named("overall")
    assert overall.points is not None and overall.points.value == 11 and overall.rating == "Requires improvement"


def test_thames_valley_2010_comes_out_as_printed_but_for_section_1() -> None:
    report, of = publication("thames-valley-2010")
    card = score_published(of, report)
    # (89 + 76 + 73 + 62) / 4 = 300 / 4; (75 + 70 + 70 + 82) / 4 = 297 / 4; (65 + 55 + 49) / 3 = 169 / 3
    assert [round(100 * card.named(n).measure.value, 2) for n in "123"] == [75.0, 74.25, 56.33]
    words = {
        "1.1": "MINIMUM",
        "1.4": "SUBSTANTIAL",
        "2.4": "MINIMUM",
        "3.1": "MODERATE",
        "3.3": "SUBSTANTIAL",
        "compliance": "MODERATE",
    }
    assert {n: card.named(n).rating for n in words} == words
    wrong = [found for found in recompute(report, of) if not found.agrees]
    assert [(found.what[:1], found.printed, found.found) for found in wrong] == [("1", "74%", "75.00%")] and wrong[0].explained


@pytest.mark.parametrize(
    ("name", "sections"),
    [("kent-2008", [69.6, 62.86, 53.5]), ("gwent-2008", [71.0, 73.0, 64.5]), ("west-mercia-2008", [67.6, 73.43, 59.5])],
)
def test_the_sections_of_2008_are_printed_in_a_chart_only(name: str, sections: list[float]) -> None:
    """The means, of the criteria that are printed, agree with those worked out apart from Quips."""
    report, of = publication(name)
    card = score_published(of, report)
    assert [round(100 * card.named(n).measure.value, 2) for n in "123"] == pytest.approx(sections, abs=0.06)
    assert card.named("4.1").rating and not card.named("4.1").band


def test_what_can_be_worked_out_of_each_report_does_not_become_less() -> None:
    counts = {name: sum(1 for _ in recompute(*publication(name))) for name in knowledge().publications}
    assert counts["thames-valley-crc-2018"] >= 7  # six standards and the whole
    assert counts["thames-valley-2010"] >= 17  # three sections, eleven criteria, three headlines


def test_a_printed_rating_that_does_not_follow_is_found() -> None:
    report, of = publication("thames-valley-crc-2018")
    spoiled = replace(report, results=tuple(replace(one, percent=49) if one.node == "2.1.3" else one for one in report.results))
    wrong = {found.what.split()[0] for found in recompute(spoiled, of) if not found.agrees}
    assert "2.1" in wrong  # and so 9 points, which is still Requires improvement
    assert "overall" not in wrong


# Judged cases ---------------------------------------------------------------------------------------------------------


def judged(*answers: tuple[str, ...], team: dict[str, str] | None = None) -> Judged:
    return Judged(tuple(Answer(*answer) for answer in answers), {case: {"team": name} for case, name in (team or {}).items()})


def test_readers_who_differ_count_for_nothing_until_something_is_agreed() -> None:
    question = "standards-2018/2.1.1"
    differing = [("A-1", question, "yes", "R"), ("A-1", question, "no", "S"), ("A-2", question, "yes", "R")]
    found = judged(*differing)
    assert found.undecided == (("A-1", question),) and found.shares() == {question: Share(1, 0)}
    settled = judged(*differing, ("A-1", question, "no", "", AGREED))
    assert settled.undecided == () and settled.shares() == {question: Share(1, 1)}


def test_how_often_proposals_are_overturned_is_counted_by_prompt_and_by_rule() -> None:
    question = "omi-1/1.2/x"
    said = [Answer(f"A-{n}", question, "yes" if n < 3 else "no", proposal="no", rules=("r",)) for n in range(10)]
    by_prompt, by_rule = Judged((*said, Answer("A-99", question, "yes"))).overturned()
    assert by_prompt == [(question, Share(3, 7))] and by_rule == [("r", Share(3, 7))]


def test_what_all_call_not_applicable_is_no_suggestion_that_was_followed() -> None:
    """Of eight: three are not applicable by record and reader; of the other five, one was followed and four judged otherwise."""
    pairs = [("no", "no"), ("yes", "no"), ("no", "yes"), ("not_applicable", "yes"), ("no", "not_applicable")]
    pairs += [("not_applicable", "not_applicable")] * 3
    said = [Answer(f"A-{n}", "q", answer, proposal=proposal, rules=("r",)) for n, (proposal, answer) in enumerate(pairs)]
    assert Judged(tuple(said)).overturned() == ([("q", Share(4, 1, 3))], [("r", Share(4, 1, 3))])
    assert Judged(tuple(said[5:])).overturned() == ([], []), "where nothing is applicable there is nothing to overturn"


def team_card(sizes: dict[str, int], **asked: object) -> Scorecard:
    cases = [(f"{team[0]}-{n}", team) for team, size in sizes.items() for n in range(size)]
    answers = [(case, "standards-2018/2.1.1", "yes" if n % 2 else "no") for n, (case, _) in enumerate(cases)]
    return score_judged(edition("standards-2018"), judged(*answers, team=dict(cases)), Asked(by="team", **asked))


def test_a_small_group_is_not_shown_nor_one_that_would_give_it_away() -> None:
    groups = {
        group.name: group.scores["standards-2018/2.1.1", "key question"]
        for group in team_card({"East": 3, "North": 20, "South": 9}).groups
    }
    assert groups["East"].told == "fewer than 5 cases" and groups["East"].share is None
    assert groups["South"].share is None and "could be worked out" in groups["South"].told
    assert groups["North"].share == Share(10, 10) or groups["North"].measure is not None
    shown = {
        group.name
        for group in team_card({"East": 6, "North": 20, "South": 9}).groups
        if group.scores["standards-2018/2.1.1", "key question"].measure
    }
    assert shown == {"East", "North", "South"}


@given(st.lists(st.builds(Share, st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=6))
def test_no_share_of_a_small_group_can_be_worked_out_from_the_others_and_the_whole(shares: list[Share]) -> None:
    """Tried with every answer that the cases of the groups not shown may have had, their numbers and the whole being known."""
    groups = {f"G-{n}": {"q": share} for n, share in enumerate(shares) if share.of}
    hidden = hidden_shares(groups)
    away = [of["q"] for name, of in groups.items() if "q" in hidden[name] or of["q"].of < LEAST]
    if len(away) in (0, len(groups)):  # nothing is kept back, or nothing is told
        return
    yes = sum(share.yes for share in away)
    ways = [way for way in product(*(range(share.of + 1) for share in away)) if sum(way) == yes]
    assert all(len({way[n] for way in ways}) > 1 for n in range(len(away)))


def questions_card(only_north: int) -> Scorecard:
    """Four questions of 1.2: three answered yes of all ten cases, and so many more, mostly no, of North alone."""
    names = prompts_of("omi-1", "1.2")
    team = {f"{name[0]}-{n}": name for name in ("East", "North") for n in range(5)}
    answers = [(case, name, "yes") for case in team for name in names[:3]]
    answers += [
        (case, name, "no" if group == "North" else "not_applicable")
        for case, group in team.items()
        for name in names[3 : 3 + only_north]
    ]
    return score_judged(edition("omi-1"), judged(*answers, team=team), Asked(by="team"))


def test_a_group_stands_beside_all_cases_on_the_questions_that_its_own_score_rests_on() -> None:
    card = questions_card(only_north=3)
    whole = card.named("1.2")
    assert whole.measure and isclose(whole.measure.value, 0.5) and whole.rests_on[0] == 6
    east, north = card.groups
    own, alike = east.score_of(whole), east.alike_of(whole)
    assert own and alike and own.measure and alike.measure, "three of six are half of them"
    assert own.rests_on[0] == alike.rests_on[0] == 3 and own.measure.value == alike.measure.value == 1.0
    assert north.alike_of(whole) == replace(whole, parts=north.alike_of(whole).parts)


def test_a_group_has_no_score_of_few_of_the_questions_of_the_whole() -> None:
    card = questions_card(only_north=4)
    whole = card.named("1.2")
    east, north = (group.score_of(whole) for group in card.groups)
    assert east and east.measure is None and east.told == "too few questions in common" and not east.touched
    assert card.groups[0].alike_of(whole) is None and north and north.measure
    assert all(one.measure for one in card.groups[0].scores.values() if one.is_question and one.share and one.share.of)


def test_what_was_asked_for_and_is_not_there_is_told_all_at_once() -> None:
    cases = judged(("A-1", "standards-2018/2.1.1", "yes"), team={"A-1": "North"})
    asked = Asked(variant="prison", by="taem", recorded={"9.9": "Good", "1.1": "Fine"}, population=0)
    with pytest.raises(InputError) as told:
        score_judged(edition("standards-2018"), cases, asked)
    names = {problem.name for problem in told.value.problems}
    assert names == {"unknown-column", "unknown-variant", "unknown-node", "wrong-value", "too-few"}


def test_a_question_that_not_every_case_was_answered_for_is_not_called_read_whole() -> None:
    question = "standards-2018/2.1.1"
    agreed = [(f"A-{n}", question, "yes" if n % 2 else "no", "R") for n in range(20)]
    differing = [("A-20", question, "yes", "R"), ("A-20", question, "no", "S")]
    asked = Asked(population=21)
    whole = score_judged(edition("standards-2018"), judged(*agreed), Asked(population=20)).named("2.1.1")
    assert "which is every relevant case" in whole.told
    found = score_judged(edition("standards-2018"), judged(*agreed, *differing), asked).named("2.1.1")
    assert "every relevant case" not in found.told and "interval" in found.told
    assert found.measure is not None and found.measure.low < found.measure.value
    one_more = score_judged(edition("standards-2018"), judged(*agreed), Asked(population=21)).named("2.1.1")
    assert "every relevant case" not in one_more.told
    most_aside = [(f"C-{n}", question, "not_applicable", "R") for n in range(79)]
    of_hundred = score_judged(edition("standards-2018"), judged(*agreed, *most_aside), Asked(population=100)).named("2.1.1")
    assert "every relevant case" not in of_hundred.told, "the hundredth may be relevant, though 20 of 99 round to 20 of 100"
    aside = [(f"B-{n}", question, "not_applicable", "R") for n in range(20)]
    of_all = score_judged(edition("standards-2018"), judged(*agreed, *aside), Asked(population=40)).named("2.1.1")
    assert "which is every relevant case" in of_all.told, "those that are not applicable are known not to be relevant"


def test_an_interval_allows_for_every_case_not_read_to_be_relevant() -> None:
    """Of 13 cases 10 were read: 1 yes, 4 no, 5 not applicable. Of the 3 others all may be relevant, and answered either way."""
    results = Results(shares={"q": Share(1, 4, 5)}, population=13)
    # n = 5 x (8 - 1)/(8 - 5) = 35/3; Wilson's limits for 0.2 are 6.2% and 48.7%; 1 of 8 is yes in any case
    assert results.told("q") == "20% (1 of 5; 95% interval 13 to 49; 5 not applicable)"


def test_intervals_of_a_question_that_few_cases_are_about_hold_the_true_share() -> None:
    """Counted exactly: every population of 13 cases of which 10 are read, wherever at least five of these are relevant."""
    size, read, least = 13, 10, 5
    for relevant in range(least, size + 1):
        for true_yes in range(relevant + 1):
            samples = held = 0
            for yes in range(min(true_yes, read) + 1):
                for no in range(max(0, least - yes), min(relevant - true_yes, read - yes) + 1):
                    share = Share(yes, no, read - yes - no)
                    ways = comb(true_yes, yes) * comb(relevant - true_yes, no) * comb(size - relevant, share.not_applicable)
                    measure = Results(shares={"q": share}, population=size).measure("q") if ways else None
                    if measure is not None:
                        samples += ways
                        held += ways * (measure.low - 1e-9 <= true_yes / relevant <= measure.high + 1e-9)
            assert held >= 0.85 * samples, (relevant, true_yes)


def test_a_group_of_which_the_population_is_known_is_more_sure() -> None:
    question = "standards-2018/2.1.1"
    rows = [(f"{team}-{n}", question, "yes" if n % 2 else "no") for team in ("N", "S") for n in range(20)]
    cases = judged(*rows, team={name: {"N": "North", "S": "South"}[name[0]] for name, *_ in rows})
    card = score_judged(edition("standards-2018"), cases, Asked(by="team", populations={"North": 30}))
    north, south = (group.score_of(card.named("2.1.1")) for group in card.groups)
    assert north is not None and south is not None and north.measure is not None and south.measure is not None
    assert north.measure.value == south.measure.value
    assert (north.measure.low, north.measure.high) == pytest.approx(interval(Share(10, 10), population=30))
    assert (south.measure.low, south.measure.high) == pytest.approx(interval(Share(10, 10)))


@pytest.mark.parametrize(("group", "number", "told"), [("Nroth", 30, "Did you mean 'North'?"), ("North", 19, "20 cases of it")])
def test_a_population_of_no_group_or_smaller_than_it_is_told(group: str, number: int, told: str) -> None:
    rows = [(f"N-{n}", "standards-2018/2.1.1", "yes") for n in range(20)]
    cases = judged(*rows, team={name: "North" for name, *_ in rows})
    with pytest.raises(InputError, match=told.replace("?", r"\?")):
        score_judged(edition("standards-2018"), cases, Asked(by="team", populations={group: number}))


# What always holds ----------------------------------------------------------------------------------------------------

SHARES = st.builds(Share, st.integers(0, 60), st.integers(0, 60), st.integers(0, 20))
KEY_QUESTIONS = [f"standards-2018/{node.id}" for node in edition("standards-2018").judged_nodes() if node.variant != "nps"]
QUESTIONS = {
    "omi-1": [*prompts_of("omi-1", "1.2")[:4], *prompts_of("omi-1", "1.3")[:3], *prompts_of("omi-1", "2.2")[:3], "omi-1/1.2"],
    "omi-2": [*prompts_of("omi-2", "1.2")[:4], *prompts_of("omi-2", "1.3")[:3], *prompts_of("omi-2", "2.2")[:3]],
    "standards-2018": KEY_QUESTIONS,
}
ORDER = {
    "Outstanding": 3,
    "MINIMUM": 3,
    "Good": 2,
    "MODERATE": 2,
    "Requires improvement": 1,
    "SUBSTANTIAL": 1,
    "Inadequate": 0,
    "DRASTIC": 0,
}


@st.composite
def answered(draw: st.DrawFn) -> tuple[str, dict[str, Share]]:
    name = draw(st.sampled_from(sorted(QUESTIONS)))
    return name, {question: draw(SHARES) for question in QUESTIONS[name]}


def walk(name: str, shares: dict[str, Share]) -> list[Scored]:
    return [part for top in score(edition(name), Results(shares=shares), "crc" if "2018" in name else "") for part in top.walk()]


@given(answered())
@examples(0.5)
def test_every_score_is_within_its_interval_and_every_band_within_reach(drawn: tuple[str, dict[str, Share]]) -> None:
    for part in walk(*drawn):
        if part.measure is not None:
            value, low, high = part.measure[:3]
            assert all(map(isfinite, (value, low, high))) and 0 <= low <= value <= high <= 1
            assert not part.touched or part.band in part.touched
        if part.points is not None and part.points.value is not None:
            assert part.points.low <= part.points.value <= part.points.high
        assert part.share is None or not 0 < part.share.of < 5
        assert "nan" not in part.told


@given(answered(), st.data())
@examples(0.5)
def test_a_rating_never_improves_when_a_yes_becomes_a_no(drawn: tuple[str, dict[str, Share]], data: st.DataObject) -> None:
    name, shares = drawn
    question = data.draw(st.sampled_from(sorted(name for name, share in shares.items() if share.yes) or [min(shares)]))
    share = shares[question]
    if not share.yes:
        return
    worse = {**shares, question: Share(share.yes - 1, share.no + 1, share.not_applicable)}
    for before, after in zip(walk(name, shares), walk(name, worse), strict=True):
        if before.measure is not None and after.measure is not None:
            assert all(one <= other + 1e-12 for one, other in zip(after.measure[:3], before.measure[:3], strict=True))
        if before.band in ORDER and after.band in ORDER:
            assert ORDER[after.band] <= ORDER[before.band]
        if before.points is not None and after.points is not None:
            assert after.points.low <= before.points.low and after.points.high <= before.points.high


@given(st.data())
@examples(0.3)
def test_the_order_of_answers_and_the_names_of_cases_and_readers_change_nothing(data: st.DataObject) -> None:
    answers = [
        Answer(f"C-{case}", question, data.draw(st.sampled_from(["yes", "no", "not_applicable"])), "R1")
        for case in range(8)
        for question in KEY_QUESTIONS[:4]
    ]
    shuffled = data.draw(st.permutations(answers))
    renamed = [answer._replace(case=f"Z-{9 - int(answer.case[2:])}", reader="Q7") for answer in shuffled]
    of = edition("standards-2018")
    assert score_judged(of, Judged(tuple(answers))).scored == score_judged(of, Judged(tuple(renamed))).scored


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)).map(sorted), min_size=1, max_size=20), st.randoms())
def test_means_and_lowest_keep_to_their_intervals_in_any_order(ends: list[list[float]], random: object) -> None:
    measures = [Measure(middle, low, high) for low, middle, high in ends]
    for put in (mean, lowest):
        found = put(measures)
        assert 0 <= found.low <= found.value <= found.high <= 1
        assert put(measures[::-1]) == found
    assert min(m.value for m in measures) == lowest(measures).value


@pytest.mark.parametrize("alike", [0.0, 0.5, 1.0])
def test_the_interval_of_a_mean_holds_the_true_mean_as_often_as_it_says(alike: float) -> None:
    """Twelve questions of 100 cases; in a case, as many answers as said follow one draw, and so rise and fall together."""
    draw, within, samples = Random(7), 0, 400
    chances = [0.3 + 0.05 * n for n in range(12)]
    for _ in range(samples):
        yes = [0] * 12
        for _ in range(100):
            common = draw.random()
            for n, chance in enumerate(chances):
                yes[n] += (common if draw.random() < alike else draw.random()) < chance
        found = mean([measure_of(Share(count, 100 - count)) for count in yes])
        within += found.low <= sum(chances) / 12 <= found.high
    assert within / samples >= 0.94  # 95%, less what 400 samples may be off
