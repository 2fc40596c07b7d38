"""Writes a case record, or a part of one, as lines of YAML that the strict reader, and others in use, read back as it was."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable
from typing import Any

_WIDTH = 130
# What the readers of YAML in use do not all take for text.
_NOT_PLAIN = frozenset({"null", "true", "false", "~"})
_PLAIN = re.compile(r"[A-Za-z_]([\w./-]*\w)?|[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_PROSE = re.compile(r"\S+( \S+)*")


def as_yaml(record: dict[str, Any]) -> str:
    """Return a case record as the text of a file, an entry to a line where it fits.

    Example:
        >>> print(as_yaml({"case": "TV-0042", "record": [{"home_visit": {"on": "2009-09-01", "note": "by day"}}]}), end="")
        case: TV-0042
        record:
          - home_visit: {on: 2009-09-01, note: "by day"}
    """
    return "\n".join([*mapping(record, 0, at_top=True), ""])


def item(value: Any, indent: int) -> list[str]:
    """Return the item of a list as lines, the first of which begins with its dash."""
    if isinstance(value, dict) and len(value) == 1:
        [(key, child)] = value.items()
        first, *rest = member(key, child, indent + 2)
        return [f"- {first}", *indented(rest)]
    line = f"- {flow(value)}"
    if not isinstance(value, dict) or not value or len(line) + indent <= _WIDTH:
        return [line]
    first, *rest = mapping(value, indent + 2)
    return [f"- {first}", *indented(rest)]


def mapping(value: dict[str, Any], indent: int, at_top: bool = False) -> list[str]:
    """Return a mapping as lines; at the top of a file, what stands in it is spread out."""
    return [line for key, child in value.items() for line in member(key, child, indent, at_top)]


def member(key: str, value: Any, indent: int, at_top: bool = False) -> list[str]:
    """Return a member of a mapping as lines: one line if it fits and is not a list of entries, else one for each part."""
    line = f"{_text(key)}: {flow(value)}"
    has_mappings = isinstance(value, list) and any(isinstance(child, dict) for child in value)
    spread = has_mappings or (at_top and isinstance(value, dict))
    if not value or (len(line) + indent <= _WIDTH and not spread):
        return [line]
    if isinstance(value, dict):
        return [f"{_text(key)}:", *indented(mapping(value, indent + 2))]
    if isinstance(value, list):
        return [f"{_text(key)}:", *indented(line for child in value for line in item(child, indent + 2))]
    if isinstance(value, str) and _folds(value):
        return [f"{_text(key)}: >-", *indented(_folded(value, _WIDTH - indent - 2))]
    return [line]


def indented(lines: Iterable[str], by: int = 2) -> list[str]:
    """Return lines set in, but for empty ones."""
    return [" " * by + line if line else "" for line in lines]


def flow(value: Any) -> str:
    """Return a value on one line, as YAML has it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key)}: {flow(child)}" for key, child in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str):
        return _text(value)
    return str(value).lower() if isinstance(value, bool) else "null" if value is None else _number(value)


def _number(value: float) -> str:
    return {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}.get(text := repr(value), text)


def _text(text: str) -> str:
    """Return text as it is where every reader takes it for text, else in double quotes with what cannot be seen spelt out."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}" for c in quoted)


def _folds(text: str) -> bool:
    """Whether text is lines of words that can be wrapped and read back the same."""
    lines = text.split("\n")
    return bool(lines[0] and lines[-1]) and all(not line or (_PROSE.fullmatch(line) and line.isprintable()) for line in lines)


def _folded(text: str, width: int) -> list[str]:
    """Return the lines of a folded block: wrapped between words, with an empty line more for each break."""
    lines: list[str] = []
    for number, line in enumerate(text.split("\n")):
        if number and line:
            lines.append("")
        lines += textwrap.wrap(line, max(width, 40), break_long_words=False, break_on_hyphens=False) or [""]
    return lines
