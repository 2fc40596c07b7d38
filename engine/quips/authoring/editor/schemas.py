"""JSON Schemas for an editor: the shape of every kind of file, and in it the names that the knowledge base has.

The schemas in ``framework/schema`` say what a file looks like. An editor that is to complete names and underline a wrong one has
to know the names, too, so they are put in here: each schema is the shape with its conditions, activities, limits, prompts, rules
and sources replaced by what there is. A name that `quips check` lets through is never refused here; what takes more than one file
or some thought to see, only `quips check` sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from quips.authoring.editor import hovers
from quips.authoring.editor.definitions import NOT_DONE, Names, definitions
from quips.authoring.editor.parts import (
    called,
    for_editors,
    if_list,
    named,
    offer,
    one_of_many,
    references,
    refers,
    shown,
    tell,
    used,
    with_names,
)
from quips.knowledge import Knowledge
from quips.vocabulary import NONE, NOT_YET

Json = dict[str, Any]

_NAMES = "rule.schema.json"
_CASE_PARTS = ("circumstances", "record", "record_complete")
_JUDGED = ("where", "good_when")


def named_schemas(knowledge: Knowledge, plan: Json) -> dict[str, Json]:
    """Return a schema for every kind of file, by kind, with every name of the knowledge base in it.

    The names stand in the schema of a rule, which has most of them; the others refer to it as to a file beside them.

    Args:
        knowledge: Whose names.
        plan: The schema of the plan of a round, which has its names already.
    """
    names = Names(knowledge)
    schemas = {"case": _case(names), "round": deepcopy(plan)}
    for kind, change in _CHANGES.items():
        schemas[kind] = _shape(knowledge, kind)
        change(schemas[kind], names)
    shared = definitions(names, _shape(knowledge, "rule")["$defs"])
    for kind, schema in schemas.items():
        del schema["$id"]  # they refer to each other by where they lie
        own = schema.pop("$defs", {})
        kept = {name: own[name] for name in sorted(used(schema, own, shared))}
        here = kept | shared if kind == "rule" else kept
        for part in references(schema, kept):
            name = part["$ref"].removeprefix("#/$defs/")
            if part["$ref"].startswith("#") and name not in here:
                part["$ref"] = f"{_NAMES}#/$defs/{name}"
        if here:
            schema["$defs"] = here
        offer(schema)
        for_editors(schema)
    return schemas


def _shape(knowledge: Knowledge, kind: str) -> Json:
    shape = knowledge.files.schema(kind)
    assert shape is not None  # the knowledge base could not have been read without
    return shape


def _case(names: Names) -> Json:
    """Return the schema of a case record, with what is shown over every name; the examples of rules have parts of it as well."""
    schema = deepcopy(names.knowledge.case_schema)
    properties = schema["properties"]
    for name, term in names.circumstances.items():
        also = f"It can also be `{NOT_YET}` or `{NONE}`." if term.type == "date" else ""
        tell(properties["circumstances"]["properties"][name], f"{hovers.of_term(term)}\n\n{also}".rstrip())
    activities = properties["record"]["items"]["properties"]
    for activity, told in names.activities.items():
        tell(activities[activity], told)
        for name, term in names.attributes[activity].items():
            activities[activity]["then"]["properties"][name]["markdownDescription"] = hovers.of_term(term)
    activities[NOT_DONE]["properties"]["activity"] = called(names.activities, "activity")
    judgements = properties["judgements"]
    answer = judgements.pop("additionalProperties")
    judged = sorted(names.knowledge.judged_names)
    judgements["properties"] = {name: shown(refers("judgement"), names.asked.get(name, "")) for name in judged}
    judgements["additionalProperties"] = False
    del judgements["propertyNames"]
    parts = {f"case.{key}": properties[key] for key in _CASE_PARTS}
    properties |= {key: refers(f"case.{key}") for key in _CASE_PARTS}
    return {**schema, "$defs": {"judgement": answer, **parts}}


def _rule(schema: Json, names: Names) -> None:
    """Put names into the schema of a rule."""
    properties, own = schema["properties"], schema["$defs"]
    facts = names.circumstances
    inferable = {name: facts[name] for name in facts if facts[name].type not in ("date", "choices", "text")}
    properties["derives"] |= {
        "properties": {name: shown(refers(f"value.{name}"), hovers.of_term(term)) for name, term in inferable.items()},
        "additionalProperties": False,
    }
    del properties["derives"]["propertyNames"]
    own["edge"] = with_names(own["edge"], {"rule": "rule-name"})
    own["answer"] = with_names(own["answer"], {"prompt": "prompt-name"})
    _trigger(own["trigger"], names)
    _expect(own["expect"], names)
    _conflict(own["conflict"], names)
    given = own["example"]["properties"]["given"]["properties"]
    given |= {key: {"$ref": f"case.schema.json#/$defs/case.{key}"} for key in _CASE_PARTS}
    for key in ("because_of", "undermined_by"):
        own["example"]["properties"][key]["items"] = refers("rule-name")
    schema["allOf"] += _about_the_trigger(names)


def _trigger(trigger: Json, names: Names) -> None:
    each = trigger["then"]
    changing = {name for name, term in names.circumstances.items() if term.may_change}
    becomes = each["properties"]["becomes"]
    becomes |= {"properties": {name: refers(f"fact.{name}") for name in sorted(changing)}, "additionalProperties": False}
    del becomes["propertyNames"]
    each["properties"] |= {
        "each": called({**names.activities, NOT_DONE: "Each time a reason is recorded for work that was not done."}, "activity"),
        "since": refers("activity-name"),
        "where": {"description": "Attributes the activity has to have; all of them."},
    }
    each["allOf"] = names.where_by_activity(["where"], "each")
    trigger["else"] = {**refers("anchor-name"), "description": "The date circumstance that starts the clock."}


def _expect(expect: Json, names: Names) -> None:
    properties = expect["properties"]
    for key, name in {"within": "time", "every": "time", "each_period": "time", "at_least": "times"}.items():
        properties[key] = named(properties[key], f"limit-of-{name}")
    for bound in ("until", "before", "by", "not_before"):
        dotted = {"type": "string", "pattern": r"^trigger(\.|$)"}
        properties[bound] = {**properties[bound], "if": dotted, "else": refers("anchor-name")}
    for part in _JUDGED:
        properties[part] = {"description": properties[part]["description"]}
    properties["same"]["items"] = refers("attribute-name")
    properties["this"] = {"description": properties["this"]["description"]}
    expect["allOf"] = [*names.where_by_activity(_JUDGED), if_list("activity", {part: refers("where") for part in _JUDGED})]


def _conflict(conflict: Json, names: Names) -> None:
    """Tie what is compared to the activity of the pair; without a pair it is a condition about the case."""
    pair = conflict["properties"]["pair"]
    pair["properties"] = {"activity": refers("activity-name"), "where": {}}
    pair["allOf"] = names.where_by_activity(["where"])
    conflict["properties"]["conflict_when"] = {}
    conflict |= {"if": {"required": ["pair"]}, "else": {"properties": {"conflict_when": refers("condition")}}}
    conflict["allOf"] = []
    for activity in names.activities:
        named = {"pair": {"required": ["activity"], "properties": {"activity": {"const": activity}}}}
        then = {"properties": {"conflict_when": refers(f"paired.{activity}")}}
        conflict["allOf"].append({"if": {"required": ["pair"], "properties": named}, "then": then})


def _about_the_trigger(names: Names) -> Iterator[Json]:
    """Yield what ties the attributes that are asked of the entry that starts the clock to its activity."""
    for activity, attributes in names.attributes.items():
        each = {"type": "object", "required": ["each"], "properties": {"each": {"const": activity}}}
        asked = {"this": refers(f"where.{activity}"), "same": {"items": {"enum": sorted(attributes)}}}
        yield {
            "if": {"required": ["from"], "properties": {"from": each}},
            "then": {"properties": {"expect": {"properties": asked}}},
        }
    yield if_list("from", {"expect": {"properties": {"this": refers("where")}}})


def _crosswalk(schema: Json, names: Names) -> None:
    properties = schema["properties"]["crosswalk"]["items"]["properties"]
    schema["$defs"]["prompt"] = one_of_many(names.asked, "prompt")
    properties |= {"from": refers("prompt"), "to": refers("prompt")}


def _glossary(schema: Json, names: Names) -> None:
    words = {name: hovers.of_term(term) for name, term in names.circumstances.items()} | names.activities
    schema["properties"]["terms"]["items"]["properties"]["used_as"]["items"] = called(words, "circumstance or activity")


def _paragraphs(schema: Json, _: Names) -> None:
    schema["propertyNames"] = refers("report-name")


def _published(schema: Json, names: Names) -> None:
    """Tie the prompts and nodes to the edition that the file is of."""
    editions = names.knowledge.editions
    schema["properties"]["seed"] = refers("report-name")
    schema["properties"]["edition"] = {"enum": sorted(editions)}
    schema["allOf"] = []
    for name, edition in editions.items():
        own = {prompt.removeprefix(f"{name}/"): asks for prompt, asks in names.asked.items() if prompt.startswith(f"{name}/")}
        figures = {"items": {"properties": {"prompt": one_of_many(own, "prompt")}}}
        scores = {"items": {"properties": {"node": called({node.id: node.title for node in edition.nodes()}, "node")}}}
        schema["allOf"].append(
            {
                "if": {"required": ["edition"], "properties": {"edition": {"const": name}}},
                "then": {"properties": {"figures": figures, "scores": scores}},
            }
        )


def _extract(schema: Json, names: Names) -> None:
    properties = schema["properties"]
    words = {name: hovers.of_term(term) for name, term in names.circumstances.items()}
    circumstances = properties["cases"]["properties"]["circumstances"]
    circumstances["propertyNames"] = called(words, "circumstance")
    properties["facts"]["items"]["properties"]["circumstance"] = called(words, "circumstance")
    code = properties["record"]["items"]["properties"]["codes"]["additionalProperties"]
    code["anyOf"][0] = refers("activity-name")
    code["anyOf"][1]["properties"]["activity"] = refers("activity-name")


def _same(_: Json, __: Names) -> None:
    """Leave a schema as it is, but for what all share."""


_CHANGES: Mapping[str, Callable[[Json, Names], None]] = {
    "rule": _rule,
    "vocabulary": _same,
    "limits": _same,
    "edition": _same,
    "division": _same,
    "sources": _same,
    "glossary": _glossary,
    "crosswalk": _crosswalk,
    "paragraphs": _paragraphs,
    "published": _published,
    "extract": _extract,
}
