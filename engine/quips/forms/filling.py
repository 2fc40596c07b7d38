"""A case record as the answers of a form, by where in the record they belong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from quips.cases import entry_said
from quips.forms.layout import ACCEPTABLE, NONE_OF_THESE, NOT_DONE, NOT_DONE_ON, REASON, REASON_CODE, Choices
from quips.forms.sheets import MOST_TIMES, Sheet
from quips.forms.workbook import Answers
from quips.problems import Problem
from quips.source import Document, Path_
from quips.vocabulary import Vocabulary

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
MOST_TEXT = 32_767  # characters in a cell

_NOT_DONE_KEYS = {"on": NOT_DONE_ON, "reason": REASON, "acceptable": ACCEPTABLE, "reason_code": REASON_CODE}


def choices_for(document: Document, vocabulary: Vocabulary, choices: Choices) -> Choices:
    """Return what a form is made for, with room for everything that a record says and a little more."""
    times: dict[str, int] = {}
    kinds = False
    for item in document.value["record"]:
        [(name, said)] = item.items()
        activity = said["activity"] if name == NOT_DONE else name
        kinds = kinds or (name == NOT_DONE and "reason_code" in said)
        times[activity] = times.get(activity, 0) + 1
    shown = [n for name, n in times.items() if vocabulary.activities[name].stage in choices.stages]
    rows = {
        name: len(given) + 2
        for name, given in document.value["circumstances"].items()
        if isinstance(given, list) and (vocabulary.circumstances[name].type == "date" or is_history(given))
    }
    judged = {name: name for name in document.value.get("judgements", {}) if name not in choices.prompts}
    return replace(
        choices,
        times=min(max([choices.times, *(n + 2 for n in shown)]), MOST_TIMES),
        rows=rows,
        kinds=kinds,
        prompts={**choices.prompts, **judged},
    )


def answers_of(document: Document, vocabulary: Vocabulary, choices: Choices) -> Answers:
    """Return what a record says: for each place in the form, the answers in their order, each with its place in the record.

    What belongs to a stage of the work that the form does not ask about is left out.
    """
    value: Mapping[str, Any] = document.value
    found: Answers = {(key,): [(value[key], (key,))] for key in ("case", "as_at", "composed") if key in value}
    complete = value.get("record_complete", True)
    for stage in choices.stages:
        answer = stage in complete if isinstance(complete, list) else complete
        found["complete", stage] = [(answer, ("record_complete",))]
    for name, given in value["circumstances"].items():
        at: Path_ = ("circumstances", name)
        if is_history(given):
            for n, change in enumerate(given):
                found["changes", name, n, "from"] = [(change["from"], (*at, n, "from"))]
                found["changes", name, n, "is"] = _cells(change["is"], (*at, n, "is"))
        else:
            found[at] = _cells(given, at)
    found |= _record(value["record"], vocabulary, choices)
    for prompt, judgement in value.get("judgements", {}).items():
        for key, given in judgement.items():
            found["judgements", prompt, key] = [(given, ("judgements", prompt, key))]
    return found


def _record(record: Iterable[Mapping[str, Any]], vocabulary: Vocabulary, choices: Choices) -> Answers:
    found: Answers = {}
    times: dict[str, int] = {}
    for number, item in enumerate(record):
        [(name, said)] = item.items()
        given = entry_said(said)
        activity = given["activity"] if name == NOT_DONE else name
        if vocabulary.activities[activity].stage not in choices.stages:
            continue
        n = times[activity] = times.get(activity, -1) + 1
        at: Path_ = ("record", number, name)
        if name == NOT_DONE:
            found["record", activity, n, "on"] = [(NOT_DONE, at)]
        for key, answer in given.items():
            if key == "late_reason":
                found["record", activity, n, REASON] = [(answer["reason"], (*at, key, "reason"))]
                if "acceptable" in answer:
                    found["record", activity, n, ACCEPTABLE] = [(answer["acceptable"], (*at, key, "acceptable"))]
            elif not (name == NOT_DONE and key == "activity"):
                asked = _NOT_DONE_KEYS.get(key, key) if name == NOT_DONE else key
                found["record", activity, n, asked] = _cells(answer, (*at, key))
    return found


def _cells(given: Any, at: Path_) -> list[tuple[Any, Path_]]:
    if not isinstance(given, list):
        return [(given, at)]
    return [(one, (*at, n)) for n, one in enumerate(given)] or [(NONE_OF_THESE, at)]


def room_problems(document: Document, answers: Answers, sheets: Iterable[Sheet]) -> list[Problem]:
    """Return a problem for everything a record says that a form has no room for, so that nothing is lost on the way."""
    room = {path for sheet in sheets for one in sheet.answers for _, _, path in one.cells()}
    problems = []
    if document.value.get("disputes"):
        message = "Findings of this case are disputed, and a form has no room for that."
        hint = "Go on with this case in its YAML file or in the browser; or take the disputes out of a copy of it."
        problems.append(Problem(document.key_place("disputes"), "no-room", message, hint))
    for path, given in answers.items():
        for value, at in given:
            place = document.place(*at)
            if path not in room and path[0] == "record" and path[2] not in range(MOST_TIMES):
                message = f"'{path[1]}' is recorded more than {MOST_TIMES} times, and a form has no room for that."
                problems.append(Problem(place, "no-room", message, "Keep this case in its YAML file."))
            elif path not in room:
                message = f"'{str(path[-1]).strip('_')}' is not asked of '{path[1]}', so a form has no room for it."
                problems.append(Problem(place, "no-room", message, "Take it out, or say it in a note."))
            elif isinstance(value, str) and len(value) > MOST_TEXT:
                message = f"This text is longer than the {MOST_TEXT} characters that a cell can hold."
                problems.append(Problem(place, "no-room", message, "Shorten it."))
            elif isinstance(value, str) and _UNPRINTABLE.search(value):
                message = "This text holds characters that cannot be seen, which no cell can hold."
                problems.append(Problem(place, "no-room", message, "Write it anew."))
            elif isinstance(value, str) and value != NONE_OF_THESE and not value.strip():
                message = "This text holds nothing but spaces, which a form cannot show."
                problems.append(Problem(place, "no-room", message, "Write something, or take it out."))
    return problems


def is_history(given: Any) -> bool:
    """Whether what is given of a circumstance is a list of dated values.

    Example:
        >>> is_history([{"from": "2010-01-04", "is": True}]), is_history(["children"])
        (True, False)
    """
    return isinstance(given, list) and bool(given) and isinstance(given[0], dict)
