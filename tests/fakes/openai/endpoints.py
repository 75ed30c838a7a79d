"""Imports every module of this package, so that endpoints register themselves."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from pathlib import Path


@functools.cache
def load() -> None:
    here = __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        importlib.import_module(f"{here}.{module.name}")
