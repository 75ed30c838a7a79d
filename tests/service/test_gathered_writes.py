"""Answers leave whole however little the kernel takes at once, and who takes none is cut off."""

from __future__ import annotations

import pytest

from service.gunicorn_worker import GATHERED_BYTES, GatheredWrites


class Sipping:
    """A socket whose kernel takes few bytes at once; `timeouts` are those that were set."""

    def __init__(
        self, most: int, refuses_after: int = 1_000_000_000, is_full: bool = False
    ) -> None:
        self.most = most
        self.is_full = is_full
        self.refuses_after = refuses_after
        self.got = b""
        self.timeouts: list[float | None] = []

    def settimeout(self, seconds: float | None) -> None:
        self.timeouts.append(seconds)

    def send(self, data: bytes, _flags: int = 0, at_most_seconds: float = 5.0) -> int:
        if at_most_seconds == 0.0 and self.is_full:
            raise BlockingIOError
        waits = at_most_seconds > 0
        assert self.timeouts[-1:] == [5.0] * waits, "each piece stands under the time-out"
        if len(self.got) >= self.refuses_after:
            raise TimeoutError
        self.got += data[: self.most]
        return len(data[: self.most])


def test_what_the_kernel_takes_at_once_needs_no_time_out() -> None:
    sock = Sipping(most=30_000)
    writes = GatheredWrites(sock, lambda: None, 5.0)
    for part in (b"head ", b"body"):
        writes.sendall(part)
    writes.flush()
    assert (sock.got, sock.timeouts) == (b"head body", [])


@pytest.mark.parametrize("is_full", [False, True])
def test_all_of_an_answer_leaves_in_pieces(is_full: bool) -> None:
    sock = Sipping(most=30_000, is_full=is_full)
    writes = GatheredWrites(sock, lambda: None, 5.0)
    whole = bytes(range(256)) * 1000
    writes.sendall(b"head ")
    assert sock.got == b""
    writes.sendall(whole)
    assert len(whole) > GATHERED_BYTES
    assert sock.got == b"head " + whole
    assert sock.timeouts == [5.0, None], "what is read next has time-outs of its own"


def test_who_takes_nothing_off_it_is_cut_off() -> None:
    writes = GatheredWrites(Sipping(most=1000, refuses_after=3000), lambda: None, 5.0)
    writes.sendall(b"x" * 10_000)
    with pytest.raises(ConnectionResetError):
        writes.flush()
