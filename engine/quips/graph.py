"""The graph of everything: editions, prompts, rules, circumstances, activities and limits, and the questions asked of it.

A node is named ``kind:name``; the key of an edge is its kind. Edges point from what depends to what it depends on:
``rests_on``, ``follows``, ``answers``, ``reads``, ``derives`` (from the circumstance to the rule that infers it), ``uses``
(a limit), ``asks_for`` (an activity) and ``contains`` (from whole to part).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import TypeAlias

import networkx as nx

from quips.conditions import AllOf, AnyOf, Condition, Not, Test, facts_of, has_of
from quips.framework import Edition, Limit
from quips.problems import Problem
from quips.rules import Anchor, Becomes, Each, Rule
from quips.vocabulary import Vocabulary

Graph: TypeAlias = "nx.MultiDiGraph[str]"
Simple: TypeAlias = "nx.DiGraph[str]"


def build_graph(
    rules: Mapping[str, Rule],
    editions: Mapping[str, Edition],
    limits: Mapping[str, Limit],
    vocabulary: Vocabulary,
) -> Graph:
    """Return the graph of a knowledge base whose names have been checked."""
    graph: Graph = nx.MultiDiGraph()
    for name in vocabulary.circumstances:
        graph.add_node(f"circumstance:{name}")
    for name in vocabulary.activities:
        graph.add_node(f"activity:{name}")
    for limit in limits.values():
        graph.add_node(f"limit:{limit.name}")
        for reading in limit.readings:
            for row in reading.rows:
                for fact in facts_of(row.when) if row.when else ():
                    _link(graph, f"limit:{limit.name}", f"circumstance:{fact}", "reads")
    for edition in editions.values():
        _add_edition(graph, edition)
    for rule in rules.values():
        _add_rule(graph, rule)
    return graph


def circles(graph: Graph, rules: Mapping[str, Rule]) -> list[Problem]:
    """Return a problem for each circle of rules that rest on or follow one another, or are inferred from one another.

    Each stands at the edge, or the test, with which the first rule of the circle leads on.
    """
    problems = []
    for ring in _rings(graph, ("rests_on", "follows")):
        place = next(edge.place for edge in rules[ring[0]].edges if edge.rule == ring[1])
        message = f"These rest on one another in a circle: {' -> '.join(ring)}."
        problems.append(Problem(place, "circle", message, "Take out the edge that is not really needed."))
    for ring in _rings(graph, ("reads", "derives")):
        tests = [test for name, fact in pairwise(ring) if name in rules for test in _reading(rules[name].applies, fact)]
        drawn = " -> ".join(ring)
        if any(denied for _, denied in tests):
            message = f"What is inferred here depends on its own absence: {drawn}."
            hint = "Test what is given, not what is inferred, or take out the test."
            problems.append(Problem(tests[0][0].place, "negation-in-circle", message, hint))
        else:
            message = f"These are inferred from one another in a circle: {drawn}."
            problems.append(Problem(tests[0][0].place, "circle", message, "Take out the test that is not really needed."))
    return problems


def _rings(graph: Graph, kinds: tuple[str, ...]) -> Iterator[list[str]]:
    """Yield the names on each circle, from the first of its rules by name round to that rule again."""
    for loop in nx.simple_cycles(_only(graph, kinds)):
        start = loop.index(min(node for node in loop if node.startswith("rule:")))
        yield [node.split(":", 1)[1] for node in (*loop[start:], *loop[:start], loop[start])]


def _reading(condition: Condition, fact: str, denied: bool = False) -> Iterator[tuple[Test, bool]]:
    """Yield each test of a circumstance, and whether it stands within a `not`."""
    match condition:
        case Not(part):
            yield from _reading(part, fact, True)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _reading(part, fact, denied)
        case Test() if fact in facts_of(condition):
            yield condition, denied


def rules_in_order(graph: Graph, rules: Mapping[str, Rule]) -> list[Rule]:
    """Return the rules so that each comes after those it rests on or follows, and otherwise by topic and name."""
    edges = _only(graph, ("rests_on", "follows")).reverse()
    key = {f"rule:{rule.name}": f"{rule.topic}/{rule.name}" for rule in rules.values()}
    order = nx.lexicographical_topological_sort(edges.subgraph(key), key=lambda node: key[node])
    return [rules[node.removeprefix("rule:")] for node in order]


def derived_in_order(rules: Mapping[str, Rule]) -> list[str]:
    """Return the circumstances that are inferred, each after those it is inferred from."""
    derived = {rule.derives[0] for rule in rules.values() if rule.derives}
    needs: Simple = nx.DiGraph()
    needs.add_nodes_from(sorted(derived))
    for rule in rules.values():
        if rule.derives:
            needs.add_edges_from((fact, rule.derives[0]) for fact in facts_of(rule.applies) if fact in derived)
    return list(nx.lexicographical_topological_sort(needs))


def facts_needed_by(graph: Graph, rule: str) -> list[str]:
    """Return the circumstances that a rule reads, directly or by inference, in order of name."""
    reach = nx.descendants(_only(graph, ("reads", "derives", "uses")), f"rule:{rule}")
    return sorted(node.removeprefix("circumstance:") for node in reach if node.startswith("circumstance:"))


def record_needed_by(graph: Graph, rule: str) -> frozenset[str]:
    """Return the circumstances and activities that a rule looks at, directly or by inference."""
    reach = nx.descendants(_only(graph, ("reads", "derives", "uses", "asks_for")), f"rule:{rule}")
    kinds = ("circumstance", "activity")
    return frozenset(name for kind, _, name in (node.partition(":") for node in reach) if kind in kinds)


def rules_reading(graph: Graph, fact: str) -> list[str]:
    """Return the rules that a circumstance can settle, directly or by inference, in order of name."""
    node = f"circumstance:{fact}"
    if node not in graph:
        return []
    reach = nx.ancestors(_only(graph, ("reads", "derives", "uses")), node)
    return sorted(found.removeprefix("rule:") for found in reach if found.startswith("rule:"))


def affected_by_limit(graph: Graph, limit: str) -> list[str]:
    """Return the rules and prompts that a changed limit touches, in order of name."""
    reverse = _only(graph, ("uses", "rests_on", "follows")).reverse()
    node = f"limit:{limit}"
    touched = nx.descendants(reverse, node) if node in reverse else set()
    answers = _only(graph, ("answers",))
    prompts = {prompt for rule in touched for prompt in answers.successors(rule)}
    return sorted(touched | prompts)


def reached_from(graph: Graph, starts: Iterable[str]) -> dict[str, str]:
    """Return what depends on some nodes, by reading, inferring, using, resting on or following, directly or through others.

    Args:
        graph: The graph.
        starts: The nodes to start from.

    Returns:
        For each node that is reached, the node it is reached from by the fewest steps; the nodes nearest come first.
    """
    depends = _only(graph, ("reads", "derives", "uses", "asks_for", "rests_on", "follows"))
    found: dict[str, str] = {}
    layer = sorted(node for node in set(starts) if node in depends)
    seen = set(layer)
    while layer:
        nearer, layer = layer, []
        for node in nearer:
            for other in sorted(depends.predecessors(node)):
                if other not in seen:
                    seen.add(other)
                    found[other] = node
                    layer.append(other)
    return found


def hanging_on(graph: Graph, rule: str) -> int:
    """Return how many rules rest on or follow a rule, directly or through others."""
    return len(nx.ancestors(_only(graph, ("rests_on", "follows")), f"rule:{rule}"))


def prompts_without_rule(graph: Graph, editions: Iterable[Edition]) -> list[str]:
    """Return the prompts about a case that no rule answers, in the editions' order."""
    answers = _only(graph, ("answers",))
    return [
        prompt.name
        for edition in editions
        for prompt in edition.prompts()
        if prompt.about == "case" and answers.in_degree(f"prompt:{prompt.name}") == 0
    ]


