"""The settings section `inbox`: what people are asked, when they are told, what contacts hear."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import fields, validate

from flowhook.errors import InvalidInput
from flowhook.organisations.kinds import Unpadded, at_most, text
from flowhook.organisations.section import SectionSchema

MAX_PAUSE_MESSAGE = 1_000
PAUSE_MESSAGES = {
    "en": "A person is reading your messages and will answer you here.",
    "hi": "एक व्यक्ति आपके संदेश पढ़ रहा है और यहीं उत्तर देगा।",
}
"""What contacts are told where the organisation has no words of its own."""
TIME = validate.Regexp(r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z", error="Not a time, for example 20:00.")


def time_of_day(description: str, example: str) -> fields.String:
    metadata = {"description": description, "example": example}
    return Unpadded(allow_none=True, validate=TIME, metadata=metadata)


def takes_not_found(section: Mapping[str, Any]) -> bool:
    """Whether questions whose answer was not found wait in the inbox, by its settings section."""
    return section.get("not_found") is not False


class InboxSettingsSchema(SectionSchema):
    """What waits for people of the organisation, and when they are told of it."""

    not_found = fields.Boolean(
        load_default=True,
        allow_none=True,
        metadata={
            "description": "Whether a question whose answer is not in the documents waits for a"
            " person.",
            "example": True,
        },
    )
    quiet_from = time_of_day(
        "From when on the alert `inbox` tells nobody, in the organisation's time zone.", "20:00"
    )
    quiet_until = time_of_day("Until when it tells nobody.", "08:00")
    pause_message = text(
        MAX_PAUSE_MESSAGE,
        "What a contact is told once while a person answers them (default: in English and Hindi).",
        metadata={"example": "A nurse will write to you here."},
    )
    pause_messages = fields.Dict(
        keys=Unpadded(validate=validate.Length(1, 64)),
        values=Unpadded(validate=validate.Length(1, MAX_PAUSE_MESSAGE)),
        allow_none=True,
        validate=at_most(100),
        metadata={
            "description": "The same by the contact's language, as its name or code stands in the"
            " flows.",
            "example": {"hi": "एक नर्स आपको यहाँ लिखेंगी।"},
        },
    )

    def check_whole(self, values: Mapping[str, Any]) -> None:
        """Raise InvalidInput where quiet hours begin or end, but not both."""
        for name, other in (("quiet_from", "quiet_until"), ("quiet_until", "quiet_from")):
            if values.get(name) and not values.get(other):
                raise InvalidInput(
                    f"quiet hours need a {other} too",
                    fix="Fill in both times, or neither.",
                    fields={other: ["Is needed beside the other time."]},
                )


def pause_message(section: Mapping[str, Any], *language: str) -> str:
    """What a contact is told once while a person answers them; `language` are the names of theirs.

    >>> own = {"pause_message": "Wait.", "pause_messages": {"Hindi": "रुकिए।"}}
    >>> pause_message(own, "hi", "Hindi"), pause_message(own, "ta", "Tamil")
    ('रुकिए।', 'Wait.')
    >>> pause_message({}, "ta", "Tamil") == PAUSE_MESSAGES["en"]
    True
    """
    own = section.get("pause_messages") or {}
    known = [own[one] for one in language if own.get(one)] + [section.get("pause_message")]
    known += [PAUSE_MESSAGES[one] for one in language if one in PAUSE_MESSAGES]
    return next((str(words) for words in known if words), PAUSE_MESSAGES["en"])


def is_quiet(section: Mapping[str, Any], now: datetime) -> bool:
    """Whether nobody is told at `now`, a time in the organisation's zone; hours may pass midnight.

    >>> night = {"quiet_from": "20:00", "quiet_until": "08:00"}
    >>> [is_quiet(night, datetime(2026, 11, 27, hour)) for hour in (7, 8, 19, 20)]
    [True, False, False, True]
    >>> is_quiet({"quiet_from": "13:00", "quiet_until": "14:00"}, datetime(2026, 11, 27, 13, 59))
    True
    >>> is_quiet({}, datetime(2026, 11, 27))
    False
    """
    start, end = section.get("quiet_from"), section.get("quiet_until")
    if not start or not end:
        return False
    minute = f"{now:%H:%M}"
    return start <= minute < end if start < end else minute >= start or minute < end
