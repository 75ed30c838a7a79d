"""Jobs in the service as production runs it: gevent, its worker process, SIGTERM."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest
import requests

from tests.fakes.glific import FakeGlific
from tests.fakes.openai import FakeOpenAI, faults
from tests.fakes.receiver import Receiver
from tests.fakes.running_service import RunningService
from tests.fixtures_app import PHRASE
from tests.waiting import wait_for

NODE = {
    "question_text": "Why?",
    "organization_id": 1,
    "contact": {"id": "5"},
    "flow_id": "7",
    "result_name": "gpt",
}


def call(service: RunningService, token: str, body: dict[str, object]) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}", "Connection": "close"}
    url = f"{service.url}/webhooks/parse_via_chat_gpt"
    return requests.post(url, json=body, headers=headers, timeout=60)


@pytest.mark.chaos
def test_an_upstream_of_20_s_behind_a_wait_of_4_s(
    tmp_path: Path, openai: FakeOpenAI, glific: FakeGlific
) -> None:
    openai.fail(faults.slow(20.0))
    openai.say("Because.")
    flow = glific.park(7, 5)
    with RunningService(tmp_path) as service:
        token = service.webhook_token("acme", openai.key, openai.base_url, PHRASE)
        section = {"api_url": glific.api_url, "phone": glific.phone, "password": glific.password}
        service.operator("PUT", "/settings/acme/glific", section)
        began = time.monotonic()
        answer = call(service, token, {**NODE, "wait_seconds": 4})
        elapsed = time.monotonic() - began
        assert (answer.status_code, answer.json()["status"]) == (202, "pending")
        assert 4 <= elapsed < 18
        assert openai.in_flight == 1
        wait_for(lambda: flow.resumed, "the flow to go on", seconds=60)
    assert flow.results == {"gpt": {"success": True, "parsed_msg": "Because."}}
    assert (flow.resumed, len(openai.requests)) == (1, 1)


def test_sigterm_lets_jobs_finish_where_they_run(
    tmp_path: Path, openai: FakeOpenAI, receiver: Receiver
) -> None:
    gate = threading.Event()
    openai.fail(faults.held(gate), times=None)
    with RunningService(tmp_path) as service:
        token = service.webhook_token("acme", openai.key, openai.base_url, PHRASE)
        body = {"question_text": "Why?", "callback_url": receiver.url}
        accepted = [call(service, token, {**body, "wait_seconds": wait}) for wait in (0, 0.1)]
        wait_for(lambda: openai.in_flight == 2, "both calls")
        assert service.process
        os.kill(service.process.pid, signal.SIGTERM)
        wait_for(lambda: not _answers(service), "the service to take no new calls")
        gate.set()
    jobs = {answer.json()["job_id"] for answer in accepted}
    assert len(openai.requests) == 2
    assert set(receiver.keys()) == jobs
    assert set(receiver.keys().values()) == {1}


def _answers(service: RunningService) -> bool:
    try:
        requests.get(f"{service.url}/healthz", timeout=1)
    except requests.RequestException:  # refused, or never accepted
        return False
    return True
