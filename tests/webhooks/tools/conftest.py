from __future__ import annotations

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service


@pytest.fixture
def calling(service: Service, openai: FakeOpenAI) -> Service:
    """A service whose organisation asks the fake."""
    service.organisation(openai)
    return service
