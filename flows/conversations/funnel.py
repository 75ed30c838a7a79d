"""How contacts went through a flow, by week: what they reached, how they left it and how soon.

The counts of a flow and an ISO week (UTC) are one hash, kept for half a year and changed in the
script that stores a turn. Its fields are `started`, `reached|<node>`, `left|<node>|<category>` (no
category without a router), `ended|<node>|<status>` and `time|<node>|<n>`: answers that came at
least 2^n and less than 2^(n+1) seconds after the contact came to the node.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from flowhook.redis.effects import Effect, counting
from flowhook.redis.keys import org_key
from flows.conversations.node_counts import Place, part_of, read_tally
from flows.definition.definition import Flow
from flows.definition.titles import in_order, node_title
from flows.model.events import (
    Event,
    ExitTaken,
    FlowCompleted,
    FlowFailed,
    FlowInterrupted,
    FlowStarted,
    NodeEntered,
    RouteTaken,
)
from flows.model.session import Session

WEEKS_KEPT = 26
KEPT_SECONDS = (WEEKS_KEPT + 1) * 7 * 86_400  # from the first count of a week on
WEEK = timedelta(weeks=1)
LONGEST = 31  # the last of the times' numbers, 68 years

STARTED, REACHED, LEFT, ENDED, TIME = "started", "reached", "left", "ended", "time"
ENDINGS: Mapping[type[Event], str] = {
    FlowCompleted: "completed",
    FlowFailed: "failed",
    FlowInterrupted: "interrupted",
}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """A contact's message to the node where they were, this long after they came there."""

    place: Place
    seconds: float


def stands_of(session: Session) -> set[Place]:
    """The nodes at which the contact's runs are."""
    return {(run.flow, run.node) for run in session.runs}


