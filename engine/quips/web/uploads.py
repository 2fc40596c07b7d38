"""Case files and spreadsheet forms that come in through the browser."""

from __future__ import annotations

from quips.cases import case_problems
from quips.knowledge import Knowledge
from quips.places import Place
from quips.problems import InputError, Problem
from quips.source import MAX_BYTES, parse_yaml


def read_upload(filename: str, data: bytes, knowledge: Knowledge) -> tuple[str, str]:
    """Return the reference and the text of the case in a file that came in.

    Args:
        filename: What the file was called.
        data: What it holds.
        knowledge: The knowledge base that says what a case file can hold.

    Raises:
        InputError: It is not a valid case file; carries everything that is wrong with it, by place.
    """
    place = Place(filename)
    if len(data) > MAX_BYTES:
        raise InputError([Problem(place, "too-large", "The file is too large to be the record of one case.")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = "The file is neither a case file nor a spreadsheet form."
        hint = "Choose a file whose name ends in .yaml, as Quips writes it, or a form from 'quips form'."
        raise InputError([Problem(place, "not-a-case", message, hint)]) from error
    document = parse_yaml(text, filename)
    problems = case_problems(document, knowledge.case_shape)
    if problems:
        raise InputError(problems)
    return document.value["case"], text
