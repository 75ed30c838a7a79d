"""A client of the fake, and the fake itself for runs of this folder alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from openai import DefaultHttpxClient, OpenAI

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_openai import openai

__all__ = ["openai"]


@pytest.fixture
def client(openai: FakeOpenAI) -> Iterator[OpenAI]:
    """Without retries; and without loading certificates, which takes longer than most tests."""
    with OpenAI(
        api_key=openai.key,
        base_url=openai.base_url,
        max_retries=0,
        http_client=DefaultHttpxClient(verify=False),
    ) as made:
        yield made
