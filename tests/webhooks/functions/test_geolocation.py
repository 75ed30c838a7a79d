"""The webhook function geolocation through the front door."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from tests.fakes.google_maps import KEY, FakeGoogleMaps, address, component
from tests.fixtures_app import OpenService, Service

BENGALURU = address(
    "MG Road, Ashok Nagar, Bengaluru, Karnataka 560001, India",
    component("Ashok Nagar", "sublocality", "sublocality_level_1"),
    component("Bengaluru", "locality"),
    component("Bangalore Urban", "administrative_area_level_3"),
    component("Bangalore Division", "administrative_area_level_2"),
    component("Karnataka", "administrative_area_level_1"),
    component("India", "country"),
    component("560001", "postal_code"),
)
POINT = {"lat": 12.9716, "long": 77.5946}


@pytest.fixture
def maps() -> Iterator[FakeGoogleMaps]:
    with FakeGoogleMaps() as fake:
        fake.place(12.9716, 77.5946, BENGALURU)
        yield fake


@pytest.fixture
def located(open_service: OpenService, fake_redis: redis.Redis, maps: FakeGoogleMaps) -> Service:
    """A service whose Google Maps is the fake, with an organisation that has a key there."""
    service = open_service(fake_redis, google_maps_url=maps.url)
    service.organisation()
    stored = service.operator("PUT", "/settings/acme/google_maps", {"api_key": KEY})
    assert stored.status == 201
    return service


def test_every_part_is_named(located: Service) -> None:
    assert located.call("geolocation", POINT).json == {
        "success": True,
        "city": "Bengaluru",
        "state": "Karnataka",
        "country": "India",
        "postal_code": "560001",
        "district": "Bangalore Urban",
        "ward": "Ashok Nagar",
        "address": "MG Road, Ashok Nagar, Bengaluru, Karnataka 560001, India",
    }


@pytest.mark.parametrize(("lat", "long"), [("12.9716", "77.5946"), (" 12.9716 ", 77.5946)])
def test_coordinates_may_be_text(located: Service, lat: Any, long: Any) -> None:
    answer = located.call("geolocation", {"lat": lat, "long": long})
    assert answer.json["city"] == "Bengaluru"


def test_missing_parts_are_not_null(located: Service, maps: FakeGoogleMaps) -> None:
    maps.place(1.5, 2.5, address("Somewhere", component("Benin", "country")))
    answer = located.call("geolocation", {"lat": 1.5, "long": 2.5}).json
    assert answer["country"] == "Benin"
    for part in ("city", "state", "postal_code", "district", "ward"):
        assert answer[part] == "N/A"


def test_a_part_comes_from_the_first_address_that_has_it(
    located: Service, maps: FakeGoogleMaps
) -> None:
    code = address("XX11+11 Bengaluru", component("Bengaluru", "locality"), kind="plus_code")
    division = component("Bangalore Division", "administrative_area_level_2")
    maps.place(1, 2, code, address("Mysuru", component("Mysuru", "locality"), division))
    answer = located.call("geolocation", {"lat": 1, "long": 2}).json
    assert answer["city"] == "Bengaluru"
    assert answer["district"] == "Bangalore Division"
    assert answer["address"] == "XX11+11 Bengaluru"


def test_a_point_without_an_address_is_named(located: Service) -> None:
    answer = located.call("geolocation", {"lat": 0, "long": 0})
    assert (answer.status, answer.error["type"]) == (400, "invalid_input")
    assert answer.json["address"] == answer.error["message"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"lat": "", "long": 1}, "empty_input"),
        ({"lat": None, "long": 1}, "empty_input"),
        ({"lat": "@results.place.latitude", "long": 1}, "unresolved_variable"),
        ({"lat": "north", "long": 1}, "invalid_input"),
        ({"lat": 91, "long": 1}, "invalid_input"),
        ({"lat": 1, "long": -180.5}, "invalid_input"),
        ({"lat": "nan", "long": 1}, "invalid_input"),
        ({"lat": True, "long": 1}, "invalid_input"),
        ({"long": 1}, "empty_input"),
    ],
)
def test_wrong_coordinates_are_named(
    located: Service, maps: FakeGoogleMaps, body: dict[str, Any], kind: str
) -> None:
    answer = located.call("geolocation", body)
    assert (answer.status, answer.error["type"]) == (400, kind)
    assert maps.asked == []


@pytest.mark.parametrize(
    ("google", "status", "kind"),
    [
        ("REQUEST_DENIED", 502, "invalid_api_key"),
        ("OVER_QUERY_LIMIT", 429, "provider_rate_limited"),
        ("OVER_DAILY_LIMIT", 502, "insufficient_quota"),
        ("INVALID_REQUEST", 502, "provider_rejected"),
        ("SOMETHING_NEW", 502, "invalid_response"),
    ],
)
def test_every_status_has_its_type(
    located: Service, maps: FakeGoogleMaps, google: str, status: int, kind: str
) -> None:
    maps.fail_next(google)
    answer = located.call("geolocation", POINT)
    assert (answer.status, answer.error["type"]) == (status, kind)


def test_the_key_is_never_repeated(located: Service, maps: FakeGoogleMaps) -> None:
    maps.keys.clear()
    answer = located.call("geolocation", POINT)
    assert answer.error["type"] == "invalid_api_key"
    assert KEY.encode() not in answer.body


def test_the_quota_is_googles(located: Service, maps: FakeGoogleMaps) -> None:
    maps.quota = 1
    assert located.call("geolocation", POINT).status == 200
    answer = located.call("geolocation", POINT)
    assert answer.status == 429
    assert answer.headers["Retry-After"] == "1"


def test_what_passes_is_tried_again(located: Service, maps: FakeGoogleMaps) -> None:
    maps.fail_next("UNKNOWN_ERROR")
    assert located.call("geolocation", POINT).json["city"] == "Bengaluru"


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"status": "OK"}', b'{"status": 7}'])
def test_an_answer_of_another_shape_is_invalid(
    located: Service, maps: FakeGoogleMaps, body: bytes
) -> None:
    maps.say_next(body)
    answer = located.call("geolocation", POINT)
    assert (answer.status, answer.error["type"]) == (502, "invalid_response")


def test_without_a_key_nobody_is_asked(service: Service) -> None:
    service.organisation()
    answer = service.call("geolocation", POINT)
    assert (answer.status, answer.error["type"]) == (403, "missing_api_key")
    assert "google_maps" in answer.error["fix"]
