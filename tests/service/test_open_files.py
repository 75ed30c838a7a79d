"""The limit of open files, which a process raises for itself."""

from __future__ import annotations

import resource
import subprocess
import sys

CODE = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 1000))
from service.open_files import raise_limit
print(raise_limit(), *resource.getrlimit(resource.RLIMIT_NOFILE), raise_limit())
"""


def test_the_limit_is_raised_as_far_as_the_process_may() -> None:
    ran = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["1000", "1000", "1000", "1000"]
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[1] > 0
