"""Approved answers: what a call costs that gets one of 10,000, that gets none, and that never
looks; and how long a process takes to hold them. `bench.knowledge` measures which ones are given.

`python -m bench.approved_answers`
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any, NamedTuple

import psutil

from answers.approved.answer import ApprovedAnswer
from answers.approved.index import AnswerIndex
from answers.knowledge.finding.likeness import SURE
from bench.goals import verdict
from bench.processes import call, cpu_seconds, finish, memory_bytes
from bench.servers import BODY, EXPECTED, BenchServer, add_answers, flowhook, save_section
from bench.webhook import stub

ANSWERS = 10_000
CONNECTIONS = 8
DELAY_SECONDS = 0.005
TURNS = 5
TURN_SECONDS, WARM_SECONDS = 1.0, 5.0
HIT_GOAL_MS, LOOK_GOAL_MS, TRIPS_GOAL = 5.0, 5.0, 0.05
OFF, NONE, HIT, NEAR = "not used", "none fits", "the same words", "a slip and other order"

THINGS = (
    *("wheat", "rice", "mustard", "maize", "cotton", "sugarcane", "potato", "onion", "tomato"),
    *("brinjal", "chilli", "turmeric", "ginger", "banana", "mango", "guava", "papaya", "soybean"),
    *("gram", "lentil", "okra", "cabbage", "carrot", "spinach", "garlic", "coriander"),
)
DEEDS = (
    *("sow", "water", "harvest", "spray", "store", "sell", "dry", "transplant", "weed"),
    *("prune", "graft", "thresh", "grade", "insure", "mulch"),
)
PLACES = [f"block{number}" for number in range(ANSWERS // len(THINGS) // len(DEEDS) + 1)]


class Seen(NamedTuple):
    """What a call cost: milliseconds of CPU, round trips to Redis, and how long half of them
    took."""

    milliseconds: float
    trips: float
    p50: float


def questions() -> list[str]:
    asked = [
        f"When should I {deed} the {thing} in {place}?"
        for place in PLACES
        for thing in THINGS
        for deed in DEEDS
    ]
    return asked[:ANSWERS]


def run() -> Iterator[str]:
    yield from held()
    yield ""
    yield (
        f"A call of an organisation with {ANSWERS:,} approved answers (upstream answers after"
        f" {DELAY_SECONDS * 1000:g} ms, {CONNECTIONS} callers, medians of {TURNS} turns)"
    )
    heads = f"{'ms CPU/call':>12}{'ratio':>8}{'Redis/call':>12}{'more':>8}{'p50 ms':>8}"
    yield f"  {'':<26}{heads}  goals"
    with stub(DELAY_SECONDS) as upstream, flowhook(upstream) as server:
        asked = questions()
        rows = [f"{question},{EXPECTED} most.\n" for question in asked]
        add_answers(server, f"question,answer\n{''.join(rows)}".encode())
        thing = asked[1234]
        bodies = {
            OFF: BODY,
            NONE: BODY,
            HIT: {**BODY, "question_text": thing},
            NEAR: {**BODY, "question_text": slipped(thing)},
        }
        turns = []
        for number in range(TURNS + 1):  # the first one warms
            seen = {}
            for name, body in bodies.items():
                save_section(server, "answers", {"is_active": name != OFF})
                seen[name] = turn(server, body, TURN_SECONDS if number else WARM_SECONDS)
            turns += [seen] if number else []
    for name in bodies:
        yield line(name, [one[name] for one in turns], [one[OFF] for one in turns])


def line(name: str, seen: list[Seen], off: list[Seen]) -> str:
    milliseconds = median(one.milliseconds for one in seen)
    ratio = median(
        one.milliseconds / other.milliseconds for one, other in zip(seen, off, strict=True)
    )
    trips, p50 = median(one.trips for one in seen), median(one.p50 for one in seen)
    more = median(one.trips - other.trips for one, other in zip(seen, off, strict=True))
    goals = ""
    if name in (HIT, NEAR):
        goals = f"CPU: {verdict(milliseconds, HIT_GOAL_MS)}, Redis: {verdict(more, TRIPS_GOAL)}"
    figures = f"{milliseconds:>12.3f}{ratio:>8.2f}{trips:>12.3f}{more:>8.3f}{p50:>8.1f}"
    return f"  {name:<26}{figures}  {goals}"


def held() -> Iterator[str]:
    """What an index takes, and looks into it for every fiftieth question."""
    asked = questions()
    answers = [ApprovedAnswer(f"{number:05}", one, EXPECTED) for number, one in enumerate(asked)]
    before = memory_bytes([psutil.Process()])
    began = time.process_time()
    index = AnswerIndex()
    index.put(answers)
    took = time.process_time() - began
    grown = (memory_bytes([psutil.Process()]) - before) / 1024**2
    yield f"{ANSWERS:,} approved answers in a process: {took:.1f} s of CPU, {grown:.0f} MiB"
    some = asked[::50]
    others = [question.replace("When", "Where") for question in some]
    for name, ones in ((HIT, some), (NEAR, [slipped(one) for one in some]), (NONE, others)):
        times = sorted(looked(index, one) for one in ones)
        slow = times[len(times) * 99 // 100]
        goal = verdict(slow, LOOK_GOAL_MS)
        yield f"  {name:<26}{median(times):>8.2f} ms CPU, p99 {slow:.2f}  {goal}"


def looked(index: AnswerIndex, question: str) -> float:
    began = time.process_time()
    index.find(question, SURE, "2026-11-29", lambda _language: True)
    return (time.process_time() - began) * 1000


def slipped(question: str) -> str:
    """The question in another order, with a letter too many in its longest word."""
    words = question.rstrip("?").split()
    longest = max(words, key=len)
    return " ".join(word + word[-1] if word == longest and word.isalpha() else word
                    for word in reversed(words))  # fmt: skip


def turn(server: BenchServer, body: Mapping[str, Any], seconds: float) -> Seen:
    processes, before = server.processes(), server.redis_trips()
    used = cpu_seconds(processes)
    plan = {"connections": CONNECTIONS, "seconds": seconds}
    seen = finish(call(server.port, server.headers, dict(body), EXPECTED, **plan))
    if seen["errors"] or not seen["calls"]:
        raise RuntimeError(f"{seen['errors']} of {seen['calls']} calls failed")
    milliseconds = (cpu_seconds(processes) - used) * 1000 / seen["calls"]
    return Seen(milliseconds, (server.redis_trips() - before) / seen["calls"], seen["p50_ms"])


if __name__ == "__main__":
    for told in run():
        print(told, flush=True)
