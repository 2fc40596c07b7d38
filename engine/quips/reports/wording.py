"""Words and groupings that every report shares."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from quips.audits import Audit
from quips.explain import day_in_words, wanted_in_words
from quips.findings import EntryShown, Finding
from quips.framework import Citation, Edition, Source
from quips.knowledge import Knowledge, OwnRule
from quips.ordering import Gap, what_it_says
from quips.problems import listed
from quips.proposals import FOR_THE_AUDITOR
from quips.reasons import STATUS_WORDS, status_in_words
from quips.rules import Each, Rule
from quips.statuses import VERDICTS, Status, Verdict
from quips.vocabulary import COMMON_ATTRIBUTES, STAGES

wrap = partial(textwrap.wrap, break_on_hyphens=False)
"""Wraps text; the names of rules and files are not broken at their hyphens."""

ONLY_EARLIER = "It is not asked of the case as it is now; it was on the day from which work that falls short is counted."
INDICATIVE = (
    "Indicative: this is what the record shows, read by rules. The judgement is the auditor's, and ratings are the "
    "inspectorate's."
)
URGENT = "If somebody may be at risk now, speak to your manager today."
CONCERNS = {"child": "a child", "victim": "a victim", "mappa": "MAPPA"}
ANSWERS = {
    "yes": "yes",
    "no": "no",
    "not_applicable": "not applicable",
    "for_the_auditor": "for the auditor",
}

STANDING_MARKS = {"published": "", "reconstructed": "*", "unverified": "†"}
STANDING_WORDS = {"published": "", "reconstructed": "our wording, put together from findings", "unverified": "rests on memory"}


_NEW = 366
"""How many days an edition is new, so that nobody need ask whether there is a later one."""
_CONTACT = "contact"
"""The activity by which somebody is seen, of whatever kind."""


class Recorded(NamedTuple):
    """An auditor's own answer to a prompt, as the case file gives it.

    Attributes:
        name: The full name of what is answered: a prompt, a key question, or a criterion that has a summary question.
        asks: What it asks; of a key question or a criterion, its number and title.
        standing: ``published``, ``reconstructed`` or ``unverified``.
        answer: The answer, in words.
        evidence: Where it was evidenced, in words; empty if that is not said.
        reasons: The reason and the note, as the auditor wrote them.
        differs: What to say of what the findings suggest, if that differs; empty if it does not, or if the prompt is of
            another edition or not about a case, so that nothing was suggested.
    """

    name: str
    asks: str
    standing: str
    answer: str
    evidence: str
    reasons: tuple[str, ...]
    differs: str


def recorded(audit: Audit, knowledge: Knowledge) -> list[Recorded]:
    """Return the auditor's own answers: those of the audit's edition first, in its order, then the others by name."""
    suggested = {proposal.prompt.name: proposal.answer for proposal in audit.proposals}
    place = {name: number for number, name in enumerate(suggested)}
    found = []
    for name in sorted(audit.case.judgements, key=lambda name: (place.get(name, len(place)), name)):
        given = audit.case.judgements[name]
        evidence = COMMON_ATTRIBUTES["evidence"].values[given["evidence"]] if "evidence" in given else ""
        reasons = tuple(given[key] for key in ("reason", "note") if key in given)
        differs = _difference(suggested.get(name, given["answer"]), given["answer"])
        found.append(Recorded(name, *_asked(name, knowledge), ANSWERS[given["answer"]], evidence, reasons, differs))
    return found


def _asked(name: str, knowledge: Knowledge) -> tuple[str, str]:
    """Return what is asked under a name, and how that stands; the name is known to be one that can be answered."""
    if name in knowledge.prompts:
        return knowledge.prompts[name].asks, knowledge.prompts[name].standing
    edition, _, number = name.partition("/")
    node = next(node for node in knowledge.editions[edition].nodes() if node.id == number)
    return f"{node.id} {node.title}", node.standing


def _difference(proposed: str, answer: str) -> str:
    if proposed == answer:
        return ""
    if proposed == FOR_THE_AUDITOR:
        return "Quips would have left it to the auditor."
    return f"Quips would have proposed: {ANSWERS[proposed]}."


def urgent_words(audit: Audit) -> str:
    """Return what is said before all else of a live case with an urgent gap; empty if there is none."""
    if not audit.urgent:
        return ""
    about = listed([CONCERNS[concern] for concern in audit.urgent], "and")
    return f"{URGENT} Open gaps on this live case concern {about}."


def told_words(audit: Audit) -> str:
    """Return what is said before all else where what concerns somebody at risk on a live case was only told; empty if not so."""
    if not audit.told_urgent:
        return ""
    about = listed([CONCERNS[concern] for concern in audit.told_urgent], "and")
    return f"Something that concerns {about} was only told in interview, and the file does not show it: put it on the file today."


def undecided_words(audit: Audit) -> str:
    """Return what is said before all else where an entry may put somebody at risk, and leaves open what decides; or nothing."""
    if not audit.undecided:
        return ""
    entries = listed(list(dict.fromkeys(entry.words for finding in audit.undecided for entry in finding.entries)), "and")
    return f"Somebody may be at risk, and what decides is not given: {entries}. Say what you can; speak to your manager today."


def at_risk(audit: Audit) -> list[str]:
    """Return what is said before all else in a report of a case by which somebody may be at risk."""
    urgent = f"{urgent_words(audit)} {urgent_where(audit)}".strip()
    return [words for words in (urgent, undecided_words(audit), told_words(audit)) if words]


def before_all_else(audit: Audit) -> list[str]:
    """Return the sentences with which a report begins: who may be at risk, and when somebody was last seen."""
    return [words for words in (*at_risk(audit), last_contact(audit)) if words]


def told_only(audit: Audit) -> list[tuple[EntryShown, list[str]]]:
    """Return each entry that counts though it was only told in interview, with what rests on it, each title once."""
    rests: dict[EntryShown, dict[str, None]] = {}
    for finding in audit.findings:
        for entry in finding.entries if finding.verdict is not Verdict.NOT_APPLICABLE else ():
            if entry.told:
                rests.setdefault(entry, {})[finding.rule.title] = None
    return [(entry, list(titles)) for entry, titles in rests.items()]


def last_contact(audit: Audit) -> str:
    """Return when somebody was last seen on a live case, as far as the record goes; empty if no rule asks how often.

    Where a source says how often, the finding says whether it was; where none does, this is told before all else.
    """
    asked = (one.spells for one in audit.findings if one.rule.expect and _CONTACT in one.rule.expect.activities)
    spells = next((spells for spells in asked if spells is not None), None)
    if spells is None or not audit.is_live:
        return ""
    undated = " An entry with no day is not counted." if spells.undated else ""
    if spells.latest is None:
        return f"No contact on the record since {day_in_words(spells.first)}, {_days_before(spells.first, audit)}.{undated}"
    return f"Last contact on the record: {day_in_words(spells.latest)}, {_days_before(spells.latest, audit)}.{undated}"


def _days_before(day: int, audit: Audit) -> str:
    n = audit.case.as_at - day
    return f"{n} day{'s' if n != 1 else ''} before the record was read" if n else "the day the record was read"


def answers_beside(audit: Audit, finding: Finding) -> list[str]:
    """Return the answers given to the prompts of the edition that a finding bears on, such as ``standards-2018/2.3.1: yes``."""
    given = audit.case.judgements
    own = dict.fromkeys(shown.prompt for shown in finding.shows if shown.prompt.startswith(f"{audit.edition.name}/"))
    return [f"{name}: {ANSWERS[given[name]['answer']]}" for name in own if name in given]


def urgent_roots(audit: Audit) -> list[tuple[int, Gap]]:
    """Return the root gaps that are urgent, or that something urgent follows from, each with its number among the roots."""
    urgent = {finding.ref for finding in audit.urgent_gaps}
    return [(n, root) for n, root in enumerate(audit.gaps, 1) if any(gap.finding.ref in urgent for gap in root.walk())]


def urgent_where(audit: Audit) -> str:
    """Return where the urgent gaps stand among the numbered ones, such as ``See 1 and 3 below.``; empty if there are none."""
    numbers = [n for n, _ in urgent_roots(audit)]
    return f"See {listed(numbers, 'and')} below." if numbers else ""


def same_work_words(audit: Audit, gap: Gap) -> str:
    """Return which other root gaps one piece of work would answer too, empty if none does.

    It is the same work where the same entry falls short in the same way, or where the same is missing: one visit to a home can
    be asked for because a child may be at risk, and because the risk of harm is high.
    """
    work = _work(gap.finding)
    others = [n for n, root in enumerate(audit.gaps, 1) if root is not gap and work and _work(root.finding) == work]
    return f"The same work as {listed(others, 'and')}, asked for on other grounds." if others else ""


def _work(finding: Finding) -> tuple[object, ...]:
    """What a gap is about: the entries that fall short, or what is missing, and from when; empty where that cannot be said."""
    expect = finding.rule.expect
    if finding.status in (Status.LATE, Status.INSUFFICIENT) and finding.entries:
        return finding.status, finding.entries, expect.judged if expect and finding.status is Status.INSUFFICIENT else None
    if finding.status is Status.MISSING and expect is not None and expect.activities:
        return finding.status, expect.activities, expect.where, finding.started
    return ()


def engines_words(audit: Audit) -> str:
    """Return which engines stand behind the findings."""
    if len(audit.engines) > 1:
        n = len(audit.findings)
        return f"Decided twice, by two engines; both give the same {n} findings."
    return f"Decided once, by the {audit.engines[0]} engine alone."


def edition_words(audit: Audit, knowledge: Knowledge) -> str:
    """Return that a case is read by the last edition that Quips holds, and that it is not new; empty if that is not so."""
    edition, editions = audit.edition, knowledge.editions
    is_last = edition.name == max(editions, key=editions.in_use_from)
    if not is_last or audit.case.as_at - edition.valid_from <= _NEW:
        return ""
    year = date.fromordinal(edition.valid_from).year
    return f"It came into use in {year}, and is the latest that Quips holds: what may have been asked since is not read here."


def in_use_words(edition: Edition) -> str:
    """Return when an edition was in use, in years; empty if that is not known.

    Args:
        edition: The edition.
    """
    if not edition.valid_from:
        return ""
    first = date.fromordinal(edition.valid_from).year
    if edition.valid_until is None:
        return f"in use from {first}"
    last = date.fromordinal(edition.valid_until - 1).year
    return f"in use from {first} to {last}" if last > first else f"in use in {first}"


def own_rules_words(own_rules: Sequence[OwnRule]) -> str:
    """Return which rules are somebody's own and not those that Quips comes with; empty if none is."""
    kinds = {
        "In place of the shipped": [one for one in own_rules if one.instead_of and one.status == "active"],
        "More than are shipped": [one for one in own_rules if not one.instead_of and one.status == "active"],
        "Shipped and left out": [one for one in own_rules if one.instead_of and one.status != "active"],
    }
    named = {what: [f"“{one.title}” ({one.name})" for one in found] for what, found in kinds.items() if found}
    said = [f"{what}: {listed(found, 'and')}." for what, found in named.items()]
    return " ".join(["Read with rules of the region's own.", *said]) if said else ""


