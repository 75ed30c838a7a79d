"""`flowhook worker` where it cannot start: one line that names the variable and the fix."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_what_only_the_parts_find_wrong_is_one_line_too(tmp_path: Path) -> None:
    prices = tmp_path / "prices.json"
    prices.write_text("no list")
    environ = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "PRICES_FILE": str(prices)}
    ended = subprocess.run(
        [sys.executable, "-m", "flowhook", "worker"],
        cwd=ROOT,
        env=environ,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    (line,) = [line for line in ended.stderr.splitlines() if line]
    assert line.startswith("PRICES_FILE cannot be used")
