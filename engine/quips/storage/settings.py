"""What has been decided for a folder of cases, read from its ``settings.yaml``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from quips.problems import InputError
from quips.shapes import Shape
from quips.source import read_yaml
from quips.storage.store import Settings

_SHAPE = Shape(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "marking": {
                "type": "string",
                "minLength": 1,
                "maxLength": 80,
                "pattern": r"^\S[^\x00-\x1f]*$",
                "description": "It is one line of text.",
            },
            "keep_versions_days": {"type": "integer", "minimum": 0, "maximum": 36500},
            "erase_after_days": {"type": "integer", "minimum": 1, "maximum": 36500},
        },
    }
)


def read_settings(path: Path, shown_as: str) -> Settings:
    """Return what a file of settings says, with the defaults for what it does not say; the defaults alone if there is none.

    Args:
        path: The file.
        shown_as: What to call it in messages.

    Raises:
        InputError: It cannot be read, or is not valid.
        OSError: The system would not even say whether there is one.
    """
    if not path.exists():
        return Settings()
    document = read_yaml(path, shown_as)
    if problems := _SHAPE.problems(document):
        raise InputError(problems)
    said: dict[str, Any] = document.value
    default = Settings()
    erase_after = said.get("erase_after_days")
    return Settings(
        said.get("marking", default.marking),
        int(said.get("keep_versions_days", default.keep_versions_days)),  # to JSON Schema 90.0 is a whole number
        None if erase_after is None else int(erase_after),
        written=True,
    )
