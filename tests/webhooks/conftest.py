from __future__ import annotations

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.webhooks.translation.translating import shout


@pytest.fixture
def translating(service: Service, openai: FakeOpenAI) -> Service:
    """A service whose organisation asks a model that translates into capitals."""
    service.organisation(openai, system_prompt="You are Asha, a teacher.")
    openai.say_by(shout)
    return service
