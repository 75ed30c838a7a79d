"""An organisation's bases of documents in Redis: made, changed, listed, deleted and brought back.

The head of a base stands in the settings hash, so that each call has it; the heads of its documents
in a hash for each base. Every change is one transaction.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from answers.knowledge.base import KnowledgeBase
from answers.knowledge.base_fields import BaseFields, audited, base_field, names
from answers.knowledge.bounds import MAX_BASES
from flowhook.errors import Changed, NotFound, TooLarge
from flowhook.organisations.changes import Changes
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.settings_change import Decision, change_settings, settings_key
from flowhook.organisations.settings_fields import Stored
from flowhook.timestamps import timestamp_of


class BaseStore:
    """Reads and changes bases; `by` names who does it, for the audit.

    `expected` are the tags of If-Match, of which one has to fit: otherwise Changed is raised.
    """

    def __init__(
        self,
        redis: Any,
        cipher: Cipher,
        changes: Changes,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.redis = redis
        self.changes = changes
        self.fields = BaseFields(cipher)
        self.clock = clock

    def base(self, organisation: Organisation, name: str) -> KnowledgeBase:
        """A base as a call's settings have it; asks Redis nothing. Raises NotFound."""
        return existing(name, self.fields.find(organisation.id, name, organisation.stored))

    def existing_now(self, org: str, name: str) -> KnowledgeBase:
        """A base as it is stored now. Raises NotFound."""
        return existing(name, self.fields.find(org, name, self.redis.hgetall(settings_key(org))))

    def all_now(self, org: str) -> list[KnowledgeBase]:
        """All bases by name, as they are stored now."""
        return self.fields.all(org, self.redis.hgetall(settings_key(org)))

    def find_id(self, org: str, base_id: str, stored: Stored) -> KnowledgeBase | None:
        """The base of this id in the settings hash; None where it was deleted."""
        found = self.fields.all(org, stored)
        return next((base for base in found if base.id == base_id), None)

    def put(
        self,
        org: str,
        name: str,
        values: Mapping[str, Any],
        by: str,
        expected: Iterable[str] = (),
    ) -> tuple[KnowledgeBase, bool]:
        """Create a base or change its title and model; whether it is new. Raises TooLarge for a
        base too many."""

        def decide(stored: Stored, _pipe: Any) -> Decision[tuple[KnowledgeBase, bool]]:
            before = self.fields.find(org, name, stored)
            check_tag(name, before, expected)
            if len({*names(stored), name}) > MAX_BASES:
                raise TooLarge(
                    f"an organisation may have {MAX_BASES} bases of documents",
                    fix="Delete bases that no flow names any more.",
                )
            base = before or KnowledgeBase(name, secrets.token_hex(8))
            changed = replace(base, **values, updated_at=self.now())
            if before is not None and before.tag == changed.tag:
                return (before, False), None
            return (changed, before is None), lambda pipe: self.write(pipe, org, changed)

        (base, is_new), is_changed = change_settings(self.redis, org, decide)
        if is_changed:
            self.changes.made(org, by, "create" if is_new else "change", audited(name), values)
        return base, is_new

    def renewed(self, base: KnowledgeBase) -> KnowledgeBase:
        """A base whose documents changed, so that each process looks at them again."""
        return replace(base, number=base.number + 1, updated_at=self.now())

    def write(self, pipe: Any, org: str, base: KnowledgeBase) -> None:
        """Add the command that writes a base's field to a transaction."""
        pipe.hset(settings_key(org), base_field(base.name), self.fields.seal(org, base))

    def now(self) -> str:
        """The time at which something changes, as ISO text."""
        return timestamp_of(int(self.clock() * 1000))


def existing(name: str, base: KnowledgeBase | None) -> KnowledgeBase:
    """Raises NotFound."""
    if base is None:
        raise NotFound(
            f"there is no base of documents {name}", fix="GET /knowledge/<org> lists the bases."
        )
    return base


def check_tag(name: str, base: KnowledgeBase | None, expected: Iterable[str]) -> None:
    """Raise Changed unless one of the tags is the base's."""
    tags = list(expected)
    if tags and (base is None or not {"*", base.tag} & set(tags)):
        raise Changed(f"the base of documents {name} changed since you read it")
