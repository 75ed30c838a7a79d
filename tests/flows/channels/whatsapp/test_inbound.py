"""Reading deliveries: every type Meta sends, and everything it might send by mistake."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.channels.inbound import FOR_FLOWS, Inbound, InboundMedia, Status
from flows.channels.whatsapp.inbound import Skipped, read_delivery
from flows.channels.whatsapp.kinds import READERS
from flows.channels.whatsapp.options import option_id
from flows.conversations.turn import valid_id
from tests.endless import ends

RUNS = settings(max_examples=300, derandomize=True, deadline=None, database=None)

ASHA = {"profile": {"name": "Asha"}, "wa_id": "919876543210", "user_id": "IN.1234"}
NUMBER = "106540352242922"


def delivery(*messages: dict[str, Any], contacts: Any = (ASHA,), **value: Any) -> dict[str, Any]:
    whole = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": NUMBER},
        "contacts": list(contacts),
        "messages": list(messages),
        **value,
    }
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": whole}]}],
    }


def message(kind: str, part: Any = None, **more: Any) -> dict[str, Any]:
    known = {"from": "919876543210", "id": "wamid.A", "timestamp": "1749416383", "type": kind}
    return {**known, **({} if part is None else {kind: part}), **more}


def read_one(sent: dict[str, Any], **more: Any) -> Inbound:
    (found,) = read_delivery(delivery(sent, **more))
    assert isinstance(found, Inbound)
    assert Inbound.from_dict(orjson.loads(orjson.dumps(found.as_dict()))) == found
    return found


def test_the_longest_identity_without_a_number_may_be_asked_for_by_the_api() -> None:
    user_id = "IN.ENT." + "9" * 128
    found = read_one(
        {"id": "wamid.A", "type": "text", "text": {"body": "hi"}, "from_user_id": user_id},
        contacts=[{"user_id": user_id}],
    )
    assert found.contact == user_id
    assert valid_id(found.contact)


def test_a_text() -> None:
    found = read_one(message("text", {"body": "नमस्ते 👋"}, context={"id": "wamid.Q"}))
    assert found == Inbound(
        id="wamid.A",
        contact="919876543210",
        type="text",
        sent_at=1749416383.0,
        text="नमस्ते 👋",
        name="Asha",
        phone="919876543210",
        user_id="IN.1234",
        about="wamid.Q",
    )
    engine_message = found.as_message()
    assert (engine_message.id, engine_message.text, engine_message.type) == (
        "wamid.A",
        "नमस्ते 👋",
        "text",
    )


@pytest.mark.parametrize("kind", ["image", "video", "document", "audio", "sticker", "voice"])
def test_media(kind: str) -> None:
    part = {
        "id": "24230790383178626",
        "mime_type": "audio/ogg; codecs=opus",
        "sha256": "abc=",
        "caption": "see",
        "filename": "a.pdf",
    }
    found = read_one(message(kind, part))
    assert found.type == ("audio" if kind == "voice" else kind)
    assert (found.text, found.caption) == ("see", "see")
    assert found.media == InboundMedia(
        "24230790383178626", "audio/ogg; codecs=opus", "abc=", "a.pdf", kind == "voice"
    )


def test_a_voice_note_is_known_by_its_mark() -> None:
    found = read_one(message("audio", {"id": "1", "voice": True}))
    assert found.media is not None
    assert found.media.voice


def test_a_location() -> None:
    found = read_one(message("location", {"latitude": 26.8, "longitude": 80, "name": "Home"}))
    assert (found.latitude, found.longitude, found.detail) == (26.8, 80.0, {"name": "Home"})


def test_shared_contacts() -> None:
    card = {"name": {"formatted_name": "Ravi"}, "phones": [{"phone": "+91 98"}, {"wa_id": "9"}]}
    found = read_one(message("contacts", [card, {"phones": "x"}]))
    assert (found.type, found.text) == ("contact", "Ravi +91 98")


@pytest.mark.parametrize(
    ("sent", "kind", "interactive"),
    [
        (
            message("button", {"text": "Yes", "payload": "P"}),
            "quick_reply",
            {"id": "P", "title": "Yes"},
        ),
        (
            message(
                "interactive",
                {"type": "button_reply", "button_reply": {"id": "b1", "title": "Yes"}},
            ),
            "quick_reply",
            {"id": "b1", "title": "Yes"},
        ),
        (
            message(
                "interactive",
                {
                    "type": "list_reply",
                    "list_reply": {"id": "r1", "title": "Yes", "description": "d"},
                },
            ),
            "list",
            {"id": "r1", "title": "Yes", "description": "d"},
        ),
    ],
)
def test_choices(sent: dict[str, Any], kind: str, interactive: dict[str, str]) -> None:
    found = read_one(sent)
    assert (found.type, found.text, found.interactive) == (kind, "Yes", interactive)


def test_a_choice_of_ours_names_its_node_and_whole_title() -> None:
    reply = {"id": option_id("quick_reply", "node-7", 2, "Yes | certainly"), "title": "Yes | cert…"}
    found = read_one(message("interactive", {"type": "list_reply", "list_reply": reply}))
    assert (found.type, found.text) == ("quick_reply", "Yes | certainly")
    assert found.interactive == {"id": "node-7", "title": "Yes | certainly", "postbackText": "2"}


def test_a_form() -> None:
    reply = {"name": "flow", "body": "Sent", "response_json": '{"age": 21, "tags": ["a"]}'}
    found = read_one(message("interactive", {"type": "nfm_reply", "nfm_reply": reply}))
    assert (found.type, found.form) == ("whatsapp_form_response", {"age": 21, "tags": ["a"]})


def test_a_form_with_odd_characters() -> None:
    written = r'{"name": "Asha \ud83d\u0000", "id": 123456789012345678901234567890}'
    reply = {"name": "flow", "body": "Sent", "response_json": "\ufeff" + written}
    found = read_one(message("interactive", {"type": "nfm_reply", "nfm_reply": reply}))
    assert found.form == {"name": "Asha \ufffd", "id": "123456789012345678901234567890"}


@pytest.mark.parametrize("form", ["", "[1]", "{", "null", '{"a":' * 900 + "1" + "}" * 900])
def test_a_form_that_is_none(form: str) -> None:
    reply = {"body": "Sent", "response_json": form}
    found = read_one(message("interactive", {"type": "nfm_reply", "nfm_reply": reply}))
    assert found.type == "unsupported"


@pytest.mark.parametrize(
    ("sent", "text", "about"),
    [
        (message("reaction", {"message_id": "wamid.B", "emoji": "👍"}), "👍", "wamid.B"),
        (message("reaction", {"message_id": "wamid.B"}), "", "wamid.B"),
        (
            message(
                "edit",
                {
                    "original_message_id": "wamid.B",
                    "message": {"type": "text", "text": {"body": "now"}},
                },
            ),
            "now",
            "wamid.B",
        ),
        (message("revoke", {"original_message_id": "wamid.B"}), "", "wamid.B"),
        (message("order", {"text": "two", "product_items": [{"quantity": 2}]}), "two", ""),
        (message("system", {"type": "user_changed_number", "wa_id": "91111"}), "", ""),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else None,
)
def test_what_no_flow_takes(sent: dict[str, Any], text: str, about: str) -> None:
    found = read_one(sent)
    assert (found.type, found.text, found.about) == (sent["type"], text, about)
    assert not found.is_for_flows


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        (message("unsupported", {"type": "poll"}), "poll"),
        (message("unsupported", errors=[{"code": 131051}]), "unknown"),
        (message("hologram", {"x": 1}), "hologram"),
        (message("text", "not an object"), "text"),
        (message("image", {"caption": "without id"}), "image"),
        (message("location", {"latitude": 91, "longitude": 0}), "location"),
        (message("location", {"latitude": "26.8", "longitude": True}), "location"),
    ],
)
def test_what_cannot_be_read_is_reported_by_its_type(sent: dict[str, Any], named: str) -> None:
    found = read_one(sent)
    assert (found.type, found.detail) == ("unsupported", {"type": named})
    assert not found.is_for_flows


def test_every_type_for_flows_is_reachable() -> None:
    others = {"reaction", "order", "system", "edit", "revoke"}
    assert {"quick_reply", "list", "contact", "whatsapp_form_response"} <= FOR_FLOWS
    assert set(READERS) - others - {"button", "interactive", "contacts", "voice"} <= FOR_FLOWS


# --- who ---


def test_a_user_without_a_number() -> None:
    sent = message("text", {"body": "hi"}, from_user_id="US.13491208655302741918")
    del sent["from"]
    person = {"profile": {"name": "Sheena"}, "user_id": "US.13491208655302741918"}
    found = read_one(sent, contacts=[person])
    assert (found.contact, found.phone, found.user_id, found.name) == (
        "US.13491208655302741918",
        "",
        "US.13491208655302741918",
        "Sheena",
    )


def test_a_delivery_of_old_without_user_ids() -> None:
    person = {"profile": {"name": "Asha"}, "wa_id": "919876543210"}
    found = read_one(message("text", {"body": "hi"}), contacts=[person])
    assert (found.contact, found.user_id, found.name) == ("919876543210", "", "Asha")


def test_a_user_id_in_place_of_the_number() -> None:
    sent = message("text", {"body": "hi"}, **{"from": "US.1234", "from_user_id": "US.1234"})
    found = read_one(sent, contacts=[{"wa_id": "US.1234", "user_id": "US.1234"}])
    assert (found.contact, found.phone) == ("US.1234", "")


def test_each_sender_has_their_own_name() -> None:
    ravi = {"profile": {"name": "Ravi"}, "wa_id": "918888888888"}
    first = message("text", {"body": "a"})
    second = message("text", {"body": "b"}, **{"from": "918888888888", "id": "wamid.B"})
    third = message("text", {"body": "c"}, **{"from": "917777777777", "id": "wamid.C"})
    found = list(read_delivery(delivery(first, second, third, contacts=[ravi, ASHA])))
    assert [(one.name, one.text) for one in found if isinstance(one, Inbound)] == [
        ("Asha", "a"),
        ("Ravi", "b"),
        ("", "c"),
    ]


@pytest.mark.parametrize(
    "more",
    [
        {"group_id": "555"},
        {"from": ""},
        {"from": 919876543210},
        {"from": "91 98{}"},
        {"id": None},
        {"id": "wamid.\n"},
        {"id": "x" * 513},
    ],
)
def test_what_is_not_ours_or_has_no_sender_is_skipped(more: dict[str, Any]) -> None:
    (found,) = read_delivery(delivery(message("text", {"body": "a"}, **more), contacts=[]))
    assert isinstance(found, Skipped)


@pytest.mark.parametrize(
    ("timestamp", "sent_at"),
    [("1749416383", 1749416383.0), ("1749416383123", 1749416383.123), (1749416383, 1749416383.0)]
    + [(junk, 0.0) for junk in ("soon", "", None, -5, "-5", True, 1e300, "9" * 40, [1])],
)
def test_times(timestamp: Any, sent_at: float) -> None:
    assert read_one(message("text", {"body": "a"}, timestamp=timestamp)).sent_at == sent_at


# --- statuses and what else is delivered ---


def test_statuses() -> None:
    sent = {"id": "wamid.A", "status": "sent", "timestamp": "1749416383", "recipient_id": "9198"}
    failed = {
        **sent,
        "status": "failed",
        "recipient_user_id": "US.1",
        "errors": [{"code": 131047, "title": "Re-engagement message"}],
    }
    del failed["recipient_id"]
    odd = [{**sent, "status": "warming"}, {**sent, "recipient_type": "group"}, {"status": "sent"}]
    found = list(read_delivery(delivery(statuses=[sent, failed, *odd])))
    assert found[:2] == [
        Status("wamid.A", "9198", "sent", 1749416383.0),
        Status("wamid.A", "US.1", "failed", 1749416383.0, 131047, "US.1"),
    ]
    assert all(isinstance(one, Skipped) for one in found[2:])
    assert len(found) == 5


def test_several_entries_and_changes_are_all_read() -> None:
    body = delivery(message("text", {"body": "a"}))
    body["entry"] *= 2
    body["entry"][0] = {"changes": body["entry"][0]["changes"] * 3}
    assert len(list(read_delivery(body))) == 4


def test_many_people_are_found_in_linear_time() -> None:
    numbers = [f"9198{number:08}" for number in range(30_000)]
    people = [{"wa_id": number, "profile": {"name": number}} for number in numbers]
    sent = [message("text", {"body": "a"}, **{"from": number}) for number in numbers]
    with ends(5):
        found = list(read_delivery(delivery(*sent, contacts=people)))
    assert [one.name for one in found if isinstance(one, Inbound)] == numbers


def test_another_number_of_the_same_app_is_not_ours() -> None:
    body = delivery(message("text", {"body": "a"}))
    assert isinstance(next(read_delivery(body, NUMBER)), Inbound)
    assert isinstance(next(read_delivery(body, "999")), Skipped)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"object": "page", "entry": []},
        {"object": "whatsapp_business_account"},
        {"object": "whatsapp_business_account", "entry": [1, {"changes": [None, {"field": 1}]}]},
        {"object": "whatsapp_business_account", "entry": {"changes": 1}},
        delivery(contacts=[None, 1], messages={"a": 1}, statuses=7, errors="x"),
    ],
)
def test_other_shapes_hold_nothing(body: dict[str, Any]) -> None:
    assert not [one for one in read_delivery(body) if not isinstance(one, Skipped)]


KEYS = ["id", "type", "body", "text", "message", "caption", "latitude", "longitude"]
KEYS += ["button_reply", "list_reply", "nfm_reply", "response_json", "name", "phones"]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@RUNS
@given(st.sampled_from([*READERS, "unsupported", "?"]), JUNK, JUNK, JUNK)
def test_no_content_breaks_the_reader(kind: str, part: Any, context: Any, contacts: Any) -> None:
    sent = message(kind, part, context=context)
    for found in read_delivery(delivery(sent, contacts=[contacts], errors=[part], statuses=[part])):
        assert isinstance(found, Inbound | Status | Skipped)
        if isinstance(found, Inbound):
            orjson.dumps(found.as_dict())
