"""A body over 1 MiB, through the bound that stands before the application."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from werkzeug.test import Client

from service.client_waits import ClientWaits
from service.gunicorn_worker import BoundedBody
from tests.fixtures_app import Service

BODY = b'{"question_text": "' + b"a" * 1024 * 1024 + b'"}'


def test_a_function_says_so_under_its_result_key(service: Service) -> None:
    answer = Client(BoundedBody(service.app, 5, ClientWaits(3))).post(
        "/webhooks/parse_via_chat_gpt", data=BODY
    )
    assert answer.status_code == 413
    assert answer.json is not None
    assert answer.json["error"]["type"] == "too_large"
    assert answer.json["parsed_msg"] == answer.json["error"]["message"]
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


def test_who_speaks_xml_is_told_in_xml(service: Service) -> None:
    headers = {"Accept": "application/xml"}
    client = Client(BoundedBody(service.app, 5, ClientWaits(3)))
    answer = client.post("/webhooks/parse_via_chat_gpt", data=BODY, headers=headers)
    assert answer.status_code == 413
    assert ET.fromstring(answer.data).findtext("error/type") == "too_large"
