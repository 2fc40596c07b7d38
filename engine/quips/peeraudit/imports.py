"""Takes in whatever workbook of a round somebody hands in, by what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from quips.forms.filled import Filled, read_filled
from quips.peeraudit import handingin, replysheet, settlingsheet, signingsheet
from quips.peeraudit.book import Book
from quips.peeraudit.formnames import FRESH, READING
from quips.places import Place
from quips.privacy import text_warnings
from quips.problems import InputError, Problem, QuipsError
from quips.workbooks import FORM

Takes = Callable[[Book, Filled, bytes, str, str], list[str]]


def _sheet(takes: Callable[[Book, Filled, str], list[str]]) -> Takes:
    """What takes in a sheet of which only the answers are kept, in the rows of the trail."""
    return lambda book, filled, data, who, because: takes(book, filled, who)


KINDS: Mapping[str, tuple[str, Takes]] = {
    READING: (FRESH, handingin.hand_in),
    settlingsheet.KIND: (settlingsheet.FRESH, _sheet(settlingsheet.hand_in)),
    replysheet.KIND: (replysheet.FRESH, _sheet(replysheet.hand_in)),
    signingsheet.KIND: (signingsheet.FRESH, _sheet(signingsheet.hand_in)),
}
"""What can be handed in: its kind, how to have a new one, and what takes it in."""


def import_file(book: Book, path: Path, who: str, because: str) -> tuple[str, list[str]]:
    """Take in a workbook, and return the case it is of, if it is of one, with what there is to say.

    Args:
        book: The readings of the round.
        path: The workbook.
        who: Who hands it in; empty where that is what the workbook says.
        because: Why something is changed, where that has to be said.

    Raises:
        InputError: With everything that is wrong with it; nothing of it was taken.
    """
    place = Place(str(path))
    try:
        if path.exists() and not path.is_file():  # a device may never end
            raise InputError([Problem(place, "not-a-file", "This is a folder or a device, not a file.")])
        if path.stat().st_size > FORM.max_bytes:
            raise InputError(
                [Problem(place, "file-too-large", "The workbook is larger than any form.", "Check that it is the right file.")]
            )
        data = path.read_bytes()
    except OSError as error:
        message = f"The file cannot be read: {error.strerror or error}."
        raise InputError([Problem(place, "cannot-read", message, "Check the name and the folder.")]) from error
    filled = read_filled(data, str(path), {kind: fresh for kind, (fresh, _) in KINDS.items()})
    takes = KINDS[filled.head["kind"]][1]
    texts = [one for path, given in filled.given.items() for one in given if filled.cells[path][1].kind == "text"]
    doubts = [str(problem) for problem in text_warnings((str(one.value), one.place) for one in texts)]
    try:
        return str(filled.head.get("case", "")), [*takes(book, filled, data, who, because), *doubts]
    except InputError:
        raise
    except QuipsError as error:
        raise InputError([Problem(place, "refused", str(error))]) from error
