"""The schemas that editors are given: they let through what `quips check` does, and refuse every fault of shape, as others do.

Three judges that share no code are asked of the same files: our own check, `check-jsonschema` with the schemas in
``framework/schema``, and jsonschema-rs with the schemas that have the names in them.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from breaking import BROKEN, broken, laid_out
from knowledge_base import CASES, ROOT, knowledge
from profiles import examples
from quips.authoring.editor.schemas import named_schemas
from quips.knowledge import load_knowledge
from quips.names import name_problems
from quips.peeraudit.roundschema import round_schema
from quips.rules import Rule, read_rule
from quips.shapes import Shape, is_date
from quips.source import Document, parse_yaml, read_text, read_yaml

_AT = "https://quips.invalid/editor"
_KINDS = (
    *("rule", "vocabulary", "limits", "edition", "division", "sources"),
    *("glossary", "crosswalk", "paragraphs", "published", "extract", "case", "round"),
)


@cache
def named() -> dict[str, Any]:
    return named_schemas(knowledge(), round_schema(knowledge()))


@cache
def editor(kind: str) -> jsonschema_rs.Draft202012Validator:
    registry = jsonschema_rs.Registry([(f"{_AT}/{name}.schema.json", schema) for name, schema in named().items()])
    reference = {"$ref": f"{_AT}/{kind}.schema.json"}
    return jsonschema_rs.Draft202012Validator(reference, registry=registry, formats={"date": is_date}, validate_formats=True)


@cache
def shape(kind: str) -> Shape:
    return Shape(json.loads((ROOT / "framework" / "schema" / f"{kind}.schema.json").read_text(encoding="utf-8")))


@cache
def files(kind: str) -> list[Path]:
    if kind == "case":
        return CASES
    if kind == "round":
        return []
    return knowledge().files.paths(kind)


def refused(kind: str, paths: list[Path]) -> set[str]:
    """The files that check-jsonschema refuses."""
    schema = ROOT / "framework" / "schema" / f"{kind}.schema.json"
    command = [sys.executable, "-m", "check_jsonschema", "--output-format", "json", "--schemafile", str(schema), *map(str, paths)]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    assert told["status"] in ("ok", "fail")
    return {Path(error["filename"]).name for error in (*told.get("errors", []), *told.get("parse_errors", []))}


@pytest.mark.parametrize("kind", _KINDS)
def test_every_schema_is_one(kind: str) -> None:
    Draft202012Validator.check_schema(named()[kind])


@pytest.mark.parametrize("kind", _KINDS)
def test_every_file_is_let_through_by_all(kind: str) -> None:
    if not files(kind):
        pytest.skip(f"there is no file of the kind {kind} in the repository")
    assert refused(kind, files(kind)) == set()
    for path in files(kind):
        document = parse_yaml(read_text(path, path.name), path.name)
        assert shape(kind).problems(document) == [], path
        assert editor(kind).is_valid(document.value), path


def _faults(value: Any) -> Iterator[Any]:
    """Yield a document with one fault each: a part taken away, put in, or made something else, at every place."""
    for path in _places(value):
        *above, last = path
        for change in ("gone", "added", {"no": "such thing"}, [], 4.5, "No Such Thing!", None):
            changed = deepcopy(value)
            parent = changed
            for step in above:
                parent = parent[step]
            if change == "gone":
                del parent[last]
            elif change == "added":
                if not isinstance(parent[last], dict):
                    continue
                parent[last]["no-such-thing"] = "x"
            else:
                parent[last] = change
            yield changed


def _short(value: Any) -> Any:
    """A document with no more than two of anything that it lists, since check-jsonschema takes minutes for long ones."""
    if isinstance(value, list):
        return [_short(part) for part in value[:2]]
    return {key: _short(part) for key, part in value.items()} if isinstance(value, dict) else value


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from _places(part, (*path, key))


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in _KINDS if kind != "round"])
def test_every_fault_of_shape_is_refused_by_all(kind: str, tmp_path: Path) -> None:
    """Our check and check-jsonschema agree on each; what both refuse, the schemas with names refuse as well."""
    chance = random.Random(kind)
    for number, path in enumerate(chance.sample(files(kind), min(3, len(files(kind))))):
        every = list(_faults(_short(parse_yaml(read_text(path, path.name), path.name).value)))
        for n, value in enumerate(chance.sample(every, min(40, len(every)))):
            (tmp_path / f"{number}-{n}.yaml").write_text(json.dumps(value), encoding="utf-8")
    broken = sorted(tmp_path.iterdir())
    documents = {path.name: parse_yaml(read_text(path, path.name), path.name) for path in broken}
    ours = {name for name, document in documents.items() if shape(kind).problems(document)}
    assert len(ours) > len(broken) / 3, "most of the faults are faults"
    assert refused(kind, broken) == ours
    let_through = {name for name in ours if editor(kind).is_valid(documents[name].value)}
    assert let_through == set()


class _JustOne(dict[str, Rule]):
    """All rules to look up, one to look at."""

    def __init__(self, rules: Mapping[str, Rule], one: Rule) -> None:
        super().__init__(rules)
        self._one = one

    def values(self) -> Any:
        return [self._one]


def _problems(document: Document) -> bool:
    """Whether our check has anything against a rule."""
    if shape("rule").problems(document):
        return True
    known = knowledge()
    rules = _JustOne(known.rules, read_rule(document, "topic"))
    return bool(name_problems(known.vocabulary, known.sources, known.limits, {}, known.prompts, rules, known.case_shape))


@cache
def _kinds_of_names() -> list[list[Any]]:
    """Names of one kind each: any of them may stand where another does, as far as its kind goes."""
    known = knowledge()
    terms = known.vocabulary.circumstances
    attributes = {
        (name, term.type): None for activity in known.vocabulary.activities.values() for name, term in activity.attributes.items()
    }
    types = ("yes_no", "choice", "choices", "number", "date")
    return [
        list(known.vocabulary.activities),
        *([name for name, term in terms.items() if term.type == kind] for kind in types),
        *([name for name, of in attributes if of == kind] for kind in types),
        *(list(term.values) for term in terms.values() if term.values),
        *(
            list(known.limits),
            list(known.rules),
            list(known.prompts)[:50],
            ["trigger", "trigger.on"],
            [True, False],
            [1, 2, 3, 4],
        ),
    ]


@cache
def _like(name: Any) -> list[Any]:
    return [other for kind in _kinds_of_names() if name in kind for other in kind if type(other) is type(name)]


@cache
def _rule_values() -> list[Any]:
    return [knowledge().files.document(path).value for path in files("rule")]


@examples(3)
@given(data=st.data(), strays=st.booleans())
def test_what_our_check_lets_through_an_editor_does_not_underline(data: st.DataObject, strays: bool) -> None:
    """Names are exchanged for others of their kind, or for any: where that is no mistake, no editor may say that it is."""
    value = deepcopy(data.draw(st.sampled_from(_rule_values())))
    for _ in range(data.draw(st.integers(1, 2))):
        parts = ("when", "unless", "from", "expect", "conflict", "derives", "answers", "rests_on", "follows")
        places = [place for place in _places(value) if place[0] in parts]
        if not places:
            return
        *above, last = data.draw(st.sampled_from(places))
        parent = value
        for step in above:
            parent = parent[step]
        of_key = isinstance(last, str) and (isinstance(parent[last], dict | list) or data.draw(st.booleans()))
        if not of_key and isinstance(parent[last], dict | list):
            continue
        now = last if of_key else parent[last]
        others = [name for kind in _kinds_of_names() for name in kind if isinstance(name, str)] if strays else _like(now)
        if others and of_key:
            parent[data.draw(st.sampled_from(others))] = parent.pop(last)
        elif others:
            parent[last] = data.draw(st.sampled_from(others))
    document = parse_yaml(json.dumps(value), "rule.yaml")
    event("a mistake" if _problems(document) else "none")
    if not _problems(document):
        assert editor("rule").is_valid(document.value), [error.message for error in editor("rule").iter_errors(document.value)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("when: {domestic_abuse: true}", "when: {domestic_abus: true}"),
        ("when: {domestic_abuse: true}", "when: {domestic_abuse: high}"),
        ("when: {domestic_abuse: true}", "when: {sentenced: {at_least: 3}}"),
        ("when: {domestic_abuse: true}", "when: {has: {activity: home_visit, where: {effective: true}}}"),
        ("when: {domestic_abuse: true}", "when: {has: {activity: [home_visit], where: {no_such: true}}}"),
        ("from: {each: police_call_out}", "from: {each: police_callout}"),
        ("from: {each: police_call_out}", "from: rosh_level"),
        ("from: {each: police_call_out}", "from: {becomes: {sentenced: none}}"),
        ("from: {each: police_call_out}", "from: {each: police_call_out, where: {effective: true}}"),
        ("activity: management_oversight", "activity: rosh_level"),
        ("activity: management_oversight", "activity: management_oversight, good_when: {purposeful: true}"),
        ("activity: management_oversight", "activity: management_oversight, within: no-such-limit"),
        ("activity: management_oversight", "activity: management_oversight, until: rosh_level"),
        ("activity: management_oversight", "this: {purposeful: true}"),
        ("omi-2/1.2/management-oversight", "omi-2/1.2/no-such-prompt"),
        ("001_c93617e95d227070.txt", "009_c93617e95d227070.txt"),
        ("- police_call_out:", "- police_callout:"),
        ("status: missing", "status: missing\n    because_of: [no-such-rule]"),
    ],
)
def test_a_wrong_name_is_refused_before_quips_is_asked(old: str, new: str) -> None:
    text = (
        "rule: a-new-rule\nkind: expectation\ntitle: x\nstatus: draft\nwhy: x\nwhen: {domestic_abuse: true}\n"
        "from: {each: police_call_out}\nexpect: {activity: management_oversight}\n"
        "answers:\n  - {prompt: omi-2/1.2/management-oversight}\nseverity: high\nremedy: x\n"
        "cites:\n  - {seed: 001_c93617e95d227070.txt, line: 541}\ncannot_see: x\nexamples:\n  - name: x\n    given:\n"
        "      as_at: 2018-10-01\n      record:\n        - police_call_out: 2018-03-05\n    status: missing\n"
    )
    assert text.count(old) == 1, "the test changes one place"
    whole, broken = (parse_yaml(it, "x.yaml") for it in (text, text.replace(old, new)))
    assert editor("rule").is_valid(whole.value) and not _problems(whole)
    assert not editor("rule").is_valid(broken.value) and _problems(broken)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small knowledge base that the corpus of faults is about."""
    return laid_out(tmp_path_factory.mktemp("small"))


