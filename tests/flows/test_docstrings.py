"""The examples in docstrings are executed; every test of a router shows one."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import flows
from flows.routers.cases import cases

MODULES = [
    name
    for _, name, _ in pkgutil.walk_packages(flows.__path__, "flows.")
    if not name.startswith("flows.expressions") and not name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name: str) -> None:
    module = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0


def test_every_case_test_shows_an_example() -> None:
    found = {
        function.name.rpartition(".")[2]
        for name in MODULES
        if name.startswith("flows.routers.cases")
        for function in doctest.DocTestFinder().find(importlib.import_module(name))
        if function.examples
    }
    assert set(cases.names()) <= found
