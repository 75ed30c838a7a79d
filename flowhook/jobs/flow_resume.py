"""Resumes a Glific flow with a job's result, by the GraphQL API or by the signed callback.

If the organisation's `glific` section holds phone and password, the API resumes the flow and
confirms it. Otherwise, with an `api_url` and the signature phrase, the signed callback does.
Both need the flow, the contact and the result name that Glific sent with the call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from redis.exceptions import RedisError

from flowhook.errors import FlowhookError, ProviderRejected
from flowhook.jobs.call import Call
from flowhook.jobs.job_runner import NotDelivered
from flowhook.jobs.store import Job
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.outcome import Outcome
from flowhook.providers.glific import GlificClient, Said, Tokens
from flowhook.providers.transport import Transport
from flowhook.redis.best_effort import best_effort
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key

PURPOSE = "glific session"
SESSION_SECONDS = 86_400  # kept for renewal; after a day without a result, a new login is needed


class FlowResume:
    """Resumes the flow that a call came from."""

    def __init__(
        self,
        redis: Any,
        cipher: Cipher,
        transport: Transport,
        find: Callable[[str], Organisation],
    ) -> None:
        self.redis = redis
        self.cipher = cipher
        self.transport = transport
        self.find = find

    def check(self, organisation: Organisation, call: Call) -> bool:
        """Tell whether the organisation uses Glific and the call came from one of its flows."""
        if call.contact:  # it came from a flow that runs here
            return False
        section = organisation.section("glific")
        way = has_login(organisation) or bool(organisation.signature_phrase)
        named = _id_of(call.body, "flow") and _id_of(call.body, "contact")
        return bool(section.get("api_url") and way and named and call.body.get("result_name"))

    def deliver(self, job: Job, call: Call, outcome: Outcome) -> None:
        organisation = self.find(job.organization_id)
        client = self._client(organisation)
        try:
            if has_login(organisation):
                name = str(call.body["result_name"])
                results = {name: dict(outcome.answer)}
                client.resume(_id_of(call.body, "flow"), _id_of(call.body, "contact"), results)
            else:
                self._signed(client, organisation, call, outcome)
        except ProviderRejected as refusal:
            raise NotDelivered(refusal.message, final=True) from refusal
        except FlowhookError as failure:
            raise NotDelivered(failure.message) from failure

    def write(self, org: str, contact: str, text: str) -> None:
        """Write a text to a contact in Glific. Raises NotDelivered."""
        organisation = self.find(org)
        client = self._client(organisation)
        if not has_login(organisation):
            raise NotDelivered("the organisation's Glific settings have no phone and password")
        try:
            client.send(contact, text)
        except ProviderRejected as refusal:
            raise NotDelivered(refusal.message, final=True) from refusal
        except FlowhookError as failure:
            raise NotDelivered(failure.message) from failure

    def _client(self, organisation: Organisation) -> GlificClient:
        section = organisation.section("glific")
        if not section.get("api_url"):
            raise NotDelivered("the organisation has no Glific settings any more")
        return GlificClient(
            section["api_url"],
            self.transport,
            RedisShelf(self.redis, self.cipher, organisation.id, section),
            section.get("phone") or "",
            section.get("password") or "",
        )

    def _signed(
        self, client: GlificClient, organisation: Organisation, call: Call, outcome: Outcome
    ) -> None:
        phrase = organisation.signature_phrase
        if not phrase:
            raise NotDelivered("the organisation has neither a Glific password nor a phrase")
        client.resume_signed(phrase, _metadata(call), _said(outcome))


class RedisShelf:
    """Keeps one Glific user's session, encrypted, until it expires."""

    def __init__(self, redis: Any, cipher: Cipher, org: str, section: Mapping[str, Any]) -> None:
        self.redis = redis
        self.cipher = cipher
        self.org = org
        self.purpose = f"{PURPOSE} {section.get('api_url')} {section.get('phone')}"
        self.key = org_key(org, "glific", "session")

    def read(self) -> Tokens | None:
        try:
            sealed = self.redis.get(self.key)
            opened = self.cipher.open(self.org, self.purpose, sealed) if sealed else None
        except (RedisError, CannotDecrypt):  # another user's session, or none available
            return None
        return Tokens(*orjson.loads(opened)) if opened else None

    def write(self, tokens: Tokens | None) -> None:
        with best_effort("a Glific session"):
            if tokens is None:
                self.redis.delete(self.key)
                return
            plain = orjson.dumps([tokens.access, tokens.renewal, tokens.expires])
            sealed = self.cipher.seal(self.org, self.purpose, plain)
            write(self.redis, ("SET", self.key, sealed, "EX", SESSION_SECONDS))


def has_login(organisation: Organisation) -> bool:
    """Tell whether the organisation's Glific settings name a user with a password."""
    section = organisation.section("glific")
    return bool(section.get("api_url") and section.get("phone") and section.get("password"))


def _metadata(call: Call) -> dict[str, Any]:
    """Build the ids of the signed callback; Glific accepts whole numbers only."""
    found: dict[str, Any] = {}
    for name in ("organization", "flow", "contact"):
        text = _id_of(call.body, name)
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise NotDelivered(f"{name}_id is no whole number, as Glific's ids are", final=True)
        found[f"{name}_id"] = int(text)
    found["result_name"] = str(call.body["result_name"])
    found["webhook_name"] = call.function
    log_id = str(call.body.get("webhook_log_id") or "")
    if log_id.isascii() and log_id.isdigit() and len(log_id) < 19:
        found["webhook_log_id"] = int(log_id)
    return found


def _said(outcome: Outcome) -> Said:
    error = outcome.error
    value = error.message if error else outcome.answer.get(outcome.main)
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    thread = outcome.answer.get("thread_id")
    conversation = thread if isinstance(thread, str) else ""
    return Said(text, conversation, error is None, error.type if error else "")


def _id_of(body: Mapping[str, Any], name: str) -> str:
    """Return `flow_id`, or the id inside `flow`, as text; empty if both are absent."""
    found = body.get(f"{name}_id")
    inner = body.get(name)
    if found is None and isinstance(inner, Mapping):
        found = inner.get("id")
    usable = isinstance(found, str | int) and not isinstance(found, bool)
    return str(found) if usable else ""