def as_at_words(audit: Audit) -> str:
    """Return the day the case was read as at, and where it was taken from if not from the file."""
    tail = {"clock": " (today, for the file gives no as_at)", "option": " (as asked for)"}.get(audit.as_at_from, "")
    return day_in_words(audit.case.as_at) + tail


def status_words(finding: Finding) -> str:
    """Return a finding's status as a heading, such as ``Missing``; an outcome is never said to be the officer's doing."""
    words = (
        gap_status(finding.rule, [finding.status])
        if finding.verdict is Verdict.GAP
        else status_in_words(finding.status, finding.done)
    )
    return words[:1].upper() + words[1:]


def gap_words(rule: Rule, statuses: Collection[Status]) -> str:
    """Return what should be there and what it is, such as ``A first visit: missing``.

    Args:
        rule: The rule.
        statuses: The statuses of its gaps.
    """
    return f"{rule.title}: {gap_status(rule, statuses)}"


def gap_status(rule: Rule, statuses: Collection[Status]) -> str:
    """Return what findings of a rule are, in a word or two; ``not met`` where they are not all alike."""
    [status, *others] = statuses
    if rule.bears == "outcome" and VERDICTS[status] is Verdict.GAP:
        return "outcome not achieved"
    return "not met" if others else STATUS_WORDS[status]


