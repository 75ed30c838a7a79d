"""Files of ours that a request crosses and calls of our functions, counted in process.

`python -m bench.trace [-v]` counts (a) a plain webhook call and (b) a WhatsApp message: its
delivery, and what the worker does until the reply is out and nothing is left to do. Each has
happened before, and the organisation's settings are read anew. `-v` lists the files and their
calls. A generator or comprehension counts when it begins, not each time it goes on; what runs in
threads of its own is not counted.
"""

from __future__ import annotations

import inspect
import io
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from app import create_app
from bench.graph import delivery
from bench.servers import BODY, EXPECTED
from bench.webhook import stub
from bench.whatsapp import LINE, Meta, running_meta

ROOT = f"{Path(__file__).parents[1]}{os.sep}"
NOT_OURS = ("bench", "tests", ".venv")
ADMIN_TOKEN = "operator-token-of-the-trace-0123456789"
CONTACT = "919876543210"
SETTINGS_SECONDS = 1.2  # for which settings are kept, and a little
WAKE_SECONDS = 0.02  # until what was delivered is due
ASK = {
    "question_text": "@results.question",
    "gpt_model": "gpt-6-luna",
    "prompt": "Answer a ten-year-old in two sentences.",
}


class Trace:
    """Counts while it is open, in this thread; `calls` by file and function."""

    def __init__(self) -> None:
        self.calls: Counter[tuple[str, str]] = Counter()
        self.deepest = 0
        self._depth = 0
        self._ours: dict[CodeType, str] = {}

    def __enter__(self) -> Trace:
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_exception: object) -> None:
        sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _argument: Any) -> None:
        if event not in ("call", "return"):
            return
        code = frame.f_code
        file = self._ours.get(code)
        if file is None:
            file = self._ours[code] = our_file(code.co_filename)
        if not file:
            return
        self._depth += 1 if event == "call" else -1
        if event == "call":
            self.deepest = max(self.deepest, self._depth)
            goes_on = code.co_flags & inspect.CO_GENERATOR and frame.f_lasti > 0
            self.calls[file, code.co_qualname] += not goes_on


def our_file(name: str) -> str:
    """A path below the project's root; empty for what is not the service's own."""
    inside = name.removeprefix(ROOT)
    is_ours = inside != name and not inside.startswith(NOT_OURS)
    return inside if is_ours else ""


class TracedService:
    """The service in this process, with an organisation, and its worker by hand."""

    def __init__(self, upstream: int, meta: Meta) -> None:
        self.meta = meta
        app = create_app()
        self.client = app.test_client()
        self.background: Any = app.extensions["flowhook"]
        account = {
            "is_active": True,
            "api_key": "sk-trace-0123456789abcdef",
            "base_url": f"http://127.0.0.1:{upstream}/v1",
        }
        self._operator("PUT", "/settings/bench/openai", account)
        made = self._operator("POST", "/settings/bench/tokens", {"scope": "webhook"})
        self.token = {"Authorization": f"Bearer {made['token']}"}

    def call(self) -> None:
        """A plain call."""
        path = "/webhooks/parse_via_chat_gpt"
        answer = self.client.post(path, json=BODY, headers=self.token)
        assert EXPECTED in answer.get_data(as_text=True), answer.get_data()

    def publish(self) -> None:
        """A flow that asks for a question and answers it, and the phone number to talk with it."""
        self._operator("PUT", "/settings/bench/whatsapp", LINE)
        self._operator("POST", "/flows/bench", flow())
        self._operator("POST", "/flows/bench/asking/publish", {})

    def deliver(self, text: str) -> None:
        """Meta's delivery of one message, until its 200."""
        body, headers = delivery(LINE, CONTACT, text)
        answer = self.client.post("/channels/whatsapp/bench", data=body, headers=headers)
        assert answer.status_code == 200, answer.get_data()
        time.sleep(WAKE_SECONDS)

    def work(self) -> None:
        """What the job worker does with it."""
        assert self.background.waker.look() == 1

    def converse(self, text: str) -> tuple[Trace, Trace]:
        """A message that must be replied to once: its delivery, and the work on it."""
        before = self.meta.settled()
        delivered = counted(lambda: self.deliver(text))
        with Trace() as worked:
            self.work()
        assert self.meta.settled() == before + 1
        return delivered, worked

    def _operator(self, method: str, path: str, body: Any) -> Any:
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        answer = self.client.open(path, method=method, json=body, headers=headers)
        assert answer.status_code < 300, answer.get_data()
        return answer.get_json()


