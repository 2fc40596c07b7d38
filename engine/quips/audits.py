"""What Quips does for people, in one place for the command line and everything else: audits a case file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from quips.agreement import EnginesDifferError, differences
from quips.cases import Case, History, read_case
from quips.decisions import Decision
from quips.durable.engine import durable_available
from quips.durable.isolation import IsolatedDurable
from quips.findings import Finding, FindingBuilder
from quips.forms.reading import read_form
from quips.framework import Edition
from quips.knowledge import Knowledge, OwnRule
from quips.ordering import Gap, gaps_in_order
from quips.places import Place
from quips.privacy import privacy_warnings
from quips.problems import InputError, Level, Problem, did_you_mean, listed
from quips.proposals import Proposal, edition_for, proposals
from quips.questions import Question, not_offered, questions
from quips.reference import Evaluation, ReferenceEngine
from quips.rules import Rule
from quips.shapes import is_date
from quips.slips import slips
from quips.source import Document, read_yaml
from quips.statuses import Verdict
from quips.vocabulary import Vocabulary
from quips.workbooks import SUFFIXES


@dataclass(frozen=True)
class Audit:
    """One case, read once.

    Attributes:
        case: The case.
        edition: The edition it is read under.
        engines: The engines that decided; where there are two, they agree.
        findings: Every finding, in the program's order.
        proposals: What they suggest for the edition's prompts.
        questions: The circumstances worth asking next.
        not_offered: The activities that need not be asked about.
        gaps: The root gaps in order, each with its consequences.
        warnings: What should be looked at in the file, though it can be used.
        as_at_from: Where the day it was read as at comes from: ``file``, ``option`` or ``clock``.
        digest: The digest of the framework and rules.
        denied: The concerns that the record itself denies: each yes-or-no question about them is answered no.
        own_rules: The rules that are somebody's own, laid over the shipped ones.
    """

    case: Case
    edition: Edition
    engines: tuple[str, ...]
    findings: tuple[Finding, ...]
    proposals: tuple[Proposal, ...]
    questions: tuple[Question, ...]
    not_offered: frozenset[str]
    gaps: tuple[Gap, ...]
    warnings: tuple[Problem, ...]
    as_at_from: str
    digest: str
    denied: frozenset[str] = frozenset()
    own_rules: tuple[OwnRule, ...] = ()

    @cached_property
    def is_live(self) -> bool:
        """Whether supervision has not ended on the day the case is read as at."""
        ended = self.case.dates.get("supervision_ended")
        return not (isinstance(ended, tuple) and ended[-1] <= self.case.as_at)

    @cached_property
    def urgent(self) -> tuple[str, ...]:
        """Whom open gaps on a live case concern: ``child``, ``victim``, ``mappa``; empty if none."""
        return tuple(sorted({concern for finding in self.urgent_gaps for concern in self._concerns_of(finding.rule)}))

    @cached_property
    def urgent_gaps(self) -> list[Finding]:
        """The gaps on a live case that concern a child, a victim or MAPPA, in the program's order.

        Work that was done, and of which nothing is wrong but that it was late, leaves nothing open that could wait.
        """
        if not self.is_live:
            return []
        return [gap for gap in self.with_verdict(Verdict.GAP) if not gap.done_late and self._concerns_of(gap.rule)]

    @cached_property
    def told_urgent(self) -> tuple[str, ...]:
        """Whom what counts on a live case, though it was only told in interview, concerns; as `urgent`."""
        found = (one for one in self.findings if one.told and one.verdict in (Verdict.SUFFICIENT, Verdict.OPEN))
        return tuple(sorted({concern for one in found for concern in self._concerns_of(one.rule)})) if self.is_live else ()

    @cached_property
    def undecided(self) -> list[Finding]:
        """What may concern a child, a victim or MAPPA on a live case, and waits for something not said of an entry."""
        found = self.findings if self.is_live else ()
        return [one for one in found if one.waits_for_an_entry and self._concerns_of(one.rule)]

    def _concerns_of(self, rule: Rule) -> Iterable[str]:
        """Whom a rule concerns in this case.

        A rule about several, such as a review that has to consult whoever knows of a child, a victim or MAPPA, is about those
        that the record does not deny. One about a single concern is about it whatever the record says: that may be wrong.
        """
        if len(rule.concerns) == 1 or rule.conflict is not None:
            return rule.concerns
        return set(rule.concerns) - self.denied or rule.concerns

    def with_verdict(self, verdict: Verdict) -> list[Finding]:
        """Return the findings of one verdict, in the program's order."""
        return [finding for finding in self.findings if finding.verdict is verdict]


