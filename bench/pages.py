"""Server time of every page and list over a full store, with the goal of 100 ms beside it.

`python -m bench.pages` fills an embedded Redis with 10,000 organisations and 1,000,000 log
entries, 500,000 of them one organisation's, which also has a flow of 2,900 nodes and runs of 10,000
cases, and asks for each page 20 times, in process. Filling takes some minutes, so it is not part of
`make bench`; `--quick` fills a hundredth. Ends with 1 where a page misses the goal.

Server time is what the service and its store compute: on a machine that nothing else uses it is
what passes on the clock, but for the pauses that `GET /logs` and `GET /usage` make until what
was called before is written. The first of a page's requests, which fills caches, stands apart.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from cryptography.fernet import Fernet
from flask import Flask
from werkzeug.test import Client

from app import create_app
from bench.full_store import ABSENT_WORD, BUSY, COMMON_WORD, RARE_WORD, Sizes, fill, long_flow
from bench.long_run import fill_runs
from flowhook.config import Config
from flowhook.redis import embedded
from flowhook.redis.connect import connect
from flowhook.redis.keys import org_key
from service.background import Background
from service.collector import Collector
from web.site import warm

ADMIN_TOKEN = "operator-token-for-the-benchmark"
GOAL_MS = 100.0
ROUNDS = 20
FULL, QUICK = Sizes(10_000, 1_000_000, 500_000), Sizes(100, 10_000, 5_000)
LANGUAGES = ("en", "hi")
PAGES = (
    "/",
    "/organisations",
    "/organisations?cursor=5000",
    *(f"/organisations?sort={sort}" for sort in ("failures", "spend", "last_call")),
    *(f"/organisations?q={words}" for words in ("org-0", "NGO", "state-7", "nowhere")),
    "/organisations?q=org-0&sort=spend",
    "/organisations/all.csv?q=state-7",
    "/organisations/{org}",
    "/organisations/{org}/settings",
    *(
        f"/organisations/{{org}}/settings/{section}"
        for section in ("limits", "whatsapp", "glific", "flows", "alerts", "globals")
    ),
    "/organisations/{org}/tokens",
    "/organisations/{org}/audit",
    "/organisations/{org}/trash",
    "/organisations/{org}/functions",
    "/organisations/{org}/functions/parse_via_chat_gpt",
    "/organisations/{org}/logs",
    "/organisations/{org}/logs?cursor={middle}",
    "/organisations/{org}/logs?status=failed",
    "/organisations/{org}/logs?status=invalid_api_key",
    "/organisations/{org}/logs?contact=nobody",
    "/organisations/{org}/logs?q={common}",
    "/organisations/{org}/logs?q={rare}",
    "/organisations/{org}/logs?q={absent}",
    "/organisations/{org}/logs?q={absent}&cursor={middle}",
    "/organisations/{org}/logs/all.csv?status=failed",
    "/organisations/{org}/logs/newer?after={newest}&contact=nobody",
    "/organisations/{org}/logs/{newest}",
    "/organisations/{org}/usage",
    "/organisations/{org}/usage?from=2025-11-01",
    "/organisations/{org}/usage.csv?by=model",
    "/organisations/{org}/flows",
    "/organisations/{org}/flows/long",
    "/organisations/{org}/flows/long?node=node-2000",
    "/organisations/{org}/flows/long/simulator",
    "/organisations/{org}/question-sets",
    "/organisations/{org}/question-sets/crops",
    "/organisations/{org}/question-sets/crops?start=9950",
    "/organisations/{org}/question-sets/crops/runs/{run}",
    "/organisations/{org}/question-sets/crops/runs/{run}?show=failed&start=1000",
    "/organisations/{org}/question-sets/crops/runs/{run}/compare?with={other_run}",
    "/help",
    "/help?q=token",
    "/help/admin",
    "/help/operations",
)
WHOLE_TABLE = "csv"  # of all organisations: made in turns with other requests, so not judged
API = (
    "/organizations",
    "/organizations?sort=spend&q=ngo",
    "/usage",
    "/usage/{org}",
    "/logs/{org}",
    "/logs/{org}?status=failed",
    "/logs/{org}?q={absent}",
    "/trash/{org}",
)
OPERATOR = {"Authorization": f"Bearer {ADMIN_TOKEN}"}


@dataclass(frozen=True, slots=True)
class Row:
    """Milliseconds of a page; `worst` and `median` are of server time, `clock` of the clock."""

    name: str
    first: float
    median: float
    worst: float
    clock: float
    kilobytes: float

    is_judged: bool

    @property
    def misses(self) -> bool:
        return self.is_judged and self.worst >= GOAL_MS

    def __str__(self) -> str:
        verdict = ("FAIL" if self.misses else "pass") if self.is_judged else "    "
        return (
            f"  {self.median:7.1f} {self.worst:7.1f} {GOAL_MS:6.0f} {verdict}  {self.first:7.1f}"
            f" {self.clock:7.1f} {self.kilobytes:6.0f}  {self.name}"
        )


def main() -> None:
    asked = arguments()
    sizes = Sizes(asked.organisations, asked.entries, min(asked.busy, asked.entries))
    minutes = sizes.entries / 500_000 + 1
    print(
        f"{sizes.organisations:,} organisations, {sizes.entries:,} entries, {sizes.busy:,} of them"
        f" one's: takes about {minutes:.0f} min",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        config = Config(
            admin_token=ADMIN_TOKEN,
            encryption_keys=(Fernet.generate_key().decode(),),
            data_dir=data_dir,
        )
        redis = connect(None, data_dir)
        try:
            began = time.perf_counter()
            fill(redis, config, sizes)
            used = redis.info("memory")["used_memory"] / 1e6
            print(f"filled in {time.perf_counter() - began:.0f} s, {used:.0f} MB in Redis")
            missed = show(config, redis, asked.rounds, asked.only)
        finally:
            embedded.release(data_dir)
    sys.exit(1 if missed else 0)


def arguments() -> argparse.Namespace:
    head, _, rest = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser("python -m bench.pages", description=head, epilog=rest)
    add = parser.add_argument
    for name, count in (
        ("organisations", FULL.organisations),
        ("entries", FULL.entries),
        ("busy", FULL.busy),
    ):
        add(f"--{name}", type=int, default=count, help="default %(default)s")
    add("--quick", action="store_true", help="fill a hundredth")
    add("--rounds", type=int, default=ROUNDS, help="requests of a page; default %(default)s")
    add("--only", default="", help="only pages with these letters in their address")
    asked = parser.parse_args()
    if asked.quick:
        asked.organisations, asked.entries = QUICK.organisations, QUICK.entries
        asked.busy = QUICK.busy
    return asked


def show(config: Config, redis: Any, rounds: int, only: str) -> int:
    """Print a row for each page; how many miss the goal."""
    app = create_app(config, redis)
    warm(app)
    missed, longest_pause = 0, 0.0
    collector = Collector(lambda: 0)
    collector.start()
    print("milliseconds:")
    print("   median   worst   goal         first   clock     KB", flush=True)
    try:
        for row in measure(app, config, redis, rounds, only):
            print(row, flush=True)
            missed += row.misses
            began = time.process_time()
            collector.look()
            longest_pause = max(longest_pause, (time.process_time() - began) * 1000)
    finally:
        app.extensions[Background.NAME].close()
    resident = psutil.Process().memory_info().rss / 1e6
    print(
        f"{missed} miss the goal; this process has {resident:.0f} MB; freeing garbage, which a web"
        f" process does between requests, took {longest_pause:.0f} ms at the most",
        flush=True,
    )
    return missed


def measure(app: Flask, config: Config, redis: Any, rounds: int, only: str) -> Iterator[Row]:
    client = signed_in(app)
    imported = client.post(f"/flows/{BUSY}", json=long_flow(), headers=OPERATOR)
    assert imported.status_code == 200, imported.get_data()
    log = org_key(BUSY, "log")
    newest, middle = (
        redis.xrevrange(log, high, count=1)[0][0].decode() for high in ("+", half(redis))
    )
    words = {"common": COMMON_WORD, "rare": RARE_WORD, "absent": ABSENT_WORD}
    run, other_run = fill_runs(redis, config, BUSY)
    runs = {"run": run, "other_run": other_run}
    places = {"org": BUSY, "newest": newest, "middle": middle, **words, **runs}
    asked = [
        *(
            (page, language, {"Accept": "text/html", "Accept-Language": language})
            for language in LANGUAGES
            for page in PAGES
        ),
        ("/organisations/all.csv", WHOLE_TABLE, {"Accept": "text/html"}),
        ("/organizations", WHOLE_TABLE, {**OPERATOR, "Accept": "text/csv"}),
        *((page, "api", OPERATOR) for page in API),
    ]
    for page, kind, headers in asked:
        if only in page:
            yield times(client, redis, f"{kind:4} {page}", page.format(**places), headers, rounds)


def half(redis: Any) -> str:
    """An id in the middle of the busy log."""
    found = redis.xinfo_stream(org_key(BUSY, "log"))
    first, last = (int(found[f"{end}-entry"][0].partition(b"-")[0]) for end in ("first", "last"))
    return str((first + last) // 2)


def signed_in(app: Flask) -> Client:
    client = Client(app)
    form = client.get("/sign-in", headers={"Accept": "text/html"}).get_data(as_text=True)
    token = re.search(r'name="csrf" value="([^"]+)"', form)
    assert token is not None
    client.post("/sign-in", data={"csrf": token[1], "token": ADMIN_TOKEN})
    return client


def times(
    client: Client, redis: Any, name: str, path: str, headers: dict[str, str], rounds: int
) -> Row:
    clock, server = [], []
    for _ in range(rounds + 1):
        used = cpu_milliseconds(redis)
        began = time.perf_counter()
        answer = client.get(path, headers=headers)
        body = answer.get_data()
        clock.append((time.perf_counter() - began) * 1000)
        server.append(cpu_milliseconds(redis) - used)
        assert answer.status_code == 200, (path, answer.status_code, body[:300])
    first, *rest = server
    median = statistics.median(rest)
    is_judged = not name.startswith(WHOLE_TABLE)
    return Row(name, first, median, max(rest), max(clock[1:]), len(body) / 1000, is_judged)


def cpu_milliseconds(redis: Any) -> float:
    """What this process and its store have computed so far."""
    store = redis.info("cpu")
    used = store["used_cpu_user"] + store["used_cpu_sys"]
    return (time.process_time() + used) * 1000


if __name__ == "__main__":
    main()
