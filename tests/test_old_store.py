"""What an earlier release left in its store is read, carried on and delivered by this one."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from flows.conversations.roster_filling import RosterFilling
from tests.fakes.glific import FakeGlific
from tests.fakes.graph import FakeGraph, Line, Person
from tests.fakes.graph.media import File
from tests.fakes.openai import FakeOpenAI
from tests.fakes.receiver import Receiver
from tests.fixtures_app import FIRST_KEY, PHRASE, SECOND_KEY, Answer, OpenService, Service
from tests.fixtures_jobs import JobsService
from tests.flows.talking import publish, say, texts
from tests.old_store import OldStore
from tests.waiting import wait_for
from tests.web.visitor import Visitor

RECEIVER_PORT = 28471
"""Where the callbacks of the old store go."""

LESSONS = ["Lesson one", "Lesson two", "Lesson three"]
NAME = "Please tell me your name."
ASHA, BINA, CHAYA, DIYA, ESHA = (Person(f"91987654321{n}", f"IN.10{n}") for n in range(5))
FARAH, GITA, HEMA, IRA, JAYA = (Person(f"91987654322{n}", f"IN.20{n}") for n in range(5))
KIRAN, LATA, MEENA = (Person(f"91987654323{n}", f"IN.30{n}") for n in range(3))
NINA = Person("", "IN.4000000001")

Json = dict[str, Any]


class Reopened(JobsService):
    """The service of this release over a store of the past."""

    def __init__(self, service: Service, old: OldStore, graph: FakeGraph, line: Line) -> None:
        super().__init__(service)
        self.old = old
        self.graph = graph
        self.line = line
        self._written = 0
        service.tenant = old.tenant("acme")

    def post(self, raw: bytes, headers: Mapping[str, str]) -> int:
        path = "/channels/whatsapp/acme"
        return self.service.request("POST", path, raw=raw, headers=dict(headers)).status

    def show_conversation(self, contact: str) -> Json:
        answer = self.service.admin("GET", f"/conversations/acme/{contact}")
        assert answer.status == 200, answer.body
        return answer.json

    def write(self, person: Person, words: str) -> None:
        """A contact's message, its id none that the old store has seen."""
        self._written += 1
        message = {"type": "text", "text": {"body": words}, "id": f"wamid.new-{self._written}"}
        assert self.post(*self.graph.says(self.line, person, message)) == 200

    def work_until(self, condition: Callable[[], object], what: str) -> None:
        """Wake whoever is due, as a worker does, until the condition holds."""
        waker = self.service.background.waker
        wait_for(lambda: (waker.look(), condition())[1], what, seconds=30)

    def deliver_until(self, person: Person, expected: list[str]) -> None:
        """Work until the contact has got these messages, and no other."""
        sent = self.graph.texts
        at_least = len(expected)
        self.work_until(
            lambda: len(sent(person.identity)) >= at_least, f"messages to {person.identity}"
        )
        assert sent(person.identity) == expected


EVERY_KIND = pytest.mark.parametrize(
    "kept_in", ["fake_redis", "real_redis", "cluster_redis"], indirect=True
)
"""For what reads, delivers or deletes at large; what one store keeps is compared on every kind by
that store's own tests."""


@pytest.fixture
def kept_in(request: pytest.FixtureRequest) -> Any:
    """The Redis that holds the store: the embedded server, unless a test asks for others."""
    return request.getfixturevalue(getattr(request, "param", "real_redis"))


@pytest.fixture
def old(kept_in: Any) -> OldStore:
    """The store, restored."""
    store = OldStore.load("0120829")
    store.restore(kept_in)
    return store


