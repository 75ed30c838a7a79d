"""What the demo shows works with the local model, which cannot translate or call functions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from demo.__main__ import SAMPLE, SHOWN
from demo.local_model import LocalModel
from tests.fixtures_app import Service
from tests.fixtures_model import LOCAL_MODEL_KEY

BEYOND_IT = {"translate_entry", "detect_language", "function_calling", "function_calling_response"}


def test_nothing_is_shown_that_the_local_model_cannot_do() -> None:
    assert not BEYOND_IT & {function for function, _, _ in SHOWN}
    called = {
        action.get("url")
        for flow in json.loads(SAMPLE.read_text())["flows"]
        for node in flow["definition"]["nodes"]
        for action in node["actions"]
    }
    assert "parse_via_chat_gpt" in called
    assert not BEYOND_IT & called


@pytest.mark.parametrize(("function", "body", "key"), SHOWN, ids=[one[0] for one in SHOWN])
def test_it_is_answered(
    service: Service, local_model: LocalModel, function: str, body: dict[str, Any], key: str
) -> None:
    service.organisation(
        api_key=LOCAL_MODEL_KEY, base_url=local_model.base_url, default_model=local_model.model
    )
    answer = service.call(function, body)
    assert answer.status == 200, answer.body
    assert answer.json[key]
