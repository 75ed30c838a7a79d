"""`python -m flowhook`: the command line, as the `flowhook` command runs it."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run one command; returns its exit status."""
    if not sys.flags.safe_path and Path(sys.path[0]) != ROOT:
        del sys.path[0]  # the working directory, whose app.py would be taken for ours
    from service import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
