"""`flowhook demo`: as `make demo`, which installs what it needs."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from typing import NoReturn

import click

from service.terminal import Failed

MODEL = "xllamacpp"  # the local model's server


@click.command(short_help="Run the service with a local model: no account, no key.")
@click.option("--once", is_flag=True, help="End after printing the answers.")
def command(once: bool) -> NoReturn:
    """Run the service with a local model, or with OpenAI where OPENAI_API_KEY is set.

    Makes the organisation demo, asks one question through a webhook and a flow, and prints the
    addresses and tokens. Its data are in DATA_DIR, or in ./data-demo.
    """
    from service.module_path import ROOT, environment

    if not (ROOT / "demo").is_dir():
        raise Failed("the demo comes with the repository only: clone it, and run make demo there")
    if not os.environ.get("OPENAI_API_KEY") and find_spec(MODEL) is None:
        raise Failed("the local model is not installed: run make demo, or set OPENAI_API_KEY")
    arguments = [sys.executable, "-m", "demo", *(["--once"] if once else [])]
    os.execve(sys.executable, arguments, environment())  # noqa: S606 - ourselves
