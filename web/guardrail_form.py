"""What the form of guardrails makes of rules: one is on where its settings are there at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowhook.errors import InvalidInput
from flowhook.organisations.guardrail_schemas import POLICIES, REPLY
from web.language import N_, _

TYPED = ("words", "allowed")  # what is lost where a rule is switched off


def with_actions(values: Mapping[str, Any]) -> dict[str, Any]:
    """Stored settings with the action of each rule that is on, also where it is the usual one."""
    rules = {policy: values[policy] for policy in POLICIES if values.get(policy) is not None}
    return {**values, **{name: {"action": REPLY, **rule} for name, rule in rules.items()}}


def without_rules_off(body: Mapping[str, Any]) -> dict[str, Any]:
    """A form's settings without the rules that have no action.

    Raises InvalidInput where something was typed for one: it would be lost.
    """
    off = [policy for policy in POLICIES if body.get(policy) and "action" not in body[policy]]
    faults = {
        policy: {"action": [_told()]}
        for policy in off
        if any(body[policy].get(name) for name in TYPED)
    }
    if faults:
        raise InvalidInput(N_("a rule that is off would lose what was typed for it"), fields=faults)
    return {**body, **dict.fromkeys(off)}


def _told() -> str:
    return _(
        "To switch this rule off, clear what you typed below. To keep it without any effect on"
        " contacts, choose that only the result says it."
    )
