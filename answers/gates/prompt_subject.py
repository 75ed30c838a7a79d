"""Saved prompts as gates see them."""

from __future__ import annotations

from collections.abc import Mapping

from answers.gates.gate import PROMPT, Gate, Live, Provided, Standing
from answers.prompts.store import PromptStore
from answers.question_sets.target import Variant

FIRST = 1  # a version that each prompt has


class PromptSubject:
    kind = PROMPT

    def __init__(self, store: PromptStore) -> None:
        self.store = store

    def gate(self, org: str, name: str) -> Gate | None:
        found = self.store.find_now(org, name)
        return Gate.read(found.gate) if found and found.gate else None

    def set_gate(self, org: str, name: str, gate: Gate | None, by: str) -> None:
        self.store.set_gate(org, name, gate.as_dict() if gate else None, by)

    def gates(self, org: str) -> Mapping[str, Gate]:
        found = self.store.all_now(org)
        return {prompt.name: Gate.read(prompt.gate) for prompt in found if prompt.gate}

    def standing(self, org: str, name: str) -> Standing:
        prompt = self.store.existing_now(org, name)
        return Standing(prompt.id, prompt.split)

    def variant(self, name: str, number: int | None) -> Variant:
        return Variant(prompts={name: number or FIRST})

    def publish(
        self, org: str, name: str, wanted: Live, by: str, provided: Provided | None = None
    ) -> None:
        self.store.set_live(org, name, wanted, by, provided=provided)
