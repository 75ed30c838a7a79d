"""Changes of an organisation's saved prompts in Redis, each of them one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from answers.prompts.prompt import Prompt
from answers.prompts.prompt_fields import PromptFields, prompt_field
from flowhook.organisations.settings_change import Decision, change_settings, settings_key
from flowhook.organisations.settings_fields import Stored
from flowhook.timestamps import timestamp_of

Answer = TypeVar("Answer")


class PromptTransactions:
    """Decides by the settings hash, and writes what was decided only where it stands yet."""

    def __init__(self, redis: Any, fields: PromptFields, clock: Callable[[], float]) -> None:
        self.redis = redis
        self.fields = fields
        self.clock = clock

    def now(self) -> str:
        """The time at which something changes, as ISO text."""
        return timestamp_of(int(self.clock() * 1000))

    def run(
        self, org: str, decide: Callable[[Stored, Any], Decision[Answer]]
    ) -> tuple[Answer, bool]:
        """Read, decide and write; returns the decision's answer, and whether anything was
        written."""
        return change_settings(self.redis, org, decide)

    def put(self, pipe: Any, org: str, prompt: Prompt) -> None:
        """Add the command that writes a prompt's field to a transaction."""
        sealed = self.fields.seal(org, prompt)
        pipe.hset(settings_key(org), prompt_field(prompt.name), sealed)
