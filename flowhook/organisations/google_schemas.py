"""The settings section of Google Sheets: a service account's key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from marshmallow import ValidationError

from flowhook.errors import InvalidInput
from flowhook.organisations.kinds import Unpadded
from flowhook.organisations.section import SectionSchema
from flowhook.providers.google_account import ServiceAccount

MAX_CHARACTERS = 16_384


class ServiceAccountKey(Unpadded):
    """The file of a service account's key, as text or as the JSON object that it is.

    Only what signs is kept.
    """

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = orjson.dumps(value).decode() if isinstance(value, dict) else value
        text = super()._deserialize(text, attr, data, **kwargs)
        if len(text) > MAX_CHARACTERS:
            raise ValidationError(f"Longer than {MAX_CHARACTERS} characters.")
        try:
            return ServiceAccount.read(text).stored
        except InvalidInput as wrong:
            raise ValidationError([wrong.message, str(wrong.fix)]) from None


class GoogleSheetsSettingsSchema(SectionSchema):
    """The Google account with which flows write to Google Sheets, and read those that are private.

    Share each sheet with the account's e-mail address, which Save and test shows. A sheet that
    everybody with its link may see is read without an account.
    """

    needed = ("service_account",)

    service_account = ServiceAccountKey(
        allow_none=True,
        metadata={
            "description": "The whole content of the JSON file that Google gives for a key of the"
            " service account. It is never shown again.",
            "secret": True,
            "example": '{"type": "service_account", "client_email": "...", "private_key": "..."}',
        },
    )
