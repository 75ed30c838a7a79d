"""Approved answers over HTTP: added, listed, replaced, deleted, and given in a model's place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import Answer, Service

PATH = "/answers/acme"
QUESTION = "When are the school fees due?"
FEES: dict[str, Any] = {
    "question": QUESTION,
    "also": ["school fees ki last date kab hai"],
    "answer": "On the fifth of each month.",
}


@pytest.fixture
def acme(service: Service, openai: FakeOpenAI) -> Service:
    service.organisation(openai)
    use(service)
    return service


def use(service: Service, **settings: Any) -> None:
    """Have the organisation's calls look among its approved answers."""
    stored = service.admin("PUT", "/settings/acme/answers", {"is_active": True, **settings})
    assert stored.status in (200, 201), stored.body


def add(service: Service, **changes: Any) -> str:
    made = service.admin("POST", PATH, {**FEES, **changes})
    assert made.status == 201, made.body
    answer_id: str = made.json["id"]
    return answer_id


def end(service: Service, answer_id: str, **changes: Any) -> None:
    """Have an answer's last day be over."""
    ended = service.admin("PUT", f"{PATH}/{answer_id}", {**FEES, **changes, "until": "2020-01-01"})
    assert ended.status == 200, ended.body


def listed(service: Service, query: str = "") -> list[str]:
    """The ids in a list."""
    answer = service.admin("GET", f"{PATH}{query}")
    assert answer.status == 200, answer.body
    return [one["id"] for one in answer.json["answers"]]


def ask(service: Service, question: str = QUESTION, **more: Any) -> Answer:
    return service.call("parse_via_chat_gpt", {"question_text": question, **more})


def test_an_answer_is_added_shown_replaced_and_deleted(acme: Service) -> None:
    made = acme.admin("POST", PATH, {**FEES, "language": "Hindi", "until": "2099-12-31"})
    one = f"{PATH}/{made.json['id']}"
    shown = acme.admin("GET", one)
    assert shown.headers["ETag"] == made.headers["ETag"]
    assert shown.json.pop("at")
    assert {**shown.json, "at": ""} == {
        **FEES,
        "id": made.json["id"],
        "language": "hi",
        "until": "2099-12-31",
        "is_over": False,
        "at": "",
        "by": shown.json["by"],
        "answered": 0,
        "thumbs": {"up": 0, "down": 0},
    }
    tag = {"If-Match": made.headers["ETag"]}
    assert acme.admin("PUT", one, {**FEES, "answer": "On the sixth."}, headers=tag).status == 200
    again = acme.admin("PUT", one, FEES, headers=tag)
    assert (again.status, again.error["type"]) == (412, "conflict")
    assert acme.admin("DELETE", one, headers=tag).status == 412
    assert acme.admin("DELETE", one).status == 204
    assert acme.admin("DELETE", one).status == 404
    assert acme.admin("PUT", one, FEES).status == 404
    assert listed(acme) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("question", ""),
        ("question", " \u200b"),
        ("question", "???"),
        ("also", ["👍"]),
        ("question", "x" * 1_001),
        ("answer", "x" * 4_097),
        ("answer", None),
        ("also", ["x"] * 21),
        ("also", "x"),
        ("also", [" "]),
        ("language", "Klingon"),
        ("until", "tomorrow"),
        ("until", 5),
        ("until", "2020-01-01"),
        ("more", 1),
    ],
)
def test_a_wrong_field_is_named(acme: Service, field: str, value: Any) -> None:
    refused = acme.admin("POST", PATH, {**FEES, field: value})
    assert refused.status == 400
    assert list(refused.error["fields"]) == [field]
    assert listed(acme) == []


