"""Messages and statuses that a channel received, in the flows' own terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from flows.model.session import Message

# Types that a flow accepts as an answer; other types neither start nor continue a flow.
FOR_FLOWS = frozenset(
    {
        "text",
        "quick_reply",
        "list",
        "image",
        "audio",
        "video",
        "document",
        "sticker",
        "location",
        "contact",
        "whatsapp_form_response",
    }
)


@dataclass(frozen=True, slots=True)
class InboundMedia:
    """A file that the contact sent, not downloaded yet; `sha256` as the channel gave it."""

    id: str
    mime_type: str = ""
    sha256: str = ""
    filename: str = ""
    voice: bool = False


@dataclass(frozen=True, slots=True)
class Inbound:
    """A received message; `id` is the channel's and unique, `contact` is the id to answer to.

    `type` is one of FOR_FLOWS, or reaction, order, system, edit, revoke or unsupported. `sent_at`
    is in epoch seconds. `about` is the id of the message that it answers, reacts to, edits or
    revokes. `interactive` is the chosen button or row (`id`, `title`, perhaps `description`),
    `detail` holds content that has no other field.
    """

    id: str
    contact: str
    type: str
    sent_at: float
    text: str = ""
    name: str = ""
    phone: str = ""
    user_id: str = ""
    media: InboundMedia | None = None
    url: str = ""
    caption: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    interactive: Mapping[str, Any] | None = None
    form: Mapping[str, Any] | None = None
    about: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_for_flows(self) -> bool:
        return self.type in FOR_FLOWS

    def as_message(self) -> Message:
        """Return the message for the engine; its type must be in FOR_FLOWS."""
        return Message(
            id=self.id,
            type=self.type,
            text=self.text,
            url=self.url,
            caption=self.caption,
            latitude=self.latitude,
            longitude=self.longitude,
            interactive=self.interactive,
            form=self.form,
        )

    def as_dict(self) -> dict[str, Any]:
        media = self.media
        known = {name: getattr(self, name) for name in self.__slots__}
        return {**known, "media": asdict(media) if media else None}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Inbound:
        media = stored.get("media")
        return cls(**{**stored, "media": InboundMedia(**media) if media else None})


@dataclass(frozen=True, slots=True)
class Status:
    """The status of a sent message: sent, delivered, read, played or failed; `at` in epoch seconds.

    Statuses arrive in any order. `error_code` is the channel's, 0 if nothing failed; `user_id` is
    the recipient's business-scoped user id if the channel gave it.
    """

    id: str
    contact: str
    status: str
    at: float
    error_code: int = 0
    user_id: str = ""


class Receiver(Protocol):
    """The recipient of the messages and statuses that a provider delivers."""

    def accept(self, org: str, inbound: Inbound) -> None:
        """Store a message durably before returning; a repeated one changes nothing."""

    def note(self, org: str, status: Status) -> None:
        """Record the status of a sent message."""
