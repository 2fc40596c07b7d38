"""The files of a knowledge base: which there are, of which shape each is, their texts and documents, and what is misshapen."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from quips.places import Place
from quips.problems import InputError, Problem, did_you_mean
from quips.readbefore import ReadBefore
from quips.shapes import Shape
from quips.source import Document, read_text

_YAML = (".yaml", ".yml")
_KNOWN = (*_YAML, ".md")


class Files:
    """The YAML files of a knowledge base: their texts, and their documents as they are asked for.

    Attributes:
        problems: What is wrong with the files themselves, before their content is looked at.
        shipped_rules: The files of rules.
        own_rules: The files of the folder of rules that is laid over those.
        rule_folders: The folders that hold them.
    """

    def __init__(self, framework: Path, rules: Path, own: Path | None = None, before: ReadBefore | None = None) -> None:
        """Read the text of every file."""
        self._framework = framework
        self._before = before or ReadBefore()
        self.rule_folders = (rules,) if own is None else (rules, own)
        own_files = yaml_files(own) if own is not None else []
        own_sources = [path for path in own_files if path.parent == own and path.name == "sources.yaml"]
        self.own_rules = [path for path in own_files if path not in own_sources]
        self._shapes: dict[Path, str] = {}
        for path in yaml_files(framework):
            self._shapes[path] = _framework_shape(path)
        for path in yaml_files(rules):
            self._shapes[path] = "vocabulary" if path.parent.name == "vocabulary" else "rule"
        self.shipped_rules = self.paths("rule")
        self._shapes.update(dict.fromkeys(self.own_rules, "rule"))
        self._shapes.update(dict.fromkeys(own_sources, "sources"))
        self.problems: list[Problem] = []
        self._texts: dict[Path, str] = {}
        self._documents: dict[Path, Document] = {}
        for path in self._shapes:
            try:
                self._texts[path] = read_text(path, shown_as(path))
            except InputError as error:
                self.problems += error.problems

    @property
    def count(self) -> int:
        """How many files there are."""
        return len(self._shapes)

    def paths(self, shape: str) -> list[Path]:
        """Return the files of a shape, in order."""
        return [path for path, found in self._shapes.items() if found == shape]

    def of_shape(self, shape: str) -> list[Document]:
        """Return the documents of a shape, in order of their files."""
        return [self.document(path) for path in self.paths(shape)]

    def document(self, path: Path) -> Document:
        """Return the document of a file.

        Raises:
            InputError: There is no such file, or it is not YAML.
        """
        if path not in self._documents:
            if path not in self._texts:
                self._texts[path] = read_text(path, shown_as(path))
            self._documents[path] = self._before.document(self._texts[path], shown_as(path))
        return self._documents[path]

    def digest(self) -> str:
        """Return a digest of every file and every schema."""
        digest = hashlib.sha256()
        for path, text in self._texts.items():
            digest.update(f"{path.parent.name}/{path.name}\0{text}\0".encode())
        for path in sorted((self._framework / "schema").glob("*.json")):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def schema(self, shape: str) -> dict[str, Any] | None:
        """Return the JSON Schema of a shape, as its file says it; None if there is none."""
        path = self._framework / "schema" / f"{shape}.schema.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None

    def shape_problems(self) -> list[Problem]:
        """Return what is not YAML, what does not fit its schema, and what should be there and is not."""
        problems: list[Problem] = []
        shapes: dict[str, Shape] = {}
        for path, name in self._shapes.items():
            if path not in self._texts:
                continue  # told already
            try:
                document = self.document(path)
            except InputError as error:
                problems += error.problems
                continue
            if name not in shapes:
                schema = self.schema(name)
                if schema is None:
                    message = f"A file called {path.name} has no place here."
                    problems.append(Problem(Place(shown_as(path)), "no-place-here", message, "Move or rename it."))
                    continue
                shapes[name] = Shape(schema)
            problems += shapes[name].problems(document)
        if not self.paths("sources"):
            problems.append(
                Problem(Place(shown_as(self._framework)), "no-such-file", "There is no sources.yaml here.", "Put it back.")
            )
        for path in self.paths("edition") if not problems else ():
            for n, division in enumerate(self.document(path).value["divisions"]):
                if path.parent / division not in self._shapes:
                    place = self.document(path).place("divisions", n)
                    hint = did_you_mean(division, (other.name for other in self.paths("division") if other.parent == path.parent))
                    message = f"There is no file {division} in this folder."
                    problems.append(Problem(place, "no-such-file", message, hint or "Write it, or take it out of the list."))
        return problems

    def misshapen_rules(self, problems: Iterable[Problem]) -> dict[str, str]:
        """Return the rule files that have problems, as they are shown, each with the name of its rule if it can be read."""
        wrong = {problem.place.file for problem in problems}
        found: dict[str, str] = {}
        for path in self.paths("rule") if wrong else ():
            if shown_as(path) in wrong:
                document = self._documents.get(path)
                value = document.value if document else None
                found[shown_as(path)] = str(value.get("rule", path.stem)) if isinstance(value, dict) else path.stem
        return found


def _framework_shape(path: Path) -> str:
    """Return which schema a file of the framework has: the place of most says it, the name of the others."""
    match path.parent.parent.name, path.parent.name:
        case "editions", _:
            return "edition" if path.stem == "edition" else "division"
        case "published", _:
            return "published"
        case _, "limits":
            return "limits"
        case _, "extracts":
            return "extract"
        case _:
            return path.stem


def passed_over(folder: Path) -> list[Path]:
    """Return the files beneath a folder that are not read, though their names do not say that they are no rules."""
    files = [Path(parent, name) for parent, _, names in os.walk(folder, followlinks=False) for name in names]
    return sorted(path for path in files if path.suffix not in _KNOWN and not path.name.startswith("."))


def yaml_files(folder: Path) -> list[Path]:
    """Return the YAML files beneath a folder, in order; links to folders are not followed, so a loop of links ends."""
    found = []
    for parent, folders, files in os.walk(folder, followlinks=False):
        folders.sort()
        found += [Path(parent, name) for name in files if name.endswith(_YAML)]
    return sorted(found)


def shown_as(path: Path) -> str:
    """Return a path relative to where the user stands, if it lies beneath."""
    try:
        return str((_resolved(Path.cwd() / path.parent) / path.name).relative_to(Path.cwd()))
    except ValueError:
        return str(path)


@cache
def _resolved(folder: Path) -> Path:
    """A folder, from the root, without links and dots; kept, for there are many files in each."""
    return folder.resolve()
