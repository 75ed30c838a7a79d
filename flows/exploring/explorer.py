"""Walks through all branches of a flow, from each wait with an input for each category.

The conversations that are shortest and try something new come first. A turn is tried again with
functions that fail or answer otherwise, and a conversation with a contact who is known otherwise,
where a split asks for that. Nothing outside is asked.
"""

from __future__ import annotations

import heapq
import time
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import orjson

from flowhook.turns import in_turns
from flows.definition.definition import Flow
from flows.exploring.beginnings import beginnings, merged
from flows.exploring.coverage import Coverage, Mark
from flows.exploring.decisions import Pretend
from flows.exploring.inputs import Input, inputs_for
from flows.exploring.shapes import Shapes, mentioned, split_values
from flows.exploring.walker import Path, Played, Turn, Walker, is_waiting
from flows.model.events import RouteTaken
from flows.play.standalone import StandaloneServices

MAX_STEPS = 2_000
MAX_SECONDS = 20.0
MAX_KEPT_BYTES = 32 * 1024 * 1024  # of what was said in all turns, and of where they stand
MAX_TRIES = 3  # of one input at one wait, with other results before it
MAX_MORE = 8  # texts for later splits at one wait

Json = dict[str, Any]


@dataclass(order=True, slots=True)
class Task:
    """A turn to try after what was played, or a whole path; fewer tries and turns come first."""

    tries: int
    is_elsewhere: bool
    turns: int
    number: int
    key: Hashable = field(compare=False)
    path: Path = field(compare=False)
    after: Played | None = field(compare=False, default=None)


@dataclass(slots=True)
class Explored:
    """What was found: what was reached, each turn that was played, and the paths by which
    something was reached first."""

    coverage: Coverage
    played: list[Played] = field(default_factory=list)
    firsts: list[tuple[Path, list[Mark]]] = field(default_factory=list)
    is_whole: bool = True


