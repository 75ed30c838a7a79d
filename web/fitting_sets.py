"""The question sets to which something may be added."""

from __future__ import annotations

from web.page_services import PageServices


def sets_for(services: PageServices, org: str, *, function: str = "", flow: str = "") -> list[str]:
    """The names of the question sets that ask this function, or this flow."""
    wanted = {"flow": flow} if flow else {"function": function}
    return [
        head.name
        for head in services.question_runs.sets.heads(org)
        if all(head.target.get(name) == value for name, value in wanted.items())
    ]
