from __future__ import annotations

import re

from tests.fixtures_app import Service
from tests.web.visitor import signed_in

TOKENS = "/organisations/acme/tokens"


def test_a_token_is_shown_once_and_works(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    made = visitor.post(TOKENS, {"scope": "webhook", "label": "ग्लिफ़िक"})
    found = re.search(r"fh\.acme\.[\w-]+\.[\w-]+", made.html)
    assert found
    assert service.call("get_buttons", {"buttons_data": "Yes|No"}, token=found[0]).status == 200
    again = visitor.get(TOKENS)
    assert found[0] not in again.html
    assert "ग्लिफ़िक" in again.text


def test_a_revoked_token_no_longer_works(service: Service) -> None:
    tenant = service.organisation()
    visitor = signed_in(service)
    token_id = tenant.webhook_token.split(".")[2]
    revoked = visitor.post(f"{TOKENS}/{token_id}/revoke")
    assert revoked.headers["Location"] == f"{TOKENS}?done=revoked"
    assert service.call("get_buttons", {"buttons_data": "Yes|No"}).status == 401
    assert visitor.post(f"{TOKENS}/{token_id}/revoke").status == 404


def test_a_token_without_scope_is_refused_beside_the_field(service: Service) -> None:
    service.organisation()
    refused = signed_in(service).post(TOKENS, {"label": "x"})
    assert refused.status == 400
    assert "Missing data for required field." in refused.text
