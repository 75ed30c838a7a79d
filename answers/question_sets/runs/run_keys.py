"""Names of the keys of runs in Redis."""

from __future__ import annotations

from flowhook.redis.keys import org_key


def run_key(org: str, run_id: str) -> str:
    return org_key(org, "run", run_id)


def results_key(org: str, run_id: str) -> str:
    return org_key(org, "run", run_id, "results")


def marks_key(org: str, run_id: str) -> str:
    return org_key(org, "run", run_id, "marks")


def labels_key(org: str, run_id: str) -> str:
    return org_key(org, "run", run_id, "labels")


def set_index(org: str, question_set: str) -> str:
    """The runs of a question set by when they were made."""
    return org_key(org, "runs", question_set)


def index_key(org: str) -> str:
    """All runs of an organisation by when they were made."""
    return org_key(org, "run_index")


def sizes_key(org: str) -> str:
    """The bytes of each run of an organisation."""
    return org_key(org, "run_sizes")
