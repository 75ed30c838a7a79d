"""A stateful fake of an Azure OpenAI resource: FakeOpenAI's models, behind Azure's gateway.

    with FakeAzureOpenAI() as azure:
        azure.deploy("our-chat", "gpt-6-luna")
        client = AzureOpenAI(azure_endpoint=azure.base_url, api_key=azure.key, api_version=...)

The gateway takes the key in `api-key`, a dated `api-version`, and a model only under the name of a
deployment; under /openai/v1 no version is due and the key may be a bearer's too. Its errors have
Azure's shapes. Moderation, and whatever else Azure does not have, is not found.

Source: https://learn.microsoft.com/azure/ai-foundry/openai/reference; the errors as users of
Azure quote them (MicrosoftDocs/azure-docs #114602, SciSharp/BotSharp #386, openai-dotnet #55).
"""

from __future__ import annotations

import calendar
import datetime
import json
import re
from dataclasses import replace
from typing import Any

from requests.structures import CaseInsensitiveDict

from tests.fakes.exchange import Asked, Exchange, Reply
from tests.fakes.openai import FakeOpenAI, faults
from tests.fakes.openai.faults import Fault

VERSIONS = ("2024-10-21", "2025-04-01-preview")
KEY = "0123456789abcdef0123456789abcdef"
DEPLOYED = re.compile(
    r"/openai/deployments/(?P<deployment>[^/]+)"
    r"(?P<path>/chat/completions|/embeddings|/audio/speech|/audio/transcriptions"
    r"|/images/generations)"
)
UNDATED = re.compile(r"/openai/v1(/responses|/files|/vector_stores|/realtime)")
KINDS = {
    "/chat/completions": "chat",
    "/embeddings": "embedding",
    "/audio/speech": "speech",
    "/audio/transcriptions": "transcription",
    "/images/generations": "image",
}
DENIED = (
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a"
    " valid key for an active subscription and use a correct regional API endpoint for your"
    " resource."
)
NO_DEPLOYMENT = (
    "The API deployment for this resource does not exist. If you created the deployment within"
    " the last 5 minutes, please wait a moment and try again."
)
FILTERED = (
    "The response was filtered due to the prompt triggering Azure OpenAI's content management"
    " policy. Please modify your prompt and retry."
)


class Refused(Exception):
    """An answer of the gateway, before any model is reached."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.reply = Reply.of_json({"error": {"code": code, "message": message}}, status)


class FakeAzureOpenAI(FakeOpenAI):
    """A resource on a free loopback port; nothing is deployed at first."""

    realtime_path = "/openai/v1/realtime"

    def __init__(self) -> None:
        super().__init__()
        self._inner_key, self.key = self.key, KEY
        self.base_url = self.origin
        self.deployments: dict[str, str] = {}

    def deploy(self, name: str, model: str) -> None:
        """Serve a model under a name."""
        self.deployments[name] = model

    def _converse(self, exchange: Exchange) -> Reply | None:
        asked = exchange.asked
        try:
            self._check_key(asked)
            model = self.deployments.get(asked.query.get("model", ""))
            if model is None:
                raise Refused(404, "DeploymentNotFound", NO_DEPLOYMENT)
        except Refused as refused:
            return refused.reply
        headers = CaseInsensitiveDict(asked.headers)
        headers["Authorization"] = f"Bearer {self._inner_key}"
        inner = replace(asked, query={"model": model}, headers=headers)
        return super()._converse(replace(exchange, asked=inner))

    def _endpoint_reply(self, asked: Asked) -> Reply:
        try:
            self._check_key(asked)
            return self._route(asked)
        except Refused as refused:
            return refused.reply

    def _check_key(self, asked: Asked) -> None:
        sent = [asked.headers.get("api-key")]
        bearer = asked.headers.get("Authorization")
        if bearer is not None:
            sent = [bearer if UNDATED.fullmatch(asked.path) else "no token of Entra"]
        if sent not in ([self.key], [f"Bearer {self.key}"]):
            raise Refused(401, "401", DENIED)

    def _route(self, asked: Asked) -> Reply:
        undated = UNDATED.fullmatch(asked.path)
        if undated:
            if asked.query.get("api-version", "preview") not in ("preview", "v1"):
                raise Refused(400, "BadRequest", "API version not supported")
            if undated[1] != "/responses":
                return self._inside(asked, undated[1], asked.raw)
            return self._ask_model(asked, "/responses", str(asked.body.get("model")))
        if asked.query.get("api-version") not in VERSIONS:
            raise Refused(404, "404", "Resource not found")
        if asked.path == "/openai/models" and asked.method == "GET":
            return self._models()
        found = DEPLOYED.fullmatch(asked.path)
        if found is None or asked.method != "POST":
            raise Refused(404, "404", "Resource not found")
        return self._ask_model(asked, found["path"], found["deployment"])

    def _ask_model(self, asked: Asked, path: str, deployment: str) -> Reply:
        model = self.deployments.get(deployment)
        if model is None:
            raise Refused(404, "DeploymentNotFound", NO_DEPLOYMENT)
        if self.world.models.get(model).kind != KINDS.get(path, "chat"):
            message = f"The operation does not work with the specified model, {model}."
            raise Refused(400, "OperationNotSupported", message)
        return self._inside(asked, path, _naming(asked, model))

    def _inside(self, asked: Asked, path: str, raw: bytes) -> Reply:
        """What OpenAI would answer behind the gateway."""
        headers = {**asked.headers, "Authorization": f"Bearer {self._inner_key}"}
        inner = replace(asked, path=f"/v1{path}", headers=headers, raw=raw)
        reply = super()._endpoint_reply(inner)
        asked.heard = inner.heard
        return reply

    def _models(self) -> Reply:
        alive = self.world.models.alive()
        listed = [_listed(model.id, model.shutdown_date) for model in alive]
        return Reply.of_json({"object": "list", "data": listed})


def filtered(inner: str = "innererror") -> Fault:
    """The content filter stops the prompt; images call the inner error `inner_error`."""
    error = {
        "message": FILTERED,
        "type": None,
        "param": "prompt",
        "code": "content_filter" if inner == "innererror" else "contentFilter",
        "status": 400,
        inner: {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {}},
    }
    return faults.status(400, body=json.dumps({"error": error}).encode())


def too_many(milliseconds: int) -> Fault:
    """The deployment's tokens a minute are used up."""
    message = (
        "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version"
        " 2024-10-21 have exceeded token rate limit of your current OpenAI S0 pricing tier."
    )
    body = json.dumps({"error": {"code": "429", "message": message}}).encode()
    headers = {"retry-after-ms": str(milliseconds), "retry-after": str(milliseconds // 1000 + 1)}
    return faults.status(429, body=body, headers=headers)


def _naming(asked: Asked, model: str) -> bytes:
    """The body with the model's own name in it, whatever the deployment is called."""
    if asked.headers.get("Content-Type", "").startswith("multipart/form-data"):
        part = rb'(name="model"\r\n(?:[^\r]+\r\n)*\r\n)[^\r]*'
        return re.sub(part, lambda found: found[1] + model.encode(), asked.raw, count=1)
    return json.dumps({**asked.body, "model": model}).encode()


def _listed(name: str, last: datetime.date | None) -> dict[str, Any]:
    return {
        "id": name,
        "object": "model",
        "status": "succeeded",
        "created_at": 1_750_000_000,
        "lifecycle_status": "generally-available",
        "capabilities": {"inference": True, "chat_completion": True},
        "deprecation": {"inference": calendar.timegm(last.timetuple())} if last else {},
    }
