"""How long an officer takes over the interview, counted from what its pages show and what is answered on them.

It is a count, not a trial: text that stands open is read at the pace of silent reading, each text once, however often it comes
back; a page takes a moment to come and be taken in; a question is answered in a few seconds; a date has to be found in the file,
but for the day on which the record is read, which is today unless somebody says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from desk_client import Officer
from html_forms import form_of

WORDS_A_MINUTE = 230
"""The mean for silent reading of English non-fiction: Brysbaert, 2019, doi 10.1016/j.jml.2019.104047 (238); unverified."""
SECONDS_A_PAGE, SECONDS_A_QUESTION, SECONDS_A_DATE = 3, 6, 25
"""Our own estimates; a date has to be found in the file."""

_HIDDEN = ("visually-hidden", "__conditional")
_WITHOUT_END = ("input", "br", "img", "link", "meta", "hr")


class _Open(HTMLParser):
    """The texts of a page's main part that stand open: not what is folded away, nor what is for those who hear the page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._within: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        hidden = any(one in given.get("class", "") for one in _HIDDEN)
        in_details = bool(self._within) and self._within[-1][0] == "details" and tag != "summary"
        if tag not in _WITHOUT_END:
            self._within.append((tag, hidden or in_details))

    def handle_endtag(self, tag: str) -> None:
        while self._within and self._within.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        in_main = any(tag == "main" for tag, _ in self._within)
        if in_main and data.strip() and not any(hidden for _, hidden in self._within):
            self.texts.append(" ".join(data.split()))


@dataclass
class Effort:
    """What was read and answered."""

    n_pages: int = 0
    n_words: int = 0
    n_questions: int = 0
    n_dates: int = 0
    minutes_to_gaps: float = 0.0
    """Until it is known what is missing and what was late; after that it is asked how well things were done."""
    read: dict[str, None] = field(default_factory=dict)

    @property
    def minutes(self) -> float:
        answering = self.n_questions * SECONDS_A_QUESTION + self.n_dates * SECONDS_A_DATE
        return self.n_words / WORDS_A_MINUTE + (self.n_pages * SECONDS_A_PAGE + answering) / 60

    def look_at(self, page: str) -> None:
        reader = _Open()
        reader.feed(page)
        self.n_pages += 1
        self.n_words += sum(len(text.split()) for text in dict.fromkeys(reader.texts) if text not in self.read)
        self.read.update(dict.fromkeys(reader.texts))


class CountingOfficer(Officer):
    """An officer whose effort is counted."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.effort = Effort()

    def send(self, address: str, answers: dict[str, list[str]], *names: str, follow: bool = False) -> Any:
        page = self.page(address)
        self.effort.look_at(page)
        chosen = form_of(page, *(names or tuple(answers))).as_it_stands()
        new = [name for name, given in answers.items() if any((name, one.lstrip("0") or one) not in chosen for one in given)]
        dates = [name for name in new if name.endswith(("-day", "-month", "-year"))]
        lists = [name for name in new if name.startswith("days-")]
        self.effort.n_questions += len(new) - len(dates) - len(lists)
        self.effort.n_dates += len({name.rpartition("-")[0] for name in dates} - {"as_at"})
        self.effort.n_dates += sum(len(answers[name][0].splitlines()) for name in lists)
        if address.partition("?")[0].endswith("/complete"):
            self.effort.minutes_to_gaps = self.effort.minutes
        return super().send(address, answers, *names, follow=follow)
