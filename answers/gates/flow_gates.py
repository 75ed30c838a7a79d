"""The gates of an organisation's flows in Redis: one hash, a JSON value for each flow's UUID.

A deleted flow's gate stays, for the flow can be brought back.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import orjson

from answers.gates.gate import Gate
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key

MOST = 5_000  # as many as there may be flows


class FlowGateStore:
    def __init__(self, redis: Any) -> None:
        self.redis = redis

    def gate(self, org: str, uuid: str) -> Gate | None:
        raw = self.redis.hget(flow_gates_key(org), uuid)
        return Gate.read(orjson.loads(raw)) if raw else None

    def gates(self, org: str) -> dict[str, Gate]:
        stored = self.redis.hgetall(flow_gates_key(org)).items()
        return {uuid.decode(): Gate.read(orjson.loads(raw)) for uuid, raw in stored}

    def put(self, org: str, uuid: str, gate: Gate, flows: Container[str]) -> None:
        """Store a gate; where there are too many, those of other than these `flows` go."""
        if self.redis.hlen(flow_gates_key(org)) >= MOST:
            gone = [one for one in self.gates(org) if one not in flows]
            if gone:
                self.redis.hdel(flow_gates_key(org), *gone)
        write(self.redis, ("HSET", flow_gates_key(org), uuid, orjson.dumps(gate.as_dict())))

    def drop(self, org: str, uuid: str) -> None:
        self.redis.hdel(flow_gates_key(org), uuid)


def flow_gates_key(org: str) -> str:
    return org_key(org, "flow_gates")
