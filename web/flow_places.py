"""Where contacts are, in words: names of flows, and titles of their nodes."""

from __future__ import annotations

from flows.definition.definition import Flow
from flows.definition.titles import in_order, node_title
from flows.library.store import FlowStore
from web.language import _


class FlowPlaces:
    """The flows of an organisation, each read once; for one page."""

    def __init__(self, store: FlowStore, org: str) -> None:
        self.store = store
        self.org = org
        self.entries = store.library(org).entries
        self._versions: dict[str, list[Flow]] = {}

    def flows(self) -> list[tuple[str, str]]:
        """UUID and name of each flow, by name."""
        named = [(uuid, entry.draft.name) for uuid, entry in self.entries.items()]
        return sorted(named, key=lambda one: (one[1].casefold(), one[0]))

    def flow(self, uuid: str) -> str:
        """A flow's name; "" for none."""
        if not uuid:
            return ""
        entry = self.entries.get(uuid)
        return entry.draft.name if entry else _("a deleted flow")

    def node(self, uuid: str, node: str) -> str:
        """A node's title; the end of its UUID where neither the newest draft nor what is published
        has it."""
        found = (flow.nodes[node] for flow in self._of(uuid) if node in flow.nodes)
        return next((node_title(one) for one in found), node[-4:])

    def nodes(self, uuid: str) -> list[tuple[str, str]]:
        """UUID and title of each node of a flow's newest draft, in its order."""
        newest = self._of(uuid)[:1]
        return [(node.uuid, node_title(node)) for flow in newest for node in in_order(flow)]

    def _of(self, uuid: str) -> list[Flow]:
        if uuid not in self._versions:
            entry = self.entries.get(uuid)
            kept = (entry.draft, entry.published) if entry else ()
            numbers = dict.fromkeys(one.revision for one in kept if one)
            found = (self.store.revisions.flow(self.org, uuid, number) for number in numbers)
            self._versions[uuid] = [flow for flow in found if flow is not None]
        return self._versions[uuid]
