"""Explores flows in their short form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flowhook.errors import NotFound
from flows.exploring.exploration import explore
from flows.play.standalone import StandaloneServices
from tests.flows.building import export_of

Json = dict[str, Any]


def pretend(name: str) -> Mapping[str, Any]:
    if name != "ask":
        raise NotFound(f"there is no webhook function {name!r}")
    return {"success": True, "answer": "example"}


def explored(*flows: Json, personas: Sequence[str] = (), most: int = 50) -> Json:
    """What the exploration of the first flow tells."""
    export = export_of(list(flows))
    services = StandaloneServices()
    services.add(export)
    return explore(export.flows[0], services, pretend, personas, most)


def missed(found: Json) -> set[tuple[str, str]]:
    return {(one["node"], one.get("category", "")) for one in found["coverage"]["missed"]}


def turns(found: Json, persona: str = "") -> list[Any]:
    return [one["turns"] for one in found["proposals"] if one["persona"] == persona]