def test_lists_are_filtered_and_paged(acme: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    hindi = add(acme, language="hi", answer="पाँच तारीख को।")
    camp: dict[str, Any] = {"question": "Is there a camp?", "also": []}
    over = add(acme, **camp)
    end(acme, over, **camp)
    ids = [add(acme, question=f"What is {name}?", also=[]) for name in ("A", "B")]
    assert listed(acme) == [*reversed(ids), over, hindi]
    assert listed(acme, "?q=CAMP") == [over]
    assert listed(acme, "?q=तारीख") == [hindi]
    assert listed(acme, "?language=Hindi") == [hindi]
    assert hindi not in listed(acme, "?language=any")
    assert listed(acme, "?expired=true") == [over]
    assert listed(acme, "?expired=false&q=what") == [*reversed(ids)]
    assert listed(acme, "?unused=false") == []
    assert acme.admin("GET", f"{PATH}?expired=x").status == 400
    assert acme.admin("GET", f"{PATH}?language=x").status == 400
    monkeypatch.setattr("answers.api.approved_routes.PAGE_ANSWERS", 3)
    page = acme.admin("GET", PATH).json
    assert len(page["answers"]) == 3
    assert listed(acme, f"?cursor={page['next_cursor']}") == [hindi]


def test_a_hit_asks_no_model_and_says_so(acme: Service, openai: FakeOpenAI) -> None:
    answer_id = add(acme)
    for question in ("school fees due WHEN?", "School fees ki last date kab hai ji"):
        answer = ask(acme, question).json
        assert answer == {
            "success": True,
            "parsed_msg": FEES["answer"],
            "source": "approved",
            "answer_id": answer_id,
        }
    assert not openai.requests
    acme.flush()
    [entry, _] = acme.admin("GET", "/logs/acme").json["logs"]
    assert (entry["source"], entry["answer_id"], entry["input_tokens"]) == (
        "approved",
        answer_id,
        0,
    )
    shown = acme.admin("GET", f"{PATH}/{answer_id}").json
    assert shown["answered"] == 2
    [line] = acme.admin("GET", "/usage/acme?by=source").json["usage"]
    assert (line["source"], line["calls"], line["input_tokens"]) == ("approved", 2, 0)
    assert listed(acme, "?unused=true") == []


def test_another_question_is_the_models(acme: Service, openai: FakeOpenAI) -> None:
    add(acme)
    for question in ("Where do I pay the school fees?", "When are the school fees not due?"):
        answer = ask(acme, question).json
        assert answer["source"] == "model"
        assert "answer_id" not in answer
    assert len(openai.requests) == 2


def test_what_does_not_look_among_them(acme: Service, openai: FakeOpenAI) -> None:
    add(acme)
    assert ask(acme, response_format="json_object").json["source"] == "model"
    assert ask(acme, approved=False).json["source"] == "model"
    assert ask(acme, approved="false").json["source"] == "model"
    assert ask(acme, approved="").json["source"] == "approved"
    refused = ask(acme, approved="perhaps")
    assert (refused.status, list(refused.error["fields"])) == (400, ["approved"])
    use(acme, is_active=False)
    assert "source" not in ask(acme).json
    assert len(openai.requests) == 4


def test_a_change_is_seen_by_the_next_call(acme: Service) -> None:
    answer_id = add(acme)
    assert ask(acme).json["parsed_msg"] == FEES["answer"]
    acme.admin("PUT", f"{PATH}/{answer_id}", {**FEES, "answer": "On the sixth."})
    assert ask(acme).json["parsed_msg"] == "On the sixth."
    newer = add(acme, answer="On the seventh.")
    assert ask(acme).json["parsed_msg"] == "On the seventh."
    acme.admin("DELETE", f"{PATH}/{newer}")
    assert ask(acme).json["parsed_msg"] == "On the sixth."
    acme.admin("DELETE", f"{PATH}/{answer_id}")
    assert ask(acme).json["source"] == "model"
    end(acme, add(acme))
    assert ask(acme).json["source"] == "model"


def test_an_answer_of_one_language_is_for_that_alone(acme: Service) -> None:
    question = "गेहूं की बुवाई कब करें?"
    add(acme, question=question, also=["wheat sowing kab"], answer="नवंबर में।", language="mr")
    assert ask(acme, question).json["source"] == "model"
    marathi = {"language": {"label": "Marathi"}}
    assert ask(acme, question, contact=marathi).json["source"] == "approved"
    assert ask(acme, question, contact='{"language": "mr"}').json["source"] == "approved"
    add(acme, question=question, also=[], answer="नवंबर में बोएँ।", language="Hindi")
    assert ask(acme, question).json["parsed_msg"] == "नवंबर में बोएँ।"


def test_another_way_to_ask_may_be_in_another_language(acme: Service) -> None:
    add(acme, language="en")
    assert ask(acme, "School fees ki last date kab hai?").json["source"] == "approved"
    assert ask(acme, "schol fees ki last date kab hai").json["source"] == "approved"
    assert ask(acme, "स्कूल की फीस कब देनी है?").json["source"] == "model"


def test_an_answer_in_the_language_asked_comes_before_one_in_another(acme: Service) -> None:
    hinglish = "Paanch tarikh ko."
    add(acme, question="Fees kab deni hai?", also=[], answer=hinglish, language="Hinglish")
    add(acme, also=["Fees kab deni hai?"], language="en")  # the newer one
    assert ask(acme, "Fees kab deni hai?").json["parsed_msg"] == hinglish


def test_the_conversation_goes_on(acme: Service, openai: FakeOpenAI) -> None:
    add(acme)
    first = ask(acme, thread_id="@results.answer.thread_id").json
    assert first["source"] == "approved"
    second = ask(acme, "And if I am late?", thread_id=first["thread_id"]).json
    assert second["thread_id"] == first["thread_id"]
    said = openai.requests[-1].body["messages"]
    assert [one["content"] for one in said[-3:]] == [
        FEES["question"],
        FEES["answer"],
        "And if I am late?",
    ]
    files = {"question": FEES["question"], "vector_store_id": "vs_1"}
    answer = acme.call("filesearch-gpt", files).json
    assert (answer["message"], answer["source"]) == (FEES["answer"], "approved")
    assert answer["thread_id"].startswith("thread_")


def test_a_hit_gives_its_reserved_tokens_back(acme: Service) -> None:
    add(acme)
    acme.operator("PUT", "/settings/acme/limits", {"monthly_tokens": 1_000})
    for _ in range(5):
        assert ask(acme).json["source"] == "approved"


def test_it_is_given_also_where_the_months_tokens_are_used_up(
    acme: Service, openai: FakeOpenAI
) -> None:
    add(acme)
    limits = {"monthly_tokens": 1, "requests_per_minute": 3}
    acme.operator("PUT", "/settings/acme/limits", limits)
    assert ask(acme).json["source"] == "approved"
    assert ask(acme, "Who is the headmaster?").error["type"] == "budget_exceeded"
    assert ask(acme).json["source"] == "approved"
    assert ask(acme).error["type"] == "rate_limited"
    assert openai.requests == []


def test_thumbs_are_counted(acme: Service) -> None:
    answer_id = add(acme)
    for thumbs in ("up", "👍", "No"):
        rated = acme.call("rate_answer", {"answer_id": answer_id, "thumbs": thumbs})
        assert rated.status == 200, rated.body
    shown = acme.admin("GET", f"{PATH}/{answer_id}").json
    assert shown["thumbs"] == {"up": 2, "down": 1}
    missing = acme.call("rate_answer", {"answer_id": "gone", "thumbs": "up"})
    assert missing.status == 404
