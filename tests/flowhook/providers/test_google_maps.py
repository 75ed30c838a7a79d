"""Google's Geocoding API: what is tried again, and how failures on the way are named."""

from __future__ import annotations

import pytest

from flowhook.errors import ProviderError, ProviderTimeout, ProviderUnavailable
from flowhook.providers.google_maps import GoogleMapsClient
from flowhook.providers.transport import (
    ConnectionBroken,
    HttpReply,
    TimedOut,
    TransportError,
    Unreachable,
)

FOUND = HttpReply(200, {}, b'{"results": [{"formatted_address": "Here"}], "status": "OK"}')


class Scripted:
    """A transport that gives one answer after another."""

    def __init__(self, *answers: HttpReply | TransportError) -> None:
        self.answers = list(answers)
        self.urls: list[str] = []

    def send(
        self, method: str, url: str, headers: object, body: object, timeout_seconds: float
    ) -> HttpReply:
        assert 0 < timeout_seconds <= 10
        self.urls.append(url)
        answer = self.answers.pop(0)
        if isinstance(answer, TransportError):
            raise answer
        return answer


def test_the_point_is_written_without_exponents() -> None:
    transport = Scripted(FOUND)
    client = GoogleMapsClient("key", transport)
    assert client.addresses(0.00001, -0.0000001)[0]["formatted_address"] == "Here"
    assert transport.urls == [
        "https://maps.googleapis.com/maps/api/geocode/json?latlng=0.0000100%2C-0.0000001&key=key"
    ]


@pytest.mark.parametrize(
    "first", [Unreachable("x"), ConnectionBroken("x"), HttpReply(503, {}, b"oops")]
)
def test_what_may_pass_is_tried_twice_more(first: HttpReply | TransportError) -> None:
    pauses: list[float] = []
    client = GoogleMapsClient("key", Scripted(first, first, FOUND), sleep=pauses.append)
    assert client.addresses(1, 2)
    assert pauses == [0.5, 0.5]


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (Unreachable("x"), ProviderUnavailable),
        (ConnectionBroken("x"), ProviderError),
        (HttpReply(500, {}, b""), ProviderError),
    ],
)
def test_what_lasts_is_an_error(
    failure: HttpReply | TransportError, error: type[Exception]
) -> None:
    transport = Scripted(failure, failure, failure)
    with pytest.raises(error):
        GoogleMapsClient("key", transport, sleep=lambda seconds: None).addresses(1, 2)
    assert transport.answers == []


def test_a_time_out_is_not_tried_again() -> None:
    transport = Scripted(TimedOut("x"), FOUND)
    with pytest.raises(ProviderTimeout):
        GoogleMapsClient("key", transport).addresses(1, 2)
