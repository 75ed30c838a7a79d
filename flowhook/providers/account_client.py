"""A ModelClient for one account, with retries, fallbacks and one time-out.

The account's `timeout_seconds` bounds a whole call, including at most two retries by the
provider's own rules. Unsupported parameters are dropped or renamed and remembered for an hour, a
retired model is replaced once by its named successor, and if the provider is down the fallback
model or the fallback account is asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
from urllib3.filepost import encode_multipart_formdata

from flowhook.config import FETCH_SECONDS
from flowhook.errors import (
    FlowhookError,
    InvalidResponse,
    ModelNotFound,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
)
from flowhook.providers.account import Account
from flowhook.providers.circuit import Circuit, NoCircuit
from flowhook.providers.dialect import AnswerT, Dialect, Unsupported, WireCall, load_providers
from flowhook.providers.model_client import (
    ChatRequest,
    Completion,
    EmbeddingRequest,
    Embeddings,
    FilesRequest,
    ListedModel,
    Moderation,
    ModerationRequest,
    PictureRequest,
    Pictures,
    Request,
    Speech,
    SpeechRequest,
    Transcription,
    TranscriptionRequest,
    Unmaskable,
    Usage,
)
from flowhook.providers.models_that_change import (
    ModelQuirks,
    NoModelQuirks,
    Replacement,
    note_replaced,
    replacement,
    retry_without,
)
from flowhook.providers.requests import Requests
from flowhook.providers.step_client import File, StepClient
from flowhook.providers.steps import NoProviderJobs, ProviderJobs
from flowhook.providers.transport import HttpReply, Transport
from flowhook.providers.usage_estimate import estimated_usage
from flowhook.providers.websocket import ConversingTransport, Dialogue, websocket_url
from flowhook.turns import one_by_one
from flowhook.version import VERSION

MAX_REFUSED_PARAMETERS = 6
USER_AGENT = {"User-Agent": f"Flowhook/{VERSION}"}  # some networks refuse who does not say

Asked = Callable[[], AnswerT]
"""Reads the reply that came."""

PROVIDERS = load_providers()


class AccountClient:
    """Sends requests with one account over a shared `transport`; `usage` totals its calls."""

    def __init__(
        self,
        account: Account,
        transport: ConversingTransport,
        quirks: ModelQuirks | None = None,
        sleep: Callable[[float], None] = time.sleep,
        circuit: Circuit | None = None,
        fallback: Callable[[], AccountClient] | None = None,
        links: Transport | None = None,
        jobs: ProviderJobs | None = None,
    ) -> None:
        """Create a client; `fallback` opens one for the account to ask if the provider is down.

        `links` reaches addresses that the provider names, public ones alone; `jobs` remembers
        what the provider was given to do.
        """
        self.account = account
        self.transport = transport
        self.dialect = dialect_of(account)
        self.quirks: ModelQuirks = quirks or NoModelQuirks()
        self.requests = Requests(self.dialect, transport, circuit or NoCircuit(), sleep)
        self.fallback = fallback
        self.links = links or transport
        self.jobs: ProviderJobs = jobs or NoProviderJobs()
        self.usage = Usage()
        self.ends_at: float | None = None  # monotonic; set by the first request
        self.model: str | None = None  # the model that answered last
        self.sent = b""  # the body that was sent last, for an estimate of its tokens

    @property
    def hears(self) -> frozenset[str]:
        return self.dialect.hears

    def check_may_send(self, what: Unmaskable) -> None:
        """An account takes all; what an organisation sends, its guard says."""

    # --- requests ---

    def chat(self, request: ChatRequest) -> Completion:
        """Ask a chat model; one that gives fewer choices than were asked for is asked again."""
        completion = self._answer(request, request.model)
        found = list(completion.choices)
        for _ in range((request.choices or 1) - 1):
            missing = (request.choices or 1) - len(found)
            if missing <= 0:
                break
            try:
                found += self._answer(replace(request, choices=missing), request.model).choices
            except FlowhookError:
                break  # those that came are paid for
        if len(found) == len(completion.choices):
            return completion
        return replace(completion, choices=tuple(found[: request.choices]))

    def answer_from_files(self, request: FilesRequest) -> Completion:
        return self._answer(request, request.model)

    def draw(self, request: PictureRequest) -> Pictures:
        return self._answer(request, request.model or self.account.image_model)

    def speak(self, request: SpeechRequest) -> Speech:
        model = request.model or self.account.speech_model
        spoken = [self._answer(part, model) for part in self.dialect.parts(request, model)]
        return spoken[0] if len(spoken) == 1 else self.dialect.joined(spoken)

    def transcribe(self, request: TranscriptionRequest) -> Transcription:
        return self._answer(request, request.model or self.account.transcription_model)

    def moderate(self, request: ModerationRequest) -> Moderation:
        return self._answer(request, self.dialect.moderation_model)

    def embed(self, request: EmbeddingRequest) -> Embeddings:
        return self._answer(request, request.model or self.dialect.embedding_model)

    def models(self) -> list[ListedModel]:
        url, headers = self.dialect.models_url(), USER_AGENT | self.dialect.headers()
        return self.dialect.read_models(
            self.requests.ask("GET", url, headers, None, self._deadline())
        )

    def open_link(self, url: str) -> bytes | None:
        """Fetch without the key; empty if the provider's server does not answer 200."""
        try:
            is_own = urlsplit(url)[:2] == urlsplit(self.account.base_url)[:2]
        except ValueError:
            return None
        if not is_own:
            return None
        reply = self.transport.send("GET", url, {}, None, FETCH_SECONDS)
        return reply.body if reply.status == 200 else b""

    # --- retries and fallbacks ---

    def _answer(self, request: Request[AnswerT], model: str | None) -> AnswerT:
        """Ask this account or, if its provider is down, the fallbacks."""
        named = self.account.resolve(model)
        try:
            read = self._ask(request, named)
        except (ProviderUnavailable, ProviderError) as failure:
            read = self._ask_others(request, named, failure)
        try:
            answer = read()
        except InvalidResponse:
            self._add(estimated_usage(request, None, self.sent))  # it is paid for nevertheless
            raise
        self._add(answer.usage or estimated_usage(request, answer, self.sent))
        self.model = answer.model or self.model
        return answer

    def _ask_others(
        self, request: Request[AnswerT], model: str, failure: FlowhookError
    ) -> Asked[AnswerT]:
        """Ask the fallback model, else the fallback account; else raise the failure."""
        other = self.account.fallback_model or model
        if other != model and self.account.allows(other):
            with suppress(FlowhookError):
                return self._ask(request, other)
        if self.fallback is not None:
            with suppress(FlowhookError):
                client = self.fallback()
                client.ends_at = self.ends_at
                asked = client._ask(request, client.account.resolve(other))
                self.model = client.model
                return asked
        raise failure

    def _ask(self, request: Request[AnswerT], asked: str) -> Asked[AnswerT]:
        """Ask, and retry once with accepted parameters or with what replaces a missing model."""
        model, call = self._call(request, asked)
        replaced: Replacement | None = None
        for _ in range(MAX_REFUSED_PARAMETERS + 2):
            try:
                read = self._carry_out(call, model)
            except Unsupported as refusal:
                call.body = retry_without(self.quirks, self.dialect, model, call.body, refusal)
            except ModelNotFound as refusal:
                replaced = replacement(self.account, asked) if model == asked else None
                if replaced is None:
                    message = f"{refusal.message}: {model[:100]}"
                    raise ModelNotFound(message, fix=refusal.fix) from refusal
                model, call = self._call(request, replaced.model)
            else:
                if replaced is not None:
                    note_replaced(self.quirks, replaced, asked)
                self.model = model
                return read
        raise InvalidResponse("the provider refused parameter after parameter")

    def _call(self, request: Request[AnswerT], model: str) -> tuple[str, WireCall[AnswerT]]:
        """Build the call to the model or its known successor, without refused parameters."""
        quirks = self.quirks.of(model)
        successor = quirks.get("successor") if quirks else None
        if successor and self.account.allows(successor):
            model, quirks = successor, self.quirks.of(successor)
        call = self.dialect.call(request, model)
        if quirks:
            call.body = self.dialect.without(call.body, quirks.get("refuses", ()))
        return model, call

    def _carry_out(self, call: WireCall[AnswerT], model: str) -> Asked[AnswerT]:
        send = partial(self._send, model)
        if call.steps is not None:
            sleep = self.requests.sleep
            answer = call.steps(StepClient(send, self.links, self.jobs, sleep, self._deadline()))
            return lambda: answer
        if call.dialogue is not None:
            return partial(call.read, self._converse(call, call.dialogue, model))
        return partial(call.read, send("POST", call.path, call.body, call.file))

    def _send(
        self, model: str, method: str, path: str, body: dict[str, Any] | None, file: File | None
    ) -> HttpReply:
        headers, content = {**USER_AGENT, **self.dialect.headers()}, None
        if file is not None:
            with one_by_one(len(file[1])):
                form = {**(body or {}), "file": file}
                content, headers["Content-Type"] = encode_multipart_formdata(form)
        elif body is not None:
            self.sent = content = orjson.dumps(body)
            headers["Content-Type"] = "application/json"
        url = self.dialect.url(path, model)
        return self.requests.ask(method, url, headers, content, self._deadline())

    def _converse(self, call: WireCall[Any], dialogue: Dialogue, model: str) -> HttpReply:
        url = websocket_url(self.dialect.url(call.path, model))
        headers = {**USER_AGENT, **self.dialect.headers()}
        target = f"{url}?{urlencode(call.body)}"
        try:
            return self.requests.converse(target, headers, dialogue, self._deadline())
        except FlowhookError:
            self._add(dialogue.usage or Usage())  # what it cost until then
            raise

    def _add(self, used: Usage) -> None:
        self.usage = Usage(
            self.usage.input_tokens + used.input_tokens,
            self.usage.output_tokens + used.output_tokens,
        )

    def _deadline(self) -> float:
        """Return the deadline shared by all requests of this client (one webhook call)."""
        if self.ends_at is None:
            self.ends_at = time.monotonic() + self.account.timeout_seconds
        return self.ends_at


def dialect_of(account: Account) -> Dialect:
    """Return the dialect of the account's provider; raises ProviderRejected if there is none."""
    dialect = PROVIDERS.find(account.provider)
    if dialect is None:
        raise ProviderRejected(
            f"this service knows no provider {account.provider}",
            fix=f"Choose {' or '.join(PROVIDERS.names())} in the OpenAI settings.",
        )
    return dialect(account)
