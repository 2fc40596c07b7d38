"""The draw of a round from its folder: made once, made again by anybody, and held to."""

from __future__ import annotations

import json
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from knowledge_base import knowledge
from quips.cli import main
from quips.peeraudit.allocation import groups_able
from quips.peeraudit.drawing import KEPT, replay
from quips.peeraudit.folder import RoundFolder, Turn
from quips.peeraudit.planfile import read_plan
from quips.problems import InputError, Level
from round_files import HEADINGS, OTHERS, RoundFiles, a_case, readers


@pytest.fixture
def round_(tmp_path: Path) -> RoundFiles:
    return RoundFiles(tmp_path / "round")


def drawn(round_: RoundFiles) -> dict[str, Any]:
    about = round_.folder.state().drawn
    assert about is not None
    return dict(about)


def again(round_: RoundFiles) -> list[str]:
    return [problem.name for problem in replay(round_.folder, round_.read(), knowledge(), round_.folder.state())]


def test_the_draw_is_the_one_that_quips_sample_makes_of_the_list_that_was_kept(round_: RoundFiles) -> None:
    round_.plan(draw={"by": ["rosh_level", "team"], "at_least": {"sentence:licence": 7}})
    text = round_.run("draw").stdout
    options = ["--size", "10", "--by", "rosh_level", "--by", "team", "--seed", "autumn", "--at-least", "sentence:licence=7"]
    result = CliRunner().invoke(main, ["sample", str(round_.path / KEPT), *options, "--format", "json"])
    sample = json.loads(result.stdout)
    assert [*round_.folder.state().cases] == [case["reference"] for case in sample["cases"]]
    assert drawn(round_)["digest"] == sample["digest"]
    assert text.startswith("10 of 40 cases drawn   OFFICIAL-SENSITIVE") and "Seed: autumn." in text
    assert "Next: quips round allocate" in text and f"quips round verify {round_.path}" in text
    assert again(round_) == []


def test_what_is_not_eligible_or_is_left_out_is_not_drawn_and_the_row_says_why(round_: RoundFiles) -> None:
    round_.plan(
        cases={"eligible": {"status": ["current"]}, "exclude": {"TV-1001": "with the court", "TV-1009": "closed anyway"}},
        draw={"size": 35},
    )
    text = round_.run("draw").stdout
    # Of 40 cases, those ending in 9 are closed (4), and TV-1001 is left out: 35 can be drawn.
    assert set(round_.folder.state().cases) == {f"TV-{1000 + n}" for n in range(40) if n % 10 != 9 and n != 1}
    about = drawn(round_)
    assert about["not_eligible"] == {"status is closed": 4} and about["left_out"] == {"TV-1001": "with the court"}
    assert (about["listed"], about["eligible"], about["size"]) == (40, 35, 35)
    assert "TV-1001: with the court" in text
    assert "4 of the 40 cases on the list are not eligible: status is closed (4)." in text
    assert again(round_) == []


def test_the_size_follows_from_confidence_and_margin(round_: RoundFiles) -> None:
    round_.plan(draw=None)
    round_.plan_text((round_.path / "round.yaml").read_text() + "draw: {confidence: 95, margin: 10}\n")
    text = round_.run("draw").stdout
    assert len(round_.folder.state().cases) == 29  # 96.04 / (1 + 95.04 / 40) = 28.4
    assert "enough of 40" in text and "10 points at 95%" in text


def test_a_seed_is_made_up_and_written_down_where_the_plan_gives_none(round_: RoundFiles) -> None:
    round_.plan(draw=None)
    round_.plan_text((round_.path / "round.yaml").read_text() + "draw: {size: 10, by: [rosh_level]}\n")
    shown = round_.run("draw", "--dry-run").stdout
    assert "Nothing was written" in shown and round_.folder.state().drawn is None and not (round_.path / "drawn").exists()
    round_.run("draw")
    seed = drawn(round_)["seed"]
    assert len(seed) == 8 and round_.read().seed == seed and again(round_) == []
    round_.plan(draw={"seed": seed})  # writing it into the plan afterwards is no change
    assert round_.told() == []
    round_.plan(draw={"seed": "better"})
    assert any("'draw: seed' was changed after the draw" in told for told in round_.told())


