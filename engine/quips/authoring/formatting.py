"""Lays a YAML file out in one way, as text: what it says and every comment stay as they are.

Each step is kept only if the file still says the same, with the same comments, so a step that does not understand a file leaves
it alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import yaml

from quips.source import parse_yaml

_Loader = getattr(yaml, "CLoader", yaml.Loader)
_GAPS = {
    # What stands between two tokens of one line, by what they are: nothing or one blank.
    "after": {"FlowMappingStartToken": "", "FlowSequenceStartToken": "", "FlowEntryToken": " ", "ValueToken": " "},
    "before": {"FlowMappingEndToken": "", "FlowSequenceEndToken": "", "FlowEntryToken": "", "ValueToken": ""},
}


@dataclass(frozen=True, slots=True)
class Laid:
    """A file while it is laid out.

    Attributes:
        lines: Its lines.
        tokens: What they are made of, as the parser sees it.
    """

    lines: tuple[str, ...]
    tokens: tuple[yaml.Token, ...]

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(f"{line}\n" for line in self.lines)

    def untouchable(self) -> set[int]:
        """The lines, from 0, whose blanks are part of a text that goes over several lines.

        Empty lines at the end of a block say nothing, unless its head says with a plus that they are kept.
        """
        found: set[int] = set()
        for token in self.tokens:
            if isinstance(token, yaml.ScalarToken) and token.style:
                is_block = token.style in ("|", ">")
                first, last = token.start_mark.line + is_block, min(token.end_mark.line, len(self.lines))
                while is_block and last > first and not self.lines[last - 1] and "+" not in self.lines[first - 1]:
                    last -= 1
                found.update(range(first, last))
        return found


def formatted(text: str, file: str, order: Sequence[str] = ()) -> str:
    r"""Return a file laid out.

    Args:
        text: The file's text.
        file: What to call it in messages.
        order: The order of the keys at the top; those that are not in it come last. If empty, they stay as they are.

    Raises:
        InputError: The text is not YAML as Quips reads it.

    Example:
        >>> formatted("b:  {x: 1 ,y: 2}   # why\r\na: [ 1,2 ]\n", "x.yaml", ["a", "b"])
        'a: [1, 2]\nb: {x: 1, y: 2}   # why\n'
    """
    parse_yaml(text, file)
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
    laid = _read(plain)
    steps: list[Callable[[Laid], Iterable[str]]] = [_without_idle_blanks, _lists_set_in, _spaced, _without_idle_blanks]
    if order:
        steps.append(lambda laid: _ordered(laid, order))
    said = _says(text)
    for step in (*steps, _spread):
        after = "".join(f"{line}\n" for line in step(laid))
        if after != laid.text and _says(after) == said:
            laid = _read(after)
    return laid.text


def _read(text: str) -> Laid:
    lines = text.split("\n")
    while lines and not lines[-1]:
        lines.pop()
    return Laid(tuple(lines), tuple(yaml.scan("\n".join([*lines, "", ""]), Loader=_Loader)))


def _says(text: str) -> tuple[object, list[str]] | None:
    """What a text says, with every comment in order of its words; None if it cannot be read any more."""
    try:
        return parse_yaml(text, "").value, sorted(_comments(text))
    except Exception:  # whatever goes wrong with a text that a step made, the step is not taken
        return None


def _comments(text: str) -> Iterator[str]:
    """Yield the comments: what stands between two tokens, from a `#` to the end of its line."""
    for one, other in pairwise(yaml.scan(text, Loader=_Loader)):
        between = text[one.end_mark.index : other.start_mark.index]
        yield from (found.strip() for found in re.findall(r"(?m)(?:^|(?<=\s))#.*$", between))


def _without_idle_blanks(laid: Laid) -> Iterator[str]:
    """No blanks at the end of a line, no empty line at the top, and never two together."""
    kept = laid.untouchable()
    before = ""
    for number, line in enumerate(laid.lines):
        stripped = line if number in kept else line.rstrip()
        if stripped or before or number in kept:
            yield stripped
        before = stripped


def _lists_set_in(laid: Laid) -> Iterable[str]:
    """The dashes of a list stand two further in than the key it belongs to."""
    by = [0] * len(laid.lines)
    for first, last in _flush_lists(laid.tokens):
        for number in range(first, min(last, len(laid.lines))):
            by[number] += 2
    return [" " * by[number] + line if line else "" for number, line in enumerate(laid.lines)]


def _flush_lists(tokens: Sequence[yaml.Token]) -> Iterator[tuple[int, int]]:
    """Yield the first line, and the line after the last, of each list whose dashes stand right beneath their key.

    The parser gives such a list no start of its own: it begins with a dash in the column of a mapping, and ends with the
    next key.
    """
    columns: list[int] = []
    began: dict[int, int] = {}
    for token in tokens:
        depth, mark = len(columns), token.start_mark
        if isinstance(token, yaml.BlockMappingStartToken):
            columns.append(mark.column)
        elif isinstance(token, yaml.BlockSequenceStartToken):
            columns.append(-1)
        elif isinstance(token, yaml.BlockEntryToken) and columns and columns[-1] == mark.column:
            began.setdefault(depth, mark.line)
        elif (
            isinstance(token, yaml.KeyToken | yaml.BlockEndToken)
            and depth in began
            and (isinstance(token, yaml.BlockEndToken) or mark.column == columns[-1])
        ):
            yield began.pop(depth), mark.line
        if isinstance(token, yaml.BlockEndToken):
            columns.pop()


def _spaced(laid: Laid) -> Iterable[str]:
    """One blank after a colon and a comma, none inside brackets, none before a colon or a comma."""
    lines = list(laid.lines)
    for one, other in reversed(list(pairwise(laid.tokens))):
        start, end = one.end_mark, other.start_mark
        line = lines[start.line] if start.line == end.line < len(lines) else ""
        gap = line[start.column : end.column]
        wanted = _GAPS["after"].get(type(one).__name__, _GAPS["before"].get(type(other).__name__))
        wanted = _GAPS["before"].get(type(other).__name__, wanted)
        if wanted is not None and line and not gap.strip(" ") and gap != wanted:
            lines[start.line] = line[: start.column] + wanted + line[end.column :]
    return lines


def _ordered(laid: Laid, order: Sequence[str]) -> Iterable[str]:
    """The keys at the top in their order, each with the comments right above it; what stands above the first stays there."""
    keys = [
        (number, match[1].strip("'\""))
        for number, line in enumerate(laid.lines)
        if (match := re.match(r"""([\w-]+|"[^"]*"|'[^']*')\s*:(\s|$)""", line)) and number not in laid.untouchable()
    ]
    if not keys:
        return laid.lines
    starts = [keys[0][0], *(_with_comments(laid.lines, number) for number, _ in keys[1:])]
    blocks = [laid.lines[start:end] for start, end in pairwise([*starts, len(laid.lines)])]
    rank = {key: n for n, key in enumerate(order)}
    sorted_blocks = sorted(zip(keys, blocks, strict=True), key=lambda pair: rank.get(pair[0][1], len(rank)))
    return [*laid.lines[: starts[0]], *(line for _, block in sorted_blocks for line in block)]


def _with_comments(lines: Sequence[str], number: int) -> int:
    """The first line of the comments that stand right above a line, or the line itself."""
    while number and lines[number - 1].startswith("#"):
        number -= 1
    return number


def _spread(laid: Laid) -> Iterable[str]:
    """Nothing empty at the end."""
    lines = list(laid.lines)
    while lines and not lines[-1]:
        lines.pop()
    return lines
