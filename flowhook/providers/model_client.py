"""The provider-independent requests and answers of models, and the client's interface.

In a request, `model` None means the account's default model, and any other field that is None
is not sent. Paths, bodies and headers are built by the provider's dialect
(flowhook/providers/dialects).

Messages are dicts as flows write them: `role` (system, user, assistant or tool) and `content`,
a text or a list of `{"type": "text", "text"}` and `{"type": "image_url", "image_url": {"url",
"detail"}}`; an assistant's `tool_calls` and a tool's `tool_call_id` as function_calling returns
them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, TypeVar

import orjson

from flowhook.errors import ContentFilter, InvalidResponse, Refused, Truncated
from flowhook.providers.account import Account

Message = dict[str, Any]
AnswerT = TypeVar("AnswerT", bound="Answer")

PICTURE_SIZE = re.compile(r"([0-9]{2,4})x([0-9]{2,4})")
PICTURE_STYLES = ("vivid", "natural")
PICTURE_QUALITIES = ("standard", "hd", "low", "medium", "high", "auto")


# DeepSeek and OpenRouter want a model's thoughts back within its calls, Gemini its signatures.
KEPT_OF_MESSAGES = ("reasoning_content", "reasoning_details", "reasoning", "extra_content")
KEPT_OF_CALLS = ("extra_content", "thought_signature")
MAX_KEPT_BYTES = 262_144


def kept_fields(given: Mapping[str, Any], names: Sequence[str]) -> Mapping[str, Any] | None:
    """Return the fields that a server wants back, if they are no larger than thoughts may be."""
    kept = {name: given[name] for name in names if given.get(name)}
    return kept if kept and len(orjson.dumps(kept)) <= MAX_KEPT_BYTES else None


# --- answers ---


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, as the provider counts them."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The data common to all answers: the tokens, and the model that answered, if known."""

    usage: Usage | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class RequestedCall:
    """A function call by a model; `arguments` are as it wrote them, usually JSON text.

    `kept` are further fields that its server wants back with the call's result.
    """

    id: Any
    name: Any
    arguments: Any
    kept: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A file that an answer names as its source: the provider's id, and the file's name."""

    file_id: str
    filename: str = ""


@dataclass(frozen=True, slots=True)
class CompletionChoice:
    """One answer of the model. `finish_reason` is stop, length, tool_calls or content_filter.

    `text` is without the model's thoughts; `kept` are fields of the message, perhaps its thoughts,
    that its server wants back with the results of its calls. `citations` are the files that the
    answer names, each once.
    """

    text: str
    refusal: str | None
    finish_reason: str
    tool_calls: tuple[RequestedCall, ...] = ()
    kept: Mapping[str, Any] | None = None
    citations: tuple[Citation, ...] = ()

    def require_text(self, *, whole: bool = False) -> str:
        """Return the text; with `whole`, a text that was cut off is an error.

        Raises Refused, ContentFilter, Truncated, and InvalidResponse if there is no text.
        """
        if self.refusal:
            raise Refused("the model declined to answer")
        if self.finish_reason == "content_filter":
            raise ContentFilter("the provider's content filter stopped the answer")
        if self.finish_reason == "length" and (whole or not self.text.strip()):
            raise Truncated("the answer was cut off at the token limit")
        if not self.text.strip():
            raise InvalidResponse("the provider answered without any text")
        return self.text


@dataclass(frozen=True, slots=True)
class Completion(Answer):
    """The choices of a chat, in order, at least one."""

    choices: tuple[CompletionChoice, ...]

    @property
    def first(self) -> CompletionChoice:
        return self.choices[0]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its bytes, or a link to them."""

    content: bytes | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Pictures(Answer):
    """At least one picture, perhaps fewer than were asked for."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Speech(Answer):
    """A recording; `content_type` as the provider calls it, which may be wrong or empty.

    `spoken` is what is said, where a model that was to read a text aloud worded it otherwise.
    """

    content: bytes
    content_type: str
    spoken: str | None = None


@dataclass(frozen=True, slots=True)
class Transcription(Answer):
    """The text of a recording, and the codes of the languages detected, if reported."""

    text: str
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moderation(Answer):
    """The verdict whether a text is harmful, and the names of the reasons, sorted."""

    flagged: bool
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Embeddings(Answer):
    """A vector for each text, in order."""

    vectors: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model that an account can use; `created` in epoch seconds, `shutdown_date` ISO 8601."""

    id: str
    created: int | None = None
    owned_by: str | None = None
    shutdown_date: str | None = None


# --- requests ---


