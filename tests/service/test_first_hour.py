"""The first hour of an operator, through the command line and HTTP alone.

From an empty folder to an organisation, its key, an answer, a flow live on WhatsApp, a backup, the
same service elsewhere, and an alert. Each process is started here and ended here.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import requests

from tests.fakes.graph import FakeGraph, Line, Person
from tests.fakes.openai import FakeOpenAI
from tests.fakes.receiver import Receiver
from tests.fakes.smtp import FakeSmtp, smtp_server
from tests.fakes.valkey import Valkey
from tests.service.web_process import ADMIN_TOKEN, WebProcess
from tests.waiting import wait_for

ROOT = Path(__file__).parents[2]
FLOW = json.loads((ROOT / "examples" / "ask_gpt.json").read_text())
ASHA = Person("919876543210", "IN.1234567890", "Asha")
PHRASE = "a phrase that signs what leaves the service"
SHOWN = (
    "/settings",
    "/settings/acme/openai",
    "/settings/acme/whatsapp",
    "/settings/acme/alerts",
    "/settings/acme/tokens",
    "/settings/acme/audit",
    "/flows/acme",
    f"/conversations/acme/{ASHA.identity}",
    "/logs/acme",
    "/usage/acme",
)


class Place:
    """Where a service runs: the environment that it and its commands have."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.data_dir = folder / "data"
        self.environment = {"ALLOW_PRIVATE_URLS": "127.0.0.1", **environment}

    def run(self) -> WebProcess:
        return WebProcess(self.data_dir, **self.environment)

    def command(self, *arguments: str, typed: str = "", status: int = 0) -> str:
        """What `flowhook` prints with these arguments."""
        ended = subprocess.run(
            [sys.executable, "-m", "flowhook", *arguments],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "DATA_DIR": str(self.data_dir),
                "ADMIN_TOKEN": ADMIN_TOKEN,
                **self.environment,
            },
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == status, ended.stdout + ended.stderr
        return ended.stdout.strip()


@pytest.fixture
def mail() -> Iterator[FakeSmtp]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def outside(openai: FakeOpenAI, graph: FakeGraph, mail: FakeSmtp) -> Iterator[dict[str, str]]:
    """The variables that name the servers around the service."""
    graph.now = time.time()
    yield {
        "OPENAI_BASE_URL": openai.base_url,
        "WHATSAPP_BASE_URL": graph.base_url,
        "SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
        "MAIL_FROM": "flowhook@example.org",
    }
    openai.violations.clear()  # the key that was taken away


def test_from_nothing_to_an_alert_of_the_restored_service(
    tmp_path: Path,
    outside: dict[str, str],
    openai: FakeOpenAI,
    graph: FakeGraph,
    line: Line,
    hook: Receiver,
    mail: FakeSmtp,
) -> None:
    here = Place(tmp_path / "here", **outside)
    backup = tmp_path / "backup"
    with here.run() as web:
        here.command("org", "create", "acme")
        here.command("key", "set", "acme", typed=f"{openai.key}\n")
        token = here.command("token", "create", "acme", "--scope", "webhook")
        assert ask(web, token).json()["success"] is True
        go_live(web, graph, line)
        wants_alerts(web, hook)
        openai.remove_key(openai.key)
        assert ask(web, token).json()["error"]["type"] == "invalid_api_key"
        wait_for(lambda: calls_told(web) == (3, 3), "the log and the usage")
        before = everything(web)
        here.command("backup", str(backup))
    keys = (here.data_dir / "encryption_keys").read_text().strip()
    with Valkey(tmp_path / "valkey") as valkey:
        url = f"redis://{valkey.address}"
        there = Place(tmp_path / "there", REDIS_URL=url, ENCRYPTION_KEYS=keys, **outside)
        there.command("restore", str(backup))
        with there.run() as web:
            assert everything(web) == before
            assert_alerted(hook, mail)
            talk(web, graph, line, "stop", "Thank you for asking. Goodbye!")
            parts = json.loads(there.command("doctor", "--json", status=1))["parts"]
            said = {part["part"]: part["words"] for part in parts}
            assert said["Organisations' keys"] == "the last call said invalid_api_key for acme"
            assert said["Worker"] == "one is running"