def cited(cites: Iterable[Citation], sources: Mapping[str, Source]) -> list[str]:
    """Return where something is written, for a reader of the inspection reports; lines are those of the report's text."""
    found = []
    for cite in cites:
        source = sources[cite.source]
        at = f", {cite.at}" if cite.at else ""
        where = f" (line {cite.line})" if cite.line else ""
        unverified = " [unverified]" if source.standing == "unverified" else ""
        found.append(f"{source.short}{at}{where}{unverified}")
    return found


def own_first(cites: Iterable[Citation], sources: Mapping[str, Source], edition: str) -> list[Citation]:
    """Return citations with those of an edition's own reports first."""
    return sorted(cites, key=lambda cite: sources[cite.source].edition != edition)


def dispute_words(findings: Iterable[Finding]) -> list[str]:
    """Return what is said against some findings in the case file, each once, such as ``Disputed on 4 May 2010: ...``."""
    disputes = dict.fromkeys(dispute for finding in findings for dispute in finding.disputes)
    return [f"Disputed on {day_in_words(dispute.day)}: {dispute.why}" for dispute in disputes]


def also_disputed(audit: Audit) -> list[Finding]:
    """Return the disputed findings that are neither gaps nor to judge, beside which the dispute is shown.

    Where a dispute is of all findings of a rule, those that do not apply are left out if another does.
    """
    if not audit.case.disputes:
        return []
    disputed = [finding for finding in audit.findings if finding.disputes]
    apply = {dispute for f in disputed for dispute in f.disputes if f.verdict is not Verdict.NOT_APPLICABLE}
    shown = {finding.ref for finding in (*to_judge(audit)[0], *audit.with_verdict(Verdict.GAP))}
    return [
        finding
        for finding in disputed
        if finding.ref not in shown and (finding.verdict is not Verdict.NOT_APPLICABLE or set(finding.disputes) - apply)
    ]


