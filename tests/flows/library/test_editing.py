"""Changes in a flow's JSON: what is named changes, everything else stays, byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowhook.errors import InvalidInput, NotFound
from flows.definition.interactive import Templates
from flows.definition.reading import read_entry, read_export
from flows.library.editing import change_flow, change_node, shown_node
from tests.flows.building import definition_of
from tests.flows.exports import EXPORTS

EXAMPLES = sorted(Path("examples").glob("*.json"))
ENTRIES = [
    entry
    for path in (*EXPORTS, *(one for one in EXAMPLES if "script" not in one.name))
    for entry in read_export(path.read_bytes()).as_dict()["flows"]
]
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
NONE = Templates()


def changed(entry: dict[str, Any], node: str, change: dict[str, Any]) -> dict[str, Any]:
    """A copy of the entry with the change, which can still be loaded."""
    copy: dict[str, Any] = orjson.loads(orjson.dumps(entry))
    change_node(copy, read_entry(copy), node, change, NONE)
    read_entry(copy)
    return copy


def changes_of(shown: dict[str, Any], draw: st.DataObject) -> list[tuple[dict[str, Any], Any]]:
    """For each field that can be changed: a change, and the one that takes it back."""
    found: list[tuple[dict[str, Any], Any]] = []
    for action in shown["actions"]:
        for name, value in action.items():
            named = {"action": action["action"]}
            if name == "text":
                new: Any = draw.draw(WORDS)
            elif name == "body":
                new = {**value, "prompt": draw.draw(WORDS)}
            elif name == "quick_replies":
                new = [draw.draw(WORDS) for _ in value]
            elif name == "translations":
                language = draw.draw(st.sampled_from([*value, "hi", "ta"]))
                before = {"text": "", **value.get(language, {})}["text"]
                found.append(
                    (
                        {**named, name: {language: {"text": draw.draw(WORDS)}}},
                        {**named, name: {language: {"text": before}}},
                    )
                )
                continue
            elif name == "url":
                new = draw.draw(WORDS)
            else:
                continue
            found.append(({**named, name: new}, {**named, name: value}))
    for case, arguments in shown.get("cases", {}).items():
        found.append(({"cases": {case: [draw.draw(WORDS)]}}, {"cases": {case: arguments}}))
    return found


@settings(max_examples=60, deadline=None)
@given(draw=st.data())
def test_a_change_touches_what_it_names_alone_and_can_be_taken_back(draw: st.DataObject) -> None:
    entry = draw.draw(st.sampled_from(ENTRIES))
    flow = read_entry(entry)
    node = draw.draw(st.sampled_from(list(flow.nodes)))
    shown = shown_node(flow, flow.nodes[node])
    for change, back in changes_of(shown, draw):
        after = changed(entry, node, change)
        assert shown_node(read_entry(after), read_entry(after).nodes[node]) != shown or any(
            before == change[name] for name, before in back.items() if name != "action"
        )
        assert unlike(entry, after) <= 1, change
        if not is_interactive(flow.nodes[node], change) and "body" not in change:
            assert orjson.dumps(changed(after, node, back)) == orjson.dumps(entry)
        else:
            again = read_entry(changed(after, node, back))
            assert shown_node(again, again.nodes[node]) == shown


def is_interactive(node: Any, change: dict[str, Any]) -> bool:
    """Whether the message stands in the node as JSON text, whose blanks are the editor's own."""
    return any(one.kind.is_interactive and one.uuid == change.get("action") for one in node.actions)


