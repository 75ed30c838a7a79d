"""Long work lets other requests go on: measured with a connection to a process that works."""

from __future__ import annotations

import subprocess
import sys

from flowhook.turns import in_turns

# A client on a connection asks all the time while another greenlet works for 600 ms of CPU.
WORKING = """
from gevent import monkey; monkey.patch_all()
import socket, sys, threading, time
from flowhook.turns import in_turns

def serve():
    connection, _ = server.accept()
    while connection.recv(1):
        answered.append(time.process_time())
        connection.sendall(b"x")

def busy(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass

server = socket.create_server(("127.0.0.1", 0))
answered = []
threading.Thread(target=serve, daemon=True).start()
print(server.getsockname()[1], flush=True)
while not answered:
    time.sleep(0.01)
for _ in in_turns(range(120)):
    busy(0.005)
answered.append(time.process_time())
print(max(late - early for early, late in zip(answered, answered[1:])), flush=True)
"""
ASKING = """
import socket, sys
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
while True:
    connection.sendall(b"x")
    if not connection.recv(1):
        break
"""


def test_every_piece_comes_once_and_in_order() -> None:
    assert list(in_turns(iter(range(1000)))) == list(range(1000))


def test_connections_are_served_meanwhile() -> None:
    command = [sys.executable, "-c", WORKING]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as working:
        assert working.stdout
        port = working.stdout.readline().strip()
        asking = subprocess.Popen([sys.executable, "-c", ASKING, port], stderr=subprocess.DEVNULL)
        longest = float(working.stdout.readline())
        asking.kill()
        asking.wait()
    assert longest < 0.1  # seconds of the working process's CPU between two answers
