"""A contact as flows see it: name, phone, language, fields, collections, profiles.

It is stored in the session, changed only by actions, and provides the `@contact` variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from dataclasses import fields as dataclass_fields
from datetime import UTC, datetime, timedelta
from typing import Any

from flowhook.timestamps import timestamp

GIVEN, WITHDRAWN = "given", "withdrawn"  # consent to words going to a provider
CONSENT = ("optin_method", "optin_message_id", "optout_method")
LATER = (*CONSENT, "last_message_number", "last_communication_at", "inserted_at")
"""Fields that release 96433da does not read. It may still be running beside this one, so a session
keeps them apart from the others."""
SESSION = timedelta(hours=24)
"""How long after the contact's last message WhatsApp takes other messages than templates."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language; `id` is its key in interactive messages, `locale` its key in flows."""

    id: int
    locale: str
    label: str


LANGUAGES = tuple(
    Language(number, locale, label)
    for number, (locale, label) in enumerate(
        (
            ("en", "English"),
            ("hi", "Hindi"),
            ("ta", "Tamil"),
            ("kn", "Kannada"),
            ("ml", "Malayalam"),
            ("te", "Telugu"),
            ("or", "Odia"),
            ("as", "Assamese"),
            ("gu", "Gujarati"),
            ("bn", "Bengali"),
            ("pa", "Punjabi"),
            ("mr", "Marathi"),
            ("ur", "Urdu"),
            ("es", "Spanish"),
            ("isl", "Sign Language"),
            ("fr", "French"),
            ("sw", "Swahili"),
            ("pt", "Portuguese"),
            ("ar", "Arabic"),
            ("ne", "Nepali"),
        ),
        start=1,
    )
)
"""The languages of a new organisation, numbered as the first ones of a Glific installation."""


@dataclass(slots=True)
class Profile:
    """One of several people sharing a phone, with their own name, type, language and fields."""

    id: int
    name: str
    type: str = ""
    language: str = "en"
    fields: dict[str, Any] = field(default_factory=dict)
    is_active: bool = True
    is_default: bool = False


