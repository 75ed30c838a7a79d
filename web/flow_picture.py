"""A flow as cards: what each node does, where it leads, and what happened there.

The cards are a list that reads in the flow's order; where scripts run, the browser lays them
out and draws the ways between them. A long flow has several pages of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from flows.conversations.node_counts import NodeCounts
from flows.definition.definition import Exit, Flow, Node
from flows.lint import Issue
from flows.model.action import UNKNOWN, Action
from web.language import N_, _, translated

PAGE_CARDS = 400  # more are no picture, on no screen
LONGEST = 300  # characters of what an action does
QUESTION = N_("Question")
FIRST_SHAPES = (N_("Webhook"), N_("Flow"), QUESTION)  # a node that is several things is the first


@dataclass(frozen=True, slots=True)
class Way:
    """An exit: the categories that take it, where it leads, how often it was taken."""

    name: str
    destination: str
    destination_label: str
    taken: int


@dataclass(frozen=True, slots=True)
class Card:
    """A node. `question` says what its router looks at; `waiting` counts contacts."""

    uuid: str
    label: str
    kind: str
    does: tuple[str, ...]
    question: str
    ways: tuple[Way, ...]
    issues: tuple[Issue, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class FlowPicture:
    """One page of a flow's cards: `start` is the place of the first among all `total` of them,
    `before` and `after` are nodes on the pages around it."""

    flow: str
    cards: tuple[Card, ...]
    start: int
    total: int
    before: str
    after: str
    nodes: frozenset[str]


def picture_of(
    flow: Flow, issues: Iterable[Issue], node_counts: NodeCounts, node: str | None = None
) -> FlowPicture:
    """The page that `node` is on, or the first."""
    order = in_order(flow)
    place = next((place for place, one in enumerate(order) if one.uuid == node), 0)
    start = place - place % PAGE_CARDS
    shown, later = order[start : start + PAGE_CARDS], order[start + PAGE_CARDS :]
    found: dict[str, list[Issue]] = {}
    for issue in issues:
        found.setdefault(issue.node, []).append(issue)
    return FlowPicture(
        flow=flow.uuid,
        cards=tuple(_card(flow, one, found.get(one.uuid, ()), node_counts) for one in shown),
        start=start,
        total=len(order),
        before=order[start - 1].uuid if start else "",
        after=later[0].uuid if later else "",
        nodes=frozenset(one.uuid for one in shown),
    )


def _card(flow: Flow, node: Node, issues: Iterable[Issue], node_counts: NodeCounts) -> Card:
    return Card(
        uuid=node.uuid,
        label=node.label,
        kind=kind_of(node),
        does=tuple(words_of(action) for action in node.actions),
        question=_question(node),
        ways=tuple(_way(flow, node, one, node_counts) for one in node.exits),
        issues=tuple(issues),
        waiting=node_counts.waiting.get(node.uuid, 0),
    )


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


def kind_of(node: Node) -> str:
    """The heading of a card."""
    shapes = {action.kind.shape for action in node.actions} - {UNKNOWN.shape}
    if node.router and node.router.wait:
        shapes.add(QUESTION)
    first = (shape for shape in (*FIRST_SHAPES, *sorted(shapes)) if shape in shapes)
    return next(first, N_("Split") if node.router else UNKNOWN.shape)


def words_of(action: Action) -> str:
    """What an action does, in at most 300 characters; one that says nothing, by its type."""
    said = action.kind.words(action)
    is_authors = action.kind.is_message or action.kind.is_interactive
    if not said or not is_authors:  # what a contact reads stays as it is
        said = translated(said or UNKNOWN.words(action))
    return said if len(said) <= LONGEST else said[:LONGEST] + "…"


def _question(node: Node) -> str:
    router = node.router
    if router is None:
        return ""
    if router.wait:
        if not router.result_name:
            return _("waits for an answer")
        return _("waits for an answer, @results.%(name)s", name=router.result_name)
    return _("by chance") if router.is_random else _("looks at %(what)s", what=router.operand)


def _way(flow: Flow, node: Node, way: Exit, node_counts: NodeCounts) -> Way:
    categories = node.router.categories if node.router else ()
    names = [one.name for one in categories if one.exit == way.uuid]
    target = flow.nodes.get(way.destination or "")
    return Way(
        name=" / ".join(names),
        destination=target.uuid if target else "",
        destination_label=target.label if target else "",
        taken=sum(node_counts.taken.get((node.uuid, name), 0) for name in names or [""]),
    )
