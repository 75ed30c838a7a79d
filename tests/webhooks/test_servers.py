"""All functions that ask a provider, over all shapes of all servers.

Each call goes through the dispatcher to the fake of a server (tests/fakes/servers), in both
dialects where the function has them. Whatever the server answers: no call breaks, no thought and no
half answer reaches a contact, the error is the one that the server's file names, and a result would
be taken as input.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from fakeredis import FakeStrictRedis

from answers.guardrails.consent import ConsentStore
from answers.guardrails.guards import Guards
from answers.guardrails.rules.rules import Rules
from answers.guardrails.rules.verdicts import Verdicts
from answers.inbox.intake import InboxIntake
from answers.inbox.store import InboxStore
from flowhook.jobs.call import Call
from flowhook.limits.limiter import Limiter
from flowhook.media import samples
from flowhook.media.public import PublicMedia
from flowhook.media.store import MediaStore
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.model_quirks import StoredModelQuirks
from flowhook.organisations.organisation import QUIRKS_KEY, Organisation
from flowhook.outcome import Outcome, failed
from flowhook.providers.account import Account, Accounts
from flowhook.providers.account_client import AccountClient
from flowhook.providers.gevent_transport import GeventTransport
from flowhook.providers.guard import AddressGuard
from flowhook.providers.pooled_transport import PooledTransport
from flowhook.providers.requests_transport import RequestsTransport
from flowhook.providers.websocket import ConversingTransport
from flowhook.records.log_entry import LogEntry
from flowhook.redis.keys import org_key
from flowhook.strict_json import read_json
from tests.fakes.servers.playing import FakeServer, values_at
from tests.fakes.servers.reading import ANSWERED, Shape, read_server, server_names
from tests.fakes.servers.saying import HALF, SAID, THOUGHT
from tests.fixtures_app import FIRST_KEY, make_config
from tests.webhooks.contexts import approved_answers, knowledge, prompt_store
from webhooks.context import ContextFactory
from webhooks.dispatcher import Dispatcher
from webhooks.registry import load_functions
from webhooks.threads import Threads
from webhooks.tools.webhook_tools import WebhookTools

SCHEMA = {
    "type": "object",
    "properties": {"colour": {"type": "string"}, "sure": {"type": "boolean"}},
    "required": ["colour", "sure"],
    "additionalProperties": False,
}
BUTTONS = {
    "name": "get_buttons",
    "description": "Split titles.",
    "parameters": {
        "type": "object",
        "properties": {"buttons_data": {"type": "string"}},
        "required": ["buttons_data"],
        "additionalProperties": False,
    },
    "strict": True,
}
IMAGE = [{"type": "image_url", "image_url": {"url": samples.IMAGE}}, {"type": "text", "text": "?"}]
CALLED = {
    "id": "call_b",
    "type": "function",
    "function": {"name": "order_status", "arguments": '{"order": "A17"}'},
}
ALWAYS_REASONS = "gpt-6-astra"


@dataclass(frozen=True)
class Row:
    """A call of a function: its body, and the result where the model says what it should."""

    function: str
    body: dict[str, Any]
    wanted: dict[str, Any] = field(default_factory=dict)
    then: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    """What function_calling_response is given after it."""
    soft: str = ""
    """A path whose failure is told in `speech_error` of a success."""


ROWS: dict[str, Row] = {
    "chat": Row(
        "chat",
        {
            "prompt": "Be brief.",
            "input": "Why is the sky blue?",
            "max_tokens": 300,
            "temperature": 0.5,
            "n": 2,
            "frequency_penalty": 0.5,
            "presence_penalty": 0.5,
        },
        {"response": SAID, "responses": [SAID, SAID]},
    ),
    "chat in JSON": Row(
        "chat",
        {"input": "Which colour?", "response_type": "json", "max_tokens": 300},
        {"response": {"colour": "blue"}},
    ),
    "chat by a schema": Row(
        "chat",
        {"input": "Which colour?", "schema": SCHEMA, "temperature": 0},
        {"response": {"colour": "blue", "sure": True}},
    ),
    "chat_with_vision": Row(
        "chat_with_vision", {"input": IMAGE, "max_tokens": 300}, {"response": SAID}
    ),
    "parse_via_chat_gpt": Row(
        "parse_via_chat_gpt",
        {"question_text": "Why?", "prompt": "Be brief.", "temperature": 0.5, "max_tokens": 300},
        {"parsed_msg": SAID},
    ),
    "parse_via_gpt_vision": Row(
        "parse_via_gpt_vision", {"url": samples.IMAGE, "prompt": "What?"}, {"response": SAID}
    ),
    "prompt": Row(
        "prompt",
        {
            "prompt": "Why is the sky blue?",
            "max_tokens": 300,
            "temperature": 0,
            "top_p": 0.9,
            "stop": ["END"],
            "user": "contact-7",
            "reasoning_effort": "none",
        },
    ),
    "detect_language": Row("detect_language", {"text": "x"}, {"detected_language": "Hindi"}),
    "detect_language of speech": Row("detect_language", {"speech": samples.SPEECH}),
    "function_calling": Row(
        "function_calling",
        {"input": "Which buttons?", "functions": ["get_buttons"], "max_tokens": 300},
        {"response": SAID},
    ),
    "function_calling in the other dialect": Row(
        "function_calling",
        {"input": "Which buttons?", "functions": ["get_buttons"], "model": ALWAYS_REASONS},
        {"response": SAID},
    ),
    "function_calling and its response": Row(
        "function_calling",
        {"input": "Which buttons?", "functions": [BUTTONS]},
        {"response": SAID},
        lambda result: {"function_calling_response": result, "sub_automation_response": "two"},
    ),
    "function_calling_response alone": Row(
        "function_calling_response",
        {
            "function_calling_response": {
                "calls": [{"id": "call_a", "name": "order_status", "arguments": {"order": "A17"}}]
            },
            "sub_automation_response": {"status": "on its way"},
        },
        {"response": SAID},
    ),
    "function_calling_response with another server's thoughts": Row(
        "function_calling_response",
        {
            "function_calling_response": {
                "messages": [
                    {"role": "user", "content": "Where is it?"},
                    {"role": "assistant", "reasoning_content": THOUGHT, "tool_calls": [CALLED]},
                ]
            },
            "sub_automation_response": {"status": "on its way"},
        },
        {"response": SAID},
    ),
    "translate_entry": Row(
        "translate_entry",
        {"entry": {"title": "Summer sale", "body": "Come."}, "language": "Hindi"},
        {"entry": {"title": "SUMMER SALE", "body": "COME."}},
    ),
    "moderate": Row("moderate", {"text": "I like your school."}, {"flagged": False}),
    "speech_to_text": Row("speech_to_text", {"speech": samples.SPEECH, "language": "Odia"}),
    "speech_to_text in English": Row(
        "speech_to_text",
        {"speech": samples.SPEECH, "output_language": "English"},
        {"response": "WHEN DOES THE SCHOOL OPEN?"},
    ),
    "text_to_speech": Row(
        "text_to_speech", {"text": "The school opens.", "language": "Hindi", "pace": 0.9}
    ),
    "generate_image": Row("generate_image", {"prompt": "A school", "n": 2}),
    "filesearch-gpt": Row(
        "filesearch-gpt", {"question": "When?", "vector_store_id": "vs_1"}, {"message": SAID}
    ),
    "voice-filesearch-gpt": Row(
        "voice-filesearch-gpt",
        {"speech": samples.SPEECH, "vector_store_id": "vs_1"},
        soft="/audio/speech",
    ),
}
ROOT = Path(__file__).parents[2]
FILES = {name: read_server(name) for name in server_names()}
SHAPES = [(name, shape) for name, file in FILES.items() for shape in file.shapes]
TRANSPORTS: dict[str, Callable[[], ConversingTransport]] = {
    "requests": RequestsTransport,
    "pooled": PooledTransport,
    "gevent": GeventTransport,
}


class Caller:
    """A dispatcher whose clients note their pauses, and organisations at a server."""

    def __init__(self) -> None:
        self.redis = FakeStrictRedis()
        self.pauses: list[float] = []
        self.transports = {name: make() for name, make in TRANSPORTS.items()}
        self.accounts = Accounts(make_config())
        cipher = Cipher([FIRST_KEY])
        contexts = ContextFactory(
            self.accounts,
            self.open_client,
            AddressGuard(),
            PublicMedia(MediaStore(self.redis, cipher), "http://127.0.0.1"),
            Threads(self.redis, cipher),
            google_maps_url="http://127.0.0.1:9",
            prompts=prompt_store(self.redis, cipher),
            knowledge=knowledge(self.redis, cipher),
            intake=InboxIntake(InboxStore(self.redis, cipher)),
            approved=approved_answers(self.redis, cipher),
            guards=Guards(cipher, ConsentStore(self.redis, cipher)),
            rules=Rules(Verdicts(self.redis, cipher)),
        )
        self.entries: list[LogEntry] = []
        self.dispatcher = Dispatcher(
            load_functions(), contexts, self.entries.append, Limiter(self.redis)
        )
        contexts.add_tools(WebhookTools(self.dispatcher))
        self.count = 0

    def open_client(
        self, account: Account, organisation: Organisation, masks: Any = None
    ) -> AccountClient:
        names = list(self.transports)
        transport = self.transports[names[self.count % len(names)]]
        quirks = StoredModelQuirks(self.redis, organisation, account.base_url, lambda org: None)
        return AccountClient(account, transport, quirks, sleep=self.pauses.append)

    def organisation(self, server: FakeServer, changes: dict[str, Any]) -> Organisation:
        """An organisation that nothing is known of, with a changed account at the server."""
        self.count += 1
        self.pauses.clear()
        self.entries.clear()
        account = {"is_active": True, "api_key": server.key, "base_url": server.account_url}
        account |= {"private_ok": True, **server.file.account, **changes}
        return Organisation(f"org{self.count}", {"openai": account}, {})

    def taught(self, organisation: Organisation) -> Organisation:
        """The organisation with what its calls found out about models."""
        found: Any = self.redis.hgetall(org_key(organisation.id, QUIRKS_KEY))
        quirks = {name.decode(): orjson.loads(quirk) for name, quirk in found.items()}
        return replace(organisation, quirks=quirks)

    def call(self, row: Row, organisation: Organisation) -> Outcome:
        outcome = self._call(row.function, row.body, organisation)
        if row.then is None or "messages" not in outcome.answer:
            return outcome
        return self._call("function_calling_response", row.then(dict(outcome.answer)), organisation)

    def _call(self, name: str, body: dict[str, Any], organisation: Organisation) -> Outcome:
        call = Call(organisation.id, name, body, "r1")
        return self.dispatcher.dispatch(call, self.dispatcher.find(name), organisation)

    def list_models(self, organisation: Organisation) -> Outcome:
        """What `Save and test` asks."""
        try:
            account = self.accounts.open(organisation.sections)
            listed = self.open_client(account, organisation).models()
        except Exception as failure:
            return failed(failure, "r1")
        return Outcome(200, {"models": len(listed)})


@pytest.fixture(scope="module")
def caller() -> Caller:
    return Caller()


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, FakeServer]]:
    opened = {name: FakeServer(file) for name, file in FILES.items()}
    yield opened
    for server in opened.values():
        server.close()


@pytest.mark.parametrize(("name", "shape"), SHAPES, ids=[f"{n}: {s.name}" for n, s in SHAPES])
def test_every_function_understands_every_shape(
    caller: Caller, servers: dict[str, FakeServer], name: str, shape: Shape
) -> None:
    server = servers[name]
    met, wrong = 0, []
    for title, row in ROWS.items():
        if not shape.rows or title in shape.rows:
            server.play(shape)
            organisation = caller.organisation(server, shape.account)
            outcome = caller.call(row, organisation)
            met += shape in server.struck
            wrong += [
                f"{title}: {problem}" for problem in problems(caller, server, shape, row, outcome)
            ]
    server.play(shape)
    listed = caller.list_models(caller.organisation(server, shape.account))
    met += shape in server.struck
    wrong += [f"models: {problem}" for problem in expected(server, shape, listed)]
    if (met > 0) == shape.is_never_met:
        is_used = bool(shape.account or "usual" in shape.answer)
        wrong += [] if is_used else [f"{met} calls met the shape"]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", FILES)
def test_what_a_server_refuses_is_not_sent_again(
    caller: Caller, servers: dict[str, FakeServer], name: str
) -> None:
    server = servers[name]
    organisation = caller.organisation(server, {})
    for row in ROWS.values():
        organisation = caller.taught(organisation)
        server.play(None)
        caller.call(row, organisation)
    organisation = caller.taught(organisation)
    for title, row in ROWS.items():
        server.play(None)
        caller.call(row, organisation)
        again = [shape.name for shape in server.struck if shape.expect == ANSWERED]
        assert not again, (title, again)


def problems(
    caller: Caller, server: FakeServer, shape: Shape, row: Row, outcome: Outcome
) -> list[str]:
    """What is wrong with the outcome of a function."""
    found = safe(outcome)
    if row.soft and outcome.error is None:
        soft = [one for one in server.struck if row.soft in one.at or one is server.file.elsewhere]
        told = outcome.answer.get("speech_error", ANSWERED)
        wanted = errors_of(soft) or {ANSWERED}
        if told not in wanted:
            found.append(f"speech_error {told}, not {wanted}")
        hard = [one for one in server.struck if one not in soft]
        return found + ([f"answered, not {errors_of(hard)}"] if errors_of(hard) else [])
    if row.function in server.file.outcomes and not server.struck:
        told = outcome.error.type if outcome.error else ANSWERED
        is_so = told == server.file.outcomes[row.function]
        return found + ([] if is_so else [f"{told}, not {server.file.outcomes[row.function]}"])
    found += expected(server, shape, outcome)
    if row.function == "translate_entry":  # which asks again, text by text, without JSON
        found = [problem for problem in found if not problem.startswith("asked")]
    if outcome.error is None:
        found += result(caller, server, shape, row, outcome)
    if shape in server.struck:
        found += [problem for path in shape.sent for problem in last_sent(server, shape, path)]
        if shape.waits is not None and shape.waits not in [round(p, 1) for p in caller.pauses]:
            found.append(f"waited {caller.pauses}, not {shape.waits}")
    return found


def result(
    caller: Caller, server: FakeServer, shape: Shape, row: Row, outcome: Outcome
) -> list[str]:
    """What is wrong with a success: another result than the model's, or no tokens counted."""
    found = []
    got = {key: trimmed(outcome.answer.get(key)) for key in row.wanted}
    if got != row.wanted and not shape.rows:
        found.append(f"{got}, not {row.wanted}")
    counted = sum(entry.input_tokens + entry.output_tokens for entry in caller.entries)
    if server.asked("/chat/completions") and not counted:
        found.append("counts no tokens")
    return found


