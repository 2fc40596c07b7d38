"""Shares side by side: Newcombe's printed examples, other programs, and what must always hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.proportion import confint_proportions_2indep

from quips.change import Limits, Run, change, change_told, funnel_limits, runs, side_by_side
from quips.problems import QuipsError
from quips.shares import Share

shares = st.builds(Share, st.integers(0, 200), st.integers(0, 200)).filter(lambda share: share.of > 0)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998), pages 873 to 890, table II, method 10: a/m - b/n
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_difference_as_newcombe_printed_it(one, other, low, high):
    found = change(Share(other[0], other[1] - other[0]), Share(one[0], one[1] - one[0]))
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.00005)


@given(shares, shares)
def test_difference_agrees_with_statsmodels(before, after):
    theirs = confint_proportions_2indep(after.yes, after.of, before.yes, before.of, method="newcomb", compare="diff")
    found = change(before, after)
    assert (found.low, found.high) == pytest.approx(theirs, abs=1e-9)


@given(shares, shares)
def test_difference_is_in_its_interval_and_turns_round_with_the_shares(before, after):
    found, back = change(before, after), change(after, before)
    assert -1 <= found.low <= found.difference <= found.high <= 1
    assert (found.low, found.high) == pytest.approx((-back.high, -back.low), abs=1e-12)
    assert found.is_clear == back.is_clear
    assert not change(before, before).is_clear


@given(shares, shares, st.integers(0, 300), st.integers(0, 300))
def test_known_populations_narrow_the_interval(before, after, more, yet_more):
    known = change(before, after, populations=(before.of + more, after.of + yet_more))
    unknown = change(before, after)
    assert unknown.low <= known.low + 1e-12
    assert known.high <= unknown.high + 1e-12


def test_change_in_words_says_what_cannot_be_told():
    assert change_told(Share(63, 47), Share(70, 40)) == (
        "From 57% (63 of 110; 95% interval 48 to 66) to 64% (70 of 110; 95% interval 54 to 72): "
        "6 points up (95% interval 6 down to 19 up). "
        "The interval takes in no change: these cases cannot tell whether anything changed."
    )
    # Newcombe's first example, the other way round: 5.2 to 33.4
    assert change_told(Share(56, 14), Share(48, 32)).endswith(
        "20 points down (95% interval 5 to 33 down). "
        "That is more than chance would mostly make. Whether the work changed or the mix of cases, it cannot tell."
    )
    assert change_told(Share(56, 14), Share(3, 1)).endswith("to fewer than 5 cases: too few cases to compare.")
    assert change_told(Share(0, 0), Share(30, 10)).startswith("From no relevant case to 75%")
    assert change_told(Share(10, 10), Share(12, 8), populations=(20, 20)).endswith(
        ": 10 points up. Every relevant case was read both times."
    )
    with pytest.raises(QuipsError, match="no relevant case"):
        change(Share(0, 0), Share(1, 1))


# Run charts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([50, 60] * 6, []),
        # the median is 55: six below it, then six above
        ([50] * 6 + [60] * 6, [Run("shift", 0, 5), Run("shift", 6, 11)]),
        # five below, one on it, then one more below: the one on it neither adds nor ends
        ([50, 51, 50, 51, 50, 55, 51, 60, 61, 60, 61, 60, 59], [Run("shift", 0, 6), Run("shift", 7, 12)]),
        # five values that rise are a trend, and one as high as before neither adds nor ends
        ([50, 60, 50, 51, 52, 52, 53, 54, 50, 60, 50, 60], [Run("trend", 2, 7)]),
        # four values that rise are none
        ([50, 60, 50, 51, 52, 53, 50, 60, 50, 60], []),
        ([60, 50, 54, 53, 52, 51, 50, 60, 50, 60, 50, 60], [Run("trend", 2, 6)]),
        ([50] * 12, []),
    ],
)
def test_shifts_and_trends(values, found):
    assert runs(values) == found


@given(st.lists(st.integers(0, 100), min_size=10, max_size=30), st.integers(-50, 50))
def test_runs_are_the_same_upside_down_and_moved(values, moved):
    found = runs(values)
    assert runs([-value for value in values]) == found
    assert runs([value + moved for value in values]) == found
    backwards = [Run(run.kind, len(values) - 1 - run.last, len(values) - 1 - run.first) for run in found if run.kind == "shift"]
    assert [run for run in runs(values[::-1]) if run.kind == "shift"] == backwards[::-1]


@given(st.integers(10, 40))
def test_values_that_only_rise_are_one_trend(n):
    assert Run("trend", 0, n - 1) in runs([*range(n)])


def test_few_rounds_are_no_run_chart():
    with pytest.raises(QuipsError, match="at least 10 rounds, and there are 9"):
        runs([50] * 9)


# Areas side by side --------------------------------------------------------------------------------------------------


@given(st.integers(1, 500), st.integers(1, 99), st.sampled_from([0.95, 0.998, 0.8]))
def test_funnel_limits_leave_no_more_than_they_may_outside(of, percent, confidence):
    limits, tail = funnel_limits(of, percent / 100, confidence), (1 - confidence) / 2
    spread = binom(of, percent / 100)
    assert 0 <= limits.lower <= limits.upper <= of
    assert spread.cdf(limits.lower - 1) <= tail + 1e-12
    assert spread.cdf(limits.lower) > tail - 1e-12
    assert spread.sf(limits.upper) <= tail + 1e-12
    assert spread.sf(limits.upper - 1) > tail - 1e-12


def test_funnel_limits_at_the_ends_and_of_a_large_area():
    assert funnel_limits(20, 0, 0.95) == Limits(0, 0)
    assert funnel_limits(20, 1, 0.95) == Limits(20, 20)
    assert funnel_limits(20_000, 0.5, 0.95) == Limits(9861, 10_139)  # 10,000 either way by 1.96 times 70.7, less a half
    for arguments in ((0, 0.5, 0.95), (10, 1.5, 0.95), (10, 0.5, 95)):
        with pytest.raises(QuipsError):
            funnel_limits(*arguments)


def test_areas_stand_by_name_inside_or_outside_and_the_small_say_nothing():
    areas = {
        "Slough": Share(9, 41),
        "Oxford": Share(65, 35),
        "Bracknell": Share(60, 40),
        "Witney": Share(0, 4),
        "None": Share(0, 0),
    }
    found = side_by_side(areas)
    assert [(area.name, area.stands) for area in found] == [
        ("Bracknell", "inside"),
        ("None", "small"),
        ("Oxford", "outside 95%"),
        ("Slough", "outside 99.8%"),
        ("Witney", "small"),
    ]
    with pytest.raises(QuipsError, match="no relevant case"):
        side_by_side({})
