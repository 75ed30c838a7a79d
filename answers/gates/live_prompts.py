"""Says which versions of saved prompts answer: at once without a gate, else as it decides."""

from __future__ import annotations

from answers.gates.check import GateCheck
from answers.gates.gate import PROMPT
from answers.gates.gates import Gates
from answers.prompts.prompt import Split
from answers.prompts.prompt_checks import check_newest, check_split, check_tag
from answers.prompts.store import PromptStore


class LivePrompts:
    def __init__(self, store: PromptStore, gates: Gates) -> None:
        self.store = store
        self.gates = gates

    def put(
        self, org: str, name: str, wanted: Split, by: str, *, expected: str | None, insists: bool
    ) -> GateCheck | None:
        """Have these versions answer; gives the check that has to pass first, None if they do now.

        `expected` is the tag that the prompt must still have, and who `insists` passes the gate.
        Raises InvalidInput, NotFound, Changed, Conflict, TooLarge and GateFailed.
        """
        check_split(wanted)
        prompt = self.store.existing_now(org, name)
        check_tag(name, prompt, expected)
        check_newest(prompt, wanted)
        if prompt.gate is None:
            self.store.set_live(org, name, wanted, by, expected)
            return None
        return self.gates.go_live(org, (PROMPT, name), wanted, by, insists=insists)
