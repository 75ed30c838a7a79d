"""The pages of question sets and their cases."""

from __future__ import annotations

import json
import re
from html import unescape
from io import BytesIO
from typing import Any

import pytest

from tests.fixtures_app import Service
from tests.web.visitor import Page, Visitor, signed_in

SETS = "/organisations/acme/question-sets"
CROPS = f"{SETS}/crops"
NEW = "/organisations/acme/new-question-set"
TARGET = {"function": "parse_via_chat_gpt", "body": {"prompt": "Help farmers."}}

Json = dict[str, Any]


@pytest.fixture
def author(service: Service) -> Visitor:
    service.organisation()
    return signed_in(service, service.token("acme", "author"))


def put(service: Service, cases: list[Json], target: Json = TARGET, name: str = "crops") -> None:
    body = {"target": target, "cases": cases}
    answer = service.admin("PUT", f"/question-sets/acme/{name}", body)
    assert answer.status in (200, 201), answer.body


def stored(service: Service, name: str = "crops") -> Json:
    return service.admin("GET", f"/question-sets/acme/{name}").json


def sheet(page: Page) -> dict[str, str]:
    """What the sheet's form sends when nothing is touched."""
    form = page.html.partition("data-sheet")[2].partition("</form>")[0]
    found = dict(re.findall(r'<input type="hidden" name="(\d+:\w+)" value="([^"]*)"', form))
    cells = re.findall(r'<textarea[^>]*name="(\d+:\w+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL)
    found |= {name: unescape(text).replace("\n", "\r\n") for name, text in cells}
    ticked = re.findall(r'type="checkbox"[^>]*name="(\d+:\w+)" value="on" checked', form)
    return found | dict.fromkeys(ticked, "on")


def test_without_sets_the_page_says_how_to_begin(author: Visitor) -> None:
    page = author.get(SETS)
    assert "There is no question set yet" in page.text
    assert "/organisations/acme/logs" in page.html
    assert NEW in page.html


def test_a_set_for_a_prompt_names_its_variables(service: Service, author: Visitor) -> None:
    service.admin("POST", "/prompts/acme/farmer_help", {"text": "You help in {{district}}."})
    link = re.search(
        rf'href="({NEW}[^"]*)"', author.get("/organisations/acme/prompts/farmer_help").html
    )
    assert link is not None
    page = author.get(unescape(link[1]))
    body = page.html.partition('name="body"')[2].partition(">\n")[2].partition("</textarea>")[0]
    assert json.loads(unescape(body)) == {"prompt_variables": {"district": ""}}


def test_a_set_is_made_with_a_file_and_listed(service: Service, author: Visitor) -> None:
    author.get(NEW)
    made = author.post(
        NEW,
        {
            "name": "Crops",
            "kind": "function",
            "function": "parse_via_chat_gpt",
            "body": '{"prompt": "Help farmers."}',
            "minimum": "3",
            "file": (BytesIO("question,contains\nकब बोएँ?,नवंबर\n".encode("utf-16")), "a.csv"),
        },
    )
    assert (made.status, made.headers["Location"]) == (303, f"{CROPS}?done=made")
    found = stored(service)
    assert (found["target"], found["judge"]) == (TARGET, {"minimum": 3})
    assert found["cases"][0]["checks"] == [{"contains": "नवंबर"}]
    assert "कब बोएँ?" in author.get(made.headers["Location"]).html
    listed = author.get(SETS)
    assert "the function parse_via_chat_gpt" in listed.text
    assert "not run yet" in listed.text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "प्रश्न"}, "A name is 1 to 64"),
        ({"name": "crops"}, "There is a question set crops already."),
        ({"name": "x", "function": "nothing"}, "Is no webhook function."),
        ({"name": "x", "saved_prompt": "nothing"}, "There is no prompt nothing."),
        ({"name": "x", "kind": "flow"}, "Choose a flow."),
        ({"name": "x", "kind": "flow", "flow": "nothing"}, "Choose a flow."),
        ({"name": "x", "minimum": "9"}, "less than or equal to 5"),
        ({"name": "x", "body": "[1]"}, "Not a valid mapping"),
    ],
)
def test_a_new_set_that_cannot_be_is_refused(
    service: Service, author: Visitor, form: dict[str, str], said: str
) -> None:
    put(service, [])
    author.get(NEW)
    refused = author.post(NEW, {"function": "parse_via_chat_gpt", "minimum": "4", **form})
    assert refused.status in (400, 409), refused.text
    assert said in refused.text


