"""What somebody wrote in a cell, as a value of the record."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from quips.cases import in_time
from quips.forms.sheets import Expects
from quips.problems import did_you_mean, listed
from quips.workdays import FIRST_YEAR, LAST_YEAR

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_DAY_HINT = "Write the day as 13/07/2009, 13 July 2009 or 2009-07-13: the day first, then the month, the year in four figures."


class AnswerError(Exception):
    """An answer that does not fit; carries what is wrong and what to do."""

    def __init__(self, name: str, message: str, hint: str = "") -> None:
        """Keep the name of the problem, the message and the hint."""
        super().__init__(message)
        self.name, self.message, self.hint = name, message, hint


def answer(expects: Expects, written: Any) -> Any:
    """Return the value that is written in a cell.

    Args:
        expects: What the cell expects.
        written: What stands in it: text, a number, a truth value or a day.

    Raises:
        AnswerError: It does not fit.

    Example:
        >>> answer(Expects("date"), " 13/07/2009 "), answer(Expects("word", {"Yes": True}), "yes")
        ('2009-07-13', True)
    """
    if isinstance(written, str) and re.fullmatch(r"#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)", written):
        raise AnswerError("cell-error", f"The cell holds an error ({written}), not an answer.", "Clear it and write the answer.")
    words = {_plain(word): value for word, value in expects.words.items()}
    said = _shown(written)
    if _plain(said) in words:
        return words[_plain(said)]
    match expects.kind:
        case "word":
            choices = listed(expects.words)
            raise AnswerError("wrong-value", f"Choose {choices}, not '{said[:60]}'.", _meant(said, expects))
        case "date":
            return _day(written, expects)
        case "number":
            return _number(written, expects)
        case _:
            return said.strip()


def _meant(said: str, expects: Expects) -> str:
    if set(expects.words) <= {"Yes", "No"}:
        return ""
    return did_you_mean(" ".join(said.split()), expects.words)


def _day(written: Any, expects: Expects) -> str:
    if isinstance(written, datetime):
        found: date | None = written.date()
    elif isinstance(written, str) and re.search("[0-9]", written):
        found = _day_in_text(written)
    else:
        wanted = listed(["a day", *expects.words])
        raise AnswerError("not-a-date", f"Write {wanted}, not '{_shown(written)[:60]}'.", _DAY_HINT)
    if found is None:
        words = f" It can also be {listed(expects.words)}." if expects.words else ""
        raise AnswerError("not-a-date", f"'{_shown(written)[:60]}' is not a day that exists.", f"{_DAY_HINT}{words}")
    day = found.isoformat()
    if not in_time(day):
        hint = f"Years go from {FIRST_YEAR} to {LAST_YEAR - 10}."
        raise AnswerError("out-of-time", f"'{day}' is in a year that no case can be of.", hint)
    return day


def _day_in_text(text: str) -> date | None:
    text = " ".join(text.split())
    if match := re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", text):
        year, month, day = (int(part) for part in match.groups())
    elif match := re.fullmatch(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})", text):
        day, month, year = int(match[1]), int(match[3]), int(match[4])
    elif match := re.fullmatch(r"([0-9]{1,2})(?:st|nd|rd|th)? ([A-Za-z]+),? ([0-9]{4})", text):
        name = match[2].lower()
        if name not in _FULL_MONTHS and name not in _MONTHS:
            return None
        day, month, year = int(match[1]), _MONTHS.index(name[:3]) + 1, int(match[3])
    elif re.fullmatch(r"[0-9]{1,2}[/. -][0-9A-Za-z]{1,9}[/. -][0-9]{2}", text):
        raise AnswerError("not-a-date", f"'{text}' could be several days, for its year has two figures.", _DAY_HINT)
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _number(written: Any, expects: Expects) -> int:
    least, greatest = expects.bounds
    text = _shown(written).strip()
    number = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None
    if number is None or isinstance(written, bool | datetime) or not least <= number <= greatest:
        raise AnswerError("wrong-value", f"Write a whole number from {least} to {greatest}, not '{text[:60]}'.")
    return number


def _shown(written: Any) -> str:
    """Return what stands in a cell as text, near to how the cell shows it."""
    if isinstance(written, bool):
        return "Yes" if written else "No"
    if isinstance(written, datetime):
        return written.date().isoformat()
    if isinstance(written, float) and written.is_integer():
        return str(int(written))
    return str(written)


def _plain(text: str) -> str:
    """Return text in small letters, with single spaces, so that case and spaces do not matter."""
    return " ".join(text.replace("_", " ").split()).casefold()
