"""Which fault the next request meets: the fail switch behind `FakeOpenAI.fail`."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from tests.fakes.exchange import Asked
from tests.fakes.openai.faults import Fault


@dataclass
class _Pending:
    fault: Fault
    left: int | None
    path: str | None


class FaultBoard:
    """Faults in the order they were set; each strikes as often as it was told to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: list[_Pending] = []

    def add(self, fault: Fault, times: int | None, path: str | None) -> None:
        with self._lock:
            self._pending.append(_Pending(fault, times, path))

    def clear(self) -> None:
        with self._lock:
            self._pending.clear()

    @property
    def left(self) -> int:
        """How many strikes are still to come; faults without end are not counted."""
        with self._lock:
            return sum(pending.left or 0 for pending in self._pending)

    def take(self, asked: Asked) -> Fault | None:
        with self._lock:
            for pending in self._pending:
                if not asked.is_for(pending.path):
                    continue
                if pending.fault.only_reused and not asked.reused:
                    continue
                if pending.left is not None:
                    pending.left -= 1
                    if pending.left == 0:
                        self._pending.remove(pending)
                return pending.fault
        return None
