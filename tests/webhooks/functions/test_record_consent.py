"""The webhook function record_consent through the front door."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures_app import Service

ASHA = {"contact": {"id": "919812345678", "name": "Asha"}}
PATH = "/contacts/acme/919812345678/consent"


@pytest.fixture
def acme(service: Service) -> Service:
    service.organisation()
    return service


@pytest.mark.parametrize(
    ("given", "consent"),
    [(True, "given"), ("yes", "given"), (False, "withdrawn"), ("No", "withdrawn")],
)
def test_what_the_contact_said_is_recorded(acme: Service, given: Any, consent: str) -> None:
    body = {**ASHA, "flow": {"id": "12"}, "given": given, "purpose": "Answers"}
    assert acme.call("record_consent", body).json == {"success": True, "consent": consent}
    kept = acme.admin("GET", PATH).json
    assert (kept["consent"], kept["how"], kept["by"]) == (consent, "function", "12")
    assert kept["purpose"] == "Answers"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"given": True}, "invalid_input"),
        ({**ASHA, "given": ""}, "empty_input"),
        ({**ASHA}, "invalid_input"),
        ({**ASHA, "given": "perhaps"}, "invalid_input"),
        ({"contact_id": "@contact.id", "given": True}, "invalid_input"),
    ],
)
def test_what_cannot_be_recorded(acme: Service, body: dict[str, Any], error: str) -> None:
    refused = acme.call("record_consent", body)
    assert (refused.status, refused.error["type"]) == (400, error)
    assert acme.admin("GET", PATH).json["consent"] == "none"
