"""Runs of question sets: how long 1,000 cases take, and how soon a run of 10,000 opens.

One web process and one worker process with the embedded Redis, as `make run` starts them, and a
stub for the model. Beside it: the same questions one by one over HTTP, as many at once.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from answers.question_sets.question_set import Case, QuestionSet
from answers.question_sets.runs.pace import MOST_AT_ONCE
from answers.question_sets.runs.run import FAILS, PASSED, Plan
from answers.question_sets.runs.store import RunStore
from bench.goals import verdict
from bench.jobs import service
from bench.processes import cpu_seconds
from bench.servers import BenchServer
from bench.webhook import stub
from flowhook.organisations.cipher import Cipher
from flowhook.redis.connect import connect

CASES, GOAL_SECONDS = 1_000, 20.0
LARGE, GOAL_MS = 10_000, 100.0
PAGE, ROUNDS = 100, 20
ORG, SET = "bench", "asked"
FUNCTION = "parse_via_chat_gpt"
CHECKS = [{"contains": "blue"}, {"max_characters": 200}, {"language": "English"}]


def run() -> Iterator[str]:
    yield "Runs of question sets (one web process, one worker process)"
    with stub(0.0) as upstream, service(upstream) as server:
        api = Api(server)
        yield asked(api)
        yield from opened(api)


class Api:
    """The question set's address."""

    def __init__(self, server: BenchServer) -> None:
        self.server = server
        self.url = f"http://127.0.0.1:{server.port}"
        self.session = requests.Session()
        self.session.headers["Authorization"] = server.headers["Authorization"]

    def request(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.session.request(method, self.url + path, json=body, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def asked(api: Api) -> str:
    """A run of 1,000 cases, and the same calls over HTTP."""
    cases = [
        {"id": f"q{number}", "question": f"Why is sky {number} blue?", "checks": CHECKS}
        for number in range(CASES)
    ]
    target = {"function": FUNCTION, "body": {"prompt": "Answer in one sentence."}}
    api.request("PUT", f"/question-sets/{ORG}/{SET}", {"target": target, "cases": cases})
    processes = api.server.processes()
    before, began = cpu_seconds(processes), time.monotonic()
    run_id = api.request("POST", f"/question-sets/{ORG}/{SET}/runs")["run_id"]
    path = f"/question-sets/{ORG}/{SET}/runs/{run_id}?limit=1"
    while (shown := api.request("GET", path))["status"] in ("queued", "running"):
        time.sleep(0.1)
    seconds, used = time.monotonic() - began, cpu_seconds(processes) - before
    if (shown["status"], shown["done"], shown["pass_rate"]) != ("done", CASES, 1.0):
        raise RuntimeError(f"the run ended otherwise: {shown}")
    alone = one_by_one(api)
    return (
        f"  {CASES:,} cases with {len(CHECKS)} checks each: {seconds:.1f} s,"
        f" {verdict(seconds, GOAL_SECONDS)}; {CASES / seconds:.0f} cases/s,"
        f" {used / CASES * 1000:.1f} ms CPU a case; {seconds / alone:.2f} times as long as the"
        f" same calls over HTTP, {MOST_AT_ONCE} at once ({alone:.1f} s)"
    )


def one_by_one(api: Api) -> float:
    """The seconds that the same questions take over HTTP."""

    def ask(number: int) -> None:
        body = {"question_text": f"Why is sky {number} blue?", "prompt": "Answer in one sentence."}
        headers = {"Authorization": api.server.headers["Authorization"]}
        answer = sessions[number % MOST_AT_ONCE].post(
            f"{api.url}/webhooks/{FUNCTION}", json=body, headers=headers, timeout=60
        )
        answer.raise_for_status()

    sessions = [requests.Session() for _ in range(MOST_AT_ONCE)]
    began = time.monotonic()
    with ThreadPoolExecutor(MOST_AT_ONCE) as callers:
        list(callers.map(ask, range(CASES)))
    return time.monotonic() - began


def opened(api: Api) -> Iterator[str]:
    """A run of 10,000 cases, opened."""
    with filled(api) as run_id:
        for what, query in (
            ("a page of a run of 10,000 cases", f"?limit={PAGE}"),
            ("its failing cases", f"?limit={PAGE}&failing=true"),
            ("its last page", f"?limit={PAGE}&after={LARGE - PAGE - 1}"),
        ):
            path = f"/question-sets/{ORG}/{SET}/runs/{run_id}{query}"
            took = sorted(timed(api, path) for _ in range(ROUNDS))
            middle = took[ROUNDS // 2] * 1000
            yield f"  {what}: {middle:.0f} ms, {verdict(middle, GOAL_MS)}"
        whole = timed(api, f"/question-sets/{ORG}/{SET}/runs/{run_id}")
        yield f"  the whole run at once: {whole * 1000:.0f} ms"


def timed(api: Api, path: str) -> float:
    began = time.perf_counter()
    api.request("GET", path)
    return time.perf_counter() - began


@contextmanager
def filled(api: Api) -> Iterator[str]:
    """A run of 10,000 cases, one in ten of which fails, written as a worker would."""
    directory = next(
        process.environ()["DATA_DIR"] for process in api.server.processes() if process.is_running()
    )
    keys = (Path(directory) / "encryption_keys").read_text().strip().split(",")
    cases = [Case(f"q{number}", (f"Why {number}?",)) for number in range(LARGE)]
    asked_set = QuestionSet(SET, FUNCTION, cases=cases)
    with connect(None, Path(directory)) as redis:
        store = RunStore(redis, Cipher(keys))
        made = store.create(ORG, Plan(SET, "bench"), asked_set)
        store.begin(made)
        for place in range(LARGE):
            failed = place % 10 == 0
            store.keep(made, place, FAILS if failed else PASSED, result(not failed))
        store.end(made, "done")
        yield made.id


def result(passed: bool) -> dict[str, Any]:
    return {
        "answer": "Blue light scatters most in the air, so the sky looks blue. " * 5,
        "status": "ok",
        "passed": passed,
        "checks": [{"check": "contains", "passed": passed, "why": "“blue” is in the answer"}],
        "milliseconds": 812.4,
        "tokens": 145,
        "cost": 0.0002,
        "model": "gpt-6-luna",
        "request_id": "0123456789abcdef0123456789abcdef",
        "at": 1_800_000_000.0,
    }


if __name__ == "__main__":
    for line in run():
        print(line, flush=True)