@pytest.fixture
def reopened(
    old: OldStore,
    kept_in: Any,
    open_service: OpenService,
    openai: FakeOpenAI,
    graph: FakeGraph,
    line: Line,
) -> Iterator[Reopened]:
    openai.add_key(openai.key, organization="org-acme", project="proj_acme")
    graph.now = time.time()
    everybody = (ASHA, BINA, CHAYA, DIYA, ESHA, FARAH, GITA, HEMA, IRA, JAYA, KIRAN, LATA, MEENA)
    line.last_inbound |= {one.identity: graph.now for one in (*everybody, NINA)}
    service = open_service(
        kept_in,
        encryption_keys=(SECOND_KEY, FIRST_KEY),
        openai_base_url=openai.base_url,
        whatsapp_base_url=graph.base_url,
        public_url="http://flows.example.org",
        allow_private_urls=("127.0.0.1",),
        log_days=10_000,
    )
    opened = Reopened(service, old, graph, line)
    yield opened
    opened.stop_worker()


@pytest.fixture
def callbacks() -> Iterator[Receiver]:
    """The receiver at the address that the old calls named."""
    with wait_for(lambda: Receiver(RECEIVER_PORT), "the receiver's port", seconds=60) as fake:
        yield fake


def identity(item: Json) -> str:
    return str(item.get("id") or item["definition"]["uuid"])


def lacking(shown: Any, before: Any, where: str) -> list[str]:
    """Where an answer does not have what the answer before had; it may have more. Tokens and
    exported flows come in any order."""
    if isinstance(before, dict) and isinstance(shown, dict):
        keys = before.keys() - {"last_used_at"}
        found = [lacking(shown.get(key), before[key], f"{where}.{key}") for key in keys]
        return [one for several in found for one in several]
    if isinstance(before, list) and isinstance(shown, list) and len(before) == len(shown):
        if where.endswith((".tokens", "/export.flows")):
            shown, before = (sorted(items, key=identity) for items in (shown, before))
        pairs = enumerate(zip(shown, before, strict=True))
        return [one for at, (new, old) in pairs for one in lacking(new, old, f"{where}[{at}]")]
    return [] if shown == before else [f"{where}: {shown!r} was {before!r}"]


# --- what it shows ---


@EVERY_KIND
def test_everything_is_shown_as_it_was(reopened: Reopened, old: OldStore) -> None:
    """Settings masked, tokens, flows and their export, conversations, jobs, dead letters, the log
    entry by entry, usage."""
    for path, (org, before) in old.shown.items():
        token = old.tenant(org).admin_token if org else reopened.service.config.admin_token
        answer = reopened.service.request("GET", path, token=token)
        assert answer.status == 200, (path, answer.body)
        assert lacking(answer.json, before, path) == []


def test_media_are_served(reopened: Reopened, old: OldStore) -> None:
    for kept in old.known["media"].values():
        served = reopened.service.request("GET", kept["path"])
        assert served.status == 200
        assert served.headers["Content-Type"].startswith(kept["content_type"])
        assert hashlib.sha256(served.body).hexdigest() == kept["sha256"]


def test_a_session_of_the_pages_goes_on(reopened: Reopened, old: OldStore) -> None:
    visitor = Visitor(reopened.service.app)
    visitor.client.set_cookie("flowhook", old.known["cookie"])
    assert visitor.get("/organisations/acme/logs").status == 200
    simulator = "/organisations/acme/flows/greeting/simulator"
    assert "A draft asks: your name?" in visitor.get(simulator).text
    assert "Hello Asha" in visitor.post(simulator, {"action": "say", "text": "Asha"}).text


# --- settings and tokens ---


def asked_key(openai: FakeOpenAI) -> str:
    return openai.last.headers["Authorization"].removeprefix("Bearer ")


def ask(reopened: Reopened, question: str, **more: Any) -> Answer:
    body = {"question_text": question, **more}
    answer = reopened.service.call("parse_via_chat_gpt", body)
    assert answer.status == 200, answer.body
    return answer


