"""The WhatsApp client against the fake Graph API."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from flowhook.errors import (
    FlowhookError,
    InvalidApiKey,
    InvalidResponse,
    MissingApiKey,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    TooLarge,
    WindowClosed,
)
from flowhook.providers import whatsapp_content as content
from flowhook.providers.requests_transport import RequestsTransport
from flowhook.providers.transport import HttpReply
from flowhook.providers.whatsapp import PhoneNumber, WhatsAppClient
from flowhook.providers.whatsapp_errors import Throttled, can_retry
from tests.fakes.graph import FakeGraph, Line, Person
from tests.fakes.openai import FakeOpenAI

ASHA = Person("919876543210", "IN.1234567890")
HIDDEN = Person(user_id="US.13491208655302741918")


@pytest.fixture
def client(graph: FakeGraph, line: Line) -> WhatsAppClient:
    for person in (ASHA, HIDDEN):
        graph.says(line, person, {"type": "text", "text": {"body": "hi"}})
    return open_client(graph, line)


def open_client(graph: FakeGraph, line: Line) -> WhatsAppClient:
    return WhatsAppClient(PhoneNumber.read(line.settings()), RequestsTransport(), graph.base_url)


@pytest.mark.parametrize(
    "body",
    [
        content.text("नमस्ते"),
        content.text("x" * 4096),
        content.media("image", link="https://x.org/a.png", caption="c" * 1024),
        content.media("audio", link="https://x.org/a.ogg", caption="dropped: audio has none"),
        content.media("video", link="https://x.org/a.mp4"),
        content.media("document", link="https://x.org/a.pdf", filename="a.pdf"),
        content.buttons("Pick", [("i" * 256, "t" * 20), ("2", "No"), ("3", "Maybe")]),
        content.buttons("Pick", [("1", "Yes")], content.media("image", link="https://x.org/a.png")),
        content.listing("Pick", "b" * 20, [(str(n), f"row {n}", "d" * 72) for n in range(10)]),
        content.location_request("Where are you?"),
    ],
    ids=lambda body: body["type"] + "-" + str(body.get("interactive", {}).get("type", "")),
)
def test_every_kind_is_taken(
    client: WhatsAppClient, graph: FakeGraph, body: dict[str, Any]
) -> None:
    wamid = client.send(ASHA.phone, body)
    (sent,) = graph.sent
    assert (sent.id, sent.to) == (wamid, ASHA.phone)
    assert sent.body.items() >= body.items()


def test_a_user_without_a_number_is_a_recipient(client: WhatsAppClient, graph: FakeGraph) -> None:
    client.send(HIDDEN.user_id, content.text("hello"))
    assert graph.sent[0].body["recipient"] == HIDDEN.user_id
    assert "to" not in graph.sent[0].body


def test_templates_go_out_in_their_language(
    client: WhatsAppClient, graph: FakeGraph, line: Line
) -> None:
    line.templates.add(("come_back", "hi"))
    client.send("919999999999", content.template("come_back", "hi", ["Asha"]))
    with pytest.raises(ProviderRejected, match="132001"):
        client.send("919999999999", content.template("come_back", "en"))


@pytest.mark.parametrize(
    ("code", "kind", "seconds"),
    [
        (4, Throttled, 60.0),
        (80007, Throttled, 60.0),
        (130429, Throttled, 1.0),
        (131048, Throttled, 300.0),
        (131056, Throttled, 6.0),
        (133016, Throttled, 3600.0),
        (131047, WindowClosed, None),
        (131053, ProviderError, None),
        (131009, ProviderRejected, None),
        (131030, ProviderRejected, None),
        (10, ProviderRejected, None),
        (190, InvalidApiKey, None),
    ],
)
def test_codes_are_typed(
    client: WhatsAppClient,
    graph: FakeGraph,
    code: int,
    kind: type[FlowhookError],
    seconds: float | None,
) -> None:
    graph.fail(code)
    with pytest.raises(kind) as caught:
        client.send(ASHA.phone, content.text("hello"))
    assert caught.value.retry_after_seconds == seconds
    assert str(code) in caught.value.message
    assert ASHA.phone not in str(caught.value.as_dict())


def test_a_time_that_meta_names_is_kept(client: WhatsAppClient, graph: FakeGraph) -> None:
    graph.fail(130429, retry_after=17)
    with pytest.raises(Throttled) as caught:
        client.send(ASHA.phone, content.text("hello"))
    assert (caught.value.retry_after_seconds, caught.value.is_exact) == (17.0, True)
    assert caught.value.status == 429


def test_a_wrong_token_is_the_administrators_to_mend(graph: FakeGraph, line: Line) -> None:
    number = PhoneNumber(line.phone_number_id, "EAAGwrong")
    client = WhatsAppClient(number, RequestsTransport(), graph.base_url)
    with pytest.raises(InvalidApiKey) as caught:
        client.send(ASHA.phone, content.text("hello"))
    assert "access_token" in caught.value.fix
    assert "EAAGwrong" not in repr(number) + str(caught.value.as_dict())


def test_settings_without_a_token_open_no_client() -> None:
    with pytest.raises(MissingApiKey, match="access_token"):
        PhoneNumber.read({"phone_number_id": "1"})


def test_nobody_there_can_be_tried_again(line: Line) -> None:
    base_url = FakeOpenAI.closed_base_url().removesuffix("/v1")
    client = WhatsAppClient(PhoneNumber.read(line.settings()), RequestsTransport(), base_url)
    with pytest.raises(ProviderUnavailable) as caught:
        client.send(ASHA.phone, content.text("hello"))
    assert can_retry(caught.value)


def test_the_window_is_24_hours(client: WhatsAppClient, graph: FakeGraph) -> None:
    graph.now += 24 * 3600
    client.send(ASHA.phone, content.text("in time"))
    graph.now += 1
    with pytest.raises(WindowClosed):
        client.send(ASHA.phone, content.text("too late"))


def test_reading_and_typing_are_shown(client: WhatsAppClient, graph: FakeGraph, line: Line) -> None:
    wamid = max(line.received)
    client.mark_read(wamid)
    client.mark_read(wamid, typing=True)
    assert graph.read == [(wamid, False), (wamid, True)]
    with pytest.raises(ProviderRejected):
        client.mark_read("wamid.unknown")


# --- media ---


def test_media_come_whole_with_the_token(
    client: WhatsAppClient, graph: FakeGraph, line: Line
) -> None:
    file = graph.keep(line, b"OggS voice", "audio/ogg; codecs=opus")
    base64_digest = base64.b64encode(hashlib.sha256(file.content).digest()).decode()
    for digest in ("", file.sha256, base64_digest):
        media = client.download(file.id, mime_types=("audio/",), sha256=digest)
        assert (media.content, media.mime_type) == (b"OggS voice", "audio/ogg")


def test_uploads_can_be_sent(client: WhatsAppClient, graph: FakeGraph) -> None:
    media_id = client.upload(b"\x89PNG", "image/png", "a.png")
    assert graph.files[media_id].content == b"\x89PNG"
    client.send(ASHA.phone, content.media("image", media_id=media_id, caption="a"))
    with pytest.raises(ProviderRejected):
        client.upload(b"MZ", "application/x-msdownload", "a.exe")


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"max_bytes": 9}, TooLarge),
        ({"mime_types": ("image/",)}, ProviderRejected),
        ({"sha256": "0" * 64}, InvalidResponse),
    ],
)
def test_other_media_than_announced_are_refused(
    client: WhatsAppClient,
    graph: FakeGraph,
    line: Line,
    options: dict[str, Any],
    kind: type[FlowhookError],
) -> None:
    file = graph.keep(line, b"OggS voice", "audio/ogg")
    with pytest.raises(kind):
        client.download(file.id, **options)


def test_media_of_others_and_malformed_ids_are_refused(
    client: WhatsAppClient, graph: FakeGraph
) -> None:
    other = graph.add_line("2000")
    file = graph.keep(other, b"secret", "image/png")
    asked = len(graph.requests)
    for media_id in (file.id, "999"):
        with pytest.raises(ProviderRejected):
            client.download(media_id)
    for media_id in ("../me", "1?fields=x", ""):
        with pytest.raises(ProviderRejected, match="malformed"):
            client.download(media_id)
    assert len(graph.requests) == asked + 2


class Scripted:
    """A transport that answers what a hostile upstream might."""

    def __init__(self, answer: Callable[[str], HttpReply]) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def send(self, method: str, url: str, *_: object, **__: object) -> HttpReply:
        self.asked.append(url)
        return self.answer(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "http://lookaside.fbsbx.com/x",
        "http://graph.facebook.com/x",
        "https://lookaside.fbsbx.com.evil.example/",
        "https://evilfbsbx.com/",
        "file:///etc/passwd",
        "https://[",
    ],
)
def test_the_token_goes_to_metas_hosts_only(url: str) -> None:
    scripted = Scripted(lambda _: HttpReply(200, {}, b'{"url": "' + url.encode() + b'"}'))
    client = WhatsAppClient(PhoneNumber("1", "EAAG"), scripted)
    with pytest.raises(InvalidResponse, match="one of Meta's"):
        client.download("1")
    assert scripted.asked == ["https://graph.facebook.com/v26.0/1"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{", b'{"messages": 1}', b'{"messages": [1]}', b"{}"]
)
def test_answers_that_promise_nothing_are_named(body: bytes) -> None:
    client = WhatsAppClient(PhoneNumber("1", "EAAG"), Scripted(lambda _: HttpReply(200, {}, body)))
    with pytest.raises(InvalidResponse):
        client.send("919876543210", content.text("hello"))


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"error": 1}', b'{"error": {"code": "x"}}']
)
def test_errors_that_say_nothing_go_by_their_status(body: bytes) -> None:
    for status, kind in ((500, ProviderError), (400, ProviderRejected), (429, Throttled)):
        reply = HttpReply(status, {}, body)
        client = WhatsAppClient(PhoneNumber("1", "EAAG"), Scripted(_always(reply)))
        with pytest.raises(kind):
            client.send("919876543210", content.text("hello"))


def _always(reply: HttpReply) -> Callable[[str], HttpReply]:
    return lambda url: reply


def test_a_phone_number_id_cannot_leave_its_place() -> None:
    scripted = Scripted(lambda _: HttpReply(200, {}, b'{"messages": [{"id": "w"}]}'))
    WhatsAppClient(PhoneNumber("1/../2?x#", "EAAG"), scripted).send("91", content.text("a"))
    assert scripted.asked == ["https://graph.facebook.com/v26.0/1%2F..%2F2%3Fx%23/messages"]
