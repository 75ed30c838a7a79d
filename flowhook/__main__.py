"""`python -m flowhook`: the command line, as the `flowhook` command runs it."""

import sys

from service.cli import main

if __name__ == "__main__":
    sys.exit(main())
