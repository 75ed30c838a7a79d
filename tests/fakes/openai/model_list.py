"""GET /v1/models and /v1/models/{id}."""

from __future__ import annotations

from typing import Any

from tests.fakes.openai.models import Model
from tests.fakes.openai.routes import Call, route


@route("GET", "/v1/models")
def list_models(call: Call) -> dict[str, Any]:
    allowed = call.account.models if call.account else None
    models = call.world.models.alive()
    shown = [model for model in models if allowed is None or model.id in allowed]
    return {"object": "list", "data": [_described(model) for model in shown]}


@route("GET", "/v1/models/{model}")
def get_model(call: Call) -> dict[str, Any]:
    name = call.names["model"]
    if call.account is not None:
        call.account.check_model(name)
    return _described(call.world.models.get(name))


def _described(model: Model) -> dict[str, Any]:
    shutdown = model.shutdown_date
    return {
        "id": model.id,
        "object": "model",
        "created": 1_750_000_000,
        "owned_by": "system",
        "shutdown_date": shutdown.isoformat() if shutdown else None,
    }
