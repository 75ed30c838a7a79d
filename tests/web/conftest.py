"""Tests that need packages beyond those of unit tests are left out where these are missing."""

from __future__ import annotations

import os
from importlib.util import find_spec

NEEDS = {"browser": "playwright", "operations/test_schemathesis.py": "schemathesis"}

# CI leaves nothing out: there the import fails, and says what is missing.
collect_ignore = [
    path for path, package in NEEDS.items() if not (os.environ.get("CI") or find_spec(package))
]
