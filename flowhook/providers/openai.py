"""OpenAI's API with one account: retries, time-outs, named errors, and models that die.

One call is bounded by the account's `timeout_seconds`, whatever happens inside it: at most two
retries by the provider's own rules, unsupported parameters dropped or renamed and the lesson
kept for an hour, a retired model replaced once by its named successor.

Source: OpenAI OpenAPI spec 2.3.0.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
from urllib3.filepost import encode_multipart_formdata

from flowhook.errors import (
    FlowhookError,
    InvalidResponse,
    ModelNotFound,
    ProviderError,
    ProviderUnavailable,
)
from flowhook.providers.account import Account, ModelQuirks, NoModelQuirks
from flowhook.providers.circuit import Circuit, NoCircuit
from flowhook.providers.completion import (
    Completion,
    Usage,
    read_completion,
    read_object,
    read_usage,
)
from flowhook.providers.models_that_change import Fit, as_learned, heal, note_retired, replacement
from flowhook.providers.openai_errors import Unsupported
from flowhook.providers.openai_requests import Requests
from flowhook.providers.retirements import Retirement
from flowhook.providers.transport import HttpReply, Transport

MAX_HEALINGS = 3

Encode = Callable[[dict[str, Any]], tuple[bytes, str]]
"""A body's bytes and their media type."""


def as_json(body: dict[str, Any]) -> tuple[bytes, str]:
    return orjson.dumps(body), "application/json"


class OpenAIClient:
    """Asks with one account. `transport` is shared by all; `usage` adds up this client's calls."""

    def __init__(
        self,
        account: Account,
        transport: Transport,
        notebook: ModelQuirks | None = None,
        sleep: Callable[[float], None] = time.sleep,
        circuit: Circuit | None = None,
        fallback: Callable[[], OpenAIClient] | None = None,
    ) -> None:
        """`fallback` opens a client of the account asked where this one's provider is down."""
        self.account = account
        self.transport = transport
        self.fallback = fallback
        self.notebook: ModelQuirks = notebook or NoModelQuirks()
        self.requests = Requests(account, transport, circuit or NoCircuit(), sleep)
        self.usage = Usage()
        self.ends_at: float | None = None  # monotonic; set by the first request
        self.model: str | None = None  # the model that answered last

    def chat(self, body: dict[str, Any], fit: Fit | None = None) -> Completion:
        """POST /chat/completions; `body["model"]` may be absent."""
        named = self._with_model(body)
        reply = self._ask_model("/chat/completions", named, fit)
        completion = read_completion(reply.body, named["model"])
        self.model = completion.model
        self.count(completion.usage)
        return completion

    def ask(self, path: str, body: dict[str, Any], fit: Fit | None = None) -> dict[str, Any]:
        """POST a body to any endpoint that takes a model and answers a JSON object."""
        return self._read(self._ask_model(path, self._with_model(body), fit))

    def ask_bytes(self, path: str, body: dict[str, Any], fit: Fit | None = None) -> HttpReply:
        """POST to an endpoint that answers with a file, such as speech."""
        return self._ask_model(path, self._with_model(body), fit)

    def upload(
        self, path: str, fields: dict[str, Any], file: tuple[str, bytes, str]
    ) -> dict[str, Any]:
        """POST a form with one file, `(name, content, media type)`; `fields` are its texts."""

        def encode(form: dict[str, Any]) -> tuple[bytes, str]:
            return encode_multipart_formdata({**form, "file": file})

        return self._read(self._ask_model(path, self._with_model(fields), encode=encode))

    def get(self, path: str) -> dict[str, Any]:
        """GET a JSON object."""
        return self._read(self.requests.ask("GET", path, None, self._deadline()))

    def models(self) -> list[dict[str, Any]]:
        """GET /models: what this key can use, each with `id` and perhaps `shutdown_date`."""
        listed = self.get("/models").get("data")
        if not isinstance(listed, list):
            raise InvalidResponse("the provider's list of models is not a list")
        return [
            model
            for model in listed
            if isinstance(model, dict) and isinstance(model.get("id"), str)
        ]

    def count(self, usage: Usage) -> None:
        self.usage = Usage(
            self.usage.input_tokens + usage.input_tokens,
            self.usage.output_tokens + usage.output_tokens,
        )

    def _with_model(self, body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "model": self.account.resolve(body.get("model"))}

    def _read(self, reply: HttpReply) -> dict[str, Any]:
        answer = read_object(reply.body)
        self.count(read_usage(answer.get("usage")))
        if isinstance(answer.get("model"), str):
            self.model = answer["model"]
        return answer

    # --- models that change under us ---

    def _ask_model(
        self,
        path: str,
        asked: dict[str, Any],
        fit: Fit | None = None,
        encode: Encode = as_json,
    ) -> HttpReply:
        """Ask this account; where its provider is down, as the fallbacks say."""
        deadline = self._deadline()

        def ask(client: OpenAIClient, model: str) -> HttpReply:
            return client._ask_own(path, {**asked, "model": model}, fit, encode, deadline)

        try:
            return ask(self, asked["model"])
        except (ProviderUnavailable, ProviderError) as failure:
            return self._ask_others(ask, asked["model"], failure)

    def _ask_others(
        self, ask: Callable[[OpenAIClient, str], HttpReply], model: str, failure: FlowhookError
    ) -> HttpReply:
        """The fallback model's answer, else the fallback account's; else the failure stands."""
        other = self.account.fallback_model or model
        if other != model and self.account.allows(other):
            with suppress(FlowhookError):
                return ask(self, other)
        if self.fallback is not None:
            with suppress(FlowhookError):
                client = self.fallback()
                reply = ask(client, client.account.resolve(other))
                self.model = client.model
                return reply
        raise failure

    def _ask_own(
        self,
        path: str,
        asked: dict[str, Any],
        fit: Fit | None,
        encode: Encode,
        deadline: float,
    ) -> HttpReply:
        """Ask, and once more with what the model takes, or with the model that replaced it."""
        name = asked["model"]
        body = as_learned(self.account, self.notebook, asked, fit)
        newly_retired: Retirement | None = None
        for _ in range(MAX_HEALINGS + 2):
            try:
                content, content_type = encode(body)
                reply = self.requests.ask("POST", path, content, deadline, content_type)
            except Unsupported as refusal:
                healed = heal(self.notebook, body, refusal.parameter)
                if healed is None:
                    raise refusal.error from None
                body = healed
            except ModelNotFound:
                as_asked = body["model"] == name
                newly_retired = replacement(self.account, name) if as_asked else None
                if newly_retired is None:
                    raise
                asked = {**asked, "model": newly_retired.successor}
                body = as_learned(self.account, self.notebook, asked, fit)
            else:
                if newly_retired is not None:
                    note_retired(self.notebook, newly_retired, name)
                self.model = body["model"]
                return reply
        raise InvalidResponse("the provider refused parameter after parameter")

    def _deadline(self) -> float:
        """The end of all this client's requests: one webhook call, however many it takes."""
        if self.ends_at is None:
            self.ends_at = time.monotonic() + self.account.timeout_seconds
        return self.ends_at
