"""Small parts of the schemas that an editor has: a name, one or a list of it, a reference, and what is offered and shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]


def called(names: Mapping[str, str], what: str) -> Json:
    """Return the schema of a name: each is offered, and shown what it is, and no other will do.

    An ``enum`` would do as well, but an editor shows all of it, with all that is told of each, over any one and in any message.

    Args:
        names: What is told of each.
        what: What they are, such as ``rule``.
    """
    offered: list[Json] = [shown({"const": name}, told) for name, told in names.items()]
    return {**_no_other(names, what), "anyOf": [*offered, {}]}


def one_of_many(names: Mapping[str, str], what: str) -> Json:
    """Return the same for a file that is full of names: each is offered, but none is shown what it is.

    To find which of a thousand names each of a thousand is would take the editor minutes.
    """
    return {
        **_no_other(names, what),
        "defaultSnippets": [shown({"label": name, "body": name}, told) for name, told in names.items()],
    }


def _no_other(names: Mapping[str, str], what: str) -> Json:
    choices = "|".join(names).replace(".", r"\.")  # names have nothing else that means something in a pattern
    return {
        "type": "string",
        "pattern": f"^({choices})$",
        "patternErrorMessage": f"There is no {what} of this name. quips check says which may be meant.",
    }


def one_of(names: Mapping[str, str]) -> Json:
    """Return the schema of one of a few values, each with what it is called."""
    return {"enum": [*names], "markdownEnumDescriptions": [*names.values()]}


def or_list(one: Json) -> Json:
    """Return the schema of one thing or a list of such."""
    return {"if": {"type": "array"}, "then": {"minItems": 1, "uniqueItems": True, "items": one}, "else": one}


def if_list(key: str, then: Json) -> Json:
    """Return what holds of some properties where another is a list."""
    return {"if": {"required": [key], "properties": {key: {"type": "array"}}}, "then": {"properties": then}}


def with_names(schema: Json, definitions: Mapping[str, str]) -> Json:
    """Give some properties the names they may have; what is told of them stays."""
    known = schema["properties"]
    return {**schema, "properties": known | {key: named(known[key], definition) for key, definition in definitions.items()}}


def named(schema: Json, definition: str) -> Json:
    """Return a reference to a definition, with what the schema that it replaces tells."""
    return {key: value for key, value in schema.items() if key == "description"} | refers(definition)


def refers(name: str) -> Json:
    """Return a reference to a definition."""
    return {"$ref": f"#/$defs/{name}"}


def shown(schema: Json, told: str) -> Json:
    """Return a schema with what an editor shows over it."""
    return schema | ({"markdownDescription": told} if told else {})


def references(*schemas: Any) -> Iterator[Json]:
    """Yield every part of some schemas that refers to a definition."""
    for schema in schemas:
        if isinstance(schema, dict):
            if "$ref" in schema:
                yield schema
            yield from references(*schema.values())
        elif isinstance(schema, list):
            yield from references(*schema)


def used(schema: Json, own: Mapping[str, Json], shared: Mapping[str, Json]) -> Iterator[str]:
    """Yield the definitions of its own that a schema uses and that are not shared."""
    seen: set[str] = set()
    waiting: list[Any] = [schema]
    while waiting:
        for part in references(waiting.pop()):
            name = part["$ref"].removeprefix("#/$defs/")
            if name in own and name not in seen and name not in shared:
                seen.add(name)
                waiting.append(own[name])
                yield name


def offer(schema: Any) -> None:
    """Have an editor offer what may stand where nothing is written yet: it does not look into ``else`` for that."""
    if isinstance(schema, dict):
        for value in [*schema.values()]:
            offer(value)
        other = schema.get("else", {})
        if "if" in schema and not {"properties", "required"} & other.keys():
            schema.setdefault("anyOf", [other, {}])
    elif isinstance(schema, list):
        for value in schema:
            offer(value)


def for_editors(schema: Any) -> None:
    """Write a schema so that an editor can use all of it.

    A title is shown over everything beneath it, so it goes; a property that is called so stays. A mapping that can hold one thing
    is full once somebody begins to write in it, so that nothing would be offered.
    """
    if isinstance(schema, dict):
        if isinstance(schema.get("title"), str):
            del schema["title"]
        if schema.get("maxProperties") == 1 and "properties" in schema and "if" not in schema:
            schema |= {"if": {"minProperties": 2}, "then": {"maxProperties": schema.pop("maxProperties")}}
        for value in schema.values():
            for_editors(value)
    elif isinstance(schema, list):
        for value in schema:
            for_editors(value)


def tell(schema: Json, told: str) -> None:
    """Have an editor show something over a value, in whichever of its forms it is."""
    schema["markdownDescription"] = told
    if "else" in schema:
        schema["else"] = dict(schema["else"])
        tell(schema["else"], told)
