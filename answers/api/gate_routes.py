"""HTTP routes of gates: what a prompt or a flow has to answer well before it goes live."""

from __future__ import annotations

from flask import Blueprint, Response
from marshmallow import Schema, fields, validate

from answers.api.run_schema import MOST_COST, MOST_TOKENS
from answers.gates.check import STATUSES
from answers.gates.check_store import Place
from answers.gates.gate import FLOW, PROMPT, Gate, Json
from answers.gates.gates import Gates
from answers.question_sets.question_set import NAME
from answers.question_sets.runs.run import MAX_COST, MAX_TOKENS_SPENT
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented
from flowhook.organisations.auth import Caller
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.http.request_body import read_fields
from flowhook.organisations.section_service import SectionService

CHECK = {
    "type": ["object", "null"],
    "required": ["status", "run_id", "versions", "against", "cases", "at", "by", "why"],
    "properties": {
        "status": {"enum": list(STATUSES)},
        "run_id": {"type": ["string", "null"]},
        "versions": {"type": "object", "additionalProperties": {"type": "integer"}},
        "runs": {"type": "object", "additionalProperties": {"type": "string"}},
        "against": {"type": ["integer", "null"]},
        "cases": {"type": "array", "items": {"type": "string"}},
        "at": {"type": "string", "format": "date-time"},
        "by": {"type": "string"},
        "why": {"type": "string"},
    },
}
GATE = {
    "type": "object",
    "required": ["question_set", "nightly", "max_tokens_spent", "max_cost"],
    "properties": {
        "question_set": {"type": "string"},
        "nightly": {"type": "boolean"},
        "max_tokens_spent": {"type": "integer"},
        "max_cost": {"type": "number"},
        "check": CHECK,
        "earlier": {"type": "array", "items": {**CHECK, "type": "object"}},
    },
}


class GateSchema(Schema):
    """The question set that has to be answered well before something goes live."""

    question_set = fields.String(
        required=True,
        validate=validate.Regexp(NAME.pattern + r"\Z", error="Not the name of a question set."),
        metadata={"description": "The name of a question set.", "example": "farmers"},
    )
    nightly = fields.Boolean(
        load_default=False,
        metadata={
            "description": "Ask the set once a night too, at about 3 in the organisation's time"
            " zone, and alert where what is live got worse.",
            "example": True,
        },
    )
    max_tokens_spent = fields.Integer(
        strict=True,
        load_default=MAX_TOKENS_SPENT,
        validate=validate.Range(1, MOST_TOKENS),
        metadata={
            "description": "A run that the gate begins stops before it spends more tokens than"
            f" this (default {MAX_TOKENS_SPENT:,}); nothing goes live by it then.",
            "example": MAX_TOKENS_SPENT,
        },
    )
    max_cost = fields.Float(
        load_default=MAX_COST,
        validate=validate.Range(0, MOST_COST),
        metadata={
            "description": f"The same in US dollars (default {MAX_COST:g}).",
            "example": MAX_COST,
        },
    )


def prompt_gate_routes(auth: AdminAuth, sections: SectionService, gates: Gates) -> Blueprint:
    """`/prompts/<org>/<name>/gate`."""
    routes = Blueprint("prompt_gates", __name__, url_prefix="/prompts/<org>/<name>/gate")
    views = GateViews(auth, sections, gates, PROMPT)

    @routes.put("")
    @documented(body=GateSchema, answer=GATE)
    def put_prompt_gate(org: str, name: str) -> Response:
        """Give a prompt a gate: a new version goes live only if it answers a question set well."""
        return views.put(org, name)

    @routes.get("")
    @documented(answer=GATE)
    def show_prompt_gate(org: str, name: str) -> Response:
        """Show a prompt's gate, the check that runs or ran last, and earlier ones."""
        return views.show(org, name)

    @routes.delete("")
    @documented()
    def delete_prompt_gate(org: str, name: str) -> Response:
        """Take a prompt's gate away; a check that runs ends, and nothing goes live by it."""
        return views.delete(org, name)

    return routes


def flow_gate_routes(auth: AdminAuth, sections: SectionService, gates: Gates) -> Blueprint:
    """`/flows/<org>/<uuid>/gate`."""
    routes = Blueprint("flow_gates", __name__, url_prefix="/flows/<org>/<uuid>/gate")
    views = GateViews(auth, sections, gates, FLOW)

    @routes.put("")
    @documented(body=GateSchema, answer=GATE)
    def put_flow_gate(org: str, uuid: str) -> Response:
        """Give a flow a gate: a revision is published only if it answers a question set well."""
        return views.put(org, uuid)

    @routes.get("")
    @documented(answer=GATE)
    def show_flow_gate(org: str, uuid: str) -> Response:
        """Show a flow's gate, the check that runs or ran last, and earlier ones."""
        return views.show(org, uuid)

    @routes.delete("")
    @documented()
    def delete_flow_gate(org: str, uuid: str) -> Response:
        """Take a flow's gate away; a check that runs ends, and nothing goes live by it."""
        return views.delete(org, uuid)

    return routes


class GateViews:
    """The same for prompts and flows."""

    def __init__(self, auth: AdminAuth, sections: SectionService, gates: Gates, kind: str) -> None:
        self.auth = auth
        self.sections = sections
        self.gates = gates
        self.kind = kind

    def put(self, org: str, name: str) -> Response:
        caller = self._caller(org)
        place, gate = (self.kind, name), Gate(**read_fields(GateSchema()))
        is_new = self.gates.put_gate(org, place, gate, caller.name)
        return json_answer(self._shown(org, place), 201 if is_new else 200)

    def show(self, org: str, name: str) -> Response:
        self._caller(org)
        return json_answer(self._shown(org, (self.kind, name)))

    def delete(self, org: str, name: str) -> Response:
        caller = self._caller(org)
        self.gates.drop_gate(org, (self.kind, name), caller.name)
        return Response(status=204)

    def _caller(self, org: str) -> Caller:
        caller = self.auth.member(org)
        self.sections.existing(org)
        return caller

    def _shown(self, org: str, place: Place) -> Json:
        gate = self.gates.existing(org, place)
        checks = [check.shown() for check in self.gates.last_checks(org, place)]
        return {
            **gate.as_dict(),
            "check": checks[0] if checks else None,
            "earlier": checks[1:],
        }