def waiting_words(finding: Finding, knowledge: Knowledge) -> str:
    """Return what would settle a finding that cannot be told, in words."""
    return listed([wanted_in_words(name, knowledge.vocabulary) for name in finding.settled_by], "and")


def by_what_settles(findings: Sequence[Finding], knowledge: Knowledge) -> list[tuple[str, list[Finding]]]:
    """Group the findings that cannot be told by what would settle them; the largest group first."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.status is Status.CANNOT_TELL:
            groups.setdefault(waiting_words(finding, knowledge), []).append(finding)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))


def of_status(findings: Sequence[Finding], *statuses: Status) -> list[Finding]:
    """Return the findings of some statuses, in order."""
    return [finding for finding in findings if finding.status in statuses]


def bearing_on(findings: Iterable[Finding], prompts: Iterable[str]) -> list[Finding]:
    """Return the findings of rules that answer one of some prompts, in order."""
    asked = frozenset(prompts)
    return [finding for finding in findings if not asked.isdisjoint(answer.prompt for answer in finding.rule.answers)]


def by_stage(findings: Iterable[Finding], knowledge: Knowledge) -> list[tuple[str, list[str]]]:
    """Group what findings are about by the stage of the work, in the order of the work; each title once."""
    groups: dict[str, dict[str, None]] = {stage: {} for stage in (*STAGES, "")}
    for finding in findings:
        activity = knowledge.vocabulary.activities.get(_activity_of(finding.rule))
        groups[activity.stage if activity else ""][finding.rule.title] = None
    return [(stage.capitalize() or "Other", list(titles)) for stage, titles in groups.items() if titles]


def _activity_of(rule: Rule) -> str:
    """Return what a rule looks for, or the activity that it looks at; empty if it reads circumstances only."""
    if rule.expect is not None and rule.expect.activities:
        return rule.expect.activities[0]
    if rule.conflict is not None and rule.conflict.pair:
        return rule.conflict.pair
    return next((trigger.activity for trigger in rule.triggers if isinstance(trigger, Each)), "")


def strengths(audit: Audit) -> list[tuple[str, list[Finding]]]:
    """Return what was done and sufficient, by what should be so, in the program's order.

    Inferences are left out, for they are nobody's work, and so is what merely nothing contradicts. What was done after our own
    last day is told with what has to be judged for its timing.
    """
    groups: dict[str, list[Finding]] = {}
    for finding in audit.with_verdict(Verdict.SUFFICIENT):
        if finding.rule.expect is not None and not finding.rule.expect.never and not finding.after_own_day:
            groups.setdefault(finding.rule.title, []).append(finding)
    return list(groups.items())


def not_on_record(audit: Audit) -> list[str]:
    """Return what should not happen and is not on the record, which does not show that it did not happen."""
    return [
        finding.rule.title
        for finding in audit.with_verdict(Verdict.SUFFICIENT)
        if finding.rule.expect is not None and finding.rule.expect.never
    ]


def strength_words(findings: Sequence[Finding], with_doubts: bool = True) -> str:
    """Return when it was done, and what has to be said of it, such as ``4 March 2010 (told in interview; …)``.

    Args:
        findings: What was done and sufficient, of one rule.
        with_doubts: Whether it is said why that could still change.
    """
    days = listed(dict.fromkeys(day_in_words(finding.done) for finding in findings if finding.done is not None), "and")
    excepted = [finding for finding in findings if finding.status is Status.EXCEPTED]
    notes = list(dict.fromkeys(status_in_words(finding.status, finding.done) for finding in excepted))
    notes += dict.fromkeys(entry.late.rstrip(".") for finding in excepted for entry in finding.entries if entry.late)
    could_change = dict.fromkeys(words for finding in findings for words in finding.provisional if with_doubts)
    notes += [f"this could change: {listed(could_change, 'and')}"] if could_change else []
    notes += ["told in interview; the file does not show it"] if any(finding.told for finding in findings) else []
    return days + (f" ({'; '.join(notes)})" if notes else "")


def to_judge(audit: Audit) -> tuple[list[Finding], list[Finding]]:
    """Return what is for the auditor: what asks for a judgement, and what was done and only has to be judged for its timing.

    Among the latter is what is sufficient in all else, and was done after our own last day where no source gives a number. Two
    clocks that started on one day and say the same are told once.
    """
    found = of_status(audit.findings, Status.TO_JUDGE)
    queries = [finding for finding in of_status(audit.findings, Status.CONFLICT) if finding.verdict is Verdict.OPEN]
    judged = {what_it_says(finding): finding for finding in reversed(found) if not finding.only_timing}
    late = [one for one in audit.findings if one.after_own_day or (one.status is Status.TO_JUDGE and one.only_timing)]
    timing = {(f.rule.name, f.started, f.done): f for f in reversed(late)}
    return [*reversed(judged.values()), *queries], list(reversed(timing.values()))


def timing_words(finding: Finding) -> list[str]:
    """Return the last days that something done is held to, by each source or else by us, and why it came late."""
    why = [entry.late for entry in finding.entries if entry.late]
    if finding.after_own_day:
        return [f"after {day_in_words(finding.at_latest)}, our own last day: no source gives a number", *why]
    return [*(f"due by {day_in_words(limit.due)}: {limit.reading}" for limit in finding.limits if limit.due is not None), *why]


def not_yet_due(findings: Sequence[Finding]) -> tuple[list[tuple[int, str, Finding]], list[Finding]]:
    """Return what comes due: what has a last day, the soonest first, as day, whose reading it is, finding; and what has none.

    Where sources give different limits, the soonest day still to come is told, and beside it what the others say; of what is
    past its day by one of them and not by another, too, for it can still be done in time by that one.
    """
    dated, undated = [], []
    for finding in findings:
        ahead, past = _last_days(finding, Status.NOT_YET_DUE), _last_days(finding, Status.MISSING)
        if finding.status is Status.NOT_YET_DUE:
            day = ahead[0] if ahead else finding.due if finding.due is not None else finding.at_latest
            others = f" (by one source; by another {_or_days(ahead[1:])})" if ahead[1:] else ""
            ours = " (by our own reading)" if day is not None and day == finding.at_latest else ""
            if day is None:
                undated.append(finding)
            else:
                dated.append((day, others or ours, finding))
        elif finding.status is Status.TO_JUDGE and ahead and past:
            dated.append((ahead[0], f" (by one source; by another it was due by {_or_days(past)})", finding))
    return sorted(dated, key=lambda found: (found[0], found[2].rule.name, found[2].key)), undated


def _last_days(finding: Finding, status: Status) -> list[int]:
    """The last days of those readings of its limit that alone would give a status, each once, the soonest first."""
    return sorted({limit.due for limit in finding.limits if limit.status is status and limit.due is not None})


def _or_days(days: Sequence[int]) -> str:
    return listed([day_in_words(day) for day in days])
