"""A node's form, as a browser sends it back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from flows.definition.interactive import Templates
from flows.definition.reading import read_entry
from flows.library.editing import change_node, shown_node
from tests.flows.building import definition_of
from tests.flows.library.test_editing import ENTRIES
from web.node_forms import ActionForm, action_forms, read_change
from web.node_pages import cases_of
from webhooks.registry import load_functions

MESSAGE = {"type": "send_msg", "uuid": "a", "text": "One\r\ntwo ", "quick_replies": [" Yes", "No"]}
BODY = {"prompt": "", "question_text": "a\r\nb", "temperature": " ", "mine": None}
CALL = {"method": "post", "url": "parse_via_chat_gpt", "result_name": "r", "body": json.dumps(BODY)}
ODD: dict[str, Any] = {
    "keywords": [],
    "definition": definition_of(
        {
            "uuid": "odd",
            "nodes": [
                {"id": "n", "actions": [MESSAGE]},
                {
                    "id": "w",
                    "wait": {"result": "r"},
                    "cases": [["has_text", [""], "A", None]],
                    "else": None,
                },
                {"id": "c", "webhook": CALL},
            ],
            "localization": {"hi": {"a": {"text": [" x\r\n"], "quick_replies": []}}},
        }
    ),
}


@pytest.mark.parametrize("entry", [ODD, *ENTRIES], ids=lambda one: one["definition"]["name"][:20])
def test_a_form_sent_as_it_came_changes_nothing(entry: dict[str, Any]) -> None:
    flow = read_entry(entry)
    for node in flow.nodes.values():
        shown = shown_node(flow, node)
        forms = [as_sent(one) for one in action_forms(flow, node, load_functions(), {})]
        answers = {f"case:{one['uuid']}": one["words"] for one in cases_of(node, {})}
        for form in (*forms, answers):
            change = read_change(dict(with_line_ends(form)), shown)
            copy = orjson.loads(orjson.dumps(entry))
            change_node(copy, flow, node.uuid, change, Templates())
            assert orjson.dumps(copy) == orjson.dumps(entry), (node.uuid, form)


@pytest.mark.parametrize("name", ["actions", "cases", "translations", "case:", "translation:"])
def test_a_field_that_no_form_has_is_read_all_the_same(name: str) -> None:
    flow = read_entry(ODD)
    change = read_change({"action": "a", name: "x"}, shown_node(flow, flow.nodes["n"]))
    assert change["action"] == "a"


def as_sent(form: ActionForm) -> dict[str, str]:
    """The fields of an action's form."""
    beside = {
        f"translation:{one.language}:{name}": text
        for one in form.translations
        for name, text in one.values.items()
    }
    body = {f"body:{one.name}": one.value for one in form.body}
    called = {"method": form.method.upper(), "url": form.url} if form.method else {}
    others = {"others": form.others} if form.method else {}
    return {"action": form.uuid, **form.texts, **beside, **body, **called, **others}


def with_line_ends(form: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The fields with the ends of lines that browsers send."""
    for name, text in form.items():
        yield name, text.replace("\r\n", "\n").replace("\n", "\r\n")
