"""Names and sealed values of approved answers in Redis; one that no key opens counts as missing."""

from __future__ import annotations

import orjson

from answers.approved.answer import ApprovedAnswer
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.keys import org_key


def answers_key(org: str) -> str:
    """The hash with each answer under its id."""
    return org_key(org, "answers")


def seal_answer(cipher: Cipher, org: str, answer: ApprovedAnswer) -> bytes:
    return cipher.seal(org, _purpose(answer.id), orjson.dumps(answer.as_dict))


def open_answer(
    cipher: Cipher, org: str, answer_id: str, sealed: bytes | None
) -> ApprovedAnswer | None:
    if sealed is None:
        return None
    try:
        told = orjson.loads(cipher.open(org, _purpose(answer_id), sealed))
    except CannotDecrypt:
        return None
    return ApprovedAnswer.from_dict(told)


def size_of(answer: ApprovedAnswer) -> int:
    """Its bytes as they count against the organisation's bound."""
    return len(orjson.dumps(answer.as_dict))


def _purpose(answer_id: str) -> str:
    return f"approved answer {answer_id}"