class Auditor:
    """Audits cases by one knowledge base; a context manager, since it may keep a worker process."""

    def __init__(self, knowledge: Knowledge, engine: str = "both", edition: str | None = None) -> None:
        """Start the engines.

        Args:
            knowledge: The knowledge base.
            engine: ``both``, ``reference`` or ``durable``; where durable_rules is not installed, ``both`` means the reference.
            edition: The edition to read cases under; the one in use on the day, if left out.

        Raises:
            InputError: There is no such edition, or durable_rules was asked for and is not installed.
        """
        self.knowledge = knowledge
        self.reference = ReferenceEngine(knowledge.program)
        if edition is not None and edition not in knowledge.editions:
            hint = did_you_mean(edition, knowledge.editions) or f"There are {listed(knowledge.editions, 'and')}."
            raise InputError([Problem(Place("--edition"), "unknown-edition", f"There is no edition '{edition}'.", hint)])
        self.edition = edition
        self.wanted = engine
        self.durable = IsolatedDurable(knowledge.program) if engine != "reference" and durable_available() else None
        if engine == "durable" and self.durable is None:
            message = "durable_rules is not installed here (it needs Python 3.12 or older)."
            raise InputError([Problem(Place("--engine"), "no-such-engine", message, "Use --engine reference.")])
        if self.durable is not None:
            self.durable.start()

    def __enter__(self) -> Auditor:
        """Return the auditor itself."""
        return self

    def __exit__(self, *failure: object) -> None:
        """Stop the worker process, if there is one."""
        if self.durable is not None:
            self.durable.close()

    def audit(self, path: Path, as_at: date | None = None) -> Audit:
        """Audit one case file.

        Args:
            path: The case file.
            as_at: The day to read it as at; the file's own if left out, else today.

        Raises:
            InputError: The file is not a valid case record, or answers a prompt that there is not.
            EnginesDifferError: The engines do not agree.
            EngineError: An engine failed.
        """
        return self.audit_document(read_record(path, self.knowledge), as_at)

    def audit_document(self, document: Document, as_at: date | None = None, edition: str | None = None) -> Audit:
        """Audit a case record that has been read from wherever it is kept.

        Args:
            document: The case record.
            as_at: The day to read it as at; its own if left out, else today.
            edition: The edition to read it under; the auditor's own if left out.

        Raises:
            InputError: The document is not a valid case record, or disputes what no rule finds.
            EnginesDifferError: The engines do not agree.
            EngineError: An engine failed.
        """
        case, source = self.read(document, as_at)
        return self.audit_case(case, document, source, edition)

    def read(self, document: Document, as_at: date | None = None) -> tuple[Case, str]:
        """Return the case that a document records, and where the day it is read as at comes from, as `Audit.as_at_from`.

        Args:
            document: The case record.
            as_at: The day to read it as at; its own if left out, else today.

        Raises:
            InputError: It is not a valid case record, or speaks of a prompt or a rule that there is not.
        """
        given = document.value.get("as_at") if isinstance(document.value, dict) else None
        own = date.fromisoformat(given) if isinstance(given, str) and is_date(given) else None
        day = as_at or own or date.today()
        case = read_case(document, self.knowledge.vocabulary, self.knowledge.case_shape, day)
        self._stop_at_unknown(case, document)
        return case, "option" if as_at else "file" if own else "clock"

    def _stop_at_unknown(self, case: Case, document: Document) -> None:
        """Stop at an answer to a prompt, or a dispute of a rule, that there is not: it would be lost without a word."""
        problems = [*self._unknown_prompts(case, document), *self._unknown_rules(case, document)]
        if problems:
            raise InputError(problems)

    def _unknown_prompts(self, case: Case, document: Document) -> Iterator[Problem]:
        for name in case.judgements:
            if name not in self.knowledge.judged_names:
                yield unknown_question(name, document.key_place("judgements", name), self.knowledge)

    def _unknown_rules(self, case: Case, document: Document) -> Iterator[Problem]:
        renamed = {former: rule.name for rule in self.knowledge.rules.values() for former in rule.former_names}
        for dispute in case.disputes:
            name = dispute.rule
            if name not in self.knowledge.rules:
                now = f"It is called '{renamed[name]}' now." if name in renamed else did_you_mean(name, self.knowledge.rules)
                place = document.place(*dispute.path, "rule")
                yield Problem(place, "unknown-rule", f"There is no rule '{name}'.", now or "To see them: quips list rules.")

    def audit_case(self, case: Case, document: Document, as_at_from: str = "file", edition: str | None = None) -> Audit:
        """Audit a case that has been read and found valid.

        Raises:
            EnginesDifferError: The engines do not agree.
            EngineError: An engine failed.
        """
        knowledge, conditions = self.knowledge, self.reference.conditions
        if self.durable is not None:
            self.durable.begin(case)
        evaluation = self.reference.evaluate(case)
        decisions, engines = self.decide(case, evaluation)
        findings = FindingBuilder(knowledge, self.reference, case).findings(evaluation, decisions)
        under = edition or self.edition
        read_under = knowledge.editions[under] if under else edition_for(knowledge, case.as_at)
        return Audit(
            case,
            read_under,
            engines,
            tuple(findings),
            tuple(proposals(conditions, read_under, case, findings)),
            tuple(questions(knowledge.vocabulary, conditions, case, findings)),
            not_offered(knowledge.vocabulary, conditions, case),
            tuple(gaps_in_order(findings, knowledge.rule_graph)),
            (
                *document.warnings,
                *slips(document, date.fromordinal(case.as_at), knowledge.vocabulary),
                *_disputes_of_nothing(case, document, findings),
                *privacy_warnings(document),
            ),
            as_at_from,
            knowledge.digest,
            _denied(case, knowledge.vocabulary),
            knowledge.own,
        )

    def decide(self, case: Case, evaluation: Evaluation) -> tuple[list[Decision], tuple[str, ...]]:
        """Return the decisions that count and the engines that stand behind them, once the durable engine has begun.

        The durable engine's decisions are the ones that count where it is installed; the reference engine has to agree.

        Raises:
            EnginesDifferError: The engines do not agree.
            EngineError: The durable engine failed.
        """
        reference = self.reference.decisions(evaluation)
        if self.durable is None:
            return reference, ("reference",)
        durable = self.durable.finish(case)
        differ = differences(durable, reference)
        if differ:
            raise EnginesDifferError(case.reference, ("durable", "reference"), differ)
        return durable, ("durable", "reference")


