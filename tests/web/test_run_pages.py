"""The pages of runs: watched, labelled, compared; a worker runs in this process."""

from __future__ import annotations

import pytest

from tests.answers.api.test_run_routes import Farm, case, farm
from tests.waiting import wait_for
from tests.web.visitor import Visitor, signed_in

SET = "/organisations/acme/question-sets/crops"

__all__ = ["farm"]


@pytest.fixture
def author(farm: Farm) -> Visitor:
    return signed_in(farm.service, farm.author)


def test_a_run_is_started_and_shows_what_failed_first(farm: Farm, author: Visitor) -> None:
    farm.put([case(1), case(2, "snow", must=True), case(3)])
    author.get(SET)
    started = author.post(f"{SET}/runs", {"repeats": "1", "max_tokens_spent": "1000000"})
    assert started.status == 303, started.text
    path = started.headers["Location"]
    run_id = path.rpartition("/")[2]
    wait_for(lambda: farm.show(run_id)["status"] == "done", "the run")
    page = author.get(path)
    articles = page.html.split("<article")[1:]
    assert [one.partition('id="case-')[2][:2] for one in articles] == ["q2", "q1", "q3"]
    assert "✗ failed" in articles[0] and "must pass" in articles[0]
    assert "the answer lacks “snow”" in page.text
    assert "After the rain: Question 2?" in articles[0]
    assert "67 %" in page.text
    assert 'id="state" data-renew' not in page.html
    only = author.get(f"{path}?show=failed")
    assert only.html.count("<article") == 1
    assert "✗ some failed" in author.get(SET).text
    assert "2 of 3 (67 %)" in author.get("/organisations/acme/question-sets").text


def test_a_stopped_run_says_why(farm: Farm, author: Visitor) -> None:
    farm.put([case(number) for number in range(3)])
    run_id = farm.run()["id"]
    author.get(f"{SET}/runs/{run_id}")
    assert author.post(f"{SET}/runs/{run_id}/stop").status == 303
    assert "all passed" in author.get(SET).text  # what is over stays as it is
    limited = farm.run(max_tokens_spent=1, model="gpt-6-sol")["id"]
    page = author.get(f"{SET}/runs/{limited}")
    assert "■ stopped" in page.text
    assert "max_tokens_spent" in page.text or "tokens" in page.text
    gone = author.post(f"{SET}/runs/{limited}/delete")
    assert gone.headers["Location"] == f"{SET}?done=deleted_run"
    assert author.get(f"{SET}/runs/{limited}").status == 404


def test_a_person_labels_answers_beside_the_judge(farm: Farm, author: Visitor) -> None:
    farm.put([case(number) for number in range(21)])
    run_id = farm.run()["id"]
    path = f"{SET}/runs/{run_id}"
    assert "Not calibrated: 0 of 20" in author.get(path).text
    for number in range(20):
        word = "failed" if number == 3 else "passed"
        done = author.post(f"{path}/labels?show=passed", {"case": f"q{number}", "label": word})
        assert done.headers["Location"] == f"{path}?show=passed#case-q{number}"
    page = author.get(path)
    assert "you say: failed" in page.text
    assert "Kappa 0.00 from 20 labels" in page.text
    assert author.post(f"{path}/labels", {"case": "nobody", "label": "passed"}).status == 400


def test_two_runs_stand_beside_each_other(farm: Farm, author: Visitor) -> None:
    farm.put([case(number) for number in range(8)])
    before = farm.run()["id"]
    farm.openai.say_by(lambda body: "Snow.")
    after = farm.run(model="gpt-6-sol")["id"]
    assert f'<option value="{before}" ' in author.get(f"{SET}/runs/{after}").html
    assert f'<option value="{after}"' not in author.get(f"{SET}/runs/{before}").html
    page = author.get(f"{SET}/runs/{after}/compare?with={before}")
    assert "The later run is worse." in page.text
    assert "Better: 0, worse: 8, the same: 0." in page.text
    assert "p = 0.008" in page.text
    first = page.html.partition("<article")[2].partition("</article>")[0]
    assert "After the rain: Question 0?" in first and "Snow." in first
    back = author.get(f"{SET}/runs/{before}/compare?with={after}")
    assert "The later run is better." in back.text
    assert author.get(f"{SET}/runs/{after}/compare?with=none").status == 404


def test_a_case_leads_to_its_call_and_back(farm: Farm, author: Visitor) -> None:
    farm.put([case(1)])
    shown = farm.run()
    farm.service.flush()
    path = f"{SET}/runs/{shown['id']}"
    way = author.get(f"{path}/calls/{shown['cases'][0]['request_id']}")
    assert way.status == 303
    entry = author.get(way.headers["Location"])
    assert "Question 1?" in entry.html
    assert f'href="{path}"' in entry.html
    lost = author.get(f"{path}/calls/none")
    assert lost.headers["Location"] == "/organisations/acme/logs?request_id=none"


def test_answers_from_before_are_marked(farm: Farm, author: Visitor) -> None:
    farm.put([case(1)])
    farm.run()
    assert "from before" in author.get(f"{SET}/runs/{farm.run()['id']}").text
