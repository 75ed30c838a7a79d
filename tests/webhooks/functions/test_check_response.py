"""The webhook function check_response through the front door."""

from __future__ import annotations

import pytest

from tests.fixtures_app import Service


@pytest.mark.parametrize(
    ("right", "given", "same"),
    [
        ("Paris", "Paris", True),
        ("Paris", "paris", False),
        ("Paris", "Paris ", False),
        ("Paris", "London", False),
        ("caf\u00e9", "cafe\u0301", True),
        ("caf\u00e9", "cafe", False),
        ("\u0958", "\u0915\u093c", True),
        (7, "7", True),
        (True, "true", True),
    ],
)
def test_letter_for_letter(
    service: Service, right: str | int, given: str | int, same: bool
) -> None:
    service.organisation()
    body = {"correct_response": right, "user_response": given}
    answer = service.call("check_response", body)
    assert answer.status == 200
    assert answer.json == {"success": True, "response": same}


@pytest.mark.parametrize("name", ["correct_response", "user_response"])
@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("", "empty_input"),
        (None, "empty_input"),
        ("@results.answer", "unresolved_variable"),
        ("@contact.fields.city", "unresolved_variable"),
        ("@results.शहर", "unresolved_variable"),
        ("x" * 4_097, "invalid_input"),
        ([1], "invalid_input"),
        ({"a": 1}, "invalid_input"),
    ],
)
def test_what_is_no_text_is_named(service: Service, name: str, value: object, kind: str) -> None:
    service.organisation()
    body = {"correct_response": "Paris", "user_response": "Paris", name: value}
    answer = service.call("check_response", body)
    assert answer.status == 400
    assert answer.error["type"] == kind
    assert set(answer.error["fields"]) == {name}
    assert answer.json["response"] == answer.error["message"]


def test_both_missing_fields_are_named(service: Service) -> None:
    service.organisation()
    answer = service.call("check_response", {})
    assert set(answer.error["fields"]) == {"correct_response", "user_response"}
