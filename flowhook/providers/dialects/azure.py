"""OpenAI's models in Microsoft's cloud: the same bodies, under the names of deployments.

A resource has an address of its own (https://<resource>.openai.azure.com) and serves a model
only where it is deployed, under the name that the deployment was given. Moderation is no part of
it. The Responses and Realtime APIs live under the undated v1 API, everything else under
`api_version`.

Source: https://learn.microsoft.com/azure/ai-foundry/openai/reference and
https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle; which paths name a
deployment: AzureOpenAI in the openai Python client.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote

from flowhook.errors import ContentFilter, ModelNotFound, ProviderFailure, ProviderRejected
from flowhook.providers.account import Account
from flowhook.providers.dialect import AnswerT, WireCall, provider
from flowhook.providers.dialects.openai import OpenAIDialect
from flowhook.providers.model_client import ListedModel, ModerationRequest, Request
from flowhook.providers.openai.errors import OpenAIErrorReply
from flowhook.providers.transport import HttpReply


class AzureErrorReply(OpenAIErrorReply):
    """An error of the gateway in front of the models, or of the model itself as OpenAI's."""

    def as_error(self) -> ProviderFailure:
        names = self.body.names
        if "deploymentnotfound" in names:
            return ModelNotFound(
                "Azure has no deployment of this model under that name",
                fix="Name the model's deployment under deployment in the OpenAI settings, or"
                " deploy the model in Azure (a new deployment takes some minutes).",
            )
        if "responsibleaipolicyviolation" in names:
            return ContentFilter("Azure's content filter stopped the request")
        if self.status == 404 and not self.meaning:
            return ProviderRejected(
                "Azure has nothing at this address",
                fix="Check base_url (https://<resource>.openai.azure.com) and api_version in the"
                " OpenAI settings: older versions lack newer functions.",
            )
        return super().as_error()


@provider("azure")
class AzureDialect(OpenAIDialect):
    """Azure OpenAI, with a resource's key."""

    needs: ClassVar[tuple[str, ...]] = ("base_url", "api_version")
    read_error: Callable[[HttpReply], OpenAIErrorReply] = staticmethod(AzureErrorReply)

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        resource = account.base_url.removesuffix("/v1").removesuffix("/openai")
        self.address = f"{resource}/openai"
        self.version = f"?api-version={account.api_version}"

    def call(self, request: Request[AnswerT], model: str) -> WireCall[AnswerT]:
        if isinstance(request, ModerationRequest):
            raise ProviderRejected(
                "Azure OpenAI does not moderate texts",
                fix="Call moderate with the account of OpenAI's own API; Azure filters what its"
                " models read and write by itself.",
            )
        call = super().call(request, model)
        call.body["model"] = self._deployment(model)
        return call

    def url(self, path: str, model: str) -> str:
        if path in ("/responses", "/realtime"):
            return f"{self.address}/v1{path}"
        deployment = quote(self._deployment(model), safe="")
        return f"{self.address}/deployments/{deployment}{path}{self.version}"

    def headers(self) -> dict[str, str]:
        return {"api-key": self.account.api_key}

    def models_url(self) -> str:
        return f"{self.address}/models{self.version}"

    def read_model(self, model: Mapping[str, Any]) -> ListedModel:
        ends = model.get("deprecation")
        last = ends.get("inference") if isinstance(ends, dict) else None
        day = None
        if isinstance(last, int) and 0 < last < 2**33:
            day = datetime.fromtimestamp(last, UTC).date().isoformat()
        return ListedModel(model["id"], model.get("created_at"), None, day)

    def _deployment(self, model: str) -> str:
        return self.account.deployment.get(model, model)