def counts_of(
    stands: Iterable[Place], events: Iterable[Event], answered: Answered | None
) -> dict[str, Counter[str]]:
    """What a turn adds to the counts, by flow. `stands` are the nodes where the runs were before:
    what goes on there has reached them already."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    standing = set(stands)
    for event in events:
        counts, place, node = found[event.flow], (event.flow, event.node), part_of(event.node)
        if isinstance(event, FlowStarted):
            counts[STARTED] += 1
        elif isinstance(event, NodeEntered):
            counts[f"{REACHED}|{node}"] += place not in standing
            standing.add(place)
        elif isinstance(event, RouteTaken | ExitTaken):
            category = event.category if isinstance(event, RouteTaken) else ""
            counts[f"{LEFT}|{node}|{category}"] += 1
            standing.discard(place)
            if answered is not None and answered.place == place:
                counts[f"{TIME}|{node}|{_number(answered.seconds)}"] += 1
                answered = None
        elif type(event) in ENDINGS:
            counts[f"{ENDED}|{node}|{ENDINGS[type(event)]}"] += 1
            standing.discard(place)
    return {flow: +counts for flow, counts in found.items() if flow and +counts}


def funnel_effects(org: str, counts: Mapping[str, Counter[str]], now: datetime) -> list[Effect]:
    week = week_of(now)
    return [
        effect
        for flow, changes in counts.items()
        for effect in counting(funnel_key(org, flow, week), changes, KEPT_SECONDS)
    ]


def funnel_key(org: str, flow: str, week: str) -> str:
    return org_key(org, "funnel", flow, week)


def week_of(moment: date) -> str:
    """
    >>> week_of(date(2026, 11, 28)), week_of(date(2027, 1, 1))
    ('2026-W48', '2026-W53')
    """
    year, week, _ = moment.isocalendar()
    return f"{year}-W{week:02}"


def weeks_between(first: date, last: date) -> list[date]:
    """The Mondays of the weeks from one day to another, at most as many as are kept, the last ones.

    >>> [str(one) for one in weeks_between(date(2026, 11, 28), date(2026, 12, 1))]
    ['2026-11-23', '2026-11-30']
    """
    monday = last - timedelta(days=last.weekday())
    mondays = [monday]
    while mondays[0] > first and len(mondays) <= WEEKS_KEPT:
        mondays.insert(0, mondays[0] - WEEK)
    return mondays


# --- reading ----------------------------------------------------------------------------


@dataclass(slots=True)
class NodeFunnel:
    """The counts of one node; `times` by the number of their power of two."""

    reached: int = 0
    left: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    times: Counter[int] = field(default_factory=Counter)


def read_funnel(redis: Any, org: str, flow: Flow, mondays: Sequence[date]) -> Json:
    """The funnel of a flow over these weeks, its nodes in the order of a conversation.

    Nodes that the flow no longer has stand behind, if anybody was there.
    """
    weeks = _read_weeks(redis, org, flow.uuid, mondays)
    nodes: dict[str, NodeFunnel] = defaultdict(NodeFunnel)
    for counts in weeks:
        _add(nodes, counts)
    waiting = read_tally(redis, org, flow.uuid).waiting
    titles = {node.uuid: node_title(node) for node in in_order(flow)}
    others = [uuid for uuid in (*waiting, *nodes) if uuid not in titles]
    titles |= {uuid: "" for uuid in others if waiting.get(uuid) or uuid in nodes}
    return {
        "nodes": [
            _shown(uuid, label, nodes[uuid], waiting.get(uuid, 0)) for uuid, label in titles.items()
        ],
        "weeks": [_week(monday, counts) for monday, counts in zip(mondays, weeks, strict=True)],
    }


def _read_weeks(redis: Any, org: str, flow: str, mondays: Sequence[date]) -> list[dict[str, int]]:
    pipe = redis.pipeline(transaction=False)
    for monday in mondays:
        pipe.hgetall(funnel_key(org, flow, week_of(monday)))
    return [{name.decode(): int(raw) for name, raw in one.items()} for one in pipe.execute()]


def _add(nodes: dict[str, NodeFunnel], counts: Mapping[str, int]) -> None:
    for name, number in counts.items():
        kind, _, rest = name.partition("|")
        part, _, what = rest.partition("|")
        node = unquote(part)
        if kind == REACHED:
            nodes[node].reached += number
        elif kind == LEFT:
            nodes[node].left[what] += number
        elif kind == ENDED:
            nodes[node].ended[what] += number
        elif kind == TIME:
            nodes[node].times[int(what)] += number


def _shown(uuid: str, label: str, counts: NodeFunnel, waiting: int) -> Json:
    return {
        "node": uuid,
        "label": label,
        "reached": counts.reached,
        "left": dict(counts.left),
        "waiting": waiting,
        "ended": dict(counts.ended),
        "median_seconds": median_seconds(counts.times),
    }


def _week(monday: date, counts: Mapping[str, int]) -> Json:
    endings = Counter[str]()
    for name, number in counts.items():
        kind, _, rest = name.partition("|")
        if kind == ENDED:
            endings[rest.partition("|")[2]] += number
    return {
        "week": week_of(monday),
        "from": monday.isoformat(),
        "to": (monday + WEEK - timedelta(days=1)).isoformat(),
        STARTED: counts.get(STARTED, 0),
        **{status: endings[status] for status in ENDINGS.values()},
    }


def median_seconds(times: Mapping[int, int]) -> int | None:
    """The median of times that are known to a power of two; None for none.

    >>> median_seconds({}), median_seconds({2: 2, 3: 2, 10: 1})
    (None, 10)
    """
    half, passed = sum(times.values()) / 2, 0
    for number, count in sorted(times.items()):
        if passed + count >= half:
            within = (half - passed) / count if count else 0.0
            return round(2**number * (1 + within))
        passed += count
    return None


def _number(seconds: float) -> int:
    return min(LONGEST, int(math.log2(max(1.0, seconds))))
