"""Long computations, with gevent and without."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from flowhook.native_thread import in_native_thread

UNDER_GEVENT = """
from gevent import monkey; monkey.patch_all()
import gevent
from flowhook.native_thread import in_native_thread

count = monkey.get_original("time", "perf_counter")
turns = []

def compute():
    begin = count()
    while len(turns) < 3 and count() - begin < 20:  # ends once other greenlets had their turns
        pass
    return "computed"

def turn():
    while True:
        turns.append(1)
        gevent.sleep(0.001)

def fail():
    raise LookupError("no")

gevent.spawn(turn)
print(in_native_thread(compute), len(turns) >= 3)
try:
    in_native_thread(fail)
except LookupError as error:
    print(error)
"""


def test_other_greenlets_go_on_meanwhile() -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNDER_GEVENT], capture_output=True, text=True, check=True
    )
    assert done.stdout == "computed True\nno\n"


def test_on_threads_it_is_the_callers() -> None:
    assert in_native_thread(threading.get_ident) == threading.get_ident()

    def fail() -> None:
        raise LookupError("no")

    with pytest.raises(LookupError):
        in_native_thread(fail)
