"""What others must know of an action or a router's test, they ask its ActionType or CaseTest."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from flowhook.registry import Registry
from flows.model.action import actions
from flows.routers.cases import cases

ROOT = Path(__file__).parents[2]
ROOMS = ("webhooks", "answers", "flows", "web", "service", "flowhook")


@pytest.mark.parametrize(
    ("registry", "folder"), [(actions, "flows/actions"), (cases, "flows/routers/cases")]
)
def test_no_file_outside_the_folder_names_a_unit(registry: Registry[Any], folder: str) -> None:
    names = set(registry.names())
    assert names
    shipped = [ROOT / "app.py", *(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))]
    named = {
        f"{path.relative_to(ROOT)}: {node.value}"
        for path in shipped
        if path.parent != ROOT / folder
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in names
    }
    assert named == set()
