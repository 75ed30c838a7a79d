"""SIGKILL at random moments: no accepted job is lost, and each calls back with its answer;
meanwhile contacts talk over WhatsApp, and no conversation loses or repeats a turn."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import requests

from tests.fakes.graph import FakeGraph
from tests.fakes.openai import FakeOpenAI, faults
from tests.fakes.receiver import Receiver
from tests.fakes.running_service import RunningService
from tests.fixtures_app import PHRASE
from tests.flowhook.jobs.chaos_contacts import Contacts
from tests.waiting import wait_for

JOBS = int(os.environ.get("CHAOS_JOBS", "1000"))
CALLERS = 12
CONTACTS = int(os.environ.get("CHAOS_CONTACTS", "200"))
TALKERS = 16
KILLS = ("worker", "redis", "web", "worker", "redis", "web")
UPSTREAM_SECONDS = 0.4  # jobs are under way when the kills come
PACE_SECONDS = 0.12  # of one caller between two calls: the kills fall among the calls
SETTLE_SECONDS = 75.0


class Player:
    """Calls until each job is accepted, as a caller that retries what was not acknowledged."""

    def __init__(self, url: str, token: str, callback_url: str) -> None:
        self.url = url
        self.headers = {"Authorization": f"Bearer {token}"}
        self.callback_url = callback_url
        self.accepted: dict[str, str] = {}
        self.answered = 0
        self.refused: Counter[str] = Counter()
        self._lock = threading.Lock()

    def play(self, number: int) -> None:
        question = f"What is number {number}?"
        body = {"question_text": question, "callback_url": self.callback_url}
        if number % 2:
            body["wait_seconds"] = "0.05"
        headers = {**self.headers, "Idempotency-Key": f"chaos-{number}"}
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                answer = requests.post(
                    f"{self.url}/webhooks/parse_via_chat_gpt",
                    json=body,
                    headers=headers,
                    timeout=20,
                )
            except requests.RequestException as error:
                self._refuse(type(error).__name__)
                continue
            if answer.status_code == 200:
                assert answer.json()["parsed_msg"] == f"You said: {question}"
                with self._lock:
                    self.answered += 1
                return
            if answer.status_code == 202:
                with self._lock:
                    self.accepted[answer.json()["job_id"]] = f"You said: {question}"
                return
            self._refuse(str(answer.status_code))
        raise AssertionError(f"number {number} was never accepted: {self.refused}")

    def _refuse(self, why: str) -> None:
        with self._lock:
            self.refused[why] += 1
        time.sleep(0.3)


def kill_at_random(service: RunningService, over: threading.Event, killed: Counter[str]) -> None:
    dice = random.Random(os.environ.get("CHAOS_SEED", str(time.time())))
    for what in KILLS:
        if over.wait(dice.uniform(0.8, 2.2)):
            return
        victims = {"worker": service.workers, "redis": service.redis, "web": service.web}[what]()
        for victim in victims:
            try:
                victim.kill()
                killed[what] += 1
            except psutil.NoSuchProcess:
                continue


@pytest.mark.chaos
def test_no_accepted_job_is_lost_and_every_conversation_is_whole(tmp_path: Path) -> None:
    killed: Counter[str] = Counter()
    over = threading.Event()
    with (
        FakeOpenAI() as openai,
        Receiver() as receiver,
        FakeGraph() as graph,
        RunningService(tmp_path, WHATSAPP_BASE_URL=graph.base_url) as service,
    ):
        openai.say_by(lambda body: f"You said: {body['messages'][-1]['content']}")
        openai.fail(faults.slow(UPSTREAM_SECONDS), times=None)
        token = service.webhook_token("acme", openai.key, openai.base_url, PHRASE)
        player = Player(service.url, token, receiver.url)
        contacts = Contacts(service, graph, CONTACTS)
        killer = threading.Thread(target=kill_at_random, args=(service, over, killed))

        def call(number: int) -> None:
            player.play(number)
            time.sleep(PACE_SECONDS)

        with ThreadPoolExecutor(CALLERS) as callers, ThreadPoolExecutor(TALKERS) as talkers:
            killer.start()
            calls = [callers.submit(call, number) for number in range(JOBS)]
            talks = [talkers.submit(contacts.talk, number) for number in range(CONTACTS)]
            for done in (*calls, *talks):
                done.result(120)
        over.set()
        killer.join()

        def missing() -> set[str]:
            return set(player.accepted) - set(receiver.keys())

        wait_for(lambda: not missing(), "every callback", seconds=SETTLE_SECONDS)
        wait_for(lambda: not contacts.unfinished(), "every goodbye", seconds=SETTLE_SECONDS)
        torn = contacts.torn()
        said = {body["id"]: body["result"].get("parsed_msg") for body in receiver.bodies()}
        keys = receiver.keys()
        asked = len(openai.requests)
    wrong = {
        job_id: said[job_id] for job_id, answer in player.accepted.items() if said[job_id] != answer
    }
    repeats = sum(count - 1 for count in keys.values())
    print(
        f"{len(player.accepted)} jobs accepted, {player.answered} answered at once,"
        f" {sum(killed.values())} kills {dict(killed)}, {repeats} callbacks repeated,"
        f" {asked} questions asked, refused {dict(player.refused)};"
        f" {CONTACTS} conversations, {contacts.repeats()} messages sent again,"
        f" redelivered {dict(contacts.redelivered)}"
    )
    assert not wrong
    assert not torn
    assert not contacts.broken()
    assert contacts.repeats() <= sum(killed.values()) * TALKERS
    assert len(player.accepted) + player.answered == JOBS
    for post, body in zip(receiver.requests, receiver.bodies(), strict=True):
        assert post.headers["Idempotency-Key"] == body["id"]
    assert repeats <= sum(killed.values()) * CALLERS
