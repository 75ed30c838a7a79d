"""A flow as cards: what each node does, where it leads, and what happened there.

The cards are a list that reads in the flow's order; where scripts run, the browser puts them where
the flow editor has them and draws the ways between them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from flask import get_template_attribute
from markupsafe import Markup

from flowhook.turns import in_turns
from flows.conversations.node_counts import NodeCounts
from flows.definition.definition import Exit, Flow, Node
from flows.definition.titles import in_order
from flows.lint import Issue
from flows.model.action import UNKNOWN, Action
from web.duration_words import duration
from web.language import N_, _, language, translated
from web.node_names import NodeNames

FARTHEST = 1_000_000  # pixels
LONGEST = 2_000  # characters of what an action does
LINE = 32  # characters of the title to which a way leads
KEPT = 8  # flows whose cards are kept, each in one language
QUESTION = N_("Question")
FIRST_SHAPES = (N_("Webhook"), N_("Flow"), QUESTION)  # a node that is several things is the first


@dataclass(frozen=True, slots=True)
class Way:
    """An exit: the categories that take it, and where it leads."""

    name: str
    categories: tuple[str, ...]
    destination: str
    destination_title: str


@dataclass(frozen=True, slots=True)
class State:
    """What changes at a node from one request to another.

    `taken` is how often each way was taken, `waiting` counts contacts.
    """

    issues: tuple[Issue, ...]
    waiting: int
    taken: tuple[int, ...]


@dataclass(slots=True)
class Card:
    """A node. `place` is where the flow editor has it, left and top in pixels; `question` says what
    its router looks at; `shown` is how it was written last, with what it was written from."""

    uuid: str
    title: str
    kind: str
    place: tuple[float, float] | None
    is_start: bool
    does: tuple[str, ...]
    question: str
    ways: tuple[Way, ...]
    shown: tuple[object, Markup] = field(default=(None, Markup()), repr=False)

    def html(self, write: Callable[..., Markup], names: NodeNames, *made_of: object) -> Markup:
        """The card, written from a `State` and what else `write`, the macro, takes."""
        if self.shown[0] != made_of:
            self.shown = made_of, write(self, *made_of, names)
        return self.shown[1]


@dataclass(frozen=True, slots=True)
class FlowPicture:
    """A flow's cards, in the order in which a conversation reaches them, and what is at each."""

    flow: str
    cards: list[Card]
    names: NodeNames
    issues: Mapping[str, tuple[Issue, ...]]
    node_counts: NodeCounts

    def html(self, lit: str | None, nodes: str = "", contacts: str = "") -> Markup:
        """All cards; `nodes` begins the address of a node's page, `contacts` that of the list of
        those who wait there, each empty for none."""
        write = get_template_attribute("web/flow_card.html", "card")
        return Markup("").join(
            self._written(card, write, card.uuid == lit, nodes, contacts)
            for card in in_turns(self.cards)
        )

    def _written(
        self, card: Card, write: Callable[..., Markup], is_lit: bool, nodes: str, contacts: str
    ) -> Markup:
        state = self._state(card)
        contacts = contacts if state.waiting else ""
        return card.html(write, self.names, state, is_lit, nodes, contacts)

    def _state(self, card: Card) -> State:
        taken = self.node_counts.taken
        return State(
            self.issues.get(card.uuid, ()),
            self.node_counts.waiting.get(card.uuid, 0),
            tuple(
                sum(taken.get((card.uuid, name), 0) for name in way.categories or ("",))
                for way in card.ways
            )
            if taken
            else (),
        )


class Pictures:
    """Draws flows. A revision never changes, so its cards are kept, and written anew only where
    something about them changed."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, str], tuple[Flow, list[Card], NodeNames]] = OrderedDict()

    def of(self, flow: Flow, issues: Iterable[Issue], node_counts: NodeCounts) -> FlowPicture:
        found: dict[str, tuple[Issue, ...]] = {}
        for issue in issues:
            found[issue.node] = (*found.get(issue.node, ()), issue)
        cards, names = self._cards(flow)
        return FlowPicture(flow.uuid, cards, names, found, node_counts)

    def _cards(self, flow: Flow) -> tuple[list[Card], NodeNames]:
        key = id(flow), language()  # what is kept refers to the flow, so its id is unique
        held = self._kept.pop(key, None)
        if held is None:
            names = NodeNames.of(flow)
            held = flow, cards_of(flow, names.titles), names
        self._kept[key] = held
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return held[1:]


def cards_of(flow: Flow, titles: Mapping[str, str]) -> list[Card]:
    places = _places(flow)
    return [
        Card(
            uuid=node.uuid,
            title=titles[node.uuid],
            kind=kind_of(node),
            place=places.get(node.uuid),
            is_start=node.uuid == flow.start,
            does=tuple(words_of(action) for action in node.actions),
            question=_question(node),
            ways=tuple(_way(node, one, titles) for one in node.exits),
        )
        for node in in_turns(in_order(flow))
    ]


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


def _way(node: Node, way: Exit, titles: Mapping[str, str]) -> Way:
    categories = node.router.categories if node.router else ()
    names = tuple(one.name for one in categories if one.exit == way.uuid)
    target = way.destination if way.destination in titles else ""
    return Way(" / ".join(names), names, target or "", _on_one_line(titles.get(target or "", "")))


def _on_one_line(title: str) -> str:
    """The beginning of a title, which fits beside an option; the whole stands on its own card."""
    return title if len(title) <= LINE else title[: LINE - 1].rstrip() + "…"
