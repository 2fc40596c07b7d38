"""What to ask next of a case, worked out from its audit each time, so that no list of steps can go stale.

In this order: the circumstances that settle most, a few about one subject on a page; what was inferred and is relied on, on one
page; then which of the things that the applicable rules look for are on the file, and when they were done; for which stages of
the work all that the file holds has been entered. With that it is found what is missing and what was late. Only then is it asked
how well things were done: of which entries there is more to say, and what waits for a judgement of its quality.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from quips.audits import Audit
from quips.cases import entry_said
from quips.conditions import has_of, tests_of
from quips.findings import Finding
from quips.knowledge import Knowledge
from quips.ordering import SEVERITIES
from quips.rules import Each, Rule
from quips.statuses import Status, Verdict
from quips.vocabulary import DAY, STAGES

CIRCUMSTANCE, INFERRED, STAGE = "circumstance", "inferred", "stage"
WHICH, ACTIVITY, MORE, ENTRY = "which", "activity", "more", "entry"
TO_ENTER, RIGHT = "to_enter", "right"
"""That more is on the file than has been entered, of an activity or an entry; that what was inferred, or is entered, is right."""
_NO = "no"
"""What a circumstance that is a yes or a no is found to be, in words."""
CIRCUMSTANCES_AT_ONCE, ACTIVITIES_AT_ONCE, ENTRIES_AT_ONCE = 8, 16, 30
"""How many circumstances are asked on one page, of how many activities whether they are on the file, of how many entries
whether there is more to say."""

_LOOKED_FOR = (Status.MISSING, Status.NOT_ON_RECORD, Status.NOT_YET_DUE)


@dataclass(frozen=True, slots=True)
class Step:
    """What is asked on one page.

    Attributes:
        kind: Several circumstances, whether what was ``inferred`` is right, ``which`` of several activities are on the file, one
            ``activity``, for which ``stage`` all has been entered, of which of several entries ``more`` is to be said, or one
            ``entry``.
        names: The circumstances, activities or stages; the marks of several entries; of one entry, its number in the record.
        because: The findings that depend on it, most severe first.
        wanted: For an entry, the attributes that are asked.
        how_well: Whether it only asks how well something was done, or why it was late: what is missing and what was late is known
            without it.
    """

    kind: str
    names: tuple[str, ...]
    because: tuple[Finding, ...] = ()
    wanted: tuple[str, ...] = ()
    how_well: bool = False

    def about(self, kind: str, name: str) -> bool:
        """Whether it asks, among others, about one circumstance, activity, entry or stage."""
        return self.kind == kind and name in self.names


def steps(audit: Audit, knowledge: Knowledge, aside: Mapping[str, str]) -> list[Step]:
    """Return what is still worth asking, in the order in which to ask it.

    Args:
        audit: The case as it stands.
        knowledge: The knowledge base.
        aside: The questions that were answered in a way that changes nothing, by `aside_key`.
    """
    asking = list(_circumstances(audit, knowledge, aside))
    inferred = list(_inferred(audit, knowledge, aside))
    entries = list(_entries(audit, knowledge, aside))
    record = [*_activities(audit, knowledge, aside), *(step for step in entries if not step.how_well)]
    # What the entries bring up is confirmed once they are made, not between one and the next.
    rest = [*record, *inferred] if audit.case.entries else [*inferred, *record]
    return [*asking, *rest, *_stages(audit, knowledge, aside), *(step for step in entries if step.how_well)]


def aside_key(kind: str, name: str) -> str:
    """Return the name of a question among those that were put aside.

    Args:
        kind: What is asked.
        name: The circumstance, activity or stage; of an entry its mark, and so too of whether there is more to say of it; of what
            was inferred also what it was inferred to be.
    """
    return f"{kind}/{name}"


def inferred_mark(name: str, value: str) -> str:
    """Return what tells one thing that was inferred from any other: it is asked again once it is inferred to be another."""
    return f"{name}={value}"


def _circumstances(audit: Audit, knowledge: Knowledge, aside: Mapping[str, str]) -> Iterator[Step]:
    """What is not known and would settle something, a few about the same subject at once, the most telling subject first."""
    asked = {question.term.name: question.settles for question in audit.questions}
    for name, findings in _unknown(audit, aside):
        asked.setdefault(name, findings)
    waiting = [name for name in asked if aside_key(CIRCUMSTANCE, name) not in aside]
    terms = knowledge.vocabulary.circumstances
    while waiting:
        subject = terms[waiting[0]].subject
        page = [name for name in waiting if terms[name].subject == subject][:CIRCUMSTANCES_AT_ONCE]
        waiting = [name for name in waiting if name not in page]
        in_order = tuple(name for name in terms if name in page)
        yield Step(CIRCUMSTANCE, in_order, _severest_first(finding for name in in_order for finding in asked[name]))


def _unknown(audit: Audit, aside: Mapping[str, str]) -> list[tuple[str, tuple[Finding, ...]]]:
    """What is asked in its own right, once what it would be inferred from is not to be had, or because it should be known."""
    waiting: dict[str, list[Finding]] = {}
    for finding in audit.findings:
        stuck = finding.status is Status.CANNOT_TELL and all(
            aside_key(CIRCUMSTANCE, name) in aside for name in finding.settled_by
        )
        if stuck or finding.status is Status.CONFLICT:
            for fact in finding.facts:
                if not fact.known:
                    waiting.setdefault(fact.name, []).append(finding)
    ordered = sorted(waiting.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(name, tuple(findings)) for name, findings in ordered]


def _inferred(audit: Audit, knowledge: Knowledge, aside: Mapping[str, str]) -> Iterator[Step]:
    """What was inferred, not by definition, and is relied on; what most findings rely on comes first.

    A no is relied on by what does not apply, too: nobody would miss a plan that was quietly taken not to be needed.
    """
    using: dict[str, list[Finding]] = {}
    seen: set[str] = set()
    for finding in audit.findings:
        applies = finding.verdict is not Verdict.NOT_APPLICABLE
        for fact in finding.facts:
            if fact.inferred and fact.name not in knowledge.by_definition and (applies or fact.value == _NO):
                using.setdefault(fact.name, []).append(finding)
                marks = (aside_key(INFERRED, inferred_mark(fact.name, fact.value)), aside_key(CIRCUMSTANCE, fact.name))
                seen.update(fact.name for mark in marks if mark in aside)
    # What changes over time is inferred to be one thing and then another: either stands for both.
    using = {name: findings for name, findings in using.items() if name not in seen}
    if using:
        names = tuple(sorted(using, key=lambda name: (-len(using[name]), name)))
        yield Step(INFERRED, names, _severest_first(finding for name in names for finding in using[name]))


def _activities(audit: Audit, knowledge: Knowledge, aside: Mapping[str, str]) -> Iterator[Step]:
    """What is looked for and nothing is said of: first what has been said to be on the file, then what may be."""
    bearing: dict[str, list[Finding]] = {}
    for finding in audit.findings:
        for name in _looked_for(finding):
            bearing.setdefault(name, []).append(finding)
    said = {*audit.case.entries, *audit.case.reasons}
    activities = knowledge.vocabulary.activities
    unsaid = [name for name in bearing if name in activities and name not in said and name not in audit.not_offered]
    unsaid.sort(key=lambda name: (STAGES.index(activities[name].stage), _rank(bearing[name]), name))
    # What was said to be on the file is asked whatever has been entered since: it is never dropped without a word.
    ticked = [name for name in activities if aside.get(aside_key(ACTIVITY, name)) == TO_ENTER and name not in said]
    for name in [*(name for name in unsaid if name in ticked), *(name for name in ticked if name not in unsaid)]:
        yield Step(ACTIVITY, (name,), _severest_first(bearing.get(name, [])))
    unasked = [name for name in unsaid if aside_key(ACTIVITY, name) not in aside]
    for names in _shared_out(unasked, ACTIVITIES_AT_ONCE):
        yield Step(WHICH, names, _severest_first(finding for name in names for finding in bearing[name]))


def _shared_out(names: Sequence[str], most: int) -> Iterator[tuple[str, ...]]:
    """Several pages, all of about the same length, none with more than a number of questions."""
    n_pages = -(-len(names) // most)
    for page in range(n_pages):
        yield tuple(names[len(names) * page // n_pages : len(names) * (page + 1) // n_pages])


def _stages(audit: Audit, knowledge: Knowledge, aside: Mapping[str, str]) -> Iterator[Step]:
    """The stages of the work that have to be read to their end before something is settled."""
    waiting: dict[str, list[Finding]] = {}
    for finding in audit.findings:
        for stage in _waits_for(finding, knowledge):
            waiting.setdefault(stage, []).append(finding)
    unread = [one for one in STAGES if one in audit.case.incomplete and one in waiting]
    names = tuple(one for one in unread if aside_key(STAGE, one) not in aside)
    if names:
        yield Step(STAGE, names, _severest_first(finding for name in names for finding in waiting[name]))


def _looked_for(finding: Finding) -> Iterable[str]:
    """The activities that would say more of a finding, were they on the record."""
    if finding.status is Status.CANNOT_TELL:
        return [*finding.settled_by, *_starting(finding.rule)]
    return activities_of(finding.rule) if finding.status in _LOOKED_FOR else ()


def _starting(rule: Rule) -> list[str]:
    """The activities each of which starts a rule's clock."""
    return [trigger.activity for trigger in rule.triggers if isinstance(trigger, Each) and trigger.activity != "not_done"]


