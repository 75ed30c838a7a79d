"""The service's configuration of gunicorn with a sampler: `--config python:bench.profiled`.

Every few milliseconds of a web worker's CPU time (the kernel's tick, 4 ms mostly) the stack is
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

from service import gunicorn_conf

settings = {name: value for name, value in vars(gunicorn_conf).items() if name[0] != "_"}
globals().update(settings)  # gunicorn reads them by their names

INTERVAL_SECONDS = 0.001
stacks: Counter[tuple[CodeType, ...]] = Counter()


def note(_signal: int, frame: FrameType | None) -> None:
    codes = []
    while frame is not None:
        codes.append(frame.f_code)
        frame = frame.f_back
    stacks[tuple(codes)] += 1


def post_worker_init(_worker: object) -> None:
    signal.signal(signal.SIGPROF, note)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL_SECONDS, INTERVAL_SECONDS)


def worker_exit(server: object, worker: object) -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
    named = [
        (count, [(code.co_filename, code.co_qualname) for code in codes])
        for codes, count in stacks.items()
    ]
    Path(os.environ["STACKS_FILE"]).write_text(json.dumps(named))
    gunicorn_conf.worker_exit(server, worker)