def test_stored_keys_are_used(reopened: Reopened, old: OldStore, openai: FakeOpenAI) -> None:
    ask(reopened, "Why?")
    assert asked_key(openai) == openai.key
    assert openai.last.headers["OpenAI-Organization"] == "org-acme"
    assert openai.last.body["messages"][0]["content"] == "Answer in simple words."
    second = openai.add_key("sk-fake-second-account-0123456789")
    ask(reopened, "Why?", account="backup")
    assert asked_key(openai) == second
    assert openai.last.body["model"] == "gpt-5.4"
    reopened.service.tenant = old.tenant("chetna")
    third = openai.add_key("sk-fake-chetna-0123456789abcdef")
    ask(reopened, "Why?")
    assert asked_key(openai) == third


def test_tokens_prove_what_they_proved(reopened: Reopened, old: OldStore) -> None:
    service = reopened.service
    buttons = {"buttons_data": "Yes|No"}
    for org in ("acme", "chetna"):
        tenant = old.tenant(org)
        assert service.call("get_buttons", buttons, token=tenant.webhook_token).status == 200
        settings = f"/settings/{org}"
        assert service.request("GET", settings, token=tenant.admin_token).status == 200
        assert service.request("GET", settings, token=tenant.webhook_token).status == 403
    question = {"question_text": "Why?"}
    of_bhoomi = old.tenant("bhoomi").webhook_token
    inactive = service.call("parse_via_chat_gpt", question, token=of_bhoomi)
    assert inactive.error["type"] == "inactive"
    revoked = service.call("get_buttons", buttons, token=old.known["revoked"])
    assert revoked.error["type"] == "unauthorized"
    signed = {**buttons, "organization_id": "acme"}
    assert service.signed_call("get_buttons", signed, PHRASE).status == 200


def test_threads_go_on(reopened: Reopened, old: OldStore, openai: FakeOpenAI) -> None:
    def heard() -> list[str]:
        return [said["content"] for said in openai.last.body["messages"][1:]]

    ask(reopened, "Which?", thread_id=old.known["old_thread"])
    assert heard() == ["Which key?", "Sealed with the first key.", "Which?"]
    ask(reopened, "Who am I?", thread_id=old.known["thread"])
    assert heard() == ["I am Asha", "Hello Asha!", "Who am I?"]
    ask(reopened, "Who am I?", thread_id="lesson", contact={"id": 5})
    assert heard() == ["I am Ravi", "Noted.", "Who am I?"]


def test_a_repeated_call_gets_the_answer_of_the_first(
    reopened: Reopened, old: OldStore, openai: FakeOpenAI
) -> None:
    body = {"question_text": "Once only?"}
    headers = {"Idempotency-Key": "store-1"}
    repeated = reopened.service.call("parse_via_chat_gpt", body, headers=headers)
    assert repeated.json == old.known["idempotent"]
    assert repeated.headers["Idempotent-Replay"] == "true"
    assert openai.requests == []


def test_usage_and_the_log_go_on(reopened: Reopened, openai: FakeOpenAI) -> None:
    service = reopened.service

    def calls() -> int:
        usage = service.admin("GET", "/usage/acme?by=function").json["usage"]
        return int(next(one["calls"] for one in usage if one["function"] == "get_buttons"))

    before = calls()
    service.call("get_buttons", {"buttons_data": "Yes|No"})
    service.flush()
    assert calls() == before + 1
    newest = service.admin("GET", "/logs/acme?function=get_buttons").json["logs"]
    assert len(newest) == 2


# --- conversations ---


@pytest.mark.parametrize(
    ("contact", "words", "reply"),
    [
        ("r1", "Asha", ["Hello Asha"]),  # in the revision it began with, published no more
        ("waiting", "Asha", ["Welcome Asha"]),
        ("child", "Asha", ["Welcome Asha", "Back in the parent"]),
        ("timer", "Yes", ["Good."]),
        ("hindi", "अच्छा", ["ठीक है: अच्छा"]),
        ("completed", "hello", [NAME]),
        ("failed", "hello", [NAME]),
        ("forgotten", "hello", [NAME]),
        ("nobody", "lessons", LESSONS),
        ("nobody", "profile", ["Call 1800 123 456, @contact.name of Rampur"]),
    ],
)
def test_a_conversation_goes_on(
    reopened: Reopened, contact: str, words: str, reply: list[str]
) -> None:
    assert texts(say(reopened.service, words, contact)) == reply


