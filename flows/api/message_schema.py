"""The body of `POST /conversations/<org>/<contact>/messages`: a message or the start of a flow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate

from flowhook.errors import InvalidInput
from flowhook.frames import drop_frames
from flowhook.organisations.kinds import at_most
from flowhook.unknown_fields import few_unknown
from flows.conversations.turn import ContactUpdate
from flows.model.contact import LANGUAGES
from flows.model.session import Message

KINDS = (
    *("text", "quick_reply", "list", "image", "audio", "video", "document", "sticker"),
    *("location", "contact", "whatsapp_form_response"),
)
MEDIA = ("image", "audio", "video", "document", "sticker")
MAX_TEXT = 65_536
MAX_FIELDS = 200


def _text(maximum: int, description: str, example: str | None = None, **more: Any) -> fields.String:
    metadata = {"description": description, **({"example": example} if example else {})}
    return fields.String(validate=validate.Length(max=maximum), metadata=metadata, **more)


class LocationSchema(Schema):
    class Meta:
        unknown = RAISE

    latitude = fields.Float(
        required=True, validate=validate.Range(-90, 90), metadata={"description": "Degrees."}
    )
    longitude = fields.Float(
        required=True, validate=validate.Range(-180, 180), metadata={"description": "Degrees."}
    )


class ContactSchema(Schema):
    """Data about the contact; what is absent stays unchanged."""

    class Meta:
        unknown = RAISE

    name = _text(200, "The contact's name.", "Asha")
    phone = _text(32, "The contact's phone number.", "919800000000")
    language = fields.String(
        validate=validate.OneOf([one.locale for one in LANGUAGES]),
        metadata={"description": "Locale of the contact's language.", "example": "hi"},
    )
    fields_ = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 100)),
        values=fields.Raw(),
        data_key="fields",
        validate=at_most(MAX_FIELDS),
        metadata={"description": "Contact fields by key.", "example": {"village": "Rampur"}},
    )


class MessageSchema(Schema):
    """A message has a text or a type; a start has a flow."""

    class Meta:
        unknown = RAISE

    id = _text(256, "The message's id; a repeated id gets the first one's answer.", "m-1")
    type = fields.String(
        validate=validate.OneOf(KINDS),
        metadata={"description": "The type of the message (default text).", "example": "text"},
    )
    text = _text(MAX_TEXT, "The words, or the title of the button chosen.", "Hello")
    url = _text(2048, "Address of the media.", "https://example.org/photo.jpg")
    caption = _text(4096, "Text below the media.")
    location = fields.Nested(
        LocationSchema, metadata={"description": "For type location: the contact's position."}
    )
    latitude = fields.Float(
        validate=validate.Range(-90, 90), metadata={"description": "For type location."}
    )
    longitude = fields.Float(
        validate=validate.Range(-180, 180), metadata={"description": "For type location."}
    )
    interactive = fields.Dict(
        metadata={"description": "Further data of a button's or list's reply."}
    )
    form = fields.Dict(metadata={"description": "A WhatsApp form's fields."})
    flow = _text(200, "Start this flow, by UUID or keyword, instead of sending a message.", "help")
    results = fields.Dict(metadata={"description": "Results that the started flow begins with."})
    contact = fields.Nested(
        ContactSchema, metadata={"description": "What is known about the contact."}
    )

    @pre_load
    def unfold(self, data: Any, **_: Any) -> Any:
        """Accept `{"quick_reply": "Yes"}` and `{"location": {...}}` as short forms.

        The text of a chosen option may also be its `title`.
        """
        if not isinstance(data, Mapping):
            return data
        body = dict(data)
        if body.get("type") in ("quick_reply", "list") and "title" in body:
            body.setdefault("text", body.pop("title"))
        for kind in ("quick_reply", "list"):
            if kind in body:
                chosen = body.pop(kind)
                body.setdefault("type", kind)
                title = chosen.get("title") if isinstance(chosen, Mapping) else chosen
                body.setdefault("text", title)
                if isinstance(chosen, Mapping):
                    body.setdefault("interactive", dict(chosen))
        if "location" in body:
            body.setdefault("type", "location")
        return body


class ResumeSchema(Schema):
    """The result that resumes a flow waiting at wait_for_result."""

    class Meta:
        unknown = RAISE

    flow = _text(200, "UUID of the flow that waits.", required=True)
    result = fields.Dict(
        load_default=dict, metadata={"description": "Its keys become results of the flow."}
    )


def load(schema: Schema, body: Mapping[str, Any]) -> dict[str, Any]:
    """Validate a body. Raises InvalidInput that names every wrong field."""
    try:
        loaded: dict[str, Any] = schema.load(few_unknown(schema.fields, body))
    except ValidationError as error:
        messages = dict(error.normalized_messages())
        names = ", ".join(sorted(str(name)[:64] for name in messages))
        drop_frames(error)
        raise InvalidInput(f"these fields are wrong: {names}", fields=messages) from None
    return loaded


def message_of(sent: Mapping[str, Any]) -> Message:
    """The message of a validated body. Raises InvalidInput if it lacks what its type needs."""
    kind = sent.get("type", "text")
    place = sent.get("location") or sent
    latitude, longitude = place.get("latitude"), place.get("longitude")
    if kind == "location" and (latitude is None or longitude is None):
        raise missing("location", "a location needs latitude and longitude")
    if kind in MEDIA and not sent.get("url"):
        raise missing("url", f"a message of type {kind} needs a url")
    if kind in ("text", "quick_reply", "list") and "text" not in sent:
        raise missing("text", "the message has no text")
    interactive = sent.get("interactive")
    if kind in ("quick_reply", "list") and interactive is None:
        interactive = {"title": sent["text"]}
    is_place = kind == "location"
    return Message(
        text=sent.get("text", ""),
        type=kind,
        id=sent.get("id"),
        url=sent.get("url", ""),
        caption=sent.get("caption"),
        latitude=latitude if is_place else None,
        longitude=longitude if is_place else None,
        interactive=interactive,
        form=sent.get("form"),
    )


def contact_update_of(sent: Mapping[str, Any]) -> ContactUpdate:
    told = sent.get("contact", {})
    return ContactUpdate(
        name=told.get("name"),
        phone=told.get("phone"),
        language=told.get("language"),
        fields={key: _field(key, value) for key, value in told.get("fields_", {}).items()},
    )


def missing(field: str, message: str) -> InvalidInput:
    return InvalidInput(
        message, fix='Send {"text": ...}, or a type with what it needs.', fields={field: [message]}
    )


def _field(key: str, value: Any) -> str:
    """A contact field as text; builders send the whole field, or only its value."""
    if isinstance(value, Mapping):
        value = value.get("value", "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float) or len(str(value)) > MAX_TEXT:
        raise missing("contact", f"the contact's field {key[:60]} must be a text or a number")
    return str(value)
