"""Questions to people while worker, web process and Redis are killed, with the real server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import requests

from tests.fakes.openai import FakeOpenAI
from tests.fakes.receiver import Receiver
from tests.fakes.running_service import RunningService
from tests.fixtures_app import PHRASE
from tests.waiting import wait_for

QUESTIONS = 50
AT_ONCE = 8
PATIENCE_SECONDS = 90
EXPERTS = ("Meera", "Ravi")


class Caller:
    """Posts until the service answers, as those do who retry what was not acknowledged."""

    def __init__(self, service: RunningService, token: str) -> None:
        self.url = service.url
        self.headers = {"Authorization": f"Bearer {token}"}

    def post(self, path: str, body: Any) -> requests.Response:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with suppress(requests.RequestException):
                answer = requests.post(self.url + path, json=body, headers=self.headers, timeout=20)
                if answer.status_code < 500:
                    return answer
            time.sleep(0.2)
        raise AssertionError(f"{path} was never answered")


def kill(*victims: Callable[[], list[psutil.Process]]) -> None:
    for found in victims:
        for victim in found():
            with suppress(psutil.NoSuchProcess):
                victim.kill()


def killing(service: RunningService, over: threading.Event) -> threading.Thread:
    """Kills one kind of process after the other until it is over."""

    def work() -> None:
        for found in (service.redis, service.workers, service.web, service.redis, service.workers):
            if over.wait(0.7):
                return
            kill(found)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_no_question_is_lost_and_none_is_answered_twice(tmp_path: Path) -> None:
    with FakeOpenAI() as openai, Receiver() as receiver, RunningService(tmp_path) as service:
        token = service.webhook_token("acme", openai.key, openai.base_url, PHRASE)
        tokens = [
            service.operator("POST", "/settings/acme/tokens", {"scope": "expert", "label": label})
            for label in EXPERTS
        ]
        asking = Caller(service, token)
        experts = [Caller(service, told["token"]) for told in tokens]

        def ask(number: int) -> tuple[str, str]:
            body = {
                "question_text": f"What is {number}?",
                "contact_id": f"c{number}",
                "callback_url": receiver.url,
            }
            asked = asking.post("/webhooks/ask_a_person", body)
            assert asked.status_code == 202, asked.text
            time.sleep(0.05)
            return asked.json()["job_id"], asked.json()["ticket_id"]

        def answer(ticket: str) -> list[int]:
            """What two experts are told who answer the same."""
            found = []
            for name, expert in zip(EXPERTS, experts, strict=True):
                body = {"answer": f"{name} says {ticket}"}
                found.append(expert.post(f"/inbox/acme/{ticket}/answer", body).status_code)
            time.sleep(0.05)
            return found

        with ThreadPoolExecutor(AT_ONCE) as pool:
            over = threading.Event()
            killer = killing(service, over)
            questions = dict(pool.map(ask, range(QUESTIONS)))
            over.set()
            killer.join()
            over = threading.Event()
            killer = killing(service, over)
            told = list(pool.map(answer, questions.values()))
            over.set()
            killer.join()
        assert told == [[200, 409]] * QUESTIONS
        assert len(set(questions.values())) == QUESTIONS
        wait_for(lambda: set(receiver.keys()) == set(questions), "all answers", seconds=120)
        results = {body["id"]: body["result"] for body in receiver.bodies()}
        listed = service.operator(
            "GET", "/inbox/acme?status=open,answered,closed&order=oldest", None
        )
        items = {item["id"]: item for item in listed["items"]}
        assert set(items) == set(questions.values())
        assert listed["next_cursor"] is None
        for job_id, ticket in questions.items():
            said = f"{EXPERTS[0]} says {ticket}"
            assert (items[ticket]["status"], items[ticket]["answer"]) == ("answered", said)
            assert results[job_id]["response"] == said
        all_said = {(body["id"], body["result"]["response"]) for body in receiver.bodies()}
        assert len(all_said) == QUESTIONS
