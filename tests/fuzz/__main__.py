"""Sends generated requests to a fresh service: `python -m tests.fuzz --requests 100000 --seed 1`.

A seventh of them schemathesis draws from /openapi.json; the others are examples of every route,
documented or not, with values, encodings, headers, methods and credentials changed. No answer may
be a 500, take over a second, miss its X-Request-ID, have another shape than the contract's, or
hold a secret; no call may be missing in the log. Prints what was found, and exits 1 if anything.
"""

from __future__ import annotations

import argparse
import http.client
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

import requests

from tests.fakes.openai import FakeOpenAI
from tests.fakes.running_service import RunningService
from tests.fuzz.by_schema import draw_cases
from tests.fuzz.checks import Checker, Findings
from tests.fuzz.mutate import mutated
from tests.fuzz.request import Client, Sent
from tests.fuzz.seeds import Seeds
from tests.fuzz.target import Target

THREADS = 4
SCHEMA_SHARE = 7
PER_ADDRESS = 40  # requests from one address, so that wrong credentials do not lock all out
LOGGED_SECONDS = 5.0


class Run:
    """Counts the requests of all threads, and sends them."""

    def __init__(self, target: Target, number: int, seed: int) -> None:
        self.target = target
        self.number = number
        self.seed = seed
        self.findings = Findings()
        self.checker = Checker(target, self.findings)
        self.sent = 0
        self._lock = threading.Lock()

    def go(self) -> None:
        seeds = Seeds(self.target)
        threads = [
            threading.Thread(target=self._mutate, args=(seeds, place)) for place in range(THREADS)
        ]
        threads.append(threading.Thread(target=self._by_schema))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _mutate(self, seeds: Seeds, place: int) -> None:
        draw = random.Random(f"{self.seed}.{place}")
        client = Client(self.target.service.port, "127.0.0.1")
        share = (self.number - self.number // SCHEMA_SHARE) // THREADS
        for number, (seed, value) in enumerate(seeds.endless(draw)):
            if number >= share:
                return
            client = self._address(client, place, number)
            self._send(client, mutated(draw, self.target, seed, value))

    def _by_schema(self) -> None:
        client = Client(self.target.service.port, "127.0.1.1")
        count = [0]

        def use(sent: Sent) -> None:
            nonlocal client
            count[0] += 1
            client = self._address(client, THREADS, count[0])
            self._send(client, sent)

        draw_cases(self.target, self.number // SCHEMA_SHARE, self.seed, use)

    def _address(self, client: Client, place: int, number: int) -> Client:
        if number % PER_ADDRESS:
            return client
        client.close()
        step = number // PER_ADDRESS
        return Client(client.port, f"127.{place + 1}.{step // 250 % 250}.{step % 250 + 1}")

    def _send(self, client: Client, sent: Sent) -> None:
        with self._lock:
            self.sent += 1
            if self.sent % 5000 == 0:
                print(f"{self.sent} sent, {sum(self.findings.counts.values())} found", flush=True)
        try:
            self.checker.check(client, sent, client.send(sent))
        except (OSError, http.client.HTTPException, ValueError) as error:
            if not isinstance(error, ValueError):  # the client itself refuses to send it
                self.findings.add(f"no answer, {type(error).__name__}", sent, str(error))
            client.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        run = fuzz(Path(folder), asked.requests, asked.seed)
    for name, count in run.findings.counts.most_common():
        print(f"{count} x {name}\n  {run.findings.samples[name][:1500]}")
    sys.exit(bool(run.findings.counts))


def fuzz(folder: Path, number: int, seed: int) -> Run:
    started = time.monotonic()
    with FakeOpenAI() as openai:
        with RunningService(folder) as service:
            target = Target(service, openai)
            target.prepare()
            run = Run(target, number, seed)
            alive = {process.pid for process in service.web() + service.workers()}
            run.go()
            time.sleep(LOGGED_SECONDS)
            headers = {"Authorization": f"Bearer {target.tokens['operator']}"}
            metrics = requests.get(f"{service.url}/metrics", headers=headers, timeout=30).content
            dead = alive - {process.pid for process in service.web() + service.workers()}
            if dead:
                run.findings.add(f"{len(dead)} processes died", None)
        logged = run.checker.finish(service.log, metrics)
        openai.violations.clear()
    checker = run.checker
    print(
        f"{run.sent} requests in {time.monotonic() - started:.0f} s, seed {seed};"
        f" statuses {dict(sorted(checker.statuses.items()))};"
        f" slowest {checker.slowest:.2f} s;"
        f" {logged} of {len(checker.must_be_logged)} calls found in the log"
    )
    return run


if __name__ == "__main__":
    main()
