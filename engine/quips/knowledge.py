"""The knowledge base: framework and rules, read, checked and put together."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from quips.caseschema import case_schema
from quips.extracts import Extract, extract_problems, read_extract
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
from quips.garbage import all_kept
from quips.graph import Graph, build_graph, circles, derived_in_order, rules_in_order
from quips.holdings import (
    crosswalk_problems,
    glossary_problems,
    population_problems,
    prompt_problems,
    publication_problems,
)
from quips.knowledgefiles import Files, shown_as, yaml_files
from quips.names import name_problems
from quips.passed import is_known, remember
from quips.places import Place
from quips.problems import InputError, Problem
from quips.program import Program, compile_program
from quips.published import Publication, read_publications
from quips.readbefore import ReadBefore
from quips.rules import Each, Rule, read_rule
from quips.shapes import Shape
from quips.vocabulary import Vocabulary, read_vocabulary

_PACKAGE = Path(__file__).resolve().parent
_KINDS = {"framework": "framework files", "rules": "rules"}


@dataclass(frozen=True)
class Knowledge:
    """Everything that the framework and the rules say, checked.

    What an audit seldom needs is read from its files when it is first asked for.

    Attributes:
        vocabulary: What a case record can say.
        sources: The documents that are cited, by name.
        limits: The time limits, by name.
        editions: The editions, by name.
        rules: The rules that are not retired, by name; drafts included.
        files: The files it is read from.
        digest: A digest of every file.
        own: The rules of a folder that is laid over the shipped ones.
    """

    vocabulary: Vocabulary
    sources: Mapping[str, Source]
    limits: Mapping[str, Limit]
    editions: Editions
    rules: Mapping[str, Rule]
    files: Files
    digest: str
    own: tuple[OwnRule, ...] = ()

    @property
    def n_files(self) -> int:
        """How many files it is read from."""
        return self.files.count

    @cached_property
    def publications(self) -> dict[str, Publication]:
        """What the reports print, by report."""
        return read_publications(self.files.of_shape("published"))

    @cached_property
    def glossary(self) -> tuple[Entry, ...]:
        """The terms and abbreviations of the reports."""
        return tuple(entry for document in self.files.of_shape("glossary") for entry in read_glossary(document))

    @cached_property
    def crosswalk(self) -> tuple[Meets, ...]:
        """Which prompt of one edition meets which of another."""
        return tuple(meets for document in self.files.of_shape("crosswalk") for meets in read_crosswalk(document))

    @cached_property
    def extracts(self) -> dict[str, Extract]:
        """How extracts from case systems become caseloads, by name."""
        found = [read_extract(document) for document in self.files.of_shape("extract")]
        return {extract.name: extract for extract in found}

    @cached_property
    def paragraphs(self) -> dict[str, tuple[int, ...]]:
        """The lines of each report that hold findings."""
        return {seed: tuple(lines) for document in self.files.of_shape("paragraphs") for seed, lines in document.value.items()}

    @cached_property
    def prompts(self) -> dict[str, Prompt]:
        """Every prompt of every edition, by full name."""
        return {prompt.name: prompt for edition in self.editions.values() for prompt in edition.prompts()}

    @cached_property
    def judged_names(self) -> frozenset[str]:
        """Every name under which a case is judged: prompts about a case, key questions, and criteria with a summary question."""
        nodes = {f"{edition.name}/{node.id}" for edition in self.editions.values() for node in edition.judged_nodes()}
        return frozenset(nodes | {prompt.name for prompt in self.prompts.values() if prompt.about == "case"})

    @cached_property
    def graph(self) -> Graph:
        """The graph of everything."""
        return build_graph(self.rules, self.editions, self.limits, self.vocabulary)

    @cached_property
    def rule_graph(self) -> Graph:
        """The part of the graph that an audit needs: rules, limits and vocabulary, without the editions' own nodes."""
        return build_graph(self.rules, {}, self.limits, self.vocabulary)

    @cached_property
    def program(self) -> Program:
        """The active rules, compiled."""
        active = {name: rule for name, rule in self.rules.items() if rule.status == "active"}
        order = [rule for rule in rules_in_order(self.rule_graph, self.rules) if rule.name in active]
        return compile_program(order, derived_in_order(active), self.limits, self.vocabulary)

    @cached_property
    def by_definition(self) -> frozenset[str]:
        """The circumstances that are inferred with certainty, because that is what the words mean."""
        inferring = [rule for rule in self.rules.values() if rule.derives]
        loose = {rule.derives[0] for rule in inferring if rule.derives and not rule.by_definition}
        return frozenset(rule.derives[0] for rule in inferring if rule.derives) - loose

    @cached_property
    def work(self) -> frozenset[str]:
        """The activities that are work: some rule wants them done, or asks how they were done. Others, as a call-out, happen."""
        found: set[str] = set()
        for rule in self.rules.values():
            if rule.expect is not None and not rule.expect.never:
                found.update(rule.expect.activities)
            if rule.expect is not None and rule.expect.this is not None:
                found.update(trigger.activity for trigger in rule.triggers if isinstance(trigger, Each))
        return frozenset(found)

    @cached_property
    def titles(self) -> dict[str, str]:
        """The title of every rule, by name."""
        return {name: rule.title for name, rule in self.rules.items()}

    @cached_property
    def said(self) -> dict[Hashable, Any]:
        """What findings say that depends on no case, once it has been said."""
        return {}

    @cached_property
    def case_schema(self) -> dict[str, Any]:
        """The JSON Schema of a case record."""
        return case_schema(self.vocabulary, sorted(self.editions))

    @cached_property
    def case_shape(self) -> Shape:
        """The schema of a case record, compiled."""
        return Shape(self.case_schema)


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A rule of a folder that is laid over the shipped ones.

    Attributes:
        name: Its name.
        title: What it asks, in words.
        status: ``active``, ``draft`` or ``retired``; what is retired is left out.
        instead_of: Where the shipped rule stands that it takes the place of; None if it is one more.
    """

    name: str
    title: str
    status: str
    instead_of: Place | None


def find_rules(given: str | None = None) -> tuple[Path, Path | None]:
    """Return the folder of rules, and the folder of somebody's own that is laid over it, if there is one.

    A folder with a vocabulary of its own stands alone. One that holds rules only is laid over the shipped ones.

    Args:
        given: A folder the user named, if any.

    Raises:
        InputError: The folder that was named does not exist, or holds no rules.
    """
    own = Path(given) if given is not None else None
    if own is not None and own.is_dir() and not (own / "vocabulary").is_dir() and _has_rules(own):
        return find_folder("rules"), own
    return find_folder("rules", given), None


def _has_rules(folder: Path) -> bool:
    """Whether any file says of itself that it is a rule."""
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in yaml_files(folder))
    return any(line.startswith("rule:") for text in texts for line in text.splitlines())


def find_folder(name: str, given: str | None = None) -> Path:
    """Return the folder ``framework`` or ``rules``: the one given, else a checkout's, else the one in the package.

    Args:
        name: ``framework`` or ``rules``.
        given: A folder the user named, if any.

    Raises:
        InputError: The folder that was named does not exist, or is not one of that kind.
    """
    if given is not None:
        folder = Path(given)
        if not folder.is_dir():
            raise InputError(
                [Problem(Place(given), "no-such-folder", f"There is no such folder for --{name}.", "Check the name.")]
            )
        lacks = _lacks(name, folder)
        if lacks:
            message = f"This is not a folder of {_KINDS[name]}: {lacks}."
            hint = f"Name the {name} folder of a copy of Quips."
            if name == "rules":
                hint += " Or put a rule of your own in it first, and it is laid over the shipped ones."
            raise InputError([Problem(Place(given), "wrong-folder", message, hint)])
        return folder
    for folder in (_PACKAGE.parent.parent / name, _PACKAGE / "data" / name):
        if folder.is_dir():
            return folder
    raise InputError([Problem(Place(name), "no-such-folder", f"The {name} files were not installed.", "Install Quips again.")])


def _lacks(name: str, folder: Path) -> str:
    """Return what tells that a folder is not one of a kind, in words; empty if it is."""
    if name == "framework":
        return "" if (folder / "sources.yaml").is_file() else "it has no file sources.yaml"
    files = yaml_files(folder)
    if not any(path.parent == folder / "vocabulary" for path in files):
        return "it has no folder 'vocabulary' with YAML files in it"
    return "" if any(path.parent.name != "vocabulary" for path in files) else "there is no rule in it"


@all_kept()
def load_knowledge(
    framework: Path, rules: Path, fresh: bool = False, own: Path | None = None, before: ReadBefore | None = None
) -> Knowledge:
    """Read, validate and put together the framework and the rules.

    Files that are known to have passed, byte for byte, are not validated again.

    Args:
        framework: The folder of what the inspectorate publishes.
        rules: The folder of our reading of it.
        fresh: Validate whatever is remembered.
        own: A folder of rules that is laid over the others: one of the same name takes the place of the other.
        before: What was read before, and is not read again where the text is the same; what is read now is added to it.

    Raises:
        InputError: With everything that is wrong, each at its place.
    """
    files = Files(framework, rules, own, before)
    digest = files.digest()
    passed = not fresh and not files.problems and is_known(digest)
    problems = list(files.problems)
    if not passed:
        problems += files.shape_problems()
    misshapen = files.misshapen_rules(problems)
    if {problem.place.file for problem in problems} - misshapen.keys():
        raise InputError(problems)  # a rule that cannot be read keeps nobody from being told of the others
    vocabulary = read_vocabulary(files.of_shape("vocabulary"), problems)
    sources = [read_sources(document) for document in files.of_shape("sources")]
    limits = [limit for document in files.of_shape("limits") for limit in read_limits(document)]
    every_rule, own_rules = _rules(files, problems, misshapen)
    knowledge = Knowledge(
        vocabulary,
        {name: source for found in sources for name, source in found.items()},
        _by_name(limits, problems),
        Editions(files),
        {name: rule for name, rule in every_rule.items() if rule.status != "retired"},
        files,
        digest[:16],
        own_rules,
    )
    if not passed:
        problems += name_problems(
            vocabulary,
            knowledge.sources,
            knowledge.limits,
            knowledge.editions,
            knowledge.prompts,
            knowledge.rules,
            knowledge.case_shape,
            {rule.name for rule in every_rule.values() if rule.status == "retired"},
            misshapen.values(),
        )
        problems += prompt_problems(knowledge.editions)
        problems += publication_problems(knowledge.publications, knowledge.editions)
        problems += crosswalk_problems(knowledge.crosswalk, knowledge.prompts)
        problems += glossary_problems(knowledge.glossary, vocabulary)
        problems += extract_problems(knowledge.extracts.values(), vocabulary)
        _stop_if_wrong(problems)
        problems += population_problems(knowledge.rules.values(), knowledge.editions, vocabulary)
        problems += circles(knowledge.rule_graph, knowledge.rules)
        _stop_if_wrong(problems)
        remember(digest)
    return knowledge


def _rules(files: Files, problems: list[Problem], misshapen: Collection[str]) -> tuple[dict[str, Rule], tuple[OwnRule, ...]]:
    """Every rule by name, and which of them are somebody's own; those in files that are misshapen are left out."""

    def read(paths: Iterable[Path]) -> list[Rule]:
        return [read_rule(files.document(path), path.parent.name) for path in paths if shown_as(path) not in misshapen]

    shipped = _by_name(read(files.shipped_rules), problems)
    mine = read(files.own_rules)
    topics = {one.name: shipped[one.name].topic if one.name in shipped else one.topic for one in mine}
    owned = _by_name([replace(one, topic=topics[one.name], own=True) for one in mine], problems)
    told = tuple(
        OwnRule(name, rule.title, rule.status, shipped[name].place if name in shipped else None) for name, rule in owned.items()
    )
    return {**shipped, **owned}, told


