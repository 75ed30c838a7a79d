"""The saved prompts of one organisation, for those who look whether a flow names them right."""

from __future__ import annotations

from answers.prompts.prompt import Prompt, PromptVersion
from answers.prompts.prompt_fields import names, stored_prompts
from answers.prompts.store import PromptStore
from flowhook.errors import NotFound
from flowhook.organisations.organisation import Organisation


class KnownPrompts:
    """Finds prompts as the organisation's settings were read; asks Redis only for versions that are
    not live."""

    def __init__(self, store: PromptStore, organisation: Organisation) -> None:
        self.store = store
        self.organisation = organisation

    @property
    def state(self) -> int:
        """Another number after each change of a prompt, in this process."""
        return hash(stored_prompts(self.organisation.stored))

    def names(self) -> list[str]:
        return sorted(names(self.organisation.stored))

    def find(self, name: str) -> Prompt | None:
        return self.store.prompt(self.organisation, name)

    def version(self, name: str, number: int) -> PromptVersion | None:
        """A version, live or not; None where there is none."""
        try:
            return self.store.named(self.organisation, name, number)
        except NotFound:
            return None