def test_a_page_of_untouched_rows_changes_nothing(service: Service, author: Visitor) -> None:
    cases: list[Json] = [
        {"id": "a", "question": "One\n\ntwo", "answer": " kept ", "must": True},
        {"id": "b", "turns": ["Hi", {"type": "no_response"}, "a\n---\nb", '"x"']},
        {
            "id": "c",
            "question": "{}",
            "checks": [
                {"contains": ["x", "y"]},
                {"contains": "z"},
                {"language": "Hindi"},
                {"equals": {"a": [1, "b\nc"]}},
                {"matches": '"q" \\d+'},
                {"max_characters": 30},
                {"not_contains": ["one"]},
            ],
            "body": {"prompt": "Other."},
        },
    ]
    put(service, cases)
    before = stored(service)
    saved = author.post(f"{CROPS}/cases", sheet(author.get(CROPS)))
    assert saved.headers["Location"] == f"{CROPS}?done=saved"
    assert stored(service) == before
    changed = sheet(author.get(CROPS)) | {"0:answer": "new", "1:answer": "new", "2:answer": "new"}
    author.post(f"{CROPS}/cases", changed)
    after = stored(service)["cases"]
    assert [one["answer"] for one in after] == ["new"] * 3
    assert after[1]["turns"] == cases[1]["turns"]
    by_text = sorted(map(str, after[2]["checks"]))
    assert by_text == sorted(map(str, cases[2]["checks"]))


def test_rows_are_added_changed_and_removed(service: Service, author: Visitor) -> None:
    put(service, [{"id": "a", "question": "One"}, {"id": "b", "question": "Two"}])
    form = sheet(author.get(CROPS))
    form |= {
        "0:question": "First",
        "0:must": "on",
        "1:remove": "on",
        "2:question": "Hello\r\n---\r\nwheat",
        "2:contains": "seed\r\nsoil",
        "2:checks": "max_characters: 300\r\njudge: true",
    }
    assert author.post(f"{CROPS}/cases", form).status == 303
    first, new = stored(service)["cases"]
    assert (first["question"], first["must"]) == ("First", True)
    assert new["turns"] == ["Hello", "wheat"]
    assert new["checks"] == [
        {"contains": ["seed", "soil"]},
        {"max_characters": 300},
        {"judge": True},
    ]


def test_a_row_that_cannot_be_read_is_marked_and_the_others_are_saved(
    service: Service, author: Visitor
) -> None:
    put(service, [{"id": "a", "question": "One"}, {"id": "b", "question": "Two"}])
    form = sheet(author.get(CROPS))
    form |= {
        "0:checks": "contanis: x",
        "1:answer": "kept",
        "2:language": "Elvish",
        "2:question": "?",
    }
    page = author.post(f"{CROPS}/cases", form)
    assert page.status == 400
    assert "some rows were not saved" in page.text.lower()
    assert "contanis is no check; there are contains" in page.text
    assert "contanis: x" in page.html
    assert "is no language that can be told" in page.text
    assert [one.get("answer") for one in stored(service)["cases"]] == [None, "kept"]


def test_what_no_page_sends_is_no_row(service: Service, author: Visitor) -> None:
    put(service, [])
    form = {f"{number}:question": "Why?" for number in ("9" * 5_000, "²", "०", "-1", "x")}
    assert author.post(f"{CROPS}/cases", form).status == 303
    assert stored(service)["cases"] == []


def test_a_row_that_somebody_else_changed_is_not_overwritten(
    service: Service, author: Visitor
) -> None:
    put(service, [{"id": "a", "question": "One"}, {"id": "b", "question": "Two"}])
    form = sheet(author.get(CROPS)) | {"0:answer": "mine", "1:answer": "mine"}
    put(service, [{"id": "a", "question": "Theirs"}, {"id": "b", "question": "Two"}])
    page = author.post(f"{CROPS}/cases", form)
    assert page.status == 412
    assert "Somebody changed this case meanwhile." in page.text
    assert "It is now: Theirs" in page.text
    assert ">\nmine</textarea>" in page.html
    found = stored(service)["cases"]
    assert (found[0]["question"], found[1]["answer"]) == ("Theirs", "mine")
    assert author.post(f"{CROPS}/cases", sheet(page)).status == 303  # and once it was read
    assert stored(service)["cases"][0]["question"] == "One"


