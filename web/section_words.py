"""Words of settings sections: their titles, what they lack, and what a test found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flowhook.organisations.schemas import SECTIONS
from flowhook.organisations.section import lacking
from web.forms import label_of

PROPER_NAMES = {
    "openai": "OpenAI (ChatGPT)",
    "whatsapp": "WhatsApp",
    "google_maps": "Google Maps",
    "google_sheets": "Google Sheets",
}
TITLES = {section: PROPER_NAMES.get(section, label_of(section)) for section in SECTIONS}

Tested = Mapping[str, Any]


def lacking_labels(section: str, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The needed fields that have no value, each with its label."""
    return [(name, label_of(name)) for name in lacking(SECTIONS[section], values)]


def tested_words(section: str, tested: Tested) -> str:
    """What a test found, with the milliseconds that it took."""
    found = TESTED.get(section, _models)(tested)
    return f"{found} It took {tested['latency_ms']} ms."


def _models(tested: Tested) -> str:
    return f"The key works: the provider lists {tested['models']} models and answered."


def _google_sheets(tested: Tested) -> str:
    return (
        f"The key works. Now share your sheets with {tested['client_email']}, as an Editor where"
        " flows write."
    )


def _whatsapp(tested: Tested) -> str:
    number, name = tested["phone_number"], tested["name"]
    return f"Everything fits: Meta delivers the messages of {number} ({name}) here."


def _signature(tested: Tested) -> str:
    used = tested["last_used_at"]
    seen = f"The last one came at {minute(used)}." if used else "None has come yet."
    return f"A call signed with the stored phrase is accepted. {seen}"


def _glific(tested: Tested) -> str:
    return f"Glific lets {tested['phone']} log in."


def _google_maps(tested: Tested) -> str:
    return f"The key works: Google found {tested['address']}."


def minute(moment: str) -> str:
    """An ISO time to the minute, as people read it."""
    return f"{moment[:16].replace('T', ' ')} UTC"


TESTED: dict[str, Callable[[Tested], str]] = {
    "signature": _signature,
    "google_sheets": _google_sheets,
    "whatsapp": _whatsapp,
    "glific": _glific,
    "google_maps": _google_maps,
}
