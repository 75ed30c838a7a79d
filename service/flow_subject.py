"""Flows as gates see them: what is live is the published revision."""

from __future__ import annotations

from collections.abc import Mapping

from answers.gates.flow_gates import FlowGateStore
from answers.gates.gate import FLOW, PERCENT, Gate, Live, Provided, Standing
from answers.question_sets.target import Variant
from flowhook.organisations.audit import Audit
from flows.library.store import FlowStore


class FlowSubject:
    kind = FLOW

    def __init__(self, store: FlowStore, audit: Audit) -> None:
        self.store = store
        self.audit = audit
        self.stored = FlowGateStore(store.redis)

    def gate(self, org: str, name: str) -> Gate | None:
        return self.stored.gate(org, name)

    def set_gate(self, org: str, name: str, gate: Gate | None, by: str) -> None:
        entry = self.store.entry(org, name)
        if gate is None:
            self.stored.drop(org, name)
        else:
            self.stored.put(org, name, gate, self.store.library(org).entries)
        self.audit.write(org, by, "change", f"flows/{entry.uuid}", ["gate"])

    def gates(self, org: str) -> Mapping[str, Gate]:
        entries = self.store.library(org).entries
        return {uuid: gate for uuid, gate in self.stored.gates(org).items() if uuid in entries}

    def standing(self, org: str, name: str) -> Standing:
        entry = self.store.entry(org, name)
        return Standing(entry.uuid, {entry.published.revision: PERCENT} if entry.published else {})

    def variant(self, name: str, number: int | None) -> Variant:
        return Variant(revision=number)

    def publish(
        self, org: str, name: str, wanted: Live, by: str, provided: Provided | None = None
    ) -> None:
        [revision] = wanted
        self.store.publish(org, name, revision, is_newest=False, provided=provided)
