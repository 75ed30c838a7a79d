"""What a test does when something outside the code is not here."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(reason: object) -> NoReturn:
    """Skip on a laptop, fail where CI is set."""
    if os.environ.get("CI"):
        pytest.fail(str(reason))
    pytest.skip(str(reason))
