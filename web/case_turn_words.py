"""What a turn of a case says, in a few words."""

from __future__ import annotations

from answers.question_sets.question_set import Turn
from flows.play.case_turns import NO_RESPONSE
from web.flow_words import MESSAGES
from web.language import _, translated


def turn_words(turn: Turn) -> str:
    if isinstance(turn, str):
        return turn
    if turn.get("type") == NO_RESPONSE:
        return _("(says nothing)")
    kind = str(turn.get("type", ""))
    return str(turn.get("text") or f"({translated(MESSAGES.get(kind, kind))})")
