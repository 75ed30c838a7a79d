"""Server time of a page of an organisation's conversations, of all and of each filter.

1,000,000 conversations of one organisation in the embedded Redis, in 20 flows of 50 nodes, with
1,200 names of which some are common. `python -m bench.conversations [conversations]`; it is not
part of `make bench`, since filling takes minutes. Prints the memory of what a list needs, too.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cryptography.fernet import Fernet
from werkzeug.test import Client

from app import create_app
from flowhook.batches import batches
from flowhook.config import Config
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.contact_names import ContactNames, make_names_key
from flowhook.redis import embedded
from flowhook.redis.connect import connect
from flowhook.redis.keys import FORMAT, ORGANISATIONS, STORE_FORMAT, org_key
from flows.conversations.roster import Place, Row, indices_of, word_key, words_of
from flows.conversations.roster_repair import state_key
from flows.model.contact import Contact
from service.background import Background

ADMIN_TOKEN = "operator-token-for-the-benchmark"
ORG = "busy"
CONVERSATIONS = 1_000_000
BATCH = 2_000
ROUNDS = 20
FLOWS, NODES = 20, 50
DAY = 86_400_000
STATUSES = (("completed", 65), ("waiting", 95), ("failed", 99), ("paused", 100))
"""With the percents below which a conversation has them."""
WORDS = ("tap", "seed", "well", "crop", "rain", "soil", "goat", "milk")
FILTERS = (
    "",
    "cursor={middle}",
    "flow=flow-07",
    "flow=flow-07&node=node-21",
    "flow=flow-07&node=node-21&status=paused",
    "status=completed",
    "status=waiting",
    "status=failed",
    "status=paused",
    "waiting_since={month_ago}",
    "flow=flow-07&waiting_since={month_ago}",
    "q=given03",
    "q=family07",
    "q=given03 family07",
    "q=given03&status=paused",
    "q=family07&flow=flow-07&status=failed",
    "q=rare",
    "q=98765 00042",
    "q=nobody",
)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CONVERSATIONS
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        key = Fernet.generate_key().decode()
        config = Config(admin_token=ADMIN_TOKEN, encryption_keys=(key,), data_dir=data_dir)
        redis = connect(None, data_dir)
        try:
            for line in (*fill(redis, Cipher((key,)), count), *measure(config, redis)):
                print(line, flush=True)
        finally:
            embedded.release(data_dir)


def fill(redis: Any, cipher: Cipher, count: int) -> Iterator[str]:
    """Write what the turns of these contacts would have written."""
    redis.zadd(ORGANISATIONS, {ORG: 0})
    redis.hset(org_key(ORG, "settings"), mapping={"limits:": b"1"})
    make_names_key(redis, cipher)
    redis.set(FORMAT, STORE_FORMAT)
    names = ContactNames(redis, cipher)
    now = int(time.time() * 1000)
    began, memory = time.perf_counter(), [used(redis)]
    for some in batches(range(count), BATCH):
        pipe = redis.pipeline(transaction=False)
        for number in some:
            contact = contact_of(number)
            row = Row(contact.id, contact.name, f"My {WORDS[number % 8]} is dry, what do I do?")
            fields = {"version": 1, "place": place_of(names, number, contact, now).as_bytes()}
            fields["row"] = row.sealed(cipher, ORG)
            pipe.hset(state_key(ORG, names.of(ORG, contact.id)), mapping=fields)
        pipe.execute()
    memory.append(used(redis))
    for some in batches(range(count), BATCH):
        scored: dict[str, dict[str, int]] = defaultdict(dict)
        named: dict[str, list[str]] = defaultdict(list)
        for number in some:
            contact = contact_of(number)
            member, place = names.of(ORG, contact.id), place_of(names, number, contact, now)
            for key in indices_of(ORG, place):
                scored[key][member] = place.since
            for word in place.words:
                named[word_key(ORG, word)].append(member)
        pipe = redis.pipeline(transaction=False)
        for key, pairs in scored.items():
            pipe.zadd(key, pairs)
        for key, members in named.items():
            pipe.sadd(key, *members)
        pipe.execute()
    memory.append(used(redis))
    yield f"{count:,} conversations, filled in {time.perf_counter() - began:.0f} s"
    states, indices = ((after - before) / count for before, after in pairwise(memory))
    yield f"  a contact takes {states:.0f} bytes for place and row, {indices:.0f} in the indices"


def used(redis: Any) -> int:
    return int(redis.info("memory")["used_memory"])


def contact_of(number: int) -> Contact:
    given, family = number % 40, number // 40 % 30
    name = f"Given{given:02} Family{family:02}" if number % 5000 else "Rare Family00"
    return Contact(f"9198765{number:05}", name)


def place_of(names: ContactNames, number: int, contact: Contact, now: int) -> Place:
    """Somewhere in the last three months, as likely as not in one of the flows."""
    spread = number * 2_654_435_761 % 2**32
    status = next(status for status, until in STATUSES if spread % 100 < until)
    words = tuple(sorted(names.digest_of(ORG, word) for word in words_of(contact)))
    return Place(
        version=1,
        flow=f"flow-{spread // 100 % FLOWS:02}",
        node=f"node-{spread // 2000 % NODES:02}",
        status=status,
        since=now - spread % (90 * DAY),
        is_in=status != "completed",
        words=words,
    )


def measure(config: Config, redis: Any) -> Iterator[str]:
    app = create_app(config, redis)
    client = Client(app)
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    now = int(time.time() * 1000)
    asked = {"middle": f"{now - 45 * DAY}-~", "month_ago": str(now - 30 * DAY)}
    yield "  milliseconds of server time, median and worst of 20; conversations of the page"
    for query in FILTERS:
        path = f"/conversations/{ORG}?{quote(query.format(**asked), safe='=&~')}"
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            answer = client.get(path, headers=headers)
            answer.get_data()
            times.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, (path, answer.status_code)
        page = answer.get_json()
        shown = f"{len(page['conversations'])}{'+' if page['next_cursor'] else ''}"
        yield f"  {statistics.median(times):6.1f} {max(times):6.1f} {shown:>5}  {query or 'all'}"
    app.extensions[Background.NAME].close()


if __name__ == "__main__":
    main()
