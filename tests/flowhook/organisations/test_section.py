"""What all settings sections have in common."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.organisations.schemas import SECTIONS
from flowhook.organisations.section import mask, sealed_fields, secret_fields


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ("sk-proj-0123456789wxyz", "sk-...wxyz"),
        ("EAAB0123456789", "EAA...6789"),
        ("AIza0123456789", "AIz...6789"),
        ("another0123456789", "...6789"),
        ("sk-012345678", "sk-...5678"),
        ("sk-01234567", "..."),
        ("", "..."),
    ],
)
def test_a_secret_is_masked(secret: str, shown: str) -> None:
    assert mask(secret) == shown


def test_every_secret_is_sealed() -> None:
    for name, section in SECTIONS.items():
        assert set(secret_fields(section)) <= sealed_fields(section), name
    assert secret_fields(SECTIONS["openai"]) == ["api_key"]


def test_what_get_added_is_accepted_back() -> None:
    section = SECTIONS["openai"]()
    added = {"has_api_key": True, "warnings": ["old"]}
    assert section.load({"is_active": True, **added}) == {"is_active": True}
    assert "has_model" in section.validate({"has_model": True})
    listed: Any = ["is_active"]
    assert section.validate(listed)
