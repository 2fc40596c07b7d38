"""What a case record no longer says, or says otherwise, than it did before; and the record with all that put back.

A gap may be gone only because the record says less. The record with everything put back tells the two apart: it says all that was
said, and beside that whatever is new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from quips.cases import entry_said
from quips.explain import entry_in_words, in_sentence
from quips.vocabulary import NONE, NOT_YET, STAGES, Vocabulary
from quips.workdays import FIRST_YEAR

_BEGINNING = f"{FIRST_YEAR}-01-01"
_NOT_COMPARED = frozenset({"note"})


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a record said and does not say any more.

    Attributes:
        words: What, in words, as it follows ``since``.
        about: The activity, the circumstance or the stage it is about.
        entry: The entry in words, where it is one.
    """

    words: str
    about: str
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Restored:
    """A record with everything put back.

    Attributes:
        record: The record, as a case file holds it.
        losses: What had to be put back.
    """

    record: Mapping[str, Any]
    losses: tuple[Loss, ...]


def restored(then: Mapping[str, Any], now: Mapping[str, Any], day: str, vocabulary: Vocabulary) -> Restored:
    """Return a record with everything put back that it said before.

    Time goes on, so what is only later is no loss: another value from a later day, a day where it was still to come, one more
    sentence. Notes are not compared.

    Args:
        then: The record before, as a case file holds it.
        now: The record now.
        day: The day as at which the record was read before, year-month-day.
        vocabulary: What a record can say.
    """
    losses: list[Loss] = []
    circumstances = dict(now["circumstances"])
    for name, was in then["circumstances"].items():
        kept = _kept(was, circumstances.get(name), day)
        if kept is None:
            losses.append(_circumstance_lost(name, was, circumstances.get(name), vocabulary))
        circumstances[name] = was if kept is None else kept
    stages = _complete(then)
    gone = [stage for stage in STAGES if stage in stages - _complete(now)]
    losses += [Loss(f"the record is not called complete for {stage} any more", stage) for stage in gone]
    record = _entries(then["record"], now["record"], losses, vocabulary)
    complete = [stage for stage in STAGES if stage in stages | _complete(now)]
    whole = {**now, "record_complete": complete, "circumstances": circumstances, "record": record}
    return Restored({key: value for key, value in whole.items() if key not in ("judgements", "disputes")}, tuple(losses))


def _complete(record: Mapping[str, Any]) -> frozenset[str]:
    said = record.get("record_complete", True)
    return frozenset(STAGES if said is True else said or ())


# Circumstances -------------------------------------------------------------------------------------------------------------


def _kept(was: Any, now: Any, day: str) -> Any:
    """Return what a circumstance is now, if that says all that it was on that day; None if it does not."""
    if _same(was, now):
        return now
    if now is None:
        return None
    if was in (NOT_YET, NONE):
        return now if all(one > day for one in _days(now)) and _days(now) else None
    if _is_history(now):
        return _kept_history(was, now, day)
    if _is_history(was):
        return None
    if isinstance(was, list) or isinstance(now, list):
        return now if set(_many(was)) <= set(_many(now)) else None
    return None


def _kept_history(was: Any, now: list[dict[str, Any]], day: str) -> Any:
    until = [change for change in now if change["from"] <= day]
    later = [change for change in now if change["from"] > day]
    if _is_history(was):
        return now if sorted(until, key=_from) == sorted((one for one in was if one["from"] <= day), key=_from) else None
    if any(not _same(change["is"], was) for change in until):
        return None
    return [{"from": _BEGINNING, "is": was}, *later]


def _from(change: Mapping[str, Any]) -> str:
    return str(change["from"])


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list) and not (_is_history(one) or _is_history(other)):
        return sorted(one, key=str) == sorted(other, key=str)
    return type(one) is type(other) and bool(one == other)


def _is_history(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _days(value: Any) -> list[str]:
    return [one for one in _many(value) if isinstance(one, str) and one not in (NOT_YET, NONE)]


def _circumstance_lost(name: str, was: Any, now: Any, vocabulary: Vocabulary) -> Loss:
    title = in_sentence(vocabulary.circumstances[name].title)
    how = "is not given any more" if now is None else "is not what it was"
    return Loss(f"what the record says of '{title}' {how}", name)


# Entries -------------------------------------------------------------------------------------------------------------------


def _entries(
    then: list[dict[str, Any]], now: list[dict[str, Any]], losses: list[Loss], vocabulary: Vocabulary
) -> list[dict[str, Any]]:
    """Return the entries of the record now with those of before put back, and what was said of them."""
    found: list[tuple[str, dict[str, Any]]] = [_parted(one) for one in now]
    free = list(range(len(found)))
    left = []
    for name, said in map(_parted, then):
        whole = next((n for n in free if _is_of(found[n], name, said) and not _differing(said, found[n][1])), None)
        if whole is None:
            left.append((name, said))
        else:
            free.remove(whole)
    for name, said in left:
        near = [n for n in free if _is_of(found[n], name, said)]
        words = _in_words(name, said, vocabulary)
        about = str(said.get("activity", name)) if name == "not_done" else name
        if not near:
            losses.append(Loss(f"the record does not have '{words}' any more", about, words))
            found.append((name, said))
            continue
        best = min(near, key=lambda n: len(_differing(said, found[n][1])))
        free.remove(best)
        asked = ", ".join(_attribute(name, key, vocabulary) for key in _differing(said, found[best][1]))
        losses.append(Loss(f"the record says otherwise of '{words}' than it did ({asked})", about, words))
        found[best] = (name, {**found[best][1], **said})
    return [{name: said} for name, said in found]


def _parted(item: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    [(name, said)] = item.items()
    return name, dict(entry_said(said))


def _is_of(found: tuple[str, Mapping[str, Any]], name: str, said: Mapping[str, Any]) -> bool:
    there, of = found
    return there == name and of.get("on") == said.get("on") and (name != "not_done" or of["activity"] == said["activity"])


def _differing(said: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    return [key for key, value in said.items() if key not in _NOT_COMPARED and not _same(value, now.get(key))]


def _in_words(name: str, said: Mapping[str, Any], vocabulary: Vocabulary) -> str:
    on = str(said.get("on", ""))
    day = date.fromisoformat(on).toordinal() if on and on != "unknown" else None
    if name == "not_done":
        what = entry_in_words(str(said["activity"]), day, vocabulary)
        return f"not done: {what if day is not None else what.removesuffix(', day not known')}"
    return entry_in_words(name, day, vocabulary)


def _attribute(activity: str, name: str, vocabulary: Vocabulary) -> str:
    term = vocabulary.attribute(activity, name)
    return term.title if term else name.replace("_", " ")
