"""What marshmallow's own fields and checks say of a value, as the forms of the pages show it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from marshmallow import fields, validate

KINDS = (
    fields.Boolean,
    fields.DateTime,
    fields.Dict,
    fields.Email,
    fields.Field,
    fields.Float,
    fields.Integer,
    fields.List,
    fields.Nested,
    fields.String,
    fields.Url,
)
VALUE = re.compile(r"{(\w+)}")


def field_texts() -> Iterator[str]:
    """
    >>> {"Not a valid integer.", "Longer than maximum length %(max)s."} <= set(field_texts())
    True
    """
    for text in (*_of_kinds(), *_of_checks()):
        yield VALUE.sub(r"%(\1)s", text)


def _of_kinds() -> Iterator[str]:
    """Those without a value; no field here has one that tells its own."""
    for kind in KINDS:
        for text in kind.default_error_messages.values():
            if isinstance(text, str) and "{" not in text:
                yield text


def _of_checks() -> Iterator[str]:
    length, number = validate.Length, validate.Range
    yield from (length.message_min, length.message_max, length.message_all, length.message_equal)
    bounds = {"min_op": number.message_gte, "max_op": number.message_lte}
    for text in (number.message_min, number.message_max, number.message_all):
        yield text.format(**bounds)
    yield validate.OneOf.default_message
    yield validate.Regexp.default_message
