from __future__ import annotations

import pytest

from answers.guardrails.masking.finding import Found, find
from flowhook.organisations.guardrail_schemas import KINDS
from web.guardrail_words import EXAMPLES


def test_every_kind_has_an_example() -> None:
    assert list(EXAMPLES) == list(KINDS)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "name"])
def test_what_is_shown_as_an_example_is_masked(kind: str) -> None:
    for text in EXAMPLES[kind].split(", "):
        assert [(one.start, one.end) for one in find(text, {kind})] == [(0, len(text))], text


def test_names_are_masked_behind_the_words_of_the_example() -> None:
    for text in ("Dr. Asha is here", "my name is Asha", "मेरा नाम आशा है"):
        assert kinds(find(text, {"name"})) == {"name"}, text


def kinds(found: list[Found]) -> set[str]:
    return {one.kind for one in found}
