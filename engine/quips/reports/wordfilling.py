"""Fills in Word templates, and tells every fault of a template in words its author can use.

Templates come from whoever keeps the round's folder. They are filled in in Jinja2's sandbox, with plain text, numbers and lists
alone, and everything filled in is taken as text.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import TemplateSyntaxError, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml.etree import LxmlError, fromstring

from quips.places import Place
from quips.problems import InputError, Problem, did_you_mean, listed
from quips.reports.word import describe, said, steady_bytes

_MOST_BYTES, _MOST_UNPACKED = 20_000_000, 200_000_000
_RUNS = re.compile(r"vbaproject|vbadata|/activex/|oleobject|/embeddings/", re.IGNORECASE)
_NOT_DOCX = "Save it in Word or LibreOffice as a Word document (.docx), without macros or a password."
_SHOWN = {"marking": "protective marking", "indicative_short": "word 'Indicative'", "seal": "seal of the trail"}
_ALONE = (
    "Look for a tag such as {%p for … %} that does not have its paragraph to itself, or one such as {%tr for … %} that does not "
    "have its row to itself."
)


def fill_in(templates: Mapping[str, tuple[str, bytes, Mapping[str, Any]]], marking: str, when: datetime) -> dict[str, bytes]:
    """Return Word templates as documents, filled in.

    Args:
        templates: For each name, what to call the template in messages, its bytes, and what can be filled in.
        marking: The protective marking, which the document's properties carry.
        when: What the documents say about when they were made.

    Raises:
        InputError: A template cannot be filled in, or would not show the marking or the seal; every fault of every one is told.
    """
    problems: list[Problem] = []
    made = {}
    for name, (file, data, values) in templates.items():
        try:
            made[name] = _filled(file, data, values, marking, when)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return made


class _Missing:
    """Notes every name that a template uses and that there is not."""

    def __init__(self) -> None:
        self.names: dict[tuple[str, str], None] = {}

    def kind(self) -> type[Undefined]:
        noted = self.names

        class Noted(Undefined):
            def __init__(self, hint: str | None = None, obj: Any = None, name: str | None = None, *more: Any) -> None:
                super().__init__(hint, obj, name, *more)
                if name is not None:
                    known = listed(sorted(obj), "and") if isinstance(obj, Mapping) else ""
                    noted[str(name), known] = None

        return Noted


def _filled(file: str, data: bytes, values: Mapping[str, Any], marking: str, when: datetime) -> bytes:
    template, missing = _opened(file, data), _Missing()
    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=missing.kind())
    written = [*_sources(template)]
    broken = [
        _broken(file, error, xml)
        for xml in _lined(template, written)
        for error in [_syntax_error(environment, xml)]
        if error is not None
    ]
    if broken:
        raise InputError(broken)
    failure = _failure(file, template, _plain(values), environment)
    if missing.names:
        paragraphs = [_text(one) for xml in written for one in re.split(r"<w:p[ >]", xml)]
        raise InputError(_unknown(file, name, known, values, paragraphs) for name, known in missing.names)
    if failure is not None:
        raise failure
    texts = " ".join(" ".join(_text(xml) for xml in _sources(template)).split())
    for key, what in _SHOWN.items():
        if " ".join(said(str(values[key])).split()) not in texts:
            message = f"A letter from this template would not show the {what}."
            raise _refused(file, "not-shown", message, f"Put {{{{ {key} }}}} in its header or footer.")
    describe(template.docx, said(f"Feedback on {values['reference']}"), marking, when)
    return steady_bytes(template.docx)


class _Template(DocxTemplate):  # type: ignore[misc]  # of a library without types
    def fix_tables(self, xml: str) -> Any:
        """Mend tables, but never what is no document any more: parts of it would be lost without a word."""
        fromstring(xml)
        return super().fix_tables(xml)


def _failure(file: str, template: DocxTemplate, values: Any, environment: ImmutableSandboxedEnvironment) -> InputError | None:
    """Fill a template in, and return what is wrong with it if that fails."""
    try:
        template.render(values, environment, autoescape=True)
    except LxmlError:
        return _refused(file, "not-a-document", "Filled in, this template is no Word document any more.", _ALONE)
    except Exception as error:  # whatever a template works out may fail in any way
        message = f"This template cannot be filled in: {error}."
        return _refused(
            file, "cannot-fill-in", message, "Look at what stands between braces, and keep to the placeholders there are."
        )
    return None


def _opened(file: str, data: bytes) -> DocxTemplate:
    """Return a template that is safe to open.

    Raises:
        InputError: It is no Word document, too large, or holds something that could run.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            listed_parts = parts.infolist()
            if len(data) > _MOST_BYTES or sum(part.file_size for part in listed_parts) > _MOST_UNPACKED:
                raise _refused(file, "too-large", "This template is too large.", "Take out pictures, or make them smaller.")
            if any(_RUNS.search(part.filename) for part in listed_parts):
                raise _refused(file, "macros", "This template holds macros or embedded objects, which can run.", _NOT_DOCX)
        template = _Template(io.BytesIO(data))
        template.init_docx()
    except (zipfile.BadZipFile, OpcError, LxmlError, KeyError, ValueError, NotImplementedError, RuntimeError, OSError):
        raise _refused(file, "not-a-word-document", "This is no Word document.", _NOT_DOCX) from None
    return template


