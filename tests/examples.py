"""Execute the examples in a module's docstrings."""

from __future__ import annotations

import doctest
from types import ModuleType


def check_examples(module: ModuleType) -> None:
    """Fail where an example does not hold, or the module shows none."""
    found = doctest.testmod(module)
    assert found.attempted, f"{module.__name__} shows no example"
    assert found.failed == 0
