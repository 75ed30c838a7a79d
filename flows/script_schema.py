"""What a conversation file holds, so that a mistake in one is named instead of played."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import INCLUDE, RAISE, Schema, ValidationError, fields, validates_schema

from errors import InvalidInput

DEEDS = ("starts", "says", "sends", "waits", "resumes", "answers")
_objects = fields.List(fields.Dict(keys=fields.String()))


class AnswerSchema(Schema):
    """A webhook function's answer that came late."""

    class Meta:
        unknown = RAISE

    status = fields.Integer(required=True)
    body = fields.Raw(allow_none=True)
    error = fields.String()


class TurnSchema(Schema):
    """One deed, and what is stated to follow it."""

    class Meta:
        unknown = RAISE

    starts = fields.String()
    with_ = fields.Dict(data_key="with")
    says = fields.String()
    sends = fields.Dict(keys=fields.String())
    waits = fields.Float()
    resumes = fields.Dict(keys=fields.String())
    answers = fields.Nested(AnswerSchema)
    sent = fields.List(fields.Raw())
    results = fields.Dict(keys=fields.String())
    contact = fields.Dict(keys=fields.String())
    status = fields.String()
    calls = fields.List(fields.Raw())
    events = fields.List(fields.Raw())
    note = fields.String()

    @validates_schema
    def one_deed(self, data: Mapping[str, Any], **_: Any) -> None:
        if len(set(DEEDS) & set(data)) != 1:
            raise ValidationError(f"a turn needs one of {', '.join(DEEDS)}")


class ScriptSchema(Schema):
    """A conversation; what else stands in the file is the author's own."""

    class Meta:
        unknown = INCLUDE

    flow = fields.String()
    contact = fields.Dict(keys=fields.String())
    contacts = _objects
    functions = fields.Dict(keys=fields.String(), values=_objects)
    requests = fields.Dict(keys=fields.String(), values=_objects)
    globals = fields.Dict()
    now = fields.AwareDateTime(format="iso")
    turns = fields.List(fields.Nested(TurnSchema), required=True)


def check_script(script: Any) -> None:
    """Raises InvalidInput that names every place that is wrong."""
    if not isinstance(script, Mapping):
        raise InvalidInput("a script is one JSON object", fix=FIX)
    wrong = ScriptSchema().validate(dict(script))
    if wrong:
        raise InvalidInput("the script is wrong at " + "; ".join(_places(wrong)), fix=FIX)


FIX = "docs/flows.md shows what a conversation file holds."


def _places(messages: Any, path: str = "") -> Iterator[str]:
    """Each message of marshmallow's tree behind its path, as in `turns.0.says: ...`."""
    if not isinstance(messages, Mapping):
        yield f"{path}: {' '.join(map(str, messages))}"
        return
    for name, inner in messages.items():
        here = path if name in ("_schema", "value") else f"{path}.{name}".lstrip(".")
        yield from _places(inner, here)
