"""The plan of a round and its lists as teams write them, with every kind of mistake."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import ROOT, knowledge
from quips.peeraudit.plan import DIRECTOR, LEAD, MODERATOR, READER
from quips.peeraudit.roundschema import round_schema
from quips.places import Place
from quips.sampling import minimums_of
from quips.shapes import Shape
from quips.source import read_yaml
from quips.yamltext import as_yaml
from round_files import OTHERS, PLAN, RoundFiles, a_case, readers


@pytest.fixture
def round_(tmp_path: Path) -> RoundFiles:
    return RoundFiles(tmp_path / "round")


def test_a_plan_says_what_it_says(round_: RoundFiles) -> None:
    round_.plan(
        cases={"eligible": {"status": ["current"]}, "exclude": {"tv-1002": "with the court"}},
        draw={"by": ["RoSH level", "team"], "at_least": {"sentence:licence": 3}, "seed": 7},
        second_readings={"share": 12.5, "always": {"columns": {"rosh_level": ["High"]}, "urgent": True}},
        groups={"size": 4},
        qualify=80,
        feedback={"due_days": 14},
        marking="OFFICIAL",
    )
    plan = round_.read()
    assert (plan.name, plan.edition, plan.marking, plan.seed) == ("Autumn 2026", "omi-1", "OFFICIAL", "7")
    assert plan.population.exclude == {"TV-1002": "with the court"}
    assert plan.population.eligible == {"status": frozenset({"current"})}
    assert plan.by == ("rosh_level", "team") and plan.at_least == ("sentence:licence=3",)
    assert (plan.second.share, plan.second.columns, plan.second.urgent) == (0.125, {"rosh_level": frozenset({"high"})}, True)
    assert (plan.group_size, plan.qualify, plan.due_days) == (4, 0.8, 14)
    assert plan.people["R01"].roles == {READER} and plan.people["L01"].roles == {LEAD}
    assert {role for person in plan.people.values() for role in person.roles} == {LEAD, READER, MODERATOR, DIRECTOR}


def test_the_digest_is_of_the_plan_and_of_the_people(round_: RoundFiles) -> None:
    before = round_.read().digest
    assert round_.read().digest == before
    round_.people([*readers(), ("R30", "PO", "", "reader"), *OTHERS])
    after = round_.read().digest
    round_.plan(marking="OFFICIAL")
    assert len({before, after, round_.read().digest}) == 3


def test_people_are_read_with_roles_conflicts_and_how_much_they_can_read(round_: RoundFiles) -> None:
    rows = [("R20", "PO", " north ", "Reader, moderator", "Blue", 5, "tv-1003; TV-1007"), *readers(6), *OTHERS]
    round_.people([[f'"{cell}"' if "," in str(cell) else cell for cell in row] for row in rows])
    person = round_.read().people["R20"]
    assert person.roles == {READER, MODERATOR}
    assert (person.team, person.group, person.most, person.conflicts) == ("North", "Blue", 5, {"TV-1003", "TV-1007"})


def test_people_and_cases_may_be_workbooks(round_: RoundFiles) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    staff = book.create_sheet("Staff")
    for row in (("person", "grade", "team", "roles"), *readers(), *OTHERS):
        staff.append(row)
    book.save(round_.path / "who.xlsx")
    round_.plan(people={"file": "who.xlsx", "sheet": "Staff"})
    assert len(round_.read().people) == 16
    round_.plan(people="who.xlsx")
    [told] = round_.told()
    assert "who.xlsx: error: It has the sheets 'Notes' and 'Staff'." in told


# The scope -----------------------------------------------------------------------------------------------------------


def prompts_of(round_: RoundFiles, **scope: Any) -> list[str]:
    round_.plan(scope=None)
    text = (round_.path / "round.yaml").read_text() + f"scope: {json.dumps(scope)}\n"
    round_.plan_text(text)
    return [*round_.read().prompts]


def test_scope_narrows_by_all_that_is_given_and_named_prompts_come_besides(round_: RoundFiles) -> None:
    edition = knowledge().editions["omi-1"]
    cases = [prompt for prompt in edition.prompts() if prompt.about == "case"]
    round_.plan(scope=None)
    assert list(round_.read().prompts) == [prompt.name for prompt in cases]
    ones = prompts_of(round_, nodes=["1"])
    assert ones == [prompt.name for prompt in cases if prompt.name.startswith("omi-1/1.")]
    assert set(ones) > set(prompts_of(round_, nodes=["1.2"])) > set()
    thread = prompts_of(round_, thread="roh")
    # The reports score the thread from sections 1 and 2.
    assert thread == [prompt.name for prompt in cases if "roh" in prompt.threads and prompt.name[6] in "12"]
    assert prompts_of(round_, nodes=["1"], thread="roh") == [name for name in thread if name in ones]
    outside = next(prompt.name for prompt in cases if prompt.name.startswith("omi-1/3."))
    assert prompts_of(round_, nodes=["1.2"], prompts=[outside.removeprefix("omi-1/")])[-1] == outside
    assert prompts_of(round_, prompts=[outside]) == [outside]


def test_topics_and_stages_are_those_of_the_rules_that_answer_a_prompt(round_: RoundFiles) -> None:
    rules = [rule for rule in knowledge().rules.values() if rule.status == "active"]
    answered = {answer.prompt for rule in rules if rule.topic == "mappa" for answer in rule.answers}
    assert set(prompts_of(round_, topics=["mappa"])) == {name for name in answered if name.startswith("omi-1/")}
    # A court report in time is asked of the report itself, which starts the rule.
    court = prompts_of(round_, stages=["court"])
    assert "omi-1/1.1/report-on-time" in court and "omi-1/1.2/rosh-classification-correct" not in court
    assert round_.read().stages == ("court",)
    activities = knowledge().vocabulary.activities
    planning = prompts_of(round_, stages=["planning"], topics=["planning"])
    asking = [rule for rule in rules if rule.topic == "planning" and rule.expect]
    sure = {
        answer.prompt
        for rule in asking
        for answer in rule.answers
        if any(activities[done].stage == "planning" for done in rule.expect.activities)
    }
    assert {name for name in sure if name.startswith("omi-1/")} <= set(planning)
    round_.plan()
    assert len(round_.read().stages) == 6


def test_variant_of_the_2018_standards_leaves_the_other_out(round_: RoundFiles) -> None:
    round_.plan(edition="standards-2018", scope={"nodes": ["2"], "variant": "nps"})
    variants = {knowledge().prompts[name].variant for name in round_.read().prompts}
    assert variants <= {"", "nps"}
    round_.plan(edition="standards-2018", scope=None)
    assert any("asks crc and nps differently" in told and "variant: crc" in told for told in round_.told())


# Mistakes ------------------------------------------------------------------------------------------------------------

WRONG = [
    ({"edition": "omi-3"}, "round.yaml:2:10", "'edition' cannot be 'omi-3'", "Is one of these meant: omi-1 or omi-2?"),
    ({"scope": {"nodes": ["1.22"]}}, "round.yaml:4:", "omi-1 has no part '1.22'", ""),
    ({"scope": {"topics": ["mapa"]}}, "round.yaml:", "cannot be 'mapa'", "Did you mean 'mappa'?"),
    ({"scope": {"thread": "lor", "topics": ["mappa"], "nodes": ["3"]}}, "round.yaml:", "No prompt fits all", ""),
    ({"scope": {"variant": "crc"}}, "round.yaml:", "omi-1 has no variant 'crc'", ""),
    ({"scope": {"prompts": ["2.2/home-visit-high-ro"]}}, "round.yaml:", "has no prompt '2.2/home-visit-high-ro'", "Did you mean"),
    ({"draw": {"by": ["rosh_levl"]}}, "round.yaml:", "has no column 'rosh_levl'", "Did you mean 'rosh_level'?"),
    ({"draw": {"at_least": {"ppo": 2}}}, "round.yaml:", "has no column 'ppo'", "Its columns are reference, team"),
    ({"draw": {"at_least": {"pppo": 2}}}, "round.yaml:", "There is no kind of case 'pppo'", "Did you mean 'ppo'?"),
    ({"draw": {"confidence": 90}}, "round.yaml:", "Both a size and a confidence or margin are given", ""),
    ({"draw": {"size": 99}}, "round.yaml:", "99 cases cannot be drawn from 40 that can be", ""),
    ({"draw": {"size": 0}}, "round.yaml:", "'size' is 0; it has to be at least 1", ""),
    ({"cases": {"file": "case.csv"}}, "case.csv: error:", "The list cannot be read", ""),
    ({"cases": {"file": "../cases.csv"}}, "round.yaml:", "has to lie in the round's folder", "Copy it"),
    ({"cases": {"columns": {"officer": "oficer"}}}, "round.yaml:", "has no column 'oficer'", "Did you mean 'officer'?"),
    ({"cases": {"eligible": {"status": ["curent"]}}}, "round.yaml:", "No case has 'curent'", "Did you mean 'current'?"),
    ({"cases": {"eligible": {"status": ["open"]}}}, "round.yaml:", "No case has 'open'", "There is current and closed."),
    ({"cases": {"exclude": {"TV-100": "moved"}}}, "round.yaml:", "There is no case 'TV-100'", "Did you mean"),
    ({"cases": {"exclude": {"TV-1001": ""}}}, "round.yaml:", "'TV-1001' is empty", ""),
    ({"cases": {"breakdowns": ["gender"]}}, "round.yaml:", "has no column 'gender'", ""),
    ({"people": "/tmp/folk.csv"}, "round.yaml:", "/tmp/folk.csv does not", "Copy it"),
    ({"people": "folk.csv"}, "folk.csv: error:", "The list cannot be read", ""),
    ({"second_readings": {"share": 120}}, "round.yaml:", "it has to be at most 100", ""),
    ({"second_readings": {"always": {"rules": ["mappa-levl"]}}}, "round.yaml:", "There is no rule 'mappa-levl'", ""),
    ({"second_readings": {"always": {"columns": {"rosh": ["high"]}}}}, "round.yaml:", "has no column 'rosh'", ""),
    ({"second_reading": {"share": 10}}, "round.yaml:", "'second_reading' is not something", "Did you mean 'second_readings'?"),
    ({"qualify": 0}, "round.yaml:", "it has to be at least 1", ""),
    ({"groups": {"size": "three"}}, "round.yaml:", "'size' has to be a whole number", ""),
]


@pytest.mark.parametrize(("parts", "place", "message", "hint"), WRONG, ids=[message for _, _, message, _ in WRONG])
def test_mistake_in_the_plan_is_told_at_its_place(
    round_: RoundFiles, parts: dict[str, Any], place: str, message: str, hint: str
) -> None:
    round_.plan(**parts)
    assert any(place in told and message in told and hint in told for told in round_.told()), round_.told()


PEOPLE = [
    (("J Smith", "PO", "North", "reader"), "people.csv:2:1", "'J Smith' is not a reference of a person"),
    (("r77", "PO", "North", "reader"), "people.csv:2:1", "'r77' is not a reference"),
    (("", "PO", "North", "reader"), "people.csv:2:1", "The person in row 2 has no reference"),
    (("R01", "PO", "North", "reader"), "people.csv:3:1", "R01 stands in row 2 already"),
    (("R20", "PO", "North", "reeder"), "people.csv:2:4", "Did you mean 'reader'?"),
    (("R20", "PO", "North", ""), "people.csv:2:4", "has no role"),
    (("R20", "PO", "North", "reader", "", "many"), "people.csv:2:6", "'many' is not how many cases"),
    (("R20", "PO", "North", "reader", "", "", "TV-9"), "people.csv:2:7", "There is no case 'TV-9' on the list"),
    (("R20", "PO", "North", "reader", "", "", "Mr Jones"), "people.csv:2:7", "'Mr Jones' is not a reference of a case"),
    (("R20", "PO", "Nroth", "reader"), "people.csv:2:3", "Did you mean 'North'?"),
    (("O07", "PO", "", "reader"), "people.csv:2:3", "O07 is the officer of TV-1007, of team West, and has no team here"),
    (("EXAMPLE-R1", "PO", "North", "reader"), "people.csv:2:1", "an example that came with the folder"),
]


@pytest.mark.parametrize(("row", "place", "message"), PEOPLE, ids=[message for _, _, message in PEOPLE])
def test_mistake_in_the_list_of_people_is_told_at_its_cell(
    round_: RoundFiles, row: tuple[str, ...], place: str, message: str
) -> None:
    round_.people([row, *readers(), *OTHERS])
    assert any(told.startswith(place) and message in told for told in round_.told()), round_.told()


@pytest.mark.parametrize(
    ("people", "message"),
    [
        ([*readers()], "Nobody is the lead"),
        ([*OTHERS], "Nobody is a reader"),
        ([*readers(1), *OTHERS], "takes readers of two groups"),
        ([("R01", "PO", "North", "reader", "A"), ("R02", "PO", "North", "reader", "A"), *OTHERS], "takes readers of two groups"),
    ],
)
def test_there_have_to_be_people_enough(round_: RoundFiles, people: list[tuple[str, ...]], message: str) -> None:
    round_.people(people)
    assert any(message in told for told in round_.told()), round_.told()


CASES = [
    (
        ("Jo Bloggs", "North", "O01", "", "high", "order", "PO", "current"),
        "cases.csv:2:1",
        "'Jo Bloggs' is not a reference of a case",
    ),
    (
        ("TV-1", "North", "Ann Other", "", "high", "order", "PO", "current"),
        "cases.csv:2:3",
        "'Ann Other' is not a reference of an officer",
    ),
    (
        ("TV-1", "North", "O01", "The boss", "high", "order", "PO", "current"),
        "cases.csv:2:4",
        "'The boss' is not a reference of a senior",
    ),
    (("TV-1", "North", "", "", "high", "order", "PO", "current"), "cases.csv:2:3", "TV-1 has no officer"),
    (("TV-1", "", "O01", "", "high", "order", "PO", "current"), "cases.csv:2:2", "TV-1 has no team"),
    (("", "North", "O01", "", "high", "order", "PO", "current"), "cases.csv:2:1", "has no reference"),
    (("TV-1000", "North", "O01", "", "high", "order", "PO", "current"), "cases.csv:3:1", "stands in row 2 already"),
    (("TV-1", "North", "O01", "", "=A1", "order", "PO", "current"), "cases.csv:2:5", "holds a formula"),
    (("EXAMPLE-1", "North", "O01", "", "high", "order", "PO", "current"), "cases.csv:2:1", "an example that came"),
]


def test_columns_keep_the_spelling_of_the_plan_beside_how_they_are_matched(round_: RoundFiles) -> None:
    round_.plan(draw={"by": ["RoSH  level", "Team"], "at_least": {"RoSH level:High,Very_high": 3}})
    plan = round_.read()
    assert plan.by == ("rosh_level", "team") and plan.headings["rosh_level"] == "RoSH level" and plan.headings["team"] == "Team"
    [kind] = minimums_of((), plan.at_least, Place)
    assert (kind.column, kind.name) == ("rosh_level", "RoSH level High or Very high")


@pytest.mark.parametrize(("row", "place", "message"), CASES, ids=[message for _, _, message in CASES])
def test_mistake_in_the_list_of_cases_is_told_at_its_cell(
    round_: RoundFiles, row: tuple[str, ...], place: str, message: str
) -> None:
    round_.cases([row, *map(a_case, range(20))])
    assert any(told.startswith(place) and message in told for told in round_.told()), round_.told()


def test_a_case_that_is_left_out_needs_no_officer(round_: RoundFiles) -> None:
    row = ("TV-1", "North", "", "", "high", "order", "PO", "current")
    round_.cases([row, *map(a_case, range(20))])
    round_.plan(cases={"exclude": {"TV-1": "nobody holds it"}})
    assert round_.told() == []


def test_many_mistakes_of_one_kind_are_counted(round_: RoundFiles) -> None:
    round_.cases([(f"tv {n}", *a_case(n)[1:]) for n in range(50)])
    told = [line for line in round_.told() if "not-a-reference" in line]
    assert len(told) == 20 and "There are 30 more like this." in told[-1]


def test_everything_wrong_with_plan_people_and_cases_is_told_together(round_: RoundFiles) -> None:
    round_.plan(edition="omi-9", draw={"by": ["tema"]}, extra="x", second_readings={"always": {"rules": ["nothing"]}})
    round_.people([("J Smith", "PO", "North", "boss"), *readers(), *OTHERS])
    told = round_.told()
    for part in ("omi-9", "'extra' is not something", "no rule 'nothing'", "'J Smith'", "no role 'boss'", "no column 'tema'"):
        assert any(part in line for line in told), (part, told)
    round_.plan(edition="omi-9")
    round_.cases([("tv 1", *a_case(1)[1:])])
    told = round_.told()
    assert [line.partition(":")[0] for line in told] == ["cases.csv", "people.csv", "people.csv", "round.yaml"]


def test_what_is_wrong_in_one_list_hides_nothing_in_the_others(round_: RoundFiles) -> None:
    round_.plan(
        draw={"size": "ten", "by": ["tema"]},
        cases={"exclude": {"TV-100": "moved"}, "eligible": {"status": ["curent"]}},
        second_readings={"share": 120, "always": {"rules": ["nothing"]}},
    )
    round_.cases([("Jo Bloggs", *a_case(0)[1:]), ("TV-1", "", "O01", "", *a_case(1)[4:]), *map(a_case, range(20))])
    round_.people([("R20", "PO", "Nroth", "reader", "", "many", "TV-9"), *readers()])
    told = "\n".join(round_.told())
    for part in (
        "'size'",
        "no column 'tema'",
        "'share' is 120",
        "no rule 'nothing'",
        "'Jo Bloggs'",
        "'many'",
        "Nobody is the lead",
    ):
        assert part in told, (part, told)
    round_.plan(cases={"exclude": {"TV-100": "moved"}, "eligible": {"status": ["curent"]}})
    told = round_.run("draw", "--dry-run", fails=True).stderr
    for part in ("'Jo Bloggs'", "TV-1 has no team", "no case 'TV-100'", "'curent'", "'many'", "Nroth", "no case 'TV-9'"):
        assert part in told, (part, told)


@pytest.mark.parametrize("text", ["", "- a\n", "round: [\n", "round: &x a\nedition: *x\n", "round: a\nround: b\n", "\x00", "7\n"])
def test_a_file_that_is_no_plan_is_told_without_a_traceback(round_: RoundFiles, text: str) -> None:
    round_.plan_text(text)
    assert round_.told()
    assert round_.run("status", fails=True).stderr.count("error:") >= 1


def test_the_schema_in_the_framework_is_sound_and_describes_every_part() -> None:
    from jsonschema import Draft202012Validator

    held = json.loads((ROOT / "framework" / "schema" / "round.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(held)
    assert {key: value for key, value in held.items() if key != "$comment"} == round_schema(knowledge())

    def parts(schema: dict[str, Any], name: str) -> None:
        for key, part in schema.get("properties", {}).items():
            assert part.get("description"), f"{name}.{key}"
            parts(part, f"{name}.{key}")

    parts(held, "round")


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**12),
    st.floats(allow_nan=True),
    st.text(max_size=8),
    st.sampled_from(["\0", "a" * 300, "round.yaml", "omi-2", "TV-1001", "team", "1.2", "cases.csv", "people.csv", "R01", "."]),
    st.lists(st.one_of(st.text(max_size=4), st.integers()), max_size=3),
    st.dictionaries(
        st.sampled_from(["file", "size", "team", "columns", "x"]), st.one_of(st.text(max_size=4), st.integers()), max_size=2
    ),
)
PATHS = [
    *(("round",), ("edition",), ("scope",), ("scope", "nodes"), ("scope", "topics"), ("scope", "prompts"), ("cases",)),
    *(("cases", "file"), ("cases", "sheet"), ("cases", "columns"), ("cases", "eligible"), ("cases", "exclude"), ("draw",)),
    *(("cases", "breakdowns"), ("draw", "size"), ("draw", "by"), ("draw", "at_least"), ("draw", "seed"), ("draw", "margin")),
    *(("people",), ("groups",), ("second_readings",), ("second_readings", "always"), ("qualify",), ("feedback",), ("marking",)),
]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> RoundFiles:
    return RoundFiles(tmp_path_factory.mktemp("shared") / "round")


@given(st.lists(st.tuples(st.sampled_from(PATHS), JUNK), min_size=1, max_size=3))
def test_whatever_stands_in_a_plan_it_is_read_or_refused_in_words(
    shared: RoundFiles, changes: list[tuple[tuple[str, ...], Any]]
) -> None:
    value = json.loads(json.dumps(PLAN))
    for path, junk in changes:
        here = value
        for key in path[:-1]:
            here = here.setdefault(key, {}) if isinstance(here.get(key, {}), dict) else {}
        here[path[-1]] = junk
    shared.plan_text(as_yaml(value))
    for told in shared.told():
        assert re.search(r"^.+: (error|warning): .+ \[[a-z-]+\]$", told, re.DOTALL), told


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6), st.text(max_size=6)), min_size=1, max_size=3), st.booleans())
def test_whatever_stands_in_a_list_it_is_read_or_refused_in_words(
    shared: RoundFiles, cells: list[tuple[int, int, str]], in_people: bool
) -> None:
    people, cases = [[*row, "", "", ""] for row in (*readers(6), *OTHERS)], [[*a_case(n)] for n in range(12)]
    for row, column, text in cells:
        (people if in_people else cases)[row][column] = '"' + text.replace('"', '""') + '"'
    shared.plan()
    shared.people(people)
    shared.cases(cases)
    assert all("error: " in told for told in shared.told())


# A new round -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", ["omi-1", "omi-2", "standards-2018"])
def test_a_new_round_is_ready_once_the_examples_are_replaced(tmp_path: Path, edition: str) -> None:
    path = tmp_path / "Autumn: round"
    found = RoundFiles(tmp_path / "other")
    found.path = path
    result = found.run("new", "--edition", edition)
    assert "Next" in result.stdout or "To see whether all is right: quips round draw" in result.stdout
    assert sorted(one.name for one in path.iterdir()) == ["cases.csv", "people.csv", "round.yaml", "templates"]
    assert all("is an example that came with the folder" in line for line in found.told()) and len(found.told()) == 4
    found.people([*readers(), *OTHERS])
    found.cases(map(a_case, range(40)))
    assert found.told() == []
    assert found.read().name == "Autumn: round" and found.read().prompts


def test_the_notes_of_the_new_plan_hold_when_they_are_taken_into_use(tmp_path: Path) -> None:
    found = RoundFiles(tmp_path / "round")
    for name in ("round.yaml", "people.csv", "cases.csv"):
        (found.path / name).unlink()
    found.run("new")
    lines = (found.path / "round.yaml").read_text().splitlines()
    used = [
        line.replace("# ", "", 1) if line.lstrip().startswith("# ") and ":" in line and n > 5 else line
        for n, line in enumerate(lines)
    ]
    used = [line for line in used if not line.startswith(("Which", "How", "The list", "What")) and "sheet: Caseload" not in line]
    found.plan_text("\n".join(used) + "\n")
    value = read_yaml(found.path / "round.yaml").value
    assert {"thread", "topics", "stages", "prompts"} < set(value["scope"]) and "qualify" in value
    assert Shape(round_schema(knowledge())).problems(read_yaml(found.path / "round.yaml")) == []


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "round"
    path.mkdir()
    (path / "mine.txt").write_text("mine")
    found = RoundFiles(tmp_path / "other")
    found.path = path
    assert "is not an empty folder" in found.run("new", fails=True).stderr
    assert [one.name for one in path.iterdir()] == ["mine.txt"]
    assert "Did you mean 'omi-1'?" in found.run("new", "--edition", "omi1", fails=True).stderr


def test_a_new_round_that_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Path.write_text

    def full(self: Path, *args: Any, **kwargs: Any) -> int:
        if self.name == "round.yaml":
            raise OSError(28, "No space left on device")
        return whole(self, *args, **kwargs)

    found = RoundFiles(tmp_path / "other")
    found.path = tmp_path / "round"
    monkeypatch.setattr(Path, "write_text", full)
    assert "there is no room left on the disk" in found.run("new", fails=True).stderr
    assert not found.path.exists()
