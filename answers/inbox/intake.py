"""Puts questions into the inbox, with what is known of those who ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from answers.inbox.item import NewItem, SaidBefore
from answers.inbox.store import Added, InboxStore


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
        """Put something into the inbox; see InboxStore.add."""
        return self.store.add(org, self._named(org, self._with_history(org, new)), item_id, same)

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
