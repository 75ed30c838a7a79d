"""The keys of a full store, compared with the list of key families in docs/operations.md."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis

from answers.gates.check import PASSED, GateCheck
from answers.gates.flow_gates import FlowGateStore
from answers.gates.gate import Gate
from answers.inbox.inbox import Inbox
from answers.inbox.sweep import InboxSweep
from answers.knowledge.document import Passage
from answers.knowledge.progress import Aside, ReadDocument
from answers.knowledge.reader import Reader
from answers.knowledge.sealing import EMBEDDINGS, DocumentPlace
from answers.prompts.store import PromptStore
from answers.question_sets.question_set import Case
from answers.question_sets.runs import runner as runners
from flowhook.jobs import idempotency
from flowhook.jobs.flow_resume import RedisShelf
from flowhook.jobs.store import CALLBACK, DEAD, RUN
from flowhook.limits.limiter import Estimate, Limiter
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.circuits import Circuits
from flowhook.organisations.contact_move import LOCK, LOCK_SECONDS
from flowhook.organisations.contact_names import ContactNames, make_names_key
from flowhook.organisations.contact_rights import ContactRights
from flowhook.organisations.model_quirks import StoredModelQuirks
from flowhook.organisations.provider_jobs import StoredProviderJobs
from flowhook.organisations.retention_sweep import RetentionSweep
from flowhook.organisations.store import SettingsStore
from flowhook.providers.glific import Tokens
from flowhook.providers.google_account import GoogleSignIn, ServiceAccount
from flowhook.providers.google_sheets import SheetLink
from flowhook.providers.guard import AddressGuard
from flowhook.providers.whatsapp_errors import Throttled
from flowhook.records.contact_log import COPY_SECONDS
from flowhook.records.log_entry import LogEntry
from flowhook.redis.effects import write
from flowhook.redis.fullness import Fullness
from flowhook.redis.keys import FORMAT, STORE_FORMAT
from flowhook.redis.leases import TURN_SECONDS, Leases
from flows.channels.contact_queue import ContactQueue
from flows.channels.whatsapp.pace import PAIR_LIMIT, Pace
from flows.conversations.people_queue import PEOPLE
from flows.conversations.roster_filling import RUN_KEY, RosterFilling
from flows.play.contact_profiles import ContactProfile, ContactProfiles
from flows.sheets.cache import SheetCache, lease_key
from flows.sheets.table import Table
from flows.sheets.tokens import GoogleTokens
from service.gating import Gating
from service.rotate_keys import rotate
from tests.answers.inbox.items import asked
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
    if kept == "`MEDIA_DAYS`":
        return UNITS["day"]
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
    assert service.admin("DELETE", "/contacts/acme/nobody").status == 200  # empties the trash
    fill_calls(service, openai, monkeypatch)
    fill_jobs(service)
    fill_conversations(service)
    fill_question_sets(service)
    fill_approved_answers(service)
    fill_guardrails(service, openai)
    fill_gates(service)
    fill_inbox(service)
    service.admin("PUT", "/contacts/acme/919/consent", {"given": True})
    fill_documents(service)
    fill_what_rarely_happens(service)
    fill_erasures(service)
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
    retention = RetentionSweep(service.redis, lambda: [], {})
    retention.leases.take(retention.RUN_KEY)
    retention.sweep()
    yield real_redis


def fill_calls(service: Service, openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    service.operator("PUT", "/settings/acme/limits", {"monthly_tokens": 10**9,
        "requests_per_minute": 1000, "concurrent_calls": 100})  # fmt: skip
    ask = {"question_text": "Why?", "thread_id": "mine", "contact": {"id": "5"}}
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
    assert visitor.get("/organisations/acme/asked").status == 200


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
    people = ContactQueue(service.redis, conversations.store.cipher, PEOPLE)
    people.list_organisation("acme")
    write(service.redis, *people.filling("acme", "919", [{"what": "said"}]))
    people.dead_items.bury(people._take("acme", "919"), "no reason")  # type: ignore[arg-type]


def fill_approved_answers(service: Service) -> None:
    service.admin("PUT", "/settings/acme/answers", {"is_active": True})
    approved = {"question": "Is there a camp?", "answer": "On Sunday."}
    assert service.admin("POST", "/answers/acme", approved).status == 201
    answer = service.call("parse_via_chat_gpt", {"question_text": approved["question"]}).json
    rated = {"answer_id": answer["answer_id"], "thumbs": "up"}
    assert service.call("rate_answer", rated).status == 200


def fill_guardrails(service: Service, openai: FakeOpenAI) -> None:
    rules = {"topics": {"allowed": "Rice", "action": "reply"}}
    assert service.operator("PUT", "/settings/acme/guardrails", rules).status == 201
    openai.say_json({"off_topic": True})
    assert service.call("chat", {"input": "Who won?"}).json["guardrail"] == "topics"
    assert service.operator("DELETE", "/settings/acme/guardrails").status in (200, 204)


def fill_question_sets(service: Service) -> None:
    asked = {"target": {"function": "chat"}, "cases": [{"question": "Why?"}]}
    for name in ("kept", "deleted"):
        assert service.admin("PUT", f"/question-sets/acme/{name}", asked).status == 201
    service.admin("DELETE", "/question-sets/acme/deleted")
    sets = service.app.extensions[runners.Runner.NAME].sets
    sets.add_case("acme", "kept", Case("q", ("When?",)), "me", contact="5")
    fill_runs(service)


def fill_runs(service: Service) -> None:
    runner = service.app.extensions[runners.Runner.NAME]
    cases = [{"id": f"q{number}", "question": f"Why {number}?"} for number in range(20)]
    asked = {"target": {"function": "get_buttons"}, "cases": cases}
    service.admin("PUT", "/question-sets/acme/asked", asked)
    for _ in range(2):  # one of them is not over
        started = service.admin("POST", "/question-sets/acme/asked/runs", {"repeats": 1})
        run_id = started.json["run_id"]
    runner.perform(f"acme.{run_id}")
    labels = {case["id"]: "passed" for case in cases}
    labelled = service.admin("POST", f"/question-sets/acme/asked/runs/{run_id}/labels", labels)
    assert labelled.json["agreement"]["calibrated"], labelled.body
    run = runner.store.get("acme", run_id)
    for key in (runners.lease_key(run), runners.turn_key("acme")):
        assert runner.leases.take(key)


def fill_gates(service: Service) -> None:
    """A gate, a check and a night, and what says that somebody looks at them."""
    gating: Gating = service.app.extensions[Gating.NAME]
    place = ("flow", "u")
    FlowGateStore(service.redis).put("acme", place[1], Gate("crops"), ())
    gating.gates.nights.add("acme", place)
    check = GateCheck("c", "u", "crops", "d", {1: 100}, None, {1: "r"}, "asha", "", status=PASSED)
    gating.gates.checks.begin("acme", place, check)
    gating.sweep.leases.take(gating.sweep.RUN_KEY)
    gating.sweep.sweep()


def fill_inbox(service: Service) -> None:
    """What waits for a person, was answered and was closed, and who looks after it."""
    inbox: Inbox = service.app.extensions[Inbox.NAME]
    ids = [inbox.intake.add("acme", asked(), same="why").id]
    ids += [inbox.intake.add("acme", asked()).id for _ in range(2)]
    inbox.answer("acme", ids[1], "Yes.", "Meera")
    inbox.close("acme", ids[2], "Meera")
    inbox.deliveries.leases.take("fh:{acme}:to_answer:held:" + ids[0])
    sweep = InboxSweep(service.redis, inbox, lambda: [])
    sweep.leases.take(sweep.RUN_KEY)
    sweep.sweep()


def fill_documents(service: Service) -> None:
    """A document that was read, one that is being read, and one that waits."""
    reader: Reader = service.app.extensions[Reader.NAME]
    service.admin("PUT", "/knowledge/acme/kept", {"embedding_model": "text-embedding-3-small"})
    sent = service.admin("POST", "/knowledge/acme/kept/documents", {"title": "a", "text": "Hello."})
    base = reader.documents.bases.existing_now("acme", "kept")
    place = DocumentPlace("acme", base.id, sent.json["document_id"])
    reader.progress.begin(place, "t")
    page = ReadDocument("pdf", [Passage("Hello.", 1)], {1: "Hello."}, 1)
    reader.progress.finish(place, "t", page)
    aside = Aside("text-embedding-3-small", place.made(EMBEDDINGS, "t"))
    reader.progress.gather_embeddings(place, aside, 0, [[1.0]])
    reader.progress.embedded(place, "t", aside)
    reader.progress.gather_embeddings(place, aside, 0, [[1.0]])
    service.admin("POST", "/knowledge/acme/kept/documents", {"title": "b", "text": "Waits."})
    reader.leases.take(place.lease)


def fill_erasures(service: Service) -> None:
    """What a worker holds that looks after erasures, and one that died as it copied the log."""
    rights: ContactRights = service.app.extensions[ContactRights.NAME]
    rights.erasures.leases.take(rights.erasures.RUN_KEY)
    rights.erasures.sweep()
    rights.rewrite.order()
    for log in ("log", "run_log"):
        rights.erasures.leases.take(f"fh:{{acme}}:{log}:copying")
        service.redis.xadd(f"fh:{{acme}}:{log}:copy:died", {"summary": "{}"})
        service.redis.expire(f"fh:{{acme}}:{log}:copy:died", COPY_SECONDS)


def fill_what_rarely_happens(service: Service) -> None:
    """What hardly comes through the front door, written by the parts that write it."""
    store, cipher = service.redis, Cipher([SECOND_KEY, FIRST_KEY])
    organisation = service.background.settings.get("acme")
    call = LogEntry("acme", "chat", "r1", "ok", 200, 1.0, at=time.time(), prompt="help@1")
    service.background.recorder.record(call)
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
    settings = SettingsStore(store, cipher)
    prompts = PromptStore(store, cipher, settings.changes, settings.trash)
    prompts.add("acme", "farmer_help", {"text": "You help farmers."}, "me")
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
    openai.fail(faults.status(503, headers={"x-should-retry": "false"}), times=9)
    for _ in range(9):
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
