"""How many tokens a call may use, before anything is asked."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.limits.limiter import Estimate
from flowhook.organisations.organisation import Organisation
from flowhook.providers.token_estimate import TOKENS_AN_IMAGE
from webhooks.estimate import LIKELY_ANSWER_TOKENS, MAX_ANSWER_TOKENS, estimate
from webhooks.registry import load_functions

ORG = Organisation("acme", {}, {})
PROMPT = {"prompt": "a" * 27}  # {"prompt":"aaa..."} is 40 bytes


def of(body: dict[str, Any], name: str = "prompt", organisation: Organisation = ORG) -> Estimate:
    function = load_functions().find(name)
    assert function is not None
    found = estimate(function, organisation, body)
    assert found is not None
    return found


def test_a_function_that_asks_no_model_uses_none() -> None:
    function = load_functions().find("get_buttons")
    assert function is not None
    assert estimate(function, ORG, {"buttons_data": "a|b"}) is None


def test_four_bytes_are_a_token() -> None:
    assert of(PROMPT) == Estimate(10, LIKELY_ANSWER_TOKENS)
    assert of({"prompt": "क" * 9}).needed == 10


def test_keys_that_builders_add_do_not_count() -> None:
    added = {"contact": {"name": "a" * 400}, "results": {}, "account": "", "failure_status": 200}
    assert of({**PROMPT, **added}).needed == 10
    assert of({**PROMPT, "odd": "a" * 391}).needed == 110


def test_the_system_prompt_of_the_account_counts() -> None:
    sections = {
        "openai": {"system_prompt": "a" * 40},
        "openai/accounts/second": {"system_prompt": "a" * 80},
    }
    organisation = Organisation("acme", sections, {})
    assert of(PROMPT, organisation=organisation).needed == 20
    assert of({**PROMPT, "account": "second"}, organisation=organisation).needed == 30


def test_media_count_as_images() -> None:
    body = {"prompt": "Look", "model": "data:image/png;base64," + "A" * 4_000}
    assert TOKENS_AN_IMAGE <= of(body).needed < TOKENS_AN_IMAGE + 20


@pytest.mark.parametrize(
    ("more", "needed", "likely"),
    [
        ({"max_tokens": 100}, 100, 0),
        ({"max_tokens": "100"}, 100, 0),
        ({"max_tokens": " 100.0 "}, 100, 0),
        ({"max_tokens": 100, "n": 3}, 300, 0),
        ({"n": "3"}, 0, 3 * LIKELY_ANSWER_TOKENS),
        ({"n": 0}, 0, LIKELY_ANSWER_TOKENS),
        ({"max_tokens": 0}, 0, LIKELY_ANSWER_TOKENS),
        ({"max_tokens": "many"}, 0, LIKELY_ANSWER_TOKENS),
        ({"max_tokens": "५"}, 0, LIKELY_ANSWER_TOKENS),
        ({"max_tokens": [5]}, 0, LIKELY_ANSWER_TOKENS),
        ({"max_tokens": -5}, 0, LIKELY_ANSWER_TOKENS),
        ({"max_tokens": 999_999_999}, MAX_ANSWER_TOKENS, 0),
        ({"max_tokens": 1_000_000_000}, 0, LIKELY_ANSWER_TOKENS),
    ],
)
def test_the_answers_count(more: dict[str, Any], needed: int, likely: int) -> None:
    found = of({**PROMPT, **more})
    assert found.needed - needed in range(10, 20)  # what the prompt and these keys take
    assert found.likely == likely
