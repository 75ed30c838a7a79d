"""A flow as a graph: its edges, reachable nodes and loops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from flows.definition.definition import Flow, Node


class Graph:
    """The graph of a flow; `after` and `before` are neighbours by UUID.

    Exits to missing nodes are left out.
    """

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self.after: dict[str, list[str]] = {
            node.uuid: [
                one.destination
                for one in node.exits
                if one.destination and one.destination in flow.nodes
            ]
            for node in flow.nodes.values()
        }
        self.before: dict[str, list[str]] = {uuid: [] for uuid in flow.nodes}
        for uuid, following in self.after.items():
            for one in following:
                self.before[one].append(uuid)

    def next_node(self, node: Node) -> Node | None:
        """The node that the first exit leads to."""
        destination = node.exits[0].destination if node.exits else None
        return self._flow.nodes.get(destination) if destination else None

    @cached_property
    def reachable(self) -> frozenset[str]:
        """Nodes that a conversation can reach from the start."""
        return _closure(filter(None, [self._flow.start]), self.after)

    def leading_to(self, uuids: Iterable[str]) -> frozenset[str]:
        """These nodes, and those from which a conversation can reach one of them."""
        return _closure(uuids, self.before)

    @cached_property
    def loops_without_wait(self) -> list[list[str]]:
        """Groups of nodes that form a loop in which no node waits."""
        waiting = {node.uuid for node in self._flow.nodes.values() if waits(node)}
        edges = {
            uuid: [one for one in following if one not in waiting]
            for uuid, following in self.after.items()
            if uuid not in waiting
        }
        loops = [group for group in _strong_groups(edges) if len(group) > 1]
        loops += [[uuid] for uuid, following in edges.items() if uuid in following]
        return loops


def _closure(starts: Iterable[str], edges: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """These nodes, and all to which edges lead from them."""
    found: set[str] = set()
    open_ends = list(starts)
    while open_ends:
        uuid = open_ends.pop()
        if uuid not in found:
            found.add(uuid)
            open_ends.extend(edges[uuid])
    return frozenset(found)


def waits(node: Node) -> bool:
    """Whether a conversation can wait at this node; a sub-flow counts as waiting."""
    if node.router and node.router.wait:
        return True
    return any(action.kind.pauses or any(action.kind.enters(action)) for action in node.actions)


def _strong_groups(edges: dict[str, list[str]]) -> list[list[str]]:
    """Strongly connected components, found by two depth-first walks without recursion."""
    order: list[str] = []
    seen: set[str] = set()
    for root, leading in edges.items():
        stack = [(root, iter(leading))] if root not in seen else []
        seen.add(root)
        while stack:
            uuid, following = stack[-1]
            step = next((one for one in following if one not in seen), None)
            if step is None:
                order.append(uuid)
                stack.pop()
            else:
                seen.add(step)
                stack.append((step, iter(edges[step])))
    backward: dict[str, list[str]] = {uuid: [] for uuid in edges}
    for uuid, following_list in edges.items():
        for one in following_list:
            backward[one].append(uuid)
    return _collect(order, backward)


def _collect(order: list[str], backward: dict[str, list[str]]) -> list[list[str]]:
    taken: set[str] = set()
    groups = []
    for root in reversed(order):
        group, open_ends = [], [root]
        while open_ends:
            uuid = open_ends.pop()
            if uuid not in taken:
                taken.add(uuid)
                group.append(uuid)
                open_ends.extend(backward[uuid])
        if group:
            groups.append(group)
    return groups
