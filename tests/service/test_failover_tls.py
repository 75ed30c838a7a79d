"""A primary that dies under load, behind TLS: Sentinels or the cluster put another in its place.

The servers know no TLS. A terminator stands before each, at the port under which it is known.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from flowhook.redis.connect import connect
from tests.fakes.tcp import tls_terminator, write_certificate
from tests.fakes.valkey import SLOTS, Valkey
from tests.fixtures_app import OpenService, Service
from tests.free_ports import free_port
from tests.waiting import wait_for

LOADERS = 4
BEFORE, AFTER = 40, 40
REPLICATED_SECONDS = 0.5  # what was accepted just before the primary died may be lost with it


@dataclass
class Surroundings:
    """The URL of a Redis, and its primary that is to die."""

    url: str
    primary: Valkey


@dataclass
class Load:
    """Jobs that were accepted, with the times; answers that are neither that nor `overloaded`."""

    service: Service
    accepted: list[tuple[float, str]] = field(default_factory=list)
    wrong: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def put(self) -> None:
        body = {"buttons_data": "Yes|No", "wait_seconds": 0}
        while not self.over.is_set():
            answer = self.service.call("get_buttons", body)
            if answer.status == 202:
                self.accepted.append((time.monotonic(), answer.json["job_id"]))
            elif answer.status != 503 or answer.error["type"] != "overloaded":
                self.wrong.append(answer.body)

    def is_kept(self, job_id: str) -> bool:
        return (
            self.service.request(
                "GET", f"/jobs/{job_id}", token=self.service.tenant.webhook_token
            ).status
            == 200
        )


@contextmanager
def loaded(service: Service) -> Iterator[Load]:
    load = Load(service)
    threads = [threading.Thread(target=load.put) for _ in range(LOADERS)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.over.set()
        for thread in threads:
            thread.join()


@contextmanager
def sentinels(folder: Path) -> Iterator[Surroundings]:
    authority, certificate = write_certificate(folder)
    with ExitStack() as stack:

        def known_at(server: Valkey) -> int:
            return stack.enter_context(tls_terminator(server.port, certificate))

        master = Valkey(folder / "m")
        master_port = known_at(master)
        master.arguments = ("--replica-announce-port", str(master_port))
        stack.enter_context(master)
        replica = Valkey(folder / "r")
        replica.arguments = (
            *("--replica-announce-port", str(known_at(replica))),
            *("--replicaof", f"127.0.0.1 {master_port}"),
        )
        stack.enter_context(replica)
        with replica.client() as follower:
            wait_for(lambda: follower.info()["master_link_status"] == "up", "the replica")
        watchers = []
        for place in range(3):
            watcher = Valkey(folder / f"s{place}", sentinel_config="")
            watcher.sentinel_config = (
                f"port {watcher.port}\nsentinel monitor main 127.0.0.1 {master_port} 2\n"
                "sentinel down-after-milliseconds main 500\nsentinel failover-timeout main 3000\n"
            )
            watchers.append(stack.enter_context(watcher))
        with watchers[0].client() as client:
            wait_for(lambda: _sees_everyone(client), "sentinels to meet", seconds=20)
        hosts = ",".join(f"127.0.0.1:{known_at(watcher)}" for watcher in watchers)
        yield Surroundings(f"rediss+sentinel://{hosts}/main?ssl_ca_certs={authority}", master)


def _sees_everyone(client: object) -> bool:
    state = client.sentinel_master("main")  # type: ignore[attr-defined]
    return bool(state["num-other-sentinels"] == 2 and state["num-slaves"] == 1)


@contextmanager
def cluster(folder: Path) -> Iterator[Surroundings]:
    """Three primaries, each with a replica."""
    authority, certificate = write_certificate(folder)
    with ExitStack() as stack:
        nodes = []
        for place in range(6):
            node = Valkey(folder / str(place))
            port = stack.enter_context(tls_terminator(node.port, certificate))
            node.arguments = (
                *("--cluster-enabled", "yes", "--cluster-port", str(free_port())),
                *("--cluster-announce-ip", "127.0.0.1", "--cluster-announce-port", str(port)),
                *("--cluster-node-timeout", "1000", "--save", "", "--appendonly", "no"),
                *("--cluster-replica-validity-factor", "0"),
            )
            nodes.append((stack.enter_context(node), port))
        clients = [stack.enter_context(node.client()) for node, _ in nodes]
        for place in range(3):
            first, last = SLOTS * place // 3, SLOTS * (place + 1) // 3 - 1
            clients[place].execute_command("CLUSTER", "SET-CONFIG-EPOCH", place + 1)
            clients[place].execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
        for node, _ in nodes[1:]:
            bus = node.arguments[node.arguments.index("--cluster-port") + 1]
            clients[0].execute_command("CLUSTER", "MEET", "127.0.0.1", node.port, bus)
        names = [client.execute_command("CLUSTER MYID").decode() for client in clients]
        for place in range(3):
            follow = ("CLUSTER", "REPLICATE", names[place])
            replica = clients[place + 3]
            wait_for(lambda: replica.execute_command(*follow), "a replica")  # noqa: B023
        for client in clients:
            wait_for(lambda: _is_whole(client), "the cluster", seconds=20)  # noqa: B023
        for client in clients[3:]:
            wait_for(lambda: client.info()["master_link_status"] == "up", "a replica")  # noqa: B023
        slot = clients[0].execute_command("CLUSTER KEYSLOT", "fh:{acme}:x")
        hosts = ",".join(f"127.0.0.1:{port}" for _, port in nodes)
        url = f"rediss+cluster://{hosts}?ssl_ca_certs={authority}"
        yield Surroundings(url, nodes[min(slot * 3 // SLOTS, 2)][0])


def _is_whole(client: object) -> bool:
    info = client.execute_command("CLUSTER INFO")  # type: ignore[attr-defined]
    return info["cluster_state"] == "ok" and int(info["cluster_known_nodes"]) == 6


@pytest.mark.parametrize("surroundings", [sentinels, cluster])
def test_a_failover_under_load_loses_nothing_that_was_replicated(
    open_service: OpenService,
    tmp_path: Path,
    surroundings: Callable[[Path], contextlib.AbstractContextManager[Surroundings]],
) -> None:
    with ExitStack() as stack:
        around = stack.enter_context(surroundings(tmp_path))
        store = stack.enter_context(connect(around.url, Path("unused")))
        service = open_service(store)
        stack.callback(service.close)
        service.organisation()
        with loaded(service) as load:
            wait_for(lambda: len(load.accepted) > BEFORE, "calls before")
            around.primary.kill()
            died = time.monotonic()
            wait_for(
                lambda: sum(at > died + 1 for at, _ in load.accepted) > AFTER,
                "calls after the failover",
                seconds=60,
            )
        assert load.wrong == []
        safe = [
            job_id for at, job_id in load.accepted if not died - REPLICATED_SECONDS < at < died + 1
        ]
        assert len(safe) > AFTER
        lost = [job_id for job_id in safe if not load.is_kept(job_id)]
        assert lost == []
