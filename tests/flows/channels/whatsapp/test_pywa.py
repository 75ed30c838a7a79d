"""pywa, a client of the Cloud API that others wrote, must get on with our endpoint and our fake."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest
from flask import Flask

from flows.channels.inbound import Inbound, Status
from flows.channels.whatsapp.inbound import read_delivery
from tests.fakes.graph import FakeGraph, Line, Person
from tests.fixtures_app import Service

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pywa import WhatsApp, types, utils
    from pywa.errors import (
        ExpiredAccessToken,
        InvalidParameter,
        RateLimitHit,
        ReEngagementMessage,
        WhatsAppError,
    )

ASHA = Person("919876543210", "IN.1234567890")
HIDDEN = Person(user_id="US.13491208655302741918", name="Sheena")


class ToFake(httpx.HTTPTransport):
    """Leads what is meant for graph.facebook.com to the fake."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.fake = httpx.URL(base_url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(
            scheme=self.fake.scheme, host=self.fake.host, port=self.fake.port
        )
        return super().handle_request(request)


class Bot:
    """pywa with its own webhook server, noting what its handlers were given."""

    def __init__(self, graph: FakeGraph, line: Line, **more: Any) -> None:
        self.server = Flask("pywa-test")
        self.messages: list[Any] = []
        self.client: Any = WhatsApp(
            phone_id=line.phone_number_id,
            token=line.token,
            session=httpx.Client(transport=ToFake(graph.base_url)),
            server=self.server,
            webhook_endpoint="/wa",
            verify_token=line.verify_token,
            app_secret=line.app_secret,
            **more,
        )
        for kind in ("message", "callback_button", "callback_selection", "message_status"):
            register = getattr(self.client, f"on_{kind}")
            register(lambda _, update: self.messages.append(update))

    def post(self, raw: bytes, headers: dict[str, str]) -> int:
        return self.server.test_client().post("/wa", data=raw, headers=headers).status_code


@pytest.fixture
def bot(graph: FakeGraph, line: Line) -> Iterator[Bot]:
    for person in (ASHA, HIDDEN):
        graph.says(line, person, {"type": "text", "text": {"body": "hi"}})
    made = Bot(graph, line)
    yield made
    made.client.api._session.close()


# --- pywa as Meta's client: our fake must answer it ---


def test_it_sends_every_kind(bot: Bot, graph: FakeGraph) -> None:
    send = bot.client
    send.send_message(ASHA.phone, "hello")
    send.send_image(ASHA.phone, "https://x.org/a.png", caption="a")
    send.send_document(ASHA.phone, "https://x.org/a.pdf", filename="a.pdf")
    send.send_audio(ASHA.phone, "https://x.org/a.ogg")
    send.send_message(ASHA.phone, "pick", buttons=[types.Button("Yes", "1")])
    section = types.Section("All", [types.SectionRow("One", callback_data="1", description="d")])
    send.send_message(ASHA.phone, "pick", buttons=types.SectionList("Open", [section]))
    send.request_location(ASHA.phone, "where?")
    sent = send.send_message(HIDDEN.user_id, "hello")
    assert sent.id == graph.sent[-1].id
    assert [one.body["type"] for one in graph.sent] == [
        *("text", "image", "document", "audio"),
        *["interactive"] * 3,
        "text",
    ]
    assert [one.to for one in graph.sent] == [ASHA.phone] * 7 + [HIDDEN.user_id]


@pytest.mark.parametrize(
    ("code", "kind"),
    [(130429, RateLimitHit), (131047, ReEngagementMessage), (190, ExpiredAccessToken)],
)
def test_it_knows_the_fakes_errors(
    bot: Bot, graph: FakeGraph, code: int, kind: type[WhatsAppError]
) -> None:
    graph.fail(code)
    with pytest.raises(kind):
        bot.client.send_message(ASHA.phone, "hello")


def test_it_is_held_to_the_limits(bot: Bot, graph: FakeGraph) -> None:
    with pytest.raises(InvalidParameter):
        bot.client.send_message(ASHA.phone, "x" * 4097)
    with pytest.raises(InvalidParameter):
        bot.client.send_message(ASHA.phone, "pick", buttons=[types.Button("t" * 21, "1")])
    graph.now += 24 * 3600 + 1
    with pytest.raises(ReEngagementMessage):
        bot.client.send_message(ASHA.phone, "too late")


