"""The error of expressions. Its reason is shown in the conversation's trace and on publishing."""

from __future__ import annotations

from flowhook.errors import InvalidInput

SYNTAX = "invalid expression syntax"
TOO_COMPLEX = "expression too complex"
TIMED_OUT = "expression timed out"
RESOURCES = "expression exceeded resource limits"
TOO_LARGE = "expression output too large"
FAILED = "expression failed"
ZERO_DIVISION = "division by zero"


class ExpressionError(InvalidInput):
    """An expression that is unsupported or that failed; `reason` says why."""

    fix = "Correct the expression in the flow; the conversation's trace names the reason."

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
