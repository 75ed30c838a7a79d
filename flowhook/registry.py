"""A registry of units by name: webhook functions, flow actions, router tests.

A unit registers itself with a decorator where it is defined, and `load` imports a package's
modules, so there is no list to keep. A second unit of one name is refused, and so is one without a
docstring: the catalogue, the OpenAPI document and the docs are made from it.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Generic, TypeVar

Unit = TypeVar("Unit")


class Registry(Generic[Unit]):
    """Units of one kind by name, in order of name."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._units: dict[str, Unit] = {}
        self.find = self._units.get
        """The unit of a name, or None."""

    def add(self, name: str, unit: Unit, documented: object) -> None:
        """Register `unit`; `documented` is the object whose docstring is the unit's page."""
        if name in self._units:
            raise ValueError(f"{self.kind} {name!r} is registered twice")
        if not inspect.getdoc(documented):
            raise ValueError(f"{self.kind} {name!r} has no docstring")
        self._units[name] = unit

    def nearest(self, name: str, count: int = 3) -> list[str]:
        """The registered names most like `name`, for an error that helps."""
        return difflib.get_close_matches(name[:100].lower(), self._units, n=count, cutoff=0.5)

    def names(self) -> list[str]:
        return sorted(self._units)

    def __iter__(self) -> Iterator[Unit]:
        return (self._units[name] for name in self.names())

    def __len__(self) -> int:
        return len(self._units)


def load(package_name: str) -> None:
    """Import every module of a package, so that its units register themselves."""
    package = importlib.import_module(package_name)
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package_name}.{module.name}")
