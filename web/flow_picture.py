"""A flow as cards: what each node does, where it leads, and what happened there.

The cards are a list that reads in the flow's order; where scripts run, the browser puts them where
the flow editor has them and draws the ways between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flowhook.durations import duration
from flows.conversations.node_counts import NodeCounts
from flows.definition.definition import Exit, Flow, Node
from flows.definition.titles import in_order, node_title
from flows.lint import Issue
from flows.model.action import UNKNOWN, Action
from web.language import N_, _, translated

FARTHEST = 1_000_000  # pixels
LONGEST = 2_000  # characters of what an action does
QUESTION = N_("Question")
FIRST_SHAPES = (N_("Webhook"), N_("Flow"), QUESTION)  # a node that is several things is the first


@dataclass(frozen=True, slots=True)
class Way:
    """An exit: the categories that take it, where it leads, how often it was taken."""

    name: str
    destination: str
    destination_title: str
    taken: int


@dataclass(frozen=True, slots=True)
class Card:
    """A node. `place` is where the flow editor has it, left and top in pixels; `question` says what
    its router looks at; `waiting` counts contacts."""

    uuid: str
    title: str
    kind: str
    place: tuple[float, float] | None
    is_start: bool
    does: tuple[str, ...]
    question: str
    ways: tuple[Way, ...]
    issues: tuple[Issue, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class FlowPicture:
    """A flow's cards, in the order in which a conversation reaches them."""

    flow: str
    cards: tuple[Card, ...]


def picture_of(flow: Flow, issues: Iterable[Issue], node_counts: NodeCounts) -> FlowPicture:
    found: dict[str, list[Issue]] = {}
    for issue in issues:
        found.setdefault(issue.node, []).append(issue)
    places, titles = _places(flow), {node.uuid: node_title(node) for node in flow.nodes.values()}
    cards = [
        Card(
            uuid=node.uuid,
            title=titles[node.uuid],
            kind=kind_of(node),
            place=places.get(node.uuid),
            is_start=node.uuid == flow.start,
            does=tuple(words_of(action) for action in node.actions),
            question=_question(node),
            ways=tuple(_way(node, one, titles, node_counts) for one in node.exits),
            issues=tuple(found.get(node.uuid, ())),
            waiting=node_counts.waiting.get(node.uuid, 0),
        )
        for node in in_order(flow)
    ]
    return FlowPicture(flow.uuid, tuple(cards))


def _places(flow: Flow) -> dict[str, tuple[float, float]]:
    """Where the flow editor has the nodes; none where it did not draw them."""
    drawing = flow.source.get("_ui")
    drawn = drawing.get("nodes") if isinstance(drawing, dict) else None
    places: dict[str, tuple[float, float]] = {}
    for uuid, entry in drawn.items() if isinstance(drawn, dict) else ():
        position = entry.get("position") if isinstance(entry, dict) else None
        left, top = (
            (position.get("left"), position.get("top")) if isinstance(position, dict) else (0, None)
        )
        if isinstance(left, int | float) and isinstance(top, int | float):
            places[uuid] = (_bounded(left), _bounded(top))
    return places


def _bounded(place: float) -> float:
    """A place that a browser can draw."""
    return max(-FARTHEST, min(float(place), FARTHEST))


def kind_of(node: Node) -> str:
    """The heading of a card."""
    shapes = {action.kind.shape for action in node.actions} - {UNKNOWN.shape}
    if node.router and node.router.wait:
        shapes.add(QUESTION)
    first = (shape for shape in (*FIRST_SHAPES, *sorted(shapes)) if shape in shapes)
    return next(first, N_("Split") if node.router else UNKNOWN.shape)


def words_of(action: Action) -> str:
    """What an action does, in at most 2,000 characters; one that says nothing, by its type."""
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
        asks = _("waits for an answer")
        if router.result_name:
            asks = _("waits for an answer, @results.%(name)s", name=router.result_name)
        seconds = router.wait.timeout_seconds
        return f"{asks}\n{_('at most %(time)s', time=duration(seconds))}" if seconds else asks
    return _("by chance") if router.is_random else _("looks at %(what)s", what=router.operand)


def _way(node: Node, way: Exit, titles: Mapping[str, str], node_counts: NodeCounts) -> Way:
    categories = node.router.categories if node.router else ()
    names = [one.name for one in categories if one.exit == way.uuid]
    target = way.destination if way.destination in titles else ""
    return Way(
        name=" / ".join(names),
        destination=target or "",
        destination_title=titles.get(target or "", ""),
        taken=sum(node_counts.taken.get((node.uuid, name), 0) for name in names or [""]),
    )
