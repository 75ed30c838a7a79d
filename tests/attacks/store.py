"""Attacks on the store's memory."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.attacks.rows import Row, attack
from tests.attacks.stand import Stand
from tests.fakes.openai import faults

WORDS = "x" * 900_000
BUTTONS = {"buttons_data": "Yes|No", "contact": {"name": WORDS}}


def wait_for_jobs(stand: Stand, victim_token: str, ids: list[str], seconds: float = 60) -> None:
    """Until each job is over or the time is up."""
    deadline = time.monotonic() + seconds
    left = list(ids)
    while left and time.monotonic() < deadline:
        state = stand.ask("GET", f"/jobs/{left[-1]}", victim_token).json().get("status")
        if state in ("queued", "running"):
            time.sleep(0.05)
        else:
            left.pop()


@attack("2a. 200 jobs whose calls have 900 KB, done")
def finished_jobs(stand: Stand) -> Iterator[Row]:
    victim = stand.organisation()
    answers = stand.calls(victim, "get_buttons", [BUTTONS] * 200, Prefer="respond-async")
    accepted = [one.json()["job_id"] for one in answers if one.status_code == 202]
    wrong = [one.status_code for one in answers if one.status_code not in (202, 429, 503)]
    wait_for_jobs(stand, victim.webhook_token, accepted)
    yield Row("answers other than accepted or refused with a reason", len(wrong), 0)


@attack("2b. jobs of 900 KB pile up behind a provider that hangs")
def waiting_jobs(stand: Stand) -> Iterator[Row]:
    victim = stand.organisation(timeout_seconds=10)
    stand.openai.fail(faults.hang(), times=None)
    before = stand.store()
    body = {"question_text": "Why?", "contact": {"name": WORDS}}
    answers = stand.calls(victim, "parse_via_chat_gpt", [body] * 300, Prefer="respond-async")
    accepted = [one.json()["job_id"] for one in answers if one.status_code == 202]
    held = stand.store() - before
    stand.openai.recover()
    wait_for_jobs(stand, victim.webhook_token, accepted)
    yield Row(f"store at its highest, {len(accepted)} of 300 accepted", held, 150, "MB")


@attack("2c. 400 refused calls of 900 KB in the log")
def refused_in_the_log(stand: Stand) -> Iterator[Row]:
    victim = stand.organisation()
    body = {"buttons_data": [WORDS]}
    before = stand.store()
    stand.calls(victim, "get_buttons", [body] * 400)
    time.sleep(1.0)  # the recorder writes behind
    yield Row("one refused call keeps", (stand.store() - before) * 1000 / 400, 10, "KB")


@attack("2d. 60 keyed answers of 190 KB")
def kept_answers(stand: Stand) -> Iterator[Row]:
    victim = stand.organisation()
    entry = {"body": ["नमस्ते " * 20] * 1300}
    failed = 0
    for number in range(60):
        named = {**entry, "uid": f"blt{number}"}
        body = {"entry": named, "language": "Hindi", "max_tokens": 100_000}
        answer = stand.call(victim, "translate_entry", body, **{"Idempotency-Key": f"k{number}"})
        failed += answer.status_code >= 500
    yield Row("answers that failed", failed, 0)