def test_the_row_and_what_is_kept_hold_only_columns_that_the_plan_names(round_: RoundFiles) -> None:
    rows = [(*a_case(n), f"Secret{n}") for n in range(40)]
    round_.cases(rows, ("reference", "team", "officer", "senior", "rosh_level", "sentence", "grade", "status", "name"))
    round_.run("draw")
    for path in round_.path.rglob("*"):
        if path.is_file() and path.name not in ("cases.csv", "lock"):
            assert "Secret" not in path.read_text() and "current" not in path.read_text(), path
    case = next(iter(round_.folder.state().cases.values()))
    assert set(case.values) == {"team", "officer", "senior", "rosh_level", "grade", "sentence"}
    assert (case.officer, case.team) == (case.values["officer"], case.values["team"])


def test_the_order_of_the_list_changes_nothing(tmp_path: Path) -> None:
    one, other = RoundFiles(tmp_path / "one"), RoundFiles(tmp_path / "other")
    other.cases(a_case(n) for n in reversed(range(40)))
    for found in (one, other):
        found.run("draw")
    assert drawn(one)["cases"] == drawn(other)["cases"] and drawn(one)["digest"] == drawn(other)["digest"]


def test_only_a_lead_draws_and_only_once(round_: RoundFiles) -> None:
    assert "R01 cannot draw the cases; L01 can, as lead." in round_.run("draw", who="R01", fails=True).stderr
    assert "takes no part" in round_.run("draw", who="L02", fails=True).stderr
    round_.run("draw")
    assert "have been drawn" in round_.run("draw", fails=True).stderr
    assert len(round_.folder.rows()) == 1


CHANGED = [
    ({"edition": "omi-2"}, "edition", "it was omi-1, and is omi-2"),
    ({"scope": {"nodes": ["1.3"]}}, "scope", "nodes: 1.2, and is nodes: 1.3"),
    ({"draw": {"size": 12}}, "draw: size", "it was 10, and is 12"),
    ({"draw": {"by": ["team"]}}, "draw: by", "it was rosh_level, and is team"),
    ({"draw": {"at_least": {"sentence:licence": 3}}}, "draw: at_least", "it was not given"),
    ({"second_readings": {"share": 30}}, "second_readings: share", "it was 20, and is 30"),
    ({"second_readings": {"always": {"urgent": True}}}, "second_readings: always", ""),
    ({"cases": {"exclude": {"TV-1001": "late"}}}, "cases: exclude", "it was not given, and is TV-1001: late"),
    ({"cases": {"breakdowns": ["grade"]}}, "cases: breakdowns", "it was grade and sentence, and is grade"),
    ({"cases": {"eligible": {"status": ["current"]}}}, "cases: eligible", ""),
]


@pytest.mark.parametrize(("parts", "name", "words"), CHANGED, ids=[name for _, name, _ in CHANGED])
def test_a_plan_that_was_changed_after_the_draw_is_refused_with_what_changed(
    round_: RoundFiles, parts: dict[str, Any], name: str, words: str
) -> None:
    round_.run("draw")
    round_.plan(**parts)
    told = round_.told()
    assert any(f"'{name}' was changed after the draw" in line and words in line for line in told), told
    assert all(line.startswith("round.yaml:") for line in told)
    assert "was changed after the draw" in round_.run("allocate", fails=True).stderr
    round_.plan()
    assert round_.told() == []


def test_people_and_what_the_draw_does_not_rest_on_may_change(round_: RoundFiles) -> None:
    round_.run("draw")
    round_.plan(groups={"size": 4}, feedback={"due_days": 10}, marking="OFFICIAL", round="Autumn")
    round_.people([*readers(), ("R30", "PO", "North", "reader"), *OTHERS])
    assert round_.told() == [] and "R30" in round_.read().people


