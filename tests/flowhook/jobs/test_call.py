"""The id of a job."""

from __future__ import annotations

from flowhook.jobs.call import new_job_id, organisation_of_job


def test_a_jobs_id_names_its_organisation() -> None:
    assert organisation_of_job(new_job_id("acme")) == "acme"
    assert organisation_of_job("acme.short") is None
