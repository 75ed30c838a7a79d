"""Nodes named as an author knows them, by the first words that they say or do, and their order."""

from __future__ import annotations

from collections import deque

from flows.definition.definition import Flow, Node

LONGEST = 60  # characters


def node_title(node: Node) -> str:
    """The first line of what the node says, else of what it does, else what its router looks at,
    else its ways.

    Its label, the end of its UUID, where it says and does nothing.
    """
    told = sorted(
        node.actions, key=lambda one: not (one.kind.is_message or one.kind.is_interactive)
    )
    said = (action.kind.words(action).strip() for action in told)
    lines = (words.splitlines()[0].strip() for words in said if words)
    title = next((line for line in lines if line), "")
    if not title and node.router:
        asked = node.router.operand if not node.router.wait else ""
        title = f"@results.{node.router.result_name}" if node.router.result_name else asked
        title = title or " / ".join(filter(None, (one.name for one in node.router.categories)))
    return _cut(title) or node.label


def target_title(flow: Flow, uuid: str) -> str:
    """The title of a node by its UUID; the end of the UUID where there is no such node."""
    node = flow.nodes.get(uuid)
    return node_title(node) if node else uuid[-4:]


def in_order(flow: Flow) -> list[Node]:
    """As a conversation reaches the nodes: breadth first from the start, the unreached last."""
    order: dict[str, None] = {}
    waiting = deque([flow.start] if flow.start in flow.nodes else [])
    while waiting:
        uuid = waiting.popleft()
        if uuid in order:
            continue
        order[uuid] = None
        targets = (one.destination or "" for one in flow.nodes[uuid].exits)
        waiting += [target for target in targets if target in flow.nodes]
    return [flow.nodes[uuid] for uuid in {**order, **dict.fromkeys(flow.nodes)}]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
