"""Answers the interview from what a case file says, as an officer with that file open would: only what is asked.

It knows the pages by their fields alone, and each page has to offer what it sends, so that no answer can be given that an officer
could not give.
"""

from __future__ import annotations

from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from desk_client import start
from html_forms import form_of
from quips.cases import entry_said
from quips.vocabulary import STAGES
from quips.web.interview import entry_mark

Answers = dict[str, list[str]]
_LONGEST = 600


class Answered(Protocol):
    """What came back: the status, and where it leads."""

    status_code: int
    location: Any
    text: Any


class Answering(Protocol):
    """Somebody who opens pages and sends forms, with or without a browser."""

    def get(self, address: str, follow: bool = True) -> Answered: ...

    def page(self, address: str) -> str: ...

    def send(self, address: str, answers: Answers, *names: str) -> Answered: ...


class Interview:
    """One interview, and what was asked in it."""

    def __init__(self, officer: Answering, facts: dict[str, Any]) -> None:
        """Start a case from nothing.

        Args:
            officer: Whose browser and folder.
            facts: The content of the case file from which to answer.
        """
        self.officer, self.facts = officer, facts
        self.name = start(officer, facts["case"], facts["as_at"])
        self.asked: list[tuple[str, str]] = []
        record = [next(iter(entry.items())) for entry in facts["record"]]
        self._left = dict(enumerate(record))
        self._shortened: dict[str, Any] = {}
        """What the file says of the entries of which only the day has been given so far, by their marks."""

    def run(self) -> list[tuple[str, str]]:
        """Answer until nothing is asked any more; returns what was asked, in order.

        Raises:
            AssertionError: It does not end, or a page does not offer what the file says.
        """
        for _ in range(_LONGEST):
            answer = self.officer.get(f"/cases/{self.name}/ask", follow=False)
            assert answer.status_code == 303
            address = answer.location
            asked = urlsplit(address)
            kind, *names = asked.path.strip("/").split("/")[2:]
            if kind == "check":
                return self.asked
            answering = {
                "circumstance": self._circumstances,
                "circumstances": self._circumstances,
                "inferred": self._inferred,
                "which": self._which,
                "more": self._more,
                "activity": self._activity,
                "complete": self._stages,
                "record": self._entry,
            }
            answering[kind](address, names[:1] or parse_qs(asked.query).get("about", []))
        raise AssertionError(f"more than {_LONGEST} questions, the last: {self.asked[-5:]}")

    def _ask(self, kind: str, *names: str) -> None:
        """Note what was asked; nothing is asked twice, for that would never end."""
        for name in names:
            assert (kind, name) not in self.asked, f"{kind} {name} was asked twice, the second time after {self.asked[-5:]}"
            self.asked.append((kind, name))

    def _send(self, address: str, answers: Answers, *names: str) -> str:
        answer = self.officer.send(address, answers, *names)
        assert answer.status_code == 303, f"{address} {answers}: {answer.status_code} {answer.text}"
        return answer.location

    def _circumstances(self, address: str, names: list[str]) -> None:
        self._ask("circumstance", *names)
        self._answer(address, names)

    def _answer(self, address: str, names: list[str]) -> None:
        """Answer the circumstances of a page; what has more rows than it offers is gone on with on a page of its own."""
        form = form_of(self.officer.page(address))
        offered = form.names()
        answers: Answers = {}
        longer = []
        dated: list[Any] = []
        for name in names:
            given = self.facts["circumstances"].get(name)
            if "same_day" in form.offered(name) and given == dated[0]:
                answers[name] = ["same_day"]
                continue
            if "date" in form.offered(name):
                dated.append(given)
            if given is None:
                answers[name] = ["dont_know"]
                continue
            fits, all_of_it = most_that_fits(name, given, offered)
            answers |= fits
            longer += [] if all_of_it else [name]
        self._send(address, answers)
        for name in longer:
            self._answer(f"/cases/{self.name}/circumstance/{name}?from=ask", [name])

    def _inferred(self, address: str, names: list[str]) -> None:
        """Say that what was inferred is right, once what the file has otherwise is changed."""
        sends = dict(form_of(self.officer.page(address), *names).as_it_stands())
        taken = {name: sends[name] for name in names}
        for name in names:
            given = self.facts["circumstances"].get(name)
            if given is not None and taken[name] != {True: "yes", False: "no"}.get(given, given):
                self._answer(f"/cases/{self.name}/circumstance/{name}?from=ask", [name])
                taken.pop(name)
        self._ask("inferred", *(f"{name}={taken[name]}" for name in taken))
        if taken:
            self._send(address, {}, *taken)

    def _of(self, activity: str) -> dict[int, tuple[str, Any]]:
        """What the file says of an activity and has not been entered yet: done, or not done for a reason."""
        return {n: e for n, e in self._left.items() if activity == (e[1]["activity"] if e[0] == "not_done" else e[0])}

    def _which(self, address: str, offered: list[str]) -> None:
        """Tick what the file has, and give its days; what its days alone do not tell is left to a page of its own."""
        self._ask("which", *offered)
        fields = form_of(self.officer.page(address)).names()
        there = {name: entries for name in offered if (entries := self._of(name))}
        answers: Answers = {"there": list(there) or ["none"]}
        for name, entries in there.items():
            days = [entry_said(said).get("on", "unknown") for _, said in entries.values()]
            all_done = all(activity == name for activity, _ in entries.values())
            if f"days-{name}" in fields and all_done and "unknown" not in days and len({*days}) == len(days):
                answers[f"days-{name}"] = ["\n".join(days)]
                for (_, said), day in zip(entries.values(), days, strict=True):
                    self._shortened[entry_mark({name: {"on": day}})] = said
                self._left = {n: entry for n, entry in self._left.items() if n not in entries}
        self._send(address, answers)

    def _more(self, address: str, marks: list[str]) -> None:
        """Tick the entries of which the file says more than their day."""
        self._ask("more", *marks)
        there = [mark for mark in marks if entry_said(self._shortened.get(mark, "")).keys() > {"on"}]
        self._send(address, {"more": there or ["none"]})

    def _activity(self, address: str, names: list[str]) -> None:
        """Enter everything that the file says of an activity; from each page the next is opened as an officer would."""
        self._ask("activity", *names)
        [name] = names
        for number, (activity, said) in self._of(name).items():
            place = f"/cases/{self.name}/activity/{name}"
            if activity == "not_done":
                self._send(f"{place}/reason?from=ask", reason_answers(said))
            else:
                self._send(f"{place}/add?from=ask", entry_answers(said))
            del self._left[number]

    def _stages(self, address: str, _: list[str]) -> None:
        self._ask("stage", "all of them")
        complete = self.facts.get("record_complete", True)
        self._send(address, {"complete": list(STAGES) if complete is True else complete or ["none"]})

    def _entry(self, address: str, numbers: list[str]) -> None:
        """Say all that the file says of an entry; nothing, if that has been entered."""
        self._ask("record", *numbers)
        form = form_of(self.officer.page(address))
        said = self._shortened.pop(next(one.value for one in form.fields if one.name == "entry"), None)
        self._send(address, entry_answers(said) if said is not None else {}, "when" if "when" in form.names() else "reason")


