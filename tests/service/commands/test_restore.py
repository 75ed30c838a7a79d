"""`flowhook backup` and `flowhook restore`, from one kind of Redis into another."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from flowhook.jobs.liveness import Liveness
from flowhook.organisations.schemas import SECTIONS
from flowhook.redis.connect import Client
from flowhook.redis.embedded import release
from tests.fakes.openai import FakeOpenAI
from tests.fakes.valkey import Valkey
from tests.fixtures_app import FIRST_KEY, SECOND_KEY, OpenService, Service
from tests.fixtures_commands import CommandLine
from tests.flows.talking import publish, say
from tests.old_store import OldStore

Open = Callable[[Client], Service]

OF_ONE = (
    "/flows/newer/f",
    "/flows/newer/f/funnel",
    "/conversations/newer/asha",
    "/prompts/newer/farmer_help",
    "/question-sets/newer/cropsers",
)

# What a process tells of itself or of its Redis.
OF_A_PROCESS = ("/metrics", "/healthz", "/readyz")


@pytest.fixture
def opened(open_service: OpenService) -> Open:
    def on(store: Client) -> Service:
        return open_service(
            store,
            encryption_keys=(SECOND_KEY, FIRST_KEY),
            public_url="http://flows.example.org",
            allow_private_urls=("127.0.0.1",),
            log_days=10_000,
        )

    return on


@pytest.fixture
def saved(cli: CommandLine, real_redis: redis.Redis, opened: Open, openai: FakeOpenAI) -> Service:
    """A store that an older release left, with what this one adds."""
    cli.monkeypatch.setenv("ENCRYPTION_KEYS", f"{SECOND_KEY},{FIRST_KEY}")
    OldStore.load("0120829").restore(real_redis)
    service = opened(real_redis)
    service.organisation(openai, org="newer")
    node = {"id": "w", "wait": {"result": "said", "timeout": 3600}, "else": "m"}
    flow = {"uuid": "f", "name": "F", "keywords": ["hi"], "nodes": [node, {"id": "m", "send": "!"}]}
    publish(service, flow)
    say(service, {"text": "hi", "id": "1"}, "asha")
    service.admin("POST", "/prompts/newer/farmer_help", {"text": "You help farmers."})
    service.admin("POST", "/prompts/newer/farmer_help/live", {"versions": {"1": 100}})
    asked = {"target": {"flow": "f"}, "cases": [{"turns": ["hi", "?"]}]}
    service.admin("PUT", "/question-sets/newer/cropsers", asked)
    assert service.call("get_buttons", {"buttons_data": "Yes|No"}).status == 200
    service.flush()
    service.operator("PUT", "/settings/leaving/limits", {})
    service.operator("DELETE", "/settings/leaving")
    return service


def stop(service: Service) -> None:
    """A restore refuses a store that a process listens to."""
    service.background.close()
    service.background.listener.join()


def paths(service: Service) -> list[str]:
    """Each GET of the API that an organisation's id is enough for, and those of single things."""
    found = []
    for rule in service.app.url_map.iter_rules():
        is_told = rule.methods is not None and "GET" in rule.methods
        if (
            is_told
            and not rule.endpoint.startswith("web.")
            and rule.arguments <= {"org", "section"}
        ):
            found += [
                rule.rule.replace("<org>", org).replace("<section>", section)
                for org in (("acme", "newer", "leaving") if "org" in rule.arguments else ("",))
                for section in (SECTIONS if "section" in rule.arguments else ("",))
            ]
    old = OldStore.load("0120829")
    media = [kept["path"] for kept in old.known["media"].values()]
    return [*found, *old.shown, *media, *OF_ONE]


def everything(service: Service) -> dict[str, Any]:
    """What each GET answers, byte by byte; of a refusal, which has an id of its own, the status."""
    answers = {}
    for path in paths(service):
        answer = service.operator("GET", path)
        answers[path] = answer.body if answer.status == 200 else answer.status
    return {path: body for path, body in answers.items() if path not in OF_A_PROCESS}


def addresses(nodes: list[Valkey]) -> str:
    return "redis+cluster://" + ",".join(node.address for node in nodes)


def test_a_cluster_answers_as_the_embedded_store_did(
    cli: CommandLine,
    saved: Service,
    opened: Open,
    redis_cluster: list[Valkey],
    cluster_redis: redis.RedisCluster,
    tmp_path: Path,
) -> None:
    file = tmp_path / "backup"
    done = cli("backup", str(file))
    assert done.status == 0, done.err
    assert f"{file} holds 4 organisations with " in done.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]
    before = everything(saved)
    wakeups = wakeups_of(saved.redis)
    cli.monkeypatch.setenv("REDIS_URL", addresses(redis_cluster))
    done = cli("restore", str(file))
    assert done.status == 0, done.err
    assert ": 4 organisations with " in done.err
    assert sum(isinstance(answer, bytes) for answer in before.values()) > 100
    after = everything(opened(cluster_redis))
    assert {path: body for path, body in after.items() if body != before[path]} == {}
    assert wakeups_of(cluster_redis) == wakeups != {}


def wakeups_of(store: Any) -> dict[bytes, float]:
    """Each contact to look after, with the time."""
    found: dict[bytes, float] = {}
    for key in store.scan_iter(match="fh:wake:*"):
        found |= dict(store.zrange(key, 0, -1, withscores=True))
    return found


