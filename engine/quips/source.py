"""Reads YAML strictly: version 1.2, no duplicate keys, no aliases, and the place of every value.

PyYAML's own resolver follows YAML 1.1, in which ``on`` and ``no`` are truth values. In a domain of yes/no
answers that would silently lose entries, so scalars are resolved here by the core schema of YAML 1.2,
which is also what editors read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from quips.places import Place
from quips.problems import InputError, Problem

_Loader = getattr(yaml, "CLoader", yaml.Loader)

MAX_BYTES = 5_000_000
MAX_DEPTH = 60

_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL_OR_HEXADECIMAL = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL: dict[str, Any] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
    **dict.fromkeys([".nan", ".NaN", ".NAN"], float("nan")),
    **dict.fromkeys([sign + inf for sign in ("", "+") for inf in (".inf", ".Inf", ".INF")], float("inf")),
    **dict.fromkeys(["-.inf", "-.Inf", "-.INF"], float("-inf")),
}

Path_ = tuple[str | int, ...]
Mark = Place | tuple[int, int]
"""A place; or the line and the column, counted from 0, where a parser was."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file's content with the place of every part of it.

    Attributes:
        file: The file's name as shown to people.
        value: The content as plain dictionaries, lists and scalars; dates stay text.
        places: For the path of each value (keys and positions from the top), where the value starts.
        keys: For the path of each mapping value, where its key starts.
        within: Where the value stands in the file, for a part of one.
        warnings: What should be looked at in the file, though it can be used.
    """

    file: str
    value: Any
    places: Mapping[Path_, Mark]
    keys: Mapping[Path_, Mark]
    within: Path_ = ()
    warnings: tuple[Problem, ...] = ()

    def at(self, *path: str | int) -> Any:
        """Return the value at a path.

        Raises:
            LookupError: There is no such value.
        """
        value = self.value
        for step in path:
            value = value[step]
        return value

    def place(self, *path: str | int) -> Place:
        """Return where the value at a path starts, or its nearest parent if there is no such value."""
        here = (*self.within, *path)
        mark = self.places.get(here)
        while mark is None and here:
            here = here[:-1]
            mark = self.places.get(here)
        return _place(mark, self.file)

    def key_place(self, *path: str | int) -> Place:
        """Return where the key of a mapping value stands."""
        mark = self.keys.get((*self.within, *path)) if path else None
        return _place(mark, self.file) if mark else self.place(*path)

    def part(self, value: Any, *path: str | int) -> Document:
        """Return what stands at a path as if it were a document of its own, with its places in this file.

        Args:
            value: What the part is taken to say.
            path: Where it stands.
        """
        return Document(self.file, value, self.places, self.keys, (*self.within, *path))


def read_yaml(path: Path, shown_as: str | None = None) -> Document:
    """Read one YAML file.

    Args:
        path: The file.
        shown_as: What to call it in messages; its path as given if left out.

    Raises:
        InputError: The file cannot be read, is too large, is not text, is not YAML, repeats a key or uses an alias.
    """
    file = shown_as or str(path)
    return parse_yaml(read_text(path, file), file)


def parse_yaml(text: str, file: str) -> Document:
    """Parse YAML text that is said to come from a file.

    Raises:
        InputError: The text is not YAML, is nested too deeply, repeats a key or uses an alias.

    Example:
        >>> parse_yaml("answer: no", "x.yaml").value
        {'answer': 'no'}
    """
    return _Builder(text, file).document()


def read_text(path: Path, file: str) -> str:
    """Return the text of a file.

    Args:
        path: The file.
        file: What to call it in messages.

    Raises:
        InputError: The file cannot be read, is too large, or is not text.
    """

    def fail(name: str, message: str, hint: str = "") -> InputError:
        return InputError([Problem(Place(file), name, message, hint)])

    try:
        if not path.is_file():
            if path.exists():
                raise fail("not-a-file", "This is a folder or a device, not a file.", "Name a file.")
            raise fail("no-such-file", "There is no such file.", "Check the name and the folder.")
        if path.stat().st_size > MAX_BYTES:
            raise fail(
                "file-too-large",
                f"The file is larger than {MAX_BYTES // 1_000_000} MB, which no record of one case is.",
                "Check that it is the right file.",
            )
        data = path.read_bytes()
    except OSError as error:
        hint = "Ask whoever looks after the folder to let you read it."
        raise fail("cannot-read", f"The file cannot be read: {error.strerror or error}.", hint) from error
    if b"\0" in data:
        raise fail("not-text", "This is not a text file.", "Quips reads YAML text files, saved as UTF-8.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        place = Place(file, line)
        problem = Problem(place, "not-utf-8", "The file has characters that are not UTF-8.", "Save it as UTF-8.")
        raise InputError([problem]) from error


class _Builder:
    """Builds values from the parser's events, so that what must be refused is refused before anything is built of it."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.places: dict[Path_, Mark] = {}
        self.keys: dict[Path_, Mark] = {}
        self.problems: list[Problem] = []

    def document(self) -> Document:
        try:
            value = self.read()
        except yaml.MarkedYAMLError as error:
            what, hint, mark = _in_plain_words(error, self.text.splitlines())
            raise self.refused("not-yaml", f"This is not YAML: {what}.", hint, mark) from error
        except yaml.YAMLError as error:
            hint = "Take out characters that cannot be seen."
            raise self.refused("not-yaml", f"This is not YAML: {str(error).splitlines()[0]}.", hint) from error
        if self.problems:
            raise InputError(self.problems)
        return Document(self.file, value, self.places, self.keys)

    def read(self) -> Any:
        # Not `yaml.parse`: there are very many events, and its generator would add to each.
        self.next: Callable[[], yaml.Event] = _Loader(self.text).get_event
        value, documents = None, 0
        while not isinstance(event := self.next(), yaml.StreamEndEvent):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    message = "The file holds more than one YAML document."
                    raise self.refused("several-documents", message, "Put each in a file of its own.", _mark(event.start_mark))
                value = self.value(self.next(), ())
        return value

    def value(self, event: yaml.Event, path: Path_) -> Any:
        mark = self.places[path] = _mark(event.start_mark)
        if isinstance(event, yaml.ScalarEvent) and not event.tag:
            return _scalar(event)
        tag = getattr(event, "tag", None)
        if tag:
            message = f"The tag {tag} says how to read a value, which these files never need."
            raise self.refused("tag", message, "Leave it out; put text that looks like a number in quotes.", mark)
        if isinstance(event, yaml.AliasEvent):
            message = f"The alias *{event.anchor} repeats another part of the file."
            raise self.refused("alias", message, "Write the part out where it is needed.", mark)
        if len(path) >= MAX_DEPTH:
            message = f"Lists and mappings are nested more than {MAX_DEPTH} deep."
            raise self.refused("nested-too-deeply", message, "Look for brackets that were opened and not closed.", mark)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        return self.mapping(path)

    def sequence(self, path: Path_) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            items.append(self.value(event, (*path, len(items))))
        return items

    def mapping(self, path: Path_) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            mark = _mark(event.start_mark)
            if not isinstance(event, yaml.ScalarEvent):
                message = "A key has to be a word, not a list, a mapping or an alias."
                raise self.refused("key-not-text", message, "Begin with a name and a colon; values come after it.", mark)
            key = str(event.value)
            here = (*path, key)
            if key in found:
                message = f"The key '{key}' stands twice; the first is on line {_place(self.keys[here], self.file).line}."
                self.problems.append(Problem(_place(mark, self.file), "duplicate-key", message, "Keep one of them."))
                here = (*path, f"{key} (again)")
            self.keys[here] = mark
            value = self.value(self.next(), here)
            found.setdefault(key, value)
        return found

    def refused(self, name: str, message: str, hint: str = "", at: Mark | None = None) -> InputError:
        return InputError([Problem(_place(at, self.file), name, message, hint)])


