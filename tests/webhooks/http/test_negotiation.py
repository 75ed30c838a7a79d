"""JSON and XML in and out, on every function and for errors too."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Answer, Service
from webhooks.chat.messages import text_of
from webhooks.http.negotiation import HTML, JSON, XML, wanted

AS_XML = {"Accept": "application/xml"}
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]><a><buttons_data>&b;</buttons_data></a>'
)


def tree(answer: Answer) -> ET.Element:
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    return ET.fromstring(answer.body)


def post_xml(service: Service, function: str, raw: bytes, **headers: str) -> Answer:
    sent = {"Content-Type": "application/xml", **headers}
    token = service.tenant.webhook_token
    return service.request("POST", f"/webhooks/{function}", raw=raw, token=token, headers=sent)


def test_an_xml_body_is_answered_in_json(service: Service) -> None:
    service.organisation()
    answer = post_xml(service, "get_buttons", b"<r><buttons_data>Yes|No</buttons_data></r>")
    assert answer.json["buttons"] == {"button_1": "Yes", "button_2": "No"}


@pytest.mark.parametrize("media_type", ["text/xml; charset=utf-8", "application/soap+xml"])
def test_xml_under_its_other_names(service: Service, media_type: str) -> None:
    service.organisation()
    raw = b"<r><buttons_data>Yes|No</buttons_data></r>"
    headers = {"Content-Type": media_type}
    answer = post_xml(service, "get_buttons", raw, **headers)
    assert answer.json["button_count"] == 2


def test_xml_out(service: Service) -> None:
    service.organisation()
    answer = service.call("get_buttons", {"buttons_data": "<Yes>|No & no"}, headers=AS_XML)
    root = tree(answer)
    assert root.findtext("success") == "true"
    assert root.findtext("buttons/button_1") == "<Yes>"
    assert answer.headers["Vary"] == "Accept"


def test_xml_both_ways_with_numbers_and_lists(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    openai.say_choices("One", "Two")
    raw = (
        b"<request><messages><item><role>user</role><content>Count</content></item></messages>"
        b"<n>2</n><temperature>0.5</temperature><model>gpt-4o</model></request>"
    )
    root = tree(post_xml(service, "chat", raw, Accept="application/xml"))
    assert [item.text for item in root.findall("responses/item")] == ["One", "Two"]
    assert openai.last.body["temperature"] == 0.5


def test_errors_are_xml_too(service: Service) -> None:
    service.organisation()
    answer = service.call("get_buttons", {"buttons_data": ""}, headers=AS_XML)
    assert answer.status == 400
    root = tree(answer)
    assert root.findtext("success") == "false"
    assert root.findtext("error/type") == "empty_input"
    assert root.findtext("buttons") == root.findtext("error/message")
    assert root.findtext("request_id") == answer.headers["X-Request-ID"]


@pytest.mark.parametrize(
    ("function", "token", "status"), [("get_button", None, 401), ("no_such", "wrong", 401)]
)
def test_errors_before_the_function_are_xml_too(
    service: Service, function: str, token: str | None, status: int
) -> None:
    service.organisation()
    answer = service.call(function, {}, token=token, headers=AS_XML)
    assert answer.status == status
    assert tree(answer).findtext("error/type") == "unauthorized"
    assert "WWW-Authenticate" in answer.headers


def test_an_unknown_function_is_xml_too(service: Service) -> None:
    service.organisation()
    answer = service.call("get_button", {}, headers=AS_XML)
    assert answer.status == 404
    assert "get_buttons" in (tree(answer).findtext("error/message") or "")


@pytest.mark.parametrize("raw", [BOMB, b"<a><b></a>", b"", b"{}"])
def test_what_is_no_safe_xml_is_refused(service: Service, raw: bytes) -> None:
    service.organisation()
    answer = post_xml(service, "get_buttons", raw)
    assert (answer.status, answer.error["type"]) == (400, "invalid_json")


def test_failure_status_works_in_xml(service: Service) -> None:
    service.organisation()
    raw = b"<r><buttons_data/><failure_status>200</failure_status></r>"
    answer = post_xml(service, "get_buttons", raw, Accept="application/xml")
    assert answer.status == 200
    assert tree(answer).findtext("success") == "false"


def test_a_media_type_that_is_neither_is_refused(service: Service) -> None:
    service.organisation()
    headers = {"Content-Type": "text/csv"}
    answer = post_xml(service, "get_buttons", b"a,b", **headers)
    assert (answer.status, answer.error["type"]) == (415, "unsupported_media_type")


def test_a_page_is_no_xml(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    answer = service.call("generate_image", {"prompt": "A kite"}, headers=AS_XML)
    root = tree(answer)
    assert root.findtext("url") == root.findtext("urls/item")


@pytest.mark.parametrize(
    ("accept", "has_page", "form"),
    [
        ("application/json", True, JSON),
        ("*/*", True, JSON),
        ("text/html, application/xml", True, HTML),
        ("application/xml, text/html;q=0.9", True, XML),
        ("application/xml", False, XML),
        ("text/xml", False, XML),
        ("application/json;q=0.5, application/xml;q=0.9", False, XML),
        ("application/xml;q=0.5, application/json", False, JSON),
        ("application/json, application/xml", False, JSON),
        ("application/xml;q=0, */*", False, JSON),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True, HTML),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False, JSON),
        ("image/png", False, JSON),
        ("", True, JSON),
        ("nonsense;;q=,", True, JSON),
    ],
)
def test_what_an_accept_header_likes_best(accept: str, has_page: bool, form: str) -> None:
    assert wanted(accept, has_page) == form


@pytest.mark.parametrize(
    "messages",
    [
        "<role>user</role><content>Hi</content>",
        "<item><role>user</role><content>Hi</content></item>",
        "<role>user</role><content><type>text</type><text>Hi</text></content>",
    ],
)
def test_a_single_message_needs_no_list(
    service: Service, openai: FakeOpenAI, messages: str
) -> None:
    service.organisation(openai)
    raw = f"<chat><messages>{messages}</messages></chat>".encode()
    answer = service.call("chat", None, raw=raw, headers={"Content-Type": "application/xml"})
    assert answer.status == 200, answer.body
    [said] = openai.last.body["messages"]
    assert said["role"] == "user"
    assert text_of(said["content"]) == "Hi"
