"""The pages of approved answers."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Service
from tests.web.visitor import Page, Visitor, signed_in

ANSWERS = "/organisations/acme/answers"
FEES = {
    "question": "When are the school fees due?",
    "answer": "On the fifth of each month.",
}
FORM = {"also": "", "language": "", "until": ""}

Json = dict[str, Any]


@pytest.fixture
def expert(service: Service) -> Visitor:
    service.organisation()
    visitor = signed_in(service, service.token("acme", "expert"))
    visitor.get(ANSWERS)
    return visitor


def add(service: Service, **more: Any) -> str:
    added = service.admin("POST", "/answers/acme", {**FEES, **more})
    assert added.status == 201, added.body
    return str(added.json["id"])


def add_over(service: Service, **more: Any) -> str:
    """Add an answer whose last day has passed."""
    answer_id = add(service, **more)
    put = service.admin(
        "PUT", f"/answers/acme/{answer_id}", {**FEES, **more, "until": "2026-01-31"}
    )
    assert put.status == 200, put.body
    return answer_id


def stored(service: Service) -> list[Json]:
    found: list[Json] = service.admin("GET", "/answers/acme").json["answers"]
    return found


def switch_on(service: Service, **more: Any) -> None:
    put = service.admin("PUT", "/settings/acme/answers", {"is_active": True, **more})
    assert put.status in (200, 201), put.body


def tag_of(page: Page) -> str:
    found = re.search(r'name="tag" value="([^"]+)"', page.html)
    assert found
    return found[1]


def test_without_answers_the_page_says_what_they_are_for(expert: Visitor) -> None:
    page = expert.get(ANSWERS)
    assert "There is no approved answer yet" in page.text
    assert f"{ANSWERS}/new" in page.html


def test_an_answer_is_approved_and_listed(service: Service, expert: Visitor) -> None:
    form = {
        **FEES,
        "also": "Fees kab deni hai?\r\n\r\nlast date of fees",
        "language": "en",
        "until": "2030-03-31",
    }
    made = expert.post(ANSWERS, form)
    assert (made.status, made.headers["Location"]) == (303, f"{ANSWERS}?done=added")
    page = expert.get(made.headers["Location"])
    assert "The answer is approved." in page.text
    assert "When are the school fees due? and 2 other ways to ask" in page.text
    assert "English until 31 March 2030 never given" in page.text
    [found] = stored(service)
    assert found["also"] == ["Fees kab deni hai?", "last date of fees"]
    assert (found["language"], found["until"]) == ("en", "2030-03-31")


def test_what_cannot_be_approved_is_told_beside_its_field(expert: Visitor) -> None:
    wrong = {"question": "x" * 1_001, "answer": " ", "also": "a\n" * 21, "until": "tomorrow"}
    page = expert.post(ANSWERS, {**FORM, **wrong})
    assert page.status == 400
    for words in (
        "1 to 1,000 characters.",
        "1 to 4,096 characters.",
        "At most 20 questions.",
        "Must be a day",
    ):
        assert words in page.text
    assert "x" * 1_001 in page.html
    over = expert.post(ANSWERS, {**FORM, **FEES, "until": "2026-01-31"})
    assert (over.status, "This day has passed" in over.text) == (400, True)


def test_an_answer_is_changed_once(service: Service, expert: Visitor) -> None:
    place = f"{ANSWERS}/{add(service)}"
    form = {**FEES, **FORM, "answer": "On the sixth.", "tag": tag_of(expert.get(place))}
    assert expert.post(place, form).headers["Location"] == f"{ANSWERS}?done=saved"
    page = expert.post(place, {**form, "answer": "On the seventh."})
    assert page.status == 412
    assert "As it is now When are the school fees due? On the sixth." in page.text
    assert "On the seventh.</textarea>" in page.html
    replaced = expert.post(place, {**form, "answer": "On the seventh.", "tag": tag_of(page)})
    assert replaced.status == 303
    assert stored(service)[0]["answer"] == "On the seventh."
    refused = expert.post(place, {**form, "answer": "", "tag": tag_of(expert.get(place))})
    assert refused.status == 400
    assert "As it is now" not in refused.text


def test_an_answer_is_deleted(service: Service, expert: Visitor) -> None:
    place = f"{ANSWERS}/{add(service)}"
    tag = tag_of(expert.get(place))
    assert expert.post(f"{place}/delete", {"tag": "old"}).status == 412
    gone = expert.post(f"{place}/delete", {"tag": tag})
    assert gone.headers["Location"] == f"{ANSWERS}?done=deleted"
    assert stored(service) == []
    assert expert.get(place).status == 404
    assert expert.post(place, {**FEES, **FORM, "tag": tag}).status == 404
    assert expert.post(f"{place}/delete", {"tag": tag}).status == 404


def test_answers_are_searched_and_filtered(service: Service, expert: Visitor) -> None:
    add(service, language="en")
    add(service, question="गेहूँ कब बोएँ?", answer="नवंबर में।", language="hi")
    add_over(service, question="Where is the office?", answer="In Pune.")
    for query, words in (
        ("q=PUNE", "Where is the office?"),
        ("language=hi", "गेहूँ कब बोएँ?"),
        ("language=any", "Where is the office?"),
        ("show=over", "Where is the office?"),
    ):
        page = expert.get(f"{ANSWERS}?{query}")
        assert "One of them fits." in page.text
        assert words in page.text
    assert "3 answers" in expert.get(f"{ANSWERS}?show=unused&language=nonsense").text
    assert "None of" not in expert.get(f"{ANSWERS}?q=nothing").text
    assert "over since 31 January 2026" in expert.get(ANSWERS).text


def test_many_answers_come_in_pages(service: Service, expert: Visitor) -> None:
    rows = "\n".join(f"Question {number}?,Answer {number}" for number in range(53))
    file = (BytesIO(f"question,answer\n{rows}\n".encode()), "a.csv")
    done = expert.post(f"{ANSWERS}/import", {"file": file})
    assert done.headers["Location"] == f"{ANSWERS}?done=imported&added=53&replaced=0"
    page = expert.get(done.headers["Location"])
    assert "Imported. New: 53. Changed: 0." in page.text
    assert page.html.count("<article") == 50
    assert "start=50#list" in page.html
    assert expert.get(f"{ANSWERS}?start=50").html.count("<article") == 3
    assert len(expert.get(f"{ANSWERS}/export").html.splitlines()) == 54


def test_a_file_with_mistakes_changes_nothing(service: Service, expert: Visitor) -> None:
    wrong = b"question,answer,language\nA?,one,Elvish\nB?,,\n"
    page = expert.post(f"{ANSWERS}/import", {"file": (BytesIO(wrong), "a.csv")})
    assert page.status == 400
    assert re.search(r"<td>2</td><td><code>language</code></td>", page.html)
    assert re.search(r"<td>3</td><td><code>answer</code></td>", page.html)
    assert stored(service) == []
    assert expert.post(f"{ANSWERS}/import", {"file": (BytesIO(), "")}).status == 400


def test_a_question_is_tried(service: Service, expert: Visitor) -> None:
    add(service)
    add(service, question="स्कूल की फीस कब देनी है?", answer="पाँच तारीख को।", language="hi")
    page = expert.get(f"{ANSWERS}/try?question=school+fees+due+when")
    assert "Once they are switched on, a contact who asks this gets this answer:" in page.text
    assert "On the fifth of each month." in page.text
    switch_on(service)
    page = expert.get(f"{ANSWERS}/try?question=When+are+the+school+fees+due")
    assert "A contact who asks this gets this answer:" in page.text
    assert "100 % like it" in page.text
    near = expert.get(f"{ANSWERS}/try?question=When+are+the+new+school+fees+due")
    assert "No approved answer is given to this question" in near.text
    assert "at least 90 % are needed" in near.text
    assert "Write an answer to it" in near.text
    none = expert.get(f"{ANSWERS}/try?question=Who+is+the+headmaster")
    assert "No approved question is like it." in none.text
    assert expert.get(f"{ANSWERS}/try").status == 200
    assert expert.get(f"{ANSWERS}/try?question={'x' * 5000}").status == 200


def test_why_a_near_answer_is_not_given(service: Service, expert: Visitor) -> None:
    add(service, language="hi")
    add_over(service, question="Where is the office?")
    tried = expert.get(f"{ANSWERS}/try?question=When+are+the+school+fees+due")
    assert "it answers questions in Hindi only" in tried.text
    over = expert.get(f"{ANSWERS}/try?question=Where+is+the+office")
    assert "its last day has passed" in over.text


def test_a_question_that_was_tried_becomes_an_answer(service: Service, expert: Visitor) -> None:
    draft = expert.post(f"{ANSWERS}/draft", {"question": "Who is <b>he</b>?", "also": "a\nb"})
    assert draft.status == 200
    assert "Who is &lt;b&gt;he&lt;/b&gt;?</textarea>" in draft.html
    assert "a\nb</textarea>" in draft.html
    assert stored(service) == []


def test_what_people_ask_leads_to_an_answer(
    service: Service, expert: Visitor, openai: FakeOpenAI
) -> None:
    service.organisation(openai)
    for contact, question in enumerate(("When are fees due?", "fees due date?", "fees due when")):
        body = {"question_text": question, "contact": {"id": str(contact)}}
        assert service.call("parse_via_chat_gpt", body).status == 200
    service.flush()
    page = expert.get("/organisations/acme/asked")
    hidden = {name: page.values()[name] for name in ("question", "also")}
    draft = expert.post(f"{ANSWERS}/draft", hidden)
    texts = [hidden["question"], *hidden["also"].split("\n")]
    assert all(text in draft.text for text in texts)
    viewer = signed_in(service, service.token("acme", "viewer"))
    assert "Approve an answer" not in viewer.get("/organisations/acme/asked").text


def test_how_often_it_was_given(service: Service, expert: Visitor, openai: FakeOpenAI) -> None:
    service.organisation(openai)
    add(service)
    switch_on(service)
    for _ in range(2):
        assert service.call("parse_via_chat_gpt", {"question_text": FEES["question"]}).status == 200
    service.flush()
    page = expert.get(ANSWERS)
    assert "given 2 times" in page.text
    assert "at least 90 % like" in page.text
    assert "None." in expert.get(f"{ANSWERS}?show=unused").text


def test_a_viewer_looks_and_changes_nothing(service: Service, expert: Visitor) -> None:
    place = f"{ANSWERS}/{add(service)}"
    viewer = signed_in(service, service.token("acme", "viewer"))
    page = viewer.get(place)
    assert "<fieldset disabled" in page.html
    assert "Delete this answer" not in page.text
    assert "Import a CSV file" not in viewer.get(ANSWERS).text
    assert viewer.post(place, {**FEES, **FORM}).status == 403
