"""Reads the error in a reply, in the shapes of the servers that speak OpenAI's dialect.

| shape | of |
|---|---|
| `{"error": {"message", "type", "param", "code"}}` | OpenAI, Azure, Groq, DeepSeek, OpenRouter |
| `[{"error": {"code": 400, "message", "status", "details"}}]` | Gemini |
| `{"error": "text"}` | Ollama, LM Studio |
| `{"object": "error", "message", "type", "param", "code"}` | Mistral, vLLM |
| `{"detail": [{"type", "loc", "msg"}]}`, also under `message`, also as a text | FastAPI's servers |
| any of them, as JSON in `message` or in `metadata.raw` | gateways, such as OpenRouter |
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from flowhook.providers.transport import HttpReply
from flowhook.strict_json import UnreadableJson, read_value

MAX_MESSAGE = 2000
IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_.\[\]]{0,60}")
_WRITTEN_LOCATION = re.compile(r"'loc': [(\[]'body', ([^)\]]{1,200})[)\]]")
_SECONDS = re.compile(r"(\d{1,6}(?:\.\d{1,9})?)s")
_STEP = re.compile(r"[A-Za-z_]{1,40}|\d{1,4}")


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What an error says: plain identifiers, which may be shown, and a message, which may not.

    `number` is a code that is a number, as a rule an HTTP status. `reason` is a further code that
    stands deeper, `retry_after_seconds` the wait that is asked for. `is_given` tells whether the
    body had an error at all.
    """

    code: str | None = None
    type: str | None = None
    param: str | None = None
    number: int | None = None
    reason: str | None = None
    retry_after_seconds: float | None = None
    message: str = ""
    is_given: bool = False

    @property
    def names(self) -> frozenset[str]:
        """All its codes in small letters."""
        found = (self.code, self.type, self.reason)
        return frozenset(name.lower() for name in found if name)


def read_error(reply: HttpReply) -> ErrorBody:
    """Read the error of a reply; of one without an error, nothing is given."""
    return read_error_value(_error_of(reply.find_json()))


def read_error_value(error: Any) -> ErrorBody:
    """Read an error object or text; anything else, an empty one too, is no error."""
    if isinstance(error, str) and error.strip():
        return ErrorBody(message=error[:MAX_MESSAGE], is_given=True)
    if not isinstance(error, Mapping) or not error:
        return ErrorBody()
    inner = _written_inside(error)
    if inner.is_given:
        return replace(inner, number=_number(error.get("code")) or inner.number)
    details = list(_details(error))
    message = error.get("message")
    text = message if isinstance(message, str) else ""
    located = next(filter(None, map(_location, details)), None) or _written_location(text)
    described = " ".join(str(detail.get("msg") or "") for detail in details)
    code = error.get("code")
    return ErrorBody(
        code=_identifier(code),
        type=_identifier(error.get("type")) or _identifier(error.get("status")),
        param=_identifier(error.get("param")) or located,
        number=_number(code),
        reason=next(filter(None, map(_reason, details)), None),
        retry_after_seconds=next(filter(None, map(_retry_delay, details)), None),
        message=f"{text} {described}".strip()[:MAX_MESSAGE],
        is_given=True,
    )


def _written_inside(error: Mapping[str, Any]) -> ErrorBody:
    """The error that another server gave, where a gateway passes its JSON on as a text."""
    metadata = error.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, Mapping) else None
    for written in (raw, error.get("message")):
        if isinstance(written, str) and written.lstrip()[:1] in ("{", "["):
            with suppress(UnreadableJson):
                return read_error_value(_error_of(read_value(written)))
    return ErrorBody()


def _error_of(answer: Any) -> Any:
    if isinstance(answer, list):
        first = answer[0] if answer else None
        answer = {"detail": answer} if isinstance(first, Mapping) and "msg" in first else first
    if not isinstance(answer, Mapping):
        return None
    if answer.get("error"):
        return answer["error"]
    detail = answer.get("detail")
    if isinstance(detail, Mapping):
        return detail.get("error") or detail
    return {"message": detail} if isinstance(detail, str) else answer


def _details(error: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    message = error.get("message")
    inner = message if isinstance(message, Mapping) else {}
    for found in (error.get("detail"), error.get("details"), inner.get("detail")):
        if isinstance(found, list):
            yield from (one for one in found if isinstance(one, Mapping))
    for name in ("innererror", "inner_error"):
        if isinstance(error.get(name), Mapping):
            yield error[name]


def _location(detail: Mapping[str, Any]) -> str | None:
    steps = detail.get("loc")
    if not isinstance(steps, list):
        return None
    named = [str(step) for step in steps if step != "body"]
    return _identifier(".".join(named))


def _written_location(message: str) -> str | None:
    """The place in a message that is a list of pydantic's errors as Python writes it."""
    written = _WRITTEN_LOCATION.search(message)
    return _identifier(".".join(_STEP.findall(written[1]))) if written else None


def _reason(detail: Mapping[str, Any]) -> str | None:
    found = (detail.get(name) for name in ("reason", "code", "type"))
    return next(filter(None, map(_identifier, found)), None)


def _retry_delay(detail: Mapping[str, Any]) -> float | None:
    """Google's RetryInfo, such as `2.4s`."""
    found = _SECONDS.fullmatch(str(detail.get("retryDelay", "")))
    return float(found[1]) if found else None


def _identifier(value: Any) -> str | None:
    return value if isinstance(value, str) and IDENTIFIER.fullmatch(value) else None


def _number(value: Any) -> int | None:
    if isinstance(value, str) and value.isdecimal() and len(value) == 3:
        value = int(value)
    return value if isinstance(value, int) and 100 <= value <= 599 else None
