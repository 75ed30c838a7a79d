"""The settings of the inbox beyond what each field checks."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.errors import InvalidInput
from flowhook.organisations import inbox_schema
from flowhook.organisations.inbox_schema import InboxSettingsSchema
from tests.examples import check_examples


def test_the_examples_hold() -> None:
    check_examples(inbox_schema)


@pytest.mark.parametrize(
    ("values", "lacks"),
    [({"quiet_from": "20:00"}, "quiet_until"), ({"quiet_until": "08:00"}, "quiet_from")],
)
def test_quiet_hours_begin_and_end(values: dict[str, Any], lacks: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        InboxSettingsSchema().check_whole(values)
    assert list(refused.value.fields or {}) == [lacks]


@pytest.mark.parametrize("time", ["8:00", "24:00", "20:60", "20", "20:00:00", ""])
def test_what_is_no_time_is_refused(time: str) -> None:
    assert list(InboxSettingsSchema().validate({"quiet_from": time})) == ["quiet_from"]
