"""A contact whose words are everywhere, put there through the front door, and one beside them."""

from __future__ import annotations

from typing import Any

from flowhook.jobs.store import CALLBACK, DEAD, RUN
from tests.fakes.graph import FakeGraph, Line, Person
from tests.fixtures_app import Service
from tests.fixtures_jobs import JobsService
from tests.flows.talking import publish, say
from tests.waiting import wait_for

WORD = "zebrafinch"  # in all that Asha says
OTHERS_WORD = "goldfinch"
ASHA = Person("919876543210", "IN.1234567890", "Ashalata")
OTHER = "447700900123"
TICKET = {"type": "open_ticket", "topic": {"uuid": "t", "name": "Crops"}, "body": "@results.what"}
GROUP = {"type": "add_contact_groups", "groups": [{"uuid": "5", "name": "Mothers"}]}
HELP: dict[str, Any] = {
    "uuid": "help",
    "name": "Help",
    "keywords": ["help"],
    "nodes": [
        {"id": "ask", "actions": [GROUP], "to": "what"},
        {"id": "what", "send": "What is it?", "to": "wait"},
        {"id": "wait", "wait": {"result": "what"}, "else": "ticket"},
        {"id": "ticket", "ask": TICKET, "success": "thanks", "failure": "thanks"},
        {"id": "thanks", "send": "You said @results.what", "to": "more"},
        {"id": "more", "wait": {"result": "more", "seconds": 86_400}, "else": "end"},
        {"id": "end", "send": "Thanks for @results.more"},
    ],
}


class ContactSeed:
    """Fills the store of an organisation with what two contacts do."""

    def __init__(self, service: Service, graph: FakeGraph, line: Line) -> None:
        self.service, self.graph, self.line = service, graph, line
        self.jobs = JobsService(service)

    def fill(self) -> None:
        publish(self.service, HELP, collections=["Mothers"])
        self.jobs.sign()
        for word, contact in ((WORD, ASHA.identity), (OTHERS_WORD, OTHER)):
            self.calls(word, contact)
            self.become_jobs(word, contact)
        for text in ("help", OTHERS_WORD):
            assert say(self.service, text, OTHER).status == 200
        self.converses()
        self.service.flush()
        self.jobs.job_services.writer.flush()
        self.makes_cases()

    def makes_cases(self) -> None:
        """A case of each contact's call, in a set of which a run is started."""
        asked = {"target": {"function": "text_to_speech"}, "cases": [{"question": "Why?"}]}
        sets = "/question-sets/acme/asked"
        assert self.service.admin("PUT", sets, asked).status == 201
        for contact in (ASHA.identity, OTHER):
            listed = f"/logs/acme?contact={contact}&function=text_to_speech"
            (entry,) = self.service.admin("GET", listed).json["logs"]
            made = self.service.admin("POST", f"{sets}/cases", {"log_id": entry["id"]})
            assert made.status == 201, made.body
            if contact == ASHA.identity:
                assert self.service.admin("POST", f"{sets}/runs", {}).status in (201, 202)

    def calls(self, word: str, contact: str) -> None:
        """Calls of a flow, with a named thread and with a new one; speech; a question to people."""
        flow = {"contact": {"id": contact}, "flow": {"id": "7"}, "result_name": "r"}
        ask = {"question_text": f"Why {word}?", **flow}
        for thread in ({"thread_id": "mine"}, {"thread_id": ""}):
            assert self.service.call("parse_via_chat_gpt", {**ask, **thread}).status == 200
        key = {"Idempotency-Key": f"key of {word}"}
        assert self.service.call("parse_via_chat_gpt", ask, headers=key).status == 200
        assert self.service.call("text_to_speech", {"text": word, **flow}).status == 200
        asked = self.service.call("ask_a_person", {"question_text": word, **flow})
        assert asked.status == 202, asked.body

        given = {"given": True, "purpose": f"about {word}"}
        answer = self.service.admin("PUT", f"/contacts/acme/{contact}/consent", given)
        assert answer.status == 200, answer.body

    def become_jobs(self, word: str, contact: str) -> None:
        """A job that waits, one that ended, and one whose callback was given up."""
        body = {"buttons_data": f"{word}|No", "contact": {"id": contact}}
        body["callback_url"] = "http://127.0.0.1:28471/"
        runner, store = self.jobs.job_services.job_runner, self.jobs.job_services.store
        holder = self.jobs.job_services.liveness.holder()
        for state in ("open", "ended", "dead"):
            job_id = self.jobs.accept(
                "get_buttons",
                body,
                headers={"Prefer": "respond-async", "Idempotency-Key": f"{state} {word}"},
            )
            if state == "open":
                continue
            runner.perform(job_id, RUN)
            job = store.claim(job_id, CALLBACK, holder).job
            assert job is not None
            store.settle(job_id, CALLBACK, holder, DEAD if state == "dead" else "done")
            if state == "dead":
                self.jobs.job_services.dead.add(job, CALLBACK, "gone")

    def converses(self) -> None:
        """Over WhatsApp: a ticket, a file, a message that nobody can send, and one that waits."""
        for text in ("help", f"My {WORD} is yellow"):
            self.writes(text)
        file = self.graph.keep(self.line, b"\x89PNG\r\n\x1a\n" + b"0" * 64, "image/png")
        sent = {"id": file.id, "mime_type": "image/png", "sha256": file.sha256, "caption": WORD}
        self.delivers({"type": "image", "image": sent})
        self.look()
        self.writes("help")
        self.graph.fail(131026, times=1)  # the number cannot be reached
        self.writes(f"{WORD} again")
        self.delivers({"type": "text", "text": {"body": f"{WORD} waits"}})

    def writes(self, text: str) -> None:
        assert self.graph.writes(self.line, ASHA, text) == 200
        self.look()

    def delivers(self, message: dict[str, Any]) -> None:
        assert self.line.post is not None
        assert self.line.post(*self.graph.says(self.line, ASHA, message)) == 200

    def look(self) -> None:
        wait_for(self.service.background.waker.look, "a contact to be due")
