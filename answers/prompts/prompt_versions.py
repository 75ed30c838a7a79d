"""All versions of saved prompts in Redis: a hash for each prompt, a sealed field for each version.

A version never changes; their numbers are 1 to the prompt's newest.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import orjson

from answers.prompts.prompt import PromptVersion
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.keys import org_key

logger = logging.getLogger(__name__)


class PromptVersions:
    """Seals and reads versions. `pipe` is a client, or a pipeline that is not buffering."""

    def __init__(self, cipher: Cipher) -> None:
        self.cipher = cipher

    def seal(self, org: str, name: str, version: PromptVersion) -> bytes:
        """A version as it is stored."""
        plain = orjson.dumps(version.as_dict())
        return self.cipher.seal(org, _purpose(name, version.number), plain)

    def read(
        self, pipe: Any, org: str, name: str, numbers: Sequence[int], key: str = ""
    ) -> list[PromptVersion]:
        """Those of these versions that there are; under `key`, where they do not lie in their
        place. One that no key decrypts is as if it were not there."""
        if not numbers:
            return []
        found = pipe.hmget(key or versions_key(org, name), [str(number) for number in numbers])
        read = (
            self._open(org, name, number, sealed)
            for number, sealed in zip(numbers, found, strict=True)
            if sealed is not None
        )
        return [version for version in read if version is not None]

    def _open(self, org: str, name: str, number: int, sealed: bytes) -> PromptVersion | None:
        try:
            plain = self.cipher.open(org, _purpose(name, number), sealed)
        except CannotDecrypt:
            what = {"organization_id": org, "prompt": f"{name}@{number}"}
            logger.error("no key of ENCRYPTION_KEYS opens a prompt's version", extra=what)
            return None
        return PromptVersion.from_dict(orjson.loads(plain))


def versions_key(org: str, name: str) -> str:
    return org_key(org, "prompt", name)


def _purpose(name: str, number: int) -> str:
    return f"prompt:{name}:{number}"