def test_a_parked_flow_is_resumed(reopened: Reopened) -> None:
    body = {"flow": "parked", "result": {"score": "9"}}
    resumed = reopened.service.admin("POST", "/conversations/acme/parked/resume", body)
    assert texts(resumed) == ["The score is 9"]
    assert resumed.json["results"]["grade"] == "3"


def test_who_stays_silent_is_asked_again(reopened: Reopened) -> None:
    reopened.work_until(
        lambda: reopened.show_conversation("timer")["status"] == "completed", "the time-out"
    )
    last = reopened.show_conversation("timer")["transcript"][-1]
    assert last["text"] == "I ask again another day."


@EVERY_KIND
def test_everybody_is_listed(reopened: Reopened, old: OldStore) -> None:
    """Whether the store has digests in the names of its keys or contacts' ids."""

    def listed() -> set[tuple[str, str]]:
        found = reopened.service.admin("GET", "/conversations/acme").json["conversations"]
        return {(one["contact"], one["status"]) for one in found}

    conversations = reopened.service.background.waker.conversations
    filling = RosterFilling(conversations.store, sleep=lambda seconds: None)
    assert listed() == set()
    assert filling.fill() >= 10
    everybody = {
        (path.rpartition("/")[2], shown["status"])
        for path, (_, shown) in old.shown.items()
        if path.startswith("/conversations/acme/")
    }
    assert len(everybody) >= 5
    assert everybody <= listed()
    assert filling.fill() == 0


def test_a_repeated_message_gets_the_answer_of_the_first(reopened: Reopened, old: OldStore) -> None:
    repeated = say(reopened.service, old.known["repeat_body"], "repeated")
    assert repeated.json == old.known["repeat"]
    assert [
        entry["text"]
        for entry in reopened.show_conversation("repeated")["transcript"]
        if entry["direction"] == "in"
    ] == ["hello"]


def test_a_collection_keeps_its_members(reopened: Reopened) -> None:
    """Each is told the news that waited, and then what is sent to all of them anew."""

    def told() -> int:
        transcript = reopened.show_conversation("member")["transcript"]
        return [entry.get("text") for entry in transcript].count("News: the camp is on Monday")

    reopened.work_until(lambda: told() == 1, "the news that waited")
    say(reopened.service, "spread", "another")
    reopened.work_until(lambda: told() == 2, "the news sent anew")
    assert reopened.show_conversation("member")["contact"]["groups"] == {"31": "Mothers"}


# --- flows ---


def test_drafts_are_published_and_the_export_comes_in_again(
    reopened: Reopened, old: OldStore
) -> None:
    service = reopened.service
    assert service.admin("POST", "/flows/acme/greeting/publish").status == 200
    assert texts(say(service, "hello", "newcomer")) == ["A draft asks: your name?"]
    whole = service.admin("GET", "/flows/acme/export").json
    service.tenant = old.tenant("chetna")
    assert service.admin("POST", "/flows/chetna", whole).status == 200
    again = service.admin("GET", "/flows/chetna/export").json
    assert {flow["definition"]["uuid"]: flow["definition"] for flow in again["flows"]} == {
        flow["definition"]["uuid"]: flow["definition"] for flow in whole["flows"]
    }


def test_new_flows_stand_beside_the_old(reopened: Reopened) -> None:
    service = reopened.service
    nodes = [{"id": "a", "enter": "hindi", "to": "b"}, {"id": "b", "send": "End"}]
    publish(service, {"uuid": "fresh", "keywords": ["fresh"], "nodes": nodes})
    assert texts(say(service, "fresh")) == ["आप कैसे हैं?"]
    assert texts(say(service, "अच्छा")) == ["ठीक है: अच्छा", "End"]


