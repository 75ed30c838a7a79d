"""What the log keeps of calls of an organisation that masks."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from answers.guardrails.masking.masks import Masks
from flowhook.records.log_entry import LogEntry
from flowhook.records.shortened import BODY_BYTES, REFUSED_BYTES
from webhooks.masked_entry import mask_entry


class Counted(Masks):
    """Masks that count the characters which they look at."""

    def __init__(self) -> None:
        super().__init__(["phone", "email"], lambda one: hashlib.sha256(one).digest())
        self.seen = 0

    def mask(self, text: str) -> str:
        self.seen += len(text)
        return super().mask(text)


def masked(request: Any, status: str = "ok") -> tuple[Any, int]:
    masks = Counted()
    entry = LogEntry("acme", "chat", "id", status, 200, 1.0, 0.0)
    entry.request = request
    mask_entry(entry, lambda: masks)
    return entry.request, masks.seen


@pytest.mark.parametrize(("status", "most"), [("ok", BODY_BYTES), ("invalid_input", REFUSED_BYTES)])
def test_of_a_text_that_is_not_kept_only_the_beginning_is_looked_at(status: str, most: int) -> None:
    kept, _ = masked({"q": f"98765 43210 {'so on ' * (most // 6 - 2)}"}, status)
    assert kept["q"].startswith("[PHONE_")
    assert kept["q"].endswith("so on ")
    kept, seen = masked({"q": "98765 43210 " * most}, status)
    assert kept["q"].startswith("[PHONE_")
    assert kept["q"].endswith("... (cut)")
    assert seen < 3_000


@pytest.mark.parametrize("before", range(1_980, 2_001))
def test_no_half_of_an_identifier_is_kept(before: int) -> None:
    local = "asha.devi." * 8
    kept, _ = masked(
        {"q": f"{'x ' * (before // 2)} 98765 43210 {local}@example.org" + " " * 70_000}
    )
    assert "98" not in kept["q"]
    assert "asha" not in kept["q"]


def test_what_cannot_be_masked_is_not_kept() -> None:
    def fail() -> Masks:
        raise ValueError

    entry = LogEntry("acme", "chat", "id", "ok", 200, 1.0, 0.0)
    entry.request = {"q": "98765 43210"}
    mask_entry(entry, fail)
    assert entry.request is None
