"""The metrics' use of their library; what they show is tested with the page of health."""

from __future__ import annotations

import time

import pytest

from flowhook.records import metrics
from flowhook.records.log_entry import LogEntry
from tests.versions import check_versions


def test_the_prometheus_client_whose_lock_and_process_id_are_replaced() -> None:
    check_versions("prometheus-client", ">=0.26.0,<0.27")


def counted(org: str, prompt: str, version: str, status: str = "ok") -> float:
    labels = {"organization": org, "prompt": prompt, "version": version, "status": status}
    return metrics.REGISTRY.get_sample_value("flowhook_prompt_calls_total", labels) or 0.0


def count(org: str, prompt: str) -> None:
    metrics.count(LogEntry(org, "chat", "r", "ok", 200, 1.0, at=time.time(), prompt=prompt))


def test_calls_by_version_of_a_saved_prompt_are_a_bounded_number_of_series(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(metrics, "_prompts", {})
    monkeypatch.setattr(metrics, "MAX_PROMPT_SERIES", 2)
    others = counted("other", "other", "other")
    for prompt in ("help@1", "help@2", "help@3", "help@4", "help@1"):
        count("bounded", prompt)
    assert counted("bounded", "help", "1") == 2
    assert counted("bounded", "help", "2") == 1
    assert counted("bounded", "help", "3") == 0
    assert counted("other", "other", "other") == others + 2


def test_a_call_without_a_saved_prompt_makes_no_series_of_prompts() -> None:
    count("without", "")
    assert counted("without", "", "") == 0
