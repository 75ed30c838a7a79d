"""A vector store at the fake provider, filled as an organisation would fill its own."""

from __future__ import annotations

from typing import Any

import requests

from tests.fakes.openai import FakeOpenAI

FEES = "Fees are due on the fifth of every month."
HOURS = "The school opens at nine in the morning."


def vector_store(openai: FakeOpenAI, *passages: str, key: str | None = None) -> str:
    """The id of a store that holds one file of these passages."""
    text = "\n\n".join(passages or (FEES, HOURS)).encode()
    made = _post(openai, key, "/files", files={"file": ("a.txt", text)}, data=_PURPOSE)
    return str(_post(openai, key, "/vector_stores", json={"file_ids": [made["id"]]})["id"])


_PURPOSE = {"purpose": "assistants"}


def _post(openai: FakeOpenAI, key: str | None, path: str, **content: Any) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key or openai.key}"}
    reply = requests.post(openai.base_url + path, headers=headers, timeout=10, **content)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())
