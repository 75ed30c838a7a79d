"""Checks of nodes and their connections."""

from __future__ import annotations

from collections.abc import Iterator

from flows.lint import CRITICAL, WARNING, Issue, LintTarget, check


@check
def start_node_is_found(target: LintTarget) -> Iterator[Issue]:
    """The topmost node in the drawing is the start of the flow; it must exist."""
    if not target.flow.start:
        message = (
            "The start node cannot be found: the topmost entry of the drawing is not one of the "
            "flow's nodes. Move the first node in the editor and save"
        )
        yield Issue(CRITICAL, message)


@check
def nodes_are_connected(target: LintTarget) -> Iterator[Issue]:
    """A node to which no exit leads is never run."""
    for node in target.nodes:
        if node.uuid != target.flow.start and not target.graph.before[node.uuid]:
            yield Issue(WARNING, "Your flow has dangling nodes", node.uuid)


@check
def nodes_are_reachable(target: LintTarget) -> Iterator[Issue]:
    """Nodes that lead only to each other are never run either."""
    if not target.flow.start:
        return
    for node in target.nodes:
        if node.uuid not in target.graph.reachable and target.graph.before[node.uuid]:
            message = f"Node {node.label} cannot be reached from the start of the flow"
            yield Issue(WARNING, message, node.uuid)


@check
def exits_lead_somewhere(target: LintTarget) -> Iterator[Issue]:
    """An exit to a deleted node stops the conversation."""
    for node in target.nodes:
        for one in node.exits:
            if one.destination and one.destination not in target.flow.nodes:
                message = f"Node {node.label} leads to a node that does not exist"
                yield Issue(CRITICAL, message, node.uuid)


@check
def nodes_are_unique(target: LintTarget) -> Iterator[Issue]:
    """Of two nodes with the same UUID only the last is run."""
    for uuid in target.flow.repeated:
        yield Issue(CRITICAL, f"Two nodes have the UUID of node {uuid[-4:]}", uuid)


@check
def nodes_do_something(target: LintTarget) -> Iterator[Issue]:
    """A node needs actions or a router."""
    for node in target.nodes:
        if not node.actions and not node.router:
            message = f"Node {node.label} has neither actions nor a router: the flow stops there"
            yield Issue(CRITICAL, message, node.uuid)


@check
def split_nodes_have_one_action(target: LintTarget) -> Iterator[Issue]:
    """In a node with a router only the first action is run."""
    for node in target.nodes:
        if node.router and len(node.actions) > 1:
            message = f"Node {node.label} has a split, so only the first of its actions runs"
            yield Issue(WARNING, message, node.uuid)


@check
def loops_wait(target: LintTarget) -> Iterator[Issue]:
    """A loop without a wait for the contact is stopped after six rounds."""
    for loop in target.graph.loops_without_wait:
        labels = ", ".join(uuid[-4:] for uuid in loop[:8])
        message = f"Nodes {labels} form a loop that never waits; it is stopped after six rounds"
        yield Issue(WARNING, message, loop[0])


@check
def flows_are_for_every_channel(target: LintTarget) -> Iterator[Issue]:
    """Glific keeps flows of its web channel apart from WhatsApp; here they run on every channel."""
    if target.flow.channel == "web":
        message = (
            "This flow is made for Glific's web channel; here contacts have it wherever they "
            "write, on WhatsApp too"
        )
        yield Issue(WARNING, message)


@check
def waiting_nodes_exist(target: LintTarget) -> Iterator[Issue]:
    """A contact waiting on a node that was deleted cannot continue in this revision."""
    if target.context.waiting_nodes - target.flow.nodes.keys():
        yield Issue(CRITICAL, "Some of your users in the flow have their node deleted")
