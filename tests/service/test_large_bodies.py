"""Documents that arrive at a web process, as many at once as it has room for."""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.test import Client

from flowhook.http.body_size import MAX_BODY_BYTES
from service.client_waits import ClientWaits
from service.gunicorn_worker import BoundedBody
from service.large_bodies import LargeBodies
from tests.fixtures_app import Service

LARGE = str(MAX_BODY_BYTES + 1)


def test_a_place_is_waited_for_and_comes_back() -> None:
    bodies = LargeBodies(most=3, seconds=0.1)
    taken: list[Callable[[], object]] = []
    for declared in (f"{'0' * 30}{LARGE}", "", "12x"):
        place = bodies.take(declared)
        assert place is not None
        taken.append(place)
    assert bodies.take(LARGE) is None
    assert bodies.take("1000") is not None  # a small one needs none
    taken[0]()
    assert bodies.take(LARGE) is not None
    assert bodies.take(LARGE) is None


def test_a_document_without_a_place_is_told_to_come_again(service: Service) -> None:
    service.organisation()
    service.admin("PUT", "/knowledge/acme/leaflets", {})
    whole = BoundedBody(service.app, 5, ClientWaits(3))
    whole.large = LargeBodies(most=1, seconds=0.0)
    client = Client(whole)

    def send(size: int) -> int:
        body = b'{"title": "a", "text": "%s"}' % (b"fees " * (size // 5))
        headers = {"Authorization": f"Bearer {service.tenant.admin_token}"}
        answer = client.post(
            "/knowledge/acme/leaflets/documents",
            data=body,
            content_type="application/json",
            headers=headers,
        )
        if answer.status_code == 503:
            assert answer.headers["Retry-After"] == "60"
        return answer.status_code

    assert send(1_500_000) == 202
    held = whole.large.take(LARGE)
    assert held is not None
    assert send(1_600_000) == 503
    assert send(1000) == 202
    held()
    assert send(1_600_000) == 202
