"""Every kind of REDIS_URL against real servers, and what a call costs when they are away."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from flowhook.redis.connect import UNAVAILABLE, Client, connect
from tests.fakes.tcp import silent_server, tls_terminator, write_certificate
from tests.fakes.valkey import Valkey, running_cluster
from tests.free_ports import free_port
from tests.versions import check_versions
from tests.waiting import wait_for

UNUSED = Path("unused")
PASSWORD = "p/ss@w:rd"
ENCODED = "p%2Fss%40w%3Ard"


class Attempts:
    """The connections that were tried, as the seconds each could have taken."""

    def __init__(self) -> None:
        self.made: list[float | None] = []

    @contextmanager
    def at_most(self, number: int) -> Iterator[None]:
        self.made.clear()
        yield
        assert len(self.made) <= number
        assert all(seconds is not None and seconds <= 1 for seconds in self.made)


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> Attempts:
    attempts = Attempts()

    class Counted(socket.socket):
        def connect(self, address: Any) -> None:
            attempts.made.append(self.gettimeout())
            super().connect(address)

    monkeypatch.setattr(socket, "socket", Counted)
    return attempts


def works(client: Client) -> None:
    client.set("fh:{acme}:x", b"\x00\xff")
    assert client.get("fh:{acme}:x") == b"\x00\xff"


def test_redis_with_user_password_and_database(tmp_path: Path) -> None:
    with Valkey(tmp_path, *("--user", "me", "on", f">{PASSWORD}", "~*", "&*", "+@all")) as server:
        with connect(f"redis://me:{ENCODED}@{server.address}/5", UNUSED) as client:
            works(client)
            assert client.client_info()["db"] == 5
            assert client.client_info()["user"] == "me"
        wrong = connect(f"redis://me:wrong@{server.address}", UNUSED)
        with wrong, pytest.raises(redis.AuthenticationError):
            wrong.get("x")


def test_unix_socket_with_password(tmp_path: Path) -> None:
    path = tmp_path / "s"
    server = Valkey(tmp_path, "--unixsocket", str(path), "--requirepass", "secret")
    with server, connect(f"unix://{path}?db=2&password=secret", UNUSED) as client:
        works(client)
        assert client.client_info()["db"] == 2


def test_tls_is_verified(tmp_path: Path) -> None:
    authority, certificate = write_certificate(tmp_path)
    with Valkey(tmp_path) as server, tls_terminator(server.port, certificate) as port:
        with connect(f"rediss://127.0.0.1:{port}?ssl_ca_certs={authority}", UNUSED) as client:
            works(client)
        wary = connect(f"rediss://127.0.0.1:{port}", UNUSED)
        with wary, pytest.raises(redis.ConnectionError, match="certificate verify failed"):
            wary.get("x")
        with connect(f"rediss://127.0.0.1:{port}?ssl_cert_reqs=none", UNUSED) as client:
            works(client)


def test_cluster(cluster_redis: redis.RedisCluster) -> None:
    works(cluster_redis)
    for organisation in ("a", "b", "c", "d"):
        cluster_redis.set(f"fh:{{{organisation}}}:x", "1")
    assert sum(cluster_redis.dbsize(target_nodes=n) for n in cluster_redis.get_primaries()) == 5
    assert len(cluster_redis.get_primaries()) == 3


def sentinels_config(port: int, master: Valkey) -> str:
    return (
        f"port {port}\nrequirepass sentinel-secret\n"
        f"sentinel monitor main 127.0.0.1 {master.port} 2\n"
        "sentinel auth-pass main secret\n"
        "sentinel down-after-milliseconds main 1000\nsentinel failover-timeout main 3000\n"
    )


def test_sentinel_follows_a_failover(tmp_path: Path) -> None:
    guarded = ("--requirepass", "secret", "--masterauth", "secret")
    with ExitStack() as stack:
        master = stack.enter_context(Valkey(tmp_path / "m", *guarded))
        replica = stack.enter_context(
            Valkey(tmp_path / "r", *guarded, "--replicaof", f"127.0.0.1 {master.port}")
        )
        sentinels = []
        for i in range(3):
            sentinel = Valkey(tmp_path / f"s{i}", sentinel_config="")
            sentinel.sentinel_config = sentinels_config(sentinel.port, master)
            sentinels.append(stack.enter_context(sentinel))
        hosts = ",".join([f"127.0.0.1:{free_port()}", *(s.address for s in sentinels)])
        url = f"redis+sentinel://:secret@{hosts}/main?db=3&sentinel_password=sentinel-secret"
        client = stack.enter_context(connect(url, UNUSED))
        works(client)
        assert client.client_info()["db"] == 3
        wait_for(lambda: sees_everyone(sentinels[0]), "sentinels to meet", seconds=20)
        with replica.client(password="secret") as follower:
            wait_for(lambda: follower.info()["master_link_status"] == "up", "the replica")
        master.kill()
        wait_for(lambda: client.set("fh:{acme}:x", "after"), "the failover", seconds=30)
        with replica.client(password="secret", db=3) as follower:
            assert follower.get("fh:{acme}:x") == b"after"


def sees_everyone(sentinel: Valkey) -> bool:
    with sentinel.client(password="sentinel-secret") as client:
        state = client.sentinel_master("main")
        return bool(state["num-other-sentinels"] == 2 and state["num-slaves"] == 1)


def test_an_unknown_sentinel_service_is_unavailable(tmp_path: Path, attempts: Attempts) -> None:
    with Valkey(tmp_path, sentinel_config="") as sentinel:
        client = connect(f"redis+sentinel://{sentinel.address}/nobody", UNUSED)
        with client, attempts.at_most(5), pytest.raises(UNAVAILABLE, match="nobody"):
            client.get("x")


AWAY: dict[str, Callable[[int], str]] = {
    "redis": lambda port: f"redis://127.0.0.1:{port}",
    "cluster": lambda port: f"redis+cluster://127.0.0.1:{port},127.0.0.1:{port}",
    "sentinel": lambda port: f"redis+sentinel://127.0.0.1:{port},127.0.0.1:{port}/main",
    "tls": lambda port: f"rediss://127.0.0.1:{port}",
}


@pytest.mark.parametrize("kind", AWAY)
def test_a_dead_server_is_tried_a_few_times(kind: str, attempts: Attempts) -> None:
    with connect(AWAY[kind](free_port()), UNUSED) as client:
        for _ in range(3):
            with attempts.at_most(10), pytest.raises(UNAVAILABLE):
                client.get("x")


@pytest.mark.parametrize("kind", AWAY)
def test_a_silent_server_is_not_asked_again(kind: str, attempts: Attempts) -> None:
    with silent_server() as port, connect(AWAY[kind](port), UNUSED) as client:
        for _ in range(2):
            with attempts.at_most(2), pytest.raises(UNAVAILABLE):
                client.get("x")


def test_many_callers_of_a_dead_cluster_fail_together(attempts: Attempts) -> None:
    with silent_server() as port, connect(AWAY["cluster"](port), UNUSED) as client:
        failures: list[type[BaseException]] = []

        def call() -> None:
            try:
                client.get("x")
            except UNAVAILABLE as error:
                failures.append(type(error))

        threads = [threading.Thread(target=call) for _ in range(30)]
        with attempts.at_most(5):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert len(failures) == 30


def test_it_recovers_by_itself(tmp_path: Path, attempts: Attempts) -> None:
    server = Valkey(tmp_path, "--appendonly", "yes")
    with server, connect(f"redis://{server.address}", UNUSED) as client:
        client.set("x", "kept")
        server.kill()
        with attempts.at_most(5), pytest.raises(UNAVAILABLE):
            client.get("x")
        server.start()
        assert wait_for(lambda: client.get("x"), "recovery") == b"kept"


def test_a_cluster_that_comes_back_is_found_again(tmp_path: Path, attempts: Attempts) -> None:
    with running_cluster(tmp_path) as nodes:
        client = connect(f"redis+cluster://{nodes[0].address}", UNUSED)
        for node in nodes:
            node.kill()
        fails_fast(client, attempts)
        start_cluster(nodes)
        wait_for(lambda: client.set("fh:{acme}:x", "1"), "the first contact")
        for node in nodes:
            node.kill()
        fails_fast(client, attempts)
        fails_fast(client, attempts)
        start_cluster(nodes)
        wait_for(lambda: client.set("fh:{acme}:x", "1"), "recovery")


def fails_fast(client: Client, attempts: Attempts) -> None:
    with attempts.at_most(10), pytest.raises(UNAVAILABLE):
        client.get("fh:{acme}:x")


def start_cluster(nodes: list[Valkey]) -> None:
    for node in nodes:
        node.start()
    with ExitStack() as stack:
        clients = [stack.enter_context(node.client()) for node in nodes]
        wait_for(
            lambda: all(
                c.execute_command("CLUSTER INFO")["cluster_state"] == "ok" for c in clients
            ),
            "the cluster itself",
            seconds=20,
        )


def test_more_calls_at_once_than_redis_py_pools_by_default(real_redis: redis.Redis) -> None:
    barrier = threading.Barrier(300)
    answers = []

    def call() -> None:
        with real_redis.pipeline() as pipeline:
            pipeline.watch("x")
            barrier.wait(20)
            pipeline.multi()
            pipeline.incr("x" + str(threading.get_ident()))
            answers.append(pipeline.execute())

    threads = [threading.Thread(target=call) for _ in range(300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 300


def test_the_redis_py_whose_connection_retries_and_node_search_are_extended() -> None:
    check_versions("redis", ">=8.1.0,<8.2")


@pytest.mark.parametrize("kind", ["embedded", "cluster", "sentinel"])
def test_a_command_may_be_given_more_time(
    kind: str, tmp_path: Path, embedded_data_dir: Path, request: pytest.FixtureRequest
) -> None:
    """One that takes two seconds is for the patient client only."""
    with ExitStack() as stack:
        url = None
        if kind == "cluster":
            nodes = request.getfixturevalue("redis_cluster")
            url = f"redis+cluster://{nodes[0].address}"
        elif kind == "sentinel":
            master = stack.enter_context(Valkey(tmp_path / "m"))
            sentinel = Valkey(tmp_path / "s", sentinel_config="")
            sentinel.sentinel_config = f"sentinel monitor main 127.0.0.1 {master.port} 1\n"
            stack.enter_context(sentinel)
            url = f"redis+sentinel://{sentinel.address}/main"
        usual = stack.enter_context(connect(url, embedded_data_dir))
        patient = stack.enter_context(connect(url, embedded_data_dir, timeout_seconds=30))
        with pytest.raises(UNAVAILABLE):
            usual.blpop(["fh:{acme}:never"], 2)
        assert patient.blpop(["fh:{acme}:never"], 2) is None
