"""Of thousands of fields that nothing knows, an error names some."""

from __future__ import annotations

import pytest

from flowhook.unknown_fields import MAX_NAME, MAX_UNKNOWN
from tests.fixtures_app import Service

MANY = {f"k{n}": 0 for n in range(5_000)}


@pytest.mark.parametrize(
    ("method", "path", "token"),
    [
        ("POST", "/webhooks/get_buttons", "webhook_token"),
        ("PUT", "/settings/acme/openai", "admin_token"),
        ("POST", "/conversations/acme/7/messages", "admin_token"),
    ],
)
def test_few_of_many_unknown_fields_are_named(
    service: Service, method: str, path: str, token: str
) -> None:
    acme = service.organisation()
    headers = {"Authorization": f"Bearer {getattr(acme, token)}"}
    for body, most in ((MANY, MAX_UNKNOWN + 1), ({"n" * 100_000: 0}, 2)):
        answer = service.request(method, path, body, headers=headers)
        assert (answer.status, answer.error["type"]) in (
            (400, "invalid_input"),
            (400, "empty_input"),
        )
        fields = answer.error["fields"]
        assert 0 < len(fields) <= most
        assert all(len(name) <= MAX_NAME for name in fields)
