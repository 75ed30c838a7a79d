"""The webhook function parse_via_gpt_vision through the front door."""

from __future__ import annotations

import base64

import pytest

from tests.fakes.openai import FakeOpenAI, faults, pictures
from tests.fixtures_app import Service
from tests.fixtures_media import Files

PNG = pictures.png(b"\x20\x80\x40")
FIVE_MIB = 5 * 1024 * 1024


def sent_parts(openai: FakeOpenAI) -> list[dict[str, object]]:
    return list(openai.last.body["messages"][-1]["content"])


def test_the_picture_goes_inline(media_service: Service, openai: FakeOpenAI, files: Files) -> None:
    media_service.organisation(openai)
    openai.say("A green square.")
    body = {"url": files.add("photo", PNG), "prompt": "What is it?", "gpt_model": "gpt-5.4"}
    answer = media_service.call("parse_via_gpt_vision", body)
    assert answer.json == {"success": True, "response": "A green square."}
    data_url = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    assert sent_parts(openai) == [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": data_url}},
    ]
    assert openai.last.body["model"] == "gpt-5.4"


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_the_content_decides_the_type(
    media_service: Service, openai: FakeOpenAI, files: Files, kind: str
) -> None:
    media_service.organisation(openai)
    url = files.add("song.mp3", pictures.draw(kind, "x"), "audio/mpeg")
    assert media_service.call("parse_via_gpt_vision", {"url": url}).status == 200
    image = sent_parts(openai)[1]["image_url"]
    assert isinstance(image, dict)
    assert image["url"].startswith(f"data:image/{kind};base64,")


def test_json_arrives_as_an_object(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai, system_prompt="Be short.")
    openai.say_json({"plant": "tomato"})
    url = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    body = {"url": url, "prompt": "Answer in JSON.", "response_format": "json_object"}
    answer = service.call("parse_via_gpt_vision", body)
    assert answer.json["response"] == {"plant": "tomato"}
    assert openai.last.body["messages"][0] == {"role": "system", "content": "Be short."}


@pytest.mark.parametrize(
    ("content", "status", "kind"),
    [
        (b"", 400, "empty_input"),
        (b"<html>not a picture</html>", 400, "invalid_input"),
        (b"OggS" + bytes(24) + b"OpusHead", 400, "invalid_input"),
        (PNG + bytes(FIVE_MIB), 413, "too_large"),
    ],
)
def test_what_is_no_picture_is_refused(
    media_service: Service,
    openai: FakeOpenAI,
    files: Files,
    content: bytes,
    status: int,
    kind: str,
) -> None:
    media_service.organisation(openai)
    url = files.add("photo.png", content, "image/png")
    answer = media_service.call("parse_via_gpt_vision", {"url": url})
    assert (answer.status, answer.error["type"]) == (status, kind)
    assert "url" in answer.error["fields"]
    assert answer.json["response"] == answer.error["message"]
    assert openai.requests == []


def test_a_picture_of_five_mebibytes_is_taken(
    media_service: Service, openai: FakeOpenAI, files: Files
) -> None:
    media_service.organisation(openai)
    url = files.add("photo", PNG + bytes(FIVE_MIB - len(PNG)))
    assert media_service.call("parse_via_gpt_vision", {"url": url}).status == 200


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/a.png",
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:10.0.0.1]/a.png",
        "file:///etc/passwd",
        "data:image/png;base64,!!!",
        "data:image/png",
    ],
)
def test_no_address_of_ours_is_fetched(service: Service, openai: FakeOpenAI, url: str) -> None:
    service.organisation(openai)
    answer = service.call("parse_via_gpt_vision", {"url": url})
    assert (answer.status, answer.error["type"]) == (400, "invalid_input")
    assert "url" in answer.error["fields"]


@pytest.mark.parametrize(
    ("url", "kind"), [("", "empty_input"), ("@results.photo.url", "unresolved_variable")]
)
def test_a_missing_link_is_named(service: Service, openai: FakeOpenAI, url: str, kind: str) -> None:
    service.organisation(openai)
    assert service.call("parse_via_gpt_vision", {"url": url}).error["type"] == kind


def test_a_refusal_is_an_error(media_service: Service, openai: FakeOpenAI, files: Files) -> None:
    media_service.organisation(openai)
    openai.say_refusal()
    url = files.add("photo", PNG)
    answer = media_service.call("parse_via_gpt_vision", {"url": url})
    assert (answer.status, answer.error["type"]) == (502, "refused")


def test_no_key_means_no_fetch(media_service: Service, files: Files) -> None:
    media_service.organisation()
    url = files.add("photo", PNG)
    answer = media_service.call("parse_via_gpt_vision", {"url": url})
    assert answer.error["type"] == "missing_api_key"
    assert files.requests == []


def test_a_link_that_is_gone_is_the_callers(
    media_service: Service, openai: FakeOpenAI, files: Files
) -> None:
    media_service.organisation(openai)
    answer = media_service.call("parse_via_gpt_vision", {"url": files.url("gone.png")})
    assert (answer.status, answer.error["type"]) == (400, "invalid_input")
    assert "404" in answer.error["message"]


def test_the_provider_failing_is_not_the_callers(
    media_service: Service, openai: FakeOpenAI, files: Files
) -> None:
    media_service.organisation(openai)
    openai.fail(faults.status(401))
    answer = media_service.call("parse_via_gpt_vision", {"url": files.add("photo", PNG)})
    assert (answer.status, answer.error["type"]) == (502, "invalid_api_key")
