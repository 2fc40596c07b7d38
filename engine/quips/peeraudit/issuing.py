"""Which forms readers of a round are to fill in now, laid out in its folder without touching what is being filled in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from quips.peeraudit.book import Book
from quips.peeraudit.folder import OWN, Turn, digest_of
from quips.peeraudit.formnames import FACTS, JUDGING, form_path
from quips.peeraudit.state import RoundCase, State

ISSUED = f"{OWN}/issued.json"
WRITTEN, AS_IT_WAS, BEGUN = "written", "as it was", "being filled in"

Makes = Callable[[Book, State, RoundCase, str, str], bytes]


@dataclass(frozen=True, slots=True)
class Issued:
    """A form that is due, and what became of it.

    Attributes:
        reader: Who fills it in.
        case: The case.
        stage: ``facts`` or ``judging``.
        path: Where it lies, within the round.
        how: ``written``, ``as it was``, or ``being filled in``, and so left alone.
    """

    reader: str
    case: str
    stage: str
    path: str
    how: str


def stage_due(case: RoundCase, reader: str) -> str:
    """Return which form a reader fills in next: the facts until they are in, then the judgements."""
    return JUDGING if reader in case.records or case.newest(reader) else FACTS


def due(book: Book, state: State, reader: str = "", case: str = "") -> Iterator[tuple[RoundCase, str]]:
    """Yield the cases and readers of whom a complete reading is still to come, in the order of the draw.

    Args:
        book: The readings of the round.
        state: The round as it stands.
        reader: Only this reader's; everybody's if left out.
        case: Only this case; all if left out. Its forms are due until it is settled, so that they can be changed.
    """
    for one in state.cases.values():
        for who in one.readers:
            newest = one.newest(who)
            is_open = one.moderated is None and (case == one.reference or newest is None or not newest.complete)
            may = book.plan.qualify is None or who in state.qualified
            if is_open and may and reader in ("", who) and case in ("", one.reference):
                yield one, who


def issue(book: Book, turn: Turn, made: Makes, reader: str = "", case: str = "") -> list[Issued]:
    """Lay out the forms that are due.

    A form that somebody has begun to fill in is left alone, unless it was handed in as it is.

    Args:
        book: The readings of the round.
        turn: The turn in which it is done.
        made: What makes a form.
        reader: Only this reader's; everybody's if left out.
        case: Only this case; all if left out.

    Raises:
        InputError, StorageError: A form cannot be made or written.
    """
    known: dict[str, str] = json.loads(book.folder.read(ISSUED)) if (book.folder.path / ISSUED).is_file() else {}
    handed_in = {digest for row in turn.rows for path, digest in row.step.files.items() if path.startswith("kept/")}
    found = []
    for one, who in due(book, turn.state, reader, case):
        stage = stage_due(one, who)
        path = form_path(who, one.reference, stage)
        lies = digest_of(book.folder.read(path)) if (book.folder.path / path).is_file() else ""
        if lies and lies != known.get(path) and lies not in handed_in:
            found.append(Issued(who, one.reference, stage, path, BEGUN))
            continue
        data = made(book, turn.state, one, who, stage)
        if lies != digest_of(data):
            book.folder.write(path, data)
        known[path] = digest_of(data)
        found.append(Issued(who, one.reference, stage, path, AS_IT_WAS if lies == digest_of(data) else WRITTEN))
    book.folder.write(ISSUED, json.dumps(known, indent=0, sort_keys=True).encode())
    return found
