"""The known retirements: the data file and how names resolve in it."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from flowhook.providers import retirements
from tests.fakes.openai import FakeOpenAI

ROWS = json.loads(Path(retirements.__file__).with_name("retirements.json").read_text())
TODAY = datetime.date(2026, 11, 20)


def test_file_is_sorted_by_date_and_names_each_model_once() -> None:
    assert sorted(ROWS, key=lambda row: (row["date"], row["model"])) == ROWS
    assert len({row["model"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["model"])
def test_each_entry_is_whole_and_its_successor_outlives_it(row: dict[str, str | None]) -> None:
    assert set(row) == {"model", "date", "successor", "source"}
    assert row["source"]
    found = retirements.retirement(str(row["model"]))
    assert found is not None
    assert found.date.isoformat() == row["date"]
    if found.successor is not None:
        after = retirements.retirement(found.successor)
        assert after is None or after.date > found.date


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["model"])
def test_the_fake_agrees_on_dates_and_serves_the_successors(row: dict[str, str | None]) -> None:
    with FakeOpenAI() as fake:
        models = fake.world.models
        gone = models.known[str(row["model"])]
        assert gone.shutdown_date is not None
        assert gone.shutdown_date.isoformat() == row["date"]
        if row["successor"] is not None:
            assert models.get(row["successor"]).kind == gone.kind


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("gpt-4o-mini-tts-2025-12-15", "gpt-4o-mini-tts"),
        ("gpt-4-0613", "gpt-4"),
        ("gpt-3.5-turbo-0125", "gpt-3.5-turbo"),
        ("o3-2025-04-16", "o3"),
        ("gpt-image-1.5-2025-12-16", "gpt-image-1.5"),
        ("dall-e-3", "dall-e-3"),
    ],
)
def test_snapshots_go_with_their_family(model: str, family: str) -> None:
    found = retirements.retirement(model)
    assert found is not None
    assert found.model == family


@pytest.mark.parametrize(
    "model", ["gpt-6-luna", "gpt-5.4-mini", "gpt-4o-realtime", "", "2024-08-06", "gpt-4o-latest"]
)
def test_other_models_are_not_known_to_retire(model: str) -> None:
    assert retirements.retirement(model) is None
    assert retirements.successor(model) is None


def test_successors() -> None:
    assert retirements.successor("gpt-4o-2024-11-20") == "gpt-6-luna"
    assert retirements.successor("whisper-1") == "gpt-transcribe"
    assert retirements.successor("dall-e-3") == "gpt-image-2.5-flare"
    assert retirements.successor("tts-1") is None
    assert retirements.successor("gpt-3.5-turbo") == "gpt-5.6-terra"
    assert retirements.successor("gpt-5.1") is None


def test_retiring_lists_what_is_gone_or_goes_soon_under_the_name_asked_for() -> None:
    asked = ["gpt-4o-2024-08-06", "gpt-6-luna", "dall-e-3", "gpt-5-mini", "dall-e-3"]
    soon = retirements.retiring(asked, TODAY, within_days=30)
    assert [entry.model for entry in soon] == ["dall-e-3", "gpt-5-mini"]
    later = retirements.retiring(asked, TODAY, within_days=55)
    assert [entry.model for entry in later] == ["dall-e-3", "gpt-5-mini", "gpt-4o-2024-08-06"]
    assert later[-1].successor == "gpt-6-luna"
    assert retirements.retiring(asked, TODAY, within_days=54) == soon
