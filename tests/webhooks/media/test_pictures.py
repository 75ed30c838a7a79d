"""Pictures are drawn and served under links of this service."""

from __future__ import annotations

import json

import pytest

from tests.fakes.openai import FakeOpenAI, faults, pictures
from tests.fixtures_app import Answer, Service
from tests.fixtures_media import Files

PATH = "/images/generations"


def served(service: Service, url: str) -> Answer:
    return service.request("GET", url.removeprefix("http://localhost"))


def test_the_providers_own_link_needs_no_opening(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, image_model="dall-e-3")
    openai.revive("dall-e-3")
    answer = service.call("generate_image", {"prompt": "A kite"})
    assert served(service, answer.json["url"]).headers["Content-Type"] == "image/png"
    [fetched] = [asked for asked in openai.requests if asked.path != f"/v1{PATH}"]
    assert "authorization" not in {name.lower() for name in fetched.headers}


def test_another_hosts_link_stays_guarded(
    service: Service, openai: FakeOpenAI, files: Files
) -> None:
    service.organisation(openai)
    link = files.add("a.png", pictures.png(b"\x20\x80\x40"))
    openai.fail(faults.status(200, body=json.dumps({"data": [{"url": link}]}).encode()))
    answer = service.call("generate_image", {"prompt": "A kite"})
    assert (answer.status, answer.error["type"]) == (502, "invalid_response")
    assert files.requests == []


def test_a_model_that_links_is_fetched_and_kept(media_service: Service, openai: FakeOpenAI) -> None:
    media_service.organisation(openai, image_model="dall-e-3")
    openai.revive("dall-e-3")
    body = {"prompt": "A kite", "style": "vivid", "quality": "high", "size": "1536x1024", "n": 2}
    answer = media_service.call("generate_image", body).json
    assert len(answer["urls"]) == 2
    picture = served(media_service, answer["url"])
    assert picture.headers["Content-Type"] == "image/png"
    sent = openai.asked(PATH)[0].body
    assert sent == {
        "model": "dall-e-3",
        "prompt": "A kite",
        "style": "vivid",
        "quality": "hd",
        "size": "1792x1024",
        "n": 1,
    }


@pytest.mark.parametrize("count", [1, 3])
def test_a_model_that_draws_one_at_a_time_is_asked_again(
    service: Service, openai: FakeOpenAI, count: int
) -> None:
    service.organisation(openai, image_model="dall-e-3")
    openai.revive("dall-e-3")
    answer = service.call("generate_image", {"prompt": "A kite", "n": count})
    assert len(set(answer.json["urls"])) == count
    assert len(openai.asked(PATH)) == count
