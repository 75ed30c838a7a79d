"""Answers of the last day, so that the same question to the same version is not paid again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from answers.question_sets.question_set import Case, QuestionSet, digest_of
from answers.question_sets.runs.sealed_json import SealedJson
from answers.question_sets.stored_set import target_json
from answers.question_sets.target import OK, Answered
from flowhook.errors import Internal
from flowhook.organisations.cipher import Cipher
from flowhook.redis.best_effort import best_effort
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key
from flowhook.timestamps import now
from flowhook.turns import in_turns

ANSWER_SECONDS = 86_400
MOST_BYTES = 65_536  # of one answer
MOST_A_DAY = 64 * 1024 * 1024  # bytes of an organisation's answers
AT_ONCE = 1_000  # keys that are looked through in one step
DAY = len("2026-11-29")


class AnswerCache:
    """Answers by what decides them: the target, its version, the case and the repeat's number."""

    def __init__(self, redis: Any, cipher: Cipher) -> None:
        self.redis = redis
        self.sealed = SealedJson(cipher)

    def find(self, org: str, digest: str) -> tuple[Answered, str] | None:
        """An answer, and the id of the run that asked for it."""
        held = self.redis.get(answer_key(org, digest))
        if held is None:
            return None
        try:
            told = self.sealed.open(org, _name(digest), held)
        except Internal:  # its key was removed
            return None
        run_id = told.pop("run")
        told |= {name: tuple(told[name]) for name in ("messages", "knowledge")}
        told["reached"] = frozenset(told["reached"])
        return Answered(**told), run_id

    def keep(self, org: str, digest: str, answered: Answered, run_id: str) -> None:
        """Keep an answer for a day, unless it is an error, very long or one too many."""
        if answered.status != OK:
            return
        told = asdict(replace(answered, reached=frozenset()))
        told |= {"reached": sorted(answered.reached), "run": run_id}
        sealed = self.sealed.seal(org, _name(digest), told)
        key, counted = answer_key(org, digest), counted_key(org, now()[:DAY])
        if len(sealed) > MOST_BYTES:
            return
        with best_effort("an answer of a run"):
            held = write(
                self.redis,
                ("INCRBY", counted, len(sealed)),
                ("EXPIRE", counted, 2 * ANSWER_SECONDS),
                ("SET", key, sealed, "EX", ANSWER_SECONDS),
            )
            if held and int(held[0]) > MOST_A_DAY:
                self.redis.unlink(key)

    def empty(self, org: str) -> None:
        """Drop all answers of an organisation. Walks the whole keyspace: for erasures only."""
        held = self.redis.scan_iter(match=answer_key(org, "*"), count=AT_ONCE)
        for key in in_turns(held):
            self.redis.unlink(key)


def answer_digest(
    asked: QuestionSet, case: Case, identity: Mapping[str, Any], repeat: int, run: str = ""
) -> str:
    """The name of an answer; `identity` is what the target tells of its version. With `run` it is
    an answer for that run alone."""
    return digest_of(
        {
            "target": target_json(asked),
            "body": case.body,
            "turns": list(case.turns),
            "identity": identity,
            "repeat": repeat,
            "run": run,
        }
    )


def counted_key(org: str, day: str) -> str:
    """The bytes of the answers of a day."""
    return org_key(org, "run_answers", day)


def answer_key(org: str, digest: str) -> str:
    return org_key(org, "run_answer", digest)


def _name(digest: str) -> str:
    return f"run answer {digest}"
