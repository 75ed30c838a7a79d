"""Prices: what is shipped, and what an operator adds."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from flowhook.config import Config, ConfigError
from flowhook.usage.counters import Count, Row
from flowhook.usage.prices import SHIPPED, Price, Prices
from flowhook.usage.report import report


def test_every_shipped_price_names_its_source() -> None:
    for entry in json.loads(SHIPPED.read_text()):
        assert set(entry) == {"model", "input", "output", "source", "as_of"}
        assert 0 < entry["input"] < entry["output"]
        assert entry["source"]
        assert datetime.date.fromisoformat(entry["as_of"]) < datetime.date(2026, 12, 1)


def test_a_snapshot_costs_what_its_family_does() -> None:
    prices = Prices({"gpt-4o": Price(2.5, 10), "gpt-4o-2024-05-13": Price(5, 15)})
    assert prices.find("gpt-4o-2024-08-06") == Price(2.5, 10)
    assert prices.find("gpt-4o-2024-05-13") == Price(5, 15)
    assert prices.find("gpt-4o-mini") is None
    assert prices.find("") is None


def test_speech_costs_what_sound_costs() -> None:
    assert Prices.load().find("gpt-realtime-2.1-mini") == Price(0.6, 20)
    assert Prices.load().find("gpt-realtime-2.1") == Price(4, 64)


def test_an_operators_file_adds_and_replaces(tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    own = [
        {"model": "gpt-6-luna", "input": 9, "output": 9.5},
        {"model": "local", "input": 0, "output": 0},
    ]
    file.write_text(json.dumps(own))
    prices = Prices.load(file)
    assert prices.find("gpt-6-luna") == Price(9, 9.5)
    assert prices.find("local") == Price(0, 0)
    assert prices.find("gpt-4o-mini") == Price(0.15, 0.6)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "{}",
        "[1]",
        "[{}]",
        '[{"model": "m"}]',
        '[{"model": "m", "input": "1", "output": 1}]',
        '[{"model": "m", "input": true, "output": 1}]',
        '[{"model": "m", "input": 1, "output": -1}]',
        '[{"model": "m", "input": 1, "output": NaN}]',
        '[{"model": "m", "input": 1, "output": 1e999}]',
    ],
)
def test_a_malformed_file_is_one_line_with_the_variable(tmp_path: Path, content: str) -> None:
    file = tmp_path / "prices.json"
    file.write_text(content)
    with pytest.raises(ConfigError, match=r"\APRICES_FILE .+\Z"):
        Prices.load(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    environ = {"DATA_DIR": str(tmp_path), "PRICES_FILE": str(tmp_path / "none.json")}
    with pytest.raises(ConfigError, match=r"\APRICES_FILE must name a file that exists\Z"):
        Config.from_env(environ)


def rows() -> list[Row]:
    return [
        Row("2026-11-19", "chat", "known", Count(2, 1, 1_000_000, 100_000)),
        Row("2026-11-20", "chat", "known", Count(1, 0, 10, 10)),
        Row("2026-11-20", "chat", "unknown", Count(1, 0, 5, 6)),
        Row("2026-11-20", "get_buttons", "", Count(3, 0, 0, 0)),
    ]


EXPECTED: dict[str, list[dict[str, Any]]] = {
    "day": [
        {
            "day": "2026-11-19",
            "calls": 2,
            "errors": 1,
            "input_tokens": 1_000_000,
            "output_tokens": 100_000,
            "cost": 1.5,
        },
        {
            "day": "2026-11-20",
            "calls": 5,
            "errors": 0,
            "input_tokens": 15,
            "output_tokens": 16,
            "cost": 0.00006,
            "unpriced_tokens": 11,
        },
    ],
    "model": [
        {"model": None, "calls": 3, "errors": 0, "input_tokens": 0, "output_tokens": 0},
        {
            "model": "known",
            "calls": 3,
            "errors": 1,
            "input_tokens": 1_000_010,
            "output_tokens": 100_010,
            "cost": 1.50006,
        },
        {
            "model": "unknown",
            "calls": 1,
            "errors": 0,
            "input_tokens": 5,
            "output_tokens": 6,
            "unpriced_tokens": 11,
        },
    ],
    "function": [
        {
            "function": "chat",
            "calls": 4,
            "errors": 1,
            "input_tokens": 1_000_015,
            "output_tokens": 100_016,
            "cost": 1.50006,
            "unpriced_tokens": 11,
        },
        {"function": "get_buttons", "calls": 3, "errors": 0, "input_tokens": 0, "output_tokens": 0},
    ],
}


@pytest.mark.parametrize("by", sorted(EXPECTED))
def test_reports(by: str) -> None:
    assert report(rows(), by, Prices({"known": Price(1, 5)})) == EXPECTED[by]
