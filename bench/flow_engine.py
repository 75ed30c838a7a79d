"""Messages per second through a flow of 20 nodes, five variables in each message.

The engine alone, with the session turned into JSON and back around every message, and as whole
conversations through Redis (lock, sealed session and transcript, answers kept), beside a Python
loop that only substitutes the five variables, on one core.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from cryptography.fernet import Fernet

from bench.goals import verdict
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.providers.guard import AddressGuard
from flowhook.redis import embedded
from flowhook.redis.connect import connect
from flows.conversations.author_requests import AuthorHttpClient
from flows.conversations.conversations import Conversations
from flows.conversations.store import ConversationStore
from flows.conversations.turn import ContactUpdate
from flows.definition.reading import read_export, read_flow
from flows.engine.engine import Engine
from flows.expressions import Scope, render, substitute
from flows.library.store import FlowStore
from flows.model.contact import Contact
from flows.model.session import Message, Session, WebhookAnswer
from flows.play.standalone import StandaloneServices

IN_MEMORY_GOAL, THROUGH_REDIS_GOAL = 3_000, 800  # messages/s
EXPRESSION_GOAL = 60  # microseconds
NODES = 20
MESSAGES = 3_000
EXPRESSION = "<%= rem(@results.a * 2 + 1, 6) %>"
TEXT = (
    "@contact.name, you said @results.answer on @calendar.current_day "
    "in @contact.fields.village: @results.answer.category, ok?"
)


def run() -> Iterator[str]:
    """The lines to print."""
    bare = _rate(lambda _: substitute(TEXT, _scope()))
    engine, session = _conversation()
    alone = _rate(lambda number: engine.receive(session, Message(text=f"yes {number}")))
    stored = _rate(_storing())
    yield "flow of 20 nodes, 5 variables a message"
    yield f"  substitution only     {bare:9.0f} texts/s     1.00"
    yield f"  engine, in memory     {alone:9.0f} messages/s  {alone / bare:4.2f}"
    goal = verdict(stored, IN_MEMORY_GOAL, is_least=True)
    yield f"  engine, session JSON  {stored:9.0f} messages/s  {stored / bare:4.2f}  {goal}"
    yield f"  cost of a node        {1e6 / alone / 2:9.1f} microseconds (two nodes a message)"
    with tempfile.TemporaryDirectory(prefix="flowhook-bench-") as directory:
        yield from _through_redis(Path(directory), bare)
    taken = 1e6 / _rate(lambda _: render(EXPRESSION, _scope()))
    yield f"  {EXPRESSION}  {taken:5.1f} microseconds  {verdict(taken, EXPRESSION_GOAL)}"


def _through_redis(directory: Path, bare: float) -> Iterator[str]:
    """Whole conversations with the embedded server: a new contact, an old one, one of many."""
    embedded.ensure(directory)
    try:
        conversations = _conversations(connect(None, directory))
        for count, what in ((1, "one contact"), (1_000, "1,000 contacts")):
            rate = _rate(_conversing(conversations, count), 1_500)
            goal = verdict(rate, THROUGH_REDIS_GOAL, is_least=True)
            figures = f"{rate:9.0f} messages/s  {rate / bare:4.2f}"
            yield f"  through Redis         {figures}  {goal}, {what}"
    finally:
        embedded.release(directory)


def _conversations(redis: Any) -> Conversations:
    cipher = Cipher((Fernet.generate_key().decode(),))
    flows = FlowStore(redis, cipher)
    entry = flows.add("bench", read_export(_definition()))[0]
    flows.publish("bench", entry.uuid, entry.draft.revision)
    return Conversations(
        ConversationStore(redis, cipher),
        flows,
        lambda org: Organisation(org, {}, {}),
        no_function,
        AuthorHttpClient(AddressGuard()),
    )


def no_function(organisation: Organisation, name: str, body: Mapping[str, Any]) -> WebhookAnswer:
    return WebhookAnswer(404)


def _conversing(conversations: Conversations, contacts: int) -> Callable[[int], None]:
    known = ContactUpdate(name="Asha", phone="919800000000", fields={"village": "Rampur"})
    for contact in range(contacts):
        conversations.start("bench", f"c{contact}", "bench", known=known)

    def step(number: int) -> None:
        contact = f"c{number % contacts}"
        message = Message(text=f"yes {number}")
        conversations.receive("bench", contact, message, message_id=f"m{number}-{time.time_ns()}")

    return step


def _rate(step: Callable[[int], Any], messages: int = MESSAGES) -> float:
    """Calls per second, the best of three rounds."""
    best = 0.0
    for _ in range(3):
        began = time.perf_counter()
        for number in range(messages):
            step(number)
        best = max(best, messages / (time.perf_counter() - began))
    return best


def _scope() -> Scope:
    results = {"answer": {"input": "yes", "category": "Yes"}, "a": {"input": "3"}}
    contact = {"name": "Asha", "fields": {"village": {"value": "Rampur"}}}
    return Scope(contact=contact, results=results, timezone="Asia/Kolkata")


def _conversation() -> tuple[Engine, Session]:
    services = StandaloneServices()
    services.publish(read_flow(_definition()))
    engine = Engine(services)
    fields = {"village": {"value": "Rampur"}}
    session = Session(Contact(id="7", name="Asha", phone="919800000000", fields=fields))
    engine.start(session, "bench")
    return engine, session


def _storing() -> Callable[[int], None]:
    engine, session = _conversation()
    stored = orjson.dumps(session.as_dict())

    def step(number: int) -> None:
        nonlocal stored
        restored = Session.from_dict(orjson.loads(stored))
        engine.receive(restored, Message(text=f"yes {number}"))
        stored = orjson.dumps(restored.as_dict())

    return step


def _definition() -> dict[str, Any]:
    pairs = [_pair(number) for number in range(NODES // 2)]
    nodes = [node for pair in pairs for node in pair]
    drawn = {node["uuid"]: {"position": {"top": at, "left": 0}} for at, node in enumerate(nodes)}
    return {"uuid": "bench", "name": "Bench", "nodes": nodes, "_ui": {"nodes": drawn}}


def _pair(number: int) -> list[dict[str, Any]]:
    """A message and the wait for its answer, which leads to the next pair."""
    send, wait, following = f"s{number}", f"w{number}", f"s{(number + 1) % (NODES // 2)}"
    action = {"uuid": f"a{number}", "type": "send_msg", "text": TEXT}
    router = {
        "type": "switch",
        "operand": "@input.text",
        "result_name": "answer",
        "wait": {"type": "msg"},
        "categories": [
            {"uuid": "yes", "name": "Yes", "exit_uuid": "e1"},
            {"uuid": "other", "name": "Other", "exit_uuid": "e2"},
        ],
        "default_category_uuid": "other",
        "cases": [
            {
                "uuid": "k",
                "type": "has_any_word",
                "arguments": ["yes, haan"],
                "category_uuid": "yes",
            }
        ],
    }
    exits = [{"uuid": uuid, "destination_uuid": following} for uuid in ("e1", "e2")]
    return [
        {"uuid": send, "actions": [action], "exits": [{"uuid": "e", "destination_uuid": wait}]},
        {"uuid": wait, "actions": [], "exits": exits, "router": router},
    ]
