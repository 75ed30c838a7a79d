"""What the sign-in page says of a refused token, a lock-out and a session that has ended."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from flowhook.errors import Ended, FlowhookError, RateLimited, Unauthorized
from flowhook.organisations.schemas import SECTIONS
from web.field_labels import label_of
from web.language import N_, _, n_

ENDED = N_("Your session has ended. Sign in again to go on where you were.")
REVOKED = N_("You revoked the token with which you were signed in. Sign in with another one.")
NOT_KEPT = frozenset({"csrf", "tag", "next", "save", "token"})
SECRETS = frozenset(
    name
    for section in SECTIONS.values()
    for name, field in section().fields.items()
    if field.metadata.get("secret")
)


@dataclass(frozen=True, slots=True)
class Words:
    """An error as the page shows it."""

    message: str
    fix: str


def refusal(error: FlowhookError) -> FlowhookError | Words:
    """The error in words for whoever typed a token; other errors as they are."""
    if isinstance(error, RateLimited):
        return Words(
            N_("too many wrong tokens came from your network"),
            _(
                "Wait %(time)s, then try again with a token that you have checked.",
                time=wait(error.retry_after_seconds or 60),
            ),
        )
    if isinstance(error, Unauthorized) and not isinstance(error, Ended):
        return Words(
            N_("this token is not valid"),
            N_(
                "Check that you pasted all of it, and that it was not deleted and has not ended."
                " Your organisation's admin makes a new one under Tokens; the operator's is"
                " ADMIN_TOKEN, or in the file admin_token of the service's data."
            ),
        )
    return error


def wait(seconds: float) -> str:
    """A time to wait, in words.

    >>> wait(45), wait(61), wait(1)
    ('45 seconds', '2 minutes', '1 second')
    """
    if seconds > 60:
        return n_("%(num)s minute", "%(num)s minutes", math.ceil(seconds / 60))
    return n_("%(num)s second", "%(num)s seconds", max(1, math.ceil(seconds)))


def typed_texts(form: Mapping[str, str]) -> dict[str, str]:
    """What a form held that its page did not write, by label; keys and passwords are left out."""
    return {
        label_of(name): text
        for name, text in form.items()
        if text.strip() and name not in NOT_KEPT and name not in SECRETS
    }
