"""Deleting an organisation's saved prompts, and bringing them back.

A deleted prompt lies in the trash with its versions beside it, as they were stored.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from redis.exceptions import ResponseError

from answers.prompts.prompt import Prompt
from answers.prompts.prompt_checks import check_live_bytes, check_room, check_tag, no_prompt
from answers.prompts.prompt_fields import audited, names, prompt_field
from answers.prompts.prompt_transactions import Decision, PromptTransactions
from answers.prompts.prompt_versions import PromptVersions, versions_key
from flowhook.errors import Conflict, NotFound
from flowhook.frames import drop_frames
from flowhook.organisations.changes import Changes
from flowhook.organisations.settings_change import settings_key
from flowhook.organisations.settings_fields import KEPT, Stored
from flowhook.organisations.trash import KEPT_SECONDS, Trash, TrashItem, beside_key
from flowhook.redis.fullness import refuses_writes

PROMPT = "prompt"  # the kind of a deleted prompt


class DeletedPrompts:
    """Moves prompts to the trash and back."""

    def __init__(
        self,
        transactions: PromptTransactions,
        versions: PromptVersions,
        trash: Trash,
        changes: Changes,
    ) -> None:
        self.transactions = transactions
        self.fields = transactions.fields
        self.versions = versions
        self.trash = trash
        self.changes = changes
        trash.restorers[PROMPT] = self.bring_back

    def delete(self, org: str, name: str, by: str, expected: str | None = None) -> bool:
        """Delete a prompt; with its versions it can be brought back, unless the store is full: then
        the answer is False. Raises NotFound."""
        is_kept = True
        try:
            self._delete(org, name, by, expected, is_kept=True)
        except ResponseError as error:
            if not refuses_writes(error):
                raise
            drop_frames(error)  # what is deleted makes room, what is kept of it would need some
            self._delete(org, name, by, expected, is_kept=False)
            is_kept = False
        self.trash.trim(org)
        self.changes.removed(org, by, audited(name))
        return is_kept

    def bring_back(self, org: str, item: TrashItem, actor: str) -> Prompt:
        """Bring a deleted prompt back with all versions, and live as it was.

        Raises Conflict where there is a new one of its name, TooLarge where there is no room.
        """
        name, content = item.name, dict(item.content)
        split = dict(content.pop("live"))
        content["was_live"] = tuple(content.get("was_live", ()))

        def decide(stored: Stored, pipe: Any) -> Decision[Prompt]:
            if self.fields.find(org, name, stored) is not None:
                raise Conflict(
                    f"there is a new prompt {name}", fix="Delete it first, or leave the old one."
                )
            beside = beside_key(org, item)
            if not pipe.exists(beside):
                raise NotFound("this prompt's versions are gone", fix="Save it again.")
            found = self.versions.read(pipe, org, name, sorted(split), beside)
            live = tuple((version, split[version.number]) for version in found)
            prompt = Prompt(name, **content, live=live, updated_at=self.transactions.now())
            known, taken = self.fields.all(org, stored), names(stored)
            check_room(known, taken, replace(prompt, newest=0), prompt.size)
            if live:
                check_live_bytes(stored, name, self.fields.seal(org, prompt))

            def write(pipe: Any) -> None:
                pipe.execute_command("RENAME", beside, versions_key(org, name))
                pipe.persist(versions_key(org, name))
                self.transactions.put(pipe, org, prompt)
                self.trash.drop(pipe, org, item)

            return prompt, write

        prompt, _ = self.transactions.run(org, decide)
        self.changes.made(org, actor, "bring back", audited(name), [])
        return prompt

    def _delete(self, org: str, name: str, by: str, expected: str | None, *, is_kept: bool) -> None:
        def decide(stored: Stored, pipe: Any) -> Decision[None]:
            prompt = self.fields.find(org, name, stored)
            if prompt is None and name not in names(stored):
                raise no_prompt(name)
            check_tag(name, prompt, expected)
            has_versions = pipe.exists(versions_key(org, name))

            def write(pipe: Any) -> None:
                pipe.hdel(settings_key(org), prompt_field(name))
                if not is_kept or prompt is None or not has_versions:
                    pipe.unlink(versions_key(org, name))
                    return
                item = self.trash.item(PROMPT, name, by, _content(prompt), prompt.size)
                pipe.hset(settings_key(org), KEPT, b"1")
                pipe.execute_command("RENAME", versions_key(org, name), beside_key(org, item))
                pipe.expire(beside_key(org, item), KEPT_SECONDS)
                self.trash.put(pipe, org, item)

            return None, write

        self.transactions.run(org, decide)


def _content(prompt: Prompt) -> dict[str, Any]:
    """What the trash keeps of a prompt beside its versions."""
    return {
        "id": prompt.id,
        "newest": prompt.newest,
        "live": list(prompt.split.items()),
        "gate": prompt.gate,
        "size": prompt.size,
        "was_live": prompt.was_live,
    }
