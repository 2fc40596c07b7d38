"""Which forms readers of a round are to fill in now, laid out in its folder without touching what is being filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

from quips.peeraudit.book import Book
from quips.peeraudit.folder import OWN, Turn, digest_of
from quips.peeraudit.formnames import FACTS, JUDGING, KNOWN, form_path, named
from quips.peeraudit.handingin import known_answers
from quips.peeraudit.state import RoundCase, State
from quips.peeraudit.steps.checks import why_not_read
from quips.problems import InputError, Problem
from quips.source import Document, read_yaml

ISSUED = f"{OWN}/issued.json"
_FORM = re.compile(rf"(?P<case>.+)-(?:{FACTS}|{JUDGING})(?:-\d+)?")
WRITTEN, AS_IT_WAS, BEGUN, NOT_MADE = "written", "as it was", "being filled in", "cannot be made"

Makes = Callable[[Book, State, RoundCase, str, str], bytes]
MakesKnown = Callable[[Book, State, str, str, Document], bytes]


@dataclass(frozen=True, slots=True)
class Issued:
    """A form that is due, and what became of it.

    Attributes:
        reader: Who fills it in.
        case: The case.
        stage: ``facts``, ``judging`` or ``known``.
        path: Where it lies, within the round.
        how: ``written``; ``as it was``; ``being filled in``, and so left alone; or ``cannot be made``.
        problems: Why it cannot be made.
    """

    reader: str
    case: str
    stage: str
    path: str
    how: str
    problems: tuple[Problem, ...] = ()


def stage_due(case: RoundCase, reader: str) -> str:
    """Return which form a reader fills in next: the facts until they are in, then the judgements."""
    return JUDGING if reader in case.records or case.newest(reader) else FACTS


def due(
    book: Book, state: State, reader: str = "", case: str = "", among: Collection[str] | None = None
) -> Iterator[tuple[RoundCase, str]]:
    """Yield the cases and readers of whom a complete reading is still to come, in the order of the draw.

    Whoever may not read a case, such as for a conflict, has no form of it: it would be refused once it is filled in.

    Args:
        book: The readings of the round.
        state: The round as it stands.
        reader: Only this reader's; everybody's if left out.
        case: Only this case; all if left out. Its forms are due until it is settled, so that they can be changed.
        among: Only these cases; all if left out.
    """
    for one in state.cases.values():
        for who in one.readers if among is None or one.reference in among else ():
            newest = one.newest(who)
            is_open = one.moderated is None and (case == one.reference or newest is None or not newest.complete)
            may = book.plan.qualify is None or who in state.qualified
            may = may and not why_not_read(book.plan, state, who, one)
            if is_open and may and reader in ("", who) and case in ("", one.reference):
                yield one, who


def void(book: Book, state: State, reader: str = "", case: str = "") -> dict[str, str]:
    """Return the forms that lie in the folder and that nobody is to fill in any more, each with why.

    Args:
        book: The readings of the round.
        state: The round as it stands.
        reader: Only this reader's; everybody's if left out.
        case: Only this case; all if left out.
    """
    cases = {named(name): name for name in (*state.gone, *state.cases)}
    readers = {named(who): who for one in state.cases.values() for who in (*book.plan.people, *one.ever_read_by)}
    found = {}
    for path in sorted((book.folder.path / "forms").glob("*/*.xlsx")):
        form = _FORM.fullmatch(path.stem)
        name, who = cases.get(form["case"] if form else "", ""), readers.get(path.parent.name, path.parent.name)
        if name and reader in ("", who) and case in ("", name) and (why := _why_void(book, state, name, who)):
            found[path.relative_to(book.folder.path).as_posix()] = why
    return found


def _why_void(book: Book, state: State, name: str, who: str) -> str:
    """Return why somebody's form of a case is not to be filled in; empty if it is, or was handed in while it was theirs."""
    one = state.cases.get(name)
    if one is None:
        return f"{name} was taken out of the round"
    if who not in one.readers:
        return f"{name} is not {who}'s to read"
    return why_not_read(book.plan, state, who, one) if one.moderated is None else ""


