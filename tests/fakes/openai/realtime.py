"""GET /v1/realtime: a WebSocket of Realtime events, each of the types of the openai package.

What comes in must be an event of `RealtimeClientEvent` without a field that the type does not have;
anything else is answered with an `error` event and remembered as a violation. As the real server,
it opens the WebSocket for a wrong key or model, too, says what is wrong in an `error` event, and
closes with the error's type and code as the reason.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from openai import BaseModel
from openai.types import realtime as events
from pydantic import ValidationError
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Request,
    TextMessage,
)
from wsproto.utilities import RemoteProtocolError

from tests.fakes.exchange import Exchange
from tests.fakes.openai import sounds, tokens
from tests.fakes.openai.accounts import Account
from tests.fakes.openai.complaints import Complaint, malformed
from tests.fakes.openai.readings import Reading
from tests.fakes.openai.world import World

VOICES = (
    "alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar",
)  # fmt: skip
CLOSE_CODES = {"invalid_api_key": 3000, "model_not_found": 4004}
_TAKEN: dict[str, type[BaseModel]] = {
    "session.update": events.SessionUpdateEvent,
    "response.create": events.ResponseCreateEvent,
    "response.cancel": events.ResponseCancelEvent,
}
_SENT: dict[str, type[BaseModel]] = {
    "error": events.RealtimeErrorEvent,
    "session.created": events.SessionCreatedEvent,
    "session.updated": events.SessionUpdatedEvent,
    "response.created": events.ResponseCreatedEvent,
    "response.output_item.added": events.ResponseOutputItemAddedEvent,
    "response.output_audio_transcript.delta": events.ResponseAudioTranscriptDeltaEvent,
    "response.output_audio.delta": events.ResponseAudioDeltaEvent,
    "response.output_audio.done": events.ResponseAudioDoneEvent,
    "response.output_audio_transcript.done": events.ResponseAudioTranscriptDoneEvent,
    "response.output_text.delta": events.ResponseTextDeltaEvent,
    "response.output_text.done": events.ResponseTextDoneEvent,
    "response.output_item.done": events.ResponseOutputItemDoneEvent,
    "response.done": events.ResponseDoneEvent,
    "rate_limits.updated": events.RateLimitsUpdatedEvent,
}
_DELTA_BYTES = 9_600  # a fifth of a second


def converse(exchange: Exchange, world: World, violate: Callable[[str], None]) -> None:
    """Serve one WebSocket until either side ends it. Raises Complaint if it is not opened."""
    _Session(exchange, world, violate).run()


class _Closed(Exception):
    """Either side has ended the conversation."""


class _Session:
    def __init__(self, exchange: Exchange, world: World, violate: Callable[[str], None]) -> None:
        self.violate = violate
        self.exchange = exchange
        self.world = world
        self.model = exchange.asked.query.get("model", "")
        self.protocol = WSConnection(ConnectionType.SERVER)
        self.settings: dict[str, Any] = {"type": "realtime", "model": self.model}
        self.has_spoken = False
        exchange.asked.body = []  # the events that came in

    def run(self) -> None:
        self._open()
        account = self._account()
        self._check_model(account)
        self._say("session.created", session=self.settings)
        try:
            while True:
                for event in self._received():
                    self._take(event, account)
        except _Closed:
            return

    # --- the beginning ---

    def _open(self) -> None:
        asked = self.exchange.asked
        if not asked.headers.get("Authorization"):
            self.world.accounts.authenticate(asked.headers)  # raises
        head = [(name.encode(), value.encode()) for name, value in asked.headers.items()]
        try:
            self.protocol.initiate_upgrade_connection(head, f"{asked.path}?model={self.model}")
        except RemoteProtocolError as problem:
            raise malformed(f"Not a WebSocket: {problem}") from None
        [request] = self.protocol.events()
        assert isinstance(request, Request)
        self._send(AcceptConnection())

    def _account(self) -> Account:
        try:
            return self.world.accounts.authenticate(self.exchange.asked.headers)
        except Complaint as complaint:
            self._end_with(complaint)
            raise AssertionError from complaint

    def _check_model(self, account: Account) -> None:
        try:
            account.check_model(self.model)
            if self.world.models.get(self.model).kind != "realtime":
                raise Complaint(
                    f"Model {self.model} is not supported in realtime mode.", code="invalid_model"
                )
        except Complaint as complaint:
            self._end_with(complaint)

    def _end_with(self, complaint: Complaint) -> None:
        self._complain(complaint)
        reason = f"{complaint.type}.{complaint.code}"
        code = CLOSE_CODES.get(str(complaint.code), 4000)
        self._send(CloseConnection(code=code, reason=reason))
        raise ConnectionAbortedError

    # --- events ---

    def _received(self) -> Iterator[dict[str, Any]]:
        data = self.exchange.connection.recv(65_536)
        if not data:
            raise _Closed
        self.protocol.receive_data(data)
        for event in self.protocol.events():
            if isinstance(event, CloseConnection):
                self._send(event.response())
                raise _Closed
            if isinstance(event, Ping):
                self._send(event.response())
            if isinstance(event, BytesMessage):
                self.violate("Binary messages are not supported.")
            if isinstance(event, TextMessage):
                assert event.message_finished, "the fake reads whole messages only"
                yield json.loads(event.data)

    def _take(self, event: dict[str, Any], account: Account) -> None:
        self.exchange.asked.body.append(event)
        try:
            self._check(event)
            if event["type"] == "session.update":
                self._update(event["session"])
            elif event["type"] == "response.create":
                self._respond(event.get("response") or {}, account)
        except Complaint as complaint:
            if complaint.violation:
                self.violate(complaint.message)
            self._complain(complaint)

    def _check(self, event: dict[str, Any]) -> None:
        kind = _TAKEN.get(str(event.get("type")))
        if kind is None:
            raise malformed(f"Invalid value: '{event.get('type')}'.", "type", "invalid_value")
        try:
            unknown = list(_unknown(kind.model_validate(event)))
        except ValidationError as problem:
            raise malformed(str(problem), "event", "invalid_value") from None
        if unknown:
            raise malformed(f"Unknown parameter: '{unknown[0]}'.", unknown[0], "unknown_parameter")

    def _update(self, session: dict[str, Any]) -> None:
        voice = session.get("audio", {}).get("output", {}).get("voice")
        if voice is not None and voice not in VOICES:
            listed = ", ".join(f"'{known}'" for known in VOICES)
            raise Complaint(
                f"Invalid value: '{voice}'. Supported values are: {listed}.",
                param="session.audio.output.voice",
                code="invalid_value",
            )
        if voice is not None and self.has_spoken:
            raise Complaint("Cannot update a voice in use.", code="cannot_update_voice")
        self.settings |= session
        self._say("session.updated", session=self.settings)

    def _say(self, kind: str, **values: Any) -> None:
        event = {"type": kind, "event_id": self.world.new_id("event_"), **values}
        checked = _SENT[kind].model_validate(event)
        assert not list(_unknown(checked)), event
        self._send(TextMessage(data=json.dumps(event)))

    def _complain(self, complaint: Complaint) -> None:
        told = complaint.as_dict()["error"]
        self._say("error", error={**told, "event_id": None})

    def _send(self, event: Event) -> None:
        self.exchange.send(self.protocol.send(event))

    # --- responses ---

    def _respond(self, wanted: dict[str, Any], account: Account) -> None:
        if wanted.get("conversation", "auto") not in ("auto", "none"):
            raise malformed("Invalid conversation.", "response.conversation", "invalid_value")
        most = wanted.get("max_output_tokens", "inf")
        if most != "inf" and not 1 <= most <= 4096:
            raise malformed(
                "Invalid max_output_tokens.", "response.max_output_tokens", "invalid_value"
            )
        text = " ".join(
            part["text"]
            for item in wanted.get("input", ())
            for part in item["content"]
            if part["type"] == "input_text"
        )
        self.exchange.asked.heard.append(("user", text))
        with self.world.lock:
            readings = self.world.readings
            reading = readings.popleft() if readings else Reading()
        _Response(self, wanted, reading, account).give(text)


class _Response:
    """One response on its way out."""

    def __init__(
        self, session: _Session, wanted: dict[str, Any], reading: Reading, account: Account
    ) -> None:
        self.session = session
        self.reading = reading
        self.account = account
        new_id = session.world.new_id
        self.id, self.item_id = new_id("resp_"), new_id("item_")
        self.head = {
            "object": "realtime.response",
            "id": self.id,
            "status": "in_progress",
            "conversation_id": None if wanted.get("conversation") == "none" else "conv_1",
            "output_modalities": wanted.get("output_modalities", ["audio"]),
            "metadata": wanted.get("metadata"),
            "output": [],
        }

    def give(self, text: str) -> None:
        reading, say = self.reading, self.session._say
        if reading.lies is not None:
            self.session._send(TextMessage(data=reading.lies))
            return
        say("response.created", response=self.head)
        say("rate_limits.updated", rate_limits=[{"name": "tokens", "remaining": 1}])
        try:
            self.account.check_quota()
        except Complaint as complaint:
            self._fail(complaint.type, complaint.code or "")
            return
        if reading.failure is not None:
            self._fail(*reading.failure)
            return
        says = text if reading.says is None else reading.says
        if self.head["output_modalities"] == ["text"] or not reading.has_sound:
            self._part("response.output_text.delta", delta=says)
            self._part("response.output_text.done", text=says)
        else:
            self._speak(says)
        self._finish(text, says)

    def _speak(self, says: str) -> None:
        sound = sounds.silence("pcm", frames=1 + len(says.split()))
        sound += bytes(max(0, self.reading.sound_bytes - len(sound)))
        for start in range(0, len(sound), _DELTA_BYTES):
            piece = base64.b64encode(sound[start : start + _DELTA_BYTES]).decode()
            self._part("response.output_audio.delta", delta=piece)
            if self.reading.drops:
                raise ConnectionAbortedError
            if self.reading.hangs:
                self.session.exchange.closed.wait()
                raise ConnectionAbortedError
        self.session.has_spoken = True
        self._part("response.output_audio.done")
        self._part("response.output_audio_transcript.done", transcript=says)

    def _finish(self, text: str, says: str) -> None:
        status = "incomplete" if self.reading.cut_by else "completed"
        kind = "output_audio" if self.reading.has_sound else "output_text"
        content = {"type": kind, ("transcript" if self.reading.has_sound else "text"): says}
        item = {
            "id": self.item_id,
            "object": "realtime.item",
            "type": "message",
            "role": "assistant",
            "status": status,
            "content": [content],
        }
        details = {"type": status}
        if self.reading.cut_by:
            details["reason"] = self.reading.cut_by
        read, written = 40 + tokens.count(text), tokens.count(says)
        sound = 12 * len(says.split()) if self.reading.has_sound else 0
        self.account.used_tokens += read + written + sound
        usage = {
            "input_tokens": read,
            "output_tokens": written + sound,
            "total_tokens": read + written + sound,
            "input_token_details": {"text_tokens": read, "audio_tokens": 0, "cached_tokens": 0},
            "output_token_details": {"text_tokens": written, "audio_tokens": sound},
        }
        self._done(status, details, [item], usage)

    def _fail(self, kind: str, code: str) -> None:
        error = {"type": kind, "code": code, "message": "The response failed."}
        self._done("failed", {"type": "failed", "error": error}, [], None)

    def _done(self, status: str, details: Any, output: list[Any], usage: Any) -> None:
        whole = {**self.head, "status": status, "status_details": details, "output": output}
        self.session._say("response.done", response={**whole, "usage": usage})

    def _part(self, kind: str, **values: Any) -> None:
        place = {"output_index": 0, "content_index": 0, "item_id": self.item_id}
        self.session._say(kind, response_id=self.id, **place, **values)


def _unknown(value: Any, path: str = "") -> Iterator[str]:
    """Name the fields of an event that its type does not have."""
    if isinstance(value, BaseModel):
        for name in value.model_extra or ():
            yield f"{path}{name}"
        for name in value.model_fields_set:
            yield from _unknown(getattr(value, name, None), f"{path}{name}.")
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _unknown(one, f"{path}{name}.")
    elif isinstance(value, list):
        for one in value:
            yield from _unknown(one, path)
