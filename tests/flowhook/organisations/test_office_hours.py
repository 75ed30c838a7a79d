"""When an office is open."""

from __future__ import annotations

from datetime import datetime

import pytest

from flowhook.organisations.office_hours import is_open, read_hours
from flowhook.organisations.schemas import SECTIONS

MONDAY = datetime(2026, 11, 23)


@pytest.mark.parametrize(
    ("hours", "day", "time", "opened"),
    [
        ("Mon-Fri 09:00-18:00", 23, (9, 0), True),
        ("Mon-Fri 09:00-18:00", 27, (17, 59), True),
        ("Mon-Fri 09:00-18:00", 27, (18, 0), False),
        ("Mon-Fri 09:00-18:00", 28, (12, 0), False),
        ("monday – friday  9:00 - 18:00", 24, (12, 0), True),
        ("Mon-Fri 09:00-13:00, Mon-Fri 14:00-18:00", 23, (13, 30), False),
        ("Mon-Fri 09:00-13:00,Sat 10:00-13:00", 28, (10, 0), True),
        ("Sat-Mon 08:00-09:00", 29, (8, 30), True),
        ("Sat-Mon 08:00-09:00", 24, (8, 30), False),
        ("Sun 22:00-06:00", 23, (5, 59), True),
        ("Sun 22:00-06:00", 23, (6, 0), False),
        ("Sun 22:00-06:00", 29, (23, 0), True),
        ("Mon-Sun 00:00-24:00", 29, (23, 59), True),
        ("Mon-Sun 00:00-00:00", 29, (23, 59), True),
    ],
)
def test_open(hours: str, day: int, time: tuple[int, int], opened: bool) -> None:
    assert is_open(hours, MONDAY.replace(day=day, hour=time[0], minute=time[1])) is opened


@pytest.mark.parametrize(
    "hours",
    [
        "",
        "always",
        "Mon",
        "Mon 9-18",
        "Mon 09:00",
        "Mon 25:00-26:00",
        "Mon 09:60-10:00",
        "T 09:00-10:00",
        "Mon-Xyz 09:00-10:00",
        "Mon 09:00-10:00;",
        "Mon 09:00-10:00,",
    ],
)
def test_another_text_is_refused_by_name(hours: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_hours(hours)
    errors = SECTIONS["flows"]().validate({"out_of_office": {"flow": "x", "hours": hours or "?"}})
    assert "Mon-Fri 09:00-18:00" in str(errors["out_of_office"])


def test_out_of_office_needs_both() -> None:
    section = SECTIONS["flows"]()
    assert section.validate({"out_of_office": {"flow": "x"}})
    assert section.validate({"out_of_office": {"hours": "Mon 09:00-10:00"}})
    assert section.validate({"out_of_office": None, "default": None, "new_contact": "hi"}) == {}