def trimmed(value: Any) -> Any:
    """The value without white space around its texts, which some servers leave."""
    if isinstance(value, list):
        return [trimmed(item) for item in value]
    return value.strip() if isinstance(value, str) else value


def safe(outcome: Outcome) -> list[str]:
    """What must never be in any outcome: an own error, thoughts, half an answer, unusable text."""
    if outcome.error is not None and outcome.error.type == "internal":
        return ["it broke"]
    shown = {key: value for key, value in outcome.answer.items() if key != "messages"}
    written = orjson.dumps(shown).decode()
    found = [f"shows {bad!r}" for bad in (THOUGHT, "think>", "tool_call>") if bad in written]
    if HALF in written.replace(SAID, ""):
        found.append("shows half an answer")
    try:
        read_json(orjson.dumps(outcome.answer))
    except Exception as refused:
        found.append(f"would not be taken as input: {refused}")
    return found


def errors_of(struck: list[Shape]) -> set[str]:
    return {one.expect for one in struck} - {ANSWERED}


def expected(server: FakeServer, shape: Shape, outcome: Outcome) -> list[str]:
    """Compare an outcome with what the shapes that answered are expected to come to."""
    told = outcome.error.type if outcome.error else ANSWERED
    wanted = errors_of(server.struck) or {ANSWERED}
    if told not in wanted:
        more = f" ({outcome.error.message})" if outcome.error else ""
        return [f"{told}{more}, not {' or '.join(wanted)}"]
    found = []
    most = shape.asked or server.struck.count(shape)
    if server.struck.count(shape) > most:
        found.append(f"asked {server.struck.count(shape)} times, not {most}")
    if outcome.error and shape in server.struck and shape.expect == told:
        said = f"{outcome.error.message} {outcome.error.fix}"
        if not re.search(shape.says, said):
            found.append(f"does not say {shape.says!r}: {said}")
    return found


