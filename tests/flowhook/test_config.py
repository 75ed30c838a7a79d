"""Every variable of the environment: its default, good values, and the line for a bad one."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from flowhook.config import SERVICE_DEFAULT_MODEL, Config, ConfigError, find_encryption_keys
from flowhook.redis.machine import machine_bytes
from tests.fixtures_app import ADMIN_TOKEN, FIRST_KEY, SECOND_KEY

ROOT = Path(__file__).parents[2]
REMOTE = {
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "ADMIN_TOKEN": ADMIN_TOKEN,
    "ENCRYPTION_KEYS": FIRST_KEY,
}


def read(**changes: str) -> Config:
    return Config.from_env({**REMOTE, **changes})


def test_defaults() -> None:
    config = read()
    assert config.host == "0.0.0.0"
    assert config.port == 8000
    assert config.openai_base_url == "https://api.openai.com/v1"
    assert config.default_model == SERVICE_DEFAULT_MODEL
    assert config.public_url is None
    assert config.allow_private_urls == ()
    assert config.web_concurrency == os.cpu_count()
    assert config.log_level == "INFO"
    assert config.embedded_max_memory == machine_bytes() // 4
    assert config.data_dir == Path("data").absolute()


GOOD: list[tuple[str, str, str, Any]] = [
    ("PORT", "8080", "port", 8080),
    ("PORT", " 8080 ", "port", 8080),
    ("PORT", "", "port", 8000),
    ("HOST", "127.0.0.1", "host", "127.0.0.1"),
    ("HOST", "::1", "host", "::1"),
    ("HOST", "[::]", "host", "::"),
    ("HOST", "localhost", "host", "localhost"),
    ("REDIS_URL", "redis://h:1/2", "redis_url", "redis://h:1/2"),
    ("REDIS_URL", "rediss://h:1", "redis_url", "rediss://h:1"),
    ("REDIS_URL", "unix:///run/redis.sock", "redis_url", "unix:///run/redis.sock"),
    ("REDIS_URL", "redis+cluster://h:1", "redis_url", "redis+cluster://h:1"),
    ("REDIS_URL", "redis+sentinel://h:1,i:2/s", "redis_url", "redis+sentinel://h:1,i:2/s"),
    ("DATA_DIR", "/var/lib/flowhook", "data_dir", Path("/var/lib/flowhook")),
    ("ADMIN_TOKEN", "x" * 8, "admin_token", "x" * 8),
    ("ENCRYPTION_KEYS", f"{FIRST_KEY}, {SECOND_KEY}", "encryption_keys", (FIRST_KEY, SECOND_KEY)),
    ("OPENAI_BASE_URL", "http://h:1/v1/", "openai_base_url", "http://h:1/v1"),
    ("DEFAULT_MODEL", "gpt-6-sol", "default_model", "gpt-6-sol"),
    ("PUBLIC_URL", "https://hooks.example.org/", "public_url", "https://hooks.example.org"),
    (
        "ALLOW_PRIVATE_URLS",
        "10.0.0.0/8, media.local,fd00::/8",
        "allow_private_urls",
        ("10.0.0.0/8", "media.local", "fd00::/8"),
    ),
    ("WEB_CONCURRENCY", "3", "web_concurrency", 3),
    ("LOG_LEVEL", "debug", "log_level", "DEBUG"),
    ("MAX_IN_FLIGHT", "10", "max_in_flight", 10),
    ("TRUSTED_PROXIES", "1", "trusted_proxies", 1),
    ("EMBEDDED_MAX_MEMORY", "512mb", "embedded_max_memory", 512 * 1024**2),
    ("EMBEDDED_MAX_MEMORY", "2 GB", "embedded_max_memory", 2 * 1024**3),
    ("EMBEDDED_MAX_MEMORY", "20000k", "embedded_max_memory", 20_000 * 1024),
    ("EMBEDDED_MAX_MEMORY", "100000000", "embedded_max_memory", 100_000_000),
    ("EMBEDDED_MAX_MEMORY", "100000000b", "embedded_max_memory", 100_000_000),
    ("LOG_ENTRIES", "5", "log_entries", 5),
    ("LOG_DAYS", "7", "log_days", 7),
    ("MEDIA_DAYS", "7", "media_days", 7),
    ("LOG_MEGABYTES", "5", "log_megabytes", 5),
    ("CLIENT_SECONDS", "5", "client_seconds", 5),
    ("BROKER_URL", "amqp://h:5672", "broker_url", "amqp://h:5672"),
    ("BROKER_URL", "redis://h:1/2", "broker_url", "redis://h:1/2"),
    ("WORKER_THREADS", "8", "worker_threads", 8),
    ("JOB_PATIENCE_SECONDS", "0", "job_patience_seconds", 0),
    ("JOBS_MEGABYTES", "8", "jobs_megabytes", 8),
    ("WHATSAPP_BASE_URL", "https://h/graph/", "whatsapp_base_url", "https://h/graph"),
    ("SARVAM_BASE_URL", "https://h/s/", "sarvam_base_url", "https://h/s"),
]


@pytest.mark.parametrize(("name", "text", "field", "value"), GOOD)
def test_good_values(name: str, text: str, field: str, value: Any) -> None:
    assert getattr(read(**{name: text}), field) == value


BAD = [
    ("PORT", "http"),
    ("PORT", "70000"),
    ("PORT", "-1"),
    ("PORT", "0"),
    ("PORT", "８０"),
    ("HOST", "no host"),
    ("HOST", "http://h"),
    ("HOST", "999.1.1.1"),
    ("REDIS_URL", "http://h"),
    ("REDIS_URL", "redis://:secret-in-url@"),
    ("REDIS_URL", "redis+sentinel://h:1"),
    ("ADMIN_TOKEN", "short"),
    ("ADMIN_TOKEN", "with spaces in it"),
    ("ADMIN_TOKEN", "fh.acme.0123456789ab.0123456789012345678901"),
    ("ENCRYPTION_KEYS", "not-a-fernet-key"),
    ("ENCRYPTION_KEYS", f"{FIRST_KEY},not-a-fernet-key"),
    ("ENCRYPTION_KEYS", ","),
    ("OPENAI_BASE_URL", "api.openai.com"),
    ("OPENAI_BASE_URL", "https://user:secret-in-url@h/v1"),
    ("OPENAI_BASE_URL", "https://h/v1?key=secret-in-url"),
    ("DEFAULT_MODEL", "gpt 6"),
    ("PUBLIC_URL", "ftp://h"),
    ("PUBLIC_URL", "https://h:0"),
    ("ALLOW_PRIVATE_URLS", "10.0.0.0/99"),
    ("ALLOW_PRIVATE_URLS", "http://h"),
    ("WEB_CONCURRENCY", "0"),
    ("WEB_CONCURRENCY", "two"),
    ("LOG_LEVEL", "LOUD"),
    ("MAX_IN_FLIGHT", "0"),
    ("TRUSTED_PROXIES", "-1"),
    ("EMBEDDED_MAX_MEMORY", "0"),
    ("EMBEDDED_MAX_MEMORY", "15mb"),
    ("EMBEDDED_MAX_MEMORY", "half"),
    ("EMBEDDED_MAX_MEMORY", "1.5gb"),
    ("LOG_ENTRIES", "0"),
    ("LOG_DAYS", "0"),
    ("MEDIA_DAYS", "31"),
    ("LOG_MEGABYTES", "0"),
    ("CLIENT_SECONDS", "0"),
    ("BROKER_URL", "kafka://h"),
    ("BROKER_URL", "amqp://"),
    ("BROKER_URL", "amqp:///secret-in-url"),
    ("WORKER_THREADS", "0"),
    ("JOB_PATIENCE_SECONDS", "-1"),
    ("JOBS_MEGABYTES", "0"),
    ("WHATSAPP_BASE_URL", "graph.facebook.com"),
    ("SARVAM_BASE_URL", "api.sarvam.ai"),
]


@pytest.mark.parametrize(("name", "text"), BAD)
def test_a_bad_value_is_one_line_that_names_the_variable_and_the_fix(name: str, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(**{name: text})
    line = str(caught.value)
    assert line.startswith(f"{name} ")
    assert "\n" not in line
    assert any(word in line for word in ("must", "give", "needs", "example", "use", "write")), line
    if name in ("ADMIN_TOKEN", "ENCRYPTION_KEYS") or "secret" in text:
        assert text not in line
        assert "secret-in-url" not in line


@pytest.mark.parametrize("name", ["ADMIN_TOKEN", "ENCRYPTION_KEYS"])
def test_secrets_are_required_with_redis_url(name: str) -> None:
    environment = {key: value for key, value in REMOTE.items() if key != name}
    with pytest.raises(ConfigError, match=f"^{name} is required with REDIS_URL: set it"):
        Config.from_env(environment)


def test_with_redis_url_no_directory_is_made(tmp_path: Path) -> None:
    read(DATA_DIR=str(tmp_path / "data"))
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_variable_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with pytest.raises(ConfigError, match=r"\APORT must be a whole number"):
        Config.from_env({"DATA_DIR": str(folder), "PORT": "eighty"})
    assert not folder.exists()


def test_secrets_are_made_once_and_kept_private(tmp_path: Path) -> None:
    environment = {"DATA_DIR": str(tmp_path / "data")}
    first, second = Config.from_env(environment), Config.from_env(environment)
    assert first.admin_token == second.admin_token
    assert first.encryption_keys == second.encryption_keys
    Fernet(first.encryption_keys[0])
    assert len(first.admin_token) >= 32
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    for name in ("admin_token", "encryption_keys"):
        assert stat.S_IMODE((tmp_path / "data" / name).stat().st_mode) == 0o600


def test_two_installations_share_no_secret(tmp_path: Path) -> None:
    made = [Config.from_env({"DATA_DIR": str(tmp_path / name)}) for name in ("a", "b")]
    assert made[0].admin_token != made[1].admin_token
    assert made[0].encryption_keys != made[1].encryption_keys


def test_the_environment_goes_before_the_kept_secrets(tmp_path: Path) -> None:
    Config.from_env({"DATA_DIR": str(tmp_path)})
    named = Config.from_env({"DATA_DIR": str(tmp_path), "ADMIN_TOKEN": ADMIN_TOKEN})
    assert named.admin_token == ADMIN_TOKEN


def test_keys_are_found_where_they_are_and_none_are_made(tmp_path: Path) -> None:
    folder = {"DATA_DIR": str(tmp_path / "data")}
    with pytest.raises(ConfigError, match=r"^ENCRYPTION_KEYS is not set and .* set it, or copy"):
        find_encryption_keys(folder)
    assert not (tmp_path / "data").exists()
    kept = Config.from_env(folder).encryption_keys
    assert find_encryption_keys(folder) == kept
    assert find_encryption_keys({**folder, "ENCRYPTION_KEYS": FIRST_KEY}) == (FIRST_KEY,)
    with pytest.raises(ConfigError, match=r"^ENCRYPTION_KEYS is required with REDIS_URL"):
        find_encryption_keys({**folder, "REDIS_URL": "redis://localhost"})


def test_a_damaged_secret_file_is_explained_without_its_content(tmp_path: Path) -> None:
    (tmp_path / "encryption_keys").write_text("damaged-content\n")
    with pytest.raises(ConfigError) as caught:
        Config.from_env({"DATA_DIR": str(tmp_path)})
    assert "ENCRYPTION_KEYS in the file encryption_keys of DATA_DIR" in str(caught.value)
    assert "damaged-content" not in str(caught.value)


def test_an_impossible_data_dir_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"^DATA_DIR cannot be made .*: name a directory"):
        Config.from_env({"DATA_DIR": str(tmp_path / "file" / "data")})


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    program = (
        "import sys; from flowhook.config import Config; sys.stdin.readline();"
        " config = Config.from_env(); print(config.admin_token, *config.encryption_keys)"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={"DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    told = {process.communicate(timeout=60)[0] for process in started}
    assert len(told) == 1
    assert len(next(iter(told)).split()) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["admin_token", "encryption_keys"]


def test_no_secret_shows_in_a_printed_config() -> None:
    shown = repr(read(REDIS_URL="redis://:redis-password@h:1"))
    for secret in (ADMIN_TOKEN, FIRST_KEY, "redis-password"):
        assert secret not in shown


PORT_FAULT = "PORT must be a whole number from 1 to 65535"
PRICES_FAULT = "PRICES_FILE cannot be used "


@pytest.mark.parametrize(
    ("command", "variable", "value", "line"),
    [
        (["gunicorn", "--config", "gunicorn.conf.py"], "PORT", "eighty", PORT_FAULT),
        (["flowhook", "run"], "PRICES_FILE", "README.md", PRICES_FAULT),
        (["flowhook", "worker"], "PORT", "eighty", PORT_FAULT),
        (["flowhook", "worker"], "PRICES_FILE", "README.md", PRICES_FAULT),
    ],
)
def test_no_process_starts_on_a_bad_value_and_each_says_one_line(
    tmp_path: Path, command: list[str], variable: str, value: str, line: str
) -> None:
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), variable: value}
    ended = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode != 0
    (said,) = ended.stderr.splitlines()
    assert said.startswith(line)
