"""How other pages lead to the inbox: the number that waits, a contact's items, a call's item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from answers.inbox.item import NOT_FOUND, InboxItem
from flowhook.organisations.roles import may
from flowhook.redis.best_effort import best_effort
from web.page_security import signed_in
from web.page_services import PageServices

PAGE = "web.inbox.show"
MOST = 5  # items of a contact


def waiting(services: PageServices, org: str) -> int:
    """How many items are open; 0 while Redis is unavailable."""
    with best_effort("inbox"):
        return services.inbox.store.count(org)
    return 0


def items_of(services: PageServices, org: str, contact: str) -> list[InboxItem]:
    """A contact's newest items, for who may see them."""
    if not contact or not may(signed_in().caller.scope, PAGE, "GET"):
        return []
    return services.inbox.store.of_contact(org, contact)[:MOST]


def item_of_call(services: PageServices, org: str, entry: Mapping[str, Any]) -> InboxItem | None:
    """The item that a call of the log became, whose answer was not found."""
    request, response = entry["request"], entry["response"]
    if not isinstance(request, Mapping) or not isinstance(response, Mapping):
        return None
    if response.get("found") is not False:
        return None
    asked = {one.strip() for one in request.values() if isinstance(one, str)}
    found = items_of(services, org, entry["contact"])
    return next(
        (one for one in found if one.kind == NOT_FOUND and one.asked.question.strip() in asked),
        None,
    )
