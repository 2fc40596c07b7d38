"""What the workbooks of a round are called, and what they say of themselves: of which round they are, and whose."""

from __future__ import annotations

from quips.forms.filled import Filled
from quips.peeraudit.state import State
from quips.peeraudit.trail import SEAL_SHOWN
from quips.places import Place
from quips.problems import InputError, Problem

READING = "reading"
FACTS, JUDGING, KNOWN = "facts", "judging", "known"
URGENT = "URGENT"
"""What begins the words that are said before all others."""
FRESH = "For a new form: quips round forms FOLDER."
GOOD_PRACTICE, BECAUSE = "good_practice", "because"
GOOD_PRACTICE_ROWS = 8


def named(reference: str) -> str:
    """Return a reference as it stands in the name of a file, which has no slash.

    Example:
        >>> named("TV/0042")
        'TV_0042'
    """
    return reference.replace("/", "_")


def form_path(reader: str, case: str, stage: str) -> str:
    """Return where a form to be filled in lies, as a path within the round.

    Example:
        >>> form_path("R03", "TV-0042", FACTS)
        'forms/R03/TV-0042-facts.xlsx'
    """
    return f"forms/{named(reader)}/{named(case)}-{stage}.xlsx"


def of_round(filled: Filled, state: State) -> None:
    """See that a workbook was made in this round.

    Raises:
        InputError: It was made in another one.
    """
    if filled.head.get("began") != state.began:
        began, name = str(filled.head.get("began") or ""), filled.head.get("round")
        its = f"whose draw has the seal {began[:SEAL_SHOWN]}" if began else "before its draw"
        this = f"the draw of this one has {state.began[:SEAL_SHOWN]}" if state.began else "nothing is drawn in this one yet"
        message = f"This is of another round, '{name}', {its}; {this}."
        raise InputError([Problem(Place(filled.file), "another-round", message, "Hand it in to the round it belongs to.")])


def made_for(filled: Filled, who: str, key: str = "who") -> str:
    """Return whom a workbook was made for.

    Args:
        filled: The workbook.
        who: Who hands it in; empty if that is not said.
        key: Under what the workbook says it.

    Raises:
        InputError: Somebody else hands it in.
    """
    whose = str(filled.head.get(key))
    if who and who != whose:
        message = f"This was made for {whose}, and it is handed in as {who}."
        raise InputError([Problem(Place(filled.file), "another-person", message, "Everybody has a form or sheet of their own.")])
    return whose
