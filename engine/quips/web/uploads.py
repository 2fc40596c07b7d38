"""Case files and spreadsheet forms that come in through the browser."""

from __future__ import annotations

from quips.audits import Auditor
from quips.forms.reading import read_form
from quips.places import Place
from quips.problems import InputError, Problem
from quips.source import MAX_BYTES, Document, parse_yaml
from quips.yamltext import as_yaml

_ZIP = b"PK\x03\x04"
"""How a workbook begins, whatever it is called."""


def read_upload(filename: str, data: bytes, auditor: Auditor) -> tuple[str, str]:
    """Return the reference and the text of the case in a file that came in.

    Args:
        filename: What the file was called.
        data: What it holds.
        auditor: What says whether it is a valid case record.

    Raises:
        InputError: It is not; carries everything that is wrong with it, by place.
    """
    place = Place(filename)
    if len(data) > MAX_BYTES:
        raise InputError([Problem(place, "too-large", "The file is too large to be the record of one case.")])
    if data.startswith(_ZIP):
        document = read_form(data, filename, auditor.knowledge)
        auditor.read(document)
        return document.value["case"], as_yaml(document.value)
    document, text = _read_text(filename, data)
    auditor.read(document)
    return document.value["case"], text


def _read_text(filename: str, data: bytes) -> tuple[Document, str]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = "The file is neither a case file nor a spreadsheet form."
        hint = "Choose a file whose name ends in .yaml, as Quips writes it, or a form from 'quips form'."
        raise InputError([Problem(Place(filename), "not-a-case", message, hint)]) from error
    return parse_yaml(text, filename), text
