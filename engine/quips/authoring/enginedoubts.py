"""Rules that ask for more than the durable engine can be trusted with."""

from __future__ import annotations

from collections.abc import Iterator

from quips.durable.lowering import lower
from quips.durable.normalform import LoweringError
from quips.knowledge import Knowledge
from quips.places import Place
from quips.problems import Problem


def engine_doubts(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield the rule that the durable engine cannot take, if there is one; it need not be installed for that."""
    try:
        lower(knowledge.program)
    except LoweringError as error:
        name, _, why = str(error).partition(": ")
        rule = knowledge.rules.get(name)
        message = f"The durable engine cannot take this: {why}" if rule else f"The durable engine cannot take the rules: {error}"
        hint = "Ask for less at once: make two rules of it, or infer a circumstance first."
        yield Problem(rule.place if rule else Place("rules"), "beyond-engine-limits", message, hint)
