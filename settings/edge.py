"""What every administrative call does first: who calls, does it exist, is the body right."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, request
from marshmallow import Schema, ValidationError

from api.answers import json_answer
from api.body import check_media_type
from errors import InvalidInput, NotFound
from providers.guard import AddressGuard
from settings.auth import OPERATOR, Authenticator, Caller, Proof, require_admin
from settings.notebook import read_warnings
from settings.organisation import Organisation
from settings.schemas import SECTIONS
from settings.section import mask, secret_fields
from settings.store import SettingsStore
from storage.keys import ORGANIZATION_ID_PATTERN
from strict_json import read_json

MASKED = re.compile(r"(sk-|EAA|AIz)?\.\.\..{0,4}")
HEARD_SECONDS = 0.1  # what an announcement takes to reach every process, with a wide margin
_NEW = object()


class Edge:
    """What settings calls share, over HTTP as JSON and on the pages."""

    def __init__(
        self,
        store: SettingsStore,
        changed: Callable[[str], None],
        authenticator: Authenticator,
        guard: AddressGuard,
        used: Callable[[str, str], object],
    ) -> None:
        """`changed` is told an organisation's id after each change made here, `used` the
        organisation and the id of each token that proves a caller."""
        self.store = store
        self.changed = changed
        self.authenticator = authenticator
        self.guard = guard
        self.used = used

    def caller(self) -> Caller:
        """Who sends this request, by its Authorization header."""
        return self.proven(request.headers.get("Authorization", ""))

    def proven(self, authorization: str) -> Caller:
        """Who an Authorization header of this request's sender proves."""
        proof = Proof(request.remote_addr or "", authorization)
        caller = self.authenticator.authenticate(proof)
        if caller.organization_id is not None and caller.token_id is not None:
            self.used(caller.organization_id, caller.token_id)
        return caller

    def admin(self, org: str) -> Caller:
        caller = self.caller()
        if not ORGANIZATION_ID_PATTERN.fullmatch(org):
            raise InvalidInput("an organisation id is 1 to 64 of A-Z a-z 0-9 _ -")
        require_admin(caller, org)
        return caller

    def existing(self, org: str) -> Organisation:
        organisation = self.store.load(org)
        if not organisation.exists:
            raise NotFound(f"there is no organisation {org}")
        return organisation

    def section(self, organisation: Organisation, name: str) -> dict[str, Any]:
        values = organisation.sections.get(name)
        if values is None:
            raise NotFound(
                f"organisation {organisation.id} has no {name} settings",
                fix=f"Save them on the settings page, or PUT /settings/{organisation.id}/{name}.",
            )
        return dict(values)

    def section_call(self, org: str, section: str) -> Response:
        """GET, PUT, PATCH and DELETE of a section or account."""
        caller = self.admin(org)
        if request.method in ("GET", "HEAD"):
            values = self.section(self.existing(org), section)
            return json_answer(self._shown(org, section, values))
        if request.method == "DELETE":
            self.remove(org, section, caller)
            return Response(status=204)
        replaces = request.method == "PUT"
        values, created = self.write(org, section, read_body(), caller, replaces=replaces)
        return json_answer(values, 201 if created else 200)

    def revoked(self, org: str) -> None:
        """Tokens of an organisation ended: go on once no process takes them any more."""
        self.changed(org)
        time.sleep(HEARD_SECONDS)

    def remove(self, org: str, section: str, caller: Caller) -> None:
        self.store.delete(org, section, caller.name)
        self.changed(org)

    def write(
        self, org: str, section: str, body: Mapping[str, Any], caller: Caller, *, replaces: bool
    ) -> tuple[dict[str, Any], bool]:
        """Create, replace or change a section; what it then shows, and whether it is new."""
        kind = section.partition("/")[0]
        stored = self.store.load(org).section(section)
        shown = {
            name: mask(stored[name]) for name in secret_fields(SECTIONS[kind]) if name in stored
        }
        values = load_fields(SECTIONS[kind](), body, partial=not replaces, shown=shown)
        if kind == "openai" and "base_url" in values:
            self._check_base_url(values, stored, caller)
        if replaces:
            created = self.store.put(org, section, values, caller.name)
        else:
            created = False
            self.store.patch(org, section, values, caller.name)
        self.changed(org)
        fresh = self.section(self.store.load(org), section)
        return self._shown(org, section, fresh), created

    def _shown(self, org: str, section: str, values: dict[str, Any]) -> dict[str, Any]:
        """A section masked; the OpenAI one with its warnings, where there are any."""
        answer = masked(section, values)
        warnings = read_warnings(self.store.redis, org) if section == "openai" else []
        return {**answer, "warnings": warnings} if warnings else answer

    def _check_base_url(
        self, values: dict[str, Any], stored: Mapping[str, Any], caller: Caller
    ) -> None:
        """An organisation's admin may not point the service at its own network; the operator may.

        The right is stored with the address, because names resolve anew when they are called;
        an address sent back as it was keeps it.
        """
        if caller.scope != OPERATOR and values["base_url"] == stored.get("base_url"):
            values["private_ok"] = bool(stored.get("private_ok"))
            return
        values["private_ok"] = caller.scope == OPERATOR
        if values["base_url"] and caller.scope != OPERATOR:
            self.guard.check_url(values["base_url"], field="base_url")


def read_body() -> dict[str, Any]:
    """The request's JSON object."""
    check_media_type(request.content_type or "")
    return read_json(request.get_data(cache=False))


def read_fields(schema: Schema) -> dict[str, Any]:
    """The request's JSON object by a schema; raises InvalidInput with every field named."""
    return load_fields(schema, read_body())


def load_fields(
    schema: Schema,
    body: Mapping[str, Any],
    partial: bool = False,
    shown: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """An object by a schema; raises InvalidInput with every field named.

    `shown`: secrets as they were shown; sent back like that, they are unchanged.
    """
    body = {name: value for name, value in body.items() if value != (shown or {}).get(name, _NEW)}
    for name in secret_fields(type(schema)):
        _refuse_masked(name, body.get(name))
    try:
        loaded: dict[str, Any] = schema.load(body, partial=partial)
    except ValidationError as error:
        messages = dict(error.normalized_messages())
        names = ", ".join(sorted(str(name)[:64] for name in messages))
        raise InvalidInput(f"these fields are wrong: {names}", fields=messages) from None
    if partial:  # marshmallow fills defaults; PATCH changes only what was named
        return {name: value for name, value in loaded.items() if name in body}
    return loaded


def masked(section: str, values: Any) -> dict[str, Any]:
    """A section's fields with secrets masked and `has_<secret>` beside them."""
    secrets = secret_fields(SECTIONS[section.partition("/")[0]])
    shown = {name: value for name, value in values.items() if name != "private_ok"}
    for name in secrets:
        if shown.get(name):
            shown[name] = mask(str(shown[name]))
        shown[f"has_{name}"] = bool(values.get(name))
    return shown


def _refuse_masked(name: str, sent: Any) -> None:
    """A secret masked otherwise than ours is a mistake, never the new secret."""
    if isinstance(sent, str) and MASKED.fullmatch(sent):
        raise InvalidInput(
            f"{name} is masked, not a key",
            fix=f"Send the whole {name}, or leave it out to keep the stored one.",
            fields={name: ["Looks masked."]},
        )


def account_section(title: str) -> str:
    """The section that keeps a further account."""
    return f"openai/accounts/{title}"


def account_titles(organisation: Organisation) -> list[str]:
    prefix = account_section("")
    return sorted(
        name.removeprefix(prefix) for name in organisation.sections if name.startswith(prefix)
    )
