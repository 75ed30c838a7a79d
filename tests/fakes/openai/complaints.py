"""The errors the API answers with, in its own words and shape.

A `Complaint` is one answer `{"error": {"message", "type", "param", "code"}}`. Those that no
correct client can ever provoke are `violation`s: the fake remembers them, and a test that
leaves one behind fails.
"""

from __future__ import annotations

from typing import Any

INVALID_REQUEST = "invalid_request_error"


class Complaint(Exception):
    """An error answer; raised anywhere while a request is served."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = INVALID_REQUEST,
        param: str | None = None,
        code: str | None = None,
        violation: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.type = type
        self.param = param
        self.code = code
        self.violation = violation

    def as_dict(self) -> dict[str, Any]:
        return {
            "error": {
                "message": self.message,
                "type": self.type,
                "param": self.param,
                "code": self.code,
            }
        }


def malformed(message: str, param: str | None = None, code: str | None = None) -> Complaint:
    """A body no version of this API takes: a bug in the client that sent it."""
    return Complaint(message, param=param, code=code, violation=True)


def unknown_parameter(param: str) -> Complaint:
    return malformed(f"Unknown parameter: '{param}'.", param, "unknown_parameter")


def missing(param: str) -> Complaint:
    return malformed(f"Missing required parameter: '{param}'.", param, "missing_required_parameter")


def unsupported_parameter(param: str, hint: str = "") -> Complaint:
    """A known parameter that this model does not take; a client heals it by leaving it out."""
    message = f"Unsupported parameter: '{param}' is not supported with this model."
    return Complaint(f"{message} {hint}".rstrip(), param=param, code="unsupported_parameter")


def unsupported_value(param: str, value: object, rest: str) -> Complaint:
    """A known parameter whose value this model does not take."""
    shown = _shown(value)
    message = f"Unsupported value: '{param}' does not support {shown} with this model. {rest}"
    return Complaint(message, param=param, code="unsupported_value")


def not_found(what: str, identifier: str) -> Complaint:
    return Complaint(f"{what} with id '{identifier}' not found.", status=404)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) else str(value)
