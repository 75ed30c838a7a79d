"""What a call's body tells of who asks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.examples import check_examples
from webhooks import asker as module
from webhooks.asker import Asker, asker_of, names_of


@pytest.mark.parametrize(
    ("body", "asker"),
    [
        ({}, Asker()),
        ({"contact": {"name": " Asha "}, "flow": {"name": "Clinic"}}, Asker("Asha", "", "Clinic")),
        ({"contact": {"language": {"label": "Hindi"}}}, Asker(language="Hindi")),
        ({"contact": {"language": {"label": "", "locale": "hi"}}}, Asker(language="hi")),
        ({"contact": {"language": {"id": 2}}}, Asker()),
        ({"contact": {"language": "hi"}}, Asker(language="hi")),
        ({"contact": {"fields": {"language": {"label": "Hindi"}}}}, Asker(language="Hindi")),
        ({"contact": {"fields": {"language": "Tamil"}}}, Asker(language="Tamil")),
        (
            {"contact": {"fields": {"language": {"label": "Language", "value": "Odia"}}}},
            Asker(language="Odia"),
        ),
        ({"contact": {"language": "hi", "fields": {"language": "Tamil"}}}, Asker(language="hi")),
        ({"contact": {"language": "", "fields": "{Asha"}}, Asker()),
        ({"contact": '{"name": "Asha"}', "flow": "7"}, Asker("Asha")),
        ({"contact": "{Asha", "flow": 7}, Asker()),
        ({"contact": {"name": 5, "language": ["hi"]}}, Asker()),
        ({"contact": {"name": "x" * 500}}, Asker("x" * 200)),
    ],
)
def test_an_asker_is_read_from_the_builders_objects(body: dict[str, Any], asker: Asker) -> None:
    assert asker_of(body) == asker


@pytest.mark.parametrize(
    ("contact", "names"),
    [
        ({"fields": {"name": {"label": "Name", "value": "Asha"}}}, ("Asha",)),
        ({"name": "Asha", "fields": {"name": "Asha", "surname": " Devi "}}, ("Asha", "Devi")),
        ({"fields": {"father_name": {"value": "Ramesh"}, "village": "Satara"}}, ("Ramesh",)),
        ({"name": 7, "fields": {"name": {"value": ["Asha"]}, "full_name": None}}, ()),
        ({"fields": ["name"]}, ()),
        ("Asha", ()),
    ],
)
def test_names_are_those_of_the_contact_and_of_its_fields(contact: Any, names: Any) -> None:
    assert names_of({"contact": contact}) == names


def test_the_examples_hold() -> None:
    check_examples(module)
