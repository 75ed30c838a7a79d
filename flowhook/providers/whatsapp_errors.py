"""Interprets errors of Meta's Graph API, and tells whether a retry can help.

Meta's own message is never passed on: its details can repeat the contact's number. Its code is.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

from __future__ import annotations

from flowhook.errors import (
    InvalidApiKey,
    InvalidResponse,
    ProviderError,
    ProviderFailure,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnavailable,
    WindowClosed,
)
from flowhook.providers.requests import retry_after_seconds
from flowhook.providers.transport import HttpReply, TimedOut, TransportError, Unreachable

WINDOW_CLOSED = 131047
PAIR_LIMIT = 131056
THROTTLED = {
    4: "the app's calls",
    80007: "the WhatsApp Business Account",
    130429: "the phone number's throughput",
    131048: "the phone number, whose messages were reported as spam",
    PAIR_LIMIT: "the messages to one contact",
    133016: "registrations of the phone number",
}
# Seconds to wait if Meta names none. One contact takes about one message in six seconds.
PAUSES = {4: 60.0, 80007: 60.0, 130429: 1.0, 131048: 300.0, PAIR_LIMIT: 6.0, 133016: 3600.0}
MAX_RETRY_AFTER_SECONDS = 3600.0
INVALID = 100
TRANSIENT = frozenset({1, 2, 131000, 131016, 131053, 131057, 133004})
TOKEN = frozenset({0, 190})
PERMISSION = frozenset({3, 10, *range(200, 300)})


class Throttled(ProviderRateLimited):
    """A rate limit of Meta; `code` PAIR_LIMIT is one contact's, any other the number's."""

    fix = "Nothing to do: sending goes on by itself when WhatsApp's limit allows."

    def __init__(self, code: int, retry_after: float | None) -> None:
        asked = retry_after if retry_after is not None else PAUSES.get(code, 1.0)
        super().__init__(
            f"WhatsApp limits {THROTTLED.get(code, 'this account')} (code {code})",
            retry_after_seconds=min(MAX_RETRY_AFTER_SECONDS, asked),
        )
        self.code = code
        self.is_exact = retry_after is not None


def read_error(reply: HttpReply) -> ProviderFailure:
    """Return the error for an unsuccessful reply."""
    code = _code(reply)
    if code in THROTTLED or reply.status == 429:
        return Throttled(code, retry_after_seconds(reply.headers))
    if code == WINDOW_CLOSED:
        return WindowClosed("the contact last wrote more than 24 hours ago (code 131047)")
    if code in TOKEN or reply.status == 401:
        return InvalidApiKey(
            f"WhatsApp does not accept the organisation's access token (code {code})",
            fix="Save a permanent access_token in the organisation's WhatsApp settings.",
        )
    if code in PERMISSION or reply.status == 403:
        return ProviderRejected(
            f"the access token lacks a permission (code {code})",
            fix="Give the token whatsapp_business_messaging for this phone number.",
        )
    if code in TRANSIENT or reply.status >= 500:
        return ProviderError(f"WhatsApp failed with HTTP {reply.status} (code {code})")
    if reply.status >= 400:
        return ProviderRejected(f"WhatsApp rejected the request (code {code})")
    return InvalidResponse(f"WhatsApp answered HTTP {reply.status} where 200 was due")


def read_number_error(reply: HttpReply) -> ProviderFailure:
    """Return the error for an unsuccessful reply to a question about the number itself."""
    told = _message(reply) if _code(reply) == INVALID else ""
    if "appsecret_proof" in told:
        return InvalidApiKey(
            "the app secret does not belong to the app of the access token",
            fix="Copy app_secret anew from Meta's app, under App settings, Basic, and save it in"
            " the organisation's WhatsApp settings.",
        )
    if "does not exist" in told:
        return ProviderRejected(
            "Meta does not know this phone number's id, or the access token may not use it",
            fix="Copy phone_number_id (an id, not the number itself) from Meta's app, under"
            " WhatsApp, API Setup, and give the token's user that account.",
        )
    if _code(reply) in PERMISSION:
        return ProviderRejected(
            f"the access token may not look at its number (code {_code(reply)})",
            fix="Give the token whatsapp_business_management, too.",
        )
    return read_error(reply)


def read_failure(failure: TransportError) -> ProviderFailure:
    """Return the error for a missing reply."""
    if isinstance(failure, TimedOut):
        return ProviderTimeout("WhatsApp did not answer in time")
    if isinstance(failure, Unreachable):
        return ProviderUnavailable(f"WhatsApp cannot be reached: {failure}")
    return ProviderError(f"WhatsApp broke off: {failure}")


def can_retry(error: ProviderFailure) -> bool:
    """Tell whether the same request may succeed later."""
    transient = (ProviderRateLimited, ProviderUnavailable, ProviderTimeout, ProviderError)
    return isinstance(error, transient)


def _message(reply: HttpReply) -> str:
    """Return Meta's own words, to tell its errors of one code apart."""
    answer = reply.find_json()
    error = answer.get("error") if isinstance(answer, dict) else None
    return str(error.get("message", "")) if isinstance(error, dict) else ""


def _code(reply: HttpReply) -> int:
    """Return Meta's error code, or -1 if there is none."""
    answer = reply.find_json()
    error = answer.get("error") if isinstance(answer, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and abs(code) < 10**9 else -1
