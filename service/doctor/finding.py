"""What an examination found of one part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

OK, ADVICE, WRONG = "ok", "advice", "wrong"
NAMED = 5


@dataclass(frozen=True)
class Finding:
    """One part: `state` ok, advice (it works, and could be better) or wrong, with the fix."""

    part: str
    state: str
    words: str
    fix: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def works(part: str, words: str) -> Finding:
    return Finding(part, OK, words)


def named(things: Iterable[str]) -> str:
    """The first few of them, and how many more there are."""
    listed: Sequence[str] = list(things)
    more = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
    return ", ".join(listed[:NAMED]) + more
