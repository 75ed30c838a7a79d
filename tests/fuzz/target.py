"""The service that is tried, with credentials of every kind and secrets to look for."""

from __future__ import annotations

import base64
import json
import random
import re
import time
from dataclasses import dataclass, field
from typing import Any, cast

import requests

from flowhook.organisations.signature import HEADER, signature
from tests.fakes.openai import FakeOpenAI
from tests.fakes.running_service import RunningService
from tests.flowhook.organisations.sections import WHOLE, secrets_of
from tests.flows.talking import GREETING, export

ORG, SCRATCH, OTHER = "acme", "scratch", "other"
WORDS = "ZEBRAWORDS of a contact"
PHRASE = "PLANTEDPHRASE of the organisation"
CSRF = re.compile(r'name="csrf" (?:content|value)="([^"]+)"')
COOKIE_HTML = "text/html,application/xhtml+xml"


@dataclass
class Target:
    """`secrets` may appear in no answer, log line or metric; WORDS in no failure either."""

    service: RunningService
    openai: FakeOpenAI
    tokens: dict[str, str] = field(default_factory=dict)
    secrets: list[bytes] = field(default_factory=list)
    cookie: str = ""
    csrf: str = ""

    def prepare(self) -> None:
        """Make three organisations; only one is to be spoiled."""
        for org in (ORG, SCRATCH, OTHER):
            account = {
                "is_active": True,
                "api_key": self.openai.key,
                "base_url": self.openai.base_url,
            }
            self.service.operator("PUT", f"/settings/{org}/openai", account)
            self.service.operator("PUT", f"/settings/{org}/signature", {"phrase": PHRASE})
            self.service.operator("PUT", f"/settings/{org}/whatsapp", WHOLE["whatsapp"])
            for scope in ("webhook", "admin"):
                made = self.service.operator("POST", f"/settings/{org}/tokens", {"scope": scope})
                self.tokens[f"{org} {scope}"] = made["token"]
        self.service.publish(ORG, export(GREETING))
        self.tokens["operator"] = (self.service.data_dir / "admin_token").read_text().strip()
        planted = [self.openai.key, PHRASE, *self.tokens.values(), *secrets_of("whatsapp")]
        self.secrets = [one.encode() for one in planted]
        self._sign_in()

    def _sign_in(self) -> None:
        with requests.Session() as session:
            session.headers["Accept"] = COOKIE_HTML
            page = session.get(f"{self.service.url}/sign-in", timeout=10).text
            form = {"token": self.tokens["operator"], "csrf": _csrf(page)}
            session.post(f"{self.service.url}/sign-in", form, timeout=10)
            self.csrf = _csrf(session.get(f"{self.service.url}/organisations", timeout=10).text)
            self.cookie = "; ".join(f"{one.name}={one.value}" for one in session.cookies)

    def proof(self, draw: random.Random, body: bytes | None) -> tuple[str, dict[str, str]]:
        """Some credentials: (whose, headers)."""
        kind = draw.choices(
            ("webhook", "admin", "operator", "basic", "signature", "session", "wrong", "none"),
            (40, 17, 15, 8, 7, 5, 4, 4),
        )[0]
        if kind in ("webhook", "admin"):
            return kind, _bearer(self.tokens[f"{ORG} {kind}"])
        if kind == "operator":
            return kind, _bearer(self.tokens[kind])
        if kind == "basic":
            pair = f"{ORG}:{self.tokens[f'{ORG} webhook']}"
            return kind, {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        if kind == "signature":
            at = time.time() + draw.choice((0, 0, 0, -1000))
            phrase = draw.choice((PHRASE, PHRASE, "another"))
            return kind, {HEADER: signature(phrase, at, body or b"")}
        if kind == "session":
            return kind, {"Cookie": self.cookie}
        return kind, draw.choice(WRONG) if kind == "wrong" else {}


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _csrf(page: str) -> str:
    found = CSRF.search(page)
    return found[1] if found else ""


WRONG = [
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer wrong-token-0123456789"},
    {"Authorization": "bEARER \t "},
    {"Authorization": "Basic !!!"},
    {"Authorization": "Basic " + base64.b64encode(b"acme").decode()},
    {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe:\x00").decode()},
    {"Authorization": "Digest username=x"},
    {"Authorization": "é" * 50},
    {HEADER: "t=1,v1=" + "0" * 64},
    {HEADER: "t=,v1="},
    {HEADER: "x" * 7000},
    {"Cookie": "session=" + "a" * 200 + "; =; ;;"},
    {"X-Hub-Signature-256": "sha256=" + "0" * 64},
    {"X-Hub-Signature-256": "sha256="},
]


def read_json(body: bytes) -> Any:
    """The JSON value of a body, None if it is none."""
    try:
        return cast(Any, json.loads(body))
    except ValueError:
        return None
