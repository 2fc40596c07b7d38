"""The report as one self-contained, printable page: no script, nothing fetched."""

from __future__ import annotations

from quips.audits import Audit
from quips.casewords import circumstances_in_words
from quips.explain import day_in_words, in_sentence
from quips.knowledge import Knowledge
from quips.problems import listed
from quips.proposals import NOT_APPLICABLE, Proposal
from quips.reports import wording
from quips.reports.templates import environment_of
from quips.statuses import Status, Verdict


def to_html(audits: list[Audit], knowledge: Knowledge, marking: str) -> str:
    """Return audits as one HTML page.

    Args:
        audits: The audits, in the order in which to show them.
        knowledge: The knowledge base they were made by.
        marking: The protective marking that stands on every page.
    """
    environment = environment_of()
    environment.filters.update(day=day_in_words, in_sentence=in_sentence)
    environment.globals.update(
        knowledge=knowledge,
        circumstances_in_words=circumstances_in_words,
        wording=wording,
        Status=Status,
        Verdict=Verdict,
        listed=listed,
        proposals_by_node=proposals_by_node,
    )
    return environment.get_template("page.html.j2").render(audits=audits, marking=marking)


def proposals_by_node(audit: Audit) -> list[tuple[str, str, list[Proposal]]]:
    """Return the proposals that apply, with the number and title of the criterion or key question they belong to.

    What the auditor has answered is told by itself, and is left out here.
    """
    groups: dict[str, tuple[str, str, list[Proposal]]] = {}
    for proposal in audit.proposals:
        if proposal.judgement is not None or proposal.answer == NOT_APPLICABLE or not proposal.findings:
            continue
        group = groups.setdefault(proposal.node.id, (proposal.node.id, proposal.node.title, []))
        group[2].append(proposal)
    return list(groups.values())
