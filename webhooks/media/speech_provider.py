"""Who speaks and hears: the field `provider`, and what it means in an organisation."""

from __future__ import annotations

from flowhook.providers.account import SARVAM
from flowhook.providers.model_client import ModelClient
from webhooks.fields import Pasted, is_variable
from webhooks.registry import Context

# Who speaks and hears in Glific; here the call's own account does it in their place.
_OF_GLIFIC = ("openai", "open_ai", "google", "gemini", "bhashini", "bhasini", "elevenlabs", "kaapi")


def provider_field() -> Pasted:
    return Pasted(
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


def chosen_provider(context: Context, named: str | None) -> str | None:
    """Return the title of an account or `sarvam`; None for the account of the call.

    A title goes before a provider's name.
    """
    if not named or context.has_account(named):
        return named or None
    word = named.lower()
    if word.startswith(SARVAM):
        return SARVAM
    return None if word.startswith(_OF_GLIFIC) or is_variable(word) else named


def speech_client(context: Context, named: str | None) -> ModelClient:
    """Return the client of that provider. Raises InvalidInput for one that is not known."""
    return context.speech_client(chosen_provider(context, named))
