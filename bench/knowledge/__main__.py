"""`python -m bench.knowledge`."""

from __future__ import annotations

from bench.knowledge import run

for line in run():
    print(line, flush=True)