def most_that_fits(name: str, given: Any, offered: list[str]) -> tuple[Answers, bool]:
    """What can be answered of a circumstance on a page that offers some rows, and whether that is all of it."""
    if not isinstance(given, list):
        return circumstance_answers(name, given, offered), True
    for count in range(len(given), -1, -1):
        answers = circumstance_answers(name, given[:count], offered)
        if set(answers) <= set(offered) and (count or not given):
            return answers, count == len(given)
    raise AssertionError(f"the page offers no row for {name} {given}; it has {offered}")


def day_answers(prefix: str, day: str) -> Answers:
    year, month, of_month = day.split("-")
    return {f"{prefix}-day": [of_month], f"{prefix}-month": [month], f"{prefix}-year": [year]}


def value_answers(prefix: str, value: Any) -> Answers:
    """What is chosen or typed for one value."""
    if isinstance(value, bool):
        return {prefix: ["yes" if value else "no"]}
    if isinstance(value, list):
        return {prefix: value or ["none"]}
    return {prefix: [str(value)]}


def circumstance_answers(name: str, given: Any, offered: list[str]) -> Answers:
    """What is chosen and typed on the page of a circumstance for what a case file says of it."""
    dated = f"{name}-1-day" in offered
    if isinstance(given, list) and given and isinstance(given[0], dict):
        answers: Answers = {name: ["changed"]}
        for row, change in enumerate(given, 1):
            answers |= day_answers(f"{name}-change-{row}-from", change["from"])
            answers |= value_answers(f"{name}-change-{row}-is", change["is"])
        return answers
    if dated and given in ("not_yet", "none"):
        return {name: [given]}
    if dated:
        answers = {name: ["date"]}
        for row, day in enumerate(given if isinstance(given, list) else [given], 1):
            answers |= day_answers(f"{name}-{row}", day)
        return answers
    if f"{name}-value" in offered:
        return {name: ["known"]} | value_answers(f"{name}-value", given)
    return value_answers(name, given)


def entry_answers(said: Any) -> Answers:
    """What is chosen and typed on the page of an entry."""
    said = said if isinstance(said, dict) else {"on": said}
    answers = {"when": ["unknown"]} if said["on"] == "unknown" else {"when": ["date"]} | day_answers("on", said["on"])
    for name, value in said.items():
        if name == "late_reason":
            answers["late_reason"] = [value["reason"]]
            if "acceptable" in value:
                answers["late_acceptable"] = ["yes" if value["acceptable"] else "no"]
        elif name != "on":
            answers |= value_answers(name, value)
    return answers


def reason_answers(said: dict[str, Any]) -> Answers:
    """What is chosen and typed on the page of a reason."""
    answers = day_answers("on", said["on"]) if "on" in said else {}
    for name, value in said.items():
        if name not in ("on", "activity"):
            answers |= value_answers(name, value)
    return answers
