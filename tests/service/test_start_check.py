"""What stops a start: a Redis that cannot be used, and keys that open nothing in the store."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flowhook.config import ConfigError
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.key_check import KEY_CHECK, check_keys
from flowhook.organisations.store import SettingsStore
from flowhook.redis.connect import Client
from flowhook.redis.keys import FORMAT, STORE_FORMAT
from service.rotate_keys import rotate
from tests.fakes.valkey import Valkey
from tests.fixtures_app import ADMIN_TOKEN, FIRST_KEY, SECOND_KEY, make_config
from tests.free_ports import free_port

ROOT = Path(__file__).parents[2]

RUN = pytest.mark.parametrize("command", [("run", "--no-worker"), ("worker",)])


def start(*command: str, **environment: str) -> str:
    """The only line that a start says before it ends with status 1."""
    ended = subprocess.run(
        [sys.executable, "-m", "flowhook", *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PORT": str(free_port()), **environment},
        check=False,
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert ended.returncode == 1
    (line,) = [line for line in ended.stderr.splitlines() if not line.startswith("{")]
    return line


@RUN
def test_a_redis_that_cannot_be_reached(command: tuple[str, ...]) -> None:
    nobody = f"redis://127.0.0.1:{free_port()}"
    environment = {"ADMIN_TOKEN": ADMIN_TOKEN, "ENCRYPTION_KEYS": FIRST_KEY}
    line = start(*command, REDIS_URL=nobody, **environment)
    assert line.startswith("REDIS_URL cannot be used (ConnectionError): start Redis there")


def test_a_wrong_password(tmp_path: Path) -> None:
    environment = {"ADMIN_TOKEN": ADMIN_TOKEN, "ENCRYPTION_KEYS": FIRST_KEY}
    with Valkey(tmp_path, "--requirepass", "right") as valkey:
        line = start("worker", REDIS_URL=f"redis://:wrong@{valkey.address}", **environment)
    assert line == "REDIS_URL is refused by Redis: correct its user and password"


@RUN
def test_keys_that_open_nothing(
    embedded_data_dir: Path, real_redis: Client, command: tuple[str, ...]
) -> None:
    SettingsStore(real_redis, Cipher([FIRST_KEY])).sections.put(
        "acme", "openai", {"api_key": "sk-a"}, "me"
    )
    line = start(*command, DATA_DIR=str(embedded_data_dir), ENCRYPTION_KEYS=SECOND_KEY)
    assert line.startswith("ENCRYPTION_KEYS open nothing in this store: set the keys")
    assert real_redis.get(KEY_CHECK) is None


def test_the_keys_of_a_store_are_known_from_its_first_start(any_redis: Client) -> None:
    first, second = Cipher([FIRST_KEY]), Cipher([SECOND_KEY])
    check_keys(any_redis, first)
    check_keys(any_redis, first)
    check_keys(any_redis, Cipher([SECOND_KEY, FIRST_KEY]))
    with pytest.raises(ConfigError, match="ENCRYPTION_KEYS open nothing"):
        check_keys(any_redis, second)


def test_a_rotation_hands_the_store_on_to_the_first_key(any_redis: Client) -> None:
    check_keys(any_redis, Cipher([FIRST_KEY]))
    rotate(any_redis, make_config(encryption_keys=(SECOND_KEY, FIRST_KEY)))
    check_keys(any_redis, Cipher([SECOND_KEY]))
    with pytest.raises(ConfigError):
        check_keys(any_redis, Cipher([FIRST_KEY]))


def test_keys_that_are_lost_may_be_given_up(any_redis: Client) -> None:
    SettingsStore(any_redis, Cipher([FIRST_KEY])).sections.put(
        "acme", "openai", {"api_key": "sk-a"}, "me"
    )
    check_keys(any_redis, Cipher([FIRST_KEY]))
    config = make_config(encryption_keys=(SECOND_KEY,))
    assert rotate(any_redis, config)["unreadable"] == 1
    with pytest.raises(ConfigError):
        check_keys(any_redis, Cipher([SECOND_KEY]))
    rotate(any_redis, config, accepts_loss=True)
    check_keys(any_redis, Cipher([SECOND_KEY]))


def test_one_secret_that_opens_is_enough_in_an_old_store(any_redis: Client) -> None:
    for org, key in (("acme", FIRST_KEY), ("bhoomi", SECOND_KEY)):
        SettingsStore(any_redis, Cipher([key])).sections.put(
            org, "openai", {"api_key": "sk-a"}, "me"
        )
    check_keys(any_redis, Cipher([SECOND_KEY]))


@RUN
def test_the_store_of_a_newer_release(
    embedded_data_dir: Path, real_redis: Client, command: tuple[str, ...]
) -> None:
    real_redis.set(FORMAT, STORE_FORMAT + 1)
    line = start(*command, DATA_DIR=str(embedded_data_dir), ENCRYPTION_KEYS=FIRST_KEY)
    assert line.startswith("DATA_DIR holds the store of a newer release (format 3, and this")
