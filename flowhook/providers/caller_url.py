"""A caller's URL, parsed once into the parts that the address guard checks.

Anything that two parsers could read differently (control characters, backslashes, credentials)
is refused, so that the connection goes to the host that was checked.

Source: https://url.spec.whatwg.org, https://fetch.spec.whatwg.org/#port-blocking
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import SplitResult, urlsplit, urlunsplit

from flowhook.providers.addresses import Address, InvalidHost, read_host

MAX_URL_CHARACTERS = 2048
_DEFAULT_PORTS = {"http": 80, "https": 443}
_AMBIGUOUS = re.compile(r"[\x00-\x1f\x7f\\]")
_LOCAL_NAMES = re.compile(r"(?:.*\.)?(?:localhost|localdomain|local|internal|home\.arpa)")
# fmt: off
_PORTS_OF_OTHER_SERVICES = frozenset({
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080,
})
# fmt: on


class InvalidUrl(ValueError):
    """The text is not a fetchable URL; the message gives the reason without quoting the text."""


@dataclass(frozen=True, slots=True)
class CallerUrl:
    """`host` is an address or an ASCII name; `text` the URL with the host in that spelling."""

    scheme: str
    host: Address | str
    port: int
    text: str

    @property
    def origin(self) -> tuple[str, Address | str, int]:
        return self.scheme, self.host, self.port

    @property
    def names_local_host(self) -> bool:
        """Tell whether the name is one that never belongs to the public internet."""
        return isinstance(self.host, str) and _LOCAL_NAMES.fullmatch(self.host) is not None


def read_url(url: object) -> CallerUrl:
    """Parse an http or https URL without credentials. Raises InvalidUrl if it is not one."""
    if not isinstance(url, str):
        raise InvalidUrl("must be a URL in text")
    url = url.strip(" ")
    if len(url) > MAX_URL_CHARACTERS:
        raise InvalidUrl(f"must be at most {MAX_URL_CHARACTERS} characters long")
    if _AMBIGUOUS.search(url):
        raise InvalidUrl("must not hold control characters or backslashes")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InvalidUrl("is not a valid URL") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise InvalidUrl("must begin with http:// or https://")
    if "@" in parts.netloc:
        raise InvalidUrl("must not hold a user name or password")
    if not parts.hostname:
        raise InvalidUrl("must name a host")
    return _checked(parts, parts.hostname, port)


def _checked(parts: SplitResult, hostname: str, port: int | None) -> CallerUrl:
    try:
        host = read_host(hostname)
    except InvalidHost as problem:
        raise InvalidUrl(f"is not a valid URL: {problem}") from None
    default = _DEFAULT_PORTS[parts.scheme]
    if port in _PORTS_OF_OTHER_SERVICES:
        raise InvalidUrl("must not use a port that belongs to another kind of service")
    netloc = f"[{host}]" if isinstance(host, IPv6Address) else str(host)
    if port not in {None, default}:
        netloc = f"{netloc}:{port}"
    text = urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))
    return CallerUrl(parts.scheme, host, port or default, text)
