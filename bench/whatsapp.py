"""WhatsApp: a contact's question, a flow with a webhook function, the reply at the Graph API.

One web process and one worker process with the embedded Redis, as `make run` starts them. A
hundred contacts talk with `examples/ask_gpt.json`: at first each pauses between a reply and its
next question, as people do, then each asks at once. `python -m bench.whatsapp` leaves the plain
view out and lists Redis's commands by name. Commands and scripts are as Redis counts them: those
of scripts are included, and so is what the processes ask while nothing happens.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import redis
import requests

from bench.goals import verdict
from bench.jobs import service
from bench.processes import cpu_seconds, free_port, python, wait_for_port
from bench.servers import BODY, BenchServer, naive
from bench.webhook import CPU_DELAY_SECONDS, cpu_of, stub

CONTACTS = 100
QUESTIONS = 8  # of each contact in a round
PACED = "paced"
ROUNDS = ((PACED, 2.0), ("flat out", 0.0))  # seconds from a reply to the contact's next question
SETTLE_SECONDS = 1.0
FLOW = Path(__file__).parents[1] / "examples" / "ask_gpt.json"
KEYWORD, GREETING = "ask", "Ask me anything"
CPU_MS_GOAL, COMMANDS_GOAL, SCRIPTS_GOAL = 4.2, 50, 12  # of a message
SCRIPTS = frozenset({"eval", "evalsha", "eval_ro", "evalsha_ro", "fcall", "fcall_ro"})
LINE = {
    "phone_number_id": "106540352242922",
    "access_token": "EAAGbench0123456789",
    "app_secret": "bench-app-secret",
    "verify_token": "bench-verify",
}


@dataclass
class Round:
    """What the questions of a round cost, all together; `cpu` in seconds by kind of process."""

    name: str
    questions: int
    seconds: float
    p50_ms: float
    p99_ms: float
    errors: int
    replies: int
    cpu: dict[str, float]
    commands: Counter[str]

    @property
    def cpu_ms(self) -> float:
        """Of all processes of the service, a message."""
        return sum(self.cpu.values()) / self.questions * 1000

    @property
    def commands_each(self) -> float:
        """Of Redis, a message."""
        return self.commands.total() / self.questions

    @property
    def scripts_each(self) -> float:
        found = (count for name, count in self.commands.items() if name in SCRIPTS)
        return sum(found) / self.questions


def run() -> Iterator[str]:
    beside = cpu_of(naive, BODY)[1]
    yield f"WhatsApp: a message and its reply ({CONTACTS} contacts, upstream answers after 20 ms)"
    yield (
        f"  {'':<9}{'messages/s':>11}{'p50':>8}{'p99':>9}{'ms CPU':>8}{'commands':>10}"
        f"{'scripts':>9}{'errors':>8}{'replies':>14}{'ratio':>7}"
    )
    for found in rounds():
        yield f"{row(found)}{found.cpu_ms / beside:>7.1f}"
        yield f"    {shares(found)}"
        if found.name == PACED:
            yield f"    {goals(found)}"
    yield f"  ratio: to a plain view's call in this run, {beside:.3f} ms CPU"


def row(found: Round) -> str:
    count = found.questions
    return (
        f"  {found.name:<9}{count / found.seconds:>11.0f}"
        f"{found.p50_ms:>5.0f} ms{found.p99_ms:>6.0f} ms"
        f"{found.cpu_ms:>8.2f}{found.commands_each:>10.1f}{found.scripts_each:>9.1f}"
        f"{found.errors:>8}{f'{found.replies} of {count}':>14}"
    )


def goals(found: Round) -> str:
    goals = {
        "ms CPU": verdict(found.cpu_ms, CPU_MS_GOAL),
        "commands": verdict(found.commands_each, COMMANDS_GOAL),
        "scripts": verdict(found.scripts_each, SCRIPTS_GOAL),
    }
    return ", ".join(f"{name}: {goal}" for name, goal in goals.items())


def shares(found: Round) -> str:
    each = {name: seconds / found.questions * 1000 for name, seconds in found.cpu.items()}
    return "ms CPU a message: " + ", ".join(f"{name} {ms:.2f}" for name, ms in each.items())


def rounds() -> Iterator[Round]:
    with stub(CPU_DELAY_SECONDS) as upstream, running_meta() as meta:
        address = f"http://127.0.0.1:{meta.port}"
        with service(upstream, WHATSAPP_BASE_URL=address) as server:
            subscribe(server)
            meta.talk(server, {KEYWORD: GREETING})
            asked = 1
            meta.talk(server, questions(asked, 1))  # warm
            for name, pause in ROUNDS:
                asked += 1
                yield measure(meta, server, name, questions(asked, QUESTIONS), pause)
                asked += QUESTIONS - 1


def measure(
    meta: Meta, server: BenchServer, name: str, texts: dict[str, str], pause: float
) -> Round:
    replies = meta.settled()
    store = redis_of(server)
    commands, cpu = commands_of(store), cpu_by_process(server)
    seen = meta.talk(server, texts, pause)
    after = cpu_by_process(server)
    return Round(
        name,
        seen["messages"],
        seen["seconds"],
        seen["p50_ms"],
        seen["p99_ms"],
        seen["errors"],
        commands=commands_of(store) - commands,
        cpu={name: after[name] - seconds for name, seconds in cpu.items()},
        replies=meta.settled() - replies,
    )


def questions(first: int, count: int) -> dict[str, str]:
    """Questions of a contact by number, from 1, each with what only the reply to it holds."""
    return {
        f"Why is the sky blue? {number}": (
            f"so the sky looks blue.\n\nWhat is your question number {number + 1}?"
        )
        for number in range(first, first + count)
    }


def subscribe(server: BenchServer) -> None:
    """Publish the flow and save the phone number."""
    origin = f"http://127.0.0.1:{server.port}"
    session = requests.Session()
    session.headers.update(server.headers)
    session.put(f"{origin}/settings/bench/whatsapp", json=LINE, timeout=10).raise_for_status()
    imported = session.post(f"{origin}/flows/bench", json=json.loads(FLOW.read_text()), timeout=10)
    imported.raise_for_status()
    for flow in imported.json()["flows"]:
        address = f"{origin}/flows/bench/{flow['uuid']}/publish"
        session.post(address, json={}, timeout=10).raise_for_status()


class Meta:
    """bench/graph.py under way in a process of its own."""

    def __init__(self, port: int, process: subprocess.Popen) -> None:
        self.port = port
        self.process = process

    def talk(self, server: BenchServer, texts: dict[str, str], pause: float = 0.0) -> dict:
        """Have every contact say these texts; the values are what each reply must hold."""
        told = {"texts": list(texts), "replies": list(texts.values()), "pause_seconds": pause}
        plan = {"port": server.port, "path": "/channels/whatsapp/bench", "contacts": CONTACTS}
        return self._ask({**plan, **LINE, **told})

    def settled(self) -> int:
        """All replies so far, after a moment in which one too many would come."""
        return self._ask({"settle_seconds": SETTLE_SECONDS})["replies"]

    def _ask(self, plan: dict) -> dict:
        self.process.stdin.write(json.dumps(plan) + "\n")  # type: ignore[union-attr]
        self.process.stdin.flush()  # type: ignore[union-attr]
        return json.loads(self.process.stdout.readline())  # type: ignore[union-attr]


@contextmanager
def running_meta() -> Iterator[Meta]:
    port, pipe = free_port(), subprocess.PIPE
    process = subprocess.Popen(python("bench.graph", port), stdin=pipe, stdout=pipe, text=True)
    try:
        wait_for_port(port, process)
        yield Meta(port, process)
    finally:
        process.terminate()
        process.communicate()


def redis_of(server: BenchServer) -> redis.Redis:
    """A client of the embedded server, which lives in the data directory."""
    directory = next(process.cwd() for process in server.beside if is_redis(process))
    return redis.Redis(unix_socket_path=f"{directory}/redis.sock", protocol=2)


def is_redis(process: psutil.Process) -> bool:
    return "valkey" in process.name()


def commands_of(store: redis.Redis) -> Counter[str]:
    """Calls of each command since the server started, but for the one that asks."""
    stats = store.info("commandstats")
    names = {name.removeprefix("cmdstat_"): found["calls"] for name, found in stats.items()}
    return Counter({name: calls for name, calls in names.items() if name != "info"})


def cpu_by_process(server: BenchServer) -> dict[str, float]:
    """CPU seconds of web (its master too), worker, Redis and supervisor."""
    kinds: dict[str, list] = {"web": [], "worker": [], "Redis": [], "supervisor": []}
    for process in server.processes():
        if process in server.beside:
            kind = "Redis" if is_redis(process) else "supervisor"
        else:
            kind = "web" if "gunicorn" in " ".join(process.cmdline()) else "worker"
        kinds[kind].append(process)
    return {kind: cpu_seconds(processes) for kind, processes in kinds.items()}


def main() -> None:
    for found in rounds():
        print(row(found))
        print(f"    {shares(found)}")
        if found.name == PACED:
            print(f"    {goals(found)}")
        for name, calls in found.commands.most_common():
            print(f"    {calls / found.questions:8.2f} {name}")


if __name__ == "__main__":
    main()
