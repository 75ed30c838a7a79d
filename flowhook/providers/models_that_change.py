"""Models that change under us: what one stops taking, and what takes its place when it is retired.

What was found out is kept in the account's notebook, so that the next call asks right at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowhook.providers.account import Account, ModelQuirks
from flowhook.providers.parameters import refused_with, without
from flowhook.providers.retirements import Retirement, retirement

Fit = Callable[[dict[str, Any]], dict[str, Any]]
"""From a body as asked for to one that `body["model"]` takes; used again for a successor."""


def as_learned(
    account: Account, notebook: ModelQuirks, body: dict[str, Any], fit: Fit | None
) -> dict[str, Any]:
    """`body` with the successor of its model, fitted, and without what that one refuses."""
    successor = notebook.lesson(body["model"]).get("successor")
    if successor and account.allows(successor):
        body = {**body, "model": successor}
    body = fit(body) if fit else body
    return without(body, notebook.lesson(body["model"]).get("refuses", ()))


def heal(notebook: ModelQuirks, body: dict[str, Any], parameter: str) -> dict[str, Any] | None:
    """`body` without the refused parameter and its kind; None where it cannot do without."""
    refused = refused_with(parameter, body)
    if not refused:
        return None
    known = notebook.lesson(body["model"]).get("refuses", ())
    notebook.learn(body["model"], {"refuses": sorted({*known, *refused})})
    return without(body, refused)


def replacement(account: Account, model: str) -> Retirement | None:
    """The known retirement of a missing model, if its successor may be asked instead."""
    retired = retirement(model)
    if retired is None or retired.successor is None:
        return None
    return retired if account.allows(retired.successor) else None


def note_retired(notebook: ModelQuirks, retired: Retirement, model: str) -> None:
    """Ask the successor from now on, and tell the organisation's admin."""
    notebook.learn(model, {"successor": retired.successor})
    notebook.warn(
        model,
        f"{model} was retired on {retired.date}; {retired.successor} answers in its place."
        " Change the model in the flow, or set an alias.",
    )
