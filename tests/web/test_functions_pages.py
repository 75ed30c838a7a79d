from __future__ import annotations

import json
import re
from html import unescape

import pytest

from flowhook.common_keys import BUILDER_KEYS
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.web.visitor import Page, signed_in
from tests.webhooks.saving_prompts import save_prompt
from web.node_bodies import node_bodies
from web.page_filters import prose
from webhooks.registry import load_functions

FUNCTIONS = "/organisations/acme/functions"
PARSE = f"{FUNCTIONS}/parse_via_chat_gpt"


def answered(page: Page) -> dict[str, object]:
    found = re.search(r'id="outcome-json"[^>]*>(.*?)</pre>', page.html, re.DOTALL)
    assert found, page.text
    answer: dict[str, object] = json.loads(unescape(found[1]))
    return answer


def test_every_function_is_listed_with_every_field(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    index = visitor.get(FUNCTIONS).text
    for function in load_functions():
        assert function.name in index
        page = visitor.get(f"{FUNCTIONS}/{function.name}")
        assert page.status == 200
        named = {known.get("name") for _, known in page.elements}
        for name, field in function.fields.fields.items():
            assert name in named, f"{function.name}.{name} has no field in the form"
            assert prose(field.metadata["description"]) in page.html
        for name in function.result.fields:
            assert name in page.text


def offered(page: Page, name: str) -> set[str]:
    """What the field's list offers beside free text."""
    [field] = [known for _, known in page.elements if known.get("id") == f"field-{name}"]
    listed = re.search(rf'<datalist id="{field["list"]}">(.*?)</datalist>', page.html, re.DOTALL)
    assert listed, f"{name} has no list"
    return set(re.findall(r'<option value="([^"]*)"', listed[1]))


@pytest.mark.parametrize(
    ("function", "field", "some"),
    [
        ("translate_entry", "language", {"Hindi", "Odia", "French"}),
        ("speech_to_text", "output_language", {"Tamil"}),
        ("generate_image", "size", {"1024x1024", "1792x1024"}),
        ("text_to_speech", "voice", {"coral"}),
    ],
)
def test_what_most_people_want_is_offered_as_a_list_beside_free_text(
    service: Service, function: str, field: str, some: set[str]
) -> None:
    service.organisation()
    page = signed_in(service).get(f"{FUNCTIONS}/{function}")
    assert some <= offered(page, field)
    listed = service.request("GET", "/webhooks").json["functions"]
    [described] = [one for one in listed if one["name"] == function]
    [told] = [one for one in described["fields"] if one["name"] == field]
    assert set(told["suggestions"]) == offered(page, field)


def test_words_of_a_closed_list_are_a_choice_and_models_are_asked_for(service: Service) -> None:
    service.organisation()
    page = signed_in(service).get(f"{FUNCTIONS}/generate_image")
    tags = {known.get("name"): tag for tag, known in page.elements if known.get("name")}
    assert (tags["style"], tags["quality"], tags["size"]) == ("select", "select", "input")
    assert offered(page, "model") == set()  # until somebody enters the field
    [form] = [known for _, known in page.elements if "data-models" in known]
    assert form["data-models"] == "/organisations/acme/settings/openai/models"


def test_trying_a_function_with_a_saved_prompt(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    save_prompt(service, "help", "Help {{name}}.")
    typed = {"question_text": "Why?", "saved_prompt": "help"}
    visitor = signed_in(service)
    page = visitor.post(PARSE, {**typed, "prompt_variables": '{"name": "Asha"}'})
    assert answered(page)["prompt_version"] == 1
    assert "Asha" in openai.last.body["messages"][0]["content"]
    refused = visitor.post(PARSE, typed)
    assert "prompt_variables has no name, which the saved prompt help@1 needs" in refused.text


def test_trying_a_function_calls_and_records_it(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    visitor = signed_in(service)
    page = visitor.post(PARSE, {"question_text": "आकाश नीला क्यों है?", "temperature": "0.2"})
    assert page.status == 200
    assert answered(page)["success"] is True
    assert openai.last.body["messages"][-1]["content"] == "आकाश नीला क्यों है?"
    service.flush()
    link = re.search(r'href="([^"]*request_id=[^"]*)"', page.html)
    assert link
    log = visitor.get(unescape(link[1]))
    assert log.html.count("data-id=") == 1
    assert "parse_via_chat_gpt" in log.text


def test_a_failure_shows_its_message_beside_the_field(service: Service) -> None:
    service.organisation()
    page = signed_in(service).post(PARSE, {"question_text": " ", "temperature": "3"})
    answer = answered(page)
    assert answer["success"] is False
    assert "Must not be empty." in page.text
    assert "Must be greater than or equal to 0 and less than or equal to 2." in page.text
    assert {known["name"] for _, known in page.elements if "aria-invalid" in known} == {
        "question_text",
        "temperature",
    }


def test_a_function_of_a_further_account(service: Service, openai: FakeOpenAI) -> None:
    service.organisation(is_active=False)
    account = {"is_active": True, "api_key": openai.key, "base_url": openai.base_url}
    service.operator("PUT", "/settings/acme/openai/accounts/second", account)
    visitor = signed_in(service)
    assert answered(visitor.post(PARSE, {"question_text": "Hi"}))["success"] is False
    page = visitor.post(PARSE, {"question_text": "Hi", "account": "second"})
    assert answered(page)["success"] is True


def test_an_example_ends_with_its_own_point_alone(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    for name in load_functions().names():
        page = visitor.get(f"/organisations/acme/functions/{name}")
        assert "For example <code>" in page.html
        assert not re.search(r"For example <code>[^<]*</code>\.", page.html), name


def test_an_unknown_function_is_not_found(service: Service) -> None:
    service.organisation()
    assert signed_in(service).get(f"{FUNCTIONS}/nothing").status == 404


def test_what_to_paste_is_json_for_each_builder() -> None:
    for function in load_functions():
        glific, textit, curl = node_bodies(function, "https://flows.example/webhooks/x")
        body = json.loads(glific.text)
        assert body["contact"] == "@contact"
        assert set(body) - BUILDER_KEYS <= set(function.fields.fields)
        plain = re.sub(r"@\(json\(results\.\w+\.value\)\)", '"said"', textit.text)
        assert set(json.loads(plain)) <= set(function.fields.fields)
        assert curl.text.startswith("curl https://flows.example/webhooks/x")


def test_a_form_can_be_tried_as_it_stands(service: Service, openai: FakeOpenAI) -> None:
    """Also where no single field is required, so that nothing stands folded that is needed."""
    service.organisation(openai)
    visitor = signed_in(service)
    for name, field in (("chat", "messages"), ("detect_language", "text")):
        page = visitor.get(f"{FUNCTIONS}/{name}").html.partition("More fields")[0]
        filled = re.search(rf'name="{field}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
        assert filled, name
        tried = visitor.post(f"{FUNCTIONS}/{name}", {field: unescape(filled[1])})
        assert answered(tried)["success"] is True


def test_examples_are_shown_as_they_are_pasted(service: Service) -> None:
    service.organisation()
    page = signed_in(service).get(f"{FUNCTIONS}/chat")
    assert '[{"role":"user"' in page.text
    assert "default false" in page.text
    assert "False" not in page.text


def test_what_is_told_about_a_function_is_in_the_language_of_the_page(service: Service) -> None:
    service.organisation()
    visitor = signed_in(service)
    visitor.post("/language", {"language": "hi"})
    for function in load_functions():
        page = visitor.get(f"{FUNCTIONS}/{function.name}")
        about = re.findall(r'<p class="text-break"( lang="en")?>([^<]*)', page.html)
        left = [said for is_english, said in about if is_english]
        assert len(left) < len(about)
        assert [said for said in left if not said.startswith(("Errors:", "Source:"))] == []
