"""Plain text, forms and queries in the place of JSON."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.openai import FakeOpenAI, sounds
from tests.fixtures_app import Answer, Service, basic
from webhooks.registry import load_functions

URL_ENCODED = "application/x-www-form-urlencoded"
FUNCTIONS = list(load_functions())


def post(service: Service, function: str, raw: bytes, content_type: str, **headers: str) -> Answer:
    sent = {"Content-Type": content_type, **headers}
    return service.call(function, None, raw=raw, headers=sent)


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        ("आप|हम".encode(), "text/plain; charset=utf-8"),
        ("आप|हम".encode(), "text/plain"),
        ("आप|हम".encode("utf-16"), "text/plain; charset=utf-16"),
        (b"buttons_data=%E0%A4%86%E0%A4%AA%7C%E0%A4%B9%E0%A4%AE", URL_ENCODED),
        (
            b'--x\r\nContent-Disposition: form-data; name="buttons_data"\r\n\r\n'
            + "आप|हम".encode()
            + b"\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_a_body_in_another_form_is_read(service: Service, raw: bytes, content_type: str) -> None:
    service.organisation()
    answer = post(service, "get_buttons", raw, content_type)
    assert answer.json["buttons"] == {"button_1": "आप", "button_2": "हम"}


def test_nul_and_a_byte_order_mark_are_left_out(service: Service) -> None:
    service.organisation()
    for raw, content_type in (
        ("\ufeffआप|ह\0म".encode(), "text/plain"),
        (b"buttons_data=%E0%A4%86%E0%A4%AA%7C%E0%A4%B9%00%E0%A4%AE", URL_ENCODED),
    ):
        answer = post(service, "get_buttons", raw, content_type)
        assert answer.json["buttons"] == {"button_1": "आप", "button_2": "हम"}


def test_a_file_in_a_form_is_its_field(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    openai.say_transcript("नमस्ते")
    raw = (
        b'--x\r\nContent-Disposition: form-data; name="speech"; filename="a.ogg"\r\n'
        b"Content-Type: audio/ogg; codecs=opus\r\n\r\n" + sounds.ogg_opus(1) + b"\r\n--x--\r\n"
    )
    answer = post(service, "speech_to_text", raw, "multipart/form-data; boundary=x")
    assert answer.json["response"] == "नमस्ते"


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (b"\xff", "text/plain; charset=utf-8"),
        (b"a", "text/plain; charset=nothing"),
        (b"a", "text/plain; charset=punycode"),
        (b"no parts", "multipart/form-data; boundary=x"),
        (b"no boundary", "multipart/form-data"),
        (b"", "text/plain"),
        (b"unknown=1&buttons_data=a", URL_ENCODED),
        (
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 101 + b"--x--",
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_a_malformed_one_is_refused(service: Service, raw: bytes, content_type: str) -> None:
    service.organisation()
    answer = post(service, "get_buttons", raw, content_type)
    assert answer.status == 400
    assert answer.error["type"] in ("invalid_input", "empty_input", "invalid_json")


@pytest.mark.parametrize("content_type", ["text/plain", URL_ENCODED])
@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_a_form_of_another_site_is_refused(
    service: Service, content_type: str, origin: str
) -> None:
    service.organisation()
    refused = post(service, "get_buttons", b"buttons_data=a", content_type, Origin=origin)
    assert (refused.status, refused.error["type"]) == (403, "forbidden")
    own = post(service, "get_buttons", b"buttons_data=a", content_type, Origin="http://localhost")
    assert own.status == 200


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_get_takes_the_fields_of_short_texts(service: Service, function: Any) -> None:
    tenant = service.organisation(is_active=False)
    headers = basic(tenant.id, tenant.webhook_token)
    answer = service.request("GET", f"/webhooks/{function.name}?unknown=1", headers=headers)
    has_get = function.name not in (
        *("function_calling", "function_calling_response", "translate_entry"),
    )
    assert answer.status == (400 if has_get else 405)


def test_a_get_is_answered_in_json(service: Service) -> None:
    tenant = service.organisation()
    headers = basic(tenant.id, tenant.webhook_token)
    path = "/webhooks/check_response?correct_response=Yes&user_response=Yes"
    answer = service.request("GET", path, headers=headers)
    assert answer.json == {"success": True, "response": True}


def test_each_function_has_a_main_field() -> None:
    found = {function.name: function.main_field for function in FUNCTIONS}
    assert found["parse_via_chat_gpt"] == "question_text"
    assert found["chat"] == found["function_calling"] == "input"
    assert found["generate_image"] == found["prompt"] == "prompt"
    assert found["filesearch-gpt"] == "question"
    assert found["detect_language"] == "text"


def test_json_that_curl_calls_a_form_is_json(service: Service) -> None:
    service.organisation()
    answer = post(service, "get_buttons", b' {"buttons_data": "a|b"}', URL_ENCODED)
    assert answer.json["button_count"] == 2


def test_a_name_that_may_be_a_contacts_words_is_not_repeated(service: Service) -> None:
    service.organisation()
    answer = post(service, "get_buttons", b"ZEBRA words=1&buttons_data=a", URL_ENCODED)
    assert (answer.status, answer.error["type"]) == (400, "invalid_input")
    assert b"ZEBRA" not in answer.body


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml", "text/html,application/xml;q=0.9"]
)
@pytest.mark.parametrize("body", [{"buttons_data": "a|b"}, {"buttons_data": 5, "x": 1}])
def test_a_call_is_in_the_log_in_whatever_form_it_is_answered(
    service: Service, accept: str, body: Any
) -> None:
    service.organisation()
    answer = service.call("get_buttons", body, headers={"Accept": accept})
    service.flush()
    logs = service.admin("GET", "/logs/acme").json["logs"]
    assert [entry["request_id"] for entry in logs] == [answer.headers["X-Request-ID"]]
