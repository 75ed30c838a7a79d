"""Contacts' messages, sheets at the fake Google, the whole service between them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.google import EMAIL, FakeGoogle
from tests.fixtures_app import Service
from tests.flows.sheets.flows import reading_and_writing
from tests.flows.talking import export, publish, say

ROWS = [["Key", "Message"], ["1", "Namaste"]]


@pytest.fixture
def service(google_service: Service) -> Service:
    return google_service


def connect(service: Service, google: FakeGoogle) -> None:
    account = {"service_account": google.account()}
    assert service.operator("PUT", "/settings/acme/google_sheets", account).status == 201


def said(service: Service, contact: str = "7") -> list[str]:
    return [one["text"] for one in say(service, "go", contact).json["messages"]]


def notes(service: Service, contact: str = "7") -> list[dict[str, Any]]:
    shown = service.admin("GET", f"/conversations/acme/{contact}").json["transcript"]
    return [one for one in shown if one.get("type", "").startswith("sheet_")]


def flow(link: str) -> dict[str, Any]:
    return {**reading_and_writing(link), "keywords": ["go"]}


def test_a_row_is_read_and_one_is_written(service: Service, google: FakeGoogle) -> None:
    connect(service, google)
    sheet = google.sheet([list(row) for row in ROWS], editors={EMAIL})
    publish(service, flow(sheet.link))
    assert said(service) == ["[1] [Namaste]"]
    assert sheet.rows[2:] == [["x"]]
    assert [one["type"] for one in notes(service)] == ["sheet_read", "sheet_written"]
    assert not any("error" in one for one in notes(service))


def test_without_an_account_a_shared_sheet_is_read_and_none_is_written(
    service: Service, google: FakeGoogle
) -> None:
    sheet = google.sheet(ROWS, shared=True)
    publish(service, flow(sheet.link))
    assert said(service) == ["failed"]
    read, written = notes(service)
    assert "error" not in read
    assert "no Google service account" in written["error"]
    assert len(sheet.rows) == 2


def test_a_sheet_that_is_not_shared_tells_its_author_what_to_do(
    service: Service, google: FakeGoogle
) -> None:
    publish(service, flow(google.sheet(ROWS).link))
    assert said(service) == ["failed"]
    assert "press Share" in notes(service)[0]["error"]


def test_the_import_says_what_is_missing_until_it_is_there(
    service: Service, google: FakeGoogle
) -> None:
    sheet = google.sheet(ROWS, editors={EMAIL})
    imported = service.admin("POST", "/flows/acme", export(flow(sheet.link))).json["flows"][0]
    assert ["always takes Failure" in one["message"] for one in imported["issues"]] == [True]
    assert service.admin("POST", "/flows/acme/f/publish").status == 409
    connect(service, google)
    published = service.admin("POST", "/flows/acme/f/publish")
    assert (published.status, published.json["issues"]) == (200, [])
