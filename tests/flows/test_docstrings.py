"""The examples in docstrings are executed; every registered unit has its page."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import flows
from flows.lint import checks
from flows.model.action import actions
from flows.routers.cases import cases

MODULES = [
    name
    for _, name, _ in pkgutil.walk_packages(flows.__path__, "flows.")
    if not name.startswith("flows.expressions") and not name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name: str) -> None:
    module = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0


def test_every_case_test_shows_an_example() -> None:
    found = {
        function.name.rpartition(".")[2]
        for name in MODULES
        if name.startswith("flows.routers.cases")
        for function in doctest.DocTestFinder().find(importlib.import_module(name))
        if function.examples
    }
    assert set(cases.names()) <= found


def test_the_vocabulary_is_whole() -> None:
    assert set(cases.names()) == {
        *("has_any_word", "has_all_words", "has_multiple", "has_phrase", "has_only_phrase"),
        *("has_only_text", "has_beginning", "has_number", "has_number_eq", "has_number_between"),
        *("has_pattern", "has_phone", "has_email", "has_intent", "has_top_intent", "has_group"),
        *("has_category", "has_location", "has_media", "has_audio", "has_video", "has_image"),
        "has_file",
    }
    assert set(actions.names()) == {
        *("send_msg", "send_interactive_msg", "send_broadcast", "call_webhook", "enter_flow"),
        *("set_contact_field", "set_contact_name", "set_contact_language", "open_ticket"),
        *("set_contact_profile", "set_run_result", "add_contact_groups", "start_session"),
        *("remove_contact_groups", "add_input_labels", "wait_for_time", "wait_for_result"),
        *("link_google_sheet", "call_classifier", "set_wa_group_field"),
    }
    assert len(checks) >= 25
