"""Readers of the values in environment variables; a wrong one is refused with the fix.

The text of a ValueError continues the line that names the variable; it repeats no secret.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

from flowhook.redis.url import check_url

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
HOST_PATTERN = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._-]{0,252})")
# Servers name models by paths, versions and adapters: /models/x, @cf/y, z@q4, accounts/a#b, c+d.
MODEL_PATTERN = r"[A-Za-z0-9/@][A-Za-z0-9._:/@#+,=-]{0,199}"
LEAST_MEMORY = 16 * 1024 * 1024


def redis_url(text: str) -> str:
    check_url(text)
    return text


def broker_url(text: str) -> str:
    return text if re.match(r"amqps?://[^/]", text) else redis_url(text)


def admin_token(text: str) -> tuple[str, ...]:
    if not re.fullmatch(r"[!-~]{8,512}", text):
        raise ValueError("must be 8 to 512 printable ASCII characters without spaces")
    if text.startswith("fh."):
        raise ValueError("must not begin with fh. like an organisation's token")
    return (text,)


def fernet_keys(text: str) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in text.split(",") if key.strip())
    for place, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            raise ValueError(
                f"holds a malformed key (number {place}): each must be a Fernet key,"
                " 32 bytes in URL-safe base64"
            ) from None
    if not keys:
        raise ValueError("is empty: give at least one Fernet key")
    return keys


def whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return parse


def memory(text: str) -> int:
    """Read a number of bytes, also with a unit as redis.conf has them: 512mb, 2gb."""
    match = re.fullmatch(r"(\d{1,15})\s*([kmgt]?)b?", text.lower(), re.ASCII)
    size = int(match[1]) * 1024 ** " kmgt".index(match[2] or " ") if match else 0
    if size < LEAST_MEMORY:
        raise ValueError(f"must be at least {LEAST_MEMORY // 1024**2}mb, for example 512mb or 2gb")
    return size


def existing_file(text: str) -> Path:
    path = Path(text).absolute()
    if not path.is_file():
        raise ValueError("must name a file that exists")
    return path


def host(text: str) -> str:
    bare = text.strip("[]")
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        if not HOST_PATTERN.fullmatch(text) or re.fullmatch(r"[0-9.]+", text):
            raise ValueError("must be an address or a host name, for example 127.0.0.1") from None
    return bare


def is_http_address(text: str) -> bool:
    """Whether it is an http or https address in plain ASCII, without user, query or fragment.

    Line ends and backslashes, which `urlsplit` ignores, are not part of an address.
    """
    if not re.fullmatch(r"[!-~]+", text) or "\\" in text:
        return False
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return whole and not ("@" in parts.netloc or parts.query or parts.fragment)


def http_url(text: str) -> str:
    if not is_http_address(text):
        raise ValueError(
            "must be an http or https address without a user, query or fragment,"
            " for example https://api.example.org/v1"
        )
    return text.rstrip("/")


def smtp_url(text: str) -> str:
    try:
        address = urlsplit(text)
        is_address = address.scheme in ("smtp", "smtps") and address.hostname and address.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise ValueError(
            "must be an address of a mail server, for example smtp://user:password@host:587"
        )
    return text


def mail_address(text: str) -> str:
    if not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,255}", text):
        raise ValueError("must be an e-mail address")
    return text


def model_name(text: str) -> str:
    if not re.fullmatch(MODEL_PATTERN, text):
        raise ValueError("must be a model's name, for example gpt-6-luna")
    return text


def hosts_and_networks(text: str) -> tuple[str, ...]:
    entries = tuple(entry.strip() for entry in text.split(",") if entry.strip())
    for entry in entries:
        try:
            ipaddress.ip_network(entry, strict=False)
        except ValueError:
            if "/" in entry or not HOST_PATTERN.fullmatch(entry):
                raise ValueError(
                    "must be comma-separated hosts or CIDRs, for example 10.0.0.0/8,media.local"
                ) from None
    return entries


def log_level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
    return text.upper()
