"""The documentation inside the pages: the same Markdown that the site is built from, in parts that a person can read.

A long page is split at its headings until each part is of a length to read, so that a link to a rule or a prompt opens that rule
or its criterion alone. Only what the generated pages use of MyST is known here: front matter, comments, ``toctree``, tables and
line breaks in them. Any other HTML is shown as text.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token
from markupsafe import Markup

LONGEST = 30_000
"""A part longer than this, in characters, is split at its headings, if it has any."""

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_QUESTION = re.compile(r"\*\*(.+?)\*\*")
_HEADING = re.compile(r"^(#{1,6}) +(.*?)\s*$")
_FENCE = re.compile(r"^(```|~~~)")
_TOCTREE = re.compile(r"^```\{toctree\}\n(.*?)^```", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_BREAK = re.compile(r"<br ?/?>")
_NOT_WORDS = re.compile(r"!?\[|\]\([^)]*\)|\]|`+|\*\*|^[#>|:\- ]+|\\(?=\W)|(?<!\\)\|", re.MULTILINE)
_CONTENTS = "index"


class Anchor(NamedTuple):
    """Where something stands: a page, and its id there; empty for the page itself."""

    page: str
    id: str = ""


@dataclass(frozen=True)
class Heading:
    """A heading of a page, with what stands beneath it up to the next.

    Attributes:
        level: 1 for the page's own, up to 6.
        title: Its words.
        id: Its anchor on the page, as code hosts and the site make it.
        start: The first line, the heading's own.
        until: The line of the next heading of any size, or the end of the page.
        end: The line after the last that stands beneath it, smaller headings included.
    """

    level: int
    title: str
    id: str
    start: int
    until: int
    end: int


@dataclass(frozen=True)
class Part:
    """A page, or a part of a long one: what is shown at one address.

    Attributes:
        page: The page's name, such as ``reference/rules/contact``.
        id: The anchor of the heading it begins with; empty for the beginning of the page.
        title: Its title.
        above: The parts it is a part of, the page first.
        lines: Its own lines, from the first to the one after the last.
        level: The size of its heading on the page.
        headings: The headings within it, its own first.
        parts: The parts it is split into, which follow its own lines.
    """

    page: str
    id: str
    title: str
    above: tuple[Part, ...]
    lines: tuple[int, int]
    level: int
    headings: tuple[Heading, ...]
    parts: list[Part]


@dataclass(frozen=True)
class Found:
    """A place in the documentation that a search found.

    Attributes:
        part: The part it is on.
        heading: The heading it stands under.
        excerpt: What is written there, with the words that were looked for marked.
        score: How well it fits.
    """

    part: Part
    heading: Heading
    excerpt: Markup
    score: float


Address = Callable[[Part, str], str]
"""Gives the address of a part, with the id of a heading on it."""


class Help:
    """The documentation of one folder."""

    def __init__(self, folder: Path) -> None:
        """Keep where it is; it is read when it is first asked for."""
        self.folder = folder
        self._markdown = MarkdownIt("commonmark").enable("table")

    # Reading -------------------------------------------------------------------------------------------------------------

    @cached_property
    def sources(self) -> dict[str, list[str]]:
        """The lines of every page that the contents lead to, by the page's name, in the order of the contents."""
        found: dict[str, list[str]] = {}
        pending = [_CONTENTS]
        while pending:
            name = pending.pop(0)
            path = self.folder / f"{name}.md"
            if name not in found and path.is_file():
                text = path.read_text(encoding="utf-8")
                found[name] = _FRONT_MATTER.sub("", text).splitlines()
                pending[:0] = [inner for tree in _TOCTREE.findall(text) for inner in self._of_toctree(tree, name)]
        return found

    def _of_toctree(self, tree: str, page: str) -> list[str]:
        """The names of the pages that a table of contents lists."""
        folder = posixpath.dirname(page)
        found: list[str] = []
        for line in filter(None, map(str.strip, tree.splitlines())):
            if line.startswith(":"):
                continue
            if "*" in line:
                paths = sorted(self.folder.glob(f"{posixpath.join(folder, line)}.md"))
                names = [path.relative_to(self.folder).with_suffix("").as_posix() for path in paths]
            else:
                names = [posixpath.join(folder, line)]
            found += [name for name in names if name != page]
        return list(dict.fromkeys(found))

    @cached_property
    def headings(self) -> dict[str, tuple[Heading, ...]]:
        """The headings of every page, in order."""
        return {name: tuple(self._headings(lines)) for name, lines in self.sources.items()}

    def _headings(self, lines: Sequence[str]) -> Iterator[Heading]:
        """The headings of a page; a prompt's, which is a name, is told by the question that stands beneath it."""
        at: list[tuple[int, int, str, str]] = []
        fence = ""
        for n, line in enumerate(lines):
            if opened := _FENCE.match(line):
                fence = "" if fence == opened[1] else fence or opened[1]
            elif not fence and (heading := _HEADING.match(line)):
                words = self._plain(heading[2])
                asked = _QUESTION.match(next(filter(None, lines[n + 1 :]), "")) if re.fullmatch(r"[\d.]+/[\w-]+", words) else None
                at.append((n, len(heading[1]), slug(words), self._plain(asked[1]) if asked else words))
        used: set[str] = set()
        for position, (n, level, name, title) in enumerate(at):
            following = at[position + 1 :]
            end = next((later for later, size, *_ in following if size <= level), len(lines))
            until = following[0][0] if following else len(lines)
            yield Heading(level, title, _unused(name, used), n, until, end)

    def _plain(self, markdown: str) -> str:
        """The words of one line of Markdown."""
        if not re.search(r"[\\`*_\[<&]", markdown):
            return markdown
        [inline] = self._markdown.parseInline(markdown)
        return "".join(token.content for token in inline.children or [] if token.type in ("text", "code_inline"))

    @cached_property
    def parts(self) -> dict[Anchor, Part]:
        """Every part, by its page and the anchor it begins with."""
        return {Anchor(part.page, part.id): part for name in self.sources for part in _all(self._page(name))}

    @cached_property
    def _part_of(self) -> dict[Anchor, Part]:
        """The part on which each heading stands."""
        return {Anchor(part.page, heading.id): part for part in self.parts.values() for heading in part.headings}

    def _page(self, name: str) -> Part:
        headings, n_lines = self.headings[name], len(self.sources[name])
        if not headings:
            return Part(name, "", name, (), (0, n_lines), 1, (), [])
        return self._split(name, "", headings, (0, n_lines), ())

    def _split(self, page: str, id_: str, headings: Sequence[Heading], lines: tuple[int, int], above: tuple[Part, ...]) -> Part:
        """Return a part with those that it is split into."""
        first, inner = headings[0], headings[1:]
        length = sum(len(line) for line in self.sources[page][slice(*lines)])
        size = min((heading.level for heading in inner), default=0)
        if length <= LONGEST or not inner:
            return Part(page, id_, first.title, above, lines, first.level, tuple(headings), [])
        begins = [n for n, heading in enumerate(inner) if heading.level == size]
        own = Part(page, id_, first.title, above, (lines[0], inner[begins[0]].start), first.level, (first,), [])
        for n, following in zip(begins, [*begins[1:], len(inner)], strict=True):
            beneath = inner[n:following]
            own.parts.append(self._split(page, beneath[0].id, beneath, (beneath[0].start, beneath[0].end), (*above, own)))
        return own

    # Finding -------------------------------------------------------------------------------------------------------------

    def place_of(self, page: str, id_: str = "") -> tuple[Part, str] | None:
        """Return the part on which something stands and its id there (empty where it is the part itself); None if nowhere."""
        part = self.parts.get(Anchor(page)) if not id_ else self._part_of.get(Anchor(page, id_))
        if part is None:
            return None
        return part, "" if part.headings and id_ == part.headings[0].id else id_

    def search(self, query: str) -> list[Found]:
        """Return the places that have every word that is looked for, those that have them in their titles first."""
        looked_for = [*dict.fromkeys(re.findall(r"[\w'-]+", query.lower()))]
        forms = [{word, word.removesuffix("s")} if len(word) > 3 else {word} for word in looked_for]
        if not forms:
            return []
        phrase = " ".join(looked_for)
        found = []
        for part, heading, words, title, text in self._index:
            score = _score(forms, phrase, title, text)
            if score:
                found.append((score - heading.level / 3, part, heading, words))
        found.sort(key=lambda one: -one[0])
        longest_first = sorted({form for group in forms for form in group}, key=len, reverse=True)
        pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})", re.IGNORECASE)
        return [Found(part, heading, _excerpt(words, pattern), score) for score, part, heading, words in found]

    @cached_property
    def _index(self) -> list[tuple[Part, Heading, str, str, str]]:
        """Every heading with what stands beneath it up to the next, as words alone; title and words in small letters too."""
        found = []
        for part in self.parts.values():
            for heading in part.headings:
                words = _words("\n".join(self.sources[part.page][heading.start + 1 : heading.until]))
                found.append((part, heading, words, heading.title.lower(), words.lower()))
        return found

    # Showing -------------------------------------------------------------------------------------------------------------

    def html(self, part: Part, address: Address) -> Markup:
        """Return a part without its own heading, as HTML.

        Args:
            part: The part.
            address: Gives the address of a part, with the id of a heading on it.
        """
        lines = self.sources[part.page][slice(*part.lines)]
        own = part.headings[0] if part.headings else None
        if own is not None:
            lines = [line for n, line in enumerate(lines, part.lines[0]) if n != own.start]
        text = _TOCTREE.sub(lambda tree: self._listed(tree[1], part.page), "\n".join(lines) + "\n")
        tokens = self._markdown.parse(text)
        self._prepare(tokens, part, address)
        return Markup(self._markdown.renderer.render(tokens, self._markdown.options, {}))  # noqa: S704 - escaped by what renders it

    def _listed(self, tree: str, page: str) -> str:
        """A table of contents as a list of links; one that is hidden is none."""
        if ":hidden:" in tree:
            return ""
        folder = posixpath.dirname(page) or "."
        names = [name for name in self._of_toctree(tree, page) if name in self.sources]
        return "".join(f"- [{_escaped(self._page(name).title)}]({posixpath.relpath(name, folder)}.md)\n" for name in names)

    def _prepare(self, tokens: list[Token], part: Part, address: Address) -> None:
        """Give the tokens of a part what the pages need: ids and sizes of headings, styles, links that lead somewhere."""
        within = iter(part.headings[1:])
        tables = 0
        for token in tokens:
            match token.type:
                case "heading_open" | "heading_close":
                    size = int(token.tag[1]) - part.level + 1
                    token.tag = f"h{min(max(size, 2), 6)}"
                    if token.nesting == 1:
                        token.attrSet("id", next(within).id)
                        token.attrSet("class", "govuk-heading-m" if size <= 2 else "govuk-heading-s")
                case "fence" | "code_block":
                    picture = token.info.strip() == "mermaid"  # nothing here can draw it, and the lists beside it say the same
                    code = f'<pre class="quips-code" tabindex="0">{escapeHtml(token.content)}</pre>\n'
                    _replace(token, "" if picture else code)
                case "html_block":
                    _replace(token, escapeHtml(_COMMENT.sub("", token.content)).strip())
                case "table_open":
                    tables += 1
                    token.meta["label"] = f"Table {tables}"
                case "inline":
                    self._prepare_inline(token.children or [], part, address)
            if token.type in _STYLES and token.nesting == 1:
                token.attrSet("class", _STYLES[token.type])
            if token.type == "th_open":
                token.attrSet("scope", "col")
        _wrap_tables(tokens)

    def _prepare_inline(self, tokens: list[Token], part: Part, address: Address) -> None:
        kept: list[bool] = []
        for token in tokens:
            match token.type:
                case "html_inline":
                    is_break, is_comment = _BREAK.fullmatch(token.content), _COMMENT.fullmatch(token.content)
                    _replace(token, "<br>" if is_break else "" if is_comment else escapeHtml(token.content))
                case "code_inline":
                    _replace(token, f'<code class="quips-code">{escapeHtml(token.content)}</code>')
                case "image":
                    _replace(token, escapeHtml(token.content))
                case "link_open":
                    target = self._target(str(token.attrs.get("href", "")), part, address)
                    kept.append(bool(target))
                    token.attrs = {"href": target, "class": "govuk-link"} if target else {}
                    if not target:
                        _replace(token, "")
                case "link_close" if not kept.pop():
                    _replace(token, "")

    def _target(self, href: str, part: Part, address: Address) -> str:
        """Where a link leads; empty if to nothing that is here, such as an example case: its words then stand without it."""
        if "://" in href or href.startswith("mailto:"):
            return href
        path, _, id_ = href.partition("#")
        if path and not path.endswith(".md"):
            return ""
        page = posixpath.normpath(posixpath.join(posixpath.dirname(part.page), path)).removesuffix(".md") if path else part.page
        place = self.place_of(page, id_)
        return address(*place) if place else ""


