"""What a judge says of an answer: a score for each of three rules, with a reason."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

MOST = 5
REFERENCE = "reference"
KNOWLEDGE = "knowledge"
PROMPT = "prompt"
RULES = (REFERENCE, KNOWLEDGE, PROMPT)


@dataclass(frozen=True, slots=True)
class Score:
    """How far an answer keeps a rule: 0, not at all, to 5, wholly."""

    rule: str
    points: int
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judge's scores, one for each rule that it could judge by; `why` says why there are none.

    `cost` is in US dollars, None where no price is known. With `retry_after_seconds` a limit,
    `status`, kept the judge from being asked.
    """

    scores: tuple[Score, ...] = ()
    why: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None
    model: str = ""
    status: str = ""
    retry_after_seconds: float | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"scores": [asdict(score) for score in self.scores], "why": self.why}
