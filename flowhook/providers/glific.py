"""Glific's API: log in, renew, resume a flow that waits for a result, and write to a contact.

Two ways to resume. `resume` is the GraphQL mutation, which needs a user's phone and password;
`resume_signed` is the callback that Glific has for its own services, signed with the
organisation's phrase. Glific answers errors with HTTP 200 and `success: true`, takes the
result as a JSON *string*, merges it into the flow's results (so its key has to be the result
name), and may not yet be waiting when a fast answer arrives.

Source: https://glific.github.io/slate/ and the behaviour of Glific's own code, October 2026.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson

from flowhook.errors import InvalidResponse, ProviderError, ProviderRejected, ProviderUnavailable
from flowhook.providers.transport import HttpReply, Transport, TransportError

TIMEOUT_SECONDS = 10.0
RACE_PAUSES_SECONDS = (0.3, 0.6, 1.2, 2.4)
NOT_WAITING = "does not have any active flows awaiting results"
TOKEN_SECONDS = 30 * 60
MARGIN_SECONDS = 60  # a token that expires sooner is renewed before use

MUTATION = (
    "mutation resumeContactFlow($flowId: ID!, $contactId: ID!, $result: Json) {"
    " resumeContactFlow(flowId: $flowId, contactId: $contactId, result: $result)"
    " { success errors { key message } } }"
)

MESSAGE = (
    "mutation createAndSendMessage($input: MessageInput!) {"
    " createAndSendMessage(input: $input) { message { id } errors { key message } } }"
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """A session: `expires` in epoch seconds."""

    access: str = field(repr=False)
    renewal: str = field(repr=False)
    expires: float


class TokenShelf(Protocol):
    """Stores the session between calls and processes."""

    def read(self) -> Tokens | None: ...

    def write(self, tokens: Tokens | None) -> None: ...


class GlificClient:
    """One organisation's Glific. `shelf` keeps its session."""

    def __init__(
        self,
        api_url: str,
        transport: Transport,
        shelf: TokenShelf | None = None,
        phone: str = "",
        password: str = "",
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base = api_url.rstrip("/").removesuffix("/api")
        self.transport = transport
        self.shelf = shelf
        self.phone = phone
        self.password = password
        self.clock = clock
        self.sleep = sleep

    def resume(self, flow: str, contact: str, results: Mapping[str, Any]) -> None:
        """Resume the contact's flow with results. Raises ProviderRejected if it never waits."""
        variables = {
            "flowId": flow,
            "contactId": contact,
            "result": orjson.dumps(results).decode(),
        }
        for pause in (*RACE_PAUSES_SECONDS, None):
            answer = self._mutate({"query": MUTATION, "variables": variables})
            complaints = _complaints(answer, "resumeContactFlow", "success")
            if not complaints:
                return
            if not any(NOT_WAITING in complaint for complaint in complaints):
                raise _refused("Glific did not resume the flow")
            if pause is not None:
                self.sleep(pause)
        raise ProviderRejected(
            "the contact's flow does not wait for a result",
            fix="Put a wait for result node behind the webhook, long enough for the answer.",
        )

    def resume_signed(self, phrase: str, metadata: Mapping[str, Any], said: Said) -> None:
        """Resume the flow by Glific's signed callback, whose answer does not confirm success."""
        stamp = int(self.clock() * 1_000_000)
        ids = {name: metadata[name] for name in ("contact_id", "flow_id", "organization_id")}
        signed = orjson.dumps({**ids, "timestamp": stamp}, option=orjson.OPT_SORT_KEYS)
        body: dict[str, Any] = {
            "success": said.success,
            "data": {
                "response": {
                    "conversation_id": said.conversation,
                    "output": {"type": "text", "content": {"value": said.text}},
                }
            },
            "metadata": {
                **metadata,
                "timestamp": stamp,
                "signature": sign_resume(phrase, stamp, signed),
            },
        }
        if not said.success:
            body |= {"error": said.text, "reason": said.text, "error_type": said.error}
        reply = self._post("/webhook/flow_resume", body, {})
        if reply.status != 200:
            raise ProviderError(f"Glific answered HTTP {reply.status} to the signed resume")

    def send(self, contact: str, text: str) -> None:
        """Write a text to a contact. Raises ProviderRejected if Glific does not take it."""
        message = {"body": text, "flow": "OUTBOUND", "type": "TEXT", "receiverId": contact}
        answer = self._mutate({"query": MESSAGE, "variables": {"input": message}})
        if _complaints(answer, "createAndSendMessage", "message"):
            raise ProviderRejected(
                "Glific did not send the message",
                fix="See the contact in Glific: who wrote more than 24 hours ago gets templates"
                " alone, and the user must be at least of the staff.",
            )

    def log_in(self) -> None:
        """Try phone and password. Raises ProviderRejected if Glific refuses them."""
        self._logged_in()

    def _mutate(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """Return a mutation's answer; logs in again once if the session expired."""
        reply = self._post("/api", query, {"Authorization": self._token()})
        if reply.status == 401:
            if self.shelf:
                self.shelf.write(None)
            reply = self._post("/api", query, {"Authorization": self._token()})
        if reply.status == 401:
            raise _refused("Glific does not accept the session it gave")
        return _object(reply)

    def _token(self) -> str:
        known = self.shelf.read() if self.shelf else None
        if known and known.expires - MARGIN_SECONDS > self.clock():
            return known.access
        tokens = (self._renewed(known) if known else None) or self._logged_in()
        if self.shelf:
            self.shelf.write(tokens)
        return tokens.access

    def _renewed(self, known: Tokens) -> Tokens | None:
        reply = self._post("/api/v1/session/renew", {}, {"Authorization": known.renewal})
        return self._read_tokens(reply) if reply.status == 200 else None

    def _logged_in(self) -> Tokens:
        user = {"user": {"phone": self.phone, "password": self.password}}
        reply = self._post("/api/v1/session", user, {})
        if reply.status != 200:
            raise _refused("Glific does not accept the organisation's phone and password")
        return self._read_tokens(reply)

    def _read_tokens(self, reply: HttpReply) -> Tokens:
        data = _object(reply).get("data")
        if not isinstance(data, dict) or not all(
            isinstance(data.get(name), str) for name in ("access_token", "renewal_token")
        ):
            raise InvalidResponse("Glific's session holds no tokens")
        expires = _moment(data.get("token_expiry_time")) or self.clock() + TOKEN_SECONDS
        return Tokens(data["access_token"], data["renewal_token"], expires)

    def _post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> HttpReply:
        sent = {"Content-Type": "application/json", "Accept": "application/json", **headers}
        try:
            reply = self.transport.send(
                "POST", self.base + path, sent, orjson.dumps(body), TIMEOUT_SECONDS
            )
        except TransportError as failure:
            raise ProviderUnavailable(f"Glific cannot be reached: {failure}") from None
        if reply.status >= 500 or reply.status == 429:
            raise ProviderError(f"Glific answered HTTP {reply.status}")
        return reply


@dataclass(frozen=True, slots=True)
class Said:
    """A result as sent in the signed callback: its text, its thread, and its error."""

    text: str
    conversation: str = ""
    success: bool = True
    error: str = ""


def sign_resume(phrase: str, stamp: int, signed: bytes) -> str:
    """Return the HMAC-SHA256 of `<stamp>.<the ids as JSON, keys sorted>`."""
    return hmac.new(phrase.encode(), b"%d." % stamp + signed, hashlib.sha256).hexdigest()


def _refused(message: str) -> ProviderRejected:
    return ProviderRejected(
        message, fix="Check the organisation's Glific settings; the user must be a manager."
    )


def _complaints(answer: Mapping[str, Any], name: str, confirms: str) -> list[str]:
    """Return all error messages: of the query, or of the mutation of this name, even where its
    field `confirms` reports success."""
    mutation = _inner(_inner(answer, "data"), name)
    found = [error for part in (answer, mutation) for error in _errors(part)]
    if not found and not mutation.get(confirms):
        return ["no success"]
    return [str(error.get("message", "")) if isinstance(error, dict) else "" for error in found]


def _inner(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = answer.get(name)
    return found if isinstance(found, dict) else {}


def _errors(part: Mapping[str, Any]) -> list[Any]:
    found = part.get("errors")
    return found if isinstance(found, list) else [found] if found else []


def _object(reply: HttpReply) -> dict[str, Any]:
    answer = reply.find_json()
    if not isinstance(answer, dict):
        raise InvalidResponse("Glific's answer is no JSON object; check api_url")
    return answer


def _moment(text: Any) -> float | None:
    """Convert an ISO time, UTC if it has no zone, to epoch seconds."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() if moment else None
