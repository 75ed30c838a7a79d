"""The address under which callers reach the service."""

from __future__ import annotations

from flowhook.providers.requests_transport import RequestsTransport
from flowhook.providers.transport import TransportError
from service.doctor.finding import ADVICE, WRONG, Finding, works

PART = "Public address"
SECONDS = 10.0


def public_address(public_url: str | None) -> Finding:
    """Whether PUBLIC_URL is https and this service answers there. Seen from this machine."""
    if not public_url:
        words = "PUBLIC_URL is not set, so links have the address that callers used"
        advice = "set PUBLIC_URL to the address that Glific and Meta reach, with https"
        return Finding(PART, ADVICE, words, advice)
    fault = _fault(public_url.rstrip("/") + "/healthz")
    if fault:
        fix = "correct PUBLIC_URL, or what stands before the service there (proxy, DNS, TLS)"
        return Finding(PART, WRONG, f"{public_url}: {fault}", fix)
    if not public_url.startswith("https://"):
        advice = "put TLS in front, and write https:// in PUBLIC_URL: Meta calls nothing else"
        return Finding(PART, ADVICE, f"{public_url} answers, without TLS", advice)
    return works(PART, f"{public_url} answers")


def _fault(url: str) -> str:
    try:
        reply = RequestsTransport().send("GET", url, {}, None, SECONDS)
    except TransportError as error:
        return f"nobody answers there ({error})"
    if reply.status != 200 or reply.find_json() != {"success": True, "status": "ok"}:
        return f"something else answers there (status {reply.status})"
    return ""
