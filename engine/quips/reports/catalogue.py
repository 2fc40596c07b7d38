"""What there is to know, on a screen: lists of editions, prompts, rules and limits, each of them whole, and what to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from quips.audits import Audit
from quips.explain import in_sentence
from quips.framework import Edition, Limit, Node, Prompt
from quips.knowledge import Knowledge
from quips.reports.printed import CAVEAT, figure_words, figures_of
from quips.reports.wording import cited, wrap
from quips.rules import Rule
from quips.vocabulary import Activity, Term
from quips.yamltext import flow

KINDS = ("editions", "prompts", "rules", "limits", "circumstances", "activities")


def questions_text(audit: Audit, width: int) -> str:
    """Return the circumstances worth asking next of a case, the one that settles most first."""
    if not audit.questions:
        return f"{audit.case.reference}: no circumstance that is not known would settle anything.\n"
    lines = [f"{audit.case.reference}: worth asking next, what settles most first", ""]
    for number, question in enumerate(audit.questions, 1):
        lines += wrap(f"{number}. {question.term.ask}  [{question.term.name}]", width, subsequent_indent="   ")
        lines += wrap(question.term.help, width, initial_indent="   ", subsequent_indent="   ")
        titles = list(dict.fromkeys(in_sentence(finding.rule.title) for finding in question.settles))
        more = f" and {len(titles) - 3} more" if len(titles) > 3 else ""
        n = len(question.settles)
        why = f"Bears on {n} finding{'s' * (n != 1)}: {'; '.join(titles[:3])}{more}."
        lines += wrap(why, width, initial_indent="   ", subsequent_indent="   ")
    return "\n".join(lines) + "\n"


def list_text(knowledge: Knowledge, kind: str, edition: str | None = None) -> str:
    """Return a list of one kind of thing, a line each: name, tab, title.

    Args:
        knowledge: The knowledge base.
        kind: One of `KINDS`.
        edition: Only the prompts of this edition, and the rules that answer one of them.
    """
    lists: dict[str, Callable[[], Iterable[tuple[str, str]]]] = {
        "editions": lambda: ((name, found.title) for name, found in knowledge.editions.items()),
        "prompts": lambda: ((name, prompt.asks) for name, prompt in knowledge.prompts.items() if _within(name, edition)),
        "rules": lambda: (
            (rule.name, rule.title)
            for rule in sorted(knowledge.rules.values(), key=lambda rule: (rule.topic, rule.name))
            if edition is None or any(_within(answer.prompt, edition) for answer in rule.answers)
        ),
        "limits": lambda: ((name, limit.title) for name, limit in knowledge.limits.items()),
        "circumstances": lambda: ((name, term.ask) for name, term in knowledge.vocabulary.circumstances.items()),
        "activities": lambda: ((name, found.ask) for name, found in knowledge.vocabulary.activities.items()),
    }
    return "".join(f"{name}\t{title}\n" for name, title in lists[kind]())


def every_name(knowledge: Knowledge) -> set[str]:
    """Return every name that can be shown."""
    nodes = {f"{name}/{node.id}" for name, edition in knowledge.editions.items() for node in edition.nodes()}
    words = {*knowledge.vocabulary.circumstances, *knowledge.vocabulary.activities}
    return nodes | words | {*knowledge.editions, *knowledge.prompts, *knowledge.rules, *knowledge.limits}


def show_text(knowledge: Knowledge, name: str, width: int) -> str | None:
    """Return everything about the thing with a name, or None if there is no such thing."""
    edition, _, node_id = name.partition("/")
    nodes = {node.id: node for node in knowledge.editions[edition].nodes()} if edition in knowledge.editions else {}
    lines: Iterator[str] | None = None
    if name in knowledge.rules:
        lines = _rule(knowledge.rules[name], knowledge)
    elif name in knowledge.prompts:
        lines = _prompt(knowledge.prompts[name], knowledge)
    elif name in knowledge.limits:
        lines = _limit(knowledge.limits[name], knowledge)
    elif name in knowledge.editions:
        lines = _edition(knowledge.editions[name], knowledge)
    elif node_id in nodes:
        lines = _node(nodes[node_id], knowledge.editions[edition], knowledge)
    elif name in knowledge.vocabulary.circumstances:
        lines = _term(knowledge.vocabulary.circumstances[name])
    elif name in knowledge.vocabulary.activities:
        lines = _activity(knowledge.vocabulary.activities[name])
    if lines is None:
        return None
    return "".join(f"{part}\n" for line in lines for part in wrap(line, width, subsequent_indent="  "))


def _within(prompt: str, edition: str | None) -> bool:
    return edition is None or prompt.startswith(f"{edition}/")


def _rule(rule: Rule, knowledge: Knowledge) -> Iterator[str]:
    yield rule.title
    yield f"{rule.name}: {rule.kind}, {rule.status}, topic {rule.topic}, severity {rule.severity}, {rule.place}"
    yield from _as_written(rule)
    yield f"Why it matters: {rule.why}"
    if rule.remedy:
        yield f"What puts it right: {rule.remedy}"
    yield f"What it cannot see: {rule.cannot_see}"
    for edge in rule.edges:
        whose = "our reading" if edge.ours else "; ".join(cited(edge.cites, knowledge.sources))
        title = in_sentence(knowledge.rules[edge.rule].title)
        yield f"{'Rests on' if edge.kind == 'rests_on' else 'Follows'}: {title} [{edge.rule}] ({whose}). {edge.because}"
    for name in rule.expect.limits if rule.expect else ():
        yield f"Time limit: {knowledge.limits[name].title} [{name}]"
    for answer in rule.answers:
        yield f"Bears on: {knowledge.prompts[answer.prompt].asks} [{answer.prompt}]"
        for short, figure in figures_of(knowledge, answer.prompt):
            yield f"  Published: {figure_words(short, figure)}"
    if any(figures_of(knowledge, answer.prompt) for answer in rule.answers):
        yield CAVEAT
    yield f"Source ({rule.standing}): {'; '.join(cited(rule.cites, knowledge.sources))}"
    if rule.notes:
        yield f"Note: {rule.notes}"
    for example in rule.examples:
        status = example.get("status") or ", ".join(f"{key}: {found}" for key, found in example["findings"].items())
        yield f"Example: {example['name']} -> {status.replace('_', ' ')}"


def _as_written(rule: Rule) -> Iterator[str]:
    """What a rule asks, of whom and by when, in its own words, which are plainer than a sentence made of them."""
    for key, words in _ASKED.items():
        if key in rule.document.value:
            yield f"{words}: {flow(rule.document.value[key])}"


_ASKED = {
    "when": "In cases where",
    "from": "Its clock starts with",
    "expect": "It expects",
    "derives": "It infers",
    "conflict": "It is a conflict where",
}


def _prompt(prompt: Prompt, knowledge: Knowledge) -> Iterator[str]:
    yield prompt.asks
    yield f"{prompt.name}: about the {prompt.about}, {prompt.standing}, {prompt.place}"
    if prompt.sufficient_when:
        yield f"Sufficient: {prompt.sufficient_when}"
    if prompt.insufficient_when:
        yield f"Not sufficient: {prompt.insufficient_when}"
    if prompt.evidence:
        yield f"Where to look: {'; '.join(prompt.evidence)}"
    for rule in sorted(knowledge.rules.values(), key=lambda rule: rule.name):
        if any(answer.prompt == prompt.name for answer in rule.answers):
            yield f"Answered by: {rule.title} [{rule.name}]"
    if prompt.judged:
        yield f"Why it stays a judgement: {prompt.judged}"
    figures = figures_of(knowledge, prompt.name)
    for short, figure in figures:
        yield f"Published: {figure_words(short, figure)}"
    if figures:
        yield CAVEAT
    for meets in knowledge.crosswalk:
        if prompt.name in (meets.source, meets.target):
            other, how = meets.seen_from(prompt.name)
            yield f"Meets ({how}): {knowledge.prompts[other].asks} [{other}]"
    yield f"Source: {'; '.join(cited(prompt.cites, knowledge.sources))}"


def _limit(limit: Limit, knowledge: Knowledge) -> Iterator[str]:
    yield limit.title
    yield f"{limit.name}: the clock starts with: {in_sentence(limit.clock)} {limit.place}"
    for reading in limit.readings:
        yield f"Reading: {reading.title}"
        for row in reading.rows:
            until = f" to {_iso(row.valid_until - 1)}" if row.valid_until else ""
            source = "; ".join(cited(row.cites, knowledge.sources))
            yield f"  {row.in_words()}, from {_iso(row.valid_from)}{until} ({row.standing}): {source}. {row.notes}"
    for rule in sorted(knowledge.rules.values(), key=lambda rule: rule.name):
        if rule.expect and limit.name in rule.expect.limits:
            yield f"Used by: {rule.title} [{rule.name}]"
    if limit.notes:
        yield f"Note: {limit.notes}"


def _edition(edition: Edition, knowledge: Knowledge) -> Iterator[str]:
    yield edition.title
    yield f"{edition.name}: {', '.join(edition.levels)}"
    if edition.summary:
        yield edition.summary
    for node in edition.nodes():
        variant = f" ({node.variant.upper()})" if node.variant else ""
        unverified = " [unverified]" if node.standing == "unverified" else ""
        yield f"{'  ' * node.depth}{node.id} {node.title}{variant}{unverified}"
    yield f"Source: {'; '.join(cited(edition.cites, knowledge.sources))}"


def _node(node: Node, edition: Edition, knowledge: Knowledge) -> Iterator[str]:
    level = edition.levels[min(node.depth, len(edition.levels) - 1)].replace("_", " ")
    yield f"{node.id} {node.title}"
    yield f"{edition.name}, {level}, {node.standing}, {node.place}"
    if node.statement:
        yield node.statement
    if node.purposes:
        yield f"Purposes: {', '.join(node.purposes)}"
    if node.threads:
        yield f"Headline threads: {', '.join(edition.threads[thread] for thread in node.threads)}"
    for child in node.children:
        yield f"  {child.id} {child.title}"
    for prompt in node.prompts:
        yield f"  {prompt.asks} [{prompt.name}]"
    if node.notes:
        yield f"Note: {node.notes}"
    yield f"Source: {'; '.join(cited(node.cites, knowledge.sources))}"


def _term(term: Term) -> Iterator[str]:
    yield f"{term.title} [{term.name}]"
    yield term.ask
    yield term.help
    kind = {"yes_no": "true or false", "choice": "one of", "choices": "any of"}.get(term.type, term.type)
    yield f"Written as: {kind} {', '.join(term.values)}".rstrip()
    if term.may_change:
        yield "It may change: give it as a list of dated values."


def _activity(activity: Activity) -> Iterator[str]:
    yield f"{activity.title} [{activity.name}], stage: {activity.stage}"
    yield activity.ask
    yield activity.help
    for attribute in activity.attributes.values():
        yield f"  {attribute.name}: {attribute.ask} {', '.join(attribute.values)}".rstrip()


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()
