"""The fields of an organisation's settings as its hash in Redis holds them.

A hash field stands for each settings field (`openai:api_key`), with its value as JSON; a secret's
is encrypted with the field's name as associated data. So are a saved prompt (`prompts/<name>:`) and
the others of `BESIDE`, which are no sections: they lie here so that each call reads them with the
settings.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import orjson

from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.schemas import SECTIONS
from flowhook.organisations.section import sealed_fields
from flowhook.organisations.stored_secret import sealed_secret, stored_secret

KEPT = ":"  # the field that keeps an organisation whose last section was deleted
EXISTS = ""  # the name of the field that marks a section as existing, even if it is empty
PROMPTS = "prompts/"  # before the names of saved prompts
KNOWLEDGE = "knowledge/"  # before those of bases of documents
APPROVED = "approved/"
BESIDE = (PROMPTS, KNOWLEDGE, APPROVED)  # what is no section, in fields that are sealed whole

Stored = Mapping[bytes, bytes]
"""An organisation's settings hash."""

logger = logging.getLogger(__name__)


class SettingsFields:
    """Writes values as fields, and reads them back."""

    def __init__(self, cipher: Cipher) -> None:
        self.cipher = cipher

    def write(self, org: str, section: str, values: Mapping[str, Any]) -> dict[str, bytes]:
        """The fields of a section with these values, and the one that marks it as existing."""
        written = {
            field_of(section, name): self._write_value(org, section, name, value)
            for name, value in values.items()
            if value is not None
        }
        return {field_of(section, EXISTS): b"1", **written}

    def read(self, org: str, stored: Stored) -> dict[str, dict[str, Any]]:
        """All sections, decrypted; a secret that no key decrypts is absent, so that it can be
        saved again."""
        sections: dict[str, dict[str, Any]] = {}
        for section, name, value in split(stored):
            values = sections.setdefault(section, {})
            if name != EXISTS:
                self._read_into(values, org, section, name, value)
        return sections

    def _write_value(self, org: str, section: str, name: str, value: Any) -> bytes:
        plain = orjson.dumps(value)
        if is_sealed(section, name):
            return stored_secret(section, self.cipher.seal(org, field_of(section, name), plain))
        return plain

    def _read_into(
        self, values: dict[str, Any], org: str, section: str, name: str, stored: bytes
    ) -> None:
        if is_sealed(section, name):
            field = field_of(section, name)
            try:
                stored = self.cipher.open(org, field, sealed_secret(stored))
            except CannotDecrypt:
                what = {"organization_id": org, "field": field}
                logger.error("no key of ENCRYPTION_KEYS opens a stored secret", extra=what)
                return
        values[name] = orjson.loads(stored)


def field_of(section: str, name: str) -> str:
    return f"{section}:{name}"


def split(stored: Stored) -> Iterator[tuple[str, str, bytes]]:
    """The section, name and value of each field of a section."""
    return (one for one in _split_all(stored) if not one[0].startswith(BESIDE))


def stored_secrets(stored: Stored) -> Iterable[tuple[str, str, bytes]]:
    """The fields that are encrypted, with what stands beside the sections."""
    return (
        one for one in _split_all(stored) if one[0].startswith(BESIDE) or is_sealed(one[0], one[1])
    )


def _split_all(stored: Stored) -> Iterator[tuple[str, str, bytes]]:
    for field, value in stored.items():
        if field != KEPT.encode():
            section, _, name = field.decode().rpartition(":")
            yield section, name, value


@lru_cache(maxsize=4096)
def is_sealed(section: str, name: str) -> bool:
    schema = SECTIONS.get(section.partition("/")[0])
    return schema is not None and name in sealed_fields(schema)
