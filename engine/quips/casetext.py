"""Changes a case file as text, so that everything that is not changed stays as its officer wrote it, comments included.

Only the lines of what changes are written anew; all others stay as they are to the byte. Comments inside them are kept, above
what takes their place. Each change is read back before it is returned: it either says what it should, and nothing else has
changed, or there is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date
from typing import Any

import yaml

from quips.caseschema import is_reference
from quips.problems import QuipsError
from quips.shapes import is_date
from quips.source import Path_, parse_yaml
from quips.yamltext import indented, item, mapping, member

_Loader = getattr(yaml, "CLoader", yaml.Loader)
_FILE = "the case file"
_REMOVED: Any = object()
_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class CaseTextError(QuipsError):
    """A change that cannot be made; says why, and leaves the text as it was."""


def new_case(reference: str, as_at: date | str) -> str:
    """Return the text of a new case, of which nothing is known yet and whose record is still being read.

    Args:
        reference: Its reference, such as ``TV-0042``; never a name.
        as_at: The day the record is read.

    Raises:
        CaseTextError: The reference or the day is not of the right form.

    Example:
        >>> print(new_case("TV-0042", "2010-04-19"), end="")
        case: TV-0042
        as_at: 2010-04-19
        record_complete: false
        circumstances: {}
        record: []
    """
    if not is_reference(reference):
        message = f"'{reference[:40]}' cannot be the reference of a case. A reference has capital letters, figures and hyphens, "
        raise CaseTextError(message + "at least one figure, and at most 40 of them all, such as TV-0042; it is never a name.")
    day = str(as_at)
    if not is_date(day):
        raise CaseTextError(f"'{day}' is not a day that exists. Write year-month-day, such as 2010-04-19.")
    return f"case: {reference}\nas_at: {day}\nrecord_complete: false\ncircumstances: {{}}\nrecord: []\n"


def with_circumstance(text: str, name: str, value: Any) -> str:
    """Return a case that says something else of a circumstance.

    Args:
        text: The case file.
        name: The circumstance.
        value: What it is: a plain value, a list of them, or a list of ``{from: day, is: value}``; None if it is not known.

    Raises:
        InputError: The text is not YAML.
        CaseTextError: It is not laid out as a case file is, or the value cannot be written.

    Example:
        >>> text = new_case("TV-0042", "2010-04-19")
        >>> with_circumstance(text, "tier", 4).splitlines()[3:5]
        ['circumstances:', '  tier: 4']
    """
    return _with_member(text, "circumstances", name, value)


def with_judgement(text: str, prompt: str, judgement: Mapping[str, Any] | None) -> str:
    """Return a case with another judgement of a prompt, or with none.

    Args:
        text: The case file.
        prompt: The prompt, such as ``omi-2/1.2/rosh-classification-agreed``.
        judgement: What is said: ``answer``, and perhaps ``reason``, ``evidence`` and ``note``; None to take it out.

    Raises:
        InputError: The text is not YAML.
        CaseTextError: It is not laid out as a case file is, or the judgement cannot be written.
    """
    return _with_member(text, "judgements", prompt, judgement)


def with_top(text: str, key: str, value: Any) -> str:
    """Return a case that says something else at its top, such as ``as_at`` or ``record_complete``.

    Args:
        text: The case file.
        key: What is said.
        value: What it is; None to take it out.

    Raises:
        InputError: The text is not YAML.
        CaseTextError: It is not laid out as a case file is, or the value cannot be written.
    """
    before = _read(text)
    if value is None:
        return _changed(text, (key,), _REMOVED) if key in before else text
    return _changed(text, (key,), _plain(value))


def with_entry(text: str, activity: str, said: Mapping[str, Any] | str) -> str:
    """Return a case with one more entry at the end of its record.

    Args:
        text: The case file.
        activity: What was done, or ``not_done``.
        said: What is said of it by name, ``on`` included; or the day alone.

    Raises:
        InputError: The text is not YAML.
        CaseTextError: It is not laid out as a case file is, or what is said cannot be written.

    Example:
        >>> text = new_case("TV-0042", "2010-04-19")
        >>> with_entry(text, "home_visit", {"on": "2009-10-05", "purposeful": True}).splitlines()[4:]
        ['record:', '  - home_visit: {on: 2009-10-05, purposeful: true}']
    """
    record = _part(text, "record", list)
    entry = {activity: _plain(said)}
    if record is None:
        return _changed(text, ("record",), [entry])
    return _changed(text, ("record", len(record)), entry)


def with_entry_replaced(text: str, number: int, activity: str, said: Mapping[str, Any] | str) -> str:
    """Return a case with another entry in the place of one.

    Args:
        text: The case file.
        number: Which entry, counted from 0 in the order of the file.
        activity: What was done, or ``not_done``.
        said: What is said of it by name, ``on`` included; or the day alone.

    Raises:
        InputError: The text is not YAML.
        CaseTextError: There is no such entry, the text is not laid out as a case file is, or what is said cannot be written.
    """
    _entry_at(text, number)
    return _changed(text, ("record", number), {activity: _plain(said)})


def without_entry(text: str, number: int) -> str:
    """Return a case without one of its entries; comments on it stay.

    Args:
        text: The case file.
        number: Which entry, counted from 0 in the order of the file.

    Raises:
        InputError: The text is not YAML.
        CaseTextError: There is no such entry, or the text is not laid out as a case file is.
    """
    _entry_at(text, number)
    return _changed(text, ("record", number), _REMOVED)


def _with_member(text: str, part: str, name: str, value: Any) -> str:
    members = _part(text, part, dict)
    if value is None:
        return _changed(text, (part, name), _REMOVED) if members and name in members else text
    if members is None:
        return _changed(text, (part,), {name: _plain(value)})
    return _changed(text, (part, name), _plain(value))


def _entry_at(text: str, number: int) -> None:
    record = _part(text, "record", list) or []
    if not 0 <= number < len(record):
        raise CaseTextError("That entry is not in the record any more. Look at the record as it is now.")


def _part(text: str, name: str, kind: type) -> Any:
    part = _read(text).get(name)
    if part is not None and not isinstance(part, kind):
        words = "a list" if kind is list else "a mapping (name: value)"
        raise CaseTextError(f"'{name}' in the case file has to be {words}. Correct the file first.")
    return part


def _read(text: str) -> dict[str, Any]:
    value = parse_yaml(text, _FILE).value
    if not isinstance(value, dict):
        raise CaseTextError("The case file has to be a mapping (name: value). Correct the file first.")
    return value


# Changes -------------------------------------------------------------------------------------------------------------


def _changed(text: str, path: Path_, new: Any) -> str:
    """Return the text with another value at a path, or with none; a path to one past the end of a list adds to it."""
    ends = "\r\n" if "\r\n" in text else "\n"
    mark = text[: text.startswith("\ufeff")]
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    changed = _towards(plain, path, new)
    return mark + changed.replace("\n", ends) if changed != plain else text


def _towards(text: str, path: Path_, new: Any) -> str:
    """Change as little as can be: what lies in block style is changed member by member."""
    old = _at(parse_yaml(text, _FILE).value, path)
    if _same(old, new):
        return text
    node = _Layout(text).node(path)
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and old and new:
        if isinstance(old, dict) and isinstance(new, dict) and old.keys() & new.keys():
            return _mapping_towards(text, path, old, new)
        if isinstance(old, list) and isinstance(new, list):
            return _list_towards(text, path, old, new)
    return _put(text, path, new)


def _mapping_towards(text: str, path: Path_, old: dict[str, Any], new: dict[str, Any]) -> str:
    for key in old.keys() - new.keys():
        text = _put(text, (*path, key), _REMOVED)
    for key, value in new.items():
        text = _towards(text, (*path, key), value)
    return text


def _list_towards(text: str, path: Path_, old: list[Any], new: list[Any]) -> str:
    first, shorter = 0, min(len(old), len(new))
    while first < shorter and _same(old[first], new[first]):
        first += 1
    last = 0
    while last < shorter - first and _same(old[-1 - last], new[-1 - last]):
        last += 1
    before, after = len(old) - last, len(new) - last
    for index in range(first, min(before, after)):
        text = _towards(text, (*path, index), new[index])
    for index in range(before - 1, after - 1, -1):
        text = _put(text, (*path, index), _REMOVED)
    for index in range(before, after):
        text = _put(text, (*path, index), new[index], insert=True)
    return text


def _put(text: str, path: Path_, new: Any, insert: bool = False) -> str:
    """Write one value anew, or what holds it if it cannot be written alone; the first that reads back right is returned."""
    before = parse_yaml(text, _FILE).value
    wanted = _with(before, path, new, insert)
    layout = _Layout(text)
    for depth in range(len(path), -1, -1):
        here = path[:depth]
        is_it = depth == len(path)
        value = _at(wanted, here) if not is_it or new is not _REMOVED else _REMOVED
        after = layout.spliced(here, value, insert and is_it)
        if after is not None and _reads_as(after, wanted):
            return after
    raise CaseTextError("The case file is laid out in a way that Quips cannot change safely. Change it in a text editor.")


def _with(value: Any, path: Path_, new: Any, insert: bool) -> Any:
    value = deepcopy(value)
    if not path:
        return new
    parent = _at(value, path[:-1])
    step = path[-1]
    if new is _REMOVED:
        del parent[step]
    elif isinstance(parent, list) and (insert or step == len(parent)):
        parent.insert(int(step), new)
    else:
        parent[step] = new
    return value


def _at(value: Any, path: Path_) -> Any:
    for step in path:
        if isinstance(value, dict):
            value = value.get(step, _REMOVED)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return _REMOVED
    return value


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same, the order of keys aside; 1, 1.0 and true are three."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other or (one != one and other != other))


def _reads_as(text: str, wanted: Any) -> bool:
    try:
        return _same(parse_yaml(text, _FILE).value, wanted)
    except QuipsError:
        return False


# Layout --------------------------------------------------------------------------------------------------------------


class _Layout:
    """Where each part of a text stands, and where its comments are."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root = yaml.compose(text, Loader=_Loader)
        scalars = sorted(_scalar_spans(self.root, text)) if self.root else []
        self.comments = list(_comment_spans(text, scalars))

    def node(self, path: Path_) -> Any:
        """Return the node at a path, or None."""
        node = self.root
        for step in path:
            found = next((child for key, child in _members(node) if key == step), None)
            if found is None:
                return None
            node = found
        return node

    def spliced(self, path: Path_, value: Any, insert: bool) -> str | None:
        """Return the text with the value at a path written anew, or None if it cannot be written alone."""
        if not path:
            return self.rewritten(value)
        parent, step = self.node(path[:-1]), path[-1]
        if not isinstance(parent, yaml.CollectionNode) or parent.flow_style or not _members(parent):
            return None
        names: list[str | int] = [name for name, _ in _members(parent)]
        lines = self.lines_for(parent, step, value, len(path) == 1)
        if step not in names:
            # What the top says of the whole case stands together, before what may be long.
            after = (
                names.index("case")
                if len(path) == 1 and step in ("as_at", "record_complete") and "case" in names
                else len(names) - 1
            )
            return self.inserted_after(parent, after, lines)
        at = names.index(step)
        if insert:
            return self.inserted_after(parent, at - 1, lines) if at else self.inserted_before(parent, lines)
        if value is _REMOVED and len(names) == 1:
            return None
        return self.replaced(parent, at, lines)

    def lines_for(self, parent: Any, step: str | int, value: Any, at_top: bool) -> list[str]:
        """Return a member of a mapping or a list as lines, indented as its neighbours are."""
        if value is _REMOVED:
            return []
        indent = parent.start_mark.column
        lines = item(value, indent) if isinstance(parent, yaml.SequenceNode) else member(str(step), value, indent, at_top)
        return indented(lines, indent)

    def region(self, parent: Any, at: int) -> tuple[int, int] | None:
        """Return where the lines of a member begin and end, with the comments that belong to it; None if it shares a line."""
        key, node = parent.value[at] if isinstance(parent, yaml.MappingNode) else (None, parent.value[at])
        end = self.end_of(node, key)
        if key is not None:
            start = key.start_mark.index
        else:
            bottom = self.end_of(parent.value[at - 1], None) if at else parent.start_mark.index
            start = self.dash(bottom, node.start_mark.index, parent.start_mark.column)
        begin = self.text.rfind("\n", 0, start) + 1
        stop = self.line_end(end)
        before, rest = self.text[begin:start], self.text[end:stop].lstrip(" \t")
        if before.strip(" ") or (rest and not rest.startswith("#")):
            return None
        return begin, self.with_deeper_comments(stop, parent.start_mark.column)

    def dash(self, bottom: int, top: int, column: int) -> int:
        """Return where the dash of a list's item stands."""
        begin = self.text.rfind("\n", 0, bottom) + 1
        while begin <= top:
            if self.text[begin + column : begin + column + 1] == "-" and begin + column >= bottom:
                return begin + column
            begin = self.line_end(begin) + 1
        return top

    def line_end(self, index: int) -> int:
        end = self.text.find("\n", index)
        return len(self.text) if end < 0 else end

    def with_deeper_comments(self, stop: int, column: int) -> int:
        """Return where the comment lines end that follow at once and are indented deeper than a column."""
        while match := re.compile(r"\n( *)#[^\n]*").match(self.text, stop):
            if len(match[1]) <= column:
                break
            stop = match.end()
        return stop

    def end_of(self, node: Any, key: Any) -> int:
        """Return where the last sign of a part stands, without the comments and empty lines after it."""
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            written = self.text[node.start_mark.index : node.end_mark.index]
            keeps = "+" in written.split("\n", 1)[0].split("#", 1)[0]
            return node.start_mark.index + len(written[:-1] if keeps and written.endswith("\n") else written.rstrip())
        if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
            if node.start_mark.index < node.end_mark.index or key is None:
                return int(node.end_mark.index)
            return self.text.index(":", key.end_mark.index) + 1
        last = node.value[-1]
        return self.end_of(last[1], last[0]) if isinstance(node, yaml.MappingNode) else self.end_of(last, None)

    def inserted_after(self, parent: Any, at: int, lines: list[str]) -> str | None:
        region = self.region(parent, at)
        if region is None:
            return None
        head, tail = self.text[: region[1]], self.text[region[1] :]
        return head + "".join(f"\n{line}" for line in lines) + (tail or "\n")

    def inserted_before(self, parent: Any, lines: list[str]) -> str | None:
        region = self.region(parent, 0)
        if region is None:
            return None
        return self.text[: region[0]] + "".join(f"{line}\n" for line in lines) + self.text[region[0] :]

    def replaced(self, parent: Any, at: int, lines: list[str]) -> str | None:
        region = self.region(parent, at)
        if region is None:
            return None
        begin, stop = region
        indent = " " * parent.start_mark.column
        above, beside = [], ""
        first_line = self.line_end(begin)
        for start, end in self.comments:
            if begin <= start < first_line and lines:
                gap = self.text[:start].rpartition("\n")[2]
                beside = gap[len(gap.rstrip(" \t")) :] + self.text[start:end]
            elif begin <= start < stop:
                above.append(indent + self.text[start:end])
        if lines:
            lines = [lines[0] + beside, *lines[1:]]
        written = "".join(f"{line}\n" for line in [*above, *lines])
        return self.text[:begin] + written + (self.text[stop + 1 :])

    def rewritten(self, value: dict[str, Any]) -> str:
        """Return the whole of a document that is not in block style written anew, comments first."""
        comments = [self.text[start:end] for start, end in self.comments]
        return "\n".join([*comments, *mapping(value, 0, at_top=True), ""])


