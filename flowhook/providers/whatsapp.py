"""A client of Meta's WhatsApp Cloud API for one phone number: messages and media.

The client sends each request once: the calling code keeps the order of messages and decides
about retries. Contents are the API's own objects, `{"type": "text", "text": {...}}`, made by the
builders of providers/whatsapp_content.py.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import orjson
from urllib3.filepost import encode_multipart_formdata

from flowhook.errors import (
    InvalidResponse,
    MissingApiKey,
    ProviderFailure,
    ProviderRejected,
    TooLarge,
)
from flowhook.providers.transport import HttpReply, Transport, TransportError
from flowhook.providers.whatsapp_errors import read_error, read_failure, read_number_error

GRAPH_URL = "https://graph.facebook.com"
API_VERSION = "v26.0"
TIMEOUT_SECONDS = 15.0
MEDIA_SECONDS = 60.0
MAX_MEDIA_BYTES = 16 * 1024 * 1024
BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
# Where a number's callback may be set, the nearest first.
CALLBACKS = ("phone_number", "whatsapp_business_account", "application")
IDENTIFIER = re.compile(r"[A-Za-z0-9_.-]{1,128}")
# The token is sent to Meta's own hosts only, whatever a media answer says.
MEDIA_HOSTS = (".fbsbx.com", ".facebook.com", ".whatsapp.net", ".fbcdn.net")


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """The organisation's phone number at Meta."""

    phone_number_id: str
    access_token: str = field(repr=False)
    api_version: str = API_VERSION

    @classmethod
    def read(cls, section: Mapping[str, Any]) -> PhoneNumber:
        """Read the organisation's whatsapp section. Raises MissingApiKey if it is incomplete."""
        missing = [name for name in ("phone_number_id", "access_token") if not section.get(name)]
        if missing:
            raise MissingApiKey(
                f"the organisation's WhatsApp settings lack {' and '.join(missing)}",
                fix="Save them on the settings page, or PUT /settings/<org>/whatsapp.",
            )
        version = section.get("api_version") or API_VERSION
        return cls(section["phone_number_id"], section["access_token"], version)


@dataclass(frozen=True, slots=True)
class Media:
    """A file that a contact sent; `mime_type` without parameters."""

    content: bytes = field(repr=False)
    mime_type: str


@dataclass(frozen=True, slots=True)
class NumberState:
    """What Meta tells of a number: as people write it, its display name, the addresses to which
    its messages are delivered, of which Meta takes the first, and the ids of its WhatsApp Business
    Account and of the token's app, empty where Meta tells none."""

    shown: str
    name: str
    callbacks: tuple[str, ...]
    account: str = ""
    app: str = ""


