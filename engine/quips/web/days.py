"""A case in the order of its days: what started a clock, what was done, what was due and did not come, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from quips.cases import History, entry_said
from quips.casewords import entry_title
from quips.explain import day_in_words, in_sentence, value_in_words
from quips.findings import Finding
from quips.reports import wording
from quips.rules import Anchor
from quips.statuses import Status, Verdict
from quips.web.desk import Look
from quips.web.interview import activities_of
from quips.web.view import address
from quips.web.ways import Link, adding_links, entry_numbers, told_only

_HERE = "timeline"
_NOT_YET_DUE = "Not yet due"
_MOST_URGENT_FIRST = (Verdict.GAP, Verdict.OPEN, Verdict.SUFFICIENT)
_COLOURS = {Verdict.GAP: "red", Verdict.OPEN: "blue", Verdict.SUFFICIENT: "green", Verdict.NOT_APPLICABLE: "grey"}


@dataclass(frozen=True, slots=True)
class Line:
    """A finding beside a mark: what it says, and its address."""

    status: str
    title: str
    notes: str
    href: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on the timeline.

    Attributes:
        day: Its day, as an ordinal; None if nobody can tell, or there is none.
        title: What it is.
        tag: Its state in a word or two; empty if it has none.
        colour: The colour of the tag, which says nothing that the tag does not.
        notes: What else is to be said.
        href: Where it can be changed or seen; empty for nowhere.
        act: What the link is called.
        lines: The findings that it decided.
        stages: The stages of the work to which it belongs; none for what belongs to all.
        is_open: Whether there is anything to put right, to judge or to wait for.
        anchor: What a link can lead to.
        adding: Where what is waited for can be added, where one kind of work is looked for.
    """

    day: int | None
    title: str
    tag: str = ""
    colour: str = ""
    notes: tuple[str, ...] = ()
    href: str = ""
    act: str = ""
    lines: tuple[Line, ...] = ()
    stages: frozenset[str] = frozenset()
    is_open: bool = False
    anchor: str = ""
    adding: Link | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """The marks of one month.

    Attributes:
        year: The year.
        month: The month, from 1.
        words: Both in words.
        marks: The marks.
        before: Which months before it have none, in words; empty if the one before it has some.
    """

    year: int
    month: int
    words: str
    marks: tuple[Mark, ...]
    before: str

    @property
    def anchor(self) -> str:
        """What a link can lead to."""
        return f"m-{self.year}-{self.month:02}"


def marks_of(look: Look, stage: str = "", only_open: bool = False) -> list[Mark]:
    """Return the marks of a case in the order of their days, those with no day last.

    Args:
        look: The case.
        stage: Only what belongs to this stage of the work; what belongs to none is kept. All stages if empty.
        only_open: Only what is to be put right, to be judged or to be waited for.
    """
    assert look.audit is not None
    read = Mark(look.audit.case.as_at, "The record is read as at this day", notes=("What was done later is not seen.",))
    found = [
        mark
        for mark in (*_clocks(look), *_entries(look), read, *_awaited(look))
        if mark is read or ((not stage or not mark.stages or stage in mark.stages) and (not only_open or mark.is_open))
    ]
    return sorted(found, key=lambda mark: mark.day if mark.day is not None else date.max.toordinal())


def by_month(marks: Sequence[Mark]) -> list[Month]:
    """Return the marks that have a day, month by month."""
    groups: dict[tuple[int, int], list[Mark]] = {}
    for mark in marks:
        if mark.day is not None:
            on = date.fromordinal(mark.day)
            groups.setdefault((on.year, on.month), []).append(mark)
    months, last = [], 0
    for (year, month), found in groups.items():
        number = year * 12 + month - 1
        months.append(
            Month(year, month, _month_in_words(number), tuple(found), _nothing_in(last + 1, number - 1) if last else "")
        )
        last = number
    return months


def _nothing_in(first: int, last: int) -> str:
    """Say that nothing is shown from one month to another; empty if there is none between."""
    if first >= last:
        return f"Nothing in {_month_in_words(first)}." if first == last else ""
    return f"Nothing from {_month_in_words(first)} to {_month_in_words(last)}: {last - first + 1} months."


def _month_in_words(number: int) -> str:
    """A month counted from the year nought, as people write it."""
    year, month = divmod(number, 12)
    return day_in_words(date(year, month + 1, 1).toordinal()).split(" ", 1)[1]


def _clocks(look: Look) -> Iterator[Mark]:
    """The circumstances that have a day: those that start clocks, and those that changed."""
    assert look.audit is not None
    case, terms = look.audit.case, look.knowledge.vocabulary.circumstances
    triggers = {
        trigger.name for rule in look.knowledge.rules.values() for trigger in rule.triggers if isinstance(trigger, Anchor)
    }
    for name, days in case.dates.items():
        href = address("asking.circumstance", look.kept.name, _HERE, term=name)
        for day in days if isinstance(days, tuple) else ():
            ahead = day > case.as_at
            tag, colour = ("Still to come", "grey") if ahead else ("", "")
            notes = ("Time limits are counted from this day.",) if name in triggers else ()
            yield Mark(day, terms[name].title, tag, colour, notes, href, "Change", is_open=ahead)
    for name, fact in case.facts.items():
        if isinstance(fact, History):
            href = address("asking.circumstance", look.kept.name, _HERE, term=name)
            for day, value in zip(fact.days, fact.values, strict=True):
                yield Mark(day, f"{terms[name].title}: {value_in_words(value, terms[name])}", "", "", (), href, "Change")


