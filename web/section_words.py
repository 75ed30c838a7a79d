"""Words of settings sections: their titles, what they lack, and what a test found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup, escape

from flowhook.organisations.schemas import SECTIONS
from flowhook.organisations.section import lacking
from web.field_labels import label_of
from web.language import N_, _, n_

PROPER_NAMES = {
    "openai": N_("OpenAI (ChatGPT)"),
    "glific": N_("Glific"),
    "whatsapp": N_("WhatsApp"),
    "google_maps": N_("Google Maps"),
    "google_sheets": N_("Google Sheets"),
    "sarvam": N_("Sarvam"),
    "signature": N_("Signature"),
    "assistants": N_("Assistants"),
    "limits": N_("Limits"),
    "globals": N_("Globals"),
    "timezone": N_("Timezone"),
    "flows": N_("Flows"),
    "alerts": N_("Alerts"),
    "inbox": N_("Inbox"),
    "guardrails": N_("Guardrails"),
    "answers": N_("Approved answers"),
}
TITLES = {section: PROPER_NAMES.get(section, label_of(section)) for section in SECTIONS}

Tested = Mapping[str, Any]


def lacking_labels(section: str, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The needed fields that have no value, each with its label."""
    return [(name, label_of(name)) for name in lacking(SECTIONS[section], values)]


def tested_words(section: str, tested: Tested) -> str:
    """What a test found, with the milliseconds that it took."""
    found = TESTED.get(section, _models)(tested)
    took = _("It took %(num)s ms.", num=tested["latency_ms"])
    return Markup("{} {}").format(found, took)


def _models(tested: Tested) -> str:
    return _(
        "The key works: the provider lists %(models)s models and answered.",
        models=tested["models"],
    )


def _google_sheets(tested: Tested) -> str:
    return _(
        "The key works. Now share your sheets with %(email)s, as an Editor where flows write.",
        email=tested["client_email"],
    )


def _whatsapp(tested: Tested) -> str:
    return _(
        "Everything fits: Meta delivers the messages of %(number)s (%(name)s) here.",
        number=tested["phone_number"],
        name=tested["name"],
    )


def _signature(tested: Tested) -> str:
    used = tested["last_used_at"]
    seen = _("The last signed call came at %(at)s.", at=AT) if used else ""
    seen = seen or _("No signed call has come yet.")
    fits = _("A call signed with the stored phrase is accepted.")
    return with_time(f"{fits} {seen}", used or "")


def _glific(tested: Tested) -> str:
    return _("Glific lets %(phone)s log in.", phone=tested["phone"])


def _google_maps(tested: Tested) -> str:
    return _("The key works: Google found %(address)s.", address=tested["address"])


def minute(moment: str) -> str:
    """An ISO time to the minute, as people read it."""
    return f"{moment[:16].replace('T', ' ')} UTC"


AT = "\0"
"""Where a time belongs in words that `with_time` completes."""


def with_time(words: str, moment: str) -> Markup:
    """Words with an ISO time in the place of AT, which a script tells in the reader's own zone."""
    time = Markup('<time datetime="{}">{}</time>').format(moment, minute(moment))
    return escape(words).replace(AT, time)


def _alerts(tested: Tested) -> str:
    return n_(
        "A test was sent: look whether it came.",
        "A test was sent to %(num)s places: look whether it came.",
        int(tested["sent"]),
    )


TESTED: dict[str, Callable[[Tested], str]] = {
    "signature": _signature,
    "google_sheets": _google_sheets,
    "whatsapp": _whatsapp,
    "glific": _glific,
    "google_maps": _google_maps,
    "alerts": _alerts,
}
