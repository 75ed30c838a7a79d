"""What the forms of the simulator mean: a message of the contact, or a made-up contact."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.datastructures import FileStorage

from flowhook.errors import InvalidInput, TooLarge
from flowhook.http.body_size import MAX_PICTURE_BYTES, size_in_words
from flowhook.media.store import extension_of
from flowhook.providers.media_type import sniff
from flows.api.message_schema import MEDIA, ContactSchema, MessageSchema, load, message_of
from flows.model.session import Message
from flows.play.contact_profiles import ContactProfile
from web.form_values import read_text
from web.language import _

PLACE = re.compile(r"(-?[\d.]{1,12})[,\s]+(-?[\d.]{1,12})", re.ASCII)
MAX_PROFILE_FIELDS = 20
KeepMedia = Callable[[str, bytes, str], str]
"""(organisation, content, extension) to the address under which it is served for a day."""


def said(form: Mapping[str, str], file: FileStorage | None, keep: KeepMedia, org: str) -> Message:
    """The message that the form means: words, a chosen option, media or a place."""
    if file is not None and file.filename:
        return _dropped(file, keep, org)
    kind = form.get("type", "text")
    text = form.get("text", "").replace("\r\n", "\n")
    body: dict[str, Any] = {"type": kind, "text": text}
    if not text.strip():
        raise InvalidInput(_("the message is empty"), fix=_("Write something first."))
    if kind in MEDIA:
        body = {"type": kind, "url": text.strip()}
    elif kind == "location":
        place = PLACE.fullmatch(text.strip())
        if place is None:
            raise InvalidInput(
                _("a location is a latitude and a longitude"), fix=_("For example 26.85, 80.95.")
            )
        body = {"type": kind, "latitude": place[1], "longitude": place[2]}
    return message_of(load(MessageSchema(), body))


def _dropped(file: FileStorage, keep: KeepMedia, org: str) -> Message:
    """A picture or a voice note, kept as one that a contact sent; the content tells which."""
    content = file.read(MAX_PICTURE_BYTES + 1)
    if len(content) > MAX_PICTURE_BYTES:
        most = size_in_words(MAX_PICTURE_BYTES)
        raise TooLarge(
            _("the file is larger than %(most)s", most=most), fix=_("Take a smaller one.")
        )
    found = sniff(content)
    if found is None:
        raise InvalidInput(
            _("the file is neither a picture nor a recording"),
            fix=_("Choose a JPEG or PNG, or a voice note in OGG, MP3 or M4A."),
        )
    url = keep(org, content, extension_of(found.mime))
    return Message(type="image" if found.is_image else "audio", url=url)


def typed_profile(form: Mapping[str, str]) -> dict[str, str]:
    """What was typed for a made-up contact; empty fields before that."""
    return {
        name: form.get(f"profile_{name}", "") for name in ("name", "phone", "language", "fields")
    }


def profile_of(form: Mapping[str, str]) -> ContactProfile:
    """The made-up contact that a form describes. Raises InvalidInput that names what is wrong."""
    typed = typed_profile(form)
    if not typed["name"].strip():
        raise InvalidInput(_("the contact has no name"), fix=_("Write a name."))
    fields = read_text("pairs", typed["fields"]) or {}
    if len(fields) > MAX_PROFILE_FIELDS:
        raise InvalidInput(_("a made-up contact has at most 20 fields"))
    known = {"name": typed["name"].strip(), "language": typed["language"] or "en"}
    known |= {"phone": phone} if (phone := typed["phone"].strip()) else {}
    loaded = load(ContactSchema(), {**known, "fields": fields})
    return ContactProfile(fields=loaded.pop("fields_", {}), **loaded)
