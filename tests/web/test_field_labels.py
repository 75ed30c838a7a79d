from __future__ import annotations

import pytest
from marshmallow import Schema

from flowhook.board.routes import NameSchema
from flowhook.organisations.openai_schemas import AssistantSchema
from flowhook.organisations.schemas import SECTIONS
from flowhook.organisations.tokens import TokenSchema
from web.field_labels import LABELS, label_of


@pytest.mark.parametrize(
    "schema", [*SECTIONS.values(), AssistantSchema, NameSchema, TokenSchema], ids=repr
)
def test_every_field_of_a_page_has_a_label(schema: type[Schema]) -> None:
    assert set(schema().fields) <= set(LABELS)


def test_a_field_without_a_label_is_named_in_words() -> None:
    assert label_of("question_text") == "Question text"
