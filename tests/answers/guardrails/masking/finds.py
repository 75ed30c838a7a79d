"""What a finder found, as the texts that it would mask."""

from __future__ import annotations

from collections.abc import Sequence

from answers.guardrails.masking.finding import find
from flowhook.organisations.guardrail_schemas import KINDS


def found_in(
    text: str, kinds: Sequence[str] = KINDS, names: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """Each kind and text found."""
    return [(one.kind, text[one.start : one.end]) for one in find(text, kinds, names)]


def texts_in(text: str, kinds: Sequence[str] = KINDS, names: Sequence[str] = ()) -> list[str]:
    return [found for _, found in found_in(text, kinds, names)]
