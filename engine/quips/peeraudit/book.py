"""What the readings of a round say: the audits of the cases that were read, the answers in them, and where readers differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from quips.audits import Audit, Auditor
from quips.judged import AGREED, READER, SECOND_READER, Answer, Judged, from_audits
from quips.knowledge import Knowledge
from quips.peeraudit.folder import RoundFolder
from quips.peeraudit.plan import Plan
from quips.peeraudit.scope import looked_at_words, of_prompts
from quips.peeraudit.state import SET_ASIDE, RoundCase, State
from quips.peeraudit.steps.agreeing import differing_prompts
from quips.source import parse_yaml
from quips.statuses import Verdict


@dataclass
class Book:
    """The readings of a round, each audited once.

    Attributes:
        folder: The round's folder.
        plan: Its plan.
        auditor: What audits them; made for the plan's edition.
    """

    folder: RoundFolder
    plan: Plan
    auditor: Auditor
    _audits: dict[str, Audit] = field(default_factory=dict)

    def audit(self, path: str) -> Audit:
        """Return the audit of a case file of the round.

        Args:
            path: The file, as a path within the round.

        Raises:
            InputError: It is no valid case file.
            StorageError: It cannot be read.
        """
        if path not in self._audits:
            document = parse_yaml(self.folder.read(path).decode(), str(self.folder.path / path))
            self._audits[path] = self.auditor.audit_document(document, edition=self.plan.edition)
        return self._audits[path]

    def judgements(self, case: RoundCase, reader: str) -> Mapping[str, Mapping[str, Any]]:
        """Return what a reader answered to the prompts in scope, in their last version; empty if nothing is in."""
        newest = case.newest(reader)
        given = self.audit(newest.file).case.judgements if newest else {}
        return {prompt: given[prompt] for prompt in self.plan.prompts if prompt in given}

    def differing(self, case: RoundCase) -> list[str]:
        """Return the prompts on which the two readers of a case differ; none if it was read once, or until both are in."""
        if not case.second_reader or not case.all_read:
            return []
        first, second = (self.judgements(case, reader) for reader in case.readers)
        return differing_prompts(*({prompt: said["answer"] for prompt, said in by.items()} for by in (first, second)))

    def settled(self, case: RoundCase) -> Audit | None:
        """Return the audit of the record that is the case's, with what is in scope; None until it is settled."""
        whole = self.whole(case)
        return self.in_scope(whole) if whole is not None else None

    def whole(self, case: RoundCase) -> Audit | None:
        """Return the same audit with all of it: only what rules apply to is counted from it, and nothing told."""
        newest = case.newest(case.moderated.record_of) if case.moderated is not None else None
        return self.audit(newest.file) if newest else None

    def in_scope(self, audit: Audit) -> Audit:
        """Return an audit with only what bears on what the round looks at, and whatever may put somebody at risk."""
        return of_prompts(audit, self.plan.prompts) if self.looked_at else audit

    @cached_property
    def looked_at(self) -> str:
        """That the round looks at a part of its edition, in words; empty if it looks at all of it."""
        plan = self.plan
        return looked_at_words(plan.scope, plan.prompts, self.auditor.knowledge.editions[plan.edition])

    def gap_rules(self, case: RoundCase) -> list[str]:
        """Return the rules of which a settled case has a gap, but for those that were set aside on a dispute, roots first."""
        audit = self.settled(case)
        gaps = [gap for root in audit.gaps for gap in root.walk()] if audit else []
        return [name for name in dict.fromkeys(gap.finding.rule.name for gap in gaps) if name not in set_aside(case)]

    def answered_no(self, case: RoundCase) -> dict[str, str]:
        """Return the questions of a settled case that were answered no, each with why, in the plan's order.

        Those that were set aside on a dispute are left out.
        """
        given: dict[str, Mapping[str, Any]] = dict(self.judgements(case, case.moderated.record_of)) if case.moderated else {}
        given |= {prompt: {"answer": said.answer, "reason": said.reason} for prompt, said in case.adjudicated.items()}
        said_no = [name for name in self.plan.prompts if name in given and given[name]["answer"] == "no"]
        return {name: str(given[name].get("reason", "")) for name in said_no if name not in set_aside(case)}

    def judged_no(self, case: RoundCase) -> dict[str, str]:
        """Return the questions answered no for reasons that no standing gap covers, each with why, in the plan's order."""
        behind = self.gaps_behind_no(case)
        return {name: reason for name, reason in self.answered_no(case).items() if not behind[name]}

    def no_on_set_aside(self, case: RoundCase) -> dict[str, str]:
        """Return the questions answered no on which only gaps bear that were set aside, by name and in words.

        They are told with what was set aside, as nothing is left to put right. Their answer counts until it is disputed too.
        """
        aside = set_aside(case)
        return {
            name: title_of(self.auditor.knowledge, name)
            for name, rules in self.gaps_behind_no(case).items()
            if rules and rules <= aside
        }

    def gaps_behind_no(self, case: RoundCase) -> dict[str, frozenset[str]]:
        """Return for each question answered no the rules with a gap that shows it, also those that were set aside."""
        audit = self.settled(case)
        gaps = audit.with_verdict(Verdict.GAP) if audit else []
        shown = [(one.prompt, finding.rule.name) for finding in gaps for one in finding.shows if one.shows == "no"]
        return {name: frozenset(rule for prompt, rule in shown if prompt == name) for name in self.answered_no(case)}

    def falls_short(self, case: RoundCase) -> dict[str, str]:
        """Return all that a settled case is said to fall short of, by name and in words: its gaps, then what readers judged.

        A gap has the name of its rule, a judgement that of its question.
        """
        return {name: title_of(self.auditor.knowledge, name) for name in (*self.gap_rules(case), *self.judged_no(case))}

    def can_be_disputed(self, case: RoundCase) -> dict[str, str]:
        """Return what can be disputed of a settled case, by name and in words.

        That is all that it falls short of, what was new when it was read again, and each no that rests on what was set aside.
        """
        found_since = {name: title_of(self.auditor.knowledge, name) for name in case.new_gaps}
        return self.falls_short(case) | found_since | self.no_on_set_aside(case)

    def judged(self, state: State) -> Judged:
        """Return what was answered of the settled cases, described by what the list of cases says of them.

        An answer that was set aside on a dispute counts neither way, and is left out.

        Args:
            state: The round as it stands.
        """
        answers: list[Answer] = []
        described: dict[str, Mapping[str, str]] = {}
        for case in state.cases.values():
            if case.moderated is None:
                continue
            described[case.reference] = case.values
            answers += (one for one in self._answers(case) if one.question not in set_aside(case))
        return Judged(tuple(answers), described)

    def _answers(self, case: RoundCase) -> Iterator[Answer]:
        """Yield what the readers of a case answered to the prompts in scope, then what was settled between them.

        What the record suggested is beside all of them that of the record which the case was settled with, whoever read it.
        """
        newest = case.newest(case.moderated.record_of) if case.moderated else None
        of_record = from_audits([self.audit(newest.file)]).answers if newest else ()
        suggested = {one.question: one for one in of_record}
        for answer in self._given(case):
            of = suggested.get(answer.question)
            yield answer._replace(proposal=of.proposal, rules=of.rules) if of else answer

    def _given(self, case: RoundCase) -> Iterator[Answer]:
        for reader, role in zip(case.readers, (READER, SECOND_READER), strict=False):
            newest = case.newest(reader)
            found = from_audits([self.audit(newest.file)], reader).answers if newest else ()
            yield from (one._replace(role=role) for one in found if one.question in self.plan.prompts)
        for prompt, said in case.adjudicated.items():
            yield Answer(case.reference, prompt, said.answer, said.by, AGREED, said.reason, said.evidence)


def title_of(knowledge: Knowledge, name: str) -> str:
    """Return what a finding is about, in words: of a rule its title, of a question that readers judged what it asks."""
    return knowledge.rules[name].title if name in knowledge.rules else knowledge.prompts[name].asks


def set_aside(case: RoundCase) -> frozenset[str]:
    """Return the rules whose findings of a case, and the questions whose answers, were set aside on a dispute."""
    return frozenset(dispute.rule for dispute in case.disputes.values() if dispute.outcome == SET_ASIDE)
