"""The errors of fetching a caller's URL, which name the field but no address or body."""

from __future__ import annotations

import requests
import urllib3.exceptions

from flowhook import errors

_FIX = "Give a link that opens in a browser without logging in and is served over the internet."
_SERVICE_FIX = (
    "Give the address of a service that is reached over the internet; a private one works where"
    " the operator allows it."
)
_SERVICES = frozenset({"api_url", "base_url", "webhook_url"})  # settings, not links of a message


def failed(failure: Exception, out_of_time: bool, field: str) -> errors.FlowhookError:
    """Convert a transport failure to an error whose message contains no address."""
    if out_of_time or isinstance(failure, requests.Timeout | TimeoutError):
        return too_slow(field)
    if isinstance(failure, requests.exceptions.SSLError):
        return unreachable(field, "the certificate of its host cannot be verified")
    if isinstance(failure, urllib3.exceptions.DecodeError):
        return invalid(field, "answered with content that cannot be unpacked")
    if isinstance(failure, ValueError):
        return invalid(field, "is not a valid URL, or redirects to one that is not")
    return unreachable(field, "the connection to its host failed")


def invalid(field: str, problem: str) -> errors.InvalidInput:
    return errors.InvalidInput(
        f"{field} {problem}",
        fix=_SERVICE_FIX if field in _SERVICES else _FIX,
        fields={field: [problem]},
    )


def not_public(field: str) -> errors.InvalidInput:
    return invalid(field, "names a host that is not on the public internet")


def too_large(field: str, max_bytes: int) -> errors.TooLarge:
    problem = f"leads to more than {max_bytes} bytes"
    return errors.TooLarge(f"{field} {problem}", fix="Send less.", fields={field: [problem]})


def too_slow(field: str) -> errors.ProviderTimeout:
    problem = "did not answer completely in time"
    return errors.ProviderTimeout(
        f"{field} {problem}",
        fix=_SERVICE_FIX if field in _SERVICES else _FIX,
        fields={field: [problem]},
    )


def unreachable(field: str, problem: str) -> errors.ProviderUnavailable:
    message = f"{field} cannot be reached: {problem}"
    return errors.ProviderUnavailable(
        message, fix=_SERVICE_FIX if field in _SERVICES else _FIX, fields={field: [problem]}
    )
