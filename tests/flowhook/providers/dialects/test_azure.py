"""Azure OpenAI: its client, and the service with an account there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from flowhook import errors
from flowhook.media import samples
from flowhook.providers.account import Account
from flowhook.providers.account_client import AccountClient
from flowhook.providers.model_client import EmbeddingRequest, SpeechRequest, TranscriptionRequest
from flowhook.providers.websocket import ConversingTransport
from tests.fakes.azure import FakeAzureOpenAI, filtered, too_many
from tests.fakes.openai import FakeOpenAI, faults, sounds
from tests.fixtures_app import Service
from tests.flowhook.providers.asking import question

VERSION = "2024-10-21"
NAMES = {"gpt-6-luna": "our-chat", "gpt-4o-mini-tts": "our voice"}
ASK = {"question_text": "Why is the sky blue?"}
PATH = "/openai/deployments/our-chat/chat/completions"


@pytest.fixture
def azure() -> Iterator[FakeAzureOpenAI]:
    with FakeAzureOpenAI() as fake:
        fake.deploy("our-chat", "gpt-6-luna")
        for model in ("gpt-image-2.5-flare", "gpt-transcribe", "text-embedding-3-small"):
            fake.deploy(model, model)
        yield fake


def client_of(azure: FakeAzureOpenAI, transport: ConversingTransport, **more: Any) -> AccountClient:
    known = {
        "api_key": azure.key,
        "base_url": azure.base_url,
        "default_model": "gpt-6-luna",
        "provider": "azure",
        "api_version": VERSION,
        "deployment": NAMES,
        **more,
    }
    return AccountClient(Account(**known), transport, sleep=lambda seconds: None)


def settings(azure: FakeAzureOpenAI, **more: Any) -> dict[str, Any]:
    return {
        "is_active": True,
        "provider": "azure",
        "api_key": azure.key,
        "base_url": azure.base_url,
        "api_version": VERSION,
        "deployment": {"gpt-6-luna": "our-chat"},
        **more,
    }


# --- what is sent ---


def test_a_model_is_asked_by_its_deployment(
    azure: FakeAzureOpenAI, transport: ConversingTransport
) -> None:
    client = client_of(azure, transport)
    assert client.chat(question()).first.text == "You said: Why is the sky blue?"
    asked = azure.last
    assert (asked.path, asked.query) == (PATH, {"api-version": VERSION})
    assert asked.headers["api-key"] == azure.key
    assert "Authorization" not in asked.headers
    assert asked.body["model"] == "our-chat"
    assert client.model == "gpt-6-luna"
    assert client.usage.output_tokens > 0


def test_a_model_without_a_name_of_its_own_is_its_deployment(
    azure: FakeAzureOpenAI, transport: ConversingTransport
) -> None:
    client = client_of(azure, transport)
    file = ("speech.ogg", sounds.ogg_opus(3), "audio/ogg")
    assert "speech.ogg" in client.transcribe(TranscriptionRequest(file, "hi")).text
    assert azure.last.path == "/openai/deployments/gpt-transcribe/audio/transcriptions"
    vectors = client.embed(EmbeddingRequest(["a school", "a kite"])).vectors
    assert [len(vector) for vector in vectors] == [1536, 1536]


def test_the_name_of_a_deployment_stays_one_segment(
    azure: FakeAzureOpenAI, transport: ConversingTransport
) -> None:
    client = client_of(azure, transport, deployment={"tts-1": "a/b?c"})
    with pytest.raises(errors.ModelNotFound):
        client.speak(SpeechRequest("Hello", "alloy", model="tts-1"))
    asked = azure.requests[0]
    assert asked.path == "/openai/deployments/a%2Fb%3Fc/audio/speech"
    assert asked.query == {"api-version": VERSION}


def test_a_realtime_model_reads_aloud_at_the_undated_address(
    azure: FakeAzureOpenAI, transport: ConversingTransport
) -> None:
    model = "gpt-realtime-2.1-mini"
    azure.deploy("our voice", model)
    client = client_of(azure, transport, deployment={model: "our voice"}, speech_model=model)
    assert client.speak(SpeechRequest("Hello", "alloy")).content_type == "audio/mpeg"
    assert azure.last.path == "/openai/v1/realtime"
    assert azure.last.query == {"model": "our voice"}
    assert "Authorization" not in azure.last.headers
    with pytest.raises(errors.InvalidApiKey):
        client_of(azure, transport, speech_model=model, api_key="wrong").speak(
            SpeechRequest("Hello", "alloy")
        )


@pytest.mark.parametrize("end", ["/openai", "/openai/v1"])
def test_the_address_may_be_that_of_the_api(
    azure: FakeAzureOpenAI, transport: ConversingTransport, end: str
) -> None:
    client_of(azure, transport, base_url=azure.base_url + end).chat(question())
    assert azure.last.path == PATH


def test_models_are_listed_with_their_last_day(
    azure: FakeAzureOpenAI, transport: ConversingTransport
) -> None:
    models = {model.id: model for model in client_of(azure, transport).models()}
    assert models["gpt-4o"].shutdown_date == "2027-01-14"
    assert models["gpt-6-luna"].shutdown_date is None


# --- what is refused ---


def test_errors_have_names(azure: FakeAzureOpenAI, transport: ConversingTransport) -> None:
    rows: list[tuple[dict[str, Any], type[errors.FlowhookError], str]] = [
        ({"api_key": "f" * 32}, errors.InvalidApiKey, "key"),
        ({"default_model": "gpt-none"}, errors.ModelNotFound, "deployment"),
        ({"api_version": "2019-01-01"}, errors.ProviderRejected, "api_version"),
    ]
    for changed, kind, named in rows:
        with pytest.raises(errors.FlowhookError) as caught:
            client_of(azure, transport, **changed).chat(question())
        assert type(caught.value) is kind
        assert named in f"{caught.value.message} {caught.value.fix}"
        assert azure.key not in str(caught.value.as_dict())


@pytest.mark.parametrize("inner", ["innererror", "inner_error"])
def test_the_content_filter(
    azure: FakeAzureOpenAI, transport: ConversingTransport, inner: str
) -> None:
    azure.fail(filtered(inner))
    with pytest.raises(errors.ContentFilter):
        client_of(azure, transport).chat(question())
    assert len(azure.requests) == 1


def test_too_many_requests_are_retried_when_azure_says(
    azure: FakeAzureOpenAI, transport: ConversingTransport
) -> None:
    pauses: list[float] = []
    client = client_of(azure, transport)
    client.requests.sleep = pauses.append
    azure.fail(too_many(250))
    client.chat(question())
    assert pauses == [0.25]
    azure.fail(too_many(86_400_000))
    with pytest.raises(errors.ProviderRateLimited):
        client.chat(question())


def test_a_refused_parameter_is_left_out(
    azure: FakeAzureOpenAI, transport: ConversingTransport
) -> None:
    azure.deploy("old", "gpt-5")
    client = client_of(azure, transport, deployment={"gpt-5": "old"})
    client.chat(question(model="gpt-5", temperature=0.2))
    assert [asked.status for asked in azure.requests] == [400, 200]
    assert azure.last.body == {"model": "old", "messages": question().messages}


def test_a_retired_model_is_replaced_where_its_successor_is_deployed(
    azure: FakeAzureOpenAI, transport: ConversingTransport
) -> None:
    client = client_of(azure, transport)
    assert client.chat(question(model="gpt-4.1-nano")).first.text
    assert [asked.status for asked in azure.requests] == [404, 200]
    assert azure.last.path == PATH
    assert client.model == "gpt-6-luna"


# --- the service with such an account ---


def test_every_function_that_azure_has(service: Service, azure: FakeAzureOpenAI) -> None:
    service.organisation(**settings(azure, speech_model="tts-1"))
    azure.deploy("tts-1", "tts-1")
    assert service.call("parse_via_chat_gpt", ASK).json["parsed_msg"]
    assert service.call("generate_image", {"prompt": "A kite"}).status == 200
    assert service.call("text_to_speech", {"text": "Hello"}).status == 200
    assert service.call("speech_to_text", {"speech": samples.SPEECH}).status == 200
    moderated = service.call("moderate", {"text": "Hello"})
    assert (moderated.status, moderated.error["type"]) == (502, "provider_rejected")
    tested = service.admin("POST", "/settings/acme/openai/test").json
    assert tested["models"] > 10
    listed = service.admin("GET", "/settings/acme/openai/models").json["models"]
    assert {"id": "gpt-4o", "created": 1_750_000_000, "shutdown_date": "2027-01-14"} in listed


def test_files_are_searched_under_the_undated_api(service: Service, azure: FakeAzureOpenAI) -> None:
    service.organisation(**settings(azure))
    api, headers = f"{azure.base_url}/openai/v1", {"api-key": azure.key}
    fees = b"Fees are due on the fifth of every month."
    made = requests.post(
        f"{api}/files",
        files={"file": ("a.txt", fees)},
        data={"purpose": "assistants"},
        headers=headers,
        timeout=10,
    ).json()
    store = requests.post(
        f"{api}/vector_stores", json={"file_ids": [made["id"]]}, headers=headers, timeout=10
    ).json()
    body = {"question": "When are the fees due?", "vector_store_id": store["id"]}
    assert service.call("filesearch-gpt", body).json["message"] == fees.decode()
    assert (azure.last.path, azure.last.query) == ("/openai/v1/responses", {})


def test_functions_are_called_by_models_there(service: Service, azure: FakeAzureOpenAI) -> None:
    service.organisation(**settings(azure))
    azure.say_tool_calls([{"name": "get_buttons", "arguments": {"buttons_data": "Yes|No"}}])
    azure.say("Two.")
    answer = service.call("function_calling", {"input": "How many?", "functions": ["get_buttons"]})
    assert answer.json["response"] == "Two."
    assert azure.last.body["reasoning_effort"] == "none"


@pytest.mark.parametrize("name", ["base_url", "api_version"])
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_what_azure_needs_is_asked_for(
    service: Service, azure: FakeAzureOpenAI, name: str, method: str
) -> None:
    service.organisation(**settings(azure))
    body = settings(azure, **{name: None}) if method == "PUT" else {name: None}
    answer = service.operator(method, "/settings/acme/openai", body)
    assert (answer.status, answer.error["type"]) == (400, "invalid_input")
    assert list(answer.error["fields"]) == [name]
    assert "admin" in answer.error["fix"]
    assert service.call("parse_via_chat_gpt", ASK).status == 200


def test_an_account_moves_to_azure_step_by_step(
    service: Service, openai: FakeOpenAI, azure: FakeAzureOpenAI
) -> None:
    service.organisation(openai)
    assert service.operator("PATCH", "/settings/acme/openai", {"provider": "azure"}).status == 400
    for changed in ({"api_version": VERSION, "base_url": azure.base_url}, {"provider": "azure"}):
        assert service.operator("PATCH", "/settings/acme/openai", changed).status == 200
    service.operator(
        "PATCH",
        "/settings/acme/openai",
        {"api_key": azure.key, "deployment": {"gpt-6-luna": "our-chat"}},
    )
    assert service.call("parse_via_chat_gpt", ASK).status == 200
    assert openai.requests == []
    assert service.operator("PATCH", "/settings/acme/openai", {"provider": "aws"}).status == 400


@pytest.mark.parametrize("first", ["openai", "azure"])
def test_an_account_of_the_other_provider_answers_meanwhile(
    service: Service, openai: FakeOpenAI, azure: FakeAzureOpenAI, first: str
) -> None:
    at_openai = {"is_active": True, "api_key": openai.key, "base_url": openai.base_url}
    accounts = {"openai": (openai, at_openai), "azure": (azure, settings(azure))}
    (down, own), (up, other) = accounts[first], accounts["azure" if first == "openai" else "openai"]
    service.organisation(**own, fallback_account="backup")
    service.operator("PUT", "/settings/acme/openai/accounts/backup", other)
    down.fail(faults.status(503, headers={"x-should-retry": "false"}), times=None)
    up.say("From the other side.")
    assert service.call("parse_via_chat_gpt", ASK).json["parsed_msg"] == "From the other side."
    assert (len(down.requests), len(up.requests)) == (1, 1)
    service.flush()
    [entry] = service.admin("GET", "/logs/acme").json["logs"]
    assert entry["model"] == "gpt-6-luna"