@dataclass
class _Forms:
    """The forms of a round, and which of them lie there as they were laid out."""

    book: Book
    turn: Turn
    is_again: bool
    issued: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.handed_in = {digest for row in self.turn.rows for path, digest in row.step.files.items() if path.startswith("kept/")}
        if (self.book.folder.path / ISSUED).is_file():
            try:
                self.issued = dict(json.loads(self.book.folder.read(ISSUED)))
            except (ValueError, TypeError):
                self.issued = {}  # a form that is not as it would be made now then counts as begun

    def lay_out(self, reader: str, case: str, stage: str, made: bytes | InputError) -> Issued:
        path = form_path(reader, case, stage)
        if isinstance(made, InputError):
            return Issued(reader, case, stage, path, NOT_MADE, tuple(made.problems))
        path, how = self.place(path, made)
        return Issued(reader, case, stage, path, how)

    def place(self, path: str, data: bytes) -> tuple[str, str]:
        """Write a form, but not over one that is being filled in: beside it, if it is to be made again. Return where, and how."""
        lies, new = self._lies(path), digest_of(data)
        if lies not in ("", new, self.issued.get(path), *self.handed_in):
            if not self.is_again:
                return path, BEGUN
            stem = path.removesuffix(".xlsx")
            path = next(beside for n in count(2) if self._lies(beside := f"{stem}-{n}.xlsx") in ("", new))
            lies = self._lies(path)
        if lies != new:
            self.book.folder.write(path, data)
        self.issued[path] = new
        return path, AS_IT_WAS if lies == new else WRITTEN

    def note(self) -> None:
        """Write down how the forms were laid out."""
        self.book.folder.write(ISSUED, json.dumps(self.issued, indent=0, sort_keys=True).encode())

    def _lies(self, path: str) -> str:
        """The digest of what lies there; empty if nothing does."""
        return digest_of(self.book.folder.read(path)) if (self.book.folder.path / path).is_file() else ""


def issue(
    book: Book,
    made: Makes,
    reader: str = "",
    case: str = "",
    among: Collection[str] | None = None,
    is_again: bool = False,
) -> list[Issued]:
    """Lay out the forms that are due; one that cannot be made keeps no other from being made.

    A form that somebody has begun to fill in is left alone, unless it was handed in as it is. Forms are made before a turn is
    taken, so that others can go on; those of a case of which a step was taken meanwhile are made anew in the turn.

    Args:
        book: The readings of the round.
        made: What makes a form.
        reader: Only this reader's; everybody's if left out.
        case: Only this case; all if left out.
        among: Only these cases; all if left out.
        is_again: Whether a new form is written beside one that is being filled in.

    Raises:
        StorageError: A form cannot be written.
    """

    def tried(state: State, one: RoundCase, who: str) -> bytes | InputError:
        return _tried(partial(made, book, state, one, who, stage_due(one, who)))

    before = book.folder.state()
    ready = {(one.reference, who): tried(before, one, who) for one, who in due(book, before, reader, case, among)}
    with book.folder.turn() as turn:
        forms = _Forms(book, turn, is_again)
        found = []
        for one, who in due(book, turn.state, reader, case, among):
            is_ready = before.cases.get(one.reference) == one and (one.reference, who) in ready
            form = ready[one.reference, who] if is_ready else tried(turn.state, one, who)
            found.append(forms.lay_out(who, one.reference, stage_due(one, who), form))
        forms.note()
    return found


def issue_known(book: Book, made: MakesKnown, reader: str, case: str = "", is_again: bool = False) -> list[Issued]:
    """Lay out the forms by which a reader judges the known cases.

    Args:
        book: The readings of the round.
        made: What makes a form.
        reader: The reader.
        case: Only this known case; all if left out.
        is_again: Whether a new form is written beside one that is being filled in.

    Raises:
        StorageError: A form cannot be written.
    """
    state = book.folder.state()

    def make(path: Path) -> bytes:
        document = _known_case(book, path)
        return made(book, state, str(document.value["case"]), reader, document)

    paths = [path for path in sorted((book.folder.path / "known").glob("*.yaml")) if not case or named(case) == path.stem]
    ready = {path.stem: _tried(partial(make, path)) for path in paths}  # of the state, they only say which round it is
    with book.folder.turn() as turn:
        forms = _Forms(book, turn, is_again)
        found = [forms.lay_out(reader, name, KNOWN, form) for name, form in ready.items()]
        forms.note()
    return found


def _tried(made: Callable[[], bytes]) -> bytes | InputError:
    """Return a form, or why it cannot be made."""
    try:
        return made()
    except InputError as error:
        return error


def lay_out_sheet(book: Book, turn: Turn, path: str, data: bytes) -> str:
    """Write a sheet for a moderator or a director, beside one that they have begun to fill in, and return where.

    Args:
        book: The readings of the round.
        turn: The turn in which it is done.
        path: Where, within the round.
        data: The sheet.

    Raises:
        StorageError: It cannot be written.
    """
    forms = _Forms(book, turn, is_again=True)
    where, _ = forms.place(path, data)
    forms.note()
    return where


def _known_case(book: Book, path: Path) -> Document:
    """Return a known case that can be read and whose answers can be found again.

    Raises:
        InputError: It is of another name than its file, or answers nothing in scope.
    """
    document = read_yaml(path)
    book.auditor.audit_document(document, edition=book.plan.edition)
    reference = str(document.value["case"])
    if named(reference) != path.stem:
        message = f"The file is called {path.name}, and the case in it {reference}."
        raise InputError([Problem(document.place("case"), "another-case", message, f"Call the file {named(reference)}.yaml.")])
    if not known_answers(book, reference):
        message = f"{reference} has no known answer to any question in scope."
        raise InputError([Problem(document.place("case"), "no-answers", message, "Write what the team agreed on: judgements.")])
    return document
