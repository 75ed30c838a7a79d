"""A run of a question set whose worker is killed, with the real server."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from tests.fakes.openai import FakeOpenAI, faults
from tests.fakes.running_service import RunningService
from tests.waiting import wait_for

CASES = 80
AT_ONCE = 8
UPSTREAM_SECONDS = 0.3
PATH = "/question-sets/acme/crops"


def questions_asked(openai: FakeOpenAI) -> Counter[str]:
    bodies = (one.body for one in openai.requests if one.path.endswith("/chat/completions"))
    return Counter(str(body["messages"][-1]["content"]) for body in bodies)


def test_a_run_goes_on_after_its_worker_and_its_store_were_killed(tmp_path: Path) -> None:
    """No answered case is asked again; those in flight at a kill are."""
    with FakeOpenAI() as openai, RunningService(tmp_path) as service:
        openai.say_by(lambda body: "After the rain.")
        openai.fail(faults.slow(UPSTREAM_SECONDS), times=None)
        service.webhook_token("acme", openai.key, openai.base_url, "a phrase of twelve words")
        cases = [
            {"id": f"q{number}", "question": f"{number}?", "checks": [{"contains": "rain"}]}
            for number in range(CASES)
        ]
        target = {"function": "parse_via_chat_gpt"}
        service.operator("PUT", PATH, {"target": target, "cases": cases})
        run_id = service.operator("POST", f"{PATH}/runs", {})["run_id"]

        def shown() -> dict[str, Any]:
            found: dict[str, Any] = service.operator("GET", f"{PATH}/runs/{run_id}", None)
            return found

        wait_for(lambda: shown()["done"] >= 10, "answers")
        for worker in service.workers():
            worker.kill()
        answered = {case["id"].removeprefix("q") + "?" for case in shown()["cases"]}
        asked_before = questions_asked(openai)
        wait_for(lambda: shown()["done"] >= 40, "the run to go on", seconds=90)
        for server in service.redis():
            server.kill()
        wait_for(lambda: shown()["status"] == "done", "the run's end", seconds=120)
        run, asked = shown(), questions_asked(openai)
    assert (run["done"], run["pass_rate"]) == (CASES, 1.0)
    assert len(asked) == CASES
    assert {question for question in answered if asked[question] != asked_before[question]} == set()
    assert max(asked.values()) <= 2
    assert asked.total() <= CASES + 2 * AT_ONCE
