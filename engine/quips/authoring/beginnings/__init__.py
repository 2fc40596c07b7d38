"""New rules, activities and editions: files that pass every check, with a place for all that has still to be written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path
from string import Template

from quips.knowledge import Knowledge
from quips.places import Place
from quips.problems import InputError, Problem, did_you_mean, listed
from quips.source import Document, parse_yaml, read_text
from quips.storage.files import told_plainly
from quips.vocabulary import STAGES, Term

_LONGEST = 60
_RESERVED = frozenset({"all", "any", "has", "not", "not_done", "trigger"})


def new_rule(knowledge: Knowledge, rules: Path, name: str, activity: str | None = None, new_topic: bool = False) -> Path:
    """Write the file of a new rule, a draft with three examples that hold.

    Args:
        knowledge: What there is already.
        rules: The folder of rules.
        name: ``topic/name``.
        activity: What it expects; the first activity of the vocabulary if left out.
        new_topic: Whether the topic may be a new one.

    Returns:
        The file.

    Raises:
        InputError: The name cannot be had, or there is no such topic or activity.
        StorageError: The file cannot be written.
    """
    topics = {rule.topic for rule in knowledge.rules.values()}
    topic, slash, own = name.partition("/")
    if not slash:
        raise _refused(name, "wrong-form", "A rule stands in the folder of its topic.", f"Say topic/{name}. {_topics(topics)}")
    _check_name("rule", own, "-", name)
    _check_name("topic", topic, "-", name)
    if topic not in topics and (not new_topic or topic == "vocabulary"):
        hint = did_you_mean(topic, topics) or f"{_topics(topics)} To begin a new one, say --new-topic."
        raise _refused(name, "no-such-folder", f"There is no topic '{topic}'.", hint)
    former = {old: rule.name for rule in knowledge.rules.values() for old in rule.former_names}
    _check_free("rule", own, knowledge.rules, name)
    if own in former:
        message = f"'{own}' is what the rule '{former[own]}' used to be called, and reports that say so are about that one."
        raise _refused(name, "former-name", message, "Choose another name.")
    if activity is not None and activity not in knowledge.vocabulary.activities:
        hint = did_you_mean(activity, knowledge.vocabulary.activities) or "To see every activity: quips list activities."
        raise _refused(activity, "unknown-activity", f"There is no activity '{activity}'.", hint)
    path = rules / topic / f"{own}.yaml"
    done = activity or next(iter(knowledge.vocabulary.activities))
    filled = {"name": own, "activity": done, "anchor": _anchor(knowledge).name, "source": _source(knowledge)}
    _write({path: _filled("rule.yaml", filled)})
    return path


def new_activity(knowledge: Knowledge, rules: Path, name: str, stage: str) -> Path:
    """Put a new activity into the vocabulary, at the end of the file of its stage.

    Args:
        knowledge: What there is already.
        rules: The folder of rules, with the vocabulary in it.
        name: The activity.
        stage: The stage of the work that it belongs to.

    Returns:
        The file, which is new where the stage has none.

    Raises:
        InputError: The name cannot be had, or the folder has rules only.
        StorageError: The file cannot be written.
    """
    assert stage in STAGES
    if not (rules / "vocabulary").is_dir():
        message = f"{rules} has no vocabulary of its own: its rules lie over the shipped ones, and use their words."
        raise _refused(name, "wrong-folder", message, "A new word needs a whole copy of the rules: copy the shipped ones first.")
    _check_name("activity", name, "_", name)
    _check_free("activity", name, knowledge.vocabulary.activities, name)
    _check_free("circumstance", name, knowledge.vocabulary.circumstances, name)
    if name in _RESERVED:
        raise _refused(name, "wrong-form", f"'{name}' is a word of the rule language.", "Choose another name.")
    title = name.replace("_", " ").capitalize()
    added = _filled("activity.yaml", {"name": name, "title": title, "stage": stage})
    for path in knowledge.files.paths("vocabulary"):
        document = knowledge.files.document(path)
        here = document.value.get("activities", {})
        if any(one["stage"] == stage for one in here.values()) and path.parent == rules / "vocabulary":
            text = read_text(path, str(path))
            longer = f"{text.rstrip()}\n{added}"
            if _adds_only(document, longer, name):
                _exchange(path, longer)
                return path
    path = rules / "vocabulary" / f"activities-{stage}.yaml"
    if path.exists():
        path = path.with_name(f"activity-{name.replace('_', '-')}.yaml")
    _write({path: f"activities:\n{added}"})
    return path


def new_edition(knowledge: Knowledge, framework: Path, name: str) -> list[Path]:
    """Write the folder of a new edition, with one section, one criterion and one prompt.

    Args:
        knowledge: What there is already.
        framework: The folder of framework files.
        name: The edition.

    Returns:
        The files.

    Raises:
        InputError: The name cannot be had.
        StorageError: The folder cannot be written.
    """
    _check_name("edition", name, "-", name)
    _check_free("edition", name, knowledge.editions, name)
    folder = framework / "editions" / name
    if folder.exists():
        raise _refused(name, "defined-twice", f"{folder} is there already. Nothing was changed.", "Choose another name.")
    filled = {"name": name, "source": _source(knowledge)}
    found = {folder / part: _filled(part, filled) for part in ("edition.yaml", "section-1.yaml")}
    _write(found)
    return list(found)


def _check_name(what: str, name: str, between: str, given: str) -> None:
    if re.fullmatch(rf"[a-z][a-z0-9{between}]*", name) and name[-1] != between and len(name) <= _LONGEST:
        return
    joined = "hyphens" if between == "-" else "underscores"
    message = f"'{name}' cannot be the name of {_a(what)}."
    rule = f"It begins with a small letter and has small letters, figures and {joined}, at most {_LONGEST} in all."
    meant = re.sub(r"[^a-z0-9]+", between, name.lower()).strip(between)[:_LONGEST].strip(between)
    fits = re.fullmatch(rf"[a-z][a-z0-9{between}]*", meant)
    raise _refused(given, "wrong-form", message, f"{rule} {meant} would do." if fits else rule)


def _check_free(what: str, name: str, known: Iterable[str], given: str) -> None:
    if name in known:
        message = f"There is {_a(what)} '{name}' already. Nothing was changed."
        raise _refused(given, "defined-twice", message, f"To see it: quips show {name}.")


def _a(what: str) -> str:
    return f"{'an' if what[0] in 'ae' else 'a'} {what}"


def _refused(given: str, name: str, message: str, hint: str) -> InputError:
    return InputError([Problem(Place(given), name, message, hint)])


def _topics(topics: set[str]) -> str:
    return f"The topics are: {listed(sorted(topics), 'and')}."


def _anchor(knowledge: Knowledge) -> Term:
    """Return a date that starts a clock in every case."""
    anchors = [knowledge.vocabulary.circumstances[name] for name in knowledge.vocabulary.anchors()]
    return next((term for term in anchors if term.relevant_when is None), anchors[0])


def _source(knowledge: Knowledge) -> str:
    """Return what is cited where nothing was looked up yet: memory, or else what was not at hand."""
    others = {name: source for name, source in knowledge.sources.items() if not source.lines}
    return next((name for name in others if name == "memory"), next(iter(others or knowledge.sources)))


def _filled(template: str, names: Mapping[str, str]) -> str:
    return Template(files(__package__).joinpath(template).read_text(encoding="utf-8")).substitute(names)


def _adds_only(before: Document, longer: str, name: str) -> bool:
    """Whether a text says what a document did, and the new activity besides."""
    try:
        after = parse_yaml(longer, before.file).value
    except InputError:
        return False
    return bool(after.get("activities", {}).pop(name, None)) and after == before.value


def _write(found: Mapping[Path, str]) -> None:
    """Write new files, none over another: all of them, or none."""
    with ExitStack() as undo:
        for path, text in found.items():
            with told_plainly(f"{path} cannot be written"):
                if not path.parent.is_dir():
                    path.parent.mkdir(parents=True)
                    undo.callback(path.parent.rmdir)
                try:
                    file = path.open("x", encoding="utf-8", newline="\n")
                except FileExistsError:
                    message = f"{path} is there already. Nothing was changed."
                    raise _refused(str(path), "defined-twice", message, "Choose another name.") from None
                undo.callback(path.unlink)
                with file:
                    file.write(text)
        undo.pop_all()


def _exchange(path: Path, text: str) -> None:
    """Write a file over itself, whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    with told_plainly(f"{path} cannot be written"):
        try:
            partial.write_text(text, encoding="utf-8", newline="\n")
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