def _in_plain_words(error: yaml.MarkedYAMLError, lines: list[str]) -> tuple[str, str, tuple[int, int] | None]:
    """What the parser has met, what to do, and where, for people who do not know its words."""
    problem, opened = error.problem or "", error.context_mark or error.problem_mark
    mark = error.problem_mark or error.context_mark
    if problem == "found unexpected end of stream":
        return "what is opened here is never closed", "Close the quote or the bracket.", _mark(opened) if opened else None
    if (error.context or "").startswith("while parsing a flow"):
        what = "a bracket that is opened here is not closed, or a comma is missing in it"
        return what, "Close it, or put the comma in.", _mark(opened) if opened else None
    return *_of_line(error, lines[mark.line] if mark and mark.line < len(lines) else ""), _mark(mark) if mark else None


def _of_line(error: yaml.MarkedYAMLError, text: str) -> tuple[str, str]:
    """What is wrong with a line, and what to do."""
    problem = error.problem or ""
    if problem.startswith("found character") and "\t" in text:
        return "the line holds a tab, and only spaces can set words in", "Put spaces in place of the tab."
    if problem.startswith("found character"):
        return "a word cannot begin with this character", "Put the text in quotes, or take out what was copied with it."
    if problem == "mapping values are not allowed in this context":
        return (
            "there is a colon where none can stand",
            "Put a text that holds a colon in quotes, or set the line in as those near it.",
        )
    if problem.startswith(("did not find expected", "could not find expected")):
        hint = "Set it in as those near it; or look above for a quote or a bracket that is not closed, or a colon left out."
        return "this line does not go on from those above it", hint
    hint = "Check the indentation, the colons and the quotes of this line and the one before."
    return ", ".join(part for part in (error.context, error.problem) if part), hint


def _scalar(event: yaml.ScalarEvent) -> Any:
    text = str(event.value)
    if event.style or not text.isascii():
        return text
    if text in _SPECIAL:
        return _SPECIAL[text]
    if not (text[0].isdigit() or text[0] in "+-."):
        return text
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) < 20 else float(text)
    if _OCTAL_OR_HEXADECIMAL.fullmatch(text):
        return int(text, 0)
    return float(text) if _FLOAT.fullmatch(text) else text


def _mark(mark: Any) -> tuple[int, int]:
    """The line and column of a parser's mark, which is of one of two classes that have nothing else in common."""
    return mark.line, mark.column


def _place(mark: Mark | None, file: str) -> Place:
    if mark is None:
        return Place(file)
    return mark if isinstance(mark, Place) else Place(file, mark[0] + 1, mark[1] + 1)
