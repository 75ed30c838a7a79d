"""What every change of an organisation's saved prompts has to keep to."""

from __future__ import annotations

from collections.abc import Iterable

from answers.prompts.prompt import PERCENT, Prompt, Split
from answers.prompts.prompt_fields import prompt_field, stored_bytes
from flowhook.errors import Changed, Conflict, InvalidInput, NotFound, TooLarge
from flowhook.organisations.settings_fields import Stored

MAX_PROMPTS = 200
MAX_VERSIONS = 500  # of a prompt
MAX_LIVE = 10  # versions at once
MAX_LIVE_BYTES = 512 * 1024  # that an organisation's prompts add to the settings each call reads
MAX_BYTES = 32 * 1024 * 1024  # of all versions of an organisation's prompts


def check_room(known: Iterable[Prompt], taken: Iterable[str], prompt: Prompt, added: int) -> None:
    """Raise where a prompt, or one more version of it, is too many or too large.

    `known` are the prompts that there are, `taken` the names of these and of those that no key
    decrypts, and `added` the bytes that come.
    """
    if prompt.newest >= MAX_VERSIONS:
        raise Conflict(
            f"the prompt {prompt.name} has {MAX_VERSIONS} versions, and takes no more",
            fix="Save this text as a prompt with a new name, and name that in the flow.",
        )
    if len({*taken, prompt.name}) > MAX_PROMPTS:
        raise TooLarge(
            f"an organisation may have {MAX_PROMPTS} prompts",
            fix="Delete prompts that no flow names any more.",
        )
    if sum(one.size for one in known) + added > MAX_BYTES:
        raise TooLarge(
            "the organisation's prompts take more than"
            f" {MAX_BYTES // 1024**2} MiB with all their versions",
            fix="Delete prompts that no flow names any more.",
        )


def check_live_bytes(stored: Stored, name: str, sealed: bytes) -> None:
    """Raise where the live versions of all prompts take too much, with this one's field."""
    before = len(stored.get(prompt_field(name).encode(), b""))
    if stored_bytes(stored) - before + len(sealed) > MAX_LIVE_BYTES:
        raise TooLarge(
            f"the live versions of all prompts take more than {MAX_LIVE_BYTES // 1024} KiB",
            fix="Shorten the longest, or have fewer versions live at once.",
        )


def check_split(split: Split) -> None:
    """Raise InvalidInput unless these are whole percent, together 100, of a few versions."""
    reason = ""
    if len(split) > MAX_LIVE:
        reason = f"At most {MAX_LIVE} versions can be live at once."
    elif not all(1 <= percent <= PERCENT for percent in split.values()):
        reason = f"Each version takes 1 to {PERCENT} percent: leave out one that takes none."
    elif sum(split.values()) != PERCENT:
        reason = f"Together they are {sum(split.values())} percent, not {PERCENT}."
    if reason:
        raise InvalidInput(
            f"the versions cannot be live like this: {reason}",
            fix='Give each version its whole percent of the contacts, as in {"3": 80, "4": 20}.',
            fields={"versions": [reason]},
        )


def check_tag(name: str, prompt: Prompt | None, expected: str | None) -> None:
    """Raise Changed where this is not the tag of the prompt."""
    if expected is not None and (prompt is None or expected not in ("*", prompt.tag)):
        raise Changed(f"the prompt {name} changed since you read it")


def check_newest(prompt: Prompt, split: Split) -> None:
    """Raise NotFound where a version is beyond the prompt's newest."""
    for number in split:
        if number > prompt.newest:
            raise no_version(prompt.name, number)


def no_prompt(name: str) -> NotFound:
    return NotFound(
        f"there is no prompt {name}", fix="GET /prompts/<org> lists the prompts that there are."
    )


def no_version(name: str, number: int) -> NotFound:
    return NotFound(
        f"the prompt {name} has no version {number}",
        fix=f"GET /prompts/<org>/{name} lists the versions that it has.",
    )