class WhatsAppClient:
    """A client of one phone number. Raises ProviderFailure; Throttled if Meta limits it."""

    def __init__(
        self, number: PhoneNumber, transport: Transport, base_url: str = GRAPH_URL
    ) -> None:
        self.number = number
        self.transport = transport
        self.root = f"{base_url.rstrip('/')}/{number.api_version}"
        self.own = f"{self.root}/{quote(number.phone_number_id, safe='')}"
        self._base = urlsplit(base_url)

    def send(self, contact: str, content: Mapping[str, Any]) -> str:
        """Send one message, `{"type": kind, kind: {...}}`; returns Meta's id of it (wamid)."""
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **recipient(contact),
            **content,
        }
        answer = self._post("messages", body)
        messages = answer.get("messages")
        first = messages[0] if isinstance(messages, list) and messages else None
        wamid = first.get("id") if isinstance(first, dict) else None
        if not isinstance(wamid, str):
            raise InvalidResponse("WhatsApp's answer names no message")
        return wamid

    def mark_read(self, message_id: str, *, typing: bool = False) -> None:
        """Mark a contact's message as read; with `typing`, also show that an answer is being
        written, until it is sent or for 25 seconds."""
        body: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": message_id,
        }
        if typing:
            body["typing_indicator"] = {"type": "text"}
        self._post("messages", body)

    def look_up(self, app_secret: str) -> NumberState:
        """Ask for the number, with a proof that `app_secret` belongs to the token's app.

        Raises InvalidApiKey if the token or the secret is wrong.
        """
        fields = "display_phone_number,verified_name,webhook_configuration,health_status"
        url = f"{self.own}?fields={fields}&appsecret_proof={self._proof(app_secret)}"
        answer = _read(self._ask("GET", url, error_of=read_number_error))
        hooks = answer.get("webhook_configuration")
        found = [hooks.get(name) for name in CALLBACKS] if isinstance(hooks, dict) else []
        ids = _entities(answer.get("health_status"))
        return NumberState(
            str(answer.get("display_phone_number") or ""),
            str(answer.get("verified_name") or ""),
            tuple(address for address in found if isinstance(address, str) and address),
            ids.get("WABA", ""),
            ids.get("APP", ""),
        )

    def subscribed_apps(self, account: str, app_secret: str) -> list[str]:
        """The ids of the apps that get what happens in a WhatsApp Business Account."""
        proof = self._proof(app_secret)
        url = f"{self.root}/{quote(account, safe='')}/subscribed_apps?appsecret_proof={proof}"
        answer = _read(self._ask("GET", url, error_of=read_number_error))
        listed = answer.get("data")
        apps = [
            one.get("whatsapp_business_api_data")
            for one in (listed if isinstance(listed, list) else [])
            if isinstance(one, dict)
        ]
        return [str(app.get("id")) for app in apps if isinstance(app, dict)]

    def _proof(self, app_secret: str) -> str:
        token = self.number.access_token.encode()
        return hmac.new(app_secret.encode(), token, hashlib.sha256).hexdigest()

    def upload(self, content: bytes, mime_type: str, filename: str) -> str:
        """Store a file at Meta for 30 days; returns its media id."""
        form, content_type = encode_multipart_formdata(
            {
                "messaging_product": "whatsapp",
                "type": mime_type,
                "file": (filename, content, mime_type),
            }
        )
        answer = _read(self._ask("POST", f"{self.own}/media", form, content_type, MEDIA_SECONDS))
        media_id = answer.get("id")
        if not isinstance(media_id, str):
            raise InvalidResponse("WhatsApp's answer names no media id")
        return media_id

    def download(
        self,
        media_id: str,
        *,
        max_bytes: int = MAX_MEDIA_BYTES,
        mime_types: tuple[str, ...] = (),
        sha256: str = "",
    ) -> Media:
        """Fetch a file a contact sent, whole and unaltered.

        `mime_types` are accepted prefixes (`audio/`), all when empty; `sha256` is what the
        delivery said of it, hexadecimal or base64. Raises TooLarge, ProviderRejected for
        another kind of file, InvalidResponse for altered content.
        """
        if not IDENTIFIER.fullmatch(media_id):
            raise ProviderRejected("the media id is malformed")
        known = _read(self._ask("GET", f"{self.root}/{media_id}"))
        mime_type = str(known.get("mime_type") or "").partition(";")[0].strip().lower()
        size = known.get("file_size")
        if isinstance(size, int) and size > max_bytes:
            raise _too_large(max_bytes)
        if mime_types and not mime_type.startswith(mime_types):
            raise ProviderRejected("the contact sent another kind of file than announced")
        url = known.get("url")
        if not isinstance(url, str) or not self._is_metas(url):
            raise InvalidResponse("WhatsApp's media address is not one of Meta's")
        content = self._ask("GET", url, timeout_seconds=MEDIA_SECONDS).body
        if len(content) > max_bytes:
            raise _too_large(max_bytes)
        for digest in (sha256, str(known.get("sha256") or "")):
            _check_digest(content, digest)
        return Media(content, mime_type)

    def _is_metas(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            return False
        if host == self._base.hostname:
            return parts.scheme == self._base.scheme  # never unencrypted if Meta uses TLS
        return parts.scheme == "https" and host.endswith(MEDIA_HOSTS)

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return _read(self._ask("POST", f"{self.own}/{path}", orjson.dumps(body)))

    def _ask(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        content_type: str = "application/json",
        timeout_seconds: float = TIMEOUT_SECONDS,
        error_of: Callable[[HttpReply], ProviderFailure] = read_error,
    ) -> HttpReply:
        headers = {"Authorization": f"Bearer {self.number.access_token}"}
        if body is not None:
            headers["Content-Type"] = content_type
        try:
            reply = self.transport.send(method, url, headers, body, timeout_seconds)
        except TransportError as failure:
            raise read_failure(failure) from None
        if reply.status != 200:
            raise error_of(reply)
        return reply


def _entities(health: Any) -> dict[str, str]:
    """The ids of what a number's health depends on, by kind: WABA, BUSINESS, APP."""
    listed = health.get("entities") if isinstance(health, dict) else None
    found = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return {str(one.get("entity_type")): str(one.get("id") or "") for one in found}


def _read(reply: HttpReply) -> dict[str, Any]:
    return reply.read_object("WhatsApp")


def recipient(contact: str) -> dict[str, str]:
    """Address a message: a phone number in `to`, a business-scoped user id in `recipient`.

    >>> recipient("919876543210"), recipient("US.13491208655302741918")
    ({'to': '919876543210'}, {'recipient': 'US.13491208655302741918'})
    """
    return {"recipient": contact} if BSUID.fullmatch(contact) else {"to": contact}


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(
        f"the contact's file is larger than {max_bytes // 1024**2} MiB",
        fix="Ask the contact for a smaller file.",
    )


def _check_digest(content: bytes, digest: str) -> None:
    if not digest:
        return
    whole = hashlib.sha256(content)
    if digest.lower() != whole.hexdigest() and digest != base64.b64encode(whole.digest()).decode():
        raise InvalidResponse("the contact's file arrived altered")