class Request(Generic[AnswerT]):
    """A request that is answered by an AnswerT."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    """Asks for an answer that is a JSON object, or, with `schema`, one that keeps to it.

    `strict` has the provider hold the model to the schema.
    """

    schema: dict[str, Any] | None = None
    name: str = "answer"
    strict: bool = True
    description: str | None = None


@dataclass(slots=True)
class ChatRequest(Request[Completion]):
    """Asks a chat model.

    `choices` is how many answers to give, `user` an id of the person behind the call. `tools`
    are the functions that the model may call: `name`, and perhaps `description`, `parameters`
    (JSON Schema) and `strict`; with `may_call` false it knows them and answers in words.
    """

    messages: Sequence[Message]
    model: str | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    choices: int | None = None
    user: str | None = None
    top_p: float | None = None
    stop: Sequence[str] | None = None
    reasoning_effort: str | None = None
    json_answer: JsonAnswer | None = None
    tools: Sequence[Mapping[str, Any]] = ()
    may_call: bool = True


@dataclass(slots=True)
class FilesRequest(Request[Completion]):
    """Asks a chat model that answers from the files of a vector store kept by the provider."""

    messages: Sequence[Message]
    instructions: str
    vector_store_id: str
    model: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None


@dataclass(slots=True)
class PictureRequest(Request[Pictures]):
    """Asks for pictures.

    `size` is `WIDTHxHEIGHT` in pixels or `auto`, `style` one of PICTURE_STYLES and `quality` one
    of PICTURE_QUALITIES; the dialect fits them to what the model takes.
    """

    prompt: str
    count: int = 1
    size: str | None = None
    style: str | None = None
    quality: str | None = None
    model: str | None = None


@dataclass(slots=True)
class SpeechRequest(Request[Speech]):
    """Asks for a text spoken, as Ogg Opus or MP3; `language` by its English name.

    `other_language` is one that this service does not know, as somebody wrote it. `pace` is 1 for
    the voice's own, 2 for twice as fast.
    """

    text: str
    voice: str | None = None
    language: str | None = None
    model: str | None = None
    pace: float | None = None
    other_language: str | None = None


@dataclass(slots=True)
class TranscriptionRequest(Request[Transcription]):
    """Asks for a transcription. `file` is (name, content, media type); `language` by code."""

    file: tuple[str, bytes, str]
    language: str | None = None
    model: str | None = None


@dataclass(slots=True)
class ModerationRequest(Request[Moderation]):
    """Asks whether a text is harmful."""

    text: str


@dataclass(slots=True)
class EmbeddingRequest(Request[Embeddings]):
    """Asks for the vectors of texts."""

    texts: Sequence[str]
    model: str | None = None


# --- the client ---

Unmaskable = Literal["a picture", "sound", "text to be spoken"]
"""What no mask can change before it is sent."""


class ModelClient(Protocol):
    """A client of one account. Every method raises a FlowhookError that says who fixes it.

    All requests of a client share one time-out, `account.timeout_seconds` from the first on.
    `usage` adds up their tokens; `model` is the one that answered last.
    """

    @property
    def account(self) -> Account: ...

    @property
    def usage(self) -> Usage: ...

    @property
    def model(self) -> str | None: ...

    @property
    def hears(self) -> frozenset[str]:
        """Return the kinds of recordings that the provider transcribes, by extension."""

    def check_may_send(self, what: Unmaskable) -> None:
        """Raise Blocked where requests that hold it are refused; asked before it is fetched."""

    def chat(self, request: ChatRequest) -> Completion:
        """Ask a chat model, perhaps for JSON, perhaps with functions it may call."""

    def answer_from_files(self, request: FilesRequest) -> Completion:
        """Ask a chat model that searches files first; the answer is one choice."""

    def draw(self, request: PictureRequest) -> Pictures:
        """Ask for pictures; at least one comes, perhaps fewer than were asked for."""

    def speak(self, request: SpeechRequest) -> Speech:
        """Ask for a text spoken."""

    def transcribe(self, request: TranscriptionRequest) -> Transcription:
        """Ask for the transcription of a recording; its text may be empty."""

    def moderate(self, request: ModerationRequest) -> Moderation:
        """Ask whether a text is harmful."""

    def embed(self, request: EmbeddingRequest) -> Embeddings:
        """Ask for the vectors of texts."""

    def models(self) -> list[ListedModel]:
        """List the models that the account can use."""

    def open_link(self, url: str) -> bytes | None:
        """Fetch a link to the provider's own server; returns None for another server's."""
