"""Requests that schemathesis draws from /openapi.json."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.mutate import organisation
from tests.fuzz.request import Sent
from tests.fuzz.target import ORG, Target


def draw_cases(target: Target, number: int, seed_number: int, use: Callable[[Sent], None]) -> None:
    """About `number` requests, as many for each operation, each given to `use`."""
    draw = random.Random(seed_number)
    schema = schemathesis.openapi.from_url(f"{target.service.url}/openapi.json")
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
    for operation in operations:
        _draw(target, operation, max(1, number // len(operations)), seed_number, draw, use)


def _draw(
    target: Target,
    operation: Any,
    examples: int,
    seed_number: int,
    draw: random.Random,
    use: Callable[[Sent], None],
) -> None:
    @seed(seed_number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def each(case: Any) -> None:
        if "org" in (case.path_parameters or {}):
            case.path_parameters["org"] = organisation(draw, case.method)
        if isinstance(case.body, dict) and draw.random() < 0.8:
            case.body["organization_id"] = ORG
        use(_sent(target, operation, case, draw))

    each()


def _sent(target: Target, operation: Any, case: Any, draw: random.Random) -> Sent:
    options = case.as_transport_kwargs(base_url=target.service.url)
    options.pop("timeout", None)
    known = ("method", "url", "headers", "files", "data", "params", "json", "cookies")
    asked = requests.Request(**{name: one for name, one in options.items() if name in known})
    prepared = asked.prepare()
    body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
    proof, credentials = target.proof(draw, body)
    own = {
        name: one if isinstance(one, str) else one.decode("latin-1")
        for name, one in prepared.headers.items()
        if name not in ("Content-Length", "Transfer-Encoding", "Authorization")
    }
    path = prepared.path_url
    return Sent(str(prepared.method), path, {**own, **credentials}, body, operation.path, proof)
