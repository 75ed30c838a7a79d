"""The whole service through its front door: `service` over fakeredis, `open_service` over any.

service.organisation(openai)                  # an organisation with a key and tokens
service.call("get_buttons", {"buttons_data": "Yes|No"})
service.operator("GET", "/settings/acme/openai")
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import pytest
import redis
from flask import Flask
from werkzeug.test import TestResponse

from app import create_app
from flowhook.config import Config
from flowhook.organisations.signature import sign
from service.background import Background
from tests import shared_routes
from tests.fakes.openai import FakeOpenAI

shared_routes.share()

ADMIN_TOKEN = "operator-token-for-tests-0123456789"
FIRST_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
SECOND_KEY = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
PHRASE = "a phrase that only tests know"


@dataclass(frozen=True)
class Tenant:
    """An organisation that a test made, with its tokens."""

    id: str
    webhook_token: str
    admin_token: str


@dataclass(frozen=True)
class Answer:
    """A response, read once."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return cast(dict[str, Any], json.loads(self.body))

    @property
    def error(self) -> dict[str, Any]:
        """The error object, its shape checked."""
        whole = self.json
        assert self.headers["Content-Type"] == "application/json"
        assert whole["success"] is False
        assert whole["request_id"] == self.headers["X-Request-ID"]
        error = cast(dict[str, Any], whole["error"])
        assert set(error) - {"fields"} == {"type", "message", "fix"}
        assert all(isinstance(error[key], str) and error[key] for key in ("message", "fix"))
        return error


class Service:
    """An app and a client of it; `tenant` is the organisation made last."""

    def __init__(self, app: Flask, store: Any, config: Config) -> None:
        self.app = app
        self.redis = store
        self.config = config
        self.client = app.test_client()
        self.tenant = Tenant("none", "", "")

    @property
    def background(self) -> Background:
        return cast(Background, self.app.extensions[Background.NAME])

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answer:
        """Any request; `body` becomes JSON, `raw` is sent as it is, as JSON if nothing is said."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            sent.setdefault("Content-Type", "application/json")
        response: TestResponse = self.client.open(path, method=method, data=raw, headers=sent)
        answer = Answer(response.status_code, dict(response.headers), response.get_data())
        response.close()
        return answer

    def operator(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        return self.request(method, path, body, token=self.config.admin_token, **more)

    def admin(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        return self.request(method, path, body, token=self.tenant.admin_token, **more)

    def call(self, function: str, body: Any, **more: Any) -> Answer:
        """A webhook function, with the token of the organisation made last."""
        more.setdefault("token", self.tenant.webhook_token)
        return self.request("POST", f"/webhooks/{function}", body, **more)

    def signed_call(
        self, function: str, body: Mapping[str, Any], phrase: str = PHRASE, at: float | None = None
    ) -> Answer:
        """A webhook function as Glific signs it."""
        raw = json.dumps(body).encode()
        stamp = str(int(time.time() if at is None else at))
        signature = f"t={stamp},v1={sign(phrase, stamp, raw)}"
        headers = {"X-Glific-Signature": signature, "Content-Type": "application/json"}
        return self.request("POST", f"/webhooks/{function}", raw=raw, headers=headers)

    def organisation(
        self, openai: FakeOpenAI | None = None, org: str = "acme", **settings: Any
    ) -> Tenant:
        """Make an organisation with both tokens; with a fake, an active account at it."""
        if openai is not None:
            settings = {"api_key": openai.key, "base_url": openai.base_url, **settings}
        stored = self.operator("PUT", f"/settings/{org}/openai", {"is_active": True, **settings})
        assert stored.status in (200, 201), stored.body
        self.tenant = Tenant(org, self.token(org, "webhook"), self.token(org, "admin"))
        return self.tenant

    def token(self, org: str, scope: str) -> str:
        made = self.operator("POST", f"/settings/{org}/tokens", {"scope": scope, "label": scope})
        assert made.status == 201, made.body
        return cast(str, made.json["token"])

    def close(self) -> None:
        """Write what is queued and end the threads."""
        self.background.close()
        self.background.listener.join()

    def flush(self) -> None:
        """Write the records of the calls so far."""
        self.background.recorder.flush()


def basic(org: str, token: str) -> dict[str, str]:
    """The header of HTTP Basic."""
    credentials = base64.b64encode(f"{org}:{token}".encode()).decode()
    return {"Authorization": f"Basic {credentials}"}


def make_config(**changes: Any) -> Config:
    return Config(**{"admin_token": ADMIN_TOKEN, "encryption_keys": (FIRST_KEY,), **changes})


OpenService = Callable[..., Service]


@pytest.fixture
def open_service(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> OpenService:
    """Opens services over a given Redis, with changes to the configuration.

    The test closes each of them before anything that was there when it was opened, so before
    its Redis, whatever the order of the fixtures.
    """
    monkeypatch.setattr(
        "flowhook.organisations.cache.LISTEN_SECONDS", 0.02
    )  # so that the listener ends soon

    def open_one(store: Any, **changes: Any) -> Service:
        config = make_config(**changes)
        opened = Service(create_app(config, store), store, config)
        request.node.addfinalizer(opened.close)
        return opened

    return open_one


@pytest.fixture
def service(open_service: OpenService, fake_redis: redis.Redis) -> Service:
    return open_service(fake_redis)
