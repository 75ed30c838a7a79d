"""Jobs at providers are remembered, for one organisation and for an hour."""

from __future__ import annotations

from flowhook.organisations.organisation import Organisation
from flowhook.organisations.provider_jobs import JOB_SECONDS, StoredProviderJobs
from flowhook.redis.connect import Client
from flowhook.redis.keys import gone_key


def jobs_of(redis: Client, org: str) -> StoredProviderJobs:
    return StoredProviderJobs(redis, Organisation(org, {}, {}))


def test_a_job_is_found_until_it_is_forgotten(any_redis: Client) -> None:
    jobs = jobs_of(any_redis, "acme")
    assert jobs.find("recording") is None
    jobs.keep("recording", "job-1")
    assert jobs_of(any_redis, "acme").find("recording") == "job-1"
    assert jobs_of(any_redis, "other").find("recording") is None
    assert 0 < int(any_redis.ttl("fh:{acme}:provider_job:recording")) <= JOB_SECONDS
    jobs.forget("recording")
    assert jobs.find("recording") is None


def test_a_deleted_organisation_leaves_none(any_redis: Client) -> None:
    any_redis.set(gone_key("acme"), b"1")
    jobs_of(any_redis, "acme").keep("recording", "job-1")
    assert jobs_of(any_redis, "acme").find("recording") is None
