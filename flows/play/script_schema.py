"""What a conversation file holds, so that a mistake in one is named instead of played."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from marshmallow import INCLUDE, RAISE, Schema, ValidationError, fields, validates_schema

from flowhook.errors import InvalidInput

DEEDS = ("starts", "says", "sends", "waits", "resumes", "answers")
_object = partial(fields.Dict, keys=fields.String())


class ScriptContactSchema(Schema):
    """A contact, as far as a conversation depends on it."""

    class Meta:
        unknown = RAISE

    id = fields.String()
    name = fields.String()
    phone = fields.String()
    language = fields.String()
    fields_ = _object(values=_object(), data_key="fields")
    groups = _object(values=fields.String())
    settings = _object()
    status = fields.String()
    optin_time = fields.String(allow_none=True)
    optout_time = fields.String(allow_none=True)
    last_message_at = fields.String(allow_none=True)
    profiles = fields.List(_object())
    profile = fields.Integer(allow_none=True)


class OtherContactSchema(ScriptContactSchema):
    """A contact that a broadcast may reach."""

    id = fields.String(required=True)


class ScriptMessageSchema(Schema):
    """A message of any type; its id is a text or a number."""

    class Meta:
        unknown = RAISE

    id = fields.Raw()
    type = fields.String()
    text = fields.String()
    url = fields.String()
    caption = fields.String(allow_none=True)
    latitude = fields.Float()
    longitude = fields.Float()
    interactive = _object()
    form = _object()


class AnswerSchema(Schema):
    """A webhook function's answer that came late."""

    class Meta:
        unknown = RAISE

    status = fields.Integer(required=True, strict=True)
    body = fields.Raw(allow_none=True)
    error = fields.String()


class FunctionAnswerSchema(AnswerSchema):
    """What a webhook function answers; `pending` is answered later, by a turn."""

    status = fields.Integer(strict=True)
    pending = fields.Boolean()
    timeout_seconds = fields.Integer(strict=True)


class RequestAnswerSchema(Schema):
    """What the author's own server answers."""

    class Meta:
        unknown = RAISE

    status = fields.Integer(strict=True)
    text = fields.String()


class TurnSchema(Schema):
    """One deed, and what is stated to follow it."""

    class Meta:
        unknown = RAISE

    starts = fields.String()
    with_ = fields.Dict(data_key="with")
    says = fields.String()
    sends = fields.Nested(ScriptMessageSchema)
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
    contact = fields.Nested(ScriptContactSchema)
    contacts = fields.List(fields.Nested(OtherContactSchema))
    functions = _object(values=fields.List(fields.Nested(FunctionAnswerSchema)))
    requests = _object(values=fields.List(fields.Nested(RequestAnswerSchema)))
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
