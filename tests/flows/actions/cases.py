"""The cases beside this file, by action type: those that are played, and those that tell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
EVERY = [
    (path.stem, case)
    for path in sorted(FOLDER.glob("*.json"))
    for case in json.loads(path.read_text("utf-8"))
]


def with_ids(*, telling: bool) -> list[object]:
    return [
        pytest.param(kind, case, id=f"{kind}: {case['note']}")
        for kind, case in EVERY
        if ("tells" in case) is telling
    ]


TELLING, PLAYED = with_ids(telling=True), with_ids(telling=False)