def test_the_list_may_change_after_the_draw_and_verifying_says_so(round_: RoundFiles) -> None:
    round_.run("draw")
    text = (round_.path / "cases.csv").read_bytes()
    (round_.path / "cases.csv").write_bytes(text.replace(b"\n", b"\r\n"))  # saved by another program
    assert again(round_) == []
    rows = [a_case(n) for n in range(1, 41)]
    rows[4] = (*rows[4][:1], "Elsewhere", *rows[4][2:])
    round_.cases(rows)
    [problem] = replay(round_.folder, round_.read(), knowledge(), round_.folder.state())
    assert problem.level is Level.WARNING
    assert "came in: TV-1040; went out: TV-1000; changed: TV-1005" in problem.message
    (round_.path / "cases.csv").unlink()
    assert again(round_) == ["list-gone"] and round_.told() == []


@pytest.mark.parametrize("change", ["reference", "value", "gone"])
def test_a_kept_list_that_was_changed_does_not_give_the_same_draw(round_: RoundFiles, change: str) -> None:
    round_.run("draw")
    plan, path = round_.read(), round_.path / KEPT
    case = next(iter(round_.folder.state().cases))
    if change == "gone":
        path.unlink()
    else:
        text = path.read_text()
        path.write_text(text.replace(case, "TV-9999") if change == "reference" else text.replace("high", "medium"))
    problems = replay(round_.folder, plan, knowledge(), round_.folder.state())
    assert any(problem.level is Level.ERROR for problem in problems)


def test_a_draw_that_somebody_wrote_by_hand_does_not_come_out_again(tmp_path: Path) -> None:
    round_ = RoundFiles(tmp_path / "round")
    round_.run("draw")
    state = round_.folder.state()
    assert state.drawn is not None
    cases = [*state.drawn["cases"]]
    cases[0] = {**cases[0], "case": "TV-1999"}
    forged = replace(state, drawn={**state.drawn, "cases": cases})
    assert "draw-differs" in [one.name for one in replay(round_.folder, round_.read(), knowledge(), forged)]