class Editions(Mapping[str, Edition]):
    """The editions by name; an edition's sections are read when it is first asked for."""

    def __init__(self, files: Files) -> None:
        """Know the editions by their folders."""
        self._files = files
        self._folders = {Path(path).parent.name: path for path in files.paths("edition")}
        self._read: dict[str, Edition] = {}

    def __getitem__(self, name: str) -> Edition:
        """Return an edition."""
        if name not in self._read:
            path = self._folders[name]
            head = self._files.document(path)
            divisions = [self._files.document(path.parent / division) for division in head.value["divisions"]]
            self._read[name] = read_edition(head, divisions)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names, in order."""
        return iter(self._folders)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._folders)

    def in_use_from(self, name: str) -> str:
        """Return the day an edition came into use, without reading its sections; empty if that is not known."""
        head = self._files.document(self._folders[name]).value
        return str(head.get("in_use", {}).get("valid_from", ""))


def _stop_if_wrong(problems: list[Problem]) -> None:
    if problems:
        raise InputError(problems)


def _by_name(things: list[Any], problems: list[Problem]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for thing in things:
        if thing.name in found:
            message = f"'{thing.name}' is defined twice; first at {found[thing.name].place}."
            problems.append(Problem(thing.place, "defined-twice", message, "Rename or remove one."))
        found.setdefault(thing.name, thing)
    return found
