"""`quips new`: what it writes passes every check as it stands, and what it may not write it refuses, with the reason."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema_rs
import pytest
from click.testing import CliRunner

from knowledge_base import CONFORMANCE, ROOT
from quips.authoring.editor.schemas import named_schemas
from quips.cli import main
from quips.knowledge import Knowledge, load_knowledge
from quips.peeraudit.roundschema import round_schema
from quips.source import parse_yaml


def quips(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(arguments), prog_name="quips")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what is shipped, in which somebody stands."""
    for name in ("rules", "framework"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the rules of the conformance suite, in which somebody stands: other words, and no edition."""
    for name in ("rules", "framework"):
        shutil.copytree(CONFORMANCE / name, tmp_path / name)
    shutil.copytree(ROOT / "framework" / "schema", tmp_path / "framework" / "schema")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def known(folder: Path) -> Knowledge:
    return load_knowledge(folder / "framework", folder / "rules", fresh=True)


def every_file(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.slow
def test_what_is_begun_passes_the_checks_and_can_be_used(shipped: Path) -> None:
    for arguments in (
        ("activity", "phone_call_made", "--stage", "delivery"),
        ("rule", "contact/phone-call-made", "--activity", "phone_call_made"),
        ("edition", "omi-3"),
    ):
        code, told = quips("new", *arguments)
        assert code == 0 and " written.\nNext:\n  " in told
    code, told = quips("check", "--rules", "rules", "--framework", "framework")
    assert code == 0, told
    assert quips("coverage", "--rules", "rules", "--framework", "framework")[0] == 0, "a prompt says why no rule answers it"
    _is_not_underlined(shipped)
    case = shipped / "case.yaml"
    case.write_text(
        "case: TV-1\nas_at: 2018-10-01\ncircumstances: {}\nrecord:\n  - phone_call_made: {on: 2018-01-04, well_done: true}\n"
        "judgements:\n  omi-3/1.1/the-first-prompt: {answer: yes}\n",
        encoding="utf-8",
    )
    own = ("--rules", "rules", "--framework", "framework")
    code, told = quips("score", "--edition", "omi-3", "--format", "json", *own, str(case))
    assert code == 0 and '"omi-3/1.1"' in told
    code, told = quips("audit", "--format", "json", *own, str(case))
    assert [audit["edition"] for audit in json.loads(told)] == ["standards-2018"], "a new edition takes no case over"


def _is_not_underlined(folder: Path) -> None:
    """An editor that has been told the new names underlines nothing in the new files."""
    knowledge = known(folder)
    schemas = named_schemas(knowledge, round_schema(knowledge))
    registry = jsonschema_rs.Registry([(f"https://quips.invalid/{kind}.schema.json", schema) for kind, schema in schemas.items()])
    for kind, path in (
        ("rule", folder / "rules" / "contact" / "phone-call-made.yaml"),
        ("vocabulary", folder / "rules" / "vocabulary" / "activities-delivery.yaml"),
        ("edition", folder / "framework" / "editions" / "omi-3" / "edition.yaml"),
        ("division", folder / "framework" / "editions" / "omi-3" / "section-1.yaml"),
    ):
        validator = jsonschema_rs.Draft202012Validator({"$ref": f"https://quips.invalid/{kind}.schema.json"}, registry=registry)
        assert validator.is_valid(parse_yaml(path.read_text(encoding="utf-8"), path.name).value), path


def test_a_new_rule_is_a_draft_whose_examples_hold_once_it_is_active(small: Path) -> None:
    code, told = quips("new", "rule", "statuses/a-new-thing")
    path = small / "rules" / "statuses" / "a-new-thing.yaml"
    assert code == 0
    assert told.splitlines() == [
        "rules/statuses/a-new-thing.yaml written.",
        "Next:",
        "  Write what it says TODO for, and begin with cites: the passage comes before the rule.",
        "  Check it: quips check --rules rules --framework framework",
        "  When it is whole, say status: active, and run: quips test a-new-thing --coverage --rules rules --framework framework",
    ]
    assert known(small).rules["a-new-thing"].status == "draft"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("status: draft", "status: active"), encoding="utf-8")
    code, told = quips("test", "a-new-thing", "--rules", "rules", "--framework", "framework")
    assert code == 0 and "3 held" in told


def test_a_new_rule_expects_what_it_is_told_to(small: Path) -> None:
    activity = list(known(small).vocabulary.activities)[-1]
    assert quips("new", "rule", "statuses/a-new-thing", "--activity", activity)[0] == 0
    rule = known(small).rules["a-new-thing"]
    assert rule.expect is not None and rule.expect.activities == (activity,)


def test_a_new_topic_is_begun_only_if_that_is_said(small: Path) -> None:
    code, told = quips("new", "rule", "letters/a-new-thing")
    assert code == 2 and "There is no topic 'letters'." in told and "say --new-topic" in told
    assert not (small / "rules" / "letters").exists()
    assert quips("new", "rule", "letters/a-new-thing", "--new-topic")[0] == 0
    assert known(small).rules["a-new-thing"].topic == "letters"


def test_a_new_activity_stands_at_the_end_of_its_stage_and_changes_nothing_else(shipped: Path) -> None:
    path = shipped / "rules" / "vocabulary" / "activities-court.yaml"
    before, others = path.read_text(encoding="utf-8"), every_file(shipped)
    assert quips("new", "activity", "bail_report", "--stage", "court")[0] == 0
    after = path.read_text(encoding="utf-8")
    assert after.startswith(before.rstrip()) and "bail_report:" in after[len(before) - 1 :]
    assert {name: data for name, data in every_file(shipped).items() if name != path} == {
        name: data for name, data in others.items() if name != path
    }
    activity = known(shipped).vocabulary.activities["bail_report"]
    assert (activity.stage, activity.title, list(activity.attributes)) == ("court", "Bail report", ["well_done"])


def test_an_activity_of_a_stage_without_a_file_gets_one(small: Path) -> None:
    stages = {activity.stage for activity in known(small).vocabulary.activities.values()}
    stage = next(stage for stage in ("court", "outcomes", "reviewing", "planning") if stage not in stages)
    assert quips("new", "activity", "thing_done", "--stage", stage)[0] == 0
    assert (small / "rules" / "vocabulary" / f"activities-{stage}.yaml").is_file()
    assert known(small).vocabulary.activities["thing_done"].stage == stage


def test_an_activity_is_not_put_where_it_would_belong_to_something_else(small: Path) -> None:
    """The file of its stage may end in circumstances: what is put at its end would be one of them."""
    [path] = known(small).files.paths("vocabulary")
    words = path.read_text(encoding="utf-8").rstrip() + "\n"
    value = parse_yaml(words, "words.yaml").value
    stage = next(iter(value["activities"].values()))["stage"]
    first, _, rest = words.partition("\ncircumstances:\n")
    if rest and list(value)[-1] != "circumstances":
        circumstances, _, activities = rest.partition("\nactivities:\n")
        words = f"{first}\nactivities:\n{activities}circumstances:\n{circumstances}\n"
    path.write_text(words, encoding="utf-8")
    assert parse_yaml(words, "words.yaml").value == value, "the same, in another order"
    assert quips("new", "activity", "thing_done", "--stage", stage)[0] == 0
    assert path.read_text(encoding="utf-8") == words
    assert known(small).vocabulary.activities["thing_done"].stage == stage


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("rule", "sentence-plan-completed"), "A rule stands in the folder of its topic. Say topic/sentence-plan-completed."),
        (("rule", "contct/a-new-thing"), "There is no topic 'contct'. Did you mean 'contact'?"),
        (("rule", "vocabulary/a-new-thing", "--new-topic"), "There is no topic 'vocabulary'."),
        (("rule", "planning/sentence-plan-completed"), "There is a rule 'sentence-plan-completed' already. Nothing was changed."),
        (("rule", "contact/sentence-plan-completed"), "There is a rule 'sentence-plan-completed' already."),
        (("rule", "contact/A New Thing"), "'A New Thing' cannot be the name of a rule."),
        (("rule", "contact/A New Thing"), "a-new-thing would do."),
        (("rule", "contact/a_new_thing"), "small letters, figures and hyphens, at most 60 in all. a-new-thing would do."),
        (("rule", "contact/../a-new-thing"), "cannot be the name of a rule."),
        (("rule", "../a-new-thing"), "'..' cannot be the name of a topic."),
        (("rule", "contact/"), "'' cannot be the name of a rule."),
        (("rule", f"contact/{'x' * 61}"), "at most 60 in all."),
        (("rule", "contact/thing", "--activity", "home_vist"), "There is no activity 'home_vist'. Did you mean 'home_visit'?"),
        (("activity", "home-visit", "--stage", "court"), "figures and underscores, at most 60 in all. home_visit would do."),
        (("activity", "home_visit", "--stage", "delivery"), "There is an activity 'home_visit' already."),
        (("activity", "rosh_level", "--stage", "court"), "There is a circumstance 'rosh_level' already."),
        (("activity", "not_done", "--stage", "court"), "'not_done' is a word of the rule language."),
        (("activity", "9_lives", "--stage", "court"), "It begins with a small letter"),
        (("activity", "thing_done", "--stage", "cuort"), "'cuort' is not one of"),
        (("activity", "thing_done"), "Missing option '--stage'"),
        (("edition", "omi-2"), "There is an edition 'omi-2' already."),
        (("edition", "OMI 3"), "'OMI 3' cannot be the name of an edition."),
        (("edition", "omi-"), "omi would do."),
    ],
)
def test_a_name_that_cannot_be_had_is_refused_with_the_reason_and_nothing_is_written(
    arguments: tuple[str, ...], told: str, shipped: Path
) -> None:
    before = every_file(shipped)
    code, output = quips("new", *arguments)
    assert code == 2 and told in output, output
    assert every_file(shipped) == before


def test_a_name_that_a_rule_used_to_have_is_refused(small: Path) -> None:
    rule = next(iter(known(small).rules.values()))
    path = Path(rule.document.file)
    path.write_text(path.read_text(encoding="utf-8") + "former_ids: [older-name]\n", encoding="utf-8")
    code, told = quips("new", "rule", f"{rule.topic}/older-name")
    assert code == 2 and f"'older-name' is what the rule '{rule.name}' used to be called" in told


def test_a_file_that_is_in_the_way_stays(small: Path) -> None:
    """A rule of that name may be retired, so that the knowledge base does not have it."""
    path = small / "rules" / "statuses" / "a-new-thing.yaml"
    assert quips("new", "rule", "statuses/a-new-thing")[0] == 0
    path.write_text(path.read_text(encoding="utf-8").replace("status: draft", "status: retired"), encoding="utf-8")
    before = every_file(small)
    code, told = quips("new", "rule", "statuses/a-new-thing")
    assert code == 2 and "rules/statuses/a-new-thing.yaml is there already. Nothing was changed." in told
    assert every_file(small) == before


def test_a_folder_that_cannot_be_written_is_told_plainly_and_nothing_is_left(small: Path) -> None:
    (small / "framework" / "editions").write_text("in the way", encoding="utf-8")
    before = every_file(small)
    code, told = quips("new", "edition", "omi-3")
    assert code == 2 and "cannot be written" in told and "Traceback" not in told
    assert every_file(small) == before


def test_it_writes_into_a_folder_of_ones_own_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, told = quips("new", "rule", "contact/a-new-thing")
    assert code == 2 and "There is no folder 'rules' here." in told and "--rules" in told
    assert list(tmp_path.iterdir()) == []


def test_it_writes_into_the_folder_that_is_named(small: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(small / "rules", elsewhere / "mine")
    code, told = quips("new", "rule", "statuses/a-new-thing", "--rules", str(elsewhere / "mine"))
    assert code == 0 and f"quips check --rules {elsewhere / 'mine'} --framework framework" in told
    assert (elsewhere / "mine" / "statuses" / "a-new-thing.yaml").is_file()
    assert not (small / "rules" / "statuses" / "a-new-thing.yaml").exists()


def test_rules_of_ones_own_begin_in_an_empty_folder_and_go_on_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ours").mkdir()
    for name in ("one-thing", "another-thing"):
        code, told = quips("new", "rule", f"contact/{name}", "--activity", "home_visit", "--rules", "ours")
        assert code == 0 and f"ours/contact/{name}.yaml written." in told
        assert "quips check --rules ours\n" in told
    assert [path.name for path in sorted((tmp_path / "ours").rglob("*.yaml"))] == ["another-thing.yaml", "one-thing.yaml"]
    shown = quips("show", "one-thing", "--rules", "ours")
    assert shown[0] == 0 and "TODO: what should be so" in shown[1]


def test_rules_that_lie_over_the_shipped_ones_use_their_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ours").mkdir()
    assert quips("new", "rule", "contact/one-thing", "--rules", "ours")[0] == 0
    before = every_file(tmp_path)
    code, told = quips("new", "activity", "thing_done", "--stage", "court", "--rules", "ours")
    assert code == 2 and "ours has no vocabulary of its own" in told
    assert every_file(tmp_path) == before
