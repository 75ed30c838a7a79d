"""Server time of every page over a full store, beside the page that shows nothing.

10,000 organisations and 1,000,000 log entries, 10,000 of them one organisation's, which has a
flow of 2,900 nodes too; in the embedded Redis. `python -m bench.pages [organisations] [entries]`;
it is not part of `make bench`, since filling takes minutes.
"""

from __future__ import annotations

import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from werkzeug.test import Client

from app import create_app
from flowhook.config import Config
from flowhook.organisations.cipher import Cipher
from flowhook.records.batch import batches_of
from flowhook.records.log import LogStore
from flowhook.records.log_entry import LogEntry
from flowhook.redis import embedded
from flowhook.redis.connect import connect
from flowhook.redis.keys import ORGANISATIONS, org_key
from flowhook.usage.counters import UsageCounters
from service.background import Background
from web.site import warm

ADMIN_TOKEN = "operator-token-for-the-benchmark"
BUSY, BUSY_ENTRIES = "org-00000", 10_000
BATCH = 500
FLOW_NODES = 2_900
ROUNDS = 20
PAGES = (
    "/organisations?from=zzz",
    "/",
    "/organisations",
    "/organisations?from=org-05000",
    "/organisations/{org}",
    "/organisations/{org}/settings",
    "/organisations/{org}/settings/limits",
    "/organisations/{org}/tokens",
    "/organisations/{org}/functions",
    "/organisations/{org}/functions/parse_via_chat_gpt",
    "/organisations/{org}/logs",
    "/organisations/{org}/logs?status=provider_timeout",
    "/organisations/{org}/logs?contact=nobody",
    "/organisations/{org}/logs/newer?after={newest}&contact=nobody",
    "/organisations/{org}/logs/{newest}",
    "/organisations/{org}/usage",
    "/organisations/{org}/usage?from=2025-11-01",
    "/organisations/{org}/usage.csv?by=model",
    "/organisations/{org}/flows",
    "/organisations/{org}/flows/long",
    "/organisations/{org}/flows/long/simulator",
)


def main() -> None:
    asked = [int(text) for text in sys.argv[1:3]]
    organisations, entries = (*asked, *(10_000, 1_000_000)[len(asked) :])
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        config = Config(
            admin_token=ADMIN_TOKEN,
            encryption_keys=(Fernet.generate_key().decode(),),
            data_dir=data_dir,
        )
        redis = connect(None, data_dir)
        try:
            fill(redis, config, organisations, entries)
            for line in measure(config, redis):
                print(line, flush=True)
        finally:
            embedded.release(data_dir)


def fill(redis: Any, config: Config, organisations: int, entries: int) -> None:
    """Write what the service would have written, without calling it."""
    began = time.perf_counter()
    cipher = Cipher(config.encryption_keys)
    log = LogStore(redis, cipher, BUSY_ENTRIES, config.log_days)
    counters = UsageCounters(redis)
    names = [f"org-{number:05}" for number in range(organisations)]
    for start in range(0, organisations, BATCH):
        pipe = redis.pipeline(transaction=False)
        for org in names[start : start + BATCH]:
            pipe.zadd(ORGANISATIONS, {org: 0})
            pipe.hset(
                org_key(org, "settings"), mapping={"openai:": b"1", "openai:is_active": b"true"}
            )
        pipe.execute()
    each = max(1, (entries - BUSY_ENTRIES) // max(1, organisations - 1))
    for org in names:
        count = BUSY_ENTRIES if org == BUSY else each
        for start in range(0, count, BATCH):
            numbers = range(start, min(count, start + BATCH))
            batches = batches_of(entry(org, number) for number in numbers)
            pipe = redis.pipeline(transaction=False)
            log.add_to(pipe, batches)
            counters.add_to(pipe, batches)
            pipe.execute()
    used = redis.info("memory")["used_memory"] / 1e6
    print(f"filled in {time.perf_counter() - began:.0f} s, {used:.0f} MB in Redis", flush=True)


def entry(org: str, number: int) -> LogEntry:
    answer = {"success": True, "parsed_msg": "Blue light scatters most in the air. " * 4}
    return LogEntry(
        organization_id=org,
        function="parse_via_chat_gpt",
        request_id=f"{org}-{number}",
        status="provider_timeout" if number % 50 == 0 else "ok",
        http_status=200,
        milliseconds=812.0,
        at=time.time() - 86_400 * (number % 30),
        contact=str(number % 997),
        flow="42",
        model=f"gpt-6-{('luna', 'sol')[number % 2]}",
        input_tokens=180,
        output_tokens=60,
        request={"question_text": "Why is the sky blue?", "contact": {"id": number}},
        response=answer,
    )


def long_flow() -> dict[str, Any]:
    """A flow of messages behind one another, as an export has it."""
    nodes = [
        {
            "uuid": f"node-{place}",
            "actions": [{"uuid": f"a-{place}", "type": "send_msg", "text": "What do you say?"}],
            "exits": [{"uuid": f"e-{place}", "destination_uuid": following}],
        }
        for place in range(FLOW_NODES)
        for following in [f"node-{place + 1}" if place + 1 < FLOW_NODES else None]
    ]
    definition = {"uuid": "long", "name": "Long", "spec_version": "13.1.0", "nodes": nodes}
    return {"flows": [{"definition": definition, "keywords": ["long"]}]}


def measure(config: Config, redis: Any) -> Iterator[str]:
    app = create_app(config, redis)
    warm(app)
    client = Client(app)
    html = {"Accept": "text/html"}
    form = client.get("/sign-in", headers=html).get_data(as_text=True)
    token = re.search(r'name="csrf" value="([^"]+)"', form)
    assert token is not None
    client.post("/sign-in", data={"csrf": token[1], "token": ADMIN_TOKEN}, headers=html)
    operator = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    imported = client.post(f"/flows/{BUSY}", json=long_flow(), headers=operator)
    assert imported.status_code == 200, imported.get_data()
    newest = redis.xrevrange(org_key(BUSY, "log"), count=1)[0][0].decode()
    beside = 0.0
    yield "milliseconds of server time: median, worst of 20, times an empty list"
    for page in PAGES:
        path = page.format(org=BUSY, newest=newest)
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            answer = client.get(path, headers=html)
            answer.get_data()
            times.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, (path, answer.status_code)
        median = statistics.median(times)
        beside = beside or median
        yield f"  {median:6.1f} {max(times):6.1f} {median / beside:6.1f}  {page}"
    app.extensions[Background.NAME].close()


if __name__ == "__main__":
    main()
