"""Answers from documents by the real local model, on a server that holds it to the form.

The model is too small to tell what its answer rests on: it may name any passage or none, and at
times it repeats itself until it is cut off. What names none may not pass for found.
"""

from __future__ import annotations

import pytest

from answers.knowledge.document import Passage
from answers.knowledge.not_found import TEXTS
from demo.local_model import LocalModel
from tests.fixtures_app import Service
from tests.fixtures_model import LOCAL_MODEL_KEY
from tests.webhooks.filling_bases import FEES, RICE, WHEAT, save_document


@pytest.fixture
def local(service: Service, local_model: LocalModel) -> Service:
    account = {"is_active": True, "api_key": LOCAL_MODEL_KEY, "base_url": local_model.base_url}
    more = {"default_model": local_model.model, "timeout_seconds": 60}
    service.organisation()
    service.operator("PUT", "/settings/acme/openai", {**account, **more})
    save_document(service, "Course", Passage(FEES, 3, "Fees"))
    save_document(service, "Sowing calendar", Passage(RICE, 1), Passage(WHEAT, 2))
    return service


@pytest.mark.parametrize("question", ["How much is the fee for the course?", "When to sow wheat?"])
def test_what_is_found_has_a_source(local: Service, question: str) -> None:
    body = {"question_text": question, "knowledge": "leaflets", "temperature": 0}
    answer = local.call("parse_via_chat_gpt", body)
    if answer.status != 200:
        assert answer.error["type"] == "truncated", answer.json
        return
    titles = {one["title"] for one in answer.json["sources"]}
    assert answer.json["found"] is bool(titles)
    assert titles <= {"Course", "Sowing calendar"}


def test_what_is_not_there_is_not_found(local: Service) -> None:
    question = "Which bus goes to the hospital in Rampur?"
    body = {"question_text": question, "knowledge": "leaflets"}
    answer = local.call("parse_via_chat_gpt", body).json
    assert (answer["found"], answer["parsed_msg"]) == (False, TEXTS["English"])
