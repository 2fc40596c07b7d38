"""Who reads what, held to what a team would check by hand, over rounds of every shape."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import assume, given
from hypothesis import strategies as st

from quips.cli import main
from quips.peeraudit.allocation import Allocation, allocate, reader_for, second_for, who_instead
from quips.peeraudit.grouping import Wanted, form_groups
from quips.peeraudit.plan import LEAD, MODERATOR, READER, Person, Plan, SecondReadings
from quips.peeraudit.state import RoundCase, State
from quips.peeraudit.steps import setting_up
from quips.peeraudit.steps.checks import StepRefusedError
from quips.problems import InputError
from round_at_hand import PROMPTS
from round_at_hand import plan as a_plan
from round_files import RoundFiles, readers

TEAMS = ("North", "South", "East", "West")
GRADES = ("PO", "PSO", "SPO")


def person(n: int, team: str, grade: str = "PO", **other: Any) -> Person:
    return Person(f"R{n:02}", grade, team, frozenset({READER}), **other)


def case(n: int, team: str, officer: str = "", senior: str = "") -> RoundCase:
    values = {"team": team, "officer": officer or f"O{n:02}", "rosh_level": ("low", "high")[n % 2]}
    return RoundCase(f"TV-{n}", values, values["officer"], senior, team)


def plan_of(people: list[Person], **other: Any) -> Plan:
    everybody = {one.reference: one for one in [*people, Person("L01", "SPO", "", frozenset({LEAD}))]}
    return replace(a_plan(PROMPTS, **{"second": SecondReadings(), **other}), people=everybody)


def state_of(cases: list[RoundCase]) -> State:
    return State(drawn={}, cases={one.reference: one for one in cases})


@st.composite
def rounds(draw: st.DrawFn) -> tuple[Plan, State]:
    """People of a few teams and grades, some with a group, a bound or a conflict; cases of those teams, some their own."""
    teams = TEAMS[: draw(st.integers(2, 4))]
    cases = [
        case(n, draw(st.sampled_from(teams)), draw(st.sampled_from(["", "", "R01", "R05"])), draw(st.sampled_from(["", "R03"])))
        for n in range(draw(st.integers(1, 25)))
    ]
    names = [one.reference for one in cases]
    people = [
        person(
            n + 1,
            draw(st.sampled_from(("", *teams))),
            draw(st.sampled_from(GRADES)),
            group=draw(st.sampled_from(["", "", "", "Blue", "Green"])),
            most=draw(st.sampled_from([None, None, None, 2, 6])),
            conflicts=frozenset(draw(st.lists(st.sampled_from(names), max_size=2))),
        )
        for n in range(draw(st.integers(2, 12)))
    ]
    columns = draw(st.sampled_from([{}, {"rosh_level": frozenset({"high"})}]))
    second = SecondReadings(draw(st.sampled_from([0, 0.2, 0.5])), columns)
    plan = plan_of(people, second=second, seed=draw(st.sampled_from(["a", "b"])), group_size=draw(st.integers(1, 4)))
    return plan, state_of(cases)


def check(plan: Plan, state: State, found: Allocation) -> None:
    """Everything that has to hold of any allocation, said again from the design and not from the code."""
    group_of = {member: name for name, members in found.groups.items() for member in members}
    assert set(group_of) == {name for name, one in plan.people.items() if READER in one.roles}
    assert sum(map(len, found.groups.values())) == len(group_of)
    assert all(group_of[name] == one.group for name, one in plan.people.items() if one.group)
    assert set(found.cases) == set(state.cases)
    loads: Counter[str] = Counter()
    for name, to in found.cases.items():
        one = state.cases[name]
        assert group_of[to["reader"]] == to["group"]
        given_to = [to["reader"], *([to["second_reader"]] if to["second_reader"] else [])]
        loads.update(given_to)
        assert len({group_of[who] for who in given_to}) == len(given_to)
        assert bool(to["second_reader"]) == bool(to["second_because"])
        for who in given_to:
            for member in found.groups[group_of[who]]:
                assert member not in (one.officer, one.senior)
                assert not one.team or plan.people[member].team != one.team
                assert name not in plan.people[member].conflicts
    for name, most in ((name, one.most) for name, one in plan.people.items()):
        assert most is None or loads[name] <= most
    twice = [name for name, to in found.cases.items() if to["second_reader"]]
    in_share = [name for name in twice if found.cases[name]["second_because"].startswith("in the share")]
    wanted = -(-len(state.cases) * round(plan.second.share * 10) // 10)  # rounded up
    assert len(in_share) == wanted
    high = {name for name, one in state.cases.items() if one.values["rosh_level"] == "high"}
    assert set(twice) == set(in_share) | (high if plan.second.columns else set())
    setting_up.allocate(plan, state, "L01", found.groups, found.cases)  # the step agrees


@given(rounds())
def test_every_case_goes_once_to_people_who_may_read_it_or_every_one_that_cannot_is_named(one: tuple[Plan, State]) -> None:
    plan, state = one
    try:
        found = allocate(plan, state)
    except InputError as error:
        assert all(problem.hint for problem in error.problems)
        assert {problem.place.file for problem in error.problems} <= {*state.cases, "second readings"}
        return
    check(plan, state, found)


@given(rounds(), st.randoms(use_true_random=False))
def test_the_order_of_people_and_cases_changes_nothing(one: tuple[Plan, State], random: Any) -> None:
    plan, state = one
    people, cases = [*plan.people.items()], [*state.cases.items()]
    random.shuffle(people)
    random.shuffle(cases)
    told = []
    for a, b in ((plan, state), (replace(plan, people=dict(people)), replace(state, cases=dict(cases)))):
        try:
            found = allocate(a, b)
            told.append((dict(found.groups), {name: found.cases[name] for name in sorted(found.cases)}))
        except InputError as error:
            told.append(str(error))
    assert told[0] == told[1]


@given(st.integers(2, 12), st.integers(1, 40), st.integers(1, 4), st.sampled_from([0, 0.2, 1]))
def test_loads_differ_by_at_most_one_where_all_can_read_all(count: int, cases: int, size: int, share: float) -> None:
    people = [person(n, "", GRADES[n % 3]) for n in range(1, count + 1)]
    plan = plan_of(people, group_size=size, second=SecondReadings(share))
    found = allocate(plan, state_of([case(n, TEAMS[n % 4]) for n in range(cases)]))
    sizes = {len(members) for members in found.groups.values()}
    assume(not share or len(sizes) == 1 or len(found.groups) > 2)
    loads = found.loads.values()
    assert max(loads) - min(loads) <= 1


@given(
    st.lists(st.sampled_from(["", "North", "South", "East"]), min_size=2, max_size=4),
    st.lists(st.sampled_from(["North", "South", "East"]), min_size=1, max_size=6),
)
def test_loads_are_as_even_as_in_the_best_of_all_allocations_there_are(teams: list[str], of_cases: list[str]) -> None:
    people = [person(n, team, group=f"G{n // 2}") for n, team in enumerate(teams, 1)]
    state = state_of([case(n, team) for n, team in enumerate(of_cases)])
    try:
        found = allocate(plan_of(people), state)
    except InputError:
        return
    team_of = {one.reference: one.team for one in people}
    may = [
        [who for members in found.groups.values() if team not in {team_of[mate] for mate in members} for who in members]
        for team in of_cases
    ]
    every = [Counter(choice) for choice in product(*may)]
    sorted_loads = [sorted((loads[who] for who in team_of), reverse=True) for loads in every]
    assert sorted(found.loads.values(), reverse=True) == min(sorted_loads, key=lambda loads: sum(load**2 for load in loads))


def test_loads_are_even_by_hand() -> None:
    people = [person(1, "North", group="A"), person(2, "South", group="B"), person(3, "", group="C")]
    cases = [case(n, "North" if n < 6 else "South") for n in range(8)]
    found = allocate(plan_of(people), state_of(cases))
    # A can read 2, B can read 6, C all 8: the least uneven is A 2, B 3, C 3.
    assert found.loads == {"R01": 2, "R02": 3, "R03": 3}


def test_the_share_is_rounded_up_and_follows_from_the_seed() -> None:
    people = [person(n, TEAMS[n % 4]) for n in range(1, 9)]
    state = state_of([case(n, TEAMS[n % 4]) for n in range(11)])
    chosen = []
    for seed in ("a", "a", "b"):
        found = allocate(plan_of(people, second=SecondReadings(0.2), seed=seed), state)
        chosen.append({name for name, to in found.cases.items() if to["second_reader"]})
    assert [len(one) for one in chosen] == [3, 3, 3] and chosen[0] == chosen[1] != chosen[2]


# Groups ------------------------------------------------------------------------------------------------------------------


def test_groups_have_several_grades_and_can_read_every_case_between_them() -> None:
    people = [person(n + 1, TEAMS[n // 3], GRADES[n % 3]) for n in range(12)]
    found = allocate(plan_of(people), state_of([case(n, TEAMS[n % 4]) for n in range(24)]))
    assert sorted(len(members) for members in found.groups.values()) == [3, 3, 3, 3]
    grades = {one.reference: one.grade for one in people}
    assert all(len({grades[member] for member in members}) == 3 for members in found.groups.values())
    assert set(found.loads.values()) == {2}


def test_grades_are_mixed_even_where_each_team_has_one_grade_only() -> None:
    people = [person(n + 1, TEAMS[n % 4], GRADES[n % 4 % 3]) for n in range(12)]  # North and West are all of one grade
    found = allocate(plan_of(people), state_of([case(n, TEAMS[n % 4]) for n in range(24)]))
    grades = {one.reference: one.grade for one in people}
    assert all(len({grades[member] for member in members}) > 1 for members in found.groups.values())


def test_groups_become_smaller_where_larger_ones_cannot_read_every_case() -> None:
    people = [person(1, "North"), person(2, "South"), person(3, "East")]
    found = allocate(plan_of(people, group_size=3), state_of([case(n, TEAMS[n]) for n in range(3)]))
    assert len(found.groups) > 1
    assert found.notes == ("Groups are smaller than 3, so that each case has as many that can read it as it needs.",)


def test_cases_that_no_moderator_could_settle_are_told_at_once() -> None:
    people = [person(1, "North"), person(2, "South"), person(3, "East")]
    able = Person("M01", "SPO", "North", frozenset({MODERATOR}))
    cases = [case(n, TEAMS[n]) for n in range(3)]
    plan = plan_of([*people, able], group_size=3)
    [note] = [note for note in allocate(plan, state_of(cases)).notes if "settle" in note]
    assert note.startswith("Nobody could settle TV-0: each moderator reads it, or has it in the team.")
    other = replace(able, reference="M02", team="West")
    assert not [note for note in allocate(plan_of([*people, able, other]), state_of(cases)).notes if "settle" in note]


def test_named_groups_stay_and_the_others_get_names_that_are_free() -> None:
    people = [person(1, "North", group="A"), person(2, "South", group="A"), *(person(n, "East") for n in range(3, 9))]
    wanted = Wanted(1, {one.reference: 1 for one in people}, 0, 0, 3, "seed")
    groups = form_groups(people, wanted)
    assert groups["A"] == ("R01", "R02") and sorted(groups) == ["A", "B", "C"]
    assert sorted(len(groups[name]) for name in "BC") == [3, 3]


# What cannot be ------------------------------------------------------------------------------------------------------------


def told(plan: Plan, state: State) -> list[str]:
    with pytest.raises(InputError) as caught:
        allocate(plan, state)
    return [str(problem) for problem in caught.value.problems]


def test_a_case_that_nobody_can_read_is_named_with_why_for_each_group() -> None:
    people = [person(1, "North", group="A"), person(2, "South", group="B", conflicts=frozenset({"TV-0"}))]
    [line] = told(plan_of(people), state_of([case(0, "North"), case(1, "North")]))
    assert line.startswith("TV-0: error: No group can read it: group A: R01 is of team North, whose case TV-0 is; ")
    assert "group B: R02 has a conflict with TV-0." in line and "Add a reader of another team" in line


def test_a_case_that_has_to_be_read_twice_and_cannot_is_named() -> None:
    people = [person(1, "North"), person(2, "South")]
    plan = plan_of(people, second=SecondReadings(0, {"rosh_level": frozenset({"high"})}))
    lines = told(plan, state_of([case(n, "North") for n in range(4)]))
    assert [line.partition(":")[0] for line in lines] == ["TV-1", "TV-3"]
    assert "It has to be read twice, since rosh level is high, and only group" in lines[0]


def test_a_share_that_is_too_large_is_told_and_a_smaller_one_passes_over_what_cannot_be() -> None:
    people = [person(1, "North"), person(2, "South")]
    cases = [case(n, ("North", "South", "East")[n % 3]) for n in range(9)]
    [line] = told(plan_of(people, second=SecondReadings(0.5)), state_of(cases))
    assert "5 cases are to be read twice, and only 3 can be read by two groups." in line
    found = allocate(plan_of(people, second=SecondReadings(0.3)), state_of(cases))
    assert {state_of(cases).cases[name].team for name, to in found.cases.items() if to["second_reader"]} == {"East"}


def test_cases_for_which_nobody_has_room_are_named() -> None:
    people = [person(1, "North", most=2), person(2, "South", most=1)]
    lines = told(plan_of(people), state_of([case(n, "East") for n in range(5)]))
    assert len(lines) == 2 and all("There is no room for it" in line and "Raise 'most'" in line for line in lines)
    roomy = plan_of([person(1, "North", most=2), person(2, "South", most=3)])
    assert allocate(roomy, state_of([case(n, "East") for n in range(5)])).loads == {"R01": 2, "R02": 3}


# Afterwards ----------------------------------------------------------------------------------------------------------------


def allocated(plan: Plan, cases: list[RoundCase]) -> State:
    state = state_of(cases)
    found = allocate(plan, state)
    given_out = {name: replace(one, **found.cases[name]) for name, one in state.cases.items()}
    return replace(state, groups=found.groups, cases=given_out)


def test_a_second_reading_that_is_called_for_goes_to_whoever_has_least_of_another_group() -> None:
    people = [person(n, TEAMS[n % 4]) for n in range(1, 9)]
    plan = plan_of(people, group_size=2)
    state = allocated(plan, [case(n, TEAMS[n % 4]) for n in range(13)])
    found = second_for(plan, state, "TV-5", "a gap that a rule marks")
    assert found["second_because"] == "a gap that a rule marks"
    setting_up.reallocate(plan, state, "L01", "TV-5", found, "the step agrees")
    one = state.cases["TV-5"]
    assert found["second_reader"] not in state.groups[one.group]
    again = replace(state, cases={**state.cases, "TV-5": replace(one, **found)})
    assert second_for(plan, again, "TV-5", "another") == {}


def test_a_second_reading_that_nobody_can_do_stays_on_the_case() -> None:
    plan = plan_of([person(1, "North", group="A"), person(2, "South", group="B")])
    state = allocated(plan, [case(0, "North")])
    assert second_for(plan, state, "TV-0", "marked") == {"second_because": "marked"}


def test_nobody_to_read_a_case_that_comes_in_is_told_with_why() -> None:
    plan = plan_of([person(1, "North", group="A", most=1), person(2, "South", group="B")])
    state = allocated(plan, [case(0, "South"), case(1, "North")])
    with pytest.raises(StepRefusedError, match="group A: everybody has enough and group B: R02 is of team South"):
        reader_for(plan, state, case(7, "South"), "TV-1")
    assert reader_for(plan, state, case(7, "South"), "TV-0")["reader"] == "R01"


# The commands --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def round_(tmp_path: Path) -> RoundFiles:
    found = RoundFiles(tmp_path / "round")
    found.run("draw")
    return found


def test_allocate_prints_who_reads_what_and_what_is_next(round_: RoundFiles) -> None:
    text = round_.run("allocate").stdout
    assert "10 cases given to 12 readers, 1 each; 2 read twice   OFFICIAL-SENSITIVE" in text
    state = round_.folder.state()
    assert all(name in text for name in (*state.cases, "Group A", "in the share of 20%"))
    assert f"quips round forms {round_.path} --for R01" in text
    assert "have been allocated" in round_.run("allocate", fails=True).stderr


def test_allocate_needs_the_draw_and_the_lead(tmp_path: Path) -> None:
    round_ = RoundFiles(tmp_path / "undrawn")
    assert "Draw the cases first" in round_.run("allocate", fails=True).stderr
    assert "R01 cannot allocate cases" in round_.run("allocate", who="R01", fails=True).stderr


def test_an_allocation_that_cannot_be_writes_nothing(round_: RoundFiles) -> None:
    round_.people([(*readers(1)[0], "A"), ("R02", "PO", "North", "reader", "B"), ("L01", "SPO", "", "lead")])
    stderr = round_.run("allocate", fails=True).stderr
    assert stderr.count("No group can read it") >= 2 and len(round_.folder.rows()) == 1


def test_a_conflict_is_declared_and_the_case_goes_to_somebody_else(round_: RoundFiles) -> None:
    round_.run("allocate")
    state = round_.folder.state()
    one = next(found for found in state.cases.values() if not found.second_reader)
    text = round_.run("conflict", one.reference, "--because", "I supervised him.", who=one.reader).stdout
    may = who_instead(round_.read(), round_.folder.state(), one, second=False)
    assert f"quips round reallocate {round_.path} {one.reference} --to {may} --as L01" in text
    assert f"--to {may} --because" in " ".join(round_.run("status").stdout.split())
    assert "Say in a few words why" in round_.run("conflict", one.reference, who=one.reader, fails=True).stderr
    mate = next((who for who in state.groups[one.group] if who != one.reader), "")
    refused = round_.run("reallocate", one.reference, "--to", mate, "--because", "x", fails=True).stderr
    assert f"{one.reader} (of the same group) has a conflict with {one.reference}" in refused
    text = round_.run("reallocate", one.reference, "--to", may, "--because", "conflict").stdout
    assert f"{one.reference}: {may} of group" in text and round_.folder.state().cases[one.reference].reader == may


def test_whoever_has_a_conflict_has_no_form_and_forms_that_are_not_to_be_filled_in_are_named(round_: RoundFiles) -> None:
    def run(*words: str) -> str:
        result = CliRunner().invoke(main, ["round", words[0], str(round_.path), *words[1:]], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    round_.run("allocate")
    one = next(found for found in round_.folder.state().cases.values() if not found.second_reader)
    name, who = one.reference, one.reader
    form = f"forms/{who}/{name}-facts.xlsx"
    assert form in run("forms", "--case", name)
    void = f"Void, not to be filled in, as {who} has a conflict with {name}: {form}"
    text = run("conflict", name, "--because", "I supervised him.", "--as", who)
    assert f"It is written down that {who} is not to read {name}." in text and void in text
    (round_.path / form).unlink()
    assert "No form is to be filled in now." in run("forms", "--case", name) and not (round_.path / form).exists()
    (round_.path / form).touch()
    assert void in run("forms", "--for", who)
    may = who_instead(round_.read(), round_.folder.state(), one, second=False)
    text = run("reallocate", name, "--to", may, "--because", "conflict", "--as", "L01")
    assert f"Void, not to be filled in, as {name} is not {who}'s to read: {form}" in text
    assert f"forms/{may}/{name}-facts.xlsx" in run("forms", "--case", name)
    text = run("conflict", name, "--because", "I know her.", "--as", "M01")
    assert f"It is written down that M01 is not to settle {name}." in text


def test_that_nobody_is_left_to_read_a_case_is_told_at_once_with_what_to_do(round_: RoundFiles) -> None:
    round_.people([("R01", "PO", "East", "reader", "A"), ("R02", "PO", "West", "reader", "B"), ("L01", "SPO", "", "lead")])
    round_.run("allocate")
    one = next(found for found in round_.folder.state().cases.values() if found.second_reader)
    text = " ".join(round_.run("conflict", one.reference, "--because", "I supervised him.", who=one.reader).stdout.split())
    assert f"Nobody else can read {one.reference}: group A: " in text and "Add a reader to the list of people" in text
    assert f"{one.reader} has a conflict with {one.reference}" in text and f"{one.second_reader} reads it already" in text


def test_a_second_reader_is_found_by_hand(round_: RoundFiles) -> None:
    round_.run("allocate")
    state = round_.folder.state()
    one = next(found for found in state.cases.values() if not found.second_reader)
    second = second_for(round_.read(), state, one.reference, "x")["second_reader"]
    round_.run("reallocate", one.reference, "--to", second, "--second", "--because", "hard to read")
    after = round_.folder.state().cases[one.reference]
    assert (after.second_reader, after.second_because) == (second, "hard to read")
    mate = next(who for who in state.groups[one.group] if who != one.reader)
    assert (
        "another group" in round_.run("reallocate", one.reference, "--to", mate, "--second", "--because", "x", fails=True).stderr
    )


def test_a_reader_who_comes_later_reads_once_they_have_a_group(round_: RoundFiles) -> None:
    round_.run("allocate")
    one = next(iter(round_.folder.state().cases.values()))
    round_.people([*readers(), ("R30", "PO", "", "reader"), ("L01", "SPO", "", "lead")])
    words = ("reallocate", one.reference, "--to", "R30", "--because", "help")
    assert "R30 is of no group" in round_.run(*words, fails=True).stderr
    round_.people([*readers(), ("R30", "PO", "", "reader", "Late"), ("L01", "SPO", "", "lead")])
    round_.run(*words)
    assert round_.folder.state().cases[one.reference].group == "Late"
    round_.people([*readers(11), ("L01", "SPO", "", "lead")])
    assert any("R12 was given cases, and is no reader on the list any more" in line for line in round_.told())
