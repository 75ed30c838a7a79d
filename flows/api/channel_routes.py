"""HTTP routes of channels: providers verify the address and deliver messages to it."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, request

from flowhook.errors import Forbidden, TooLarge, Unauthorized
from flowhook.http.answers import json_answer
from flowhook.http.body_size import MAX_DELIVERY_BYTES, MAX_DELIVERY_VALUES
from flowhook.http.documented import documented
from flowhook.organisations.cache import SettingsCache
from flowhook.organisations.lockout import Lockout
from flowhook.organisations.token_store import digest
from flowhook.redis.keys import ORGANIZATION_ID_PATTERN
from flowhook.strict_json import read_json
from flowhook.turns import in_turns
from flows.channels.inbound import Inbound, Receiver, Status
from flows.channels.whatsapp import signature
from flows.channels.whatsapp.inbound import Skipped, read_delivery

DELIVERY = {
    "schema": {
        "type": "object",
        "description": "What Meta posts: messages and statuses, signed by the app.",
        "properties": {
            "object": {"const": "whatsapp_business_account"},
            "entry": {"type": "array"},
        },
    },
    "example": {"object": "whatsapp_business_account", "entry": []},
}
CHALLENGE = re.compile(r"[!-~]{1,512}")

logger = logging.getLogger(__name__)


def channel_routes(settings: SettingsCache, lockout: Lockout, receiver: Receiver) -> Blueprint:
    """`GET` and `POST /channels/whatsapp/<org>`."""
    routes = Blueprint("channels", __name__)

    def section(org: str) -> Mapping[str, Any]:
        """The organisation's WhatsApp settings; empty for an unknown organisation."""
        if not ORGANIZATION_ID_PATTERN.fullmatch(org):
            return {}
        return settings.get(org).section("whatsapp")

    @routes.get("/channels/whatsapp/<org>")
    @documented(
        open=True,
        query={
            "hub.mode": "subscribe",
            "hub.verify_token": "The organisation's verify_token.",
            "hub.challenge": "What the answer repeats.",
        },
        answer={"type": "string"},
        content="text/plain",
    )
    def verify_whatsapp(org: str) -> Response:
        """Answer Meta's challenge if it shows the organisation's verify_token.

        Who guesses it has as few tries as for any other secret.
        """
        sent = request.args
        known = section(org).get("verify_token")
        challenge = sent.get("hub.challenge", "")
        shown = sent.get("hub.verify_token", "")
        address, identity, proof = request.remote_addr or "", f"verify {org}", digest(shown)
        is_right = signature.is_verification(known, sent.get("hub.mode", ""), shown)
        if not is_right or not CHALLENGE.fullmatch(challenge):
            lockout.record_wrong(address, identity, proof)
            raise Forbidden(
                "this is no verification with the organisation's token",
                fix="Enter in Meta's app the verify_token of the organisation's WhatsApp settings.",
            )
        lockout.admit(address, identity, proof)
        return Response(challenge, mimetype="text/plain")

    @routes.post("/channels/whatsapp/<org>")
    @documented(
        open=True,
        takes=DELIVERY,
        answer={"type": "object", "properties": {"success": {"const": True}}},
    )
    def receive_whatsapp(org: str) -> Response:
        """Accept the messages that Meta delivers; they are processed after the answer.

        The raw body is signed with the Meta app's secret in X-Hub-Signature-256.
        """
        header = request.headers.get(signature.HEADER, "")
        raw = _read_body() if signature.is_signature(header) else b""
        known = section(org)
        if not signature.is_signed(known.get("app_secret"), raw, header):
            raise Unauthorized(
                "the delivery is not signed with the organisation's app secret",
                fix="Save the Meta app's secret as app_secret in the WhatsApp settings.",
                headers={"WWW-Authenticate": f'{signature.HEADER} realm="flowhook"'},
            )
        delivery = read_json(raw, MAX_DELIVERY_VALUES, what="the delivery")
        found = read_delivery(delivery, known.get("phone_number_id") or "")
        _hand_over(org, found, receiver)
        return json_answer({"success": True})

    return routes


def _read_body() -> bytes:
    request.max_content_length = MAX_DELIVERY_BYTES
    if (request.content_length or 0) > MAX_DELIVERY_BYTES:
        raise TooLarge("the delivery is larger than 4 MiB", fix="Meta sends up to 3 MB.")
    return request.get_data(cache=False)


def _hand_over(org: str, found: Iterable[Inbound | Status | Skipped], receiver: Receiver) -> None:
    """Keep each part of a delivery, and let other requests go on between them."""
    skipped: Counter[str] = Counter()
    for part in in_turns(found):
        if isinstance(part, Inbound):
            receiver.accept(org, part)
        elif isinstance(part, Status):
            receiver.note(org, part)
        else:
            skipped[part.reason] += 1
    for reason, parts in skipped.items():
        logger.info(
            "parts of a delivery are skipped",
            extra={"organization_id": org, "reason": reason, "parts": parts},
        )
