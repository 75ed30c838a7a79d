from __future__ import annotations

import csv
import io
import time
from datetime import UTC, datetime, timedelta

import pytest

from flowhook.records.log_entry import LogEntry
from flowhook.redis.keys import org_key
from tests.fixtures_app import Service
from tests.web.visitor import signed_in
from web.charts import bar_chart, nice
from web.usage_pages import COLUMNS

USAGE = "/organisations/acme/usage"


def record(service: Service, **more: object) -> None:
    known = {
        "organization_id": "acme",
        "function": "parse_via_chat_gpt",
        "request_id": "r",
        "status": "ok",
        "http_status": 200,
        "milliseconds": 1.0,
        "at": time.time(),
        **more,
    }
    service.background.recorder.record(LogEntry(**known))  # type: ignore[arg-type]


def test_usage_is_charted_and_tabled(service: Service) -> None:
    service.organisation()
    record(service, model="gpt-4o", input_tokens=1_000_000, output_tokens=1000)
    record(service, status="provider_timeout")
    service.flush()
    page = signed_in(service).get(USAGE)
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert f"{today}: 1 answered, 1 failed" in page.text
    assert f"{today}: 1M in, 1k out" in page.text
    assert page.html.count("<svg viewBox") >= 3
    assert "gpt-4o 1 0 1,000,000 1,000" in page.text
    assert "no model 1 1" in page.text


def test_saved_prompts_have_a_table_where_there_are_any(service: Service) -> None:
    service.organisation()
    record(service, model="gpt-4o")
    service.flush()
    visitor = signed_in(service)
    assert "By saved prompt" not in visitor.get(USAGE).text
    record(service, model="gpt-4o", prompt="help@2", input_tokens=1_000)
    record(service, model="gpt-4o", prompt="help@10", status="refused")
    service.flush()
    page = visitor.get(USAGE).text
    assert "By saved prompt" in page
    assert "help@2 1 0 1,000 0" in page
    lines = list(csv.DictReader(io.StringIO(visitor.get(f"{USAGE}.csv?by=prompt").html)))
    assert [(line["prompt"], line["errors"]) for line in lines] == [
        ("help@2", "0"),
        ("help@10", "1"),
    ]


def test_csv_holds_the_same_numbers_and_no_formulas(service: Service) -> None:
    service.organisation()
    record(service, model="=cmd|' /C calc'!A0", input_tokens=5)
    record(service, model="gpt-4o", input_tokens=7)
    service.flush()
    answer = signed_in(service).get("/organisations/acme/usage.csv?by=model")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    lines = list(csv.DictReader(io.StringIO(answer.html)))
    assert [line["model"] for line in lines] == ["'=cmd|' /C calc'!A0", "gpt-4o"]
    assert [line["input_tokens"] for line in lines] == ["5", "7"]


def test_the_file_is_named_after_its_first_and_last_day(service: Service) -> None:
    service.organisation()
    today = datetime.now(UTC).date()
    first = today - timedelta(days=3)
    answer = signed_in(service).get(f"{USAGE}.csv?by=day&from={first}&to={today}")
    named = f'filename="usage-acme-by-day-{first}-{today}.csv"'
    assert named in answer.headers["Content-Disposition"]


def test_a_malformed_day_is_explained(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    page = visitor.get(f"{USAGE}?from=2026-13-01")
    assert page.status == 400
    assert "Not a time" in page.text
    assert visitor.get("/organisations/acme/usage.csv?by=contact").status == 400


def test_of_days_before_any_that_are_kept_there_is_nothing(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    assert visitor.get(f"{USAGE}?to=2001-01-01").status == 200
    table = visitor.get("/organisations/acme/usage.csv?to=2001-01-01")
    assert table.html.splitlines() == ["day," + ",".join(COLUMNS)]


def test_the_budget_is_a_bar(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    assert "budget" not in visitor.get(USAGE).text
    service.operator("PUT", "/settings/acme/limits", {"monthly_tokens": 1000})
    month = time.strftime("%Y-%m", time.gmtime())
    service.redis.set(org_key("acme", "limits", "tokens", month), 900)
    page = visitor.get(USAGE)
    assert "900 of 1,000 tokens (90 %)" in page.text
    assert 'class="budget budget-high" max="100" value="90"' in page.html
    service.redis.set(org_key("acme", "limits", "tokens", month), 2001)
    page = visitor.get(USAGE)
    assert "2,001 of 1,000 tokens (200 %)" in page.text
    assert 'max="100" value="100"' in page.html


def test_bars_stack_within_the_chart() -> None:
    chart = bar_chart("calls", "Calls", ("ok", "failed"), [("a", (3, 1)), ("b", (0, 0))])
    first, empty = chart.columns
    ground = chart.lines[0][0]
    assert [bar.series for bar in first.bars] == [0, 1]
    assert first.bars[0].y + first.bars[0].height == pytest.approx(ground, abs=0.2)
    assert first.bars[1].y + first.bars[1].height == pytest.approx(first.bars[0].y, abs=0.2)
    assert first.words == "a: 3 ok, 1 failed"
    assert empty.bars == ()


@pytest.mark.parametrize(
    ("days", "labelled"), [(0, ""), (1, "a"), (2, "ab"), (3, "abc"), (5, "ace"), (6, "adf")]
)
def test_the_first_the_middle_and_the_last_day_are_labelled(days: int, labelled: str) -> None:
    chart = bar_chart("calls", "Calls", ("ok",), [(day, (1,)) for day in "abcdef"[:days]])
    assert "".join(label for _, label in chart.labels) == labelled
    assert [x for x, _ in chart.labels] == sorted(x for x, _ in chart.labels)


@pytest.mark.parametrize(
    ("number", "above"), [(0, 1), (1, 1), (1.1, 2), (3, 5), (7, 10), (20, 20), (0.03, 0.05)]
)
def test_axes_end_at_round_numbers(number: float, above: float) -> None:
    assert nice(number) == pytest.approx(above)