def facts_no_rule_reads(graph: Graph) -> list[str]:
    """Return the circumstances that neither a rule nor a limit nor a prompt reads, in order of name."""
    reads = _only(graph, ("reads",))
    facts = (node for node in graph if node.startswith("circumstance:"))
    return sorted(fact.removeprefix("circumstance:") for fact in facts if reads.in_degree(fact) == 0)


def rules_answering_nothing(rules: Mapping[str, Rule]) -> list[str]:
    """Return the expectations and conflicts that answer no prompt, in order of name."""
    return sorted(rule.name for rule in rules.values() if rule.kind != "derivation" and not rule.answers)


def shortest_chain(graph: Graph, rule: str, root: str) -> list[str]:
    """Return the rules from one rule down to another that it rests on or follows; empty if there is no such chain."""
    edges = _only(graph, ("rests_on", "follows"))
    try:
        path = nx.shortest_path(edges, f"rule:{rule}", f"rule:{root}")
    except (nx.NetworkXNoPath, nx.NodeNotFound):
        return []
    return [node.removeprefix("rule:") for node in path]


def _only(graph: Graph, kinds: tuple[str, ...]) -> Simple:
    """The whole graph with only some kinds of edge; made once, since a graph is not changed after it is built."""
    made: dict[tuple[str, ...], Simple] = graph.graph.setdefault("only", {})
    if kinds not in made:
        only: Simple = nx.DiGraph()
        only.add_nodes_from(graph)
        only.add_edges_from((a, b) for a, b, kind in graph.edges(keys=True) if kind in kinds)
        made[kinds] = only
    return made[kinds]


