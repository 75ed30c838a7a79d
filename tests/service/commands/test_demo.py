"""`flowhook demo`, where it cannot run; where it can is tested by tests/demo."""

from __future__ import annotations

from pathlib import Path

import pytest

from service import module_path
from service.commands import demo
from tests.fixtures_commands import CommandLine


def test_an_installed_release_says_where_the_demo_is(
    bare_cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module_path, "ROOT", tmp_path)
    said = bare_cli("demo")
    assert (said.status, said.err.split(":")[0]) == (1, "the demo comes with the repository only")


def test_a_missing_model_is_told_before_anything_starts(
    bare_cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(demo, "MODEL", "no_such_package")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    assert bare_cli("demo").err.startswith("the local model is not installed: run make demo")
    assert not (tmp_path / "data").exists()
