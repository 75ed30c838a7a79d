"""How long one hostile request holds the process: `python -m bench.stall [WORDS...]`.

Starts the service with one web process and sends each body of hostile.py whose name holds one of
the words (all without any). Prints the longest answer of /healthz meanwhile, the median of five
tries, beside the goal of 100 ms. All take some minutes.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import requests

from bench.hostile import HOSTILE, Hostile
from tests.attacks.watch import Watch
from tests.fakes.openai import FakeOpenAI
from tests.fakes.running_service import RunningService
from tests.web.visitor import HTML, TOKEN

GOAL_MS = 100
TRIES = 5
LATE_SECONDS = 0.4  # what a request left behind, such as its log entry, may stall too
ORGANISATION = "loud"


@dataclass(frozen=True)
class Callers:
    """The proofs by which the service is called."""

    tokens: Mapping[str, str]
    session: requests.Session

    @classmethod
    def of(cls, service: RunningService, openai: FakeOpenAI) -> Callers:
        webhook = service.webhook_token(ORGANISATION, openai.key, openai.base_url, "a phrase of it")
        made = service.operator("POST", f"/settings/{ORGANISATION}/tokens", {"scope": "admin"})
        return cls({"webhook": webhook, "admin": made["token"]}, signed_in(service, made["token"]))


def main() -> None:
    words = sys.argv[1:]
    chosen = [one for one in HOSTILE if not words or any(word in one.name for word in words)]
    missed = 0
    with tempfile.TemporaryDirectory(prefix="stall-") as folder, FakeOpenAI() as openai:
        with RunningService(Path(folder), LOG_LEVEL="WARNING") as service:
            callers = Callers.of(service, openai)
            for one in chosen:
                longest, status = measured(service, openai, callers, one)
                missed += longest > GOAL_MS
                mark = "  MISSED" if longest > GOAL_MS else ""
                print(f"{one.name:<50} {status:>3} {longest:7.0f} ms (goal {GOAL_MS}){mark}")
                sys.stdout.flush()
        openai.violations.clear()
    print(f"{len(chosen)} bodies, {missed} missed")


def measured(
    service: RunningService, openai: FakeOpenAI, callers: Callers, hostile: Hostile
) -> tuple[float, int]:
    """The longest /healthz in ms, median of the tries, and the status of the last answer."""
    stalls = []
    body = hostile.body()
    answer = hostile.answer() if hostile.answer else None
    said = answer if answer is None or isinstance(answer, str) else json.dumps(answer)
    openai.say_by(None if said is None else lambda _: said)
    for _ in range(TRIES):
        with Watch(service.port, "GET", "/healthz") as watch:
            status = send(service, callers, hostile, body)
            time.sleep(LATE_SECONDS)
        stalls.append(watch.longest)
    return statistics.median(stalls), status


def send(service: RunningService, callers: Callers, hostile: Hostile, body: bytes) -> int:
    url, headers = service.url + hostile.path, dict(hostile.headers())
    if hostile.proof in callers.tokens:
        headers["Authorization"] = f"Bearer {callers.tokens[hostile.proof]}"
    if hostile.proof != "session":
        answer = requests.request(hostile.method, url, data=body, headers=headers, timeout=120)
        return answer.status_code
    if hostile.method == "GET":
        return callers.session.get(url, timeout=120).status_code
    csrf = callers.session.headers["X-CSRF-Token"]
    if hostile.file:
        files = {"file": ("flows.json", body)}
        sent = callers.session.post(url, files=files, data={"csrf": csrf}, timeout=120)
    else:
        form = f"csrf={csrf!s}".encode() + body
        sent = callers.session.post(url, data=form, headers=headers, timeout=120)
    return sent.status_code


def signed_in(service: RunningService, token: str) -> requests.Session:
    """A browser's session; its header holds the token of the pages' forms."""
    session = requests.Session()
    session.headers["Accept"] = HTML
    shown = session.get(f"{service.url}/sign-in", timeout=60).text
    form = {"csrf": TOKEN.findall(shown)[0], "token": token}
    session.post(f"{service.url}/sign-in", data=form, timeout=60).raise_for_status()
    page = session.get(f"{service.url}/organisations/{ORGANISATION}/home", timeout=60).text
    session.headers["X-CSRF-Token"] = TOKEN.findall(page)[0]
    return session


if __name__ == "__main__":
    main()