def test_it_moves_media(bot: Bot, graph: FakeGraph, line: Line) -> None:
    uploaded = bot.client.upload_media(b"\x89PNG", mime_type="image/png", filename="a.png")
    assert graph.files[uploaded.id].content == b"\x89PNG"
    file = graph.keep(line, b"OggS", "audio/ogg")
    url = bot.client.get_media_url(file.id)
    assert (url.sha256, url.file_size, url.mime_type) == (file.sha256, 4, "audio/ogg")
    assert bot.client.get_media_bytes(url=url.url) == b"OggS"
    assert bot.client.delete_media(uploaded.id)
    assert uploaded.id not in graph.files


def test_it_shows_reading_and_typing(bot: Bot, graph: FakeGraph, line: Line) -> None:
    wamid = max(line.received)
    assert bot.client.mark_message_as_read(wamid)
    assert bot.client.indicate_typing(wamid)
    assert graph.read == [(wamid, False), (wamid, True)]


# --- pywa as a subscriber: the fake's deliveries must satisfy it, and we must read the same ---

SAID: list[dict[str, Any]] = [
    {"type": "text", "text": {"body": "नमस्ते / hi"}},
    {"type": "location", "location": {"latitude": 26.8, "longitude": 80.9}},
    {"type": "reaction", "reaction": {"message_id": "wamid.B", "emoji": "👍"}},
    {
        "type": "image",
        "image": {"id": "1", "mime_type": "image/png", "sha256": "a", "caption": "c"},
    },
    {
        "type": "interactive",
        "interactive": {"type": "button_reply", "button_reply": {"id": "b", "title": "Yes"}},
    },
    {
        "type": "interactive",
        "interactive": {
            "type": "list_reply",
            "list_reply": {"id": "r", "title": "One", "description": "d"},
        },
    },
]


@pytest.mark.parametrize("person", [ASHA, HIDDEN], ids=["phone", "user id"])
@pytest.mark.parametrize("said", SAID, ids=lambda said: said.get("interactive", said)["type"])
def test_we_read_deliveries_as_it_does(
    bot: Bot, graph: FakeGraph, line: Line, person: Person, said: dict[str, Any]
) -> None:
    raw, headers = graph.says(line, person, said)
    assert bot.post(raw, headers) == 200
    (theirs,) = bot.messages
    (ours,) = read_delivery(orjson.loads(raw), line.phone_number_id)
    assert isinstance(ours, Inbound)
    assert (theirs.id, theirs.timestamp.timestamp()) == (ours.id, ours.sent_at)
    assert (theirs.from_user.wa_id or "") == ours.phone
    assert (theirs.from_user.bsuid, theirs.from_user.name) == (ours.user_id, ours.name)
    if isinstance(theirs, types.Message):
        assert theirs.type.value == ours.type
        assert (theirs.text or theirs.caption or "") == (
            ours.text if ours.type != "reaction" else ""
        )
    else:
        assert (theirs.data, theirs.title) == ((ours.interactive or {})["id"], ours.text)


def test_we_read_statuses_as_it_does(bot: Bot, graph: FakeGraph, line: Line) -> None:
    raw, headers = graph.status(line, "wamid.X", ASHA.phone, "delivered")
    (ours,) = read_delivery(orjson.loads(raw), line.phone_number_id)
    assert isinstance(ours, Status)
    assert bot.post(raw, headers) == 200
    (theirs,) = bot.messages
    assert (theirs.id, theirs.status.value) == (ours.id, ours.status)


def test_it_accepts_the_fakes_signature_only(bot: Bot, graph: FakeGraph, line: Line) -> None:
    raw, headers = graph.says(line, ASHA, SAID[0])
    assert bot.post(raw + b" ", headers) == 403
    assert bot.post(raw, {"Content-Type": "application/json"}) == 401
    assert bot.messages == []


# --- our endpoint as pywa knows one ---


def test_our_endpoint_answers_as_pywas_does(
    service: Service, bot: Bot, graph: FakeGraph, line: Line
) -> None:
    service.operator("PUT", "/settings/acme/whatsapp", line.settings())
    query = f"{utils.HUB_VT}={line.verify_token}&{utils.HUB_CH}=42&hub.mode=subscribe"
    theirs = bot.server.test_client().get(f"/wa?{query}")
    ours = service.request("GET", f"/channels/whatsapp/acme?{query}")
    assert (ours.status, ours.body) == (theirs.status_code, theirs.get_data()) == (200, b"42")
    raw, headers = graph.says(line, ASHA, SAID[0])
    assert headers[utils.HUB_SIG] == headers["X-Hub-Signature-256"]
    assert bot.client.webhook_update_validator(raw, headers[utils.HUB_SIG]) is None
    answer = service.request("POST", "/channels/whatsapp/acme", raw=raw, headers=headers)
    assert answer.status == bot.post(raw, headers) == 200