def activities_of(rule: Rule) -> list[str]:
    """Return the activities that a rule looks for or starts from, in the order in which they are written."""
    names = _starting(rule)
    if rule.expect is not None:
        names += rule.expect.activities
    if rule.conflict is not None:
        names += [rule.conflict.pair] if rule.conflict.pair else []
        names += [name for question in has_of(rule.conflict.when) for name in question.activities]
    return list(dict.fromkeys(names))


def _waits_for(finding: Finding, knowledge: Knowledge) -> set[str]:
    """The stages of the work that have to be read to their end before a finding is settled."""
    if finding.status is Status.NOT_ON_RECORD:
        names = activities_of(finding.rule)
    elif finding.status is Status.CANNOT_TELL:
        names = list(finding.settled_by)
    else:
        names = []
    activities = knowledge.vocabulary.activities
    return {activities[name].stage for name in names if name in activities}


def _entries(audit: Audit, knowledge: Knowledge, aside: Mapping[str, str]) -> Iterator[Step]:
    """Of which entries there is more to say; then each of those, and each of which a finding waits for something not said.

    An entry that gives its day and nothing else counts as work done, and done well: so it is asked whether it fell short.
    """
    document = audit.case.document
    assert document is not None  # a case on the desk is read from a file
    record = [(n, name, said) for n, item in enumerate(document.value["record"]) for name, said in item.items()]
    numbers = {document.place("record", n, name): n for n, name, _ in record}
    marks = {n: entry_mark(item) for n, item in enumerate(document.value["record"])}
    waiting: dict[int, dict[str, None]] = {
        n: {} for n in marks if aside.get(aside_key(MORE, marks[n])) == TO_ENTER and aside_key(ENTRY, marks[n]) not in aside
    }
    because: dict[int, list[Finding]] = {}
    deciding: dict[int, list[Finding]] = {}
    of_kind: set[int] = set()
    for finding in audit.findings:
        if finding.verdict is not Verdict.NOT_APPLICABLE:
            for n in (numbers[entry.place] for entry in finding.entries if entry.place in numbers):
                deciding.setdefault(n, []).append(finding)
        asked = [
            (numbers.get(entry.place, -1) if entry.place else -1, name)
            for entry in finding.entries
            for name in _judged_by(finding.rule)
        ]
        if finding.waits_for_an_entry:
            of = [numbers[entry.place] for entry in finding.entries if entry.place in numbers]
            asked = [(n, name.partition(".")[2]) for name in finding.settled_by for n in of]
        elif finding.status is Status.CANNOT_TELL:
            parts = [name.partition(".") for name in finding.settled_by if "." in name]
            asked = [(n, attribute) for activity, _, attribute in parts for n, name, _ in record if name == activity]
        elif finding.status is not Status.TO_JUDGE:
            continue
        kinds = {*_kinds(finding.rule)}
        for number, attribute in asked:
            if number >= 0 and not says(record[number][2], attribute):
                waiting.setdefault(number, {})[attribute] = None
                because.setdefault(number, []).append(finding)
                if attribute == DAY or (record[number][1], attribute) in kinds:
                    of_kind.add(number)
    bare = {
        marks[n]: n
        for n, name, said in record
        if n in deciding and n not in waiting and name in knowledge.work and gives_only_its_day(said)
    }
    unasked = [mark for mark in bare if aside_key(MORE, mark) not in aside]
    for page in _shared_out(unasked, ENTRIES_AT_ONCE):
        yield Step(MORE, page, _severest_first(finding for mark in page for finding in deciding[bare[mark]]), how_well=True)
    for number, wanted in sorted(waiting.items()):
        if aside_key(ENTRY, marks[number]) not in aside:
            findings = _severest_first(because.get(number, []))
            yield Step(ENTRY, (str(number),), findings, tuple(wanted), number not in of_kind)


