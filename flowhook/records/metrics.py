"""Prometheus metrics, added up over the worker processes of one machine.

Labels are functions and error types only: organisations would make a series each. Only the
counter of saved prompts names them, for a bounded number of series.
"""

from __future__ import annotations

import os
from functools import lru_cache

from gevent import monkey
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
    values,
)

from flowhook.records.log_entry import LogEntry

_process = [os.getpid()]
os.register_at_fork(after_in_child=lambda: _process.__setitem__(0, os.getpid()))
if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    # The library asks the system for its pid at each count, which was 7 % of a call's CPU; and
    # gevent's lock is Python code, which is not needed where nothing yields inside it.
    values.Lock = monkey.get_original("threading", "Lock")
    values.ValueClass = values.MultiProcessValue(lambda: _process[0])

SECONDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120)

CALLS = Counter("flowhook_webhook_calls_total", "Webhook calls answered.", ["function", "status"])
DURATION = Histogram(
    "flowhook_webhook_duration_seconds",
    "Time to answer a webhook call, the provider included.",
    ["function"],
    buckets=SECONDS,
)
TOKENS = Counter("flowhook_model_tokens_total", "Model tokens used.", ["direction"])
TOKENS_IN, TOKENS_OUT = TOKENS.labels("input"), TOKENS.labels("output")
GUARDRAILS = Counter(
    "flowhook_guardrails_total", "Webhook calls on which a rule spoke.", ["guardrail"]
)
PROMPT_CALLS = Counter(
    "flowhook_prompt_calls_total",
    "Webhook calls that a saved prompt answered.",
    ["organization", "prompt", "version", "status"],
)
MAX_PROMPT_SERIES = 2_000  # of a process; what comes later counts as OTHER
OTHER = "other"
DROPPED = Counter("flowhook_log_entries_dropped_total", "Log entries Redis did not take in time.")
IN_FLIGHT = Gauge(
    "flowhook_webhook_calls_in_flight",
    "Webhook calls being answered now.",
    multiprocess_mode="livesum",
)
STORE_USED = Gauge(
    "flowhook_store_used_bytes",
    "Memory that Redis uses; on a cluster its fullest primary.",
    multiprocess_mode="mostrecent",
)
STORE_MAX = Gauge(
    "flowhook_store_max_bytes",
    "The bound of that memory, 0 where there is none.",
    multiprocess_mode="mostrecent",
)


def count(entry: LogEntry) -> None:
    """Count one webhook call."""
    calls, duration = _series(entry.function, entry.status)
    calls.inc()
    duration.observe(entry.milliseconds / 1000)
    if entry.input_tokens or entry.output_tokens:
        TOKENS_IN.inc(entry.input_tokens)
        TOKENS_OUT.inc(entry.output_tokens)
    if entry.guardrail:
        GUARDRAILS.labels(entry.guardrail).inc()
    if entry.prompt:
        _prompt_series(entry.organization_id or "", entry.prompt, entry.status).inc()


@lru_cache(maxsize=4096)
def _series(function: str, status: str) -> tuple[Counter, Histogram]:
    """The two series of a function and outcome; both labels have a bounded number of values."""
    return CALLS.labels(function, status), DURATION.labels(function)


_prompts: dict[tuple[str, str, str], Counter] = {}


def _prompt_series(organisation: str, prompt: str, status: str) -> Counter:
    """The series of a saved prompt's version and outcome."""
    known = _prompts.get((organisation, prompt, status))
    if known is None:
        if len(_prompts) >= MAX_PROMPT_SERIES:
            return PROMPT_CALLS.labels(OTHER, OTHER, OTHER, status)
        known = PROMPT_CALLS.labels(organisation, *prompt.split("@"), status)
        _prompts[organisation, prompt, status] = known
    return known


def exposition() -> tuple[bytes, str]:
    """Return all processes' metrics as Prometheus text, and its content type."""
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    return generate_latest(registry), CONTENT_TYPE_LATEST