def calls_told(web: WebProcess) -> tuple[int, int]:
    """How many calls the log has, and how many the usage."""
    logs = web.operator("GET", "/logs/acme").json()["logs"]
    usage = web.operator("GET", "/usage/acme").json()["usage"]
    return len(logs), sum(day["calls"] for day in usage)


def ask(web: WebProcess, token: str) -> requests.Response:
    return requests.post(
        f"{web.url}/webhooks/parse_via_chat_gpt",
        json={"question_text": "Why is the sky blue?"},
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )


def go_live(web: WebProcess, graph: FakeGraph, line: Line) -> None:
    """Publish the sample flow, have Meta deliver to it, and talk to it."""
    (flow,) = web.operator("POST", "/flows/acme", FLOW).json()["flows"]
    assert web.operator("POST", f"/flows/acme/{flow['uuid']}/publish").json()["is_published"]
    assert web.operator("PUT", "/settings/acme/whatsapp", line.settings()).status_code == 201
    line.callbacks["application"] = f"{web.url}/channels/whatsapp/acme"
    line.subscribed.add(line.app)
    assert web.operator("POST", "/settings/acme/whatsapp/test").json()["success"] is True
    asked = {"hub.mode": "subscribe", "hub.verify_token": line.verify_token, "hub.challenge": "42"}
    taken = requests.get(line.callbacks["application"], params=asked, timeout=60)
    assert taken.text == "42"
    talk(web, graph, line, "ask", "Hello! Ask me anything. Say stop when you are done.")
    talk(web, graph, line, "Why?", "\n\nWhat is your question number 2? Or say stop.")


def talk(web: WebProcess, graph: FakeGraph, line: Line, text: str, end: str) -> None:
    """A contact writes on WhatsApp, and gets an answer that ends so."""

    def post(raw: bytes, headers: Mapping[str, str]) -> int:
        address = f"{web.url}/channels/whatsapp/acme"
        return requests.post(address, data=raw, headers=headers, timeout=60).status_code

    line.post = post
    sent = len(graph.texts())
    assert graph.writes(line, ASHA, text) == 200
    wait_for(lambda: len(graph.texts()) > sent, "the answer on WhatsApp", seconds=60)
    assert graph.texts()[-1].endswith(end)


def wants_alerts(web: WebProcess, hook: Receiver) -> None:
    wanted = {"webhook_url": hook.url, "email": "it@example.org"}
    assert web.operator("PUT", "/settings/acme/signature", {"phrase": PHRASE}).ok
    assert web.operator("PUT", "/settings/acme/alerts", wanted).ok


def everything(web: WebProcess) -> dict[str, bytes]:
    """What each GET answers, byte by byte."""
    answers = {path: web.operator("GET", path) for path in SHOWN}
    assert {path for path, answer in answers.items() if answer.status_code != 200} == set()
    return {path: answer.content for path, answer in answers.items()}


def assert_alerted(hook: Receiver, mail: FakeSmtp) -> None:
    """The refused key is told at both places; the webhook's signature is as docs/author.md says."""
    wait_for(lambda: bool(hook.requests and mail.messages), "the alerts", seconds=60)
    told, post = hook.bodies()[0], hook.requests[0]
    assert (told["event"], told["state"]) == ("invalid_api_key", "open")
    signature = dict(part.split("=") for part in post.headers["X-Flowhook-Signature"].split(","))
    key = hmac.new(PHRASE.encode(), b"flowhook alert", "sha256").hexdigest()
    signed = signature["t"].encode() + b"." + post.raw
    assert signature["v1"] == hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
    sender, to, text = mail.messages[0]
    assert (sender, to) == ("flowhook@example.org", "it@example.org")
    assert "Subject: Flowhook, acme: the provider refuses the API key" in text
