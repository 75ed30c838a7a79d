"""The OpenAPI document and its page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from flowhook.common_keys import COMMON_KEYS
from flowhook.organisations.schemas import SECTIONS
from tests.fixtures_app import Service
from web.operations.openapi import INTERNAL, PAGES
from webhooks.registry import load_functions


@pytest.fixture
def document(service: Service) -> dict[str, Any]:
    answer = service.request("GET", "/openapi.json")
    assert answer.status == 200
    return answer.json


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def test_it_is_a_valid_openapi_3_1_document(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_route_of_the_service_is_in_it(service: Service, document: dict[str, Any]) -> None:
    for rule in service.app.url_map.iter_rules():
        if rule.endpoint.startswith(PAGES) or rule.rule.startswith(INTERNAL):
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        expected = {
            "/webhooks/{name}": [f"/webhooks/{function.name}" for function in load_functions()],
            "/settings/{org}/{section}": [f"/settings/{{org}}/{name}" for name in SECTIONS],
        }.get(path, [path])
        for known in expected:
            methods = {method.lower() for method in set(rule.methods or ()) - {"HEAD", "OPTIONS"}}
            assert methods <= set(document["paths"][known]), known


def test_every_operation_has_a_summary_its_own_id_and_the_error_shape(
    document: dict[str, Any],
) -> None:
    found = operations(document)
    ids = [operation["operationId"] for _, _, operation in found]
    assert len(set(ids)) == len(ids)
    for path, method, operation in found:
        assert operation["summary"], (path, method)
        assert "default" in operation["responses"], (path, method)


def test_every_webhook_field_is_described_with_its_range(document: dict[str, Any]) -> None:
    chat = document["paths"]["/webhooks/parse_via_chat_gpt"]["post"]
    media = chat["requestBody"]["content"]["application/json"]
    properties = media["schema"]["properties"]
    assert media["schema"]["required"] == ["question_text"]
    assert all(known["description"] for known in properties.values())
    assert (properties["temperature"]["minimum"], properties["temperature"]["maximum"]) == (0, 2)
    assert media["example"]["question_text"]


def test_what_is_open_says_so_and_nothing_else(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        is_open = operation.get("security") == []
        assert is_open == path.startswith(
            ("/healthz", "/readyz", "/openapi.json", "/docs", "/media/", "/channels/")
        ) or path in ("/webhooks",), path


# --- the page ---


def test_the_page_and_all_it_loads_come_from_this_service(service: Service) -> None:
    page = service.request("GET", "/docs")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/html")
    html = page.body.decode()
    loaded = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert len(loaded) >= 3
    for address in loaded:
        assert address.startswith("/"), address
        assert not address.startswith("//"), address
        assert service.request("GET", address).status == 200, address
    for text in (html, service.request("GET", "/docs/start.js").body.decode()):
        assert "http:" not in text
        assert "https:" not in text


@pytest.mark.parametrize(
    "path", ["../routes.py", "..%2f..%2fconfig.py", "/etc/passwd", "none.js", ""]
)
def test_nothing_but_the_pages_assets_is_served(service: Service, path: str) -> None:
    assert service.request("GET", f"/docs/assets/{path}").status == 404


def test_a_file_that_does_not_fit_if_match_is_a_conflict_without_the_file(service: Service) -> None:
    answer = service.request("GET", "/docs/start.js", headers={"If-Match": "W/"})
    assert (answer.status, answer.error["type"]) == (412, "conflict")


def test_the_document_says_where_xml_and_pages_are_spoken(service: Service) -> None:
    paths = service.request("GET", "/openapi.json").json["paths"]
    both = {"application/json", "application/xml"}
    for name in load_functions().names():
        call = paths[f"/webhooks/{name}"]["post"]
        assert set(call["requestBody"]["content"]) == both
        assert both <= set(call["responses"]["200"]["content"])
        assert set(call["responses"]["default"]["content"]) == both
    for method in ("get", "post"):
        answers = paths["/webhooks/generate_image"][method]["responses"]["200"]["content"]
        assert set(answers) == {*both, "text/html"}
    assert set(paths["/usage/{org}"]["get"]["responses"]["200"]["content"]) == {"application/json"}


def test_operations_stand_in_groups_and_say_who_is_refused(document: dict[str, Any]) -> None:
    groups = [tag["name"] for tag in document["tags"]]
    assert "Webhook functions" in groups
    summaries = [operation["summary"] for _, _, operation in operations(document)]
    assert [one for one in summaries if summaries.count(one) > 2] == [], "each is told apart"
    for path, method, operation in operations(document):
        assert len(operation["tags"]) == 1
        assert operation["tags"][0] in groups, path
        is_open = operation.get("security") == []
        assert is_open or {"401", "403", "429"} <= set(operation["responses"]), (path, method)
    assert not [path for path in document["paths"] if path.startswith("/docs/")]


def test_the_example_of_an_import_can_be_imported(
    service: Service, document: dict[str, Any]
) -> None:
    service.organisation()
    body = document["paths"]["/flows/{org}"]["post"]["requestBody"]
    example = body["content"]["application/json"]["example"]
    taken = service.operator("POST", "/flows/acme", example)
    assert taken.status == 200
    assert taken.json["flows"][0]["name"] == "Greeting"


def test_what_takes_a_body_describes_it(document: dict[str, Any]) -> None:
    """Those without one do something to what is there already."""
    bare = {
        f"{method} {path}"
        for path, method, operation in operations(document)
        if method in ("post", "put", "patch") and "requestBody" not in operation
    }
    does = {one.rpartition("/")[2] for one in bare}
    assert does == {"close", "pause", "replay", "restart", "restore", "test", "unpause"}
    for path, method, operation in operations(document):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            assert media["schema"].get("properties") or media["schema"].get("description"), (
                path,
                method,
            )


def test_what_every_call_takes_and_answers_is_described(document: dict[str, Any]) -> None:
    for name in load_functions().names():
        call = document["paths"][f"/webhooks/{name}"]["post"]
        properties = call["requestBody"]["content"]["application/json"]["schema"]["properties"]
        assert set(properties) >= COMMON_KEYS, name
        assert all(properties[key].get("description") for key in COMMON_KEYS), name
        assert {"200", "202", "400", "401", "403", "404", "429", "503"} <= set(call["responses"])
    answers = document["paths"]["/webhooks/parse_via_chat_gpt"]["post"]["responses"]
    assert "empty_input" in answers["400"]["description"]
    assert "rate_limited" in answers["429"]["description"]
    assert "invalid_api_key" in answers["502"]["description"]


def test_what_is_inside_is_left_out(document: dict[str, Any]) -> None:
    inside = ("/docs", "/media/", "/assets", "/organisations", "/sign-in")
    assert [path for path in document["paths"] if path.startswith(inside)] == []
