"""OpenAI's own API."""

from __future__ import annotations

from typing import Any

import pytest

from flowhook.errors import InvalidResponse
from flowhook.providers.account import Account
from flowhook.providers.dialects.openai import OpenAIDialect
from flowhook.providers.model_client import (
    ChatRequest,
    EmbeddingRequest,
    FilesRequest,
    ListedModel,
    ModerationRequest,
    PictureRequest,
    SpeechRequest,
    TranscriptionRequest,
)
from tests.flowhook.providers.openai.replies import reply

SAID = [{"role": "user", "content": "Why?"}]
TOOLS = [{"name": "find"}]


def dialect(**more: Any) -> OpenAIDialect:
    known = {"api_key": "sk-1", "base_url": "https://api.openai.com/v1", "default_model": "m"}
    return OpenAIDialect(Account(**{**known, **more}))


@pytest.mark.parametrize(
    ("request_", "model", "path"),
    [
        (ChatRequest(SAID), "gpt-6-astra", "/chat/completions"),
        (ChatRequest(SAID, tools=TOOLS), "gpt-6-astra", "/responses"),
        (ChatRequest(SAID, tools=TOOLS), "gpt-6-luna", "/chat/completions"),
        (FilesRequest(SAID, "", "vs_1"), "m", "/responses"),
        (PictureRequest("A kite"), "m", "/images/generations"),
        (SpeechRequest("Hello", "alloy"), "m", "/audio/speech"),
        (TranscriptionRequest(("a", b"", "audio/ogg")), "m", "/audio/transcriptions"),
        (ModerationRequest("Hello"), "m", "/moderations"),
        (EmbeddingRequest(["Hello"]), "m", "/embeddings"),
    ],
)
def test_each_request_has_its_path(request_: Any, model: str, path: str) -> None:
    call = dialect().call(request_, model)
    assert call.path == path
    assert call.body["model"] == model
    assert dialect().url(path, model) == f"https://api.openai.com/v1{path}"


def test_the_key_the_organisation_and_the_project_are_headers() -> None:
    assert dialect().headers() == {"Authorization": "Bearer sk-1"}
    assert dialect(organization="org-1", project="proj_1").headers() == {
        "Authorization": "Bearer sk-1",
        "OpenAI-Organization": "org-1",
        "OpenAI-Project": "proj_1",
    }


def test_models_are_listed() -> None:
    assert dialect().models_url() == "https://api.openai.com/v1/models"
    listed = [
        {"id": "a", "created": 5, "owned_by": "openai", "shutdown_date": "2027-01-14"},
        {"id": "b"},
        {"id": 5},
        {},
        "x",
        {"name": "n"},
    ]
    found = [
        ListedModel("a", 5, "openai", "2027-01-14"),
        ListedModel("b"),
        ListedModel("x"),
        ListedModel("n"),
    ]
    for shape in ({"data": listed}, {"models": listed}, listed):
        assert dialect().read_models(reply(shape)) == found


def test_a_list_of_no_models_may_be_null() -> None:
    assert dialect().read_models(reply({"object": "list", "data": None})) == []


@pytest.mark.parametrize("data", [{"id": "a"}, "a"])
def test_a_list_of_models_is_a_list(data: Any) -> None:
    with pytest.raises(InvalidResponse, match="is not a list"):
        dialect().read_models(reply({"data": data}))