def flow() -> dict[str, Any]:
    """A greeting, a wait for the question, the webhook, its answer."""
    ask: dict[str, Any] = {"type": "call_webhook", "method": "FUNCTION", "headers": {}}
    ask |= {"url": "parse_via_chat_gpt", "body": json.dumps(ASK), "result_name": "gpt"}
    is_success = {"type": "has_only_text", "arguments": ["Success"], "category_uuid": "success"}
    nodes = [
        _node("greet", {"type": "send_msg", "text": "What do you want to know?"}, to=["wait"]),
        _node("wait", None, to=["ask"], names=["All"], operand="@input.text"),
        _node("ask", ask, to=["say", None], names=["Success", "Failure"]),
        _node("say", {"type": "send_msg", "text": "@results.gpt.parsed_msg"}, to=[None]),
    ]
    nodes[1]["router"] |= {"wait": {"type": "msg"}, "result_name": "question", "cases": []}
    nodes[2]["router"] |= {"cases": [{"uuid": "is_success", **is_success}]}
    drawn = {node["uuid"]: {"position": {"top": at, "left": 0}} for at, node in enumerate(nodes)}
    definition = {"uuid": "asking", "name": "Asking", "nodes": nodes, "_ui": {"nodes": drawn}}
    return {"flows": [{"definition": definition, "keywords": ["ask"]}]}


def _node(
    name: str,
    action: dict[str, Any] | None,
    to: list[str | None],
    names: list[str] | None = None,
    operand: str = "@results.gpt.category",
) -> dict[str, Any]:
    exits = [{"uuid": f"{name}{at}", "destination_uuid": uuid} for at, uuid in enumerate(to)]
    actions = [{"uuid": f"{name}_action", **action}] if action else []
    node: dict[str, Any] = {"uuid": name, "actions": actions, "exits": exits}
    if names:
        categories = [
            {"uuid": category.lower(), "name": category, "exit_uuid": f"{name}{at}"}
            for at, category in enumerate(names)
        ]
        default = categories[-1]["uuid"]
        node["router"] = {"type": "switch", "operand": operand, "categories": categories}
        node["router"]["default_category_uuid"] = default
    return node


def counted(step: Callable[[], None]) -> Trace:
    """A step's calls, the organisation's settings read anew."""
    time.sleep(SETTINGS_SECONDS)
    with Trace() as trace:
        step()
    return trace


@contextmanager
def world() -> Iterator[TracedService]:
    """With an embedded Redis of its own; the service's log lines are dropped."""
    folder = tempfile.TemporaryDirectory(prefix="flowhook-bench-", ignore_cleanup_errors=True)
    with stub(0.0) as upstream, running_meta() as meta, folder as directory:
        for name in ("REDIS_URL", "ENCRYPTION_KEYS"):
            os.environ.pop(name, None)
        address = f"http://127.0.0.1:{meta.port}"
        os.environ |= {"DATA_DIR": directory, "WHATSAPP_BASE_URL": address}
        os.environ["ADMIN_TOKEN"] = ADMIN_TOKEN
        with redirect_stdout(io.StringIO()):
            opened = TracedService(upstream, meta)
            try:
                yield opened
            finally:
                opened.background.close()


def measure() -> dict[str, list[Trace]]:
    with world() as opened:
        opened.call()
        called = counted(opened.call)
        opened.publish()
        for text in ("ask", "Why is the sky blue?", "ask"):
            opened.converse(text)
        delivered, worked = opened.converse("Why is the grass green?")
    return {
        "(a) webhook call": [called],
        "(b1) delivery": [delivered],
        "(b2) worker": [worked],
        "(b) WhatsApp message": [delivered, worked],
    }


def main() -> None:
    print(f"{'':<22}{'files':>6}{'calls':>7}{'functions':>11}{'depth':>7}")
    for name, traces in measure().items():
        calls = sum((trace.calls for trace in traces), Counter[tuple[str, str]]())
        files: Counter[str] = Counter()
        for (file, _), count in calls.items():
            files[file] += count
        deepest = max(trace.deepest for trace in traces)
        print(f"{name:<22}{len(files):>6}{calls.total():>7}{len(calls):>11}{deepest:>7}")
        if "-v" in sys.argv:
            for file, count in files.most_common():
                print(f"  {count:>5}  {file}")


if __name__ == "__main__":
    main()
