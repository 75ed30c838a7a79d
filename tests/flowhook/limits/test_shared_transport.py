"""Connections to providers, shared among organisations."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from flowhook.errors import Overloaded
from flowhook.limits.fair_shares import FairShares
from flowhook.limits.shared_transport import MOST_REQUESTS, SharedTransport
from flowhook.providers.gevent_transport import GeventTransport
from flowhook.providers.pooled_transport import PooledTransport
from tests.fakes.openai import FakeOpenAI, faults
from tests.waiting import wait_for

MOST = 3


def test_an_organisation_that_hangs_leaves_connections_to_others(openai: FakeOpenAI) -> None:
    gate = threading.Event()
    openai.fail(faults.held(gate), times=MOST)
    shares, pooled = FairShares(MOST), PooledTransport()
    acme, other = (SharedTransport(pooled, shares, org) for org in ("acme", "other"))
    url, headers = f"{openai.base_url}/models", {"Authorization": f"Bearer {openai.key}"}
    with ThreadPoolExecutor(MOST) as pool:
        held = [pool.submit(acme.send, "GET", url, headers, None, 30.0) for _ in range(MOST)]
        wait_for(lambda: openai.in_flight == MOST, "the requests to be held")
        with pytest.raises(Overloaded, match="acme"):
            acme.send("GET", url, headers, None, 30.0)
        assert other.send("GET", url, headers, None, 30.0).status == 200
        gate.set()
        assert {future.result().status for future in held} == {200}
    assert acme.send("GET", url, headers, None, 30.0).status == 200
    assert shares.free == shares.places


def test_a_pool_holds_the_requests_of_all() -> None:
    """So nobody ever waits for a connection that another holds."""
    assert GeventTransport().pool_size >= FairShares(MOST_REQUESTS).places
