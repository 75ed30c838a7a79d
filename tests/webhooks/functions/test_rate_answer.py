"""The webhook function rate_answer through the front door."""

from __future__ import annotations

import pytest

from tests.answers.api.test_approved_routes import PATH, acme, add
from tests.fixtures_app import Service

__all__ = ["acme"]


@pytest.mark.parametrize(
    ("thumbs", "counted"), [("up", "up"), ("👍", "up"), ("NO", "down"), ("👎", "down")]
)
def test_a_thumb_is_counted(acme: Service, thumbs: str, counted: str) -> None:
    answer_id = add(acme)
    rated = acme.call("rate_answer", {"answer_id": answer_id, "thumbs": thumbs})
    assert rated.json == {"success": True, "thumbs": counted}
    shown = acme.admin("GET", f"{PATH}/{answer_id}").json["thumbs"]
    assert shown == {"up": 0, "down": 0, counted: 1}


def test_what_cannot_be_counted(acme: Service) -> None:
    answer_id = add(acme)
    for body, status in (
        ({"answer_id": "gone", "thumbs": "up"}, 404),
        ({"answer_id": answer_id, "thumbs": "perhaps"}, 400),
        ({"answer_id": "@results.answer.answer_id", "thumbs": "up"}, 400),
        ({"answer_id": answer_id}, 400),
    ):
        assert acme.call("rate_answer", body).status == status
    acme.admin("DELETE", f"{PATH}/{answer_id}")
    assert acme.call("rate_answer", {"answer_id": answer_id, "thumbs": "up"}).status == 404
