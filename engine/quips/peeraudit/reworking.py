"""The reports of a round worked out again, at the row that each rests on, and held to what was kept of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quips.peeraudit.book import Book
from quips.peeraudit.figures import Figures, changed_since, figures_of
from quips.peeraudit.folder import TRAIL, RoundFolder
from quips.peeraudit.folding import state_of
from quips.peeraudit.state import State
from quips.peeraudit.trail import Row
from quips.places import Place
from quips.problems import Problem, QuipsError
from quips.rounds import Comparison

BACK_AGAIN = "Bring it back from a backup, and find out who changed it."


@dataclass(frozen=True)
class Written:
    """How figures are written down, which is for the reports to know.

    Attributes:
        shape: The version of their shape.
        quips: The version of Quips.
        figures: The digest of figures.
        change: The digest of what changed since an earlier round.
        said: The digest of the figures in a report that was kept as JSON.
    """

    shape: int
    quips: str
    figures: Callable[[Figures], str]
    change: Callable[[Comparison], str]
    said: Callable[[bytes], str]


@dataclass(frozen=True)
class Reworked:
    """A report that was kept, to be worked out again.

    Attributes:
        folder: The round.
        book: Its readings.
        rows: The rows of its trail.
        row: The row of the report.
        written: How figures are written down.
        earlier: The earlier round that it compares with; None if that is not at hand.
    """

    folder: RoundFolder
    book: Book
    rows: Sequence[Row]
    row: Row
    written: Written
    earlier: Book | None

    @property
    def about(self) -> Mapping[str, Any]:
        """How it was made."""
        return self.row.step.about

    @property
    def called(self) -> str:
        """What it is called."""
        return f"The report of row {self.row.number}"

    @property
    def why_not(self) -> str:
        """Why its figures cannot be held to those of now; empty if they can."""
        now = self.book.auditor.knowledge.digest
        if self.about["rules"] != now:
            return (
                f"{self.called} was made with another framework or other rules (digest {self.about['rules'][:16]}, now "
                f"{now[:16]}), so its figures were not worked out again. Verify with those: --framework and --rules."
            )
        if self.about["shape"] != self.written.shape:
            return (
                f"{self.called} was made by Quips {self.about['quips']}, which wrote figures in another shape, so they were not."
            )
        return ""

    def problems(self) -> Iterator[Problem]:
        """Yield what does not come out as it was kept."""
        place = Place(str(self.folder.path / TRAIL), self.row.number)
        if self.about["rows"] != self.row.number - 1:
            message = f"{self.called} says that it rests on row {self.about['rows']}, and not on the one before it."
            yield Problem(place, "report-row", message, BACK_AGAIN)
        yield from self._said()
        if self.why_not:
            return
        try:
            state = self._state()
            if self.written.figures(figures_of(self.book, state, self.about["as_at"])) != self.about["figures"]:
                yield self._differs(place, "The figures")
            since = self.about.get("since")
            if since and self.earlier:
                yield from self._change(place, state, since, self.earlier)
        except QuipsError as error:
            message = f"The figures of the report of row {self.row.number} cannot be worked out again: {error}"
            yield Problem(place, "report-not-worked-out", message, "Put right what is told of the files first.")

    def not_done(self) -> Iterator[str]:
        """Say what of it could not be worked out again."""
        if self.why_not:
            yield self.why_not
        elif self.about.get("since") and not self.earlier:
            name = self.about["since"]["name"]
            yield f"{self.called} says what changed since '{name}', which was not worked out again. Say where it lies: --since."

    def _state(self) -> State:
        return state_of(self.rows[: self.about["rows"]])

    def _said(self) -> Iterator[Problem]:
        """Hold the figures that stand in the report itself to the digest."""
        for path in self.row.step.files:
            if not path.endswith(".json") or not (self.folder.path / path).is_file():
                continue
            place = Place(str(self.folder.path / path))
            if self.written.said(self.folder.read(path)) != self.about["figures"]:
                message = f"The figures in {path} are not those that row {self.row.number} was written for."
                yield Problem(place, "report-differs", message, BACK_AGAIN)

    def _change(self, place: Place, state: State, since: Mapping[str, Any], earlier: Book) -> Iterator[Problem]:
        then, _ = earlier.folder.rows_and_faults()
        if len(then) < since["rows"] or then[since["rows"] - 1].seal != since["seal"]:
            message = f"{self.called} compares with row {since['rows']} of '{since['name']}', whose trail has no such row now."
            yield Problem(place, "earlier-differs", message, "Name the right folder with --since, or verify that round.")
            return
        change = changed_since(self.book, state, earlier, state_of(then[: since["rows"]]))
        if self.written.change(change) != since["change"]:
            yield self._differs(place, f"What changed since '{since['name']}'")

    def _differs(self, place: Place, what: str) -> Problem:
        made_by = self.about["quips"]
        other = f" It was made by Quips {made_by}; this is {self.written.quips}." if made_by != self.written.quips else ""
        message = (
            f"{what} in the report of row {self.row.number} {'do' if what.endswith('s') else 'does'} not come out again.{other}"
        )
        return Problem(place, "report-differs", message, "What it rests on was changed, or the row was. Find out who changed it.")
