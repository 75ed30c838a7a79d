"""parse_via_chat_gpt: CPU a call against its peers, and calls held in flight."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.goals import verdict
from bench.processes import call, cpu_seconds, finish, free_port, memory_bytes, python, running
from bench.servers import BODY, EXPECTED, KEYED_BODY, BenchServer, flowhook, has_nginx, naive, nginx

CPU_CONNECTIONS = 64
CPU_SECONDS = 8
CPU_DELAY_SECONDS = 0.02
HELD = (500, 1000, 2000)
HELD_SECONDS = 15
# Calls of one length keep the order they began in: callers that begin at once stay one crowd.
RAMP_SECONDS = 3.0
SKIP_SECONDS = 5.0
HELD_DELAY_SECONDS = 1.0
RATIO_GOAL = 0.40
ADDED_MS_GOAL, KB_GOAL = {1000: 50}, {1000: 60}  # by calls in flight: p99 added, memory of a call
RATE_GOAL = {2000: 1_900}  # calls/s


def run() -> Iterator[str]:
    yield "CPU of the whole process tree a call (upstream answers after 20 ms, 64 callers)"
    yield f"  {'server':<26}{'ms CPU/call':>12}{'calls/s':>10}{'errors':>8}{'ratio':>8}  goal"
    peers = [(naive, BODY), *([(nginx, BODY)] if has_nginx() else []), (flowhook, BODY)]
    baseline = None
    for peer, body in [*peers, (flowhook, KEYED_BODY)]:
        name, milliseconds, seen = cpu_of(peer, body)
        name = f"{name}, repeats" if body is KEYED_BODY else name
        baseline = baseline or milliseconds
        ratio = milliseconds / baseline
        goal = verdict(ratio, RATIO_GOAL) if peer is flowhook and body is BODY else ""
        yield (
            f"  {name:<26}{milliseconds:>12.3f}{seen['rate']:>10.0f}{seen['errors']:>8}"
            f"{ratio:>8.2f}  {goal}"
        )
    if not has_nginx():
        yield "  nginx is not installed: left out"
    yield ""
    yield "Calls held in flight by one process (upstream answers after 1 s)"
    yield (
        f"  {'server':<26}{'in flight':>10}{'calls/s':>9}{'p50 added':>11}{'p99 added':>11}"
        f"{'errors':>8}{'KB/call':>9}  goals"
    )
    for peer in (naive, flowhook):
        for count in HELD:
            yield held_by(peer, count)


def cpu_of(peer, body: dict) -> tuple[str, float, dict]:
    with stub(CPU_DELAY_SECONDS) as upstream, peer(upstream) as server:
        plan = {"connections": CPU_CONNECTIONS, "seconds": 1}
        finish(call(server.port, server.headers, body, EXPECTED, **plan))  # warm
        processes = server.processes()
        before = cpu_seconds(processes)
        plan["seconds"] = CPU_SECONDS
        seen = finish(call(server.port, server.headers, body, EXPECTED, **plan))
        used = cpu_seconds(processes) - before
    return server.name, used / seen["calls"] * 1000, seen


def held_by(peer, count: int) -> str:
    with stub(HELD_DELAY_SECONDS) as upstream, peer(upstream) as server:
        warm = {"connections": 10, "seconds": 2}
        finish(call(server.port, server.headers, BODY, EXPECTED, **warm))
        before = memory_bytes(server.processes())
        bounds = {"ramp_seconds": RAMP_SECONDS, "skip": SKIP_SECONDS, "seconds": HELD_SECONDS}
        plan = {"connections": count, **bounds}
        load = call(server.port, server.headers, BODY, EXPECTED, **plan)
        held = highest_memory(server, HELD_SECONDS - 1)
        seen = finish(load)
    added = HELD_DELAY_SECONDS * 1000
    late, kilobytes = seen["p99_ms"] - added, (held - before) / 1024 / count
    return (
        f"  {server.name:<26}{count:>10}{seen['rate']:>9.0f}{seen['p50_ms'] - added:>8.0f} ms"
        f"{late:>8.0f} ms{seen['errors']:>8}{kilobytes:>9.0f}"
        f"  {goals_of_held(count, seen['rate'], late, kilobytes) if peer is flowhook else ''}"
    )


def goals_of_held(count: int, rate: float, late_ms: float, kilobytes: float) -> str:
    """The goals for so many calls in flight."""
    found = []
    if count in RATE_GOAL:
        found.append(f"calls/s: {verdict(rate, RATE_GOAL[count], is_least=True)}")
    if count in ADDED_MS_GOAL:
        found.append(f"p99: {verdict(late_ms, ADDED_MS_GOAL[count])}")
    if count in KB_GOAL:
        found.append(f"KB: {verdict(kilobytes, KB_GOAL[count])}")
    return ", ".join(found)


def highest_memory(server: BenchServer, seconds: float) -> int:
    deadline = time.monotonic() + seconds
    highest = 0
    while time.monotonic() < deadline:
        highest = max(highest, memory_bytes(server.processes()))
        time.sleep(0.25)
    return highest


@contextmanager
def stub(delay_seconds: float) -> Iterator[int]:
    """The port of a running stub upstream."""
    port = free_port()
    with running(python("bench.stub", port, delay_seconds), port):
        yield port
