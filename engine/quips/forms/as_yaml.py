"""Writes a case record as the text of a YAML file, which the strict reader reads back as it was."""

from __future__ import annotations

import json
import re
from typing import Any

# Names, days and references: what can stand without quotes. Prose is always quoted, so that nobody has to know when it must be.
_PLAIN = re.compile(r"[a-z]+(?:_[a-z0-9]+)*|[0-9]{4}-[0-9]{2}-[0-9]{2}|[A-Z][A-Z0-9]*[-/][A-Z0-9/-]+|[a-z0-9-]+/[a-z0-9./-]+")
_NEEDS_QUOTES = frozenset({"true", "false", "null"})


def as_yaml(record: dict[str, Any]) -> str:
    """Return a case record as YAML, an entry to a line.

    Example:
        >>> print(as_yaml({"case": "TV-0042", "record": [{"home_visit": {"on": "2009-09-01", "note": "by day"}}]}), end="")
        case: TV-0042
        record:
          - home_visit: {on: 2009-09-01, note: "by day"}
    """
    lines: list[str] = []
    for key, value in record.items():
        if isinstance(value, dict) and value:
            lines += [f"{key}:", *(f"  {_plain(name)}: {_flow(said)}" for name, said in value.items())]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            lines += [f"{key}:", *(f"  - {_flow(entry)[1:-1]}" for entry in value)]
        else:
            lines.append(f"{key}: {_flow(value)}")
    return "\n".join(lines) + "\n"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_plain(key)}: {_flow(said)}' for key, said in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    return _plain(value) if isinstance(value, str) else json.dumps(value)


def _plain(text: str) -> str:
    if _PLAIN.fullmatch(text) and text not in _NEEDS_QUOTES:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in quoted)
