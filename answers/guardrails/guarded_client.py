"""A ModelClient that masks what it sends and puts back what was masked in what comes.

Every client of an organisation that masks is one of these, so nothing reaches a provider past it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from answers.guardrails.masked_requests import holds_picture, masked_chat, masked_files
from answers.guardrails.masking.masks import Masks
from flowhook.errors import Blocked, FlowhookError
from flowhook.organisations.guardrail_schemas import SEND
from flowhook.providers.account import Account
from flowhook.providers.model_client import (
    ChatRequest,
    Completion,
    CompletionChoice,
    EmbeddingRequest,
    Embeddings,
    FilesRequest,
    ListedModel,
    Message,
    ModelClient,
    Moderation,
    ModerationRequest,
    PictureRequest,
    Pictures,
    Speech,
    SpeechRequest,
    Transcription,
    TranscriptionRequest,
    Unmaskable,
    Usage,
)

Request = TypeVar("Request", ChatRequest, FilesRequest)
ALLOWED = "in the organisation's guardrails."
JSON_BEGINS = re.compile(r"\s*(?:```\w*\s*)?(?:\{|\[\s*(?:[\[\]{\"\d-]|true|false|null))")


class GuardedClient:
    """Guards `inner` with the masks of a call, as the section `settings` says."""

    def __init__(self, inner: ModelClient, masks: Masks, settings: Mapping[str, Any]) -> None:
        self.inner = inner
        self.masks = masks
        self.settings = settings

    @property
    def account(self) -> Account:
        return self.inner.account

    @property
    def usage(self) -> Usage:
        return self.inner.usage

    @property
    def model(self) -> str | None:
        return self.inner.model

    @property
    def hears(self) -> frozenset[str]:
        return self.inner.hears

    # --- texts ---

    def chat(self, request: ChatRequest) -> Completion:
        self._check_pictures(request.messages)
        masked = self._with_all_names(lambda: masked_chat(request, self._mask))
        completion = self.inner.chat(masked)
        return self._restored(completion, in_json=request.json_answer is not None)

    def answer_from_files(self, request: FilesRequest) -> Completion:
        self._check_pictures(request.messages)
        masked = self._with_all_names(lambda: masked_files(request, self._mask))
        return self._restored(self.inner.answer_from_files(masked))

    def draw(self, request: PictureRequest) -> Pictures:
        return self.inner.draw(replace(request, prompt=self._mask(request.prompt)))

    def moderate(self, request: ModerationRequest) -> Moderation:
        return self.inner.moderate(replace(request, text=self._mask(request.text)))

    def embed(self, request: EmbeddingRequest) -> Embeddings:
        texts = [self._mask(text) for text in request.texts]
        return self.inner.embed(replace(request, texts=texts))

    # --- what cannot be masked ---

    def speak(self, request: SpeechRequest) -> Speech:
        self.check_may_send("text to be spoken")
        return self.inner.speak(request)

    def transcribe(self, request: TranscriptionRequest) -> Transcription:
        self.check_may_send("sound")
        return self.inner.transcribe(request)

    # --- what holds no contact's words ---

    def models(self) -> list[ListedModel]:
        return self.inner.models()

    def open_link(self, url: str) -> bytes | None:
        return self.inner.open_link(url)

    # --- masking and restoring ---

    def _with_all_names(self, masked: Callable[[], Request]) -> Request:
        """A masked request; made once more where a text of it told a name, which texts before it
        may hold as well."""
        before = self.masks.names
        request = masked()
        return masked() if self.masks.names > before else request

    def _mask(self, text: str) -> str:
        """What the provider gets of a text; raises Blocked where it could not be masked."""
        try:
            return self.masks.mask(text)
        except FlowhookError:
            raise
        except Exception:
            if self.settings.get("if_masking_fails") == SEND:
                return text
            raise Blocked(
                "a text could not be masked, so it was not sent",
                fix=f"An admin may allow it: if_masking_fails {ALLOWED}",
            ) from None

    def _check_pictures(self, messages: Sequence[Message]) -> None:
        if any(map(holds_picture, messages)):
            self.check_may_send("a picture")

    def check_may_send(self, what: Unmaskable) -> None:
        if self.settings.get("unmaskable") != SEND:
            raise Blocked(
                f"{what} cannot be masked, so it was not sent",
                fix=f"An admin may allow it: unmaskable {ALLOWED}",
            )

    def _restored(self, completion: Completion, *, in_json: bool = False) -> Completion:
        choices = tuple(self._restored_choice(choice, in_json) for choice in completion.choices)
        return replace(completion, choices=choices)

    def _restored_choice(self, choice: CompletionChoice, in_json: bool) -> CompletionChoice:
        restore = self.masks.restore
        is_json = in_json or JSON_BEGINS.match(choice.text) is not None
        return replace(
            choice,
            text=restore(choice.text, in_json=is_json),
            refusal=choice.refusal and restore(choice.refusal),
            tool_calls=tuple(
                replace(call, arguments=_restored_arguments(call.arguments, self.masks))
                for call in choice.tool_calls
            ),
        )


def _restored_arguments(arguments: Any, masks: Masks) -> Any:
    """What a function is called with: JSON text as models write it, or what stands in it."""
    if isinstance(arguments, str):
        return masks.restore(arguments, in_json=True)
    return masks.restore_all(arguments)
