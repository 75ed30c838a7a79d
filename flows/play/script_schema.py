"""The schema of a conversation file, so that mistakes in it are reported before it is played."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from marshmallow import INCLUDE, RAISE, Schema, ValidationError, fields, validates_schema

from flowhook.errors import InvalidInput

STEPS = ("starts", "says", "sends", "waits", "resumes", "answers")
_object = partial(fields.Dict, keys=fields.String())


class ScriptContactSchema(Schema):
    """The properties of a contact that can change a conversation."""

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
    optin_method = fields.String(allow_none=True)
    optin_message_id = fields.String(allow_none=True)
    optout_method = fields.String(allow_none=True)
    last_message_number = fields.Integer()
    last_communication_at = fields.String(allow_none=True)
    inserted_at = fields.String(allow_none=True)
    profiles = fields.List(_object())
    profile = fields.Integer(allow_none=True)


class OtherContactSchema(ScriptContactSchema):
    """Another contact, as the recipient of a broadcast."""

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
    """A late answer of a webhook function."""

    class Meta:
        unknown = RAISE

    status = fields.Integer(required=True, strict=True)
    body = fields.Raw(allow_none=True)
    error = fields.String()


class FunctionAnswerSchema(AnswerSchema):
    """The answer of a webhook function; a `pending` one comes later, in a turn of its own."""

    status = fields.Integer(strict=True)
    pending = fields.Boolean()
    timeout_seconds = fields.Integer(strict=True)


class RequestAnswerSchema(Schema):
    """The answer of the author's own server."""

    class Meta:
        unknown = RAISE

    status = fields.Integer(strict=True)
    text = fields.String()


class TurnSchema(Schema):
    """One step, and its stated outcome."""

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
    after = fields.Float()
    seed = fields.Integer(strict=True)
    language = fields.String()

    @validates_schema
    def one_step(self, data: Mapping[str, Any], **_: Any) -> None:
        if len(set(STEPS) & set(data)) != 1:
            raise ValidationError(f"a turn needs one of {', '.join(STEPS)}")


class ScriptSchema(Schema):
    """A conversation; unknown keys of the file are ignored."""

    class Meta:
        unknown = INCLUDE

    flow = fields.String()
    contact = fields.Nested(ScriptContactSchema)
    contacts = fields.List(fields.Nested(OtherContactSchema))
    functions = _object(values=fields.List(fields.Nested(FunctionAnswerSchema)))
    requests = _object(values=fields.List(fields.Nested(RequestAnswerSchema)))
    sheets = _object(values=fields.List(fields.List(fields.Raw())))
    globals = fields.Dict()
    now = fields.AwareDateTime(format="iso")
    timezone = fields.String()
    turns = fields.List(fields.Nested(TurnSchema), required=True)


def check_script(script: Any) -> None:
    """Raise InvalidInput that names every mistake."""
    if not isinstance(script, Mapping):
        raise InvalidInput("a script is one JSON object", fix=FIX)
    wrong = ScriptSchema().validate(dict(script))
    if wrong:
        raise InvalidInput("the script is wrong at " + "; ".join(_places(wrong)), fix=FIX)


FIX = "docs/flows.md shows what a conversation file holds."


def _places(messages: Any, path: str = "") -> Iterator[str]:
    """Each message of marshmallow's tree after its path, as in `turns.0.says: ...`."""
    if not isinstance(messages, Mapping):
        yield f"{path}: {' '.join(map(str, messages))}"
        return
    for name, inner in messages.items():
        here = path if name in ("_schema", "value") else f"{path}.{name}".lstrip(".")
        yield from _places(inner, here)