# --- WhatsApp ---

QUEUED = {
    # Her lessons lay in both queues, her two messages behind them were not looked at yet.
    ASHA: [*LESSONS, "You said Word", NAME],
    BINA: LESSONS,  # refused by Meta again and again
    CHAYA: ["Thanks for it", "And for: a second message"],
    DIYA: ["Answer: Because."],  # the worker was killed over her message
    HEMA: ["Now", "After a minute"],  # the second was not due
    IRA: ["I ask again another day."],  # the time-out of her wait
    JAYA: ["News: the camp is on Monday"],  # the flow was still to be started for her
    KIRAN: ["News: the camp is on Monday"],
    LATA: [NAME],  # never heard of before
    MEENA: LESSONS,  # Meta delivered her message three times
}
AFTERWARDS = {
    ASHA: ("Asha", "Welcome Asha"),
    BINA: ("Word", "You said Word"),
    CHAYA: ("hello", NAME),
    DIYA: ("hello", NAME),
    ESHA: ("Esha", "Welcome Esha"),
    FARAH: ("2", "You live in Village number 2"),  # an option of a numbered text
    GITA: ("hello", NAME),
    HEMA: ("hello", NAME),
    IRA: ("hello", NAME),
    JAYA: ("Yes", "Noted: Yes"),
    KIRAN: ("Yes", "Noted: Yes"),
    LATA: ("Lata", "Welcome Lata"),
    MEENA: ("Word", "You said Word"),
    NINA: ("Nina", "Welcome Nina"),
}


@pytest.fixture
def photo(graph: FakeGraph, line: Line, old: OldStore) -> None:
    """The file that an unread message of CHAYA's names, at Meta."""
    file = old.known["file"]
    content = b"\x89PNG\r\n\x1a\n" + b"0" * 64
    graph.files[file["id"]] = File(file["id"], line.phone_number_id, content, file["mime_type"])


@EVERY_KIND
@pytest.mark.usefixtures("photo")
def test_what_was_queued_for_contacts_is_delivered_once_and_in_order(
    reopened: Reopened, old: OldStore, openai: FakeOpenAI
) -> None:
    """Messages that nobody had looked at, and messages that had not gone out. Who writes now
    is answered after all of them, and nothing comes twice, not even where Meta repeats it."""
    openai.say("Because.")
    for person, messages in QUEUED.items():
        reopened.deliver_until(person, messages)
    photo = reopened.show_conversation(CHAYA.identity)["results"]["photo"]["url"]
    served = reopened.service.request("GET", photo.removeprefix("http://flows.example.org"))
    assert served.body.startswith(b"\x89PNG")
    raw, headers = old.known["repeated_delivery"]
    assert reopened.post(raw.encode(), headers) == 200
    for person, (words, reply) in AFTERWARDS.items():
        reopened.write(person, words)
        reopened.deliver_until(person, [*QUEUED.get(person, []), reply])


def test_who_writes_first_is_answered_after_what_was_queued(reopened: Reopened) -> None:
    reopened.write(BINA, "Word")
    reopened.deliver_until(BINA, [*LESSONS, "You said Word"])


def test_a_contact_who_hides_the_number_is_known(reopened: Reopened) -> None:
    hidden = Person("", JAYA.user_id)
    reopened.deliver_until(JAYA, ["News: the camp is on Monday"])
    reopened.write(hidden, "No")
    reopened.deliver_until(JAYA, ["News: the camp is on Monday", "Noted: No"])