def _lined(template: DocxTemplate, sources: Iterable[str]) -> list[str]:
    """Return what can have tags as it is filled in, a paragraph to a line."""
    return [re.sub(r"<w:p([ >])", r"\n<w:p\1", template.patch_xml(xml)) for xml in sources]


def _sources(template: DocxTemplate) -> Iterator[str]:
    """Yield what can have tags in a document: its body, headers and footers."""
    yield template.get_xml()
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        for _, part in template.get_headers_footers(uri):
            yield template.get_part_xml(part)


def _syntax_error(environment: ImmutableSandboxedEnvironment, xml: str) -> TemplateSyntaxError | None:
    try:
        environment.parse(xml)
    except TemplateSyntaxError as error:
        return error
    return None


def _broken(file: str, error: TemplateSyntaxError, xml: str) -> Problem:
    lines = xml.splitlines()
    near = [_text(line) for line in lines[: error.lineno][-2:]]
    where = f" It is in or before the paragraph '{_short(near[-1])}'." if near and near[-1] else ""
    hint = "Each {{ closes with }}, each {% with %}, each for with endfor, and each if with endif."
    return Problem(Place(file), "broken-tag", f"A tag of this template is broken: {error.message}.{where}", hint)


def _unknown(file: str, name: str, known: str, values: Mapping[str, Any], paragraphs: Iterable[str]) -> Problem:
    """Return the problem that there is nothing of a name, with the paragraph it stands in and what there is."""
    is_of = re.compile(rf"[{{][{{%][^{{}}]*\b{re.escape(name)}\b")
    paragraph = next((_short(text) for text in paragraphs if is_of.search(text)), "")
    where = f" It is in the paragraph '{paragraph}'." if paragraph else ""
    names = known.replace(" and ", ", ").split(", ") if known else sorted(values)
    hint = f"{did_you_mean(name, names)} What can be filled in there: {listed(names, 'and')}.".strip()
    return Problem(Place(file), "unknown-placeholder", f"There is nothing called '{name}' to fill in.{where}", hint)


def _plain(value: Any) -> Any:
    """Return what can be filled in as plain text, numbers, lists and mappings, without what no Word document can hold."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if isinstance(value, int) else said(str(value))


def _text(xml: str) -> str:
    return "".join(_texts(xml))


def _texts(xml: str) -> Iterator[str]:
    for mark in re.split(r"(<[^>]*>)", xml):
        if mark and not mark.startswith("<"):
            yield (
                mark.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&#39;", "'").replace("&amp;", "&")
            )


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 80 else f"{words[:79]}…"


def _refused(file: str, name: str, message: str, hint: str) -> InputError:
    return InputError([Problem(Place(file), name, message, hint)])
