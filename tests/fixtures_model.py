"""The real local model, started once for the whole run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.local_model import LocalModel

LOCAL_MODEL_KEY = "sk-local-model-for-tests"


@pytest.fixture(scope="session")
def local_model() -> Iterator[LocalModel]:
    with LocalModel(key=LOCAL_MODEL_KEY) as model:
        yield model
