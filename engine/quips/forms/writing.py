"""Writes the spreadsheet form of a case record, empty or filled in."""

from __future__ import annotations

from collections.abc import Iterable

from quips.forms.filling import answers_of, choices_for, room_problems
from quips.forms.layout import CASE, Choices, head_of, layout
from quips.forms.workbook import Answers, workbook_bytes
from quips.knowledge import Knowledge
from quips.problems import InputError
from quips.source import Document
from quips.vocabulary import STAGES


def form_bytes(
    knowledge: Knowledge, document: Document | None = None, choices: Choices | None = None, reference: str = ""
) -> bytes:
    """Return a spreadsheet form as the bytes of an ``.xlsx`` file.

    Args:
        knowledge: The knowledge base, whose vocabulary says what is asked.
        document: A valid case record to fill it in from; an empty form if left out.
        choices: What it is made for; everything if left out. Room is made for whatever the record holds.
        reference: The case's reference, where there is no document or it is to be another.

    Raises:
        InputError: The record says something that a form has no room for.
    """
    vocabulary = knowledge.vocabulary
    choices = choices or Choices()
    answers: Answers = {}
    if document is not None:
        choices = choices_for(document, vocabulary, choices)
        answers = answers_of(document, vocabulary, choices)
    if reference:
        answers["case",] = [(reference, ())]
    sheets = layout(vocabulary, choices)
    problems = room_problems(document, answers, sheets) if document is not None else []
    if problems:
        raise InputError(problems)
    return workbook_bytes(sheets, CASE, head_of(vocabulary, choices), answers, choices.marking, "Case record")


def stages_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return stages of the work in their own order; all of them if none is named."""
    named = set(names)
    return tuple(stage for stage in STAGES if not named or stage in named)
