"""An organisation's saved prompts in Redis: versions, which are live, deleted and brought back.

What a call needs (the live versions) stands in the settings hash, all versions in a hash for each
prompt. Every change is one transaction that writes both.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from answers.prompts.deleted_prompts import DeletedPrompts
from answers.prompts.prompt import Prompt, PromptVersion, Split
from answers.prompts.prompt_checks import (
    MAX_VERSIONS,
    check_live_bytes,
    check_room,
    check_split,
    check_tag,
    no_prompt,
    no_version,
)
from answers.prompts.prompt_fields import PromptFields, audited, names
from answers.prompts.prompt_transactions import Decision, PromptTransactions
from answers.prompts.prompt_versions import PromptVersions, versions_key
from flowhook.organisations.changes import Changes
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.settings_change import settings_key
from flowhook.organisations.settings_fields import Stored
from flowhook.organisations.trash import Trash

HELD_VERSIONS = 200  # that calls name though they are not live, in memory


class PromptStore:
    """Reads and changes saved prompts; `by` names who does it, for the audit.

    Whoever changes a prompt that they read before gives its tag as `expected`: where it does not
    fit any more, Changed is raised.
    """

    def __init__(
        self,
        redis: Any,
        cipher: Cipher,
        changes: Changes,
        trash: Trash,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.redis = redis
        self.changes = changes
        self.fields = PromptFields(cipher)
        self.all_versions = PromptVersions(cipher)
        self.transactions = PromptTransactions(redis, self.fields, clock)
        self.deleted = DeletedPrompts(self.transactions, self.all_versions, trash, changes)
        self._named: OrderedDict[tuple[str, str, int], PromptVersion] = OrderedDict()

    # --- reading ------------------------------------------------------------------------

    def prompt(self, organisation: Organisation, name: str) -> Prompt | None:
        """A prompt with its live versions; asks Redis nothing."""
        return self.fields.find(organisation.id, name, organisation.stored)

    def prompts(self, organisation: Organisation) -> list[Prompt]:
        """All prompts by name, with their live versions; asks Redis nothing."""
        return self.fields.all(organisation.id, organisation.stored)

    def find_now(self, org: str, name: str) -> Prompt | None:
        """A prompt as it is stored now, also where a process has not heard of a change yet."""
        return self.fields.find(org, name, self.redis.hgetall(settings_key(org)))

    def all_now(self, org: str) -> list[Prompt]:
        """All prompts by name, as they are stored now."""
        return self.fields.all(org, self.redis.hgetall(settings_key(org)))

    def existing(self, organisation: Organisation, name: str) -> Prompt:
        """A prompt that there is. Raises NotFound."""
        found = self.prompt(organisation, name)
        if found is None:
            raise no_prompt(name)
        return found

    def existing_now(self, org: str, name: str) -> Prompt:
        """A prompt as it is stored now. Raises NotFound."""
        return self._known(org, name, self.redis.hgetall(settings_key(org)))

    def version(self, org: str, name: str, number: int) -> PromptVersion:
        """One version, live or not. Raises NotFound."""
        found = self.all_versions.read(self.redis, org, name, [number])
        if not found:
            raise no_version(name, number)
        return found[0]

    def named(self, organisation: Organisation, name: str, number: int) -> PromptVersion:
        """A version that a call names; asks Redis nothing for one that is live, and for others at
        the first call alone. Raises NotFound."""
        prompt = self.existing(organisation, name)
        for version, _ in prompt.live:
            if version.number == number:
                return version
        key = (organisation.id, prompt.id, number)
        found = self._named.get(key)
        if found is None:
            found = self._named[key] = self.version(organisation.id, name, number)
            while len(self._named) > HELD_VERSIONS:
                self._named.popitem(last=False)
        return found

    def versions(
        self, org: str, name: str, before: int = MAX_VERSIONS + 1, count: int = MAX_VERSIONS
    ) -> list[PromptVersion]:
        """Versions below the number `before`, newest first. Raises NotFound where there is no such
        prompt."""
        prompt = self.existing_now(org, name)
        newest = min(prompt.newest, before - 1)
        numbers = range(newest, max(0, newest - count), -1)
        return self.all_versions.read(self.redis, org, name, numbers)

    # --- changing -----------------------------------------------------------------------

    def add(
        self,
        org: str,
        name: str,
        values: Mapping[str, Any],
        by: str,
        expected: str | None = None,
    ) -> tuple[PromptVersion, bool]:
        """Save a version, and with the first one the prompt; whether it is new.

        What says the same as the newest version is that one. Raises Conflict for a version too
        many, TooLarge for a prompt too many or where there is no room.
        """

        def decide(stored: Stored, pipe: Any) -> Decision[tuple[PromptVersion, bool]]:
            before = self.fields.find(org, name, stored)
            check_tag(name, before, expected)
            prompt = before or Prompt(name, secrets.token_hex(8))
            made = PromptVersion(prompt.newest + 1, by=by, at=self.transactions.now(), **values)
            newest = self.all_versions.read(pipe, org, name, [prompt.newest])
            if before and newest and newest[0].is_same(made):
                return (newest[0], False), None
            sealed = self.all_versions.seal(org, name, made)
            check_room(self.fields.all(org, stored), names(stored), prompt, len(sealed))
            size = prompt.size + len(sealed)
            changed = replace(
                prompt, newest=made.number, size=size, updated_at=self.transactions.now()
            )

            def write(pipe: Any) -> None:
                if before is None:  # versions of one that no key decrypted
                    pipe.delete(versions_key(org, name))
                pipe.hset(versions_key(org, name), str(made.number), sealed)
                self.transactions.put(pipe, org, changed)

            return (made, True), write

        version, is_new = self.transactions.run(org, decide)[0]
        if is_new:
            action = "create" if version.number == 1 else "change"
            self.changes.made(org, by, action, audited(name), values)
        return version, is_new

    def set_live(
        self,
        org: str,
        name: str,
        split: Split,
        by: str,
        expected: str | None = None,
        provided: Callable[[Any], object] | None = None,
    ) -> Prompt:
        """Have these versions answer, each so many percent of the contacts.

        `provided` is called with the transaction before it begins to buffer, may have it watch more
        keys of the organisation, and raises where nothing may change.

        Raises InvalidInput, NotFound for a version that there is not, TooLarge where the live texts
        of all prompts take too much.
        """
        check_split(split)

        def decide(stored: Stored, pipe: Any) -> Decision[Prompt]:
            prompt = self._known(org, name, stored)
            check_tag(name, prompt, expected)
            if provided is not None:
                provided(pipe)
            if prompt.split == dict(split):
                return prompt, None
            numbers = sorted(split)
            found = {one.number: one for one in self.all_versions.read(pipe, org, name, numbers)}
            for number in numbers:
                if number not in found:
                    raise no_version(name, number)
            live = tuple((found[number], split[number]) for number in numbers)
            was_live = tuple(sorted({*prompt.was_live, *numbers}))
            changed = replace(
                prompt, live=live, was_live=was_live, updated_at=self.transactions.now()
            )
            check_live_bytes(stored, name, self.fields.seal(org, changed))
            return changed, lambda pipe: self.transactions.put(pipe, org, changed)

        return self._change_and_tell(org, name, by, decide, ["live"])

    def set_gate(
        self,
        org: str,
        name: str,
        gate: Mapping[str, Any] | None,
        by: str,
        expected: str | None = None,
    ) -> Prompt:
        """Say what has to be passed before a version goes live; None: nothing. Raises NotFound."""

        def decide(stored: Stored, pipe: Any) -> Decision[Prompt]:
            prompt = self._known(org, name, stored)
            check_tag(name, prompt, expected)
            if prompt.gate == gate:
                return prompt, None
            changed = replace(prompt, gate=gate, updated_at=self.transactions.now())
            return changed, lambda pipe: self.transactions.put(pipe, org, changed)

        return self._change_and_tell(org, name, by, decide, ["gate"])

    def delete(self, org: str, name: str, by: str, expected: str | None = None) -> bool:
        """Delete a prompt; with its versions it can be brought back, unless the store is full: then
        the answer is False. Raises NotFound."""
        return self.deleted.delete(org, name, by, expected)

    # --- inside -------------------------------------------------------------------------

    def _change_and_tell(
        self,
        org: str,
        name: str,
        by: str,
        decide: Callable[[Stored, Any], Decision[Prompt]],
        fields: Iterable[str],
    ) -> Prompt:
        prompt, is_changed = self.transactions.run(org, decide)
        if is_changed:
            self.changes.made(org, by, "change", audited(name), fields)
        return prompt

    def _known(self, org: str, name: str, stored: Stored) -> Prompt:
        prompt = self.fields.find(org, name, stored)
        if prompt is None:
            raise no_prompt(name)
        return prompt
