"""Every fault of the fake, seen through a plain requests session."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from openai import APIConnectionError, APIStatusError, InternalServerError, OpenAI, RateLimitError

from tests.fakes.openai import FakeOpenAI, faults
from tests.fakes.openai.faults import Fault

BODY = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture
def session(openai: FakeOpenAI) -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.headers["Authorization"] = f"Bearer {openai.key}"
        yield made


def ask(
    session: requests.Session, openai: FakeOpenAI, timeout: float | tuple[float, float] = 5
) -> requests.Response:
    return session.post(f"{openai.base_url}/chat/completions", json=BODY, timeout=timeout)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.002)


@pytest.mark.parametrize("fault", [faults.reset(), faults.disconnect()], ids=lambda f: f.name)
def test_no_answer_at_all(session: requests.Session, openai: FakeOpenAI, fault: Fault) -> None:
    openai.fail(fault)
    with pytest.raises(requests.ConnectionError) as caught:
        ask(session, openai)
    expected = "ConnectionResetError" if fault.name == "reset" else "RemoteDisconnected"
    assert expected in repr(caught.value)
    assert openai.last.fault == fault.name
    assert ask(session, openai).ok


@pytest.mark.parametrize(
    "fault", [faults.half_answer(), faults.half_chunked()], ids=lambda f: f.name
)
def test_half_an_answer(session: requests.Session, openai: FakeOpenAI, fault: Fault) -> None:
    openai.fail(fault)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        ask(session, openai)


@pytest.mark.parametrize(
    ("fault", "status", "start"),
    [
        (faults.html(), 200, "<!doctype html>"),
        (faults.html_502(), 502, "<!doctype html>"),
        (faults.not_json(), 200, '{"id"'),
        (faults.empty_body(), 200, ""),
        (faults.wrong_content_length(), 200, ""),
        (faults.json_array(), 200, "[1, 2, 3]"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_bodies_that_are_no_answer(
    session: requests.Session, openai: FakeOpenAI, fault: Fault, status: int, start: str
) -> None:
    openai.fail(fault)
    answer = ask(session, openai)
    assert answer.status_code == status
    assert answer.text.startswith(start)
    assert bool(answer.text) == bool(start)
    assert ask(session, openai).json()["choices"]


def test_answers_that_say_nothing(session: requests.Session, openai: FakeOpenAI) -> None:
    openai.fail(faults.empty_choices())
    openai.fail(faults.null_content())
    assert ask(session, openai).json()["choices"] == []
    assert ask(session, openai).json()["choices"][0]["message"]["content"] is None


def test_redirect(session: requests.Session, openai: FakeOpenAI) -> None:
    openai.fail(faults.redirect("http://169.254.169.254/latest"))
    answer = session.post(
        f"{openai.base_url}/chat/completions", json=BODY, timeout=5, allow_redirects=False
    )
    assert answer.status_code == 307
    assert answer.headers["Location"] == "http://169.254.169.254/latest"


def test_huge_body_can_be_left(session: requests.Session, openai: FakeOpenAI) -> None:
    openai.fail(faults.huge_body(50_000_000))
    with session.post(
        f"{openai.base_url}/chat/completions", json=BODY, timeout=5, stream=True
    ) as answer:
        assert answer.headers["Content-Length"] == "50000000"
        assert len(next(answer.iter_content(1000))) == 1000
    assert ask(session, openai).ok


@pytest.mark.parametrize("status", [401, 403, 404, 408, 409, 429, 500, 502, 503, 529])
def test_statuses(client: OpenAI, openai: FakeOpenAI, status: int) -> None:
    openai.fail(faults.status(status, headers={"retry-after-ms": "5", "x-should-retry": "true"}))
    with pytest.raises(APIStatusError) as caught:
        client.models.list()
    assert caught.value.status_code == status
    assert caught.value.response.headers["retry-after-ms"] == "5"
    assert isinstance(caught.value.body, dict)
    assert {"message", "type", "param", "code"} == set(caught.value.body)


def test_official_client_retries_through_faults(openai: FakeOpenAI) -> None:
    openai.fail(faults.status(503, headers={"retry-after-ms": "1"}))
    openai.fail(faults.status(429, headers={"retry-after-ms": "1"}))
    with OpenAI(api_key=openai.key, base_url=openai.base_url, max_retries=2) as client:
        assert client.models.list().data
    assert [asked.status for asked in openai.asked("/models")] == [503, 429, 200]


def test_insufficient_quota(client: OpenAI, openai: FakeOpenAI) -> None:
    openai.fail(faults.insufficient_quota("credit_balance_exhausted"))
    with pytest.raises(RateLimitError) as caught:
        client.models.list()
    assert caught.value.type == "insufficient_quota"
    assert caught.value.code == "credit_balance_exhausted"


def test_refused(openai: FakeOpenAI) -> None:
    url = FakeOpenAI.closed_base_url()
    client = OpenAI(api_key="k", base_url=url, max_retries=0)
    with client, pytest.raises(APIConnectionError):
        client.models.list()
    assert openai.requests == []


def test_times_and_path(session: requests.Session, openai: FakeOpenAI) -> None:
    openai.fail(faults.status(500), times=2, path="/chat/completions")
    assert session.get(f"{openai.base_url}/models", timeout=5).ok
    assert [ask(session, openai).status_code for _ in range(3)] == [500, 500, 200]
    openai.fail(faults.status(503), times=None)
    assert [ask(session, openai).status_code for _ in range(3)] == [503, 503, 503]
    openai.recover()
    assert ask(session, openai).ok
    assert openai.faults.left == 0


def test_slow_answers_late_but_rightly(session: requests.Session, openai: FakeOpenAI) -> None:
    openai.fail(faults.slow(0.15), times=2)
    with pytest.raises(requests.ReadTimeout):
        ask(session, openai, timeout=(5, 0.05))
    started = time.monotonic()
    assert ask(session, openai).json()["choices"]
    assert time.monotonic() - started >= 0.15


def test_drip_takes_its_time_over_a_right_answer(
    session: requests.Session, openai: FakeOpenAI
) -> None:
    openai.fail(faults.drip(0.0002))
    started = time.monotonic()
    answer = ask(session, openai)
    assert answer.json()["choices"]
    assert time.monotonic() - started >= 0.0002 * len(answer.content)


def test_hang_ends_with_the_fake() -> None:
    with FakeOpenAI() as fake, ThreadPoolExecutor(1) as pool, requests.Session() as session:
        fake.fail(faults.hang())
        asking = pool.submit(ask, session, fake, 30)
        wait_until(lambda: fake.in_flight == 1)
        fake.close()
        with pytest.raises(requests.ConnectionError):
            asking.result(timeout=5)


def test_held_lets_a_test_count_calls_in_flight(openai: FakeOpenAI) -> None:
    gate = threading.Event()
    openai.fail(faults.held(gate), times=None)
    headers = {"Authorization": f"Bearer {openai.key}"}

    def call(_: int) -> int:
        url = f"{openai.base_url}/chat/completions"
        return requests.post(url, json=BODY, headers=headers, timeout=10).status_code

    with ThreadPoolExecutor(20) as pool:
        calls = pool.map(call, range(20))
        wait_until(lambda: openai.in_flight == 20)
        gate.set()
        assert list(calls) == [200] * 20
    assert openai.peak_in_flight == 20
    assert openai.in_flight == 0


def test_stale_strikes_only_reused_connections(
    session: requests.Session, openai: FakeOpenAI
) -> None:
    openai.fail(faults.stale())
    assert ask(session, openai).ok
    with pytest.raises(requests.ConnectionError):
        ask(session, openai)
    assert [asked.reused for asked in openai.requests] == [False, True]
    assert ask(session, openai).ok


def test_close_after_answer(session: requests.Session, openai: FakeOpenAI) -> None:
    openai.fail(faults.close_after_answer())
    assert ask(session, openai).headers.get("Connection") is None
    wait_until(lambda: openai.open_connections == 0)
    assert ask(session, openai).ok
    assert not openai.last.reused


def test_connections_are_kept_and_can_be_closed_while_idle(
    session: requests.Session, openai: FakeOpenAI
) -> None:
    assert ask(session, openai).ok
    assert ask(session, openai).ok
    assert openai.last.reused
    assert openai.close_idle_connections() == 1
    assert ask(session, openai).ok
    assert not openai.last.reused


def test_many_at_once_each_get_their_own_answer(openai: FakeOpenAI) -> None:
    def call(number: int) -> str | None:
        with OpenAI(api_key=openai.key, base_url=openai.base_url, max_retries=0) as client:
            answer = client.chat.completions.create(
                model="gpt-4o", messages=[{"role": "user", "content": f"number {number}"}]
            )
        return answer.choices[0].message.content

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(call, range(16)))
    assert said == [f"You said: number {number}" for number in range(16)]


def test_server_errors_are_the_clients_own_class(client: OpenAI, openai: FakeOpenAI) -> None:
    openai.fail(faults.html_502())
    with pytest.raises(InternalServerError):
        client.models.list()