def test_jobs_that_had_not_ended_are_queued_anew(
    cli: CommandLine, saved: Service, tmp_path: Path
) -> None:
    file = str(tmp_path / "backup")
    unfinished = {
        key.decode().removeprefix("fh:{").replace("}:job:", ".")
        for key in saved.redis.scan_iter(match="fh:{*}:job:*")
        if b"queued" in (states := saved.redis.hmget(key, "run", "callback", "glific"))
        or b"held" in states
    }
    assert len(unfinished) > 1
    cli("backup", file)
    stop(saved)
    assert cli("restore", file, "--force").status == 0
    messages = b"\n".join(saved.redis.hvals("{dq}:jobs.msgs"))
    assert {job for job in unfinished if job.encode() in messages} == unfinished
    assert saved.redis.llen("{dq}:jobs") == len(saved.redis.hvals("{dq}:jobs.msgs"))


def test_what_is_stored_is_replaced_by_force_only(
    cli: CommandLine, saved: Service, tmp_path: Path
) -> None:
    file = str(tmp_path / "backup")
    cli("backup", file)
    saved.redis.set("someone:else", "1")
    cli("org", "create", "later")
    stop(saved)
    refused = cli("restore", file)
    assert (refused.status, refused.err.split(":")[0]) == (1, "the store of DATA_DIR is not empty")
    assert saved.operator("GET", "/settings/later").status == 200
    assert cli("restore", file, "--force").status == 0
    assert b'"later"' not in saved.operator("GET", "/settings").body
    assert saved.redis.get("someone:else") == b"1"


def test_a_store_in_use_is_never_replaced(cli: CommandLine, saved: Service, tmp_path: Path) -> None:
    file = str(tmp_path / "backup")
    cli("backup", file)
    words = "processes of the service use the store of DATA_DIR: stop them"
    assert cli("restore", file, "--force").err.startswith(words)
    stop(saved)
    liveness = Liveness(saved.redis)
    liveness.begin()
    assert cli("restore", file, "--force").err.startswith(words)
    liveness.close()
    assert saved.operator("GET", "/settings/acme").status == 200


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda raw: raw[:-9], "it is cut off at byte "),
        (lambda raw: raw[:300] + b"x" + raw[301:], "it was changed at byte "),
        (lambda raw: b"PK\x03\x04" + raw, "it is no backup of Flowhook (that shows at byte 0)"),
    ],
)
def test_a_spoilt_file_changes_nothing(
    cli: CommandLine, saved: Service, tmp_path: Path, spoil: Callable[[bytes], bytes], said: str
) -> None:
    file = tmp_path / "backup"
    cli("backup", str(file))
    file.write_bytes(spoil(file.read_bytes()))
    cli.monkeypatch.setenv("DATA_DIR", str(tmp_path / "new"))
    refused = cli("restore", str(file))
    assert (refused.status, len(refused.err.splitlines())) == (1, 1)
    assert refused.err.startswith(f"{file}: {said}")
    assert not (tmp_path / "new").exists()


def test_a_restore_makes_no_keys(cli: CommandLine, saved: Service, tmp_path: Path) -> None:
    file = str(tmp_path / "backup")
    cli("backup", file)
    cli.monkeypatch.setenv("DATA_DIR", str(tmp_path / "new"))
    cli.monkeypatch.delenv("ENCRYPTION_KEYS")
    assert cli("restore", file).err.startswith("ENCRYPTION_KEYS is not set and ")
    cli.monkeypatch.setenv("ENCRYPTION_KEYS", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY=")
    assert "no key of ENCRYPTION_KEYS opens it" in cli("restore", file).err
    assert not (tmp_path / "new").exists()


def test_a_folder_with_the_keys_is_enough(cli: CommandLine, saved: Service, tmp_path: Path) -> None:
    file, folder = str(tmp_path / "backup"), tmp_path / "new"
    cli("backup", file)
    folder.mkdir()
    (folder / "encryption_keys").write_text(f"{SECOND_KEY},{FIRST_KEY}\n")
    cli.monkeypatch.delenv("ENCRYPTION_KEYS")
    cli.monkeypatch.setenv("DATA_DIR", str(folder))
    assert cli("restore", file).status == 0
    listed: Any = cli("org", "list", "--json").json["organizations"]
    release(folder)
    assert [one["id"] for one in listed] == ["acme", "bhoomi", "chetna", "newer"]


def test_secrets_under_a_key_that_is_missing_are_told(
    cli: CommandLine, saved: Service, tmp_path: Path
) -> None:
    file = str(tmp_path / "backup")
    cli("backup", file)
    stop(saved)
    cli.monkeypatch.setenv("ENCRYPTION_KEYS", SECOND_KEY)
    done = cli("restore", file, "--force")
    assert (done.status, done.err.splitlines()[0][:8]) == (1, "Restored")
    assert "no key of ENCRYPTION_KEYS opens " in done.err


def test_files_that_cannot_be_read_or_written_are_one_line(
    cli: CommandLine, saved: Service, tmp_path: Path
) -> None:
    away = cli("backup", str(tmp_path / "none" / "backup"))
    missing = cli("restore", str(tmp_path / "none"))
    said = f"{tmp_path / 'none'} is not there: check the path that you gave\n"
    assert [(one.status, one.err) for one in (away, missing)] == [(1, said)] * 2
    assert list(tmp_path.iterdir()) == []
