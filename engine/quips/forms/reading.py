"""Reads a filled spreadsheet form back as a case record, with the sheet and the cell of everything it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from quips.cases import after_as_at, case_problems
from quips.forms.filled import Filled, Given, even, first_line, read_filled
from quips.forms.layout import (
    ACCEPTABLE,
    CASE,
    NONE_OF_THESE,
    NOT_DONE,
    NOT_DONE_ON,
    REASON,
    REASON_CODE,
    START,
    Choices,
    choices_from,
    digest_of,
    layout,
)
from quips.forms.sheets import Expects, Sheet
from quips.knowledge import Knowledge
from quips.places import Place
from quips.problems import InputError, Level, Problem, listed
from quips.source import Document, Path_
from quips.vocabulary import STAGES, Vocabulary

_FRESH = "Make a new form with: quips form."
_KINDS = ("case", "as_at", "composed", "complete", "circumstances", "changes", "record", "judgements")


def read_form(source: Path | bytes, shown_as: str, knowledge: Knowledge) -> Document:
    """Read a form that somebody has filled in.

    Args:
        source: The file, or its bytes.
        shown_as: What to call it in messages.
        knowledge: The knowledge base; a form that was made with another vocabulary says so in the document's warnings.

    Returns:
        The case record. Whether it is a valid one is for ``read_case`` to say, as with any other.

    Raises:
        InputError: It is no form, or not safe to read, or something on it cannot be read; with every such cell.
    """
    return record_in(read_filled(source, shown_as, {CASE: _FRESH}), knowledge)


def record_in(filled: Filled, knowledge: Knowledge) -> Document:
    """Return the case record that is filled into a workbook, which may ask for other things as well.

    Args:
        filled: The workbook.
        knowledge: The knowledge base.

    Raises:
        InputError: Something on it cannot be read, with every such cell; what is wrong elsewhere on it is told too.
    """
    document, problems = told_in(filled, knowledge)
    if filled.problems:
        raise InputError(problems)
    return document


def told_in(
    filled: Filled, knowledge: Knowledge, after_as_at: Callable[[str, str, str], str] = after_as_at
) -> tuple[Document, list[Problem]]:
    """Return the case record that is filled into a workbook, with everything that is wrong with it, and with the workbook.

    Answers that cannot be read are left out of the record, and are among the workbook's own problems.

    Args:
        filled: The workbook.
        knowledge: The knowledge base.
        after_as_at: Says that an activity is dated on a day after the day the record was read.

    Raises:
        InputError: What it says of how it was made was changed.
    """
    choices = _choices(filled)
    reader = _Reader(filled)
    vocabulary = knowledge.vocabulary
    warnings = list(_since(filled, choices, vocabulary, reader)) if filled.head.get("vocabulary") != digest_of(vocabulary) else []
    value = reader.value()
    document = Document(filled.file, value, reader.places, {}, warnings=tuple(warnings))

    return document, [*dict.fromkeys((*filled.problems, *case_problems(document, knowledge.case_shape, after_as_at)))]


def _choices(filled: Filled) -> Choices:
    try:
        return choices_from(filled.head["choices"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = "The hidden sheet that says what stands where was changed."
        hint = "Copy the answers into a new form, made with: quips form."
        raise InputError([Problem(Place(filled.file), "form-changed", message, hint)]) from error


def _since(filled: Filled, choices: Choices, vocabulary: Vocabulary, reader: _Reader) -> Iterator[Problem]:
    """Yield what has changed in the vocabulary since a form was made: a warning for what matters to it.

    What it answers and is no longer asked is one of the reader's problems.
    """
    before = {path: asked for sheet in filled.sheets.values() for path, asked in _asked(sheet) if path[0] in _KINDS}
    today = layout(vocabulary, choices)
    now = {path: asked for sheet in today for path, asked in _asked(sheet)}
    file = reader.file
    message = f"This form was made with another vocabulary ({filled.head['vocabulary']}, Quips {filled.head['quips']})."
    added = [f"'{first_line(text)}'" for path, (text, _) in now.items() if path not in before]
    hint = f"Since then it asks too: {listed(added[:5], 'and')}" + (f", and {len(added) - 5} more." if len(added) > 5 else ".")
    hint = hint if added else "Nothing that it does not ask has been added since."
    yield Problem(Place(file), "other-vocabulary", message, hint, Level.WARNING)
    for path, (text, _) in before.items():
        given = reader.answered(path)
        if given is None:
            continue
        if path not in now:
            message = f"'{first_line(text)}' is no longer asked, but it is answered."
            reader.problems.append(Problem(given.place, "no-longer-asked", message, "Clear the answer."))
        elif now[path] != before[path]:
            message = f"This question has changed since the form was made. It now says: {even(now[path][0])}"
            hint = f"It can be {listed(now[path][1].words)}." if now[path][1].words else ""
            yield Problem(
                given.place, "question-reworded", message, f"Check that the answer still holds. {hint}".strip(), Level.WARNING
            )


def _asked(sheet: Sheet) -> Iterator[tuple[Path_, tuple[str, Expects]]]:
    """Yield what a sheet asks: where the answer belongs, the question in full, and what is expected."""
    questions = {one.row: one.whole for one in sheet.labels if one.column == 1}
    seen = set()
    for one in sheet.answers:
        if one.path not in seen:
            seen.add(one.path)
            yield one.path, (questions.get(one.row, ""), one.expects)


class _Reader:
    """Puts answers together to a record, and notes where each stands."""

    def __init__(self, filled: Filled) -> None:
        self.file, self.problems = filled.file, filled.problems
        self.given, self.cells, self.unread = filled.given, filled.cells, filled.unread
        self.places: dict[Path_, Place] = {(): Place(filled.file, sheet=START)}

    def answered(self, path: Path_) -> Given | None:
        """Return the first answer to a question, whichever time it is of, or None if there is none."""
        for other, given in self.given.items():
            if len(other) == len(path) and all(mine in ("#", theirs) for mine, theirs in zip(path, other, strict=True)):
                return given[0]
        return None

    def problem(self, place: Place, name: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(place, name, message, hint))

    def value(self) -> dict[str, Any]:
        """Return the record; what is wrong on the way is added to the problems, and left out."""
        made: dict[str, Any] = {}
        for key in ("case", "as_at", "composed"):
            if ((key,)) in self.given:
                made[key] = self.one((key,), (key,))
        if "case" not in made:
            if ("case",) not in self.unread:
                self.problem(
                    self.cell("case"), "not-answered", "Give the reference of the case.", "Such as TV-0042; never a name."
                )
            made["case"] = "X-0"  # only so that the rest can be looked at; with a problem there is no record
        complete = self.complete()
        if complete is not True:
            made["record_complete"] = complete
        made["circumstances"] = self.circumstances()
        made["record"] = self.record()
        judgements = self.judgements()
        if judgements:
            made["judgements"] = judgements
        return made

    def cell(self, *path: str | int) -> Place:
        return self.cells[path][0] if path in self.cells else Place(self.file)

    def one(self, path: Path_, at: Path_) -> Any:
        """Return the answer in a cell, which belongs at a place in the record."""
        [given] = self.given[path][:1]
        self.places[at] = given.place
        return given.value

    def complete(self) -> bool | list[str]:
        asked = [stage for stage in STAGES if ("complete", stage) in self.cells]
        for stage in asked:
            path: Path_ = ("complete", stage)
            self.places.setdefault(("record_complete",), self.cell(*path))
            if path not in self.given and path not in self.unread:
                message = f"Say whether the record is complete for {stage}: Yes or No."
                hint = "Yes: what is not here counts as missing. No: it is left open."
                self.problem(self.cell(*path), "not-answered", message, hint)
        complete = [
            stage for stage in asked if ("complete", stage) in self.given and self.given["complete", stage][0].value is True
        ]
        return len(complete) == len(STAGES) or (complete or False)

    def circumstances(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for path in self.cells:
            if path[0] == "circumstances" and path in self.given:
                found[str(path[1])] = self.together(path, path)
        names = dict.fromkeys(str(path[1]) for path in self.cells if path[0] == "changes")
        for name in names:
            changes = self.changes(name)
            if changes and name in found:
                place = self.places["circumstances", name, 0, "from"]
                message = f"This is given here and at {self.given['circumstances', name][0].place.cell} too."
                self.problem(place, "given-twice", message, "Give it here if it changed, else only there.")
            elif changes:
                found[name] = changes
        return found

    def changes(self, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for path in [path for path in self.cells if path[:2] == ("changes", name) and path[3] == "from"]:
            start, became = path, (*path[:3], "is")
            missing = [key for key in (start, became) if key not in self.given and key not in self.unread]
            if len(missing) == 1:
                what = "from which day it was so" if missing == [start] else "what it became on that day"
                self.problem(self.cell(*missing[0]), "not-answered", f"Say {what}.", "Or clear the line.")
            if start in self.given and became in self.given:
                at: Path_ = ("circumstances", name, len(found))
                found.append({"from": self.one(start, (*at, "from")), "is": self.together(became, (*at, "is"))})
                self.places[at] = self.places[*at, "from"]
                self.places.setdefault(at[:2], self.places[at])
        return found

    def together(self, path: Path_, at: Path_) -> Any:
        """Return the answer that one cell or several cells give: a value, a list of values, or a list of days."""
        given = self.given[path]
        _, expects, several = self.cells[path]
        self.places[at] = given[0].place
        chosen = NONE_OF_THESE in expects.words.values()
        if not chosen and not several:
            return given[0].value
        values: list[Any] = []
        for one in given:
            alone = one.value == NONE_OF_THESE if chosen else one.value in expects.words.values()
            if one.value in values:
                self.problem(one.place, "repeated", "This says the same as a box above it or before it.", "Clear one of them.")
            elif alone and len(given) > 1:
                message = "This cannot be said together with what the other boxes of this question say."
                self.problem(one.place, "contradiction", message, "Clear this box, or the others.")
            elif alone and not chosen:
                return one.value
            elif not alone:
                self.places[*at, len(values)] = one.place
                values.append(one.value)
        return values if chosen or len(values) != 1 else values[0]

    def record(self) -> list[dict[str, Any]]:
        times: dict[tuple[str, int], list[Path_]] = {}
        for path in self.cells:
            if path[0] == "record" and (path in self.given or path in self.unread):
                times.setdefault((str(path[1]), int(path[2])), []).append(path)
        found: list[dict[str, Any]] = []
        for (activity, n), paths in times.items():
            on: Path_ = ("record", activity, n, "on")
            if on in self.unread:
                continue
            if on not in self.given:
                message = "Say when this was done: a day, Not known or Not done."
                stands = self.given.get(paths[0])
                hint = f"{stands[0].place.cell} says something of it." if stands else ""
                self.problem(self.cell(*on), "not-answered", message, hint)
            elif self.given[on][0].value == NOT_DONE:
                found.append({NOT_DONE: self.not_done(activity, n, paths, len(found))})
            else:
                found.append({activity: self.done(activity, n, paths, len(found))})
        return found

    def done(self, activity: str, n: int, paths: list[Path_], number: int) -> Any:
        at: Path_ = ("record", number, activity)
        self.places[at[:2]] = self.places[at] = self.given["record", activity, n, "on"][0].place
        said: dict[str, Any] = {}
        late: dict[str, Any] = {}
        for path in paths:
            if path not in self.given:
                continue
            key = str(path[3])
            if key in (REASON, ACCEPTABLE):
                late[key.strip("_")] = self.one(path, (*at, "late_reason", key.strip("_")))
            elif key in (NOT_DONE_ON, REASON_CODE):
                message = "This was done on a day, so what is asked only where it was not done has no place."
                self.problem(self.given[path][0].place, "contradiction", message, "Clear it; or choose Not done above.")
            else:
                said[key] = self.together(path, (*at, key))
        if late:
            if "reason" not in late and ("record", activity, n, REASON) not in self.unread:
                self.no_reason(activity, n)
            said["late_reason"] = {"reason": "?", **late}
        return said["on"] if set(said) == {"on"} else said

    def not_done(self, activity: str, n: int, paths: list[Path_], number: int) -> dict[str, Any]:
        at: Path_ = ("record", number, NOT_DONE)
        self.places[at[:2]] = self.places[at] = self.places[*at, "activity"] = self.given["record", activity, n, "on"][0].place
        said: dict[str, Any] = {"activity": activity}
        names = {NOT_DONE_ON: "on", REASON: "reason", ACCEPTABLE: "acceptable", REASON_CODE: "reason_code"}
        for path in paths:
            key = str(path[3])
            if path not in self.given or key == "on":
                continue
            if key in ("sufficient", "stands"):
                message = "This was not done, so it cannot have been good enough or stand."
                self.problem(self.given[path][0].place, "contradiction", message, "Clear it; or write the day it was done above.")
            else:
                said[names.get(key, key)] = self.together(path, (*at, names.get(key, key)))
        if "reason" not in said and ("record", activity, n, REASON) not in self.unread:
            self.no_reason(activity, n)
        return {"reason": "?", **said}

    def no_reason(self, activity: str, n: int) -> None:
        message = "Say what reason is recorded."
        hint = "If none is, say so: none recorded. If it was simply not done, clear this column instead."
        self.problem(self.cell("record", activity, n, REASON), "not-answered", message, hint)

    def judgements(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for path in self.cells:
            if path[0] == "judgements" and path in self.given:
                name, key = str(path[1]), str(path[2])
                found.setdefault(name, {})[key] = self.one(path, path)
                self.places.setdefault(path[:2], self.places[path])
        for name in [name for name, said in found.items() if "answer" not in said]:
            if ("judgements", name, "answer") not in self.unread:
                self.problem(
                    self.cell("judgements", name, "answer"), "not-answered", "Give the answer too: Yes, No or Not applicable."
                )
            del found[name]
        return found
