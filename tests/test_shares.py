"""The share of cases: against statsmodels, Newcombe's printed figures, and what must always hold."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from quips.problems import QuipsError
from quips.shares import Band, Share, bands_touched, interval, is_small, open_between, to_nearest_edge, told, whole_percent

counts = st.integers(0, 400)
shares = st.builds(Share, counts, counts, counts).filter(lambda share: share.of > 0)
confidences = st.floats(0.5, 0.999)
BANDS = [Band("Outstanding", 80), Band("Good", 65), Band("Requires improvement", 50), Band("Inadequate", 0)]


@pytest.mark.parametrize(
    ("yes", "of", "low", "high"),
    # Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998), table I, method 3
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718), (29, 29, 0.8830, 1.0)],
)
def test_wilson_interval_as_newcombe_printed_it(yes, of, low, high):
    assert interval(Share(yes, of - yes)) == pytest.approx((low, high), abs=0.00005)


@given(shares, confidences)
def test_interval_agrees_with_statsmodels(share, confidence):
    theirs = proportion_confint(share.yes, share.of, alpha=1 - confidence, method="wilson")
    assert interval(share, confidence) == pytest.approx(theirs, abs=1e-9)


@given(shares, confidences, st.integers(1, 1000))
def test_interval_in_a_finite_population_is_that_of_a_larger_sample(share, confidence, more):
    population = share.of + more
    effective = Fraction(share.of * (population - 1), population - share.of)
    theirs = proportion_confint(float(share.yes * effective / share.of), float(effective), alpha=1 - confidence, method="wilson")
    least, most = Fraction(share.yes, population), Fraction(population - share.no, population)  # what was read rules out the rest
    assert interval(share, confidence, population) == pytest.approx((max(theirs[0], least), min(theirs[1], most)), abs=1e-9)


@given(shares, confidences, st.one_of(st.none(), st.integers(0, 10_000)))
def test_interval_holds_the_share_and_keeps_within_nought_and_one(share, confidence, more):
    low, high = interval(share, confidence, None if more is None else share.of + more)
    assert 0 <= low <= share.proportion <= high <= 1


@given(shares, confidences, st.integers(0, 1000), st.integers(1, 1000))
def test_interval_narrows_as_the_sample_nears_the_population_and_widens_with_confidence(share, confidence, more, further):
    low, high = interval(share, confidence, share.of + more)
    wider_low, wider_high = interval(share, confidence, share.of + more + further)
    none_low, none_high = interval(share, confidence)
    assert none_low <= wider_low + 1e-12
    assert wider_low <= low + 1e-12
    assert high <= wider_high + 1e-12
    assert wider_high <= none_high + 1e-12
    surer_low, surer_high = interval(share, (1 + confidence) / 2)
    assert surer_low <= none_low
    assert none_high <= surer_high


@given(shares, confidences)
def test_interval_rises_with_each_yes_and_is_mirrored_by_no(share, confidence):
    assume(share.no)
    low, high = interval(share, confidence)
    more_low, more_high = interval(Share(share.yes + 1, share.no - 1), confidence)
    assert low <= more_low
    assert high <= more_high
    mirrored = interval(Share(share.no, share.yes), confidence)
    assert (1 - high, 1 - low) == pytest.approx(mirrored, abs=1e-12)


def test_every_case_read_leaves_nothing_uncertain():
    assert interval(Share(3, 4), population=7) == (3 / 7, 3 / 7)


@given(shares)
def test_percentage_is_rounded_half_up_exactly(share):
    exact = floor(Fraction(100 * share.yes, share.of) + Fraction(1, 2))
    assert share.percent == exact
    assert whole_percent(share.proportion) == exact


def test_half_a_percentage_goes_up():
    assert [Share(n, 200 - n).percent for n in (1, 3, 129)] == [1, 2, 65]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: Share(0, 0, 7).proportion, "no relevant case"),
        (lambda: Share(0, 0).percent, "no relevant case"),
        (lambda: interval(Share(0, 0)), "no relevant case"),
        (lambda: interval(Share(3, 4), population=6), r"population \(6 cases\) is smaller than the sample \(7 relevant cases\)"),
        (lambda: told(Share(3, 4), population=6), "smaller than the sample"),
        (lambda: interval(Share(3, 4), confidence=95), "Write 0.95 for 95%"),
        (lambda: interval(Share(3, 4), confidence=float("nan")), "between 0 and 1"),
        (lambda: Share(-1, 4), "yes is -1"),
        (lambda: Share(1, 4, -2), "not applicable is -2"),
        (lambda: whole_percent(57), "between 0 and 1"),
        (lambda: bands_touched((0.1, 0.2), [Band("Good", 65)]), "begin at 0"),
        (lambda: bands_touched((0.1, 0.2), []), "begin at 0"),
        (lambda: bands_touched((0.1, 0.2), [Band("Good", 0), Band("Fair", 0)]), "same percentage"),
    ],
)
def test_what_cannot_be_said_is_an_error_in_plain_words(act, words):
    with pytest.raises(QuipsError, match=words):
        act()


def test_fewer_than_five_cases_are_not_printed():
    assert [is_small(Share(yes, 0)) for yes in (0, 4, 5)] == [True, True, False]
    assert told(Share(4, 0, 20)) == "fewer than 5 cases"
    assert told(Share(2, 2), least=3) == "50% (2 of 4; 95% interval 15 to 85)"


def test_told_as_the_2018_report_would_have_to_tell_its_lowest_planning_figure():
    assert told(Share(63, 47)) == "57% (63 of 110; 95% interval 48 to 66)"
    assert told(Share(63, 47), confidence=0.8) == "57% (63 of 110; 80% interval 51 to 63)"
    assert told(Share(12, 10)) == "55% (12 of 22; 95% interval 35 to 73)"
    assert told(Share(63, 47), confidence=0.999) == "57% (63 of 110; 99.9% interval 42 to 71)"


@given(shares)
def test_all_and_none_are_said_only_of_all_and_none(share):
    words = told(share, least=1)
    assert words.startswith("100%") == (share.no == 0)
    assert words.startswith("0%") == (share.yes == 0)


@given(shares)
def test_the_band_of_a_share_is_among_those_its_interval_touches(share):
    own = next(band.name for band in BANDS if share.percent >= band.at_least)
    assert own in bands_touched(interval(share), BANDS)
    assert bands_touched((share.proportion, share.proportion), BANDS) == (own,)


@given(st.tuples(st.integers(0, 1000), st.integers(0, 1000)).map(sorted))
def test_bands_touched_are_those_of_every_percentage_between_the_ends(ends):
    low, high = ends
    between = {floor(Fraction(n, 10) + Fraction(1, 2)) for n in range(low, high + 1)}
    expected = {next(band.name for band in BANDS if percent >= band.at_least) for percent in between}
    touched = bands_touched((low / 1000, high / 1000), BANDS)
    assert set(touched) == expected
    assert list(touched) == [band.name for band in BANDS if band.name in expected]


def test_57_of_100_among_110_cases_is_open_between_three_bands():
    touched = bands_touched(interval(Share(63, 47)), BANDS)
    assert open_between(touched) == "open between Good, Requires improvement and Inadequate"
    assert open_between(touched[:1]) == ""


def test_nearest_edge_is_the_lower_of_two_as_near_and_never_an_end():
    assert to_nearest_edge(0.575, [0, 50, 65]) == (50, 7.5)
    assert to_nearest_edge(0.99, [80, 100]) == (80, 19)
    assert to_nearest_edge(0.01, [0]) is None
