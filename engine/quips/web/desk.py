"""What the pages work on: the kept cases, each read and audited once for each version of its file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from quips.audits import Audit, Auditor
from quips.knowledge import Knowledge
from quips.problems import InputError, Problem, QuipsError
from quips.source import Document, parse_yaml
from quips.storage.store import ChangedError, Kept, NotKeptError, Store
from quips.web.interview import Step, steps

Edit = Callable[[str], str]
TRAIL = "trail"
_N_TRAIL = 30
"""How many pages of an interview can be gone back, one by one."""


@dataclass(frozen=True)
class Look:
    """One case as it is now.

    Attributes:
        kept: Its file.
        notes: What is kept beside it: ``aside`` (questions put aside), ``trail`` (the pages answered last), ``edition``.
        audit: What an audit says of it; None where the file cannot be used.
        problems: What is wrong with the file, if it cannot be used.
        knowledge: The knowledge base it was read by.
    """

    kept: Kept
    notes: dict[str, Any]
    audit: Audit | None
    problems: tuple[Problem, ...]
    knowledge: Knowledge

    @property
    def document(self) -> Document:
        """The case file with the place of each value."""
        assert self.audit is not None and self.audit.case.document is not None  # pages of a case show sound files only
        return self.audit.case.document

    @property
    def value(self) -> dict[str, Any]:
        """The content of the case file."""
        return dict(self.document.value)

    @property
    def aside(self) -> dict[str, str]:
        """The questions that were put aside, and with which answer."""
        return dict(self.notes.get("aside", {}))

    @property
    def trail(self) -> list[str]:
        """The pages of the interview that were answered, the last of them last."""
        return [str(page) for page in self.notes.get(TRAIL, ())]

    @cached_property
    def steps(self) -> list[Step]:
        """What is still worth asking."""
        assert self.audit is not None
        return steps(self.audit, self.knowledge, self.aside)


class Desk:
    """The cases of one store, under one knowledge base; safe to use from several threads."""

    def __init__(self, knowledge: Knowledge, store: Store, auditor: Auditor) -> None:
        """Keep what the pages need."""
        self.knowledge, self.store, self.auditor = knowledge, store, auditor
        self._lock = threading.Lock()
        self._seen: dict[str, Look] = {}
        self._looked: dict[tuple[str, str, str, date], tuple[Audit | None, tuple[Problem, ...]]] = {}

    def look(self, name: str) -> Look:
        """Return a case as it is now.

        Raises:
            NotKeptError: There is no such case.
            QuipsError: The file cannot be read, or an engine failed.
        """
        kept = self.store.read(name)
        notes = self.store.notes(name)
        edition = str(notes.get("edition") or "")
        key = (name, kept.version, edition, date.today())
        with self._lock:
            if key not in self._looked:
                self._looked = {old: found for old, found in self._looked.items() if old[0] != name}
                self._looked[key] = self._audit(kept, edition)
            audit, problems = self._looked[key]
            look, before = Look(kept, notes, audit, problems, self.knowledge), self._seen.get(name)
            if before is not None and (before.kept, before.notes) == (kept, notes) and before.audit is audit:
                return before  # with its questions already worked out
            self._seen[name] = look
            return look

    def looks(self) -> tuple[list[Look], dict[str, str]]:
        """Return every case, in the order of their names; and of those that cannot even be looked at, by name, why not."""
        found, refused = [], {}
        for name in self.store.names():
            try:
                found.append(self.look(name))
            except NotKeptError:
                continue  # erased since the names were read
            except QuipsError as error:  # one that cannot be read, or decided, does not keep the others from being listed
                refused[name] = str(error)
        return found, refused

    def change(self, name: str, onto: str, *edits: Edit) -> Kept:
        """Change a case file, all edits or none.

        Args:
            name: The case.
            onto: The version that the change was made on.
            edits: Functions from the file's text to its text.

        Raises:
            ChangedError: The file is not that version any more; nothing was written.
            InputError: The changed file would not be a valid case record; nothing was written.
            NotKeptError: There is no such case.
        """
        kept = self.store.read(name)
        if kept.version != onto:
            raise ChangedError(kept)
        text = kept.text
        for edit in edits:
            text = edit(text)
        self.checked(text, name)
        return self.store.write(name, text, onto)

    def erase(self, name: str) -> None:
        """Erase a case with everything kept of it, in memory too.

        Raises:
            NotKeptError: Nothing is kept under this name.
        """
        self.store.erase(name)
        with self._lock:
            self._seen.pop(name, None)
            self._looked = {key: found for key, found in self._looked.items() if key[0] != name}

    def checked(self, text: str, name: str) -> Document:
        """Return a case file's text as a document.

        Raises:
            InputError: It is not a valid case record.
        """
        document = parse_yaml(text, f"{name}.yaml")
        self.auditor.read(document)
        return document

    def put_aside(self, name: str, key: str, answer: str | None) -> None:
        """Note that a question was put aside, or, with None, that it is open again."""
        self.put_all_aside(name, {key: answer})

    def put_all_aside(self, name: str, answers: Mapping[str, str | None]) -> None:
        """Note that several questions were put aside, or are open again, by `aside_key`."""
        with self._lock:
            notes = self.store.notes(name)
            aside = {**notes.get("aside", {}), **answers}
            aside = {key: answer for key, answer in aside.items() if answer is not None}
            if aside != notes.get("aside", {}):
                self.store.keep_notes(name, {**notes, "aside": aside})

    def passed(self, name: str, page: str) -> None:
        """Note that a page of the interview was answered, so that the next can lead back to it."""
        trail = self.store.notes(name).get(TRAIL, [])
        if page not in trail:
            self.keep_note(name, TRAIL, [*trail, page][-_N_TRAIL:])

    def keep_note(self, name: str, note: str, value: Any) -> None:
        """Keep one note beside a case."""
        with self._lock:
            self.store.keep_notes(name, {**self.store.notes(name), note: value})

    def _audit(self, kept: Kept, edition: str) -> tuple[Audit | None, tuple[Problem, ...]]:
        try:
            document = parse_yaml(kept.text, f"{kept.name}.yaml")
            return self.auditor.audit_document(document, edition=edition or None), ()
        except InputError as error:
            return None, tuple(error.problems)
