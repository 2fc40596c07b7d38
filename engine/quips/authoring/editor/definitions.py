"""What the schemas of an editor share: the names of the knowledge base, and the conditions and citations made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from quips.authoring.editor import hovers
from quips.authoring.editor.parts import called, if_list, one_of, or_list, refers, shown, with_names
from quips.knowledge import Knowledge
from quips.names import OPERATIONS
from quips.vocabulary import COMMON_ATTRIBUTES, NONE, NOT_YET, REASON_ATTRIBUTES, Term

Json = dict[str, Any]

NOT_DONE = "not_done"
_COMPARED: Json = {
    "if": {"type": "object", "required": ["same_as_previous"]},
    "then": {"maxProperties": 1, "properties": {"same_as_previous": {"type": "boolean"}}},
}


class Names:
    """The names of a knowledge base, each with what is shown over it."""

    def __init__(self, knowledge: Knowledge) -> None:
        vocabulary = knowledge.vocabulary
        self.knowledge = knowledge
        self.circumstances = vocabulary.circumstances
        self.attributes: Mapping[str, Mapping[str, Term]] = {
            name: {**COMMON_ATTRIBUTES, **activity.attributes} for name, activity in vocabulary.activities.items()
        } | {NOT_DONE: {**COMMON_ATTRIBUTES, **REASON_ATTRIBUTES}}
        self.activities = {name: hovers.of_activity(activity) for name, activity in vocabulary.activities.items()}
        self.prompts = {name: hovers.of_prompt(prompt) for name, prompt in knowledge.prompts.items()}
        self.asked = {name: prompt.asks for name, prompt in knowledge.prompts.items()}

    def limits(self, times: bool) -> dict[str, str]:
        """Return the limits that can be a number of times, or those that can be a length of time."""
        return {
            name: hovers.of_limit(limit)
            for name, limit in self.knowledge.limits.items()
            if all(row.value is None or (row.unit == "times") is times for reading in limit.readings for row in reading.rows)
        }

    def where_by_activity(self, parts: Iterable[str], key: str = "activity") -> list[Json]:
        """Return what ties the attributes that may be asked for to the activity that is named beside them."""
        return [
            {
                "if": {"required": [key], "properties": {key: {"const": activity}}},
                "then": {"properties": {part: refers(f"where.{activity}") for part in parts}},
            }
            for activity in self.attributes
        ]


def definitions(names: Names, shapes: Mapping[str, Json]) -> dict[str, Json]:
    """Return what the schemas share, by name: the names themselves, and what is made of them."""
    knowledge = names.knowledge
    anchors = {name: hovers.of_term(names.circumstances[name]) for name in knowledge.vocabulary.anchors()}
    sources = knowledge.sources
    condition = shapes["condition"]
    every_attribute = sorted({name for attributes in names.attributes.values() for name in attributes})
    found = {
        "activity-name": called(names.activities, "activity"),
        "activities": {**or_list(refers("activity-name")), "description": "An activity, or a list of which any one will do."},
        "attribute-name": called(dict.fromkeys(every_attribute, ""), "attribute"),
        "anchor-name": called(anchors, "date circumstance"),
        "limit-of-time": called(names.limits(times=False), "limit that is a length of time"),
        "limit-of-times": called(names.limits(times=True), "limit that is a number of times"),
        "prompt-name": called(names.prompts, "prompt"),
        "rule-name": called({name: hovers.of_rule(rule) for name, rule in knowledge.rules.items()}, "rule"),
        "report-name": called({name: hovers.of_source(one) for name, one in sources.items() if one.lines}, "report"),
        "document-name": called({name: hovers.of_source(one) for name, one in sources.items() if not one.lines}, "document"),
        "where": {**shapes["where"], "propertyNames": refers("attribute-name")},
        "test": shapes["test"],
        "cite": with_names(shapes["cite"], {"seed": "report-name"}),
        "source": with_names(shapes["source"], {"document": "document-name"}),
        "has": _has(names, condition["properties"]["has"]),
        "condition": _condition("condition", condition, {name: refers(f"fact.{name}") for name in names.circumstances}),
    }
    for name, term in names.circumstances.items():
        found[f"value.{name}"] = value_of(term)
        found[f"fact.{name}"] = _test(term, shapes["test"], refers(f"value.{name}"), names.circumstances)
    for activity, attributes in names.attributes.items():
        for name, term in attributes.items():
            if name not in COMMON_ATTRIBUTES:
                found[f"attribute.{activity}.{name}"] = _test(term, shapes["test"], value_of(term))
        found[f"where.{activity}"] = {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "properties": {name: refers(_attribute(activity, name)) for name in attributes},
            "description": "Attributes the activity has to have; all of them.",
        }
        compared = {name: {**deepcopy(_COMPARED), "else": refers(_attribute(activity, name))} for name in attributes}
        found[f"paired.{activity}"] = _condition(f"paired.{activity}", condition, compared)
    for name, term in COMMON_ATTRIBUTES.items():
        found[f"attribute.{name}"] = _test(term, shapes["test"], value_of(term))
    return found


def _has(names: Names, has: Json) -> Json:
    properties = has["properties"]
    return {
        **has,
        "properties": {**properties, "activity": refers("activities"), "where": {}},
        "allOf": [*names.where_by_activity(["where"]), if_list("activity", {"where": refers("where")})],
    }


def _condition(own: str, shape: Json, tests: Mapping[str, Json]) -> Json:
    known = shape["properties"]
    inner = refers(own)
    several = {key: {**known[key], "items": inner} for key in ("all", "any")}
    kept = {key: value for key, value in shape.items() if key != "propertyNames"}
    joined = {**several, "not": {**known["not"], **inner}, "has": refers("has")}
    return {**kept, "properties": {**tests, **joined}, "additionalProperties": False}


def _test(term: Term, shape: Json, value: Json, facts: Iterable[str] = ()) -> Json:
    """Return the schema of a test of a circumstance or attribute: a value, a list of values, or a comparison."""
    known = shape["then"]["properties"]
    properties = {name: known[name] for name in known if name in OPERATIONS[term.type] - {"same_as_previous"}}
    if "not_same_as" in properties:
        properties["not_same_as"] = {"enum": sorted(facts), "description": "It is not what this other circumstance is."}
    if not facts:
        properties.pop("not_same_as", None)
    if "includes_any" in properties:
        properties["includes"] = {"description": known["includes"]["description"], **value}
        properties["includes_any"] = {**known["includes_any"], "items": value}
    comparison = {**shape["then"], "type": "object", "properties": properties}
    other = (
        {"if": {"type": "object"}, "then": comparison, "else": or_list(value)}
        if "one_of" in OPERATIONS[term.type]
        else comparison
    )
    going = {"deprecationMessage": hovers.to_go(term)} if term.deprecated else {}
    return shown(other, hovers.of_term(term)) | going


def value_of(term: Term) -> Json:
    """Return the schema of one value of a circumstance or attribute."""
    match term.type:
        case "yes_no":
            return {"type": "boolean"}
        case "number":
            return {"type": "integer"}
        case "choice" | "choices":
            return one_of(term.values)
        case "date":
            return {"enum": [NOT_YET, NONE]}
        case _:
            return {"type": "string"}


def _attribute(activity: str, name: str) -> str:
    return f"attribute.{name}" if name in COMMON_ATTRIBUTES else f"attribute.{activity}.{name}"
