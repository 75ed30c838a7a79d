"""Counts the contacts waiting in each flow, by node and revision, and how often exits were taken.

Counts are stored in the same transaction as the turn, in one hash for each flow, with the fields
`waiting|<node>`, `revision|<number>` and `taken|<node>|<category>`. The category is empty for a
node without a router. Who waited before revisions were counted is missing until they go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import unquote

from flowhook.redis.effects import Effect, counting
from flowhook.redis.keys import org_key
from flows.model.events import Event, ExitTaken, RouteTaken
from flows.model.session import Session

WAITING, REVISION, TAKEN = "waiting", "revision", "taken"

Place = tuple[str, str]
"""A flow and a node of it, by UUID."""


class Waits(NamedTuple):
    """Where a contact waits for a message."""

    place: Place
    revision: int | str


@dataclass(frozen=True, slots=True)
class NodeCounts:
    """Waiting contacts by node and by revision, and exits taken by node and category ("" without a
    router)."""

    waiting: dict[str, int] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    taken: dict[tuple[str, str], int] = field(default_factory=dict)


def waits_of(session: Session) -> Waits | None:
    """Return where the contact waits for a message; None if it does not."""
    run = session.active_run()
    return Waits((run.flow, run.node), run.revision) if run and run.waiting else None


def counted(
    org: str, before: Waits | None, after: Waits | None, events: Iterable[Event] = ()
) -> list[Effect]:
    """Return the effects by which a turn changes the counts."""
    changes: Counter[tuple[str, str]] = Counter()
    for waits, step in ((before, -1), (after, 1)):
        if waits is not None:
            (flow, node), revision = waits
            changes[flow, f"{WAITING}|{node}"] += step
            changes[flow, f"{REVISION}|{revision}"] += step
    for event in events:
        if isinstance(event, RouteTaken | ExitTaken):
            category = event.category if isinstance(event, RouteTaken) else ""
            changes[event.flow, f"{TAKEN}|{part_of(event.node)}|{category}"] += 1
    by_flow: dict[str, dict[str, int]] = {}
    for (flow, name), change in changes.items():
        if change:
            by_flow.setdefault(flow, {})[name] = change
    return [
        effect for flow, some in by_flow.items() for effect in counting(tally_key(org, flow), some)
    ]


def read_tally(redis: Any, org: str, flow: str) -> NodeCounts:
    node_counts = NodeCounts()
    for raw, number in redis.hgetall(tally_key(org, flow)).items():
        kind, _, rest = raw.decode().partition("|")
        if kind == WAITING:
            node_counts.waiting[rest] = max(0, int(number))
        elif kind == REVISION:
            node_counts.revisions[rest] = max(0, int(number))
        else:
            node, _, category = rest.partition("|")
            node_counts.taken[unquote(node), category] = int(number)
    return node_counts


def with_contacts(
    redis: Any, org: str, flow: str, revisions: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """A flow's revisions, each with the number of `contacts` who wait in it."""
    held = read_tally(redis, org, flow).revisions
    return [{**one, "contacts": held.get(str(one["revision"]), 0)} for one in revisions]


def part_of(node: str) -> str:
    """A node's part of a field's name, before the next `|`: a definition may call it anything."""
    return node.replace("%", "%25").replace("|", "%7C")


def tally_key(org: str, flow: str) -> str:
    return org_key(org, "flow_tally", flow)
