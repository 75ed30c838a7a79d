"""Every page that shows an address of the service says where others may not reach it."""

from __future__ import annotations

import pytest
import redis

from tests.fixtures_app import OpenService
from tests.web.visitor import Page, Visitor

ACME = "/organisations/acme"


def pages(visitor: Visitor) -> dict[str, Page]:
    """Each page with an address, by its part."""
    return {
        "callback": visitor.get(f"{ACME}/settings/whatsapp"),
        "body": visitor.get(f"{ACME}/functions/get_buttons"),
        "sign-in link": visitor.post(f"{ACME}/tokens", {"scope": "viewer", "label": "Asha"}),
    }


@pytest.mark.parametrize(
    ("public_url", "words"),
    [
        (None, "PUBLIC_URL is not set"),
        ("http://flows.example", "PUBLIC_URL is not https"),
        ("https://flows.example", ""),
    ],
)
def test_an_address_that_others_may_not_reach_says_so(
    open_service: OpenService, fake_redis: redis.Redis, public_url: str | None, words: str
) -> None:
    service = open_service(fake_redis, public_url=public_url)
    service.organisation()
    visitor = Visitor(service.app, "https://localhost")
    visitor.sign_in()
    for part, page in pages(visitor).items():
        assert (public_url or "https://localhost") in page.text, part
        assert ("The operator sets PUBLIC_URL" in page.text) == bool(words), part
        assert words in page.text, part
        assert ("/help/install#tls-and-reverse-proxies" in page.html) == bool(words), part
