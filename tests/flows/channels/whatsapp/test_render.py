"""Messages as WhatsApp contents: whatever a flow says, Meta's rules take it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.channels.whatsapp.options import read_option_id
from flows.channels.whatsapp.render import POINTER, Rendered, render
from tests.fakes.graph import rules

RUNS = settings(max_examples=300, derandomize=True, deadline=None, database=None)


def checked(message: dict[str, Any]) -> Rendered:
    """Rendered, and each content taken by the fake's rules."""
    rendered = render(message)
    for content in rendered.contents:
        rules.check_message({"messaging_product": "whatsapp", **content}, lambda _: False)
    return rendered


def options(*titles: str) -> list[dict[str, str]]:
    return [{"title": title} for title in titles]


def kinds(rendered: Rendered) -> list[str]:
    return [
        content["interactive"]["type"] if content["type"] == "interactive" else content["type"]
        for content in rendered.contents
    ]


def body_of(rendered: Rendered) -> str:
    return str(rendered.contents[-1]["interactive"]["body"]["text"])


def test_a_text_with_the_models_markdown() -> None:
    (content,) = checked({"type": "text", "text": "**Drink** water. See https://who.int"}).contents
    assert content["text"] == {"body": "*Drink* water. See https://who.int", "preview_url": True}


def test_a_long_text_goes_out_in_pieces() -> None:
    rendered = checked({"type": "text", "text": "A sentence. " * 800})
    assert kinds(rendered) == ["text"] * 3
    assert all(one["text"]["body"].endswith("sentence.") for one in rendered.contents)


def test_an_empty_message_is_nothing() -> None:
    assert checked({"type": "text", "text": " "}).contents == ()
    assert checked({"type": "image", "url": "", "text": ""}).contents == ()


@pytest.mark.parametrize("kind", ["image", "video", "document", "audio", "sticker"])
def test_media_by_link(kind: str) -> None:
    rendered = checked({"type": kind, "url": "https://x.org/my%20file.pdf?x=1", "text": "see"})
    captioned = kind in ("image", "video", "document")
    assert kinds(rendered) == ([kind] if captioned else [kind, "text"])
    part = rendered.contents[0][kind]
    assert part["link"] == "https://x.org/my%20file.pdf?x=1"
    assert part.get("caption") == ("see" if captioned else None)
    assert part.get("filename") == ("my file.pdf" if kind == "document" else None)


def test_a_caption_that_does_not_fit_follows_as_text() -> None:
    rendered = checked({"type": "image", "url": "https://x.org/a.png", "text": "word " * 300})
    assert kinds(rendered) == ["image", "text"]
    assert "caption" not in rendered.contents[0]["image"]


def test_media_that_meta_cannot_fetch_leave_their_text() -> None:
    assert kinds(checked({"type": "image", "url": "file:///a", "text": "see"})) == ["text"]


def test_up_to_three_short_options_are_buttons() -> None:
    message = {
        "type": "quick_reply",
        "text": "Ready?",
        "options": options("Yes", "No", "Maybe"),
        "interactive": {"msgid": "node-1"},
    }
    rendered = checked(message)
    assert kinds(rendered) == ["button"]
    replies = [one["reply"] for one in rendered.contents[0]["interactive"]["action"]["buttons"]]
    assert [reply["title"] for reply in replies] == ["Yes", "No", "Maybe"]
    read = [read_option_id(reply["id"], "shown") for reply in replies]
    assert [(one.node, one.title, one.kind) for one in read] == [
        ("node-1", "Yes", "quick_reply"),
        ("node-1", "No", "quick_reply"),
        ("node-1", "Maybe", "quick_reply"),
    ]


@pytest.mark.parametrize(
    "titles", [("A", "B", "C", "D"), ("A title of 24 characters",), tuple("ABCDEFGHIJ")]
)
def test_more_or_longer_options_are_a_list(titles: tuple[str, ...]) -> None:
    rendered = checked({"type": "quick_reply", "text": "Pick", "options": options(*titles)})
    assert kinds(rendered) == ["list"]
    (section,) = rendered.contents[0]["interactive"]["action"]["sections"]
    assert [row["title"] for row in section["rows"]] == list(titles)
    assert read_option_id(section["rows"][0]["id"], "").kind == "quick_reply"


