"""Names and sealed values of question sets in Redis.

A value that no key opens counts as missing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import orjson

from answers.question_sets.question_set import Case
from answers.question_sets.stored_set import CaseRow, SetHead, case_of
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.keys import org_key

ORDER = b"order"

Rows = Sequence[CaseRow]

logger = logging.getLogger(__name__)


class SetSealing:
    """Seals and opens heads, cases and their order."""

    def __init__(self, cipher: Cipher) -> None:
        self.cipher = cipher

    def head(self, org: str, name: str, sealed: bytes | None) -> SetHead | None:
        opened = self._open(org, _head_purpose(name), sealed)
        return SetHead(**opened) if opened else None

    def rows(self, org: str, name: str, sealed: bytes | None) -> list[CaseRow]:
        opened = self._open(org, _case_purpose(name, ""), sealed)
        return [CaseRow(*row) for row in opened or ()]

    def case(self, org: str, name: str, case_id: str, sealed: bytes | None) -> Case | None:
        opened = self._open(org, _case_purpose(name, case_id), sealed)
        return case_of(opened) if opened else None

    def sealed_head(self, org: str, head: SetHead) -> bytes:
        return self.cipher.seal(org, _head_purpose(head.name), orjson.dumps(asdict(head)))

    def sealed_rows(self, org: str, name: str, rows: Iterable[CaseRow]) -> bytes:
        listed = [[row.id, row.digest, row.bytes] for row in rows]
        return self.cipher.seal(org, _case_purpose(name, ""), orjson.dumps(listed))

    def sealed_case(self, org: str, name: str, case_id: str, encoded: bytes) -> bytes:
        return self.cipher.seal(org, _case_purpose(name, case_id), encoded)

    def _open(self, org: str, purpose: str, sealed: bytes | None) -> Any:
        if sealed is None:
            return None
        try:
            return orjson.loads(self.cipher.open(org, purpose, sealed))
        except CannotDecrypt:
            logger.error("no key opens a part of a question set", extra={"organization_id": org})
            return None


def index_key(org: str) -> str:
    """The hash with the head of each set."""
    return org_key(org, "question_sets")


def cases_key(org: str, name: str) -> str:
    """The hash with a set's cases, and their order under ORDER."""
    return org_key(org, "question_set", name)


def case_field(case_id: str) -> bytes:
    return f"c:{case_id}".encode()


def _head_purpose(name: str) -> str:
    return f"question_set:{name}"


def _case_purpose(name: str, case_id: str) -> str:
    return f"question_case:{name}:{case_id}"
