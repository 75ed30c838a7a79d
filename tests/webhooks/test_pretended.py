"""Pretended answers: an example for every key of every function's result."""

from __future__ import annotations

import pytest

from flowhook.errors import NotFound
from webhooks.pretended import pretended_answer
from webhooks.registry import load_functions

FUNCTIONS = load_functions()


@pytest.mark.parametrize("name", FUNCTIONS.names())
def test_every_key_of_the_result_has_an_example(name: str) -> None:
    answer = pretended_answer(FUNCTIONS, name)
    function = FUNCTIONS.find(name)
    assert function is not None
    fields = function.result.fields
    usual = {name for name, field in fields.items() if not field.metadata.get("is_exception")}
    assert answer.keys() == {*usual, "success"}
    assert answer["success"] is True


def test_an_unknown_function_is_named() -> None:
    with pytest.raises(NotFound, match="get_weather"):
        pretended_answer(FUNCTIONS, "get_weather")
