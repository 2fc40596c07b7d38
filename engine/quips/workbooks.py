"""Opens a workbook that somebody sent, and refuses whatever could run, reach outside, or exhaust the machine.

Every part is looked at before any library reads it. What is read is text, numbers, days and truth values; nothing is worked out.
A form is a workbook of ours, so that whatever else it holds is refused. A list comes from any program, with comments, pictures or
links that nobody follows, so that only what could run or exhaust the machine is refused, and its formulas are told as such.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from quips.places import Place
from quips.problems import InputError, Problem


class Formula:
    """Stands for what a cell works out, which is never read."""


FORMULA = Formula()
Scalar = str | int | float | bool | datetime | Formula
Grid = dict[tuple[int, int], Scalar]

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".xltx", ".xltm", ".ods"})
MAX_BYTES = 5_000_000
MAX_PARTS = 300
MAX_SHEETS = 40

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AGAIN = "Open it in Excel or LibreOffice and save it as an Excel workbook (.xlsx) without a password."
# Parts of a workbook that no form has, and that could run, reach outside, or hold what nobody would read.
_REFUSED_PARTS = [
    (r"vbaproject|vbadata|/macrosheets/|/dialogsheets/", "macros", "It holds macros, which can run.", _SAVE_AGAIN),
    (r"externallinks/", "external-links", "It holds links to other workbooks.", "Take them out: Data, Edit Links, Break Link."),
    (
        r"/embeddings/|/activex/|/ctrlprops/|oleobject",
        "embedded-objects",
        "It holds embedded objects or controls.",
        "Take them out.",
    ),
    (
        r"/(connections|querytables?/|pivotcache|webextensions/|model/)",
        "connections",
        "It holds connections to other data.",
        "Take them out.",
    ),
    (
        r"/(threadedcomments/|comments)",
        "comments",
        "It holds comments, which are not read.",
        "Write under 'Anything to add?', and take them out.",
    ),
    (r"/media/", "pictures", "It holds pictures, which are not read.", "Take them out."),
]


@dataclass(frozen=True)
class Kind:
    """What a workbook is expected to be.

    Attributes:
        name: What it is called in messages.
        max_bytes: How large the file may be.
        max_unpacked: How large its parts may be, once unpacked.
        max_rows: How far down anything may stand.
        max_columns: How far across.
        max_cells: How many cells a sheet may have.
        only_what_is_read: Whether formulas, and everything else that is not read, are refused.
        fresh: Where to get a sound one.
    """

    name: str
    max_bytes: int
    max_unpacked: int
    max_rows: int
    max_columns: int
    max_cells: int
    only_what_is_read: bool
    fresh: str


FORM = Kind("form", MAX_BYTES, 40_000_000, 20_000, 200, 400_000, True, "Make a new form with: quips form.")
LIST = Kind("list", 50_000_000, 500_000_000, 1_048_576, 300, 10_000_000, False, "Save the list anew, with what is needed alone.")


@dataclass
class _Seen:
    """What a part of a workbook holds, as far as it has to be known before it is read."""

    formulas: list[str] = field(default_factory=list)
    cells: int = 0
    too_far: str = ""
    is_external: bool = False


def read_workbook(source: Path | bytes, shown_as: str, kind: Kind = FORM) -> dict[str, Grid]:
    """Return what stands in the cells of a workbook, by sheet, row and column from 1; blank cells are left out.

    Args:
        source: The file, or its bytes.
        shown_as: What to call it in messages.
        kind: What it is expected to be.

    Raises:
        InputError: It is no workbook, or one that is not safe to read.
    """
    data = source if isinstance(source, bytes) else _read(source, shown_as, kind)
    _look_over(data, shown_as, kind)
    import openpyxl  # takes time to load, and most of what is read is no workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            if len(book.sheetnames) > MAX_SHEETS:
                raise _refused(shown_as, "too-many-sheets", f"It has more than {MAX_SHEETS} sheets.", kind.fresh)
            return {sheet.title: _grid(sheet, kind) for sheet in book.worksheets}
    except InputError:
        raise
    except Exception as error:  # the library raises whatever it meets in a file that is not as it should be
        raise _refused(shown_as, "damaged", "The workbook is damaged and cannot be read.", _SAVE_AGAIN) from error


def _read(path: Path, shown_as: str, kind: Kind) -> bytes:
    try:
        if not path.is_file():
            if path.exists():
                raise _refused(shown_as, "not-a-file", "This is a folder or a device, not a file.")
            raise _refused(shown_as, "no-such-file", "There is no such file.", "Check the name and the folder.")
        if path.stat().st_size > kind.max_bytes:
            raise _too_large(shown_as, kind)
        return path.read_bytes()
    except OSError as error:
        raise _refused(shown_as, "cannot-read", f"The file cannot be read: {error.strerror or error}.") from error


def _grid(sheet: Any, kind: Kind) -> Grid:
    sheet.reset_dimensions()  # some programs write them wrong
    rows = sheet.iter_rows(max_row=kind.max_rows, max_col=kind.max_columns)
    return {
        (cell.row, cell.column): FORMULA if cell.data_type == "f" else cell.value
        for row in rows
        for cell in row
        if cell.value is not None and not (isinstance(cell.value, str) and not cell.value.strip())
    }


def _look_over(data: bytes, shown_as: str, kind: Kind) -> None:
    """Refuse what is not safe to read.

    Raises:
        InputError: It is not.
    """
    if len(data) > kind.max_bytes:
        raise _too_large(shown_as, kind)
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise _refused(shown_as, "encrypted", "The workbook is protected with a password, so it cannot be read.", _SAVE_AGAIN)
        raise _refused(shown_as, "old-workbook", "This is an old Excel workbook (.xls), whatever its name says.", _SAVE_AGAIN)
    if not data.startswith(b"PK"):
        raise _refused(shown_as, "not-a-workbook", "This is not an Excel workbook.", _SAVE_AGAIN)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _look_at_parts(archive, shown_as, kind)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        message = "The workbook is damaged or not complete, and cannot be read."
        raise _refused(
            shown_as, "damaged", message, "Copy or send it again; if that does not help, open it and save it anew."
        ) from error


def _look_at_parts(archive: zipfile.ZipFile, shown_as: str, kind: Kind) -> None:
    parts = archive.infolist()
    names = [part.filename.lower() for part in parts]
    if len(parts) > MAX_PARTS or len(set(names)) < len(names):
        raise _refused(shown_as, "not-a-workbook", "It is not put together as a workbook is.", kind.fresh)
    if any(part.flag_bits & 1 for part in parts):
        raise _refused(shown_as, "encrypted", "Parts of the file are encrypted, so it cannot be read.", _SAVE_AGAIN)
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise _refused(shown_as, "not-a-workbook", "It is compressed as no workbook is.", _SAVE_AGAIN)
    if sum(part.file_size for part in parts) > kind.max_unpacked:
        raise _too_large(shown_as, kind)
    if "xl/workbook.xml" not in names:
        raise _refused(shown_as, "not-a-workbook", "This is not an Excel workbook (.xlsx).", _SAVE_AGAIN)
    problems = [
        Problem(Place(shown_as), name, message, hint)
        for pattern, name, message, hint in _REFUSED_PARTS
        if (kind.only_what_is_read or name == "macros") and any(re.search(pattern, f"/{part}") for part in names)
    ]
    sheets: dict[str, _Seen] = {}
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels", ".vml")):
            with archive.open(part) as stream:
                sheets[part.filename] = _look_into(stream, part.filename, shown_as, kind)
    problems += _problems_of(sheets, archive, shown_as, kind)
    if problems:
        raise InputError(problems)


def _problems_of(seen: dict[str, _Seen], archive: zipfile.ZipFile, shown_as: str, kind: Kind) -> Iterator[Problem]:
    types = archive.read("[Content_Types].xml") if "[Content_Types].xml" in seen else b""
    if b"macroEnabled" in types:
        yield Problem(Place(shown_as), "macros", "It is a workbook for macros, which can run.", _SAVE_AGAIN)
    if kind.only_what_is_read and any(part.is_external for part in seen.values()):
        message = "It holds a link to something outside, such as a web page or another file."
        yield Problem(Place(shown_as), "external-links", message, "Take the link out; its text may stay.")
    for name, part in seen.items():
        if part.too_far or part.cells > kind.max_cells:
            message = f"It has more rows, columns or cells than any {kind.name}."
            hint = f"Clear what stands outside the {kind.name}{part.too_far}. {kind.fresh}"
            yield Problem(Place(shown_as), "too-large", message, hint)
        if kind.only_what_is_read and part.formulas:
            title = _title_of(name, archive)
            for cell in part.formulas[:20]:
                column, row = _coordinates(cell)
                message = "This cell holds a formula. Quips reads what is written and works nothing out."
                yield Problem(Place(shown_as, row, column, title), "formula", message, "Write the value itself.")
            if len(part.formulas) > 20:
                message = f"There are {len(part.formulas) - 20} more formulas on this sheet."
                yield Problem(Place(shown_as, sheet=title), "formula", message, "Write the values themselves.")


def _look_into(stream: IO[bytes], part: str, shown_as: str, kind: Kind) -> _Seen:
    """Read a part from end to end without building anything of it.

    Raises:
        InputError: It defines entities, or it is not XML.
    """
    seen = _Seen()
    is_sheet = "/worksheets/" in part.lower()
    here, in_cell = "", False

    def refuse(*_: object) -> None:
        raise _refused(
            shown_as, "entities", "It defines parts of text that stand for others, which no workbook does.", kind.fresh
        )

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal here, in_cell
        tag = tag.rpartition(":")[2]
        if tag == "Relationship" and attributes.get("TargetMode", "").lower() == "external":
            seen.is_external = True
        elif not is_sheet:
            return
        elif tag == "c":
            here, in_cell = attributes.get("r", ""), True
            seen.cells += 1
        elif tag == "f" and in_cell:  # elsewhere on a sheet it says where the words of a list stand
            seen.formulas.append(here)
        elif tag in ("v", "is") and here:
            column, row = _coordinates(here)
            if row > kind.max_rows or column > kind.max_columns:
                seen.too_far = f", such as {here}"

    def end(tag: str) -> None:
        nonlocal in_cell
        in_cell = in_cell and tag.rpartition(":")[2] != "c"

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.ParseFile(stream)
    except (expat.ExpatError, LookupError, ValueError) as error:  # the last two: an encoding that is none, or not read
        raise _refused(shown_as, "damaged", "The workbook is damaged and cannot be read.", _SAVE_AGAIN) from error
    return seen


def _coordinates(cell: str) -> tuple[int, int]:
    """Return the column and the row of a cell's name.

    Example:
        >>> _coordinates("AB12")
        (28, 12)
    """
    match = re.fullmatch(r"([A-Z]{1,3})([1-9][0-9]{0,6})", cell)
    if match is None:
        return 0, 0
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column, int(match[2])


def _title_of(part: str, archive: zipfile.ZipFile) -> str:
    """Return the name of the sheet that a part of the workbook holds, or the part's own name if that is not to be found."""
    from openpyxl.packaging.relationship import get_dependents

    try:
        relations = {one.Id: one.target for one in get_dependents(archive, "xl/_rels/workbook.xml.rels")}
        book = archive.read("xl/workbook.xml").decode("utf-8")
        for sheet in re.findall(r"<(?:\w+:)?sheet [^>]*>", book):
            title, relation = (re.search(rf'\b{key}="([^"]*)"', sheet) for key in ("name", "r:id"))
            if title and relation and relations.get(relation[1], "").lower().endswith(part.lower().removeprefix("xl/")):
                return title[1].replace("&amp;", "&")
    except (KeyError, UnicodeDecodeError):
        pass
    return Path(part).stem


def _too_large(shown_as: str, kind: Kind) -> InputError:
    message = f"The workbook is larger than any {kind.name}."
    return _refused(shown_as, "file-too-large", message, "Check that it is the right file.")


def _refused(shown_as: str, name: str, message: str, hint: str = "") -> InputError:
    return InputError([Problem(Place(shown_as), name, message, hint)])
