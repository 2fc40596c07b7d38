"""Waivers: what a file says it lets stand, why, who answers for that, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from quips.authoring.messages import every_name, message
from quips.knowledge import Knowledge
from quips.places import Place
from quips.problems import Level, Problem, did_you_mean, listed

_SHAPES = ("rule", "vocabulary", "limits", "division")


@dataclass(frozen=True, slots=True)
class Waiver:
    """One thing that a file lets stand.

    Attributes:
        message: The message's name.
        about: For a file that holds many things, a name that stands in the message; empty in a rule.
        because: Why it stands.
        owner: Who answers for it: a role, never a name.
        until: The last day on which it holds.
        place: Where it is written.
    """

    message: str
    about: str
    because: str
    owner: str
    until: date
    place: Place

    def covers(self, problem: Problem) -> bool:
        """Whether a problem is what it lets stand: of its file, by its name, about its thing."""
        is_about = not self.about or f"'{self.about}'" in problem.message
        return problem.place.file == self.place.file and problem.name == self.message and is_about


class Sorted(NamedTuple):
    """Problems, sorted by what is waived.

    Attributes:
        left: Those that are not, and those that the waivers themselves have.
        waived: Those that are, each with its waiver.
    """

    left: list[Problem]
    waived: list[tuple[Problem, Waiver]]


def waivers_of(knowledge: Knowledge) -> Iterator[Waiver]:
    """Yield every waiver in the files of a knowledge base."""
    replaced = {rule.instead_of.file for rule in knowledge.own if rule.instead_of}
    for shape in _SHAPES:
        for document in knowledge.files.of_shape(shape):
            if document.file in replaced:
                continue  # a rule that is not in use lets nothing stand
            for n, said in enumerate(document.value.get("waivers", ())):
                until = date.fromisoformat(said["until"])
                place = document.place("waivers", n)
                yield Waiver(said["message"], said.get("about", ""), said["because"], said["owner"], until, place)


def sorted_by_waiver(problems: Iterable[Problem], waivers: Iterable[Waiver], as_at: date) -> Sorted:
    """Take out of problems what waivers let stand, and add what is wrong with the waivers.

    Args:
        problems: The problems, each with its level.
        waivers: The waivers.
        as_at: The day on which they have to hold.
    """
    left, waived = list(problems), []
    for waiver in waivers:
        fault = _fault(waiver)
        covered = [problem for problem in left if fault is None and waiver.covers(problem)]
        left = [problem for problem in left if problem not in covered]
        if fault is None and not covered:
            told = f"There is no '{waiver.message}' here that this waiver would let stand."
            fault = Problem(waiver.place, "waiver-waives-nothing", told, "Take the waiver out.")
        elif fault is None and waiver.until < as_at:
            lines = listed((f"line {problem.place.line}" for problem in covered), "and")
            told = f"This waiver of '{waiver.message}' ({lines}) ended on {waiver.until.isoformat()}."
            hint = "Mend what it let stand, or decide again until when it stands."
            fault = Problem(waiver.place, "waiver-out-of-date", told, hint)
        else:
            waived += [(problem, waiver) for problem in covered]
        left += [fault] if fault else []
    return Sorted(left, waived)


def _fault(waiver: Waiver) -> Problem | None:
    """What is wrong with a waiver, whatever it waives."""
    try:
        level = message(waiver.message).level
    except LookupError:
        told = f"There is no message '{waiver.message}'."
        hint = did_you_mean(waiver.message, every_name()) or "The name stands in brackets at the end of a message."
        return Problem(waiver.place, "unknown-message", told, hint)
    if level is Level.ERROR:
        told = f"'{waiver.message}' is an error, and errors cannot be waived."
        return Problem(waiver.place, "cannot-be-waived", told, "Mend it, and take the waiver out.")
    return None