def says(said: Any, attribute: str) -> bool:
    """Return whether an entry, as it stands in a case file, says something; that nobody can tell its day says nothing."""
    given = entry_said(said)
    return attribute in given and (attribute != DAY or given[DAY] != "unknown")


def gives_only_its_day(said: Any) -> bool:
    """Return whether an entry, as it stands in a case file, says nothing but when it was."""
    return entry_said(said).keys() == {DAY}


def entry_mark(item: Mapping[str, Any]) -> str:
    """Return what tells an entry of the record from any other, wherever in the file it stands."""
    content = json.dumps(item, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _judged_by(rule: Rule) -> list[str]:
    """The attributes by which a rule tells good work from poor, and the right work from other."""
    expect = rule.expect
    if expect is None:
        return []
    return [test.subject for tests in (expect.where, expect.good_when, expect.this) if tests for test in tests_of(tests)]


def _decided_by(rule: Rule, activity: str) -> list[str]:
    """The attributes of an activity that decide whether a rule is for a case, or whether its clock starts."""
    wheres = [trigger.where for trigger in rule.triggers if isinstance(trigger, Each) and trigger.activity == activity]
    wheres += [asked.where for asked in has_of(rule.applies) if activity in asked.activities]
    return [test.subject for where in wheres for test in tests_of(where)]


def attributes_read(audit: Audit, activity: str) -> list[str]:
    """Return the attributes of an activity that the rules that may apply to a case read, in the order of the findings.

    Those come first by which a rule is for a case at all, or its clock starts: without them nothing else is asked.
    """
    decide: dict[str, None] = {}
    judge: dict[str, None] = {}
    for finding in _may_be_for(audit):
        decide.update(dict.fromkeys(_decided_by(finding.rule, activity)))
        if finding.verdict is not Verdict.NOT_APPLICABLE and activity in activities_of(finding.rule):
            judge.update(dict.fromkeys(_judged_by(finding.rule)))
    return [*decide, *(name for name in judge if name not in decide)]


def of_several_kinds(audit: Audit) -> frozenset[str]:
    """Return the activities of which a rule that may be for a case looks for one kind only: their day alone is not enough."""
    return frozenset(activity for finding in _may_be_for(audit) for activity, _ in _kinds(finding.rule))


def _kinds(rule: Rule) -> Iterator[tuple[str, str]]:
    """The activities that have to be of one kind for a rule, each with the attributes that tell of which kind it is."""
    conditions = [rule.applies, *([rule.conflict.when] if rule.conflict is not None else [])]
    wheres = [(has.activities, has.where) for condition in conditions for has in has_of(condition)]
    wheres += [((trigger.activity,), trigger.where) for trigger in rule.triggers if isinstance(trigger, Each)]
    if rule.expect is not None:
        wheres.append((rule.expect.activities, rule.expect.where))
        yield from product(rule.expect.activities, rule.expect.same)
    if rule.conflict is not None and rule.conflict.pair is not None:
        wheres.append(((rule.conflict.pair,), rule.conflict.where))
    for activities, where in wheres:
        yield from product(activities, (test.subject for test in tests_of(where)))


def _may_be_for(audit: Audit) -> Iterator[Finding]:
    """The findings of the rules that are for a case, or would be once an entry is made or a question answered."""
    for finding in audit.findings:
        waits_in_vain = finding.settled_by and audit.not_offered.issuperset(finding.settled_by)
        if not waits_in_vain and not _is_for_others(finding):
            yield finding


def _is_for_others(finding: Finding) -> bool:
    """Whether a rule is for other cases than this; one that only lacks an occasion here would get it by an entry."""
    return finding.verdict is Verdict.NOT_APPLICABLE and bool(finding.would_be_met)


def _severest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    each = {(finding.rule.name, finding.key): finding for finding in findings}
    return tuple(sorted(each.values(), key=lambda finding: SEVERITIES.index(finding.rule.severity)))


def _rank(findings: Iterable[Finding]) -> int:
    return min(SEVERITIES.index(finding.rule.severity) for finding in findings)
