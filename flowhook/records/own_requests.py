"""Logs what the service asks a provider of its own accord, such as embeddings of documents."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flowhook.errors import FlowhookError, Internal
from flowhook.providers.model_client import ModelClient
from flowhook.records.log_entry import LogEntry


@contextmanager
def logged(
    record: Callable[[LogEntry], None],
    org: str,
    function: str,
    client: ModelClient,
    request: Mapping[str, Any],
    model: str = "",
) -> Iterator[None]:
    """One line of the log, by the name `function`, for what the client is asked meanwhile.

    `model` is what stands there where the client came to ask none.
    """
    since = time.time()
    request_id = secrets.token_hex(16)
    entry = LogEntry(org, function, request_id, Internal.type, Internal.status, 0.0, since)
    entry.request = dict(request)
    try:
        yield
        entry.status, entry.http_status = "ok", 200
    except FlowhookError as failure:
        entry.status, entry.http_status = failure.type, failure.status
        raise
    finally:
        entry.model = client.model or model
        entry.input_tokens = client.usage.input_tokens
        entry.output_tokens = client.usage.output_tokens
        entry.milliseconds = (time.time() - since) * 1000
        record(entry)
