"""The knowledge base: framework and rules, read, checked and put together."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from quips.caseschema import case_schema
from quips.framework import (
    Edition,
    Entry,
    Limit,
    Meets,
    Prompt,
    Source,
    read_crosswalk,
    read_edition,
    read_glossary,
    read_limits,
    read_sources,
)
from quips.graph import Graph, build_graph, circles, derived_in_order, rules_in_order
from quips.names import name_problems
from quips.passed import is_known, remember
from quips.places import Place
from quips.problems import InputError, Problem
from quips.program import Program, compile_program
from quips.published import Publication, read_publications
from quips.rules import Rule, read_rule
from quips.shapes import Shape
from quips.source import Document, read_yaml
from quips.vocabulary import Vocabulary, read_vocabulary

_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Knowledge:
    """Everything that the framework and the rules say, checked.

    Attributes:
        vocabulary: What a case record can say.
        sources: The documents that are cited, by name.
        limits: The time limits, by name.
        editions: The editions, by name.
        rules: The rules that are not retired, by name; drafts included.
        publications: What the reports print, by report.
        glossary: The terms and abbreviations of the reports.
        crosswalk: Which prompt of one edition meets which of another.
        paragraphs: The lines of each report that hold findings.
        digest: A digest of every file it was read from.
        n_files: How many files that was.
    """

    vocabulary: Vocabulary
    sources: Mapping[str, Source]
    limits: Mapping[str, Limit]
    editions: Mapping[str, Edition]
    rules: Mapping[str, Rule]
    publications: Mapping[str, Publication]
    glossary: tuple[Entry, ...]
    crosswalk: tuple[Meets, ...]
    paragraphs: Mapping[str, tuple[int, ...]]
    digest: str
    n_files: int

    @cached_property
    def prompts(self) -> dict[str, Prompt]:
        """Every prompt of every edition, by full name."""
        return {prompt.name: prompt for edition in self.editions.values() for prompt in edition.prompts()}

    @cached_property
    def graph(self) -> Graph:
        """The graph of everything."""
        return build_graph(self.rules, self.editions, self.limits, self.vocabulary)

    @cached_property
    def program(self) -> Program:
        """The active rules, compiled."""
        active = {name: rule for name, rule in self.rules.items() if rule.status == "active"}
        order = [rule for rule in rules_in_order(self.graph, self.rules) if rule.name in active]
        return compile_program(order, derived_in_order(self.graph, active), self.limits, self.vocabulary)

    @cached_property
    def by_definition(self) -> frozenset[str]:
        """The circumstances that are inferred with certainty, because that is what the words mean."""
        inferring = [rule for rule in self.rules.values() if rule.derives]
        loose = {rule.derives[0] for rule in inferring if rule.derives and not rule.by_definition}
        return frozenset(rule.derives[0] for rule in inferring if rule.derives) - loose

    @cached_property
    def case_schema(self) -> dict[str, Any]:
        """The JSON Schema of a case record."""
        return case_schema(self.vocabulary, sorted(self.editions))

    @cached_property
    def case_shape(self) -> Shape:
        """The schema of a case record, compiled."""
        return Shape(self.case_schema)


def find_folder(name: str, given: str | None = None) -> Path:
    """Return the folder ``framework`` or ``rules``: the one given, else a checkout's, else the one in the package.

    Args:
        name: ``framework`` or ``rules``.
        given: A folder the user named, if any.

    Raises:
        InputError: The folder that was named does not exist.
    """
    if given is not None:
        if not Path(given).is_dir():
            raise InputError([Problem(Place(given), "no-such-folder", f"There is no such folder for --{name}.")])
        return Path(given)
    for folder in (_PACKAGE.parent.parent / name, _PACKAGE / "data" / name):
        if folder.is_dir():
            return folder
    raise InputError([Problem(Place(name), "no-such-folder", f"The {name} files were not installed.")])


def load_knowledge(framework: Path, rules: Path, fresh: bool = False) -> Knowledge:
    """Read, validate and put together the framework and the rules.

    Files that are known to have passed, byte for byte, are not validated again.

    Args:
        framework: The folder of what the inspectorate publishes.
        rules: The folder of our reading of it.
        fresh: Validate whatever is remembered.

    Raises:
        InputError: With everything that is wrong, each at its place.
    """
    return _Loader(framework, rules).load(fresh)


class _Loader:
    """Reads the files of one knowledge base and gathers what is wrong with them."""

    def __init__(self, framework: Path, rules: Path) -> None:
        self.framework, self.rules = framework, rules
        self.problems: list[Problem] = []
        self.digest = hashlib.sha256()
        self.n_files = 0
        self.to_check: list[tuple[Document, str]] = []

    def load(self, fresh: bool) -> Knowledge:
        sources = self.read(self.framework / "sources.yaml", "sources")
        limit_files = [self.read(path, "limits") for path in _yaml_files(self.framework / "limits")]
        edition_files = [
            self.read_edition(path) for path in sorted((self.framework / "editions").glob("*/edition.yaml"))
        ]
        vocabulary_files = [self.read(path, "vocabulary") for path in _yaml_files(self.rules / "vocabulary")]
        published_files = [self.read(path, "published") for path in _yaml_files(self.framework / "published")]
        glossary = self.read_if_there("glossary")
        crosswalk = self.read_if_there("crosswalk")
        paragraphs = self.read_if_there("paragraphs")
        rule_files = [(path.parent.name, self.read(path, "rule")) for path in self.rule_paths()]
        for path in sorted((self.framework / "schema").glob("*.json")):
            self.digest.update(path.read_bytes())
        digest = self.digest.hexdigest()
        passed = not self.problems and not fresh and is_known(digest)
        if not passed:
            self.check_shapes()
        self.stop_if_wrong()
        vocabulary = read_vocabulary(vocabulary_files, self.problems)
        limits = self.by_name([limit for document in limit_files for limit in read_limits(document)])
        editions = self.by_name([read_edition(document, divisions) for document, divisions in edition_files])
        every_rule = self.by_name([read_rule(document, topic) for topic, document in rule_files])
        knowledge = Knowledge(
            vocabulary,
            read_sources(sources),
            limits,
            editions,
            {name: rule for name, rule in every_rule.items() if rule.status != "retired"},
            read_publications(published_files),
            tuple(read_glossary(glossary)) if glossary else (),
            tuple(read_crosswalk(crosswalk)) if crosswalk else (),
            {seed: tuple(lines) for seed, lines in paragraphs.value.items()} if paragraphs else {},
            digest[:16],
            self.n_files,
        )
        if passed:
            return knowledge
        self.problems += name_problems(
            vocabulary, knowledge.sources, limits, editions, knowledge.prompts, knowledge.rules, knowledge.case_shape
        )
        self.stop_if_wrong()
        self.problems += circles(knowledge.graph, knowledge.rules)
        self.stop_if_wrong()
        remember(digest)
        return knowledge

    def stop_if_wrong(self) -> None:
        if self.problems:
            raise InputError(self.problems)

    def read(self, path: Path, shape: str) -> Document:
        shown = _shown(path)
        try:
            document = read_yaml(path, shown)
        except InputError as error:
            self.problems += error.problems
            return Document(shown, {}, {}, {})
        self.n_files += 1
        self.digest.update(f"{path.name}\0{path.read_text(encoding='utf-8-sig')}\0".encode())
        self.to_check.append((document, shape))
        return document

    def read_if_there(self, name: str) -> Document | None:
        path = self.framework / f"{name}.yaml"
        return self.read(path, name) if path.exists() else None

    def check_shapes(self) -> None:
        shapes: dict[str, Shape] = {}
        for document, name in self.to_check:
            if name not in shapes:
                path = self.framework / "schema" / f"{name}.schema.json"
                shapes[name] = Shape(json.loads(path.read_text(encoding="utf-8")))
            self.problems += shapes[name].problems(document)

    def read_edition(self, path: Path) -> tuple[Document, list[Document]]:
        document = self.read(path, "edition")
        names = document.value.get("divisions", []) if isinstance(document.value, dict) else []
        names = names if isinstance(names, list) else []
        return document, [self.read(path.parent / str(name), "division") for name in names]

    def rule_paths(self) -> Iterator[Path]:
        for path in _yaml_files(self.rules):
            if path.parent.name != "vocabulary":
                yield path

    def by_name(self, things: list[Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for thing in things:
            if thing.name in found:
                message = f"'{thing.name}' is defined twice; first at {found[thing.name].place}."
                self.problems.append(Problem(thing.place, "defined-twice", message, "Rename or remove one."))
            found.setdefault(thing.name, thing)
        return found


def _yaml_files(folder: Path) -> list[Path]:
    """Return the YAML files beneath a folder, in order; links to folders are not followed, so a loop of links ends."""
    found = []
    for parent, folders, files in os.walk(folder, followlinks=False):
        folders.sort()
        found += [Path(parent, name) for name in files if name.endswith((".yaml", ".yml"))]
    return sorted(found)


def _shown(path: Path) -> str:
    """Return a path relative to where the user stands, if it lies beneath."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
