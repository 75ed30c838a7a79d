"""Saved prompts as an organisation's settings hash holds them: one sealed field each.

They come with the settings that each call reads, so that naming a prompt asks Redis nothing.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from typing import Any

import orjson

from answers.prompts.prompt import Prompt, PromptVersion
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.settings_fields import EXISTS, PROMPTS, Stored, field_of

HELD_BYTES = 16 * 1024 * 1024  # as stored, of the prompts that a process has opened
STORED = ("id", "newest", "gate", "size", "updated_at", "was_live")

Json = dict[str, Any]

logger = logging.getLogger(__name__)


class PromptFields:
    """Seals prompts as fields and opens them; what it has opened stays in memory, in bounds."""

    def __init__(self, cipher: Cipher) -> None:
        self.cipher = cipher
        self._held: OrderedDict[tuple[str, str], tuple[bytes, Prompt]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def find(self, org: str, name: str, stored: Stored) -> Prompt | None:
        """A prompt of the settings hash; None where there is none, or no key decrypts it."""
        sealed = stored.get(prompt_field(name).encode())
        if sealed is None:
            return None
        held = self._held.get((org, name))  # without the lock, which is Python code under gevent
        if held is not None and held[0] == sealed:
            return held[1]
        prompt = self._open(org, name, sealed)
        if prompt is not None:
            self._hold((org, name), sealed, prompt)
        return prompt

    def all(self, org: str, stored: Stored) -> list[Prompt]:
        """Every prompt of the settings hash that a key decrypts, by name."""
        found = (self.find(org, name, stored) for name in sorted(names(stored)))
        return [prompt for prompt in found if prompt is not None]

    def seal(self, org: str, prompt: Prompt) -> bytes:
        """A prompt as its field's value."""
        live = [[version.as_dict(), percent] for version, percent in prompt.live]
        told = {"live": live, **{name: getattr(prompt, name) for name in STORED}}
        return self.cipher.seal(org, prompt_field(prompt.name), orjson.dumps(told))

    def _open(self, org: str, name: str, sealed: bytes) -> Prompt | None:
        try:
            told: Json = orjson.loads(self.cipher.open(org, prompt_field(name), sealed))
        except CannotDecrypt:
            what = {"organization_id": org, "prompt": name}
            logger.error("no key of ENCRYPTION_KEYS opens a saved prompt", extra=what)
            return None
        live = tuple((PromptVersion.from_dict(one), percent) for one, percent in told.pop("live"))
        known = {key: told[key] for key in STORED if key in told}
        return Prompt(name, live=live, **{**known, "was_live": tuple(known.get("was_live", ()))})

    def _hold(self, key: tuple[str, str], sealed: bytes, prompt: Prompt) -> None:
        with self._lock:
            before = self._held.pop(key, None)
            self._bytes += len(sealed) - (len(before[0]) if before else 0)
            self._held[key] = (sealed, prompt)
            while self._bytes > HELD_BYTES and len(self._held) > 1:
                _, (gone, _) = self._held.popitem(last=False)
                self._bytes -= len(gone)


def audited(name: str) -> str:
    """What the audit calls a prompt."""
    return f"prompts/{name}"


def prompt_field(name: str) -> str:
    """The field of a prompt in the settings hash."""
    return field_of(PROMPTS + name, EXISTS)


def names(stored: Stored) -> list[str]:
    """The names of the prompts in the settings hash."""
    prefix = PROMPTS.encode()
    fields = (field for field, _ in stored_prompts(stored))
    return [field.removeprefix(prefix).decode().removesuffix(":") for field in fields]


def stored_prompts(stored: Stored) -> tuple[tuple[bytes, bytes], ...]:
    """The fields of prompts in the settings hash, with their sealed values."""
    prefix = PROMPTS.encode()
    return tuple(sorted(pair for pair in stored.items() if pair[0].startswith(prefix)))


def stored_bytes(stored: Stored) -> int:
    """The bytes that prompts add to the settings that each call reads."""
    return sum(len(sealed) for _, sealed in stored_prompts(stored))
