"""The schemas of what is printed as JSON."""

from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from knowledge_base import ROOT


def validator(name: str) -> Draft202012Validator:
    """What holds a value to a schema of the reports, such as ``score``."""
    schema = json.loads((ROOT / "engine" / "quips" / "reports" / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)
