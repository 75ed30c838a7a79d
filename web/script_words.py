"""What the scripts of the pages say; they know no language themselves."""

from __future__ import annotations

import orjson

from web.language import N_, translated

WORDS = {
    "copied": N_("Copied"),
    "copy": N_("Copy"),
    "select": N_("Selected; press Ctrl and C to copy."),
    "link_token": N_("The token of your link is filled in; press Sign in."),
    "no_models": N_("The models cannot be listed: %(reason)s."),
    "models": N_("Models to choose from: %(count)s."),
    "new_call": N_("One new call."),
    "new_calls": N_("%(count)s new calls."),
    "not_updated": N_("This page cannot be updated at the moment."),
    "upload_waits": N_("waits"),
    "upload_part": N_("%(part)s sent"),
    "upload_large": N_(
        "This file is larger than 20 MiB. Split it, or save it with smaller pictures."
    ),
    "upload_broke": N_("The connection broke off. Choose the file again."),
    "no_answer": N_("No answer came. Reload the page to see what the flow is doing."),
}


def script_words() -> str:
    """The words by the names that scripts ask for, in the page's language, as JSON."""
    return orjson.dumps({name: translated(text) for name, text in WORDS.items()}).decode()