def last_sent(server: FakeServer, shape: Shape, path: str) -> list[str]:
    """Compare the last request to a path with what the shape wants in it and out of it."""
    body, found = server.asked(path)[-1].body, []
    for wish in shape.sent[path]:
        name, _, value = wish.removeprefix("-").partition("=")
        there = values_at(body, name)
        if wish.startswith("-") == bool(there) or (value and there != [value]):
            found.append(f"sent {name} {there}, not {wish}")
    return found


def test_every_function_that_asks_a_provider_is_called() -> None:
    functions = load_functions()
    found = [functions.find(name) for name in functions.names()]
    asking = {one.name for one in found if one is not None and one.spends_tokens}
    assert asking | {"moderate"} == {row.function for row in ROWS.values()}


def test_the_admins_guide_tells_what_each_server_has() -> None:
    guide = (ROOT / "docs" / "admin.md").read_text()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in guide.splitlines()]
    told = {row[0]: row[1:] for row in rows if len(row) == 7}
    columns = ("/audio/transcriptions", "/audio/speech", "/images/generations")
    for file in FILES.values():
        address, *has = told[file.server]
        base = file.base.partition("(")[0]
        assert address.strip("`").endswith(base) or file.account.get("provider") == "azure"
        assert [cell == "yes" for cell in has[:3]] == [path in file.models for path in columns]


def test_every_server_has_shapes_with_sources() -> None:
    for name, file in FILES.items():
        assert len(file.shapes) >= 8, name
        assert len({shape.name for shape in file.shapes}) == len(file.shapes), name
        assert all(shape.source and all(shape.source) for shape in file.shapes), name
