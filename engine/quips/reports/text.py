"""The report on a screen: what to put right first, then what is open, then what is sufficient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from quips.audits import Audit
from quips.explain import day_in_words, in_sentence
from quips.findings import Finding
from quips.knowledge import Knowledge
from quips.ordering import Gap
from quips.problems import listed
from quips.reports.wording import (
    INDICATIVE,
    STANDING_WORDS,
    also_disputed,
    answers_beside,
    as_at_words,
    before_all_else,
    by_stage,
    by_what_settles,
    cited,
    dispute_words,
    edition_words,
    engines_words,
    not_on_record,
    not_yet_due,
    of_status,
    own_first,
    own_rules_words,
    recorded,
    same_work_words,
    status_words,
    strength_words,
    strengths,
    timing_words,
    to_judge,
    told_only,
    wrap,
)
from quips.statuses import Status, Verdict

_INDENT = "   "


class TextReport:
    """Renders audits as text of a given width."""

    def __init__(self, knowledge: Knowledge, width: int = 100) -> None:
        """Keep the knowledge base and the width in characters."""
        self.knowledge, self.width = knowledge, width

    def render(self, audit: Audit, marking: str = "OFFICIAL-SENSITIVE") -> str:
        """Return the report of one case."""
        return "\n".join(self._lines(audit, marking)) + "\n"

    def _lines(self, audit: Audit, marking: str) -> Iterator[str]:
        title = f"{audit.case.reference}, read as at {as_at_words(audit)}"
        yield click.style(title, bold=True) + (f"   {marking}" if marking else "")
        yield from self._wrapped(f"Under {audit.edition.title} ({audit.edition.name}). {edition_words(audit, self.knowledge)}")
        yield from self._wrapped(engines_words(audit))
        if audit.own_rules:
            yield from self._wrapped(own_rules_words(audit.own_rules))
        for warning in audit.warnings:
            yield from self._wrapped(f"Warning: {warning.place}: {warning.message} {warning.hint}")
        for words in before_all_else(audit):
            yield ""
            yield from (click.style(line, bold=True) for line in wrap(words, self.width))
        yield from self._gaps(audit)
        yield from self._told(audit)
        yield from self._recorded(audit)
        yield from self._open(audit)
        yield from self._sufficient(audit)
        yield ""
        yield from self._wrapped(INDICATIVE)

    def _gaps(self, audit: Audit) -> Iterator[str]:
        gaps = audit.with_verdict(Verdict.GAP)
        yield from self._heading(
            f"To put right: {len(audit.gaps)} root gaps, {len(gaps)} gaps in all"
            if gaps
            else "No gap found in what is on the record"
        )
        if not gaps and any(True for _ in audit.with_verdict(Verdict.OPEN)):
            yield from self._wrapped("That is not the same as no gap: see what is still open below.")
        for number, gap in enumerate(audit.gaps, 1):
            yield ""
            yield from self._gap(gap, f"{number}. ", audit)

    def _gap(self, gap: Gap, bullet: str, audit: Audit) -> Iterator[str]:
        finding = gap.finding
        head = f"{status_words(finding)}: {finding.rule.title}"
        lines = wrap(head, self.width - len(bullet) - 8)
        yield bullet + click.style(lines[0], bold=True) + (f"  [{finding.rule.severity}]" if len(lines) == 1 else "")
        for index, line in enumerate(lines[1:], 2):
            tail = f"  [{finding.rule.severity}]" if index == len(lines) else ""
            yield " " * len(bullet) + click.style(line, bold=True) + tail
        if gap.occasions:
            yield from self._labelled("From", listed(gap.occasions, "and"))
        yield from self._labelled("Note", same_work_words(audit, gap))
        yield from self._reasons(finding)
        yield from self._disputed((finding, *gap.twins), _INDENT)
        yield from self._labelled("Put right", finding.remedy)
        cites = own_first(finding.rule.cites, self.knowledge.sources, audit.edition.name)
        yield from self._labelled("Asked for in", cited(cites[:1], self.knowledge.sources)[0])
        if gap.consequences:
            yield _INDENT + "What follows from it:"
            yield from self._consequences(gap.consequences, 1)

    def _consequences(self, gaps: Iterable[Gap], depth: int) -> Iterator[str]:
        for gap in gaps:
            finding = gap.finding
            pad = _INDENT * depth
            head = f"{pad}- {status_words(finding)}: {finding.rule.title} [{finding.rule.severity}]"
            yield from wrap(head, self.width, subsequent_indent=pad + "  ")
            said = [*([f"from {listed(gap.occasions, 'and')}"] if gap.occasions else []), *finding.why]
            if gap.also_because_of:
                titles = dict.fromkeys(self.knowledge.rules[rule].title for rule, _ in gap.also_because_of)
                said.append(f"Also because of: {listed([in_sentence(title) for title in titles], 'and')}.")
            words = " ".join(sentence if sentence[-1] in ".?" else f"{sentence}." for sentence in said)
            yield from wrap(words, self.width, initial_indent=pad + "  ", subsequent_indent=pad + "  ")
            yield from self._disputed((finding, *gap.twins), pad + "  ")
            yield from self._consequences(gap.consequences, depth + 1)

    def _told(self, audit: Audit) -> Iterator[str]:
        told = told_only(audit)
        if told:
            yield from self._heading(f"Told in interview, not on the file; put it on the file: {len(told)}")
        for entry, titles in told:
            yield from self._bullet(f"{entry.words}. What rests on it: {'; '.join(map(in_sentence, titles))}.")

    def _recorded(self, audit: Audit) -> Iterator[str]:
        answers = recorded(audit, self.knowledge) if audit.case.judgements else []
        if answers:
            yield from self._heading(f"Answers given, which count: {len(answers)}")
        for answer in answers:
            standing = STANDING_WORDS[answer.standing]
            yield from self._bullet(f"{answer.asks} ({answer.name}{f'; {standing}' if standing else ''})")
            evidence = f" (evidence: {answer.evidence})" if answer.evidence else ""
            yield from self._labelled("", click.style(f"Answered: {answer.answer}", bold=True) + f"{evidence}.")
            yield from self._labelled("Reason", " ".join(answer.reasons) or "none given")
            yield from self._labelled("", answer.differs)

    def _open(self, audit: Audit) -> Iterator[str]:
        findings = audit.findings
        judged, timing = to_judge(audit)
        if judged:
            yield from self._heading(f"For the auditor to judge: {len(judged)}")
            for finding in judged:
                yield from self._item(finding)
                yield from self._labelled("Answered", listed(answers_beside(audit, finding), "and"))
        if timing:
            yield from self._heading(f"Done; whether it was on time is for the auditor: {len(timing)}")
            for finding in timing:
                limits = "; ".join(timing_words(finding))
                when = day_in_words(finding.done) + (f" ({limits})" if limits else "")
                since = f" - clock from {day_in_words(finding.started)}" if finding.started is not None else ""
                yield from self._bullet(f"{finding.rule.title}: {when}{since}")
        groups = by_what_settles(findings, self.knowledge)
        if groups:
            total = sum(len(group) for _, group in groups)
            yield from self._heading(f"Cannot tell yet: {total}, by what would settle them")
            for settles, group in groups:
                titles = dict.fromkeys(in_sentence(finding.rule.title) for finding in group)
                yield from self._bullet(f"{settles or 'what decides'}: {'; '.join(titles)}.")
        absent = of_status(findings, Status.NOT_ON_RECORD)
        if absent:
            yield from self._heading(f"Not on the record so far (the record is not complete): {len(absent)}")
            for stage, wanted in by_stage(absent, self.knowledge):
                yield f"{stage}:"
                for title in wanted:
                    yield from self._bullet(title)
        yield from self._waiting(audit)

    def _waiting(self, audit: Audit) -> Iterator[str]:
        coming, undated = not_yet_due(audit.findings)
        if coming or undated:
            yield from self._heading(f"Not yet due: {len(coming) + len(undated)}")
        for day, whose, finding in coming:
            yield from self._bullet(f"by {day_in_words(day)}{whose}: {in_sentence(finding.rule.title)}")
        if undated:
            rest = dict.fromkeys(in_sentence(finding.rule.title) for finding in undated)
            yield from self._bullet(f"when its clock starts: {'; '.join(rest)}")

    def _sufficient(self, audit: Audit) -> Iterator[str]:
        good = strengths(audit)
        if good:
            yield from self._heading(f"Sufficient: {len(good)}")
        for title, found in good:
            said = strength_words(found)
            yield from self._bullet(f"{title}: {said}" if said else title)
        unseen = list(dict.fromkeys(not_on_record(audit)))
        if unseen:
            yield from self._heading("As far as the record goes, which does not show that it did not happen")
            for title in unseen:
                yield from self._bullet(title)
        disputed = also_disputed(audit)
        if disputed:
            yield from self._heading(f"Disputed as well; the findings stay as they are: {len(disputed)}")
        for finding in disputed:
            on = f" ({finding.occasion})" if finding.occasion else ""
            yield from self._bullet(f"{status_words(finding)}: {finding.rule.title}{on}")
            yield from self._disputed((finding,), _INDENT)
        left = len(audit.with_verdict(Verdict.NOT_APPLICABLE))
        yield ""
        yield from self._wrapped(f"{left} findings do not apply to this case.")

    def _item(self, finding: Finding) -> Iterator[str]:
        head = finding.rule.title + (f" ({finding.occasion})" if finding.occasion else "")
        yield from self._bullet(click.style(head, bold=True))
        yield from self._reasons(finding, label="")
        yield from self._disputed((finding,), _INDENT)

    def _reasons(self, finding: Finding, label: str = "Why") -> Iterator[str]:
        yield from self._labelled(label, " ".join(finding.why))
        if finding.provisional:
            yield from self._labelled("Provisional" if label else "", f"This could change: {listed(finding.provisional, 'and')}.")

    def _disputed(self, findings: Iterable[Finding], pad: str) -> Iterator[str]:
        for words in dispute_words(findings):
            yield from wrap(words, self.width, initial_indent=pad, subsequent_indent=pad + "  ")

    def _heading(self, words: str) -> Iterator[str]:
        yield ""
        yield click.style(words, bold=True, underline=True)

    def _labelled(self, label: str, words: str) -> Iterator[str]:
        if words:
            start = f"{_INDENT}{label}: " if label else _INDENT
            yield from wrap(words, self.width, initial_indent=start, subsequent_indent=_INDENT + "  " * bool(label))

    def _bullet(self, words: str) -> Iterator[str]:
        yield from wrap(words, self.width, initial_indent=" - ", subsequent_indent=_INDENT)

    def _wrapped(self, words: str) -> Iterator[str]:
        yield from wrap(words, self.width)
