"""The service with nothing configured: `make demo`, or `make demo ONCE=1` to end afterwards.

Starts the service as production runs it, with the embedded Redis and a local model (or OpenAI,
where OPENAI_API_KEY is set), creates the organisation `demo`, asks one question through the
webhook and through the sample flow, prints both answers, and stays up.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import requests

from demo.local_model import LocalModel
from flowhook.config import SERVICE_DEFAULT_MODEL

ORGANISATION = "demo"
SHOWN = (
    (
        "chat",
        {
            "prompt": "Name the fruit and its colour.",
            "input": "A banana is a yellow fruit.",
            "response_type": "structured",
            "schema": {
                "type": "object",
                "properties": {"fruit": {"type": "string"}, "colour": {"type": "string"}},
                "required": ["fruit", "colour"],
                "additionalProperties": False,
            },
            "temperature": 0,
        },
        "response",
    ),
    (
        "prompt",
        {"prompt": "Write one sentence about rain.", "max_tokens": 40, "temperature": 0},
        "response",
    ),
)
SAMPLE = Path(__file__).parents[1] / "examples" / "ask_gpt.json"
QUESTION = "What is the capital of France?"
PROMPT = "Answer in one short English sentence."
LOOPBACK, EVERYWHERE = "127.0.0.1", "0.0.0.0"  # noqa: S104
START_SECONDS = 60.0
CALL_SECONDS = 120.0


@dataclass(frozen=True)
class Provider:
    """The provider of the demo's answers."""

    name: str
    settings: dict[str, Any]
    is_local: bool = False


class Service:
    """The service as a child process, and the demo's calls to it."""

    def __init__(self, port: int, data_dir: Path) -> None:
        self.port = port
        self.host = os.environ.get("HOST") or LOOPBACK
        self.url = f"http://{LOOPBACK if self.host == EVERYWHERE else self.host}:{port}"
        self.data_dir = data_dir
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Service:
        environment = {
            **os.environ,
            "HOST": self.host,
            "PORT": str(self.port),
            "DATA_DIR": str(self.data_dir),
            "WEB_CONCURRENCY": os.environ.get("WEB_CONCURRENCY", "1"),
        }
        command = [sys.executable, "-m", "flowhook", "run"]
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            self._wait_until_ready()
        except BaseException:  # anything that ends the demo here ends the service too
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(150)

    def wait(self) -> None:
        if self._process is not None:
            self._process.wait()

    @property
    def log(self) -> Path:
        """The file with the service's output, apart from the demo's."""
        return self.data_dir / "service.log"

    @property
    def admin_token(self) -> str:
        found = os.environ.get("ADMIN_TOKEN")
        return found or (self.data_dir / "admin_token").read_text().strip()

    def call(
        self, method: str, path: str, body: dict[str, Any], token: str | None = None
    ) -> dict[str, Any]:
        """Call the service; a failure ends the demo with its answer."""
        headers = {"Authorization": f"Bearer {token or self.admin_token}"}
        answer = requests.request(
            method, self.url + path, json=body, headers=headers, timeout=CALL_SECONDS
        )
        if not answer.ok:
            sys.exit(f"{method} {path} answered {answer.status_code}: {answer.text}")
        found: dict[str, Any] = answer.json()
        return found

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                sys.exit(f"the service did not start:\n{self.log.read_text()[-2000:]}")
            with suppress(requests.ConnectionError, requests.Timeout):
                if requests.get(f"{self.url}/readyz", timeout=2).ok:
                    return
            time.sleep(0.1)
        sys.exit(f"the service was not ready within {START_SECONDS:.0f} seconds")


def main() -> None:
    once = "--once" in sys.argv[1:]
    signal.signal(signal.SIGTERM, _end)
    data_dir = Path(os.environ.get("DATA_DIR", "data-demo")).absolute()
    with ExitStack() as running:
        provider = choose_provider(running)
        service = running.enter_context(Service(choose_port(), data_dir))
        token = set_up(service, provider)
        ask_webhook(service, provider, token)
        ask_flow(service)
        show_functions(service, token)
        if provider.is_local:
            print("  (so small a model knows little beyond English; the shape is what it keeps)")
        if not once:
            show_addresses(service, token)
            service.wait()


