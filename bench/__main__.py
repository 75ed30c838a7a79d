"""`make bench`: prints ratios against what stands beside the service in the same run."""

from __future__ import annotations

import platform

import psutil

from bench import flow_engine, jobs, webhook, whatsapp

SUITES = (webhook, whatsapp, jobs, flow_engine)


def main() -> None:
    cores = psutil.cpu_count()
    print(f"Python {platform.python_version()}, {cores} cores, load {psutil.getloadavg()[0]:.1f}\n")
    for suite in SUITES:
        for line in suite.run():
            print(line, flush=True)


if __name__ == "__main__":
    main()