_STYLES = {
    "paragraph_open": "govuk-body",
    "bullet_list_open": "govuk-list govuk-list--bullet",
    "ordered_list_open": "govuk-list govuk-list--number",
    "table_open": "govuk-table",
    "thead_open": "govuk-table__head",
    "tbody_open": "govuk-table__body",
    "tr_open": "govuk-table__row",
    "th_open": "govuk-table__header",
    "td_open": "govuk-table__cell",
    "blockquote_open": "govuk-inset-text",
    "hr": "govuk-section-break govuk-section-break--m govuk-section-break--visible",
}


@lru_cache(maxsize=16384)
def slug(title: str) -> str:
    """Return the anchor of a heading, as code hosts and the site both make it.

    Example:
        >>> slug("2.2 Delivering the sentence plan (a)")
        '22-delivering-the-sentence-plan-a'
    """
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


def _unused(name: str, used: set[str]) -> str:
    """The name itself the first time, then with a number."""
    found, n = name, 1
    while found in used:
        found, n = f"{name}-{n}", n + 1
    used.add(found)
    return found


def _all(part: Part) -> Iterator[Part]:
    yield part
    for inner in part.parts:
        yield from _all(inner)


def _words(markdown: str) -> str:
    """Markdown as words alone, to be searched and shown of."""
    plain = _BREAK.sub(" ", _COMMENT.sub(" ", _TOCTREE.sub(" ", markdown)))
    return " ".join(_NOT_WORDS.sub(" ", plain).replace(" ,", ",").replace(" .", ".").replace(" :", ":").split())


