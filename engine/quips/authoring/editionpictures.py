"""The picture of an edition: its tree down to as many layers as can be followed, with what rules cover."""

from __future__ import annotations

from collections.abc import Iterable

from quips.authoring.pictures import MOST, Arrow, Box, Picture, folded
from quips.explain import in_sentence
from quips.framework import Edition, Node, Prompt
from quips.knowledge import Knowledge

_GROUPS = {"neither": "With neither", "with rule": "With a rule", "judged": "Judged", "organisation": "Not about a case"}


def of_edition(knowledge: Knowledge, edition: Edition, within: Node | None = None) -> Picture:
    """Return the tree of an edition, or of one of its nodes, with how much of each part a rule answers.

    The tree is drawn down to the last layer with which it has no more than `MOST` boxes.

    Args:
        knowledge: The knowledge base.
        edition: The edition.
        within: The section, criterion, standard or key question to begin at; the whole edition if left out.
    """
    answered = answers_of(knowledge)
    top = edition.divisions if within is None else within.children
    title = edition.title if within is None else f"{within.id} {within.title}"
    prompts = list(edition.prompts()) if within is None else _beneath([within])
    covered = coverage_words(prompts, answered)
    if within is not None and not within.children:
        leaves, notes = _leaves(within, answered)
        about = f"Its {_several(len(prompts), 'prompt')}: {covered}. Each says beneath it which rules answer it."
        return Picture(f"{title}: what rules cover", about, tuple(leaves), (), tuple(notes))
    boxes = [Box("top", "top", title, covered, "", _shares(prompts, answered))]
    arrows: list[Arrow] = []
    layer, parents = list(top), dict.fromkeys((node.id for node in top), "top")
    while layer and len(boxes) + len(layer) <= MOST:
        level = edition.levels[layer[0].depth]
        for node in layer:
            found = _beneath([node])
            note, shares = coverage_words(found, answered), _shares(found, answered)
            boxes.append(Box(node.id, _look(found, answered), f"{node.id} {node.title}", note, "", shares, node.place))
            arrows.append(Arrow(parents[node.id], node.id, "contains", f"has the {level}", node.place))
        parents |= {child.id: node.id for node in layer for child in node.children}
        layer = [child for node in layer for child in node.children]
    what = _several(len(layer), edition.levels[layer[0].depth]) if layer else _several(len(prompts), "prompt")
    about = (
        "Read it from left to right: each part with the parts in it. The bar says how many of its prompts about a case have a "
        "rule (dark), stay a judgement for a written reason (light), or have neither (crossed)."
    )
    example = f"{edition.name}/{boxes[-1].name}"
    note = f"Folded into the boxes above them: {what}. To see them, picture one of those boxes, such as --edition {example}."
    return Picture(f"{title}: what rules cover", about, tuple(boxes), tuple(arrows), (note,))


def answers_of(knowledge: Knowledge) -> dict[str, list[str]]:
    """Return the active rules that answer each prompt."""
    found: dict[str, list[str]] = {}
    for rule in knowledge.rules.values():
        for answer in rule.answers if rule.status == "active" else ():
            found.setdefault(answer.prompt, []).append(rule.name)
    return found


def coverage_words(prompts: Iterable[Prompt], answered: dict[str, list[str]]) -> str:
    """Return how many prompts about a case have a rule, are judged or have neither, in words."""
    found = list(prompts)
    rule, judged, neither = _shares(found, answered)
    others = len(found) - rule - judged - neither
    parts = [f"{rule} with a rule", f"{judged} judged"] if rule + judged + neither else []
    parts += [f"{neither} with neither"] if neither else []
    parts += [f"{others} not about a case"] if others else []
    return ", ".join(parts)


def _shares(prompts: Iterable[Prompt], answered: dict[str, list[str]]) -> tuple[int, ...]:
    looks = [_prompt_look(prompt, answered) for prompt in prompts]
    return looks.count("with rule"), looks.count("judged"), looks.count("neither")


def _prompt_look(prompt: Prompt, answered: dict[str, list[str]]) -> str:
    if prompt.about != "case":
        return "organisation"
    return "with rule" if prompt.name in answered else "judged" if prompt.judged else "neither"


def _look(prompts: list[Prompt], answered: dict[str, list[str]]) -> str:
    rule, judged, neither = _shares(prompts, answered)
    return "lacking" if neither else "covered" if rule + judged else "organisation"


def _beneath(nodes: Iterable[Node]) -> list[Prompt]:
    return [prompt for node in nodes for one in node.walk() for prompt in one.prompts]


def _leaves(node: Node, answered: dict[str, list[str]]) -> tuple[list[Box], list[str]]:
    """The prompts of a node without parts, by what covers them; of too many, those that no rule answers are folded first."""
    boxes = []
    for look, group in _GROUPS.items():
        for prompt in node.prompts:
            if _prompt_look(prompt, answered) == look:
                rules = answered.get(prompt.name, [])
                note = ", ".join(rules[:2]) + (f" and {len(rules) - 2} more" if len(rules) > 2 else "")
                boxes.append(Box(prompt.name, look, prompt.asks, note, group, place=prompt.place))
    notes = []
    for look in ("organisation", "judged", "with rule"):
        members = [box for box in boxes if box.look == look]
        if len(boxes) > MOST and len(members) > 1:
            spare = members[max(0, len(members) - (len(boxes) - MOST) - 1) :] if look == "with rule" else members
            into = Box(f"folded:{look}", "folded", _GROUPS[look], f"{_several(len(spare), 'prompt')} folded", _GROUPS[look])
            boxes, _ = folded(boxes, (), [box.name for box in spare], into)
            notes.append(f"Folded into one box, {in_sentence(_GROUPS[look])}: {' '.join(box.title for box in spare)}")
    return boxes, notes


def _several(count: int, what: str) -> str:
    plural = {"general criterion": "general criteria"}.get(what, f"{what}s")
    return f"{count} {what if count == 1 else plural}"
