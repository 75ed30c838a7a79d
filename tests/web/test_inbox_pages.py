"""The inbox on its pages: the list, one question, and what a person does with it."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
import redis

from answers.inbox.inbox import Inbox
from answers.inbox.item import (
    ANSWER_CHARACTERS,
    ASK_A_PERSON,
    GUARDRAIL,
    NOT_FOUND,
    UNDELIVERED,
    InboxItem,
    SaidBefore,
)
from flowhook.errors import StoreFull
from flowhook.jobs.job_runner import NotDelivered
from flowhook.records.log_entry import LogEntry
from tests.answers.inbox.items import Clock, asked
from tests.fixtures_app import Service
from tests.flows.talking import GREETING, publish, say
from tests.web.visitor import Page, Visitor, signed_in
from webhooks.to_inbox import SPOKE

INBOX = "/organisations/acme/inbox"
NOWHERE = {"kind": "none"}


class Approver:
    """Keeps what is approved, or has no room for it."""

    def __init__(self) -> None:
        self.approved: list[tuple[str, ...]] = []
        self.is_full = False

    def approve(self, org: str, question: str, answer: str, by: str) -> str:
        if self.is_full:
            raise StoreFull("the store is full")
        self.approved.append((question, answer))
        return "a1"


class Way:
    """A way for answers, which a test may bar."""

    def __init__(self) -> None:
        self.reason = ""

    def deliver(self, item: InboxItem) -> None:
        if self.reason:
            raise NotDelivered(self.reason, final=True)

    def end(self, item: InboxItem) -> None:
        self.deliver(item)


@pytest.fixture
def acme(service: Service) -> Service:
    service.organisation()
    return service


@pytest.fixture
def expert(acme: Service) -> Visitor:
    return signed_in(acme, labelled(acme, "Meera"))


@pytest.fixture
def approver(acme: Service) -> Approver:
    made = inbox_of(acme).approves = Approver()
    return made


@pytest.fixture
def way(acme: Service) -> Way:
    made = Way()
    inbox_of(acme).add_delivery("test", made)
    return made


def labelled(service: Service, label: str, scope: str = "expert") -> str:
    body = {"scope": scope, "label": label}
    return str(service.operator("POST", "/settings/acme/tokens", body).json["token"])


def inbox_of(service: Service) -> Inbox:
    found: Inbox = service.app.extensions[Inbox.NAME]
    return found


def add(service: Service, question: str = "Is it open?", **more: Any) -> str:
    return inbox_of(service).intake.add("acme", asked(question, **more)).id


def item(service: Service, item_id: str) -> InboxItem:
    return inbox_of(service).store.get("acme", item_id)


def deliver(service: Service, item_id: str) -> None:
    inbox_of(service).deliveries.perform(f"acme.{item_id}")


def act(visitor: Visitor, item_id: str, action: str, **form: str) -> Page:
    """What stands on the page after an action that was taken."""
    visitor.get(f"{INBOX}/{item_id}")
    sent = visitor.post(f"{INBOX}/{item_id}", {"action": action, **form})
    assert sent.status == 303, sent.text
    return visitor.get(sent.headers["Location"])


def questions(page: Page) -> list[str]:
    return re.findall(rf'href="{INBOX}/[^"]+">([^<]+)</a>', page.html)


# --- the list ---------------------------------------------------------------------------


def test_an_expert_begins_with_the_inbox(acme: Service, expert: Visitor) -> None:
    assert expert.get("/").headers["Location"] == INBOX
    empty = expert.get(INBOX)
    assert "Nothing waits for a person." in empty.text
    assert "/settings/inbox" not in empty.html, "which an expert cannot open"
    assert f"{'/organisations/acme'}/settings/inbox" in signed_in(acme).get(INBOX).html
    add(acme, flow_name="Clinic")
    page = expert.get(INBOX)
    assert "Asha waits less than a minute Is it open? A flow asks a person Clinic" in page.text
    assert 'text-bg-danger">1</span>' in page.html, "the number in the menu"
    assert 'text-bg-danger">1</span>' in expert.get("/organisations/acme/conversations").html
    author = signed_in(acme, acme.token("acme", "author"))
    assert INBOX not in author.get("/organisations/acme/flows").html


def test_what_waits_longest_comes_first(acme: Service, expert: Visitor) -> None:
    now = inbox_of(acme).store.clock()
    clock = inbox_of(acme).store.clock = Clock()
    for number, words in enumerate(("first", "second", "third")):
        clock.now = now - 7200 + number
        add(acme, words)
    clock.now = now
    page = expert.get(INBOX)
    assert questions(page) == ["first", "second", "third"]
    assert "waits 2 h" in page.text
    assert 'data-news="3 questions wait."' in page.html


def test_filters(acme: Service, expert: Visitor) -> None:
    mine, other, lost = (add(acme, words) for words in ("mine", "nobody's", "lost"))
    add(acme, "not found", kind=NOT_FOUND, contact="5", flow="f2", way=NOWHERE)
    act(expert, mine, "take")
    act(expert, lost, "close")
    act(expert, other, "answer", answer="Yes.")
    shown = {
        "": {"mine", "not found", "nobody&#39;s"},
        "assigned=me": {"mine"},
        "assigned=-": {"not found"},
        "kind=not_found": {"not found"},
        "contact=5": {"not found"},
        "flow=f2": {"not found"},
        "status=closed": {"lost"},
        "status=answered": {"nobody&#39;s"},
        "kind=nonsense&status=nonsense": {"mine", "not found", "nobody&#39;s"},
    }
    for query, found in shown.items():
        assert set(questions(expert.get(f"{INBOX}?{query}"))) == found, query
    assert "Only of the contact 5. Show all" in expert.get(f"{INBOX}?contact=5").text
    assert "Nothing of that kind." in expert.get(f"{INBOX}?contact=6").text
    wrong = expert.get(f"{INBOX}?cursor=nonsense")
    assert (wrong.status, "Begin anew." in wrong.text) == (400, True)


def test_pages_of_the_list(acme: Service, expert: Visitor) -> None:
    for number in range(60):
        add(acme, f"Question {number}")
    first = expert.get(INBOX)
    (more,) = re.findall(rf'href="({re.escape(INBOX)}\?cursor=[^"]+)"', first.html)
    second = expert.get(more.replace("&amp;", "&"))
    assert (len(questions(first)), len(questions(second))) == (50, 10)
    assert not set(questions(first)) & set(questions(second))


# --- one question -----------------------------------------------------------------------


def test_a_question_with_all_that_is_known(acme: Service, expert: Visitor) -> None:
    by_ravi = SaidBefore("token 1 Ravi", "One moment.", "2026-01-02T11:59:00Z")
    said = (SaidBefore("bot", "Hello!"), by_ravi)
    item_id = add(acme, said=said, context="Lives <b>far</b>", language="hi", flow_name="Clinic")
    page = expert.get(f"{INBOX}/{item_id}")
    bubbles = re.findall(r'<div class="said" dir="auto">([^<]*)</div>', page.html)
    assert bubbles == ["Hello!", "One moment.", "Is it open?"]
    for words in (
        "Ravi · 2 Jan",
        "the question",
        "Lives <b>far</b>",
        "Hindi",
        "Clinic",
        "Nobody has it",
    ):
        assert words in page.text.replace("&lt;", "<"), words
    assert "The flow that asked goes on with your answer. It waits until" in page.text


def test_a_question_that_was_said_before_stands_once(acme: Service, expert: Visitor) -> None:
    item_id = add(acme, said=(SaidBefore("contact", "Is it open? "),))
    assert expert.get(f"{INBOX}/{item_id}").html.count('<div class="said"') == 1


def test_a_question_stands_once_also_where_the_flow_replied_to_it(
    acme: Service, expert: Visitor
) -> None:
    said = (SaidBefore("contact", "Is it open?"), SaidBefore("bot", "Passed on."))
    page = expert.get(f"{INBOX}/{add(acme, said=said)}")
    bubbles = re.findall(r'<div class="said" dir="auto">([^<]*)</div>', page.html)
    assert bubbles == ["Is it open?", "Passed on."]
    assert page.html.count("bubble in question") == 1


def test_a_question_that_is_asked_again(acme: Service, expert: Visitor) -> None:
    for _ in range(3):
        added = inbox_of(acme).intake.add("acme", asked(), same="asha")
    page = expert.get(f"{INBOX}/{added.id}")
    assert "asked 3 times" in page.text
    assert "; last" in page.text
    assert "asked 3 times" in expert.get(INBOX).text


def test_taken_and_given_back_and_to_somebody(acme: Service, expert: Visitor) -> None:
    ravi = signed_in(acme, labelled(acme, "Ravi"))
    item_id = add(acme)
    assert "You have it." in act(expert, item_id, "take").text
    assert "Meera has it." in ravi.get(f"{INBOX}/{item_id}").text
    assert "Nobody has it yet." in act(expert, item_id, "give_back").text
    page = expert.get(f"{INBOX}/{item_id}")
    (name,) = re.findall(r'<option value="([^"]+)">Ravi</option>', page.html)
    assert "Ravi has it." in act(expert, item_id, "give", to=name).text
    refused = expert.post(f"{INBOX}/{item_id}", {"action": "give", "to": "somebody"})
    assert (refused.status, "nobody of this name" in refused.text.casefold()) == (400, True)


def test_a_viewer_reads(acme: Service) -> None:
    item_id = add(acme)
    viewer = signed_in(acme, acme.token("acme", "viewer"))
    page = viewer.get(f"{INBOX}/{item_id}")
    assert "Is it open?" in page.text
    assert 'name="action"' not in page.html
    assert viewer.post(f"{INBOX}/{item_id}", {"action": "take"}).status == 403


def test_a_form_needs_its_token(acme: Service, expert: Visitor) -> None:
    expert.csrf = "wrong"
    assert expert.post(f"{INBOX}/{add(acme)}", {"action": "take"}).status == 403


# --- answering --------------------------------------------------------------------------


def test_an_answer_and_what_became_of_it(acme: Service, expert: Visitor, way: Way) -> None:
    item_id, waiting = add(acme, way={"kind": "test"}), add(acme, "And on Monday?")
    page = act(expert, item_id, "answer", answer="Yes.\r\nFrom 9.")
    assert item(acme, item_id).state.answer == "Yes.\nFrom 9."
    assert "Your answer is on its way. Next question" in page.text
    assert f'href="{INBOX}/{waiting}"' in page.html
    assert "On its way." in page.text
    deliver(acme, item_id)
    page = expert.get(f"{INBOX}/{item_id}")
    assert "The contact has the answer." in page.text
    assert 'id="answer"' not in page.html
    assert "Answered lately" in expert.get(INBOX).text
    assert "Put away." in act(expert, item_id, "close").text


def test_an_answer_that_did_not_arrive_is_sent_again(
    acme: Service, expert: Visitor, way: Way
) -> None:
    way.reason = "the contact blocked this number"
    item_id = add(acme, way={"kind": "test"})
    act(expert, item_id, "answer", answer="Yes.")
    deliver(acme, item_id)
    assert "The answer did not arrive" in expert.get(INBOX).text
    page = expert.get(f"{INBOX}/{item_id}")
    assert "The contact blocked this number" in page.text
    assert "Send it again below" in page.text
    assert "\nYes.</textarea>" in page.html
    way.reason = ""
    act(expert, item_id, "answer", answer="Yes.")
    deliver(acme, item_id)
    assert "The contact has the answer." in expert.get(f"{INBOX}/{item_id}").text


def test_who_answers_second_sees_the_answer_of_the_first(acme: Service, expert: Visitor) -> None:
    item_id = add(acme)
    ravi = signed_in(acme, labelled(acme, "Ravi"))
    act(ravi, item_id, "answer", answer="Until six.")
    expert.get(INBOX)
    page = expert.post(f"{INBOX}/{item_id}", {"action": "answer", "answer": "Until eight."})
    assert page.status == 409
    assert "Ravi answered this before you" in page.text
    assert "token " not in page.text.replace("Token", "")
    assert "Until six." in page.text
    assert "What you wrote, to copy Until eight." in page.text
    act(ravi, item_id, "close")
    page = expert.post(f"{INBOX}/{item_id}", {"action": "answer", "answer": "Until eight."})
    assert "Ravi answered this before you" in page.text


@pytest.mark.parametrize("answer", ["", "  ", "x" * (ANSWER_CHARACTERS + 1)])
def test_an_answer_that_cannot_be_sent(acme: Service, expert: Visitor, answer: str) -> None:
    item_id = add(acme)
    expert.get(INBOX)
    page = expert.post(f"{INBOX}/{item_id}", {"action": "answer", "answer": answer})
    assert (page.status, item(acme, item_id).state.status) == (400, "open")
    assert 'id="wrong-answer"' in page.html
    assert answer.strip() in page.html


def test_also_from_now_on(acme: Service, expert: Visitor, approver: Approver) -> None:
    item_id = add(acme, "I am Asha, is it open?")
    page = expert.get(f"{INBOX}/{item_id}")
    assert "\nI am Asha, is it open?</textarea>" in page.html
    form = {"answer": "Yes.", "approve": "on", "as_question": "Is it open?"}
    assert "who asks this next gets it at once" in act(expert, item_id, "answer", **form).text
    assert approver.approved == [("Is it open?", "Yes.")]
    act(expert, add(acme, "Where?"), "answer", answer="Here.", as_question="Where?")
    assert len(approver.approved) == 1, "without the tick"
    act(expert, add(acme, "Where?"), "answer", answer="Here.", approve="on", as_question=" ")
    assert approver.approved[1:] == [("Where?", "Here.")]


def test_a_question_that_shows_nothing_is_not_approved(
    acme: Service, expert: Visitor, approver: Approver
) -> None:
    item_id = add(acme, "\u2800")
    expert.get(INBOX)
    form = {"action": "answer", "answer": "Yes.", "approve": "on", "as_question": ""}
    page = expert.post(f"{INBOX}/{item_id}", form)
    assert (page.status, item(acme, item_id).state.status) == (400, "open")
    assert 'id="wrong-as_question"' in page.html
    assert approver.approved == []


def test_approved_later(acme: Service, expert: Visitor, approver: Approver) -> None:
    item_id = add(acme)
    expert.get(INBOX)
    assert expert.post(f"{INBOX}/{item_id}", {"action": "approve"}).status == 409
    act(expert, item_id, "answer", answer="Yes.")
    act(expert, item_id, "approve", approve="on", as_question="Open?")
    assert approver.approved == [("Open?", "Yes.")]


def test_an_answer_is_sent_though_it_cannot_be_approved(
    acme: Service, expert: Visitor, approver: Approver
) -> None:
    approver.is_full = True
    item_id = add(acme)
    expert.get(INBOX)
    form = {"action": "answer", "answer": "Yes.", "approve": "on", "as_question": "Open?"}
    page = expert.post(f"{INBOX}/{item_id}", form)
    assert page.status == StoreFull.status
    assert item(acme, item_id).state.status == "answered"
    assert "Your answer was sent; it is not yet given from now on." in page.text
    assert "\nOpen?</textarea>" in page.html


def test_an_answer_that_nobody_waits_for(
    acme: Service, expert: Visitor, approver: Approver
) -> None:
    item_id = add(acme, kind=NOT_FOUND, way=NOWHERE)
    page = expert.get(f"{INBOX}/{item_id}")
    assert "Nobody waits for this answer" in page.text
    assert re.search(r'id="approve" name="approve" value="on" checked', page.html)
    assert "Your answer is kept." in act(expert, item_id, "answer", answer="Yes.").text


def test_who_may_hurt_themself_and_cannot_be_reached_from_here(
    acme: Service, expert: Visitor, approver: Approver
) -> None:
    told = SPOKE.format(policy="self_harm")
    item_id = add(acme, "I want to die", kind=GUARDRAIL, context=told, way=NOWHERE)
    assert "May hurt themself" in expert.get(INBOX).text
    page = expert.get(f"{INBOX}/{item_id}")
    assert "about to hurt themself" in page.text
    assert "self_harm" not in page.text
    assert "Reach them where they write to you" in page.text
    assert "Also answer this" not in page.text, "it would answer the next one in need"
    assert "told that there is no answer" not in page.text
    done = act(expert, item_id, "answer", answer="I rang her sister.")
    assert "Your note is kept." in done.text
    assert "Also answer this" not in done.text


def test_who_is_told_that_a_question_is_closed(acme: Service, expert: Visitor) -> None:
    told = "Whoever asked is told that there is no answer"
    assert told in expert.get(f"{INBOX}/{add(acme)}").text
    not_found = add(acme, kind=NOT_FOUND, way=NOWHERE)
    assert told not in expert.get(f"{INBOX}/{not_found}").text


def test_a_closed_question(acme: Service, expert: Visitor, way: Way) -> None:
    item_id = add(acme, way={"kind": "test"})
    page = act(expert, item_id, "close")
    assert "Closed without an answer." in page.text
    assert "closed by Meera" in page.text
    deliver(acme, item_id)
    page = expert.get(f"{INBOX}/{item_id}")
    assert "Whoever asked was told that there is no answer." in page.text
    late = expert.post(f"{INBOX}/{item_id}", {"action": "answer", "answer": "Yes."})
    assert (late.status, "Meera closed this before you" in late.text) == (409, True)


def test_a_message_that_did_not_arrive(acme: Service, expert: Visitor, approver: Approver) -> None:
    why = "the phone number does not exist"
    item_id = add(acme, "Your report is ready.", kind=UNDELIVERED, context=why)
    page = expert.get(f"{INBOX}/{item_id}")
    assert "A message did not arrive" in page.text
    assert why in page.text
    assert 'class="bubble out question"' in page.html
    assert "What you write is sent to the contact instead." in page.text
    assert "Also answer this" not in page.text


def test_what_is_not_there(expert: Visitor) -> None:
    assert expert.get(f"{INBOX}/none").status == 404
    assert expert.post(f"{INBOX}/none", {"action": "take"}).status == 404


def test_an_action_that_is_none(acme: Service, expert: Visitor) -> None:
    item_id = add(acme)
    expert.get(INBOX)
    assert expert.post(f"{INBOX}/{item_id}", {"action": "dance"}).status == 400


# --- from other pages -------------------------------------------------------------------


def test_between_a_question_and_its_conversation(acme: Service, expert: Visitor) -> None:
    publish(acme, GREETING)
    say(acme, {"text": "hello", "contact": {"name": "Asha Patil"}})
    conversation = "/organisations/acme/conversations/7"
    item_id = add(acme, contact="7", kind=ASK_A_PERSON)
    assert f'href="{conversation}"' in expert.get(f"{INBOX}/{item_id}").html
    page = expert.get(conversation)
    assert "In the inbox waits Is it open?" in page.text
    assert f'href="{INBOX}/{item_id}"' in page.html
    stranger = add(acme, contact="8")
    assert "The whole conversation" not in expert.get(f"{INBOX}/{stranger}").text


def test_the_number_is_left_out_while_redis_is_away(
    acme: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = signed_in(acme)
    add(acme)

    def away(*_: object) -> int:
        raise redis.ConnectionError

    monkeypatch.setattr(acme.redis, "zcard", away)
    page = visitor.get("/organisations/acme/functions")
    assert (page.status, 'text-bg-danger">1<' in page.html) == (200, False)


def test_from_a_call_whose_answer_was_not_found(acme: Service) -> None:
    item_id = add(acme, "Is it open?", kind=NOT_FOUND, contact="5", way=NOWHERE)
    for number, found in enumerate((False, True)):
        acme.background.recorder.record(
            LogEntry(
                *("acme", "filesearch-gpt", f"r{number}", "ok", 200, 1.0, time.time()),
                contact="5",
                request={"question": " Is it open? ", "contact_id": "5"},
                response={"success": True, "found": found},
            )
        )
    acme.flush()
    visitor = signed_in(acme)
    calls = {one["request_id"]: one["id"] for one in acme.admin("GET", "/logs/acme").json["logs"]}
    lost = visitor.get(f"/organisations/acme/logs/{calls['r0']}")
    assert "The answer was not found: the question went to the inbox." in lost.text
    assert f'href="{INBOX}/{item_id}"' in lost.html
    assert item_id not in visitor.get(f"/organisations/acme/logs/{calls['r1']}").html
    author = signed_in(acme, acme.token("acme", "author"))
    assert item_id not in author.get(f"/organisations/acme/logs/{calls['r0']}").html