@pytest.mark.parametrize(
    "titles",
    [
        tuple("ABCDEFGHIJK"),
        ("A title of twenty-five ch", "B"),
        ("Same", "Same"),
        ("👍" * 13, "B"),
    ],
)
def test_what_no_list_holds_is_a_numbered_text(titles: tuple[str, ...]) -> None:
    rendered = checked({"type": "list", "text": "Pick one", "options": options(*titles)})
    assert kinds(rendered) == ["text"]
    lines = rendered.contents[0]["text"]["body"].split("\n")
    assert lines[0] == "Pick one"
    assert lines[2:] == [f"{number}. {title}" for number, title in enumerate(titles, 1)]
    assert rendered.numbered == titles


def test_a_lists_button_and_descriptions_are_the_templates() -> None:
    message = {
        "type": "list",
        "text": "Pick",
        "options": [{"title": "A", "description": "first"}, {"title": "B"}],
        "interactive": {"globalButtons": [{"title": "मेनू"}], "msgid": "n"},
    }
    interactive = checked(message).contents[0]["interactive"]
    assert interactive["action"]["button"] == "मेनू"
    rows = interactive["action"]["sections"][0]["rows"]
    assert [row.get("description") for row in rows] == ["first", None]


def test_buttons_carry_their_picture() -> None:
    message = {
        "type": "quick_reply",
        "text": "Ready?",
        "url": "https://x.org/a.png",
        "options": options("Yes"),
    }
    header = checked(message).contents[0]["interactive"]["header"]
    assert header == {"type": "image", "image": {"link": "https://x.org/a.png"}}
    listed = checked({**message, "options": options(*"ABCD")})
    assert kinds(listed) == ["image", "list"]


def test_a_long_text_beside_options_goes_first() -> None:
    rendered = checked(
        {"type": "quick_reply", "text": "word " * 400, "options": options("Yes", "No")}
    )
    assert kinds(rendered) == ["text", "button"]
    assert body_of(rendered) == POINTER


def test_a_location_is_asked_for() -> None:
    rendered = checked({"type": "location_request", "text": "Where are you?"})
    assert kinds(rendered) == ["location_request_message"]
    assert body_of(checked({"type": "location_request"})) == POINTER


def test_a_flows_template() -> None:
    template = {"uuid": "u", "name": "reminder", "variables": ["Asha", "line\nbreak  x", ""]}
    rendered = render({"type": "text", "text": "reminder (Asha)", "template": template}, "hi")
    (content,) = rendered.contents
    rules.check_message({"messaging_product": "whatsapp", **content}, lambda _: False)
    assert content["template"]["language"] == {"code": "hi"}
    parameters = content["template"]["components"][0]["parameters"]
    assert [one["text"] for one in parameters] == ["Asha", "line break x", "-"]


TITLES = st.text(max_size=40) | st.sampled_from(["Yes", "👍🏽" * 12, "हाँ", " "])
KINDS = ["text", "image", "audio", "video", "document", "sticker"]
KINDS += ["quick_reply", "quick_reply", "list", "location_request", "unknown"]
MESSAGES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(KINDS),
        "text": st.text(max_size=200) | st.just("A long **one**. " * 400),
        "url": st.sampled_from(
            ["", "https://x.org/a.png", "https://x.org/b", "nonsense", "http://["]
        ),
        "options": st.lists(
            st.fixed_dictionaries({"title": TITLES}, optional={"description": TITLES}), max_size=12
        ),
    },
    optional={"interactive": st.just({"msgid": "n" * 300}) | st.just({"msgid": "a|b"})},
)


@RUNS
@given(MESSAGES)
def test_meta_takes_whatever_is_rendered(message: dict[str, Any]) -> None:
    checked(message)