def _entries(look: Look) -> Iterator[Mark]:
    """What is on the record, each with the findings that it decided."""
    assert look.audit is not None
    vocabulary, numbers = look.knowledge.vocabulary, entry_numbers(look)
    deciding: dict[int, list[Finding]] = {}
    for finding in look.audit.findings:
        if finding.verdict is not Verdict.NOT_APPLICABLE:
            for entry in finding.entries:
                if entry.place in numbers:
                    deciding.setdefault(numbers[entry.place], []).append(finding)
    for number, item in enumerate(look.value["record"]):
        [(activity, given)] = item.items()
        said = entry_said(given)
        on = said.get("on", "unknown")
        done = said["activity"] if activity == "not_done" else activity
        once = {(f.rule.name, f.status, f.started, f.due): f for f in deciding.get(number, ())}  # two clocks may start on one day
        findings = sorted(once.values(), key=lambda finding: _MOST_URGENT_FIRST.index(finding.verdict))
        worst = findings[0] if findings else None
        told = "Told in interview; the file does not show it." if told_only(said) else ""
        yield Mark(
            None if on == "unknown" else date.fromisoformat(on).toordinal(),
            entry_title(activity, given, vocabulary),
            wording.status_words(worst) if worst else "",
            _COLOURS[worst.verdict] if worst else "",
            tuple(text for text in (told, said.get("reason"), said.get("note")) if text),
            address("entries.entry", look.kept.name, _HERE, number=number),
            "Change",
            tuple(_line(look, finding) for finding in findings),
            frozenset({vocabulary.activities[done].stage}),
            any(finding.verdict in (Verdict.GAP, Verdict.OPEN) for finding in findings),
            f"entry-{number}",
        )


def _awaited(look: Look) -> Iterable[Mark]:
    """What was due and is not on the record, what comes due next, and what has no last day.

    Two clocks that started on one day say the same, and it is told once.
    """
    once: dict[tuple[str, str, int | None], Mark] = {}
    for mark in (*_overdue(look), *_coming(look)):
        once.setdefault((mark.title, mark.tag, mark.day), mark)
    return once.values()


def _overdue(look: Look) -> Iterator[Mark]:
    assert look.audit is not None
    for finding in wording.of_status(look.audit.findings, Status.MISSING, Status.NOT_ON_RECORD):
        day = _last_day(finding)
        tag = "Overdue" if finding.status is Status.MISSING and day is not None else wording.status_words(finding)
        yield _waited_for(look, finding, day, tag, _notes(finding, day))


def _coming(look: Look) -> Iterator[Mark]:
    assert look.audit is not None
    dated, undated = wording.not_yet_due(look.audit.findings)
    for day, whose, finding in dated:
        yield _waited_for(look, finding, day, _NOT_YET_DUE, f"It is due by this day{whose}.")
    for finding in undated:
        yield _waited_for(look, finding, None, _NOT_YET_DUE, "Its clock has not started, or it has no last day.")


def _waited_for(look: Look, finding: Finding, day: int | None, tag: str, note: str) -> Mark:
    occasion = f"From {finding.occasion}." if finding.occasion else ""
    adding = adding_links(look, finding, _HERE)
    return Mark(
        day,
        finding.rule.title,
        tag,
        _COLOURS[finding.verdict],
        (" ".join(filter(None, [note, occasion])),),
        _address(look, finding),
        "See the finding",
        (),
        frozenset(look.knowledge.vocabulary.activities[name].stage for name in activities_of(finding.rule)),
        is_open=True,
        adding=adding[0] if len(adding) == 1 else None,
    )


def _last_day(finding: Finding) -> int | None:
    if finding.due is not None:
        return finding.due
    if finding.at_latest is not None:
        return finding.at_latest
    return max((limit.due for limit in finding.limits if limit.due is not None), default=None)


def _notes(finding: Finding, day: int | None) -> str:
    if day is None:
        return ""
    ours = finding.due is None and finding.at_latest is not None
    so_far = " so far, which is not complete" if finding.status is Status.NOT_ON_RECORD else ""
    reading = "; the day is our own reading, for no source gives a number" if ours else ""
    return f"It was due by this day and is not on the record{so_far}{reading}."


def _line(look: Look, finding: Finding) -> Line:
    due = f"due by {day_in_words(finding.due)}" if finding.due is not None else ""
    late = finding.done - finding.due if finding.status is Status.LATE and finding.done and finding.due else 0
    notes = f"{due}, {late} day{'s' * (late != 1)} late" if late > 0 else due
    return Line(wording.status_words(finding), in_sentence(finding.rule.title), notes, _address(look, finding))


def _address(look: Look, finding: Finding) -> str:
    return address("findings.finding", look.kept.name, _HERE, rule=finding.rule.name, key=finding.key)
