from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from flowhook.errors import RateLimited
from flowhook.records.log_entry import LogEntry
from flowhook.records.own_requests import logged

USED = SimpleNamespace(input_tokens=12, output_tokens=3)


@pytest.mark.parametrize(
    ("failure", "status", "http_status"),
    [
        (None, "ok", 200),
        (RateLimited("slowly"), "rate_limited", 429),
        (KeyError(), "internal", 500),
    ],
)
def test_it_is_one_line_however_it_ends(
    failure: Exception | None, status: str, http_status: int
) -> None:
    entries: list[LogEntry] = []
    client: Any = SimpleNamespace(model="", usage=USED)

    def ask() -> None:
        with logged(entries.append, "acme", "knowledge", client, {"texts": 2}, "embedder"):
            if failure is not None:
                raise failure

    if failure is None:
        ask()
    else:
        with pytest.raises(type(failure)):
            ask()
    [entry] = entries
    assert (entry.status, entry.http_status) == (status, http_status)
    assert (entry.model, entry.input_tokens, entry.output_tokens) == ("embedder", 12, 3)
    assert entry.request == {"texts": 2}
