"""The pages of saved prompts."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
import redis

from answers.prompts.wizard import QUESTIONS
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import OpenService, Service
from tests.flows.talking import publish
from tests.web.test_node_pages import ASKING
from tests.web.test_usage_pages import record
from tests.web.visitor import Page, Visitor, signed_in
from web.prompt_spend import SPEND_DAYS

PROMPTS = "/organisations/acme/prompts"
HELP = f"{PROMPTS}/farmer_help"
NEW = "/organisations/acme/new-prompt"
WIZARD = "/organisations/acme/prompt-wizard"
FIRST = "You help farmers.\nBe kind to all.\nAnswer in {{language}}."
SECOND = "You help farmers.\nBe short to all.\nAnswer in {{language}}."


@pytest.fixture
def author(service: Service) -> Visitor:
    service.organisation()
    return signed_in(service, service.token("acme", "author"))


def save(service: Service, text: str = FIRST, name: str = "farmer_help", **more: Any) -> None:
    answer = service.admin("POST", f"/prompts/acme/{name}", {"text": text, **more})
    assert answer.status in (200, 201)


def stored(service: Service, path: str = "") -> dict[str, Any]:
    return service.admin("GET", f"/prompts/acme/farmer_help{path}").json


def tag(page: Page) -> str:
    return page.values()["tag"]


def base(page: Page) -> str:
    return page.values()["base"]


def test_without_prompts_the_page_says_what_they_are(author: Visitor) -> None:
    page = author.get(PROMPTS)
    assert "There is no prompt yet" in page.text
    assert NEW in page.html


def test_a_prompt_is_made_edited_and_put_live(service: Service, author: Visitor) -> None:
    author.get(NEW)
    made = author.post(NEW, {"name": "Farmer Help", "text": FIRST, "note": "Begin"})
    assert (made.status, made.headers["Location"]) == (303, f"{HELP}?done=saved")
    page = author.get(made.headers["Location"])
    assert "Nobody gets it until it is live" in page.text
    assert "No version is live yet" in page.text
    assert '"language": "@contact.fields.language"' in page.text
    again = author.post(HELP, {"base": base(page), "text": SECOND, "temperature": "0.5"})
    assert again.headers["Location"] == f"{HELP}?done=saved"
    assert stored(service, "/2")["temperature"] == 0.5
    page = author.get(HELP)
    assert "removed: Be kind to all." in page.text
    assert "<ins>short</ins>" in page.html
    live = author.post(f"{HELP}/live", {"tag": tag(page), "alone": "2"})
    assert live.headers["Location"] == f"{HELP}?done=live"
    page = author.get(HELP)
    assert "Version 2 answers all contacts." in page.text
    assert "Back to version 1" in page.text
    assert stored(service)["live"] == {"2": 100}
    assert "version 2: 100 %" in author.get(PROMPTS).text


def test_nine_answers_become_a_prompt(service: Service, author: Visitor) -> None:
    page = author.get(WIZARD)
    assert page.html.count("<textarea") == len(QUESTIONS) == 9
    refused = author.post(WIZARD, {"who": "Asha <b>", "tone": "warm"})
    assert refused.status == 400
    assert "Answer this question" in refused.text
    assert ">\nAsha &lt;b&gt;</textarea>" in refused.html
    assert ">\nwarm</textarea>" in refused.html
    made = author.post(WIZARD, {"who": "Asha <b>", "audience": "Farmers", "tone": "warm"})
    assert made.status == 200
    text = unescape(made.html.partition('name="text"')[2].partition(">\n")[2])
    text = text.partition("</textarea>")[0]
    assert text.startswith("Who you are: Asha <b>.\nWhom you talk with: Farmers.")
    assert service.admin("GET", "/prompts/acme").json["prompts"] == []
    assert author.post(NEW, {"name": "farmer_help", "text": text}).status == 303
    assert stored(service, "/1")["text"] == text


def test_the_same_again_is_no_new_version(service: Service, author: Visitor) -> None:
    save(service)
    page = author.get(HELP)
    again = author.post(HELP, {"base": base(page), "text": FIRST})
    assert again.headers["Location"] == f"{HELP}?done=same"
    assert stored(service)["newest"] == 1


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "प्रश्न", "text": "x"}, "1 to 64 of a-z"),
        ({"name": "", "text": "x"}, "1 to 64 of a-z"),
        ({"name": "farmer_help", "text": "x"}, "there is a prompt farmer_help already"),
        ({"name": "other", "text": " "}, "Missing data"),
        ({"name": "other", "text": "x", "temperature": "9"}, "less than or equal to 2"),
        ({"name": "other", "text": "x", "response_format": "json_schema"}, "json_schema"),
        (
            {
                "name": "other",
                "text": "x",
                "response_format": "json_schema",
                "response_schema": '{"type": "nonsense"}',
            },
            "type",
        ),
    ],
)
def test_what_is_refused_stays_typed(
    service: Service, author: Visitor, form: dict[str, str], said: str
) -> None:
    save(service)
    author.get(NEW)
    page = author.post(NEW, form)
    assert page.status in (400, 409)
    assert said.lower() in page.text.lower()
    assert page.values()["name"] == form["name"]
    assert f">\n{form['text']}</textarea>" in page.html
    listed = service.admin("GET", "/prompts/acme").json["prompts"]
    assert [one["name"] for one in listed] == ["farmer_help"]


def test_a_bare_json_schema_gets_what_the_provider_wants(service: Service, author: Visitor) -> None:
    author.get(NEW)
    schema = '{"type": "object", "properties": {"crop": {"type": "string"}}}'
    form = {"response_format": "json_schema", "response_schema": schema}
    assert author.post(NEW, {"name": "farmer_help", "text": "x", **form}).status == 303
    held = stored(service, "/1")["response_format"]
    assert held["json_schema"]["schema"]["properties"] == {"crop": {"type": "string"}}
    page = author.get(HELP)
    assert 'value="json_schema" selected' in page.html
    kept = page.html.partition('name="response_schema"')[2].partition(">\n")[2]
    typed = {"text": "y", "response_format": "json_schema"}
    text = kept.partition("</textarea>")[0].replace("&#34;", '"')
    author.post(HELP, {"base": base(page), **typed, "response_schema": text})
    assert stored(service, "/2")["response_format"] == held


def test_who_saves_on_an_older_version_sees_both(service: Service, author: Visitor) -> None:
    save(service)
    opened = author.get(HELP)
    save(service, SECOND)
    page = author.post(HELP, {"base": base(opened), "text": FIRST + "\nMine."})
    assert page.status == 412
    assert "Somebody saved another version" in page.text
    assert "added: Mine." in page.text
    assert f">\n{FIRST}\nMine.</textarea>" in page.html
    assert stored(service)["newest"] == 2
    again = author.post(HELP, {"base": base(page), "text": FIRST + "\nMine."})
    assert again.status == 303
    assert stored(service, "/3")["text"] == FIRST + "\nMine."


def test_an_edit_goes_on_while_somebody_puts_a_version_live(
    service: Service, author: Visitor
) -> None:
    save(service)
    page = author.get(HELP)
    service.admin("POST", "/prompts/acme/farmer_help/live", {"versions": {"1": 100}})
    assert author.post(HELP, {"base": base(page), "text": SECOND}).status == 303


def test_contacts_are_split_between_versions(service: Service, author: Visitor) -> None:
    for text in ("one", "two", "three", "four"):
        save(service, text)
    page = author.get(HELP)
    form = {"percent:4": "70", "percent:3": "0", "other": "1", "percent:other": "30"}
    assert author.post(f"{HELP}/live", {"tag": tag(page), **form}).status == 303
    assert stored(service)["live"] == {"1": 30, "4": 70}
    page = author.get(HELP)
    assert "Version 1 answers 30 % of the contacts" in page.text
    assert page.values()["percent:1"] == "30"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"percent:1": "50", "percent:2": "40"}, "Together they are 90 percent, not 100."),
        ({"percent:1": "-3", "percent:2": "103"}, "cannot be read"),
        ({"percent:1": "x"}, "cannot be read"),
        ({"percent:x": "100"}, "cannot be read"),
        ({"percent:1": "60", "other": "1", "percent:other": "40"}, "cannot be read"),
        ({"percent:other": "100", "other": "7"}, "has no version 7"),
        ({}, "Together they are 0 percent"),
    ],
)
def test_a_split_that_is_refused_stays_typed(
    service: Service, author: Visitor, form: dict[str, str], said: str
) -> None:
    save(service)
    save(service, SECOND)
    page = author.post(f"{HELP}/live", {"tag": tag(author.get(HELP)), **form})
    assert page.status in (400, 404)
    assert said in page.text
    assert stored(service)["live"] == {}
    for name in {"percent:1", "percent:2"} & form.keys():
        assert page.values()[name] == form[name]


def test_a_split_on_an_older_state_is_refused(service: Service, author: Visitor) -> None:
    save(service)
    opened = author.get(HELP)
    save(service, SECOND)
    page = author.post(f"{HELP}/live", {"tag": tag(opened), "alone": "1"})
    assert page.status == 412
    assert "changed since you read it" in page.text
    assert author.post(f"{HELP}/delete", {"tag": tag(opened)}).status == 412


def test_any_two_versions_are_compared(service: Service, author: Visitor) -> None:
    for text, model in (("one", "gpt-4o"), ("two", "gpt-4o"), ("two", "gpt-5")):
        save(service, text, model=model)
    page = author.get(f"{HELP}?before=2&after=3")
    assert "From version 2 to version 3" in page.text
    assert "Model: removed: gpt-4o added: gpt-5" in page.text
    assert "The text is the same" in page.text
    assert "Nothing is different" in author.get(f"{HELP}?before=2&after=2").text


@pytest.mark.parametrize(
    "asked", ["?before=x&after=y", "?before=9&after=8", "?version=77", "?older=0"]
)
def test_versions_that_there_are_not(service: Service, author: Visitor, asked: str) -> None:
    save(service)
    assert author.get(HELP + asked).status == 200


def test_an_older_version_is_gone_on_from(service: Service, author: Visitor) -> None:
    save(service)
    save(service, SECOND)
    page = author.get(f"{HELP}?version=1")
    assert "Go on from version 1" in page.text
    assert f">\n{FIRST}</textarea>" in page.html


def test_older_versions_are_pages_away(service: Service, author: Visitor) -> None:
    for number in range(30):
        save(service, f"text {number}")
    page = author.get(HELP)
    assert "older=6" in page.html
    assert "Put version 5 live" not in page.text
    assert "Put version 5 live" in author.get(f"{HELP}?older=6").text


def test_a_deleted_prompt_is_brought_back(service: Service, author: Visitor) -> None:
    save(service)
    gone = author.post(f"{HELP}/delete", {"tag": tag(author.get(HELP))})
    assert gone.headers["Location"] == f"{PROMPTS}?done=deleted"
    assert author.get(HELP).status == 404
    page = author.get("/organisations/acme/trash")
    assert "farmer_help Prompt." in page.text
    item = service.admin("GET", "/trash/acme").json["trash"][0]["id"]
    assert author.post(f"/organisations/acme/trash/{item}/restore").status == 303
    assert author.get(HELP).status == 200


def test_who_reads_changes_nothing(service: Service, author: Visitor) -> None:
    save(service)
    viewer = signed_in(service, service.token("acme", "viewer"))
    page = viewer.get(HELP)
    assert page.status == 200
    for words in ("Save as version", "Put version", "Delete this prompt", "Make a question set"):
        assert words not in page.text
    for path in (
        NEW,
        f"{NEW}/draft",
        WIZARD,
        HELP,
        f"{HELP}/draft",
        f"{HELP}/live",
        f"{HELP}/delete",
    ):
        assert viewer.post(path, {"alone": "1", "text": "x"}).status == 403


def test_what_versions_cost_is_shown(service: Service, author: Visitor) -> None:
    save(service)
    save(service, SECOND)
    record(service, prompt="farmer_help@1", model="gpt-4o", input_tokens=1_000_000)
    record(service, prompt="farmer_help@2", model="a model without a price", input_tokens=5)
    service.flush()
    listed, page = author.get(PROMPTS), author.get(HELP)
    assert re.search(r"UTC 2 \d+\.\d{4}", listed.text)
    assert re.search(r" 1 Try it", page.text), "version 2 has no price"
    assert re.search(r" 1 \d+\.\d{4} Try it", page.text)


def test_a_version_is_tried_in_its_functions_form(
    service: Service, author: Visitor, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    save(service)
    page = author.get(HELP)
    link = "/organisations/acme/functions/parse_via_chat_gpt?saved_prompt=farmer_help@1"
    assert link in page.html
    form = author.get(link)
    assert form.values()["saved_prompt"] == "farmer_help@1"
    assert "language&#34;: &#34;&#34;" in form.html
    assert "teacher" not in form.html.partition('id="field-prompt"')[2].partition("</textarea>")[0]
    tried = author.post(
        link, {**form.values(), "prompt_variables": '{"language": "Hindi"}', "question_text": "Hi"}
    )
    assert tried.status == 200
    (asked,) = openai.asked("/v1/chat/completions")
    assert "You help farmers." in str(asked.body)


def test_a_flows_prompt_becomes_a_saved_one(service: Service, author: Visitor) -> None:
    publish(service, ASKING)
    page = author.get("/organisations/acme/flows/greeting/nodes/gpt")
    whole = page.html.partition('<section class="card mb-3"><form')[2].partition("</form>")[0]
    buttons = [one for one in whole.split("<button")[1:] if 'type="button"' not in one]
    assert "formaction" not in buttons[0], "the Enter key presses the first"
    assert f'formaction="{NEW}/draft"' in buttons[1]
    form = {"body:prompt": "Help @contact.name, @results.crop.", "body:gpt_model": "gpt-4o"}
    form |= {"body:temperature": "0.2", "body:max_tokens": "50"}
    draft = author.post(f"{NEW}/draft", form)
    assert ">\nHelp {{name}}, {{crop}}.</textarea>" in draft.html
    assert draft.values()["model"] == "gpt-4o"
    assert (draft.values()["temperature"], draft.values()["max_tokens"]) == ("0.2", "50")
    assert '"crop": "@results.crop"' in draft.text
    assert service.admin("GET", "/prompts/acme").json["prompts"] == []


def test_versions_are_asked_the_same_and_one_is_saved(
    service: Service, author: Visitor, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    save(service, temperature=0.1)
    save(service, SECOND, model="gpt-4o", temperature=0.7)
    compare = "/organisations/acme/functions/parse_via_chat_gpt/compare"
    link = f"{compare}?saved=farmer_help@2&before=1"
    assert link in unescape(author.get(HELP).html)
    page = author.get(link)
    assert f">\n{FIRST}</textarea>" in page.html
    assert f">\n{SECOND}</textarea>" in page.html
    assert ">\nlanguage = \n</textarea>" in page.html
    form = {"prompt-A": FIRST, "prompt-B": "Mine, in {{language}}."}
    form |= {"model-A": "gpt-4o", "model-B": "gpt-4o"}
    form |= {"questions": "Why?", "values": "language = Hindi", "saved": "farmer_help@2"}
    answered = author.post(compare, form)
    assert answered.status == 200
    asked = [one.body for one in openai.asked("/v1/chat/completions")]
    assert len(asked) == 2
    assert all('<data name="language">Hindi</data>' in str(one) for one in asked)
    assert {one["temperature"] for one in asked} == {0.7}
    assert f'action="{HELP}/draft"' in answered.html
    draft = author.post(f"{HELP}/draft", {"text": "Mine, in {{language}}.", "model": "gpt-4o"})
    assert "not saved yet" in draft.text
    assert draft.values()["temperature"] == "0.7"
    kept = author.post(HELP, {**draft.values(), "text": "Mine, in {{language}}."})
    assert kept.headers["Location"] == f"{HELP}?done=saved"
    assert stored(service, "/3")["temperature"] == 0.7


@pytest.mark.parametrize("saved", ["nobody@1", "farmer_help@9", "x y"])
def test_versions_to_compare_that_there_are_not(
    service: Service, author: Visitor, saved: str
) -> None:
    save(service)
    compare = "/organisations/acme/functions/parse_via_chat_gpt/compare"
    assert author.get(f"{compare}?saved={saved}").status == 404
    assert author.post(compare, {"saved": saved, "questions": "Why?"}).status == 404


def test_the_pages_ask_redis_no_more_for_many_prompts(
    open_service: OpenService, real_redis: redis.Redis
) -> None:
    service = open_service(real_redis)
    service.organisation()
    author = signed_in(service, service.token("acme", "author"))
    asked: dict[str, list[int]] = {PROMPTS: [], HELP: []}
    for count in (1, 20):
        for number in range(count):
            save(service, name=f"p{number}")
            save(service, text=f"text {number}")
        for path, counts in asked.items():
            counts.append(min(asked_for(author, path, real_redis) for _ in range(5)))
    for few, many in asked.values():
        assert few == many < SPEND_DAYS + 15


def asked_for(visitor: Visitor, path: str, store: redis.Redis) -> int:
    """The commands of one page; some more where what a process keeps for a second is read anew."""
    before = commands(store)
    assert visitor.get(path).status == 200
    return commands(store) - before


def commands(store: redis.Redis) -> int:
    """How many commands Redis has performed, those about itself aside."""
    found: dict[str, Any] = store.info("commandstats")
    return sum(one["calls"] for name, one in found.items() if name != "cmdstat_info")
