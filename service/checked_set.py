"""Checks a question set of a running service: runs it on two versions, and compares them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from answers.gates.decision import RANK, Outcomes, decide
from answers.gates.evidence import UNASKED_PART
from answers.question_sets.runs.asking import RETRYABLE
from flowhook.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    Overloaded,
    ProviderTimeout,
    ProviderUnavailable,
    read_error,
)
from flowhook.providers.flowhook import FlowhookClient

POLL_SECONDS = 1.0
AWAY_SECONDS = 5.0
MAX_FAILURES = 12  # in a row: a minute
LIVE = "live"
WORSE = "worse"
OVER = ("done", "stopped", "failed")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is checked: a version of a prompt, a flow's revision, a model; None for what is newest
    or as it is. `against` is LIVE or the id of a run."""

    against: str = LIVE
    prompt: tuple[str, int] | None = None
    revision: int | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A run's cases, failing first, and what is worse: the cases with what is wrong with each.

    `comparison` is as the API tells it, empty where there was nothing to compare with.
    """

    run: Json
    cases: list[Json] = field(repr=False)
    worse: Mapping[str, str]
    comparison: Json


class SetChecks:
    """The question sets of an organisation at a service."""

    def __init__(
        self,
        client: FlowhookClient,
        org: str,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.client = client
        self.org = quote(org, safe="")
        self.sleep = sleep

    def check(self, name: str, wanted: Wanted) -> Checked:
        """Run the set on what is wanted and on what it is compared with.

        Raises what the service answers, InvalidInput where a run does not end well, and Conflict
        where the provider was away during one.
        """
        held = self._call("GET", self._set(name))
        new, live = self._plans(held["target"], wanted)
        started = self._start(name, new)
        against = wanted.against if wanted.against != LIVE else ""
        if wanted.against == LIVE and live is not None:
            against = self._start(name, live)
        run = self._wait(name, started)
        if against:
            self._wait(name, against)
        comparison = self._compare(name, against, started) if against else {}
        cases = self._cases(name, started)
        before = self._cases(name, against) if against else None
        for answered in (cases, before or []):
            refuse_unanswered(answered)
        must = {one["id"] for one in held["cases"] if one.get("must")}
        worse = worse_of(comparison, cases, before, must)
        return Checked(run, failing_first(cases), worse, comparison)

    # --- what to run --------------------------------------------------------------------

    def _plans(self, target: Json, wanted: Wanted) -> tuple[Json, Json | None]:
        """The bodies of two runs: of what is wanted, and of what is live; None where nothing is.

        Raises InvalidInput where the set's target has no such version.
        """
        new: Json
        live: Json | None
        if target.get("flow"):
            if wanted.prompt:
                raise InvalidInput("the set asks a flow", fix="Name --revision, not --prompt.")
            newest, published = self._revisions(target["flow"])
            live = None if published is None else {"revision": published}
            new = {"revision": wanted.revision or (published if wanted.model else newest)}
        else:
            if wanted.revision:
                raise InvalidInput("the set asks no flow", fix="Name --prompt, not --revision.")
            named = str(target.get("body", {}).get("saved_prompt", "")).partition("@")[0]
            if wanted.prompt and wanted.prompt[0] != named:
                raise InvalidInput(
                    f"the set asks {f'the prompt {named}' if named else 'no saved prompt'}",
                    fix="Put the prompt into its target's body as saved_prompt.",
                )
            if not named and not wanted.model:
                raise InvalidInput(
                    "the set asks no saved prompt", fix="Say with --model what to check."
                )
            new, live = self._of_prompt(named, wanted) if named else ({}, {})
        if wanted.model:
            new = {**(live or {}), **new, "model": wanted.model}
        return {name: value for name, value in new.items() if value is not None}, live

    def _of_prompt(self, name: str, wanted: Wanted) -> tuple[Json, Json | None]:
        found = self._call("GET", f"/prompts/{self.org}/{quote(name, safe='')}")
        split = {int(number): percent for number, percent in found["live"].items()}
        baseline = max(sorted(split), key=lambda number: split[number], default=None)
        live = None if baseline is None else {"prompt_version": baseline}
        if wanted.prompt:
            return {"prompt_version": wanted.prompt[1]}, live
        return {} if wanted.model else {"prompt_version": found["newest"]}, live

    def _revisions(self, uuid: str) -> tuple[int | None, int | None]:
        """A flow's newest draft and its published revision."""
        path = f"/flows/{self.org}/{quote(uuid, safe='')}/revisions"
        listed = self._call("GET", path)["revisions"]
        newest = (one["revision"] for one in listed if one["is_draft"])
        published = (one["revision"] for one in listed if one["is_published"])
        return next(newest, None), next(published, None)

    # --- runs ---------------------------------------------------------------------------

    def _start(self, name: str, plan: Json) -> str:
        return str(self._call("POST", f"{self._set(name)}/runs", plan)["run_id"])

    def _wait(self, name: str, run_id: str) -> Json:
        """A run once it is done. Raises what keeps it from that.

        A service that is away for a moment, as while it is restarted, is asked again.
        """
        failures = 0
        while True:
            try:
                run = self._call("GET", f"{self._run(name, run_id)}?limit=1")
                failures = 0
            except (ProviderUnavailable, ProviderTimeout, Overloaded):
                failures += 1
                if failures == MAX_FAILURES:
                    raise
                self.sleep(AWAY_SECONDS)
                continue
            if run["status"] in OVER:
                break
            self.sleep(POLL_SECONDS)
        if run["status"] != OVER[0]:
            raise InvalidInput(
                f"the run {run_id} was {run['status']}: {run.get('reason', '')}",
                fix="Mend what it says, and check again.",
            )
        return run

    def _compare(self, name: str, before: str, after: str) -> Json:
        return self._call("GET", f"{self._set(name)}/runs/{before}/compare/{after}")

    def _cases(self, name: str, run_id: str) -> list[Json]:
        """The cases of a run, which come some at a time."""
        found: list[Json] = []
        path = self._run(name, run_id)
        after = ""
        while True:
            page = self._call("GET", f"{path}?after={after}" if after else path)
            found += page["cases"]
            after = page["next_cursor"] or ""
            if not after:
                return found

    # --- inside -------------------------------------------------------------------------

    def _set(self, name: str) -> str:
        return f"/question-sets/{self.org}/{quote(name, safe='')}"

    def _run(self, name: str, run_id: str) -> str:
        return f"{self._set(name)}/runs/{quote(run_id, safe='')}"

    def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        status, answer = self.client.request(method, path, body)
        if 200 <= status < 300:
            return answer
        told = answer.get("error")
        if isinstance(told, dict) and {"type", "message", "fix"} <= told.keys():
            raise read_error(told)
        raise NotFound(f"{path} answers HTTP {status}", fix="Check the address of the service.")


