"""A rolling restart: an older release and this one side by side on one Redis, under conversation.

`python -m tests.rolling_restart OLD [--back]`, OLD being a checkout of the older release. First the
old processes serve alone, then both, then the new ones alone (with `--back` the other way round).
Contacts talk over WhatsApp all the while; each must hear each message once and in order. Prints
what was seen, and exits 1 where a message was lost, sent twice or out of order.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import psutil
import redis
import requests

from flowhook.organisations.changes import CHANGED
from tests.fakes.graph import FakeGraph, Person
from tests.fakes.openai import FakeOpenAI, faults
from tests.fakes.running_service import ROOT, RunningService
from tests.fakes.valkey import Valkey
from tests.fixtures_app import ADMIN_TOKEN, FIRST_KEY, PHRASE
from tests.flowhook.organisations.sections import WHOLE
from tests.flows.talking import export
from tests.waiting import wait_for

ORG = "acme"
CONTACTS = 12
PHASE_SECONDS = 8.0
UPSTREAM_SECONDS = 0.2
ANSWER_SECONDS = 60.0
WATCHER = Person("919800009999", name="Watcher")
DELAYED = {"delay": "1"}


def flow() -> dict[str, Any]:
    """Asks, calls a function, answers, says more a second later, and tells the watcher."""
    ask = '{"question_text": "@results.question", "contact": "@contact"}'
    tell = {
        "type": "send_broadcast",
        "text": "@results.question ended",
        "contacts": [{"uuid": WATCHER.identity, "name": WATCHER.name}],
    }
    think = {"url": "parse_via_chat_gpt", "body": ask, "result_name": "x"}
    nodes = [
        {"id": "ask", "send": "What is your question?", "to": "wait"},
        {"id": "wait", "wait": {"result": "question"}, "else": "think"},
        {"id": "think", "webhook": think, "success": "answer", "failure": "answer"},
        {"id": "answer", "send": "@results.x.parsed_msg", "to": "more"},
        {"id": "more", "send": "More on @results.question", "with": DELAYED, "to": "tell"},
        {"id": "tell", "actions": [tell]},
    ]
    return {"uuid": "tutor", "name": "Tutor", "keywords": ["lesson"], "nodes": nodes}


class Release(RunningService):
    """One release's web and worker processes, over a Redis that others use too."""

    def __init__(self, folder: Path, checkout: Path, **environment: str) -> None:
        super().__init__(folder, **environment)
        self.checkout = checkout
        self.environment |= environment
        self.worker: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        is_older = (self.checkout / "jobs").is_dir()
        command = ["-m", "jobs"] if is_older else ["-m", "flowhook", "worker"]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.worker = subprocess.Popen(
                [sys.executable, *command],
                cwd=self.checkout,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        return super().__enter__()

    def __exit__(self, *exception: object) -> None:
        assert self.worker
        self.worker.send_signal(signal.SIGTERM)
        super().__exit__(*exception)
        self.worker.wait(130)

    def workers(self) -> list[psutil.Process]:
        return [psutil.Process(self.worker.pid)] if self.worker else []

    def operator(self, method: str, path: str, body: Any) -> Any:
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        answer = requests.request(method, self.url + path, json=body, headers=headers, timeout=10)
        answer.raise_for_status()
        return answer.json()


class Talk:
    """Contacts who talk with whichever processes serve."""

    def __init__(self, graph: FakeGraph) -> None:
        self.graph = graph
        self.line = graph.add_line()
        self.serving: list[Release] = []
        self.over = threading.Event()
        self.lessons: Counter[str] = Counter()
        self.redelivered = 0

    def play(self, person: Person) -> None:
        while not self.over.is_set():
            number = self.lessons[person.phone] + 1
            question = f"Question {number} of {person.name}"
            self.write(person, "lesson")
            self.write(person, question)
            self.lessons[person.phone] = number
            self.wait_for_texts(person, len(heard_by(person, number)))

    def wait_for_texts(self, person: Person, count: int) -> None:
        wait_for(
            lambda: len(self.graph.texts(person.phone)) >= count,
            f"what {person.name} is to hear, which was {self.graph.texts(person.phone)[-4:]}",
            seconds=ANSWER_SECONDS,
        )

    def write(self, person: Person, text: str) -> None:
        """Deliver a message until one of the processes takes it."""
        raw, headers = self.graph.says(self.line, person, {"type": "text", "text": {"body": text}})
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            release = random.choice(self.serving)
            address = f"{release.url}/channels/whatsapp/{ORG}"
            try:
                if requests.post(address, data=raw, headers=headers, timeout=10).ok:
                    return
            except requests.RequestException:
                pass
            self.redelivered += 1
            time.sleep(0.1)
        raise AssertionError("a message was never taken")

    def wrong(self, people: list[Person]) -> dict[str, list[str]]:
        """What was not heard just as it should have been."""
        found = {
            person.name: self.graph.texts(person.phone)
            for person in people
            if self.graph.texts(person.phone) != heard_by(person, self.lessons[person.phone])
        }
        told = [f"{said[-1].removeprefix('More on ')} ended" for said in self._lessons(people)]
        if sorted(told) != sorted(self.graph.texts(WATCHER.phone)):
            found[WATCHER.name] = self.graph.texts(WATCHER.phone)
        return found

    def _lessons(self, people: list[Person]) -> list[list[str]]:
        return [
            lesson_of(person, number)
            for person in people
            for number in range(1, self.lessons[person.phone] + 1)
        ]


def use_what_is_new(release: Release) -> None:
    """Save what the older release does not know of settings; it must go on nevertheless."""
    for section in ("sarvam", "google_sheets", "alerts", "flows"):
        release.operator("PUT", f"/settings/{ORG}/{section}", WHOLE[section])
    token = {"scope": "viewer", "label": "Asha", "expires_at": "2099-01-01"}
    release.operator("POST", f"/settings/{ORG}/tokens", token)


def lesson_of(person: Person, number: int) -> list[str]:
    question = f"Question {number} of {person.name}"
    return ["What is your question?", f"You said: {question}", f"More on {question}"]


def heard_by(person: Person, lessons: int) -> list[str]:
    return [text for number in range(1, lessons + 1) for text in lesson_of(person, number)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path, help="a checkout of the older release")
    parser.add_argument("--back", action="store_true", help="from this release to the older one")
    asked = parser.parse_args()
    checkouts = [asked.old.resolve(), ROOT]
    if asked.back:
        checkouts.reverse()
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(not restart(Path(folder), *checkouts))


def restart(folder: Path, first: Path, second: Path) -> bool:
    people = [Person(f"9198{number:08}", name=f"N{number}") for number in range(CONTACTS)]
    with FakeOpenAI() as openai, FakeGraph() as graph, Valkey(folder / "valkey") as valkey:
        graph.now = time.time()
        openai.say_by(lambda body: f"You said: {body['messages'][-1]['content']}")
        openai.fail(faults.slow(UPSTREAM_SECONDS), times=None)
        environment = {
            "REDIS_URL": f"redis://{valkey.address}",
            "ADMIN_TOKEN": ADMIN_TOKEN,
            "ENCRYPTION_KEYS": FIRST_KEY,
            "WHATSAPP_BASE_URL": graph.base_url,
        }
        if first == ROOT:  # an older release has to find the contacts, as if one had been here
            listener = redis.from_url(environment["REDIS_URL"]).pubsub()
            listener.subscribe(CHANGED)
        before = Release(folder / "first", first, **environment)
        after = Release(folder / "second", second, **environment)
        talk = Talk(graph)
        with ThreadPoolExecutor(CONTACTS) as threads:
            with before:
                before.webhook_token(ORG, openai.key, openai.base_url, PHRASE)
                before.publish(ORG, export(flow()))
                before.subscribe(ORG, talk.line)
                talk.serving = [before]
                talk.write(WATCHER, "hello")
                talks = [threads.submit(talk.play, person) for person in people]
                time.sleep(PHASE_SECONDS)
                after.__enter__()
                use_what_is_new(after if second == ROOT else before)
                talk.serving = [before, after]
                time.sleep(PHASE_SECONDS)
                talk.serving = [after]
            time.sleep(PHASE_SECONDS)
            talk.over.set()
            for played in talks:
                played.result(2 * ANSWER_SECONDS)
        expected = sum(talk.lessons.values())
        talk.wait_for_texts(WATCHER, expected)
        time.sleep(1.0)  # for a message too many
        wrong = talk.wrong(people)
        after.__exit__()
    print(
        f"{expected} lessons of {CONTACTS} contacts, {len(graph.sent)} messages sent,"
        f" {talk.redelivered} deliveries repeated; wrong: {wrong or 'nothing'}"
    )
    return not wrong


if __name__ == "__main__":
    main()
