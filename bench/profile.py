"""Where the microseconds of a plain webhook call go, by layer.

`python -m bench.profile [-v]` loads the service as `bench.webhook` does, a sampler in its web
worker (bench/profiled.py), and gives each sample to the innermost layer on its stack: what a
library does counts for who called it. The total is the CPU of the whole process tree a call, as in
`make bench`. `-v` lists each layer's functions.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.processes import call, cpu_seconds, finish
from bench.servers import BODY, EXPECTED, flowhook
from bench.webhook import CPU_CONNECTIONS, CPU_DELAY_SECONDS, stub

SECONDS = 20
MOST_LISTED = 6

Frame = tuple[str, str]
"""A file and a function's qualified name."""

# From the top down; the first pattern that is part of `/file:function` decides. What has no layer
# counts for who called it; Flask and Werkzeug count where none of ours stands between them and the
# server.
LAYERS = (
    (None, ("/cipher.py:",)),
    ("server", ("/gunicorn/", "/service/gunicorn_worker.py:")),
    ("proof", ("/auth.py:", "/lockout.py:", "/signature.py:", "_authenticate", "store.py:digest")),
    ("provider", ("/providers/", "/provider_clients.py:", "/circuits.py:")),
    ("provider", ("/model_quirks.py:", "Context.model_client", "ContextFactory.")),
    ("settings", ("/organisations/",)),
    (
        "parsing",
        (
            "/strict_json.py:",
            "/mended_json.py:",
            "/negotiation.py:",
            "/body.py:",
            "_CallRequest._read",
        ),
    ),
    ("validation", ("/fields.py:", "dispatcher.py:validate")),
    ("limits", ("/limits/", "/estimate.py:", "InFlight.")),
    ("answer", ("/http/answers.py:", "/outcome.py:", "dispatcher.py:flow_safe", "in_asked_form")),
    ("log", ("/records/", "/usage/", "/flushing.py:")),
    ("log", ("dispatcher.py:_entry", "dispatcher.py:_id_of", "Dispatcher._record")),
    ("function", ("/webhooks/functions/", "/webhooks/chat", "/structured", "/messages.py:")),
    ("function", ("/threads.py:", "/context_size.py:")),
    ("dispatch", ("/webhooks/", "/jobs/", "/registry.py:", "/app.py:create_app", "/service/")),
)
FRAMEWORK = ("/flask/", "/werkzeug/", "/http/application.py:")
ROUTING, SERVER = "routing (Flask)", "server"
ROOT = str(Path(__file__).parents[1])
LIBRARIES = f"{os.sep}site-packages{os.sep}"


def layer_of(stack: list[Frame]) -> tuple[str, Frame]:
    """The layer a sample belongs to, and the frame that decided."""
    routing: Frame | None = None
    for frame in stack:
        name = f"{frame[0].removeprefix(ROOT)}:{frame[1]}"
        if any(part in name for part in FRAMEWORK):
            routing = routing or frame
            continue
        if LIBRARIES in name and "/gunicorn/" not in name:
            continue
        found = next(
            (layer for layer, parts in LAYERS if any(part in name for part in parts)), None
        )
        if found:
            return (ROUTING, routing) if routing and found == SERVER else (found, frame)
    return SERVER, stack[-1]


def run(verbose: bool = False) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="flowhook-bench-") as directory:
        file = Path(directory) / "stacks.json"
        calls, web, others = load(file)
        samples = [(count, *layer_of(stack)) for count, stack in json.loads(file.read_text())]
    layers: Counter[str] = Counter()
    functions: Counter[tuple[str, Frame]] = Counter()
    for count, layer, frame in samples:
        layers[layer] += count
        functions[layer, tuple(frame)] += count  # type: ignore[index]
    taken = layers.total()
    total = web + others
    yield f"Microseconds of CPU a call ({calls} calls, {taken} samples)"
    for layer, count in layers.most_common():
        yield line(layer, web * count / taken, total)
        if verbose:
            found = [(frame, n) for (name, frame), n in functions.most_common() if name == layer]
            for (path, function), n in found[:MOST_LISTED]:
                yield f"      {web * n / taken:>7.1f}  {'/'.join(path.split('/')[-2:])} {function}"
    yield line("Redis, job worker, master", others, total)
    yield line("total", total, total)


def line(name: str, microseconds: float, total: float) -> str:
    return f"  {name:<26}{microseconds:>8.1f}{microseconds / total:>8.1%}"


def load(file: Path) -> tuple[int, float, float]:
    """Calls answered, and microseconds a call: of the web worker, and of all other processes."""
    config = {"config": "python:bench.profiled", "STACKS_FILE": str(file)}
    with stub(CPU_DELAY_SECONDS) as upstream, flowhook(upstream, **config) as server:
        plan = {"connections": CPU_CONNECTIONS, "seconds": 1}
        finish(call(server.port, server.headers, BODY, EXPECTED, **plan))  # warm
        processes = server.processes()
        children = [child for child in server.process.children() if "gunicorn" in child.cmdline()]
        before, web_before = cpu_seconds(processes), cpu_seconds(children)
        plan["seconds"] = SECONDS
        seen = finish(call(server.port, server.headers, BODY, EXPECTED, **plan))
        web = cpu_seconds(children) - web_before
        others = cpu_seconds(processes) - before - web
    assert not seen["errors"], seen
    calls = seen["calls"]
    return calls, web / calls * 1e6, others / calls * 1e6


def main() -> None:
    for text in run("-v" in sys.argv):
        print(text)


if __name__ == "__main__":
    main()
