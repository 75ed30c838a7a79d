"""A contact as flows see it: name, phone, language, fields, collections, profiles.

It is stored in the session, changed only by actions, and provides the `@contact` variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


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
    current profile.
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

    def bindings(self, language: Language | None) -> dict[str, Any]:
        """The `@contact` variables; `language` is the contact's language."""
        profile = self.current_profile()
        fields = dict(profile.fields if profile is not None else self.fields)
        if not isinstance(fields.get("name"), Mapping):
            fields["name"] = {"value": self.name}
        fields["language"] = {"label": language.label if language else self.language}
        shown: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "phone": self.phone,
            "status": self.status,
            "language": self.language,
            "optin_time": self.optin_time,
            "optin_status": self.optin_time is not None,
            "optout_time": self.optout_time,
            "last_message_at": self.last_message_at,
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
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Contact:
        profiles = [Profile(**one) for one in stored.get("profiles", ())]
        return cls(**{**stored, "profiles": profiles})


def binding_keys() -> frozenset[str]:
    """The keys that `@contact` may have, those of a contact with profiles included."""
    someone = Contact("", profiles=[Profile(0, "")], profile=0)
    return frozenset((*someone.bindings(None), "groups"))
