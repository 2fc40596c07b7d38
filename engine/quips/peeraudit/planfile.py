"""Reads the plan of a round together with the lists of people and of cases, and says all that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from quips.framework import Edition
from quips.knowledge import Knowledge
from quips.peeraudit.caselist import (
    CaseList,
    as_far_as_read,
    cases_of,
    columns_of,
    gaps_in,
    headings,
    kinds_of,
    read_list,
    reference_problem,
)
from quips.peeraudit.folder import PLAN, RoundFolder, digest_of
from quips.peeraudit.people import place_of, read_people
from quips.peeraudit.plan import READER, Person, Plan, Population, SecondReadings
from quips.peeraudit.roundschema import round_schema
from quips.peeraudit.scope import prompts_in_scope, scope_problems
from quips.peeraudit.state import ALLOCATED, DREW
from quips.peeraudit.trail import Row
from quips.places import Place
from quips.problems import InputError, Problem, did_you_mean, listed
from quips.sampling import Listed
from quips.shapes import Shape
from quips.source import Document, read_yaml
from quips.tables import Table, key_of
from quips.vocabulary import STAGES

_BEGIN_ANEW = "Put it back as it was. What the draw rests on stays as it is; for another draw, begin a new round."


def read_plan(folder: RoundFolder, knowledge: Knowledge) -> Plan:
    """Return the plan of a round, checked together with the lists of people and of cases.

    Once the cases are drawn, what the draw rests on is held to the row of the draw, and its seed, prompts and stages are those of
    that row, so that a later version of the rules does not change what a round is about.

    Args:
        folder: The round.
        knowledge: What it may name.

    Raises:
        InputError: Something is wrong with the plan or one of the lists, or what the draw rests on was changed after it; all of
            it is told.
        StorageError: The trail cannot be read.
    """
    rows, faults = folder.rows_and_faults()
    reading = _Reading(folder, knowledge, tuple(rows), read_yaml(folder.path / PLAN))
    plan = reading.plan()
    if reading.problems:  # what does not fit a trail that was changed may not be the plan's fault
        raise InputError([*faults, *reading.problems])
    people, _ = reading.people_file()
    return replace(plan, digest=digest_of(folder.read(PLAN) + folder.read(people)))


@dataclass
class _Reading:
    """One reading of the plan; what is wrong gathers in ``problems``, and what can still be looked at is."""

    folder: RoundFolder
    knowledge: Knowledge
    rows: tuple[Row, ...]
    document: Document
    problems: list[Problem] = field(default_factory=list)
    people_are_sound: bool = True
    cases_are_sound: bool = True

    @cached_property
    def drawn(self) -> Mapping[str, Any] | None:
        """What the row of the draw says; None before the draw."""
        return next((row.step.about for row in self.rows if row.step.did == DREW), None)

    @cached_property
    def said(self) -> dict[str, Any]:
        """The parts of the plan that are of the right form."""
        schema = round_schema(self.knowledge)
        problems = Shape(schema).problems(self.document)
        value = self.document.value
        if not problems or not isinstance(value, dict):
            self.problems += problems
            return value if isinstance(value, dict) else {}
        self.problems += problems
        part = Shape({**schema, "required": []})
        right = {key: held for key, held in value.items() if not part.problems(self.document.part({key: held}))}
        others = {key: self.sound(schema, key, held) for key, held in value.items() if key not in right}
        return right | {key: kept for key, kept in others.items() if kept}

    def sound(self, schema: Mapping[str, Any], key: str, held: Any) -> dict[str, Any]:
        """Return what is of the right form of a part of the plan that is not, so that it can be looked at all the same."""
        below = schema["properties"].get(key, {})
        if not isinstance(held, dict) or "properties" not in below:
            return {}
        loose = {**schema, "required": [], "properties": {key: {**below, "required": []}}}
        kept = {name: part for name, part in held.items() if not Shape(loose).problems(self.document.part({key: {name: part}}))}
        # Without the names of its columns, columns of other names would be looked for.
        return {} if "columns" in held and "columns" not in kept else kept

    def plan(self) -> Plan:
        said = self.said
        edition = self.knowledge.editions[said["edition"]] if "edition" in said else None
        people, people_table = self.people()
        drawing = said.get("draw", {})
        plan = Plan(
            name=said.get("round", ""),
            edition=edition.name if edition else "",
            prompts=self.prompts(edition),
            stages=tuple(stage for stage in STAGES if stage in said.get("scope", {}).get("stages", STAGES)),
            population=self.population(),
            people=people,
            size=drawing.get("size"),
            confidence=drawing.get("confidence", 80) / 100,
            margin=drawing.get("margin", 5) / 100,
            by=tuple(map(key_of, drawing.get("by", ()))),
            at_least=tuple(f"{kind}={number}" for kind, number in drawing.get("at_least", {}).items()),
            seed=str(drawing.get("seed", "")),
            group_size=said.get("groups", {}).get("size", 3),
            second=self.second(),
            qualify=said["qualify"] / 100 if "qualify" in said else None,
            due_days=said.get("feedback", {}).get("due_days", 28),
            marking=said.get("marking", "OFFICIAL-SENSITIVE"),
            scope=said.get("scope", {}),
            headings=self.headings(),
        )
        if "size" in drawing and {"confidence", "margin"} & set(drawing):
            message = "Both a size and a confidence or margin are given, and the one follows from the others."
            self.wrong("size-twice", message, "Leave one of them out.", "draw", "size")
        cases = self.cases(plan, edition)
        if cases is not None:
            plan = self.held_to_the_list(plan, cases, people_table)
        self.enough(plan, people_table)
        if self.drawn is None:
            return plan
        if cases is None and not self.problems:
            message = "What was kept of the list of cases is not as it was written."
            self.wrong("list-changed", message, "Bring the folder 'drawn' back from a backup.", "cases")
        return self.held_to_the_draw(plan)

    def wrong(self, name: str, message: str, hint: str, *path: str | int) -> None:
        self.problems.append(Problem(self.document.place(*path), name, message, hint))

    def inside(self, file: str, *path: str) -> str:
        """Return the name of a file that lies in the round's folder; empty, and told, if it does not."""
        pure = PurePosixPath(file)
        if not (pure.is_absolute() or ".." in pure.parts or "\\" in file or ":" in file):
            return file
        message = f"A list has to lie in the round's folder, and {file} does not."
        self.wrong("outside-the-round", message, "Copy it into the folder, and write its name alone.", *path)
        return ""

    # The plan's own parts ------------------------------------------------------------------------------------------------

    def prompts(self, edition: Edition | None) -> tuple[str, ...]:
        scope = self.said.get("scope", {})
        if edition is None:
            return ()
        if self.drawn:
            prompts = tuple(self.drawn["prompts"])
            gone = [name for name in prompts if name not in self.knowledge.judged_names]
            if gone and self.drawn["essence"]["edition"] == edition.name:
                message = f"{edition.name} no longer has {listed(gone, 'and')}, on which the draw rests."
                self.wrong("prompt-gone", message, "Use the copy of the framework that the round began with.", "edition")
            return prompts
        wrong = [*scope_problems(scope, edition, self.document)]
        self.problems += wrong
        prompts = () if wrong else prompts_in_scope(scope, edition, self.knowledge)
        variants = sorted({self.knowledge.prompts[name].variant for name in prompts} - {""})
        if not prompts and not wrong:
            self.wrong("empty-scope", "No prompt fits all that the scope asks for.", "Leave some of it out.", "scope")
        elif len(variants) > 1:
            message = f"{edition.name} asks {listed(variants, 'and')} differently, and the scope has prompts of both."
            self.wrong("which-variant", message, f"Say which under scope, such as variant: {variants[0]}.", "scope")
        return prompts

    def headings(self) -> dict[str, str]:
        """Return the columns that the report counts by, as they are written."""
        listed_ = self.said.get("cases", {})
        written = (
            listed_.get("columns", {}).get("team", ""),
            *listed_.get("breakdowns", ()),
            *self.said.get("draw", {}).get("by", ()),
        )
        return {key_of(column): " ".join(column.split()) for column in written if column}

    def population(self) -> Population:
        said = self.said.get("cases", {})
        columns = {name: key_of(column) for name, column in said.get("columns", {}).items()}
        exclude = said.get("exclude", {})
        return Population(
            file=self.inside(said.get("file", ""), "cases", "file"),
            sheet=said.get("sheet", ""),
            eligible=_matched(said.get("eligible", {})),
            exclude=exclude,
            breakdowns=tuple(map(key_of, said.get("breakdowns", ()))),
            **columns,
        )

    def second(self) -> SecondReadings:
        said = self.said.get("second_readings", {})
        always = said.get("always", {})
        rules = [name for name, rule in self.knowledge.rules.items() if rule.status == "active"]
        for n, name in enumerate(always.get("rules", ())):
            if name not in rules:
                hint = did_you_mean(name, rules) or "To see them: quips list rules."
                self.wrong("unknown-rule", f"There is no rule '{name}'.", hint, "second_readings", "always", "rules", n)
        columns, names = _matched(always.get("columns", {})), frozenset(always.get("rules", ()))
        return SecondReadings(said.get("share", 0) / 100, columns, names, always.get("urgent", False))

    def people_file(self) -> tuple[str, str]:
        """Return the file of the list of people, and its sheet."""
        said = self.said.get("people", "")
        return (said, "") if isinstance(said, str) else (said["file"], said.get("sheet", ""))

    def people(self) -> tuple[dict[str, Person], Table | None]:
        file, sheet = self.people_file()
        file = self.inside(file, "people")
        if not file:
            return {}, None
        try:
            people, table, wrong = read_people(self.folder.path / PurePosixPath(file), sheet)
        except InputError as error:
            self.problems += error.problems
            return {}, None
        self.problems += wrong
        self.people_are_sound = not wrong
        return people, table

    # Held to one another -------------------------------------------------------------------------------------------------

    def cases(self, plan: Plan, edition: Edition | None) -> CaseList | None:
        """Return the list of cases: the plan's own before the draw, after it the one that was kept."""
        population = plan.population
        if self.drawn:
            population = replace(population, file=self.drawn["list"]["kept"], sheet="")
        asked = {f"{kind}={n}": kind for kind, n in self.said.get("draw", {}).get("at_least", {}).items()}
        try:
            place = self.document.key_place
            kinds = kinds_of(plan, edition, lambda one: place("draw", "at_least", asked[one])) if edition else []
        except InputError as error:
            self.problems += error.problems
            kinds = []
        if not population.file:
            return None
        counted = {kind.column: ("draw", "at_least") for kind in kinds if kind.at_least is not None}
        try:
            path = self.folder.path / PurePosixPath(population.file)
            table = read_list(path, population, columns_of(plan, kinds))
        except InputError as error:
            self.problems += error.problems
            return None
        has_columns = self.has_columns(table, plan, counted)
        try:
            if has_columns:
                return cases_of(table, population)
            if population.reference in table.columns:
                cases_of(table, population)
        except InputError as error:
            self.problems += error.problems
            self.cases_are_sound = False
            return as_far_as_read(table, population) if has_columns and not self.drawn else None
        return None

    def has_columns(self, table: Table, plan: Plan, counted: Mapping[str, tuple[str, ...]]) -> bool:
        """See that the list has each column that the plan names, and say where the plan names one that it has not."""
        listed_, said = plan.population, self.said
        wanted: list[tuple[str, tuple[str | int, ...]]] = [
            (getattr(listed_, name), ("cases", "columns", name)) for name in ("reference", "team", "officer", "senior")
        ]
        wanted += [(column, ("draw", "by", n)) for n, column in enumerate(plan.by)]
        wanted += [*counted.items()]
        wanted += [(key_of(column), ("cases", "eligible", column)) for column in said.get("cases", {}).get("eligible", {})]
        wanted += [(column, ("cases", "breakdowns", n)) for n, column in enumerate(listed_.breakdowns)]
        always = said.get("second_readings", {}).get("always", {}).get("columns", {})
        wanted += [(key_of(column), ("second_readings", "always", "columns", column)) for column in always]
        there = headings(table)
        missing = [(column, path) for column, path in wanted if column and column not in there]
        for column, path in missing if not self.drawn else ():  # what was kept has what the plan named at the draw
            hint = did_you_mean(column, filter(None, there)) or f"Its columns are {listed(filter(None, there), 'and')}."
            message = f"The list of cases, {plan.population.file}, has no column '{column}'."
            self.problems.append(Problem(self.document.key_place(*path), "unknown-column", message, hint))
        return not missing

    def held_to_the_list(self, plan: Plan, cases: CaseList, people_table: Table | None) -> Plan:
        """Look for what the plan and the list of people say of cases, teams and values that the list of cases has not."""
        population = plan.population
        by_key = {case.key: case.reference for case in cases.cases}
        for name in population.exclude:
            if name.casefold() not in by_key:
                hint = did_you_mean(name, by_key.values()) or "Take it out if the case is no longer on the list."
                place = self.document.key_place("cases", "exclude", name)
                self.problems.append(Problem(place, "unknown-case", f"There is no case '{name}' on the list.", hint))
        exclude = {by_key[name.casefold()]: why for name, why in population.exclude.items() if name.casefold() in by_key}
        plan = replace(plan, population=replace(population, exclude=exclude))
        self.values(cases, ("cases", "eligible"))
        self.values(cases, ("second_readings", "always", "columns"))
        if not self.drawn:
            self.enough_cases(plan, cases)
        if people_table is None:
            return plan
        for person in plan.people.values():
            self.problems += _conflict_problems(person, people_table, by_key, cases.cases)
            own = next((case for case in cases.cases if case.values[population.officer] == person.reference), None)
            if own and not person.team:
                team = own.values[population.team]
                message = f"{person.reference} is the officer of {own.reference}, of team {team}, and has no team here."
                place = place_of(people_table, person.reference, "team")
                self.problems.append(
                    Problem(place, "no-team", message, "Write in the team, so that nobody reads their own team's cases.")
                )
        teams = {key_of(team): team for team in cases.values_of(population.team)}
        people = {}
        for name, person in plan.people.items():
            conflicts = frozenset(by_key.get(case.casefold(), case) for case in person.conflicts)
            people[name] = replace(self.of_team(person, people_table, teams), conflicts=conflicts)
        return replace(plan, people=people)

    def values(self, cases: CaseList, path: tuple[str, ...]) -> None:
        """Look for values that no case has: a slip of the pen, or none of a column's values."""
        said: Any = self.said
        for key in path:
            said = said.get(key, {})
        for column, values in said.items():
            there = cases.values_of(key_of(column))
            known = {key_of(value) for value in there}
            absent = [(n, str(value)) for n, value in enumerate(values) if key_of(str(value)) not in known]
            for n, value in absent:
                hint = did_you_mean(value, there)
                if hint.startswith("Did") or (len(absent) == len(values) and path[0] == "cases"):
                    message = f"No case has '{value}' under {column}."
                    self.wrong(
                        "unknown-value", message, hint or f"There is {listed(there[:10], 'and') or 'nothing'}.", *path, column, n
                    )

    def enough_cases(self, plan: Plan, cases: CaseList) -> None:
        population = plan.population
        left_out = {**cases.not_eligible(population.eligible), **population.exclude}
        eligible = len(cases.cases) - len(left_out)
        # Where none is eligible, the value that is asked for is misspelt, and any of them may be.
        self.problems += gaps_in(cases, population, left_out if eligible else population.exclude)
        if not self.cases_are_sound:
            return  # how many there are is known once each can be told from the others
        if not eligible:
            self.wrong(
                "no-cases",
                f"None of the {len(cases.cases)} cases on the list can be drawn.",
                "Look at eligible and exclude.",
                "cases",
            )
        elif plan.size is not None and plan.size > eligible:
            message = f"{plan.size} cases cannot be drawn from {eligible} that can be."
            self.wrong("too-many", message, "Write a smaller number.", "draw", "size")

    def of_team(self, person: Person, table: Table, teams: Mapping[str, str]) -> Person:
        """Return somebody with their team spelled as the list of cases does, so that their own team's cases are told."""
        if not person.team or key_of(person.team) in teams:
            return replace(person, team=teams[key_of(person.team)]) if person.team else person
        hint = did_you_mean(person.team, teams.values())
        if hint.startswith("Did"):
            message = f"No case is of the team '{person.team}', so {person.reference} could be given their own team's cases."
            advice = f"{hint} If it is another team, give it a name that is less like."
            self.problems.append(Problem(place_of(table, person.reference, "team"), "unknown-team", message, advice))
        return person

    def enough(self, plan: Plan, table: Table | None) -> None:
        """See that there are two groups of readers where some cases are read twice, and that nobody with work to do is gone."""
        if table is None or not self.people_are_sound:
            return
        place = Place(table.file, sheet=table.sheet)
        second = plan.second
        readers = [person for person in plan.people.values() if READER in person.roles]
        groups = {person.group for person in readers}
        twice = second.share or second.columns or second.rules or second.urgent
        if twice and (len(readers) < 2 or (len(groups) == 1 and "" not in groups)):
            message = "Some cases are to be read twice, and that takes readers of two groups."
            self.problems.append(Problem(place, "too-few-readers", message, "Add readers, or leave out second_readings."))
        given_out = [row.step.about["groups"] for row in self.rows if row.step.did == ALLOCATED]
        at_work = {member for groups_ in given_out for members in groups_.values() for member in members}
        gone = sorted(at_work - {person.reference for person in readers})
        if gone:
            message = (
                f"{listed(gone, 'and')} {'was' if len(gone) == 1 else 'were'} given cases, and is no reader on the list any more."
            )
            hint = "Put them back; to take a case from them: quips round reallocate."
            self.problems.append(Problem(place, "reader-gone", message, hint))

    def held_to_the_draw(self, plan: Plan) -> Plan:
        """Say what was changed of what the draw rests on, and take the rest from its row."""
        assert self.drawn is not None
        then, now = self.drawn["essence"], plan.essence
        for key, was in then.items():
            seed_written_in = key == "draw.seed" and now[key] == self.drawn["seed"]
            if now.get(key) != was and not seed_written_in:
                name = key.replace(".", ": ")
                message = f"'{name}' was changed after the draw: it was {_shown(was)}, and is {_shown(now.get(key))}."
                place = self.document.key_place(*key.split("."))
                self.problems.append(Problem(place, "changed-after-draw", message, _BEGIN_ANEW))
        return replace(plan, seed=self.drawn["seed"], stages=tuple(self.drawn["stages"]))


def _conflict_problems(person: Person, table: Table, by_key: Mapping[str, str], cases: Iterable[Listed]) -> Iterable[Problem]:
    for name in sorted(person.conflicts):
        if name.casefold() not in by_key:
            place = place_of(table, person.reference, "conflicts")
            wrong = reference_problem(place, name, "case")
            hint = did_you_mean(name, [case.reference for case in cases]) or "Take it out if it is not on the list."
            yield wrong or Problem(place, "unknown-case", f"There is no case '{name}' on the list.", hint)


def _matched(said: Mapping[str, Iterable[str | int]]) -> dict[str, frozenset[str]]:
    return {key_of(column): frozenset(key_of(str(value)) for value in values) for column, values in said.items()}


def _shown(value: Any) -> str:
    if value in (None, "", [], {}):
        return "not given"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_shown(held)}" for key, held in value.items())
    if isinstance(value, float):
        return f"{value:g}"
    return listed(value, "and") if isinstance(value, list) else str(value)
