"""Reads a filled spreadsheet form back as a case record, with the sheet and the cell of everything it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quips.cases import case_problems
from quips.forms.answers import AnswerError, answer
from quips.forms.layout import (
    ACCEPTABLE,
    FORMAT,
    LISTS,
    META,
    MOST_TIMES,
    NONE_OF_THESE,
    NOT_DONE,
    NOT_DONE_ON,
    REASON,
    REASON_CODE,
    START,
    Answer,
    Expects,
    Label,
    Sheet,
    choices_from,
    digest_of,
    digest_of_lines,
    layout,
)
from quips.knowledge import Knowledge
from quips.places import Place
from quips.problems import InputError, Level, Problem, did_you_mean, listed
from quips.source import Document, Path_
from quips.vocabulary import STAGES
from quips.workbooks import Grid, read_workbook

_FRESH = "Make a new form with: quips form."
_COPY = "Copy the answers into a new form, made with: quips form."
_KINDS = ("case", "as_at", "composed", "complete", "circumstances", "changes", "record", "judgements")


@dataclass(frozen=True)
class _Given:
    """An answer, and the cell it stands in."""

    value: Any
    place: Place


@dataclass
class _Made:
    """How a form was made, as its hidden sheet tells it."""

    vocabulary: str
    version: str
    choices: Mapping[str, Any]
    sheets: dict[str, Sheet]


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
    grids = read_workbook(source, shown_as)
    made = _made(grids, shown_as)
    problems = list(_strange_sheets(grids, made, shown_as))
    reader = _Reader(shown_as, problems)
    for sheet in made.sheets.values():
        found = list(_misplaced(sheet, grids[sheet.name], shown_as)) if sheet.name in grids else []
        problems += found
        reader.note(sheet, {} if found else grids.get(sheet.name, {}))
    if problems and any(problem.name in _LAYOUT for problem in problems):
        raise InputError(problems)
    warnings = list(_since(made, knowledge, reader)) if made.vocabulary != digest_of(knowledge.vocabulary) else []
    value = reader.value()
    document = Document(shown_as, value, reader.places, {}, warnings=tuple(warnings))
    if problems:
        raise InputError({*problems, *case_problems(document, knowledge.case_shape)})
    return document


_LAYOUT = frozenset({"sheet-missing", "sheet-added", "question-changed", "outside-the-boxes"})


def _made(grids: Mapping[str, Grid], file: str) -> _Made:
    """Return how a form was made.

    Raises:
        InputError: It is not a form, or its hidden sheet was changed, or a later version made it.
    """

    def refused(name: str, message: str, hint: str) -> InputError:
        return InputError([Problem(Place(file), name, message, hint)])

    if META not in grids:
        message = "This workbook is not a form that Quips made, or the sheet that says so was taken out."
        raise refused("not-a-form", message, "Write a form with: quips form.")
    grid = grids[META]
    lines = [str(grid[row, 1]) for row in range(1, len(grid) + 1) if (row, 1) in grid]
    changed = refused("form-changed", "The hidden sheet that says what stands where was changed.", _COPY)
    try:
        head = json.loads(lines[0])
        if int(head["form"]) > FORMAT:
            message = f"This form was made by a later version of Quips ({head['quips']})."
            raise refused(
                "later-version", message, "Ask whoever sent it for a form made with your version, or bring Quips up to date."
            )
        if head["layout"] != digest_of_lines(lines[1:]) or len(lines) != len(grid):
            raise changed
        choices_from(head["choices"])
        return _Made(str(head["vocabulary"]), str(head["quips"]), head["choices"], _sheets(lines[1:]))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise changed from error


def _sheets(lines: list[str]) -> dict[str, Sheet]:
    labels: dict[str, list[Label]] = {}
    answers: dict[str, list[Answer]] = {}
    for line in lines:
        kind, sheet, row, column, *rest = json.loads(line)
        if kind == "label":
            labels.setdefault(str(sheet), []).append(Label(int(row), int(column), str(rest[0])))
            continue
        times, path, (expected, words, bounds) = rest
        if not 1 <= int(times) <= MOST_TIMES or path[0] not in _KINDS:
            raise ValueError(line)
        expects = Expects(str(expected), {str(word): value for word, value in words.items()}, (int(bounds[0]), int(bounds[1])))
        answers.setdefault(str(sheet), []).append(Answer(int(row), int(column), tuple(path), expects, int(times)))
    return {name: Sheet(name, (), tuple(labels[name]), tuple(answers.get(name, ()))) for name in labels}


def _strange_sheets(grids: Mapping[str, Grid], made: _Made, file: str) -> Iterator[Problem]:
    added = [name for name, grid in grids.items() if grid and name not in made.sheets and name not in (META, LISTS)]
    missing = [name for name in made.sheets if name not in grids]
    for name in missing:
        hint = f"The sheets that are not of the form are called {listed(map(repr, added), 'and')}." if added else _COPY
        yield Problem(Place(file), "sheet-missing", f"The sheet '{name}' is not there; it was renamed or taken out.", hint)
    renamed = f"If it is {listed(map(repr, missing))}, give it that name again. Otherwise take" if missing else "Take"
    for name in added:
        hint = did_you_mean(name, missing) or f"{renamed} it out; write what it says where the form asks for it."
        yield Problem(Place(file, sheet=name), "sheet-added", "This sheet is not part of the form, so it is not read.", hint)


def _misplaced(sheet: Sheet, grid: Grid, file: str) -> Iterator[Problem]:
    """Yield what shows that rows were moved, questions edited, or something written outside the boxes: the first of each run."""
    boxes = {(row, column) for one in sheet.answers for row, column, _ in one.cells()}
    labels = {(one.row, one.column): one.text for one in sheet.labels}
    edited = [cell for cell, text in sorted(labels.items()) if _even(grid.get(cell, "")) != _even(text)]
    if edited:
        row, column = edited[0]
        there = str(grid.get((row, column), ""))[:60]
        message = f"Here the form says '{_first_line(labels[row, column])}', and now it says '{_first_line(there)}'."
        if not there:
            message = f"Here the form says '{_first_line(labels[row, column])}', and that is gone."
        if len(edited) > 1:
            message += f" {len(edited) - 1} more cells of this sheet differ too; rows may have been moved."
        hint = f"Undo that, or copy the answers into a new form. Nothing on this sheet was read. {_FRESH}"
        yield Problem(Place(file, row, column, sheet.name), "question-changed", message, hint)
        return
    for row, column in sorted(set(grid) - boxes - set(labels)):
        place = Place(file, row, column, sheet.name)
        yield Problem(
            place, "outside-the-boxes", "This stands outside the boxes, so it is not read.", "Move it to the box it belongs in."
        )


def _since(made: _Made, knowledge: Knowledge, reader: _Reader) -> Iterator[Problem]:
    """Yield what has changed in the vocabulary since a form was made: a warning for what matters to it.

    What it answers and is no longer asked is one of the reader's problems.
    """
    before = {path: asked for sheet in made.sheets.values() for path, asked in _asked(sheet)}
    today = layout(knowledge.vocabulary, choices_from(made.choices))
    now = {path: asked for sheet in today for path, asked in _asked(sheet)}
    file = reader.file
    message = f"This form was made with another vocabulary ({made.vocabulary}, Quips {made.version})."
    added = [f"'{_first_line(text)}'" for path, (text, _) in now.items() if path not in before]
    hint = f"Since then it asks too: {listed(added[:5], 'and')}" + (f", and {len(added) - 5} more." if len(added) > 5 else ".")
    hint = hint if added else "Nothing that it does not ask has been added since."
    yield Problem(Place(file), "other-vocabulary", message, hint, Level.WARNING)
    for path, (text, _) in before.items():
        given = reader.answered(path)
        if given is None:
            continue
        if path not in now:
            message = f"'{_first_line(text)}' is no longer asked, but it is answered."
            reader.problems.append(Problem(given.place, "no-longer-asked", message, "Clear the answer."))
        elif now[path] != before[path]:
            message = f"This question has changed since the form was made. It now says: {_even(now[path][0])}"
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

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file, self.problems = file, problems
        self.given: dict[Path_, list[_Given]] = {}
        self.cells: dict[Path_, tuple[Place, Expects, bool]] = {}
        self.places: dict[Path_, Place] = {(): Place(file, sheet=START)}
        self.unread: set[Path_] = set()

    def note(self, sheet: Sheet, grid: Grid) -> None:
        """Read the answers of one sheet."""
        for one in sheet.answers:
            for row, column, path in one.cells():
                place = Place(self.file, row, column, sheet.name)
                several = path in self.cells
                self.cells[path] = (
                    self.cells[path][0] if several else place,
                    one.expects if not several else self.cells[path][1],
                    several,
                )
                if (row, column) not in grid:
                    continue
                try:
                    self.given.setdefault(path, []).append(_Given(answer(one.expects, grid[row, column]), place))
                except AnswerError as error:
                    self.problem(place, error.name, error.message, error.hint)
                    self.unread.add(path)
        self.given = {path: given for path, given in self.given.items() if given}

    def answered(self, path: Path_) -> _Given | None:
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


def _even(text: object) -> str:
    return " ".join(str(text).split())


def _first_line(text: str) -> str:
    return text.splitlines()[0].strip()[:80] if text.strip() else ""
