"""The webhook function generate_image through the front door."""

from __future__ import annotations

import re
from typing import Any

import pytest
import redis

from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import Answer, OpenService, Service

PATH = "/images/generations"


def served(service: Service, url: str) -> Answer:
    return service.request("GET", url.removeprefix("http://localhost"))


def test_todays_models_answer_base64_and_we_a_link(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    answer = service.call("generate_image", {"prompt": "A red kite", "n": "2"}).json
    assert answer["success"] is True
    assert len(set(answer["urls"])) == 2
    assert answer["url"] == answer["urls"][0]
    for url in answer["urls"]:
        picture = served(service, url)
        assert picture.headers["Content-Type"] == "image/jpeg"
        assert picture.body.startswith(b"\xff\xd8\xff")
    assert openai.last.body == {
        "model": "gpt-image-2.5-flare",
        "prompt": "A red kite\n\nStyle: vivid, hyper-real and dramatic.",
        "n": 2,
        "quality": "medium",
        "output_format": "jpeg",
    }


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"quality": "hd"}, {"quality": "high"}),
        ({"quality": "standard"}, {"quality": "medium"}),
        ({"quality": "LOW"}, {"quality": "low"}),
        ({"size": "1792x1024"}, {"size": "1536x1024"}),
        ({"size": "1024x1792"}, {"size": "1024x1536"}),
        ({"size": "256x256"}, {"size": "1024x1024"}),
        ({"size": "auto"}, {"size": "auto"}),
        ({"size": "2048x1152"}, {"size": "2048x1152"}),
        ({"size": "2048x1152", "model": "gpt-image-1.5"}, {"size": "1536x1024"}),
        ({"style": "vivid"}, {"prompt": "A kite\n\nStyle: vivid, hyper-real and dramatic."}),
        ({"style": "", "quality": "", "size": "", "n": ""}, {"quality": "medium", "n": 1}),
    ],
)
def test_dall_e_3s_words_become_the_models(
    service: Service, openai: FakeOpenAI, given: dict[str, Any], sent: dict[str, Any]
) -> None:
    service.organisation(openai)
    assert service.call("generate_image", {"prompt": "A kite", **given}).status == 200
    body = openai.last.body
    assert {name: body[name] for name in sent} == sent
    assert "style" not in body


@pytest.mark.parametrize("model", ["dall-e-3", "dall-e-2", "gpt-image-1"])
def test_a_retired_model_is_followed_by_its_successor(
    service: Service, openai: FakeOpenAI, model: str
) -> None:
    service.organisation(openai)
    body = {"prompt": "A kite", "model": model, "style": "natural", "quality": "hd", "n": 2}
    answer = service.call("generate_image", {**body, "size": "1792x1024"})
    assert answer.status == 200, answer.body
    assert len(answer.json["urls"]) == 2
    models = [asked.body["model"] for asked in openai.asked(PATH)]
    assert models == [model, "gpt-image-2.5-flare"]
    sent = openai.last.body
    assert (sent["size"], sent["quality"], sent["n"]) == ("1536x1024", "high", 2)
    assert "style" not in sent
    service.call("generate_image", {**body, "size": "1792x1024"})
    assert [asked.body["model"] for asked in openai.asked(PATH)][2:] == ["gpt-image-2.5-flare"]


def test_an_alias_chooses_the_model(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, model_aliases={"dall-e-3": "gpt-image-2"})
    body = {"prompt": "A kite", "model": "dall-e-3", "style": "vivid"}
    assert service.call("generate_image", body).status == 200
    assert [asked.body["model"] for asked in openai.asked(PATH)] == ["gpt-image-2"]


@pytest.mark.parametrize(
    ("body", "kind", "field"),
    [
        ({}, "empty_input", "prompt"),
        ({"prompt": " ", "description": ""}, "empty_input", "prompt"),
        ({"description": "@results.wish"}, "unresolved_variable", "description"),
        ({"prompt": "A kite", "n": 0}, "invalid_input", "n"),
        ({"prompt": "A kite", "n": 11}, "invalid_input", "n"),
        ({"prompt": "A kite", "size": "big"}, "invalid_input", "size"),
        ({"prompt": "A kite", "style": "bold"}, "invalid_input", "style"),
        ({"prompt": "A kite", "quality": "best"}, "invalid_input", "quality"),
        ({"prompt": "k" * 31_901}, "invalid_input", "prompt"),
    ],
)
def test_what_is_wrong_is_named(
    service: Service, openai: FakeOpenAI, body: dict[str, Any], kind: str, field: str
) -> None:
    service.organisation(openai)
    answer = service.call("generate_image", body)
    assert (answer.status, answer.error["type"]) == (400, kind)
    assert field in answer.error["fields"]
    assert answer.json["url"] == answer.error["message"]
    assert openai.requests == []


@pytest.mark.parametrize("fault", [faults.empty_choices(), faults.json_array(), faults.html()])
def test_an_answer_without_images_is_invalid(
    service: Service, openai: FakeOpenAI, fault: faults.Fault
) -> None:
    service.organisation(openai)
    openai.fail(fault)
    answer = service.call("generate_image", {"prompt": "A kite"})
    assert (answer.status, answer.error["type"]) == (502, "invalid_response")


def test_the_filter_is_named(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    openai.fail(faults.status(400, code="moderation_blocked"))
    answer = service.call("generate_image", {"prompt": "A kite"})
    assert (answer.status, answer.error["type"]) == (502, "content_filter")


def test_public_url_makes_the_links_of_the_page(
    open_service: OpenService, fake_redis: redis.Redis, openai: FakeOpenAI
) -> None:
    service = open_service(fake_redis, public_url="https://flows.example.org")
    service.organisation(openai)
    url = service.call("generate_image", {"prompt": "A kite"}).json["url"]
    assert re.fullmatch(r"https://flows\.example\.org/media/acme\.[\w-]{43}\.jpg", url)