def choose_provider(running: ExitStack) -> Provider:
    """OpenAI if a key is set, otherwise a local model that runs as long as the demo."""
    key = os.environ.get("OPENAI_API_KEY")
    if key:
        model = os.environ.get("DEFAULT_MODEL", SERVICE_DEFAULT_MODEL)
        return Provider(f"OpenAI's {model}", {"api_key": key, "default_model": model})
    key = f"sk-local-{secrets.token_hex(16)}"
    local = running.enter_context(LocalModel(key=key))
    settings = {"api_key": key, "base_url": local.base_url, "default_model": local.model}
    return Provider(f"the local model {local.model}", settings, is_local=True)


def set_up(service: Service, provider: Provider) -> str:
    """Create the organisation and its account; returns a webhook token."""
    # The sample flow names OpenAI's model; an alias maps it to the demo's.
    aliases = {SERVICE_DEFAULT_MODEL: provider.settings["default_model"]}
    settings = {"is_active": True, "model_aliases": aliases, **provider.settings}
    service.call("PUT", f"/settings/{ORGANISATION}/openai", settings)
    wanted = {"scope": "webhook", "label": "demo"}
    created = service.call("POST", f"/settings/{ORGANISATION}/tokens", wanted)
    return str(created["token"])


def ask_webhook(service: Service, provider: Provider, token: str) -> None:
    body = {
        "contact": {"id": "1", "name": "Asha"},
        "results": {},
        "question_text": QUESTION,
        "prompt": PROMPT,
        "temperature": 0,
    }
    started = time.perf_counter()
    answer = service.call("POST", "/webhooks/parse_via_chat_gpt", body, token)
    seconds = time.perf_counter() - started
    print(f"\nQuestion:  {QUESTION}")
    print(f"Answer:    {answer['parsed_msg']}")
    print(
        f"           from {provider.name}, through POST /webhooks/parse_via_chat_gpt,"
        f" in {seconds:.1f} s",
        flush=True,
    )


def ask_flow(service: Service) -> None:
    """Ask the same question as a contact, in the sample flow."""
    sample = json.loads(SAMPLE.read_text())
    flow = service.call("POST", f"/flows/{ORGANISATION}", sample)["flows"][0]["uuid"]
    service.call("POST", f"/flows/{ORGANISATION}/{flow}/publish", {})
    messages = f"/conversations/{ORGANISATION}/asha/messages"
    service.call("POST", messages, {"flow": flow, "contact": {"name": "Asha"}})
    started = time.perf_counter()
    answer = service.call("POST", messages, {"text": QUESTION})
    seconds = time.perf_counter() - started
    print(f"\nThe same through the sample flow, examples/{SAMPLE.name}:")
    print(f"Answer:    {answer['results']['gpt_response']['parsed_msg']}")
    print(
        f"           from the flow's node parse_via_chat_gpt, through POST {messages},"
        f" in {seconds:.1f} s",
        flush=True,
    )


def show_functions(service: Service, token: str) -> None:
    """Call the functions that also a small model can serve, and print each call with its answer."""
    for name, body, shown in SHOWN:
        answer = service.call("POST", f"/webhooks/{name}", body, token)
        print(f"\n{name}:\n  asked     {json.dumps(body)}\n  answered  {json.dumps(answer[shown])}")


def show_addresses(service: Service, token: str) -> None:
    print(
        f"\nFlowhook runs at   {service.url}"
        f"\nDocumentation      {service.url}/docs"
        f"\nFunctions          {service.url}/webhooks"
        f"\nAdmin token        {service.admin_token}"
        f"\nWebhook token      {token}"
        f"\nLog                {service.log}"
        f"\n\nTry it:"
        f"\n  curl {service.url}/webhooks/parse_via_chat_gpt \\"
        f"\n    -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\"
        '\n    -d \'{"question_text": "Why is the sky blue?", "prompt": "Answer briefly."}\''
        f"\n\nTalk to the sample flow:"
        f"\n  .venv/bin/python -m flowhook play examples/{SAMPLE.name} \\"
        f"\n    --url {service.url} --token {token}"
        "\n\nCtrl-C ends it.",
        flush=True,
    )


def choose_port() -> int:
    """PORT, or 8000, or any free port."""
    named = os.environ.get("PORT", "")
    if named.isascii() and named.isdigit():
        return int(named)
    if named:
        sys.exit("PORT must be a whole number from 1 to 65535")
    for port in (8000, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    sys.exit(f"no free port on {LOOPBACK}")


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("\nThe demo has ended.")
