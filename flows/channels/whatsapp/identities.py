"""Finds the contact of a person, by phone number or by Meta's user id alone.

Messages of a person with a WhatsApp username no longer contain the phone number. The id under which
a person first wrote stays the contact's id; a changed number is a new contact.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flowhook.organisations.contact_names import ContactNames
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key
from flows.channels.inbound import Inbound, Status


class Identities:
    """The contact that each business-scoped user id belongs to."""

    def __init__(self, redis: Any, names: ContactNames) -> None:
        self.redis = redis
        self.names = names

    def of_sender(self, org: str, inbound: Inbound) -> Inbound:
        """Return the message with the contact that has its user id."""
        if not inbound.user_id:
            return inbound
        found = self.redis.get(self._key(org, inbound.user_id))
        contact = found.decode() if found else inbound.contact
        has_moved = inbound.phone and contact not in (inbound.phone, inbound.user_id)
        if has_moved:
            contact = inbound.contact
        if has_moved or not found:
            write(
                self.redis,
                ("SET", self._key(org, inbound.user_id), contact),
                ("SET", self._reverse(org, contact), inbound.user_id),
            )
        return replace(inbound, contact=contact)

    def of_recipient(self, org: str, status: Status) -> Status:
        """Return the status with the contact to whom the message was sent."""
        found = self.redis.get(self._key(org, status.user_id)) if status.user_id else None
        return replace(status, contact=found.decode()) if found else status

    def user_id_of(self, org: str, contact: str) -> str:
        """Meta's user id of a contact; empty where there is none."""
        found = self.redis.get(self._reverse(org, contact))
        return found.decode() if found else ""

    def forget(self, org: str, contact: str) -> None:
        user_id = self.redis.getdel(self._reverse(org, contact))
        if user_id is None:
            return
        key = self._key(org, user_id.decode())
        if self.redis.get(key) == contact.encode():  # it may belong to another number by now
            self.redis.delete(key)

    def _key(self, org: str, user_id: str) -> str:
        return org_key(org, "whatsapp", "contact_of", self.names.of(org, user_id))

    def _reverse(self, org: str, contact: str) -> str:
        return org_key(org, "whatsapp", "user_id_of", self.names.of(org, contact))
