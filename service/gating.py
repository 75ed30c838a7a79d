"""Joins gates to what they gate and to what they know by."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

from answers.gates.check_store import GateCheckStore
from answers.gates.evidence import Evidence
from answers.gates.gates import Gates
from answers.gates.live_prompts import LivePrompts
from answers.gates.night import NightStore
from answers.gates.nightly import Nightly
from answers.gates.prompt_subject import PromptSubject
from answers.gates.sweep import GateSweep
from answers.prompts.store import PromptStore
from answers.question_sets.runs.runner import Runner
from flowhook.organisations.audit import Audit
from flowhook.timestamps import now
from flows.library.store import FlowStore
from service.flow_subject import FlowSubject


@dataclass(frozen=True, slots=True)
class Gating:
    """The gates of a process, their nights, and the sweep of a worker."""

    NAME: ClassVar[str] = "gates"

    gates: Gates
    live_prompts: LivePrompts
    nightly: Nightly
    sweep: GateSweep


def open_gates(
    prompts: PromptStore,
    flows: FlowStore,
    runner: Runner,
    audit: Audit,
    ids: Callable[[], Iterable[str]],
    clock: Callable[[], float] = time.time,
) -> Gating:
    """The service's gates, which hear of each run that ends from now on."""
    redis = runner.store.redis
    evidence, nights = Evidence(runner, clock), NightStore(redis)
    gates = Gates(GateCheckStore(redis, now), nights, evidence, audit, now)
    for subject in (PromptSubject(prompts), FlowSubject(flows, audit)):
        gates.add_subject(subject)
    nightly = Nightly(nights, evidence, gates.subjects, runner.find, clock)
    runner.sets.add_users(gates.users)
    runner.on_end(gates.run_ended)
    runner.on_end(nightly.run_ended)
    return Gating(
        gates, LivePrompts(prompts, gates), nightly, GateSweep(redis, gates, nightly, ids)
    )