def unlike(before: Any, after: Any) -> int:
    """How many values differ; what has another order of keys differs as a whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        shared = [key for key in before if key in after]
        if shared != [key for key in after if key in before]:
            return 100
        return sum(unlike(before[key], after[key]) for key in shared) + len(
            set(before) ^ set(after)
        )
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        if all(isinstance(one, str) for one in (*before, *after)):
            return int(before != after)
        return sum(map(unlike, before, after))
    return int(before != after)


def entry_of(*nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"definition": definition_of({"uuid": "f", "nodes": nodes, **more}), "keywords": []}


def test_a_body_keeps_the_layout_and_the_order_that_the_author_has() -> None:
    body = '{\n    "prompt": "Be kind",\n    "question_text": "@results.q"\n}'
    entry = entry_of({"id": "n", "webhook": {"url": "u", "result_name": "r", "body": body}})
    wanted = {"question_text": "@results.q", "prompt": "सरल", "model": "m"}
    action = changed(entry, "n", {"body": wanted})["definition"]["nodes"][0]["actions"][0]
    assert action["body"] == (
        '{\n    "prompt": "सरल",\n    "question_text": "@results.q",\n    "model": "m"\n}'
    )


def test_an_empty_translation_is_taken_away() -> None:
    entry = entry_of({"id": "n", "send": "Hello"})
    action = entry["definition"]["nodes"][0]["actions"][0]["uuid"]
    once = changed(entry, "n", {"translations": {"hi": {"text": "नमस्ते"}}})
    assert once["definition"]["localization"] == {"hi": {action: {"text": ["नमस्ते"]}}}
    assert changed(once, "n", {"translations": {"hi": {"text": ""}}}) == entry


@pytest.mark.parametrize("localization", [{}, {"localization": None}, {"localization": {}}])
def test_a_translation_that_was_never_there_leaves_nothing(localization: dict[str, Any]) -> None:
    entry = entry_of({"id": "n", "send": "Hello"})
    entry["definition"].pop("localization", None)
    entry["definition"].update(localization)
    same = changed(entry, "n", {"translations": {"hi": {"text": ""}}})
    assert orjson.dumps(same) == orjson.dumps(entry)


def test_of_two_actions_with_one_uuid_the_one_that_has_the_field_changes() -> None:
    webhook = {"type": "call_webhook", "url": "u", "method": "POST", "result_name": "r"}
    send = {"type": "send_msg", "text": "Old"}
    entry = entry_of({"id": "n", "actions": [{"uuid": "a", **one} for one in (webhook, send)]})
    actions = changed(entry, "n", {"text": "New"})["definition"]["nodes"][0]["actions"]
    assert actions == [{"uuid": "a", **webhook}, {"uuid": "a", **send, "text": "New"}]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"body": {}}, "has no body"),
        ({"text": "x", "url": "u"}, "has no url"),
        ({"cases": {"c": ["x"]}}, "asks nothing"),
        ({"action": "other", "text": "x"}, "no such action"),
        ({"attachments": ["not one"]}, "is no attachment"),
    ],
)
def test_what_a_node_has_not_is_refused(change: dict[str, Any], told: str) -> None:
    entry = entry_of({"id": "n", "send": "Hello"})
    with pytest.raises((InvalidInput, NotFound), match=told):
        changed(entry, "n", change)


def test_a_node_without_actions_has_no_text() -> None:
    entry = entry_of({"id": "n", "wait": {"result": "r"}, "else": None})
    with pytest.raises(InvalidInput, match="no text to change"):
        changed(entry, "n", {"text": "x"})


def test_of_two_cases_with_one_uuid_neither_can_be_changed() -> None:
    yes, no = (["has_any_word", [one], one, None] for one in ("yes", "no"))
    entry = entry_of({"id": "n", "wait": {"result": "r"}, "cases": [yes, no, yes], "else": None})
    first, second, third = entry["definition"]["nodes"][0]["router"]["cases"]
    third["uuid"] = first["uuid"]
    flow = read_entry(entry)
    assert shown_node(flow, flow.nodes["n"])["cases"] == {second["uuid"]: ["no"]}
    with pytest.raises(InvalidInput, match="two cases of this node"):
        changed(entry, "n", {"cases": {first["uuid"]: ["x"]}})
    with pytest.raises(InvalidInput, match="has no case 'c'"):
        changed(entry, "n", {"cases": {"c": ["x"]}})


def test_of_two_messages_one_is_named() -> None:
    actions = [{"type": "send_msg", "uuid": one, "text": one} for one in ("a1", "a2")]
    entry = entry_of({"id": "n", "actions": actions})
    with pytest.raises(InvalidInput, match="2 actions") as refused:
        changed(entry, "n", {"text": "x"})
    assert "a1, a2" in refused.value.fix
    texts = changed(entry, "n", {"text": "x", "action": "a2"})["definition"]["nodes"][0]["actions"]
    assert [one["text"] for one in texts] == ["a1", "x"]


def test_a_message_that_is_kept_beside_the_flows_is_changed_there() -> None:
    content = orjson.dumps({"type": "quick_reply", "content": {"text": "Old"}}).decode()
    asked = {"type": "send_interactive_msg", "uuid": "a", "name": "May we", "text": content}
    entry = entry_of({"id": "n", "actions": [asked]})
    assert (
        "New"
        in changed(entry, "n", {"text": "New"})["definition"]["nodes"][0]["actions"][0]["text"]
    )
    template = Templates([{"source_id": 1, "label": "May we", "interactive_content": {}}])
    with pytest.raises(InvalidInput, match="belongs to no single flow"):
        change_node(entry, read_entry(entry), "n", {"text": "New"}, template)


def test_a_template_keeps_its_wording() -> None:
    sent = {"type": "send_msg", "uuid": "a", "text": "", "templating": {"template": {"name": "x"}}}
    with pytest.raises(InvalidInput, match="has no text to change"):
        changed(entry_of({"id": "n", "actions": [sent]}), "n", {"text": "x"})


def test_keywords_and_name_of_a_flow() -> None:
    entry = entry_of({"id": "n", "send": "Hello"})
    change_flow(entry, {"keywords": ["hi"], "name": "Greet"})
    flow = read_entry(entry)
    assert (flow.keywords, flow.name) == (("hi",), "Greet")
