"""What the circumstances of a case are about: each file of the vocabulary holds those of one subject."""

from __future__ import annotations

from quips.conditions import facts_of
from quips.knowledge import Knowledge


def by_subject(knowledge: Knowledge) -> dict[str, list[str]]:
    """Return the names of the circumstances by what they are about; the subject that most rules read comes first."""
    found: dict[str, list[str]] = {}
    for name, term in knowledge.vocabulary.circumstances.items():
        found.setdefault(term.subject, []).append(name)
    read = [{*facts_of(rule.applies)} for rule in knowledge.rules.values()]
    n_read = {subject: sum(not of_rule.isdisjoint(names) for of_rule in read) for subject, names in found.items()}
    return dict(sorted(found.items(), key=lambda item: (-n_read[item[0]], item[0])))
