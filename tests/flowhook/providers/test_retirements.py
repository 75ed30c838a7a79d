"""The known retirements: the data file and how names resolve in it."""

from __future__ import annotations

import datetime
import json
import re
import typing
from pathlib import Path
from typing import Any

import pytest
from openai import types
from openai.types.audio.speech_model import SpeechModel
from openai.types.realtime import RealtimeSessionCreateRequest
from openai.types.shared import ResponsesModel

from flowhook.providers import retirements
from tests.fakes.openai import FakeOpenAI

RealtimeModel = RealtimeSessionCreateRequest.model_fields["model"].annotation
GROUPS = json.loads(Path(retirements.__file__).with_name("retirements.json").read_text())
ROWS = [{**group, "model": model} for group in GROUPS if group["date"] for model in group["models"]]
TODAY = datetime.date(2026, 11, 20)
A_YEAR_ON = datetime.date(2027, 11, 28)
ANNOUNCEMENT = re.compile(r'^- ((?:"[^"]+",?\s+)*"[^"]+"):\s+(.*?)(?=^- |\Z)', re.M | re.S)
OTHER_ENDPOINT = re.compile(r"gpt-(4o-)?(mini-)?audio")
"""Models that talk in chats, which nothing here asks for."""


def known_ids(alias: Any) -> set[str]:
    """The ids in a type of the openai package, a union of literals."""
    if typing.get_origin(alias) is typing.Literal:
        return set(typing.get_args(alias))
    return {name for part in typing.get_args(alias) for name in known_ids(part)}


def dated_ids(text: str) -> dict[str, str]:
    """The shut-down date of each id, as the package's docstrings announce them."""
    found: dict[str, str] = {}
    for ids, words in re.findall(
        r'^- ((?:"[^"]+",?\s+)*"[^"]+"):\s+(.*?)(?=^- |\Z)', text, re.M | re.S
    ):
        announced = re.search(r"\d{4}-\d{2}-\d{2}", " ".join(words.split()))
        if announced:
            found |= dict.fromkeys(re.findall(r'"([^"]+)"', ids), announced[0])
    return found


@pytest.mark.parametrize(
    "alias",
    [
        types.ChatModel,
        types.ImageModel,
        types.AudioModel,
        SpeechModel,
        ResponsesModel,
        RealtimeModel,
    ],
    ids=lambda alias: str(alias)[:40],
)
def test_each_model_of_the_openai_package_is_known(alias: Any) -> None:
    ids = known_ids(alias)
    assert len(ids) > 3
    assert [model for model in ids if not retirements.is_known(model)] == []


@pytest.mark.parametrize(
    "module",
    [
        "shared/chat_model",
        "audio_model",
        "audio/speech_model",
        "realtime/realtime_session_create_request",
    ],
)
def test_dates_are_those_of_the_openai_package(module: str) -> None:
    text = (Path(types.__file__).parent / f"{module}.py").read_text()
    dated = dated_ids(re.sub(r"^ {4}", "", text, flags=re.M))
    assert len(dated) > 3
    found = {model: retirements.retirement(model) for model in dated}
    assert {model: entry and entry.date.isoformat() for model, entry in found.items()} == dated


def test_groups_are_sorted_by_date_and_name_each_model_once() -> None:
    assert sorted(GROUPS, key=lambda group: group["date"] or "") == GROUPS
    names = [model for group in GROUPS for model in group["models"]]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["model"])
def test_what_goes_within_a_year_has_a_successor_that_stays(row: dict[str, str]) -> None:
    entry = retirements.retirement(row["model"])
    assert entry is not None
    if entry.date > A_YEAR_ON or OTHER_ENDPOINT.search(entry.model):
        return
    assert entry.successor is not None
    assert retirements.is_known(entry.successor)
    assert retirements.retirement(entry.successor) is None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["model"])
def test_each_entry_is_whole_and_its_successor_outlives_it(row: dict[str, str | None]) -> None:
    assert set(row) == {"model", "models", "date", "successor", "source"}
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
        gone = models.known.get(str(row["model"]))
        if gone is None:
            return  # left before the fake's time, or is for /responses alone
        assert gone.shutdown_date is not None
        assert gone.shutdown_date.isoformat() == row["date"]
        if row["successor"] is not None:
            kind = {"completion": "chat", "speech": "realtime"}.get(gone.kind, gone.kind)
            assert models.get(row["successor"]).kind == kind


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-4o-2030-08-06", "gpt-4o"),
        ("gpt-4o-mini-tts-2030-12-15", "gpt-4o-mini-tts"),
        ("gpt-4-0999", "gpt-4"),
        ("gpt-image-1.5-2025-12-16", "gpt-image-1.5"),
        ("gpt-4o-2024-05-13", "gpt-4o-2024-05-13"),
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
    for model in ("tts-1", "tts-1-hd", "gpt-4o-mini-tts", "gpt-4o-mini-tts-2025-12-15"):
        assert retirements.successor(model) == "gpt-realtime-2.1-mini"
    assert retirements.successor("gpt-realtime-2025-08-28") == "gpt-realtime-2.1"
    assert retirements.successor("gpt-3.5-turbo") == "gpt-5.6-terra"
    assert retirements.successor("gpt-3.5-turbo-16k") == "gpt-5.6-terra"
    assert retirements.successor("gpt-4-vision-preview") == "gpt-5.6-sol"
    assert retirements.successor("text-davinci-003") == "gpt-5.6-terra"


def test_retiring_lists_what_is_gone_or_goes_soon_under_the_name_asked_for() -> None:
    asked = ["gpt-4o-2024-08-06", "gpt-6-luna", "dall-e-3", "gpt-5-mini", "dall-e-3"]
    soon = retirements.retiring(asked, TODAY, within_days=30)
    assert [entry.model for entry in soon] == ["dall-e-3", "gpt-5-mini"]
    later = retirements.retiring(asked, TODAY, within_days=55)
    assert [entry.model for entry in later] == ["dall-e-3", "gpt-5-mini", "gpt-4o-2024-08-06"]
    assert later[-1].successor == "gpt-6-luna"
    assert retirements.retiring(asked, TODAY, within_days=54) == soon