def _escaped(text: str) -> str:
    return re.sub(r"([\\*<|`\[\]])", r"\\\1", text)


def _score(forms: Sequence[set[str]], phrase: str, title: str, text: str) -> float:
    """How well a place fits what is looked for; 0 where a word is not there at all.

    A word in the title counts for more than any number of times in the text, and for more still where the title says little else.
    """
    score, titled = 0.0, 0
    for group in forms:
        in_title = max((10 if re.search(rf"\b{re.escape(form)}", title) else 6 if form in title else 0) for form in group)
        times = max(text.count(form) for form in group)
        if not in_title and not times:
            return 0
        titled += bool(in_title)
        score += in_title + min(times, 5) / 5 + min(400 * times / (len(text) + 200), 1)
    score += 12 * min(titled / max(len(title.split()), 1), 1)
    return score + (4 if phrase in title else 0) + (1 if phrase in text else 0)


def _excerpt(text: str, pattern: re.Pattern[str]) -> Markup:
    """What stands around the first of the words that were looked for, with each of them marked."""
    first = pattern.search(text)
    start = max(0, first.start() - 80) if first else 0
    if start:
        start = text.find(" ", start) + 1
    shown = text[start : start + 240]
    if start + 240 < len(text):
        shown = shown.rsplit(" ", 1)[0] + " …"
    marked, at = Markup("… ") if start else Markup(""), 0
    for hit in pattern.finditer(shown):
        marked += Markup("{}<mark>{}</mark>").format(shown[at : hit.start()], hit[0])
        at = hit.end()
    return marked + shown[at:]


def _replace(token: Token, html: str) -> None:
    """Make of a token a piece of HTML that is safe already."""
    token.type, token.tag, token.nesting, token.content = "html_block" if token.block else "html_inline", "", 0, html


def _wrap_tables(tokens: list[Token]) -> None:
    """Let a wide table be scrolled by itself, by keyboard as well, so that the page never is."""
    for n in range(len(tokens) - 1, -1, -1):
        if tokens[n].type == "table_open":
            label = tokens[n].meta["label"]
            opening = f'<div class="quips-scroll" tabindex="0" role="region" aria-label="{label}">\n'
            tokens.insert(n, Token("html_block", "", 0, content=opening))
        elif tokens[n].type == "table_close":
            tokens.insert(n + 1, Token("html_block", "", 0, content="</div>\n"))
