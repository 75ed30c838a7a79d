"""Template helpers of Glific and its clients. They build JSON and send nothing."""

from __future__ import annotations

import json
from typing import Any

from ..fault import FAILED, ExpressionError
from ..run import Evaluation
from ..values import to_text
from ..vocabulary import function

MISSING = "{{ missing var  }}"


def _template(run: Evaluation, uuid: str, variables: list[str], **extra: str) -> str:
    run.charge(sum(map(len, variables)))
    body: dict[str, Any] = {**extra, "uuid": uuid, "variables": variables, "expression": None}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


@function(
    "Glific.send_template/2",
    "Glific.Clients.PehlayAkshar.send_template/2",
    "Glific.Clients.DigitalGreen.send_template/2",
)
def send_template(run: Evaluation, uuid: str, variables: list[Any]) -> str:
    """The JSON of a message template with its variables."""
    return _template(run, uuid, [to_text(variable) for variable in variables])


@function("Glific.Clients.ArogyaWorld.template/2")
def arogya_template(run: Evaluation, uuid: str, variables: list[Any]) -> str:
    """The JSON of a message template with its variables, named `Template`."""
    return _template(run, uuid, [to_text(variable) for variable in variables], name="Template")


@function("Glific.Clients.Tap.template/1", "Glific.Clients.Tap.template/2")
def tap_template(run: Evaluation, shortcode: str, variables: str = "") -> str:
    """The JSON of the template with this shortcode; `|` separates its variables.

    Raises ExpressionError for an unknown shortcode.
    """
    template = run.templates.get(shortcode)
    if template is None:
        raise ExpressionError(FAILED)
    values = variables.split("|") if variables else []
    wanted = int(template.get("number_parameters") or 0)
    padded = values + [MISSING] * (min(wanted, 100) - len(values))
    return _template(run, to_text(template.get("uuid")), padded)