class Explorer:
    """Explores one flow; `services` hold it and the flows that it enters."""

    def __init__(self, flow: Flow, services: StandaloneServices, pretend: Pretend) -> None:
        self.flow = flow
        self.flows = list(services.flows.values())
        self.walker = Walker(flow, services, pretend, Shapes(self.flows))
        self.explored = Explored(Coverage(flow))
        self.later = self._later_values()
        self.own_results = own_results(self.flows)
        self.tasks: list[Task] = []
        self.tries: Counter[Hashable] = Counter()
        self.numbers = count()
        self.seen: set[bytes] = set()
        self.kept_bytes = 0

    def explore(self, most_steps: int = MAX_STEPS) -> Explored:
        """Explore until all was tried, or the bounds are reached."""
        self._push(("start",), Path())
        began = time.monotonic()
        for task in in_turns(self._next()):
            is_late = time.monotonic() - began > MAX_SECONDS
            if self.walker.steps >= most_steps or is_late or self.kept_bytes > MAX_KEPT_BYTES:
                self.explored.is_whole = False
                break
            self.tries[task.key] += 1
            self._note(self._played(task), task.key)
        return self.explored

    def _next(self) -> Iterator[Task]:
        """The tasks in order; those tried before as long as something is missed."""
        while self.tasks:
            task = heapq.heappop(self.tasks)
            tries = self.tries[task.key]
            if tries > task.tries and tries < MAX_TRIES:
                task.tries = tries
                heapq.heappush(self.tasks, task)
            elif tries == 0 or (tries < MAX_TRIES and not self.explored.coverage.is_whole):
                yield task

    def _push(self, key: Hashable, path: Path, after: Played | None = None) -> None:
        is_elsewhere = after is not None and active(after.session)["flow"] != self.flow.uuid
        heapq.heappush(
            self.tasks,
            Task(
                self.tries[key],
                is_elsewhere,
                len(path.turns),
                next(self.numbers),
                key,
                path,
                after,
            ),
        )

    def _played(self, task: Task) -> Played:
        if task.after is None:
            return self.walker.play(task.path)
        return self.walker.go_on(task.after, task.path.turns[-1])

    def _note(self, played: Played, key: Hashable) -> None:
        new = self.explored.coverage.add(played.events)
        if new:
            self.explored.firsts.append((played.path, new))
        self.explored.played.append(played)
        self._decide_otherwise(played, key)
        self._begin_otherwise(played)
        fingerprint = fingerprint_of(played.session)
        self.kept_bytes += len(fingerprint) + sum(map(len, played.texts))
        if is_waiting(played.session) and fingerprint not in self.seen:
            self.seen.add(fingerprint)
            self._push_inputs(played)

    def _push_inputs(self, played: Played) -> None:
        run = active(played.session)
        flow = self.walker.services.find_flow(run["flow"])
        node = flow.nodes.get(run["node"]) if flow else None
        if node is None:
            return
        if run["waiting"] != "message":
            tried: Iterable[Input] = [Input("", None)]
        else:
            name = node.router.result_name.lower() if node.router else ""
            tried = inputs_for(node, played.titles, self.later.get(name, ()))
        for one in tried:
            turn = Turn(one.message, (), one.category, one.is_free)
            path = Path(played.path.beginning, played.path.preset, (*played.path.turns, turn))
            self._push((run["flow"], run["node"], one.label), path, played)

    def _decide_otherwise(self, played: Played, key: Hashable) -> None:
        """Try the last turn again with other decisions outside the flow."""
        path = played.path
        for preset in played.decisions.others():
            place = len(preset) - 1
            if path.turns:
                last = path.turns[-1]
                turn = Turn(last.message, preset, last.category, last.is_free)
                other = Path(path.beginning, path.preset, (*path.turns[:-1], turn))
            else:
                other = Path(path.beginning, preset)
            self._push((key, place, preset[-1]), other)

    def _begin_otherwise(self, played: Played) -> None:
        """Play the path with another contact, or with results given, where a split asks for it."""
        for event in played.events:
            flow = self.walker.services.find_flow(event.flow)
            node = flow.nodes.get(event.node) if flow else None
            if not isinstance(event, RouteTaken) or node is None or node.router is None:
                continue
            if node.router.wait:
                continue
            for category, change in beginnings(node.router, self.own_results).items():
                if category != event.category:
                    path = played.path
                    begun = Path(merged(path.beginning, change), path.preset, path.turns)
                    self._push(("begins", event.node, category), begun)

    def _later_values(self) -> dict[str, list[str]]:
        """Texts on which splits after a wait depend, by the name of the wait's result."""
        found: dict[str, list[str]] = {}
        for flow in self.flows:
            for node in flow.nodes.values():
                router = node.router
                if router is None or router.wait:
                    continue
                for name, path in mentioned(router.operand):
                    is_words = path in ((), ("input",))
                    values = found.setdefault(name, [])
                    values += [text for text in split_values(router) if is_words][:MAX_MORE]
        return {name: list(dict.fromkeys(values))[:MAX_MORE] for name, values in found.items()}


def own_results(flows: Iterable[Flow]) -> frozenset[str]:
    """The results that flows set themselves, in lower case."""
    nodes = [node for flow in flows for node in flow.nodes.values()]
    saved = [node.router.result_name for node in nodes if node.router]
    done = [name for node in nodes for one in node.actions for name in one.kind.sets(one)]
    return frozenset(name.lower() for name in ("parent", "child", *saved, *done))


def active(session: Mapping[str, Any]) -> Json:
    """The run of a stored session that gets the next message."""
    attended = [run for run in session["runs"] if not run["in_background"]]
    found: Json = attended[-1] if attended else {"flow": "", "node": "", "waiting": ""}
    return found


def fingerprint_of(session: Mapping[str, Any]) -> bytes:
    """What tells two states apart: where the runs are, their results and the contact's data."""
    contact = session["contact"]
    known = {name: contact[name] for name in ("name", "language", "fields", "groups")}
    runs = [(run["flow"], run["node"], run["waiting"], run["results"]) for run in session["runs"]]
    return orjson.dumps(_plain([known, runs]), option=orjson.OPT_SORT_KEYS)


def _plain(value: Any) -> Any:
    """A value without ids and times."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items() if key not in ("inserted_at", "id")}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
