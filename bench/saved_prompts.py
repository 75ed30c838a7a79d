"""parse_via_chat_gpt with a saved prompt, in turns with one whose body has the same text: CPU and
round trips to Redis a call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any, NamedTuple

from bench.goals import verdict
from bench.processes import call, cpu_seconds, finish
from bench.servers import BODY, EXPECTED, BenchServer, flowhook, save_prompt
from bench.webhook import stub

CONNECTIONS = 32
DELAY_SECONDS = 0.005
TURNS = 15
TURN_SECONDS = 1.0
RATIO_GOAL, TRIPS_GOAL = 1.03, 0.05
NAME = "bench"
VARIABLES = {"name": "Asha", "village": "Rampur"}

IN_BODY = "prompt in the body"


class Seen(NamedTuple):
    """What a call cost: milliseconds of CPU, and round trips to Redis."""

    milliseconds: float
    trips: float


def run() -> Iterator[str]:
    yield (
        f"A saved prompt (upstream answers after {DELAY_SECONDS * 1000:g} ms, {CONNECTIONS}"
        f" callers, medians of {TURNS} turns)"
    )
    yield f"  {'':<26}{'ms CPU/call':>12}{'ratio':>8}{'Redis/call':>12}{'more':>8}  goals"
    with stub(DELAY_SECONDS) as upstream, flowhook(upstream) as server:
        save_prompt(server, NAME, {"text": BODY["prompt"], "model": BODY["gpt_model"]})
        text = f"{BODY['prompt']} You speak with {{{{name}}}} of {{{{village}}}}."
        save_prompt(server, f"{NAME}_filled", {"text": text, "model": BODY["gpt_model"]})
        bodies = bodies_of(BODY)
        for body in bodies.values():
            turn(server, body)  # warm
        turns = [{name: turn(server, body) for name, body in bodies.items()} for _ in range(TURNS)]
    for name in bodies:
        milliseconds = median(one[name].milliseconds for one in turns)
        ratio = median(one[name].milliseconds / one[IN_BODY].milliseconds for one in turns)
        trips = median(one[name].trips for one in turns)
        more = median(one[name].trips - one[IN_BODY].trips for one in turns)
        goals = ""
        if name == "saved_prompt":
            goals = f"CPU: {verdict(ratio, RATIO_GOAL)}, Redis: {verdict(more, TRIPS_GOAL)}"
        figures = f"{milliseconds:>12.3f}{ratio:>8.3f}{trips:>12.3f}{more:>8.3f}"
        yield f"  {name:<26}{figures}  {goals}"


def bodies_of(body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The body as it is, and with its prompt and model saved."""
    rest = {name: value for name, value in body.items() if name not in ("prompt", "gpt_model")}
    filled = {"saved_prompt": f"{NAME}_filled", "prompt_variables": VARIABLES}
    return {
        IN_BODY: dict(body),
        "saved_prompt": {**rest, "saved_prompt": NAME},
        "saved_prompt, 2 variables": {**rest, **filled},
    }


def turn(server: BenchServer, body: Mapping[str, Any]) -> Seen:
    """One second of calls."""
    processes, before = server.processes(), server.redis_trips()
    used = cpu_seconds(processes)
    plan = {"connections": CONNECTIONS, "seconds": TURN_SECONDS}
    seen = finish(call(server.port, server.headers, dict(body), EXPECTED, **plan))
    if seen["errors"] or not seen["calls"]:
        raise RuntimeError(f"{seen['errors']} of {seen['calls']} calls failed")
    milliseconds = (cpu_seconds(processes) - used) * 1000 / seen["calls"]
    return Seen(milliseconds, (server.redis_trips() - before) / seen["calls"])
