"""Which versions of a saved prompt answer, as a form shows it and asks for it."""

from __future__ import annotations

from collections.abc import Mapping

from answers.prompts.prompt import PERCENT, Prompt, Split
from flowhook.errors import InvalidInput
from web.language import _

OFFERED = 2  # of the newest versions have a field, and so has each that is live
ALONE, SHARE, OTHER = "alone", "percent:", "other"
MAX_DIGITS = 9


def number(text: str) -> int:
    """A version's number as an address or a form has it; 0, which none has, for anything else."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else 0


def shares(prompt: Prompt, typed: Mapping[str, str]) -> dict[int, str]:
    """The fields of the form: each version's percent as it is, or as it was typed."""
    newest = range(max(1, prompt.newest - OFFERED + 1), prompt.newest + 1)
    offered = sorted({*prompt.split, *newest}, reverse=True)
    return {
        version: typed.get(f"{SHARE}{version}", str(prompt.split.get(version, 0)))
        for version in offered
    }


def asked_split(form: Mapping[str, str]) -> Split:
    """The versions and percents that a form asks for, those of 0 left out. Raises InvalidInput."""
    if number(form.get(ALONE, "")):
        return {number(form[ALONE]): PERCENT}
    split: dict[int, int] = {}
    for name, typed in form.items():
        if not name.startswith(SHARE) or typed.strip() in ("", "0"):
            continue
        version = number(form.get(OTHER, "") if name == SHARE + OTHER else name[len(SHARE) :])
        if not version or not number(typed) or version in split:
            raise InvalidInput(
                _("the split cannot be read"),
                fix=_("Give each version once, with a whole percent from 0 to 100."),
            )
        split[version] = number(typed)
    return split
