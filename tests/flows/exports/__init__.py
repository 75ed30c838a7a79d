"""Whole exports as the flow editor writes them.

A flow stands in `<name>.json`, what contacts say to it in `<name>.scripts.json` beside it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
EXPORTS = sorted(set(FOLDER.glob("*.json")) - set(FOLDER.glob("*.scripts.json")))
each_export = pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.stem)
