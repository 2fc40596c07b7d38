"""What an officer can do about a finding. Each way changes the record or adds a reason; none changes the finding or the rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quips.conditions import Test, has_of
from quips.explain import entry_in_words, in_sentence
from quips.findings import EntryShown, Finding
from quips.places import Place
from quips.proposals import NOT_APPLICABLE
from quips.rules import Rule
from quips.statuses import Status, Verdict
from quips.vocabulary import Activity, Vocabulary
from quips.web.desk import Look
from quips.web.view import address

INTERVIEW = "interview"
_HERE = "findings"
_NOT_THERE = (Status.MISSING, Status.NOT_ON_RECORD, Status.NOT_YET_DUE)


@dataclass(frozen=True, slots=True)
class Link:
    """A page on which something can be done: what it is called, and its address."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way to go on.

    Attributes:
        title: What it is, as a heading.
        words: When it is the right one.
        links: Where to do it.
    """

    title: str
    words: str
    links: tuple[Link, ...]


def ways(look: Look, finding: Finding) -> list[Way]:
    """Return what can be done about a finding, what changes most first; nothing for what is sufficient or does not apply."""
    if finding.verdict in (Verdict.SUFFICIENT, Verdict.NOT_APPLICABLE):
        return []
    return [way for way in _ways(look, finding) if way.links]


def entry_links(look: Look, *findings: Finding, anchor: str = "") -> tuple[Link, ...]:
    """Return the pages of the entries of the record that decided findings, each once."""
    numbers = entry_numbers(look)
    entries = dict.fromkeys(entry for finding in findings for entry in finding.entries if entry.place in numbers)
    return tuple(entry_link(look, entry, anchor) for entry in entries)


def entry_link(look: Look, entry: EntryShown, anchor: str = "") -> Link:
    """Return the page of an entry of the record."""
    told = " (told in interview; the file does not show it)" if entry.told else ""
    number = entry_numbers(look)[entry.place]
    return Link(
        f"Open: {entry.words}{told}", address("entries.entry", look.kept.name, _HERE, number=number, _anchor=anchor or None)
    )


def told_only(said: Any) -> bool:
    """Whether an entry was evidenced in interview only, so that the file does not show it."""
    return isinstance(said, dict) and said.get("evidence") == INTERVIEW


def entry_numbers(look: Look) -> dict[Place | None, int]:
    """Return the number of each entry of the record, by its place in the file."""
    document = look.document
    return {document.place("record", n, name): n for n, item in enumerate(document.value["record"]) for name in item}


def settling_links(look: Look, *findings: Finding) -> tuple[Link, ...]:
    """Return the pages that ask what would settle findings, each once."""
    vocabulary = look.knowledge.vocabulary
    found = list(entry_links(look, *(finding for finding in findings if finding.waits_for_an_entry)))
    for name in dict.fromkeys(name for finding in findings for name in finding.settled_by):
        if name in vocabulary.circumstances:
            term = vocabulary.circumstances[name]
            found.append(Link(term.ask, address("asking.circumstance", look.kept.name, _HERE, term=name)))
        elif name in vocabulary.activities:
            found.append(Link(vocabulary.activities[name].ask, address("entries.activity", look.kept.name, _HERE, activity=name)))
    return tuple(found)


def _ways(look: Look, finding: Finding) -> Iterator[Way]:
    name, rule, vocabulary = look.kept.name, finding.rule, look.knowledge.vocabulary
    activities = _looked_for(rule, vocabulary)
    match finding.status:
        case Status.CANNOT_TELL:
            yield Way("Say what is not known", "The finding waits for this.", settling_links(look, finding))
        case Status.CONFLICT:
            words = (
                "Both cannot be right. If one of them is a slip, correct it; if both are, they stay on the record as they are."
            )
            links = (*entry_links(look, finding), *_entries_asked_for(look, rule), *_facts(look, finding))
            yield Way("Correct what is not right", words, tuple(dict.fromkeys(links)))
        case Status.TO_JUDGE:
            if _is_how_often(finding):
                words = "Every time is on the timeline. Add there what is not on it yet."
                yield Way("Look at how often", words, (Link("Open the timeline", address("timeline.timeline", name, "")),))
            elif finding.only_timing:
                words = "Whether it was on time is for the auditor. If the file says why it was late, put that on the entry."
                yield Way("There is a reason for its being late", words, entry_links(look, finding, anchor="late_reason"))
            else:
                words = "Say on the entry what is asked, if it is for you to say; otherwise leave it to the auditor."
                yield Way("Judge it", words, (*entry_links(look, finding), *_open_reasons(look, activities)))
        case Status.UNDERMINED:
            yield _beneath(look, finding)
            words = (
                "If the auditor has seen the gap beneath and finds this work good all the same, say on the entry why it stands."
            )
            yield Way("It stands all the same", words, entry_links(look, finding, anchor="stands"))
        case Status.LATE:
            words = "If a reason for its being late is on the file, give it on the entry, under “More that can be said of it”."
            yield Way("There is a reason for its being late", words, entry_links(look, finding, anchor="late_reason"))
            words = "If it was done earlier than the record says, or was good enough after all, correct the entry."
            yield Way("The record is not right", words, entry_links(look, finding))
        case Status.INSUFFICIENT:
            words = "If what is said of it is not right, correct the entry; never the other way round."
            yield Way("The record is not right", words, entry_links(look, finding))
    if finding.status in (Status.LATE, Status.INSUFFICIENT) or _is_not_there(finding):
        yield from _by_adding(look, finding, activities)
    if finding.status is Status.TO_JUDGE:
        words = "Answer the inspectorate's question that it bears on, with your reasons. The finding stays as it is beside that."
        yield Way("Answer the question", words, tuple(_questions(look, finding)))


def _is_not_there(finding: Finding) -> bool:
    """Whether what it asks for is not on the record; it may be to judge, where one source gives it longer than another."""
    return finding.status in _NOT_THERE or (finding.status is Status.TO_JUDGE and not finding.entries)


def _is_how_often(finding: Finding) -> bool:
    """Whether it asks how often something was done, and no source says how often it should be: no single entry settles that."""
    expect = finding.rule.expect
    return expect is not None and expect.each_period is not None and finding.measure is None


def _questions(look: Look, finding: Finding) -> Iterator[Link]:
    """The questions of the edition that a finding bears on, where they are asked of this case."""
    assert look.audit is not None
    shown = {one.prompt for one in finding.shows}
    for proposal in look.audit.proposals:
        if proposal.prompt.name in shown and proposal.answer != NOT_APPLICABLE:
            edition, node, slug = proposal.prompt.name.split("/")
            href = address("judgements.judgement", look.kept.name, "", edition=edition, node=node, slug=slug)
            yield Link(proposal.prompt.asks, href)


def _open_reasons(look: Look, activities: list[Activity]) -> Iterator[Link]:
    """The reasons on the record for any of these not being done that nobody has yet said are acceptable or not."""
    names = {activity.name: activity for activity in activities}
    for number, item in enumerate(look.value["record"]):
        said = item.get("not_done", {})
        if said.get("activity") in names and "acceptable" not in said:
            words = f"Open: the reason for no {in_sentence(names[said['activity']].title)}"
            yield Link(words, address("entries.entry", look.kept.name, _HERE, number=number))


def _by_adding(look: Look, finding: Finding, activities: list[Activity]) -> Iterator[Way]:
    name, there = look.kept.name, not _is_not_there(finding)
    if finding.done_late:
        words = "If it was done in time as well, and is not on the record yet, add it with the day it was done."
    elif finding.verdict is Verdict.GAP:
        words = "Put it right, and add what was done, with the day it was done."
    else:
        words = "If it has been done, add it with the day it was done."
    yield Way("Add it to the record", words, adding_links(look, finding, _HERE))
    words = (
        "If it was done and the file does not show it, add it with what does show it. "
        "It stays marked as told, not as on the file."
    )
    yield Way("Done, but not recorded", words, adding_links(look, finding, _HERE, "Add as told", evidence=INTERVIEW))
    if not there:
        words = "If the file gives a reason, add it. Whether it is acceptable can be left for somebody else to judge."
        links = (
            Link(_called("Give the reason", a, False), address("entries.reason", name, _HERE, activity=a.name))
            for a in activities
        )
        yield Way("Not done, for an acceptable reason", words, tuple(links))


def adding_links(look: Look, finding: Finding, here: str, what: str = "Add", **said: str) -> tuple[Link, ...]:
    """Return the pages on which what a finding looks for is added to the record, with the kind that it looks for filled in.

    Args:
        look: The case.
        finding: The finding.
        here: The word for the page that they are opened from.
        what: What each link is called, before the activity.
        said: What else is filled in.
    """
    kinds, another = _kind_asked_for(finding.rule, look.knowledge.vocabulary), not _is_not_there(finding)
    return tuple(
        Link(
            _called(what, activity, another),
            address("entries.add", look.kept.name, here, activity=activity.name, **said, **kinds.get(activity.name, {})),
        )
        for activity in _looked_for(finding.rule, look.knowledge.vocabulary)
    )


def _called(what: str, activity: Activity, another: bool) -> str:
    return f"{what}: {'another ' if another else ''}{in_sentence(activity.title)}"


def _looked_for(rule: Rule, vocabulary: Vocabulary) -> list[Activity]:
    if rule.expect is None or rule.expect.never:
        return []
    return [vocabulary.activities[name] for name in rule.expect.activities]


def _kind_asked_for(rule: Rule, vocabulary: Vocabulary) -> Mapping[str, dict[str, str]]:
    """What kind of activity a rule looks for, such as a check with the police, where there is one kind only.

    Nothing else is filled in beforehand: how well it was done is for a person to say.
    """
    found: dict[str, dict[str, str]] = {}
    for test in rule.expect.where.parts if rule.expect else ():
        for name in rule.expect.activities if rule.expect else ():
            term = vocabulary.attribute(name, test.subject) if isinstance(test, Test) else None
            if term and isinstance(test, Test) and term.type == "choice" and test.op == "one_of" and len(test.value) == 1:
                found.setdefault(name, {})[term.name] = str(test.value[0])
    return found


def _beneath(look: Look, finding: Finding) -> Way:
    rules, refs = look.knowledge.rules, dict.fromkeys(finding.undermined_by)
    links = tuple(
        Link(rules[rule].title, address("findings.finding", look.kept.name, "", rule=rule, key=key)) for rule, key in refs
    )
    assert look.audit is not None
    verdicts = [one.verdict for one in look.audit.findings if one.ref in refs and not one.done_late]
    if Verdict.GAP in verdicts:
        return Way("Put right what it rests on", "Then look at this again: it may have to be done anew.", links)
    return Way("Look at this again", "What it rests on was only done afterwards: this may have to be done anew.", links)


def _entries_asked_for(look: Look, rule: Rule) -> Iterator[Link]:
    """The entries of which a rule asks whether they are on the record."""
    conditions = (rule.applies, *([rule.conflict.when] if rule.conflict is not None else []))
    names = {name for condition in conditions for has in has_of(condition) for name in has.activities}
    assert look.audit is not None
    for name in sorted(names):
        for entry in look.audit.case.entries.get(name, ()):
            words = entry_in_words(entry.activity, entry.day, look.knowledge.vocabulary)
            yield Link(f"Open: {words}", address("entries.entry", look.kept.name, _HERE, number=entry.path[1]))


def _facts(look: Look, finding: Finding) -> tuple[Link, ...]:
    terms = look.knowledge.vocabulary.circumstances
    return tuple(
        Link(
            f"Open: {in_sentence(terms[fact.name].title)}", address("asking.circumstance", look.kept.name, _HERE, term=fact.name)
        )
        for fact in finding.facts
        if fact.known and not fact.inferred
    )