def refuse_unanswered(cases: list[Json]) -> None:
    """Raise Conflict where too many cases have no answer or verdict, for a reason outside what is
    checked."""
    open_cases = [case for case in cases if case["passed"] is not True]
    away = [case["status"] for case in open_cases if case["status"] in RETRYABLE]
    unjudged = [case["judge_status"] for case in open_cases if case.get("judge_status")]
    for causes, words in (
        (away, "questions got no answer from the provider"),
        (unjudged, "answers were scored by no judge"),
    ):
        if len(causes) * UNASKED_PART > len(cases):
            raise Conflict(f"{len(causes)} {words} ({causes[0]})", fix="Check again later.")


def failing_first(cases: list[Json]) -> list[Json]:
    """The cases that fail, then the unsure ones, then the others, each in their order."""
    return sorted(cases, key=lambda case: RANK[case["passed"]])


def worse_of(
    comparison: Json, cases: list[Json], before: list[Json] | None, must: set[str]
) -> Mapping[str, str]:
    """What is wrong with which case, as a gate would tell it."""
    worse = comparison["worse"] if comparison.get("verdict") == WORSE else []
    live = None if before is None else outcomes(before)
    return decide(must, outcomes(cases), live, worse).cases


def outcomes(cases: list[Json]) -> Outcomes:
    return {case["id"]: case["passed"] for case in cases}
