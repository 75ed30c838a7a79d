"""The command line, `flowhook <command>`: runs the service and plays flows.

Each command imports its modules only when it is called, because a worker sets up its threads first.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from flowhook.version import VERSION
from flows import __main__ as player


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    options = _parser().parse_args(arguments)
    status: int = options.run(options)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="flowhook", description="Runs Flowhook.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="serve: the web processes, and a job worker")
    run.add_argument("--no-worker", action="store_true", help="jobs are run by others")
    run.set_defaults(run=serve)

    work = commands.add_parser("worker", help="run jobs, timers and WhatsApp messages")
    work.add_argument("--parent", type=int, metavar="PID", help="end when this process is gone")
    work.add_argument("--heartbeat", type=int, metavar="FD", help="tell this pipe of each moment")
    work.set_defaults(run=do_work)

    play = commands.add_parser("play", help="play a flow in the terminal")
    player.add_options(play)
    play.set_defaults(run=player.play)

    rotate = commands.add_parser(
        "rotate-keys", help="encrypt every secret with the first of ENCRYPTION_KEYS"
    )
    rotate.add_argument(
        "--accept-loss",
        action="store_true",
        help="start over where the keys are lost: what they encrypted stays unreadable",
    )
    rotate.set_defaults(run=rotate_keys)

    version = commands.add_parser("version", help="print the version")
    version.set_defaults(run=print_version)
    return parser


def serve(options: argparse.Namespace) -> NoReturn:
    from service import web

    web.run(with_worker=not options.no_worker)


def do_work(options: argparse.Namespace) -> NoReturn:
    from app import create_app
    from service import worker

    worker.run(create_app, options.parent, options.heartbeat)


def rotate_keys(options: argparse.Namespace) -> int:
    from service import rotate_keys

    return rotate_keys.run(options.accept_loss)


def print_version(_options: argparse.Namespace) -> int:
    print(VERSION)
    return 0


if __name__ == "__main__":
    sys.exit(main())
