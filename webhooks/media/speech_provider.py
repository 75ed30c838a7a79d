"""The field `provider` of the functions that speak and hear."""

from __future__ import annotations

from typing import Any

from flowhook.providers.account import SARVAM
from webhooks.fields import Text, is_variable

# Who speaks and hears in Glific; here the call's own account does it in their place.
_OF_GLIFIC = ("openai", "open_ai", "google", "gemini", "bhashini", "bhasini", "elevenlabs", "kaapi")


class SpeechProvider(Text):
    """`sarvam`, the title of an account, or None for the account of the call."""

    def tidied(self, value: Any) -> Any:
        found = super().tidied(value)
        if not isinstance(found, str):
            return found
        word = found.strip().lower()
        if word.startswith(_OF_GLIFIC) or is_variable(word):
            return None
        return SARVAM if word.startswith(SARVAM) else found.strip()


def provider_field() -> Text:
    return SpeechProvider(
        max_length=64,
        keeps_variables=True,
        metadata={
            "description": "Who speaks and hears: openai (the default: the account of the call,"
            " at whatever server it is), sarvam (India's languages; needs the sarvam settings), or"
            " the title of one of the organisation's accounts. Other providers that flows made for"
            " Glific name are accepted, and the account of the call answers.",
            "example": "sarvam",
            "suggestions": ["openai", SARVAM],
        },
    )
