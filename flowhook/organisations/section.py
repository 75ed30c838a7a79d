"""The base of settings sections: how they are read and which fields are hidden."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, pre_load


class SectionSchema(Schema):
    """A section's fields, all optional, so that the same schema reads PUT and PATCH.

    `needed`: those without which what it is for does not work.
    """

    needed: ClassVar[tuple[str, ...]] = ()

    class Meta:
        unknown = RAISE

    @pre_load
    def drop_read_only(self, data: Any, **_: Any) -> Any:
        """Accept back what GET added: has_<secret> and warnings."""
        if not isinstance(data, Mapping):
            return data
        read_only = {f"has_{name}" for name in secret_fields(type(self))} | {"warnings"}
        return {key: value for key, value in data.items() if key not in read_only}

    def check_whole(self, values: Mapping[str, Any]) -> None:
        """Raise InvalidInput where fields of the section, as it would be stored, do not fit."""


def lacking(schema: type[SectionSchema], values: Mapping[str, Any]) -> list[str]:
    """The needed fields that have no value."""
    return [name for name in schema.needed if not values.get(name)]


def secret_fields(schema: type[Schema]) -> list[str]:
    """Names of a schema's secret fields."""
    declared = schema._declared_fields
    return [name for name, field in declared.items() if field.metadata.get("secret")]


@cache
def sealed_fields(schema: type[Schema]) -> frozenset[str]:
    """Names of the fields that are encrypted at rest: secrets, and others that may hold some."""
    declared = schema._declared_fields
    return frozenset(
        name
        for name, field in declared.items()
        if field.metadata.get("secret") or field.metadata.get("sealed")
    )


def mask(secret: str) -> str:
    """Mask a secret as `sk-...wxyz`, and a short one whole."""
    if len(secret) < 12:
        return "..."
    head = secret[:3] if secret.startswith(("sk-", "EAA", "AIz")) else ""
    return f"{head}...{secret[-4:]}"
