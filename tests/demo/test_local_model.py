"""The local model is spoken to by the official client, so it stands in for OpenAI honestly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from demo.local_model import KEY_VARIABLE, LocalModel, threads
from tests.fixtures_model import LOCAL_MODEL_KEY
from tests.waiting import wait_for

QUESTION: list[ChatCompletionMessageParam] = [
    {"role": "user", "content": "What is the capital of France?"}
]


def client(model: LocalModel, key: str = LOCAL_MODEL_KEY) -> openai.OpenAI:
    return openai.OpenAI(api_key=key, base_url=model.base_url, max_retries=0, timeout=60)


def test_it_answers_a_chat(local_model: LocalModel) -> None:
    answer = client(local_model).chat.completions.create(
        model=local_model.model, messages=QUESTION, max_tokens=60, temperature=0
    )
    assert answer.choices[0].message.content
    assert answer.choices[0].finish_reason in {"stop", "length"}
    assert answer.usage
    assert answer.usage.completion_tokens > 0
    assert [m.id for m in client(local_model).models.list()] == [local_model.model]


@pytest.mark.parametrize(("cores", "expected"), [(None, 1), (1, 1), (2, 1), (4, 3), (64, 4)])
def test_it_leaves_one_core_to_others(
    monkeypatch: pytest.MonkeyPatch, cores: int | None, expected: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert threads() == expected


def test_a_wrong_key_is_401(local_model: LocalModel) -> None:
    with pytest.raises(openai.AuthenticationError) as caught:
        client(local_model, "sk-wrong").chat.completions.create(
            model=local_model.model, messages=QUESTION
        )
    assert caught.value.status_code == 401


def test_a_json_schema_is_honoured(local_model: LocalModel) -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"enum": ["Paris", "Rome"]}, "certain": {"type": "boolean"}},
        "required": ["city", "certain"],
        "additionalProperties": False,
    }
    answer = client(local_model).chat.completions.create(
        model=local_model.model,
        messages=QUESTION,
        max_tokens=60,
        response_format={"type": "json_schema", "json_schema": {"name": "city", "schema": schema}},
    )
    read = json.loads(answer.choices[0].message.content or "")
    assert set(read) == {"city", "certain"}
    assert read["city"] in {"Paris", "Rome"}
    assert isinstance(read["certain"], bool)


def test_it_listens_on_loopback_and_hides_its_key() -> None:
    key = "sk-only-in-the-environment"
    with LocalModel(key=key) as model:
        assert model.base_url.startswith("http://127.0.0.1:")
        assert model._process
        command = subprocess.run(
            ["ps", "-o", "args=", "-p", str(model._process.pid)],
            check=False,
            capture_output=True,
            text=True,
        ).stdout
        assert "demo.local_model" in command
        assert key not in command
        pid = model._process.pid
    assert not is_alive(pid)


def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import signal; from demo.local_model import LocalModel\n"
            "with LocalModel(key='sk-x') as model:\n"
            "    print(model._process.pid, flush=True); signal.pause()",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout
    child = int(parent.stdout.readline())
    assert is_alive(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_for(lambda: not is_alive(child), "the model's end")


def test_it_starts_as_a_command_with_a_key_file(tmp_path: Path) -> None:
    key_file = tmp_path / "key"
    key_file.write_text("sk-from-a-file\n")
    command = [sys.executable, "-m", "demo.local_model", "--key-file", str(key_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        announced = json.loads(process.stdout.readline())
        models = openai.OpenAI(api_key="sk-from-a-file", base_url=announced["base_url"]).models
        assert [m.id for m in models.list()] == [announced["model"]]
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == b""
        assert process.wait(10) == 0


def test_a_missing_key_is_explained() -> None:
    environment = {name: value for name, value in os.environ.items() if name != KEY_VARIABLE}
    ended = subprocess.run(
        [sys.executable, "-m", "demo.local_model"],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert KEY_VARIABLE in ended.stderr


def is_alive(pid: int) -> bool:
    """False for a zombie as well, which nobody may be there to collect."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], check=False, capture_output=True, text=True
    )
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")
