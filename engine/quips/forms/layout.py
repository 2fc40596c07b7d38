"""What stands where in the spreadsheet form of a case record, made from the vocabulary."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from quips import __version__
from quips.forms.sheets import DAY, FORMAT, MOST_TIMES, TEXT, YES_NO, Builder, Expects, Label, Sheet, Word
from quips.framework import Edition
from quips.source import Path_
from quips.vocabulary import COMMON_ATTRIBUTES, NONE, NOT_YET, STAGES, Activity, Term, Vocabulary

CASE = "case"
START, CIRCUMSTANCES, CHANGES, JUDGEMENTS = "Start here", "Circumstances", "Changes", "Judgements"
NOT_DONE = "not_done"
JUDGED = Expects("word", {"Yes": "yes", "No": "no", "Not applicable": "not_applicable"})
"""The answer to a prompt."""
# What is asked of any piece of work, under names that no attribute in the vocabulary can have.
REASON, ACCEPTABLE, NOT_DONE_ON, REASON_CODE = "_reason", "_acceptable", "_not_done_on", "_reason_code"
NONE_OF_THESE = ""  # what the cell "None of these" of a list stands for
TIMES = 8
MOST_ROWS = 20_000  # as many as a sheet is read to


@dataclass(frozen=True)
class Choices:
    """What a form is made for.

    Attributes:
        stages: The stages of the work it asks about.
        times: How many times each piece of work can be recorded.
        prompts: The prompts it asks the auditor's judgement of: name, and the question.
        rows: For a circumstance with several dates or changes, how many rows it needs at least.
        kinds: Whether somebody has given the kind of a reason, which is seldom done, so that room is needed for it.
        marking: The marking on each sheet.
        is_reading: Whether it is handed in to a peer audit round, and not audited as it lies there.
    """

    stages: tuple[str, ...] = STAGES
    times: int = TIMES
    prompts: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)
    kinds: bool = False
    marking: str = "OFFICIAL-SENSITIVE"
    is_reading: bool = False

    def plain(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "stages": list(self.stages),
            "times": self.times,
            "prompts": dict(self.prompts),
            "rows": dict(self.rows),
            "kinds": self.kinds,
            "marking": self.marking,
            "is_reading": self.is_reading,
        }


def choices_from(plain: Mapping[str, Any]) -> Choices:
    """Return what a form was made for, from how it is kept in the form.

    Raises:
        KeyError, TypeError, ValueError: It is not of that form, or of another size than a form has.
    """
    stages, times, rows = (plain[key] for key in ("stages", "times", "rows"))
    if not (set(stages) <= set(STAGES) and _is_size(times, MOST_TIMES) and all(_is_size(n, MOST_ROWS) for n in rows.values())):
        raise ValueError(plain)
    prompts = {str(name): str(asks) for name, asks in plain["prompts"].items()}
    return Choices(
        tuple(stages), times, prompts, dict(rows), bool(plain["kinds"]), str(plain["marking"]), bool(plain.get("is_reading"))
    )


def _is_size(number: Any, most: int) -> bool:
    return isinstance(number, int) and 1 <= number <= most


def prompts_of(editions: Iterable[Edition]) -> dict[str, str]:
    """Return the prompts about a case of some editions, with their questions."""
    return {prompt.name: prompt.asks for edition in editions for prompt in edition.prompts() if prompt.about == "case"}


def layout(vocabulary: Vocabulary, choices: Choices) -> list[Sheet]:
    """Return the sheets of a form, in their order."""
    asked = {activity.stage for activity in vocabulary.activities.values()} & set(choices.stages)
    stages = [_stage(vocabulary, stage, choices) for stage in STAGES if stage in asked]
    sheets = [_circumstances(vocabulary, choices), _changes(vocabulary, choices), *stages]
    if choices.prompts:
        sheets.append(_judgements(choices))
    return [_start(vocabulary, choices, sheets), *sheets]


def digest_of(vocabulary: Vocabulary) -> str:
    """Return a digest of everything in a vocabulary that a form shows."""
    said = {
        "circumstances": {name: _said(term) for name, term in vocabulary.circumstances.items()},
        "activities": {
            name: [one.title, one.stage, one.ask, one.help, {key: _said(term) for key, term in one.attributes.items()}]
            for name, one in vocabulary.activities.items()
        },
    }
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def _said(term: Term) -> list[Any]:
    return [term.title, term.type, term.ask, term.help, dict(term.values), term.may_change, term.many, term.bounds]


def expects(term: Term) -> Expects:
    """Return what one cell expects that asks for a value of a term; for several at once, one of them."""
    match term.type:
        case "yes_no":
            return YES_NO
        case "choice":
            return Expects("word", _labels(term))
        case "choices":
            return Expects("word", {**_labels(term), "None of these": NONE_OF_THESE})
        case "number":
            return Expects("number", bounds=term.bounds)
        case "date":
            return DAY
        case _:
            return TEXT


def _labels(term: Term) -> dict[str, Word]:
    """Return each value by what it is called; where two are called the same, or like a word of ours, with their names."""
    said = [label.casefold().strip() for label in term.values.values()]
    taken = {label for label in said if said.count(label) > 1} | {"none of these", ""}
    return {
        (f"{label} ({name})" if label.casefold().strip() in taken else " ".join(label.split())): name
        for name, label in term.values.items()
    }


def _start(vocabulary: Vocabulary, choices: Choices, sheets: list[Sheet]) -> Sheet:
    next_step = "hand it in as the sheet before this says" if choices.is_reading else "audit it with: quips audit FILE"
    advice = (
        f"Fill in what you know, save the file, and {next_step}. Write only in the boxes with a border; "
        "everything else is locked. Press Enter to go down, Tab to go to the next box.\n"
        "A blank box means: not known. It never means no.\n"
        "Write no names, dates of birth or addresses anywhere."
    )
    heads = ["About this record", "Answer", "How to answer"]
    build = Builder(START, "Case record", advice, heads, [74, 26, 44], choices.marking)
    build.ask("Reference of the case", "Never a name.", [(("case",), TEXT, 1)], "Capital letters and figures, such as TV-0042")
    blank = (
        "It has to be filled in."
        if choices.is_reading
        else "If you leave it blank, the record is read as at the day of the audit."
    )
    under = f"Nothing later is looked at. {blank}"
    build.ask("On what day was the record read?", under, [(("as_at",), DAY, 1)], _HOW["date"])
    build.heading(
        "Is the record complete?",
        "Choose Yes where everything that was done is on this form: what is not here then counts as missing. "
        "Choose No while you are still reading: what is not here is then left open. Each has to be answered.",
    )
    for stage in STAGES:
        if stage in choices.stages:
            build.ask(f"{stage.capitalize()}: is the record complete?", "", [(("complete", stage), YES_NO, 1)], "Yes or No")
    left_out = [stage for stage in STAGES if stage not in choices.stages]
    if left_out:
        build.heading("Not on this form", f"It does not ask about {', '.join(left_out)}, which stay open.")
    under = "Leave blank for a real case."
    build.ask("If the case is made up: what does it show?", under, [(("composed",), TEXT, 1)], "A few words")
    build.heading("What is on each sheet", "Choose a line to go there.")
    for sheet in sheets:
        build.labels.append(Label(build.row, 1, sheet.name, style="link", link=f"'{sheet.name}'!A1"))
        build.row += 1
        for label in sheet.labels if sheet.name.lower() in STAGES else ():
            if label.style == "heading":
                target = f"'{sheet.name}'!A{label.row}"
                build.labels.append(Label(build.row, 1, f"      {label.text}", style="link", link=target))
                build.row += 1
    made = f"Quips {__version__}, vocabulary {digest_of(vocabulary)}, form {FORMAT}"
    build.heading("How this form was made", made)
    return build.sheet()


_HOW = {
    "yes_no": "Yes or No",
    "choice": "Choose from the list",
    "choices": "Choose from the list, one to a box; None of these if there are none",
    "date": "A day, such as 13 July 2009 or 13/07/2009",
    "number": "A whole number",
    "text": "A few words",
}


def _how(term: Term) -> str:
    return f"A whole number from {term.bounds[0]} to {term.bounds[1]}" if term.type == "number" else _HOW[term.type]


def _circumstances(vocabulary: Vocabulary, choices: Choices) -> Sheet:
    advice = "Leave blank what is not known."
    build = Builder(
        CIRCUMSTANCES, "Circumstances of the case", advice, ["Question", "Answer", "How to answer"], [74, 34, 44], choices.marking
    )
    for name, term in vocabulary.circumstances.items():
        path, wanted, how = ("circumstances", name), expects(term), _how(term)
        rows = 1
        if term.type == "date":
            wanted = Expects("date", {"Not yet": NOT_YET, "None": NONE})
            how += ". Not yet if it is still to come; None if there is none"
            rows = max(3, choices.rows.get(name, 0)) if term.many else 1
        elif term.type == "choices":
            rows = len(term.values)
        if term.may_change:
            how += ". If it changed: leave blank, and use the sheet Changes"
        build.ask(term.ask, term.help, [(path, wanted, 1)], how)
        for n in range(2, rows + 1):
            build.ask(f"      {term.title}, {n}", "", [(path, DAY if term.type == "date" else wanted, 1)], "If there is another")
    return build.sheet()


def _changes(vocabulary: Vocabulary, choices: Choices) -> Sheet:
    changing = {name: term for name, term in vocabulary.circumstances.items() if term.may_change}
    most = max((len(term.values) for term in changing.values() if term.type == "choices"), default=1)
    advice = "Only for what changed while the case was managed: each value it had, and the day from which it had it."
    heads = ["What changed", "From (day)", "Became", *["and"] * (most - 1)]
    build = Builder(CHANGES, "Changes", advice, heads, [50, 18, 26, *[22] * (most - 1)], choices.marking)
    for name, term in changing.items():
        build.heading(term.title, f"{term.ask} {_how(term)}.")
        wanted = expects(term)
        for n in range(max(3, choices.rows.get(name, 0))):
            path = ("changes", name, n)
            cells = len(term.values) if term.type == "choices" else 1
            build.ask(f"{term.title}, value {n + 1}", "", [((*path, "from"), DAY, 1), ((*path, "is"), wanted, cells)])
    return build.sheet()


def _stage(vocabulary: Vocabulary, stage: str, choices: Choices) -> Sheet:
    advice = (
        "One column for each time. Give the day; or Not known if it was done but nobody can say when; or Not done if a "
        "reason is recorded why it was not done. Leave blank what is not on the record."
    )
    heads = ["Question", *(_nth(n) for n in range(1, choices.times + 1))]
    build = Builder(
        stage.capitalize(), f"{stage.capitalize()}: what was done", advice, heads, [54, *[18] * choices.times], choices.marking
    )
    for activity in vocabulary.activities.values():
        if activity.stage == stage:
            build.heading(activity.title)
            for text, under, key, wanted in _questions(activity, choices):
                build.ask(text, under, [(("record", activity.name, "#", key), wanted, choices.times)])
    return build.sheet()


def _questions(activity: Activity, choices: Choices) -> Iterator[tuple[str, str, str, Expects]]:
    when = Expects("date", {"Not known": "unknown", "Not done": NOT_DONE})
    yield activity.ask, f"{activity.help} When? A day, Not known or Not done.".strip(), "on", when
    for name, term in activity.attributes.items():
        yield term.ask, term.help, name, expects(term)
        if term.type == "choices":
            for n in range(2, len(term.values) + 1):
                yield f"      {term.title.capitalize()}, {n}", "", name, expects(term)
    for name in ("sufficient", "evidence", "note"):
        term = COMMON_ATTRIBUTES[name]
        if name in activity.attributes:
            continue
        yield term.ask, term.help if name == "note" else "", name, expects(term)
    yield "If it was late or not done: what reason is recorded?", "", REASON, TEXT
    yield "Is that reason acceptable?", "", ACCEPTABLE, YES_NO
    yield "If it was not done: on what day, if the record gives one?", "", NOT_DONE_ON, DAY
    if choices.kinds:
        yield "If it was not done: what kind of reason is it?", "", REASON_CODE, TEXT
    yield COMMON_ATTRIBUTES["stands"].ask, "Only if you have seen that gap.", "stands", TEXT


JUDGED_HEADS = ("Answer", "Why?", COMMON_ATTRIBUTES["evidence"].ask, "Anything to add?")
"""What stands above the boxes of a judgement."""


def judged_boxes(name: str) -> list[tuple[Path_, Expects, int]]:
    """Return the boxes of the judgement of a prompt: the answer, why, the evidence, and a note."""
    columns = (("answer", JUDGED), ("reason", TEXT), ("evidence", expects(COMMON_ATTRIBUTES["evidence"])), ("note", TEXT))
    return [(("judgements", name, key), wanted, 1) for key, wanted in columns]


def _judgements(choices: Choices) -> Sheet:
    heads, widths = ["Question", *JUDGED_HEADS], [74, 18, 40, 20, 40]
    build = Builder(JUDGEMENTS, "The auditor's judgements", "Only the auditor fills this in.", heads, widths, choices.marking)
    for name, asks in choices.prompts.items():
        build.ask(asks, name, judged_boxes(name))
    return build.sheet()


def _nth(number: int) -> str:
    """Return a number as an ordinal.

    Example:
        >>> _nth(2), _nth(11), _nth(23)
        ('2nd', '11th', '23rd')
    """
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def head_of(vocabulary: Vocabulary, choices: Choices) -> dict[str, Any]:
    """Return how a form was made, as it says of itself."""
    return {"vocabulary": digest_of(vocabulary), "choices": choices.plain()}
