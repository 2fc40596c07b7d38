"""The page of what the knowledge base covers, and what it does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generating.links import Links
from generating.words import UNVERIFIED, bullets, capital, counted, escaped, page, table
from quips.coverage import Coverage, EditionCoverage, coverage
from quips.knowledge import Knowledge
from quips.reasons import STATUS_WORDS
from quips.statuses import Status


def coverage_page(knowledge: Knowledge) -> str:
    """Return the page of coverage: what `quips coverage` says, with links."""
    covered, links = coverage(knowledge), Links(knowledge)
    intro = (
        "What `quips coverage` says, with links. A prompt about a case has a rule that answers it, or says why it stays a "
        "judgement; what has neither is listed. A prompt about the organisation needs neither, for no case record answers it."
    )
    return page(
        "What is covered",
        intro,
        ["## Editions", "", *_editions(covered.editions, links)],
        ["## Paragraphs of the reports", "", *_paragraphs(covered, knowledge)],
        ["## Rules by topic", "", *_topics(covered)],
        ["## What answers nothing, and what nothing reads", "", *_loose(covered, links)],
        ["## Statuses that examples show", "", *_statuses(covered)],
        ["## Rules without a published figure", "", *_without_figure(covered, links)],
    )


def _editions(editions: Iterable[EditionCoverage], links: Links) -> Iterator[str]:
    rows = [
        (
            links.edition(found.edition),
            str(found.about_cases),
            str(found.with_rule),
            str(found.judged),
            str(len(found.neither)),
            str(found.about_organisation),
        )
        for found in editions
    ]
    head = ("Edition", "Prompts about a case", "With a rule", "A judgement, with the reason", "Neither", "About the organisation")
    yield from table(head, rows)
    prompts = links.knowledge.prompts
    for found in editions:
        if found.neither:
            yield from ("", f"Neither a rule nor a reason in {found.edition}:", "")
            yield from bullets(f"{links.prompt(name)}: {escaped(prompts[name].asks)}" for name in found.neither)


def _paragraphs(covered: Coverage, knowledge: Knowledge) -> Iterator[str]:
    yield "Every paragraph of a report that holds findings should be cited by a prompt."
    yield ""
    rows = [
        (
            escaped(source.short),
            f"`{name}`",
            str(covered.n_paragraphs[name]) if name in covered.n_paragraphs else "not listed yet",
            ", ".join(map(str, covered.uncited[name])) or "none" if name in covered.uncited else "not known",
        )
        for name, source in knowledge.sources.items()
        if source.lines
    ]
    yield from table(("Report", "In the files as", "Paragraphs with findings", "Lines that no prompt cites"), rows)


def _topics(covered: Coverage) -> Iterator[str]:
    rows = [(f"[{topic.replace('-', ' ')}](rules/{topic}.md)", str(count)) for topic, count in covered.rules_by_topic.items()]
    yield from table(("Topic", "Active rules"), [*rows, ("all", str(sum(covered.rules_by_topic.values())))])


def _loose(covered: Coverage, links: Links) -> Iterator[str]:
    rules = links.knowledge.rules
    for what, found in (
        ("Rules that answer no prompt", [links.rule(rules[name]) for name in covered.answering_nothing]),
        ("Circumstances that nothing reads", [links.word(name) for name in covered.unread_circumstances]),
        ("Activities that no rule asks for", [links.word(name) for name in covered.unasked_activities]),
    ):
        yield f"- {what}: {'; '.join(found) or 'none'}"


def _statuses(covered: Coverage) -> Iterator[str]:
    total = sum(covered.statuses_shown.values())
    yield f"{counted(total, 'finding')} that the examples in active rules name. What each means: [statuses](statuses.md)."
    yield "A record that is not complete is tested for every rule at once, so no example need show it."
    yield ""
    rows = [
        (f"`{status}`", capital(STATUS_WORDS[status]), str(covered.statuses_shown.get(str(status), 0) or "**none**"))
        for status in Status
    ]
    yield from table(("Status", "In reports", "Shown"), rows)


def _without_figure(covered: Coverage, links: Links) -> Iterator[str]:
    rules = links.knowledge.rules
    yield "Active rules that answer prompts of which no report prints a share or a count:"
    yield ""
    names = sorted(covered.without_published, key=lambda name: rules[name].title)
    yield from bullets(
        links.rule(rules[name], rules[name].title) + (f" ({UNVERIFIED})" if rules[name].standing == "unverified" else "")
        for name in names
    ) or ["None."]
