"""Moderation in OpenAI's words."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.errors import InvalidResponse
from flowhook.providers.model_client import ModerationRequest
from flowhook.providers.openai.moderation import moderation_call, read_moderation
from tests.flowhook.providers.openai.replies import reply


def test_a_text_is_sent() -> None:
    call = moderation_call(ModerationRequest("Hello"), "m")
    assert (call.path, call.body) == ("/moderations", {"model": "m", "input": "Hello"})


def test_the_reasons_are_those_that_hold() -> None:
    categories = {"violence": True, "hate": True, "sexual": False, "odd": "yes"}
    results = [{"flagged": True, "categories": categories}, {"flagged": False}]
    found = read_moderation(reply({"results": results, "model": "m"}))
    assert (found.flagged, found.categories, found.model) == (True, ("hate", "violence"), "m")
    bare = read_moderation(reply({"results": [{"flagged": False, "categories": []}]}))
    assert (bare.flagged, bare.categories) == (False, ())


@pytest.mark.parametrize("results", [None, [], {}, ["x"], [{}], [{"flagged": "yes"}]])
def test_without_a_judgement_it_is_no_answer(results: Any) -> None:
    with pytest.raises(InvalidResponse):
        read_moderation(reply({"results": results}))
