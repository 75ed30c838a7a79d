"""Sarvam, whose models speak and hear India's languages.

Its speech has an API of its own; its chat models speak OpenAI's dialect under /v1.

Source: https://docs.sarvam.ai
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from flowhook.errors import ProviderRejected
from flowhook.providers.dialect import AnswerT, Body, WireCall, provider
from flowhook.providers.dialects.openai import OpenAIDialect
from flowhook.providers.model_client import (
    ChatRequest,
    Request,
    Speech,
    SpeechRequest,
    TranscriptionRequest,
)
from flowhook.providers.openai.chat import chat_call
from flowhook.providers.openai.errors import OpenAIErrorReply
from flowhook.providers.sarvam.errors import OLD_LANGUAGE, SarvamErrorReply
from flowhook.providers.sarvam.speech import joined_speech, speech_call, speech_parts
from flowhook.providers.sarvam.transcription import transcription_call
from flowhook.providers.transport import HttpReply

CALLS: Mapping[type[Any], Callable[[Any, str], WireCall[Any]]] = {
    ChatRequest: chat_call,
    SpeechRequest: speech_call,
    TranscriptionRequest: transcription_call,
}
_OF_OPENAI = ("/chat/", "/models")


def refused_with(parameter: str, body: Mapping[str, Any]) -> list[str]:
    """Name what to change in a body: the language's old name, or what OpenAI's models refuse."""
    if parameter == OLD_LANGUAGE:
        return [parameter] if parameter in body else []
    return OpenAIDialect.refused_with(parameter, body)


def without(body: Body, refused: Iterable[str]) -> Body:
    """Return the body so changed: the language keeps its value under its new name."""
    if OLD_LANGUAGE in refused and OLD_LANGUAGE in body:
        named = {"language_code": body[OLD_LANGUAGE]}
        body = {name: value for name, value in body.items() if name != OLD_LANGUAGE} | named
    return OpenAIDialect.without(body, refused)


@provider("sarvam")
class SarvamDialect(OpenAIDialect):
    """Sarvam, with a key of its dashboard."""

    hears: ClassVar[frozenset[str]] = OpenAIDialect.hears | {"aac", "amr", "awb"}
    refused_with = staticmethod(refused_with)
    without = staticmethod(without)
    read_error: Callable[[HttpReply], OpenAIErrorReply] = staticmethod(SarvamErrorReply)

    def call(self, request: Request[AnswerT], model: str) -> WireCall[AnswerT]:
        build = CALLS.get(type(request))
        if build is None:
            raise ProviderRejected(
                "Sarvam speaks, hears and chats, but does nothing else that is asked for here",
                fix="Call this function with an account of another provider.",
            )
        return build(request, model)

    def parts(self, request: SpeechRequest, model: str) -> list[SpeechRequest]:
        return speech_parts(request, model)

    def joined(self, spoken: Sequence[Speech]) -> Speech:
        return joined_speech(spoken)

    def url(self, path: str, model: str) -> str:
        return self._address(path)

    def headers(self) -> dict[str, str]:
        return {"api-subscription-key": self.account.api_key}

    def models_url(self) -> str:
        return self._address("/models")

    def _address(self, path: str) -> str:
        root = self.account.base_url.removesuffix("/v1")
        return f"{root}/v1{path}" if path.startswith(_OF_OPENAI) else f"{root}{path}"
