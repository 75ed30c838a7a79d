"""Which nodes and exits of a flow were reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flows.definition.definition import Flow, Node
from flows.definition.titles import in_order, node_title
from flows.model.events import Event, ExitTaken, FlowCompleted, NodeEntered, RouteTaken

Mark = tuple[str, str]
"""A node's UUID, and that of its exit; no exit where the node itself is meant."""


class Coverage:
    """Collects what is reached of one flow."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.all_marks: list[Mark] = [
            mark
            for node in in_order(flow)
            for mark in ((node.uuid, ""), *((node.uuid, one.uuid) for one in node.exits))
        ]
        self.reached: dict[Mark, None] = {}

    def add(self, events: Iterable[Event]) -> list[Mark]:
        """Note what events tell, and return what was not reached before."""
        marks = (mark for event in events for mark in self._marks(event))
        new = [mark for mark in dict.fromkeys(marks) if mark not in self.reached]
        self.reached.update(dict.fromkeys(new))
        return new

    def _marks(self, event: Event) -> Iterator[Mark]:
        node = self.flow.nodes.get(event.node) if event.flow == self.flow.uuid else None
        if node is None:
            return
        if isinstance(event, NodeEntered):
            yield node.uuid, ""
        elif isinstance(event, RouteTaken) and node.router:
            category = node.router.category_named(event.category)
            yield from [(node.uuid, category.exit)] if category else ()
        elif isinstance(event, ExitTaken):
            yield from [(node.uuid, one.uuid) for one in node.exits[:1]]
        elif isinstance(event, FlowCompleted) and enters(node):  # it ended as it entered another
            yield from [(node.uuid, one.uuid) for one in node.exits]

    @property
    def is_whole(self) -> bool:
        return all(mark in self.reached for mark in self.all_marks)

    def as_dict(self) -> dict[str, Any]:
        """How many nodes and exits were reached of how many, and which were not."""
        marks = self.all_marks
        nodes = [mark for mark in marks if not mark[1]]
        exits = [mark for mark in marks if mark[1]]
        return {
            "nodes": [len([one for one in nodes if one in self.reached]), len(nodes)],
            "exits": [len([one for one in exits if one in self.reached]), len(exits)],
            "missed": [self._missed(mark) for mark in marks if mark not in self.reached],
        }

    def _missed(self, mark: Mark) -> dict[str, str]:
        uuid, exit_uuid = mark
        node = self.flow.nodes[uuid]
        missed = {"node": uuid, "label": node_title(node)}
        return missed | ({"category": name_of(node, exit_uuid)} if exit_uuid else {})

    def told(self, mark: Mark) -> str:
        """A mark as a check `reaches` names it: a category, or a node's UUID."""
        uuid, exit_uuid = mark
        return (name_of(self.flow.nodes[uuid], exit_uuid) if exit_uuid else "") or uuid


def name_of(node: Node, exit_uuid: str) -> str:
    """The names of the categories that leave by an exit."""
    categories = node.router.categories if node.router else ()
    return " / ".join(one.name for one in categories if one.exit == exit_uuid)


def enters(node: Node) -> bool:
    return any(any(action.kind.enters(action)) for action in node.actions)
