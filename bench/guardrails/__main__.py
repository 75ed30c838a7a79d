"""`python -m bench.guardrails`."""

from __future__ import annotations

from bench.guardrails import run

for line in run():
    print(line, flush=True)
