"""The webhook function geolocation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from marshmallow import fields

from webhooks.fields import FunctionSchema, Number, ResultSchema
from webhooks.leaving import PLACE
from webhooks.registry import Context, webhook

# Which of Google's component types a part is taken from, the first that an address has.
PARTS = {
    "city": ("locality", "postal_town"),
    "state": ("administrative_area_level_1",),
    "country": ("country",),
    "postal_code": ("postal_code",),
    "district": ("administrative_area_level_3", "administrative_area_level_2"),
    "ward": ("administrative_area_level_4", "sublocality_level_1", "sublocality", "neighborhood"),
}


class GeolocationSchema(FunctionSchema):
    lat = Number(
        -90,
        90,
        required=True,
        metadata={"description": "Latitude in degrees, -90 to 90.", "example": 12.9716},
    )
    long = Number(
        -180,
        180,
        required=True,
        metadata={"description": "Longitude in degrees, -180 to 180.", "example": 77.5946},
    )


def _part(description: str, example: str) -> fields.String:
    return fields.String(
        metadata={"description": f"{description}, or N/A.", "example": example},
    )


class GeolocationResultSchema(ResultSchema):
    city = _part("The town", "Bengaluru")
    state = _part("The state or province", "Karnataka")
    country = _part("The country", "India")
    postal_code = _part("The postal code", "560001")
    district = _part("The district", "Bangalore Urban")
    ward = _part("The ward or quarter", "Ashok Nagar")
    address = _part("The whole address", "MG Road, Ashok Nagar, Bengaluru, Karnataka 560001, India")


@webhook(
    fields=GeolocationSchema,
    result=GeolocationResultSchema,
    main="address",
    example={"lat": "12.9716", "long": "77.5946"},
    spends_tokens=False,
    leaves=(PLACE,),
)
def geolocation(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Find the name of the place at a latitude and longitude.

    Use it when a contact sent a location: pass `@results.<name>.latitude` and `.longitude` as
    `lat` and `long`, and read `@results.<result_name>.city` and so on. The address is the most
    exact one that Google knows. A part that it lacks is taken from the next address that has it;
    if none has it, it is `N/A`. Needs the organisation's google_maps settings: an API key for the
    Geocoding API.

    Errors: empty_input, unresolved_variable, invalid_input (also if no address is known
    there), missing_api_key, invalid_api_key, insufficient_quota, provider_rate_limited,
    provider_unavailable, provider_timeout.
    Source: https://developers.google.com/maps/documentation/geocoding/requests-reverse-geocoding
    """
    found = context.google_maps().addresses(data["lat"], data["long"])
    parts = {name: _find(found, types) for name, types in PARTS.items()}
    return {**parts, "address": _text(found[0].get("formatted_address"))}


def _find(addresses: Iterable[Mapping[str, Any]], wanted: Sequence[str]) -> str | None:
    """The first name of a wanted type, in the first address that has one."""
    for address in addresses:
        names = _names(address)
        for kind in wanted:
            if kind in names:
                return names[kind]
    return None


def _names(address: Mapping[str, Any]) -> dict[str, str]:
    """An address's components by type; of two the first, which is the more exact."""
    names: dict[str, str] = {}
    components = address.get("address_components")
    for component in components if isinstance(components, list) else ():
        if not isinstance(component, dict):
            continue
        name, types = _text(component.get("long_name")), component.get("types")
        for kind in types if isinstance(types, list) else ():
            if name and isinstance(kind, str):
                names.setdefault(kind, name)
    return names


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
