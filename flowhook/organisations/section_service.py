"""Reading and changing an organisation's settings sections."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema, ValidationError

from flowhook.blanks import unpadded
from flowhook.errors import InvalidInput, NotFound
from flowhook.frames import drop_frames
from flowhook.organisations.auth import Caller
from flowhook.organisations.known_models import KnownModels
from flowhook.organisations.model_quirks import read_warnings
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.roles import OPERATOR
from flowhook.organisations.schemas import SECTIONS
from flowhook.organisations.section import mask, secret_fields
from flowhook.organisations.section_tag import section_tag
from flowhook.organisations.settings_fields import Stored
from flowhook.organisations.store import SettingsStore
from flowhook.providers.guard import AddressGuard
from flowhook.redis.keys import ORGANIZATION_ID_PATTERN
from flowhook.unknown_fields import few_unknown

MASKED = re.compile(r"(sk-|EAA|AIz)?\.\.\..{0,4}")
BUDGET = "monthly_tokens"
HEARD_SECONDS = 0.1  # an announcement reaches every process well within this time


@dataclass(frozen=True, slots=True)
class Written:
    """A section as it was written: whether it is new, and so is its organisation; its values,
    secrets included, and its tag."""

    is_new: bool
    is_first: bool
    values: dict[str, Any] = field(repr=False)
    tag: str
    stored: Stored = field(repr=False)


CALLED = frozenset({"api_url", "webhook_url"})  # fields with an address that must be open to us


class SectionService:
    """Reads and changes organisations' settings sections, for the API, pages and command line."""

    NAME = "section_service"  # among the application's extensions

    def __init__(
        self,
        store: SettingsStore,
        changed: Callable[[str], None],
        guard: AddressGuard,
        budgeted: Callable[[str], None],
    ) -> None:
        """`changed` is told an organisation's id after each change made here, `budgeted` before a
        budget is set where none was."""
        self.store = store
        self.known_models = KnownModels(store.redis)
        self.changed = changed
        self.guard = guard
        self.budgeted = budgeted

    def exists(self, org: str) -> bool:
        return bool(ORGANIZATION_ID_PATTERN.fullmatch(org)) and self.store.load(org).exists

    def existing(self, org: str) -> Organisation:
        """The organisation as stored; raises NotFound."""
        is_id = ORGANIZATION_ID_PATTERN.fullmatch(org)
        organisation = self.store.load(org) if is_id else None
        if organisation is None or not organisation.exists:
            raise NotFound(f"there is no organisation {org}")
        return organisation

    def section(self, organisation: Organisation, name: str) -> dict[str, Any]:
        """A section's values, secrets included; raises NotFound."""
        values = organisation.sections.get(name)
        if values is None:
            raise NotFound(
                f"organisation {organisation.id} has no {name} settings",
                fix=f"Save them on the settings page, or PUT /settings/{organisation.id}/{name}.",
            )
        return dict(values)

    def show(self, org: str, section: str) -> tuple[dict[str, Any], str]:
        """A section masked, and its tag; raises NotFound."""
        organisation = self.existing(org)
        values = self.section(organisation, section)
        shown = self.shown(org, section, values, organisation.stored)
        return shown, section_tag(organisation.stored, section)

    def revoked(self, org: str) -> None:
        """Invalidate cached tokens and wait until every process has dropped them."""
        self.changed(org)
        time.sleep(HEARD_SECONDS)

    def remove(self, org: str, section: str, caller: Caller, expected: str | None = None) -> bool:
        """Delete a section; returns whether it can be brought back. Raises NotFound, Changed."""
        is_kept = self.store.sections.delete(org, section, caller.name, expected)
        self.changed(org)
        return is_kept

    def write(
        self,
        org: str,
        section: str,
        body: Mapping[str, Any],
        caller: Caller,
        *,
        replaces: bool,
        expected: str | None = None,
    ) -> Written:
        """Create, replace or change a section.

        `expected` is the tag of the section that the caller read. Raises InvalidInput with every
        wrong field named, Changed where the tag does not fit any more.
        """
        kind = section.partition("/")[0]
        organisation = self.store.load(org)
        stored = organisation.section(section)
        shown = {
            name: mask(stored[name]) for name in secret_fields(SECTIONS[kind]) if name in stored
        }
        schema = SECTIONS[kind]()
        values = load_fields(schema, body, partial=not replaces, shown=shown)
        if not replaces and expected is None:
            self.section(organisation, section)  # there must be one
        schema.check_whole(values if replaces else {**stored, **values})
        for name in CALLED & values.keys():
            if values[name]:
                self.guard.check_url(values[name], field=name)
        if kind == "openai" and "base_url" in values:
            self._check_base_url(values, stored, caller)
        if kind == "limits" and values.get(BUDGET) and not stored.get(BUDGET):
            self.budgeted(org)
        if replaces:
            is_new, now = self.store.sections.put(org, section, values, caller.name, expected)
        else:
            is_new = False
            now = self.store.sections.patch(org, section, values, caller.name, expected)
        self.changed(org)
        values = self.store.fields.read(org, now).get(section, {})
        return Written(is_new, not organisation.exists, values, section_tag(now, section), now)

    def shown(
        self, org: str, section: str, values: dict[str, Any], stored: Stored
    ) -> dict[str, Any]:
        """Mask a section; an OpenAI one comes with its warnings, if there are any."""
        answer = masked(section, values)
        if section.partition("/")[0] != "openai":
            return answer
        warnings = read_warnings(self.store.redis, org) if section == "openai" else []
        warnings += self.known_models.unknown(org, section, stored, values).warnings()
        return {**answer, "warnings": warnings} if warnings else answer

    def _check_base_url(
        self, values: dict[str, Any], stored: Mapping[str, Any], caller: Caller
    ) -> None:
        """Refuse a private address from an organisation's admin; the operator may set one.

        That permission is stored with the address, because the name is resolved again with each
        call. An unchanged address keeps it.
        """
        if caller.scope != OPERATOR and values["base_url"] == stored.get("base_url"):
            values["private_ok"] = bool(stored.get("private_ok"))
            return
        values["private_ok"] = caller.scope == OPERATOR
        if values["base_url"] and caller.scope != OPERATOR:
            self.guard.check_url(values["base_url"], field="base_url")


