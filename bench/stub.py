"""A stand-in for the provider that costs next to nothing: one canned completion, after a delay.

`python -m bench.stub PORT DELAY_SECONDS`; answers any HTTP/1.1 request, keep-alive, in order.
"""

from __future__ import annotations

import asyncio
import sys

import uvloop

COMPLETION = (
    b'{"id":"chatcmpl-1","object":"chat.completion","created":1795000000,"model":"gpt-6-luna",'
    b'"choices":[{"index":0,"message":{"role":"assistant","content":"Blue light scatters most in'
    b' the air, so the sky looks blue.","refusal":null},"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":31,"completion_tokens":14,"total_tokens":45}}'
)
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
    + str(len(COMPLETION)).encode()
    + b"\r\nx-request-id: req_1\r\n\r\n"
    + COMPLETION
)


class Stub(asyncio.Protocol):
    delay_seconds = 0.0

    def connection_made(self, transport):
        self.transport = transport
        self.received = b""

    def data_received(self, data):
        self.received += data
        while True:
            head, found, rest = self.received.partition(b"\r\n\r\n")
            if not found:
                return
            length = content_length(head)
            if len(rest) < length:
                return
            self.received = rest[length:]
            if self.delay_seconds:
                asyncio.get_running_loop().call_later(self.delay_seconds, self.answer)
            else:
                self.answer()

    def answer(self):
        if not self.transport.is_closing():
            self.transport.write(ANSWER)


def content_length(head: bytes) -> int:
    found = head.lower().partition(b"\r\ncontent-length:")[2]
    return int(found.partition(b"\r\n")[0]) if found else 0


async def serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Stub, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    Stub.delay_seconds = float(sys.argv[2])
    uvloop.run(serve(int(sys.argv[1])))