def test_forgetting_a_contact_forgets_what_was_queued(reopened: Reopened) -> None:
    for person in (ASHA, BINA):
        path = f"/conversations/acme/{person.identity}"
        assert reopened.service.admin("DELETE", path).status == 204
        assert reopened.service.admin("GET", path).status == 404
    reopened.deliver_until(LATA, [NAME])
    for person in (ASHA, BINA):
        reopened.write(person, "hello")
        reopened.deliver_until(person, [NAME])


# --- jobs ---


@EVERY_KIND
def test_jobs_are_done(
    reopened: Reopened, old: OldStore, openai: FakeOpenAI, callbacks: Receiver
) -> None:
    """Those that waited, and those whose process was killed over them: each once."""
    openai.say_by(lambda body: f"Re: {body['messages'][-1]['content']}")
    reopened.start_worker()
    questions = {
        "queued": "Queued?",
        "queued_callback": "Queued, to be posted?",
        "killed": "Killed over it?",
        "web_killed": "Killed in the web?",
    }
    for name, question in questions.items():
        done = reopened.wait(old.known["jobs"][name], seconds=30)
        assert done["status"] == "done"
        assert done["result"] == {"success": True, "parsed_msg": f"Re: {question}"}
    reopened.work_until(
        lambda: reopened.show_conversation("slow")["status"] == "completed", "a flow's late answer"
    )
    assert reopened.show_conversation("slow")["transcript"][-1]["text"] == "Slowly: Re: How?"
    asked = Counter(request.body["messages"][-1]["content"] for request in openai.requests)
    assert all(asked[question] == 1 for question in (*questions.values(), "How?"))


def test_callbacks_are_posted(
    reopened: Reopened, old: OldStore, openai: FakeOpenAI, callbacks: Receiver
) -> None:
    """What was to be tried again, what is done only now, and what had been given up."""
    openai.say_by(lambda _: "An answer.")
    jobs = old.known["jobs"]
    service = reopened.service
    assert service.admin("POST", f"/jobs/dead/acme/{jobs['dead']}/replay").status == 202
    reopened.start_worker()
    for name in ("callback", "queued_callback", "dead"):
        reopened.wait_delivered(jobs[name], "callback")
    results = {post["id"]: post["result"]["parsed_msg"] for post in callbacks.bodies()}
    assert results == {
        jobs["callback"]: "Posted late.",
        jobs["queued_callback"]: "An answer.",
        jobs["dead"]: "Nobody wants this.",
    }
    assert set(callbacks.keys().values()) == {1}
    assert service.admin("GET", "/jobs/dead/acme").json["dead"] == []


def test_a_flow_of_glific_is_resumed(
    reopened: Reopened, old: OldStore, openai: FakeOpenAI, glific: FakeGlific
) -> None:
    openai.say_by(lambda _: "An answer.")
    address = {"api_url": glific.api_url}  # its phone and password are the stored ones
    assert reopened.service.admin("PATCH", "/settings/acme/glific", address).status == 200
    parked = glific.park(flow=12, contact=34)
    reopened.start_worker()
    reopened.wait_delivered(old.known["jobs"]["glific"], "glific")
    assert parked.results["gpt"]["parsed_msg"] == "For Glific."
    assert parked.resumed == 1


# --- the end ---


@EVERY_KIND
def test_deleting_the_organisation_deletes_all_of_it(reopened: Reopened, old: OldStore) -> None:
    service = reopened.service
    assert service.operator("DELETE", "/settings/acme").status == 204
    assert service.call("get_buttons", {"buttons_data": "a"}).status == 401
    service.organisation(org="acme")
    gone = [path for path in old.shown if path.startswith(("/conversations/acme/", "/jobs/acme."))]
    media = [kept["path"] for kept in old.known["media"].values()]
    for path in (*gone, *media, "/flows/acme/greeting", "/settings/acme/globals"):
        assert service.admin("GET", path).status == 404, path
    assert service.admin("GET", "/logs/acme").json["logs"] == []
    while service.background.waker.look():
        pass
    assert reopened.graph.sent == []
