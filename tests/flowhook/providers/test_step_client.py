"""The steps of a call: within its time, and without the key at foreign addresses."""

from __future__ import annotations

import time

import pytest

from flowhook import errors
from flowhook.providers.step_client import StepClient
from flowhook.providers.steps import NoProviderJobs
from flowhook.providers.transport import Transport
from tests.fakes import web


def steps(transport: Transport, seconds: float, slept: list[float]) -> StepClient:
    def send(*_: object) -> object:
        raise AssertionError("nothing is sent with the key")

    return StepClient(send, transport, NoProviderJobs(), slept.append, time.monotonic() + seconds)  # type: ignore[arg-type]


def test_links_are_used_without_the_key(transport: Transport) -> None:
    with web.serve(web.answer(b"kept", "201 Created")) as server:
        url = f"http://127.0.0.1:{server.port}/in"
        client = steps(transport, 30, [])
        client.put_link(url, {"X-Kind": "file"}, b"content")
        assert client.get_link(url).body == b"kept"
    put, get = server.requests
    assert put.startswith("PUT /in ") and put.endswith("content") and "X-Kind: file" in put
    assert get.startswith("GET /in ")
    assert "key" not in put + get


def test_a_storage_that_refuses_is_the_providers_failure(transport: Transport) -> None:
    with (
        web.serve(web.answer(b"<Error/>", "403 Forbidden")) as server,
        pytest.raises(errors.ProviderError),
    ):
        steps(transport, 30, []).get_link(f"http://127.0.0.1:{server.port}/out")


def test_no_step_outlives_the_call(transport: Transport) -> None:
    slept: list[float] = []
    client = steps(transport, -1, slept)
    assert not client.has_time
    client.pause(5)
    assert slept == [0.0]
    with pytest.raises(errors.ProviderTimeout):
        client.get_link("http://127.0.0.1:9/out")
