"""Normalises the host of a URL, and tells whether its address is public.

A host has many spellings: `127.1`, `2130706433`, `0x7f.0.0.1`, fullwidth digits, an IPv4
address inside an IPv6 one. `read_host` reduces them to one, as the URL Standard does, and
`is_public` judges the address. The list of networks is our own rather than
`ipaddress.is_global`, whose answer changes between patch releases of Python.

Source: https://url.spec.whatwg.org/#host-parsing,
https://www.iana.org/assignments/iana-ipv4-special-registry,
https://www.iana.org/assignments/iana-ipv6-special-registry
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import unquote_to_bytes

import idna

Address = IPv4Address | IPv6Address

_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")

_NOT_PUBLIC_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network, unspecified
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; also Alibaba's metadata service
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's platform service, though the address looks public
        "169.254.0.0/16",  # link-local; metadata services
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata service
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, Teredo, ORCHID, benchmarking
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, retired by RFC 7526, and a way round any IPv4 rule
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP_MARKS = (0x00005EFE, 0x02005EFE)


class InvalidHost(ValueError):
    """The text is not a valid host; the message gives the reason without quoting the text."""


def read_host(host: str) -> Address | str:
    """Parse a host to its address, or to its lower-case ASCII name without the last dot."""
    if host.startswith("[") or host.count(":") > 1:
        return _read_v6(host.removeprefix("[").removesuffix("]"))
    name = _ascii(host).removesuffix(".")
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _read_v4(labels)
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise InvalidHost("the host is not a valid name")
    return name


def is_public(address: Address) -> bool:
    """Tell whether the address belongs to the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_V4)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    embedded = IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _NAT64:
        return is_public(embedded)
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP_MARKS and not is_public(embedded):
        return False
    return address in _GLOBAL_V6 and not any(address in network for network in _NOT_PUBLIC_V6)


def plain(address: Address) -> Address:
    """Return the IPv4 address inside an IPv4-mapped one, else the address unchanged."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _read_v6(text: str) -> Address:
    if "%" in text:
        raise InvalidHost("an address with a zone is never a public one")
    try:
        return plain(IPv6Address(text))
    except ValueError:
        raise InvalidHost("the host is not a valid IPv6 address") from None


def _ascii(host: str) -> str:
    """Percent-decode, map and encode a host as browsers do, which normalises look-alikes."""
    try:
        decoded = unquote_to_bytes(host).decode("utf-8")
        if decoded.isascii():
            return decoded.lower()
        return idna.encode(decoded, uts46=True).decode("ascii").lower()
    except (UnicodeError, idna.IDNAError):
        raise InvalidHost("the host is not a valid name") from None


def _read_v4(labels: list[str]) -> IPv4Address:
    """Parse one to four decimal, octal (`0`) or hexadecimal (`0x`) parts; the last fills up."""
    try:
        parts = [_read_number(label) for label in labels]
    except ValueError:
        raise InvalidHost("a host that ends in a number is no valid IPv4 address") from None
    last = parts.pop()
    if len(parts) > 3 or any(part > 255 for part in parts) or last >= 256 ** (4 - len(parts)):
        raise InvalidHost("a host that ends in a number is no valid IPv4 address")
    high = sum(part << (8 * (3 - place)) for place, part in enumerate(parts))
    return IPv4Address(high + last)


def _read_number(label: str) -> int:
    if len(label) > 64 or not _NUMBER.fullmatch(label):
        raise ValueError(label)
    if label.startswith("0x"):
        return int(label[2:] or "0", 16)
    return int(label, 8 if len(label) > 1 and label.startswith("0") else 10)
