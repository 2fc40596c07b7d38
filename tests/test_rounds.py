"""Rounds of judged cases compared: what is told, what is not shown, and what is refused."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from knowledge_base import ROOT, knowledge
from quips.change import funnel_limits
from quips.judged import Answer, Judged
from quips.problems import InputError
from quips.reports.changes import CHANGE_FORMATS
from quips.reports.charts import Dot, funnel, run_chart
from quips.rounds import Comparison, Round, compare
from quips.scoring.cards import Asked, score_judged
from quips.shares import Share
from test_score_reports import _Page, card, published, rendered, run, validator

KEY = "standards-2018/2.1.1"


def a_round(name: str, edition_questions: dict[str, tuple[int, int]]) -> Round:
    """A round of cases: for each question, so many answered yes of so many."""
    answers = [
        Answer(f"{name}-{n}", question, "yes" if n < yes else "no")
        for question, (yes, of) in edition_questions.items()
        for n in range(of)
    ]
    return Round(name, Path(f"{name}.csv"), Judged(tuple(answers)))


def compared(*rounds: dict[str, tuple[int, int]]) -> Comparison:
    return compare([a_round(f"R{n}", shares) for n, shares in enumerate(rounds, 1)], None, knowledge().editions)


def told(found: Comparison, form: str) -> str:
    return CHANGE_FORMATS[form](found, "OFFICIAL-SENSITIVE", 100)


@pytest.mark.parametrize(
    ("one", "other", "low", "high", "takes_in_no_change"),
    # Newcombe, Statistics in Medicine 17 (1998), table II, method 10: a/m - b/n; the cells of under five cases are not in it
    [
        ((56, 70), (48, 80), 0.0524, 0.3339, False),
        ((9, 10), (3, 10), 0.1705, 0.8090, False),
        ((6, 7), (2, 7), 0.0582, 0.8062, False),
        ((5, 56), (0, 29), -0.0381, 0.1926, True),
        ((0, 10), (0, 20), -0.1611, 0.2775, True),
        ((10, 10), (0, 20), 0.6791, 1.0, False),
    ],
)
def test_the_command_gives_the_differences_that_newcombe_printed(one, other, low, high, takes_in_no_change):
    value = json.loads(told(compared({KEY: other}, {KEY: one}), "json"))
    validator("change").validate(value)
    found = value["questions"][0]["change"]
    assert (found["low"], found["high"]) == pytest.approx((low, high), abs=0.00005)
    assert found["difference"] == pytest.approx(one[0] / one[1] - other[0] / other[1], abs=1e-6)
    assert found["takes_in_no_change"] is takes_in_no_change


def test_what_cannot_be_told_is_said_in_words():
    text = " ".join(told(compared({KEY: (5, 10)}, {KEY: (6, 10)}), "text").split())
    assert "From 50% (5 of 10; 95% interval 24 to 76) to 60% (6 of 10; 95% interval 31 to 83): 10 points up" in text
    assert "The interval takes in no change: these cases cannot tell whether anything changed." in text
    assert "1 question can be compared; none changed by more than chance would mostly make." in text


@pytest.mark.parametrize("form", list(CHANGE_FORMATS))
def test_small_shares_are_in_no_form(form):
    other = "standards-2018/2.1.2"
    text = told(compared({KEY: (1, 3), other: (20, 40)}, {KEY: (17, 23), other: (20, 40)}), form)
    assert "fewer than 5 cases" in text
    # one of three is 33%; neither that nor the difference to 17 of 23, 41 points, nor its count may stand anywhere
    assert not re.search(r"33%|1 of 3|of 3;|41 points", text)
    if form == "json":
        [key, _] = json.loads(text)["questions"]
        assert key["shares"][0]["share"] is None and key["change"] is None and key["shares"][1]["share"]["yes"] == 17


def test_questions_stand_in_the_editions_own_order_and_those_at_one_end_only_are_named():
    every = [f"standards-2018/{number}" for number in ("2.2.1", "2.1.3", "2.1.1")]
    found = compared(dict.fromkeys(every, (5, 10)), dict.fromkeys(every[:2], (6, 10)))
    assert [question.number for question in found.questions] == ["2.1.3", "2.2.1"]
    assert [question.node for question in found.questions] == ["2.1 Assessment", "2.2 Planning"]
    assert found.left_out == (KEY,)
    assert "Not answered both in R1 and in R2: standards-2018/2.1.1." in told(found, "text")


def test_prompts_and_summary_questions_are_compared_too():
    edition = knowledge().editions["omi-1"]
    prompt = next(prompt for node in edition.nodes() if node.id == "1.2" for prompt in node.prompts if prompt.about == "case")
    found = compared({prompt.name: (5, 10), "omi-1/1.2": (4, 8)}, {prompt.name: (5, 10), "omi-1/1.2": (6, 8)})
    assert [(question.name, question.level) for question in found.questions] == [
        ("omi-1/1.2", "summary question"),
        (prompt.name, "prompt"),
    ]


# Run charts ----------------------------------------------------------------------------------------------------------


def test_a_run_chart_takes_five_rounds_and_its_rules_ten():
    assert compared(*[{KEY: (5, 10)}] * 4).questions[0].run is None
    five = compared(*({KEY: (yes, 10)} for yes in (5, 7, 6, 9, 8))).questions[0].run
    assert five and five.median == 0.7 and five.runs is None and "looked for from 10 rounds" in five.told
    # six at 50%, then six at 70%: the median is 60%
    found = compared(*({KEY: (10 if n < 6 else 14, 20)} for n in range(12)))
    run_ = found.questions[0].run
    assert run_ and run_.median == 0.6 and "The median of 12 rounds is 60%." in run_.told
    assert "A shift, below the median, from R1 to R6" in run_.told and "A shift, above the median, from R7 to R12" in run_.told
    value = json.loads(told(found, "json"))
    validator("change").validate(value)
    assert value["questions"][0]["run_chart"]["runs"] == [
        {"kind": "shift", "first": 0, "last": 5},
        {"kind": "shift", "first": 6, "last": 11},
    ]


def test_a_round_too_small_to_show_is_left_out_of_the_run_chart():
    # eleven that rise, and between the third and the fourth one of three cases
    rounds = [{KEY: (n + 5, 20)} for n in range(11)]
    found = compared(*rounds[:3], {KEY: (0, 3)}, *rounds[3:])
    run_ = found.questions[0].run
    assert run_ and 3 not in run_.rounds and len(run_.values) == 11 and "Not shown in it: R4." in run_.told
    assert "A trend, rising, from R1 to R12" in run_.told
    assert told(found, "html").count("<circle") == 11


def test_a_run_chart_and_a_funnel_put_a_share_where_it_belongs():
    # 0% is at 194 and 100% at 14; the first of two rounds is a quarter of 560 from 74
    drawn = str(run_chart([(0, 0.5), (1, 1.0)], 2, 0.75, "Chart"))
    assert 'cx="214.0" cy="104.0"' in drawn and 'cx="494.0" cy="14.0"' in drawn and 'y1="59.0"' in drawn
    dots = [Dot("North", Share(10, 10), "in"), Dot("South", Share(20, 20), "in")]
    drawn = str(funnel(dots, 0.5, "Chart"))
    # at forty cases the upper 95% limit is 26, which is 65%
    assert funnel_limits(40, 0.5, 0.95).upper == 26
    [upper] = re.findall(r'class="limit" d="M[^"]* (\d+\.\d)"', drawn)[1:]
    assert float(upper) == 194 - 180 * 0.65
    assert str(funnel(dots[:1], 0.5, "Chart")) == ""


def test_the_page_is_whole_and_every_chart_has_its_table():
    rounds = [{KEY: (n + 5, 20)} for n in range(6)]
    named = [Round(f"<b>{one.name}", one.path, one.judged) for one in (a_round(f"R{n}", of) for n, of in enumerate(rounds))]
    html = told(compare(named, None, knowledge().editions), "html")
    page = _Page()
    page.feed(html)
    assert page.open == [] and "<b>" not in html and "&lt;b&gt;R0" in html
    assert not re.search(r"(src|href)=\"(?!#)", html) and "<script" not in html
    assert len(re.findall(r'role="img" aria-label="[^"]+".*?</svg>\s*<table>', html, re.DOTALL)) == html.count("<svg") == 1


# What is refused -----------------------------------------------------------------------------------------------------


def table(path: Path, question: str, n: int, called: str) -> str:
    rows = "".join(f"{called}-{k},{question},{'yes' if k % 2 else 'no'}\n" for k in range(n))
    path.write_text(f"case,prompt,answer\n{rows}", encoding="utf-8")
    return str(path)


def test_rounds_that_cannot_be_compared_are_told_with_their_place(tmp_path):
    spring = table(tmp_path / "spring.csv", KEY, 6, "S")
    autumn = table(tmp_path / "autumn.csv", KEY, 8, "A")
    copy = table(tmp_path / "copy.csv", KEY, 6, "S")
    empty = table(tmp_path / "empty.csv", KEY, 0, "E")
    other = table(tmp_path / "other.csv", "omi-1/1.2", 6, "O")
    elsewhere = table(tmp_path / "elsewhere.csv", "standards-2018/2.2.1", 6, "W")
    (tmp_path / "two").mkdir()
    same_name = table(tmp_path / "two" / "spring.csv", KEY, 9, "T")
    (tmp_path / "folder").mkdir()
    (tmp_path / "unjudged.Q1").mkdir()
    unjudged = str(tmp_path / "unjudged.Q1")
    shutil.copy(ROOT / "examples" / "cases" / "TV-0042.yaml", unjudged)
    for arguments, place, words in (
        ((spring,), spring, "one round"),
        ((spring, spring), spring, "given twice"),
        ((spring, copy), copy, "very answers of"),
        ((spring, empty), empty, "There is no answer in it"),
        ((spring, str(tmp_path / "folder")), str(tmp_path / "folder"), "no case file here"),
        ((spring, unjudged), unjudged, "No case in it has a judgement"),
        ((spring, str(tmp_path / "none.csv")), str(tmp_path / "none.csv"), "No such file"),
        ((spring, other), "--edition", "different editions"),
        ((spring, other, "--edition", "standards-2018"), other, "There are judgements under omi-1"),
        ((spring, autumn, "--edition", "standards-2019"), "--edition", "Did you mean 'standards-2018'"),
        ((spring, elsewhere), elsewhere, "No question was answered both in spring and in elsewhere"),
        ((spring, same_name), "--name", "would be called spring"),
        ((spring, autumn, "--name", "A"), "--name", "2 rounds and 1 name"),
        ((spring, autumn, "--name", "A", "--name", " "), "--name", "A name is empty"),
        ((spring, autumn, "--output", spring), spring, "one of the rounds"),
    ):
        code, out, err = run("change", *arguments)
        flat = " ".join(err.split())
        assert code == 2 and not out and place in flat and words in flat and "Traceback" not in flat, (arguments, err)
    code, _, err = run("change", spring, empty, str(tmp_path / "none.csv"))
    assert code == 2 and "empty.csv" in err and "none.csv" in err


def test_change_is_a_command(tmp_path):
    spring, autumn = (table(tmp_path / f"{name}.csv", KEY, n, name.upper()) for name, n in (("spring", 6), ("autumn", 8)))
    code, out, _ = run("change", spring, autumn, "--name", "Before", "--name", "After")
    assert code == 0 and "from Before to After" in out and "50% (3 of 6" in out
    output = tmp_path / "change.html"
    assert run("change", spring, autumn, "--format", "html", "--output", str(output))[0] == 0
    assert "OFFICIAL-SENSITIVE" in output.read_text(encoding="utf-8")


def test_cases_read_again_and_readers_who_differ_are_told():
    first = a_round("R", {KEY: (5, 10)})
    again = Round(
        "S", Path("s.csv"), Judged((*first.judged.answers[:9], Answer("R-9", KEY, "yes", "A"), Answer("R-9", KEY, "no", "B")))
    )
    notes = " ".join(compare([first, again], None, knowledge().editions).notes)
    assert "10 cases of S are in an earlier round as well" in notes and "In S readers differ on 1 answer" in notes


def test_one_edition_is_needed_of_several():
    rounds = [a_round("R1", {KEY: (5, 10)}), a_round("R2", {"omi-1/1.2": (5, 10)})]
    with pytest.raises(InputError, match="different editions"):
        compare(rounds, None, knowledge().editions)


# Groups side by side -------------------------------------------------------------------------------------------------


def teams(**shares: tuple[int, int]) -> Judged:
    answers = [Answer(f"{team}-{n}", KEY, "yes" if n < yes else "no") for team, (yes, of) in shares.items() for n in range(of)]
    return Judged(tuple(answers), {answer.case: {"team": answer.case.partition("-")[0]} for answer in answers})


def test_groups_outside_the_limits_are_said_to_be_so_in_every_form():
    # 100 of 200 in all; of 100, the 95% limits are 40 and 60, and the 99.8% limits 35 and 65, by any table of the binomial
    edition = knowledge().editions["standards-2018"]
    found = score_judged(edition, teams(North=(62, 100), South=(38, 100)), Asked(by="team"))
    text = " ".join(rendered(found, "text").split())
    assert "Of 100, 40 to 60 yes (95%) or 35 to 65 (99.8%). 62 is outside the 95% limits, above them." in text
    assert "38 is outside the 95% limits, below them." in text and "it is no ranking" in text
    far = score_judged(edition, teams(North=(70, 100), South=(30, 100)), Asked(by="team"))
    assert "70 is outside the 99.8% limits, above them." in rendered(far, "html")
    value = json.loads(rendered(found, "json"))
    validator("score").validate(value)
    limits = [one["limits"] for group in value["groups"] for one in group["scored"] if one["name"] == KEY]
    assert [one["stands"] for one in limits] == ["outside 95%"] * 2
    html = rendered(found, "html")
    assert "Funnel chart of 2.1.1" in html and html.index("Do not compare closely") < html.index("Funnel chart")


def test_groups_that_are_not_shown_have_no_limits():
    edition = knowledge().editions["standards-2018"]
    # three cases are too few, and of six they could be had by subtraction
    found = score_judged(edition, teams(East=(2, 3), Mid=(3, 6), North=(20, 40)), Asked(by="team"))
    assert [group.name for group in found.groups if group.areas] == ["North"]
    value = json.loads(rendered(found, "json"))
    limits = {group["name"]: one["limits"] for group in value["groups"] for one in group["scored"] if one["name"] == KEY}
    assert limits["East"] is None and limits["Mid"] is None and limits["North"]["stands"] == "inside"
    assert not re.search(r"Of [36],", rendered(found, "text")) and "Funnel chart" not in rendered(found, "html")
    # where fewer may be shown, they have limits as well
    assert all(
        group.areas for group in score_judged(edition, teams(East=(2, 3), North=(9, 20)), Asked(by="team", least=1)).groups
    )
    assert all("limits" not in one for one in json.loads(rendered(card(), "json"))["scored"])
    assert published("kent-2008").groups == ()


def test_a_criterion_and_its_summary_question_are_two_scores_of_a_group():
    edition = knowledge().editions["omi-1"]
    prompt = next(prompt for node in edition.nodes() if node.id == "1.2" for prompt in node.prompts if prompt.about == "case")
    answers = [
        Answer(f"T-{n}", name, "yes" if n < yes else "no")
        for name, yes in ((prompt.name, 10), ("omi-1/1.2", 0))
        for n in range(10)
    ]
    found = score_judged(edition, Judged(tuple(answers), {f"T-{n}": {"team": "T"} for n in range(10)}), Asked(by="team"))
    [group] = found.groups
    criterion, summary = (
        next(one for one in found.walk() if one.number == "1.2" and one.is_question is is_it) for is_it in (False, True)
    )
    # one group is all of them, so its scores are those of all
    assert group.score_of(criterion).measure == criterion.measure != summary.measure == group.score_of(summary).measure
    assert group.area_of(criterion) is None and group.area_of(summary).stands == "inside"