def test_a_crash_between_the_list_and_the_row_leaves_the_round_undrawn(
    round_: RoundFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(RoundFolder, "append", crash)
        patched.setattr(Turn, "tidy", crash)
        CliRunner().invoke(main, ["round", "draw", str(round_.path), "--as", "L01"])
    assert (round_.path / KEPT).exists() and round_.folder.state().drawn is None
    round_.run("draw")
    assert again(round_) == []


def test_a_list_in_a_workbook_is_drawn_from_as_one_in_csv_is(tmp_path: Path) -> None:
    one, other = RoundFiles(tmp_path / "one"), RoundFiles(tmp_path / "other")
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    sheet = book.create_sheet("Caseload")
    for row in (HEADINGS, *map(a_case, range(40))):
        sheet.append(row)
    book.save(other.path / "caseload.xlsx")
    (other.path / "cases.csv").unlink()
    other.plan(cases={"file": "caseload.xlsx", "sheet": "Caseload"})
    for found in (one, other):
        found.run("draw")
    assert drawn(one)["cases"] == drawn(other)["cases"] and again(other) == []


def test_a_later_framework_changes_neither_the_prompts_nor_the_draw(round_: RoundFiles) -> None:
    round_.plan(draw={"at_least": {"high-risk": 3}})
    round_.run("draw")
    before = round_.read()
    later = copy(knowledge())
    edition = knowledge().editions["omi-1"]
    part = next(node for division in edition.divisions for node in division.walk() if node.id == "1.2")
    first = edition.divisions[0]
    fewer = replace(part, prompts=part.prompts[1:])
    divisions = (
        replace(first, children=tuple(fewer if node is part else node for node in first.children)),
        *edition.divisions[1:],
    )
    kinds = [{**kind, "values": ["low"]} for kind in edition.scoring["sampling"]["enough_of"]]
    scoring = {**edition.scoring, "sampling": {"enough_of": kinds}}
    object.__setattr__(
        later, "editions", {**knowledge().editions, "omi-1": replace(edition, divisions=divisions, scoring=scoring)}
    )
    plan = read_plan(round_.folder, later)
    assert plan.prompts == before.prompts and part.prompts[0].name in plan.prompts
    assert replay(round_.folder, plan, later, round_.folder.state()) == []


# Replacements ----------------------------------------------------------------------------------------------------------


def test_the_next_of_the_group_comes_in_and_nothing_else_moves_whatever_the_order(round_: RoundFiles) -> None:
    round_.run("draw")
    before = [*round_.folder.state().cases]
    values = {name: case.values["rosh_level"] for name, case in round_.folder.state().cases.items()}
    sample = CliRunner().invoke(
        main, ["sample", str(round_.path / KEPT), "--size", "10", "--by", "rosh_level", "--seed", "autumn", "--format", "json"]
    )
    line = {one["group"]["rosh_level"]: one["references"] for one in json.loads(sample.stdout)["next_in_line"]}
    # The seventh is replaced first, then one before it of the same group: each takes the next in line at its time.
    of_group = [name for name in before if values[name] == "medium"]
    for gone, comes in zip((of_group[2], of_group[0]), line["medium"], strict=False):
        text = round_.run("replace", gone, "--because", "File with the court.").stdout
        assert f"{gone} is taken out, and {comes} comes in for it." in text
        before[before.index(gone)] = comes
        assert [*round_.folder.state().cases] == before
    round_.run("replace", before[0], "--because", "Gone too.")
    assert again(round_) == []
    assert round_.folder.state().gone[of_group[0]].because == "File with the court."


def test_a_replacement_needs_a_case_a_reason_and_the_lead(round_: RoundFiles) -> None:
    round_.run("draw")
    case, other = [*round_.folder.state().cases][:2]
    assert "Say why the case cannot be read." in round_.run("replace", case, fails=True).stderr
    assert "There is no case TV-1 " in round_.run("replace", "TV-1", "--because", "x", fails=True).stderr
    assert "cannot replace a case" in round_.run("replace", case, "--because", "x", who="R01", fails=True).stderr
    round_.run("replace", case, "--because", "Gone.")
    assert f"{case} was taken out: Gone." in round_.run("replace", case, "--because", "x", fails=True).stderr
    assert len(round_.folder.rows()) == 2 and other in round_.folder.state().cases


def test_where_none_is_left_the_round_has_one_fewer(tmp_path: Path) -> None:
    round_ = RoundFiles(tmp_path / "round", cases=10)
    round_.run("draw")
    assert "No case like it is left, so the round has one fewer." in round_.run("replace", "TV-1003", "--because", "Gone.").stdout
    assert len(round_.folder.state().cases) == 9 and again(round_) == []


def test_a_case_that_comes_in_after_the_allocation_is_given_to_whoever_has_least(round_: RoundFiles) -> None:
    round_.run("draw")
    round_.run("allocate")
    twice = next(case for case in round_.folder.state().cases.values() if case.second_reader)
    text = round_.run("replace", twice.reference, "--because", "Gone.").stdout
    state = round_.folder.state()
    [new] = set(state.cases) - {one["case"] for one in drawn(round_)["cases"]}
    case = state.cases[new]
    assert case.second_because == twice.second_because
    assert f"{new}: {case.reader} of group {case.group} reads it; {case.second_reader} reads it a second time, blind." in text
    plan = round_.read()
    others = [other for name, other in state.cases.items() if name != new]
    loads = {who: sum(who in other.readers for other in others) for group in state.groups.values() for who in group}
    may = set(groups_able(plan, state, case, state.groups))
    assert loads[case.reader] == min(loads[who] for name in may for who in state.groups[name])
    second = next(name for name, members in state.groups.items() if case.second_reader in members)
    assert second in may - {case.group}
    assert loads[case.second_reader] == min(loads[who] for name in may - {case.group} for who in state.groups[name])


def test_a_list_that_names_somebody_is_refused_before_anything_is_written(round_: RoundFiles) -> None:
    round_.cases([("TV-1", "North", "Jo Bloggs", "", "high", "order", "PO", "current"), *map(a_case, range(20))])
    with pytest.raises(InputError):
        round_.read()
    round_.run("draw", fails=True)
    assert not (round_.path / "trail.jsonl").exists() and not (round_.path / "drawn").exists()
