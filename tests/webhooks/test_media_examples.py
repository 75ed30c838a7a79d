"""The examples of the functions that see, hear, speak, draw and search: they work as they stand."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from tests.fakes.google_maps import KEY, FakeGoogleMaps, address, component
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import OpenService, Service
from tests.knowledge import vector_store

FUNCTIONS = (
    "parse_via_gpt_vision",
    "chat_with_vision",
    "speech_to_text",
    "text_to_speech",
    "generate_image",
    "geolocation",
    "filesearch-gpt",
    "voice-filesearch-gpt",
)


def described(service: Service) -> dict[str, dict[str, Any]]:
    listed = service.request("GET", "/webhooks").json["functions"]
    return {function["name"]: function for function in listed}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_example_works_as_it_stands(
    open_service: OpenService, fake_redis: redis.Redis, openai: FakeOpenAI, name: str
) -> None:
    with FakeGoogleMaps() as maps:
        maps.place(12.9716, 77.5946, address("Bengaluru", component("Bengaluru", "locality")))
        service = open_service(fake_redis, google_maps_url=maps.url)
        service.organisation(openai)
        service.operator("PUT", "/settings/acme/google_maps", {"api_key": KEY})
        stores = openai.world.vector_stores
        stores["vs_68a1f0"] = stores[vector_store(openai)]
        function = described(service)[name]
        answer = service.call(name, function["example"])
        assert answer.status == 200, answer.body
        results = {result["name"] for result in function["results"]}
        assert set(answer.json) <= results
        assert answer.json["success"] is True
        assert function["main_result"] in answer.json


def test_the_page_stands_in_the_openapi_document(service: Service) -> None:
    paths = service.request("GET", "/openapi.json").json["paths"]
    page = paths["/webhooks/generate_image"]
    assert set(page) == {"get", "post"}
    assert "text/html" in page["get"]["responses"]["200"]["content"]
    assert {"description", "prompt", "n"} <= {one["name"] for one in page["get"]["parameters"]}
    assert set(paths["/webhooks/translate_entry"]) == {"post"}