def test_a_row_that_somebody_else_deleted_can_be_added_again(
    service: Service, author: Visitor
) -> None:
    put(service, [{"id": "a", "question": "One"}])
    form = sheet(author.get(CROPS)) | {"0:answer": "mine"}
    put(service, [])
    page = author.post(f"{CROPS}/cases", form)
    assert page.status == 412
    assert "Somebody deleted this case meanwhile." in page.text
    assert author.post(f"{CROPS}/cases", sheet(page)).status == 303
    assert [case["answer"] for case in stored(service)["cases"]] == ["mine"]


def test_a_file_is_imported_or_refused_with_rows_and_columns(
    service: Service, author: Visitor
) -> None:
    put(service, [])
    author.get(CROPS)
    wrong = b"question,language,contains\nA,Elvish,x\nB,Hindi,\n,Hindi,x\n"
    page = author.post(f"{CROPS}/import", {"file": (BytesIO(wrong), "a.csv")})
    assert page.status == 400
    assert re.search(r"<td>2</td><td><code>language</code></td>", page.html)
    assert stored(service)["count"] == 0
    right = b"question;answer\nA;one\n"
    author.get(CROPS)
    done = author.post(f"{CROPS}/import", {"file": (BytesIO(right), "a.csv")})
    assert done.headers["Location"] == f"{CROPS}?done=imported"
    assert "A,one" in author.get(f"{CROPS}/export").html


def test_settings_are_changed_and_the_cases_stay(service: Service, author: Visitor) -> None:
    put(service, [{"id": "a", "question": "One"}])
    tag = re.search(r'name="tag" value="([^"]+)"', author.get(CROPS).html)
    assert tag
    form = {"kind": "function", "function": "chat", "body": "", "minimum": "5", "tag": tag[1]}
    assert author.post(f"{CROPS}/settings", form).headers["Location"] == f"{CROPS}?done=settings"
    found = stored(service)
    assert (found["target"]["function"], found["judge"], found["count"]) == (
        "chat",
        {"minimum": 5},
        1,
    )
    again = author.post(f"{CROPS}/settings", form)
    assert again.status == 412


def test_a_set_is_deleted_and_can_be_brought_back(service: Service, author: Visitor) -> None:
    put(service, [{"id": "a", "question": "One"}])
    tag = re.search(r'name="tag" value="([^"]+)"', author.get(CROPS).html)
    assert tag
    gone = author.post(f"{CROPS}/delete", {"tag": tag[1]})
    assert gone.headers["Location"] == f"{SETS}?done=deleted"
    assert author.get(CROPS).status == 404
    assert "crops" in author.get("/organisations/acme/trash").text


def test_a_set_says_what_it_is_the_gate_of_and_stays(service: Service, author: Visitor) -> None:
    assert service.admin("POST", "/prompts/acme/help", {"text": "Help."}).status == 201
    target = {"function": "parse_via_chat_gpt", "body": {"saved_prompt": "help"}}
    put(service, [{"id": "a", "question": "One"}], target)
    gate = service.admin("PUT", "/prompts/acme/help/gate", {"question_set": "crops"})
    assert gate.status == 201, gate.body
    assert "It is the gate of the prompt help." in author.get(CROPS).text
    assert author.get(SETS).text.count("the prompt help") == 2
    tag = re.search(r'name="tag" value="([^"]+)"', author.get(CROPS).html)
    assert tag
    refused = author.post(f"{CROPS}/delete", {"tag": tag[1]})
    assert refused.status == 409
    assert "Take the gate away first" in refused.text


def test_cases_stand_fifty_on_a_page(service: Service, author: Visitor) -> None:
    put(service, [{"id": f"q{at}", "question": f"Question {at}"} for at in range(120)])
    page = author.get(f"{CROPS}?start=50")
    assert "Question 50<" in page.html and "Question 99<" in page.html
    assert "Question 100<" not in page.html and "Question 49<" not in page.html
    assert "?start=100#cases" in page.html and "?start=0#cases" in page.html
    form = sheet(page) | {"0:answer": "x"}
    saved = author.post(f"{CROPS}/cases?start=50", form)
    assert saved.headers["Location"] == f"{CROPS}?done=saved&start=50"
    assert stored(service)["cases"][50]["answer"] == "x"


def test_a_viewer_looks_only(service: Service) -> None:
    service.organisation()
    put(service, [{"id": "a", "question": "One"}])
    viewer = signed_in(service, service.token("acme", "viewer"))
    page = viewer.get(CROPS)
    assert page.status == 200
    assert "Save the cases" not in page.text
    assert viewer.post(f"{CROPS}/cases", {"0:question": "x"}).status == 403
