"""gunicorn.conf.py with a sampler in the web worker: `--config python:bench.profiled`.

Every few milliseconds of the worker's CPU time (the kernel's tick, 4 ms mostly) the stack is
counted. When the worker ends, the stacks are written to the file that STACKS_FILE names: JSON,
`[[count, [[file, function], ...]], ...]`, each stack from the innermost frame out.
"""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

exec(compile(Path("gunicorn.conf.py").read_text(), "gunicorn.conf.py", "exec"))

INTERVAL_SECONDS = 0.001
stacks: Counter[tuple[CodeType, ...]] = Counter()
ready, ended = globals()["post_worker_init"], globals()["worker_exit"]


def note(_signal: int, frame: FrameType | None) -> None:
    codes = []
    while frame is not None:
        codes.append(frame.f_code)
        frame = frame.f_back
    stacks[tuple(codes)] += 1


def post_worker_init(worker: Any) -> None:
    ready(worker)
    signal.signal(signal.SIGPROF, note)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL_SECONDS, INTERVAL_SECONDS)


def worker_exit(server: Any, worker: Any) -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
    named = [
        (count, [(code.co_filename, code.co_qualname) for code in codes])
        for codes, count in stacks.items()
    ]
    Path(os.environ["STACKS_FILE"]).write_text(json.dumps(named))
    ended(server, worker)
