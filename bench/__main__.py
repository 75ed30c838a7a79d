"""`make bench`: prints ratios against what stands beside the service in the same run."""

from __future__ import annotations

import platform

import psutil

from bench import (
    approved_answers,
    checks,
    flow_engine,
    guardrails,
    jobs,
    knowledge,
    question_runs,
    saved_prompts,
    webhook,
    whatsapp,
)
from bench.goals import FAIL

SUITES = {
    webhook: 200,
    saved_prompts: 70,
    approved_answers: 45,
    whatsapp: 60,
    jobs: 50,
    flow_engine: 30,
    checks: 10,
    question_runs: 15,
    knowledge: 40,
    guardrails: 90,
}
"""What is measured, and about how many seconds that takes."""


def main() -> None:
    cores = psutil.cpu_count()
    print(f"Python {platform.python_version()}, {cores} cores, load {psutil.getloadavg()[0]:.1f}")
    print(f"takes about {sum(SUITES.values()) / 60:.0f} min; others who use the machine show\n")
    missed = 0
    for suite in SUITES:
        for line in suite.run():
            print(line, flush=True)
            missed += line.count(FAIL)
    print(f"\n{missed} goals are missed")


if __name__ == "__main__":
    main()
