"""What the model will say: answers a test queued, else a default made from the request."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.openai import instances, tokens

Reader = Callable[[dict[str, Any]], str]
"""A test's own default: from the request's body to the text the model says."""


@dataclass(frozen=True)
class ToolCall:
    name: str
    arguments: str
    id: str | None = None


@dataclass(frozen=True)
class Said:
    """One answer of the model; `finish` in chat's words."""

    text: str | None = None
    refusal: str | None = None
    calls: tuple[ToolCall, ...] = ()
    finish: str = "stop"
    choices: tuple[str, ...] = ()
    """One text for each of n choices, where they differ."""
    failure: tuple[str, str] | None = None
    """(code, message) of a response whose status is failed; Responses API only."""

    def text_of(self, index: int) -> str | None:
        return self.choices[index % len(self.choices)] if self.choices else self.text


@dataclass(frozen=True)
class Wanted:
    """What a request asks of the answer, the same for chat and for responses."""

    body: dict[str, Any]
    last_user_text: str
    format: str = "text"
    schema: dict[str, Any] | None = None
    tools: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Function tools by name, each with its parameters schema."""
    forced_tool: str | None = None
    max_tokens: int | None = None
    found: str | None = None
    """The best passage a file search brought up."""


class Answers:
    """A queue of answers in front of a default."""

    def __init__(self) -> None:
        self._queue: deque[Said] = deque()
        self.reader: Reader | None = None

    def add(self, said: Said) -> None:
        self._queue.append(said)

    @property
    def left(self) -> int:
        return len(self._queue)

    def next(self, wanted: Wanted) -> Said:
        return self._queue.popleft() if self._queue else self._default(wanted)

    def _default(self, wanted: Wanted) -> Said:
        if wanted.forced_tool is not None:
            parameters = wanted.tools[wanted.forced_tool]
            arguments = json.dumps(instances.of(parameters), ensure_ascii=False)
            call = ToolCall(wanted.forced_tool, arguments)
            return Said(calls=(call,), finish="tool_calls")
        text, was_cut = tokens.cut(self._text(wanted), wanted.max_tokens)
        return Said(text=text, finish="length" if was_cut else "stop")

    def _text(self, wanted: Wanted) -> str:
        if self.reader is not None:
            return self.reader(wanted.body)
        if wanted.schema is not None:
            return json.dumps(instances.of(wanted.schema), ensure_ascii=False)
        if wanted.found is not None:
            return wanted.found
        echo = f"You said: {wanted.last_user_text}"
        if wanted.format == "json_object":
            return json.dumps({"answer": echo}, ensure_ascii=False)
        return echo


def tool_call(given: dict[str, Any]) -> ToolCall:
    """From `{"name", "arguments": object or text, "id"?}` as a test writes it."""
    arguments = given.get("arguments", {})
    if not isinstance(arguments, str):
        arguments = json.dumps(arguments, ensure_ascii=False)
    return ToolCall(given["name"], arguments, given.get("id"))
