"""A client of the fake provider whose pauses are noted, not slept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowhook.providers.account import Account
from flowhook.providers.account_client import AccountClient
from flowhook.providers.model_client import ChatRequest
from flowhook.providers.websocket import ConversingTransport
from tests.fakes.openai import FakeOpenAI

MESSAGES = [{"role": "user", "content": "Why is the sky blue?"}]


def question(**more: Any) -> ChatRequest:
    """A chat request."""
    return ChatRequest(MESSAGES, **more)


class Asker:
    """`ask()` asks once; `pauses` are the seconds the client would have waited."""

    def __init__(self, openai: FakeOpenAI, transport: ConversingTransport, **account: Any) -> None:
        self.openai = openai
        self.pauses: list[float] = []
        known = {
            "api_key": openai.key,
            "base_url": openai.base_url,
            "default_model": "gpt-6-luna",
            **account,
        }
        self.client = AccountClient(Account(**known), transport, sleep=self.pauses.append)

    def ask(self, **more: Any) -> str:
        return self.client.chat(question(**more)).first.require_text()


OpenAsker = Callable[..., Asker]
