"""The registry of webhook functions, flow actions and router tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from flowhook.registry import Registry, load


def documented() -> None:
    """A page."""


def bare() -> None:
    pass


def test_units_come_in_order_of_name() -> None:
    registry: Registry[int] = Registry("unit")
    registry.add("b", 2, documented)
    registry.add("a", 1, documented)
    assert registry.names() == ["a", "b"]
    assert list(registry) == [1, 2]
    assert len(registry) == 2
    assert registry.find("a") == 1
    assert registry.find("c") is None


def test_a_name_is_taken_once() -> None:
    registry: Registry[int] = Registry("unit")
    registry.add("a", 1, documented)
    with pytest.raises(ValueError, match="unit 'a' is registered twice"):
        registry.add("a", 2, documented)


def test_a_unit_without_a_docstring_is_refused() -> None:
    registry: Registry[int] = Registry("unit")
    with pytest.raises(ValueError, match="unit 'a' has no docstring"):
        registry.add("a", 1, bare)
    assert registry.find("a") is None


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("parse_via_chatgpt", ["parse_via_chat_gpt"]),
        ("PARSE_VIA_CHAT_GPT", ["parse_via_chat_gpt"]),
        ("button", ["get_buttons"]),
        ("zzz", []),
        ("x" * 100_000, []),
    ],
)
def test_the_nearest_names(asked: str, nearest: list[str]) -> None:
    registry: Registry[int] = Registry("unit")
    for name in ("parse_via_chat_gpt", "get_buttons", "check_response"):
        registry.add(name, 1, documented)
    assert registry.nearest(asked) == nearest


def test_a_package_is_imported_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "some_units"
    folder.mkdir()
    for name in ("__init__", "one", "two"):
        (folder / f"{name}.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    load("some_units")
    found = [name for name in sys.modules if name.startswith("some_units")]
    for name in found:
        monkeypatch.delitem(sys.modules, name)
    assert sorted(found) == ["some_units", "some_units.one", "some_units.two"]
