"""A page for each topic of rules, with a section of fixed headings for each rule, and a table of them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from generating.links import Links
from generating.words import (
    activities_words,
    activity_title,
    bullets,
    condition_bullets,
    condition_words,
    escaped,
    page,
    slug,
    standing_words,
    table,
    tests_words,
    where_written,
)
from quips.conditions import ALWAYS, AllOf, tests_of
from quips.explain import day_in_words, in_sentence, test_in_words, value_in_words
from quips.knowledge import Knowledge
from quips.problems import listed
from quips.reports.printed import CAVEAT
from quips.rules import Anchor, Becomes, Each, Edge, Expect, Rule, Trigger

HEADINGS = (
    "What it asks",
    "Why it matters",
    "When it applies",
    "What it rests on",
    "What rests on it",
    "What puts it right",
    "What it cannot see",
    "Bears on",
    "Published figures",
    "Source",
    "Examples",
)
_ARROWS = {"rests_on": "-->|rests on|", "follows": "-.->|comes after|"}
_ORDINALS = {2: "second", 3: "third", 4: "fourth", 5: "fifth"}


def rule_pages(knowledge: Knowledge) -> dict[str, str]:
    """Return the pages about rules, by path beneath ``docs/reference``."""
    topics: dict[str, list[Rule]] = {}
    for rule in sorted(knowledge.rules.values(), key=lambda rule: (rule.topic, rule.name)):
        topics.setdefault(rule.topic, []).append(rule)
    links = Links(knowledge, "../")
    pages = {f"rules/{topic}.md": _topic(topic, rules, links) for topic, rules in topics.items()}
    return {"rules/index.md": _index(topics), **pages}


def _index(topics: Mapping[str, list[Rule]]) -> str:
    intro = (
        "Each rule is one file, with its examples inside. It is our reading of the published framework, and says where it was "
        "read. An *expectation* says what should be on the record, a *derivation* infers a circumstance, and a *conflict* says "
        "what cannot both be right. How to read a finding is told in [how to read a report](../../how-to/read-a-report.md)."
    )
    rows = [
        (
            f"[{escaped(rule.title)}]({topic}.md#{slug(rule.title)})",
            f"`{rule.name}`",
            _words(topic),
            rule.kind + ("" if rule.status == "active" else f" ({rule.status})"),
            rule.severity if rule.kind != "derivation" else " ",
            standing_words(rule.standing),
        )
        for topic, rules in topics.items()
        for rule in rules
    ]
    tree = ["```{toctree}", ":hidden:", "", *topics, "```"]
    return page("Rules", intro, table(("What should be so", "Rule", "Topic", "Kind", "Severity", "Standing"), rows), tree)


def _topic(topic: str, rules: list[Rule], links: Links) -> str:
    titles = [rule.title for rule in rules]
    assert len(set(map(slug, titles))) == len(titles), f"two rules of the topic {topic} have the same title"
    return page(f"Rules: {_words(topic)}", *(_section(rule, links) for rule in rules), contents=2)


def _section(rule: Rule, links: Links) -> Iterator[str]:
    knowledge = links.knowledge
    yield f"## {escaped(rule.title)}"
    yield ""
    severity = f", severity {rule.severity}" if rule.kind != "derivation" else ""
    concerns = f", concerns {listed([_CONCERNS[concern] for concern in rule.concerns], 'and')}" if rule.concerns else ""
    yield f"`{rule.name}`: {rule.kind}, {rule.status}{severity}{concerns}. File: `rules/{rule.topic}/{rule.name}.yaml`"
    if rule.former_names:
        yield f"It used to be called {listed([f'`{name}`' for name in rule.former_names], 'and')}."
    parts = (
        bullets(_asks(rule, links)),
        [escaped(rule.why)],
        [*_applies(rule, knowledge)],
        [*_beneath(rule, links)],
        [*_above(rule, links)],
        [escaped(rule.remedy) or "Nothing has to be put right: an inference is nobody's work."],
        [escaped(rule.cannot_see)],
        [*_bears_on(rule, links)],
        [*_published(rule, links)],
        [*_source(rule, knowledge)],
        [*_examples(rule)],
    )
    for heading, lines in zip(HEADINGS, parts, strict=True):
        yield from ("", f"### {heading}", "", *lines)


# What it asks --------------------------------------------------------------------------------------------------------


def _asks(rule: Rule, links: Links) -> Iterator[str]:
    knowledge = links.knowledge
    if rule.expect:
        yield from _expectation(rule, rule.expect, links)
    elif rule.conflict:
        yield from _conflict(rule, knowledge)
    elif rule.derives:
        name, value = rule.derives
        term = knowledge.vocabulary.circumstances[name]
        yield f"From what is said below it infers {escaped(in_sentence(term.title))}: {escaped(value_in_words(value, term))}."
        if rule.otherwise is not None:
            yield f"Where no rule infers it, it is taken to be: {escaped(value_in_words(rule.otherwise, term))}."
        yield "A value that is given always counts; if it differs, the auditor is asked to check it."
        if rule.by_definition:
            yield "That is what the words mean, so nothing that uses it is provisional for it."


def _conflict(rule: Rule, knowledge: Knowledge) -> Iterator[str]:
    assert rule.conflict is not None
    vocabulary, conflict = knowledge.vocabulary, rule.conflict
    if conflict.pair:
        tests = listed(tests_words(AllOf(tuple(tests_of(conflict.when))), vocabulary, (conflict.pair,)), "and")
        pair = activities_words((conflict.pair,), conflict.where, vocabulary)
        yield f"It holds each {escaped(pair)} against the one before. They cannot both be right if this is so: {escaped(tests)}."
    else:
        yield f"These cannot both be right: {escaped(condition_words(conflict.when, vocabulary))}."
    yield "Such a conflict is a gap." if conflict.means == "gap" else "Such a conflict is a question to the auditor, not a gap."
    yield "It reads only what is given, never what is inferred."


def _expectation(rule: Rule, expect: Expect, links: Links) -> Iterator[str]:
    vocabulary = links.knowledge.vocabulary
    if expect.this:
        names = tuple(trigger.activity for trigger in rule.triggers if isinstance(trigger, Each))
        asked = listed(tests_words(expect.this, vocabulary, names), "and")
        yield f"It asks of each occasion itself whether this is so: {escaped(asked)}. If that is not said, it is for the auditor."
        return
    what = escaped(activities_words(expect.activities, expect.where, vocabulary))
    yield f"It expects that there is no {what} on the record." if expect.never else f"It looks for this on the record: {what}."
    if expect.which != "any":
        yield f"If there are several in time, the {expect.which} counts."
    if expect.same:
        yield f"It has to have the same {listed([name.replace('_', ' ') for name in expect.same], 'and')} as the occasion."
    if expect.good_when:
        good = listed(tests_words(expect.good_when, vocabulary, expect.activities), "and")
        yield f"It is good enough if this is so: {escaped(good)}. If that is not said, it is for the auditor."
    yield from _window(expect, links)
    if rule.bears == "outcome":
        yield "It is about what was achieved, and never shown as something that the officer left out."


def _window(expect: Expect, links: Links) -> Iterator[str]:
    def named(bound: str) -> str:
        if bound == "trigger":
            return "the occasion itself"
        anchor, _, attribute = bound.partition(".")
        if attribute:
            return f"the {attribute.replace('_', ' ')} that the occasion gives"
        return escaped(in_sentence(links.knowledge.vocabulary.circumstances[anchor].title))

    limit = next(map(links.limit, expect.limits), "")
    goes_on = bool(expect.every or expect.each_period or expect.at_least or expect.never)
    if expect.within:
        yield f"Time limit: {limit}."
    elif expect.every:
        yield f"It has to be done again and again, each time within the limit from the last one done: {limit}."
    elif expect.each_period:
        yield f"It has to be done this often: {limit}. Only periods that have ended count."
    elif expect.at_least:
        yield f"It has to be done this many times: {limit}."
    elif expect.before:
        yield f"It has to be done before {named(expect.before)}; on that day is too late."
    elif expect.by:
        yield f"It has to be done by {named(expect.by)}; on that day is in time."
    elif not expect.until and not expect.never and not expect.at_latest:
        yield "There is no time limit: what is not on the record on the day it is read is missing."
    if expect.until:
        yield f"It goes on until {named(expect.until)}." if goes_on else f"It has to be done by {named(expect.until)}."
    if expect.not_before:
        yield f"Nothing that was done before {named(expect.not_before)} counts."
    if expect.early_counts:
        yield "What was done before the clock started counts as well."
    if expect.at_latest:
        length = f"{expect.at_latest[0]} {expect.at_latest[1].replace('_', ' ')}"
        where = "Where the limit gives no number, w" if expect.within else "No source gives a number. W"
        yield f"{where}hat is not done after {length} is missing by our own reading."
        yield "If it is done after that it is not called late: when it was done is for the auditor."


# The other parts -----------------------------------------------------------------------------------------------------


def _applies(rule: Rule, knowledge: Knowledge) -> Iterator[str]:
    vocabulary = knowledge.vocabulary
    if rule.applies == ALWAYS:
        yield "To every case."
    else:
        yield "To cases where this is so:"
        yield ""
        yield from condition_bullets(rule.applies, vocabulary)
    yield ""
    if rule.triggers:
        yield "The clock starts, with a finding for each time that it does:"
        yield ""
        yield from bullets(escaped(_trigger(trigger, knowledge)) for trigger in rule.triggers)
    elif rule.conflict and rule.conflict.pair:
        yield "There is a finding for each entry of that kind after the first."
    else:
        yield "It is asked once, of the case as a whole."


def _trigger(trigger: Trigger, knowledge: Knowledge) -> str:
    vocabulary = knowledge.vocabulary
    match trigger:
        case Anchor(name):
            term = vocabulary.circumstances[name]
            where = f", where {condition_words(term.relevant_when, vocabulary)}" if term.relevant_when else ""
            return f"on the day given as: {in_sentence(term.title)}{where}"
        case Becomes(test):
            words = test_in_words(test, vocabulary.circumstances[test.subject], vocabulary)
            return f"on each day on which this changes: {words.replace(' is ', ' becomes ', 1)}"
        case Each():
            return _each(trigger, knowledge)


def _each(trigger: Each, knowledge: Knowledge) -> str:
    vocabulary = knowledge.vocabulary
    if not trigger.nth:
        return f"on the day of each {activities_words((trigger.activity,), trigger.where, vocabulary)}"
    number = _ORDINALS.get(trigger.nth, f"{trigger.nth}th")
    what = activities_words((trigger.activity,), trigger.where, vocabulary)
    span = f" within {trigger.span[0]} {trigger.span[1].replace('_', ' ')}" if trigger.span else ""
    since = f", counted anew after each {activity_title(trigger.since, vocabulary)}" if trigger.since else ""
    return f"on the day of the {number} {what}{span}{since}"


def _beneath(rule: Rule, links: Links) -> Iterator[str]:
    inferred = _inferences(rule, links.knowledge)
    if not rule.edges:
        yield "On no other rule."
    for edge in rule.edges:
        whose = "our reading" if edge.ours else "; ".join(where_written(edge.cites, links.knowledge.sources))
        how = "It rests on this" if edge.kind == "rests_on" else "It comes after this"
        because = f" {escaped(edge.because)}" if edge.because else ""
        yield f"- {how}: {links.rule(links.knowledge.rules[edge.rule])} ({whose}).{because}"
    if inferred:
        yield ""
        yield "It reads what these infer where the case does not say:"
        yield ""
        yield from bullets(map(links.rule, inferred))


def _above(rule: Rule, links: Links) -> Iterator[str]:
    above = links.above.get(rule.name, [])
    reading = _reading(rule, links.knowledge)
    if not above and not reading:
        yield "No other rule."
    for other, edge in above:
        yield f"- {'This rests on it' if edge.kind == 'rests_on' else 'This comes after it'}: {links.rule(other)}."
    if reading:
        yield from ("These read what it infers:", "", *bullets(map(links.rule, reading)))
    if above or rule.edges:
        yield from ("", *_picture(rule, above, links.knowledge))


def _inferences(rule: Rule, knowledge: Knowledge) -> list[Rule]:
    """The rules that infer a circumstance which a rule reads, by title."""
    read = {name for name in knowledge.graph.successors(f"rule:{rule.name}") if name.startswith("circumstance:")}
    found = [other for other in knowledge.rules.values() if other.derives and f"circumstance:{other.derives[0]}" in read]
    return sorted(found, key=lambda other: other.title)


def _reading(rule: Rule, knowledge: Knowledge) -> list[Rule]:
    """The rules that read the circumstance which a rule infers, by title."""
    if not rule.derives:
        return []
    nodes = knowledge.graph.predecessors(f"circumstance:{rule.derives[0]}")
    found = [knowledge.rules[name.removeprefix("rule:")] for name in nodes if name.startswith("rule:")]
    return sorted(found, key=lambda other: other.title)


def _picture(rule: Rule, above: list[tuple[Rule, Edge]], knowledge: Knowledge) -> Iterator[str]:
    """Yield a picture of a rule between its neighbours: Mermaid, which code hosts draw and the site leaves out."""
    yield from ("```mermaid", "flowchart TB", f'  this(["{_label(rule)}"])')
    for number, (other, edge) in enumerate(above, 1):
        yield f'  above{number}["{_label(other)}"] {_ARROWS[edge.kind]} this'
    for number, edge in enumerate(rule.edges, 1):
        yield f'  this {_ARROWS[edge.kind]} beneath{number}["{_label(knowledge.rules[edge.rule])}"]'
    yield "```"


def _label(rule: Rule) -> str:
    return rule.title.replace("#", "#35;").replace('"', "#quot;")


def _bears_on(rule: Rule, links: Links) -> Iterator[str]:
    if not rule.answers:
        yield "On no prompt."
    for answer in rule.answers:
        prompt = links.knowledge.prompts[answer.prompt]
        shows = "a yes or a no" if answer.shows == "yes_and_no" else "a no, never a yes"
        timing = "; being late shows a no" if answer.timing else ""
        turn = {"first": "; the first time only", "later": "; from the second time on"}.get(answer.turn, "")
        mark = f"; {standing_words(prompt.standing)}" if prompt.standing != "published" else ""
        yield f"- {links.prompt(prompt.name)}: {escaped(prompt.asks)} It can show {shows}{timing}{turn}{mark}."


def _published(rule: Rule, links: Links) -> Iterator[str]:
    names = list(dict.fromkeys(answer.prompt for answer in rule.answers if answer.prompt in links.figures))
    if not names:
        yield "No report prints a share or a count of what it bears on."
        return
    for name in names:
        yield f"- {links.prompt(name)}"
        yield from (f"  - {links.figure(publication, figure)}" for publication, figure in links.figures[name])
    yield from ("", CAVEAT)


def _source(rule: Rule, knowledge: Knowledge) -> Iterator[str]:
    standing = {
        "published": "Published: a report says it.",
        "reconstructed": "Reconstructed: our wording, from what the reports found.",
        "unverified": "**Unverified**: what it says, or its number, is not in the reports at hand.",
    }[rule.standing]
    yield standing
    yield ""
    yield from bullets(where_written(rule.cites, knowledge.sources))
    if rule.notes:
        yield from ("", escaped(rule.notes))


def _examples(rule: Rule) -> Iterator[str]:
    rows = [(escaped(example["name"]), _read_on(example["given"]["as_at"]), _found(example)) for example in rule.examples]
    yield from table(("Case", "Read as at", "Finding"), rows)


def _read_on(day: str) -> str:
    return day_in_words(date.fromisoformat(day).toordinal())


def _found(example: Mapping[str, object]) -> str:
    findings = example.get("findings")
    if not isinstance(findings, dict):
        return _words(str(example["status"]))
    if len(findings) == 1:
        return _words(str(next(iter(findings.values()))))
    return "; ".join(f"`{key}`: {_words(str(status))}" for key, status in findings.items())


def _words(name: str) -> str:
    return _ABBREVIATIONS.get(name) or name.replace("-", " ").replace("_", " ")


_ABBREVIATIONS = {"mappa": "MAPPA"}
_CONCERNS = {"child": "a child", "victim": "a victim", "mappa": "MAPPA"}
