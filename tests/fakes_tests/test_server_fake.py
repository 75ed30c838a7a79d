"""The fake of other servers refuses what they refuse, also what our own requests never do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from urllib3.util import SKIP_HEADER

from tests.fakes.servers.playing import FakeServer
from tests.fakes.servers.reading import read_server, server_names

Open = Callable[[str], FakeServer]
CHAT = "/chat/completions"
ASKED = [{"role": "user", "content": "Why?"}]
TOOLS = [{"type": "function", "function": {"name": "get_buttons", "parameters": {}}}]


@pytest.fixture
def open_server() -> Iterator[Open]:
    opened = []

    def open_one(name: str) -> FakeServer:
        opened.append(FakeServer(read_server(name)))
        return opened[-1]

    yield open_one
    for server in opened:
        server.close()


def post(server: FakeServer, path: str, body: dict[str, Any], **headers: str) -> Any:
    sent = {"Authorization": f"Bearer {server.key}", **headers}
    asked = {"model": server.file.models[CHAT][0], **body}
    return requests.post(server.account_url + path, json=asked, headers=sent, timeout=10)


def called(server: FakeServer) -> dict[str, Any]:
    """The message in which the model calls a function."""
    answer = post(server, CHAT, {"messages": ASKED, "tools": TOOLS}).json()
    message: dict[str, Any] = answer["choices"][0]["message"]
    return message


def result_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    call = message["tool_calls"][0]
    return [*ASKED, message, {"role": "tool", "tool_call_id": call["id"], "content": "two"}]


@pytest.mark.parametrize(
    ("name", "place"),
    [("gemini", "call"), ("deepseek", "message"), ("openrouter", "message")],
)
def test_what_stood_beside_a_call_must_come_back(open_server: Open, name: str, place: str) -> None:
    server = open_server(name)
    message = called(server)
    whole = post(server, CHAT, {"messages": result_of(message), "tools": TOOLS})
    assert whole.status_code == 200
    holder = message["tool_calls"][0] if place == "call" else message
    del holder[next(iter(server.file.calls[place]))]
    assert post(server, CHAT, {"messages": result_of(message), "tools": TOOLS}).status_code == 400


def test_another_servers_thoughts_are_refused(open_server: Open) -> None:
    messages = [*ASKED, {"role": "assistant", "content": "So.", "reasoning_content": "Hm."}, *ASKED]
    assert post(open_server("mistral"), CHAT, {"messages": messages}).status_code == 422


def test_a_request_that_does_not_say_who_sends_it_is_refused(open_server: Open) -> None:
    server = open_server("groq")
    assert post(server, CHAT, {"messages": ASKED}).status_code == 200
    assert post(server, CHAT, {"messages": ASKED}, **{"User-Agent": SKIP_HEADER}).status_code == 403


def test_the_json_mode_wants_the_word(open_server: Open) -> None:
    body = {"messages": ASKED, "response_format": {"type": "json_object"}}
    server = open_server("deepseek")
    assert post(server, CHAT, body).status_code == 400
    worded = [{"role": "system", "content": "Answer in JSON."}, *ASKED]
    assert post(server, CHAT, {**body, "messages": worded}).status_code == 200


@pytest.mark.parametrize("name", server_names())
def test_what_a_server_does_not_have_is_told_in_its_words(open_server: Open, name: str) -> None:
    server = open_server(name)
    wanted = server.file.elsewhere.answer
    answer = post(server, "/nothing", {})
    assert answer.status_code == wanted.get("status", 200)
    assert answer.json() == wanted["body"] if "body" in wanted else answer.text == wanted["text"]
