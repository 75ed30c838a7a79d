"""A stateful fake of Glific's API, as far as a webhook service meets it.

It behaves as documented, quirks included: tokens of 30 minutes, errors with HTTP 200 and
`success: true`, a result that must be a JSON string, a signed resume that answers 200 with an
empty text whatever became of it.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.exchange import Asked, Exchange, Reply
from tests.fakes.service import FakeService

TOKEN_SECONDS = 1800
WINDOW_MICROSECONDS = 15 * 60 * 1_000_000
IDS = ("contact_id", "flow_id", "organization_id")
LOGINS_A_MINUTE = 50


@dataclass
class WaitingFlow:
    """A contact's flow at its wait for result node; `results` is what it was woken with."""

    flow: int
    contact: int
    waiting: bool = True
    results: dict[str, Any] = field(default_factory=dict)
    message: str = ""
    resumed: int = 0


class FakeGlific(FakeService):
    """One organisation's Glific on a free loopback port, from creation until `close`."""

    def __init__(self, phone: str = "917834811114", password: str = "secret1234") -> None:
        self.phone = phone
        self.password = password
        self.phrase = "a phrase that only tests know"
        self.organization_id = 1
        self.now = datetime.datetime.now(datetime.UTC)
        self.flows: list[WaitingFlow] = []
        self.dropped: list[str] = []  # signed resumes nobody hears of
        self.logins = 0
        self.renewals = 0
        self.messages: list[tuple[int, str]] = []  # to contacts
        self.silent: set[int] = set()  # contacts who wrote more than a day ago
        self.arrives_late = 0  # resumes that come before the flow waits
        self.down = False
        self._tokens: dict[str, datetime.datetime] = {}
        self._renewals: set[str] = set()
        super().__init__()
        self.api_url = self.origin

    def park(self, flow: int, contact: int) -> WaitingFlow:
        """A contact whose flow waits for a result."""
        parked = WaitingFlow(flow, contact)
        self.flows.append(parked)
        return parked

    def pass_time(self, seconds: float) -> None:
        self.now += datetime.timedelta(seconds=seconds)

    def _serve(self, exchange: Exchange) -> Reply:
        asked = exchange.asked
        with self._lock:
            self.requests.append(asked)
            if self.down:
                return Reply.of_json({"errors": {"detail": "Internal Server Error"}}, 500)
            routes = {
                "/api/v1/session": self._log_in,
                "/api/v1/session/renew": self._renew,
                "/api": self._graphql,
                "/webhook/flow_resume": self._signed_resume,
            }
            answer = routes.get(asked.path)
            if asked.method != "POST" or answer is None:
                self.violations.append(f"{asked.method} {asked.path}")
                return Reply.of_json({"errors": {"detail": "Not Found"}}, 404)
            return answer(asked)

    def _log_in(self, asked: Asked) -> Reply:
        self.logins += 1
        if self.logins > LOGINS_A_MINUTE:
            return Reply.of_json({"error": {"status": 429, "message": "Rate limited"}}, 429)
        user = (asked.body or {}).get("user", {})
        if (user.get("phone"), user.get("password")) != (self.phone, self.password):
            return _unauthorized("Invalid phone or password")
        return self._session()

    def _renew(self, asked: Asked) -> Reply:
        token = asked.headers.get("Authorization", "")
        if token not in self._renewals:
            return _unauthorized("Invalid token")
        self._renewals.discard(token)
        self.renewals += 1
        return self._session()

    def _session(self) -> Reply:
        number = self.logins + self.renewals
        expires = self.now + datetime.timedelta(seconds=TOKEN_SECONDS)
        access, renewal = f"access-{number}", f"renewal-{number}"
        self._tokens[access] = expires
        self._renewals.add(renewal)
        return Reply.of_json(
            {
                "data": {
                    "access_token": access,
                    "token_expiry_time": expires.isoformat().replace("+00:00", "Z"),
                    "renewal_token": renewal,
                    "last_login_time": self.now.isoformat(),
                }
            }
        )

    def _graphql(self, asked: Asked) -> Reply:
        expires = self._tokens.get(asked.headers.get("Authorization", ""))
        if expires is None or expires <= self.now:
            return _unauthorized("Not authenticated")
        body = asked.body or {}
        variables = body.get("variables", {})
        if "createAndSendMessage(" in body.get("query", ""):
            return self._send(variables.get("input", {}))
        result = variables.get("result")
        if "resumeContactFlow(" not in body.get("query", "") or not isinstance(result, str):
            self.violations.append("resumeContactFlow's result is not a JSON string")
            return Reply.of_json({"errors": [{"message": "Argument result has invalid value"}]})
        flow = self._find(int(variables["flowId"]), int(variables["contactId"]))
        early = self.arrives_late > 0
        self.arrives_late -= early
        if flow is None or early:
            text = f"{variables['contactId']} does not have any active flows awaiting results."
            errors = [{"key": "contact", "message": text}]
            return _resumed({"success": True, "errors": errors})
        self._wake(flow, json.loads(result), "No Response")
        return _resumed({"success": True, "errors": None})

    def _send(self, message: dict[str, Any]) -> Reply:
        """Take a message to a contact in the 24 hours after they wrote."""
        if set(message) != {"body", "flow", "type", "receiverId"}:
            self.violations.append("createAndSendMessage's input is not a plain text's")
        if int(message["receiverId"]) in self.silent:
            errors = [{"key": "receiver", "message": "Cannot send the message to the contact."}]
            return Reply.of_json({"data": {"createAndSendMessage": {"errors": errors}}})
        self.messages.append((int(message["receiverId"]), message["body"]))
        sent = {"message": {"id": str(len(self.messages))}, "errors": None}
        return Reply.of_json({"data": {"createAndSendMessage": sent}})

    def _signed_resume(self, asked: Asked) -> Reply:
        problem = self._problem(asked.body)
        if problem:
            self.dropped.append(problem)
        else:
            metadata, said = asked.body["metadata"], asked.body["data"]["response"]
            flow = self._find(metadata["flow_id"], metadata["contact_id"])
            if flow is None:
                self.dropped.append("nobody waits")
            else:
                result = {
                    **metadata,
                    "thread_id": said["conversation_id"],
                    "output_type": said["output"]["type"],
                    "message": said["output"]["content"]["value"],
                }
                ended = "Success" if asked.body["success"] else "Failure"
                known = "webhook_log_id" in metadata or ended == "Failure"
                message = ended if known else "No Response"
                self._wake(flow, {metadata.get("result_name", "response"): result}, message)
        return Reply.of_json("")

    def _problem(self, body: Any) -> str:
        metadata = (body or {}).get("metadata", {})
        if not all(type(metadata.get(name)) is int for name in (*IDS, "timestamp")):
            return "ids must be integers"
        if metadata["organization_id"] != self.organization_id:
            return "another organisation"
        age = int(self.now.timestamp() * 1_000_000) - metadata["timestamp"]
        if age > WINDOW_MICROSECONDS:
            return "too old"
        signed = {name: metadata[name] for name in sorted((*IDS, "timestamp"))}
        payload = json.dumps(signed, separators=(",", ":"))
        text = f"{metadata['timestamp']}.{payload}".encode()
        expected = hmac.new(self.phrase.encode(), text, hashlib.sha256).hexdigest()
        return "" if expected == metadata.get("signature") else "wrong signature"

    def _find(self, flow: int, contact: int) -> WaitingFlow | None:
        matching = (
            parked for parked in self.flows if (parked.flow, parked.contact) == (flow, contact)
        )
        return next((parked for parked in matching if parked.waiting), None)

    def _wake(self, flow: WaitingFlow, results: dict[str, Any], message: str) -> None:
        flow.waiting = False
        flow.resumed += 1
        flow.results |= results
        flow.message = message


def _resumed(mutation: dict[str, Any]) -> Reply:
    return Reply.of_json({"data": {"resumeContactFlow": mutation}})


def _unauthorized(message: str) -> Reply:
    return Reply.of_json({"error": {"status": 401, "message": message}}, 401)
