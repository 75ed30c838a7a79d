"""Meta's side of WhatsApp for a benchmark: contacts ask, their questions are delivered signed, and
the replies are taken as the Graph API takes them.

`python -m bench.graph PORT` reads plans from standard input, one JSON object a line, and answers
each with one line. A plan with `texts` has every contact say these texts, each `pause_seconds`
after the reply to the one before; contacts begin spread over a pause. The answer is
`{"messages", "errors", "seconds", "p50_ms", "p99_ms"}`. A plan with `settle_seconds` waits so long
for a reply too many; the answer is `{"replies"}`, all so far.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import sys
import time
from abc import ABC, abstractmethod
from collections import deque

import uvloop

from bench.stub import content_length

CONNECTIONS = 16
REPLY_SECONDS = 60
NUMBERS = itertools.count(time.time_ns())  # of messages, never the same in a later run
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"


class Connection(asyncio.Protocol, ABC):
    """HTTP/1.1 with keep-alive, one message after the other; `received` gets head and body."""

    def connection_made(self, transport):
        self.transport = transport
        self.waiting = b""

    def data_received(self, data):
        self.waiting += data
        while True:
            head, found, rest = self.waiting.partition(b"\r\n\r\n")
            length = content_length(head)
            if not found or len(rest) < length:
                return
            self.waiting = rest[length:]
            self.received(head, rest[:length])

    @abstractmethod
    def received(self, head: bytes, body: bytes) -> None:
        """Take a whole request."""


class GraphApi(Connection):
    """Takes messages; marks of "read" and typing are no replies."""

    def __init__(self, world: GraphWorld) -> None:
        self.world = world

    def received(self, head: bytes, body: bytes) -> None:
        message = json.loads(body)
        if message.get("type") != "text":
            answer = b'{"success":true}'
        else:
            number = self.world.replied(message["to"], message["text"]["body"])
            answer = b'{"messaging_product":"whatsapp","messages":[{"id":"wamid.out%d"}]}' % number
        self.transport.write(OK % (len(answer), answer))


class Subscriber(Connection):
    """A connection over which Meta delivers, one delivery at a time."""

    def __init__(self, world: GraphWorld) -> None:
        self.world = world

    def connection_made(self, transport):
        super().connection_made(transport)
        self.world.is_free(self)

    def received(self, head: bytes, body: bytes) -> None:
        if not head.startswith(b"HTTP/1.1 200"):
            self.world.errors += 1
        self.world.is_free(self)

    def connection_lost(self, error):
        self.world.errors += bool(error)


class GraphWorld:
    """The contacts, what they still have to say, and the replies they got."""

    def __init__(self) -> None:
        self.plan: dict = {}
        self.free: deque[Subscriber] = deque()
        self.deliveries: deque[bytes] = deque()
        self.replies = self.errors = 0
        self.at: dict[str, int] = {}  # how many texts of the plan a contact has said
        self.asked: dict[str, float] = {}
        self.seconds: list[float] = []
        self.unanswered = 0
        self.done = asyncio.Event()

    async def play(self, plan: dict) -> dict:
        self.plan, self.errors, self.seconds, self.at = plan, 0, [], {}
        self.done.clear()
        if not self.free:
            await self._connect(plan["port"])
        self.unanswered = plan["contacts"] * len(plan["texts"])
        wanted, pause, began = self.unanswered, plan["pause_seconds"], time.perf_counter()
        for number in range(plan["contacts"]):
            self._say_after(pause * number / plan["contacts"], f"9198{number:08d}")
        try:
            await asyncio.wait_for(self.done.wait(), REPLY_SECONDS + wanted / 10)
        except TimeoutError:
            self.errors += self.unanswered
        ordered = sorted(self.seconds) or [0.0]
        return {
            "messages": wanted,
            "errors": self.errors,
            "seconds": time.perf_counter() - began,
            "p50_ms": ordered[len(ordered) // 2] * 1000,
            "p99_ms": ordered[int(len(ordered) * 0.99)] * 1000,
        }

    def replied(self, contact: str, text: str) -> int:
        """A reply, which must be the one to the contact's last text."""
        self.replies += 1
        at = self.at.get(contact, 0)
        asked = self.asked.pop(contact, None)
        if asked is None or self.plan["replies"][at - 1] not in text:
            self.errors += 1
            return self.replies
        self.seconds.append(time.perf_counter() - asked)
        self.unanswered -= 1
        if at < len(self.plan["texts"]):
            self._say_after(self.plan["pause_seconds"], contact)
        elif not self.unanswered:
            self.done.set()
        return self.replies

    def is_free(self, subscriber: Subscriber) -> None:
        if self.deliveries:
            subscriber.transport.write(self.deliveries.popleft())
        else:
            self.free.append(subscriber)

    def _say_after(self, seconds: float, contact: str) -> None:
        asyncio.get_running_loop().call_later(seconds, self._say, contact)

    def _say(self, contact: str) -> None:
        at = self.at.get(contact, 0)
        self.at[contact] = at + 1
        self.asked[contact] = time.perf_counter()
        self.deliveries.append(self._request(contact, self.plan["texts"][at]))
        if self.free:
            self.is_free(self.free.popleft())

    def _request(self, contact: str, text: str) -> bytes:
        """The request by which Meta tells of one text."""
        body, headers = delivery(self.plan, contact, text)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = (
            f"POST {self.plan['path']} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def _connect(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(CONNECTIONS):
            await loop.create_connection(lambda: Subscriber(self), "127.0.0.1", port)


def delivery(line: dict[str, str], contact: str, text: str) -> tuple[bytes, dict[str, str]]:
    """Body and headers by which Meta tells a phone number's subscriber of one text."""
    message = {
        "from": contact,
        "from_user_id": f"IN.{contact}",
        "id": f"wamid.in{next(NUMBERS)}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": "15550783881",
            "phone_number_id": line["phone_number_id"],
        },
        "contacts": [{"profile": {"name": "Asha"}, "user_id": f"IN.{contact}", "wa_id": contact}],
        "messages": [message],
    }
    entry = {"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    digest = hmac.new(line["app_secret"].encode(), body, hashlib.sha256).hexdigest()
    return body, {
        "Content-Type": "application/json",
        "User-Agent": "facebookexternalua",
        "X-Hub-Signature-256": f"sha256={digest}",
    }


async def serve(port: int) -> None:
    world, loop = GraphWorld(), asyncio.get_running_loop()
    await loop.create_server(lambda: GraphApi(world), "127.0.0.1", port, backlog=4096)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        plan = json.loads(line)
        if "settle_seconds" in plan:
            await asyncio.sleep(plan["settle_seconds"])
            print(json.dumps({"replies": world.replies}), flush=True)
        else:
            print(json.dumps(await world.play(plan)), flush=True)


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
