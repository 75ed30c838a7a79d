"""Every field and option of Glific, SAP and Contentstack that docs/author.md names is posted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.fakes.google_maps import FakeGoogleMaps
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import OpenService
from tests.webhooks.coming_from import contentstack, glific, sap
from tests.webhooks.coming_from.posting import Case, World, rows

SYSTEMS = {
    "From Glific": glific.CASES,
    "From SAP Cloud Integration": sap.CASES,
    "From Contentstack": contentstack.CASES,
}


@pytest.fixture
def world(
    open_service: OpenService,
    fake_redis: redis.Redis,
    openai: FakeOpenAI,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[World]:
    with FakeGoogleMaps() as maps:
        service = open_service(fake_redis, google_maps_url=maps.url)
        service.organisation(openai)
        yield World(service, openai, maps, monkeypatch, tmp_path)


@pytest.mark.parametrize("system", SYSTEMS)
def test_each_row_is_posted_once(system: str) -> None:
    written = rows(system)
    assert len(set(written)) == len(written)
    assert set(written) == set(SYSTEMS[system])


@pytest.mark.parametrize(
    ("row", "case"),
    [
        pytest.param(row, case, id=f"{system.removeprefix('From ')} {row}")
        for system, cases in SYSTEMS.items()
        for row, case in cases.items()
    ],
)
def test_it_works_here_as_the_table_says(world: World, row: str, case: Case) -> None:
    case(world)
