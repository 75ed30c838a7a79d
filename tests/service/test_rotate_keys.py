"""`flowhook rotate-keys`, as the operator runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flowhook.organisations.cipher import Cipher
from flowhook.organisations.store import SettingsStore
from flowhook.redis.connect import Client
from service.rotate_keys import rotate
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import ADMIN_TOKEN, FIRST_KEY, SECOND_KEY, OpenService, make_config

THIRD_KEY = "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY="
DONE = {"organizations": 1, "rotated": 1, "unreadable": 0}

ROOT = Path(__file__).parents[2]


def run(keys: str, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "ENCRYPTION_KEYS": keys, **changes}
    return subprocess.run(
        [sys.executable, "-m", "flowhook", *arguments],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def store(embedded_data_dir: Path, real_redis: Client) -> SettingsStore:
    return SettingsStore(real_redis, Cipher([FIRST_KEY]))


def test_all_organisations_are_sealed_anew(store: SettingsStore, embedded_data_dir: Path) -> None:
    for number in range(3):
        store.sections.put(f"org-{number}", "openai", {"api_key": f"sk-key-{number}"}, "me")
        store.sections.put(f"org-{number}", "limits", {"monthly_tokens": 5}, "me")
    ended = run(f"{SECOND_KEY},{FIRST_KEY}", "rotate-keys", DATA_DIR=str(embedded_data_dir))
    assert ended.stderr.startswith("The older keys may be removed once every process")
    assert ended.returncode == 0
    assert json.loads(ended.stdout) == {"organizations": 3, "rotated": 3, "unreadable": 0}
    alone = SettingsStore(store.redis, Cipher([SECOND_KEY]))
    for number in range(3):
        assert alone.load(f"org-{number}").section("openai")["api_key"] == f"sk-key-{number}"


def test_what_no_key_opens_is_told(store: SettingsStore, embedded_data_dir: Path) -> None:
    store.sections.put("acme", "openai", {"api_key": "sk-lost"}, "me")
    ended = run(SECOND_KEY, "rotate-keys", DATA_DIR=str(embedded_data_dir))
    assert ended.returncode == 1
    assert json.loads(ended.stdout)["unreadable"] == 1


def test_redis_away_and_bad_configuration_are_one_line() -> None:
    away = run(FIRST_KEY, "rotate-keys", REDIS_URL="redis://127.0.0.1:1", ADMIN_TOKEN=ADMIN_TOKEN)
    assert (away.returncode, len(away.stderr.splitlines())) == (1, 1)
    assert "Redis cannot be reached" in away.stderr
    bad = run("nonsense", "rotate-keys", REDIS_URL="redis://127.0.0.1:1", ADMIN_TOKEN=ADMIN_TOKEN)
    assert (bad.returncode, len(bad.stderr.splitlines())) == (1, 1)
    assert bad.stderr.startswith("ENCRYPTION_KEYS ")


def test_the_service_goes_on_through_a_rotation(
    real_redis: Client, open_service: OpenService, openai: FakeOpenAI
) -> None:
    before = open_service(real_redis, encryption_keys=(FIRST_KEY,))
    tenant = before.organisation(openai)
    during = open_service(real_redis, encryption_keys=(SECOND_KEY, FIRST_KEY))
    ask = {"question_text": "Why?", "thread_id": ""}
    said = before.call("parse_via_chat_gpt", ask)
    assert said.status == 200
    before.flush()
    assert during.call("parse_via_chat_gpt", ask, token=tenant.webhook_token).status == 200
    assert rotate(real_redis, during.config) == DONE
    after = open_service(real_redis, encryption_keys=(SECOND_KEY,))
    after.tenant = tenant
    remembered = {"question_text": "And then?", "thread_id": said.json["thread_id"]}
    assert after.call("parse_via_chat_gpt", remembered).status == 200
    first, *_ = openai.last.body["messages"]
    assert first["content"] == "Why?"
    oldest = after.operator("GET", "/logs/acme").json["logs"][-1]
    in_full = after.operator("GET", f"/logs/acme/{oldest['id']}")
    assert in_full.json["request"] == ask


def test_a_rotation_may_be_repeated_and_followed_by_others(
    real_redis: Client, open_service: OpenService, openai: FakeOpenAI
) -> None:
    before = open_service(real_redis, encryption_keys=(FIRST_KEY,))
    tenant = before.organisation(openai)
    assert before.call("get_buttons", {"buttons_data": "Yes|No"}).status == 200
    before.flush()
    for keys in ((SECOND_KEY, FIRST_KEY), (THIRD_KEY, SECOND_KEY), (FIRST_KEY, THIRD_KEY)):
        assert rotate(real_redis, make_config(encryption_keys=keys)) == DONE
        assert rotate(real_redis, make_config(encryption_keys=keys)) == {**DONE, "rotated": 0}
    assert rotate(real_redis, make_config(encryption_keys=(THIRD_KEY, FIRST_KEY))) == DONE
    after = open_service(real_redis, encryption_keys=(THIRD_KEY,))
    after.tenant = tenant
    assert after.call("parse_via_chat_gpt", {"question_text": "Why?"}).status == 200
    oldest = after.operator("GET", "/logs/acme").json["logs"][-1]
    in_full = after.operator("GET", f"/logs/acme/{oldest['id']}")
    assert in_full.json["request"] == {"buttons_data": "Yes|No"}


def test_a_key_that_went_without_a_rotation_is_told_and_opens_nothing(
    real_redis: Client, open_service: OpenService, openai: FakeOpenAI
) -> None:
    before = open_service(real_redis, encryption_keys=(FIRST_KEY,))
    before.organisation(openai)
    assert before.call("get_buttons", {"buttons_data": "Yes|No"}).status == 200
    before.flush()
    after = open_service(real_redis, encryption_keys=(SECOND_KEY,))
    assert rotate(real_redis, after.config)["unreadable"] == 1
    (entry,) = after.operator("GET", "/logs/acme").json["logs"]
    assert after.operator("GET", f"/logs/acme/{entry['id']}").json["request"] is None