def load_fields(
    schema: Schema,
    body: Mapping[str, Any],
    partial: bool = False,
    shown: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Load an object by a schema; raises InvalidInput with every wrong field named.

    `shown`: secrets in their masked form; one that is sent back masked is unchanged.
    """
    body = {
        name: value
        for name, value in body.items()
        if not (isinstance(value, str) and unpadded(value) == (shown or {}).get(name))
    }
    body = few_unknown(schema.fields, body)
    for name in secret_fields(type(schema)):
        _refuse_masked(name, body.get(name))
    try:
        loaded: dict[str, Any] = schema.load(body, partial=partial)
    except ValidationError as error:
        messages = dict(error.normalized_messages())
        names = ", ".join(sorted(str(name)[:64] for name in messages))
        drop_frames(error)
        raise InvalidInput(f"these fields are wrong: {names}", fields=messages) from None
    if partial:  # marshmallow fills defaults; PATCH changes only what was named
        return {name: value for name, value in loaded.items() if name in body}
    return loaded


def masked(section: str, values: Any) -> dict[str, Any]:
    """A section's fields with secrets masked and `has_<secret>` beside them."""
    secrets = secret_fields(SECTIONS[section.partition("/")[0]])
    # In order, since a hash in Redis has its own on each server.
    shown = {name: value for name, value in sorted(values.items()) if name != "private_ok"}
    for name in secrets:
        if shown.get(name):
            shown[name] = mask(str(shown[name]))
        shown[f"has_{name}"] = bool(values.get(name))
    return shown


def _refuse_masked(name: str, sent: Any) -> None:
    """Refuse a masked text that is not the stored secret's mask; it cannot be a new secret."""
    if isinstance(sent, str) and MASKED.fullmatch(unpadded(sent)):
        raise InvalidInput(
            f"{name} is masked, not a key",
            fix=f"Send the whole {name}, or leave it out to keep the stored one.",
            fields={name: ["Looks masked."]},
        )


def account_section(title: str) -> str:
    """The name of a further account's section."""
    return f"openai/accounts/{title}"


def account_titles(organisation: Organisation) -> list[str]:
    prefix = account_section("")
    return sorted(
        name.removeprefix(prefix) for name in organisation.sections if name.startswith(prefix)
    )
