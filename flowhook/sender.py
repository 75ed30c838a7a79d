"""Who sends, as far as an address tells."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network


@lru_cache(maxsize=4096)
def sender(address: str) -> str:
    """The sender that is counted: an IPv4 address, or an IPv6 address's /64 network."""
    try:
        whole = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if whole.ipv4_mapped is not None:
        return str(whole.ipv4_mapped)
    return str(IPv6Network((whole, 64), strict=False))
