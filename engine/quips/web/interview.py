"""What to ask next of a case, worked out from its audit each time, so that no list of steps can go stale.

In this order: the circumstances that settle most; what was inferred and is relied on; then, stage by stage, which of the things
that the applicable rules look for are on the file, each of those, and whether the file has been read to its end; last, what
waits for a judgement of its quality.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quips.audits import Audit
from quips.conditions import has_of, tests_of
from quips.findings import Finding
from quips.knowledge import Knowledge
from quips.ordering import SEVERITIES
from quips.rules import Each, Rule
from quips.statuses import Status, Verdict
from quips.vocabulary import STAGES

CIRCUMSTANCE, WHICH, ACTIVITY, STAGE, ENTRY = "circumstance", "which", "activity", "stage", "entry"
TO_ENTER = "to_enter"
"""The answer that an activity is on the file, while no entry has been made of it."""
AT_ONCE = 12
"""How many activities are offered on one page."""


_LOOKED_FOR = (Status.MISSING, Status.NOT_ON_RECORD, Status.NOT_YET_DUE)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to ask.

    Attributes:
        kind: ``circumstance``, ``which`` (of several activities are on the file), ``activity``, ``stage`` or ``entry``.
        name: The circumstance, activity or stage; for an entry, its number in the record.
        because: The findings that depend on it, most severe first.
        inferred: For a circumstance, whether it was inferred and is to be confirmed.
        wanted: For an entry, the attributes that are asked.
        mark: For an entry, what tells it from any other.
        offered: For several activities, their names.
    """

    kind: str
    name: str
    because: tuple[Finding, ...] = ()
    inferred: bool = False
    wanted: tuple[str, ...] = ()
    mark: str = ""
    offered: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its name among the questions that were put aside."""
        return f"{self.kind}/{self.mark or self.name}"


def steps(audit: Audit, knowledge: Knowledge, aside: Mapping[str, str]) -> list[Step]:
    """Return what is still worth asking, in the order in which to ask it.

    Args:
        audit: The case as it stands.
        knowledge: The knowledge base.
        aside: The questions that were answered in a way that changes nothing, by `Step.key`.
    """
    found = [
        *_circumstances(audit),
        *_unknown(audit, aside),
        *_inferred(audit, knowledge),
        *_record(audit, knowledge, aside),
        *_entries(audit),
    ]
    first = {step.key: step for step in reversed(found) if aside.get(step.key, TO_ENTER) == TO_ENTER}
    return [step for step in found if first.get(step.key) is step]


def _circumstances(audit: Audit) -> Iterator[Step]:
    for question in audit.questions:
        yield Step(CIRCUMSTANCE, question.term.name, question.settles)


def _unknown(audit: Audit, aside: Mapping[str, str]) -> Iterator[Step]:
    """What is asked in its own right, once what it would be inferred from is not to be had, or because it should be known."""
    waiting: dict[str, list[Finding]] = {}
    for finding in audit.findings:
        stuck = finding.status is Status.CANNOT_TELL and all(f"{CIRCUMSTANCE}/{name}" in aside for name in finding.settled_by)
        if stuck or finding.status is Status.CONFLICT:
            for fact in finding.facts:
                if not fact.known:
                    waiting.setdefault(fact.name, []).append(finding)
    for name, findings in sorted(waiting.items(), key=lambda item: (-len(item[1]), item[0])):
        yield Step(CIRCUMSTANCE, name, _severest_first(findings))


def _inferred(audit: Audit, knowledge: Knowledge) -> Iterator[Step]:
    """What was inferred, not by definition, and is relied on; what most findings rely on comes first."""
    using: dict[str, list[Finding]] = {}
    for finding in audit.findings:
        if finding.verdict is not Verdict.NOT_APPLICABLE:
            for fact in finding.facts:
                if fact.inferred and fact.name not in knowledge.by_definition:
                    using.setdefault(fact.name, []).append(finding)
    for name, findings in sorted(using.items(), key=lambda item: (-len(item[1]), item[0])):
        yield Step(CIRCUMSTANCE, name, _severest_first(findings), inferred=True)


def _record(audit: Audit, knowledge: Knowledge, aside: Mapping[str, str]) -> Iterator[Step]:
    """What is looked for and nothing is said of, stage by stage, each stage with whether it has been read to its end."""
    bearing: dict[str, list[Finding]] = {}
    for finding in audit.findings:
        for name in _looked_for(finding):
            bearing.setdefault(name, []).append(finding)
    said = {*audit.case.entries, *audit.case.reasons}
    activities = knowledge.vocabulary.activities
    ordered = sorted(bearing, key=lambda name: (_rank(bearing[name]), name))
    unsaid = [name for name in ordered if name in activities and name not in said]
    for stage in STAGES:
        of_stage = [name for name in unsaid if activities[name].stage == stage]
        unasked = [name for name in of_stage if f"{ACTIVITY}/{name}" not in aside]
        for start in range(0, len(unasked), AT_ONCE):
            offered = tuple(unasked[start : start + AT_ONCE])
            because = _severest_first(finding for name in offered for finding in bearing[name])
            yield Step(WHICH, stage, because, mark=f"{stage}/{offered[0]}", offered=offered)
        for name in of_stage:
            if aside.get(f"{ACTIVITY}/{name}") == TO_ENTER:
                yield Step(ACTIVITY, name, _severest_first(bearing[name]))
        waiting = [finding for finding in audit.findings if stage in _waits_for(finding, knowledge)]
        if stage in audit.case.incomplete and waiting:
            yield Step(STAGE, stage, _severest_first(waiting))


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


def _entries(audit: Audit) -> Iterator[Step]:
    """The entries of the record of which something is not said that a finding waits for, each with what is asked of it."""
    document = audit.case.document
    assert document is not None  # a case on the desk is read from a file
    record = [(n, name, said) for n, item in enumerate(document.value["record"]) for name, said in item.items()]
    numbers = {document.place("record", n, name): n for n, name, _ in record}
    waiting: dict[int, dict[str, None]] = {}
    because: dict[int, list[Finding]] = {}
    for finding in audit.findings:
        asked = [
            (numbers.get(entry.place, -1) if entry.place else -1, name)
            for entry in finding.entries
            for name in _judged_by(finding.rule)
        ]
        if finding.status is Status.CANNOT_TELL:
            parts = [name.partition(".") for name in finding.settled_by if "." in name]
            asked = [(n, attribute) for activity, _, attribute in parts for n, name, _ in record if name == activity]
        elif finding.status is not Status.TO_JUDGE:
            continue
        for number, attribute in asked:
            said = record[number][2] if number >= 0 else {attribute: None}
            if attribute not in (said if isinstance(said, dict) else {}):
                waiting.setdefault(number, {})[attribute] = None
                because.setdefault(number, []).append(finding)
    for number, wanted in sorted(waiting.items()):
        mark = entry_mark(document.value["record"][number])
        yield Step(ENTRY, str(number), _severest_first(because[number]), wanted=tuple(wanted), mark=mark)


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
    for finding in audit.findings:
        if finding.verdict is not Verdict.NOT_APPLICABLE:
            decide.update(dict.fromkeys(_decided_by(finding.rule, activity)))
            if activity in activities_of(finding.rule):
                judge.update(dict.fromkeys(_judged_by(finding.rule)))
    return [*decide, *(name for name in judge if name not in decide)]


def _severest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.rule.severity)))


def _rank(findings: Iterable[Finding]) -> int:
    return min(SEVERITIES.index(finding.rule.severity) for finding in findings)
