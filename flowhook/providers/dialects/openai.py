"""OpenAI's own API, and every server that speaks it.

Source: OpenAI OpenAPI spec 2.3.0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flowhook.errors import InvalidResponse
from flowhook.providers.account import Account
from flowhook.providers.dialect import AnswerT, WireCall, provider
from flowhook.providers.model_client import (
    ChatRequest,
    Completion,
    EmbeddingRequest,
    FilesRequest,
    ListedModel,
    ModerationRequest,
    PictureRequest,
    Request,
    Speech,
    SpeechRequest,
    TranscriptionRequest,
)
from flowhook.providers.openai import embeddings, moderation
from flowhook.providers.openai.chat import chat_call
from flowhook.providers.openai.embeddings import embedding_call
from flowhook.providers.openai.errors import OpenAIErrorReply
from flowhook.providers.openai.hidden_errors import with_true_status
from flowhook.providers.openai.moderation import moderation_call
from flowhook.providers.openai.parameters import refused_with, without
from flowhook.providers.openai.pictures import picture_call
from flowhook.providers.openai.responses import ALWAYS_REASONS, call_with_tools, files_call
from flowhook.providers.openai.speech import HEARD, speech_call, transcription_call
from flowhook.providers.transport import HttpReply


def chat_or_response(request: ChatRequest, model: str) -> WireCall[Completion]:
    """Return what asks a chat model, by the API that it takes the request on."""
    if request.tools and ALWAYS_REASONS.match(model):
        return call_with_tools(request, model)
    return chat_call(request, model)


CALLS: Mapping[type[Any], Callable[[Any, str], WireCall[Any]]] = {
    ChatRequest: chat_or_response,
    FilesRequest: files_call,
    PictureRequest: picture_call,
    SpeechRequest: speech_call,
    TranscriptionRequest: transcription_call,
    ModerationRequest: moderation_call,
    EmbeddingRequest: embedding_call,
}


@provider("openai")
class OpenAIDialect:
    """OpenAI, or a server that speaks its API under another base_url."""

    needs: ClassVar[tuple[str, ...]] = ()
    hears: ClassVar[frozenset[str]] = HEARD
    moderation_model: ClassVar[str] = moderation.MODEL
    embedding_model: ClassVar[str] = embeddings.MODEL
    refused_with = staticmethod(refused_with)
    without = staticmethod(without)
    with_true_status = staticmethod(with_true_status)
    read_error: Callable[[HttpReply], OpenAIErrorReply] = staticmethod(OpenAIErrorReply)

    def __init__(self, account: Account) -> None:
        self.account = account

    def call(self, request: Request[AnswerT], model: str) -> WireCall[AnswerT]:
        return CALLS[type(request)](request, model)

    def parts(self, request: SpeechRequest, model: str) -> list[SpeechRequest]:
        return [request]

    def joined(self, spoken: Sequence[Speech]) -> Speech:
        return spoken[0]

    def url(self, path: str, model: str) -> str:
        return self.account.base_url + path

    def headers(self) -> dict[str, str]:
        account = self.account
        headers = {"Authorization": f"Bearer {account.api_key}"}
        if account.organization:
            headers["OpenAI-Organization"] = account.organization
        if account.project:
            headers["OpenAI-Project"] = account.project
        return headers

    def models_url(self) -> str:
        return f"{self.account.base_url}/models"

    def read_models(self, reply: HttpReply) -> list[ListedModel]:
        """Read the list: in `data`, in `models`, or bare; models as objects or as names."""
        answer = reply.read_json()
        if isinstance(answer, dict):
            answer = answer.get("data", answer.get("models")) or []
        if not isinstance(answer, list):
            raise InvalidResponse("the provider's list of models is not a list")
        listed = [{"id": model} if isinstance(model, str) else model for model in answer]
        named = [{"id": model.get("name"), **model} for model in listed if isinstance(model, dict)]
        return [self.read_model(model) for model in named if isinstance(model["id"], str)]

    def read_model(self, model: Mapping[str, Any]) -> ListedModel:
        """Read one model of the list."""
        return ListedModel(
            model["id"], model.get("created"), model.get("owned_by"), model.get("shutdown_date")
        )
