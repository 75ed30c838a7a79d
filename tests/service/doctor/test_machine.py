"""What doctor says of Python, packages and disk."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

from service.doctor import machine
from service.doctor.finding import OK, WRONG


@pytest.mark.parametrize(
    ("version", "state"), [((3, 10, 14), WRONG), ((3, 11, 0), OK), ((4, 0, 0), OK)]
)
def test_python_is_told_with_its_version(version: tuple[int, ...], state: str) -> None:
    found = machine.python(version)
    assert (found.state, found.words) == (state, ".".join(map(str, version)))


def test_packages_are_held_to_what_the_release_needs() -> None:
    assert machine.packages().state == OK
    assert len(machine.requirements()) > 20
    click = metadata.version("click")
    found = machine.packages(["click>=99", "redis>=1", "no-such-package>=1"])
    assert found.words == f"click is {click} and should be >=99, no-such-package is missing"
    assert found.state == WRONG


def test_a_disk_that_is_nearly_full_is_told(tmp_path: Path) -> None:
    assert machine.disk(tmp_path, least_bytes=1).state == OK
    found = machine.disk(tmp_path, least_bytes=10**18)
    assert found.state == WRONG
    assert str(tmp_path) in found.words
