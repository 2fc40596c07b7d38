"""The folder ``.vscode``: what has VS Code know the names, underline mistakes, run the checks and offer snippets."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path, PurePosixPath

from quips.authoring.editor.parts import Json
from quips.authoring.editor.schemas import named_schemas
from quips.knowledge import Knowledge
from quips.storage.files import told_plainly

FOLDER = PurePosixPath(".vscode")
_GENERATED = FOLDER / "schemas"
_SETTINGS = ("settings.json", "extensions.json", "tasks.json", "quips.code-snippets")


def editor_files(knowledge: Knowledge, plan: Json) -> dict[PurePosixPath, str]:
    """Return the text of every file that an editor is given, by where it lies in the folder that it opens.

    Args:
        knowledge: Whose names.
        plan: The schema of the plan of a round.
    """
    templates = files(__package__) / "vscode"
    settings = {FOLDER / name: (templates / name).read_text(encoding="utf-8") for name in _SETTINGS}
    schemas = named_schemas(knowledge, plan)
    return settings | {_GENERATED / f"{kind}.schema.json": _text(schema) for kind, schema in schemas.items()}


def write_editor_files(root: Path, found: dict[PurePosixPath, str]) -> tuple[list[Path], list[Path]]:
    """Write what an editor is given; settings that somebody may have changed are left alone.

    Args:
        root: The folder that the editor opens.
        found: The files, as ``editor_files`` returns them.

    Returns:
        What was written, and the settings that are there already and say something else.

    Raises:
        StorageError: A file cannot be written.
    """
    written, left = [], []
    for name, text in found.items():
        path = root / name
        with told_plainly(f"{path} cannot be written"):
            now = path.read_text(encoding="utf-8") if path.is_file() else None
            if now == text:
                continue
            if now is not None and name.parent != _GENERATED:
                left.append(path)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            written.append(path)
    return written, left


def _text(schema: Json) -> str:
    commented = {"$comment": "Made by quips editor from the files of the knowledge base. Run it again after a name changed."}
    return json.dumps(commented | schema, indent=1, ensure_ascii=False) + "\n"
