"""Agreement of readers: worked examples from the papers, other programs, and what must always hold."""

from __future__ import annotations

from collections import Counter
from math import isnan

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.inter_rater import cohens_kappa as their_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as their_fleiss

from quips.problems import QuipsError
from quips.reliability import (
    agreement,
    check_answers,
    cohens_kappa,
    confusion,
    fleiss_kappa,
    gwets_ac1,
    krippendorffs_alpha,
    to_discuss,
    why_undefined,
)
from quips.shares import Share

ANSWERS = ["yes", "no", "not_applicable"]


def judged(rows):
    """Return judgements from a row of answers for each case; None is no answer."""
    return {
        f"case {n:02}": {f"reader {r}": answer for r, answer in enumerate(row) if answer is not None}
        for n, row in enumerate(rows)
    }


def tables(readers=None, missing=True):
    answer = st.sampled_from([*ANSWERS, None] if missing else ANSWERS)
    number = st.integers(2, 4) if readers is None else st.just(readers)
    return number.flatmap(lambda r: st.lists(st.lists(answer, min_size=r, max_size=r), min_size=1, max_size=25))


def measures(given):
    raw = agreement(given)
    found = [raw.proportion if raw.of else None, cohens_kappa(given, "reader 0", "reader 1"), krippendorffs_alpha(given)]
    ac1 = gwets_ac1(given, ANSWERS)
    return [*found, *((None,) if ac1 is None else (ac1.value, ac1.low, ac1.high))]


# Worked examples -----------------------------------------------------------------------------------------------------


def test_krippendorffs_own_example_of_four_observers_and_missing_answers():
    # Krippendorff, Computing Krippendorff's alpha-reliability (2011), section C: alpha is 0.743
    a = [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None]
    b = [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3]
    c = [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None]
    d = [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None]
    rows = [[None if value is None else str(value) for value in row] for row in zip(a, b, c, d, strict=True)]
    assert krippendorffs_alpha(judged(rows)) == pytest.approx(0.743, abs=0.0005)
    # Gwet, Handbook of Inter-Rater Reliability, has the same table: AC1 is 0.775
    assert gwets_ac1(judged(rows), ["1", "2", "3", "4", "5"]).value == pytest.approx(0.775, abs=0.0005)


def test_fleiss_own_example_of_thirty_patients_and_six_psychiatrists():
    # Fleiss, Psychological Bulletin 76 (1971), table 1: kappa is 0.430
    counts = """
        0 0 0 6 0; 0 3 0 0 3; 0 1 4 0 1; 0 0 0 0 6; 0 3 0 3 0; 2 0 4 0 0; 0 0 4 0 2; 2 0 3 1 0; 2 0 0 4 0; 0 0 0 0 6;
        1 0 0 5 0; 1 1 0 4 0; 0 3 3 0 0; 1 0 0 5 0; 0 2 0 3 1; 0 0 5 0 1; 3 0 0 1 2; 5 1 0 0 0; 0 2 0 4 0; 1 0 2 0 3;
        0 0 0 0 6; 0 1 0 5 0; 0 2 0 1 3; 2 0 0 4 0; 1 0 0 4 1; 0 5 0 1 0; 4 0 0 0 2; 0 2 0 4 0; 1 0 5 0 0; 0 0 0 0 6
    """
    rows = [[str(k) for k, times in enumerate(row.split()) for _ in range(int(times))] for row in counts.split(";")]
    assert fleiss_kappa(judged(rows)) == pytest.approx(0.430, abs=0.0005)


def test_cohens_kappa_of_a_table_worked_by_hand():
    # 25 of 30 alike by 20 yes and 5 no; by chance (22*23 + 8*7)/900; kappa = (750 - 562) / (900 - 562)
    rows = [["yes", "yes"]] * 20 + [["no", "no"]] * 5 + [["yes", "no"]] * 2 + [["no", "yes"]] * 3
    assert cohens_kappa(judged(rows), "reader 0", "reader 1") == pytest.approx(188 / 338, abs=1e-12)
    assert confusion(judged(rows), "reader 0", "reader 1").table == {
        ("no", "no"): 5,
        ("no", "yes"): 3,
        ("yes", "no"): 2,
        ("yes", "yes"): 20,
    }


def test_where_nearly_every_answer_is_yes_kappa_falls_and_ac1_does_not():
    # 118 + 5 + 2 + 0 of 125: Gwet 2008 gives this as the paradox, kappa -0.0234 and AC1 0.9408
    rows = [["yes", "yes"]] * 118 + [["yes", "no"]] * 5 + [["no", "yes"]] * 2
    assert agreement(judged(rows)) == Share(118, 7)
    assert cohens_kappa(judged(rows), "reader 0", "reader 1") == pytest.approx(-0.0234, abs=0.0001)
    assert gwets_ac1(judged(rows), ["yes", "no"]).value == pytest.approx(0.9408, abs=0.0001)


# Other programs ------------------------------------------------------------------------------------------------------


@given(tables(readers=2, missing=False))
def test_cohens_kappa_agrees_with_statsmodels(rows):
    ours = cohens_kappa(judged(rows), "reader 0", "reader 1")
    assume(ours is not None)
    times = Counter(map(tuple, rows))
    table = [[times[one, other] for other in ANSWERS] for one in ANSWERS]
    assert ours == pytest.approx(their_kappa(table, return_results=False), abs=1e-9)


@given(tables(missing=False))
def test_fleiss_kappa_agrees_with_statsmodels(rows):
    ours = fleiss_kappa(judged(rows))
    assume(ours is not None)
    assert ours == pytest.approx(their_fleiss([[row.count(answer) for answer in ANSWERS] for row in rows]), abs=1e-9)


