"""Puts questions into the inbox, with what is known of those who ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from answers.inbox.item import (
    ASK_A_PERSON,
    NOT_FOUND,
    OPEN,
    OPEN_TICKET,
    NewItem,
    SaidBefore,
)
from answers.inbox.store import FULL_SECONDS, MAX_OPEN, Added, InboxStore
from flowhook.errors import RateLimited


@dataclass(frozen=True, slots=True)
class KnownContact:
    """What is known of a contact: their name, their language, and what was said, oldest first."""

    name: str = ""
    language: str = ""
    said: tuple[SaidBefore, ...] = ()


class ContactHistory(Protocol):
    """Tells what is known of contacts."""

    def of(self, org: str, contact: str) -> KnownContact | None:
        """None for a contact who is not known here."""


FlowName = Callable[[str, str], str]
"""From an organisation and a flow's id to the flow's name; empty for one that is not known."""


class InboxIntake:
    """What functions, flows and channels put questions into the inbox by."""

    def __init__(self, store: InboxStore) -> None:
        self.store = store
        self.histories: list[ContactHistory] = []
        self.flow_names: list[FlowName] = []

    def add_history(self, history: ContactHistory) -> None:
        """Add somebody who knows contacts; the first who knows one is asked."""
        self.histories.append(history)

    def add_flow_names(self, flow_name: FlowName) -> None:
        """Add somebody who knows flows by their ids."""
        self.flow_names.append(flow_name)

    def add(self, org: str, new: NewItem, item_id: str = "", same: str = "") -> Added:
        """Put something into the inbox; see InboxStore.add.

        A flow that asks people itself what was not found asks them once: the open item that the
        inbox took of that by itself goes, unless somebody has it.
        Such items take half of the inbox at the most, so that there is room for those.
        """
        if new.kind == NOT_FOUND and self.store.count(org) >= MAX_OPEN // 2:
            raise RateLimited("half of the inbox is full", retry_after_seconds=FULL_SECONDS)
        added = self.store.add(org, self._named(org, self._with_history(org, new)), item_id, same)
        if new.kind in (ASK_A_PERSON, OPEN_TICKET) and new.contact:
            self._drop_same(org, new)
        return added

    def _drop_same(self, org: str, new: NewItem) -> None:
        told = _squeezed(f"{new.question}\n{new.context}")
        for item in self.store.of_contact(org, new.contact, (OPEN,)):
            is_same = item.asked.kind == NOT_FOUND and _squeezed(item.asked.question) in told
            if is_same and not item.state.assigned:
                self.store.drop(org, item.id)

    def language_of(self, org: str, contact: str) -> str:
        """A contact's language as whoever knows them says; empty where nobody does."""
        known = (history.of(org, contact) for history in self.histories)
        return next((one.language for one in known if one is not None), "")

    def _named(self, org: str, new: NewItem) -> NewItem:
        if not new.flow or new.flow_name:
            return new
        names = (flow_name(org, new.flow) for flow_name in self.flow_names)
        return replace(new, flow_name=next(filter(None, names), ""))

    def _with_history(self, org: str, new: NewItem) -> NewItem:
        if not new.contact or new.said:
            return new
        for history in self.histories:
            known = history.of(org, new.contact)
            if known is not None:
                return replace(
                    new,
                    name=new.name or known.name,
                    language=new.language or known.language,
                    said=known.said,
                )
        return new


def _squeezed(text: str) -> str:
    return " ".join(text.casefold().split())