@dataclass(slots=True)
class Contact:
    """A contact.

    `language` is a locale; `groups` maps collection ids to names; `profile` is the id of the
    current profile. Times are ISO 8601 in UTC; `inserted_at` is that of the contact's first turn,
    `last_communication_at` that of the last message either way, all of which
    `last_message_number` counts.
    """

    id: str
    name: str = ""
    phone: str = ""
    language: str = "en"
    fields: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    status: str = "valid"
    optin_time: str | None = None
    optout_time: str | None = None
    last_message_at: str | None = None
    profiles: list[Profile] = field(default_factory=list)
    profile: int | None = None
    optin_method: str | None = None
    optin_message_id: str | None = None
    optout_method: str | None = None
    last_message_number: int = 0
    last_communication_at: str | None = None
    inserted_at: str | None = None

    def active_profiles(self) -> list[Profile]:
        """The profiles that can be chosen, the default one first."""
        return sorted(
            (profile for profile in self.profiles if profile.is_active),
            key=lambda profile: (not profile.is_default, profile.id),
        )

    def current_profile(self) -> Profile | None:
        return next((one for one in self.profiles if one.id == self.profile), None)

    def set_field(self, key: str, label: str, value: str, at: str) -> None:
        entry = {"value": value, "label": label, "type": "string", "inserted_at": at}
        self.fields[key] = entry
        profile = self.current_profile()
        if profile is not None:
            profile.fields[key] = dict(entry)

    def set_language(self, locale: str) -> None:
        self.language = locale
        profile = self.current_profile()
        if profile is not None:
            profile.language = locale

    def opt_in(self, at: str, message: int | str | None) -> None:
        """Note the contact's consent; `message` is the id of the one that gave it."""
        self.optin_time, self.optout_time = at, None
        self.optin_method, self.optout_method = "WA", None
        self.optin_message_id = None if message is None else str(message)

    def opt_out(self, at: str) -> None:
        """Note that the contact wants no more messages."""
        self.optout_time, self.optin_time = at, None
        self.optout_method, self.optin_method = "Glific Flows", None
        self.optin_message_id = None

    def count_message(self, at: str) -> None:
        """Count one message, of the contact or to them."""
        self.last_message_number += 1
        self.last_communication_at = at

    def bsp_status(self, now: datetime) -> str:
        """What WhatsApp lets through, in Glific's words: session, hsm, session_and_hsm or none."""
        last = _moment(self.last_message_at)
        is_open = last is not None and now - last < SESSION
        if self.optout_time:
            return "none"
        if self.optin_time:
            return "session_and_hsm" if is_open else "hsm"
        return "session" if is_open else "none"

    def bindings(self, language: Language | None, now: datetime | None = None) -> dict[str, Any]:
        """The `@contact` variables, with the texts that they have in Glific.

        `language` is the contact's language, `now` the time, None for the clock's.
        """
        profile = self.current_profile()
        fields = dict(profile.fields if profile is not None else self.fields)
        if not isinstance(fields.get("name"), Mapping):
            fields["name"] = {"value": self.name}
        fields["language"] = {"label": language.label if language else self.language}
        shown: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "phone": self.phone,
            "status": "invalid" if self.optout_time else self.status,
            "bsp_status": self.bsp_status(now or datetime.now(UTC)),
            "language": self.language,
            "language_id": language.id if language else None,
            "optin_time": _time(self.optin_time),
            "optin_status": self.optin_time is not None,
            "optin_method": self.optin_method,
            "optin_message_id": self.optin_message_id,
            "optout_time": _time(self.optout_time),
            "optout_method": self.optout_method,
            "first_message_number": 1,
            "last_message_number": self.last_message_number,
            "last_message_at": _time(self.last_message_at),
            "last_communication_at": _time(self.last_communication_at),
            "inserted_at": _time(self.inserted_at, "microseconds"),
            "active_profile_id": self.profile,
            "settings": self.settings,
            "fields": fields,
            "in_groups": list(self.groups),
        }
        if profile is not None:
            shown.update(self._profile_bindings(profile))
        return shown

    def _profile_bindings(self, current: Profile) -> dict[str, Any]:
        active = self.active_profiles()
        listed: dict[str, Any] = {
            f"profile_{index}": {"id": one.id, "name": one.name, "index": index}
            for index, one in enumerate(active, start=1)
        }
        lines = "".join(f" {index}. {one.name} \n" for index, one in enumerate(active, start=1))
        return {
            "active_profile_name": current.name,
            "list_profiles": lines.removesuffix("\n"),
            "profiles": {**listed, "count": len(active)},
            "has_multiple_profile": len(active) > 1,
        }

    def as_dict(self) -> dict[str, Any]:
        """The contact as JSON; most contacts never say whether they opt in, which is left out."""
        shown = asdict(self)
        return {key: one for key, one in shown.items() if key not in CONSENT or one is not None}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Contact:
        """Restore a contact; what a newer release stored beside is left out."""
        known = {one.name for one in dataclass_fields(cls)}
        kept = {key: value for key, value in stored.items() if key in known}
        return cls(**{**kept, "profiles": [Profile(**one) for one in stored.get("profiles", ())]})


def _moment(stamp: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stamp or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _time(stamp: str | None, precision: str = "seconds") -> str | None:
    """A time as Glific writes it into a text, or what is no time as it is.

    >>> _time("2026-11-28T19:05:29.123456Z"), _time("2026-11-28T19:05:29Z", "microseconds")
    ('2026-11-28 19:05:29Z', '2026-11-28 19:05:29.000000Z')
    """
    moment = _moment(stamp)
    if moment is None:
        return stamp
    return timestamp(moment.astimezone(UTC), precision).replace("T", " ")


def binding_keys() -> frozenset[str]:
    """The keys that `@contact` may have, those of a contact with profiles included."""
    someone = Contact("", profiles=[Profile(0, "")], profile=0)
    return frozenset((*someone.bindings(None), "groups"))