def _members(node: Any) -> list[tuple[str | int, Any]]:
    if isinstance(node, yaml.MappingNode):
        return [(key.value, child) for key, child in node.value]
    return list(enumerate(node.value)) if isinstance(node, yaml.SequenceNode) else []


def _scalar_spans(node: Any, text: str) -> Iterator[tuple[int, int]]:
    """Yield where the scalars stand; of a block of text, what comes after its first line."""
    if isinstance(node, yaml.ScalarNode):
        start, end = node.start_mark.index, node.end_mark.index
        if node.style in ("|", ">"):
            start = min(end, text.find("\n", start) + 1 or end)
        yield start, end
        return
    for child in node.value:
        for part in child if isinstance(child, tuple) else (child,):
            yield from _scalar_spans(part, text)


def _comment_spans(text: str, scalars: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    at = 0
    for start, end in [*scalars, (len(text), len(text))]:
        while (found := text.find("#", at, start)) >= 0:
            stop = text.find("\n", found)
            stop = len(text) if stop < 0 else stop
            yield found, stop
            at = stop
        at = max(at, end)


# Writing -------------------------------------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    """Return a value as it will be read back: days as text, line breaks as one sign.

    Raises:
        CaseTextError: A text has a character that cannot be seen, or the value is of a kind that no case file has.
    """
    if isinstance(value, str):
        text = value.replace("\r\n", "\n").replace("\r", "\n")
        if bad := _REFUSED.search(text):
            around = text[max(0, bad.start() - 20) : bad.start()]
            message = (
                f"The text has a character that cannot be seen (U+{ord(bad[0]):04X}), after '{_shown(around)}'. Take it out."
            )
            raise CaseTextError(message)
        return text
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {_plain(key): _plain(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(child) for child in value]
    raise CaseTextError(f"{type(value).__name__} is not something that a case file can say.")


def _shown(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
