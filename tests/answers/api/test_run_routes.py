"""Runs of question sets over HTTP, with a worker in this process and a fake OpenAI."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from answers.question_sets.runs.runner import Runner
from flowhook.records.recent_outcomes import RecentOutcomes
from tests.fakes.openai import FakeOpenAI, faults
from tests.fixtures_app import Answer
from tests.fixtures_jobs import JobsService
from tests.waiting import wait_for

PATH = "/question-sets/acme/crops"
Json = dict[str, Any]


class Farm:
    """An organisation with a question set, and a worker."""

    def __init__(self, jobs: JobsService, openai: FakeOpenAI) -> None:
        self.jobs = jobs
        self.service = jobs.service
        self.openai = openai
        self.service.organisation(openai)
        self.author = self.service.token("acme", "author")

    def request(self, method: str, path: str, body: Any = None) -> Answer:
        return self.service.request(method, path, body, token=self.author)

    def put(self, cases: list[Json], **more: Any) -> None:
        target = {"function": "parse_via_chat_gpt", "body": {"prompt": "Help farmers."}}
        asked = {"target": target, "cases": cases, **more}
        assert self.request("PUT", PATH, asked).status in (200, 201)

    def start(self, **body: Any) -> str:
        started = self.request("POST", f"{PATH}/runs", body)
        assert started.status == 202, started.body
        return str(started.json["run_id"])

    def show(self, run_id: str, query: str = "") -> Json:
        shown = self.request("GET", f"{PATH}/runs/{run_id}{query}")
        assert shown.status == 200, shown.body
        return shown.json

    def run(self, **body: Any) -> Json:
        """A run that is over."""
        run_id = self.start(**body)
        wait_for(lambda: self.show(run_id)["status"] not in ("queued", "running"), "the run")
        return self.show(run_id)


def case(number: int, contains: str = "rain", **more: Any) -> Json:
    return {"id": f"q{number}", "question": f"Question {number}?",
            "checks": [{"contains": contains}], **more}  # fmt: skip


@pytest.fixture
def farm(jobs: JobsService, openai: FakeOpenAI) -> Farm:
    openai.say_by(lambda body: f"After the rain: {body['messages'][-1]['content']}")
    return Farm(jobs, openai)


def test_a_run_answers_exactly_what_is_promised(farm: Farm) -> None:
    farm.put([case(1), case(2, "snow"), case(3)])
    shown = farm.run()
    assert (shown["status"], shown["done"], shown["total"]) == ("done", 3, 3)
    assert shown["pass_rate"] == round(2 / 3, 4)
    low, high = shown["interval"]
    assert 0 < low < 2 / 3 < high < 1
    assert shown["tokens"] > 0 and shown["cost"] > 0
    one, two, _ = shown["cases"]
    assert one["id"] == "q1"
    assert one["answer"] == "After the rain: Question 1?"
    assert (one["passed"], two["passed"]) == (True, False)
    assert two["checks"] == [{"check": "contains", "passed": False, "why": two["checks"][0]["why"]}]
    assert one["milliseconds"] > 0 and one["tokens"] > 0
    assert (shown["agreement"], shown["next_cursor"]) == (
        {"kappa": None, "labels": 0, "calibrated": False, "of": "run"},
        None,
    )
    assert sum(one["tokens"] for one in shown["cases"]) == shown["tokens"]


def test_each_call_is_in_the_log_and_in_the_usage(farm: Farm) -> None:
    farm.put([case(1)])
    shown = farm.run()
    farm.service.flush()
    request_id = shown["cases"][0]["request_id"]
    [entry] = farm.request("GET", f"/logs/acme?request_id={request_id}").json["logs"]
    assert (entry["called_by"], entry["function"]) == ("question_set", "parse_via_chat_gpt")
    shown_entry = farm.request("GET", f"/logs/acme/{entry['id']}").json
    assert shown_entry["request"]["question_text"] == "Question 1?"
    of_runs = farm.request("GET", "/logs/acme?called_by=question_set").json["logs"]
    assert [one["id"] for one in of_runs] == [entry["id"]]
    assert farm.request("GET", "/logs/acme").json["logs"] == []  # contacts' calls alone
    usage = farm.service.admin("GET", "/usage/acme").json
    used = sum(row["input_tokens"] + row["output_tokens"] for row in usage["usage"])
    assert used == shown["tokens"]


def test_runs_are_listed_newest_first_and_compared(farm: Farm) -> None:
    farm.put([case(number) for number in range(8)])
    before = farm.run()
    farm.openai.say_by(lambda body: "Snow.")
    after = farm.run(model="gpt-6-sol")
    listed = farm.request("GET", f"{PATH}/runs").json
    assert [run["id"] for run in listed["runs"]] == [after["id"], before["id"]]
    assert (listed["next_cursor"], listed["runs"][0]["model"]) == (None, "gpt-6-sol")
    compared = farm.request("GET", f"{PATH}/runs/{before['id']}/compare/{after['id']}").json
    assert compared == {
        "better": [],
        "worse": [f"q{number}" for number in range(8)],
        "same": 0,
        "p_value": round(2 / 2**8, 6),
        "verdict": "worse",
        "left_out": [],
    }
    back = farm.request("GET", f"{PATH}/runs/{after['id']}/compare/{before['id']}").json
    assert (len(back["better"]), back["verdict"]) == (8, "better")


def test_cases_that_were_changed_between_are_not_compared(farm: Farm) -> None:
    farm.put([case(1), case(2), case(3)])
    before = farm.run()
    farm.put([case(1), case(2, "snow"), case(4)])
    after = farm.run()
    compared = farm.request("GET", f"{PATH}/runs/{before['id']}/compare/{after['id']}").json
    assert (compared["same"], compared["left_out"]) == (1, ["q2", "q3", "q4"])


def test_a_page_of_cases_and_failing_ones_alone(farm: Farm) -> None:
    farm.put([case(number, "snow" if number % 2 else "rain") for number in range(6)])
    run_id = farm.run()["id"]
    first = farm.show(run_id, "?limit=4")
    second = farm.show(run_id, f"?limit=4&after={first['next_cursor']}")
    ids = [one["id"] for one in (*first["cases"], *second["cases"])]
    assert (ids, second["next_cursor"]) == ([f"q{number}" for number in range(6)], None)
    failing = farm.show(run_id, "?failing=true&limit=2")
    assert [one["id"] for one in failing["cases"]] == ["q1", "q3"]
    more = farm.show(run_id, f"?failing=true&after={failing['next_cursor']}")
    assert [one["id"] for one in more["cases"]] == ["q5"]
    assert [one["id"] for one in farm.show(run_id, "?failing=false")["cases"]] == ["q0", "q2", "q4"]
    for query in ("?limit=0", "?limit=x", "?after=-1", "?failing=perhaps", "?page=1"):
        assert farm.request("GET", f"{PATH}/runs/{run_id}{query}").status == 400


def test_repeats_show_each_answer(farm: Farm) -> None:
    said = iter(["Rain.", "Snow.", "Rain."])
    farm.openai.say_by(lambda body: next(said))
    farm.put([case(1)])
    [one] = farm.run(repeats=3)["cases"]
    assert one["passed"] == "unsure"
    assert one["answer"] == "Snow."
    assert sorted(each["answer"] for each in one["repeats"]) == ["Rain.", "Rain.", "Snow."]


def test_a_version_of_a_prompt_is_asked(farm: Farm) -> None:
    for text in ("Say rain.", "Say snow."):
        assert farm.request("POST", "/prompts/acme/help", {"text": text}).status == 201
    farm.openai.say_by(lambda body: str(body["messages"][0]["content"]))
    target = {"function": "parse_via_chat_gpt", "body": {"saved_prompt": "help"}}
    farm.put([case(1)], target=target)
    assert farm.run(prompt_version=1)["pass_rate"] == 1.0
    assert farm.run(prompt_version=2)["pass_rate"] == 0.0
    assert farm.request("POST", f"{PATH}/runs", {"prompt_version": 3}).status == 404
    live = farm.run()  # none is live
    assert live["cases"][0]["status"] == "not_found"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"prompt_version": 1}, "prompt_version"),
        ({"revision": 1}, "revision"),
        ({"model": "forbidden-1"}, "model"),
        ({"repeats": 6}, "repeats"),
        ({"repeats": 0}, "repeats"),
        ({"max_tokens_spent": 0}, "max_tokens_spent"),
        ({"max_cost": -1}, "max_cost"),
        ({"prompt": 1}, "prompt"),
    ],
)
def test_what_cannot_be_run_is_refused_by_name(farm: Farm, body: Json, field: str) -> None:
    farm.put([case(1)])
    farm.service.admin("PATCH", "/settings/acme/openai", {"allowed_models": ["gpt-6*"]})
    refused = farm.request("POST", f"{PATH}/runs", body)
    assert refused.status == 400
    assert list(refused.error["fields"]) == [field]


def test_what_is_not_there_is_not_found(farm: Farm) -> None:
    farm.put([case(1)])
    run_id = farm.run()["id"]
    assert farm.request("POST", "/question-sets/acme/other/runs", {}).status == 404
    assert farm.request("GET", "/question-sets/acme/other/runs").status == 404
    none = "x" * 22
    elsewhere = f"/question-sets/acme/other/runs/{run_id}"
    for path in (elsewhere, f"{PATH}/runs/x", f"{PATH}/runs/{none}"):
        assert farm.request("GET", path).status == 404
        assert farm.request("DELETE", path).status == 404
    assert farm.request("GET", f"{PATH}/runs/{run_id}/compare/{none}").status == 404


def test_delete_stops_a_run_and_then_removes_it(farm: Farm) -> None:
    farm.openai.fail(faults.slow(0.2), times=None)
    farm.put([case(number) for number in range(100)])
    run_id = farm.start()
    wait_for(lambda: farm.show(run_id)["done"] > 0, "an answer")
    assert farm.request("DELETE", f"{PATH}/runs/{run_id}").status == 204
    asked = len(farm.openai.requests)
    stopped = farm.show(run_id)
    assert (stopped["status"], stopped["reason"]) == ("stopped", "it was stopped")
    wait_for(lambda: runner_of(farm).store.get("acme", run_id).is_told, "its end to be told")
    assert len(farm.openai.requests) <= asked + 16
    assert farm.request("DELETE", f"{PATH}/runs/{run_id}").status == 204
    assert farm.request("GET", f"{PATH}/runs/{run_id}").status == 404


def runner_of(farm: Farm) -> Runner:
    runner: Runner = farm.service.app.extensions[Runner.NAME]
    return runner


def test_a_run_stops_before_it_spends_more_than_it_may(farm: Farm) -> None:
    farm.put([case(number) for number in range(60)])
    shown = farm.run(max_tokens_spent=400)
    assert shown["status"] == "stopped"
    assert "400 tokens" in shown["reason"]
    assert 0 < shown["done"] < 60
    assert shown["tokens"] <= 400


def test_contacts_are_answered_while_a_run_is_on(farm: Farm) -> None:
    farm.openai.fail(faults.slow(0.1), times=None)
    farm.put([case(number) for number in range(40)])
    farm.service.operator("PUT", "/settings/acme/limits", {"concurrent_calls": 2})
    run_id = farm.start()
    wait_for(lambda: farm.show(run_id)["done"] > 0, "an answer")
    for number in range(10):
        body = {"question_text": f"A contact's question {number}?"}
        assert farm.service.call("parse_via_chat_gpt", body).status == 200
    assert farm.show(run_id)["status"] == "running"
    assert farm.request("DELETE", f"{PATH}/runs/{run_id}").status == 204


def test_contacts_keep_half_of_the_months_tokens(farm: Farm) -> None:
    farm.put([case(number) for number in range(60)])
    farm.service.operator("PUT", "/settings/acme/limits", {"monthly_tokens": 1000})
    shown = farm.run()
    assert (shown["status"], shown["max_tokens_spent"]) == ("stopped", 500)
    assert 0 < shown["tokens"] <= 500


def test_a_persons_labels_give_kappa(farm: Farm) -> None:
    farm.put([case(number, "snow" if number % 2 else "rain") for number in range(24)])
    run_id = farm.run()["id"]
    labels = {f"q{number}": "failed" if number % 2 else "passed" for number in range(24)}
    few = dict(list(labels.items())[:4])
    told = farm.request("POST", f"{PATH}/runs/{run_id}/labels", few).json["agreement"]
    assert told == {"kappa": 1.0, "labels": 4, "calibrated": False, "of": "run"}
    labels["q0"] = "failed"
    told = farm.request("POST", f"{PATH}/runs/{run_id}/labels", labels).json["agreement"]
    assert (told["labels"], told["calibrated"]) == (24, True)
    assert told["kappa"] == round(1 - (1 / 24) / 0.5, 4)
    shown = farm.show(run_id)
    assert shown["agreement"] == told
    assert [one["label"] for one in shown["cases"][:3]] == ["failed", "failed", "passed"]
    later = farm.run()["agreement"]  # of the same judge
    assert (later["kappa"], later["of"]) == (told["kappa"], "question_set")
    farm.put([case(1)], judge={"minimum": 2})
    assert farm.run()["agreement"]["labels"] == 0
    for wrong in ({"q1": "perhaps"}, {"nobody": "passed"}, {}, {"q1": 1}):
        assert farm.request("POST", f"{PATH}/runs/{run_id}/labels", wrong).status == 400


def scored(points: int) -> Callable[[Json], str]:
    """A model that answers, and as a judge gives so many points."""

    def say(body: Json) -> str:
        if "response_format" not in body:
            return "After the rain."
        return json.dumps({"reference": {"reason": "It agrees.", "score": points}})

    return say


def test_a_judge_scores_answers_and_its_tokens_count(farm: Farm) -> None:
    checks = [{"contains": "rain"}, {"judge": 4}]
    asked = {"id": "q1", "question": "When?", "answer": "After the rain.", "checks": checks}
    target = {"function": "parse_via_chat_gpt", "body": {}}
    farm.openai.say_by(scored(5))
    farm.put([asked], target=target)
    good = farm.run()
    [one] = good["cases"]
    assert (one["passed"], one["checks"][1]["check"]) == (True, "judge")
    assert one["checks"][1]["agreement"] == "not calibrated"
    assert one["judgement"]["scores"][0]["points"] == 5
    farm.openai.say_by(scored(2))
    again = farm.run()
    assert again["cases"][0]["from_before"]
    assert (again["pass_rate"], again["tokens"] > 0) == (0.0, True)
    assert good["tokens"] > again["tokens"]  # the answer itself cost nothing more
    farm.openai.say_by(lambda body: "no form at all")
    unsure = farm.run()
    assert unsure["cases"][0]["passed"] == "unsure"
    assert unsure["pass_rate"] == 0.0


def test_a_judge_that_a_limit_keeps_away_is_asked_later(farm: Farm) -> None:
    checks = [{"judge": 4}]
    asked = {"id": "q1", "question": "When?", "answer": "After the rain.", "checks": checks}
    farm.openai.say_by(scored(5))
    farm.put([asked], target={"function": "parse_via_chat_gpt", "body": {}})
    farm.service.operator("PUT", "/settings/acme/limits", {"requests_per_minute": 1})
    run_id = farm.start()
    wait_for(lambda: farm.show(run_id).get("waits_for"), "the run to wait")
    waiting = farm.show(run_id)
    assert (waiting["waits_for"], waiting["done"]) == ("rate_limited", 0)
    assert waiting["tokens"] > 0  # the answer is paid for
    farm.service.operator("DELETE", "/settings/acme/limits")
    runner_of(farm).perform(f"acme.{run_id}")
    shown = farm.show(run_id)
    assert (shown["status"], shown["pass_rate"]) == ("done", 1.0)
    assert "from_before" not in shown["cases"][0]
    answers = [one for one in farm.openai.requests if "response_format" not in (one.body or {})]
    assert len(answers) == 1


def test_a_set_of_turns_is_a_conversation_that_is_forgotten(farm: Farm) -> None:
    farm.openai.say_by(lambda body: " / ".join(str(one["content"]) for one in body["messages"]))
    farm.put([{"id": "talk", "turns": ["I grow wheat.", "When do I sow?"]}])
    [one] = farm.run()["cases"]
    assert "I grow wheat." in one["answer"]
    assert one["answer"].endswith("When do I sow?")
    kept = list(farm.service.redis.scan_iter(match="fh:{acme}:thread:*"))
    assert kept == []


def test_a_failing_run_alerts_nobody(farm: Farm) -> None:
    farm.openai.fail(faults.status(400), times=None)
    farm.put([case(number) for number in range(3)])
    shown = farm.run()
    assert shown["pass_rate"] == 0.0
    farm.service.flush()
    assert RecentOutcomes(farm.service.redis).last_hour("acme").calls == 0


def test_a_viewer_reads_and_nobody_else_spends(farm: Farm) -> None:
    farm.put([case(1)])
    run_id = farm.run()["id"]
    viewer = farm.service.token("acme", "viewer")
    assert farm.service.request("GET", f"{PATH}/runs/{run_id}", token=viewer).status == 200
    assert farm.service.request("POST", f"{PATH}/runs", {}, token=viewer).status == 403


def test_a_run_of_a_deleted_organisation_ends(farm: Farm) -> None:
    farm.openai.fail(faults.slow(0.1), times=None)
    farm.put([case(number) for number in range(60)])
    run_id = farm.start()
    wait_for(lambda: farm.show(run_id)["done"] > 0, "an answer")
    farm.service.operator("DELETE", "/settings/acme")
    wait_for(lambda: not farm.service.redis.zcard("fh:runs"), "nobody to look after it")
    asked = len(farm.openai.requests)
    assert asked < 60
    left = set(farm.service.redis.scan_iter(match="fh:{acme}:*"))
    assert left <= {b"fh:{acme}:gone"}
