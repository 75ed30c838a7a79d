"""Whatever goes wrong, on every path and method: one JSON shape, never HTML, always named."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.fixtures_app import Service
from tests.versions import check_versions

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
PATHS = [
    "/",
    "/nowhere",
    "/webhooks",
    "/webhooks/",
    "/webhooks/get_buttons",
    "/webhooks/no_such_function",
    "/webhooks/get_buttons/more",
    "/settings",
    "/settings/",
    "/settings/acme",
    "/settings/acme/openai",
    "/settings/acme/openai/test",
    "/settings/acme/openai/models",
    "/settings/acme/openai/accounts/second",
    "/settings/acme/tokens",
    "/settings/acme/tokens/1",
    "/settings/acme/no_section",
    "/settings/a%20b/openai",
    "/settings/acme/audit",
    "/logs/acme",
    "/logs/acme/1-1",
    "/healthz",
    "/readyz",
    "/metrics",
    "/openapi.json",
    "/docs/assets/none.js",
    "/docs/assets/../../../../etc/passwd",
    "/static/x",
    "/%00",
    "/%ff",
    "/a%0d%0ab",
    "/docs//assets/x",
    "/settings//acme",
    "/webhooks/get_buttons//",
]


@pytest.mark.parametrize("method", METHODS)
def test_every_path_and_method_answers_json_and_never_html(service: Service, method: str) -> None:
    for path in PATHS:
        for token in (None, "wrong", service.config.admin_token):
            answer = service.request(method, path, token=token)
            where = (method, path, token, answer.body[:200])
            assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"]), where
            assert b"<html" not in answer.body.lower(), where
            assert b"<!doctype" not in answer.body.lower(), where
            if answer.status >= 300:
                assert answer.headers["Content-Type"] == "application/json", where
                if method != "HEAD":
                    assert answer.error, where
                assert answer.status in (400, 401, 403, 404, 405), where


def test_405_names_the_methods(service: Service) -> None:
    answer = service.request("PUT", "/webhooks/get_buttons")
    assert answer.status == 405
    assert answer.error["type"] == "method_not_allowed"
    assert "POST" in answer.headers["Allow"].split(", ")


def test_405_of_a_webhook_function_stands_under_its_result_key_too(service: Service) -> None:
    for method in ("PATCH", "PUT", "DELETE"):
        answer = service.request(method, "/webhooks/parse_via_chat_gpt")
        assert answer.error["type"] == "method_not_allowed"
        assert answer.json["parsed_msg"] == answer.error["message"]
    assert "parsed_msg" not in service.request("PUT", "/healthz").json


def test_404_is_not_found(service: Service) -> None:
    answer = service.request("GET", "/nowhere")
    assert answer.status == 404
    assert answer.error["type"] == "not_found"
    assert "body" not in answer.error["fix"]


def test_options_tells_the_methods(service: Service) -> None:
    answer = service.request("OPTIONS", "/webhooks/get_buttons")
    assert "POST" in answer.headers["Allow"]
    assert answer.status == 204
    assert not answer.body
    assert "Content-Type" not in answer.headers


def test_head_has_no_body(service: Service) -> None:
    answer = service.request("HEAD", "/nowhere")
    assert answer.status == 404
    assert answer.body == b""


@pytest.mark.parametrize("size", [1024 * 1024 + 1, 3 * 1024 * 1024])
def test_a_body_over_1_mib_is_too_large(service: Service, size: int) -> None:
    service.organisation()
    raw = b'{"buttons_data": "' + b"a" * (size - 20) + b'"}'
    headers = {"Content-Type": "application/json"}
    answer = service.call("get_buttons", None, raw=raw, headers=headers)
    assert answer.status == 413
    assert answer.error["type"] == "too_large"
    assert answer.error["fix"] == "Send a smaller body; the limit is 1 MiB."
    written = service.operator("PUT", "/settings/acme/openai", raw=raw, headers=headers)
    assert written.error["type"] == "too_large"


def test_a_body_of_just_under_1_mib_is_read(service: Service) -> None:
    service.organisation()
    raw = b'{"contact": "' + b"a" * (1024 * 1024 - 60) + b'", "buttons_data": "Yes|No"}'
    assert len(raw) <= 1024 * 1024
    assert service.call("get_buttons", None, raw=raw).status == 200


def test_other_media_types_are_415(service: Service) -> None:
    service.organisation()
    for method, path in (
        ("POST", "/webhooks/get_buttons"),
        ("PUT", "/settings/acme/openai"),
        ("POST", "/settings/acme/tokens"),
    ):
        headers = {"Content-Type": "application/octet-stream"}
        answer = service.operator(method, path, raw=b"a=1", headers=headers)
        assert answer.status == 415, path
        assert answer.error["type"] == "unsupported_media_type"


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"a": NaN}', b"\xff"])
def test_what_is_no_json_object_is_400(service: Service, raw: bytes) -> None:
    service.organisation()
    for method, path in (
        ("POST", "/webhooks/get_buttons"),
        ("PUT", "/settings/acme/openai"),
        ("PATCH", "/settings/acme/openai"),
        ("POST", "/settings/acme/tokens"),
    ):
        headers = {"Content-Type": "application/json"}
        answer = service.admin(method, path, raw=raw, headers=headers)
        if method == "POST" and path.startswith("/webhooks"):
            answer = service.call("get_buttons", None, raw=raw, headers=headers)
        assert answer.status == 400, path
        assert answer.error["type"] == "invalid_json"


@pytest.mark.parametrize("sent", ["abc", "A.b_c-9", "x" * 128])
def test_a_sane_request_id_comes_back(service: Service, sent: str) -> None:
    headers = {"X-Request-ID": sent}
    assert service.request("GET", "/healthz", headers=headers).headers["X-Request-ID"] == sent
    refused = service.request("GET", "/nowhere", headers=headers)
    assert refused.json["request_id"] == refused.headers["X-Request-ID"] == sent


@pytest.mark.parametrize("sent", ["", "a b", "x" * 129, "<script>", "é", "a;b"])
def test_any_other_request_id_is_replaced(service: Service, sent: str) -> None:
    answer = service.request("GET", "/healthz", headers={"X-Request-ID": sent})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_a_bug_is_500_without_detail(
    service: Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise KeyError("a contact's words")

    monkeypatch.setattr(service.redis, "ping", broken)
    answer = service.request("GET", "/readyz")
    assert answer.status == 500
    assert answer.error["type"] == "internal"
    assert b"contact" not in answer.body
    assert "contact" not in capsys.readouterr().out


def test_no_answer_is_kept_by_a_cache_but_the_docs_assets(service: Service) -> None:
    service.organisation(api_key="sk-0123456789abcdef")
    answer = service.operator("GET", "/settings/acme/openai")
    assert answer.headers["Cache-Control"] == "no-store"
    asset = service.request("GET", "/docs/assets/swagger-ui.css")
    assert "max-age" in asset.headers["Cache-Control"]


def test_the_flask_whose_request_context_is_read_without_its_proxy() -> None:
    check_versions("flask", ">=3.1.3,<3.2")
