"""Who is counted as one sender."""

from __future__ import annotations

import pytest

from flowhook.sender import sender


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_an_address_or_a_network(address: str, counted: str) -> None:
    assert sender(address) == counted