def _kind_of(name: str) -> str:
    folder, *_, last = Path(name).parts
    kinds = {"limits": "limits", "published": "published", "vocabulary": "vocabulary"}
    own = next((kind for part, kind in kinds.items() if part in Path(name).parts), "")
    if folder == "rules":
        return own or "rule"
    return own or ("edition" if last == "edition.yaml" else "division" if "editions" in Path(name).parts else Path(name).stem)


def _corpus(name: str) -> list[dict[str, Any]]:
    """The faults of one file of the corpus that are changes of a file which can still be read."""
    found = read_yaml(BROKEN / "faults" / name).value
    return [fault for fault in found if "removed" not in fault and "elsewhere" not in fault and "encoding" not in fault]


def test_every_fault_of_shape_in_the_corpus_is_refused_by_all_and_no_doubt_is(small: Path, tmp_path: Path) -> None:
    """What is merely doubtful an editor lets through; in what is wrong by what it means, check-jsonschema sees what we see."""
    knowledge = load_knowledge(small / "framework", small / "rules", fresh=True)
    schemas = named_schemas(knowledge, round_schema(knowledge))
    registry = jsonschema_rs.Registry([(f"{_AT}/{name}.schema.json", schema) for name, schema in schemas.items()])
    shaped: dict[str, list[Path]] = {}
    wrong = {}
    for file in ("shape.yaml", "meaning.yaml", "doubts.yaml"):
        for n, fault in enumerate(_corpus(file)):
            kind = _kind_of(fault["file"])
            with broken(small, fault):
                text = (small / fault["file"]).read_text(encoding="utf-8")
            path = tmp_path / f"{Path(file).stem}-{n}.yaml"
            path.write_text(text, encoding="utf-8")
            shaped.setdefault(kind, []).append(path)
            document = parse_yaml(text, path.name)
            has_shape = not shape(kind).problems(document)
            assert file != "shape.yaml" or not has_shape, fault["fault"]
            reference = {"$ref": f"{_AT}/{kind}.schema.json"}
            named = jsonschema_rs.Draft202012Validator(
                reference, registry=registry, formats={"date": is_date}, validate_formats=True
            )
            if file == "doubts.yaml" or not has_shape:
                assert named.is_valid(document.value) is has_shape, fault["fault"]
            wrong[path.name] = not has_shape
    for kind, paths in shaped.items():
        assert refused(kind, paths) == {path.name for path in paths if wrong[path.name]}