@given(tables())
def test_alpha_agrees_with_the_krippendorff_package(rows):
    ours = krippendorffs_alpha(judged(rows))
    assume(ours is not None)
    data = np.array([[np.nan if answer is None else ANSWERS.index(answer) for answer in row] for row in rows]).T
    assert ours == pytest.approx(krippendorff.alpha(reliability_data=data, level_of_measurement="nominal"), abs=1e-9)


@given(tables(), st.floats(0.5, 0.99))
def test_ac1_and_its_interval_agree_with_gwets_formulas_in_matrices(rows, confidence):
    # equations 10 to 13 of Gwet's variance for missing answers, written over arrays and not as ours are
    ours = gwets_ac1(judged(rows), ANSWERS, confidence)
    r = np.array([[row.count(answer) for answer in ANSWERS] for row in rows if any(row)], dtype=float)
    assume(ours is not None and len(r) > 1)
    total, q = r.sum(1), len(ANSWERS)
    both = total > 1
    pi = (r / total[:, None]).mean(0)
    pe = (pi * (1 - pi)).sum() / (q - 1)
    pa_i = np.zeros(len(r))
    pa_i[both] = (r * (r - 1)).sum(1)[both] / (total * (total - 1))[both]
    value = (pa_i[both].mean() - pe) / (1 - pe)
    gamma_i = len(r) / both.sum() * np.where(both, pa_i - pe, 0) / (1 - pe)
    pe_i = (r @ (1 - pi)) / total / (q - 1)
    star = gamma_i - 2 * (1 - value) * (pe_i - pe) / (1 - pe)
    spread = np.sqrt(((star - value) ** 2).sum() / (len(r) - 1) / len(r))
    z = norm.ppf((1 + confidence) / 2)
    assert ours.value == pytest.approx(value, abs=1e-9)
    assert (ours.low, ours.high) == pytest.approx((max(-1, value - z * spread), min(1, value + z * spread)), abs=1e-9)


# What must always hold -----------------------------------------------------------------------------------------------


@given(tables())
def test_every_measure_is_a_number_in_range_or_none(rows):
    for value in measures(judged(rows)):
        assert value is None or (not isnan(value) and -1 <= value <= 1)


@given(tables(), st.permutations(ANSWERS), st.randoms(use_true_random=False))
def test_other_names_and_another_order_change_nothing(rows, renamed, shuffler):
    names = dict(zip(ANSWERS, renamed, strict=True))
    other = [[names.get(answer) for answer in row] for row in rows]
    shuffler.shuffle(other)
    for one, two in zip(measures(judged(rows)), measures(judged(other)), strict=True):
        assert (one is None) == (two is None)
        assert one is None or one == pytest.approx(two, abs=1e-12)
    assert agreement(judged(rows)) == agreement(judged(other))


@given(tables())
def test_undefined_is_told_and_only_then(rows):
    given = judged(rows)
    assert bool(why_undefined(given)) == (krippendorffs_alpha(given) is None)


@given(tables())
def test_cases_to_discuss_are_those_that_raw_agreement_counts_against(rows):
    given = judged(rows)
    found = [case for case, _ in to_discuss(given)]
    assert len(found) == len(set(found)) == agreement(given).no
    assert all(len(set(given[case].values())) > 1 for case in found)


@pytest.mark.parametrize("number", [1, 2, 12])
def test_readers_who_always_say_the_same_agree_and_no_measure_pretends_otherwise(number):
    given = judged([["yes", "yes"]] * number)
    assert agreement(given).yes == number
    assert cohens_kappa(given, "reader 0", "reader 1") is fleiss_kappa(given) is krippendorffs_alpha(given) is None
    assert gwets_ac1(given, ANSWERS).value == 1
    assert why_undefined(given) == (
        "Every reader answered yes in every case. They agree entirely, "
        "and nothing tells that from readers who always give this answer."
    )


def test_nobody_read_the_same_case():
    given = judged([["yes", None], [None, "no"]])
    assert measures(given) == [None, None, None, None]
    assert agreement(given).of == 0
    assert why_undefined(given) == "No case was read by two."
    assert fleiss_kappa(given) is fleiss_kappa({}) is gwets_ac1({}, ANSWERS) is None


def test_most_disputed_case_comes_first():
    given = judged([["yes", "yes", "no"], ["yes", "no", "not_applicable"], ["no", "no", "no"]])
    assert [case for case, _ in to_discuss(given)] == ["case 01", "case 00"]


def test_whole_caseload_leaves_no_width():
    given = judged([["yes", "yes"], ["yes", "no"], ["no", "no"]])
    ac1 = gwets_ac1(given, ANSWERS, population=3)
    assert ac1.low == ac1.high == ac1.value
    assert gwets_ac1(judged([["yes", "no"]]), ANSWERS).low is None


def test_bad_input_is_told_with_its_case_and_reader():
    given = judged([["yes", "maybe"], ["No", "no"]])
    with pytest.raises(QuipsError) as caught:
        check_answers(given, ["yes", "no"])
    assert str(caught.value).splitlines() == [
        "case 00, reader 1: 'maybe' is no answer. Answer yes or no.",
        "case 01, reader 0: 'No' is no answer. Answer yes or no.",
    ]
    with pytest.raises(QuipsError, match="maybe"):
        gwets_ac1(given, ANSWERS)
    with pytest.raises(QuipsError, match="at least two answers"):
        gwets_ac1(judged([["yes", "yes"]]), ["yes"])
    with pytest.raises(QuipsError, match=r"population \(1 cases\) is smaller than the sample \(2 cases\)"):
        gwets_ac1(judged([["yes", "yes"], ["no", "no"]]), ANSWERS, population=1)
    with pytest.raises(QuipsError, match="same number of readers"):
        fleiss_kappa(judged([["yes", "yes"], ["no", None]]))
