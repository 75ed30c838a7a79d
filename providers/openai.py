"""OpenAI's API with one account: retries, time-outs, named errors, and models that die.

One call is bounded by the account's `timeout_seconds`, whatever happens inside it: at most two
retries by the provider's own rules, unsupported parameters dropped or renamed and the lesson
kept for an hour, a retired model replaced once by its named successor.

Source: OpenAI OpenAPI spec 2.3.0; retry policy of the openai Python client.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
from urllib3.filepost import encode_multipart_formdata

from errors import (
    FlowhookError,
    InvalidResponse,
    ModelNotFound,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
)
from providers.account import Account, NoNotebook, Notebook
from providers.circuit import Circuit, NoCircuit
from providers.completion import Completion, Usage, read_completion, read_object, read_usage
from providers.openai_errors import (
    MAX_RETRY_AFTER_SECONDS,
    ErrorReply,
    Unsupported,
    raised,
    retry_after_seconds,
    transport_error,
)
from providers.parameters import refused_with, without
from providers.retirements import Retirement, retirement
from providers.transport import (
    Broken,
    Reply,
    TimedOut,
    Transport,
    TransportError,
    Unreachable,
)

MAX_RETRIES = 2
MAX_HEALINGS = 3
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 8.0


Fit = Callable[[dict[str, Any]], dict[str, Any]]
"""From a body as asked for to one that `body["model"]` takes; used again for a successor."""


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
        notebook: Notebook | None = None,
        sleep: Callable[[float], None] = time.sleep,
        circuit: Circuit | None = None,
        fallback: Callable[[], OpenAIClient] | None = None,
    ) -> None:
        """`fallback` opens a client of the account asked where this one's provider is down."""
        self.account = account
        self.transport = transport
        self.circuit: Circuit = circuit or NoCircuit()
        self.fallback = fallback
        self.notebook: Notebook = notebook or NoNotebook()
        self.sleep = sleep
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

    def ask_bytes(self, path: str, body: dict[str, Any], fit: Fit | None = None) -> Reply:
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
        return self._read(self._ask("GET", path, None, self._deadline()))

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

    def _read(self, reply: Reply) -> dict[str, Any]:
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
    ) -> Reply:
        """Ask this account; where its provider is down, as the fallbacks say."""
        deadline = self._deadline()

        def ask(client: OpenAIClient, model: str) -> Reply:
            return client._ask_own(path, {**asked, "model": model}, fit, encode, deadline)

        try:
            return ask(self, asked["model"])
        except (ProviderUnavailable, ProviderError) as failure:
            return self._ask_others(ask, asked["model"], failure)

    def _ask_others(
        self, ask: Callable[[OpenAIClient, str], Reply], model: str, failure: FlowhookError
    ) -> Reply:
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
    ) -> Reply:
        """Ask, and once more with what the model takes, or with the model that replaced it."""
        name = asked["model"]
        body = self._as_learned(asked, fit)
        newly_retired: Retirement | None = None
        for _ in range(MAX_HEALINGS + 2):
            try:
                content, content_type = encode(body)
                reply = self._ask("POST", path, content, deadline, content_type)
            except Unsupported as refusal:
                healed = self._heal(body, refusal.parameter)
                if healed is None:
                    raise refusal.error from None
                body = healed
            except ModelNotFound:
                newly_retired = self._replaceable(name) if body["model"] == name else None
                if newly_retired is None:
                    raise
                body = self._as_learned({**asked, "model": newly_retired.successor}, fit)
            else:
                if newly_retired is not None:
                    self._note_retired(newly_retired, name)
                self.model = body["model"]
                return reply
        raise InvalidResponse("the provider refused parameter after parameter")

    def _as_learned(self, body: dict[str, Any], fit: Fit | None) -> dict[str, Any]:
        """`body` with the successor of its model, fitted, and without what that one refuses."""
        successor = self.notebook.lesson(body["model"]).get("successor")
        if successor and self.account.allows(successor):
            body = {**body, "model": successor}
        body = fit(body) if fit else body
        return without(body, self.notebook.lesson(body["model"]).get("refuses", ()))

    def _heal(self, body: dict[str, Any], parameter: str) -> dict[str, Any] | None:
        refused = refused_with(parameter, body)
        if not refused:
            return None
        known = self.notebook.lesson(body["model"]).get("refuses", ())
        self.notebook.learn(body["model"], {"refuses": sorted({*known, *refused})})
        return without(body, refused)

    def _replaceable(self, model: str) -> Retirement | None:
        """The known retirement of a missing model, if its successor may be asked instead."""
        retired = retirement(model)
        if retired is None or retired.successor is None:
            return None
        return retired if self.account.allows(retired.successor) else None

    def _note_retired(self, retired: Retirement, model: str) -> None:
        self.notebook.learn(model, {"successor": retired.successor})
        self.notebook.warn(
            model,
            f"{model} was retired on {retired.date}; {retired.successor} answers in its place."
            " Change the model in the flow, or set an alias.",
        )

    # --- one request, with retries ---

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None,
        deadline: float,
        content_type: str = "application/json",
    ) -> Reply:
        """One request with its retries, as far as the account's circuit lets it."""
        self.circuit.admit()
        try:
            reply = self._retry(method, path, body, deadline, content_type)
        except (ProviderUnavailable, ProviderError, ProviderTimeout):
            self.circuit.failed()
            raise
        except (FlowhookError, Unsupported):
            self.circuit.answered()
            raise
        self.circuit.answered()
        return reply

    def _retry(
        self, method: str, path: str, body: bytes | None, deadline: float, content_type: str
    ) -> Reply:
        for retries_left in range(MAX_RETRIES, -1, -1):
            try:
                reply = self._send(method, path, body, deadline, content_type)
            except (Unreachable, Broken) as failure:
                if not retries_left or not self._pause(None, retries_left, deadline):
                    raise transport_error(failure) from None
                continue
            except TransportError as failure:
                raise transport_error(failure) from None
            if reply.status == 200:
                return reply
            error = ErrorReply(reply)
            if not error.should_retry() or not retries_left:
                raise raised(error)
            if not self._pause(reply, retries_left, deadline):
                raise raised(error)
        raise AssertionError("the last try returns or raises")

    def _send(
        self, method: str, path: str, body: bytes | None, deadline: float, content_type: str
    ) -> Reply:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimedOut("no time left")
        headers = {"Content-Type": content_type, **self.account.headers()}
        return self.transport.send(method, self.account.base_url + path, headers, body, left)

    def _pause(self, reply: Reply | None, retries_left: int, deadline: float) -> bool:
        """Wait before the next try; False where the wait would not fit."""
        asked = retry_after_seconds(reply.headers) if reply else None
        if asked is not None and asked > MAX_RETRY_AFTER_SECONDS:
            return False
        doubled = FIRST_PAUSE_SECONDS * 2 ** (MAX_RETRIES - retries_left)
        pause = asked
        if pause is None:
            pause = min(LONGEST_PAUSE_SECONDS, doubled) * random.uniform(0.75, 1)
        if time.monotonic() + pause >= deadline:
            return False
        self.sleep(pause)
        return True

    def _deadline(self) -> float:
        """The end of all this client's requests: one webhook call, however many it takes."""
        if self.ends_at is None:
            self.ends_at = time.monotonic() + self.account.timeout_seconds
        return self.ends_at
