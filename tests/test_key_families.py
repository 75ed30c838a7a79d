"""The keys of a full store, compared with the list of key families in docs/operations.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis

from flowhook.jobs import idempotency
from flowhook.jobs.flow_resume import RedisShelf
from flowhook.jobs.store import CALLBACK, DEAD, RUN
from flowhook.limits.limiter import Estimate, Limiter
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.circuits import Circuits
from flowhook.organisations.contact_move import LOCK, LOCK_SECONDS
from flowhook.organisations.contact_names import ContactNames, make_names_key
from flowhook.organisations.model_quirks import StoredModelQuirks
from flowhook.organisations.provider_jobs import StoredProviderJobs
from flowhook.providers.glific import Tokens
from flowhook.providers.google_account import GoogleSignIn, ServiceAccount
from flowhook.providers.google_sheets import SheetLink
from flowhook.providers.guard import AddressGuard
from flowhook.providers.whatsapp_errors import Throttled
from flowhook.redis.fullness import Fullness
from flowhook.redis.keys import FORMAT, STORE_FORMAT
from flowhook.redis.leases import TURN_SECONDS, Leases
from flows.channels.whatsapp.pace import PAIR_LIMIT, Pace
from flows.conversations.roster_filling import RUN_KEY, RosterFilling
from flows.play.contact_profiles import ContactProfile, ContactProfiles
from flows.sheets.cache import SheetCache, lease_key
from flows.sheets.table import Table
from flows.sheets.tokens import GoogleTokens
from service.rotate_keys import rotate
from tests.fakes.google import FakeGoogle
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import FIRST_KEY, SECOND_KEY, OpenService, Service
from tests.fixtures_jobs import JobsService
from tests.flows.talking import publish, say
from tests.old_store import OldStore
from tests.web.visitor import Visitor

DOCS = Path(__file__).parents[1] / "docs" / "operations.md"
HEADING = "### What is kept in Redis, and for how long\n"
UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
LOG_DAYS = 30

OFTEN_EMPTY = frozenset(
    {
        # dead messages of the queue's own, which this service never makes
        "{dq}:jobs.XQ",
        "{dq}:jobs.XQ.msgs",
        # while a template is on its way to a contact who wrote more than a day ago
        "fh:{<org>}:whatsapp:reopened:<contact>",
    }
)


@dataclass(frozen=True)
class Family:
    """A family of keys as the list has it; `seconds` is None for what is kept for good."""

    name: str
    bound: str
    seconds: int | None

    @property
    def pattern(self) -> re.Pattern[str]:
        parts = re.split(r"<[a-z]+>", self.name)
        return re.compile("[^:]+".join(re.escape(part) for part in parts))


def listed() -> list[Family]:
    table = DOCS.read_text().partition(HEADING)[2].partition("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in table.splitlines() if line.startswith("| `")]
    assert all(len(row) == 4 for row in rows)
    return [
        Family(name, bound.strip(), seconds_of(kept.strip()))
        for names, _, bound, kept in rows
        for name in re.findall(r"`([^`]+)`", names)
    ]


def seconds_of(kept: str) -> int | None:
    if kept == "for good":
        return None
    if kept == "`LOG_DAYS`":
        return LOG_DAYS * UNITS["day"]
    number, unit = kept.split()
    return int(number) * UNITS[unit.removesuffix("s")]


@pytest.fixture
def full(
    real_redis: redis.Redis,
    open_service: OpenService,
    openai: FakeOpenAI,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[redis.Redis]:
    """The store that an older release left, with all that this one adds."""
    OldStore.load("0120829").restore(real_redis)
    service = open_service(
        real_redis,
        encryption_keys=(SECOND_KEY, FIRST_KEY),
        log_days=LOG_DAYS,
        public_url="http://flows.example.org",
        allow_private_urls=("127.0.0.1",),
    )
    service.organisation(openai)
    fill_calls(service, openai, monkeypatch)
    fill_jobs(service)
    fill_conversations(service)
    fill_what_rarely_happens(service)
    service.operator("GET", "/settings/acme/openai/models")
    fill_provider_failures(service, openai)
    service.flush()
    service.operator("PATCH", "/organizations/acme", {"title": "Asha"})
    service.operator("GET", "/organizations")
    service.operator("POST", "/settings/acme/openai/test")
    service.operator("PUT", "/settings/acme/alerts", {"email": "it@example.org"})
    service.redis.hset("fh:{acme}:alerts", "pause", 0)  # as after an alert
    service.app.extensions["alerts"].leases.take("fh:alerts:run")
    service.app.extensions["alerts"].sweep()
    yield real_redis


def fill_calls(service: Service, openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    service.operator("PUT", "/settings/acme/limits", {"monthly_tokens": 10**9,
        "requests_per_minute": 1000, "concurrent_calls": 100})  # fmt: skip
    ask = {"question_text": "Why?", "thread_id": "mine"}
    assert service.call("parse_via_chat_gpt", ask).status == 200
    flow = {"contact": {"id": "5"}, "flow": {"id": "7"}, "result_name": "r"}
    assert service.call("get_buttons", {"buttons_data": "Yes", **flow}).status == 200
    with monkeypatch.context() as small:
        small.setattr(idempotency, "ANSWER_BYTES", 1)
        for key, more in (("k", {}), ("", {**flow, "flow": {"id": "8"}})):
            headers = {"Idempotency-Key": key} if key else {}
            service.call("get_buttons", {"buttons_data": "Yes", **more}, headers=headers)
            service.background.job_services.writer.flush()
    assert service.call("text_to_speech", {"text": "Hello"}).status == 200
    assert service.call("get_buttons", {}, token="fh.acme.0123456789ab." + "x" * 32).status == 401
    visitor = Visitor(service.app)
    visitor.sign_in(service.config.admin_token)


def fill_jobs(service: Service) -> None:
    jobs = JobsService(service)
    store, holder = jobs.job_services.store, jobs.job_services.liveness.holder()
    service.operator("PUT", "/settings/acme/signature", {"phrase": "a phrase of twelve words"})
    body = {"buttons_data": "Yes", "callback_url": "http://127.0.0.1:28471/"}
    for state in ("open", "ended", "dead"):
        job_id = jobs.accept("get_buttons", body, headers={"Prefer": "respond-async"})
        if state == "ended":
            jobs.job_services.job_runner.perform(job_id, RUN)
            store.claim(job_id, CALLBACK, holder)
            store.settle(job_id, CALLBACK, holder, "done")
        elif state == "dead":
            store.claim(job_id, RUN, holder)
            store.settle(job_id, RUN, holder, DEAD)
    broker = jobs.job_services.queue.broker
    jobs.job_services.queue.send(job_id, RUN, 60.0)
    assert broker.do_fetch("jobs", 1)  # type: ignore[attr-defined]
    jobs.job_services.liveness.become_worker()


def fill_conversations(service: Service) -> None:
    templates = [{"label": "Pick", "interactive_content": {"type": "quick_reply",
        "content": {"type": "text", "text": "Which?"}, "options": []}}]  # fmt: skip
    nodes = [{"id": "w", "wait": {"result": "said"}, "else": "m"}, {"id": "m", "send": "Heard"}]
    publish(
        service,
        {"uuid": "new", "name": "New", "keywords": ["new"], "nodes": nodes},
        interactive_templates=templates,
        collections=["Mothers"],
        contact_field=[{"name": "Age", "shortcode": "age", "value_type": "text"}],
    )
    say(service, {"text": "new", "id": "m1", "contact": {"name": "Asha"}}, "newcomer")
    publish(service, {"uuid": "old", "name": "Old", "nodes": nodes})
    service.admin("DELETE", "/flows/acme/old")
    conversations = service.background.waker.conversations
    conversations.store.begin("acme", "held")
    conversations.store.leases.take(conversations.store.key("acme", "held", "delivery"))
    conversations.wakeups.claim(conversations.now(), 1)
    filling = RosterFilling(conversations.store, sleep=lambda seconds: None)
    filling.fill()
    filling.leases.take(RUN_KEY)
    channels: Any = conversations.channels.values()
    for channel in channels:
        for queue in (channel.outbox, channel.inbox):
            queue.push("acme", "919", "m1", {"text": "Hello"})
            queue.dead_items.bury(queue._take("acme", "919"), "no reason")


def fill_what_rarely_happens(service: Service) -> None:
    """What hardly comes through the front door, written by the parts that write it."""
    store, cipher = service.redis, Cipher([SECOND_KEY, FIRST_KEY])
    organisation = service.background.settings.get("acme")
    RedisShelf(store, cipher, "acme", {}).write(Tokens("a", "r", 1.0))
    StoredModelQuirks(store, organisation, "http://x", lambda org: None).warn("m", "It goes.")
    StoredModelQuirks(store, organisation, "http://x", lambda org: None).learn("m", {})
    Circuits(store, lambda org: None).open(organisation, "http://x", "k")._may_probe()
    StoredProviderJobs(store, organisation).keep("a" * 64, "job-1")
    Limiter(store).place(organisation, Estimate, int).__enter__()
    ContactProfiles(store, cipher).add("acme", ContactProfile())
    fullness = Fullness(store)
    fullness.state = "near"
    fullness._tell()
    service.operator("PUT", "/settings/leaving/limits", {})
    service.operator("DELETE", "/settings/leaving")
    rotate(store, service.config)
    fill_whatsapp(store)
    fill_sheets(store, cipher)
    make_names_key(store, Cipher([FIRST_KEY]))
    store.set(FORMAT, STORE_FORMAT)
    Leases(store, LOCK_SECONDS).take(LOCK)


def fill_whatsapp(store: Any) -> None:
    names = ContactNames(store, Cipher([FIRST_KEY]))
    pace = Pace(store, names, lambda: 1_800_000_000.0)
    for code in (PAIR_LIMIT, 1):
        pace.refused("acme", "1", "919", Throttled(code, None))


def fill_sheets(store: Any, cipher: Cipher) -> None:
    link = SheetLink("1AbCdEf0123456789")
    SheetCache(store, cipher).keep("acme", link, Table(["key"], {"1": ["1"]}))
    Leases(store, TURN_SECONDS).take(lease_key("acme", link))
    with FakeGoogle() as google:
        account = ServiceAccount.read(google.account())
        sign_in = GoogleSignIn(AddressGuard(("127.0.0.1",)), f"{google.url}/token")
        GoogleTokens(store, cipher, sign_in).get("acme", account)


def fill_provider_failures(service: Service, openai: FakeOpenAI) -> None:
    openai.fail(faults.status(401))
    service.call("parse_via_chat_gpt", {"question_text": "Why?"})
    openai.fail(faults.status(503, headers={"x-should-retry": "false"}), times=5)
    for _ in range(5):
        service.call("parse_via_chat_gpt", {"question_text": "Why?"})
    openai.violations.clear()


def keys_of(store: Any) -> list[str]:
    return sorted(key.decode() for key in store.scan_iter(count=1000))


def test_every_key_is_listed_with_its_time(full: redis.Redis) -> None:
    families = listed()
    faults_found = []
    for key in keys_of(full):
        left = full.ttl(key)
        if left == -2:  # expired meanwhile
            continue
        found = [family for family in families if family.pattern.fullmatch(key)]
        if len(found) != 1:
            faults_found.append(f"{key}: listed {len(found)} times")
        elif (found[0].seconds is None) != (left == -1) or left > (found[0].seconds or left):
            faults_found.append(f"{key}: {left} s left, listed {found[0].seconds}")
    assert not faults_found, "\n".join(faults_found)


def test_every_listed_family_is_in_a_full_store(full: redis.Redis) -> None:
    """So that the list holds nothing that is no more, and the store is full indeed."""
    keys = keys_of(full)
    missing = [
        family.name
        for family in listed()
        if family.name not in OFTEN_EMPTY and not any(map(family.pattern.fullmatch, keys))
    ]
    assert not missing, "\n".join(missing)


def test_every_family_has_a_bound() -> None:
    families = listed()
    assert len(families) > 80
    assert all(family.bound for family in families)
    assert len({family.name for family in families}) == len(families)
