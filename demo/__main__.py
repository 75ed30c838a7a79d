"""The service with nothing configured: `make demo`, or `make demo ONCE=1` to end afterwards.

Starts the service as production runs it, with the embedded Redis and a local model (or OpenAI,
where OPENAI_API_KEY is set), creates the organisation `demo`, asks one question through the
webhook and through the sample flow and two about a leaflet, prints the answers, and stays up.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from demo.documents import ask_leaflet
from demo.local_model import LocalModel
from demo.place import LOOPBACK, MODEL_KEY_FILE, choose_port, own_folder
from demo.service import Service
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


@dataclass(frozen=True)
class Provider:
    """The provider of the demo's answers; `address` is that of a local model."""

    key: str
    model: str
    address: str | None = None

    @property
    def name(self) -> str:
        return f"the local model {self.model}" if self.address else f"OpenAI's {self.model}"

    @property
    def service_settings(self) -> dict[str, str]:
        """What makes a local model's key enough for any organisation that is made by hand."""
        local = {"OPENAI_BASE_URL": self.address, "DEFAULT_MODEL": self.model}
        return {name: value for name, value in local.items() if self.address and value}


def main() -> None:
    once = "--once" in sys.argv[1:]
    signal.signal(signal.SIGTERM, _end)
    host = os.environ.get("HOST", "").strip() or LOOPBACK
    with ExitStack() as running:
        data_dir = running.enter_context(own_folder())
        port = choose_port(host)
        provider = choose_provider(running, data_dir)
        service = Service(host, port, data_dir, **provider.service_settings)
        running.enter_context(service)
        token = set_up(service, provider)
        ask_webhook(service, provider, token)
        ask_flow(service)
        ask_leaflet(service, ORGANISATION, token)
        show_functions(service, token)
        if provider.address:
            print("  (so small a model knows little beyond English; the shape is what it keeps)")
        if not once:
            show_addresses(service, token)
            show_what_to_try(service, provider, token)
            service.wait()


def choose_provider(running: ExitStack, data_dir: Path) -> Provider:
    """OpenAI if a key is set, otherwise a local model that runs as long as the demo."""
    key = os.environ.get("OPENAI_API_KEY")
    if key:
        return Provider(key, os.environ.get("DEFAULT_MODEL") or SERVICE_DEFAULT_MODEL)
    print("Starting the local model and the service...", flush=True)
    key = _kept_key(data_dir / MODEL_KEY_FILE)
    local = running.enter_context(LocalModel(key=key))
    return Provider(key, local.model, local.base_url)


def _kept_key(file: Path) -> str:
    """The local model's key, the same in each demo of a folder: organisations keep it."""
    if not file.exists():
        file.touch(mode=0o600)
    if not file.read_text().strip():
        file.write_text(f"sk-local-{secrets.token_hex(16)}\n")
    return file.read_text().strip()


def set_up(service: Service, provider: Provider) -> str:
    """Create the organisation and its account; returns a webhook token."""
    settings = {
        "is_active": True,
        "api_key": provider.key,
        "default_model": provider.model,
        "timeout_seconds": 120,  # the machine may be slow, and busy
    }
    # The sample flow names OpenAI's model; an alias maps it to the demo's.
    aliases = {"model_aliases": {SERVICE_DEFAULT_MODEL: provider.model}}
    service.call("PUT", f"/settings/{ORGANISATION}/openai", {**settings, **aliases})
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
    pages = os.environ.get("PUBLIC_URL", "").strip() or service.url  # one's cookie is https alone
    print(
        f"\nThe pages          open {pages} in a browser and paste the Admin token"
        f"\nAdmin token        {service.admin_token}"
        f"\nWebhook token      {token}  (of the organisation {ORGANISATION})"
        f"\nFunctions          {service.url}/webhooks"
        f"\nDocumentation      {service.url}/docs"
        f"\nLog                {service.log}",
        flush=True,
    )


def show_what_to_try(service: Service, provider: Provider, token: str) -> None:
    """Print the model's key, and commands that work as they are in another terminal."""
    if provider.address:
        print(
            f"\nThe local model    {provider.model} at {provider.address}"
            f"\nIts key            {provider.key}  (any organisation can have it)"
        )
    key = provider.key if provider.address else '"$OPENAI_API_KEY"'
    print(
        f"\nTry it:"
        f"\n  curl {service.url}/webhooks/parse_via_chat_gpt \\"
        f"\n    -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\"
        f'\n    -d \'{{"question_text": "{QUESTION}", "prompt": "{PROMPT}"}}\''
        f"\n\nTalk to the sample flow:"
        f"\n  .venv/bin/python -m flowhook play examples/{SAMPLE.name} \\"
        f"\n    --url {service.url} --token {token}"
        "\n\nLook after it (docs/commands.md has the other commands):"
        f"\n  export DATA_DIR={service.data_dir}"
        "\n  .venv/bin/python -m flowhook doctor"
        "\n\nTo set up an organisation of your own as README.md shows, begin with:"
        f"\n  export URL={service.url} ADMIN_TOKEN={service.admin_token} KEY={key}"
        "\n\nCtrl-C ends it.",
        flush=True,
    )


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("\nThe demo has ended.")
