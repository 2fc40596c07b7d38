"""The cases of which a synthetic caseload is made, and what is taken away from them.

This reads data and nothing else: it knows no rule, no limit and no engine, so that what it says a gap is can test them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from quips.source import read_yaml

_DAY = "day"


@dataclass(frozen=True, slots=True)
class Planted:
    """A gap that a plant has to leave.

    Attributes:
        rule: The rule.
        key: Which of its findings; a day in it is counted from the start.
        status: Its status.
        root: Whether no other gap explains it.
    """

    rule: str
    key: str
    status: str
    root: bool

    def on(self, start: date) -> Planted:
        """Return it for a case that started on a day."""
        what, at, days = self.key.partition("@")
        key = f"{what}@{(start + timedelta(int(days))).isoformat()}" if at else self.key
        return Planted(self.rule, key, self.status, self.root)


@dataclass(frozen=True, slots=True)
class Variant:
    """An archetype, as it is or with a plant.

    Attributes:
        archetype: The archetype.
        plant: What was taken away; empty if nothing was.
        weight: How often it is drawn, against the others.
        circumstances: Its circumstances; a day is counted from the start.
        record: Its entries: day, activity, and what is said of it.
        gaps: The gaps that it has.
        may_be_ppo: Whether it has the same gaps where the person is a prolific and other priority offender (PPO).
    """

    archetype: str
    plant: str
    weight: float
    circumstances: Mapping[str, Any]
    record: tuple[tuple[int, str, Mapping[str, Any]], ...]
    gaps: tuple[Planted, ...]
    may_be_ppo: bool

    def value(self, case: str, start: date) -> dict[str, Any]:
        """Return it as a case file says it.

        Args:
            case: The case.
            start: The day on which supervision started.
        """
        record = [{activity: {"on": _on(start, day), **said}} for day, activity, said in self.record]
        given = {name: _on(start, value[_DAY]) if _is_day(value) else value for name, value in self.circumstances.items()}
        return {"case": case, "circumstances": given, "record": record}


@dataclass(frozen=True, slots=True)
class Archetypes:
    """All that a synthetic caseload is made of.

    Attributes:
        reads_from: The first day, counted from the start, on which a case has the gaps that are said and no others.
        stays: For how many days after that this stays so.
        shares: What is drawn besides: for each column the shares of its values.
        ppo: How many in a hundred cases are of prolific and other priority offenders (PPO).
        variants: Every archetype, as it is and with each plant.
    """

    reads_from: int
    stays: int
    shares: Mapping[str, Mapping[str, float]]
    ppo: float
    variants: tuple[Variant, ...]


def read_archetypes() -> Archetypes:
    """Return what synthetic caseloads are made of."""
    path = resources.files("quips.synthetic") / "archetypes.yaml"
    value = read_yaml(Path(str(path))).value
    shares = dict(value["shares"])
    ppo = shares.pop("ppo")
    return Archetypes(value["reads_from"], value["stays"], shares, ppo, tuple(_variants(value)))


def _variants(value: Mapping[str, Any]) -> Iterator[Variant]:
    whole: dict[str, dict[str, Any]] = {}
    for one in value["archetypes"]:
        name = one["archetype"]
        whole[name] = _derived(one, whole.get(one.get("like", "")))
        plants = [plant for plant in value["plants"] if name in plant["of"]]
        ppo = not one.get("never_ppo", False)
        yield _variant(name, "", one["weight"] / 2, whole[name], [], ppo)
        for plant in plants:
            changed = _edited(whole[name], plant)
            gaps = [gap for gap in plant["gaps"] if name in gap.get("of", plant["of"])]
            yield _variant(name, plant["plant"], one["weight"] / 2 / len(plants), changed, gaps, ppo)


def _derived(one: Mapping[str, Any], like: dict[str, Any] | None) -> dict[str, Any]:
    """An archetype, with what it takes over from another."""
    if like is None:
        return {"circumstances": dict(one["circumstances"]), "record": list(one["record"])}
    circumstances = {**like["circumstances"], **one.get("circumstances", {})}
    return {
        "circumstances": {name: given for name, given in circumstances.items() if given is not None},
        "record": _edited(like, one)["record"],
    }


def _edited(case: Mapping[str, Any], edit: Mapping[str, Any]) -> dict[str, Any]:
    """A case without some entries, with others, and with some changed: every entry of an activity, or the first alone."""
    without, changed, first = edit.get("without", []), edit.get("changed", {}), dict(edit.get("first", {}))
    record = []
    for item in deepcopy(case["record"]):
        [(activity, said)] = item.items()
        if _is_out(activity, said, without):
            continue
        said |= changed.get(activity, {})
        said |= first.pop(activity, {})
        record.append(item)
    return {**case, "record": [*record, *edit.get("added", [])]}


def _is_out(activity: str, said: Mapping[str, Any], without: list[Any]) -> bool:
    for out in without:
        name, tests = (out, {}) if isinstance(out, str) else next(iter(out.items()))
        if activity == name and all(said.get(key) == value for key, value in tests.items()):
            return True
    return False


def _variant(
    name: str, plant: str, weight: float, case: Mapping[str, Any], gaps: list[Mapping[str, Any]], may_be_ppo: bool
) -> Variant:
    record = []
    for item in case["record"]:
        [(activity, said)] = item.items()
        record.append((said[_DAY], activity, {key: value for key, value in said.items() if key != _DAY}))
    planted = tuple(Planted(gap["rule"], gap["key"], gap["status"], gap.get("root", False)) for gap in gaps)
    return Variant(name, plant, weight, case["circumstances"], tuple(record), planted, may_be_ppo)


def _is_day(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {_DAY}


def _on(start: date, day: int) -> str:
    return (start + timedelta(day)).isoformat()