def test_a_name_that_is_to_go_says_so(small: Path) -> None:
    path = small / "rules" / "vocabulary" / "words.yaml"
    before = path.read_text(encoding="utf-8")
    assert before.count("  rosh_level:\n") == 1
    path.write_text(before.replace("  rosh_level:\n", "  rosh_level:\n    deprecated: Use tier.\n"), encoding="utf-8")
    knowledge = load_knowledge(small / "framework", small / "rules", fresh=True)
    path.write_text(before, encoding="utf-8")
    names = named_schemas(knowledge, round_schema(knowledge))["rule"]["$defs"]
    assert names["fact.rosh_level"]["deprecationMessage"] == "It is to go. Use tier."
    assert "It is to go. Use tier." in names["fact.rosh_level"]["markdownDescription"]
    assert "deprecationMessage" not in names["fact.tier"]


def test_each_file_of_the_repository_has_one_schema_by_the_settings() -> None:
    """The globs as the language server reads them: ``**/`` before each, and ``!`` for what is left out."""
    settings = json.loads((ROOT / ".vscode" / "settings.json").read_text(encoding="utf-8"))
    schemas = {Path(schema).name.split(".")[0]: globs for schema, globs in settings["yaml.schemas"].items()}
    assert set(schemas) == set(_KINDS)
    known = {path.resolve(): kind for kind in _KINDS for path in files(kind)}
    for path in sorted(path for folder in ("rules", "framework", "examples") for path in (ROOT / folder).rglob("*.yaml")):
        tied = [kind for kind, globs in schemas.items() if _matches(path, globs)]
        assert tied == [known[path]], path
    for path in (ROOT / "tests").rglob("*.yaml"):
        assert not [kind for kind, globs in schemas.items() if _matches(path, globs)], f"{path} has names of its own"


def _matches(path: Path, globs: list[str]) -> bool:
    def one(glob: str) -> bool:
        pattern = re.escape(glob).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
        return re.fullmatch(f"(.*/)?{pattern}", str(path)) is not None

    return any(one(glob) for glob in globs if glob[0] != "!") and not any(one(glob[1:]) for glob in globs if glob[0] == "!")
