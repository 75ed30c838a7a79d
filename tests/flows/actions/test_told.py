"""What each action tells the reader, the linter and the pages of itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flows.model.action import Action, actions

LISTS = ("sets", "evaluated", "groups", "contacts", "enters", "languages")
FLAGS = (
    "pauses",
    "calls_webhook",
    "is_message",
    "is_interactive",
    "text_is_shown",
    "sets_any",
)
FIVE = {"uuid": "5", "name": "Five"}
RAVI = {"uuid": "12", "name": "Ravi"}
OTHER = {"uuid": "other", "name": "Other"}
CHOSEN = {"uuid": "x", "name": "Expression", "expression": "<%= 1 %>"}
MEDIA = ["image:https://x.org/a.png", "expression:@results.a"]
ASKED = {
    "type": "quick_reply",
    "content": {"type": "text", "header": "Well", "text": "Ready?"},
    "options": [{"type": "text", "title": "Yes"}, {"title": "No"}],
}
TOLD: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "add_contact_groups",
        {"groups": [FIVE, {"uuid": "6", "name": "Six"}]},
        {
            "words": "add contact groups: Five, Six",
            "groups": [FIVE, {"uuid": "6", "name": "Six"}],
        },
    ),
    (
        "remove_contact_groups",
        {"groups": [FIVE]},
        {"words": "remove contact groups: Five", "groups": [FIVE]},
    ),
    ("add_input_labels", {"labels": [{"name": "Poetry"}]}, {"words": "add input labels"}),
    ("call_classifier", {"result_name": "s"}, {"words": "call classifier", "sets": ["s"]}),
    (
        "call_webhook",
        {"url": "chat", "method": "FUNCTION", "result_name": "r"},
        {
            "words": "FUNCTION chat → @results.r",
            "shape": "Webhook",
            "sets": ["r"],
            "calls_webhook": True,
        },
    ),
    (
        "call_webhook",
        {"url": "https://x.org", "method": "get"},
        {"words": "get https://x.org", "shape": "Webhook", "calls_webhook": True},
    ),
    (
        "enter_flow",
        {"flow": CHOSEN},
        {
            "words": "→ Expression",
            "shape": "Flow",
            "evaluated": [("Enter flow expression has", "<%= 1 %>")],
            "enters": [CHOSEN],
        },
    ),
    ("link_google_sheet", {"result_name": "s"}, {"words": "link google sheet", "sets": ["s"]}),
    ("open_ticket", {"body": "Asked"}, {"words": "open ticket"}),
    (
        "send_broadcast",
        {"text": "Help", "contacts": [RAVI], "attachments": [*MEDIA, 5]},
        {
            "words": "send broadcast",
            "evaluated": [
                ("Attachment has", "expression:@results.a"),
                ("Message template expression has", ""),
            ],
            "contacts": [RAVI],
            "text_is_shown": True,
        },
    ),
    (
        "send_interactive_msg",
        {"expression": "<%= 5 + 2 %>", "text": json.dumps(ASKED)},
        {
            "words": "☰ \nWell\nReady?\n• Yes\n• No",
            "shape": "Message",
            "evaluated": [("Interactive template expression has", "<%= 5 + 2 %>")],
            "is_interactive": True,
        },
    ),
    (
        "send_msg",
        {"text": "See", "attachments": MEDIA, "templating": {"expression": "<%= 1 %>"}},
        {
            "words": "See\n📎 https://x.org/a.png\n📎 @results.a",
            "shape": "Message",
            "evaluated": [
                ("Attachment has", "expression:@results.a"),
                ("Message template expression has", "<%= 1 %>"),
            ],
            "is_message": True,
            "text_is_shown": True,
        },
    ),
    (
        "set_contact_field",
        {"field": {"key": "age", "name": "Age"}, "value": "@results.age"},
        {
            "words": "@contact.fields.age = @results.age",
            "evaluated": [("Action value has", "@results.age")],
        },
    ),
    (
        "set_contact_language",
        {"language": "Hindi"},
        {"words": "@contact.language = Hindi", "languages": ["Hindi"]},
    ),
    (
        "set_contact_name",
        {"name": "@results.n"},
        {"words": "@contact.name = @results.n", "evaluated": [("Action name has", "@results.n")]},
    ),
    (
        "set_contact_profile",
        {"value": {"name": "Mini", "type": "child"}},
        {
            "words": "set contact profile",
            "evaluated": [("Action value has", "Mini"), ("Action value has", "child")],
        },
    ),
    (
        "set_run_result",
        {"name": "Total", "value": "5", "category": "Sum"},
        {
            "words": "@results.Total = 5",
            "sets": ["Total"],
            "evaluated": [("Action value has", "5")],
        },
    ),
    (
        "set_wa_group_field",
        {"value": "1"},
        {"words": "set wa group field", "evaluated": [("Action value has", "1")]},
    ),
    ("start_session", {"flow": OTHER}, {"words": "→ Other"}),
    ("wait_for_result", {}, {"words": "wait for result", "pauses": True, "sets_any": True}),
    ("wait_for_time", {"delay": "90"}, {"words": "waits 90 s", "pauses": True}),
]


def told(kind: str, source: dict[str, Any]) -> dict[str, Any]:
    """All that is not the default."""
    action = Action("u", kind, 0, source)
    about = action.kind
    lists = {name: list(getattr(about, name)(action)) for name in LISTS}
    flags = {name: getattr(about, name) for name in FLAGS}
    shape = {"shape": about.shape} if about.shape != "Action" else {}
    found = {name: value for name, value in (lists | flags).items() if value}
    return {"words": about.words(action), **shape, **found}


@pytest.mark.parametrize(("kind", "source", "about"), TOLD)
def test_an_action_tells_of_itself(
    kind: str, source: dict[str, Any], about: dict[str, Any]
) -> None:
    assert told(kind, source) == about


def test_every_action_tells_something() -> None:
    assert {kind for kind, _, _ in TOLD} == set(actions.names())
