"""Reads all messages and statuses in a delivery from Meta.

Any value may be missing or have an unexpected type. Unusable parts are skipped and counted; they
raise no error, because Meta would repeat the delivery for seven days.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flows.channels.inbound import Inbound, Status
from flows.channels.whatsapp.kinds import read_content

MILLISECONDS_FROM = 100_000_000_000  # the year 5138 in seconds, 1973 in milliseconds
CONTACT = re.compile(r"\+?[A-Za-z0-9][A-Za-z0-9._-]{0,158}")
MESSAGE_ID = re.compile(r"[!-~]{1,512}")
STATUSES = frozenset({"sent", "delivered", "read", "played", "failed"})


@dataclass(frozen=True, slots=True)
class Skipped:
    """A part of a delivery that is not processed; `reason` holds no message text."""

    reason: str


def read_delivery(
    body: Mapping[str, Any], phone_number_id: str = ""
) -> Iterator[Inbound | Status | Skipped]:
    """Read all messages and statuses of a delivery, in order, each when it is asked for.

    If `phone_number_id` is given, messages for another number of the same Meta app are skipped:
    their signature is valid, because the numbers share the app secret, but they are not this
    organisation's.
    """
    if body.get("object") != "whatsapp_business_account":
        yield Skipped("not a WhatsApp delivery")
        return
    for value in _values(body):
        number = _map(value.get("metadata")).get("phone_number_id")
        if phone_number_id and str(number) != phone_number_id:
            yield Skipped("for another phone number")
            continue
        yield from _read_value(value)


def _values(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for entry in _maps(body.get("entry")):
        for change in _maps(entry.get("changes")):
            if change.get("field") == "messages":
                yield _map(change.get("value"))


def _read_value(value: Mapping[str, Any]) -> Iterator[Inbound | Status | Skipped]:
    people = _People(_maps(value.get("contacts")))
    for message in _maps(value.get("messages")):
        yield _read_message(message, people)
    for status in _maps(value.get("statuses")):
        yield _read_status(status)
    for error in _maps(value.get("errors")):
        yield Skipped(f"an error of the account, code {_whole(error.get('code'))}")


class _People:
    """The contacts that a delivery names, found by number or user id."""

    def __init__(self, entries: list[Mapping[str, Any]]) -> None:
        self.entries = entries
        self.places: dict[tuple[str, str], int] = {}
        for place, entry in enumerate(entries):
            for kind in ("wa_id", "user_id"):
                self.places.setdefault((kind, _text(entry.get(kind))), place)

    def find(self, phone: str, user_id: str) -> Mapping[str, Any]:
        """Return the sender's entry, the first that fits; empty if there is none."""
        asked = [("wa_id", phone)] * bool(phone) + [("user_id", user_id)] * bool(user_id)
        found = [self.places[one] for one in asked if one in self.places]
        if found:
            return self.entries[min(found)]
        is_theirs = len(self.entries) == 1 and not (phone and self.entries[0].get("wa_id"))
        return self.entries[0] if is_theirs else {}


def _read_message(message: Mapping[str, Any], people: _People) -> Inbound | Skipped:
    if message.get("group_id"):
        return Skipped("a group's message")
    phone, user_id = _text(message.get("from")), _text(message.get("from_user_id"))
    person = people.find(phone, user_id)
    user_id = user_id or _text(person.get("user_id"))
    contact = phone or user_id or _text(person.get("wa_id"))
    message_id = _text(message.get("id"))
    if not CONTACT.fullmatch(contact) or not MESSAGE_ID.fullmatch(message_id):
        return Skipped("a message without a usable sender or id")
    read = read_content(message)
    return Inbound(
        id=message_id,
        contact=contact,
        sent_at=read_time(message.get("timestamp")),
        name=_text(_map(person.get("profile")).get("name"))[:256],
        phone=phone if phone.lstrip("+").isdigit() else "",
        user_id=user_id if CONTACT.fullmatch(user_id) else "",
        **read,
    )


def _read_status(status: Mapping[str, Any]) -> Status | Skipped:
    kind, message_id = _text(status.get("status")), _text(status.get("id"))
    if kind not in STATUSES or not MESSAGE_ID.fullmatch(message_id):
        return Skipped("a status that says nothing of a message")
    if status.get("recipient_type") == "group":
        return Skipped("a group's status")
    errors = _maps(status.get("errors"))
    user_id = _text(status.get("recipient_user_id"))
    return Status(
        id=message_id,
        contact=_text(status.get("recipient_id")) or user_id,
        status=kind,
        at=read_time(status.get("timestamp")),
        error_code=_whole(errors[0].get("code")) if errors else 0,
        user_id=user_id if CONTACT.fullmatch(user_id) else "",
    )


def read_time(value: Any) -> float:
    """Return epoch seconds from a timestamp in seconds or milliseconds; 0 if it is invalid.

    >>> read_time("1454119029"), read_time("1454119029123"), read_time("soon")
    (1454119029.0, 1454119029.123, 0.0)
    """
    number = _whole(value)
    return number / 1000 if number >= MILLISECONDS_FROM else float(number)


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        return 0
    if isinstance(value, int):
        return value if 0 <= value < 10**15 else 0
    text = value if isinstance(value, str) else ""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else 0


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _maps(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
