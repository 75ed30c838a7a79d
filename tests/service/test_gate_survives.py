"""A check before going live whose workers are killed, with the real server."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from tests.fakes.openai import FakeOpenAI, faults
from tests.fakes.running_service import RunningService
from tests.waiting import wait_for

CASES = 60
UPSTREAM_SECONDS = 0.2
HELP = "/prompts/acme/help"
SET = "/question-sets/acme/crops"


def test_what_is_checked_goes_live_though_workers_are_killed(tmp_path: Path) -> None:
    with FakeOpenAI() as openai, RunningService(tmp_path) as service:
        openai.say_by(lambda body: "After the rain.")
        openai.fail(faults.slow(UPSTREAM_SECONDS), times=None)
        service.webhook_token("acme", openai.key, openai.base_url, "a phrase of twelve words")
        cases = [
            {"id": f"q{number}", "question": f"{number}?", "checks": [{"contains": "rain"}]}
            for number in range(CASES)
        ]
        target = {"function": "parse_via_chat_gpt", "body": {"saved_prompt": "help"}}
        for text in ("You help.", "You help farmers."):
            service.operator("POST", HELP, {"text": text})
        service.operator("POST", f"{HELP}/live", {"versions": {"1": 100}})
        service.operator("PUT", SET, {"target": target, "cases": cases})
        service.operator("PUT", f"{HELP}/gate", {"question_set": "crops"})
        checking = service.operator("POST", f"{HELP}/live", {"versions": {"2": 100}})
        assert checking["status"] == "checking"

        def shown(path: str) -> dict[str, Any]:
            found: dict[str, Any] = service.operator("GET", path, None)
            return found

        def has_done(path: str, done: int) -> bool:
            return bool(shown(path)["done"] >= done)

        for number, done in (("2", 10), ("1", CASES - 10)):
            run = f"{SET}/runs/{checking['runs'][number]}?limit=1"
            wait_for(partial(has_done, run, done), "answers", seconds=90)
            for worker in service.workers():
                worker.kill()
        wait_for(lambda: shown(HELP)["live"] == {"2": 100}, "the version to go live", seconds=150)
        check = shown(f"{HELP}/gate")["check"]
        assert (check["status"], check["cases"]) == ("passed", [])
