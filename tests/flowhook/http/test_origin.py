"""The address that links of ours begin with."""

from __future__ import annotations

import pytest
from flask import Flask

from flowhook.errors import Internal
from flowhook.http.origin import origin


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("https://flows.example.org/", "https://flows.example.org"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
    ],
)
def test_it_is_what_the_call_was_addressed_to(base_url: str, expected: str) -> None:
    with Flask(__name__).test_request_context("/webhooks/x", base_url=base_url):
        assert origin(None) == expected


def test_public_url_goes_before() -> None:
    with Flask(__name__).test_request_context("/", base_url="http://inside:8000/"):
        assert origin("https://flows.example.org/hook") == "https://flows.example.org/hook"


def test_outside_a_call_it_must_be_set() -> None:
    assert origin("https://flows.example.org") == "https://flows.example.org"
    with pytest.raises(Internal) as raised:
        origin(None)
    assert "PUBLIC_URL" in raised.value.fix