def _link(graph: Graph, source: str, target: str, kind: str) -> None:
    graph.add_edge(source, target, key=kind)


def _add_edition(graph: Graph, edition: Edition) -> None:
    for node in edition.nodes():
        here = f"node:{edition.name}/{node.id}"
        graph.add_node(here)
        for child in node.children:
            _link(graph, here, f"node:{edition.name}/{child.id}", "contains")
        for prompt in node.prompts:
            _link(graph, here, f"prompt:{prompt.name}", "contains")
            for fact in facts_of(prompt.applies_when) if prompt.applies_when else ():
                _link(graph, f"prompt:{prompt.name}", f"circumstance:{fact}", "reads")
    for division in edition.divisions:
        _link(graph, f"edition:{edition.name}", f"node:{edition.name}/{division.id}", "contains")


def _add_rule(graph: Graph, rule: Rule) -> None:
    here = f"rule:{rule.name}"
    graph.add_node(here)
    conditions = [rule.applies, *([rule.conflict.when] if rule.conflict and not rule.conflict.pair else [])]
    for condition in conditions:
        for fact in facts_of(condition):
            _link(graph, here, f"circumstance:{fact}", "reads")
        for question in has_of(condition):
            for activity in question.activities:
                _link(graph, here, f"activity:{activity}", "asks_for")
    for trigger in rule.triggers:
        match trigger:
            case Anchor(name):
                _link(graph, here, f"circumstance:{name}", "reads")
            case Becomes(test):
                _link(graph, here, f"circumstance:{test.subject}", "reads")
            case Each(activity):
                _link(graph, here, f"activity:{activity}", "asks_for")
    if rule.expect:
        for activity in rule.expect.activities:
            _link(graph, here, f"activity:{activity}", "asks_for")
        for limit in rule.expect.limits:
            _link(graph, here, f"limit:{limit}", "uses")
        for bound in rule.expect.bounds:
            if not bound.startswith("trigger"):
                _link(graph, here, f"circumstance:{bound}", "reads")
    if rule.conflict and rule.conflict.pair:
        _link(graph, here, f"activity:{rule.conflict.pair}", "asks_for")
    if rule.derives:
        _link(graph, f"circumstance:{rule.derives[0]}", here, "derives")
    for edge in rule.edges:
        _link(graph, here, f"rule:{edge.rule}", edge.kind)
    for answer in rule.answers:
        _link(graph, here, f"prompt:{answer.prompt}", "answers")
