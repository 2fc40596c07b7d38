"""What an editor shows over a name: what it is called, the question that asks for it, and what counts; in Markdown."""

from __future__ import annotations

from datetime import date

from quips.framework import Limit, Prompt, Row, Source
from quips.rules import Rule
from quips.vocabulary import Activity, Term

_TYPES = {
    "yes_no": "true or false",
    "choice": "one of these",
    "choices": "a list of these",
    "number": "a whole number",
    "date": "a date",
    "text": "words",
}


def of_term(term: Term) -> str:
    """Return what is shown over a circumstance or an attribute."""
    values = "\n".join(f"- `{value}`: {words}" for value, words in term.values.items())
    changes = "It may change: give a list of dated values." if term.may_change else ""
    what = f"{term.title} ({_TYPES[term.type]})"
    return _paragraphs(f"**{what}**", to_go(term), term.ask, term.help, values, changes)


def of_activity(activity: Activity) -> str:
    """Return what is shown over an activity."""
    attributes = "\n".join(f"- `{name}`: {term.ask}" for name, term in activity.attributes.items())
    return _paragraphs(
        f"**{activity.title}** (an activity, {activity.stage})", to_go(activity), activity.ask, activity.help, attributes
    )


def of_limit(limit: Limit) -> str:
    """Return what is shown over a time limit: every length it has, by reading and day."""
    rows = [f"- {reading.name}, {_row(row)}" for reading in limit.readings for row in reading.rows]
    return _paragraphs(f"**{limit.title}**", limit.clock, "\n".join(rows))


def of_prompt(prompt: Prompt) -> str:
    """Return what is shown over a prompt."""
    judged = f"No rule answers it: {prompt.judged}" if prompt.judged else ""
    return _paragraphs(f"**{prompt.asks}**", f"About the {prompt.about}; {prompt.standing}.", judged)


def of_rule(rule: Rule) -> str:
    """Return what is shown over a rule."""
    return _paragraphs(f"**{rule.title}** ({rule.kind}, {rule.topic}, {rule.status})", rule.why)


def of_source(source: Source) -> str:
    """Return what is shown over a document that is cited."""
    lines = f"{source.lines} lines. " if source.lines else ""
    return _paragraphs(f"**{source.title}**", f"{lines}{source.standing.capitalize()}.")


def to_go(what: Term | Activity) -> str:
    """Return that a name is to go, and what to use instead; empty if it is to stay."""
    return f"It is to go. {what.deprecated}" if what.deprecated else ""


def _row(row: Row) -> str:
    some = " in some cases" if row.when else ""
    return f"from {date.fromordinal(row.valid_from)}: {row.in_words()}{some} ({row.standing})"


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part.strip() for part in parts if part.strip())
