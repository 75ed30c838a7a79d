"""Meta's error answers: message, type, code and details as the Cloud API words them.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TITLES = {
    4: "Application request limit reached",
    100: "Invalid parameter",
    200: "Permissions error",
    190: "Error validating access token: Session has expired",
    80007: "Rate limit issues",
    130429: "Rate limit hit",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131051: "Unsupported message type",
    131052: "Media download error",
    131053: "Media upload error",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    132000: "Number of parameters does not match the expected number of params",
    132001: "Template name does not exist in the translation",
    133016: "Account register deregister rate limit exceeded",
}
TOO_MANY = frozenset({130429, 131048, 131056, 133016})


class GraphError(Exception):
    """An error to be answered."""

    def __init__(
        self,
        code: int,
        details: str = "",
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        title: str = "",
    ) -> None:
        super().__init__(f"{code}: {details}")
        self.code = code
        self.headers = headers or {}
        self.details = details
        self.title = title
        self.status = status or (401 if code == 190 else 429 if code in TOO_MANY else 400)

    def body(self) -> dict[str, Any]:
        title = TITLES.get(self.code, "An unknown error occurred")
        message = self.title or (title if self.code == 190 else f"(#{self.code}) {title}")
        error: dict[str, Any] = {
            "message": message,
            "type": "OAuthException",
            "code": self.code,
            "fbtrace_id": "AfAkEtRaCe",
        }
        if self.code >= 1000:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        return {"error": error}

    def as_status(self) -> dict[str, Any]:
        """The same inside a status of a message that failed later."""
        return {
            "code": self.code,
            "title": TITLES.get(self.code, "Unknown"),
            "message": TITLES.get(self.code, "Unknown"),
            "error_data": {"details": self.details},
        }


def wrong(details: str) -> GraphError:
    return GraphError(131009, details)


def missing(name: str) -> GraphError:
    return GraphError(131008, f"The parameter {name} is required.")
