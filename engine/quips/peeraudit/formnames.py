"""What the workbooks of a round are called, and what they say of themselves."""

from __future__ import annotations

import hashlib
import json

from quips.peeraudit.state import State

READING = "reading"
FACTS, JUDGING, KNOWN = "facts", "judging", "known"
URGENT = "URGENT"
"""What begins the words that are said before all others."""
FRESH = "Make a new form with: quips round forms."
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


def began(state: State) -> str:
    """Return what tells a round from any other, whatever it is called: a digest of its draw; empty before the draw."""
    return hashlib.sha256(json.dumps(state.drawn, sort_keys=True).encode()).hexdigest()[:16] if state.drawn else ""