def _disputes_of_nothing(case: Case, document: Document, findings: Iterable[Finding]) -> Iterator[Problem]:
    """Yield a warning for each dispute of a finding that is not there, or not any more, so that it is shown nowhere."""
    if not case.disputes:
        return
    refs = {finding.ref for finding in findings} | {(finding.rule.name, "") for finding in findings}
    for dispute in case.disputes:
        if (dispute.rule, dispute.key) not in refs:
            what = f"'{dispute.rule}' has no finding '{dispute.key}'" if dispute.key else f"'{dispute.rule}' has no finding"
            place = document.place(*dispute.path)
            hint = "What it was about may have changed; take the dispute out, or correct it."
            yield Problem(place, "dispute-of-nothing", f"{what} in this case to dispute.", hint, Level.WARNING)


def unknown_question(name: str, place: Place, knowledge: Knowledge) -> Problem:
    """Return the problem that there is nothing of a name to answer, with what was probably meant."""
    prompt = knowledge.prompts.get(name)
    if prompt is not None:
        message = f"'{name}' is about the organisation, so it is not answered case by case."
        return Problem(place, "not-about-a-case", message, "Leave it out.")
    edition = name.partition("/")[0]
    if edition not in knowledge.editions:
        hint = did_you_mean(edition, knowledge.editions) or "Write it as edition/number/prompt, such as standards-2018/2.1.1."
        return Problem(place, "unknown-prompt", f"There is no edition '{edition}'.", hint)
    hint = did_you_mean(name, (known for known in knowledge.judged_names if known.startswith(f"{edition}/")))
    kind = "prompt" if name.count("/") > 1 else "key question or criterion with a summary question called"
    return Problem(place, "unknown-prompt", f"There is no {kind} '{name}'.", hint or f"To see them: quips show {edition}.")


def read_record(path: Path, knowledge: Knowledge, shown_as: str | None = None) -> Document:
    """Read a case file: YAML, or a spreadsheet form that somebody filled in.

    Args:
        path: The file.
        knowledge: The knowledge base.
        shown_as: What to call it in messages; its path as given if left out.

    Raises:
        InputError: It cannot be read. Whether it is a valid case record is for ``read_case`` to say.
    """
    if path.suffix.lower() in SUFFIXES:
        return read_form(path, shown_as or str(path), knowledge)
    return read_yaml(path, shown_as)


def case_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the case files that paths name, in order: a file as it is, a folder with every YAML file and spreadsheet form in it.

    What a spreadsheet program leaves beside a file that is open, such as ``~$FORM.xlsx``, is no case.
    """
    for path in paths:
        if path.is_dir():
            yield from sorted(
                file
                for file in path.iterdir()
                if file.suffix in (".yaml", ".yml") or (file.suffix.lower() == ".xlsx" and not file.name.startswith(("~$", ".")))
            )
        else:
            yield path


def _denied(case: Case, vocabulary: Vocabulary) -> frozenset[str]:
    """Return the concerns of which every yes-or-no question is answered no, and no number says otherwise."""
    answers: dict[str, list[bool]] = {}
    for name, term in vocabulary.circumstances.items():
        given = case.facts.get(name)
        values = given.values if isinstance(given, History) else [given]
        for concern in term.concerns:
            if term.type == "yes_no":
                answers.setdefault(concern, []).extend(value is False for value in values)
            elif any(isinstance(value, int) and value > 0 for value in values):
                answers.setdefault(concern, []).append(False)
    return frozenset(concern for concern, denied in answers.items() if all(denied))
