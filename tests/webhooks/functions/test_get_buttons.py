"""The webhook function get_buttons through the front door."""

from __future__ import annotations

import pytest

from tests.fixtures_app import Service


@pytest.mark.parametrize(
    ("given", "titles"),
    [
        ("Yes|No", ["Yes", "No"]),
        (" Yes | No |  Later ", ["Yes", "No", "Later"]),
        ("Only", ["Only"]),
        ("Yes||No|", ["Yes", "No"]),
        ("हाँ|नहीं", ["हाँ", "नहीं"]),
        (7, ["7"]),
    ],
)
def test_titles_are_numbered(service: Service, given: str | int, titles: list[str]) -> None:
    service.organisation()
    answer = service.call("get_buttons", {"buttons_data": given})
    assert answer.status == 200
    assert answer.json == {
        "success": True,
        "buttons": {f"button_{place}": title for place, title in enumerate(titles, start=1)},
        "button_count": len(titles),
        "is_valid": True,
    }


@pytest.mark.parametrize("given", ["", "   ", "|", " | | ", None])
def test_no_title_is_empty_input(service: Service, given: str | None) -> None:
    service.organisation()
    answer = service.call("get_buttons", {"buttons_data": given})
    assert answer.status == 400
    assert answer.error["type"] == "empty_input"
    assert "buttons_data" in answer.error["fields"]
    assert answer.json["buttons"] == answer.error["message"]


def test_the_field_is_required(service: Service) -> None:
    service.organisation()
    answer = service.call("get_buttons", {})
    assert answer.status == 400
    assert answer.error["fields"] == {"buttons_data": ["Missing data for required field."]}


def test_an_unset_variable_is_named(service: Service) -> None:
    service.organisation()
    answer = service.call("get_buttons", {"buttons_data": "@results.sheet.buttons"})
    assert answer.error["type"] == "unresolved_variable"
    assert "@results.sheet.buttons" in answer.error["message"]


def test_it_needs_no_account(service: Service) -> None:
    service.organisation(is_active=False)
    assert service.call("get_buttons", {"buttons_data": "Yes|No"}).status == 200
