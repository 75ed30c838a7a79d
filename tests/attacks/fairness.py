"""Attacks on the share of others."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from tests.attacks.rows import Row, attack
from tests.attacks.stand import Stand, Victim
from tests.attacks.store import wait_for_jobs
from tests.fakes.openai import faults
from tests.waiting import wait_for

JOBS = 400


def job_seconds(stand: Stand, victim: Victim) -> float:
    """How long a job that does nothing takes."""
    started = time.monotonic()
    asked = {"buttons_data": "Yes|No"}
    made = stand.call(victim, "get_buttons", asked, Prefer="respond-async").json()
    wait_for_jobs(stand, victim.webhook_token, [made["job_id"]], 30)
    return time.monotonic() - started


@attack(f"5a. {JOBS} jobs of one organisation hang")
def hanging_jobs(stand: Stand) -> Iterator[Row]:
    victim = stand.organisation(timeout_seconds=15)
    before = len(stand.openai.requests)
    stand.openai.fail(faults.hang(), times=None)
    bodies = [{"question_text": f"Why {n}?"} for n in range(JOBS)]
    answers = stand.calls(victim, "parse_via_chat_gpt", bodies, Prefer="respond-async")
    accepted = [one.json()["job_id"] for one in answers if one.status_code == 202]
    wait_for(lambda: len(stand.openai.requests) > before + 20, "the jobs to hang")
    took = max(job_seconds(stand, stand.quiet) for _ in range(5))
    stand.openai.recover()
    wait_for_jobs(stand, victim.webhook_token, accepted)
    yield Row("another organisation's job, longest of 5", took, 1.0, "s")


@attack("5b. 3,000 calls of one organisation hang")
def hanging_calls(stand: Stand) -> Iterator[Row]:
    """More than a process holds; the others' calls are what `neighbour` measures."""
    victim = stand.organisation(timeout_seconds=5)
    gate = threading.Event()
    stand.openai.fail(faults.held(gate), times=None)
    head = (
        f"POST /webhooks/parse_via_chat_gpt HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {victim.webhook_token}\r\nContent-Type: application/json\r\n"
    )
    body = b'{"question_text": "Why?"}'
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    opened = []
    for _ in range(3000):
        opened.append(stand.connection("127.0.0.3"))
        opened[-1].sendall(request)
    refused = sum(
        stand.call(stand.quiet, "get_buttons", {"buttons_data": "Yes|No"}).status_code != 200
        for _ in range(20)
    )
    gate.set()
    stand.openai.recover()
    for connection in opened:
        connection.close()
    yield Row("calls of another organisation that were refused", refused, 0)
