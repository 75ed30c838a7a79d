"""FakeServer: plays a server's data file over HTTP, and refuses what the real server refuses.

with FakeServer(read_server("mistral")) as server:
    server.play(shape)
    ...                       # calls with server.base_url, server.key
    server.struck             # which shapes answered, in order
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable
from typing import Any

from tests.fakes.exchange import Asked, Exchange, Reply
from tests.fakes.openai import pictures
from tests.fakes.servers import answering
from tests.fakes.servers.reading import Refusal, ServerFile, Shape
from tests.fakes.servers.saying import HALF, THOUGHT, call_for, said_to, written
from tests.fakes.service import FakeService

KEY = "sk-fake-0123456789abcdefghijklmnopqrstuvwxyz"
_CODINGS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}


class FakeServer(FakeService):
    """One server on a free loopback port; it remembers the calls that its model made."""

    def __init__(self, file: ServerFile) -> None:
        self.file = file
        self.key = KEY
        self.played: Shape | None = None
        self.left: int | None = None
        self.struck: list[Shape] = []
        self.given: dict[str, dict[str, Any]] = {}
        super().__init__()

    @property
    def account_url(self) -> str:
        """What an account has as its base_url."""
        return self.origin + self.file.base.partition("(")[0]

    def play(self, shape: Shape | None) -> None:
        """From now on answer as in this shape where it fits; forget what was before."""
        self.played, self.left = shape, shape.times if shape else None
        self.struck, self.requests = [], []
        self.given = {}

    def asked(self, path: str) -> list[Asked]:
        """The requests to a path, without the base."""
        return [one for one in self.requests if self._path(one)[0] == path]

    def _serve(self, exchange: Exchange) -> Reply | None:
        asked = exchange.asked
        if asked.method == "GET" and asked.path.endswith(".png"):
            return Reply(200, pictures.draw("png", "a school"), "image/png")
        with self._lock:
            self.requests.append(asked)
            shape, value = self._shape_for(asked)
            if shape is None:
                return self._usual(asked)
            self.struck.append(shape)
            return self._written(shape.answer, asked, value)

    def _path(self, asked: Asked) -> tuple[str, str]:
        """The path without the base, and the model that the base names, if it does."""
        found = re.match(self.file.base, asked.path)
        if found is None:
            return asked.path, ""
        return asked.path[found.end() :], (found.groupdict().get("model") or "")

    def _shape_for(self, asked: Asked) -> tuple[Shape | None, Any]:
        path, _ = self._path(asked)
        for shape in self.file.standing:
            refusal = shape.refuses
            if refusal and path in shape.at:
                refused, value = self._is_refused(asked, refusal)
                if refused:
                    return shape, value
        if path not in self.file.models and path != "/models":
            return self.file.elsewhere, None
        if self._is_played(path, asked):
            self.left = None if self.left is None else self.left - 1
            return self.played, None
        return None, None

    def _is_played(self, path: str, asked: Asked) -> bool:
        shape = self.played
        if shape is None or shape.refuses or path not in shape.at or self.left == 0:
            return False
        return not shape.where or bool(values_at(asked.body, shape.where))

    def _is_refused(self, asked: Asked, refusal: Refusal) -> tuple[bool, Any]:
        path, model = self._path(asked)
        body = asked.body if isinstance(asked.body, dict) else {}
        if refusal.wrong_key:
            sent = (asked.headers.get("Authorization"), asked.headers.get("api-key"))
            return f"Bearer {self.key}" != sent[0] and self.key != sent[1], None
        if refusal.no_header:
            return refusal.no_header not in asked.headers, None
        if refusal.json_without_the_word:
            kind = values_at(body, "response_format.type")
            return "json_object" in kind and "json" not in str(body["messages"]).lower(), None
        if refusal.unknown_model:
            return (model or body.get("model")) not in self.file.models.get(path, ()), None
        if refusal.lacks:
            return any(self._lacks(message, refusal.lacks) for message in _messages(body)), None
        found = [value for value in values_at(body, refusal.field) if _fits(value, refusal)]
        return bool(found), found[0] if found else None

    def _lacks(self, message: dict[str, Any], name: str) -> bool:
        """Whether what the model called came back without what stood beside it."""
        for call in message.get("tool_calls") or ():
            given = self.given.get(call["id"], {})
            if name in given and given[name] not in (message.get(name), call.get(name)):
                return True
            is_there = call.get(name) or message.get(name)
            if name in self.file.calls.get("must", ()) and not is_there:
                return True
        return False

    def _usual(self, asked: Asked) -> Reply:
        return self._written({"usual": True}, asked, None)

    def _written(self, answer: dict[str, Any], asked: Asked, value: Any) -> Reply:
        if "usual" in answer:
            path, _ = self._path(asked)
            known = self.file.answers.get(path, answering.USUAL.get(path))
            if known is None:
                return answering.BYTES[path](asked.body)
            answer = {**known, **answer}
        body = asked.body if isinstance(asked.body, dict) else {}
        path, model = self._path(asked)
        call = call_for(body)
        is_written = "$call" in str(answer.get("body"))
        said = said_to(body) if path in ("/chat/completions", "/responses") else ""
        words = {
            "$said": said,
            "$call": written(call) if call else said,
            "$half": HALF,
            "$thought": THOUGHT,
            "$model": str(model or body.get("model", "")),
            "$value": str(value),
            "$origin": self.origin,
        }
        if "text" in answer:
            content = _replaced(answer["text"], words).encode()
        else:
            shown = _replaced(answer["body"], {**words, "$said": ""} if call else words)
            if not is_written:
                shown = answering.with_calls(shown, call, self._remember, self.file.calls)
            if not self.file.one_choice:
                shown = answering.with_choices(shown, body.get("n"))
            content = json.dumps(shown, ensure_ascii=answer.get("ascii", False)).encode()
        headers = dict(answer.get("headers", {}))
        content_type = headers.pop("Content-Type", "application/json")
        if "encoding" in answer:
            headers["Content-Encoding"] = answer["encoding"]
            content = _CODINGS[answer["encoding"]](content)
        return Reply(answer.get("status", 200), content, content_type, headers)

    def _remember(self, call_id: str, kept: dict[str, Any]) -> None:
        self.given[call_id] = kept


def _messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in body.get("messages") or () if isinstance(one, dict)]


def values_at(body: Any, path: str) -> list[Any]:
    """What stands at a path such as `tools.function.strict`, in every item of a list on the way."""
    return _values(body, path.split("."))


def _values(node: Any, steps: list[str]) -> list[Any]:
    if isinstance(node, list):
        return [value for item in node for value in _values(item, steps)]
    if not steps:
        return [node]
    if not isinstance(node, dict) or steps[0] not in node:
        return []
    return _values(node[steps[0]], steps[1:])


def _fits(value: Any, refusal: Refusal) -> bool:
    if refusal.above is not None:
        return isinstance(value, int | float) and value > refusal.above
    if refusal.among:
        return value in refusal.among
    return not (refusal.not_among and value in refusal.not_among)


def _replaced(node: Any, words: dict[str, str]) -> Any:
    if isinstance(node, str):
        for mark, word in words.items():
            node = node.replace(mark, word)
        return node
    if isinstance(node, dict):
        return {key: _replaced(value, words) for key, value in node.items()}
    if isinstance(node, list):
        return [_replaced(value, words) for value in node]
    return node
