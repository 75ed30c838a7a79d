"""Which cases of question sets were made of what a contact wrote, by keyed digests.

A case itself has the words and not who said them; so what became of a contact's words is found
where the contact is erased.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flowhook.organisations.cipher import Cipher
from flowhook.organisations.contact_names import ContactNames
from flowhook.redis.keys import org_key
from flowhook.turns import in_turns

AT_ONCE = 1000
BETWEEN = "/"  # in no name of a set


class CaseContacts:
    """One hash for each organisation: "<set>/<case>" to the contact's tag."""

    def __init__(self, redis: Any, cipher: Cipher) -> None:
        self.redis = redis
        self.names = ContactNames(redis, cipher)

    def note(self, pipe: Any, org: str, name: str, case_id: str, contact: str) -> None:
        """Add the command to a transaction that notes whose words a case is made of."""
        tag = self.names.tag_of(org, contact)
        if tag:
            pipe.hset(_key(org), f"{name}{BETWEEN}{case_id}", tag)

    def of(self, org: str, contact: str) -> dict[str, list[str]]:
        """The ids of a contact's cases by set."""
        tag = self.names.tag_of(org, contact).encode()
        found: dict[str, list[str]] = {}
        for raw, held in in_turns(self.redis.hscan_iter(_key(org), count=AT_ONCE)):
            if held == tag:
                name, _, case_id = raw.decode().partition(BETWEEN)
                found.setdefault(name, []).append(case_id)
        return found

    def forget(self, org: str, name: str, case_ids: Iterable[str]) -> None:
        for case_id in case_ids:
            self.redis.hdel(_key(org), f"{name}{BETWEEN}{case_id}")


def _key(org: str) -> str:
    return org_key(org, "case_contacts")
