"""A bounded load: N keep-alive connections on loopback, each call after the one before it.

`python -m bench.load` reads a plan as JSON from standard input and prints what it saw:
`{"calls", "errors", "seconds", "rate", "p50_ms", "p99_ms"}`. What is answered in the first
`skip` seconds, while the connections come up, counts for errors only.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time

import uvloop

from bench.stub import content_length

NUMBER = b"100000000"  # in a plan's body, stands for each request's own number


class LoadConnection(asyncio.Protocol):
    """One connection: sends the request, waits for the whole answer, sends it again."""

    def __init__(self, run: LoadRun) -> None:
        self.run = run

    def connection_made(self, transport):
        self.transport = transport
        self.received = b""
        self.send()

    def send(self):
        if self.run.is_over():
            self.transport.close()
            return
        self.sent = time.perf_counter()
        self.transport.write(self.run.next_request())

    def data_received(self, data):
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found or len(body) < content_length(head):
            return
        self.received = b""
        self.run.answered(time.perf_counter() - self.sent, head, body)
        self.send()

    def connection_lost(self, error):
        self.run.lost(bool(error))


class LoadRun:
    """One load: how much, and what came back."""

    def __init__(self, plan: dict) -> None:
        self.plan = plan
        body = json.dumps(plan["body"]).encode()
        headers = "".join(f"{name}: {value}\r\n" for name, value in plan["headers"].items())
        self.request = (
            f"POST {plan['path']} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body
        self.numbers = itertools.count(int(NUMBER) + 1)
        self.expected = plan["expected"].encode()
        self.seconds: list[float] = []
        self.errors = 0
        self.open = plan["connections"]
        self.done = asyncio.Event()
        self.started = time.perf_counter()

    def next_request(self) -> bytes:
        """No two alike, or the service would answer the second with the first's answer."""
        return self.request.replace(NUMBER, b"%d" % next(self.numbers))

    def is_over(self) -> bool:
        return time.perf_counter() - self.started > self.plan["seconds"]

    def answered(self, seconds: float, head: bytes, body: bytes) -> None:
        if self.plan.get("skip", 0) <= time.perf_counter() - self.started <= self.plan["seconds"]:
            self.seconds.append(seconds)
        if head[:12] not in (b"HTTP/1.1 200", b"HTTP/1.1 202") or self.expected not in body:
            self.errors += 1

    def lost(self, broken: bool) -> None:
        self.errors += broken
        self.open -= 1
        if self.open <= 0:
            self.done.set()

    def result(self) -> dict:
        elapsed = self.plan["seconds"] - self.plan.get("skip", 0)
        ordered = sorted(self.seconds) or [0.0]
        return {
            "calls": len(self.seconds),
            "errors": self.errors,
            "seconds": elapsed,
            "rate": len(self.seconds) / elapsed,
            "p50_ms": ordered[len(ordered) // 2] * 1000,
            "p99_ms": ordered[int(len(ordered) * 0.99)] * 1000,
        }


async def load(plan: dict) -> dict:
    run = LoadRun(plan)
    loop = asyncio.get_running_loop()
    ramp = plan.get("ramp_seconds", 0.0) / plan["connections"]
    for _ in range(plan["connections"]):
        try:
            await loop.create_connection(lambda: LoadConnection(run), "127.0.0.1", plan["port"])
        except OSError:
            run.lost(True)
        if ramp:
            await asyncio.sleep(ramp)
    await asyncio.wait_for(run.done.wait(), plan["seconds"] + 60)
    return run.result()


if __name__ == "__main__":
    print(json.dumps(uvloop.run(load(json.load(sys.stdin)))))
