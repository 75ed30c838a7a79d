"""The flows that an organisation starts without a keyword, from its settings section `flows`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flowhook.organisations.office_hours import is_open
from flows.engine.lifecycle import NEW_CONTACT
from flows.library.library import Library
from flows.model.text import clean


def flow_named(section: Mapping[str, Any], occasion: str, now: datetime) -> str:
    """What the settings name for an occasion at `now`, a time in the organisation's zone; empty
    for none."""
    if occasion == NEW_CONTACT:
        return section.get("new_contact") or ""
    closed = section.get("out_of_office")
    if closed and not is_open(closed["hours"], now):
        return str(closed["flow"])
    return section.get("default") or ""


def published_flow(library: Library, named: str) -> str | None:
    """The UUID of a published and active flow given by UUID or keyword."""
    entry = library.entries.get(named)
    if entry is not None and entry.published is not None and entry.published.is_active:
        return named
    return library.keywords.get(clean(named))
