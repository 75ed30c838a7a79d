"""What a file's reading is, in this process, for tests of its readers."""

from __future__ import annotations

import pytest

from answers.knowledge.reading.parsing import parse
from answers.knowledge.reading.unreadable import Unreadable


def blocks(content: bytes, kind: str = "", ending: str = "") -> list[tuple[str, int, int]]:
    return [(one.text, one.level, one.page) for one in parse(content, kind, ending).blocks]


def texts(content: bytes, kind: str = "", ending: str = "") -> list[str]:
    return [text for text, _, _ in blocks(content, kind, ending)]


def why_not(content: bytes, kind: str = "", ending: str = "") -> str:
    with pytest.raises(Unreadable) as why:
        parse(content, kind, ending)
    return why.value.reason
