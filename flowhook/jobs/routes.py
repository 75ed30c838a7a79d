"""HTTP routes of jobs: a job's status and result, and an organisation's dead letters."""

from __future__ import annotations

from flask import Blueprint, Response, request

from flowhook.errors import InvalidInput, NotFound
from flowhook.http.answers import json_answer
from flowhook.http.documented import documented, page_of
from flowhook.jobs.call import organisation_of_job
from flowhook.jobs.dead import DeadLetters
from flowhook.jobs.store import JobStore
from flowhook.organisations.auth import require_role
from flowhook.organisations.http.admin_auth import AdminAuth

PAGE_LETTERS = 100
NO_JOB = "there is no such job, or it ended more than a day ago"


def job_routes(auth: AdminAuth, store: JobStore, dead: DeadLetters) -> Blueprint:
    """Create the routes `/jobs/<job_id>` and `/jobs/dead/<org>`."""
    routes = Blueprint("jobs", __name__, url_prefix="/jobs")

    @routes.get("/<job_id>")
    @documented(answer={"type": "object", "required": ["id", "status", "result"]})
    def show_job(job_id: str) -> Response:
        """Tell how a job stands, and once it is over, the function's answer."""
        caller = auth.caller()
        org = organisation_of_job(job_id)
        if org is None:
            raise NotFound(NO_JOB)
        require_role(caller, org, request.endpoint or "", request.method)
        job = store.find(job_id)
        if job is None:
            raise NotFound(NO_JOB)
        outcome = store.outcome_of(job)
        shown = {
            "id": job.id,
            "status": job.status,
            "result": outcome.answer if outcome else None,
        }
        deliveries = {step: job.state(step) for step in job.deliveries()}
        return json_answer({**shown, "deliveries": deliveries} if deliveries else shown)

    @routes.get("/dead/<org>")
    @documented(
        query={"cursor": "The next_cursor of the page before."},
        answer=page_of("dead", {"id": {"type": "string"}}),
    )
    def list_dead(org: str) -> Response:
        """List deliveries that were given up, newest first."""
        auth.member(org)
        cursor = request.args.get("cursor", "")
        if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 5):
            raise InvalidInput("cursor: Not a cursor that this call gave.")
        letters, following = dead.page(org, PAGE_LETTERS, cursor)
        return json_answer({"dead": letters, "next_cursor": following})

    @routes.post("/dead/<org>/<job_id>/replay")
    @documented(status=202, answer={"type": "object", "required": ["success", "id", "steps"]})
    def replay(org: str, job_id: str) -> Response:
        """Have a job's deliveries that were given up tried again."""
        auth.member(org)
        steps = dead.replay(org, job_id)
        return json_answer({"success": True, "id": job_id, "steps": steps}, 202)

    return routes
