"""Contacts who talk over WhatsApp while processes are killed, and what each must have heard."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter

import requests

from tests.fakes.graph import FakeGraph, Line, Person
from tests.fakes.running_service import RunningService
from tests.flows.talking import export
from tests.waiting import wait_for

ORG = "acme"
ANSWER_SECONDS = 75.0  # a killed worker's lease of a contact lapses after half a minute
FLOW = {
    "uuid": "tutor",
    "name": "Tutor",
    "keywords": ["lesson"],
    "nodes": [
        {"id": "ask", "send": "What is your question?", "to": "wait"},
        {"id": "wait", "wait": {"result": "question"}, "else": "think"},
        {
            "id": "think",
            "webhook": {
                "url": "parse_via_chat_gpt",
                "body": '{"question_text": "@results.question", "contact": "@contact"}',
                "result_name": "x",
            },
            "success": "answer",
            "failure": "sorry",
        },
        {"id": "answer", "send": "@results.x.parsed_msg", "to": "thanks"},
        {"id": "sorry", "send": "Something failed.", "to": "thanks"},
        {"id": "thanks", "wait": {"result": "thanks"}, "else": "bye"},
        {"id": "bye", "send": "You wrote: @results.thanks"},
    ],
}


class Contacts:
    """Each writes three messages; Meta delivers each until it gets its 200."""

    def __init__(self, service: RunningService, graph: FakeGraph, count: int) -> None:
        self.service = service
        self.graph = graph
        self.line: Line = graph.add_line()
        self.people = [Person(f"9198{number:08}", name=f"N{number}") for number in range(count)]
        self.redelivered: Counter[str] = Counter()
        self._lock = threading.Lock()
        graph.now = time.time()
        service.publish(ORG, export(FLOW))
        service.subscribe(ORG, self.line)

    def talk(self, number: int) -> None:
        """The first two messages at once, the last when the question was answered."""
        person = self.people[number]
        self._write(person, "lesson")
        self._write(person, question_of(person))
        wait_for(
            lambda: self.graph.texts(person.phone)[-1:] == [lesson_of(person)[1]],
            "an answer",
            seconds=ANSWER_SECONDS,
        )
        self._write(person, f"thanks from {person.name}")

    def _write(self, person: Person, text: str) -> None:
        message = {"type": "text", "text": {"body": text}}
        raw, headers = self.graph.says(self.line, person, message)
        assert self.line.post is not None
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                status = str(self.line.post(raw, headers))
            except requests.RequestException as error:
                status = type(error).__name__
            if status == "200":
                return
            with self._lock:
                self.redelivered[status] += 1
            time.sleep(0.3)
        raise AssertionError(f"a message was never taken: {self.redelivered}")

    def unfinished(self) -> list[Person]:
        """Who has not heard the last words yet."""
        heard = {sent.to for sent in list(self.graph.sent) if "You wrote: " in str(sent.body)}
        return [person for person in self.people if person.phone not in heard]

    def broken(self) -> dict[str, list[str]]:
        """Who did not hear just what they should have, in order; repeats are not counted here."""
        heard = {person: self.graph.texts(person.phone) for person in self.people}
        return {
            person.name: texts
            for person, texts in heard.items()
            if [text for text, _ in itertools.groupby(texts)] != lesson_of(person)
        }

    def torn(self) -> dict[str, list[str]]:
        """Whose transcript does not hold each message once."""
        return {
            person.name: told
            for person in self.people
            if (told := self._transcript(person)) != transcript_of(person)
        }

    def repeats(self) -> int:
        """Messages sent again because a kill fell between their sending and its record."""
        return len(self.graph.sent) - sum(len(lesson_of(person)) for person in self.people)

    def _transcript(self, person: Person) -> list[str]:
        path = f"/conversations/{ORG}/{person.identity}"
        shown = self.service.operator("GET", path, None)
        return [item["text"] for item in shown["transcript"] if item["direction"] != "note"]


def question_of(person: Person) -> str:
    return f"Who is {person.name}?"


def lesson_of(person: Person) -> list[str]:
    """What a contact hears."""
    return [
        "What is your question?",
        f"You said: {question_of(person)}",
        f"You wrote: thanks from {person.name}",
    ]


def transcript_of(person: Person) -> list[str]:
    asked, answered, ended = lesson_of(person)
    thanks = f"thanks from {person.name}"
    return ["lesson", asked, question_of(person), answered, thanks, ended]
