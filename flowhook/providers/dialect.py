"""The interface of model providers' dialects, and their registry.

A provider is one module in flowhook/providers/dialects: a Dialect under `@provider(name)`, where
`name` is what the settings' field `provider` holds. AccountClient does the rest alike for all:
time-outs, retries, circuits, fallbacks, models that retire or refuse parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from flowhook.errors import FlowhookError
from flowhook.providers.account import Account
from flowhook.providers.model_client import Answer, ListedModel, Request, Speech, SpeechRequest
from flowhook.providers.steps import Steps
from flowhook.providers.transport import HttpReply
from flowhook.providers.websocket import Dialogue
from flowhook.registry import Registry, load

Body = dict[str, Any]
AnswerT = TypeVar("AnswerT", bound=Answer)
DialectT = TypeVar("DialectT", bound="type[Dialect]")


@dataclass(slots=True)
class WireCall(Generic[AnswerT]):
    """One POST: its path, its body, a file to send with the body as a form, and its reader.

    `read` raises InvalidResponse if a reply does not match the provider's specification. With a
    `dialogue` it is a WebSocket at the path instead, with the body as its query; with `steps` it
    is carried out by these instead, for what takes more than one request.
    """

    path: str
    body: Body
    read: Callable[[HttpReply], AnswerT]
    file: tuple[str, bytes, str] | None = None  # (name, content, media type)
    dialogue: Dialogue | None = None
    steps: Callable[[Steps], AnswerT] | None = None


class Unsupported(Exception):
    """A parameter that the model does not accept; `error` is raised if it cannot be left out."""

    def __init__(self, parameter: str, error: FlowhookError) -> None:
        super().__init__(parameter)
        self.parameter = parameter
        self.error = error


class ErrorReply(Protocol):
    """A reply whose status is not 200."""

    def should_retry(self) -> bool:
        """Tell whether a retry can help."""

    def retry_after_seconds(self) -> float | None:
        """Return the wait that the reply asks for."""

    def as_exception(self) -> FlowhookError | Unsupported:
        """Return the exception for the reply."""


class Dialect(Protocol):
    """Converts requests to the calls of one account's provider, and its replies to answers.

    `needs` names the settings that an account at this provider requires, `hears` the kinds of
    recordings that it transcribes, by extension.
    """

    needs: ClassVar[tuple[str, ...]]
    hears: ClassVar[frozenset[str]]
    moderation_model: ClassVar[str]
    embedding_model: ClassVar[str]

    def __init__(self, account: Account) -> None: ...

    def call(self, request: Request[AnswerT], model: str) -> WireCall[AnswerT]:
        """Build the call that sends a request to this model.

        Raises ProviderRejected if the provider does not support such a request.
        """

    def parts(self, request: SpeechRequest, model: str) -> list[SpeechRequest]:
        """Return the requests that have a text spoken, as one or in parts that the model takes.

        Raises ProviderRejected if it cannot be spoken.
        """

    def joined(self, spoken: Sequence[Speech]) -> Speech:
        """Return the speech of several parts as one. Raises InvalidResponse if they do not fit."""

    def url(self, path: str, model: str) -> str:
        """Return the address of a call to this model."""

    def headers(self) -> dict[str, str]:
        """Return the headers that authenticate the account."""

    def models_url(self) -> str:
        """Return the address that lists the account's models."""

    def read_models(self, reply: HttpReply) -> list[ListedModel]:
        """Read that list. Raises InvalidResponse if the reply is not one."""

    def with_true_status(self, reply: HttpReply) -> HttpReply:
        """Return a reply of a success under the status of an error inside it, if it has one."""

    def read_error(self, reply: HttpReply) -> ErrorReply:
        """Read a reply whose status is not 200."""

    def refused_with(self, parameter: str, body: Body) -> list[str]:
        """Name what to leave out of `body` after a model refused `parameter`; empty: nothing."""

    def without(self, body: Body, refused: Iterable[str]) -> Body:
        """Return the body without these parameters, or with them under their other names."""


PROVIDERS: Registry[type[Dialect]] = Registry("provider")


def provider(name: str) -> Callable[[DialectT], DialectT]:
    """Register a dialect; raises ValueError for a name that is taken or a missing docstring."""

    def register(dialect: DialectT) -> DialectT:
        PROVIDERS.add(name, dialect, dialect)
        return dialect

    return register


def load_providers() -> Registry[type[Dialect]]:
    """Import flowhook/providers/dialects whole."""
    load("flowhook.providers.dialects")
    return PROVIDERS
